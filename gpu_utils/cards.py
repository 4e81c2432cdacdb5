"""Seven cards and boards side by side, dense only: the roof of each in each number format that it has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gpu_utils.benchmarks import benchmark
from gpu_utils.provenance import Provenance
from gpu_utils.roofline import Roof
from gpu_utils.specs import spec

__all__ = ["FORMATS", "cards", "memory_bytes"]

FORMATS: Mapping[str, int] = {"FP32": 4, "TF32": 4, "FP16": 2, "INT8": 1}
"""Number formats by name, and the bytes of one number in memory (a TF32 number lies there as an FP32)."""

_CARDS = {"V100": "V100-SXM2", "A100": "A100-40GB", "H100": "H100 SXM", "T4": "T4", "L4": "L4"}
_BOARDS_BYTES = {"Jetson Nano": 4_000_000_000, "Orin Nano": 8_000_000_000}
"""By the names of their modules in data/jetson.json; shared by CPU and GPU."""

_COLUMNS = {"FP32": "fp32", "TF32": "tf32", "FP16": "fp16_tensor", "INT8": "int8"}


@lru_cache(maxsize=1)
def cards() -> Mapping[str, Mapping[str, Roof]]:
    """Card to number format to roof. A format that a card lacks, or that no source states, is not there.

    The Orin Nano's INT8 peak is published with 2:4 sparsity only; its dense roof is half of it, labelled *modelled*.

    >>> cards()["A100"]["FP16"].peak_flops, "TF32" in cards()["V100"]
    (312000000000000.0, False)
    """
    found = {name: _roofs(name, row) for name, row in _CARDS.items()}
    nano = benchmark("peak", system="Jetson Nano")
    found["Jetson Nano"] = {"FP16": _board("Jetson Nano", "FP16", nano.value, Provenance.PUBLISHED, nano.source)}
    orin = benchmark("peak", system="Jetson Orin Nano Super")
    source = f"half of {orin.value / 1e12:g} TOPS with sparsity, published: {orin.source}"
    found["Orin Nano"] = {
        "INT8": _board("Jetson Orin Nano Super", "INT8", orin.value / 2, Provenance.MODELLED, source, "Orin Nano")
    }
    return found


def memory_bytes(name: str) -> int:
    """The memory of a card or board of `cards`, in bytes (published).

    >>> memory_bytes("T4"), memory_bytes("Jetson Nano")
    (16000000000, 4000000000)
    """
    if name in _BOARDS_BYTES:
        return _BOARDS_BYTES[name]
    card = spec(_CARDS[name])
    assert card is not None
    return card.memory_bytes


def _roofs(name: str, row: str) -> dict[str, Roof]:
    card = spec(row)
    assert card is not None
    assert card.bandwidth_bytes_per_s is not None
    return {
        each: Roof(
            f"{name} {each}",
            card.dense_flops[column],
            card.bandwidth_bytes_per_s,
            Provenance.PUBLISHED,
            card.source,
        )
        for each, column in _COLUMNS.items()
        if column in card.dense_flops
    }


def _board(system: str, each: str, peak: float, label: Provenance, source: str, name: str | None = None) -> Roof:
    bandwidth = benchmark("memory_bandwidth", system=system).value
    return Roof(f"{name or system} {each}", peak, bandwidth, label, source)
