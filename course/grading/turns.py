"""Whose turn it is: cells run one after the other, each with a number that is drawn when its turn comes.

A result counts with the number of its turn only, so that a cell can't hand in the results of later tests. The numbers
come from the supervisor, in another process; what the running cell itself may find in its interpreter is its own.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections import deque
from collections.abc import Iterable
from typing import Any

NONCE_BYTES = 16
BATCH = 500
"""Most numbers that lie in the pipe at a time: a runner that reads none must not keep the supervisor waiting."""


class Forged(Exception):
    """Somebody but the runner wrote a result."""


class Turns:
    """The cells of a job, handed out through the pipe `order`."""

    def __init__(self, cells: Iterable[dict[str, Any]], order: int) -> None:
        self._left = deque((int(cell["position"]), bool(cell["test"])) for cell in cells)
        self._drawn: deque[str] = deque()
        self._order = order
        self.position: int | None = None
        """The cell whose turn it is; None when all have had theirs."""
        self.started = False
        self.next()

    def next(self) -> None:
        """Hand out the next turn."""
        if not self._drawn:
            self._draw()
        self.position = self._left.popleft()[0] if self._left else None
        self._nonce = self._drawn.popleft() if self._drawn else ""
        self.started = False

    def _draw(self) -> None:
        """Numbers for the next cell and those behind it up to the next test, since waiting for each one takes time."""
        count = 0
        for _, test in self._left:
            if count == BATCH or (count and test):
                break
            count += 1
        nonces = [secrets.token_bytes(NONCE_BYTES) for _ in range(count)]
        self._drawn.extend(nonce.hex() for nonce in nonces)
        with contextlib.suppress(OSError):  # the runner is gone: whoever watches it sees that
            os.write(self._order, b"".join(nonces))

    def take(self, message: dict[str, Any]) -> bool:
        """Whether `message` is the result of this turn (else it says that the cell begins); raises `Forged`."""
        if message.get("nonce") != self._nonce or message.get("event") not in ("start", "cell"):
            raise Forged
        if message["event"] == "start":
            if self.started:
                raise Forged
            self.started = True
            return False
        return True
