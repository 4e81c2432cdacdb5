"""From what a test cell did to points: exactly one plain number between 0 and the points, or 0 and a flag."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

STATUSES = (
    "passed",
    "partial",
    "failed",
    "not_attempted",
    "error",
    "timed_out",
    "crashed",
    "needs_replay_failed",
    "bad_score",
    "manual",
    "marked",
)
"""What can become of a graded cell. `manual` waits for a person, who `marked` it; `bad_score` is flagged for one."""


@dataclass(frozen=True)
class CellOutcome:
    """One graded cell: its score (None while a person has to give it), its status and what the check said."""

    grade_id: str
    points: float
    score: float | None
    status: str
    seconds: float = 0.0
    check: dict[str, Any] | None = None
    error: str | None = None


def judge(grade_id: str, points: float, message: dict[str, Any], *, ends_in_value: bool = True) -> CellOutcome:
    """The outcome of a test cell from its ``cell`` message.

    ``tampered`` in the message names what the submission had changed in the tests' own tools: that scores 0 until
    a person has looked. `ends_in_value` says whether the canonical cell ends in an expression, its score; a cell of
    bare asserts earns its points by not raising. A NumPy scalar, a bool, NaN, a negative or an over-full number
    scores 0.
    """
    checks = [c for c in message.get("checks") or [] if isinstance(c, dict)]
    check = checks[-1] if checks else None
    seconds = float(message.get("seconds") or 0.0)

    def outcome(score: float, status: str, error: str | None = None) -> CellOutcome:
        return CellOutcome(grade_id, points, score, status, seconds, check, error)

    if message.get("error"):
        error = str(message["error"])
        status = "not_attempted" if error.rstrip(": ") == "NotImplementedError" else "error"
        return outcome(0.0, status, error)
    value = message.get("value") or {}
    if not ends_in_value and value.get("kind") == "nothing":
        return outcome(points, "passed")
    number, flaw = _number(value, points)
    tampered = [str(name)[:80] for name in message.get("tampered") or []]
    if tampered:
        flaw = f"what judges answers had been changed: {', '.join(tampered[:4])}"
    elif not flaw and check and check.get("score") != number:
        flaw = f"the score {number:g} is not the one that the check gave ({check.get('score')})"
    if flaw:
        return outcome(0.0, "bad_score", flaw)
    return outcome(number, _status(number, points, check))


def judge_written(grade_id: str, points: float, unanswered: bool) -> CellOutcome:
    """A written answer: 0 when it is still the released stub, as nbgrader does, else for a person."""
    if unanswered:
        return CellOutcome(grade_id, points, 0.0, "not_attempted")
    return CellOutcome(grade_id, points, None, "manual")


def _number(value: dict[str, Any], points: float) -> tuple[float, str | None]:
    if value.get("kind") != "number":
        return 0.0, f"the score is not a plain number ({value.get('kind', 'nothing')})"
    number = value.get("number")
    if type(number) not in (int, float) or not math.isfinite(number):
        return 0.0, f"the score is not finite ({number})"
    if number < 0:
        return 0.0, f"the score is negative ({number:g})"
    if number > points:
        return 0.0, f"the score is {number:g}, more than the {points:g} points"
    return float(number), None


def _status(score: float, points: float, check: dict[str, Any] | None) -> str:
    if check and check.get("status") == "not_attempted" and score == 0:
        return "not_attempted"
    if score == points and (points or not check or check.get("status") == "passed"):
        return "passed"
    return "partial" if score > 0 else "failed"
