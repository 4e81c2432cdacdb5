"""The sample class of lab 01: twelve students, each with the status that its damage deserves."""

from __future__ import annotations

import re

import pytest

from course.__main__ import run

EXPECTED = {
    "ada": "graded",
    "ben": "graded",
    "chen": "graded",
    "dana": "graded",
    "emil": "graded",
    "farah": "repaired",
    "goran": "repaired",
    "hana": "repaired",
    "ivan": "timed_out",
    "jude": "crashed",
    "kaya": "unreadable",
    "lena": "repaired",
}


@pytest.mark.class_run
def test_the_sample_class_shows_every_case(tmp_path, capsys):
    assert run(["class", "--out", str(tmp_path), "--cell-seconds", "3"]) == 0
    said = capsys.readouterr().out
    rows = {m[1]: (m[2], m[3]) for m in re.finditer(r"^(\w+) +(?:[\d.]+ +)?(?:(\d+)% +)?(\w+)", said, re.MULTILINE)}
    assert {name: rows[name][1] for name in EXPECTED} == EXPECTED
    assert rows["ada"][0] == rows["goran"][0] == rows["lena"][0] == "100"
    assert rows["ben"][0] == "0"
    assert "report.html" in said
