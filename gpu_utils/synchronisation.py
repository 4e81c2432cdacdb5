"""Waiting for devices: a call that returns has not always finished."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["synchroniser"]


def synchroniser(*values: Any) -> Callable[[], None]:
    """A function that waits until the devices which hold these values are idle.

    CuPy's and Numba's arrays and tensors are looked for among the values, in lists, tuples and dicts, and in the
    parameters of modules. Without a trace of one, devices that this process has already started are waited for, since
    a function may keep its arrays to itself; none is started here. NumPy computes before it returns.

    >>> synchroniser(1.0)()  # nothing to wait for on the host
    """
    waits = {kind: wait for value in values for kind, wait in _waits(value)}
    functions = tuple(waits.values()) or tuple(_started())

    def wait_for_all() -> None:
        for wait in functions:
            wait()

    return wait_for_all


def _started() -> Iterator[Callable[[], None]]:
    """How to wait for each library whose device is running in this process."""
    torch, cupy = sys.modules.get("torch"), sys.modules.get("cupy")
    for kind in ("cuda", "xpu"):
        runtime = getattr(torch, kind, None)
        if runtime is not None and runtime.is_initialized():
            yield runtime.synchronize
    if torch is not None and hasattr(torch, "mps") and torch.backends.mps.is_available():
        yield torch.mps.synchronize
    if cupy is not None and cupy.get_default_memory_pool().total_bytes():  # the pool is empty until CUDA runs
        yield cupy.cuda.Device().synchronize


def _waits(value: Any) -> list[tuple[str, Callable[[], None]]]:
    if isinstance(value, dict):
        return [pair for each in value.values() for pair in _waits(each)]
    if isinstance(value, (list, tuple)):
        return [pair for each in value[:64] for pair in _waits(each)]
    library = type(value).__module__.partition(".")[0]
    if library == "cupy":
        return [(f"cupy {value.device.id}", value.device.synchronize)]
    if type(value).__module__.startswith("numba.cuda.cudadrv"):
        return [("numba", sys.modules["numba.cuda"].synchronize)]
    torch = sys.modules.get("torch")
    if torch is None:
        return []
    if isinstance(value, torch.nn.Module):
        return _waits(next(value.parameters(), None))
    if not isinstance(value, torch.Tensor) or value.device.type not in ("cuda", "mps", "xpu"):
        return []
    if value.device.type == "mps":
        return [("mps", torch.mps.synchronize)]
    runtime = getattr(torch, value.device.type)
    return [(str(value.device), functools.partial(runtime.synchronize, value.device))]
