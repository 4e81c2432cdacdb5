"""What lab 11 and its lecture say about slices is what the tables give."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from gpu_utils import mig
from gpu_utils.benchmarks import benchmark

ROOT = Path(__file__).parents[1]
LAB = (ROOT / "solutions/11_mig_inference/11_mig_inference.py").read_text(encoding="utf-8")
LESSON = (ROOT / "course/lessons/11_mig_inference.md").read_text(encoding="utf-8")


def created(names: tuple[str, ...]) -> bool:
    """Whether a driver that never moves anything gets them all onto the card, in this order."""
    placed: list[mig.Placement] = []
    for name in names:
        if not mig.free_starts(placed, name, "A100-40GB"):
            return False
        placed.append(mig.create(placed, name, "A100-40GB"))
    return True


@pytest.mark.parametrize("gpu", mig.gpus())
def test_on_an_empty_card_three_counts_decide_as_well_as_the_search(gpu: str):
    """Lab 11, section 4: memory slices, compute slices, how many of a kind; two of +me apart."""
    table = mig.profiles(gpu)
    compute, memory = mig.slices(gpu)
    for counts in itertools.product(*[range(row.max_instances + 1) for row in table.values()]):
        layout = [name for name, count in zip(table, counts, strict=True) for _ in range(count)]
        if sum("+me" in name for name in layout) > 1:
            continue
        by_count = (
            sum(table[name].memory_slices for name in layout) <= memory
            and sum(table[name].compute_slices for name in layout) <= compute
        )
        assert by_count == mig.is_legal(layout, gpu), layout
    assert len(mig.gpus()) == 6 and "all six GPUs" in LAB


def test_nine_of_twelve_orders_fail():
    orders = set(itertools.permutations(["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"]))
    assert (len(orders), sum(not created(order) for order in orders)) == (12, 9)
    assert "9 of the 12 orders" in LESSON


def test_largest_first_needs_a_third_card():
    wanted = ["3g.20gb"] * 2 + ["2g.10gb"] * 4
    cards: list[list[str]] = []
    for name in wanted:
        card = next((card for card in cards if mig.is_legal([*card, name], "A100-40GB")), None)
        if card is None:
            cards.append(card := [])
        card.append(name)
    assert len(cards) == 3 and len(mig.plan(wanted, "A100-40GB")) == 2


def test_seven_slices_against_the_whole():
    whole = benchmark("mlperf_bert_large_offline", system="A100-80GB").value
    part = benchmark("mlperf_bert_large_offline", system="A100-80GB, one 1g.10gb slice").value
    busy = benchmark("mlperf_bert_large_offline", system="A100-80GB, one 1g.10gb slice, neighbours busy").value
    slow = benchmark("mlperf_bert_large_single_stream", system="A100-80GB, one 1g.10gb slice").value
    fast = benchmark("mlperf_bert_large_single_stream", system="A100-80GB").value
    assert round(7 * part) == 3517 and f"{7 * part / whole:.0%}" == "97%"
    assert f"{slow / fast:.2g}" == "3.5" and f"{1 - busy / part:.1%}" == "1.5%"
    assert round(7 * fast / slow, 1) == 2.0 and 3 * fast < slow < 4 * fast
    assert all(text in LESSON for text in ("3517", "**97 %**", "**3.5 times**", "1.5 %"))
