"""What happens to notebooks between the release and the hand-in: around the answers, and to the whole file."""

from __future__ import annotations

import copy

from grading_demo import find


def delete_test(notebook):
    notebook.cells.remove(find(notebook, "double-basic"))


def edit_test(notebook):
    find(notebook, "double-basic").source = "1.0"


def copy_test(notebook):
    notebook.cells.append(copy.deepcopy(find(notebook, "double-basic")))
    notebook.cells[-1].id = "copied"


def turn_test_to_markdown(notebook):
    test = find(notebook, "double-basic")
    test.cell_type = "markdown"
    del test["outputs"], test["execution_count"]


def turn_answer_to_markdown(notebook):
    answer = find(notebook, "double")
    answer.cell_type = "markdown"
    del answer["outputs"], answer["execution_count"]


def rename_test(notebook):
    find(notebook, "double-basic").metadata.nbgrader.grade_id = "double-easy"


def rename_answer(notebook):
    find(notebook, "double").metadata.nbgrader.grade_id = "doubled"


def raise_points(notebook):
    find(notebook, "double-full").metadata.nbgrader.points = 50


def strip_metadata(notebook):
    for c in notebook.cells:
        c.metadata = {}


def strip_metadata_and_ids(notebook):
    for number, c in enumerate(notebook.cells):
        c.metadata = {}
        c.id = f"new-{number}"


def move_cells(notebook):
    notebook.cells.insert(1, notebook.cells.pop(notebook.cells.index(find(notebook, "triple"))))


def edit_given(notebook):
    find(notebook, "setup").source += "\nfactor = 3"


DAMAGE = [
    (delete_test, "the test cell double-basic was missing: put back"),
    (edit_test, "the test cell double-basic had been edited: the released one was used"),
    (copy_test, "a copy of a cell of the lab (double-basic) was left out"),
    (turn_test_to_markdown, "the test cell double-basic had been turned to markdown"),
    (turn_answer_to_markdown, "the answer cell double had been turned to markdown"),
    (rename_test, "the test cell double-basic had been renamed to double-easy"),
    (rename_answer, "the answer cell double had been renamed to doubled"),
    (raise_points, "the points of double-full had been changed to 50: graded out of 2"),
    (strip_metadata, "nbgrader's marks were missing from 7 of 7 cells"),
    (strip_metadata_and_ids, "nbgrader's marks were missing from 7 of 7 cells"),
    (move_cells, "cells had been moved"),
    (edit_given, "the locked cell setup had been edited"),
]
"""Damage -> what the repair says."""

UNREADABLE = [
    (b"", "empty (zero bytes)"),
    (b"  \n", "only white space"),
    (b"<!DOCTYPE html><html><body>Login</body></html>", "web page (HTML)"),
    (b"\xff\xfe{\x00", "not UTF-8"),
    (b"PK\x03\x04rest of an archive", "not a notebook"),
    (b"[1, 2]", "not a notebook"),
    (b'{"name": "x"}', "no list of cells"),
    (b'{"cells": [], "nbformat": 4, "nbformat_minor": 5}', "has no cells"),
    (
        b'{"cells": [{"cell_type": "code", "source": "x=1"}], "nbformat": 4, "nbformat_minor": 5}',
        "none of the answers",
    ),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"cells": 3,, "nbformat": 4}', "damaged"),
]
"""Bytes of a file -> what triage says of it."""
