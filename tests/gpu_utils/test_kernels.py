"""Kernels on the CPU: what they may do, and errors that name the thread."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest

from gpu_utils import blocks
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
    expected = (
        r"thread \(2, 0, 0\) of block \(0, 0, 0\): ZeroDivisionError.*\(a spare thread, with no value of its own\?\), "
        rf"in line {line} of test_kernels.py: `x\[0\] = 1 // \(2 - cuda.threadIdx.x\)`"
    )
    with pytest.raises(KernelError, match=expected):
        count(divide, 1, 4, np.zeros(1))
    with pytest.raises(KernelError, match=expected):
        launch_here(divide, 1, 4, np.zeros(1))


@pytest.mark.parametrize(
    "whole",
    [
        lambda x: x * 2,
        lambda x: 2 // x,
        lambda x: x @ x,
        lambda x: np.ones(3) @ x,
        lambda x: -x,
        lambda x: x < 1,
        lambda x: bool(x),
        lambda x: np.sqrt(x),
        lambda x: np.mean(x),
        lambda x: np.float32(2) * x,
        lambda x: x.mean(),
        lambda x: x[:2].sum(),
    ],
)
def test_whole_arrays_are_refused_in_the_words_of_a_kernel(whole):
    helper = cuda.jit(device=True)(whole)

    @cuda.jit
    def kernel(image, out):
        out[0] = helper(image)

    with pytest.raises(KernelError, match="a kernel works on single elements: index the array down to one"):
        count(kernel, 1, 1, np.zeros(3), np.zeros(3))


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


@cuda.jit
def waits_for_ever(x):
    step = 2
    while step > 0:
        if cuda.threadIdx.x < step:
            step //= 2
        cuda.syncthreads()


@cuda.jit
def reads_for_ever(x):
    while x[cuda.threadIdx.x] == 0:
        pass


@cuda.jit
def runs_away(x):
    i = 0
    while x[i] != 1:
        i += 1


@cuda.jit
def turns_for_ever(x):
    i = 0
    while i < cuda.blockDim.x:
        i += 0


class TestEndlessLoops:
    """A loop that never ends is stopped, and the sentence says whose it is and where."""

    @pytest.mark.parametrize(
        ("kernel", "thread", "so_far"),
        [
            (waits_for_ever, 1, "1,000 barriers so far"),
            (reads_for_ever, 0, "300,000 reads and writes so far"),
            (runs_away, 0, "300,000 reads and writes so far"),
            (turns_for_ever, 0, "still at work, no barrier in sight"),
        ],
    )
    def test_it_is_stopped_with_a_sentence(self, kernel, thread, so_far, monkeypatch):
        if "at work" in so_far:
            monkeypatch.setattr(blocks, "PATIENCE_S", 0.4)
        before = threading.active_count()
        expected = (
            rf"thread \({thread}, 0, 0\) of block \(0, 0, 0\) seems never to end \({so_far}\): "
            r"look at the condition of its loop, in line \d+ of test_kernels.py: `"
        )
        with pytest.raises(KernelError, match=expected):
            count(kernel, 1, 4, np.zeros(4))
        for _ in range(50):
            if threading.active_count() == before:
                break
            time.sleep(0.1)
        assert threading.active_count() == before

    def test_without_a_record_too(self, monkeypatch):
        monkeypatch.setattr(blocks, "PATIENCE_S", 0.4)
        for kernel in (waits_for_ever, reads_for_ever):
            with pytest.raises(KernelError, match="seems never to end"):
                launch_here(kernel, 1, 4, np.zeros(4))

    def test_the_second_time_it_takes_less_patience_and_says_the_same(self, monkeypatch):
        monkeypatch.setattr(blocks, "PATIENCE_S", 1.2)

        @cuda.jit
        def turns(x):
            i = 0
            while i < 1:
                i += 0

        said, took = [], []
        for _ in range(2):
            began = time.process_time()
            with pytest.raises(KernelError, match="`while i < 1:`") as error:
                count(turns, 1, 4, np.zeros(4))
            said.append(str(error.value))
            took.append(time.process_time() - began)
        assert said[0] == said[1] and took[1] < took[0]

    def test_a_long_way_with_an_end_is_let_through(self):
        @cuda.jit
        def patient(x):
            for _ in range(900):
                x[cuda.threadIdx.x] += 1
                cuda.syncthreads()

        x = np.zeros(2)
        assert count(patient, 1, 2, x).barriers == 900 and x.tolist() == [900, 900]
