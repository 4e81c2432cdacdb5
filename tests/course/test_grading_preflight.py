"""Whatever was damaged around the answers is repaired; whatever can't be read is named."""

from __future__ import annotations

import copy
import json
import os

import nbformat
import pytest
from grading_damage import DAMAGE, UNREADABLE
from grading_demo import SLUG, answered, cell, content, find, hand_in, released

from course.grading.lab import grade_id, nbgrader_metadata
from course.grading.preflight import prepare, transplant

MINE = "def double(x):\n    return x + x  # mine"


def source(prepared, name):
    return next(c["source"] for c in prepared.cells if grade_id(c) == name)


def assert_graded_as_written(prepared, lab):
    """Mine is the answer, and every test is the canonical one, in place and worth what it was."""
    assert prepared.problem is None
    assert source(prepared, "double") == MINE
    for canonical in lab.cells:
        if grade_id(canonical).endswith(("-basic", "-full")):
            mine = next(c for c in prepared.cells if grade_id(c) == grade_id(canonical))
            assert mine["source"] == canonical["source"]
            assert mine["cell_type"] == "code"
            assert nbgrader_metadata(mine)["points"] == nbgrader_metadata(canonical)["points"]


def test_a_well_formed_submission_needs_no_repair(graded_lab):
    prepared = transplant(content(answered(graded_lab, double=MINE)), graded_lab)
    assert_graded_as_written(prepared, graded_lab)
    assert prepared.repairs == []
    assert prepared.unanswered == frozenset()


def test_an_untouched_lab_is_told_apart_from_an_answer(graded_lab):
    prepared = transplant(content(released(graded_lab)), graded_lab)
    assert prepared.repairs == []
    assert prepared.unanswered == {"double", "triple", "why"}


@pytest.mark.parametrize(("damage", "words"), DAMAGE)
def test_damage_is_repaired_and_said_in_plain_words(graded_lab, damage, words):
    notebook = answered(graded_lab, double=MINE, why="Since the bus is slow.")
    damage(notebook)
    prepared = transplant(content(notebook), graded_lab)
    assert_graded_as_written(prepared, graded_lab)
    assert source(prepared, "why") == "Since the bus is slow."
    assert any(words in repair for repair in prepared.repairs), prepared.repairs
    assert len(prepared.repairs) == 1


def test_a_missing_answer_counts_as_not_attempted(graded_lab):
    notebook = answered(graded_lab)
    notebook.cells.remove(find(notebook, "double"))
    prepared = transplant(content(notebook), graded_lab)
    assert "double" in prepared.unanswered
    assert prepared.repairs == ["the answer cell double was missing: counted as not attempted"]


def test_code_that_a_student_added_runs_where_she_put_it(graded_lab):
    notebook = answered(graded_lab, double="def double(x):\n    return helper(x)")
    notebook.cells.insert(3, cell("def helper(x):\n    return x + x"))
    prepared = transplant(content(notebook), graded_lab)
    sources = [c["source"] for c in prepared.cells]
    assert prepared.repairs == []
    assert sources.index("def helper(x):\n    return x + x") == sources.index(source(prepared, "double")) - 1


def test_the_written_copy_of_a_doubled_answer_wins_over_the_stub(graded_lab):
    notebook = answered(graded_lab, double=MINE)
    notebook.cells.append(copy.deepcopy(find(released(graded_lab), "double")))
    assert source(transplant(content(notebook), graded_lab), "double") == MINE


@pytest.mark.parametrize("version", [(4, 0), (4, 4), (3, 0)])
def test_old_formats_are_brought_up(graded_lab, version):
    notebook = answered(graded_lab, double=MINE)
    for c in notebook.cells:
        del c["id"]
    notebook.nbformat_minor = version[1] if version[0] == 4 else 4
    old = nbformat.convert(notebook, 3) if version[0] == 3 else notebook
    prepared = transplant(content(old), graded_lab)
    assert_graded_as_written(prepared, graded_lab)
    assert any("was in format" in repair for repair in prepared.repairs)


@pytest.mark.parametrize(("data", "problem"), UNREADABLE)
def test_what_cannot_be_read_is_named(graded_lab, data, problem):
    assert problem in (transplant(data, graded_lab).problem or "")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_off_upload_is_named(graded_lab, share):
    whole = content(answered(graded_lab))
    assert "cut off" in transplant(whole[: int(len(whole) * share)], graded_lab).problem


@pytest.mark.parametrize("odd", [None, 7, "text", {"cell_type": 3}, {"cell_type": "code", "source": 9, "metadata": []}])
def test_odd_cells_do_not_stop_the_rest(graded_lab, odd):
    notebook = json.loads(content(answered(graded_lab, double=MINE)))
    notebook["cells"].insert(2, odd)
    assert_graded_as_written(transplant(json.dumps(notebook).encode(), graded_lab), graded_lab)


def test_a_huge_file_is_not_opened(graded_lab, tmp_path):
    path = hand_in(tmp_path, "mallory", b"{")
    os.truncate(path, 200_000_000)
    assert "too large: 200 MB" in prepare(path.parent, graded_lab).problem


def test_one_notebook_with_another_name_is_taken(graded_lab, tmp_path):
    path = hand_in(tmp_path, "hana", answered(graded_lab), name="Untitled (3).ipynb")
    prepared = prepare(path.parent, graded_lab)
    assert prepared.problem is None
    assert prepared.repairs == [f"the notebook was called Untitled (3).ipynb: graded as {SLUG}.ipynb"]


def test_two_notebooks_with_other_names_are_left_to_a_person(graded_lab, tmp_path):
    for name in ("a.ipynb", "b.ipynb"):
        path = hand_in(tmp_path, "ines", answered(graded_lab), name=name)
    assert "none of the 2 notebooks" in prepare(path.parent, graded_lab).problem


def test_nothing_handed_in_and_links_are_named(graded_lab, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / f"{SLUG}.ipynb").symlink_to(graded_lab.folder / f"{SLUG}.ipynb")
    assert "holds no notebook" in prepare(tmp_path / "empty", graded_lab).problem
    assert "no folder" in prepare(tmp_path / "absent", graded_lab).problem
    assert "not an ordinary file" in prepare(tmp_path / "link", graded_lab).problem
