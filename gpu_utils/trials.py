"""Kernels tried on small arrays: what they wrote and how much they did on the way, as values that a check can compare.

Every function runs a kernel on the CPU, thread by thread (see `gpu_utils.kernels.count`), on copies of its arrays. A
`blank` among the arguments becomes a fresh array, full of NaN, so that what no thread writes stays visible. What
a kernel does wrong on the way is said by `gpu_utils.faults`.

>>> from gpu_utils.kernels import enable
>>> place = enable()
>>> from numba import cuda
>>> @cuda.jit
... def double(x, out):
...     i = cuda.grid(1)
...     out[i] = 2 * x[i]
>>> written(double, 1, 2, np.float32([1, 2, 3]), blank(3)).tolist()
[2.0, 4.0, nan]
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from gpu_utils.counts import Counts
from gpu_utils.kernels import KernelError, count

__all__ = ["Blank", "barriers", "blank", "reads", "reads_of_one_thread", "tried", "written", "written_at"]


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
    copies: dict[int, Any] = {}  # an array that is passed twice stays one array
    given = [_made(one) if isinstance(one, Blank) else copies.setdefault(id(one), _copy(one)) for one in args]
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


def reads_of_one_thread(kernel: Any, grid: Any, block: Any, *args: Any) -> int:
    """How many values a thread read, from any memory; of the threads, the most.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def total(x, out):
    ...     if cuda.grid(1) == 0:
    ...         out[0] = x[0] + x[1] + x[2]
    >>> reads_of_one_thread(total, 1, 3, np.ones(3), blank(1))
    3
    """
    counts = tried(kernel, grid, block, *args)[1]
    return max(Counter(one.thread for one in counts.accesses if one.kind == "read").values(), default=0)


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


def _copy(one: Any) -> Any:
    return one.copy() if isinstance(one, np.ndarray) else one
