"""Compare a learner's result with what is expected: library, type, device, shape and dtype first, values last.

Only exact, known classes are ever compared, so an object whose ``__eq__`` lies gains nothing. Each function
returns ``None`` when all is well, else a `Difference` with a kind and one sentence.
"""

from __future__ import annotations

import math
import sys
from typing import Any, NamedTuple

import numpy as np

_NUMPY_SCALARS = {kind for kind in np.sctypeDict.values() if isinstance(kind, type)}
_PLAIN = (str, bytes, bool, type(None))
_NESTED = (list, tuple)


class Difference(NamedTuple):
    """What is wrong: `kind` is one of type, device, shape, dtype, value; `message` is one sentence.

    >>> Difference("shape", "expected 3 items, got 2").kind
    'shape'
    """

    kind: str
    message: str


def library(value: Any) -> str | None:
    """Name of the array library that `value` exactly belongs to, or None when it is no array.

    Subclasses do not count: a class of the learner's own could answer any comparison as it likes.

    >>> library(np.zeros(3)), library([0, 0, 0])
    ('numpy', None)
    """
    kind = type(value)
    if kind is np.ndarray:
        return "numpy"
    for module, classes in (
        ("array_api_strict", ("_array_object.Array",)),
        ("torch", ("Tensor", "nn.Parameter")),
        ("cupy", ("ndarray",)),
    ):
        loaded = sys.modules.get(module)
        if loaded is not None and any(kind is attribute(loaded, path) for path in classes):
            return module
    return None


def attribute(thing: Any, path: str) -> Any:
    """What a dotted path leads to, or None.

    >>> attribute(np, "linalg.norm") is np.linalg.norm, attribute(np, "no.such") is None
    (True, True)
    """
    for name in path.split("."):
        thing = getattr(thing, name, None)
    return thing


def device(value: Any) -> str:
    """Where an array lives, as its library prints it: ``cpu``, ``cuda:0``, ``device1``.

    >>> device(np.zeros(2))
    'cpu'
    """
    where = getattr(value, "device", "cpu")
    return str(getattr(where, "_device", where)).removeprefix("array_api_strict.Device('").removesuffix("')")


def describe(value: Any) -> str:
    """One phrase for a result: its type, and for an array shape, dtype and device.

    >>> describe(np.zeros((2, 3), dtype=np.float32))
    'a numpy array of shape (2, 3) and dtype float32'
    """
    if value is None:
        return "None (did you forget `return`?)"
    name = library(value)
    if name is not None:
        where = device(value)
        place = "" if where.lower() == "cpu" else f" on {where}"
        return f"a {name} array of shape {tuple(value.shape)} and dtype {dtype_name(value.dtype)}{place}"
    text = repr(value) if type(value) in (int, float, *_PLAIN, list, tuple, dict, set) else ""
    return f"{type(value).__name__} {text[:60]}".strip()


def dtype_name(dtype: Any) -> str:
    """``float32`` for every library's way of saying so.

    >>> dtype_name(np.float32), dtype_name("uint8")
    ('float32', 'uint8')
    """
    try:
        return str(np.dtype(dtype).name)
    except TypeError:
        return str(getattr(dtype, "_np_dtype", dtype)).removeprefix("torch.")


def to_numpy(value: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """Host copy of an array of a known library.

    >>> to_numpy(np.arange(3))
    array([0, 1, 2])
    """
    if library(value) == "numpy":
        return np.array(value)
    from gpu_utils.arrays import to_host

    return np.array(to_host(value))


def compare_arrays(
    value: Any,
    expected: Any,
    *,
    like: Any = None,
    dtype: Any = None,
    atol: float | None = None,
    rtol: float | None = None,
) -> Difference | None:
    """Check that `value` is an array like `like` (library and device) that equals `expected` within a tolerance.

    `expected` is a NumPy array. `dtype` is the dtype that `value` must have, by default that of `expected`.
    Without `atol` and `rtol` the tolerance follows from the dtype: integers exact, floats 8 eps relative and
    absolute to the largest expected magnitude.

    >>> compare_arrays(np.zeros(2), np.zeros(2)) is None
    True
    >>> compare_arrays(np.zeros(2), np.ones(2)).kind
    'value'
    """
    expected = np.asarray(expected)
    like = expected if like is None else like
    wanted = library(like)
    if library(value) != wanted:
        return Difference("type", f"expected a {wanted} array, got {describe(value)}")
    if device(value) != device(like):
        return Difference("device", f"the input is on {device(like)}, your result on {device(value)}")
    if tuple(value.shape) != expected.shape:
        return Difference("shape", f"expected shape {expected.shape}, got {tuple(value.shape)}")
    name = dtype_name(expected.dtype if dtype is None else dtype)
    if dtype_name(value.dtype) != name:
        return Difference("dtype", f"expected dtype {name}, got {dtype_name(value.dtype)}")
    return _compare_values(to_numpy(value), expected, name, atol, rtol)


def _compare_values(
    value: np.ndarray[Any, Any],
    expected: np.ndarray[Any, Any],
    name: str,
    atol: float | None,
    rtol: float | None,
) -> Difference | None:
    if value.size == 0:
        return None
    wide = np.complex128 if value.dtype.kind == "c" or expected.dtype.kind == "c" else np.float64
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one, and that is no news
        got, want = value.astype(wide), expected.astype(wide)
    if atol is None and rtol is None and np.dtype(name).kind == "f":
        eps = float(np.finfo(np.dtype(name)).eps)
        finite = np.abs(want[np.isfinite(want)])
        atol, rtol = 8 * eps * float(finite.max(initial=0.0)), 8 * eps
    with np.errstate(all="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        error = np.where(same, 0.0, np.abs(got - want))
        wrong = ~same & ~(error <= (atol or 0.0) + (rtol or 0.0) * np.abs(want))
    if not wrong.any():
        return None
    # Point at the worst value; NaN counts as infinitely far.
    distance = np.where(wrong, np.where(np.isnan(error), np.inf, error), -1.0)
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(distance)), distance.shape))
    where = f" at {_place(place, value.shape)}" if place else ""
    share = f"; {int(wrong.sum()):,} of {wrong.size:,} values differ" if wrong.size > 1 else ""
    wanted, given = _apart(want[place], got[place])
    return Difference("value", f"expected {wanted}{where}, got {given}{share}")


def _apart(one: Any, other: Any) -> tuple[str, str]:
    """Two different numbers, written with as many digits as it takes to see that they differ, six at least."""
    written = [(f"{one:.{digits}g}", f"{other:.{digits}g}") for digits in (6, 9, 12, 17)]
    return next((pair for pair in written if pair[0] != pair[1]), written[-1])


def _place(index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Where in an array; a third axis of 1, 3 or 4 is a picture's channels."""
    if len(index) == 3 and shape[2] in (1, 3, 4):
        return f"row {index[0]}, column {index[1]}, channel {index[2]}"
    if len(index) == 2:
        return f"row {index[0]}, column {index[1]}"
    return f"position {index[0]}" if len(index) == 1 else f"index [{', '.join(map(str, index))}]"


def compare_values(value: Any, expected: Any, *, atol: float = 0.0, rtol: float = 0.0) -> Difference | None:
    """Check a plain result (number, text, None, list, tuple, dict, set) against `expected`, exactly typed.

    Where a whole number is expected, int and NumPy's integers pass; where a float is expected, NumPy's floats
    and whole numbers pass too; bool never passes for a number.

    >>> compare_values(3.0, 3)
    Difference(kind='type', message='expected int 3, got float 3.0')
    >>> compare_values(np.int64(3), 3) is None
    True
    """
    if type(expected) is bool and type(value) is np.bool_:
        value = bool(value)
    if type(expected) in (int, float) or type(expected) in _NUMPY_SCALARS:
        return _compare_numbers(value, expected, atol, rtol)
    if isinstance(expected, (set, frozenset)) and type(value) in (set, frozenset):
        return None if set(value) == set(expected) else Difference("value", _differing_sets(value, expected))
    if type(value) is not type(expected):
        return Difference("type", f"expected {describe(expected)}, got {describe(value)}")
    if type(expected) in _NESTED:
        return _compare_sequences(value, expected, atol, rtol)
    if type(expected) is dict:
        if {(type(k), k) for k in value} != {(type(k), k) for k in expected}:
            return Difference("value", f"expected the keys {sorted(map(str, expected))}, got {sorted(map(str, value))}")
        for key in expected:
            found = compare_values(value[key], expected[key], atol=atol, rtol=rtol)
            if found:
                return Difference(found.kind, f"under {key!r}: {found.message}")
        return None
    if type(expected) in _PLAIN:
        return None if value == expected else Difference("value", f"expected {expected!r}, got {value!r}")
    raise TypeError(f"no comparison for expected values of type {type(expected).__name__}")


def _differing_sets(value: Any, expected: Any) -> str:
    missing, extra = (
        sorted(map(str, set(expected) - set(value))),
        sorted(map(str, set(value) - set(expected))),
    )
    parts = [f"{word} {', '.join(items)}" for word, items in (("missing", missing), ("too many:", extra)) if items]
    return "; ".join(parts)


def _compare_numbers(value: Any, expected: Any, atol: float, rtol: float) -> Difference | None:
    whole = type(expected) is int or isinstance(expected, np.integer)
    kind = type(value)
    is_whole = kind is int or (kind in _NUMPY_SCALARS and issubclass(kind, np.integer))
    is_float = kind is float or (kind in _NUMPY_SCALARS and issubclass(kind, np.floating))
    if not (is_whole or (is_float and not whole)):
        return Difference("type", f"expected {describe(expected)}, got {describe(value)}")
    if whole:
        close = int(value) == int(expected)
    elif math.isnan(expected) or math.isinf(expected):
        close = float(value) == float(expected) or (math.isnan(float(value)) and math.isnan(expected))
    else:
        tolerance = atol + (rtol or 1e-9) * abs(float(expected))
        close = math.isfinite(float(value)) and abs(float(value) - float(expected)) <= tolerance
    return None if close else Difference("value", f"expected {expected}, got {value}")


def _compare_sequences(value: Any, expected: Any, atol: float, rtol: float) -> Difference | None:
    if len(value) != len(expected):
        return Difference("shape", f"expected {len(expected)} items, got {len(value)}")
    for i, (one, other) in enumerate(zip(value, expected, strict=True)):
        found = compare_values(one, other, atol=atol, rtol=rtol)
        if found:
            return Difference(found.kind, f"item {i}: {found.message}")
    return None
