"""Numba's switch between a GPU and its simulator, in processes of their own: it is read once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")


def fresh(code: str, **environment: str) -> str:
    """What a new Python prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**{name: value for name, value in os.environ.items() if name != "NUMBA_ENABLE_CUDASIM"}, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


SQUARE = """
import numpy as np
from numba import cuda
from gpu_utils import kernels
@cuda.jit
def square(x):
    i = cuda.grid(1)
    if i < x.size:
        x[i] = x[i] * x[i]
"""


def test_without_a_gpu_the_simulator_is_switched_on_before_numba_looks():
    first = "from gpu_utils import kernels\nprint(kernels.enable(gpu_works=lambda: False))"
    rest = "x = np.arange(5.0); square[1, 8](x); kernels.launch(square, 1, 8, x); print(x.tolist(), kernels.where())"
    expected = ["simulator", "[0.0, 1.0, 16.0, 81.0, 256.0] simulator"]
    assert fresh(f"{first}\n{SQUARE}\n{rest}").splitlines() == expected
    assert fresh(f"import numba\n{first}\n{SQUARE}\n{rest}").splitlines() == expected


def test_device_arrays_of_the_simulator_are_counted_in_place():
    code = f"""{SQUARE}
x = cuda.to_device(np.arange(5.0))
print(kernels.count(square, 1, 8, x).global_reads, x.copy_to_host().tolist())"""
    assert fresh(code, NUMBA_ENABLE_CUDASIM="1") == "10 [0.0, 1.0, 4.0, 9.0, 16.0]"


def test_a_switch_that_was_set_is_left_alone():
    code = "from gpu_utils import kernels\nprint(kernels.enable(gpu_works=lambda: True))"
    assert fresh(code, NUMBA_ENABLE_CUDASIM="1") == "simulator"
    assert fresh(code) == "gpu"


def test_too_late_says_what_to_do():
    code = f"""{SQUARE}
kernels.where = lambda: "nowhere"
try:
    kernels.enable()
except RuntimeError as error:
    print(error)"""
    assert "restart the notebook's kernel and call enable() first, or set NUMBA_ENABLE_CUDASIM=1" in fresh(code)


def test_importing_it_needs_no_numba():
    code = "import sys, gpu_utils.kernels; print({'numba', 'torch'} & set(sys.modules) or 'light')"
    assert fresh(code) == "light"
