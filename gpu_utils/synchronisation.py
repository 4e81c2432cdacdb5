"""Waiting for devices: a call that returns has not always finished."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["synchroniser"]


def synchroniser(*values: Any) -> Callable[[], None]:
    """A function that waits until the devices which hold these values are idle.

    CuPy arrays and tensors are looked for among the values, in lists, tuples and dicts, and in the
    parameters of modules. NumPy computes before it returns, so for NumPy there is nothing to wait for.

    >>> synchroniser(1.0)()  # nothing to wait for on the host
    """
    waits = {kind: wait for value in values for kind, wait in _waits(value)}
    if not waits and "torch" in sys.modules and sys.modules["torch"].cuda.is_initialized():
        return sys.modules["torch"].cuda.synchronize  # type: ignore[no-any-return]
    functions = tuple(waits.values())

    def wait_for_all() -> None:
        for wait in functions:
            wait()

    return wait_for_all


def _waits(value: Any) -> list[tuple[str, Callable[[], None]]]:
    if isinstance(value, dict):
        return [pair for each in value.values() for pair in _waits(each)]
    if isinstance(value, (list, tuple)):
        return [pair for each in value[:64] for pair in _waits(each)]
    library = type(value).__module__.partition(".")[0]
    if library == "cupy":
        return [(f"cupy {value.device.id}", value.device.synchronize)]
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
