"""Number formats: what they are, their bit patterns, neighbours, and products in them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_utils.formats import FORMATS, decode, find, ieee, matmul, neighbours, round_to, spacing
from gpu_utils.provenance import Provenance
from tests.gpu_utils.format_demo import patterns, same


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
