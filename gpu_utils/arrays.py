"""Arrays wherever they live: which library owns one, and how it gets to a device and back.

A function that asks its argument for its library runs unchanged on NumPy, CuPy, PyTorch, and any other
library that follows the array API standard (https://data-apis.org/array-api/latest/).
"""

from __future__ import annotations

from typing import Any

__all__ = ["array_module", "device_memory", "to_device", "to_host"]

STAND_IN = "device1"
"""The second device of array_api_strict, which stands in for device memory on any machine."""

_HOST = ("cpu", "host", "cpu_device")


def array_module(*arrays: Any) -> Any:
    """The library that an array belongs to, with the array API standard's names.

    Args:
        arrays: one array or several of the same library; Python numbers among them are ignored.

    Returns:
        A module: ``array_api_compat.numpy``, ``array_api_compat.torch``, ``array_api_compat.cupy``,
        ``array_api_strict``, ... Its functions (``xp.sum``, ``xp.astype``, ``xp.clip``) keep the data on
        its device.

    Raises:
        TypeError: for lists, numbers and other things that are no arrays, and for arrays of two libraries.

    >>> import numpy as np
    >>> xp = array_module(np.ones(3))
    >>> float(xp.sum(xp.ones(3)))
    3.0
    """
    import array_api_compat

    for each in arrays:
        if not _is_number(each) and not array_api_compat.is_array_api_obj(each):
            raise TypeError(f"expected an array, got {_kind(each)}: make one first, with numpy.asarray for example")
    if all(_is_number(each) for each in arrays):
        raise TypeError(f"expected an array, got {_kind(arrays[0]) if arrays else 'nothing'}")
    try:
        return array_api_compat.array_namespace(*arrays)
    except TypeError:
        names = sorted({_library(each) for each in arrays if not _is_number(each)})
        raise TypeError(f"arrays of {' and '.join(names)} do not mix: move them to one library first") from None


def to_device(x: Any, device: str) -> Any:
    """The same values on another device; ``x`` itself when it is there already.

    Args:
        x: an array of any library.
        device: ``"cpu"``; ``"cuda"``, ``"cuda:1"``; ``"mps"``, ``"xpu"``; or ``"device1"``, the stand-in.

    Returns:
        An array on ``device``. A PyTorch tensor stays a tensor and a CuPy array stays one. A NumPy array
        becomes a CuPy array on ``"cuda"`` when CuPy is installed, else a tensor.

    Raises:
        TypeError: ``x`` is no array.
        ValueError: there is no such device on this machine, or no library that reaches it.

    >>> import numpy as np
    >>> to_device(np.ones(2), "cpu")
    array([1., 1.])
    """
    import array_api_compat as compat

    array_module(x)
    name = device.lower()
    if name in _HOST:
        return _to_cpu(x)
    if name == STAND_IN:
        return x if _on_stand_in(x) else device_memory(to_host(x))
    if compat.is_torch_array(x):
        return _torch_to(x, name)
    kind, _, index = name.partition(":")
    if kind == "cuda" and _has_cupy():
        return _cupy_to(x, int(index or 0))
    if kind not in ("cuda", "mps", "xpu"):
        raise ValueError(f'unknown device "{device}": use "cpu", "cuda:0", "mps", "xpu" or "{STAND_IN}"')
    return _torch_to(_torch_from(to_host(x)), name)


def to_host(x: Any) -> Any:
    """A NumPy array with the values of ``x``, wherever they live.

    A NumPy array comes back as it is; a tensor on the CPU shares its memory with the result.

    Raises:
        TypeError: ``x`` is no array.

    >>> import numpy as np
    >>> far = device_memory(np.arange(3))
    >>> to_host(far)
    array([0, 1, 2])
    """
    import array_api_compat as compat
    import numpy as np

    array_module(x)
    if compat.is_numpy_array(x):
        return x
    if compat.is_torch_array(x):
        tensor = x.detach().cpu()
        return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()
    if compat.is_cupy_array(x):
        return x.get()
    if _library(x) == "array_api_strict":
        import array_api_strict

        return np.asarray(x.to_device(array_api_strict.Device("CPU_DEVICE")))
    return np.asarray(x)


def device_memory(x: Any) -> Any:
    """A copy of a NumPy array in memory that NumPy can't reach: a stand-in for device memory.

    It is an array of array_api_strict on its second device. As on a real GPU, ``numpy.asarray``, NumPy's
    functions and mixing with host arrays fail; the library's own functions and Python numbers work.
    It proves that code is portable and says nothing about speed.

    >>> import numpy as np
    >>> far = device_memory(np.ones(3))
    >>> str(far.device)
    "array_api_strict.Device('device1')"
    """
    import array_api_strict
    import numpy as np

    return array_api_strict.asarray(np.array(to_host(x)), device=array_api_strict.Device(STAND_IN))


def _is_number(x: Any) -> bool:
    return isinstance(x, (bool, int, float, complex))


def _library(x: Any) -> str:
    return type(x).__module__.partition(".")[0]


def _kind(x: Any) -> str:
    name = type(x).__name__
    return "None" if x is None else f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _on_stand_in(x: Any) -> bool:
    return _library(x) == "array_api_strict" and STAND_IN in str(x.device)


def _to_cpu(x: Any) -> Any:
    import array_api_compat as compat

    if compat.is_torch_array(x):
        return x.cpu()
    if _library(x) == "array_api_strict":
        import array_api_strict

        return x.to_device(array_api_strict.Device("CPU_DEVICE"))
    return to_host(x)


def _has_cupy() -> bool:
    try:
        import cupy  # noqa: F401
    except ImportError:  # not installed, or its CUDA libraries aren't
        return False
    return True


def _cupy_to(x: Any, index: int) -> Any:
    import cupy

    try:
        with cupy.cuda.Device(index):
            return cupy.asarray(x)
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise ValueError(f'no usable device "cuda:{index}" here: {error}') from None


def _torch_from(x: Any) -> Any:
    try:
        import torch
    except ModuleNotFoundError:
        raise ValueError("no library here reaches that device: install PyTorch or CuPy") from None
    return torch.from_numpy(x)


def _torch_to(x: Any, device: str) -> Any:
    try:
        return x.to(device)
    except (RuntimeError, AssertionError) as error:  # torch says "not compiled with CUDA" by an assertion
        sentence = str(error).strip().splitlines()[0].rstrip(".")
        raise ValueError(f'no usable device "{device}" here: {sentence}') from None
