"""The check API: what a test cell says about an answer, in sentences.

    with check("darken", points=2) as c:
        c.call(darken, image, 0.5).close(0.5 * image, "half the factor halves every pixel")
        c.call(darken, image, 1.5).raises(ValueError, "a factor over 1 would brighten")
    c.score

A call keeps its result or its exception, so every expectation runs even after one fails. The score is the
points times the share of expectations that hold, and 0 when the question is not attempted or when no
expectation about a *value* holds: raising errors everywhere earns nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import linecache
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from gpu_utils.arguments import changed, copied, freeze, journeys, restore
from gpu_utils.comparison import Difference, compare_arrays, compare_values, describe, library
from gpu_utils.recognition import recognise
from gpu_utils.verdict import Expectation, Verdict, publish

SEED_VARIABLE = "GPU_UTILS_CHECK_SEED"
"""Environment variable that seeds `Check.rng` when a class is graded; unset for a learner."""


class Outcome:
    """What a call gave: `value`, or `error`. Expectations chain: ``c.call(f, x).shape((3,), "…").close(y, "…")``.

    >>> c = Check("four", 1, False)
    >>> c.call(lambda: 4).equal(4, "it is four").value
    4
    """

    def __init__(self, owner: Check, value: Any, error: BaseException | None, like: Any, noise: str) -> None:
        self.value = value
        self.error = error
        self.travelled = False
        self._owner, self._like, self._noise = owner, like, noise

    def close(
        self,
        expected: Any,
        sentence: str,
        *,
        atol: float | None = None,
        rtol: float | None = None,
        dtype: Any = None,
        like: Any = None,
        hint: str | None = None,
    ) -> Outcome:
        """The result is `expected` within a tolerance, after its type, library, device, shape and dtype.

        An array result must live in the library and on the device of `like`, by default the first array among
        the arguments; `dtype` is by default that of `expected`, a NumPy array. Without tolerances integers
        are exact and floats within 8 eps of the largest magnitude. Numbers take `atol` and `rtol` (1e-9).
        """

        def difference() -> Difference | None:
            if self.travelled:
                return Difference("device", "the data travelled to the host and back: compute where they are")
            if isinstance(expected, np.ndarray):
                near = self._like if like is None else like
                return compare_arrays(self.value, expected, like=near, dtype=dtype, atol=atol, rtol=rtol)
            return compare_values(self.value, expected, atol=atol or 0.0, rtol=rtol or 0.0)

        return self._expect(difference, sentence, hint)

    def equal(self, expected: Any, sentence: str, *, hint: str | None = None) -> Outcome:
        """The result is exactly `expected`: array bytes, or a plain value of the same type."""
        return self.close(expected, sentence, atol=0.0, rtol=0.0, hint=hint)

    def satisfies(self, holds: Callable[[Any], Any], sentence: str, *, hint: str | None = None) -> Outcome:
        """``holds(result)`` is True."""

        def difference() -> Difference | None:
            if bool(holds(self.value)):
                return None
            return Difference("false", f"it does not hold for {describe(self.value)}")

        return self._expect(difference, sentence, hint)

    def raises(self, kind: type[BaseException], sentence: str, *, hint: str | None = None) -> Outcome:
        """The call raised `kind` or a subclass of it."""
        if self.error is None:
            found = Difference("no_error", f"no {kind.__name__} was raised; the call returned {describe(self.value)}")
            self._owner._add(sentence, found, hint, about_value=False)
        elif _unwritten(self.error) and not issubclass(NotImplementedError, kind):
            self._owner._add(sentence, Difference("not_attempted", "not written yet"), hint, about_value=False)
        elif isinstance(self.error, kind):
            self._owner._add(sentence, None, hint, about_value=False)
        else:
            found = Difference("raised", f"expected {kind.__name__}, but {self._owner.blame(self.error)}")
            self._owner._add(sentence, found, hint, about_value=False)
        return self

    def _expect(self, difference: Callable[[], Difference | None], sentence: str, hint: str | None) -> Outcome:
        if _unwritten(self.error):
            found: Difference | None = Difference("not_attempted", "not written yet")
        elif self.error is not None:
            found = Difference("raised", f"it {self._owner.blame(self.error)}")
        else:
            found = _guarded(difference)
        if found and self._noise and found.kind == "value":
            found = Difference(found.kind, f"{found.message} (Python warned: {self._noise})")
        self._owner._add(sentence, found, hint)
        return self


class Check:
    """One graded check; made by `check`. `score` is a plain float, readable after the ``with`` block.

    >>> c = check("one")
    >>> c.score, c.name
    (0.0, 'one')
    """

    def __init__(self, name: str, points: float, inputs_change: bool, cell: str = "") -> None:
        self.name, self.points = name, float(points)
        self.score = 0.0
        self.verdict: Verdict | None = None
        self.rng: np.random.Generator = np.random.default_rng(_seed(name, self.points))
        self._inputs_change = inputs_change
        self._cell = cell
        self._found: list[tuple[Expectation, bool]] = []
        self._changed: str | None = None
        self._watched = False

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Outcome:
        """Call ``function(*args, **kwargs)``, keep its result or exception, and watch what it does to its arguments."""
        given = [*args, *kwargs.values()]
        before = [freeze(a) for a in given]
        like = next((a for a in given if library(a) is not None), None)
        value: Any = None
        error: BaseException | None = None
        with (
            warnings.catch_warnings(record=True) as caught,
            contextlib.redirect_stderr(io.StringIO()),
            journeys() as travelled,
        ):
            warnings.simplefilter("always")
            try:
                value = function(*args, **kwargs)
            except (Exception, SystemExit) as raised:
                error = raised
        self._watched |= any(b is not None for b in before)
        for b, a in zip(before, given, strict=True):
            if changed(b, a):
                self._changed = describe(a)
                if not self._inputs_change:  # what is expected of this call is computed from the argument later
                    value = copied(value)
                    restore(b, a)
        outcome = Outcome(self, value, error, like, str(caught[0].message) if caught else "")
        outcome.travelled = bool(travelled)
        return outcome

    def that(self, condition: Any, sentence: str, *, hint: str | None = None, message: str = "") -> None:
        """Expect `condition`: a bool, or a function of no arguments that gives one; its exception is a failure."""

        def difference() -> Difference | None:
            holds = condition() if callable(condition) else condition
            return None if type(holds) in (bool, np.bool_) and bool(holds) else Difference("false", message)

        self._add(sentence, _guarded(difference), hint)

    def __enter__(self) -> Check:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if error is not None and not isinstance(error, Exception):
            return False
        stopped = error is not None
        if isinstance(error, NameError):
            name = getattr(error, "name", None) or self.name
            self._add(
                "the answer is there",
                Difference("stopped", f"`{name}` is not defined: run the cell above"),
                None,
            )
        elif _unwritten(error):
            self._add("the answer is there", Difference("not_attempted", "not written yet"), None)
        elif error is not None:
            self._add("the check runs to its end", Difference("stopped", f"it {self.blame(error)}"), None)
        elif self._watched and not self._inputs_change:
            found = (
                Difference("changed_input", f"the call changed its input, {self._changed}") if self._changed else None
            )
            hint = "work on a copy, or build a new array"
            self._add("the inputs are left as they were", found, hint, about_value=False)
        self._finish(stopped)
        return True

    def blame(self, error: BaseException) -> str:
        """What was raised and, where it can be known, by which line of the learner's: ``raised TypeError: …``.

        A line of the check's own cell is not the learner's, and is not named.
        """
        said = f"raised {type(error).__name__}: {error}".rstrip(": ")
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename != self._cell and _is_cell(frame.filename):
                line = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
                return f"{said}, in line {frame.lineno} of your cell" + (f": `{line}`" if line else "")
        return said

    def _add(self, sentence: str, found: Difference | None, hint: str | None, about_value: bool = True) -> None:
        kind, message = found if found else ("ok", "")
        self._found.append((Expectation(sentence, found is None, kind, message, hint), about_value))

    def _finish(self, stopped: bool) -> None:
        all_found = [e for e, _ in self._found]
        about_values = [e for e, value in self._found if value]
        tried = [e for e in all_found if e.kind != "not_attempted"]
        automatic = 1 if self._watched and not self._inputs_change and not stopped else 0
        held = sum(e.passed for e in all_found)
        status = "failed"
        if len(all_found) - automatic == 0:
            status = "nothing_checked"
        elif len(tried) - automatic <= 0:
            status = "not_attempted"
        elif held == len(all_found):
            status = "passed"
        worthless = status in ("nothing_checked", "not_attempted") or stopped
        if about_values and not any(e.passed for e in about_values):
            worthless = True
        self.score = 0.0 if worthless else float(round(self.points * held / len(all_found), 2))
        verdict = Verdict(self.name, self.points, self.score, status, tuple(all_found))
        if status == "failed":
            verdict = Verdict(self.name, self.points, self.score, status, tuple(all_found), recognise(verdict))
        self.verdict = verdict
        publish(verdict)


def check(name: str, points: float = 1, *, inputs_change: bool = False) -> Check:
    """Open a check of the question `name`, worth `points`.

    `inputs_change=True` is for functions whose task is to write into an argument. Used in a ``with`` block;
    see the module's docstring. Errors inside the block become failed expectations, never a traceback.

    >>> with check("double", points=2) as c:
    ...     _ = c.call(lambda x: 2 * x, 4).equal(8, "twice four is eight")
    double: it holds · 2 of 2 points
      ✓ twice four is eight
    >>> c.score
    2.0
    """
    return Check(name, points, inputs_change, sys._getframe(1).f_code.co_filename)


def _guarded(difference: Callable[[], Difference | None]) -> Difference | None:
    try:
        return difference()
    except Exception as error:
        return Difference("type", f"the result could not be examined: {type(error).__name__}: {error}")


def _seed(name: str, points: float) -> int:
    key = os.environ.get(SEED_VARIABLE, "pixels-to-edge")
    return int.from_bytes(hashlib.sha256(f"{key}:{name}:{points}".encode()).digest()[:8], "big")


def _unwritten(error: BaseException | None) -> bool:
    """Whether it is the stub's own exception: a library that lacks an operation raises the same kind, with words."""
    return isinstance(error, NotImplementedError) and not str(error)


def _is_cell(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith("<ipython-input")
