"""Kernels tried on small arrays: what they wrote and what they did on the way, as values that a check can compare.

Every function runs a kernel on the CPU, thread by thread (see `gpu_utils.kernels.count`). A `blank` among the arguments
becomes a fresh array, full of NaN, so that what no thread writes stays visible. A kernel that writes nothing is never
called free of faults.

>>> from gpu_utils.kernels import enable
>>> place = enable()
>>> from numba import cuda
>>> @cuda.jit
... def double(x, out):
...     i = cuda.grid(1)
...     out[i] = 2 * x[i]
>>> written(double, 1, 2, np.float32([1, 2, 3]), blank(3)).tolist()
[2.0, 4.0, nan]
>>> strays(double, 2, 2, np.float32([1, 2, 3]), blank(3))
'thread (1, 0, 0) of block (1, 0, 0) reads x[3]'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gpu_utils.counts import Counts
from gpu_utils.kernels import KernelError, count

__all__ = [
    "Blank",
    "barriers",
    "blank",
    "divergences",
    "over",
    "races",
    "reads",
    "strays",
    "tried",
    "unfilled",
    "unwritten",
    "written",
    "written_at",
]


class Blank(NamedTuple):
    """An array that a trial is to make: full of NaN, or of zeros for integers.

    >>> Blank((2, 3), "float32").shape
    (2, 3)
    """

    shape: tuple[int, ...]
    dtype: str


def blank(*shape: int, dtype: str = "float32") -> Blank:
    """Ask a trial for a fresh array.

    >>> blank(4, 3)
    Blank(shape=(4, 3), dtype='float32')
    """
    return Blank(shape, dtype)


def tried(kernel: Any, grid: Any, block: Any, *args: Any, order: str | int = "forward") -> tuple[Any, Counts]:
    """Run a kernel as `count` does; what it wrote into the first blank (None without one), and the counts.

    A kernel that isn't written yet raises NotImplementedError, one that stops KernelError.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def later(x):
    ...     raise NotImplementedError()
    >>> tried(later, 1, 1, blank(1))
    Traceback (most recent call last):
    NotImplementedError
    """
    given = [_made(one) if isinstance(one, Blank) else one for one in args]
    fresh = [array for array, one in zip(given, args, strict=True) if isinstance(one, Blank)]
    try:
        counts = count(kernel, grid, block, *given, order=order)
    except KernelError as error:
        cause = error.__cause__
        if isinstance(cause, NotImplementedError) and not str(cause):  # with words it is the simulation that refuses
            raise NotImplementedError from None
        raise
    return (fresh[0] if fresh else None), counts


def written(kernel: Any, grid: Any, block: Any, *args: Any, order: str | int = "forward") -> Any:
    """What the kernel wrote into the first blank.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def number(out):
    ...     out[cuda.grid(1)] = cuda.grid(1)
    >>> written(number, 2, 2, blank(4)).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    return tried(kernel, grid, block, *args, order=order)[0]


def written_at(place: tuple[int, ...], kernel: Any, grid: Any, block: Any, *args: Any) -> float:
    """One number of what the kernel wrote into the first blank.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def number(out):
    ...     out[cuda.grid(1)] = cuda.grid(1)
    >>> written_at((3,), number, 2, 2, blank(4))
    3.0
    """
    return float(written(kernel, grid, block, *args)[place])


def unfilled(kernel: Any, grid: Any, block: Any, *args: Any) -> int:
    """How many numbers of the first blank no thread wrote (or wrote NaN into).

    >>> from numba import cuda
    >>> @cuda.jit
    ... def number(out):
    ...     out[cuda.grid(1)] = cuda.grid(1)
    >>> unfilled(number, 1, 2, blank(5))
    3
    """
    return int(np.isnan(written(kernel, grid, block, *args)).sum())


def over(limit: float, tally: Callable[..., int], kernel: Any, grid: Any, block: Any, *args: Any) -> int:
    """By how much a tally, such as `reads` or `barriers`, exceeds a limit; 0 when it doesn't.

    KernelError for a kernel that writes nothing: one that does no work is no frugal one.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def copy(x, out):
    ...     out[cuda.grid(1)] = x[cuda.grid(1)]
    >>> over(1, reads, copy, 1, 3, np.ones(3), blank(3))
    2
    """
    if not _works(tried(kernel, grid, block, *args)[1]):
        raise KernelError("the kernel writes nothing")
    return max(0, tally(kernel, grid, block, *args) - int(limit))


def strays(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first access outside an array, in words, or "none".

    >>> from numba import cuda
    >>> @cuda.jit
    ... def last(out):
    ...     out[-1] = 1
    >>> strays(last, 1, 1, blank(4))
    'thread (0, 0, 0) of block (0, 0, 0) writes out[-1]'
    """
    counts = tried(kernel, grid, block, *args)[1]
    return _first(counts.out_of_bounds, counts)


def races(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first race, in words, or "none".

    >>> from numba import cuda
    >>> @cuda.jit
    ... def all_at_once(out):
    ...     out[0] = cuda.grid(1)
    >>> races(all_at_once, 1, 2, blank(1)).endswith("with no barrier between")
    True
    """
    counts = tried(kernel, grid, block, *args)[1]
    return _first(counts.races, counts)


def unwritten(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first read of shared memory that no thread had written, in words, or "none".

    >>> from numba import cuda, float32
    >>> @cuda.jit
    ... def careless(out):
    ...     room = cuda.shared.array(2, float32)
    ...     out[0] = room[1]
    >>> unwritten(careless, 1, 1, blank(1))
    'thread (0, 0, 0) of block (0, 0, 0) reads room[1]'
    """
    counts = tried(kernel, grid, block, *args)[1]
    return _first(counts.unwritten, counts)


def divergences(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first barrier that not every thread of its block reached, in words, or "none".

    >>> from numba import cuda
    >>> @cuda.jit
    ... def half(out):
    ...     if cuda.threadIdx.x == 0:
    ...         cuda.syncthreads()
    >>> divergences(half, 1, 2, blank(1)).endswith("1 have finished")
    True
    """
    counts = tried(kernel, grid, block, *args)[1]
    return _first(counts.divergences, counts)


def reads(kernel: Any, grid: Any, block: Any, *args: Any) -> int:
    """How many values the kernel read from the arrays that were passed in.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def copy(x, out):
    ...     out[cuda.grid(1)] = x[cuda.grid(1)]
    >>> reads(copy, 1, 3, np.ones(3), blank(3))
    3
    """
    return tried(kernel, grid, block, *args)[1].global_reads


def barriers(kernel: Any, grid: Any, block: Any, *args: Any) -> int:
    """How many barriers a block passed; of the blocks, the most.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def twice(out):
    ...     cuda.syncthreads()
    ...     cuda.syncthreads()
    >>> barriers(twice, 1, 2, blank(1))
    2
    """
    return tried(kernel, grid, block, *args)[1].barriers


def _made(one: Blank) -> Any:
    kind = np.dtype(one.dtype)
    return np.full(one.shape, np.nan if kind.kind == "f" else 0, dtype=kind)


def _first(found: Sequence[Any], counts: Counts) -> str:
    if found:
        return str(found[0])
    # A kernel that does nothing does nothing wrong either; that is no merit.
    return "none" if _works(counts) else "nothing was written at all"


def _works(counts: Counts) -> bool:
    return counts.global_writes + counts.global_atomics > 0
