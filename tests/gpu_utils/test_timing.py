"""Timings that can be trusted, or say that they can't. No test looks at how fast anything is."""

import sys
import types

import numpy as np
import pytest

from gpu_utils import synchronisation, timing
from gpu_utils.provenance import Provenance
from gpu_utils.timing import Timing, TooShort, measure, measure_transfer


class Clock:
    """A clock that only moves when the work moves it."""

    def __init__(self, monkeypatch, resolution_s=1e-6):
        self.now = 0.0
        monkeypatch.setattr(timing, "time", types.SimpleNamespace(perf_counter=lambda: self.now))
        monkeypatch.setattr(timing, "clock_resolution_s", lambda: resolution_s)

    def work(self, seconds):
        def run(*args):
            self.now += seconds

        return run


class TestTiming:
    """What the samples say."""

    def test_median_and_quartiles_come_from_the_raw_samples(self):
        t = Timing("t", (1.0, 2.0, 3.0, 4.0, 100.0))
        assert t.median_s == 3.0
        assert t.iqr_s == 2.0
        assert t.spread == pytest.approx(2 / 3)

    def test_a_calm_machine_gives_no_warning(self):
        assert Timing("t", (1.0, 1.01, 0.99, 1.0)).warning is None

    def test_samples_that_disagree_are_called_unstable(self):
        t = Timing("t", (1.0, 2.0, 3.0, 4.0))
        assert t.unstable
        assert "disagree" in t.warning

    def test_few_samples_are_called_few(self):
        assert "only 1 sample:" in Timing("t", (1.0,)).warning
        assert Timing("t", (1.0,)).iqr_s == 0.0

    def test_no_samples_are_no_timing(self):
        with pytest.raises(ValueError, match="at least one sample"):
            Timing("t", ())

    def test_bytes_become_bandwidth(self):
        assert Timing("copy", (0.5,) * 3, nbytes=1e9).bytes_per_second == 2e9
        assert Timing("copy", (0.5,) * 3).bytes_per_second is None

    def test_text_and_html_carry_name_value_and_provenance(self):
        t = Timing("a < b", (0.00123,) * 3, provenance=Provenance.EMULATED)
        assert str(t) == "a < b: 1.23 ms ± 0% · emulated, 3 samples"
        assert "a &lt; b" in t._repr_html_()
        assert "emulated" in t._repr_html_()


class TestMeasure:
    """How the samples are taken, on a clock that the test turns."""

    def test_a_long_region_is_timed_call_by_call(self, monkeypatch):
        clock = Clock(monkeypatch)
        t = measure(clock.work(0.01), repeat=5)
        assert t.loops == 1
        assert t.samples_s == pytest.approx((0.01,) * 5)

    def test_a_short_region_is_looped_until_the_clock_can_read_it(self, monkeypatch):
        clock = Clock(monkeypatch, resolution_s=1e-6)
        t = measure(clock.work(3e-7), repeat=4)
        assert t.loops * 3e-7 >= 20e-6
        assert t.samples_s == pytest.approx((3e-7,) * 4)

    def test_a_region_that_takes_no_time_is_refused(self, monkeypatch):
        clock = Clock(monkeypatch)
        monkeypatch.setattr(timing, "_MAX_LOOPS", 1000)
        with pytest.raises(TooShort, match="too short for this clock"):
            measure(clock.work(0.0), label="nothing")

    def test_a_short_region_that_must_not_be_looped_is_refused(self, monkeypatch):
        clock = Clock(monkeypatch)
        with pytest.raises(ValueError, match='"once" takes 5 µs'):
            measure(clock.work(5e-6), loop=False, label="once")

    def test_the_slow_first_call_is_left_out(self, monkeypatch):
        clock, calls = Clock(monkeypatch), []

        def compile_then_run():
            calls.append(1)
            clock.now += 5.0 if len(calls) == 1 else 0.01

        assert max(measure(compile_then_run, repeat=5).samples_s) == pytest.approx(0.01)

    def test_by_default_it_stops_after_its_budget_but_not_before_three_samples(self, monkeypatch):
        clock = Clock(monkeypatch)
        assert len(measure(clock.work(2.0)).samples_s) == 3
        assert len(measure(clock.work(0.02), budget_s=0.4).samples_s) in range(15, 21)
        assert len(measure(clock.work(1e-4)).samples_s) == 31

    def test_min_seconds_asks_for_longer_samples(self, monkeypatch):
        clock = Clock(monkeypatch)
        assert measure(clock.work(1e-3), repeat=3, min_seconds=0.05).loops >= 50

    def test_the_device_is_at_rest_at_every_reading_of_the_clock(self, monkeypatch):
        clock, queue = Clock(monkeypatch), []

        def launch():
            queue.append(0.01)  # returns at once; the device works later

        def drain():
            clock.now += sum(queue)
            queue.clear()

        t = measure(launch, repeat=3, synchronise=drain)
        assert t.samples_s == pytest.approx((0.01,) * 3)

    def test_the_arguments_reach_the_function_and_its_name_is_the_label(self):
        seen = []

        def remember(*args):
            seen.append(args)

        assert measure(remember, 1, "b", repeat=1).label == "remember"
        assert set(seen) == {(1, "b")}

    def test_an_error_in_the_function_is_the_callers(self):
        with pytest.raises(NotImplementedError):
            measure(lambda: (_ for _ in ()).throw(NotImplementedError))

    def test_what_has_not_worked_yet_is_refused(self):
        async def later():
            return 1

        def one_by_one():
            yield 1

        async def both():
            yield 1

        for lazy, word in ((later, "coroutine"), (one_by_one, "generator"), (both, "async generator")):
            with pytest.raises(ValueError, match=f"gives a {word}, which has not worked yet"):
                measure(lazy)
        assert measure(lambda: list(one_by_one()), repeat=1).samples_s

    @pytest.mark.parametrize("wrong", [{"repeat": 0}, {"warmup": 0}])
    def test_nonsense_counts_are_refused(self, wrong):
        with pytest.raises(ValueError, match="at least 1"):
            measure(sorted, [], **wrong)

    def test_emulated_work_stays_labelled(self):
        assert measure(sorted, [], provenance=Provenance.EMULATED).provenance is Provenance.EMULATED


class TestSynchroniser:
    """Which device is waited for."""

    def test_numpy_and_host_tensors_need_no_waiting(self):
        assert synchronisation._waits(np.ones(3)) == []
        torch = pytest.importorskip("torch", reason="PyTorch (extra lab) is not installed")
        assert synchronisation._waits([torch.ones(3), {"a": torch.nn.Linear(1, 1)}]) == []

    @pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {"out": (x,)}])
    def test_an_array_on_a_device_is_found_wherever_it_is_kept(self, wrap):
        waited = []
        device = types.SimpleNamespace(id=1, synchronize=lambda: waited.append(1))
        array = type("ndarray", (), {"__module__": "cupy", "device": device})()
        synchronisation.synchroniser(wrap(array))()
        assert waited == [1]

    def test_without_a_trace_of_a_device_a_running_cuda_is_waited_for(self, monkeypatch):
        waited = []
        cuda = types.SimpleNamespace(is_initialized=lambda: True, synchronize=lambda: waited.append(1))
        fake = types.SimpleNamespace(cuda=cuda, nn=types.SimpleNamespace(Module=()), Tensor=())
        monkeypatch.setitem(sys.modules, "torch", fake)
        synchronisation.synchroniser(None)()
        assert waited == [1]

    @pytest.mark.parametrize("running", ["cuda", "xpu", "mps", "cupy", ""])
    def test_a_function_that_keeps_its_arrays_to_itself_is_waited_for(self, monkeypatch, running):
        waited = []

        def runtime(name):
            return types.SimpleNamespace(
                is_initialized=lambda: name == running, synchronize=lambda: waited.append(name)
            )

        fake = types.SimpleNamespace(**{name: runtime(name) for name in ("cuda", "xpu", "mps")})
        fake.nn, fake.Tensor = types.SimpleNamespace(Module=()), ()
        fake.backends = types.SimpleNamespace(mps=types.SimpleNamespace(is_available=lambda: running == "mps"))
        pool = types.SimpleNamespace(total_bytes=lambda: 512 if running == "cupy" else 0)
        device = types.SimpleNamespace(Device=lambda: runtime("cupy"))
        monkeypatch.setitem(sys.modules, "torch", fake)
        monkeypatch.setitem(
            sys.modules, "cupy", types.SimpleNamespace(get_default_memory_pool=lambda: pool, cuda=device)
        )
        synchronisation.synchroniser(None)()
        assert waited == ([running] if running else [])

    def test_an_array_of_numba_is_waited_for(self, monkeypatch):
        waited = []
        monkeypatch.setitem(sys.modules, "numba.cuda", types.SimpleNamespace(synchronize=lambda: waited.append(1)))
        array = type("DeviceNDArray", (), {"__module__": "numba.cuda.cudadrv.devicearray"})()
        synchronisation.synchroniser(array)()
        assert waited == [1]


class TestTransfer:
    """The journey, apart from the work."""

    def test_the_stand_in_gives_both_ways_and_says_emulated(self):
        trip = measure_transfer(np.ones((50, 50)), "device1", repeat=3)
        assert trip.to_device.provenance is trip.back.provenance is Provenance.EMULATED
        assert trip.to_device.nbytes == trip.back.nbytes == 50 * 50 * 8
        assert "host to device1" in str(trip)

    def test_a_device_that_is_not_here_gives_none(self):
        assert measure_transfer(np.ones(3), "xpu:63") is None

    def test_the_cpu_is_no_journey(self):
        with pytest.raises(ValueError, match="nothing moves"):
            measure_transfer(np.ones(3), "cpu")
