"""Number formats: every pattern of the narrow ones against ml_dtypes and torch, TF32 against integers written here."""

from __future__ import annotations

import math
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpu_utils import formats
from gpu_utils.formats import FORMATS, decode, encode, find, ieee, matmul, neighbours, round_to, spacing
from gpu_utils.provenance import Provenance

NARROW = {
    "bf16": ml_dtypes.bfloat16,
    "fp16": np.float16,
    "e5m2": ml_dtypes.float8_e5m2,
    "e4m3": ml_dtypes.float8_e4m3fn,
}
IEEE = {(4, 3): ml_dtypes.float8_e4m3, (3, 4): ml_dtypes.float8_e3m4}
BY_NAME = pytest.mark.parametrize("name", NARROW)
ANY_FLOAT32 = st.integers(0, 2**32 - 1).map(lambda bits: np.array([bits], np.uint32).view(np.float32))


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


def cast(x: np.ndarray, dtype: type) -> np.ndarray:
    with np.errstate(all="ignore"):
        return x.astype(dtype).astype(x.dtype)


def wide(x: np.ndarray, dtype: type = np.float64) -> np.ndarray:
    """`x` in another precision; a signalling NaN becomes quiet without a warning."""
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def hard_float32() -> np.ndarray:
    """A million random patterns, and around every FP16 and BF16 number its ties and their neighbours."""
    rng = np.random.default_rng(7)
    random = rng.integers(0, 2**32, 1_000_000, dtype=np.uint32)
    near = np.concatenate([wide(patterns(dtype), np.float32) for dtype in NARROW.values()])
    middles = np.concatenate(
        [near.view(np.uint32) + np.uint32(half) for half in (0, 1 << 12, 1 << 15, 1 << 19, 1 << 20)]
    )
    around = np.concatenate([middles - np.uint32(1), middles, middles + np.uint32(1)])
    return np.concatenate([random, around]).view(np.float32)


# What the formats are


@pytest.mark.parametrize("name, dtype", NARROW.items())
def test_the_table_agrees_with_finfo(name: str, dtype: type):
    one, info = FORMATS[name], ml_dtypes.finfo(dtype)
    ours = (one.bits, one.largest, one.smallest_normal, one.smallest_subnormal, one.epsilon)
    theirs = (info.bits, info.max, info.smallest_normal, info.smallest_subnormal, info.eps)
    assert ours == tuple(float(value) for value in theirs)


def test_tf32_has_the_range_of_fp32_and_the_digits_of_fp16():
    tf32, fp32, fp16 = (FORMATS[name] for name in ("tf32", "fp32", "fp16"))
    assert (tf32.bits, tf32.bias, tf32.smallest_normal) == (19, 127, fp32.smallest_normal)
    assert tf32.epsilon == fp16.epsilon
    assert fp32.largest == np.finfo(np.float32).max and FORMATS["fp64"].largest == np.finfo(np.float64).max


def test_real_e4m3_gives_infinity_up_and_ends_later():
    assert (FORMATS["e4m3"].largest, FORMATS["e4m3"].has_infinity) == (448.0, False)
    assert (ieee(4, 3).largest, ieee(4, 3).has_infinity) == (240.0, True)
    assert np.isnan(round_to(465.0, "e4m3")) and round_to(464.0, "e4m3") == 448.0
    assert round_to(250.0, ieee(4, 3)) == np.inf


def test_a_format_is_found_by_name_in_any_case():
    assert find("TF32") is FORMATS["tf32"] and find(ieee(5, 2)) == ieee(5, 2)
    with pytest.raises(ValueError, match="no format 'fp12'; there are fp64, fp32, tf32"):
        find("fp12")
    with pytest.raises(ValueError, match="2 to 11 exponent bits"):
        ieee(12, 3)


# Rounding


@BY_NAME
def test_every_number_of_the_format_stays_itself(name: str):
    numbers = wide(patterns(NARROW[name]), np.float32)
    assert same(round_to(numbers, name), numbers)
    assert same(round_to(wide(numbers), name), wide(numbers))


@BY_NAME
def test_float32_rounds_as_ml_dtypes_and_numpy_do(name: str):
    x = hard_float32()
    assert same(round_to(x, name), cast(x, NARROW[name]))


@BY_NAME
def test_float64_rounds_as_float32_does(name: str):
    x = hard_float32()
    assert same(wide(round_to(wide(x), name), np.float32), round_to(x, name))


@pytest.mark.parametrize("widths, dtype", IEEE.items())
def test_formats_by_widths_round_as_ml_dtypes_does(widths: tuple[int, int], dtype: type):
    x = hard_float32()
    assert same(round_to(x, ieee(*widths)), cast(x, dtype))


@BY_NAME
def test_torch_agrees(name: str):
    torch = pytest.importorskip("torch")
    dtypes = {"bf16": torch.bfloat16, "fp16": torch.float16, "e5m2": torch.float8_e5m2, "e4m3": torch.float8_e4m3fn}
    every = torch.from_numpy(np.arange(1 << FORMATS[name].bits).astype(f"u{FORMATS[name].bits // 8}"))
    numbers = every.view(dtypes[name]).float().numpy()
    assert same(np.asarray(decode(every.numpy(), name), np.float32), numbers)
    x = hard_float32()
    # torch saturates some FP8 casts on some releases: beyond the largest number the tests above speak.
    x = x[np.abs(x) <= FORMATS[name].largest]
    assert same(round_to(x, name), torch.from_numpy(x).to(dtypes[name]).float().numpy())


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


# Bit patterns


@BY_NAME
def test_decode_gives_every_number(name: str):
    numbers = patterns(NARROW[name])
    unsigned = numbers.view(f"u{numbers.itemsize}")
    assert same(decode(unsigned, name), wide(numbers))


@BY_NAME
def test_encode_gives_every_pattern_back(name: str):
    numbers = patterns(NARROW[name])
    unsigned = numbers.view(f"u{numbers.itemsize}")
    finite = ~np.isnan(wide(numbers))
    codes = encode(wide(numbers), name)
    assert codes.dtype == unsigned.dtype and (codes[finite] == unsigned[finite]).all()
    assert np.isnan(decode(codes[~finite], name)).all()


@given(st.integers(0, 2**19 - 1))
def test_tf32_patterns_are_those_of_fp32_without_their_tail(code: int):
    value = np.array([code << 13], np.uint32).view(np.float32)
    assert same(np.asarray(decode([code], "tf32"), np.float32), value)


def test_patterns_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="E4M3 has 8 bits: patterns run from 0 to 0xff"):
        decode(256, "e4m3")
    with pytest.raises(ValueError, match="FP16 has 16 bits"):
        decode(-1, "fp16")
    with pytest.raises(TypeError, match="integers, not float64"):
        decode(1.0, "fp16")


# Neighbours and spacing


@BY_NAME
def test_neighbours_are_the_next_patterns(name: str):
    numbers = wide(patterns(NARROW[name]))
    ordered = np.unique(numbers[np.isfinite(numbers)])
    below, above = neighbours(ordered, name)
    assert (below[1:] == ordered[:-1]).all() and (above[:-1] == ordered[1:]).all()
    middles = (ordered[1:] + ordered[:-1]) / 2
    below, above = neighbours(middles, name)
    assert (below == ordered[:-1]).all() and (above == ordered[1:]).all()


def test_beyond_the_largest_comes_infinity_or_nothing():
    assert neighbours(65504.0, "fp16")[1] == np.inf and neighbours(np.inf, "fp16") == (65504.0, np.inf)
    assert np.isnan(neighbours(448.0, "e4m3")[1]) and neighbours(1e6, "fp16")[0] == 65504.0
    assert np.isnan(neighbours(np.nan, "bf16")).all()


@pytest.mark.parametrize("name, dtype", [("fp16", np.float16), ("fp32", np.float32)])
def test_spacing_is_numpys(name: str, dtype: type):
    x = patterns(np.float16).astype(dtype)
    x = x[np.isfinite(x) & (np.abs(x) < np.finfo(dtype).max)]
    assert (spacing(x, name) == np.spacing(np.abs(x)).astype(np.float64)).all()
    assert np.isnan(spacing([np.inf, np.nan], name)).all()


# Products


def test_a_product_says_how_it_was_made():
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((5, 64), np.float32), rng.standard_normal((64, 7), np.float32)
    product = matmul(a, b)
    assert product.provenance is Provenance.EMULATED and (product.inputs, product.accumulate) == ("TF32", "float32")
    expected = round_to(a, "tf32").astype(np.float64) @ round_to(b, "tf32").astype(np.float64)
    assert np.abs(product.values - expected).max() <= 64 * 2**-24 * np.abs(a).max() * np.abs(b).max() * 64


def test_narrow_sums_stagnate():
    ones = np.ones((1, 4096), np.float32)
    assert matmul(ones, ones.T, "fp16", "fp16").values == 2048.0
    assert matmul(ones, ones.T, "fp16", "float32").values == 4096.0


def test_a_product_of_wrong_shapes_is_refused():
    with pytest.raises(ValueError, match=r"\(n, k\) and \(k, m\), not \(2, 3\) and \(2, 3\)"):
        matmul(np.zeros((2, 3)), np.zeros((2, 3)))


def test_importing_it_needs_numpy_only():
    code = "import sys, gpu_utils.formats; print(sorted({'torch', 'numba', 'ml_dtypes', 'triton'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
