"""A lab as the grader sees it: the canonical notebook, its questions, and what was released to students."""

from __future__ import annotations

import ast
import copy
import json
import re
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions, ComputeChecksums

Cell = dict[str, Any]
HIDDEN_MARK = "### BEGIN HIDDEN TESTS"
_PARSING = threading.Lock()
"""Python 3.11 counts the depth of all threads' syntax trees together, and stops when two parse at once (gh-106905)."""


class UnknownLab(ValueError):
    """The lab can't be graded; the message says why in one sentence."""


@dataclass(frozen=True)
class Question:
    """One graded cell. `answer` is the grade_id of the answer that it tests ("" when it names none)."""

    grade_id: str
    points: float
    kind: str  # "test" or "written"
    hidden: bool
    answer: str
    tier: str
    position: int

    @property
    def topic(self) -> str:
        """What the question is called for people: the answer's name, or the cell's own."""
        return self.answer or self.grade_id


@dataclass(frozen=True)
class Lab:
    """The canonical notebook of a lab, with its hidden tests and its model answers."""

    slug: str
    notebook: nbformat.NotebookNode
    folder: Path

    @property
    def cells(self) -> list[Cell]:
        """The canonical cells, in order."""
        return self.notebook.cells

    @cached_property
    def stubs(self) -> list[Cell]:
        """The canonical cells with nbgrader's stubs for answers, hidden tests kept: what nbgrader's database holds."""
        return self._stripped([ClearSolutions(), ComputeChecksums()]).cells

    @cached_property
    def released(self) -> list[Cell]:
        """The cells as a student gets them, made by nbgrader's own preprocessors."""
        return self._stripped([ClearSolutions(), ClearHiddenTests(), ClearMarkScheme(), ComputeChecksums()]).cells

    @cached_property
    def questions(self) -> list[Question]:
        """Graded cells in the order of the notebook."""
        answers = [grade_id(c) for c in self.cells if is_solution(c)]
        return [_question(c, i, answers) for i, c in enumerate(self.cells) if is_grade(c)]

    @property
    def max_score(self) -> float:
        """All points of the lab, core and stretch, machine-graded and written."""
        return sum(q.points for q in self.questions)

    def stub_notebook(self) -> nbformat.NotebookNode:
        """A fresh notebook of `stubs`, for the gradebook."""
        notebook = copy.deepcopy(self.notebook)
        notebook.cells = copy.deepcopy(self.stubs)
        return notebook

    def _stripped(self, steps: list[Any]) -> nbformat.NotebookNode:
        notebook = copy.deepcopy(self.notebook)
        resources: dict[str, Any] = {}
        for step in steps:
            notebook, resources = step.preprocess(notebook, resources)
        return notebook


def load(slug: str, solutions: Path) -> Lab:
    """The lab `slug` from ``solutions/slug/slug.ipynb``; raises `UnknownLab` with a sentence."""
    folder = solutions / slug
    path = folder / f"{slug}.ipynb"
    if not folder.is_dir():
        known = sorted(p.parent.name for p in solutions.glob("*/*.ipynb") if p.stem == p.parent.name)
        listed = f" Known labs: {', '.join(known)}." if known else " No lab has been built yet."
        raise UnknownLab(f"there is no lab {slug!r} in {solutions.name}/.{listed}")
    if not path.is_file():
        raise UnknownLab(f"lab {slug} has not been built: run `python -m course build {slug}` first.")
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, json.JSONDecodeError) as error:
        raise UnknownLab(f"{slug}.ipynb can't be read as a notebook: {error}") from error
    return from_notebook(slug, notebook, folder)


def from_notebook(slug: str, notebook: nbformat.NotebookNode, folder: Path) -> Lab:
    """The lab made of a canonical notebook; raises `UnknownLab` when nothing in it is graded."""
    lab = Lab(slug, notebook, folder)
    if not lab.questions:
        raise UnknownLab(f"lab {slug} has no graded cell, so there is nothing to grade.")
    return lab


def nbgrader_metadata(cell: Cell) -> dict[str, Any]:
    """The cell's nbgrader metadata, {} when there is none or it isn't an object."""
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def grade_id(cell: Cell) -> str:
    """The cell's grade_id, "" when it has none."""
    found = nbgrader_metadata(cell).get("grade_id")
    return found if isinstance(found, str) else ""


def is_grade(cell: Cell) -> bool:
    """Whether the cell carries points."""
    return bool(nbgrader_metadata(cell).get("grade"))


def is_solution(cell: Cell) -> bool:
    """Whether students write in the cell: an answer or a written answer."""
    return bool(nbgrader_metadata(cell).get("solution"))


def is_locked(cell: Cell) -> bool:
    """Whether the cell is restored when a student has changed it: tests, given and set-up cells."""
    return not is_solution(cell) and bool(is_grade(cell) or nbgrader_metadata(cell).get("locked"))


def is_test(cell: Cell) -> bool:
    """Whether the cell is a machine-graded test."""
    return is_grade(cell) and not is_solution(cell) and cell["cell_type"] == "code"


def is_experiment(cell: Cell) -> bool:
    """Whether the cell is tagged `experiment`: run for the learner, skipped here."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else []
    return isinstance(tags, list) and "experiment" in tags


def ends_in_value(source: str) -> bool:
    """Whether the last statement is an expression: then its value is the score, else "no error" is full marks."""
    try:
        with _PARSING:
            body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return True
    return bool(body) and isinstance(body[-1], ast.Expr) and not source.rstrip().endswith(";")


def _question(cell: Cell, position: int, answers: list[str]) -> Question:
    name = grade_id(cell)
    extra = cell["metadata"].get("pixels", {})
    written = is_solution(cell)
    base = str(extra.get("question") or re.sub(r"-(basic|full)$", "", name))
    answer = name if written else base if base in answers else ""
    return Question(
        grade_id=name,
        points=float(nbgrader_metadata(cell)["points"]),
        kind="written" if written else "test",
        hidden=HIDDEN_MARK in cell["source"],
        answer=answer,
        tier=str(extra.get("tier", "core")),
        position=position,
    )
