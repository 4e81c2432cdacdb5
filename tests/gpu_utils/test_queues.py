"""A device made of one thread: it answers at once, works in order, and waits when asked."""

from __future__ import annotations

import threading
import time

import pytest

from gpu_utils.queues import WorkQueue


def test_submitting_returns_before_the_work_is_done():
    gate, done = threading.Event(), []
    with WorkQueue() as device:
        device.submit(gate.wait, 10)
        device.submit(done.append, 1)
        assert done == []  # the first order still waits for the gate
        gate.set()
        device.synchronise()
        assert done == [1]


def test_orders_are_worked_off_in_order_and_traced():
    seen: list[int] = []
    with WorkQueue() as device:
        for number in range(50):
            device.submit(seen.append, number)
        device.synchronise()
        assert seen == list(range(50))
        assert len(device.trace) == 50
        ends = [end for _, end in device.trace]
        assert all(start <= end for start, end in device.trace) and ends == sorted(ends)


def test_a_full_queue_makes_the_host_wait():
    gate = threading.Event()
    with WorkQueue(depth=2) as device:
        device.submit(gate.wait, 10)
        while device._orders.qsize():  # until the worker has taken it
            time.sleep(0.001)
        device.submit(int)
        device.submit(int)
        late = threading.Thread(target=device.submit, args=(int,))
        late.start()
        late.join(0.05)
        assert late.is_alive()
        gate.set()
        late.join(10)
        assert not late.is_alive()


def test_an_error_comes_out_where_somebody_waits():
    with WorkQueue() as device:
        device.submit(int, "no number")
        with pytest.raises(ValueError, match="invalid literal"):
            device.synchronise()
        device.submit(int)
        device.synchronise()  # it is told once, and the queue lives on


def test_a_closed_queue_takes_nothing():
    device = WorkQueue()
    device.close()
    with pytest.raises(RuntimeError, match="closed"):
        device.submit(int)


def test_a_queue_without_room_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        WorkQueue(0)
