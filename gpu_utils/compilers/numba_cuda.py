"""Numba: a Python function on single elements in, PTX out. Its back end, libNVVM, comes with NVIDIA's CUDA toolkit."""

from __future__ import annotations

import inspect
from typing import Any

from gpu_utils.listings import CompileError, MissingCompiler

__all__ = ["compile_numba", "mend_max_and_min", "source_of", "version"]


def version() -> str:
    """Numba's version. MissingCompiler when it is not here.

    >>> version()[0].isdigit()
    True
    """
    return str(_numba().__version__)


def source_of(kernel: Any) -> str:
    """The text of a kernel or function, "" when Python doesn't know it.

    >>> source_of(len)
    ''
    """
    try:
        return inspect.getsource(getattr(kernel, "py_func", kernel))
    except (OSError, TypeError):
        return ""


def compile_numba(kernel: Any, target: str, signature: Any) -> str:
    """PTX of a @cuda.jit kernel, or of a plain function, for a target such as "sm_80".

    `signature` is Numba's, "void(float32[:], float32[:], float32)". MissingCompiler where Numba runs its simulator,
    which compiles nothing, or finds no libNVVM; CompileError for a kernel that Numba refuses.

    >>> from gpu_utils import kernels
    >>> place = kernels.enable()
    >>> def halve(values):
    ...     values[0] = values[0] / 2
    >>> try:
    ...     text = compile_numba(halve, "sm_80", "void(float32[:])")
    ... except MissingCompiler as why:
    ...     text = f"// {why}"
    >>> text.startswith("//")
    True
    """
    numba = _numba()
    from numba import cuda
    from numba.core.errors import NumbaError

    if numba.config.ENABLE_CUDASIM:
        raise MissingCompiler(
            "Numba runs its simulator in this process and can't compile here: compile CUDA C++ instead"
        )
    mend_max_and_min()
    capability = divmod(int(target.removeprefix("sm_")), 10)
    try:
        text, _ = cuda.compile_ptx(getattr(kernel, "py_func", kernel), signature, cc=capability)
    except NumbaError as error:
        raise CompileError(str(error).strip().splitlines()[0]) from None
    except Exception as error:
        if "nvvm" in f"{type(error).__name__} {error}".lower():
            raise MissingCompiler(
                "Numba compiles with libNVVM of NVIDIA's CUDA toolkit, and finds none: compile CUDA C++ instead"
            ) from None
        raise
    return str(text)


def mend_max_and_min() -> None:
    """Let kernels say max(a, b) and min(a, b) of numbers. Numba 0.68 has a version of both for any number of arguments,
    which its own CUDA target can't compile; there, two arguments get a version of their own. Harmless elsewhere.

    >>> mend_max_and_min()
    """
    if _MENDED:
        return
    numba = _numba()
    if numba.config.ENABLE_CUDASIM:
        return
    from numba.core import types
    from numba.extending import overload

    def both(builtin: Any, choose: Any) -> None:
        def two(a: Any, b: Any) -> Any:
            return choose if all(isinstance(one, (types.Number, types.Boolean)) for one in (a, b)) else None

        two.__annotations__.clear()  # Numba compares the signatures of both functions, annotations included
        overload(builtin, target="cuda")(two)

    both(max, lambda a, b: a if a > b else b)
    both(min, lambda a, b: a if a < b else b)
    _MENDED.append(True)


_MENDED: list[bool] = []


def _numba() -> Any:
    try:
        import numba
    except ImportError:
        raise MissingCompiler("Numba is not installed: pip install 'pixels-to-edge[lab]'") from None
    return numba
