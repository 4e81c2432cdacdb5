"""One kernel, two ways to run it: on a GPU, or on the CPU with every read and write counted.

Kernels are Numba's, with @cuda.jit. `enable()` comes before the first import of numba.cuda; `launch()` runs a kernel
wherever it can; `count()` runs it on the CPU, thread by thread in a fixed order, and says what it did: reads, writes,
races, accesses outside an array. Its label is *emulated*: counts are exact, times mean nothing.

>>> enable() in ("gpu", "simulator")
True
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from gpu_utils.accesses import Access, CountingArray, Race, Thread, Triple
from gpu_utils.blocks import IMPATIENCE_S, Blocks, Divergence, KernelError
from gpu_utils.counts import Counts
from gpu_utils.provenance import Provenance
from gpu_utils.recorder import Recorder

__all__ = ["Access", "Counts", "Divergence", "KernelError", "Race", "Thread", "count", "enable", "launch", "where"]

_SWITCH = "NUMBA_ENABLE_CUDASIM"
_LIMIT_S = 60.0
_endless: weakref.WeakSet[Any] = weakref.WeakSet()
"""Kernels that were stopped because they took too long: a check runs them ten times, and once is enough to wait."""


def enable(gpu_works: Callable[[], bool] | None = None) -> str:
    """Make `from numba import cuda` work on this machine; "gpu" or "simulator".

    Numba decides when numba.cuda is first imported: without a GPU that Numba can use, the simulator must be switched on
    before. RuntimeError when it is too late, with what to do. `gpu_works` replaces the trial of the GPU, which
    runs in a process of its own.

    >>> enable() == where()
    True
    """
    if "numba.cuda" in sys.modules:
        place = where()
        if place == "nowhere":
            raise RuntimeError(
                "numba.cuda was imported before its simulator was switched on, and there is no GPU that it can use: "
                f"restart the notebook's kernel and call enable() first, or set {_SWITCH}=1"
            )
        return place
    if importlib.util.find_spec("numba") is None:
        raise RuntimeError("Numba is not installed: pip install 'pixels-to-edge[lab]'")
    if os.environ.get(_SWITCH, "0") in ("", "0") and (gpu_works or _gpu_works)():
        return "gpu"
    os.environ[_SWITCH] = "1"
    if "numba" in sys.modules:
        # Numba has read its environment by now, but not looked at this setting.
        sys.modules["numba"].config.ENABLE_CUDASIM = 1
    return "simulator"


def where() -> str:
    """Where `launch` runs kernels: "gpu", "simulator", or "nowhere" (kernels can be counted all the same).

    >>> where() in ("gpu", "simulator", "nowhere")
    True
    """
    from numba import config, cuda

    if config.ENABLE_CUDASIM:
        return "simulator"
    return "gpu" if cuda.is_available() else "nowhere"


def launch(kernel: Any, grid: Any, block: Any, *args: Any) -> Provenance:
    """Run a kernel over `grid` blocks of `block` threads and wait for it; measured on a GPU, emulated elsewhere.

    On the CPU the threads run in order, several times as fast as in Numba's own simulator.

    Args:
        kernel: a function with @cuda.jit.
        grid, block: a number or a tuple of up to three, x first; a block has at most 1024 threads.
        args: NumPy arrays, which the kernel changes in place, arrays of the device, and numbers.

    ValueError for impossible sizes, TypeError for other arguments, KernelError (on the CPU) with thread and line when
    the kernel stops, or seems never to: after 1,000 barriers, or 2 s of work by one thread between two of them.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def double(x):
    ...     i = cuda.grid(1)
    ...     if i < x.size:
    ...         x[i] *= 2
    >>> x = np.ones(3)
    >>> label = launch(double, 1, 32, x)
    >>> x.tolist()
    [2.0, 2.0, 2.0]
    """
    blocks, threads = _triple(grid, "grid"), _triple(block, "block")
    if where() == "gpu":
        from numba import cuda

        from gpu_utils.compilers.numba_cuda import mend_max_and_min

        mend_max_and_min()
        with warnings.catch_warnings():
            # Numba warns of small grids, which is what one begins with.
            warnings.simplefilter("ignore")
            kernel[blocks, threads](*args)
            cuda.synchronize()
        return Provenance.MEASURED
    _run(kernel, Blocks(blocks, threads, "forward", lambda thread, epoch: None), None, args)
    return Provenance.EMULATED


def count(kernel: Any, grid: Any, block: Any, *args: Any, order: str | int = "forward") -> Counts:
    """Run a kernel on the CPU and say what it did. Arguments as for `launch`.

    Args:
        order: in which threads (and blocks) take their turns from one barrier to the next: "forward", "reverse",
            or a seed. Any order may happen on a GPU: a kernel whose result depends on it has a race.

    Returns:
        The counts. Accesses outside an array don't stop the kernel; they are listed. What stops it is said at `launch`;
        here a thread also has at most 300,000 accesses between two barriers.

    >>> from numba import cuda
    >>> @cuda.jit
    ... def double(x, out):
    ...     i = cuda.grid(1)
    ...     out[i] = 2 * x[i]
    >>> out = np.zeros(3)
    >>> done = count(double, 2, 2, np.ones(3), out)
    >>> done.global_reads, done.global_writes, out.tolist()
    (3, 3, [2.0, 2.0, 2.0])
    >>> print(done.out_of_bounds[0])
    thread (1, 0, 0) of block (1, 0, 0) reads x[3]
    """
    if not (order in ("forward", "reverse") or (isinstance(order, int) and order >= 0)):
        raise ValueError(f"order is 'forward', 'reverse' or a seed, not {order!r}")
    recorder = Recorder()
    blocks = Blocks(_triple(grid, "grid"), _triple(block, "block"), order, recorder.moment)
    _run(kernel, blocks, recorder, args)
    return Counts(blocks.grid, blocks.block, blocks.barriers, tuple(blocks.divergences), recorder)


def _run(kernel: Any, blocks: Blocks, recorder: Recorder | None, args: tuple[Any, ...]) -> None:
    from gpu_utils.standin import Cuda, bind, function_of

    function = function_of(kernel)
    try:
        names = list(inspect.signature(function).bind(*args).arguments)
    except TypeError as error:
        raise TypeError(f"{function.__name__}: {error}") from None
    cuda = Cuda(blocks, recorder)
    hosts = [_host(arg) for arg in args]
    known: dict[int, CountingArray] = {}
    for name, host in zip(names, hosts, strict=False):
        if recorder is not None and isinstance(host, np.ndarray) and id(host) not in known:
            known[id(host)] = recorder.array("global", name, host)
    passed = [known.get(id(host), host) for host in hosts]
    bound = bind(function, cuda)

    def body() -> None:
        bound(*passed)

    body.file = function.__code__.co_filename  # type: ignore[attr-defined]
    if function in _endless:
        blocks.patience_s = IMPATIENCE_S
    try:
        blocks.run(body)
    finally:
        if blocks.lost_patience:
            _endless.add(function)
    for arg, host in zip(args, hosts, strict=True):
        if host is not arg:
            arg.copy_to_device(host)


def _host(arg: Any) -> Any:
    if isinstance(arg, (np.ndarray, np.generic, bool, int, float, complex)):
        return arg
    if hasattr(arg, "copy_to_host"):
        return arg.copy_to_host()
    raise TypeError(f"a kernel takes NumPy arrays, arrays of the device and numbers, not {type(arg).__name__}")


def _triple(sizes: Any, what: str) -> Triple:
    numbers = (sizes,) if isinstance(sizes, (int, np.integer)) else tuple(sizes)
    if not 1 <= len(numbers) <= 3 or not all(isinstance(n, (int, np.integer)) and n >= 1 for n in numbers):
        raise ValueError(f"a {what} is one to three whole numbers of at least 1, not {sizes!r}")
    x, y, z = (*(int(number) for number in numbers), 1, 1)[:3]
    if what == "block" and x * y * z > 1024:
        raise ValueError(f"a block has at most 1024 threads, not {x * y * z}")
    return x, y, z


def _gpu_works() -> bool:
    """Whether Numba can use a GPU here, tried in a process of its own: a driver that hangs must not hang this one."""
    from gpu_utils.device import detect
    from gpu_utils.probes.process import run

    if not any(one.kind in ("cuda", "jetson") for one in detect(quick=True).devices):
        return False
    question = "from numba import cuda; print(cuda.is_available())"
    answer = run([sys.executable, "-c", question], dict(os.environ), _LIMIT_S)
    return answer.stdout.split()[-1:] == ["True"]
