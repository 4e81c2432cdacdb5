"""Finding races in a record of accesses: by what the threads did, not by what happened to come out."""

from __future__ import annotations

from typing import Any

import numpy as np

from gpu_utils.accesses import ATOMIC, READ, WRITE, Race
from gpu_utils.recorder import Recorder

__all__ = ["find_races"]


def find_races(recorder: Recorder) -> tuple[Race, ...]:
    """One race for each cell that has any, in the order in which they began.

    Two accesses race when different threads touch the same cell, one of them at least writes, they are not both atomic,
    and no barrier stands between them: the block's barriers order the threads of a block, and nothing
    orders two blocks.

    >>> find_races(Recorder())
    ()
    """
    table = recorder.table()
    if not len(table):
        return ()
    whose, cells, kinds = recorder.whose(table), recorder.cells(table), table[:, 3]
    order = np.argsort(cells, kind="stable")
    starts = np.flatnonzero(np.diff(cells[order], prepend=cells[order[0]] - 1))
    suspects = _suspects(kinds[order], whose[order], starts)
    groups = np.split(order, starts[1:])
    pairs = sorted(pair for i in suspects for pair in _first_pair(groups[i], kinds, whose))
    return tuple(Race(recorder.access(table[one]), recorder.access(table[two])) for two, one in pairs)


def _suspects(kinds: Any, whose: Any, starts: Any) -> list[int]:
    """Numbers of the cells that some thread changed, not all by atomic updates, and that another one touched."""
    changed = np.maximum.reduceat(kinds, starts) != READ
    changed &= np.minimum.reduceat(kinds, starts) != ATOMIC
    thread = whose[:, 0] * (whose[:, 1].max() + 1) + whose[:, 1]
    shared = np.maximum.reduceat(thread, starts) != np.minimum.reduceat(thread, starts)
    return [int(i) for i in np.flatnonzero(changed & shared)]


def _first_pair(group: Any, kinds: Any, whose: Any) -> list[tuple[int, int]]:
    """(later row, earlier row) of the first race in a cell, or nothing."""
    seen: dict[tuple[int, int, int, int], int] = {}
    for row in group.tolist():
        block, thread, epoch = whose[row].tolist()
        kind = int(kinds[row])
        for (other_block, other_thread, other_epoch, other_kind), other in seen.items():
            together = block != other_block or epoch == other_epoch
            different = (block, thread) != (other_block, other_thread)
            harmless = kind == other_kind and kind != WRITE
            if together and different and not harmless:
                return [(row, other)]
        seen.setdefault((block, thread, epoch, kind), row)
    return []
