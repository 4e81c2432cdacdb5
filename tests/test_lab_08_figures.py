"""Lab 08 and its lesson state published figures: each is the one in gpu_utils/data, or follows from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gpu_utils.benchmarks import benchmark
from gpu_utils.cards import cards
from gpu_utils.specs import spec
from gpu_utils.workloads import workload

ROOT = Path(__file__).parents[1]
LAB = (ROOT / "solutions/08_reading_datasheets/08_reading_datasheets.py").read_text(encoding="utf-8")
LESSON = (ROOT / "course/lessons/08_reading_datasheets.md").read_text(encoding="utf-8")
LAB_TEXT = re.sub(r"\n# ?", "\n", LAB)


def table(text: str, first_head: str) -> list[dict[str, str]]:
    """Rows of the Markdown table whose first heading starts so."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_head}"))
    heads = [cell.strip() for cell in lines[start].strip("| ").split("|")]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(dict(zip(heads, (cell.strip() for cell in line[1:-1].split("|")), strict=True)))
    return rows


def card_of(row: dict[str, str]) -> str:
    name = re.split(r"[,(]| SXM", next(iter(row.values())))[0].strip()
    return {"Jetson Orin Nano Super": "Orin Nano"}.get(name, name)


@pytest.mark.parametrize(("text", "head"), [(LAB_TEXT, "card (dense"), (LESSON, "card ")], ids=["lab", "lesson"])
def test_the_table_of_cards_is_that_of_the_data(text: str, head: str) -> None:
    rows = table(text, head)
    assert len(rows) >= 6
    for row in rows:
        roofs = cards()[card_of(row)]
        for number_format in {"FP32", "TF32", "FP16", "INT8"} & set(row):
            said = row[number_format].replace(", modelled", "")
            assert (said == "–") == (number_format not in roofs), row
            if said != "–":
                assert float(said) == pytest.approx(roofs[number_format].peak_flops / 1e12, rel=1e-9)
        roof = next(iter(roofs.values()))
        assert float(row["bandwidth, GB/s"]) == pytest.approx(roof.bandwidth_bytes / 1e9)
        if ridge := row.get("ridge in FP16, FLOP/byte"):
            assert int(ridge) == round(roofs["FP16"].ridge)


def peak(system: str, number_format: str, sparse: bool = False) -> float:
    return benchmark("peak", system=system, format=number_format, sparse=sparse).value


def training(system: str, number_format: str) -> float:
    return benchmark("bert_large_training", system=system, format=number_format).value


A100_80 = spec("NVIDIA A100-SXM4-80GB")
assert A100_80 is not None
assert A100_80.bandwidth_bytes_per_s is not None
FORWARD = 24 * (24 * 128 * 1024**2 + 4 * 128**2 * 1024)
FP16 = {name: roofs["FP16"] for name, roofs in cards().items() if "FP16" in roofs}


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("= «19.9» =", peak("A100", "tf32", True) / peak("V100-SXM2", "fp32")),
        ("«9.9» times as high", peak("A100", "tf32") / peak("V100-SXM2", "fp32")),
        ("«1.24»}_{\\text{generation}}", peak("A100", "fp32") / peak("V100-SXM2", "fp32")),
        ("In FP16 that is «2.5»x", peak("A100", "fp16") / peak("V100-SXM2", "fp16")),
        ("it is «1.73»x", FP16["A100"].bandwidth_bytes / FP16["V100"].bandwidth_bytes),
        ("the V100's lies at «139» FLOP/byte", FP16["V100"].ridge),
        ("the H100's at «295»", FP16["H100"].ridge),
        ("the L4's at «403»", FP16["L4"].ridge),
        ("The ridge lies at «153»", FP16["A100"].peak_flops / A100_80.bandwidth_bytes_per_s),
        ("it does «341» operations a byte", workload("matrix product").intensity(2)),
        ("«6.3» times as fast", training("A100", "tf32") / training("V100", "fp32")),
        ("2.5 became «2.6»", training("A100", "fp16") / training("V100", "fp16")),
        ("The world reaches «105»", benchmark("llama2_7b_decode", format="fp16").value),
        ("with «1.9» times its FP16 peak", FP16["L4"].peak_flops / FP16["T4"].peak_flops),
        ("«0.94» times its bandwidth", FP16["L4"].bandwidth_bytes / FP16["T4"].bandwidth_bytes),
        ('"«3.2» times the FP16 performance"', FP16["H100"].peak_flops / FP16["A100"].peak_flops),
        ("GB/s, about «2.2» times", FP16["H100"].bandwidth_bytes / FP16["A100"].bandwidth_bytes),
        ("no more than about «1700» GB/s", benchmark("memory_bandwidth_seen", system="A100-80GB").value / 1e9),
        ("«170» of the GPU", peak("Jetson AGX Orin, GPU alone", "int8", True) / 1e12),
        ('with "«275» TOPS"', peak("Jetson AGX Orin", "int8", True) / 1e12),
        ("The Orin Nano's «67» TOPS", peak("Jetson Orin Nano Super", "int8", True) / 1e12),
        (
            "reaches «69» % of what",
            100 * benchmark("llama2_7b_decode_traffic", format="fp16").value / A100_80.bandwidth_bytes_per_s,
        ),
        ("«42» to 48 %", 100 * training("V100", "fp16") * 3 * FORWARD / peak("V100-SXM2", "fp16")),
    ],
)
def test_a_figure_in_the_labs_prose_follows_from_the_data(said: str, value: float) -> None:
    """The figure stands between «», with as many digits as the text gives it."""
    assert said.replace("«", "").replace("»", "") in LAB_TEXT
    figure = said.partition("«")[2].partition("»")[0]
    places = len(figure.partition(".")[2])
    assert float(figure) == pytest.approx(round(value, places if value < 1000 else -1)), value


def test_the_utilisations_of_the_lesson_follow_from_the_data() -> None:
    formats = {"FP32": "fp32", "FP16": "fp16", "TF32": "tf32"}
    tokens = 1_000_000 * 256 * (0.9 * 128 + 0.1 * 512)
    for row in table(LESSON, "BERT-large, 128"):
        cells = list(row.values())
        card, _, number_format = cells[0].partition(", ")
        rate = training(card, formats[number_format])
        top = peak({"V100": "V100-SXM2"}.get(card, card), formats[number_format])
        reached = rate * 3 * FORWARD
        assert float(cells[1]) == rate
        assert float(cells[2].split()[0]) == pytest.approx(reached / 1e12, abs=0.5)
        assert float(cells[3].split()[0]) == round(100 * reached / top)
        assert float(cells[4]) == pytest.approx(tokens / (rate * 128) / 86400, abs=0.5)


def test_the_tokens_of_the_lesson_follow_from_the_data() -> None:
    for row, number_format in zip(table(LESSON, "7B model"), ("fp16", "int8", "int4"), strict=True):
        cells = list(row.values())
        reached = benchmark("llama2_7b_decode", format=number_format).value
        size = benchmark("llama2_7b_decode_traffic", format=number_format).value / reached
        assert int(cells[2]) == round(A100_80.bandwidth_bytes_per_s / size)
        assert int(cells[3]) == round(reached)
