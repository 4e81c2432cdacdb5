"""Values that are hard to round, and the comparison of what came out."""

from __future__ import annotations

import numpy as np

from gpu_utils.formats import decode


def same(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Equal bit by bit, the sign of zero included; any NaN for a NaN."""
    nan = np.isnan(theirs)
    unsigned = np.dtype(f"u{ours.itemsize}")
    return bool(
        ours.dtype == theirs.dtype
        and (np.isnan(ours) == nan).all()
        and (ours.view(unsigned)[~nan] == theirs.view(unsigned)[~nan]).all()
    )


def patterns(dtype: type) -> np.ndarray:
    """Every number of a dtype of ml_dtypes or NumPy."""
    width = np.dtype(dtype).itemsize
    return np.arange(1 << 8 * width, dtype=np.uint32).astype(f"u{width}").view(dtype)


def wide(x: np.ndarray, dtype: type = np.float64) -> np.ndarray:
    """`x` in another precision; a signalling NaN becomes quiet without a warning."""
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def hard_float32() -> np.ndarray:
    """A million random patterns, and around every FP16, BF16 and FP8 number its ties and their neighbours."""
    rng = np.random.default_rng(7)
    random = rng.integers(0, 2**32, 1_000_000, dtype=np.uint32)
    widths = {"bf16": 16, "fp16": 16, "e5m2": 8, "e4m3": 8}
    near = np.concatenate([wide(decode(np.arange(1 << bits), name), np.float32) for name, bits in widths.items()])
    middles = np.concatenate(
        [near.view(np.uint32) + np.uint32(half) for half in (0, 1 << 12, 1 << 15, 1 << 19, 1 << 20)]
    )
    around = np.concatenate([middles - np.uint32(1), middles, middles + np.uint32(1)])
    return np.concatenate([random, around]).view(np.float32)
