"""What others measured and published: benchmarks, headline peaks, links and prices, each row with its source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

__all__ = ["Benchmark", "benchmark", "benchmarks", "topics"]


@dataclass(frozen=True)
class Benchmark:
    """One published figure.

    Attributes:
        topic: what was measured, for example "bert_large_training" (see `topics`).
        system: the card, slice, board, box or link.
        format: number format of the arithmetic ("fp32", "tf32", "fp16", "int8", "fp8"); of the weights where a
            topic ends in "decode"; None where it does not apply.
        sparse: with 2:4 sparsity; None where it does not apply or nobody says.
        devices: how many GPUs share the value.
        value: in `unit`.
        unit: SI, or what is counted: "FLOP/s", "B/s", "s", "sequence/s", "x", ...
        conditions: batch, length, and what else has to be known.
        source: who published it.

    >>> row = benchmark("bert_large_training", system="A100", format="tf32")
    >>> row.value, row.unit
    (317.0, 'sequence/s')
    """

    topic: str
    system: str
    format: str | None
    sparse: bool | None
    devices: int
    value: float
    unit: str
    conditions: str
    source: str

    def __str__(self) -> str:
        marks = [mark for mark in (self.format, "sparse" if self.sparse else None) if mark]
        return f"{' '.join([self.system, *marks])}: {self.value:g} {self.unit} (published: {self.source})"


def benchmarks(
    topic: str | None = None,
    *,
    system: str | None = None,
    format: str | None = None,
    sparse: bool | None = None,
    devices: int | None = None,
) -> tuple[Benchmark, ...]:
    """All published rows that agree with what is asked; None asks nothing. Order: that of the table.

    >>> [row.value for row in benchmarks("bert_large_training", system="V100")]
    [50.0, 224.0]
    """
    wanted = {"topic": topic, "system": system, "format": format, "sparse": sparse, "devices": devices}
    asked = {name: value for name, value in wanted.items() if value is not None}
    return tuple(row for row in _table() if all(getattr(row, name) == value for name, value in asked.items()))


def benchmark(
    topic: str,
    *,
    system: str | None = None,
    format: str | None = None,
    sparse: bool | None = None,
    devices: int | None = None,
) -> Benchmark:
    """The one row that agrees with what is asked. ValueError when there is none, or more than one.

    >>> benchmark("peak", system="A100", format="tf32", sparse=False).value
    156000000000000.0
    """
    found = benchmarks(topic, system=system, format=format, sparse=sparse, devices=devices)
    if len(found) != 1:
        known = ", ".join(topics()) if not benchmarks(topic) else "; ".join(str(row) for row in found) or "no row"
        raise ValueError(f"{len(found)} rows of {topic!r} agree with what was asked, not 1: {known}")
    return found[0]


def topics() -> tuple[str, ...]:
    """What the table is about, in its order.

    >>> topics()[0]
    'bert_large_training'
    """
    return tuple(dict.fromkeys(row.topic for row in _table()))


@lru_cache(maxsize=1)
def _table() -> tuple[Benchmark, ...]:
    text = (files("gpu_utils") / "data" / "benchmarks.json").read_text(encoding="utf-8")
    return tuple(Benchmark(**{**row, "value": float(row["value"])}) for row in json.loads(text)["rows"])
