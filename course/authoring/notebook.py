"""Expands a lab's source to notebooks: the worked solution, and what a student gets."""

from __future__ import annotations

import re
from copy import deepcopy
from textwrap import dedent
from typing import Any

import nbformat
from nbformat import NotebookNode

from course.authoring.source import Cell, Source
from course.project import Lab, Project

SCHEMA_VERSION = 3
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"


def solution_notebook(source: Source, project: Project) -> NotebookNode:
    """Return the worked solution, tests and all, with nbgrader's metadata; it is nbgrader's source as well."""
    cells = [_notebook_cell(source, project, cell, ordinal) for ordinal, cell in enumerate(source.cells, 1)]
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata=_notebook_metadata(source))
    nbformat.validate(notebook)
    return notebook


def release_notebook(solution: NotebookNode) -> NotebookNode:
    """Return what a student gets: nbgrader's own steps, in the order of `nbgrader generate_assignment`.

    Left out are the steps that write to the gradebook or insert what we don't use (headers, generated tests).
    """
    from nbgrader import preprocessors as steps

    notebook = deepcopy(solution)
    resources: dict[str, Any] = {}
    for step in (
        steps.LockCells,
        steps.ClearSolutions,
        steps.ClearOutput,
        steps.CheckCellMetadata,
        steps.ClearHiddenTests,
        steps.ClearMarkScheme,
        steps.ComputeChecksums,
        steps.CheckCellMetadata,
    ):
        notebook, resources = step().preprocess(notebook, resources)
    return notebook


def to_json(notebook: NotebookNode) -> str:
    """Return the notebook's file: format 4.5, keys in order, one line end at the end."""
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT)).rstrip("\n") + "\n"


def cell_id(slug: str, grade_id: str, ordinal: int) -> str:
    """Return a cell's id: its grade_id, else slug and ordinal (1 to 64 characters of a-z, A-Z, 0-9, - and _)."""
    return grade_id or f"{slug.replace('_', '-')[:59]}-{ordinal}"


def setup_text(slug: str, project: Project) -> str:
    """Return the setup cell, the same in every lab but for the lab's name."""
    return dedent(
        f"""\
        # The same in every lab: installs gpu_utils where it is missing (Colab, Kaggle), and says what this machine is.
        import importlib.util

        if importlib.util.find_spec("gpu_utils") is None:
            %pip install --quiet "{project.distribution} @ git+{project.repository}"

        import gpu_utils

        gpu_utils.begin("{slug}")"""
    )


def badges(slug: str, project: Project) -> str:
    """Return links that open the lab in Colab and Binder, from the repository's address."""
    address = project.repository
    where = "/".join(address.split("/")[-2:])
    path = f"labs/{slug}/{slug}.ipynb"
    colab = f"https://colab.research.google.com/github/{where}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{where}/main?urlpath=lab/tree/{path}"
    return (
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab}) "
        f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})"
    )


def fact_line(source: Source) -> str:
    """Return the title's line: minutes, points, what hardware changes."""
    changes = f"what hardware changes: {source.hardware}"
    core, stretch = source.points("core"), source.points("stretch")
    if core + stretch == 0:
        return f"**About {source.minutes} minutes · not graded** · {changes}"
    parts = f"core {core:g}, stretch {stretch:g}" if stretch else "all core"
    return f"**About {source.minutes} minutes · {core + stretch:g} points** ({parts}) · {changes}"


def _notebook_cell(source: Source, project: Project, cell: Cell, ordinal: int) -> NotebookNode:
    metadata = _cell_metadata(cell)
    text = _cell_text(source, project, cell)
    grade_id = metadata.get("nbgrader", {}).get("grade_id", "")
    make = nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
    made: NotebookNode = make(text, id=cell_id(source.slug, grade_id, ordinal), metadata=metadata)
    return made


def _cell_text(source: Source, project: Project, cell: Cell) -> str:
    if cell.role == "setup":
        return setup_text(source.slug, project)
    if cell.role == "title":
        text = cell.text.replace("{badges}", badges(source.slug, project))
        return text.replace("{line}", fact_line(source))
    if cell.hidden:
        return _hide(cell.text)
    return cell.text


def _hide(text: str) -> str:
    """Wrap everything after the leading comment, which stays for the student to read, in nbgrader's marks."""
    match = re.match(r"(?:#[^\n]*\n)+", text)
    comment, tests = (match.group(), text[match.end() :]) if match else ("", text)
    return "\n".join([comment.rstrip("\n"), BEGIN_HIDDEN, tests.strip("\n"), END_HIDDEN])


def _cell_metadata(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.tags:
        metadata["tags"] = list(cell.tags)
    if cell.jupyter:
        metadata["jupyter"] = dict(cell.jupyter)
    if cell.role in ("title", "prose", "code"):
        return metadata
    grade = cell.role in ("test", "written")
    metadata["nbgrader"] = {
        "grade": grade,
        "grade_id": {"setup": "setup", "given": f"given-{cell.name}"}.get(cell.role, cell.name),
        # A written answer is both, as nbgrader wants it; the learner marks herself where it is worth 0.
        "locked": cell.role in ("setup", "given", "test"),
        "schema_version": SCHEMA_VERSION,
        "solution": cell.role in ("answer", "written"),
        "task": False,
    }
    if grade:
        metadata["nbgrader"]["points"] = cell.points
    metadata["pixels"] = _role_metadata(cell)
    return metadata


def _role_metadata(cell: Cell) -> dict[str, Any]:
    if cell.role in ("setup", "given"):
        return {"role": cell.role}
    facts: dict[str, Any] = {"role": cell.role, "question": cell.question, "tier": cell.tier, "needs": list(cell.needs)}
    if cell.role == "test":
        facts["hidden"] = cell.hidden
    return facts


def _notebook_metadata(source: Source) -> dict[str, Any]:
    """Say nothing that changes between machines: no Python version, no time."""
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "pixels": {
            "lab": source.slug,
            "minutes": source.minutes,
            "points": {"core": source.points("core"), "stretch": source.points("stretch")},
            "hardware": source.hardware,
        },
    }


def expected_files(lab: Lab, source: Source, project: Project) -> dict[str, str]:
    """Return what the build would write: path below the root, to text."""
    solution = solution_notebook(source, project)
    return {
        lab.tell(lab.solution): to_json(solution),
        lab.tell(lab.release): to_json(release_notebook(solution)),
    }
