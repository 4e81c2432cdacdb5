"""The arguments of a checked call: copied before it, compared after it, put back, and watched on their device."""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Iterator
from typing import Any

from gpu_utils.comparison import attribute, device, library, to_numpy


def freeze(value: Any) -> Any:
    """A copy of an argument to compare with after the call; None for what can't change or can't be copied.

    >>> freeze([1, 2]), freeze(3)
    ([1, 2], None)
    """
    if library(value) is not None:
        return to_numpy(value)
    if type(value) in (list, dict, set):
        return copy.deepcopy(value)
    return None


def changed(frozen: Any, value: Any) -> bool:
    """Whether an argument differs from its copy made by `freeze`.

    >>> changed(freeze([{"a", "b"}]), [{"b", "a"}]), changed(freeze([{"a", "b"}]), [{"b"}])
    (False, True)
    """
    if frozen is None:
        return False
    if library(value) is not None:
        now = to_numpy(value)
        if now.shape != frozen.shape or now.dtype != frozen.dtype:
            return True
        return bool(now.tobytes() != frozen.tobytes())
    return _written(frozen) != _written(value)


def _written(value: Any) -> str:
    """`repr`, with the members of sets in order: a copy of a set may iterate otherwise than the set itself."""
    kind = type(value)
    if kind in (set, frozenset):
        return f"{kind.__name__}({sorted(_written(each) for each in value)})"
    if kind in (list, tuple):
        return f"{kind.__name__}({[_written(each) for each in value]})"
    if kind is dict:
        return f"dict({[(_written(key), _written(each)) for key, each in value.items()]})"
    return repr(value)


def copied(value: Any) -> Any:
    """A copy of an array of a known library, on its device; anything else as it is.

    >>> import numpy as np
    >>> x = np.arange(3)
    >>> copied(x) is x, copied("text")
    (False, 'text')
    """
    name = library(value)
    if name is None:
        return value
    if name == "torch":
        return value.detach().clone()
    return value.copy() if hasattr(value, "copy") else value.__array_namespace__().asarray(value, copy=True)


def restore(frozen: Any, value: Any) -> None:
    """Write the copy made by `freeze` back into an argument that a call has changed, where that is possible.

    >>> import numpy as np
    >>> x = np.zeros(2)
    >>> restore(np.ones(2), x)
    >>> x
    array([1., 1.])
    """
    if type(value) is list:
        value[:] = frozen
    elif type(value) in (dict, set):
        value.clear()
        value.update(frozen)
    elif library(value) == "numpy" and value.shape == frozen.shape and value.flags.writeable:
        value[...] = frozen


@contextlib.contextmanager
def journeys() -> Iterator[list[str]]:
    """Watch the stand-in for device memory: the list gets a row for each array that leaves it for the host.

    >>> with journeys() as seen:
    ...     pass
    >>> seen
    []
    """
    seen: list[str] = []
    loaded = sys.modules.get("array_api_strict")
    kind = attribute(loaded, "_array_object.Array") if loaded is not None else None
    if kind is None:
        yield seen
        return
    original = kind.to_device

    def to_device(self: Any, where: Any, /, *args: Any, **kwargs: Any) -> Any:
        if device(self) != "CPU_DEVICE" and "CPU_DEVICE" in str(where):
            seen.append(device(self))
        return original(self, where, *args, **kwargs)

    kind.to_device = to_device
    try:
        yield seen
    finally:
        kind.to_device = original
