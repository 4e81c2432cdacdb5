"""Block-scaled formats, emulated: short elements that share a scale with their 16 or 32 neighbours.

MXFP8 and MXFP4: Open Compute Project, *OCP Microscaling Formats (MX) Specification* 1.0. NVFP4: NVIDIA, cuDNN and
Transformer Engine documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gpu_utils.formats import round_to

__all__ = ["mxfp4", "mxfp8", "nvfp4", "to_e2m1"]

_E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])


def to_e2m1(x: Any) -> Any:
    """The nearest of E2M1's fifteen numbers, in float64; what is larger than 6 becomes 6, a tie goes to the even code.

    >>> to_e2m1([0.2, 0.25, 0.75, -5.0, 100.0]).tolist()
    [0.0, 0.0, 1.0, -4.0, 6.0]
    """
    x = np.asarray(x, dtype=np.float64)
    size = np.minimum(np.abs(x), 6)
    up = np.searchsorted(_E2M1, size)
    down = np.maximum(up - 1, 0)
    gap = (_E2M1[up] - size) - (size - _E2M1[down])
    return np.copysign(_E2M1[np.where((gap < 0) | ((gap == 0) & (up % 2 == 0)), up, down)], x)


def mxfp8(x: Any) -> Any:
    """Values as MXFP8 keeps them, in float64: E4M3 in blocks of 32 along the flattened array, 8.25 bits a value.

    ValueError when the number of values is no multiple of 32; so it is with `mxfp4`, and with 16 for `nvfp4`.

    >>> mxfp8([1.0] * 31 + [1000.0])[[0, -1]].tolist()
    [1.0, 896.0]
    """
    return _mx(x, lambda values: round_to(values, "e4m3", overflow="saturate"), 8)


def mxfp4(x: Any) -> Any:
    """Values as MXFP4 keeps them, in float64: E2M1 in blocks of 32, 4.25 bits a value.

    >>> mxfp4([1.0] * 31 + [3.5])[[0, -1]].tolist()
    [1.0, 3.0]
    """
    return _mx(x, to_e2m1, 2)


def nvfp4(x: Any) -> Any:
    """Values as NVFP4 keeps them, in float64: E2M1 in blocks of 16, each with a scale in E4M3; 4.5 bits a value.

    One more scale, in FP32, serves the whole array.

    >>> nvfp4([1.0] * 15 + [6.0])[[0, -1]].round(6).tolist()
    [1.0, 6.0]
    """
    x = np.asarray(x, dtype=np.float64)
    rows = _rows(x, 16)
    whole = float(np.float32(np.abs(rows).max(initial=0.0) / (6 * 448))) or 1.0
    scale = round_to(np.abs(rows).max(axis=1, keepdims=True) / 6 / whole, "e4m3", overflow="saturate") * whole
    return (to_e2m1(rows / np.where(scale > 0, scale, 1)) * scale).reshape(x.shape)


def _mx(x: Any, element: Callable[[Any], Any], largest_exponent: int) -> Any:
    """A block's scale is the power of two of its largest value, over that of the element format's largest."""
    x = np.asarray(x, dtype=np.float64)
    rows = _rows(x, 32)
    top = np.abs(rows).max(axis=1, keepdims=True)
    scale = 2.0 ** (np.floor(np.log2(np.where(top > 0, top, 1))) - largest_exponent)
    return (element(rows / scale) * scale).reshape(x.shape)


def _rows(x: Any, block: int) -> Any:
    if x.size % block:
        raise ValueError(f"{x.size} values don't fill blocks of {block}")
    return x.reshape(-1, block)
