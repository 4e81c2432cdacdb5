"""What datasheets say of a GPU, and what its compute capability lets it do.

Dense figures only: those with 2:4 sparsity are twice as high and never mixed in. Each row names its source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["FEATURES", "Spec", "features", "spec", "specs"]

FEATURES: Mapping[str, tuple[int, int]] = {
    "fp16_tensor": (7, 0),
    "int8_tensor": (7, 2),
    "tf32": (8, 0),
    "bf16": (8, 0),
    "sparsity_2_4": (8, 0),
    "fp8": (8, 9),
    "nvfp4": (10, 0),
}
"""The compute capability from which an NVIDIA GPU has a feature, oldest first.

Sources: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#compute-capabilities (tensor cores),
https://nvidia.github.io/TransformerEngine/support_matrix.html (FP8, NVFP4).
"""

_VIRTUAL = re.compile(r"-[0-9]+[abcq]$")
"""A virtual GPU ("GRID T4-2Q") is a part of a card: https://docs.nvidia.com/vgpu/latest/grid-vgpu-user-guide/"""

_WITHOUT_TENSOR_CORES = re.compile(
    r"\b(GTX 16\d\d|MX\s?[45]50|T(400|500|550|600|1000|1200)|Quadro T[12]000)\b", re.IGNORECASE
)
"""The small Turing chips (TU116, TU117) report (7, 5) and have no tensor cores:
https://techpowerup.com/review/evga-gtx-1660-ti-xc-black/2.html, https://www.notebookcheck.it/NVIDIA-GeForce-GTX-1650-Desktop.449959.0.html"""


def features(compute_capability: Sequence[int] | None, name: str = "") -> set[str]:
    """What a GPU of this compute capability, (major, minor), can do; the empty set for None. The name tells the small
    Turing cards apart, which have no tensor cores.

    >>> sorted(features((7, 5)))
    ['fp16_tensor', 'int8_tensor']
    >>> features((7, 5), "NVIDIA GeForce GTX 1660 Ti")
    set()
    """
    if compute_capability is None:
        return set()
    if tuple(compute_capability) == (7, 5) and _WITHOUT_TENSOR_CORES.search(name):
        return set()
    return {name for name, first in FEATURES.items() if tuple(compute_capability) >= first}


@dataclass(frozen=True)
class Spec:
    """A row of a datasheet, in SI units. None: the card lacks it, or no source that we could read states it.

    >>> card = spec("Tesla T4")
    >>> card.memory_bytes, card.bandwidth_bytes_per_s, card.dense_flops["fp16_tensor"]
    (16000000000, 320000000000.0, 65000000000000.0)
    """

    name: str
    architecture: str
    compute_capability: tuple[int, int]
    memory_bytes: int
    bandwidth_bytes_per_s: float | None
    dense_flops: Mapping[str, float]
    """Operations per second by number format (a multiply-add is two), without sparsity."""
    nvlink_bytes_per_s: float | None
    """Both directions summed, of one GPU."""
    source: str
    note: str | None = None

    def ridge(self, number_format: str = "fp32") -> float | None:
        """Operations per byte of memory traffic at which arithmetic becomes the limit; None when unknown.

        >>> spec("Tesla T4").ridge("fp16_tensor")
        203.125
        """
        peak = self.dense_flops.get(number_format)
        return peak / self.bandwidth_bytes_per_s if peak and self.bandwidth_bytes_per_s else None


def spec(name: str | None) -> Spec | None:
    """The datasheet row of a GPU by the name that its driver gives, None when there is none.

    The longest match wins: an L40S is no L4, an A10G no A10. A MIG slice has the row of its GPU; a virtual GPU,
    which is a part of one, has none.

    >>> spec("NVIDIA A100-SXM4-40GB").name
    'A100-40GB'
    >>> spec("NVIDIA A10G") is None
    True
    """
    best, length = None, 0
    text = re.sub(r"\s+mig\s.*$", "", (name or "").lower())
    if _VIRTUAL.search(text):
        return None
    for pattern, row in _table():
        found = pattern.search(text)
        if found and len(found.group()) > length:
            best, length = row, len(found.group())
    return best


def specs() -> tuple[Spec, ...]:
    """All rows, oldest architecture first.

    >>> specs()[0].architecture, specs()[-1].architecture
    ('Kepler', 'Blackwell')
    """
    return tuple(row for _, row in _table())


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[re.Pattern[str], Spec], ...]:
    text = (files("gpu_utils") / "data" / "gpu_specs.json").read_text(encoding="utf-8")
    return tuple(
        (re.compile(f"{row['match']}|^{re.escape(row['name'].lower())}$"), _spec(row))
        for row in json.loads(text)["gpus"]
    )


def _spec(row: Mapping[str, Any]) -> Spec:
    major, minor = row["compute_capability"]
    nvlink = row["nvlink"]
    return Spec(
        name=row["name"],
        architecture=row["arch"],
        compute_capability=(major, minor),
        memory_bytes=row["mem_gb"] * 10**9,
        bandwidth_bytes_per_s=row["bw_gbs"] * 1e9 if row["bw_gbs"] else None,
        dense_flops={name: value * 1e12 for name, value in row["dense"].items() if value},
        nvlink_bytes_per_s=nvlink["gbs"] * 1e9 if nvlink else None,
        source=row["source"],
        note=row.get("note"),
    )
