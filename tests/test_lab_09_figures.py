"""Lab 09 and its lesson state figures: each is the one in gpu_utils/data, or follows from it by the ring's formula."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gpu_utils.benchmarks import benchmark
from gpu_utils.topology import dgx1, ring_bandwidth

ROOT = Path(__file__).parents[1]
LAB = (ROOT / "solutions/09_scaling_dgx/09_scaling_dgx.py").read_text(encoding="utf-8")
LESSON = (ROOT / "course/lessons/09_scaling_dgx.md").read_text(encoding="utf-8")
TEXT = re.sub(r"\s+", " ", re.sub(r"\n# ?", "\n", LAB)) + " " + re.sub(r"\s+", " ", LESSON)

BERT = 2 * 335e6
COMPUTE = 64 / benchmark("bert_large_training", system="A100", format="fp16").value
RATE = {
    name: benchmark("interconnect", system=name).value
    for name in ("PCIe3 x16", "PCIe4 x16", "PCIe5 x16", "NVLink2", "NVLink3", "NVLink4", "NVLink5")
} | {"riser": benchmark("interconnect", system="PCIe3 x16").value / 16}


def ring(n: int, size: float, bandwidth: float) -> float:
    return 2 * (n - 1) * 3e-6 + 2 * (n - 1) / n * size / bandwidth


def gain(link: str) -> float:
    return 8 * COMPUTE / (COMPUTE + ring(8, BERT, RATE[link]))


@pytest.mark.parametrize(
    ("row", "link"),
    [
        ("PCIe 3, one lane: a mining riser", "riser"),
        ("PCIe 3, 16 lanes", "PCIe3 x16"),
        ("PCIe 4, 16 lanes", "PCIe4 x16"),
        ("PCIe 5, 16 lanes", "PCIe5 x16"),
        ("NVLink 2 (V100)", "NVLink2"),
        ("NVLink 3 (A100)", "NVLink3"),
        ("NVLink 4 (H100)", "NVLink4"),
        ("NVLink 5 (B200)", "NVLink5"),
    ],
)
def test_a_row_of_the_lessons_table_of_links_follows_from_the_data(row: str, link: str) -> None:
    cells = next(line for line in LESSON.splitlines() if line.startswith(f"| {row} |")).strip("| ").split("|")
    published, time, times = (cell.strip() for cell in cells[1:])
    assert float(published.split()[0]) == RATE[link] / 1e9
    unit = {"s": 1.0, "ms": 1e-3}[time.split()[1]]
    assert float(time.split()[0]) * unit == pytest.approx(ring(8, BERT, RATE[link]), rel=0.03)
    assert float(times) == pytest.approx(gain(link), abs=0.06)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("| A100: all links over PCIe 4 x16 | «9.7» |", RATE["NVLink3"] / RATE["PCIe4 x16"]),
        ("| V100: all links over PCIe 3 x16 | «9.4» |", RATE["NVLink2"] / RATE["PCIe3 x16"]),
        ("| H100: all links over PCIe 5 x16 | «7.1» |", RATE["NVLink4"] / RATE["PCIe5 x16"]),
        ("| B200: all links over PCIe 5 x16 | «14.3» |", RATE["NVLink5"] / RATE["PCIe5 x16"]),
        ("one link, two links | «1.6», 3.1", dgx1().bandwidth(0, 1) / RATE["PCIe3 x16"]),
        ("with 31 (one) gets «19» (modelled)", 2 * RATE["NVLink3"] / RATE["PCIe4 x16"]),
        ("With eight cards «1.75» times, with a thousand", 2 * 7 / 8),
        ("with a thousand «1.998» times", 2 * 999 / 1000),
        ("«4» ms on an A100's NVLink", 1e3 * ring(8, BERT, RATE["NVLink3"])),
        ("«38» ms on PCIe 4", 1e3 * ring(8, BERT, RATE["PCIe4 x16"])),
        ("beside «110» ms of computing", 1e3 * COMPUTE),
        ("So «7.7» or 6.0 times", gain("NVLink3")),
        ("7.7 or «6.0» times", gain("PCIe4 x16")),
        ("For BERT-large that is «1.2» GB", 1.75 * BERT / 1e9),
        ("round six times 25 GB/s = «150» GB/s", ring_bandwidth("DGX-1") / 1e9),
        ("«130» GB/s against 122", benchmark("all_reduce_bus_bandwidth", system="DGX-1").value / 1e9),
        ("130 GB/s against «122»", benchmark("all_reduce_bus_bandwidth", system="DGX-2").value / 1e9),
        (
            "the same box reaches «368» GB/s",
            benchmark("all_reduce_bus_bandwidth", system="8 H200, without SHARP").value / 1e9,
        ),
        ("reports «7.9» times for eight A100", benchmark("bert_large_training_scaling", system="A100").value),
        ("From 1.75 to «1.97» times the gradient", 2 * 63 / 64),
    ],
)
def test_a_figure_in_the_prose_follows_from_the_data(said: str, value: float) -> None:
    """The figure stands between «», with as many digits as the text gives it."""
    assert said.replace("«", "").replace("»", "") in TEXT
    figure = said.partition("«")[2].partition("»")[0]
    assert float(figure) == pytest.approx(round(value, len(figure.partition(".")[2]))), value
