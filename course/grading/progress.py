"""One line that tells how far grading is: rewritten in place on a terminal, silent in a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Counts submissions; `step` after each."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total, self._done, self._began = total, 0, time.monotonic()
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()

    def step(self, student_id: str) -> None:
        """Note that a submission is done."""
        self._done += 1
        if self._shown:
            left = (time.monotonic() - self._began) / self._done * (self._total - self._done)
            width = 24
            filled = width * self._done // self._total
            bar = "█" * filled + "░" * (width - filled)
            line = f"{bar} {self._done}/{self._total}  {_clock(left)} left  {student_id[:30]}"
            print(f"\r\x1b[K{line}", end="", file=self._stream, flush=True)

    def finish(self) -> None:
        """Leave a clean line."""
        if self._shown:
            print("\r\x1b[K", end="", file=self._stream, flush=True)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
