"""Try devices with a tiny allocation and product, in a process of its own.

``python -m gpu_utils.probes.usable '[{"key": "0", "visible": "GPU-..."}]'`` prints one JSON object a line:
{"library", "arch_list"} first, then {"key", "ok", "error"} for each device, and {"done": true}. PyTorch is
imported once; then a fork tries each device with only that device visible (drivers before R570 show a process one
MIG slice), so that a crash or a hang on one leaves the others.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

DEVICE_LIMIT_S = 20.0
_SIDE = 8


def main(targets: list[dict[str, Any]], say: Callable[[str], Any]) -> None:
    """Say which library tries, then how each device did."""
    library, attempt, arch_list = _choose()
    say(json.dumps({"library": library, "arch_list": arch_list}) + "\n")
    for place, target in enumerate(targets if attempt else []):
        if hasattr(os, "fork"):
            say(json.dumps({"key": target["key"], **_forked(attempt, target)}) + "\n")
        elif place == 0:  # without fork only the first can be tried: CUDA reads the variable once
            say(json.dumps({"key": target["key"], **_attempt(attempt, target)}) + "\n")
    say(json.dumps({"done": True}) + "\n")


def _choose() -> tuple[str | None, Any, list[str]]:
    """The library's name, a function that tries the visible device, and the architectures it was built for."""
    has_torch, has_cupy = (importlib.util.find_spec(name) is not None for name in ("torch", "cupy"))
    if has_torch:
        try:
            import torch

            name = f"PyTorch {torch.__version__}"
            built = torch.version.cuda or torch.version.hip
            if built or not has_cupy:
                return name, _with_torch if built else _without_cuda, _built_for(torch)
        except Exception as error:
            if not has_cupy:
                return "PyTorch", _failing(error), []
    return ("CuPy", _with_cupy, []) if has_cupy else (None, None, [])


def _built_for(torch: Any) -> list[str]:
    # in older releases torch.cuda.get_arch_list() starts CUDA, and a started CUDA does not survive a fork
    flags = getattr(torch._C, "_cuda_getArchFlags", lambda: None)()
    return flags.split() if flags else []


def _with_torch() -> bool:
    import torch

    host = torch.arange(float(_SIDE**2)).reshape(_SIDE, _SIDE)
    there = host.to("cuda")
    return bool(((there @ there).cpu() == host @ host).all())


def _with_cupy() -> bool:
    import cupy
    import numpy as np

    host = np.arange(_SIDE**2, dtype=np.float32).reshape(_SIDE, _SIDE)
    there = cupy.asarray(host)
    return bool((cupy.asnumpy(there @ there) == host @ host).all())


def _without_cuda() -> bool:
    raise RuntimeError("torch.version.cuda is None")


def _failing(error: Exception) -> Callable[[], bool]:
    def attempt() -> bool:
        raise error

    return attempt


def _attempt(attempt: Callable[[], bool], target: dict[str, Any]) -> dict[str, Any]:
    if target.get("visible"):
        os.environ["CUDA_VISIBLE_DEVICES"] = str(target["visible"])
    try:
        return {"ok": bool(attempt()), "error": None}
    except BaseException as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"[:600]}


def _forked(attempt: Callable[[], bool], target: dict[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(_attempt(attempt, target)).encode())  # short enough to come in one piece
        os._exit(0)
    os.close(writer)
    ready, _, _ = select.select([reader], [], [], DEVICE_LIMIT_S)
    said = os.read(reader, 65536) if ready else b""
    os.close(reader)
    if not ready:
        os.kill(child, signal.SIGKILL)
        return {"ok": None, "error": f"no answer within {DEVICE_LIMIT_S:g} s"}
    _, status = os.waitpid(child, 0)
    if not said:
        return {"ok": False, "error": f"the process ended with signal {os.WTERMSIG(status)}"}
    answer: dict[str, Any] = json.loads(said)
    return answer


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what the libraries print must not mix with the answers
    main(json.loads(sys.argv[1]), out.write)
    os._exit(0)
