"""The roofline: how fast a computation can be, from how much it computes for each byte it moves.

Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for multicore
architectures", Communications of the ACM 52 (2009), https://doi.org/10.1145/1498765.1498785.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from gpu_utils import quantities
from gpu_utils.provenance import Provenance
from gpu_utils.timing import measure

__all__ = ["Roof", "attainable", "measure_roof", "published_roofs"]


@dataclass(frozen=True)
class Roof:
    """The two limits of a machine.

    Attributes:
        name: the machine, with the number format when that matters.
        peak_flops: arithmetic, in FLOP/s (a multiply-add is two).
        bandwidth_bytes: memory traffic, in byte/s.
        provenance: where the two figures come from.
        source: who published them, or how they were measured.

    >>> Roof("card", peak_flops=1e12, bandwidth_bytes=1e11).ridge
    10.0
    """

    name: str
    peak_flops: float
    bandwidth_bytes: float
    provenance: Provenance = Provenance.PUBLISHED
    source: str | None = None

    def __post_init__(self) -> None:
        if not (self.peak_flops > 0 and self.bandwidth_bytes > 0):
            raise ValueError(f'the roof of "{self.name}" needs a peak and a bandwidth above 0')

    @property
    def ridge(self) -> float:
        """Operations a byte from which on arithmetic, and no longer memory, is the limit."""
        return self.peak_flops / self.bandwidth_bytes

    def __str__(self) -> str:
        peak = quantities.amount(self.peak_flops, "FLOP/s")
        bandwidth = quantities.rate(self.bandwidth_bytes)
        return f"{self.name}: {peak}, {bandwidth}, ridge at {self.ridge:.3g} FLOP/byte ({self.provenance})"


def attainable(intensity: float, roof: Roof) -> float:
    """The highest rate that a roof allows: min(peak, intensity * bandwidth).

    Args:
        intensity: operations for each byte moved, in FLOP/byte.
        roof: the machine.

    Returns:
        FLOP/s.

    >>> card = Roof("card", peak_flops=10e12, bandwidth_bytes=500e9)
    >>> attainable(2, card) / 1e12, attainable(100, card) / 1e12
    (1.0, 10.0)
    """
    if not intensity >= 0:
        raise ValueError(f"arithmetic intensity is 0 or more, not {intensity}")
    return min(roof.peak_flops, intensity * roof.bandwidth_bytes)


def measure_roof(name: str = "this CPU", nbytes: int = 64_000_000) -> Roof:
    """Measure the roof of this machine's CPU, as NumPy reaches it, in about a second.

    The bandwidth is that of copying one array to another, counted as one read and one write; the peak is
    that of a 1024 x 1024 float32 matrix product. Both take the best of their samples, since a roof is a limit.

    Args:
        name: what the roof is called.
        nbytes: size of the copied array. The default is larger than most caches, which gives the bandwidth
            of main memory. With the size of a small picture it is the bandwidth of the cache that holds
            the picture, which is the roof over a filter that runs on it again and again.

    >>> measure_roof(nbytes=4_000_000).provenance.value
    'measured'
    """
    import numpy as np

    if nbytes < 4096:
        raise ValueError(f"a copy of {nbytes} bytes says nothing about memory: take at least 4096")
    source = np.ones(nbytes, dtype=np.uint8)
    target = np.zeros_like(source)
    target.fill(1)  # touch every page before the clock runs
    copy = measure(np.copyto, target, source, label="copy", budget_s=0.3)
    side = 1024
    a = np.random.default_rng(0).standard_normal((side, side), dtype=np.float32)
    product = measure(np.matmul, a, a, np.empty_like(a), label="float32 product", budget_s=0.3)
    return Roof(
        name,
        peak_flops=2 * side**3 / min(product.samples_s),
        bandwidth_bytes=2 * nbytes / min(copy.samples_s),
        provenance=Provenance.MEASURED,
        source=f"best of a NumPy copy of {quantities.nbytes(nbytes)} and of a 1024 x 1024 float32 product",
    )


def published_roofs(number_format: str = "fp32") -> dict[str, Roof]:
    """Datasheet roofs of GPUs, dense (without sparsity), by name.

    Args:
        number_format: "fp32", "tf32", "fp16_tensor", "bf16_tensor", "int8", "fp8" or "fp4".

    Returns:
        Only the GPUs that publish a figure for this format; empty when the table is not there.

    >>> published_roofs()["T4"].bandwidth_bytes
    320000000000.0
    """
    rows = [row for row in _rows() if row["dense"].get(number_format) and row["bw_gbs"]]
    return {
        row["name"]: Roof(
            f"{row['name']} {number_format.partition('_')[0].upper()}",
            row["dense"][number_format] * 1e12,
            row["bw_gbs"] * 1e9,
            Provenance.PUBLISHED,
            row["source"],
        )
        for row in rows
    }


def _rows() -> list[dict[str, Any]]:
    table = resources.files("gpu_utils") / "data" / "gpu_specs.json"
    if not table.is_file():
        return []
    rows: list[dict[str, Any]] = json.loads(table.read_text(encoding="utf-8"))["gpus"]
    return rows
