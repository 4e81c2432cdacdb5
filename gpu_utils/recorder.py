"""Every read and write of a launch, written down: who, when, which cell."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

import numpy as np

from gpu_utils.accesses import KINDS, Access, CountingArray, Thread, Triple

__all__ = ["MOST_ACCESSES", "Endless", "Recorder"]

MOST_ACCESSES = 300_000
"""Of one thread from one barrier to the next; they take a second or so to write down."""


class Endless(RuntimeError):
    """A thread that does far more than any would have to; the message says what.

    >>> raise Endless("1,000 barriers")
    Traceback (most recent call last):
    gpu_utils.recorder.Endless: 1,000 barriers
    """


class Recorder:
    """The accesses of a launch in the order in which they happened, compactly: four numbers each.

    >>> len(Recorder())
    0
    """

    def __init__(self) -> None:
        self._rows = array("q")
        self._moments: list[tuple[Thread, int]] = []
        self._arrays: list[tuple[str, str, tuple[int, ...]]] = []
        self._addresses: dict[int, Any] = {}
        self.unwritten: list[int] = []
        self.beyond: list[Access] = []
        self._left = MOST_ACCESSES
        self._reserved: Counter[Triple] = Counter()

    def __len__(self) -> int:
        return len(self._rows) // 4

    def array(self, space: str, name: str, values: Any, *, fresh: bool = False) -> CountingArray:
        """`values` for a kernel; `fresh` memory holds nothing yet."""
        self._arrays.append((space, name, values.shape))
        identity = len(self._arrays) - 1
        if space == "global":
            # Two arguments may be views of the same memory: cells are told apart by their addresses.
            offsets = sum(
                np.ix_(*(np.arange(n) * s for n, s in zip(values.shape, values.strides, strict=True))), np.zeros(1, int)
            )
            self._addresses[identity] = values.ctypes.data + np.broadcast_to(offsets, values.shape).reshape(-1)
        else:
            self._reserved[self._moments[-1][0].block] += values.size
        return CountingArray(values, self, identity, fresh=fresh)

    @property
    def largest_shared(self) -> int:
        """Cells of shared memory that a block asked for; of the blocks, the most."""
        return max(self._reserved.values(), default=0)

    def moment(self, thread: Thread, epoch: int) -> None:
        """From now on it is this thread that works, after so many barriers of its block."""
        self._left = MOST_ACCESSES
        self._moments.append((thread, epoch))

    def add(self, identity: int, cell: int, kind: int) -> None:
        """Record an access. Endless for a thread that has made too many since its last barrier."""
        self._count()
        self._rows.extend((len(self._moments) - 1, identity, cell, kind))

    def outside(self, identity: int, place: tuple[Any, ...], kind: int) -> None:
        """Record an access outside the array. Endless as in `add`."""
        self._count()
        space, name, _ = self._arrays[identity]
        thread, epoch = self._moments[-1]
        self.beyond.append(Access(thread, epoch, space, name, tuple(map(int, place)), KINDS[kind]))

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Endless(f"{MOST_ACCESSES:,} reads and writes so far")

    def table(self) -> Any:
        """All accesses as an integer array: moment, array, cell, kind."""
        return np.array(self._rows, dtype=np.int64).reshape(-1, 4)

    def access(self, row: Any) -> Access:
        """A row of the table, spelt out."""
        moment, identity, cell, kind = (int(value) for value in row)
        thread, epoch = self._moments[moment]
        space, name, shape = self._arrays[identity]
        index = tuple(int(i) for i in np.unravel_index(cell, shape))
        return Access(thread, epoch, space, name, index, KINDS[kind])

    def spaces(self) -> Any:
        """For each array, whether it is shared memory."""
        return np.array([space == "shared" for space, _, _ in self._arrays], dtype=bool)

    def named(self, name: str) -> tuple[list[int], tuple[int, ...]]:
        """The arrays of this name (shared memory has one for each block) and their shape. ValueError for none."""
        found = [identity for identity, row in enumerate(self._arrays) if row[1] == name]
        if not found:
            names = ", ".join(dict.fromkeys(row[1] for row in self._arrays))
            raise ValueError(f"the kernel has no array {name!r}; it has {names}")
        return found, self._arrays[found[0]][2]

    def cells(self, table: Any) -> Any:
        """For each row of the table a number that is the same for the same piece of memory only."""
        result = np.empty(len(table), np.int64)
        for identity in np.unique(table[:, 1]).tolist():
            rows = table[:, 1] == identity
            place = table[rows, 2]
            # No address is negative, which leaves the numbers below zero to shared memory.
            result[rows] = (
                self._addresses[identity][place] if identity in self._addresses else -1 - (identity << 32) - place
            )
        return result

    def whose(self, table: Any) -> Any:
        """For each row of the table: block, thread and epoch, as numbers."""
        blocks: dict[Triple, int] = {}
        threads: dict[Triple, int] = {}
        known = [
            (blocks.setdefault(one.block, len(blocks)), threads.setdefault(one.thread, len(threads)), epoch)
            for one, epoch in self._moments
        ]
        return np.array(known, dtype=np.int64).reshape(-1, 3)[table[:, 0]]
