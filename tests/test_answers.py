"""Every lab's tests are tested: right answers get full marks, wrong ones don't, and every hidden expectation bites."""

from __future__ import annotations

import pytest

from course.__main__ import run
from course.authoring.source import read_source
from course.project import Lab, Project

LABS = [lab for lab in Project.here().labs() if read_source(lab.source).graded]


@pytest.mark.parametrize("lab", LABS, ids=[lab.slug for lab in LABS])
def test_right_and_wrong_answers_are_told_apart(lab: Lab, capsys):
    status = run(["answers", lab.slug])
    said = capsys.readouterr()
    assert said.err == ""
    assert status == 0
    assert "● full" in said.out
