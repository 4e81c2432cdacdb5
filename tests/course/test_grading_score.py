"""Exactly one plain number between 0 and the points is a score; anything else is 0 and flagged."""

from __future__ import annotations

import pytest
from grading_demo import BRISK, SETUP, cell, make_lab

from course.grading.score import judge, judge_written


def number(value):
    return {"value": {"kind": "number", "number": value}}


@pytest.mark.parametrize(
    ("value", "score", "status"),
    [(2.0, 2.0, "passed"), (2, 2.0, "passed"), (0.5, 0.5, "partial"), (0, 0.0, "failed"), (0.0, 0.0, "failed")],
)
def test_plain_numbers_count(value, score, status):
    outcome = judge("q", 2.0, number(value))
    assert (outcome.score, outcome.status) == (score, status)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 2.5, True])
def test_numbers_out_of_range_are_flagged(value):
    outcome = judge("q", 2.0, number(value))
    assert (outcome.score, outcome.status) == (0.0, "bad_score")
    assert outcome.error


@pytest.mark.parametrize(
    "last",
    [
        "np.float64(1)",
        "True",
        "'1.0'",
        "None",
        "float('nan')",
        "-1.0",
        "7",
        "1.0;",
        "np.ones(1)",
        "class F(float): pass\nF(1)",
    ],
)
def test_what_a_cell_ends_in_is_judged_by_its_type(server, tmp_path, last):
    lab = make_lab(tmp_path, [cell(SETUP, "setup"), cell(last, "q", points=1)])
    found = server.run(lab.cells, lab_folder=lab.folder, seed="s", limits=BRISK).outcomes["q"]
    if last == "1.0;":  # its canonical cell asks for no value: not to raise is enough, as in nbgrader
        assert (found.score, found.status) == (1.0, "passed")
    else:
        assert (found.score, found.status) == (0.0, "bad_score")


def test_bare_asserts_are_worth_all_or_nothing(server, tmp_path):
    cells = [cell("assert 1 + 1 == 2", "right", points=2), cell("assert 1 + 1 == 3", "wrong", points=2)]
    lab = make_lab(tmp_path, cells)
    found = server.run(lab.cells, lab_folder=lab.folder, seed="s", limits=BRISK).outcomes
    assert (found["right"].score, found["right"].status) == (2.0, "passed")
    assert (found["wrong"].score, found["wrong"].status) == (0.0, "error")


def test_a_written_answer_waits_for_a_person_unless_it_is_the_stub():
    assert judge_written("why", 3.0, unanswered=False).score is None
    assert judge_written("why", 3.0, unanswered=False).status == "manual"
    assert judge_written("why", 3.0, unanswered=True).score == 0.0
