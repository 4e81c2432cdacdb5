"""Grades one notebook as a student's submission, through the pipeline that grades a class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from course.authoring.notebook import to_json
from course.project import CourseError, Lab

SEEDS = ("pixels-to-edge", "another draw")
"""Keys of the random inputs: what a learner has (gpu_utils.checks' own key), and another."""


@dataclass(frozen=True)
class Mark:
    """What one test cell gave: its score (None when there is none), its expectations, and what went wrong."""

    score: float | None
    status: str
    expectations: tuple[dict[str, Any], ...] = ()
    failed: tuple[str, ...] = ()
    error: str = ""

    @property
    def reason(self) -> str:
        """Why the points aren't full, in a few words; "" when nothing failed."""
        if self.error:
            return f"{self.status}: {self.error}"
        sentences = [f'"{e["sentence"]}" ({e["message"]})' for e in self.expectations if not e["passed"]]
        return "fails " + ", ".join(sentences) if sentences else ""

    def say(self) -> str:
        """Return the score with its reason."""
        score = "no score" if self.score is None else f"{self.score:g}"
        return f"{score} ({self.reason})" if self.reason else score


Trial = Callable[[NotebookNode, int], dict[str, Mark]]
"""A notebook and which of SEEDS -> a mark for every test cell, by grade_id."""


@contextmanager
def pipeline(lab: Lab, solved: NotebookNode) -> Iterator[Trial]:
    """Open the real pipeline on a lab: transplant onto the canonical notebook, run in a forked process."""
    from course.grading import execute, preflight
    from course.grading import lab as graded

    canonical = graded.from_notebook(lab.slug, solved, lab.folder)
    with execute.ForkServer() as server:

        def trial(notebook: NotebookNode, seed: int) -> dict[str, Mark]:
            prepared = preflight.transplant(to_json(notebook).encode(), canonical)
            if prepared.problem:
                raise CourseError(f"{lab.slug}: grading can't read the notebook: {prepared.problem}")
            outcomes = server.run(prepared.cells, lab_folder=lab.folder, seed=SEEDS[seed]).outcomes
            return {name: _mark(outcome) for name, outcome in outcomes.items() if outcome.status != "manual"}

        yield trial


def _mark(outcome: Any) -> Mark:
    check = outcome.check or {}
    return Mark(
        outcome.score,
        outcome.status,
        tuple(check.get("expectations", ())),
        tuple(check.get("failed", ())),
        outcome.error or "",
    )
