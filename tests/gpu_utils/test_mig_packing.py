"""Many tenants, few GPUs: the optimum by another search, large lists against the bound, and prices as the proof."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_utils import mig

GPUS = mig.gpus()
A100 = "A100-40GB"


@cache
def legal_sets(gpu: str) -> frozenset[tuple[str, ...]]:
    return frozenset(mig.all_layouts(gpu, mig.profiles(gpu)))


def optimum(requests: list[str], gpu: str) -> int:
    """The fewest GPUs by exhaustion: for each subset of the requests, the best first GPU, whatever is on it."""
    everyone = (1 << len(requests)) - 1
    fits = [
        tuple(sorted(name for place, name in enumerate(requests) if subset >> place & 1)) in legal_sets(gpu)
        for subset in range(everyone + 1)
    ]
    fewest = [0] * (everyone + 1)
    for wanted in range(1, everyone + 1):
        first, subset, best = wanted & -wanted, wanted, len(requests)
        while subset:
            if subset & first and fits[subset]:
                best = min(best, 1 + fewest[wanted ^ subset])
            subset = subset - 1 & wanted
        fewest[wanted] = best
    return fewest[everyone]


def drawn(rng: random.Random, gpu: str, count: int) -> list[str]:
    """Requests of a random mixture: sometimes all sizes alike, sometimes nearly one size only."""
    names = list(mig.profiles(gpu))
    power = rng.choice([0, 1, 2, 6])
    return rng.choices(names, [rng.random() ** power for _ in names], k=count)


def assert_is_a_plan(plan: list[list[str]], requests: list[str], gpu: str) -> None:
    assert Counter(itertools.chain.from_iterable(plan)) == Counter(requests)
    assert all(plan)
    known = mig.profiles(gpu)
    for layout in {tuple(each) for each in plan}:
        assert mig.is_legal(layout, gpu)
        sizes = [(known[name].memory_slices, known[name].compute_slices) for name in layout]
        assert sizes == sorted(sizes, reverse=True)


def test_the_count_is_the_optimum_on_200_random_lists():
    rng = random.Random(11)
    for _ in range(200):
        gpu = rng.choice(GPUS)
        requests = drawn(rng, gpu, rng.randint(1, 8))
        plan = mig.plan(requests, gpu)
        assert_is_a_plan(plan, requests, gpu)
        assert len(plan) == optimum(requests, gpu), (gpu, requests)


def test_every_list_of_up_to_four_reaches_the_optimum_and_the_bound():
    for count in range(1, 5):
        for requests in itertools.combinations_with_replacement(mig.profiles(A100), count):
            found = len(mig.plan(requests, A100))
            assert found == optimum(list(requests), A100) == mig.lower_bound(requests, A100)


@pytest.mark.parametrize("gpu", GPUS)
def test_a_thousand_requests_reach_the_bound(gpu: str):
    rng = random.Random(1000)
    for count in (25, 60, 200, 1000, 1000, 1000):
        requests = drawn(rng, gpu, count)
        plan = mig.plan(requests, gpu)
        assert_is_a_plan(plan, requests, gpu)
        assert len(plan) == mig.lower_bound(requests, gpu)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), gpu=st.sampled_from(GPUS))
def test_whatever_is_asked_the_plan_holds_it_and_no_bound_is_broken(data: st.DataObject, gpu: str):
    counts = data.draw(st.dictionaries(st.sampled_from(sorted(mig.profiles(gpu))), st.integers(0, 150), max_size=7))
    requests = [name for name, count in counts.items() for _ in range(count)]
    plan = mig.plan(requests, gpu)
    assert_is_a_plan(plan, requests, gpu)
    assert len(plan) == mig.lower_bound(requests, gpu)


@pytest.mark.parametrize("gpu", GPUS)
def test_prices_make_no_layout_dearer_than_one_gpu(gpu: str):
    """Duality, checked from outside: any plan is worth at most its number of GPUs."""
    rng = random.Random(7)
    for _ in range(8):
        requests = drawn(rng, gpu, rng.randint(1, 300))
        prices = mig.prices(requests, gpu)
        assert set(prices) == set(requests)
        assert all(isinstance(each, Fraction) and each >= 0 for each in prices.values())
        for layout in legal_sets(gpu):
            if prices.keys() >= set(layout):
                assert sum(prices[name] for name in layout) <= 1
        worth = sum(prices[name] for name in requests)
        assert worth <= len(mig.plan(requests, gpu))
        assert mig.lower_bound(requests, gpu) == -(-worth.numerator // worth.denominator)


def test_first_fit_by_size_needs_a_gpu_more():
    """Why a search: two 3g side by side look tidy, and leave eight 1g without a place."""
    requests = ["3g.20gb"] * 2 + ["1g.5gb"] * 8
    first_fit: list[list[str]] = []
    for name in requests:
        home = next((each for each in first_fit if mig.is_legal([*each, name], A100)), None)
        if home is None:
            first_fit.append(home := [])
        home.append(name)
    assert (len(first_fit), len(mig.plan(requests, A100))) == (3, 2)


def test_nothing_asked_is_nothing_planned():
    assert mig.plan([], A100) == []
    assert mig.lower_bound([], A100) == 0
    assert mig.prices([], A100) == {}


def test_what_fits_on_no_gpu_is_named_and_the_requests_are_left_alone():
    requests = ["1g.5gb", "3g.40gb"]
    with pytest.raises(ValueError, match=r"A100-40GB has no profile '3g\.40gb'"):
        mig.plan(requests, A100)
    assert requests == ["1g.5gb", "3g.40gb"]
    assert len(mig.plan(iter(["1g.5gb"] * 8), A100)) == 2
