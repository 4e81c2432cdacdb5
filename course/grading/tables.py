"""The tables of a graded class: scores.csv as `nbgrader export` has it, questions.csv and triage.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from course.grading import changes
from course.grading.changes import Change
from course.grading.files import write_atomically
from course.grading.gradebook import Standing
from course.grading.lab import Lab
from course.grading.triage import Graded

SCORES = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
QUESTIONS = ("student_id", "grade_id", "score", "max_score", "status")
TRIAGE = ("student_id", "status", "reason")
CHANGES = ("student_id", "grade_id", "before", "after")


def write(out: Path, lab: Lab, graded: list[Graded], standings: list[Standing], changed: Sequence[Change] = ()) -> None:
    """Write the tables, students in the order of `graded`; a fourth where grading again changed scores."""
    _write(out / "scores.csv", SCORES, (_score(lab, g, s) for g, s in zip(graded, standings, strict=True)))
    rows = (row for g, s in zip(graded, standings, strict=True) for row in _questions(lab, g, s))
    _write(out / "questions.csv", QUESTIONS, rows)
    _write(out / "triage.csv", TRIAGE, ((g.student_id, g.status, g.reason) for g in graded))
    if not changed:
        (out / changes.TABLE).unlink(missing_ok=True)
    else:
        _write(out / changes.TABLE, CHANGES, changes.table(changed))


def _write(path: Path, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([["" if v is None else v for v in row] for row in rows])
    write_atomically(path, text.getvalue())


def _score(lab: Lab, graded: Graded, s: Standing) -> tuple[object, ...]:
    person = (lab.slug, s.duedate, s.timestamp, s.student_id, s.last_name, s.first_name, s.email)
    if not graded.readable and not s.marked_by_person:
        return (*person, None, None, None, s.max_score)  # blank, not 0: nobody has seen the work yet
    return (*person, s.raw_score, s.penalty, max(0.0, s.raw_score - s.penalty), s.max_score)


def _questions(lab: Lab, graded: Graded, standing: Standing) -> list[tuple[object, ...]]:
    statuses = {o.grade_id: o.status for o in graded.outcomes}
    rows: list[tuple[object, ...]] = []
    for q in lab.questions:
        by_person = q.grade_id in standing.marked_by_person
        status = "manual" if by_person else statuses.get(q.grade_id, "unreadable")
        rows.append((graded.student_id, q.grade_id, standing.scores.get(q.grade_id), q.points, status))
    return rows
