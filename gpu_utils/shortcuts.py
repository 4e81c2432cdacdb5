"""Shortcuts that a task rules out: whoever is to write a layer does not call the one that a library has."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["without_torch"]


def without_torch(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, for a call in which torch refuses to work.

    Args:
        function: computes with NumPy, or so its task says.

    Returns:
        A function that does the same; a torch operation inside it raises RuntimeError with a sentence. Where torch
        is not installed nothing has to be refused.

    >>> without_torch(sum)([1, 2])
    3
    """

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        guard = _guard()
        if guard is None:
            return function(*args, **kwargs)
        with guard():
            return function(*args, **kwargs)

    return guarded


@functools.cache
def _guard() -> type | None:
    """A context in which every torch operation is refused; None without torch."""
    try:
        from torch.overrides import TorchFunctionMode
    except ImportError:
        return None

    class Refusal(TorchFunctionMode):  # type: ignore[misc]
        """Raises instead of computing."""

        def __torch_function__(self, called: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = getattr(called, "__name__", "an operation")
            raise RuntimeError(f"it calls torch ({name}): here NumPy does the computing")

    return Refusal
