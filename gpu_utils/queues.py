"""A device that answers before it has finished: work queued to a thread of this process.

A GPU takes orders into a queue and works them off while the program goes on. `WorkQueue` does the same with one
thread, so what a timer sees without waiting, and with it, can be measured on any machine. Its times are real
times of this processor; they say nothing about the speed of a GPU.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

__all__ = ["WorkQueue"]


class WorkQueue:
    """Runs functions one after the other in a thread of its own; `submit` returns at once.

    As on a GPU, the queue has room for so many orders: who submits more waits until one is worked off. NumPy and
    torch let go of Python's lock while they compute, so the host can go on meanwhile.

    Attributes:
        depth: orders that may wait.
        trace: (start, end) of every order worked off so far, in seconds of time.perf_counter.

    >>> device = WorkQueue()
    >>> done = []
    >>> device.submit(done.append, 1)
    >>> device.synchronise()
    >>> done, len(device.trace)
    ([1], 1)
    >>> device.close()
    """

    def __init__(self, depth: int = 1024) -> None:
        if depth < 1:
            raise ValueError(f"a queue has room for at least one order, not {depth}")
        self.depth = depth
        self.trace: list[tuple[float, float]] = []
        self._orders: queue.Queue[tuple[Callable[..., Any], tuple[Any, ...]] | None] = queue.Queue(depth)
        self._error: BaseException | None = None
        self._worker = threading.Thread(target=self._work, name="work queue", daemon=True)
        self._worker.start()

    def submit(self, function: Callable[..., Any], *args: Any) -> None:
        """Queue ``function(*args)`` and return; waits only while the queue is full.

        Raises:
            RuntimeError: the queue is closed.

        >>> with WorkQueue() as device:
        ...     device.submit(print, "worked off")
        worked off
        """
        if not self._worker.is_alive():
            raise RuntimeError("this queue is closed: make a new one")
        self._orders.put((function, args))

    def synchronise(self) -> None:
        """Wait until everything queued so far is worked off; an error that an order raised is raised here.

        >>> with WorkQueue() as device:
        ...     device.submit(int, "x")
        ...     try:
        ...         device.synchronise()
        ...     except ValueError as error:
        ...         print("late, but raised")
        late, but raised
        """
        self._orders.join()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def close(self) -> None:
        """Work off what is queued, and end the thread. Closing twice does no harm.

        >>> device = WorkQueue()
        >>> device.close()
        >>> device.close()
        """
        if self._worker.is_alive():
            self._orders.put(None)
            self._worker.join()

    def __enter__(self) -> WorkQueue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            function, args = order
            start = time.perf_counter()
            try:
                function(*args)
            except BaseException as error:  # as on a GPU, whoever waits next gets to know of it
                self._error = self._error or error
            self.trace.append((start, time.perf_counter()))
            del function, args, order
            self._orders.task_done()
        self._orders.task_done()
