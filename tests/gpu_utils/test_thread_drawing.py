"""The kernel to step through and the pictures of grids, driven without a browser."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from gpu_utils import kernels
from gpu_utils.plotting import block_grid, heat_maps
from gpu_utils.widgets import step_through

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
kernels.enable()
from numba import cuda, float32  # noqa: E402


@cuda.jit
def mirror(image, out):
    tile = cuda.shared.array((4, 4), float32)
    x, y = cuda.grid(2)
    i, j = cuda.threadIdx.x, cuda.threadIdx.y
    tile[j, i] = image[y, x]
    out[y, x] = tile[j, 3 - i]


@cuda.jit
def copy(values, out):
    i = cuda.grid(1)
    out[i] = values[i]


def stepper(kernel, *launch):
    widget = step_through(kernel, *launch, alt="a kernel")
    block, thread, step, message, drawing = widget.children
    return block, thread, step, message, drawing


class TestStepThrough:
    """Three sliders, a sentence and a drawing."""

    def test_all_threads_go_from_barrier_to_barrier(self):
        _, _, step, message, drawing = stepper(mirror, (2, 2), (4, 4), np.zeros((8, 8)), np.zeros((8, 8)))
        assert (step.value, step.max) == (1, 1)
        step.value = 0
        assert "16 threads: step on from barrier to barrier" in message.value
        step.value = 1
        assert "16 global reads, 16 global writes, 16 shared reads, 16 shared writes" in message.value
        assert "RACE in 16 cells, first: thread (1, 0, 0)" in message.value
        picture = ElementTree.fromstring(drawing.value)
        assert picture.get("role") == "img" and "RACE" in picture.get("aria-label")
        assert sum(path.get("marker-end") is not None for path in picture.iter("path")) == 64

    def test_one_thread_goes_access_by_access(self):
        block, thread, step, message, drawing = stepper(mirror, (2, 2), (4, 4), np.zeros((8, 8)), np.zeros((8, 8)))
        block.value, thread.value, step.value = 3, 2, 3
        assert step.max == 4
        assert "No. 2, step 3 of 4: thread (1, 0, 0) of block (1, 1, 0) reads tile[0, 2] (shared" in message.value
        assert drawing.value.count("url(#head-r)") == 1

    def test_another_choice_never_leaves_the_slider_beyond_its_end(self):
        _, thread, step, message, _ = stepper(mirror, (2, 2), (4, 4), np.zeros((8, 8)), np.zeros((8, 8)))
        thread.value, step.value = 1, 4
        thread.value = 0
        assert (step.value, step.max) == (1, 1) and "Round 1 of 1" in message.value

    def test_what_lies_outside_is_said(self):
        block, thread, _, message, _ = stepper(copy, 2, 4, np.zeros(5), np.zeros(5))
        assert "Outside" not in message.value
        block.value = 1
        assert "Outside an array: thread (1, 0, 0) of block (1, 0, 0) reads values[5], and 5 more." in message.value
        thread.value = 4
        assert "touches nothing" in message.value

    def test_the_arrays_of_the_caller_stay_as_they_are(self):
        out = np.zeros(4)
        step_through(copy, 1, 4, np.ones(4), out, alt="a copy")
        assert not out.any()

    def test_a_kernel_that_is_not_there_yet_gives_a_sentence(self):
        @cuda.jit
        def later(out):
            raise NotImplementedError()

        @cuda.jit
        def broken(out):
            out[0, 0, 0] = 1

        assert "later is not written yet" in step_through(later, 1, 1, np.zeros(1), alt="none").value
        assert "broken stopped: thread (0, 0, 0)" in step_through(broken, 1, 1, np.zeros(1), alt="none").value
        with pytest.raises(ValueError, match="alt text"):
            step_through(copy, 1, 1, np.zeros(1), np.zeros(1), alt=" ")


class TestFigures:
    """Pictures under their grid of blocks, and counts as maps."""

    def test_spare_threads_are_counted(self):
        assert "40 threads at the right" not in block_grid(np.zeros((8, 8)), (8, 8)).alt
        assert "40 threads at the right" in block_grid(np.zeros((3, 8)), (8, 8)).alt

    def test_a_block_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match=r"a grid of 2 x 1 blocks has no block \(0, 1\)"):
            block_grid(np.zeros((4, 9)), (8, 8), (0, 1))

    def test_maps_share_one_scale(self):
        figure = heat_maps({"few": np.ones((2, 2)), "many": np.full((2, 2), 9)}, alt="two maps")
        assert [axes.images[0].get_clim() for axes in figure.axes[:2]] == [(0, 9), (0, 9)]
        assert "many: 36 in all" in figure.axes[1].get_title(loc="left")
        with pytest.raises(ValueError, match="at least one map"):
            heat_maps({}, alt="none")
