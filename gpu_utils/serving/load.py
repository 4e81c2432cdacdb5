"""Open-loop load: requests leave when the plan says so, whether or not earlier ones were answered.

Latency counts from the *planned* arrival. A load generator that waits for each answer before it asks again doesn't
ask while the server is stuck, and so leaves out the very requests that would have suffered: G. Tene calls this
coordinated omission.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gpu_utils.serving.fleet import Fleet

__all__ = ["Arrival", "Sample", "arrivals", "ask_in_turn", "drive", "percentile"]


@dataclass(frozen=True)
class Arrival:
    """One planned request: `at_s` seconds after the start, of a tenant, for a task.

    >>> Arrival(0.5, "you", "pause", (0.0,)).at_s
    0.5
    """

    at_s: float
    tenant: str
    task: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Sample:
    """What became of one request; all times in seconds after the start of the load.

    Attributes:
        tenant: whose it was.
        planned_s, sent_s, done_s: when it was to arrive, when it left, when it was answered (None: not answered).
        service_s: how long the worker itself took.
        tried: the workers that took it.
        value: the answer, or the exception.

    >>> Sample("you", 1.0, 1.1, 1.5, 0.2, ("slice 0",), 7).latency_s
    0.5
    """

    tenant: str
    planned_s: float
    sent_s: float
    done_s: float | None
    service_s: float | None
    tried: tuple[str, ...]
    value: Any

    @property
    def latency_s(self) -> float:
        """From the planned arrival to the answer; infinite when there was none."""
        return float("inf") if self.done_s is None else self.done_s - self.planned_s


def arrivals(rate: float, seconds: float, seed: int, *, start_s: float = 0.0) -> list[float]:
    """Poisson arrivals: times from `start_s` on, `seconds` long, `rate` a second on average. Same seed, same times.

    ValueError when rate or length is not above 0.

    >>> times = arrivals(100.0, 10.0, seed=1)
    >>> 900 < len(times) < 1100 and times == sorted(times)
    True
    """
    import numpy as np

    if not (rate > 0 and seconds > 0):
        raise ValueError(f"rate and length must lie above 0, not {rate} and {seconds}")
    rng = np.random.default_rng(seed)
    times: list[float] = []
    now = float(rng.exponential(1 / rate))
    while now < seconds:
        times.append(start_s + now)
        now += float(rng.exponential(1 / rate))
    return times


def drive(
    fleet: Fleet, plan: Iterable[Arrival], wait_for: Sequence[str] | None = None, patience_s: float = 30.0
) -> list[Sample]:
    """Send each request at its planned time, then wait for the answers; samples in the order of the plan.

    Args:
        fleet: who serves.
        plan: the requests, in any order.
        wait_for: tenants whose answers are waited for; of the others only what is answered by then. None: all.
        patience_s: how long to wait after the last arrival, at most.

    >>> from gpu_utils.serving import Slice
    >>> with Fleet([Slice("slice 0")]) as fleet:
    ...     samples = drive(fleet, [Arrival(0.01 * n, "you", "pause", (0.0,)) for n in range(3)])
    >>> [sample.value for sample in samples]
    [0.0, 0.0, 0.0]
    """
    start = time.perf_counter()
    sent = []
    for arrival in sorted(plan, key=lambda each: each.at_s):
        ahead = start + arrival.at_s - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)
        left = time.perf_counter()
        sent.append((arrival, left, fleet.submit(arrival.task, *arrival.args, tenant=arrival.tenant)))
    end = time.monotonic() + patience_s
    for arrival, _, request in sent:
        if wait_for is None or arrival.tenant in wait_for:
            _settled(request, max(0.0, end - time.monotonic()))
    return [_sample(arrival.at_s, left, request, start) for arrival, left, request in sent]


def ask_in_turn(fleet: Fleet, requests: Iterable[tuple[str, tuple[Any, ...]]], tenant: str = "") -> list[Sample]:
    """The other way: ask, wait for the answer, ask again. A closed loop with one client; nothing is planned.

    >>> from gpu_utils.serving import Slice
    >>> with Fleet([Slice("slice 0")]) as fleet:
    ...     [sample.value for sample in ask_in_turn(fleet, [("pause", (0.0,))] * 2)]
    [0.0, 0.0]
    """
    start = time.perf_counter()
    samples = []
    for task, args in requests:
        left = time.perf_counter()
        request = fleet.submit(task, *args, tenant=tenant)
        _settled(request, None)
        samples.append(_sample(left - start, left, request, start))
    return samples


def percentile(values: Iterable[float], q: float) -> float:
    """The nearest-rank percentile: the least of the values such that q percent of them are no larger.

    >>> percentile([15, 20, 35, 40, 50], 40)
    20
    """
    ordered = sorted(values)
    rank = next(n for n in range(1, len(ordered) + 1) if 100 * n >= q * len(ordered))
    return ordered[rank - 1]


def _settled(request: Any, timeout_s: float | None) -> None:
    try:
        request.result(timeout_s)
    except Exception:  # it is kept in the request, and comes out as the sample's value
        return


def _sample(planned_s: float, left: float, request: Any, start: float) -> Sample:
    try:
        value = request.result(0)
    except Exception as error:
        value = error
    answered = request.done_s is not None and not isinstance(value, Exception)
    return Sample(
        request.tenant,
        planned_s,
        left - start,
        request.done_s - start if answered else None,
        request.service_s,
        tuple(request.tried),
        value,
    )
