"""The threads of a kernel run one after another on the CPU, block by block, from barrier to barrier.

One Python thread holds the baton at a time, so the order is the one that was asked for and the same every time. A
kernel without barriers needs a single Python thread for all of its own. A loop that never ends is stopped, with a
sentence: by its barriers, its reads and writes, or, where it has neither, by the processor time that it takes.
"""

from __future__ import annotations

import contextlib
import ctypes
import linecache
import sys
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gpu_utils.accesses import Thread, Triple
from gpu_utils.recorder import Endless

__all__ = ["Blocks", "Divergence", "KernelError", "sequence"]

_MOST_BARRIERS = 1000
PATIENCE_S, IMPATIENCE_S = 2.0, 0.3
"""Processor time that a thread may take from one barrier to the next, and how much when its kernel once took more. Its
reads and writes come to their limit sooner."""


class KernelError(RuntimeError):
    """A kernel that stopped with an exception; the message says in which thread and line.

    >>> isinstance(KernelError(), RuntimeError)
    True
    """


class Divergence(NamedTuple):
    """A barrier that not all threads of a block reached, or several at once: on a GPU the outcome is undefined.

    >>> print(Divergence((0, 0, 0), {12: 3}, 1))
    in block (0, 0, 0) wait 3 at the barrier in line 12; 1 have finished
    """

    block: Triple
    waiting: dict[int, int]
    """Threads that wait, by line number of their barrier."""
    finished: int
    """Threads that are already through."""

    def __str__(self) -> str:
        waits = " and ".join(f"{count} at the barrier in line {line}" for line, count in self.waiting.items())
        return f"in block {self.block} wait {waits}" + (f"; {self.finished} have finished" if self.finished else "")


class _Stopped(BaseException):
    """Unwinds the kernel of a thread that will not go on."""


def sequence(lengths: Triple, order: str | int, *more: int) -> list[Triple]:
    """All (x, y, z) below `lengths`, x fastest: "forward", "reverse", or shuffled by a seed.

    >>> sequence((2, 2, 1), "reverse")
    [(1, 1, 0), (0, 1, 0), (1, 0, 0), (0, 0, 0)]
    """
    width, height, depth = lengths
    places = [(x, y, z) for z in range(depth) for y in range(height) for x in range(width)]
    if order == "reverse":
        places.reverse()
    elif order != "forward":
        mixed = np.random.default_rng([int(order), *more]).permutation(len(places))
        places = [places[i] for i in mixed.tolist()]
    return places


class Blocks:
    """Runs one launch. `current` and `epoch` say who works, and after how many barriers.

    >>> seen = []
    >>> blocks = Blocks((2, 1, 1), (2, 1, 1), "reverse", lambda thread, epoch: None)
    >>> blocks.run(lambda: seen.append((blocks.current.block[0], blocks.current.thread[0])))
    >>> seen
    [(1, 1), (1, 0), (0, 1), (0, 0)]
    """

    def __init__(self, grid: Triple, block: Triple, order: str | int, moment: Callable[[Thread, int], None]) -> None:
        self.grid, self.block, self.order, self._moment = grid, block, order, moment
        self.current = Thread((0, 0, 0), (0, 0, 0))
        self.epoch = self.barriers = 0
        self.divergences: list[Divergence] = []
        self.begin_block: Callable[[], None] = lambda: None
        self._pending: deque[Thread] = deque()
        self._workers: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._waiting: list[_Worker] = []
        self._resuming: deque[_Worker] = deque()
        self._working = 0
        self._back = _shut()
        self._failure: Exception | None = None
        self._turns = 0
        self.patience_s = PATIENCE_S
        self.lost_patience = False
        self._votes: dict[int, dict[Triple, Any]] = {}
        self.stopping = False

    def run(self, body: Callable[[], Any]) -> None:
        """Run `body` once for each thread. KernelError when it raises, or seems never to end."""
        self._body, self._file = body, str(getattr(body, "file", ""))
        try:
            for number, block in enumerate(sequence(self.grid, self.order)):
                self._run_block([Thread(block, one) for one in sequence(self.block, self.order, number)])
        finally:
            self._stop()

    def _run_block(self, threads: list[Thread]) -> None:
        self.epoch = 0
        self._votes.clear()
        self.begin_block()
        self._pending, self._waiting = deque(threads), []
        self._hand_over()
        while self._waiting:
            self._compare(len(threads))
            if self.epoch == _MOST_BARRIERS:
                first = min(self._waiting, key=lambda worker: worker.thread)
                raise self._endless(first, f"{_MOST_BARRIERS:,} barriers so far", first.line)
            self.epoch += 1
            self.barriers = max(self.barriers, self.epoch)
            self._resuming, self._waiting = deque(self._waiting), []
            self._hand_over()

    def _hand_over(self) -> None:
        """Start a round, and wait until the last worker of it gives the baton back."""
        self.pass_on()
        turns, since = -1, 0.0
        while not self._back.acquire(timeout=IMPATIENCE_S):
            if turns != self._turns:
                turns, since = self._turns, time.process_time()
            elif time.process_time() - since >= self.patience_s:
                self.lost_patience = True
                worker = self._workers[self._working]
                raise self._endless(worker, "still at work, no barrier in sight", worker.loop(self._file))
        if self._failure is not None:
            raise self._failure

    def _endless(self, worker: _Worker, so_far: str, line: int) -> KernelError:
        return _explained(Endless(so_far), worker.thread, self._file, line)

    def pass_on(self) -> None:
        """Give the baton to a worker with a new thread, to the next one at the barrier, or back."""
        if self._failure is None and self._pending:
            following = (self._idle.pop() if self._idle else self._hire()).go
        elif self._failure is None and self._resuming:
            following = self._resuming.popleft().go
        else:
            following = self._back
        following.release()

    def _compare(self, size: int) -> None:
        lines = Counter(worker.line for worker in self._waiting)
        if len(lines) > 1 or len(self._waiting) < size:
            block = self._waiting[0].thread.block
            self.divergences.append(Divergence(block, dict(lines), size - len(self._waiting)))

    def wait(self, line: int) -> None:
        """The current thread reaches a barrier."""
        if self.stopping:
            raise _Stopped
        worker = self._workers[self._working]
        worker.line = line
        self._waiting.append(worker)
        self.pass_on()
        worker.go.acquire()
        if self.stopping:
            raise _Stopped
        self._working = worker.number
        self.resume(worker.thread)

    def vote(self, value: Any, line: int) -> list[Any]:
        """A barrier at which each thread leaves a value; all values of the block."""
        votes = self._votes.setdefault(self.epoch, {})
        votes[self.current.thread] = value
        self.wait(line)
        return list(votes.values())

    def resume(self, thread: Thread) -> None:
        """Say that this thread works now."""
        self.current = thread
        self._turns += 1
        self._moment(thread, self.epoch)

    def work(self, worker: _Worker) -> None:
        """Take threads until none is left, then pass the baton on. Runs in the worker."""
        while self._pending and self._failure is None:
            worker.thread = self._pending.popleft()
            self._working = worker.number
            self.resume(worker.thread)
            try:
                self._body()
            except Exception as error:
                frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == self._file]
                self._failure = _explained(error, worker.thread, self._file, frames[-1].lineno if frames else 0)
        self._idle.append(worker)
        self.pass_on()

    def _hire(self) -> _Worker:
        worker = _Worker(self, len(self._workers))
        self._workers.append(worker)
        worker.start()
        return worker

    def _stop(self) -> None:
        self.stopping = True
        for worker in self._workers:
            with contextlib.suppress(RuntimeError):  # it has the baton, or has just been given it
                worker.go.release()
        for worker in self._workers:
            worker.join(timeout=0.2)
            if worker.is_alive() and worker.ident:
                # Interrupted inside an endless loop: nothing but an exception from outside gets it out of there.
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(_Stopped))


class _Worker(threading.Thread):
    """Carries simulated threads, one at a time; a barrier inside one parks it."""

    def __init__(self, blocks: Blocks, number: int) -> None:
        super().__init__(daemon=True)
        self.number = number
        self.go = _shut()
        self.thread = blocks.current
        self.line = 0
        self._blocks = blocks

    def run(self) -> None:
        """Wait for the baton, work, hand it back."""
        # A GPU warns of nothing.
        with np.errstate(all="ignore"), contextlib.suppress(_Stopped):
            while True:
                self.go.acquire()
                if self._blocks.stopping:
                    return
                self._blocks.work(self)

    def loop(self, file: str) -> int:
        """The first of the lines of this file that are at work again and again; 0 where that can't be told."""
        lines = set()
        for _ in range(50):
            time.sleep(0.001)
            frame = sys._current_frames().get(self.ident or 0)
            while frame is not None and frame.f_code.co_filename != file:
                frame = frame.f_back
            lines.add(frame.f_lineno if frame is not None else 0)
        return min(lines)


def _shut() -> threading.Lock:
    """A lock that is held: release lets one waiter through. Several times as fast as a semaphore."""
    lock = threading.Lock()
    lock.acquire()
    return lock


def _explained(error: Exception, thread: Thread, file: str, line: int | None) -> KernelError:
    said = f"{thread}: {type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, Endless):
        said = f"{thread} seems never to end ({error}): look at the condition of its loop"
    elif isinstance(error, ZeroDivisionError):
        said += " (a spare thread, with no value of its own?)"
    failure = KernelError(said + (_place(file, line) if line else ""))
    failure.__cause__ = error
    return failure


def _place(file: str, line: int) -> str:
    """``, in line 3 of your cell: `x = 1```, with the text since notebooks show no line numbers."""
    is_cell = "ipykernel_" in file or file.startswith("<")
    text = linecache.getline(file, line).strip()
    return f", in line {line} of {'your cell' if is_cell else Path(file).name}" + (f": `{text}`" if text else "")
