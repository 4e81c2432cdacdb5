"""One worker process for each slice, and a router that loses no accepted request when one of them dies.

The launcher is the same here and on a sliced GPU: what differs is the environment of a worker. Here it is a pinned
core and a thread limit, there the UUID of a MIG device.
"""

from __future__ import annotations

import atexit
import contextlib
import heapq
import importlib.util
import threading
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpu_utils.serving.process import LitServeWorker, Lost, PipeWorker

__all__ = ["DEATHS", "Fleet", "Request", "Slice"]

DEATHS = 2
"""A request in whose hands so many workers died is suspected of killing them, and refused."""
_CLOSED = "the fleet was closed before this request was answered"


@dataclass(frozen=True)
class Slice:
    """What one worker gets.

    Attributes:
        name: how the router calls it.
        cores: the processor cores that it may use; none for all. Where the system can't pin, all.
        environment: variables for its process, on top of those of this one.
        memory_bytes: what it may take on top of what it starts with; None for no limit. Linux only.

    >>> Slice("slice 0", cores=(0,), environment={"OMP_NUM_THREADS": "1"}).name
    'slice 0'
    """

    name: str
    cores: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_bytes: int | None = None


class Request:
    """One accepted request: wait for it with `result`.

    Attributes:
        tenant: whose it is.
        tried: names of the workers that took it, in order; more than one means that it was retried.
        done_s: when it was answered (time.perf_counter); None before.
        service_s: how long the worker itself took.

    >>> Request(0, "you", "pause", (0.0,), ("slice 0",)).tried
    []
    """

    def __init__(self, number: int, tenant: str, task: str, args: tuple[Any, ...], route: tuple[str, ...]) -> None:
        self.number, self.tenant, self.task, self.args, self.route = number, tenant, task, args, route
        self.tried: list[str] = []
        self.deaths = 0
        self.done_s: float | None = None
        self.service_s: float | None = None
        self.error: Exception | None = None
        self._value: Any = None
        self._done = threading.Event()

    def result(self, timeout_s: float | None = None) -> Any:
        """The answer; raises what went wrong, or TimeoutError."""
        if not self._done.wait(timeout_s):
            raise TimeoutError(f"no answer within {timeout_s:g} s")
        if self.error is not None:
            raise self.error
        return self._value

    def finish(self, value: Any = None, error: Exception | None = None, service_s: float | None = None) -> None:
        """Answer it, once and for all."""
        if not self._done.is_set():
            self._value, self.error, self.service_s = value, error, service_s
            self.done_s = time.perf_counter()
            self._done.set()


class Fleet:
    """Workers, one a slice, behind a router. Use it in a ``with`` block: afterwards no process is left.

    Args:
        slices: what to start.
        routes: tenant to the names of the slices that serve it; a tenant who is not named is served by all.
        engine: "pipe" (a process of our own behind a pipe) or "litserve" (a LitServe server on the loopback).
        patience_s: how long the workers may take to start.

    A worker takes one request at a time; those that wait are taken in the order in which they were accepted. When
    a worker dies, the request in its hands and those that wait for it alone go to others: first to those of the
    same route, else to any. A request may so be worked on twice, and must not mind. Raises ValueError for names
    that contradict each other, RuntimeError when a worker doesn't start.

    >>> with Fleet([Slice("slice 0"), Slice("slice 1")]) as fleet:
    ...     fleet.submit("pause", 0.0).result(10)
    0.0
    """

    def __init__(
        self,
        slices: Iterable[Slice],
        routes: Mapping[str, Sequence[str]] | None = None,
        *,
        engine: str = "pipe",
        patience_s: float = 60.0,
    ) -> None:
        wanted = list(slices)
        self.slices = {each.name: each for each in wanted}
        if not wanted or len(self.slices) < len(wanted):
            raise ValueError("a fleet needs slices, each with a name of its own")
        self.routes = {tenant: tuple(names) for tenant, names in (routes or {}).items()}
        unknown = {name for names in self.routes.values() for name in names} - set(self.slices)
        if unknown or not all(self.routes.values()):
            raise ValueError(f"a route leads to at least one slice of this fleet; unknown: {sorted(unknown)}")
        self.log: list[str] = []
        self.facts: dict[str, dict[str, Any]] = {}
        self._kind = _engine(engine)
        self._workers: dict[str, Any] = {}
        self._waiting: dict[tuple[str, ...], list[tuple[int, Request]]] = {}
        self._bell = threading.Condition()
        self._number = 0
        self._closed = False
        _open_fleets.add(self)
        try:
            self._start(list(self.slices), patience_s)
        except BaseException:
            self.close()
            raise

    def submit(self, task: str, *args: Any, tenant: str = "", slice_name: str = "") -> Request:
        """Accept a request and return at once; it goes along its tenant's route, or to the one slice that is named.

        Raises:
            RuntimeError: the fleet is closed.
            ValueError: there is no such slice.
        """
        if slice_name and slice_name not in self.slices:
            raise ValueError(f"no slice is called {slice_name!r}; there are {', '.join(self.slices)}")
        with self._bell:
            if self._closed:
                raise RuntimeError("this fleet is closed: open a new one")
            route = (slice_name,) if slice_name else self.routes.get(tenant, tuple(self.slices))
            request = Request(self._number, tenant, task, args, route)
            self._number += 1
            self._place(request)
        return request

    def alive(self) -> list[str]:
        """Names of the slices whose worker serves."""
        with self._bell:
            return [name for name, worker in self._workers.items() if worker.serving]

    def kill(self, name: str) -> None:
        """End the worker of a slice at once, as a crash would. It notices nothing, and cleans up nothing."""
        self._workers[name].kill()

    def restart(self, name: str, patience_s: float = 60.0) -> None:
        """Start a new worker in a slice whose worker is gone."""
        if not self._workers[name].serving:
            self._start([name], patience_s)

    def close(self) -> None:
        """End all workers and answer whoever still waits with an error. May be called twice."""
        try:
            self._end()
        finally:  # an interrupt may come at any instant: then once more
            self._end()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, names: list[str], patience_s: float) -> None:
        begun = []
        for name in names:
            worker = self._workers[name] = self._kind(self.slices[name])
            thread = threading.Thread(target=self._serve, args=(name, worker), name=f"router: {name}", daemon=True)
            thread.start()
            begun.append(worker)
        end = time.monotonic() + patience_s
        for name, worker in zip(names, begun, strict=True):
            if not worker.ready.wait(max(0.0, end - time.monotonic())) or not worker.serving:
                raise RuntimeError(f"the worker of {name} did not start: {worker.last_words() or 'it said nothing'}")

    def _serve(self, name: str, worker: Any) -> None:
        """One thread a worker: take the next request, ask, answer; when the worker is gone, hand over."""
        try:
            self.facts[name] = worker.greet()
            worker.serving = True
            worker.ready.set()
            while (request := self._take(name)) is not None:
                try:
                    kind, value, service_s = worker.ask(request.task, request.args)
                except Lost:
                    request.deaths += 1
                    self._bury(name, worker, request)
                    return
                if kind == "ok":
                    request.finish(value, service_s=service_s)
                elif kind == "memory":
                    with self._bell:
                        self.log.append(f"{name} ran out of memory with request {request.number}, and serves on")
                        self._place(request)
                else:
                    request.finish(error=RuntimeError(value), service_s=service_s)
        except Lost:
            self._bury(name, worker, None)
        finally:
            worker.serving = False
            worker.ready.set()

    def _take(self, name: str) -> Request | None:
        with self._bell:
            while not self._closed:
                queues = [queue for route, queue in self._waiting.items() if name in route and queue]
                if queues:
                    request = heapq.heappop(min(queues, key=lambda queue: queue[0][0]))[1]
                    request.tried.append(name)
                    return request
                self._bell.wait()
            return None

    def _place(self, request: Request) -> None:
        """Queue a request where it can still be served, or say why it can't. The bell is held."""
        able = [n for n, worker in self._workers.items() if worker.serving and n not in request.tried]
        route = tuple(n for n in request.route if n in able) or tuple(able)
        if request.deaths >= DEATHS:
            request.finish(error=RuntimeError(f"{request.deaths} workers died with this request: refused"))
        elif route:
            heapq.heappush(self._waiting.setdefault(route, []), (request.number, request))
            self._bell.notify_all()
        elif request.tried and not request.deaths:
            request.finish(error=MemoryError(f"no slice has the memory for this request; tried {request.tried}"))
        else:
            request.finish(error=RuntimeError("no worker is left that could take this request"))

    def _bury(self, name: str, worker: Any, request: Request | None) -> None:
        with self._bell:
            worker.serving = False
            if self._closed:
                if request is not None:
                    request.finish(error=RuntimeError(_CLOSED))
                return
            orphans = [] if request is None else [request]
            for route in [route for route in self._waiting if name in route]:
                if not any(self._workers[n].serving for n in route):
                    orphans += [each for _, each in self._waiting.pop(route)]
            self.log.append(f"{name} is gone; {len(orphans)} accepted requests go to others")
            for orphan in orphans:
                self._place(orphan)

    def _end(self) -> None:
        self._closed = True
        for worker in self._workers.values():
            worker.kill()
        with self._bell:
            for queue in self._waiting.values():
                for _, request in queue:
                    request.finish(error=RuntimeError(_CLOSED))
            self._waiting.clear()
            self._bell.notify_all()
        for worker in self._workers.values():
            worker.close()
        _open_fleets.discard(self)


_open_fleets: weakref.WeakSet[Fleet] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for fleet in list(_open_fleets):
        with contextlib.suppress(Exception):
            fleet.close()


def _engine(name: str) -> Any:
    if name == "pipe":
        return PipeWorker
    if name == "litserve":
        if importlib.util.find_spec("litserve") is None:
            raise RuntimeError("LitServe isn't installed here: pip install litserve")
        return LitServeWorker
    raise ValueError(f'an engine is "pipe" or "litserve", not {name!r}')
