"""What a worker can be asked for: reading digits, and the accidents that a router must survive."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from gpu_utils import classifier

__all__ = ["TASKS", "classify", "perform"]


_weights = lru_cache(maxsize=1)(classifier.weights)


def classify(images: Any) -> list[int]:
    """Read digits with the course's network, in NumPy: (N, 1, 32, 32) float32 to N numbers from 0 to 9.

    >>> import numpy as np
    >>> len(classify(np.zeros((2, 1, 32, 32), np.float32)))
    2
    """
    import numpy as np

    x = np.asarray(images, dtype=np.float32)
    weights = _weights()
    for layer in ("0", "3", "6"):  # a convolution, ReLU and pooling, three times
        kernel, bias = weights[f"{layer}.weight"], weights[f"{layer}.bias"]
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        n, _, height, width = x.shape
        columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * height * width, -1)
        product = columns @ kernel.reshape(kernel.shape[0], -1).T + bias
        seen = np.maximum(product, 0).reshape(n, height // 2, 2, width // 2, 2, -1).max(axis=(2, 4))
        x = seen.transpose(0, 3, 1, 2)
    scores = x.reshape(len(x), -1) @ weights["10.weight"].T + weights["10.bias"]
    return [int(label) for label in scores.argmax(axis=1)]


def classify_on_gpu(images: Any) -> list[int]:
    """The same with torch, on the only GPU that this process sees: a slice, where CUDA_VISIBLE_DEVICES names one."""
    import torch

    with torch.no_grad():
        scores = _network()(torch.as_tensor(images, dtype=torch.float32).cuda())
    return [int(label) for label in scores.argmax(1).cpu()]


@lru_cache(maxsize=1)
def _network() -> Any:
    return classifier.load().cuda()


def allocate(nbytes: int) -> int:
    """Ask for so much memory, and let it go again: what a batch that is too large does."""
    import numpy as np

    return int(np.ones(nbytes, dtype=np.uint8).nbytes)


def pause(seconds: float) -> float:
    """Answer late: a freeze, whatever its cause."""
    time.sleep(seconds)
    return seconds


def stream(nbytes: int, seconds: float) -> int:
    """Copy an array of so many bytes again and again: work that waits for memory. Returns the copies made."""
    import numpy as np

    here = np.zeros(nbytes // 2, dtype=np.uint8)
    there = np.empty_like(here)
    end, copies = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        np.copyto(there, here)
        copies += 1
    return copies


def compute(seconds: float) -> int:
    """Read empty pictures for so long: work that waits for arithmetic. Returns how often."""
    import numpy as np

    images, end, times = np.zeros((8, 1, 32, 32), np.float32), time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        classify(images)
        times += 1
    return times


def vanish() -> None:
    """Die at once, as a process does that the kernel kills."""
    os._exit(137)


TASKS: dict[str, Callable[..., Any]] = {
    "classify": classify,
    "classify_on_gpu": classify_on_gpu,
    "allocate": allocate,
    "pause": pause,
    "stream": stream,
    "compute": compute,
    "vanish": vanish,
}
"""What a worker can be asked for, by name."""


def perform(task: str, args: tuple[Any, ...]) -> tuple[str, Any, float]:
    """Do one task: ("ok", result, seconds), ("memory", sentence, seconds) or ("error", sentence, seconds).

    >>> perform("pause", (0.0,))[:2]
    ('ok', 0.0)
    >>> perform("sing", ())[:2]
    ('error', "KeyError: 'sing'")
    """
    start = time.perf_counter()
    try:
        kind, value = "ok", TASKS[task](*args)
    except MemoryError as error:
        kind, value = "memory", str(error) or "out of memory"
    except Exception as error:  # a request that fails is answered; the worker lives on
        kind, value = "error", f"{type(error).__name__}: {error}"
        if type(error).__name__ == "OutOfMemoryError":  # torch's own, on a GPU
            kind = "memory"
    return kind, value, time.perf_counter() - start
