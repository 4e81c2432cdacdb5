"""A kernel compiled to PTX for a GPU that need not be there.

>>> listing = compile_ptx(example("darken"), "sm_80")
>>> instructions(listing, "mul.f32"), instructions(listing, "mma.sync")
(1, 0)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gpu_utils.compilers import llvm, numba_cuda, nvrtc, triton_jit
from gpu_utils.listings import CompileError, Listing, MissingCompiler, example, fingerprint, instructions, recorded

__all__ = ["CompileError", "Listing", "MissingCompiler", "compile_ptx", "example", "instructions"]

_ARCHITECTURES = (50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 88, 89, 90, 100, 101, 103, 110, 120, 121)
"""From Maxwell to Blackwell (https://docs.nvidia.com/cuda/parallel-thread-execution/, .target). What is none of them
must not reach Triton, which aborts on it."""


def compile_ptx(
    kernel: Any,
    target: str | tuple[int, int],
    *,
    language: str | None = None,
    signature: Any = None,
    constants: Mapping[str, Any] | None = None,
    options: Sequence[str] = (),
) -> Listing:
    """What the compiler makes of a kernel for a GPU, from "sm_53" (Jetson Nano) to "sm_90" (H100) and later.

    Args:
        kernel: CUDA C++ as text, a @triton.jit function or its text, or a @cuda.jit kernel.
        target: "sm_80", or a compute capability, (8, 0).
        language: "cuda", "triton" or "numba"; None finds out (a text is Triton's when it says @triton.jit).
        signature: for Triton a dict of argument types ("*fp32", "i32"); for Numba its "void(float32[:], float32)".
        constants: for Triton, the values of the tl.constexpr arguments.
        options: for NVRTC, such as "--use_fast_math".

    A Numba kernel becomes PTX by NVIDIA's libNVVM, or else by the LLVM that comes with Numba; `compiler` says which.
    Where the compiler is not installed, the listing that was recorded with this very source, target, types and values
    is given instead, with `recorded` set. MissingCompiler where there is none either; CompileError with line and
    message for a wrong kernel; ValueError for a target that nobody knows.

    >>> compile_ptx(example("round_tf32"), (8, 0)).opcodes["cvt.rna.tf32.f32"]
    1
    """
    name = _target(target)
    kind = language or _language(kernel)
    if kind == "cuda":
        return _or_recorded(
            lambda: Listing(nvrtc.compile_cuda(kernel, name, options), name, kind, "NVRTC", nvrtc.version()),
            fingerprint(kind, kernel, name) if not options else "",
        )
    if kind == "triton":
        types, values = dict(signature or {}), dict(constants or {})
        return _or_recorded(
            lambda: Listing(
                triton_jit.compile_triton(kernel, name, types, values), name, kind, "Triton", triton_jit.version()
            ),
            fingerprint(kind, triton_jit.source_of(kernel), name, types, values),
        )
    if kind == "numba":
        return _or_recorded(
            lambda: _numba_listing(kernel, name, signature),
            fingerprint(kind, numba_cuda.source_of(kernel), name, {"": str(signature)}),
        )
    raise ValueError(f"language is cuda, triton or numba, not {kind!r}")


def _numba_listing(kernel: Any, target: str, signature: Any) -> Listing:
    try:
        text = numba_cuda.compile_numba(kernel, target, signature)
    except MissingCompiler as missing:
        try:
            text = llvm.compile_llvm(kernel, target, signature)
        except MissingCompiler:
            raise missing from None
        return Listing(text, target, "numba", "Numba and LLVM", llvm.version())
    return Listing(text, target, "numba", "Numba", numba_cuda.version())


def _or_recorded(make: Any, identity: str) -> Listing:
    try:
        listing: Listing = make()
        return listing
    except MissingCompiler as missing:
        known = recorded(identity)
        if known is None:
            raise MissingCompiler(
                f"{missing}. Nor was this kernel recorded for this target: example() has some"
            ) from None
        return known


def _target(target: str | tuple[int, int]) -> str:
    name = f"sm_{target[0]}{target[1]}" if isinstance(target, tuple) and len(target) == 2 else target
    if not isinstance(name, str) or not re.fullmatch(r"(sm|compute)_\d{2,3}[af]?", name):
        raise ValueError(f"a target looks like 'sm_80' or (8, 0), not {target!r}")
    name = name.replace("compute_", "sm_")
    if int(name.removeprefix("sm_").rstrip("af")) not in _ARCHITECTURES:
        raise ValueError(f"{name} is no architecture; there are {', '.join(f'sm_{one}' for one in _ARCHITECTURES)}")
    return name


def _language(kernel: Any) -> str:
    if isinstance(kernel, str):
        return "triton" if "@triton.jit" in kernel else "cuda"
    if type(kernel).__name__ == "JITFunction":
        return "triton"
    if callable(kernel):
        return "numba"
    raise TypeError(f"a kernel is CUDA C++ as text, a Triton or a Numba kernel, not {type(kernel).__name__}")
