"""How long something takes: raw samples, honestly taken, and what they say.

A region is warmed up, the device is brought to rest before each reading of the clock, a region too short for
the clock is looped, and moving data is timed apart from computing with it.
"""

from __future__ import annotations

import functools
import html
import itertools
import statistics
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpu_utils import quantities
from gpu_utils.provenance import Provenance
from gpu_utils.synchronisation import synchroniser

__all__ = ["Timing", "TooShort", "Transfer", "clock_resolution_s", "measure", "measure_transfer"]

TICKS = 20
"""A region must last this many steps of the clock to be readable within 5 %."""
_MAX_LOOPS = 10_000_000
_MAX_SAMPLES = 31
_UNSTABLE = 0.15


class TooShort(ValueError):
    """The region is over before the clock can tell.

    >>> issubclass(TooShort, ValueError)
    True
    """


@dataclass(frozen=True)
class Timing:
    """Durations of one call, every sample kept.

    Attributes:
        label: what was timed.
        samples_s: seconds a call, one value a sample (each the mean of ``loops`` calls in a row).
        loops: calls in each sample.
        provenance: where the samples come from.
        nbytes: bytes that one call reads and writes, when told.

    >>> Timing("copy", (1.0, 2.0, 4.0)).median_s
    2.0
    """

    label: str
    samples_s: tuple[float, ...]
    loops: int = 1
    provenance: Provenance = Provenance.MEASURED
    nbytes: float | None = None

    def __post_init__(self) -> None:
        if not self.samples_s:
            raise ValueError("a Timing needs at least one sample")

    @property
    def median_s(self) -> float:
        """The middle sample, which one interruption does not move."""
        return statistics.median(self.samples_s)

    @property
    def iqr_s(self) -> float:
        """Distance between the quartiles: the width of the middle half of the samples; 0 for one sample."""
        if len(self.samples_s) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.samples_s, n=4, method="inclusive")
        return high - low

    @property
    def spread(self) -> float:
        """The interquartile range as a share of the median."""
        return self.iqr_s / self.median_s if self.median_s else 0.0

    @property
    def unstable(self) -> bool:
        """Whether the samples disagree so much that the median should not be trusted to two digits."""
        return len(self.samples_s) < 3 or self.spread > _UNSTABLE

    @property
    def warning(self) -> str | None:
        """One sentence when the samples are few or disagree, else None."""
        if len(self.samples_s) < 3:
            return f"only {_count(len(self.samples_s), 'sample')}: measure again before you rely on it"
        if self.unstable:
            return f"samples disagree by {self.spread:.0%}: the machine was busy, or the work itself varies"
        return None

    @property
    def bytes_per_second(self) -> float | None:
        """Memory traffic, when the bytes of one call were told; else None."""
        return self.nbytes / self.median_s if self.nbytes is not None and self.median_s else None

    def __str__(self) -> str:
        return f"{self.label}: {self._figures()}" + (f" – {self.warning}" if self.warning else "")

    def _repr_html_(self) -> str:
        note = f"<br><small>⚠ {html.escape(self.warning)}</small>" if self.warning else ""
        return f"<div><strong>{html.escape(self.label)}</strong>: {html.escape(self._figures())}{note}</div>"

    def _figures(self) -> str:
        parts = [f"{quantities.seconds(self.median_s)} ± {self.spread / 2:.0%}"]
        if self.bytes_per_second is not None:
            parts.append(quantities.rate(self.bytes_per_second))
        calls = f" of {self.loops} calls" if self.loops > 1 else ""
        parts.append(f"{self.provenance}, {_count(len(self.samples_s), 'sample')}{calls}")
        return " · ".join(parts)


@dataclass(frozen=True)
class Transfer:
    """The way to a device and the way back, timed apart.

    >>> one = Timing("there", (1.0,))
    >>> Transfer(one, one).back.median_s
    1.0
    """

    to_device: Timing
    back: Timing

    def __str__(self) -> str:
        return f"{self.to_device}\n{self.back}"

    def _repr_html_(self) -> str:
        return self.to_device._repr_html_() + self.back._repr_html_()


def measure(
    function: Callable[..., Any],
    *args: Any,
    repeat: int | None = None,
    warmup: int = 1,
    min_seconds: float | None = None,
    budget_s: float = 0.4,
    loop: bool = True,
    label: str | None = None,
    nbytes: float | None = None,
    provenance: Provenance = Provenance.MEASURED,
    synchronise: Callable[[], None] | None = None,
) -> Timing:
    """Time ``function(*args)``.

    Args:
        function: what to time; its result is thrown away.
        args: its arguments, made beforehand, so that making them is not timed.
        repeat: number of samples. Without it, up to 31 within ``budget_s``, but at least 3.
        warmup: calls before the first sample (caches, memory pools, compilation). At least one is made.
        min_seconds: shortest region that a sample may be; at least, and by default, 20 steps of the clock.
        budget_s: seconds after which no further sample starts, when ``repeat`` is not given.
        loop: whether a region shorter than that may be repeated inside a sample. Say False for a function
            that may run once only.
        label: a name for people; the function's own name by default.
        nbytes: bytes that one call reads and writes, for `Timing.bytes_per_second`.
        provenance: label of the result; say EMULATED when the function stands in for hardware.
        synchronise: waits for the device; by default chosen from the arguments and the result.

    Raises:
        TooShort: (a ValueError) the region can't be made long enough for the clock.
        ValueError: ``repeat`` or ``warmup`` is below 1, or the function gives a generator or a coroutine.

    >>> timing = measure(sorted, list(range(1000)), label="sort")
    >>> timing.label, timing.provenance.value, len(timing.samples_s) >= 3
    ('sort', 'measured', True)
    """
    if warmup < 1 or (repeat is not None and repeat < 1):
        raise ValueError(f"repeat and warmup are at least 1, not {repeat} and {warmup}")
    name = label or _name(function)
    started = time.perf_counter()
    result = None
    for _ in range(warmup):
        result = function(*args)
        _refuse_what_waits(result, name)
    wait = synchronise or synchroniser(*args, result)
    wait()
    del result
    shortest = max(min_seconds or 0.0, TICKS * clock_resolution_s())
    loops = _calibrate(function, args, wait, shortest, loop, name)
    samples: list[float] = []
    while not _enough(samples, repeat, time.perf_counter() - started, budget_s):
        samples.append(_region(function, args, wait, loops) / loops)
    return Timing(name, tuple(samples), loops, provenance, nbytes)


def measure_transfer(array: Any, device: str, *, repeat: int | None = None) -> Transfer | None:
    """Time an array's way to a device and back.

    Args:
        array: a host array, NumPy or a tensor on the CPU.
        device: as for `gpu_utils.arrays.to_device`. ``"device1"``, the stand-in, gives times labelled
            *emulated*: they are those of a copy in host memory, not of a bus.

    Returns:
        Both timings, or None when there is no such device here.

    Raises:
        ValueError: the device is the CPU, where nothing has to move.

    >>> import numpy as np
    >>> measure_transfer(np.ones(1000), "device1").to_device.provenance.value
    'emulated'
    """
    from gpu_utils.arrays import STAND_IN, to_device, to_host

    if device in ("cpu", "host"):
        raise ValueError("nothing moves from the CPU to the CPU: name another device")
    try:
        there = to_device(array, device)
    except ValueError:
        return None
    label = Provenance.EMULATED if device == STAND_IN else Provenance.MEASURED
    size = float(array.nbytes)
    out = measure(to_device, array, device, repeat=repeat, label=f"host to {device}", nbytes=size, provenance=label)
    wait = synchroniser(there)
    back = measure(
        to_host, there, repeat=repeat, label=f"{device} to host", nbytes=size, provenance=label, synchronise=wait
    )
    return Transfer(out, back)


@functools.cache
def clock_resolution_s() -> float:
    """The smallest step between two different readings of the clock, as seen here, in seconds.

    >>> 0 < clock_resolution_s() < 0.1
    True
    """
    steps = []
    for _ in range(200):
        before = after = time.perf_counter()
        while after == before:
            after = time.perf_counter()
        steps.append(after - before)
    return max(statistics.median(steps), time.get_clock_info("perf_counter").resolution)


def _refuse_what_waits(result: Any, name: str) -> None:
    if not isinstance(result, (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)):
        return
    getattr(result, "close", lambda: None)()
    kind = type(result).__name__.replace("_", " ")
    raise ValueError(f'"{name}" gives a {kind}, which has not worked yet: time what uses it up, such as list(...)')


def _region(function: Callable[..., Any], args: tuple[Any, ...], wait: Callable[[], None], loops: int) -> float:
    wait()
    before = time.perf_counter()
    for _ in itertools.repeat(None, loops):
        function(*args)
    wait()
    return time.perf_counter() - before


def _calibrate(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    wait: Callable[[], None],
    shortest_s: float,
    loop: bool,
    name: str,
) -> int:
    """Calls needed in a sample so that it lasts long enough for the clock."""
    loops = 1
    while True:
        lasted = _region(function, args, wait, loops)
        if lasted < 10 * shortest_s:  # a first run can be slow enough to look long: the better of two counts
            lasted = min(lasted, _region(function, args, wait, loops))
        if lasted >= shortest_s:
            return loops
        if not loop or loops >= _MAX_LOOPS:
            raise TooShort(
                f'"{name}" takes {quantities.seconds(lasted / loops)}, too short for this clock, which needs '
                f"{quantities.seconds(shortest_s)}: time a larger array or let it be looped"
            )
        grow = 1.5 * shortest_s / max(lasted, 1e-12)
        loops = min(_MAX_LOOPS, max(2 * loops, int(loops * min(grow, 100.0)) + 1))


def _enough(samples: list[float], repeat: int | None, elapsed_s: float, budget_s: float) -> bool:
    if repeat is not None:
        return len(samples) >= repeat
    return len(samples) >= _MAX_SAMPLES or (len(samples) >= 3 and elapsed_s > budget_s)


def _name(function: Callable[..., Any]) -> str:
    inner = function.func if isinstance(function, functools.partial) else function
    name = getattr(inner, "__name__", type(inner).__name__)
    return "the region" if name == "<lambda>" else str(name)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
