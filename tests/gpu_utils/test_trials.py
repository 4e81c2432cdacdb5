"""Kernels tried on small arrays: what a check compares, in values and in words."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_utils import kernels, trials
from gpu_utils.kernels import KernelError
from gpu_utils.trials import (
    barriers,
    blank,
    divergences,
    over,
    races,
    reads,
    strays,
    tried,
    unfilled,
    unwritten,
    written,
    written_at,
)

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
kernels.enable()
from numba import cuda, float32  # noqa: E402


@cuda.jit
def shift(values, out):
    """Each thread takes its left neighbour's value through shared memory, without the barrier that this needs."""
    line = cuda.shared.array(4, float32)
    i = cuda.threadIdx.x
    line[i] = values[cuda.grid(1)]
    out[cuda.grid(1)] = line[i - 1] if i else 0


def test_a_blank_is_full_of_nan_and_made_anew_each_time():
    @cuda.jit
    def first(out):
        out[0] = 1 if out[0] != out[0] else 2

    asked = blank(2)
    for _ in range(2):
        np.testing.assert_array_equal(written(first, 1, 1, asked), np.float32([1, np.nan]))
    assert written(first, 1, 1, blank(2, dtype="int32")).tolist() == [2, 0]


def test_what_a_kernel_did_is_said_in_words_or_none():
    values = np.arange(4, dtype=np.float32)
    assert "with no barrier between" in races(shift, 1, 4, values, blank(4))
    assert strays(shift, 1, 4, values, blank(4)) == unwritten(shift, 1, 4, values, blank(4)) == "none"
    assert divergences(shift, 1, 4, values, blank(4)) == "none"
    assert (reads(shift, 1, 4, values, blank(4)), barriers(shift, 1, 4, values, blank(4))) == (4, 0)
    assert strays(shift, 2, 4, values, blank(8)) == "thread (0, 0, 0) of block (1, 0, 0) reads values[4]"


def test_doing_nothing_is_no_merit():
    @cuda.jit
    def idle(values, out):
        pass

    launched = (idle, 1, 4, np.zeros(4), blank(4))
    for said in (strays, races, unwritten, divergences):
        assert said(*launched) == "nothing was written at all"
    assert unfilled(*launched) == 4
    with pytest.raises(KernelError, match="writes nothing"):
        over(10, reads, *launched)


def test_numbers_of_a_run_can_be_asked_for_one_by_one():
    launched = (shift, 1, 4, np.arange(4, dtype=np.float32), blank(4))
    assert (written_at((3,), *launched), unfilled(*launched)) == (2.0, 0)
    assert (over(3, reads, *launched), over(4, reads, *launched), over(9.5, barriers, *launched)) == (1, 0, 0)


def test_another_order_may_give_another_result():
    values = np.arange(4, dtype=np.float32)
    assert written(shift, 1, 4, values, blank(4)).tolist() == [0, 0, 1, 2]
    assert np.isnan(written(shift, 1, 4, values, blank(4), order="reverse")[1:]).all()


def test_not_written_yet_differs_from_stopped():
    @cuda.jit
    def later(out):
        raise NotImplementedError()

    @cuda.jit
    def broken(out):
        out[0] = 1 // 0

    @cuda.jit
    def refused(out):
        cuda.syncwarp()

    with pytest.raises(NotImplementedError):
        tried(later, 1, 1, blank(1))
    with pytest.raises(KernelError, match="ZeroDivisionError"):
        tried(broken, 1, 1, blank(1))
    with pytest.raises(KernelError, match="knows no warps"):
        tried(refused, 1, 1, blank(1))


def test_arithmetic_on_a_whole_array_is_refused_in_a_sentence():
    @cuda.jit
    def as_in_numpy(x, out):
        out[:] = 0.5 * x

    with pytest.raises(KernelError, match="a kernel works on single elements: index the array down to one"):
        written(as_in_numpy, 1, 1, np.ones(3), blank(3))


def test_public_names():
    assert set(trials.__all__) <= set(dir(trials))
