"""Kernels on the CPU: what they may do, and errors that name the thread."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest

from gpu_utils.kernels import KernelError, count
from gpu_utils.provenance import Provenance
from tests.gpu_utils.kernel_demo import BLOCK, block_sum, launch_here

numba = pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
from numba import cuda, float32  # noqa: E402


def test_launch_says_what_its_results_are():
    x = np.arange(8, dtype=np.float32)
    assert launch_here(block_sum, 1, BLOCK, x, out := np.zeros(1, np.float32)) is Provenance.EMULATED
    assert out[0] == 28.0


def test_cuda_may_be_reached_through_numba():
    @numba.cuda.jit
    def fill(x):
        x[numba.cuda.grid(1)] = 7

    x = np.zeros(3)
    assert count(fill, 3, 1, x).global_writes == 3 and x.tolist() == [7] * 3


def test_device_functions_and_names_from_around_work():
    factor = 3

    @cuda.jit(device=True)
    def place():
        return cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x

    @cuda.jit
    def triple(x):
        mine = cuda.local.array(1, float32)
        mine[0] = factor * x[place()]
        if cuda.grid(1) < cuda.gridsize(1):
            x[place()] = mine[0]

    x = np.arange(6.0)
    assert count(triple, 3, 2, x).global_reads == 6 and x.tolist() == [0, 3, 6, 9, 12, 15]


def test_a_kernel_is_itself_again_afterwards():
    before = dict(block_sum.py_func.__globals__)
    count(block_sum, 1, BLOCK, np.zeros(8, np.float32), np.zeros(1, np.float32))
    assert block_sum.py_func.__globals__["cuda"] is before["cuda"] is cuda


@pytest.mark.parametrize("barrier", [False, True])
def test_a_kernel_that_stops_names_thread_and_line(barrier: bool):
    @cuda.jit
    def divide(x):
        if barrier:
            cuda.syncthreads()
        x[0] = 1 // (2 - cuda.threadIdx.x)

    line = divide.py_func.__code__.co_firstlineno + 4
    expected = rf"thread \(2, 0, 0\) of block \(0, 0, 0\), line {line}: ZeroDivisionError"
    with pytest.raises(KernelError, match=expected):
        count(divide, 1, 4, np.zeros(1))
    with pytest.raises(KernelError, match=expected):
        launch_here(divide, 1, 4, np.zeros(1))


def test_arithmetic_on_whole_arrays_is_refused():
    @cuda.jit
    def whole(image, out):
        out[0] = image * 2

    with pytest.raises(KernelError, match="TypeError"):
        count(whole, 1, 1, np.zeros(3), np.zeros(3))


def test_half_an_index_is_no_index():
    @cuda.jit
    def halved(x):
        x[cuda.grid(1) / 2] = 1

    with pytest.raises(KernelError, match="an index is an integer, not float"):
        count(halved, 1, 1, np.zeros(3))


def test_impossible_launches_are_refused():
    x = np.zeros(1)
    with pytest.raises(ValueError, match="at most 1024 threads, not 2048"):
        count(block_sum, 1, (64, 32), x, x)
    with pytest.raises(ValueError, match="a grid is one to three whole numbers of at least 1, not 0"):
        count(block_sum, 0, 8, x, x)
    with pytest.raises(ValueError, match="order is 'forward', 'reverse' or a seed"):
        count(block_sum, 1, 8, x, x, order="sideways")
    with pytest.raises(TypeError, match=r"a function with @cuda.jit, not function"):
        count(launch_here, 1, 8, x, x)
    with pytest.raises(TypeError, match="NumPy arrays, arrays of the device and numbers, not list"):
        count(block_sum, 1, 8, [1.0], x)
    with pytest.raises(TypeError, match="block_sum: missing a required argument: 'partial'"):
        count(block_sum, 1, 8, x)


def test_no_thread_outlives_a_launch():
    before = threading.active_count()
    count(block_sum, 4, BLOCK, np.zeros(32, np.float32), np.zeros(4, np.float32))
    assert threading.active_count() == before


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer to interrupt with")
def test_an_endless_kernel_can_be_interrupted():
    @cuda.jit
    def endless(x):
        while x[0] == 0:
            pass

    def interrupt(*_):
        raise KeyboardInterrupt

    before, former = threading.active_count(), signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            launch_here(endless, 1, 1, np.zeros(1))
    finally:
        signal.signal(signal.SIGALRM, former)
    for _ in range(50):
        if threading.active_count() == before:
            break
        time.sleep(0.1)
    assert threading.active_count() == before
