"""What kernels read and write on the CPU is counted, cell by cell and thread by thread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_utils import kernels
from gpu_utils.kernels import count, launch
from gpu_utils.provenance import Provenance
from tests.gpu_utils.kernel_demo import BLOCK, block_sum

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
from numba import cuda, float32

TILE, RADIUS = 4, 2
SPAN = TILE + 2 * RADIUS


@cuda.jit
def naive_blur(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if x < width and y < height:
        total, cells = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                cells += 1
        out[y, x] = total / cells


@cuda.jit
def tiled_blur(image, out, radius):
    tile = cuda.shared.array((SPAN, SPAN), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if 0 <= top + row < height and 0 <= left + column < width:
                tile[row, column] = image[top + row, left + column]
    cuda.syncthreads()
    if x < width and y < height:
        total, cells = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                cells += 1
        out[y, x] = total / cells


def blurred(image: np.ndarray, radius: int) -> np.ndarray:
    height, width = image.shape
    windows = [
        [image[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1].mean() for x in range(width)]
        for y in range(height)
    ]
    return np.array(windows)


def window_reads(length: int, radius: int) -> int:
    """Along one axis: every cell reads the window around it, as far as it exists."""
    return sum(min(length, i + radius + 1) - max(0, i - radius) for i in range(length))


def tile_reads(length: int, radius: int) -> int:
    """Along one axis: every tile reads itself and its halo once, as far as they exist."""
    return sum(min(length, i + TILE + radius) - max(0, i - radius) for i in range(0, length, TILE))


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 11), st.integers(1, 9), st.integers(0, RADIUS))
def test_counted_reads_equal_the_formula(height: int, width: int, radius: int):
    image = np.random.default_rng(0).random((height, width), dtype=np.float32)
    grid = (-(-width // TILE), -(-height // TILE))
    naive, tiled = np.zeros_like(image), np.zeros_like(image)
    simple = count(naive_blur, grid, (TILE, TILE), image, naive, radius)
    shared = count(tiled_blur, grid, (TILE, TILE), image, tiled, radius)
    np.testing.assert_allclose(naive, blurred(image, radius), rtol=1e-5)
    np.testing.assert_array_equal(naive, tiled)
    assert simple.global_reads == window_reads(height, radius) * window_reads(width, radius)
    assert shared.global_reads == tile_reads(height, radius) * tile_reads(width, radius) == shared.shared_writes
    assert shared.shared_reads == simple.global_reads and simple.shared_reads == 0
    assert simple.global_writes == shared.global_writes == height * width
    assert not (simple.races or shared.races or shared.out_of_bounds or shared.unwritten)
    assert (simple.barriers, shared.barriers) == (0, 1)


def test_the_map_of_reads_shows_where_they_went():
    image, out = np.zeros((3, 4), np.float32), np.zeros((3, 4), np.float32)
    counts = count(naive_blur, 1, (4, 3), image, out, 1)
    assert counts.heat("image").tolist() == [[4, 6, 6, 4], [6, 9, 9, 6], [4, 6, 6, 4]]
    assert counts.heat("out", "write").tolist() == np.ones((3, 4)).tolist()
    with pytest.raises(ValueError, match="no array 'picture'; it has image, out"):
        counts.heat("picture")
    with pytest.raises(ValueError, match="read, write, atomic, not 'load'"):
        counts.heat("image", "load")


def test_the_way_of_one_thread_can_be_drawn():
    values, partial = np.arange(16, dtype=np.float32), np.zeros(2, np.float32)
    counts = count(block_sum, 2, BLOCK, values, partial)
    steps = [(one.epoch, one.kind, one.array, one.cell) for one in counts.of_thread(3, block=1)]
    assert steps == [
        (0, "read", "values", (11,)),
        (0, "write", "sums", (3,)),
        (1, "read", "sums", (3,)),
        (1, "read", "sums", (7,)),
        (1, "write", "sums", (3,)),
    ]
    assert partial.tolist() == [28.0, 92.0]
    assert counts.provenance is Provenance.EMULATED and (counts.grid, counts.block) == ((2, 1, 1), (8, 1, 1))


def test_rows_of_a_picture_are_counted_when_their_cells_are_read():
    @cuda.jit
    def grey(image, out):
        x, y = cuda.grid(2)
        pixel = image[y, x]
        out[y, x] = pixel[0] + pixel[1] + pixel[2]

    image, out = np.random.default_rng(1).random((2, 3, 3)), np.zeros((2, 3))
    counts = count(grey, 1, (3, 2), image, out)
    np.testing.assert_allclose(out, image.sum(axis=2))
    assert (counts.global_reads, counts.global_writes) == (18, 6)
    assert (counts.heat("image") == 1).all()


def test_accesses_outside_are_reported_with_thread_and_index():
    @cuda.jit
    def careless(x, out):
        i = cuda.grid(1)
        out[i] = x[i - 1]

    x, out = np.array([1.0, 2.0, 3.0]), np.zeros(3)
    counts = count(careless, 2, 2, x, out)
    assert [str(one) for one in counts.out_of_bounds] == [
        "thread (0, 0, 0) of block (0, 0, 0) reads x[-1]",
        "thread (1, 0, 0) of block (1, 0, 0) writes out[3]",
    ]
    # Numba counts indices below zero from the end, on a GPU too.
    assert out.tolist() == [3.0, 1.0, 2.0]
    assert (counts.global_reads, counts.global_writes) == (4, 3)


def test_an_index_is_checked_axis_by_axis():
    @cuda.jit
    def sideways(image, out):
        out[0] = image[0, 3]

    counts = count(sideways, 1, 1, np.ones((2, 3)), out := np.zeros(1))
    assert counts.out_of_bounds[0].cell == (0, 3) and np.isnan(out[0])


@pytest.mark.gpu
def test_a_gpu_gives_what_the_cpu_counts():
    if kernels.where() != "gpu":
        pytest.skip("Numba can use no GPU here")
    image = np.random.default_rng(5).random((37, 21), dtype=np.float32)
    here, there = np.zeros_like(image), np.zeros_like(image)
    assert launch(tiled_blur, (6, 10), (TILE, TILE), image, there, RADIUS) is Provenance.MEASURED
    count(tiled_blur, (6, 10), (TILE, TILE), image, here, RADIUS)
    np.testing.assert_allclose(there, here, rtol=1e-5)
