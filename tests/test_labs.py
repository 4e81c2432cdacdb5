"""Every lab: its notebooks are in step with its source, nothing is left to put right, and the solution runs."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from course.authoring.build import check
from course.authoring.lint import lint
from course.project import Lab, Project

PROJECT = Project.here()
LABS = PROJECT.labs()
SECONDS = float(os.environ.get("LAB_SECONDS", "60"))
"""What a solved lab may take on two cores; LAB_SECONDS gives a slower or busier machine more."""
MEMORY_BYTES = 2 * 10**9

each_lab = pytest.mark.parametrize("lab", LABS, ids=[lab.slug for lab in LABS])


@each_lab
def test_the_notebooks_are_what_the_source_gives(lab: Lab):
    assert check(lab, PROJECT) == []


@each_lab
def test_nothing_is_left_to_put_right(lab: Lab):
    assert [str(finding) for finding in lint(lab)] == []


@each_lab
def test_the_solved_lab_runs_experiments_included_within_its_limits(lab: Lab, tmp_path: Path, monkeypatch):
    """In a kernel, as the learner does; a limit that is passed fails with the cell that was running."""
    monkeypatch.setenv("GPU_UTILS_LEDGER", "memory")
    folder = tmp_path / lab.slug
    shutil.copytree(lab.release.parent, folder)
    notebook = nbformat.read(lab.solution, as_version=nbformat.NO_CONVERT)
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}})
    end = time.monotonic() + SECONDS
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.timeout = max(1, int(end - time.monotonic()))
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                pytest.fail(f"after {SECONDS:g} s the lab is only at its cell {cell.id}")
            except CellExecutionError as error:
                pytest.fail(f"cell {cell.id} ends in {error.ename}: {error.evalue}")
        peak = peak_bytes(client.km.provisioner.pid)
    assert failed_checks(notebook) == []
    assert peak < MEMORY_BYTES, f"it took {peak / 1e9:.2f} GB"


def failed_checks(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the test cells whose score isn't all their points."""
    scores = {
        cell.id: [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
        for cell in notebook.cells
        if cell.metadata.get("pixels", {}).get("role") == "test"
    }
    points = {cell.id: cell.metadata.nbgrader.points for cell in notebook.cells if cell.id in scores}
    return [f"{name}: {found}" for name, found in scores.items() if found != [str(float(points[name]))]]


def peak_bytes(process: int) -> int:
    """Return the most memory that a process has held; 0 where there is no /proc to say so."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
