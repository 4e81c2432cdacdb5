"""A tiny lab made by hand, and ways to hand it in: solved, wrong, damaged."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from course.grading import lab as labs
from course.grading.execute import ForkServer, Limits
from course.grading.lab import Lab

SLUG = "01_demo"
SETUP = "import os, signal, subprocess, sys, time\nimport numpy as np\nfrom gpu_utils import check\nfactor = 2"
DOUBLE = 'def double(x):\n    """Twice x."""\n    ### BEGIN SOLUTION\n    return factor * x\n    ### END SOLUTION'
TRIPLE = 'def triple(x):\n    """Three times x."""\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION'
HIDDEN = """\
# Other numbers.
### BEGIN HIDDEN TESTS
with check("double", points=2) as c:
    c.call(double, 21).equal(42, "the secret number")
    c.call(double, 4).equal(8, "another secret")
c.score
### END HIDDEN TESTS"""


def basic(name: str, given: float, expected: float, points: int = 1) -> str:
    return (
        f'with check("{name}", points={points}) as c:\n'
        f'    c.call({name}, {given}).equal({expected}, "{name} of {given} is {expected}")\nc.score'
    )


def cell(source: str, grade_id: str = "", *, points: float | None = None, solution: bool = False, kind: str = "code"):
    """A canonical cell; with a grade_id it carries nbgrader's metadata."""
    metadata: dict[str, Any] = {}
    if grade_id:
        metadata["nbgrader"] = {
            "grade": points is not None,
            "grade_id": grade_id,
            "locked": not solution,
            "schema_version": 3,
            "solution": solution,
            "task": False,
        }
        if points is not None:
            metadata["nbgrader"]["points"] = points
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return make(source, id=grade_id or f"free-{abs(hash(source)) % 10**8}", metadata=metadata)


def canonical_cells() -> list[Any]:
    return [
        cell("# A demo\nDouble, then triple.", kind="markdown"),
        cell(SETUP, "setup"),
        cell("Here the doubling.", kind="markdown"),
        cell(DOUBLE, "double", solution=True),
        cell(basic("double", 2, 4), "double-basic", points=1),
        cell(HIDDEN, "double-full", points=2),
        cell("Here the tripling.", kind="markdown"),
        cell(TRIPLE, "triple", solution=True),
        cell(basic("triple", 2, 6), "triple-basic", points=1),
        cell("Now say why.", kind="markdown"),
        cell("Because.", "why", points=3, solution=True, kind="markdown"),
    ]


def make_lab(root: Path, cells: list[Any] | None = None) -> Lab:
    """Write the lab's canonical notebook below `root`, and load it."""
    folder = root / "solutions" / SLUG
    folder.mkdir(parents=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells or canonical_cells(), metadata={"kernelspec": kernel})
    (folder / f"{SLUG}.ipynb").write_text(nbformat.writes(notebook))
    (folder / "numbers.csv").write_text("1,2,3\n")
    return labs.load(SLUG, root / "solutions")


def released(lab: Lab) -> nbformat.NotebookNode:
    """What a student starts from."""
    notebook = copy.deepcopy(lab.notebook)
    notebook.cells = copy.deepcopy(lab.released)
    return notebook


def answered(lab: Lab, **answers: str) -> nbformat.NotebookNode:
    """The released notebook with answers: right ones, but for those that are given."""
    right = {labs.grade_id(c): c["source"] for c in lab.cells if labs.is_solution(c)}
    notebook = released(lab)
    for c in notebook.cells:
        if labs.is_solution(c):
            c["source"] = answers.get(labs.grade_id(c), right[labs.grade_id(c)])
    return notebook


def find(notebook: nbformat.NotebookNode, grade_id: str) -> Any:
    return next(c for c in notebook.cells if labs.grade_id(c) == grade_id)


def content(notebook: nbformat.NotebookNode) -> bytes:
    return json.dumps(notebook).encode()


def hand_in(submissions: Path, student: str, notebook: Any, name: str = f"{SLUG}.ipynb") -> Path:
    folder = submissions / student / SLUG
    folder.mkdir(parents=True, exist_ok=True)
    data = notebook if isinstance(notebook, bytes) else content(notebook)
    (folder / name).write_bytes(data)
    return folder / name


def alive(marker: str) -> list[str]:
    """Ids of the processes whose command line holds `marker`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if marker in entry.read_bytes().decode(errors="replace"):
                found.append(entry.parent.name)
    return found


@pytest.fixture(scope="session")
def graded_lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return make_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def server():
    with ForkServer() as running:
        yield running


BRISK = Limits(cell_seconds=2, notebook_seconds=60, memory_bytes=300_000_000)
"""Limits for tests of what goes wrong, so that they don't take half a minute each."""
