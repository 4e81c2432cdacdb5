"""Try devices with a tiny allocation and product, in a process of its own.

``python -m gpu_utils.probes.usable '[{"key": "0", "kind": "cuda", "visible": "GPU-..."}]'`` prints one JSON object a
line: {"library", "arch_list"} first, then {"key", "ok", "error"} for each device, and {"done": true}. PyTorch is
imported once; then a fork tries each device with only that device visible (drivers before R570 show a process one
MIG slice), so that a crash or a hang on one leaves the others. Where there is no fork (Windows), or where a library
does not survive one (Metal, SYCL), each device is tried in a new process, which imports PyTorch again.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["DEVICE_LIMIT_S", "main"]

DEVICE_LIMIT_S = 20.0
"""For one device; a first CUDA context on a large machine takes seconds."""

_AFTER_A_HANG_S = 5.0
_SIDE = 8
_ALONE = "--alone"
_SURVIVE_A_FORK = ("cuda", "jetson", "rocm")
_CHOOSES = {"cuda": "CUDA_VISIBLE_DEVICES", "rocm": "HIP_VISIBLE_DEVICES"}
_HIDE = {"rocm": ("ROCR_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")}
"""Variables that would make the index of the first kind of variable count something else."""
Attempt = Callable[[], bool]


def main(targets: list[dict[str, Any]], say: Callable[[str], Any]) -> None:
    """Say which library tries, then how each device did.

    >>> main([], lambda line: None)
    """
    start = time.monotonic()
    library, arch_list = _library()
    importing_s = time.monotonic() - start
    say(json.dumps({"library": library, "arch_list": arch_list}) + "\n")
    limit_s = DEVICE_LIMIT_S
    for target in targets if library else []:
        if hasattr(os, "fork") and target.get("kind", "cuda") in _SURVIVE_A_FORK:
            answer = _forked(_attempt_for(target), target, limit_s)
        else:
            answer = _alone(target, limit_s + 2 * importing_s)
        if answer["ok"] is None:
            limit_s = _AFTER_A_HANG_S
        say(json.dumps({"key": target["key"], **answer}) + "\n")
    say(json.dumps({"done": True}) + "\n")


def _library() -> tuple[str | None, list[str]]:
    """What will try, and the architectures that it was built for."""
    try:
        import torch

        return f"PyTorch {torch.__version__}", _built_for(torch)
    except ModuleNotFoundError as error:
        found = "PyTorch" if error.name != "torch" else "CuPy" if _installed("cupy") else None
    except Exception:  # it is installed, and breaks: the trial itself will tell how
        found = "PyTorch"
    return found, []


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _built_for(torch: Any) -> list[str]:
    # in older releases torch.cuda.get_arch_list() starts CUDA, and a started CUDA does not survive a fork
    flags = getattr(torch._C, "_cuda_getArchFlags", lambda: None)()
    return flags.split() if flags else []


def _attempt_for(target: dict[str, Any]) -> Attempt:
    """The product on this kind of device, by the library that can do it here."""
    kind = target.get("kind", "cuda")
    try:
        import torch
    except Exception as error:
        if kind == "cuda" and _installed("cupy"):
            return _with_cupy
        return _failing(ImportError(f"PyTorch does not import: {error}"))
    if kind == "mps":
        return _torch_on("mps") if torch.backends.mps.is_built() else _without("MPS")
    if kind == "xpu":
        return _torch_on(f"xpu:{target.get('index', 0)}") if getattr(torch.version, "xpu", None) else _without("XPU")
    if kind == "rocm":
        return _torch_on("cuda") if torch.version.hip else _without("ROCm")
    if torch.version.cuda:
        return _torch_on("cuda")
    if kind == "cuda" and _installed("cupy"):
        return _with_cupy
    return _without("CUDA") if torch.version.hip else _failing(RuntimeError("torch.version.cuda is None"))


def _torch_on(where: str) -> Attempt:
    def attempt() -> bool:
        import torch

        host = torch.arange(float(_SIDE**2)).reshape(_SIDE, _SIDE)
        there = host.to(where)
        return bool(((there @ there).cpu() == host @ host).all())

    return attempt


def _with_cupy() -> bool:
    import cupy
    import numpy as np

    host = np.arange(_SIDE**2, dtype=np.float32).reshape(_SIDE, _SIDE)
    there = cupy.asarray(host)
    return bool((cupy.asnumpy(there @ there) == host @ host).all())


def _without(backend: str) -> Attempt:
    return _failing(RuntimeError(f"PyTorch was built without {backend}"))


def _failing(error: Exception) -> Attempt:
    def attempt() -> bool:
        raise error

    return attempt


def _attempt(attempt: Attempt, target: dict[str, Any]) -> dict[str, Any]:
    if target.get("visible"):
        for name in _HIDE.get(target.get("kind", "cuda"), ()):
            os.environ.pop(name, None)
        os.environ[_CHOOSES.get(target.get("kind", "cuda"), "CUDA_VISIBLE_DEVICES")] = str(target["visible"])
    try:
        return {"ok": bool(attempt()), "error": None}
    except BaseException as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"[:600]}


def _forked(attempt: Attempt, target: dict[str, Any], limit_s: float) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(_attempt(attempt, target)).encode())  # short enough to come in one piece
        os._exit(0)
    os.close(writer)
    ready, _, _ = select.select([reader], [], [], limit_s)
    said = os.read(reader, 65536) if ready else b""
    os.close(reader)
    if not ready:
        os.kill(child, signal.SIGKILL)
        return {"ok": None, "error": f"no answer within {limit_s:g} s"}
    _, status = os.waitpid(child, 0)
    return _understood(said.decode("utf-8", "replace"), f"the process ended with signal {status & 0x7F}")


def _alone(target: dict[str, Any], limit_s: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "gpu_utils.probes.usable", _ALONE, json.dumps(target)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return {"ok": None, "error": f"no answer within {limit_s:.0f} s"}
    return _understood(done.stdout.decode("utf-8", "replace"), f"the process ended with status {done.returncode}")


def _understood(said: str, otherwise: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(said)
        return {"ok": answer["ok"], "error": answer["error"]}
    except (ValueError, KeyError, TypeError):
        return {"ok": False, "error": otherwise}


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what the libraries print must not mix with the answers
    if sys.argv[1] == _ALONE:
        one = json.loads(sys.argv[2])
        out.write(json.dumps(_attempt(_attempt_for(one), one)) + "\n")
    else:
        main(json.loads(sys.argv[1]), out.write)
    out.flush()
    os._exit(0)
