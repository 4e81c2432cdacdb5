"""For well-formed submissions the scores are those of stock nbgrader, cell by cell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from grading_demo import SLUG, answered, cell, find, hand_in, make_lab, released
from nbgrader.api import Gradebook

from course.grading.command import grade_class

CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.ignore = ["*.py", "answers"]
"""


def scores(database: Path) -> dict[tuple[str, str], tuple[float | None, bool]]:
    with Gradebook(f"sqlite:///{database}") as book:
        return {
            (s.student.id, g.name): (g.auto_score, g.needs_manual_grade)
            for s in book.assignment_submissions(SLUG)
            for n in s.notebooks
            for g in n.grades
        }


@pytest.mark.class_run
def test_agrees_with_nbgrader_autograde(tmp_path):
    lab = make_lab(tmp_path)
    submitted = tmp_path / "submitted"
    with_helper = answered(lab, double="def double(x):\n    return helper(x)")
    with_helper.cells.insert(3, cell("def helper(x):\n    return x + x"))
    edited = answered(lab, triple="def triple(x):\n    return x ** 3 - x")
    find(edited, "double-basic").source = "1.0"
    hand_in(submitted, "solved", answered(lab))
    hand_in(submitted, "untouched", released(lab))
    hand_in(submitted, "partial", answered(lab, double="def double(x):\n    return 42 if x == 21 else 0"))
    hand_in(submitted, "wrong", answered(lab, double="def double(x):\n    return x + 2"))
    hand_in(submitted, "raises", answered(lab, triple="def triple(x):\n    raise KeyError(x)"))
    hand_in(submitted, "syntax", answered(lab, triple="def triple(x)\n    return 3"))
    hand_in(submitted, "helper", with_helper)
    hand_in(submitted, "edited", edited)
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd())}
    for verb in ("generate_assignment", "autograde"):
        subprocess.run(
            [sys.executable, "-m", "nbgrader", verb, SLUG],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            timeout=600,
        )
    grade_class(SLUG, submitted, tmp_path / "out", tmp_path / "solutions", jobs=2)
    assert scores(tmp_path / "out" / "gradebook.db") == scores(tmp_path / "gradebook.db")
