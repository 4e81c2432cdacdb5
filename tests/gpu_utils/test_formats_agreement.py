"""Number formats against ml_dtypes, NumPy and torch: every pattern of the narrow ones, and values hard to round."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_utils.formats import FORMATS, decode, encode, ieee, neighbours, round_to
from tests.gpu_utils.format_demo import hard_float32, patterns, same, wide

ml_dtypes = pytest.importorskip("ml_dtypes", reason="ml_dtypes (extra lab) is not installed")

NARROW = {
    "bf16": ml_dtypes.bfloat16,
    "fp16": np.float16,
    "e5m2": ml_dtypes.float8_e5m2,
    "e4m3": ml_dtypes.float8_e4m3fn,
}
IEEE = {(4, 3): ml_dtypes.float8_e4m3, (3, 4): ml_dtypes.float8_e3m4}
BY_NAME = pytest.mark.parametrize("name", NARROW)


def cast(x: np.ndarray, dtype: type) -> np.ndarray:
    with np.errstate(all="ignore"):
        return x.astype(dtype).astype(x.dtype)


@pytest.mark.parametrize("name, dtype", NARROW.items())
def test_the_table_agrees_with_finfo(name: str, dtype: type):
    one, info = FORMATS[name], ml_dtypes.finfo(dtype)
    ours = (one.bits, one.largest, one.smallest_normal, one.smallest_subnormal, one.epsilon)
    theirs = (info.bits, info.max, info.smallest_normal, info.smallest_subnormal, info.eps)
    assert ours == tuple(float(value) for value in theirs)


@BY_NAME
def test_every_number_of_the_format_stays_itself(name: str):
    numbers = wide(patterns(NARROW[name]), np.float32)
    assert same(round_to(numbers, name), numbers)
    assert same(round_to(wide(numbers), name), wide(numbers))


@BY_NAME
def test_float32_rounds_as_ml_dtypes_and_numpy_do(name: str):
    x = hard_float32()
    assert same(round_to(x, name), cast(x, NARROW[name]))


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


@BY_NAME
def test_neighbours_are_the_next_patterns(name: str):
    numbers = wide(patterns(NARROW[name]))
    ordered = np.unique(numbers[np.isfinite(numbers)])
    below, above = neighbours(ordered, name)
    assert (below[1:] == ordered[:-1]).all() and (above[:-1] == ordered[1:]).all()
    middles = (ordered[1:] + ordered[:-1]) / 2
    below, above = neighbours(middles, name)
    assert (below == ordered[:-1]).all() and (above == ordered[1:]).all()
