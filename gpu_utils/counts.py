"""What a launch did, as numbers, lists and maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gpu_utils.accesses import ATOMIC, KINDS, READ, WRITE, Access, Race, Thread, Triple
from gpu_utils.blocks import Divergence
from gpu_utils.provenance import Provenance
from gpu_utils.races import find_races
from gpu_utils.recorder import Recorder

__all__ = ["Counts"]


@dataclass(frozen=True)
class Counts:
    """What a launch did.

    Attributes:
        grid, block: as (x, y, z).
        barriers: the most that any block waited at.
        divergences: barriers that only part of a block reached.

    >>> from gpu_utils.kernels import count, enable
    >>> place = enable()
    >>> from numba import cuda
    >>> @cuda.jit
    ... def overwrite(x):
    ...     x[0] = cuda.grid(1)
    >>> counts = count(overwrite, 1, 4, np.zeros(1))
    >>> counts.global_writes, len(counts.races), counts.heat("x", "write").tolist(), str(counts.provenance)
    (4, 1, [4], 'emulated')
    """

    grid: Triple
    block: Triple
    barriers: int
    divergences: tuple[Divergence, ...]
    _recorder: Recorder = field(repr=False)
    provenance: Provenance = Provenance.EMULATED

    @property
    def global_reads(self) -> int:
        """Values read from the arrays that were passed in."""
        return self._count(READ, shared=False)

    @property
    def global_writes(self) -> int:
        """Values written to the arrays that were passed in."""
        return self._count(WRITE, shared=False)

    @property
    def global_atomics(self) -> int:
        """Atomic updates of the arrays that were passed in."""
        return self._count(ATOMIC, shared=False)

    @property
    def shared_reads(self) -> int:
        """Values read from shared memory."""
        return self._count(READ, shared=True)

    @property
    def shared_writes(self) -> int:
        """Values written to shared memory."""
        return self._count(WRITE, shared=True)

    @property
    def shared_atomics(self) -> int:
        """Atomic updates of shared memory."""
        return self._count(ATOMIC, shared=True)

    @property
    def shared_cells(self) -> int:
        """Cells of shared memory that one block asks for; of the blocks, the most."""
        return self._recorder.largest_shared

    @cached_property
    def races(self) -> tuple[Race, ...]:
        """The first pair of racing accesses for each cell that has any: two threads, a write, no barrier between."""
        return find_races(self._recorder)

    @property
    def out_of_bounds(self) -> tuple[Access, ...]:
        """Accesses outside an array, below zero included."""
        return tuple(self._recorder.beyond)

    @property
    def unwritten(self) -> tuple[Access, ...]:
        """Reads of shared memory that no thread had written: on a GPU they give whatever was there."""
        return tuple(self._recorder.access(self._table[row - 1]) for row in self._recorder.unwritten)

    def of_thread(self, thread: Any, block: Any = 0) -> tuple[Access, ...]:
        """What one thread did, in order; `thread` and `block` as numbers or tuples, x first."""
        wanted = Thread(_place(block), _place(thread))
        return tuple(one for one in self.accesses if one.thread == wanted)

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """Every access inside an array, in the order of this run."""
        return tuple(self._recorder.access(row) for row in self._table)

    def heat(self, array: str, kind: str = "read") -> Any:
        """How often each cell of an array was read (or written, or updated): integers in the array's shape.

        The name is that in the kernel's own text. Shared memory is added up over the blocks. ValueError for an unknown
        name or kind.
        """
        if kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
        identities, shape = self._recorder.named(array)
        table = self._table
        rows = np.isin(table[:, 1], identities) & (table[:, 3] == KINDS.index(kind))
        return np.bincount(table[rows, 2], minlength=int(np.prod(shape))).reshape(shape)

    @cached_property
    def _table(self) -> Any:
        return self._recorder.table()

    def _count(self, kind: int, *, shared: bool) -> int:
        table = self._table
        return (
            int(((table[:, 3] == kind) & (self._recorder.spaces()[table[:, 1]] == shared)).sum()) if len(table) else 0
        )


def _place(place: Any) -> Triple:
    numbers = (place,) if isinstance(place, (int, np.integer)) else tuple(place)
    x, y, z = (*(int(number) for number in numbers), 0, 0, 0)[:3]
    return x, y, z
