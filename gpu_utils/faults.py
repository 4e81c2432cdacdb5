"""What a kernel does wrong, as sentences: the first access outside an array, the first race, and so on, or "none".

Every function runs a kernel as `gpu_utils.trials.tried` does. One that writes nothing is never called free of faults.

>>> from gpu_utils.kernels import enable
>>> place = enable()
>>> from numba import cuda
>>> @cuda.jit
... def double(x, out):
...     i = cuda.grid(1)
...     out[i] = 2 * x[i]
>>> from gpu_utils.trials import blank
>>> strays(double, 2, 2, np.float32([1, 2, 3]), blank(3))
'thread (1, 0, 0) of block (1, 0, 0) reads x[3], but its last index is 2 (2 such accesses in all)'
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gpu_utils.counts import Counts
from gpu_utils.kernels import KernelError
from gpu_utils.trials import Blank, tried, written

if TYPE_CHECKING:
    from gpu_utils.checks import Check

__all__ = ["atomics", "changes", "clean", "divergences", "over", "races", "resizes", "strays", "unfilled", "unwritten"]


def clean(
    c: Check, sentence: str, fault: Callable[..., str], kernel: Any, *launch: Any, hint: str | None = None
) -> None:
    """Expect of a check that a run shows no such fault; when it does, the fault itself is what the reader sees.

    `fault` is one of `strays`, `races`, `unfilled`, ...; `kernel` and `launch` are its arguments.

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> from gpu_utils.checks import check
    >>> @cuda.jit
    ... def half(out):
    ...     out[cuda.grid(1)] = 1
    >>> with check("half") as c:
    ...     clean(c, "no value stays empty", unfilled, half, 1, 2, blank(4))
    half: 0 of 1 hold · 0 of 1 points
      ✗ no value stays empty
          2 of 4 values are empty, the first at [2]
    """
    outcome = c.call(fault, kernel, *launch)
    if outcome.error is not None or type(outcome.value) is not str:
        outcome.equal("none", sentence, hint=hint)
    else:
        c.that(outcome.value == "none", sentence, hint=hint, message=outcome.value)


def unfilled(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """How many numbers of the first blank no thread wrote (or wrote NaN into), in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> @cuda.jit
    ... def number(out):
    ...     out[cuda.grid(1)] = cuda.grid(1)
    >>> unfilled(number, 1, 2, blank(5))
    '3 of 5 values are empty, the first at [2]'
    """
    out = written(kernel, grid, block, *args)
    empty = np.argwhere(np.isnan(out)).tolist()
    return f"{len(empty)} of {out.size} values are empty, the first at {empty[0]}" if empty else "none"


def over(limit: float, tally: Callable[..., int], kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """That a tally, such as `reads` or `barriers`, exceeds a limit, in words, or "none".

    KernelError for a kernel that writes nothing: one that does no work is no frugal one.

    >>> from gpu_utils.trials import blank, reads
    >>> from numba import cuda
    >>> @cuda.jit
    ... def copy(x, out):
    ...     out[cuda.grid(1)] = x[cuda.grid(1)]
    >>> over(1, reads, copy, 1, 3, np.ones(3), blank(3))
    '3 reads, and 1 would do'
    """
    if not _works(tried(kernel, grid, block, *args)[1]):
        raise KernelError("the kernel writes nothing")
    number, most = tally(kernel, grid, block, *args), int(limit)
    return "none" if number <= most else f"{number:,} {tally.__name__.replace('_', ' ')}, and {most:,} would do"


def strays(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first access outside an array, in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> @cuda.jit
    ... def last(out):
    ...     out[-1] = 1
    >>> strays(last, 1, 1, blank(4))
    'thread (0, 0, 0) of block (0, 0, 0) writes out[-1], and an index below 0 is outside'
    """
    counts = tried(kernel, grid, block, *args)[1]
    found = counts.out_of_bounds
    if not found:
        return _first((), counts)
    shape = counts.heat(found[0].array).shape
    if min(found[0].cell) < 0:
        why = "and an index below 0 is outside"
    else:
        why = f"but its last index is {', '.join(str(length - 1) for length in shape)}"
    return f"{found[0]}, {why}{_in_all(found, 'accesses')}"


def races(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first race, in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> @cuda.jit
    ... def all_at_once(out):
    ...     out[0] = cuda.grid(1)
    >>> races(all_at_once, 1, 2, blank(1)).endswith("with no barrier between")
    True
    """
    counts = tried(kernel, grid, block, *args)[1]
    return _first(counts.races, counts, "races")


def unwritten(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first read of shared memory that no thread had written, in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda, float32
    >>> @cuda.jit
    ... def careless(out):
    ...     room = cuda.shared.array(2, float32)
    ...     out[0] = room[1]
    >>> unwritten(careless, 1, 1, blank(1))
    'thread (0, 0, 0) of block (0, 0, 0) reads room[1], which nobody has written'
    """
    counts = tried(kernel, grid, block, *args)[1]
    if not counts.unwritten:
        return _first((), counts)
    return f"{counts.unwritten[0]}, which nobody has written{_in_all(counts.unwritten, 'reads')}"


def divergences(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first barrier that not every thread of its block reached, in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> @cuda.jit
    ... def half(out):
    ...     if cuda.threadIdx.x == 0:
    ...         cuda.syncthreads()
    >>> "1 of 2 threads ended, the others wait, in line" in divergences(half, 1, 2, blank(1))
    True
    """
    counts = tried(kernel, grid, block, *args)[1]
    if not counts.divergences:
        return _first((), counts)
    one = counts.divergences[0]
    ended = f"{one.finished} of {one.finished + sum(one.waiting.values())} threads ended, the others wait"
    many = f"threads wait at {len(one.waiting)} barriers at once"
    lines = " and ".join(map(str, one.waiting))
    return f"in block {one.block} {ended if one.finished else many}, in line {lines} of your cell"


def changes(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first write into an array that is no blank, in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> @cuda.jit
    ... def double(x, out):
    ...     i = cuda.grid(1)
    ...     x[i] *= 2
    ...     out[i] = x[i]
    >>> changes(double, 1, 3, np.ones(3), blank(3))
    'thread (0, 0, 0) of block (0, 0, 0) writes x[0] (3 such writes in all)'
    """
    counts = tried(kernel, grid, block, *args)[1]
    names = inspect.signature(kernel.py_func).parameters
    given = {name for name, one in zip(names, args, strict=False) if not isinstance(one, Blank)}
    found = [one for one in counts.accesses if one.kind != "read" and one.space == "global" and one.array in given]
    return _first(found, counts, "writes")


def atomics(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """The first atomic update, in words, or "none".

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda
    >>> @cuda.jit
    ... def tally(out):
    ...     cuda.atomic.add(out, 0, 1)
    >>> atomics(tally, 1, 3, blank(1, dtype="int32"))
    'thread (0, 0, 0) of block (0, 0, 0) updates out[0] (3 such updates in all)'
    """
    counts = tried(kernel, grid, block, *args)[1]
    return _first([one for one in counts.accesses if one.kind == "atomic"], counts, "updates")


def resizes(kernel: Any, grid: Any, block: Any, *args: Any) -> str:
    """That shared memory has another size with other numbers, in words, or "none".

    The last argument is a sequence of such numbers. A GPU must know the size when the kernel is compiled.

    >>> from gpu_utils.trials import blank
    >>> from numba import cuda, float32
    >>> @cuda.jit
    ... def roomy(out, n):
    ...     room = cuda.shared.array(n, float32)
    ...     out[0] = n
    >>> resizes(roomy, 1, 1, blank(1), (1, 2))
    'shared memory of 1 cells with 1, of 2 cells with 2'
    """
    *others, numbers = args
    sizes = {}
    for number in numbers:
        counts = tried(kernel, grid, block, *others, number)[1]
        sizes[number] = counts.shared_cells
    if len(set(sizes.values())) == 1:
        return _first((), counts)
    return "shared memory of " + ", of ".join(f"{size} cells with {number}" for number, size in sizes.items())


def _first(found: Sequence[Any], counts: Counts, what: str = "") -> str:
    if found:
        return f"{found[0]}{_in_all(found, what)}"
    # A kernel that does nothing does nothing wrong either; that is no merit.
    return "none" if _works(counts) else "nothing was written at all"


def _in_all(found: Sequence[Any], what: str) -> str:
    return f" ({len(found):,} such {what} in all)" if len(found) > 1 else ""


def _works(counts: Counts) -> bool:
    return counts.global_writes + counts.global_atomics > 0
