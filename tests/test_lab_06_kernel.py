"""Lab 06's kernel that rounds to TF32 before Ampere: the very source, built by a C compiler, against the emulation."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gpu_utils import formats
from gpu_utils.compiler import example

COMPILER = shutil.which("cc") or shutil.which("gcc")
CUDA_WORDS = """
#include <math.h>
#include <string.h>
#define __global__
#define __CUDA_ARCH__ 750
typedef struct { int x; } place;
static place blockIdx, blockDim = {1}, threadIdx;
static unsigned int __float_as_uint(float x) { unsigned int bits; memcpy(&bits, &x, 4); return bits; }
static float __uint_as_float(unsigned int bits) { float x; memcpy(&x, &bits, 4); return x; }
"""
EVERY_THREAD = """
void launch(const float *x, float *out, int n) {
    for (blockIdx.x = 0; blockIdx.x < n; blockIdx.x++)
        round_tf32(x, out, n);
}
"""


@pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")
def test_before_ampere_the_integers_round_as_the_instruction_does_and_keep_every_nan(tmp_path: Path):
    source = CUDA_WORDS + example("round_tf32").replace('extern "C" ', "") + EVERY_THREAD
    (tmp_path / "kernel.c").write_text(source)
    built = tmp_path / "kernel.so"
    subprocess.run([str(COMPILER), "-O1", "-shared", "-fPIC", "-o", built, tmp_path / "kernel.c", "-lm"], check=True)
    patterns = np.random.default_rng(6).integers(0, 2**32, 2**18, dtype=np.uint32)
    patterns[: 2**17] = patterns[: 2**17] & np.uint32(0xFFFFE000) | np.uint32(0x1000)  # half of them ties
    patterns[:6] = 0x7FFFFFFF, 0xFFFFFFFF, 0x7F800001, 0xFF801FFF, 0x7F800000, 0x7F7FFFFF
    x = patterns.view(np.float32)
    out = np.zeros_like(x)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (x, out)]
    ctypes.CDLL(str(built)).launch(*pointers, ctypes.c_int(x.size))
    np.testing.assert_array_equal(out, formats.round_to(x, "tf32", rounding="ties-away"))
    nans = np.isnan(x)
    assert np.isnan((out.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)[nans]).all()  # cut, it still is one
