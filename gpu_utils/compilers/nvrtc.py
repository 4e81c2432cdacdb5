"""NVIDIA's run-time compiler: CUDA C++ in, PTX out. It is a library, found in a wheel or in a toolkit."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gpu_utils.listings import CompileError, MissingCompiler

__all__ = ["architectures", "available", "compile_cuda", "version"]

_NAMES = ("libnvrtc.so.12", "libnvrtc.so.13", "libnvrtc.so", "nvrtc64_120_0.dll")


def available() -> bool:
    """Whether the library is here.

    >>> available() in (True, False)
    True
    """
    return _library() is not None


def version() -> str:
    """The library's version, "12.9". MissingCompiler when it is not here.

    >>> not available() or float(version()) >= 11
    True
    """
    major, minor = ctypes.c_int(), ctypes.c_int()
    _must(_loaded().nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
    return f"{major.value}.{minor.value}"


def architectures() -> list[str]:
    """The targets that this version knows: 12.9 begins at sm_50, 13 at sm_75.

    >>> not available() or "sm_80" in architectures()
    True
    """
    count = ctypes.c_int()
    _must(_loaded().nvrtcGetNumSupportedArchs(ctypes.byref(count)))
    numbers = (ctypes.c_int * count.value)()
    _must(_loaded().nvrtcGetSupportedArchs(numbers))
    return [f"sm_{number}" for number in numbers]


def compile_cuda(source: str, target: str, options: Sequence[str] = ()) -> str:
    """PTX of CUDA C++ for a target such as "sm_80".

    ValueError for a target that this version doesn't know, CompileError (with the line) for a source that is wrong,
    MissingCompiler where there is no NVRTC.

    >>> not available() or ".target sm_80" in compile_cuda("__global__ void nothing() {}", "sm_80")
    True
    """
    known = architectures()
    if target.rstrip("af") not in known:
        raise ValueError(f"NVRTC {version()} makes no code for {target}: it knows {', '.join(known)}")
    architecture = "--gpu-architecture=" + target.replace("sm_", "compute_")
    flags = [flag.encode() for flag in (architecture, *options)]
    with _program(source) as program:
        status = _loaded().nvrtcCompileProgram(program, len(flags), (ctypes.c_char_p * len(flags))(*flags))
        if status != 0:
            raise _complaint(_text(program, "ProgramLog"), status)
        return _text(program, "PTX")


@contextmanager
def _program(source: str) -> Iterator[ctypes.c_void_p]:
    program = ctypes.c_void_p()
    _must(_loaded().nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None))
    try:
        yield program
    finally:
        _loaded().nvrtcDestroyProgram(ctypes.byref(program))


def _text(program: ctypes.c_void_p, what: str) -> str:
    size = ctypes.c_size_t()
    _must(_loaded()[f"nvrtcGet{what}Size"](program, ctypes.byref(size)))
    buffer = ctypes.create_string_buffer(size.value)
    _must(_loaded()[f"nvrtcGet{what}"](program, buffer))
    return buffer.value.decode(errors="replace")


def _complaint(log: str, status: int) -> CompileError:
    found = re.search(r"kernel\.cu\((\d+)\): (?:catastrophic )?error: (.+)", log)
    if found:
        return CompileError(found[2].strip(), int(found[1]))
    lines = [line for line in log.splitlines() if line.strip() and "warning" not in line]
    return CompileError(lines[0].strip() if lines else f"NVRTC stopped with status {status}")


@lru_cache(maxsize=1)
def _library() -> Any:
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        library.nvrtcGetErrorString.restype = ctypes.c_char_p
        return library
    return None


def _candidates() -> Iterator[str]:
    spec = find_spec("nvidia")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for name in _NAMES:
            yield from sorted(str(path) for path in Path(folder).glob(f"*/*/{name}"))
    yield from _NAMES


def _loaded() -> Any:
    library = _library()
    if library is None:
        raise MissingCompiler("NVRTC, which compiles CUDA C++, is not installed: pip install 'pixels-to-edge[compile]'")
    return library


def _must(status: int) -> None:
    if status != 0:
        raise CompileError(f"NVRTC says {_loaded().nvrtcGetErrorString(status).decode()}")
