"""A class in, and out come a gradebook that nbgrader opens, tables, feedback and a report."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import warnings
from pathlib import Path

import nbformat
import pytest
from grading_demo import BRISK, SLUG, answered, content, find, hand_in, make_lab, released
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins.export import CsvExportPlugin
from traitlets.config.loader import PyFileConfigLoader

from course.__main__ import run
from course.grading import cache, tables
from course.grading.command import grade_class
from course.grading.execute import Limits
from course.grading.server import ForkServer
from course.project import CourseError

WRONG = "def double(x):\n    return x + 2"


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    """Seven students, graded once; tests only read what came out."""
    root = tmp_path_factory.mktemp("class")
    lab = make_lab(root)
    submissions = root / "submitted"
    hand_in(submissions, "ada", answered(lab))
    hand_in(submissions, "ben", released(lab))
    hand_in(submissions, "chen", answered(lab, double=WRONG))
    hand_in(submissions, "dana", answered(lab, double=WRONG + "  # mine"))
    hand_in(submissions, "emil", answered(lab, triple="def triple(x):\n    os._exit(1)"))
    hand_in(submissions, "farah", content(answered(lab))[:700])
    damaged = answered(lab)
    damaged.cells.remove(find(damaged, "double-basic"))
    hand_in(submissions, "goran <b>", damaged)
    (submissions / "hana").mkdir()
    out = root / "out"
    graded = grade_class(SLUG, submissions, out, root / "solutions", jobs=2, limits=BRISK)
    return graded, out, submissions, root


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_triage_gives_every_student_one_status(graded_class):
    _, out, _, _ = graded_class
    assert tuple(rows(out / "triage.csv")[0]) == ("student_id", "status", "reason")
    assert {r["student_id"]: r["status"] for r in rows(out / "triage.csv")} == {
        "ada": "graded",
        "ben": "graded",
        "chen": "graded",
        "dana": "graded",
        "emil": "crashed",
        "farah": "unreadable",
        "goran <b>": "repaired",
        "hana": "unreadable",
    }


def test_scores_have_the_columns_and_figures_of_nbgrader_export(graded_class, tmp_path):
    _, out, _, _ = graded_class
    export = CsvExportPlugin(to=str(tmp_path / "grades.csv"))
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        export.export(book)
    theirs, ours = rows(tmp_path / "grades.csv"), rows(out / "scores.csv")
    assert tuple(theirs[0]) == tables.SCORES
    unreadable = {"farah", "hana"}
    figures = {r["student_id"]: r for r in theirs if r["student_id"] not in unreadable}
    assert {r["student_id"]: r for r in ours if r["student_id"] not in unreadable} == figures
    assert {r["score"] for r in ours if r["student_id"] in unreadable} == {""}


def test_questions_list_every_student_and_graded_cell(graded_class):
    graded, out, _, _ = graded_class
    found = rows(out / "questions.csv")
    assert tuple(found[0]) == ("student_id", "grade_id", "score", "max_score", "status")
    assert len(found) == len(graded.graded) * 4
    by_cell = {(r["student_id"], r["grade_id"]): (r["score"], r["status"]) for r in found}
    assert by_cell["ada", "double-full"] == ("2.0", "passed")
    assert by_cell["ada", "why"] == ("", "manual")
    assert by_cell["ben", "why"] == ("0.0", "not_attempted")
    assert by_cell["chen", "double-basic"] == ("1.0", "passed")
    assert by_cell["chen", "double-full"] == ("0.0", "failed")
    assert by_cell["emil", "triple-basic"] == ("0.0", "crashed")
    assert by_cell["hana", "double-full"] == ("", "unreadable")


def test_nbgrader_opens_the_gradebook(graded_class):
    _, out, _, _ = graded_class
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert book.find_assignment(SLUG).max_score == 7
        submission = book.find_submission(SLUG, "ada")
        assert (submission.score, submission.needs_manual_grade) == (4, True)
        assert book.find_grade("double-full", SLUG, SLUG, "ada").auto_score == 2
        assert book.find_grade("why", SLUG, SLUG, "ada").needs_manual_grade
        assert not book.find_grade("why", SLUG, SLUG, "ben").needs_manual_grade
        assert book.find_comment("double", SLUG, SLUG, "ben").auto_comment == "No response."
        assert book.find_source_cell("double", SLUG, SLUG).source.endswith("raise NotImplementedError()")
        assert len(book.submission_dicts(SLUG)) == 8


def test_the_executed_notebook_lies_where_formgrader_looks(graded_class):
    _, out, _, _ = graded_class
    for student in ("ada", "farah", "goran <b>"):
        notebook = nbformat.read(out / "autograded" / student / SLUG / f"{SLUG}.ipynb", as_version=4)
        nbformat.validate(notebook)
    ada = nbformat.read(out / "autograded" / "ada" / SLUG / f"{SLUG}.ipynb", as_version=4)
    kinds = [o.output_type for o in find(ada, "double-full").outputs]
    assert kinds == ["display_data", "execute_result"]
    configuration = (out / "nbgrader_config.py").read_text()
    assert "c.CourseDirectory.submitted_directory = '../submitted'" in configuration


def test_formgrader_lists_the_class(graded_class, monkeypatch):
    """nbgrader's own view of the folder, as `jupyter lab` started there would show it."""
    _, out, _, _ = graded_class
    monkeypatch.chdir(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = PyFileConfigLoader("nbgrader_config.py", path=str(out)).load_config()
        api = NbGraderAPI(CourseDirectory(config=loaded, root=str(out)))
        submissions = {s["student"]: s for s in api.get_submissions(SLUG)}
        assignment = api.get_assignment(SLUG)
    assert assignment["num_submissions"] == 7  # hana has no folder at all
    assert all(submissions[s]["autograded"] for s in ("ada", "ben", "emil", "farah", "goran <b>"))
    assert (submissions["ada"]["score"], submissions["ada"]["needs_manual_grade"]) == (4, True)
    assert submissions["farah"]["needs_manual_grade"]


def test_feedback_tells_nothing_of_a_hidden_test(graded_class):
    _, out, _, _ = graded_class
    text = html.unescape((out / "feedback" / "chen.html").read_text())
    assert "double of 2 is 4" in text
    assert "A hidden test found a difference" in text
    for secret in ("secret", "21", "42", "BEGIN HIDDEN"):
        assert secret not in text.split("</style>")[1]


def test_feedback_of_an_unreadable_notebook_is_no_zero(graded_class):
    _, out, _, _ = graded_class
    text = (out / "feedback" / "farah.html").read_text()
    assert "cut off" in text
    assert "not a 0" in text


def test_names_cannot_break_out_of_a_page(graded_class):
    _, out, _, _ = graded_class
    for page in (out / "report.html", out / "feedback" / "goran <b>.html"):
        assert "goran <b>" not in page.read_text()
        assert "goran &lt;b&gt;" in page.read_text()


def test_the_report_groups_identical_failures_and_needs_no_network(graded_class):
    _, out, _, _ = graded_class
    text = (out / "report.html").read_text()
    assert "<b>2 students</b>: chen, dana" in text
    assert not re.search(r'(src|href)="(https?:)?//|<script|<link|@import', text)
    assert 'role="img" aria-label="Students by per cent' in text


def test_a_mark_that_a_person_gave_survives_grading_again(graded_class, tmp_path):
    _, _, submissions, root = graded_class
    out = tmp_path / "out"
    grade_class(SLUG, submissions, out, root / "solutions", limits=BRISK)
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        grade = book.find_grade("why", SLUG, SLUG, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        book.find_comment("why", SLUG, SLUG, "ada").manual_comment = "Good."
        book.db.commit()
    grade_class(SLUG, submissions, out, root / "solutions", limits=BRISK, resume=True)
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        assert book.find_grade("why", SLUG, SLUG, "ada").score == 2.5
        assert book.find_grade("why", SLUG, SLUG, "ada").needs_manual_grade  # nbgrader asks to look again
        assert book.find_comment("why", SLUG, SLUG, "ada").comment == "Good."
    ada = next(r for r in rows(out / "scores.csv") if r["student_id"] == "ada")
    assert ada["score"] == "6.5"
    feedback = (out / "feedback" / "ada.html").read_text()
    assert "2.5 of 3 points" in feedback
    assert "<b>From your instructor:</b> Good." in feedback
    waiting = sum(r["grade_id"] == "why" and r["score"] == "" for r in rows(out / "questions.csv"))
    assert f"<b>{waiting - 2}</b><span>written answers to mark" in (out / "report.html").read_text()  # two unreadable


def test_grading_again_after_a_corrected_test_names_each_difference(tmp_path, capsys):
    lab = make_lab(tmp_path)
    submissions, out = tmp_path / "submitted", tmp_path / "out"
    for student, answers in {
        "ada": {},
        "ben": {"double": WRONG},
        "chen": {"triple": "def triple(x):\n    return 7"},
    }.items():
        hand_in(submissions, student, answered(lab, **answers))
    arguments = ["grade", "--root", str(tmp_path), SLUG, "--submissions", str(submissions), "--out", str(out)]
    assert run(arguments) == 0
    assert "Different" not in capsys.readouterr().out
    assert not (out / "changes.csv").exists()
    path = lab.folder / f"{SLUG}.ipynb"
    path.write_text(
        path.read_text().replace("c.call(triple, 2).equal(6,", "c.call(triple, 2).satisfies(lambda t: t > 5,")
    )
    assert run([*arguments, "--resume"]) == 0
    said = capsys.readouterr().out
    assert "Different from the last time:\n  chen: +1 points (triple-basic 0 → 1)\n" in said
    assert (out / "changes.csv").read_text() == "student_id,grade_id,before,after\nchen,triple-basic,0.0,1.0\n"
    assert "What grading again changed" in (out / "report.html").read_text()
    assert run([*arguments, "--resume"]) == 0
    assert "Different" not in capsys.readouterr().out
    assert not (out / "changes.csv").exists()


def test_resume_runs_only_what_is_new(graded_class, tmp_path, monkeypatch):
    _, _, submissions, root = graded_class
    out = tmp_path / "out"
    monkeypatch.setattr(cache, "_sources", lambda: "the same code in both runs")
    first = grade_class(SLUG, submissions, out, root / "solutions", limits=BRISK)
    ran = []
    real = ForkServer.run
    monkeypatch.setattr(ForkServer, "run", lambda server, cells, **k: ran.append(1) or real(server, cells, **k))
    again = grade_class(SLUG, submissions, out, root / "solutions", limits=BRISK, resume=True)
    assert ran == []
    assert again.graded == first.graded
    stored = next((out / ".cache").glob("*.json"))
    stored.write_text(stored.read_text()[:50])  # a file that a full disk left behind
    grade_class(SLUG, submissions, out, root / "solutions", limits=BRISK, resume=True)
    assert ran == [1]


def test_a_lab_that_does_not_run_here_grades_nobody(tmp_path):
    lab = make_lab(tmp_path)
    broken = json.loads((lab.folder / f"{SLUG}.ipynb").read_text())
    broken["cells"][1]["source"] = "import no_such_module"
    (lab.folder / f"{SLUG}.ipynb").write_text(json.dumps(broken))
    hand_in(tmp_path / "submitted", "ada", answered(lab))
    with pytest.raises(CourseError, match=r"own solution loses 2 of 3 tests .*no_such_module"):
        grade_class(SLUG, tmp_path / "submitted", tmp_path / "out", tmp_path / "solutions", limits=Limits())
    assert not (tmp_path / "out" / "scores.csv").exists()


@pytest.mark.parametrize(
    ("lab", "folder", "sentence"),
    [
        ("99_none", "submitted", "there is no lab '99_none'"),
        (SLUG, "nowhere", "there is no folder"),
        (SLUG, "empty", "is empty"),
        (SLUG, "other", f"no folder in .* holds {SLUG}"),
    ],
)
def test_a_mistake_at_the_keyboard_gets_one_sentence(tmp_path, capsys, lab, folder, sentence):
    made = make_lab(tmp_path)
    hand_in(tmp_path / "submitted", "ada", answered(made))
    (tmp_path / "empty").mkdir()
    (tmp_path / "other" / "ada").mkdir(parents=True)
    arguments = ["--root", str(tmp_path), lab, "--submissions", str(tmp_path / folder), "--out", str(tmp_path / "out")]
    assert run(["grade", *arguments]) == 2
    said = capsys.readouterr().err.strip()
    assert re.search(sentence, said)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("name", [b"\xff\xfe", b"n" * 250])
def test_a_folder_whose_name_no_table_can_hold_is_named_before_anybody_is_graded(tmp_path, capsys, name):
    lab = make_lab(tmp_path)
    hand_in(tmp_path / "submitted", "ada", answered(lab))
    (tmp_path / "submitted" / os.fsdecode(name) / SLUG).mkdir(parents=True)
    folders = ["--submissions", str(tmp_path / "submitted"), "--out", str(tmp_path / "out")]
    assert run(["grade", "--root", str(tmp_path), SLUG, *folders]) == 2
    assert "has a name that no page or table can hold: rename it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
