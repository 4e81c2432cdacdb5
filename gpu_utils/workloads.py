"""The course's computations as workloads: how much each computes, how much it must move, and how to run it.

Counts are least ones: every input is read once and every output written once, a multiply-add is two operations, and
nothing is counted for exponentials or biases. Torch is imported when the first one is started.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

__all__ = ["Workload", "workload", "workloads"]

_ROWS, _ROW = 1000, 12_000  # four megapixels, three channels
_HIDDEN = 2048
_PLACES, _HEADS, _HEAD = 512, 16, 64
_CHANNELS, _SIDE, _PICTURES = 64, 56, 4
_PRODUCT = 1024
_PARAMETERS = 7 * 10**9


@dataclass(frozen=True)
class Workload:
    """One computation.

    Attributes:
        name: what people call it.
        flops: operations of one call.
        values: numbers that one call has to read or write at least once.
        lab: where the course writes it.

    >>> darken = workload("darken")
    >>> darken.flops, darken.nbytes(4), darken.intensity(4)
    (12000000, 96000000, 0.125)
    """

    name: str
    flops: int
    values: int
    lab: str
    build: Callable[[Any, dict[str, Any]], Callable[[], Any]] | None = None

    def nbytes(self, itemsize: int = 4) -> int:
        """Bytes that one call moves at least, with numbers of `itemsize` bytes.

        >>> workload("darken").nbytes(2)
        48000000
        """
        return self.values * itemsize

    def intensity(self, itemsize: int = 4) -> float:
        """Operations for each byte moved.

        >>> round(workload("matrix product").intensity(4))
        171
        """
        return self.flops / self.nbytes(itemsize)

    def start(self, device: str = "cpu", dtype: str = "float32") -> Callable[[], Any]:
        """Make the inputs on a device, and return a function that runs the computation once on them.

        Args:
            device: as torch names it: "cpu", "cuda:0", "mps".
            dtype: a floating dtype of torch by name: "float32", "float16", "bfloat16".

        Raises:
            ValueError: it is too large to be run here (`build` is None).

        >>> run = workload("darken").start()
        >>> tuple(run().shape)
        (1000, 12000)
        """
        import torch

        if self.build is None:
            raise ValueError(f"{self.name} is counted here, not run")
        run = self.build(torch, {"device": device, "dtype": getattr(torch, dtype)})

        def once() -> Any:
            with torch.no_grad():
                return run()

        return once


@lru_cache(maxsize=1)
def workloads() -> tuple[Workload, ...]:
    """All of them, from little arithmetic for each byte to much.

    >>> [each.name for each in workloads()][:2]
    ['darken', 'stream']
    """
    pixels = _ROWS * _ROW
    gates = 6 * _HIDDEN**2
    sequence = _PLACES * _HEADS * _HEAD
    picture = _PICTURES * _CHANNELS * _SIDE**2
    taps = _CHANNELS**2 * 9
    found = (
        Workload("darken", pixels, 2 * pixels, "01_image_filters", _darken),
        Workload("stream", 2 * pixels, 3 * pixels, "08_reading_datasheets", _stream),
        Workload("day for night", 2 * pixels, 2 * pixels, "01_image_filters", _day_for_night),
        Workload("a token of a 7B model", 2 * _PARAMETERS, _PARAMETERS, "08_reading_datasheets"),
        Workload("GRU step, one sequence", 2 * gates, gates + 3 * _HIDDEN, "05_rnn_training", _gru(1)),
        Workload("GRU step, 64 sequences", 128 * gates, gates + 192 * _HIDDEN, "05_rnn_training", _gru(64)),
        Workload("attention", 4 * _PLACES * sequence, 4 * sequence, "05_rnn_training", _attention),
        Workload("convolution", 2 * picture * _CHANNELS * 9, 2 * picture + taps, "03_layers", _convolution),
        Workload("matrix product", 2 * _PRODUCT**3, 3 * _PRODUCT**2, "02_cuda_kernels", _product),
    )
    return tuple(sorted(found, key=lambda each: each.intensity()))


def workload(name: str) -> Workload:
    """The one called `name`. ValueError names those that there are.

    >>> workload("attention").lab
    '05_rnn_training'
    """
    for each in workloads():
        if each.name == name:
            return each
    raise ValueError(f"no workload {name!r}; there are {', '.join(each.name for each in workloads())}")


def _random(torch: Any, options: dict[str, Any], *shape: int) -> Any:
    """Drawn on the host from a generator of its own, so that the learner's seeds stay as they were."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)).to(**options)


def _darken(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
    image = _random(torch, options, _ROWS, _ROW)
    out = torch.zeros_like(image)
    return lambda: torch.mul(image, 0.45, out=out)


def _stream(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
    """The triad of J. McCalpin's STREAM: c = a + scalar * b."""
    a, b = _random(torch, options, _ROWS * _ROW), _random(torch, options, _ROWS * _ROW)
    out = torch.zeros_like(a)
    return lambda: torch.add(a, b, alpha=0.45, out=out)


def _day_for_night(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
    image, paint = _random(torch, options, _ROWS, _ROW), _random(torch, options, _ROW)
    out = torch.zeros_like(image)
    return lambda: torch.add(paint, image, alpha=0.27, out=out)


def _gru(batch: int) -> Callable[[Any, dict[str, Any]], Callable[[], Any]]:
    def build(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
        weights = [_random(torch, options, 3 * _HIDDEN, _HIDDEN) / _HIDDEN for _ in range(2)]
        biases = [torch.zeros(3 * _HIDDEN, **options) for _ in range(2)]
        x, h = _random(torch, options, batch, _HIDDEN), _random(torch, options, batch, _HIDDEN)
        return lambda: torch.gru_cell(x, h, *weights, *biases)

    return build


def _attention(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
    q, k, v = (_random(torch, options, 1, _HEADS, _PLACES, _HEAD) for _ in range(3))
    return lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v)


def _convolution(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
    pictures = _random(torch, options, _PICTURES, _CHANNELS, _SIDE, _SIDE)
    weight = _random(torch, options, _CHANNELS, _CHANNELS, 3, 3) / _CHANNELS
    return lambda: torch.nn.functional.conv2d(pictures, weight, padding=1)


def _product(torch: Any, options: dict[str, Any]) -> Callable[[], Any]:
    a = _random(torch, options, _PRODUCT, _PRODUCT) / _PRODUCT
    out = torch.zeros_like(a)
    return lambda: torch.matmul(a, a, out=out)
