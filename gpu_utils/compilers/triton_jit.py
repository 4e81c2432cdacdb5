"""Triton: a Python function on blocks in, PTX out, for a GPU that need not be there."""

from __future__ import annotations

import hashlib
import linecache
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from gpu_utils.listings import CompileError, MissingCompiler

__all__ = ["available", "compile_triton", "source_of", "version"]


def available() -> bool:
    """Whether Triton is here (it exists for Linux only).

    >>> available() in (True, False)
    True
    """
    return find_spec("triton") is not None


def version() -> str:
    """Triton's version. MissingCompiler when it is not here.

    >>> not available() or version()[0].isdigit()
    True
    """
    return str(_triton().__version__)


def source_of(kernel: Any) -> str:
    """The text of a @triton.jit function, or the text itself.

    >>> source_of("def nothing(): pass")
    'def nothing(): pass'
    """
    return kernel if isinstance(kernel, str) else str(kernel.src)


def compile_triton(kernel: Any, target: str, signature: Mapping[str, str], constants: Mapping[str, Any]) -> str:
    """PTX of a @triton.jit function, or of the text of one, for a target such as "sm_80".

    Args:
        signature: type of each argument that is no constant: "*fp32" is a pointer, "i32" a number.
        constants: the values of the tl.constexpr arguments.

    ValueError for arguments that don't fit the kernel, CompileError (with the line) for a kernel that is wrong,
    MissingCompiler where there is no Triton.

    >>> source = "import triton\\n@triton.jit\\ndef nothing(x):\\n    pass"
    >>> not available() or ".target sm_80" in compile_triton(source, "sm_80", {"x": "*fp32"}, {})
    True
    """
    triton = _triton()
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource, CompilationError

    function, first_line = _function(kernel, triton)
    names = [parameter.name for parameter in function.params]
    if sorted(names) != sorted([*signature, *constants]):
        raise ValueError(f"the kernel takes {', '.join(names)}: each needs a type in signature or a value in constants")
    types = {name: signature.get(name, "constexpr") for name in names}
    source = ASTSource(fn=function, signature=types, constexprs=dict(constants))
    options = {"enable_fp_fusion": True}  # a multiplication and an addition become one fma, as in CUDA C++
    gpu = GPUTarget("cuda", int(re.sub(r"\D", "", target)), 32)
    try:
        with warnings.catch_warnings(), _no_line_numbers():
            warnings.simplefilter("ignore")
            built = triton.compile(source, target=gpu, options=options)
    except CompilationError as error:
        raise _complaint(error, first_line) from None
    except KeyError as error:
        raise CompileError(f"Triton knows no type {error}: '*fp32' is a pointer, 'i32' a number") from None
    except (RuntimeError, ValueError, AssertionError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CompileError(f"Triton {version()} can't compile this for {target}: {reason}") from None
    return str(built.asm["ptx"])


@contextmanager
def _no_line_numbers() -> Iterator[None]:
    # They would double the listing, and name files that are none.
    before = os.environ.get("TRITON_DISABLE_LINE_INFO")
    os.environ["TRITON_DISABLE_LINE_INFO"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["TRITON_DISABLE_LINE_INFO"]
        else:
            os.environ["TRITON_DISABLE_LINE_INFO"] = before


def _function(kernel: Any, triton: Any) -> tuple[Any, int]:
    """The jitted function and the number of its def line in the text that was given."""
    if not isinstance(kernel, str):
        return kernel, 1
    # Triton reads a function's source with inspect, which looks here for files that are none.
    file = f"triton kernel {hashlib.sha256(kernel.encode()).hexdigest()[:8]}.py"
    linecache.cache[file] = (len(kernel), None, kernel.splitlines(keepends=True), file)
    import triton.language as tl

    names: dict[str, Any] = {"triton": triton, "tl": tl, "__name__": "triton_kernel"}
    try:
        exec(compile(kernel, file, "exec"), names)
    except SyntaxError as error:
        raise CompileError(str(error.msg), error.lineno) from None
    functions = [value for value in names.values() if isinstance(value, triton.JITFunction)]
    if not functions:
        raise CompileError("the text defines no function with @triton.jit")
    before = re.search(rf"^[ \t]*def {functions[-1].__name__}\b", kernel, re.MULTILINE)
    return functions[-1], kernel.count("\n", 0, before.start()) + 1 if before else 1


def _complaint(error: Any, first_line: int) -> CompileError:
    line = getattr(getattr(error, "node", None), "lineno", None)
    text = getattr(error, "error_message", None) or str(error.__cause__ or error)
    named = re.fullmatch(r"\w+\((['\"])(.*)\1\)", str(text).strip(), re.DOTALL)
    message = (named[2] if named else str(text)).strip().splitlines()[-1]
    return CompileError(message, None if line is None else line + first_line - 1)


def _triton() -> Any:
    try:
        import triton
    except ImportError:
        raise MissingCompiler(
            "Triton is not installed (it is for Linux only): pip install 'pixels-to-edge[compile]'"
        ) from None
    return triton
