"""Numba and LLVM: a Python kernel in, PTX out, without NVIDIA's toolkit, a GPU or a driver.

Numba turns a kernel into LLVM's intermediate language, and NVIDIA's libNVVM makes PTX of it. Where that is missing,
the LLVM inside Numba's own package does. Its optimiser is another, so the listing differs in detail from what runs on a
GPU (it fuses no multiplication with an addition, for one). All this happens in a process of its own, because a process
that simulates kernels can't compile any.
"""

from __future__ import annotations

import base64
import json
import marshal
import pickle
import sys
import types
from functools import lru_cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from gpu_utils.compilers.numba_cuda import version as numba_version
from gpu_utils.listings import CompileError, MissingCompiler

__all__ = ["compile_llvm", "version"]

_LIMIT_S = 120.0
_TOGETHER = ("sm_53", "sm_72", "sm_75", "sm_80", "sm_90")
"""Asked for one of these, the worker makes all: most of its time goes into starting."""


def version() -> str:
    """The version of Numba's LLVM, "20.1.8". MissingCompiler where there is no Numba.

    >>> int(version().split(".")[0]) >= 14
    True
    """
    numba_version()
    return ".".join(map(str, import_module("llvmlite.binding").llvm_version_info))


def compile_llvm(kernel: Any, target: str, signature: Any) -> str:
    """PTX of a @cuda.jit kernel, or of a plain function, for a target such as "sm_80".

    `signature` is Numba's, "void(float32[::1], float32[::1], float32)". Functions and numbers that the kernel uses come
    along. MissingCompiler where there is no Numba, or one whose LLVM writes no PTX; CompileError for a kernel that
    Numba refuses, or that uses what can't be sent to another process.

    >>> from gpu_utils.kernels import enable
    >>> place = enable()
    >>> from numba import cuda
    >>> @cuda.jit
    ... def half(x):
    ...     x[cuda.grid(1)] *= 0.5
    >>> ".target sm_80" in compile_llvm(half, "sm_80", "void(float32[::1])")
    True
    """
    numba_version()
    work = {"kernel": _described(getattr(kernel, "py_func", kernel), {}), "signature": str(signature)}
    targets = _TOGETHER if target in _TOGETHER else (target,)
    return _made(base64.b64encode(pickle.dumps(work)).decode(), targets)[target]


@lru_cache(maxsize=32)
def _made(work: str, targets: tuple[str, ...]) -> dict[str, str]:
    from gpu_utils.probes.process import python, run

    env = {"NUMBA_ENABLE_CUDASIM": "0", "LLVMLITE_ENABLE_IR_LAYER_TYPED_POINTERS": "0"}
    outcome = run(python("gpu_utils.compilers.llvm", work, *targets), env, _LIMIT_S)
    try:
        answer = json.loads(outcome.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        last = (outcome.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise MissingCompiler(f"Numba's own LLVM makes no PTX here: {last}") from None
    if "refused" in answer:
        raise CompileError(answer["refused"])
    return {str(name): str(text) for name, text in answer.items()}


def _described(function: Any, known: dict[int, int]) -> dict[str, Any]:
    """A function as plain data: its code, and what the names in it mean."""
    if id(function) in known:
        raise CompileError(f"{function.__name__} calls itself: a kernel that does can't be compiled here")
    known = {**known, id(function): 1}
    code = function.__code__
    around = zip(code.co_freevars, function.__closure__ or (), strict=True)
    names = {name: cell.cell_contents for name, cell in around}
    names |= {name: function.__globals__[name] for name in code.co_names if name in function.__globals__}
    return {
        "code": marshal.dumps(code),
        "name": function.__name__,
        "closed": list(code.co_freevars),
        "names": {name: _item(name, value, known) for name, value in names.items()},
    }


def _item(name: str, value: Any, known: dict[int, int]) -> tuple[str, Any]:
    if isinstance(value, types.ModuleType):
        return "module", value.__name__
    inner = getattr(value, "py_func", value)
    if isinstance(inner, types.FunctionType) and (inner is not value or not inner.__module__.startswith("numba")):
        return "function", _described(inner, known)
    try:
        return "value", pickle.dumps(value)
    except Exception:
        raise CompileError(f"the kernel uses {name}, a {type(value).__name__}: numbers and functions only") from None


def _rebuilt(described: dict[str, Any], *, device: bool) -> Any:
    """The function again, in the process that compiles."""
    from numba import cuda

    names: dict[str, Any] = {"__name__": "kernel", "__builtins__": __builtins__}
    for name, (kind, value) in described["names"].items():
        if kind == "module":
            names[name] = import_module(value)
        else:
            names[name] = _rebuilt(value, device=True) if kind == "function" else pickle.loads(value)
    cells = tuple(types.CellType(names[name]) for name in described["closed"])
    function = types.FunctionType(marshal.loads(described["code"]), names, described["name"], None, cells)
    return cuda.jit(device=True)(function) if device else function


def _work(work: str, targets: list[str]) -> dict[str, str]:
    """What the process of its own does."""
    from numba.core import sigutils
    from numba.core.errors import NumbaError
    from numba.cuda import compiler, dispatcher
    from numba.cuda.cudadrv import nvvm

    from gpu_utils.compilers.numba_cuda import mend_max_and_min

    # All that Numba wants of the missing library at this stage is the layout of data in memory.
    layout = getattr(nvvm, "_datalayout_i128", None) or nvvm._datalayout_original
    nvvm.NVVM = lambda: SimpleNamespace(data_layout=layout)
    nvvm.add_ir_version = lambda module: None
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=(8, 0))
    mend_max_and_min()
    task = pickle.loads(base64.b64decode(work))
    kernel = _rebuilt(task["kernel"], device=False)
    try:
        arguments, returned = sigutils.normalize_signature(task["signature"])
        made = compiler.compile_cuda(kernel, returned, arguments, nvvm_options={"opt": 3}, cc=(8, 0))
    except NumbaError as error:
        return {"refused": _essence(str(error))}
    except Exception as error:
        return {"refused": f"Numba stops at it: {type(error).__name__}: {_essence(str(error))}"}
    library, entry = made.target_context.prepare_cuda_kernel(
        made.library, made.fndesc, False, False, {"opt": 3}, "kernel", 1
    )
    llvm = import_module("llvmlite.binding")
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return {target: _ptx(llvm, library.llvm_strs, entry.name, kernel.__name__, target) for target in targets}


def _ptx(llvm: Any, texts: list[str], entry: str, name: str, target: str) -> str:
    module, *others = [llvm.parse_assembly(text) for text in texts]
    for other in others:
        module.link_in(other)
    for variable in module.global_variables:
        # Numba keeps room for error codes that no release build writes.
        if variable.name.endswith("__") or variable.name.startswith("_ZN08NumbaEnv"):
            variable.linkage = "internal"
    module.get_function(entry).name = name
    machine = llvm.Target.from_triple("nvptx64-nvidia-cuda").create_target_machine(cpu=target, opt=3)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)
    return str(machine.emit_assembly(module))


def _essence(message: str) -> str:
    """The line of Numba's long answer that says what is wrong."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("Failed in", "[1m", "During", "File "))]
    first = (telling or lines or ["Numba refuses it"])[0]
    return f"{first} {telling[1].removeprefix('>>> ')}" if first.endswith(":") and len(telling) > 1 else first


if __name__ == "__main__":
    print(json.dumps(_work(sys.argv[1], sys.argv[2:])))
