"""Published rows: each with its source, and found by what is asked."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from gpu_utils.benchmarks import benchmark, benchmarks, topics
from gpu_utils.specs import spec

ROWS = json.loads((files("gpu_utils") / "data" / "benchmarks.json").read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['topic']}-{row['system']}-{row['format']}")
def test_every_row_is_positive_and_names_its_source(row: dict[str, object]) -> None:
    assert row["value"] > 0  # type: ignore[operator]
    assert len(str(row["source"])) > 20
    assert row["unit"]


def test_no_row_stands_there_twice() -> None:
    keys = [(r["topic"], r["system"], r["format"], r["sparse"], r["conditions"]) for r in ROWS]
    assert len(keys) == len(set(keys))


def test_rows_are_found_by_what_is_asked() -> None:
    assert {row.system for row in benchmarks("bert_large_training", format="fp16")} == {"V100", "A100"}
    assert benchmark("peak", system="A100", format="tf32", sparse=True).value == 312e12
    assert benchmarks("no such topic") == ()
    assert len(topics()) == len(set(topics()))


def test_one_row_is_exactly_one() -> None:
    with pytest.raises(ValueError, match="2 rows of 'peak'"):
        benchmark("peak", system="A100", format="tf32")
    with pytest.raises(ValueError, match="bert_large_training"):
        benchmark("no such topic")


def test_a_row_says_what_it_is() -> None:
    said = str(benchmark("peak", system="A100", format="tf32", sparse=True))
    assert said.startswith("A100 tf32 sparse: 3.12e+14 FLOP/s (published: https://")


@pytest.mark.parametrize(
    ("system", "card"),
    [("V100-SXM2", "V100-SXM2"), ("A100", "A100-40GB"), ("T4", "T4"), ("H100 SXM", "H100 SXM")],
)
def test_headline_peaks_agree_with_the_datasheet_table(system: str, card: str) -> None:
    """The two tables are read by different labs and must not drift apart."""
    row = spec(card)
    assert row is not None
    names = {"fp16": "fp16_tensor"}
    for peak in benchmarks("peak", system=system):
        assert peak.format is not None
        dense = row.dense_flops[names.get(peak.format, peak.format)]
        assert peak.value == pytest.approx(dense * (2 if peak.sparse else 1), rel=2e-3)
