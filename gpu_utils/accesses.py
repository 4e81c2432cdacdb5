"""What a kernel does to memory: a read or write of one cell by one thread, and two of them that race.

Used by `gpu_utils.kernels.count`; a kernel sees `CountingArray` where it would see an array of the GPU.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from gpu_utils.recorder import Recorder

__all__ = ["KINDS", "Access", "CountingArray", "Race", "Thread"]

KINDS = ("read", "write", "atomic")
READ, WRITE, ATOMIC = range(3)
Triple = tuple[int, int, int]


class Thread(NamedTuple):
    """A thread of a launch, by its block and its place in it, each as (x, y, z).

    >>> str(Thread((2, 0, 0), (5, 1, 0)))
    'thread (5, 1, 0) of block (2, 0, 0)'
    """

    block: Triple
    thread: Triple

    def __str__(self) -> str:
        return f"thread {self.thread} of block {self.block}"


class Access(NamedTuple):
    """One access to one cell.

    Attributes:
        thread: whose.
        epoch: how many barriers its block had passed.
        space: "global" or "shared".
        array: the name that the kernel gives it.
        cell: its index, as a tuple.
        kind: "read", "write" or "atomic".

    >>> print(Access(Thread((0, 0, 0), (1, 0, 0)), 0, "global", "image", (2, 5), "read"))
    thread (1, 0, 0) of block (0, 0, 0) reads image[2, 5]
    """

    thread: Thread
    epoch: int
    space: str
    array: str
    cell: tuple[int, ...]
    kind: str

    def __str__(self) -> str:
        place = ", ".join(map(str, self.cell))
        return f"{self.thread} {self.kind}s {self.array}[{place}]".replace("atomics", "updates")


class Race(NamedTuple):
    """Two accesses to one cell by two threads, one of them at least a write, and nothing says which comes first.

    >>> first, second = (Thread((0, 0, 0), (x, 0, 0)) for x in (0, 1))
    >>> race = Race(*(Access(one, 0, "shared", "sums", (0,), "write") for one in (first, second)))
    >>> print(race)  # doctest: +NORMALIZE_WHITESPACE
    thread (0, 0, 0) of block (0, 0, 0) writes sums[0] and thread (1, 0, 0) of block (0, 0, 0) writes sums[0],
    with no barrier between
    """

    first: Access
    second: Access

    def __str__(self) -> str:
        return f"{self.first} and {self.second}, with no barrier between"


_SINGLE = "a kernel works on single elements: index the array down to one"


class CountingArray:
    """What a kernel sees instead of an array: the same cells, each access recorded and checked against the bounds.

    A read outside gives NaN (0 for integers), a write outside is dropped; an index below zero counts from the end, as
    Numba has it on a GPU, and is reported like one outside. Arithmetic on whole arrays is refused, as on a GPU.

    >>> from gpu_utils.recorder import Recorder
    >>> recorder = Recorder()
    >>> recorder.moment(Thread((0, 0, 0), (0, 0, 0)), epoch=0)
    >>> image = recorder.array("global", "image", np.zeros((2, 3)))
    >>> image[0, 1] += image[1, 2] + image[9, 9]
    >>> len(recorder), recorder.beyond[0].cell
    (3, (9, 9))
    """

    __slots__ = ("_cells", "_identity", "_recorder", "_values", "_written")

    def __init__(self, values: Any, recorder: Recorder, identity: int, *, fresh: bool = False) -> None:
        self._values, self._recorder, self._identity = values, recorder, identity
        self._cells = np.arange(values.size).reshape(values.shape)
        self._written = np.zeros(values.size, bool) if fresh else None

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(self._values.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return int(self._values.ndim)

    @property
    def size(self) -> int:
        """Number of cells."""
        return int(self._values.size)

    @property
    def dtype(self) -> Any:
        """NumPy dtype of a cell."""
        return self._values.dtype

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        place = self._inside(index, READ)
        if place is None:
            return _nothing(self.dtype)
        cells = self._cells[place]
        if isinstance(cells, np.ndarray):
            return self._view(place)
        self._recorder.add(self._identity, int(cells), READ)
        if self._written is not None and not self._written[cells]:
            self._recorder.unwritten.append(len(self._recorder))
        return self._values[place]

    def __setitem__(self, index: Any, value: Any) -> None:
        place = self._inside(index, WRITE)
        if place is None:
            return
        cells = self._cells[place]
        for cell in np.ravel(cells).tolist():
            self._recorder.add(self._identity, cell, WRITE)
        if self._written is not None:
            self._written[cells] = True
        if isinstance(value, CountingArray):
            value = [value[i] for i in np.ndindex(value.shape)]
        self._values[place] = value

    def atomically(self, change: Any, index: Any, *values: Any) -> Any:
        """Do `change(array, index, *values)`, one of Numba's atomic functions, as one access."""
        place = self._inside(index, ATOMIC)
        if place is None:
            return _nothing(self.dtype)
        self._recorder.add(self._identity, int(self._cells[place]), ATOMIC)
        if self._written is not None:
            if not self._written[self._cells[place]]:
                self._recorder.unwritten.append(len(self._recorder))
            self._written[self._cells[place]] = True
        return change(self._values, place, *values)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(_SINGLE)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __array__
    __matmul__ = __rmatmul__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __array__
    __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __float__ = __array_ufunc__ = __array__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"an array has no `{name}` in a kernel: {_SINGLE}")

    def _inside(self, index: Any, kind: int) -> Any:
        """The index as a tuple; None, and a record, when it is outside."""
        place = index if isinstance(index, tuple) else (index,)
        shape = self._values.shape
        if len(place) > len(shape):
            raise IndexError(f"{len(place)} indices for an array with {len(shape)} axes")
        whole, below = [], False
        for one, length in zip(place, shape, strict=False):
            if isinstance(one, slice):
                return place
            try:
                number = operator.index(one)
            except TypeError:
                raise TypeError(f"an index is an integer, not {type(one).__name__} {one}") from None
            if not -length <= number < length:
                self._recorder.outside(self._identity, place, kind)
                return None
            below = below or number < 0
            whole.append(number)
        if below:
            self._recorder.outside(self._identity, place, kind)
        return tuple(whole)

    def _view(self, place: Any) -> CountingArray:
        view = object.__new__(CountingArray)
        view._recorder, view._identity, view._written = self._recorder, self._identity, self._written
        view._values, view._cells = self._values[place], self._cells[place]
        return view


def _nothing(dtype: Any) -> Any:
    return dtype.type(np.nan if dtype.kind in "fc" else 0)
