"""Shortcuts that a task rules out: whoever is to write a layer does not call the one that a library has."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

__all__ = ["without", "without_calling", "without_torch"]


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

    return _guarded(function, "", "it calls torch ({name}): here NumPy does the computing")


def without(word: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, for a call in which torch refuses its own operations of a kind, by whatever name they are called.

    Args:
        word: what the names of the refused operations have in common: "gru" stands for `torch.gru_cell`,
            `torch.nn.GRUCell`, `torch.nn.GRU` and `torch.ops.aten.gru_cell` alike.
        function: computes with torch's other operations, or so its task says.

    Returns:
        A function that does the same; a refused operation inside it raises RuntimeError with a sentence.

    >>> without("gru", sum)([1, 2])
    3
    """

    return _guarded(function, word, "it hands the task to torch ({name}): here you write the formula")


def without_calling(refused: Sequence[FunctionType], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, for a call in which certain functions of this library refuse to work, however they are reached.

    Args:
        refused: plain Python functions that would do the task.
        function: does it by itself, or so its task says.

    Returns:
        A function that does the same; a refused one inside it raises RuntimeError with a sentence. Not for threads.

    >>> def ready_made(x):
    ...     return x + 1
    >>> without_calling([ready_made], lambda x: 1 + x)(2)
    3
    """

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("it hands the task to a function of gpu_utils that has it ready: here you write it")

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        codes = [each.__code__ for each in refused]
        try:
            for each in refused:
                each.__code__ = refuse.__code__
            return function(*args, **kwargs)
        finally:
            for each, code in zip(refused, codes, strict=True):
                each.__code__ = code

    return guarded


def _guarded(function: Callable[..., Any], word: str, sentence: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        guard = _guard()
        if guard is None:
            return function(*args, **kwargs)
        with guard(word, sentence):
            return function(*args, **kwargs)

    return guarded


@functools.cache
def _guard() -> type | None:
    """A context in which torch refuses operations, made of a word and a sentence; None without torch."""
    try:
        from torch.overrides import TorchFunctionMode
    except ImportError:
        return None

    class Refusal(TorchFunctionMode):  # type: ignore[misc]
        """Raises instead of computing, where the operation's name has `word` in it."""

        def __init__(self, word: str, sentence: str) -> None:
            super().__init__()
            self.word, self.sentence = word, sentence

        def __torch_function__(self, called: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = str(getattr(called, "__name__", "an operation"))
            if self.word in name:
                raise RuntimeError(self.sentence.format(name=name))
            return called(*args, **(kwargs or {}))

    return Refusal
