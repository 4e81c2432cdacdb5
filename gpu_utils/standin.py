"""What `cuda` means inside a kernel that runs on the CPU, and a kernel tied to it."""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from gpu_utils.accesses import CountingArray, Triple
from gpu_utils.blocks import Blocks
from gpu_utils.recorder import Recorder

__all__ = ["Cuda", "bind", "function_of"]


class Cuda:
    """Stands in for the module numba.cuda while one launch runs. What it doesn't know itself, Numba's simulator does.

    `recorder` None runs without counting, on plain arrays.

    >>> from gpu_utils.kernels import enable
    >>> place = enable()
    >>> cuda = Cuda(Blocks((4, 1, 1), (8, 2, 1), "forward", lambda thread, epoch: None), None)
    >>> cuda.gridsize(2), cuda.blockDim.y
    ((32, 2), 2)
    """

    def __init__(self, blocks: Blocks, recorder: Recorder | None) -> None:
        from numba.cuda.simulator.kernelapi import FakeCUDAModule

        self._blocks, self._recorder = blocks, recorder
        self._numba = FakeCUDAModule(blocks.grid, blocks.block, 0)
        self.blockDim, self.gridDim = _Dim(blocks.block), _Dim(blocks.grid)
        self.shared, self.local = _Shared(recorder), _Local()
        self.atomic = _Atomic(self._numba.atomic)
        self.warpsize = 32
        blocks.begin_block = self.shared.clear

    def __getattr__(self, name: str) -> Any:
        return getattr(self._numba, name)

    @property
    def threadIdx(self) -> _Dim:
        """Place of the thread in its block."""
        return _Dim(self._blocks.current.thread)

    @property
    def blockIdx(self) -> _Dim:
        """Place of the block in the grid."""
        return _Dim(self._blocks.current.block)

    @property
    def laneid(self) -> int:
        """Place of the thread in its warp."""
        (x, y, z), (width, height, _) = self._blocks.current.thread, self._blocks.block
        return (x + width * (y + height * z)) % 32

    def grid(self, ndim: int) -> Any:
        """The thread's place in the whole grid: a number, or a tuple of two or three."""
        block, thread = self._blocks.current
        place = tuple(b * n + t for b, n, t in zip(block, self._blocks.block, thread, strict=True))
        return _some(place, ndim)

    def gridsize(self, ndim: int) -> Any:
        """How many threads there are along each axis."""
        return _some(tuple(g * n for g, n in zip(self._blocks.grid, self._blocks.block, strict=True)), ndim)

    def syncthreads(self) -> None:
        """Wait until every thread of the block is here."""
        self._blocks.wait(sys._getframe(1).f_lineno)

    def syncthreads_count(self, value: Any) -> int:
        """A barrier that tells how many threads gave something true."""
        return sum(map(bool, self._blocks.vote(value, sys._getframe(1).f_lineno)))

    def syncthreads_and(self, value: Any) -> int:
        """A barrier that tells whether all threads gave something true."""
        return int(all(self._blocks.vote(value, sys._getframe(1).f_lineno)))

    def syncthreads_or(self, value: Any) -> int:
        """A barrier that tells whether any thread gave something true."""
        return int(any(self._blocks.vote(value, sys._getframe(1).f_lineno)))

    def syncwarp(self, *_: Any) -> None:
        """Refused: the order within a warp is not modelled."""
        raise NotImplementedError("this simulation knows no warps: use cuda.syncthreads()")


class _Dim:
    __slots__ = ("x", "y", "z")

    def __init__(self, place: Triple) -> None:
        self.x, self.y, self.z = place


class _Shared:
    """Shared memory: one array for each block and each place in the source that asks for one."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self._arrays: dict[tuple[Any, int], Any] = {}

    def clear(self) -> None:
        self._arrays.clear()

    def array(self, shape: Any, dtype: Any) -> Any:
        frame = sys._getframe(1)
        place = (frame.f_code, frame.f_lasti)
        if place not in self._arrays:
            if shape == 0:
                raise NotImplementedError("shared memory of a size set at launch is not simulated: give it a shape")
            values = _empty(shape, dtype)
            name = _assigned(frame.f_code, frame.f_lineno)
            made = values if self._recorder is None else self._recorder.array("shared", name, values, fresh=True)
            self._arrays[place] = made
        return self._arrays[place]


class _Local:
    def array(self, shape: Any, dtype: Any) -> Any:
        return _empty(shape, dtype)


class _Atomic:
    """Numba's atomic functions, each recorded as one access that races with no other atomic one."""

    def __init__(self, numbas: Any) -> None:
        self._numbas = numbas

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._numbas, name)
        if name == "compare_and_swap":
            cas = self._numbas.cas
            return lambda array, old, value: self._apply(cas, array, (0,) * array.ndim, old, value)
        return lambda array, index, *values: self._apply(function, array, index, *values)

    @staticmethod
    def _apply(function: Any, array: Any, index: Any, *values: Any) -> Any:
        counted = isinstance(array, CountingArray)
        return array.atomically(function, index, *values) if counted else function(array, index, *values)


def function_of(kernel: Any) -> Any:
    """The Python function of a @cuda.jit kernel. TypeError for anything else.

    >>> function_of(len)
    Traceback (most recent call last):
    TypeError: a kernel is a function with @cuda.jit, not builtin_function_or_method
    """
    function = getattr(kernel, "py_func", None)
    if not isinstance(function, types.FunctionType):
        raise TypeError(f"a kernel is a function with @cuda.jit, not {type(kernel).__name__}")
    return function


def bind(function: Any, cuda: Cuda, known: dict[int, Any] | None = None) -> Any:
    """The function with `cuda` meaning the stand-in, in the device functions that it calls too; a copy.

    >>> from gpu_utils.kernels import enable
    >>> where = enable()
    >>> from numba import cuda
    >>> def place():
    ...     return cuda.grid(1)
    >>> blocks = Blocks((4, 1, 1), (8, 1, 1), "forward", lambda thread, epoch: None)
    >>> bind(place, Cuda(blocks, None))()
    0
    """
    known = {} if known is None else known
    if id(function) in known:
        return known[id(function)]
    names: dict[str, Any] = {}
    around = function.__closure__ or ()
    cells = tuple(types.CellType() for _ in around)
    bound = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, cells)
    known[id(function)] = bound  # before its names are looked at: it may call itself
    used = set(_names(function.__code__))
    for name, value in function.__globals__.items():
        names[name] = _seen(value, cuda, known) if name in used else value
    for cell, original in zip(cells, around, strict=True):
        with contextlib.suppress(ValueError):  # a name that its function has not filled yet
            cell.cell_contents = _seen(original.cell_contents, cuda, known)
    return bound


def _seen(value: Any, cuda: Cuda, known: dict[int, Any]) -> Any:
    """What a name means to a kernel: the stand-in for numba.cuda, a bound copy of a device function, or itself."""
    if isinstance(value, types.ModuleType):
        if value.__name__ == "numba":
            return types.SimpleNamespace(**{**vars(value), "cuda": cuda})
        return cuda if value.__name__ == "numba.cuda" else value
    inner = getattr(value, "py_func", None)
    return bind(inner, cuda, known) if isinstance(inner, types.FunctionType) else value


def _names(code: types.CodeType) -> list[str]:
    inner = [name for one in code.co_consts if isinstance(one, types.CodeType) for name in _names(one)]
    return [*code.co_names, *inner]


def _some(place: tuple[int, ...], ndim: int) -> Any:
    if ndim not in (1, 2, 3):
        raise ValueError(f"a grid has 1, 2 or 3 axes, not {ndim}")
    return place[0] if ndim == 1 else place[:ndim]


def _empty(shape: Any, dtype: Any) -> Any:
    """New memory, full of NaN (0 for integers), since what it holds on a GPU is anybody's guess."""
    if not isinstance(dtype, (np.dtype, type)):
        from numba.np.numpy_support import as_dtype

        dtype = as_dtype(dtype)
    kind = np.dtype(dtype)
    return np.full(shape, np.nan if kind.kind in "fc" else 0, dtype=kind)


def _assigned(code: types.CodeType, line: int) -> str:
    """The name before "=" in the line that asks for shared memory; its line number where the source is unknown."""
    try:
        lines, first = inspect.getsourcelines(code)
        left, equals, _ = lines[line - max(first, 1)].partition("=")
        name = left.strip()
    except (OSError, IndexError):
        equals, name = "", ""
    return name if equals and name.isidentifier() else f"shared, line {line}"
