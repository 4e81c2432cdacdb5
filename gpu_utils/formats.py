"""Number formats of AI hardware: what they hold, and arrays rounded to them bit by bit as the hardware would.

Everything here is computed in software, so its label is *emulated*. Needs NumPy only.

>>> round_to(np.pi, "bf16"), round_to(np.pi, "e4m3")
(np.float64(3.140625), np.float64(3.25))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gpu_utils.layouts import FORMATS, Format, find, ieee
from gpu_utils.provenance import Provenance
from gpu_utils.rounding import ROUNDINGS, round_float32, round_float64

__all__ = [
    "FORMATS",
    "ROUNDINGS",
    "Format",
    "Product",
    "decode",
    "encode",
    "find",
    "ieee",
    "matmul",
    "neighbours",
    "round_to",
    "spacing",
]

OVERFLOWS = ("infinity", "saturate")


def round_to(
    x: Any,
    format: Format | str,
    *,
    rounding: str = "nearest-even",
    overflow: str = "infinity",
    out: Any = None,
) -> Any:
    """`x` rounded to a format, in the dtype of `x`: float32 or float64 (Python numbers count as float64).

    Args:
        x: array of any shape; left alone unless it is `out` as well.
        format: a name of `FORMATS` or a `Format`.
        rounding: "nearest-even" (IEEE 754), "ties-away" (ties away from zero, as the instruction cvt.rna makes
            TF32) or "toward-zero" (the spare bits dropped).
        overflow: "infinity", which is NaN in a format that has none, or "saturate" (cvt's satfinite): too large and
            infinite become the largest number. NaN stays NaN either way.
        out: an array of the shape and dtype of `x` that takes the result.

    TypeError for other dtypes, ValueError for unknown names or an `out` that doesn't fit.

    >>> x = np.array([1.0009766, 500.0, 1e-9], dtype=np.float32)
    >>> round_to(x, "e4m3")
    array([ 1., nan,  0.], dtype=float32)
    >>> round_to(x, "e4m3", overflow="saturate")
    array([  1., 448.,   0.], dtype=float32)
    >>> round_to(1 + 2**-11, "tf32"), round_to(1 + 2**-11, "tf32", rounding="ties-away")
    (np.float64(1.0), np.float64(1.0009765625))
    """
    layout = find(format)
    _one_of(rounding, ROUNDINGS, "rounding")
    _one_of(overflow, OVERFLOWS, "overflow")
    values = _floats(x)
    if out is not None:
        _check_out(out, values)
    if values.dtype == np.float64 or layout.exponent_bits > 8 or layout.fraction_bits > 23:
        wide = _wide(values)
        result = round_float64(wide.reshape(-1), layout, rounding, overflow == "saturate").reshape(values.shape)
        return _deliver(result.astype(values.dtype, copy=False), out)
    direct = out is not None and out.flags.c_contiguous and (out is x or not np.may_share_memory(out, values))
    target = out if direct else np.empty(values.shape, np.float32)
    round_float32(np.ascontiguousarray(values), layout, rounding, overflow == "saturate", target)
    return _deliver(target, out)


def decode(bits: Any, format: Format | str) -> Any:
    """The numbers, float64, that bit patterns stand for. ValueError for patterns wider than the format.

    >>> decode([0b0_10000_1001001000, 0x7C00, 1], "fp16").tolist()
    [3.140625, inf, 5.960464477539063e-08]
    """
    layout = find(format)
    patterns = np.asarray(bits)
    if not np.issubdtype(patterns.dtype, np.integer):
        raise TypeError(f"bit patterns are integers, not {patterns.dtype}")
    if patterns.size and (int(patterns.min()) < 0 or int(patterns.max()) >> layout.bits):
        raise ValueError(f"{layout.name} has {layout.bits} bits: patterns run from 0 to {(1 << layout.bits) - 1:#x}")
    patterns = patterns.astype(np.uint64)
    width = np.uint64(layout.fraction_bits)
    top = (1 << layout.exponent_bits) - 1
    field = (patterns >> width & np.uint64(top)).astype(np.int64)
    fraction = patterns & np.uint64((1 << layout.fraction_bits) - 1)
    steps = np.where(field > 0, fraction | np.uint64(1) << width, fraction).astype(np.float64)
    with np.errstate(over="ignore"):  # FP64's pattern of infinity, which the next lines see to
        value = np.ldexp(steps, np.maximum(field, 1) - layout.bias - layout.fraction_bits)
    if layout.has_infinity:
        value = np.where(field == top, np.where(fraction == 0, np.inf, np.nan), value)
    else:
        value = np.where((field == top) & (fraction == (1 << layout.fraction_bits) - 1), np.nan, value)
    negative = patterns >> np.uint64(layout.bits - 1) == 1
    return np.copysign(value, np.where(negative, -1.0, 1.0))[()]


def encode(x: Any, format: Format | str, *, rounding: str = "nearest-even", overflow: str = "infinity") -> Any:
    """The bit patterns of `x` rounded to a format, in the narrowest unsigned integers that hold them.

    >>> hex(encode(np.pi, "bf16")), encode([448, -np.inf, np.nan], "e4m3", overflow="saturate").tolist()
    ('0x4049', [126, 254, 127])
    """
    layout = find(format)
    value = np.asarray(round_to(_wide(x), layout, rounding=rounding, overflow=overflow))
    finite = np.where(np.isfinite(value), np.abs(value), 0.0)
    exponent = np.where(
        finite > 0, np.maximum(np.frexp(finite)[1] - 1, layout.smallest_exponent), layout.smallest_exponent
    )
    steps = np.ldexp(finite, layout.fraction_bits - exponent).astype(np.uint64)
    # The steps of a normal number hold its leading 1, which raises the exponent field by the one that is missing here.
    patterns = steps + ((exponent - layout.smallest_exponent).astype(np.uint64) << np.uint64(layout.fraction_bits))
    infinity = ((1 << layout.exponent_bits) - 1) << layout.fraction_bits
    all_ones = (1 << (layout.bits - 1)) - 1
    nan = infinity | 1 << (layout.fraction_bits - 1) if layout.has_infinity else all_ones
    patterns = np.where(np.isinf(value), np.uint64(infinity), patterns)
    patterns = np.where(np.isnan(value), np.uint64(nan), patterns)
    patterns = patterns | np.signbit(value).astype(np.uint64) << np.uint64(layout.bits - 1)
    return patterns.astype(np.min_scalar_type((1 << layout.bits) - 1))[()]


def spacing(x: Any, format: Format | str) -> Any:
    """The gap, float64, from the number at or next below abs(x) to the next larger one; NaN at infinity and NaN.

    >>> spacing(np.pi, "tf32"), spacing(0, "fp16") == FORMATS["fp16"].smallest_subnormal
    (np.float64(0.001953125), np.True_)
    """
    layout = find(format)
    magnitude = np.minimum(np.abs(_wide(x)), np.where(np.isfinite(x), layout.largest, np.nan))
    finite = np.nan_to_num(magnitude)
    exponent = np.where(
        finite > 0, np.maximum(np.frexp(finite)[1] - 1, layout.smallest_exponent), layout.smallest_exponent
    )
    return np.where(np.isnan(magnitude), np.nan, np.ldexp(1.0, exponent - layout.fraction_bits))[()]


def neighbours(x: Any, format: Format | str) -> tuple[Any, Any]:
    """The format's numbers next below and next above `x`, both different from it, float64.

    Above the largest comes infinity, or NaN in a format that has none; NaN has NaN on both sides.

    >>> neighbours(np.pi, "bf16")
    (np.float64(3.140625), np.float64(3.15625))
    >>> neighbours(1.0, "e4m3")
    (np.float64(0.9375), np.float64(1.125))
    """
    layout = find(format)
    values = _wide(x)
    return -_above(-values, layout)[()], _above(values, layout)[()]


def _above(x: Any, layout: Format) -> Any:
    size = np.abs(x)
    code = np.asarray(encode(size, layout, rounding="toward-zero"), dtype=np.int64)
    cut = decode(code, layout)
    last = (1 << (layout.bits - 1)) - 1
    up = decode(np.minimum(code + 1, last), layout)
    down = -np.where(size > cut, cut, decode(np.maximum(code - 1, 0), layout))
    return np.where(np.isnan(x), np.nan, np.where(x == np.inf, cut, np.where(x >= 0, up, down)))


@dataclass(frozen=True)
class Product:
    """A matrix product in emulated arithmetic: float32 or float64 `values`, and how they were made.

    >>> matmul(np.eye(2), np.eye(2), "fp16").inputs
    'FP16'
    """

    values: Any
    inputs: str
    accumulate: str
    provenance: Provenance = Provenance.EMULATED


def matmul(
    a: Any,
    b: Any,
    inputs: Format | str = "tf32",
    accumulate: Format | str = "float32",
    *,
    rounding: str = "nearest-even",
) -> Product:
    """The product of `a` (n, k) and `b` (k, m), each rounded to `inputs`, with sums kept in `accumulate`.

    "float32" adds as the library behind NumPy does, in its own order, which is not that of a tensor core; so does
    "float64". Any format of `FORMATS` (or a `Format`) instead adds one product after the other, in order, and rounds
    after every addition (done in float64, which is exact for formats of up to 16 bits except at extreme ranges).
    ValueError for shapes that don't go together.

    >>> a = np.array([[1.0009766, 1.0]], dtype=np.float32)
    >>> product = matmul(a, a.T, inputs="bf16")
    >>> product.values, str(product.provenance)
    (array([[2.]], dtype=float32), 'emulated')
    """
    layout = find(inputs)
    left, right = (np.asarray(round_to(np.asarray(one, np.float32), layout, rounding=rounding)) for one in (a, b))
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[0]:
        raise ValueError(f"a product needs shapes (n, k) and (k, m), not {left.shape} and {right.shape}")
    if accumulate in ("float32", "float64"):
        values = left.astype(accumulate) @ right.astype(accumulate)
        return Product(values, layout.name, str(accumulate))
    keep = find(accumulate)
    total = np.zeros((left.shape[0], right.shape[1]))
    for column, row in zip(left.T.astype(np.float64), right.astype(np.float64), strict=True):
        total = round_to(total + np.outer(column, row), keep)
    return Product(total.astype(np.float32), layout.name, keep.name)


def _floats(x: Any) -> Any:
    values = np.asarray(x)
    if isinstance(x, (int, float)) or (isinstance(x, (list, tuple)) and values.dtype.kind in "iu"):
        values = values.astype(np.float64)
    if values.dtype not in (np.float32, np.float64):
        raise TypeError(f"rounding takes float32 or float64, not {values.dtype}: say x.astype(np.float32)")
    return values


def _wide(x: Any) -> Any:
    # Making a signalling NaN quiet is what a conversion does, and no reason for a warning.
    with np.errstate(invalid="ignore"):
        return np.asarray(x).astype(np.float64)


def _check_out(out: Any, values: Any) -> None:
    if not isinstance(out, np.ndarray) or out.shape != values.shape or out.dtype != values.dtype:
        raise ValueError(f"out must be an array of shape {values.shape} and {values.dtype}, like x")


def _deliver(result: Any, out: Any) -> Any:
    if out is None:
        return result[()]
    if out is not result:
        out[...] = result
    return out


def _one_of(value: str, choices: tuple[str, ...], what: str) -> None:
    if value not in choices:
        raise ValueError(f"{what} is one of {', '.join(choices)}, not {value!r}")
