"""Puts a student's answers into the canonical notebook, so that whatever was damaged around them is repaired.

Tests, given code, points and order are the canonical ones by construction; from the submission come the answer
cells, the free cells, and the code cells that the student added. Each repair is logged in plain words.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path

from course.grading import submission
from course.grading.lab import (
    Cell,
    Lab,
    grade_id,
    is_experiment,
    is_grade,
    is_locked,
    is_solution,
    is_test,
    nbgrader_metadata,
)
from course.grading.matching import Matches, is_copy, match, same_text


@dataclass(frozen=True)
class Prepared:
    """A submission on the canonical notebook: `cells` ready to run, or the `problem` that stopped it.

    `unanswered` holds the grade_ids of answers and written answers that equal the released stub.
    """

    cells: list[Cell] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    problem: str | None = None
    unanswered: frozenset[str] = frozenset()


def prepare(folder: Path, lab: Lab) -> Prepared:
    """Find, read and transplant the notebook in a student's folder; never raises on what students hand in."""
    path, repairs, problem = submission.find_notebook(folder, lab.slug)
    if path is None:
        return Prepared(problem=problem)
    prepared = transplant(path, lab)
    return Prepared(prepared.cells, repairs + prepared.repairs, prepared.problem, prepared.unanswered)


def transplant(source: bytes | Path, lab: Lab) -> Prepared:
    """The canonical notebook with the answers found in `source`, a notebook's bytes or its path."""
    reading = submission.read(source) if isinstance(source, Path) else submission.parse(source)
    if reading.problem:
        return Prepared(repairs=reading.repairs, problem=reading.problem)
    matches = match(reading.cells, lab)
    if not any(is_solution(lab.cells[i]) for i in matches):
        return Prepared(problem=f"it holds none of the answers of {lab.slug}: is it another lab's notebook?")
    repairs = reading.repairs + _describe(reading.cells, matches, lab)
    extras, dropped = _added(reading.cells, matches, lab)
    repairs += dropped
    cells: list[Cell] = list(extras.get(-1, []))
    for i, canonical in enumerate(lab.cells):
        cells.append(_rebuilt(canonical, lab.released[i], reading.cells[matches[i]] if i in matches else None))
        cells += extras.get(i, [])
    return Prepared(cells, repairs, None, _unanswered(cells, lab))


def _rebuilt(canonical: Cell, released: Cell, submitted: Cell | None) -> Cell:
    cell = copy.deepcopy(canonical)
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
    if is_solution(canonical):
        cell["source"] = (submitted or released)["source"]
    elif submitted and _is_free(canonical) and submitted["cell_type"] == "code":
        cell["source"] = submitted["source"]
    return cell


def _is_free(cell: Cell) -> bool:
    return cell["cell_type"] == "code" and not nbgrader_metadata(cell) and not is_experiment(cell)


def _added(submitted: list[Cell], matches: Matches, lab: Lab) -> tuple[dict[int, list[Cell]], list[str]]:
    """Code cells that the student added, by the canonical cell they follow; copies of locked cells are left out."""
    canonical_of = {j: i for i, j in matches.items()}
    extras: dict[int, list[Cell]] = {}
    dropped: list[str] = []
    anchor = -1
    for j, cell in enumerate(submitted):
        anchor = canonical_of.get(j, anchor)
        if j in canonical_of or cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        if is_copy(cell, lab):
            dropped.append(f"a copy of a cell of the lab{_named(cell)} was left out")
            continue
        number = sum(map(len, extras.values())) + 1
        tags = ["experiment"] if is_experiment(cell) else []
        extras.setdefault(anchor, []).append(_added_cell(cell["source"], number, tags))
    return extras, dropped


def _added_cell(source: str, number: int, tags: list[str]) -> Cell:
    metadata = {"tags": tags, "pixels": {"role": "added"}}
    kind = {"cell_type": "code", "outputs": [], "execution_count": None}
    return {**kind, "id": f"added-{number}", "metadata": metadata, "source": source}


def _named(cell: Cell) -> str:
    return f" ({grade_id(cell)})" if grade_id(cell) else ""


def _unanswered(cells: list[Cell], lab: Lab) -> frozenset[str]:
    stubs = {grade_id(c): c["source"] for c in lab.released if is_solution(c)}
    return frozenset(n for c in cells if (n := grade_id(c)) in stubs and same_text(c["source"], stubs[n]))


def _describe(submitted: list[Cell], matches: Matches, lab: Lab) -> list[str]:
    """What was repaired, a sentence each."""
    repairs: list[str] = []
    stripped = 0
    for i, canonical in enumerate(lab.cells):
        name = grade_id(canonical)
        if not name:
            continue
        if i not in matches:
            repairs += _missing(canonical, name)
            continue
        found = submitted[matches[i]]
        stripped += not grade_id(found)
        repairs += _changes(canonical, lab.released[i], found, name)
    if stripped:
        total = sum(bool(grade_id(c)) for c in lab.cells)
        repairs.append(f"nbgrader's marks were missing from {stripped} of {total} cells: found again by their content")
    order = [matches[i] for i in sorted(matches) if grade_id(lab.cells[i])]
    if order != sorted(order):
        repairs.append("cells had been moved: graded in the released order")
    return repairs


def _missing(canonical: Cell, name: str) -> list[str]:
    if is_solution(canonical):
        return [f"the answer cell {name} was missing: counted as not attempted"]
    if is_test(canonical):
        return [f"the test cell {name} was missing: put back"]
    return [f"the locked cell {name} was missing: put back"] if is_locked(canonical) else []


def _changes(canonical: Cell, released: Cell, found: Cell, name: str) -> list[str]:
    kind = "test" if is_test(canonical) else "answer" if is_solution(canonical) else "locked"
    changes: list[str] = []
    if found["cell_type"] != canonical["cell_type"]:
        changes.append(f"the {kind} cell {name} had been turned to {found['cell_type']}: turned back")
    if is_locked(canonical) and not same_text(found["source"], released["source"]):
        changes.append(f"the {kind} cell {name} had been edited: the released one was used")
    metadata = nbgrader_metadata(found)
    if grade_id(found) and grade_id(found) != name:
        changes.append(f"the {kind} cell {name} had been renamed to {grade_id(found)[:64]}: renamed back")
    if metadata and is_grade(canonical) and not _same_points(metadata.get("points"), canonical):
        changes.append(
            f"the points of {name} had been changed to {str(metadata.get('points'))[:20]}: "
            f"graded out of {nbgrader_metadata(canonical)['points']:g}"
        )
    return changes


def _same_points(points: object, canonical: Cell) -> bool:
    return isinstance(points, (int, float)) and float(points) == float(nbgrader_metadata(canonical)["points"])
