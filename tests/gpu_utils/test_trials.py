"""Kernels tried on small arrays: what a check compares, in values and in words."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_utils import faults, kernels, trials
from gpu_utils.checks import check
from gpu_utils.faults import changes, clean, divergences, over, races, resizes, strays, unfilled, unwritten
from gpu_utils.kernels import KernelError
from gpu_utils.trials import barriers, blank, reads, reads_of_one_thread, tried, written, written_at

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
    assert strays(shift, 2, 4, values, blank(8)) == (
        "thread (0, 0, 0) of block (1, 0, 0) reads values[4], but its last index is 3 (4 such accesses in all)"
    )


def test_doing_nothing_is_no_merit():
    @cuda.jit
    def idle(values, out):
        pass

    launched = (idle, 1, 4, np.zeros(4), blank(4))
    for said in (strays, races, unwritten, divergences):
        assert said(*launched) == "nothing was written at all"
    assert changes(*launched) == resizes(*launched[:-1], (1, 2)) == "nothing was written at all"
    assert unfilled(*launched) == "4 of 4 values are empty, the first at [0]"
    with pytest.raises(KernelError, match="writes nothing"):
        over(10, reads, *launched)


def test_numbers_of_a_run_can_be_asked_for_one_by_one():
    launched = (shift, 1, 4, np.arange(4, dtype=np.float32), blank(4))
    assert (written_at((3,), *launched), unfilled(*launched)) == (2.0, "none")
    assert reads_of_one_thread(*launched) == 2
    assert over(3, reads, *launched) == "4 reads, and 3 would do"
    assert over(4, reads, *launched) == over(9.5, barriers, *launched) == "none"
    assert over(1, reads_of_one_thread, *launched) == "2 reads of one thread, and 1 would do"


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
    assert set(trials.__all__) <= set(dir(trials)) and set(faults.__all__) <= set(dir(faults))


def test_arrays_stay_as_they_were_and_who_changes_one_is_told():
    @cuda.jit
    def hasty(values, out):
        i = cuda.grid(1)
        values[i] += 1
        out[i] = values[i]

    values = np.zeros((2, 3))[:, ::2]
    assert changes(hasty, 1, 2, values[:, 0], blank(2)) == (
        "thread (0, 0, 0) of block (0, 0, 0) writes values[0] (2 such writes in all)"
    )
    assert not values.any()
    assert changes(shift, 1, 4, np.zeros(4, np.float32), blank(4)) == "none"


def test_an_array_that_is_passed_twice_stays_one():
    @cuda.jit
    def onward(here, there):
        i = cuda.grid(1)
        there[i] = here[i - 1] if i else 0

    row = np.zeros(4)
    assert len(tried(onward, 1, 4, row, row)[1].races) == 3
    assert len(tried(onward, 1, 4, row, row.copy())[1].races) == 0


def test_who_waits_and_who_has_ended_is_told():
    @cuda.jit
    def apart(out):
        out[0] = 1
        if cuda.threadIdx.x < 2:
            cuda.syncthreads()
        else:
            cuda.syncthreads()

    line = apart.py_func.__code__.co_firstlineno + 4
    assert divergences(apart, 1, 4, blank(1)) == (
        f"in block (0, 0, 0) threads wait at 2 barriers at once, in line {line} and {line + 2} of your cell"
    )


def test_a_fault_is_what_a_check_says(capsys):
    values = np.arange(4, dtype=np.float32)

    @cuda.jit
    def later(values, out):
        raise NotImplementedError()

    @cuda.jit
    def broken(values, out):
        out[0] = values.mean()

    with check("shift") as c:
        clean(c, "threads wait for each other", races, shift, 1, 4, values, blank(4), hint="a barrier")
        clean(c, "no thread strays", strays, shift, 1, 4, values, blank(4))
    said = capsys.readouterr().out
    assert (
        "✗ threads wait for each other\n      thread (0, 0, 0) of block (0, 0, 0) writes line[0] and thread (1, 0, 0)"
        in said
    )
    assert "hint: a barrier" in said and "✓ no thread strays" in said and c.score == 0.67
    for kernel, status in ((later, "not_attempted"), (broken, "failed")):
        with check("kernel") as c:
            clean(c, "no thread strays", strays, kernel, 1, 4, values, blank(4))
        assert c.verdict.status == status
    assert "an array has no `mean` in a kernel" in capsys.readouterr().out
