"""The one writer to nbgrader's gradebook, through nbgrader's own API, so that formgrader opens what comes out.

Formats follow nbgrader 0.9: the assignment as its SaveCells stores it, scores as its SaveAutoGrades does. A grade
that a person has given is never touched.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import parse_utc
from sqlalchemy import event
from sqlalchemy.exc import SAWarning

from course.grading.lab import Lab
from course.grading.triage import Graded
from course.project import CourseError

DATABASE = "gradebook.db"


@dataclass(frozen=True)
class Standing:
    """A row of `nbgrader export`, and the scores of the single cells behind it (None: a person has to give it)."""

    student_id: str
    last_name: str | None
    first_name: str | None
    email: str | None
    duedate: datetime | None
    timestamp: datetime | None
    raw_score: float
    penalty: float
    max_score: float
    scores: dict[str, float | None]
    marked_by_person: frozenset[str]


class Book:
    """The gradebook of one lab in ``out/gradebook.db``; a context manager, used by one thread."""

    def __init__(self, out: Path, lab: Lab) -> None:
        self.lab = lab
        self._path = (out / DATABASE).resolve()
        self.url = f"sqlite:///{self._path}"

    def __enter__(self) -> Book:
        if not self._path.exists():
            _create(self._path)
        with Gradebook(self.url) as book:
            book.update_or_create_assignment(self.lab.slug)
        resources = {"nbgrader": {"notebook": self.lab.slug, "assignment": self.lab.slug, "db_url": self.url}}
        try:
            SaveCells().preprocess(self.lab.stub_notebook(), resources)
        except RuntimeError as error:
            raise CourseError(
                f"the cells of {self.lab.slug} have changed since this gradebook was begun: grade into a new --out."
            ) from error
        self._book = Gradebook(self.url)
        event.listen(self._book.engine, "connect", _hurry)
        self._book.engine.dispose()
        notebook = self._book.find_notebook(self.lab.slug, self.lab.slug)
        self._names = {c.id: c.name for c in [*notebook.grade_cells, *notebook.solution_cells]}
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def record(self, graded: Graded, folder: Path) -> None:
        """Store a submission's scores; an unreadable one gets none, and waits for a person."""
        book, slug = self._book, self.lab.slug
        book.update_or_create_student(graded.student_id)
        with warnings.catch_warnings():  # nbgrader fills a submission before it joins the session
            warnings.simplefilter("ignore", SAWarning)
            book.update_or_create_submission(slug, graded.student_id, **_timestamp(folder))
        notebook = book.find_submission_notebook(slug, slug, graded.student_id)
        scores = {o.grade_id: o.score for o in graded.outcomes}
        for grade in notebook.grades:
            grade.auto_score = scores.get(self._names[grade.cell_id])
            # As nbgrader does: what a person has graded before is to be looked at again, and kept until then.
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if self._names[comment.cell_id] in graded.unanswered else None
        book.db.commit()

    def marked(self, graded: Graded) -> Graded:
        """A result with what people have given and said in formgrader, for the student to read."""
        notebook = self._book.find_submission_notebook(self.lab.slug, self.lab.slug, graded.student_id)
        given = {self._names[g.cell_id]: float(g.score) for g in notebook.grades if g.manual_score is not None}
        said = sorted((self._names[c.cell_id], str(c.manual_comment)) for c in notebook.comments if c.manual_comment)
        outcomes = tuple(
            replace(o, score=given[o.grade_id], status="marked" if o.status == "manual" else o.status)
            if o.grade_id in given
            else o
            for o in graded.outcomes
        )
        return replace(graded, outcomes=outcomes, comments=tuple(said))

    def machine_scores(self) -> dict[str, dict[str, float | None]]:
        """Student -> grade_id -> the machine's score as it stands, for everybody who has been graded."""
        order = {q.grade_id: i for i, q in enumerate(self.lab.questions)}
        found: dict[str, dict[str, float | None]] = {}
        for submission in self._book.assignment_submissions(self.lab.slug):
            for notebook in submission.notebooks:
                names = sorted((self._names[g.cell_id], g.auto_score) for g in notebook.grades)
                scores = sorted(names, key=lambda pair: order.get(pair[0], len(order)))
                found[submission.student.id] = dict(scores)
        return found

    def standings(self, student_ids: list[str]) -> list[Standing]:
        """Where each student stands now, with what people have graded."""
        return [self._standing(student_id) for student_id in student_ids]

    def _standing(self, student_id: str) -> Standing:
        book, slug = self._book, self.lab.slug
        student, assignment = book.find_student(student_id), book.find_assignment(slug)
        submission: SubmittedAssignment = book.find_submission(slug, student_id)
        grades = [(self._names[g.cell_id], g) for g in book.find_submission_notebook(slug, slug, student_id).grades]
        return Standing(
            student_id,
            student.last_name,
            student.first_name,
            student.email,
            assignment.duedate,
            submission.timestamp,
            float(submission.score),
            float(submission.late_submission_penalty or 0.0),
            float(assignment.max_score),
            {n: None if g.auto_score is None and g.manual_score is None else float(g.score) for n, g in grades},
            frozenset(n for n, g in grades if g.manual_score is not None),
        )


def _hurry(connection: Any, _: object) -> None:
    """Don't wait for the disk at every commit: after a power cut, --resume writes the same again."""
    connection.execute("PRAGMA synchronous=OFF")


def _create(path: Path) -> None:
    """A new database, whole or not at all: nbgrader makes its tables first and notes their version afterwards."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    scripts = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
    # nbgrader would start the program `alembic` to ask for this, which takes seconds, if it is on the path at all.
    asked, nbgrader.api.get_alembic_version = nbgrader.api.get_alembic_version, scripts.get_current_head
    try:
        Gradebook(f"sqlite:///{unfinished}").close()
    finally:
        nbgrader.api.get_alembic_version = asked
    os.replace(unfinished, path)


def _timestamp(folder: Path) -> dict[str, datetime]:
    """When the work came in, from the timestamp.txt that nbgrader's exchange leaves beside it."""
    try:
        text = (folder / "timestamp.txt").read_text(encoding="utf-8")[:100].strip()
        return {"timestamp": parse_utc(text)} if text else {}
    except (OSError, ValueError, OverflowError):
        return {}
