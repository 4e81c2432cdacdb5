"""The arithmetic behind `gpu_utils.formats`: float32 and float64 arrays rounded to fewer bits, exactly.

The fast way works on bit patterns, a block at a time, so that the steps between the first read and the last write
stay in the processor's cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gpu_utils.layouts import Format

__all__ = ["ROUNDINGS", "round_float32", "round_float64"]

ROUNDINGS = ("nearest-even", "ties-away", "toward-zero")
"""nearest-even is IEEE 754's; ties-away is what cvt.rna does; toward-zero is what dropping bits does."""

_BLOCK = 1 << 17
"""Values a block: large enough that calling NumPy costs little, small enough for the cache."""
_CAST_BLOCK = 1 << 18
"""The same where a block passes through half as wide a scratch array, and only twice."""
_SIGN, _INFINITY, _QUIET = 0x80000000, 0x7F800000, 0x7FC00000


def round_float32(x: Any, layout: Format, rounding: str, saturate: bool, out: Any) -> None:
    """Round contiguous float32 `x` into contiguous float32 `out` (which may be `x`), at most 8 and 23 bits.

    >>> from gpu_utils.layouts import FORMATS
    >>> x = np.array([3.14159265, 70000, -1e-9], dtype=np.float32)
    >>> round_float32(x, FORMATS["fp16"], "nearest-even", True, x)
    >>> x
    array([ 3.140625e+00,  6.550400e+04, -0.000000e+00], dtype=float32)
    """
    flat, result = x.reshape(-1), out.reshape(-1)
    size = min(_BLOCK, flat.size)
    step: _Step
    narrow = layout.exponent_bits == 8 and layout.fraction_bits == 7 and rounding == "nearest-even" and not saturate
    if narrow and _bfloat16() is not None:
        size = min(_CAST_BLOCK, flat.size)
        step = _Cast(layout, rounding, saturate, size)
    elif layout.exponent_bits == 8:
        step = _SameExponent(layout, rounding, saturate, size)
    elif rounding == "nearest-even" and layout.fraction_bits < 22:
        step = _FewerExponents(layout, rounding, saturate, size)
    else:
        step = _ThroughFloat64(layout, rounding, saturate, size)
    with np.errstate(all="ignore"):
        for start in range(0, flat.size, max(size, 1)):
            step(flat[start : start + size], result[start : start + size])


class _Step:
    """One block from `x` to `out`. Constants are 0-d arrays and scratch space is kept: both save time a call."""

    def __init__(self, layout: Format, rounding: str, saturate: bool, size: int) -> None:
        self.layout, self.rounding, self.saturate = layout, rounding, saturate
        self.overflow, self.largest = _overflow(layout, saturate), layout.largest
        self.drop = 23 - layout.fraction_bits
        self.first, self.second = np.empty(size, np.uint32), np.empty(size, np.uint32)

    def __call__(self, x: Any, out: Any) -> None:
        raise NotImplementedError


class _SameExponent(_Step):
    """The format has float32's exponents (TF32, BF16): add just under half of the last kept bit, and cut.

    One more is added when the last kept bit is 1: a tie then goes up to the even neighbour. A carry runs into the
    exponent, which is right, and past the largest number into infinity, which is right too. Subnormals share
    the spacing of the bit patterns, so they need nothing. Only NaNs do: a carry would spoil them.
    """

    def __init__(self, layout: Format, rounding: str, saturate: bool, size: int) -> None:
        super().__init__(layout, rounding, saturate, size)
        half = (1 << self.drop) >> 1
        self.shift, self.one = _constant(self.drop), _constant(1)
        self.increment = _constant(max(half - 1, 0) if rounding == "nearest-even" else half)
        self.keep = _constant(0xFFFFFFFF << self.drop & 0xFFFFFFFF)

    def __call__(self, x: Any, out: Any) -> None:
        plain = np.maximum.reduce(x) <= self.largest and (
            self.overflow == np.inf or np.minimum.reduce(x) >= -self.largest
        )
        before = None if plain else x.copy()
        self._cut(x.view(np.uint32), out.view(np.uint32))
        if before is not None:
            self._mend(before, out)

    def _cut(self, bits: Any, out: Any) -> None:
        sums = self.first[: bits.size]
        if self.drop == 0 or self.rounding == "toward-zero":
            np.bitwise_and(bits, self.keep, out=out)
            return
        if self.rounding == "nearest-even":
            np.right_shift(bits, self.shift, out=sums)
            np.bitwise_and(sums, self.one, out=sums)
            np.add(sums, self.increment, out=sums)
            np.add(sums, bits, out=sums)
        else:
            np.add(bits, self.increment, out=sums)
        np.bitwise_and(sums, self.keep, out=out)

    def _mend(self, x: Any, out: Any) -> None:
        np.copyto(out, np.copysign(np.float32(self.overflow), x), where=np.abs(out) > self.largest)
        if self.rounding == "toward-zero" and not self.saturate:
            np.copyto(out, x, where=np.isinf(x))
        _keep_nans(x, out)


class _Cast(_Step):
    """BF16 where ml_dtypes is there: its compiled cast, there and back, takes two passes for our six.

    It rounds to nearest even, overflows to infinity and keeps NaNs.
    """

    def __init__(self, layout: Format, rounding: str, saturate: bool, size: int) -> None:
        super().__init__(layout, rounding, saturate, 0)
        self.narrow = np.empty(size, _bfloat16())

    def __call__(self, x: Any, out: Any) -> None:
        np.copyto(self.narrow[: x.size], x, casting="unsafe")
        np.copyto(out, self.narrow[: x.size], casting="unsafe")


def _bfloat16() -> Any:
    """ml_dtypes' BF16, None where it is missing."""
    try:
        import ml_dtypes
    except ImportError:
        return None
    return ml_dtypes.bfloat16


class _FewerExponents(_Step):
    """The format has fewer exponents (FP16, FP8): one addition rounds at a bit that depends on the exponent.

    Integers build, for each value, 1.5 times the power of two whose float32 spacing is the format's spacing there: the
    value's own exponent (at least that of the smallest normal number, which makes subnormals) plus the number of
    dropped bits. Adding it makes the processor round to nearest even at that bit, below zero as above, as the sum
    stays between one and two times that power; taking it away again is exact, except that it loses the sign of zero.
    """

    def __init__(self, layout: Format, rounding: str, saturate: bool, size: int) -> None:
        super().__init__(layout, rounding, saturate, size)
        self.sign, self.exponent = _constant(_SIGN), _constant(_INFINITY)
        self.raised = _constant((self.drop << 23) + (1 << 22))
        # A whole row, because NumPy takes the maximum with a single value several times slower.
        self.floor = np.full(size, layout.smallest_exponent + 127 << 23, dtype=np.uint32)
        self.limit = int(np.float32(layout.largest).view(np.uint32)) & _INFINITY

    def __call__(self, x: Any, out: Any) -> None:
        bits, power, rounded = x.view(np.uint32), self.first[: x.size], self.second[: x.size].view(np.float32)
        np.bitwise_and(bits, self.exponent, out=power)
        # Up to the power of two below the largest number nothing can overflow.
        before = None if np.maximum.reduce(power) < self.limit else x.copy()
        if before is None:
            self._round(x, power, rounded)
        else:
            # Twice the largest overflows like anything larger, and its power of two still fits into float32.
            tame = np.clip(x, -2 * self.largest, 2 * self.largest)
            np.bitwise_and(tame.view(np.uint32), self.exponent, out=power)
            self._round(tame, power, rounded)
            np.copyto(rounded, np.copysign(np.float32(self.overflow), x), where=np.abs(rounded) > self.largest)
        np.bitwise_and(bits, self.sign, out=power)
        np.bitwise_or(rounded.view(np.uint32), power, out=out.view(np.uint32))
        if before is not None:
            _keep_nans(before, out)

    def _round(self, x: Any, power: Any, rounded: Any) -> None:
        np.maximum(power, self.floor[: x.size], out=power)
        np.add(power, self.raised, out=power)
        np.add(x, power.view(np.float32), out=rounded)
        np.subtract(rounded, power.view(np.float32), out=rounded)


class _ThroughFloat64(_Step):
    def __call__(self, x: Any, out: Any) -> None:
        out[...] = round_float64(x.astype(np.float64), self.layout, self.rounding, self.saturate)


def round_float64(x: Any, layout: Format, rounding: str, saturate: bool) -> Any:
    """The float64 array `x` rounded to at most 11 exponent and 52 fraction bits, exactly, as a new array.

    >>> from gpu_utils.layouts import ieee
    >>> round_float64(np.array([0.1, 300.0]), ieee(4, 3), "nearest-even", False)
    array([0.1015625,       inf])
    """
    with np.errstate(all="ignore"):
        magnitude = np.abs(x)
        # frexp's significand lies in [0.5, 1): one less is the usual exponent.
        exponent = np.maximum(np.frexp(magnitude)[1] - 1, layout.smallest_exponent) - layout.fraction_bits
        steps = np.ldexp(magnitude, -exponent)
        whole = np.rint(steps) if rounding == "nearest-even" else np.trunc(steps)
        if rounding == "ties-away":
            whole += steps - whole >= 0.5
        result = np.ldexp(whole, exponent)
        over = result > layout.largest
        if rounding == "toward-zero":
            result[over] = layout.largest
            over = np.isinf(x)
        result[over] = _overflow(layout, saturate)
        return np.copysign(result, x)


def _overflow(layout: Format, saturate: bool) -> float:
    if saturate:
        return layout.largest
    return np.inf if layout.has_infinity else np.nan


def _keep_nans(x: Any, out: Any) -> None:
    """Put a quiet NaN with its sign wherever `x` is NaN."""
    bits = x.view(np.uint32)
    np.copyto(out.view(np.uint32), bits & np.uint32(_SIGN) | np.uint32(_QUIET), where=np.isnan(x))


def _constant(value: int) -> Any:
    return np.array(value, dtype=np.uint32)
