"""The executed notebook that formgrader shows, and the configuration that lets it find everything."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

from nbformat import v4

from course.grading.execute import Execution
from course.grading.files import write_atomically
from course.grading.lab import Cell, Lab, grade_id, nbgrader_metadata
from course.grading.preflight import Prepared


def write(out: Path, student_id: str, lab: Lab, prepared: Prepared, execution: Execution | None) -> Path:
    """Write ``out/autograded/STUDENT/SLUG/SLUG.ipynb``; an unreadable submission leaves the empty lab and a note."""
    if prepared.problem or execution is None:
        note = f"**This submission could not be read**: {prepared.problem}. What follows is the lab as released."
        cells: list[Cell] = [v4.new_markdown_cell(note, id="could-not-be-read"), *copy.deepcopy(lab.stubs)]
    else:
        cells = [_executed(c, i, execution) for i, c in enumerate(prepared.cells)]
    checksums = {grade_id(c): nbgrader_metadata(c).get("checksum") for c in lab.stubs if grade_id(c)}
    for cell in cells:
        if grade_id(cell):
            cell["metadata"]["nbgrader"].update(checksum=checksums[grade_id(cell)], cell_type=cell["cell_type"])
    notebook = {**lab.notebook, "cells": cells}
    path = out / "autograded" / student_id / lab.slug / f"{lab.slug}.ipynb"
    # Without indentation, which Python's json writes twenty times slower.
    write_atomically(path, json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n")
    return path


def write_configuration(out: Path, submissions: Path, solutions: Path) -> None:
    """Write ``out/nbgrader_config.py``, so that ``jupyter lab`` started in `out` opens this class in formgrader."""
    folders = {
        "source_directory": solutions,
        "release_directory": solutions.parent / "labs",
        "submitted_directory": submissions,
    }
    lines = [f"c.CourseDirectory.{k} = {os.path.relpath(v, out)!r}" for k, v in folders.items()]
    ignored = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py", "answers"]
    text = "\n".join(
        [
            '"""For formgrader: start `jupyter lab` in this folder. Written by `python -m course grade`."""',
            "c = get_config()  # noqa: F821",
            'c.CourseDirectory.course_id = ""',
            *lines,
            'c.CourseDirectory.feedback_directory = "formgrader_feedback"',
            f"c.CourseDirectory.ignore = {ignored!r}",
        ]
    )
    write_atomically(out / "nbgrader_config.py", text + "\n")


def _executed(cell: Cell, position: int, execution: Execution) -> Cell:
    own = copy.deepcopy(dict(cell["metadata"]))
    done: Cell = {k: cell[k] for k in ("cell_type", "id", "source") if k in cell} | {"metadata": own}
    if cell["cell_type"] == "code":
        done["outputs"] = [o for raw in execution.outputs.get(position, []) if (o := _output(raw))]
        done["execution_count"] = execution.counts.get(position)
    return done


def _output(raw: dict[str, Any]) -> dict[str, Any] | None:
    """An output that nbformat accepts: the process that sent it ran a student's code."""
    kind = raw.get("output_type")
    if kind == "stream":
        name = "stderr" if raw.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": str(raw.get("text", ""))}
    if kind == "error":
        trace = raw.get("traceback")
        lines = [str(line) for line in trace] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": str(raw.get("ename")),
            "evalue": str(raw.get("evalue")),
            "traceback": lines,
        }
    if kind in ("display_data", "execute_result"):
        data = raw.get("data")
        kept = {str(k): v for k, v in data.items() if isinstance(v, str) or str(k).endswith("json")} if data else {}
        output: dict[str, Any] = {"output_type": kind, "data": kept, "metadata": {}}
        if kind == "execute_result":
            count = raw.get("execution_count")
            output["execution_count"] = count if isinstance(count, int) else None
        return output
    return None
