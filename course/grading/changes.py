"""What grading again changed: each machine-given score that differs from the one that the gradebook held before."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course.grading.files import write_atomically

Scores = dict[str, dict[str, float | None]]
"""Student -> grade_id -> the machine's score; None where it gave none."""
TABLE = "changes.csv"


@dataclass(frozen=True)
class Change:
    """One score that is another than before."""

    student_id: str
    grade_id: str
    before: float | None
    after: float | None


def remember(out: Path, now: Scores, resume: bool) -> Scores:
    """The scores from before this run; a run that is resumed goes by what the one that was stopped found."""
    path = _path(out)
    if resume:
        try:
            kept: Scores = json.loads(path.read_text(encoding="utf-8"))
            return kept
        except (OSError, ValueError):
            pass
    write_atomically(path, json.dumps(now))
    return now


def forget(out: Path) -> None:
    """The run is over: the next one compares with its result."""
    _path(out).unlink(missing_ok=True)


def find(before: Scores, after: Scores) -> list[Change]:
    """What changed for the students who had been graded before, by name, in the order of the questions."""
    return [
        Change(student, name, old[name], score)
        for student in sorted(before.keys() & after.keys())
        for old in [before[student]]
        for name, score in after[student].items()
        if name in old and old[name] != score
    ]


def lines(changes: Iterable[Change]) -> list[str]:
    """A line for each student: the difference in points, and the questions that make it."""
    by_student: dict[str, list[Change]] = {}
    for change in changes:
        by_student.setdefault(change.student_id, []).append(change)
    return [f"{student}: {_difference(found):+g} points ({_each(found)})" for student, found in by_student.items()]


def table(changes: Iterable[Change]) -> list[tuple[str, str, float | None, float | None]]:
    """Rows of changes.csv: student_id, grade_id, before, after."""
    return [(c.student_id, c.grade_id, c.before, c.after) for c in changes]


def _difference(changes: list[Change]) -> float:
    return round(sum((c.after or 0.0) - (c.before or 0.0) for c in changes), 6)


def _each(changes: list[Change]) -> str:
    return ", ".join(f"{c.grade_id} {_said(c.before)} → {_said(c.after)}" for c in changes)


def _said(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def _path(out: Path) -> Path:
    return out / ".cache" / "before.json"
