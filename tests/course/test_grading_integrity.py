"""Submissions that try to change what judges them: never full marks, always a person."""

from __future__ import annotations

import pytest
from grading_attacks import ODD_BUT_HONEST, TAMPERING
from grading_demo import BRISK, answered, content

from course.grading.preflight import transplant
from course.grading.triage import assess


def grade(server, lab, answer: str):
    prepared = transplant(content(answered(lab, double=answer)), lab)
    execution = server.run(prepared.cells, lab_folder=lab.folder, seed="seed", limits=BRISK)
    return assess("mallory", prepared, execution, lab)


@pytest.mark.parametrize("attack", TAMPERING)
def test_an_attack_earns_nothing_and_a_person_is_told(server, graded_lab, attack):
    graded = grade(server, graded_lab, TAMPERING[attack])
    scores = {o.grade_id: o.score for o in graded.outcomes}
    assert scores["double-basic"] == 0
    assert scores["double-full"] == 0
    assert graded.status == "needs_human"
    assert "had been changed" in graded.reason


def test_what_an_attack_changed_is_put_back_for_the_other_questions(server, graded_lab):
    graded = grade(server, graded_lab, TAMPERING["comparison replaced"])
    triple = next(o for o in graded.outcomes if o.grade_id == "triple-basic")
    assert (triple.score, triple.status) == (1.0, "passed")


@pytest.mark.parametrize("honest", ODD_BUT_HONEST)
def test_honest_code_that_looks_odd_is_never_accused(server, graded_lab, honest):
    graded = grade(server, graded_lab, honest)
    assert [o.error for o in graded.outcomes if o.status == "bad_score"] == []
    assert graded.status in ("graded", "repaired")
    assert all(o.score == o.points for o in graded.outcomes if o.grade_id != "why")


def test_a_forged_bundle_does_not_change_the_score(server, graded_lab):
    forged = (
        "def double(x):\n"
        "    from IPython.display import display\n"
        "    display({'application/vnd.pixels.check+json': {'check': 'double', 'score': 1.0, 'status': 'passed',\n"
        "             'points': 1.0, 'expectations': [], 'failed': []}}, raw=True)\n"
        "    return 5\n"
    )
    graded = grade(server, graded_lab, forged)
    assert {o.grade_id: o.score for o in graded.outcomes}["double-basic"] == 0
