"""Time that a test sets: a clock that stands still while code runs, and a device that is busy in it.

A function that reads a clock can so be tested without waiting and without luck, whichever honest clock of the
standard library it reads.
"""

from __future__ import annotations

import contextlib
import threading
import time
import timeit
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from gpu_utils.timing import clock_resolution_s

__all__ = ["VirtualDevice"]

_ELAPSED = {"perf_counter": 71.0, "monotonic": 5003.0, "time": 1.7e9}  # each clock counts from another moment
_CPU = {"process_time": 3.0, "thread_time": 2.0}  # these stand still while the program waits


class VirtualDevice:
    """A device with a queue, in time of its own: `run` orders work, `synchronise` waits for all of it.

    Args:
        work_s: seconds that the device needs for one order.
        launch_s: seconds that the host needs to give one order.
        backlog_s: seconds of other people's work that the queue holds at first.

    Attributes:
        runs: orders given so far.

    >>> device = VirtualDevice(work_s=0.5, launch_s=0.001)
    >>> with device.clock():
    ...     before = time.perf_counter()
    ...     device.run()
    ...     launched = time.perf_counter() - before
    ...     device.synchronise()
    ...     finished = time.perf_counter() - before
    >>> round(launched, 6), round(finished, 6)
    (0.001, 0.501)
    """

    def __init__(self, work_s: float, launch_s: float = 0.0, backlog_s: float = 0.0) -> None:
        self.work_s, self.launch_s = work_s, launch_s
        self.runs = 0
        self._now = self._cpu = 0.0
        self._free_at = backlog_s

    def run(self) -> None:
        """Order one piece of work, and return before it is done.

        >>> device = VirtualDevice(1.0)
        >>> device.run()
        >>> device.runs
        1
        """
        self.runs += 1
        self._now += self.launch_s
        self._cpu += self.launch_s
        self._free_at = max(self._free_at, self._now) + self.work_s

    def synchronise(self) -> None:
        """Wait until the device has nothing left to do.

        >>> VirtualDevice(1.0).synchronise()
        """
        self._now = max(self._now, self._free_at)

    @contextlib.contextmanager
    def clock(self, namespace: dict[str, Any] | None = None) -> Iterator[None]:
        """Let every clock of `time`, and `timeit`'s, show this device's time, for the calling thread only.

        Args:
            namespace: names that may hold a clock already (``from time import perf_counter``), for example
                ``globals()``; they follow too, and are put back in the end.

        >>> from time import monotonic as now
        >>> names = {"now": now}
        >>> with VirtualDevice(1.0).clock(names):
        ...     now is names["now"]
        False
        >>> names["now"] is now
        True
        """
        clock_resolution_s()  # measured once, and never against a clock that stands still
        owner = threading.get_ident()
        fakes: dict[Any, Callable[[], Any]] = {}
        with contextlib.ExitStack() as stack:
            for name, begin in {**_ELAPSED, **_CPU}.items():
                for suffix in ("", "_ns"):
                    real = getattr(time, name + suffix)
                    fake = self._reading(real, begin, name in _CPU, bool(suffix), owner)
                    fakes[real] = fake
                    stack.enter_context(mock.patch.object(time, name + suffix, fake))
            stack.enter_context(mock.patch.object(timeit, "default_timer", fakes[timeit.default_timer]))
            held = {} if namespace is None else _clocks_in(namespace, fakes)
            if namespace is not None and held:
                stack.callback(namespace.update, held)
                namespace.update({name: fakes[clock] for name, clock in held.items()})
            yield

    def _reading(
        self, real: Callable[[], Any], begin: float, cpu: bool, whole: bool, owner: int
    ) -> Callable[[], float | int]:
        def read() -> float | int:
            if threading.get_ident() != owner:  # an event loop beside us keeps its own time
                return real()  # type: ignore[no-any-return]
            now = self._cpu if cpu else self._now
            return round(begin * 10**9) + round(now * 10**9) if whole else begin + now

        return read


def _clocks_in(namespace: dict[str, Any], clocks: dict[Any, Any]) -> dict[str, Any]:
    """Names that hold one of these clocks; only builtins are looked up, for they can be hashed without surprise."""
    builtin = type(time.sleep)
    return {name: value for name, value in namespace.items() if type(value) is builtin and value in clocks}
