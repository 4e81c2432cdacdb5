"""Kernels on the CPU: what they read and write is counted, races are found in the record, errors name the thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_utils import kernels
from gpu_utils.kernels import KernelError, count, launch
from gpu_utils.provenance import Provenance

numba = pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
# Without a GPU the simulator must be switched on before numba.cuda is imported.
kernels.enable()
from numba import cuda, float32, int32  # noqa: E402

TILE, RADIUS = 4, 2
SPAN = TILE + 2 * RADIUS
BLOCK = 8


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


@cuda.jit
def block_sum(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    sums[thread] = values[cuda.grid(1)]
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]


@cuda.jit
def block_sum_without_barriers(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    sums[thread] = values[cuda.grid(1)]
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]


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


# Reads and writes


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


# Races


@pytest.mark.parametrize("order", ["forward", "reverse", 1, 2])
def test_a_sum_with_its_barriers_has_no_race_in_any_order(order):
    values, partial = np.arange(32, dtype=np.float32), np.zeros(4, np.float32)
    counts = count(block_sum, 4, BLOCK, values, partial, order=order)
    assert counts.races == () and counts.divergences == ()
    assert counts.barriers == 1 + 3
    assert partial.tolist() == values.reshape(4, BLOCK).sum(axis=1).tolist()


@pytest.mark.parametrize("order", ["forward", "reverse", 1, 2])
def test_a_sum_without_barriers_races_in_every_order_even_when_it_comes_out_right(order):
    values, partial = np.arange(8, dtype=np.float32), np.zeros(1, np.float32)
    counts = count(block_sum_without_barriers, 1, BLOCK, values, partial, order=order)
    assert {race.first.cell for race in counts.races} == {(i,) for i in range(1, BLOCK)}
    for race in counts.races:
        assert race.first.thread != race.second.thread and "write" in (race.first.kind, race.second.kind)
        assert "with no barrier between" in str(race)
    if order == "reverse":
        assert partial[0] == 28.0
    if order == "forward":
        assert np.isnan(partial[0]) and counts.unwritten


@pytest.mark.parametrize("missing", [0, 1])
def test_each_barrier_is_needed(missing: int):
    @cuda.jit
    def shift(values, out):
        line = cuda.shared.array(BLOCK, float32)
        i = cuda.threadIdx.x
        line[i] = values[i]
        if missing != 0:
            cuda.syncthreads()
        right = line[(i + 1) % BLOCK]
        if missing != 1:
            cuda.syncthreads()
        line[i] = right
        out[i] = line[i]

    counts = count(shift, 1, BLOCK, np.arange(8, dtype=np.float32), np.zeros(8, np.float32))
    assert len(counts.races) == BLOCK and counts.barriers == 1


def test_blocks_have_no_barrier_between_them():
    @cuda.jit
    def neighbour(x):
        if cuda.threadIdx.x == 0:
            x[cuda.blockIdx.x] = 1
        cuda.syncthreads()
        x[(cuda.blockIdx.x + 1) % 2] += 1

    one = count(neighbour, 2, 1, np.zeros(2))
    assert [(race.first.space, race.first.array) for race in one.races] == [("global", "x"), ("global", "x")]
    assert one.races[0].first.thread.block != one.races[0].second.thread.block


def test_two_views_of_one_memory_are_one_memory():
    @cuda.jit
    def copy(source, target):
        i = cuda.grid(1)
        target[i] = source[i]

    buffer = np.arange(5.0)
    assert len(count(copy, 1, 4, buffer[:-1], buffer[1:]).races) == 3
    assert count(copy, 1, 4, np.arange(4.0), np.zeros(4)).races == ()
    assert count(copy, 1, 4, buffer[:4], buffer[:4]).races == ()


def test_atomic_updates_race_with_plain_ones_only():
    @cuda.jit
    def histogram(values, bins, plain):
        i = cuda.grid(1)
        if plain:
            bins[values[i]] += 1
        else:
            cuda.atomic.add(bins, values[i], 1)

    values, bins = np.array([0, 1, 1, 1]), np.zeros(2, np.int64)
    counts = count(histogram, 2, 2, values, bins, False)
    assert (counts.races, counts.global_atomics, counts.global_writes, bins.tolist()) == ((), 4, 0, [1, 3])
    assert len(count(histogram, 2, 2, values, bins, True).races) == 1

    @cuda.jit
    def mixed(bins):
        if cuda.grid(1) == 0:
            bins[0] = 5
        else:
            cuda.atomic.max(bins, 0, 7)

    assert len(count(mixed, 1, 2, bins).races) == 1


def test_reading_what_nobody_wrote_is_reported():
    @cuda.jit
    def forgetful(out):
        some = cuda.shared.array((2, 2), int32)
        out[0] = some[1, 0]

    counts = count(forgetful, 1, 1, np.zeros(1))
    assert [str(one) for one in counts.unwritten] == ["thread (0, 0, 0) of block (0, 0, 0) reads some[1, 0]"]


# Barriers


def test_a_barrier_that_half_a_block_reaches_is_reported():
    @cuda.jit
    def half(x):
        if cuda.threadIdx.x < 2:
            cuda.syncthreads()
        x[cuda.threadIdx.x] = 1

    x = np.zeros(4)
    (found,) = count(half, 1, 4, x).divergences
    assert found.finished == 2 and list(found.waiting.values()) == [2] and x.tolist() == [1] * 4
    assert "2 at the barrier in line" in str(found) and "2 have finished" in str(found)


def test_two_barriers_at_once_are_reported():
    @cuda.jit
    def split(x):
        if cuda.threadIdx.x < 1:
            cuda.syncthreads()
        else:
            cuda.syncthreads()

    (found,) = count(split, 1, 4, np.zeros(1)).divergences
    assert sorted(found.waiting.values()) == [1, 3] and found.finished == 0


def test_threads_can_vote_at_a_barrier():
    @cuda.jit
    def vote(x, out):
        i = cuda.threadIdx.x
        out[i, 0] = cuda.syncthreads_count(x[i] > 1)
        out[i, 1] = cuda.syncthreads_and(x[i] > 1)
        out[i, 2] = cuda.syncthreads_or(x[i] > 1)

    out = np.zeros((3, 3), int)
    counts = count(vote, 1, 3, np.array([1, 2, 3]), out)
    assert out.tolist() == [[2, 0, 1]] * 3 and counts.barriers == 3


# Outside


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


# Whatever else kernels do


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
        count(blurred, 1, 8, x, x)
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


# Numba's switch


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


def launch_here(kernel, grid, block, *args):
    """launch() as on a machine without a GPU, whatever this one has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "where", lambda: "simulator")
        return launch(kernel, grid, block, *args)


def test_launch_says_what_its_results_are():
    x = np.arange(8, dtype=np.float32)
    assert launch_here(block_sum, 1, BLOCK, x, out := np.zeros(1, np.float32)) is Provenance.EMULATED
    assert out[0] == 28.0


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


@pytest.mark.gpu
def test_a_gpu_gives_what_the_cpu_counts():
    if kernels.where() != "gpu":
        pytest.skip("Numba can use no GPU here")
    image = np.random.default_rng(5).random((37, 21), dtype=np.float32)
    here, there = np.zeros_like(image), np.zeros_like(image)
    assert launch(tiled_blur, (6, 10), (TILE, TILE), image, there, RADIUS) is Provenance.MEASURED
    count(tiled_blur, (6, 10), (TILE, TILE), image, here, RADIUS)
    np.testing.assert_allclose(there, here, rtol=1e-5)
