"""Rounding: TF32 against integers written here, specials, saturation, and any format by its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpu_utils import formats
from gpu_utils.formats import FORMATS, decode, encode, ieee, neighbours, round_to, spacing
from tests.gpu_utils.format_demo import hard_float32, same, wide

ANY_FLOAT32 = st.integers(0, 2**32 - 1).map(lambda bits: np.array([bits], np.uint32).view(np.float32))


@pytest.mark.parametrize("name", ["bf16", "fp16", "e5m2", "e4m3"])
def test_float64_rounds_as_float32_does(name: str):
    x = hard_float32()
    assert same(wide(round_to(wide(x), name), np.float32), round_to(x, name))


def tf32_by_integers(bits: np.ndarray, ties_to_even: bool) -> np.ndarray:
    """Another way to the same end: quotient and remainder of the magnitude by 2^13, in 64 bits, no carry tricks."""
    magnitude, sign = (bits & 0x7FFFFFFF).astype(np.int64), bits & np.uint32(0x80000000)
    quotient, remainder = np.divmod(magnitude, 8192)
    up = (remainder > 4096) | ((remainder == 4096) & ((quotient % 2 == 1) if ties_to_even else True))
    rounded = np.where(magnitude > 0x7F800000, 0x7FC00000, np.minimum((quotient + up) * 8192, 0x7F800000))
    return (rounded.astype(np.uint32) | sign).view(np.float32)


@pytest.mark.parametrize("rounding", ["nearest-even", "ties-away"])
def test_tf32_against_integers_on_ten_million_patterns(rounding: str):
    bits = np.random.default_rng(32).integers(0, 2**32, 10_000_000, dtype=np.uint32)
    # A tie in every eighth pattern, specials at the front.
    bits[::8] = bits[::8] & np.uint32(0xFFFFE000) | np.uint32(0x1000)
    bits[:8] = [0, 0x80000000, 0x7F800000, 0xFF800000, 0x7F800001, 0xFFFFFFFF, 0x7F7FFFFF, 0x00001000]
    assert same(round_to(bits.view(np.float32), "tf32", rounding=rounding), tf32_by_integers(bits, rounding[0] == "n"))


def test_the_ways_to_round_differ_at_ties_and_below():
    tie, above = 1 + 2**-11, 1 + 2**-11 + 2**-20
    by = {name: [float(round_to(x, "tf32", rounding=name)) for x in (tie, above, -tie)] for name in formats.ROUNDINGS}
    up = 1 + 2**-10
    assert by == {"nearest-even": [1, up, -1], "ties-away": [up, up, -up], "toward-zero": [1, 1, -1]}


@pytest.mark.parametrize("name", ["tf32", "bf16", "fp16", "e4m3"])
@pytest.mark.parametrize("rounding", formats.ROUNDINGS)
def test_both_precisions_agree_on_each_way_to_round(name: str, rounding: str):
    x = hard_float32()[::5]
    for overflow in formats.OVERFLOWS:
        exact = round_to(wide(x), name, rounding=rounding, overflow=overflow)
        assert same(round_to(x, name, rounding=rounding, overflow=overflow), wide(exact, np.float32))


@pytest.mark.parametrize("name", ["tf32", "bf16", "fp16", "e5m2", "e4m3"])
def test_saturation_ends_at_the_largest_number(name: str):
    largest = np.float32(FORMATS[name].largest)
    x = np.array([np.inf, -np.inf, np.finfo(np.float32).max, largest, np.nan, 1.0], np.float32)
    expected = np.array([largest, -largest, largest, largest, np.nan, 1.0], np.float32)
    assert same(round_to(x, name, overflow="saturate"), expected)


def test_a_nan_stays_a_nan_whatever_its_payload_and_keeps_its_sign():
    bits = np.array([0x7F800001, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF, 0x7FC00000], np.uint32)
    for name in ("tf32", "bf16", "fp16", "e5m2", "e4m3"):
        rounded = round_to(bits.view(np.float32), name)
        assert np.isnan(rounded).all(), name
        assert np.signbit(rounded).tolist() == [False, False, True, True, False], name


def test_a_special_value_spoils_no_other_in_its_block():
    x = np.random.default_rng(1).standard_normal(200_000, dtype=np.float32)
    for name in ("tf32", "bf16", "fp16", "e4m3"):
        alone = round_to(x, name)
        spoilt = x.copy()
        spoilt[[5, 70_000]] = [np.nan, -np.inf]
        rest = np.delete(np.arange(x.size), [5, 70_000])
        assert same(round_to(spoilt, name)[rest], alone[rest])


@settings(deadline=None)
@given(ANY_FLOAT32, st.integers(2, 8), st.integers(1, 23))
def test_rounding_any_float32_to_any_format_is_nearest(x: np.ndarray, exponent_bits: int, fraction_bits: int):
    one = ieee(exponent_bits, fraction_bits)
    rounded = round_to(x, one)
    assert same(round_to(rounded, one), rounded)
    assert same(-round_to(-x, one), rounded)
    if np.isfinite(rounded[0]):
        value = float(x[0])
        below, above = neighbours(float(rounded[0]), one)
        assert abs(value - float(rounded[0])) <= min(
            abs(value - other) for other in (below, above) if math.isfinite(other)
        )


@settings(deadline=None)
@given(st.floats(), st.integers(2, 11), st.integers(1, 52))
@example(1.6e308, 11, 1)
@example(5e-324, 11, 52)
def test_float64_rounds_to_any_format(x: float, exponent_bits: int, fraction_bits: int):
    one = ieee(exponent_bits, fraction_bits)
    rounded = round_to(x, one)
    assert same(np.asarray(decode(encode(x, one), one)).reshape(1), np.asarray(rounded).reshape(1))
    assert math.isnan(x) or abs(x) > one.largest or abs(rounded - x) <= spacing(x, one) / 2


def test_the_result_goes_where_it_is_told():
    x = np.random.default_rng(2).standard_normal((300, 401), dtype=np.float32)
    expected = round_to(x, "bf16")
    for out in (np.empty_like(x), np.empty((401, 300), np.float32).T, np.empty((300, 802), np.float32)[:, ::2]):
        assert round_to(x, "bf16", out=out) is out
        assert same(np.ascontiguousarray(out), expected)
    shifted = np.concatenate([np.zeros(1, np.float32), x.ravel()])
    round_to(shifted[1:], "bf16", out=shifted[:-1])
    assert same(shifted[:-1], expected.ravel())
    assert round_to(x, "bf16", out=x) is x and same(x, expected)


def test_shapes_and_scalars_keep_their_kind():
    assert isinstance(round_to(np.float32(0.1), "bf16"), np.float32) and isinstance(round_to(0.1, "bf16"), np.float64)
    assert round_to(np.zeros((0, 3), np.float32), "e4m3").shape == (0, 3)
    assert round_to([1, 2.6], "fp16").dtype == np.float64
    assert same(round_to(np.arange(6.0, dtype=np.float32)[::-2], "fp16"), np.array([5, 3, 1], np.float32))


def test_inputs_are_left_alone():
    x = np.array([np.nan, 1e30, 0.1], np.float32)
    before = x.copy()
    for name in FORMATS:
        round_to(x, name)
    assert same(x, before)


def test_wrong_arguments_are_explained():
    x = np.zeros(3, np.float32)
    with pytest.raises(TypeError, match="float32 or float64, not int64"):
        round_to(np.arange(3), "bf16")
    with pytest.raises(ValueError, match="rounding is one of nearest-even"):
        round_to(x, "bf16", rounding="up")
    with pytest.raises(ValueError, match="overflow is one of infinity, saturate"):
        round_to(x, "bf16", overflow="wrap")
    with pytest.raises(ValueError, match=r"out must be an array of shape \(3,\) and float32"):
        round_to(x, "bf16", out=np.zeros(3))
