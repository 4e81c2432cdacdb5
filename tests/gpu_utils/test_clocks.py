"""Time that a test sets."""

from __future__ import annotations

import threading
import time
import timeit
from time import perf_counter as early

import pytest

from gpu_utils.clocks import VirtualDevice


def elapsed(read, device: VirtualDevice) -> float:
    before = read()
    device.run()
    device.synchronise()
    return read() - before


@pytest.mark.parametrize("name", ["perf_counter", "monotonic", "time"])
def test_every_honest_clock_shows_the_same_span(name):
    device = VirtualDevice(0.5, 0.25)
    with device.clock():
        assert elapsed(getattr(time, name), device) == pytest.approx(0.75, abs=1e-6)
        assert elapsed(getattr(time, f"{name}_ns"), device) == 750_000_000
        assert elapsed(timeit.default_timer, device) == pytest.approx(0.75)


@pytest.mark.parametrize("name", ["process_time", "thread_time"])
def test_cpu_time_stands_still_while_the_program_waits(name):
    device = VirtualDevice(0.5, 0.25)
    with device.clock():
        assert elapsed(getattr(time, name), device) == pytest.approx(0.25)


def test_a_clock_imported_before_follows_when_its_namespace_is_told():
    device = VirtualDevice(0.5)
    with device.clock(globals()):
        assert elapsed(early, device) == pytest.approx(0.5)
    assert early is time.perf_counter


def test_other_threads_keep_their_own_time():
    readings: list[float] = []
    real = time.monotonic()
    with VirtualDevice(1.0).clock():
        other = threading.Thread(target=lambda: readings.append(time.monotonic()))
        other.start()
        other.join()
    assert 0 <= readings[0] - real < 60


def test_work_of_others_comes_first():
    device = VirtualDevice(1.0, backlog_s=5.0)
    with device.clock():
        assert elapsed(time.perf_counter, device) == pytest.approx(6.0)
        assert elapsed(time.perf_counter, device) == pytest.approx(1.0)


def test_all_clocks_are_put_back():
    before = (time.perf_counter, time.time_ns, timeit.default_timer)
    with pytest.raises(KeyError), VirtualDevice(1.0).clock():
        raise KeyError
    assert (time.perf_counter, time.time_ns, timeit.default_timer) == before


def test_measure_works_in_it_too():
    from gpu_utils.timing import measure

    device = VirtualDevice(0.5, 1e-5, backlog_s=3.0)
    with device.clock():
        timing = measure(device.run, synchronise=device.synchronise)
    assert timing.median_s == pytest.approx(0.5, rel=1e-3)


def test_names_made_meanwhile_stay():
    names: dict[str, object] = {"now": time.time}
    with VirtualDevice(1.0).clock(names):
        names["made"] = 1
    assert names == {"now": time.time, "made": 1}
