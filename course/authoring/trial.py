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
    fingerprint: str = ""
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
"""A notebook and which of SEEDS -> a mark for every graded cell, by grade_id, and for every other that broke, by id."""


@contextmanager
def pipeline(lab: Lab, solved: NotebookNode) -> Iterator[Trial]:
    """Open the real pipeline on a lab: transplant onto the canonical notebook, run in a forked process."""
    from course.grading import lab as graded
    from course.grading import preflight
    from course.grading.server import ForkServer

    canonical = graded.from_notebook(lab.slug, solved, lab.folder)
    with ForkServer() as server:

        def trial(notebook: NotebookNode, seed: int) -> dict[str, Mark]:
            prepared = preflight.transplant(to_json(notebook).encode(), canonical)
            if prepared.problem:
                raise CourseError(f"{lab.slug}: grading can't read the notebook: {prepared.problem}")
            execution = server.run(prepared.cells, lab_folder=lab.folder, seed=SEEDS[seed])
            marks = {name: _mark(outcome) for name, outcome in execution.outcomes.items()}
            return marks | dict(_broken(prepared.cells, execution.outputs, marks))

        yield trial


def _mark(outcome: Any) -> Mark:
    check = outcome.check or {}
    return Mark(
        outcome.score,
        outcome.status,
        tuple(check.get("expectations", ())),
        tuple(check.get("failed", ())),
        str(check.get("fingerprint", "")),
        outcome.error or "",
    )


def _broken(
    cells: list[dict[str, Any]], outputs: dict[int, list[dict[str, Any]]], marks: dict[str, Mark]
) -> Iterator[tuple[str, Mark]]:
    """Yield the cells that aren't graded and ended in an error: what comes after them may fail for that alone."""
    for position, found in outputs.items():
        name = str(cells[position].get("id", position))
        errors = [output for output in found if output.get("output_type") == "error"]
        if errors and name not in marks:
            yield name, Mark(None, "error", error=f"{errors[0].get('ename')}: {errors[0].get('evalue')}")
