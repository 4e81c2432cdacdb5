"""Races are found in the record, whatever the order was; so are barriers that part of a block reaches."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_utils.kernels import count
from tests.gpu_utils.kernel_demo import BLOCK, block_sum

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
from numba import cuda, float32, int32


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
