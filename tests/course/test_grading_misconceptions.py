"""Feedback names a misconception that only hidden tests tell apart, and shows nothing of those tests."""

from __future__ import annotations

import html

from grading_demo import BRISK, SLUG, answered, hand_in, make_lab

from course.grading import signatures
from course.grading.command import grade_class
from course.grading.execute import run_notebook
from course.grading.server import ForkServer

ANSWERS = """\
# %% wrong="adds two" hint="Twice, not two more."
def double(x):
    return x + 2

# %% wrong="squares" hint="Only 2 squared is 2 doubled."
def double(x):
    return 8 if x == 4 else x ** 2

# %% right="adds x to itself"
def double(x):
    return x + x
"""


def graded(tmp_path, monkeypatch):
    """Both wrong answers pass the visible test, double(2) = 4; the hidden ones tell them apart by how many fail."""
    lab = make_lab(tmp_path)
    (lab.folder / "answers").mkdir()
    (lab.folder / "answers" / "double.py").write_text(ANSWERS)
    submitted = tmp_path / "submitted"
    hand_in(submitted, "ada", answered(lab))
    hand_in(submitted, "ben", answered(lab, double="def double(x):\n    y = x + 2\n    return y"))
    hand_in(submitted, "chen", answered(lab, double="def double(x):\n    return {2: 4, 4: 8}.get(x, 0)"))
    hand_in(submitted, "dana", answered(lab, double="def double(x):\n    return 0"))
    ran = []
    real = ForkServer.run
    monkeypatch.setattr(ForkServer, "run", lambda server, cells, **k: ran.append(1) or real(server, cells, **k))
    options = {"limits": BRISK}
    grade_class(SLUG, submitted, tmp_path / "out", tmp_path / "solutions", **options)
    first = len(ran)
    grade_class(SLUG, submitted, tmp_path / "out", tmp_path / "solutions", **options)
    return [first, len(ran) - first], tmp_path / "out"


def test_hidden_tests_tell_misconceptions_apart(tmp_path, monkeypatch):
    runs, out = graded(tmp_path, monkeypatch)
    said = {s: html.unescape((out / "feedback" / f"{s}.html").read_text()) for s in ("ada", "ben", "chen", "dana")}
    assert "This looks like: adds two. Twice, not two more." in said["ben"].replace("<b>", "").replace("</b>", "")
    assert "squares" in said["chen"]
    assert "looks like" not in said["ada"] + said["dana"]
    for text in said.values():
        body = text.split("</style>")[1]
        assert not any(secret in body for secret in ("secret", "21", "42", "x ** 2", "x + 2"))
    assert "adds two" in (out / "report.html").read_text()
    assert runs == [7, 5]  # the known wrong answers are run once


def test_what_was_stored_with_the_lab_needs_no_runs_until_the_lab_changes(tmp_path, monkeypatch):
    lab = make_lab(tmp_path)
    answers = lab.folder / "answers"
    answers.mkdir()
    (answers / "double.py").write_text(ANSWERS)
    hand_in(tmp_path / "submitted", "ben", answered(lab, double="def double(x):\n    return x + 2"))
    ran = []
    real = ForkServer.run
    monkeypatch.setattr(ForkServer, "run", lambda server, cells, **k: ran.append(1) or real(server, cells, **k))

    def grade(out):
        before = len(ran)
        grade_class(SLUG, tmp_path / "submitted", tmp_path / out, tmp_path / "solutions", limits=BRISK)
        page = html.unescape((tmp_path / out / "feedback" / "ben.html").read_text())
        return len(ran) - before, "adds two" in page, "stored with the lab" in page

    assert grade("learned") == (4, True, False)  # the solution, ben, two wrong answers
    outcomes = _outcomes_of(lab, ANSWERS.split("# %%")[1].split("\n", 1)[1])
    tests = {o.grade_id: {"n": len(o.check["expectations"]), "failed": o.check["failed"]} for o in outcomes}
    entry = {"name": "stored with the lab", "hint": "", "tests": tests}
    signatures.write(answers, signatures.origin(lab.cells, answers), {"double": [entry]})
    assert grade("stored") == (2, False, True)
    (answers / "double.py").write_text(ANSWERS + "\n")
    assert grade("changed") == (4, True, False)


def _outcomes_of(lab, text):
    cells = [{**c, "source": text} if c.get("id") == "double" else dict(c) for c in lab.cells]
    execution = run_notebook(cells, lab_folder=lab.folder, limits=BRISK, seed="any")
    return [o for name, o in execution.outcomes.items() if name.startswith("double")]


def test_without_known_answers_nothing_is_guessed(tmp_path):
    lab = make_lab(tmp_path)
    hand_in(tmp_path / "submitted", "ben", answered(lab, double="def double(x):\n    return x + 2"))
    grade_class(SLUG, tmp_path / "submitted", tmp_path / "out", tmp_path / "solutions", limits=BRISK)
    assert "looks like" not in (tmp_path / "out" / "feedback" / "ben.html").read_text()
