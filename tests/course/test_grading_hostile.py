"""A class that mixes all that can be handed in, graded by the command: everybody gets what is due, nothing is left."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from grading_demo import SLUG, alive, hand_in, make_lab
from grading_mixed_class import NOISY, Case, honest, hostile, lab_cells, spies, table, write
from test_grading_agreement import CONFIG, scores

pytestmark = pytest.mark.class_run
MARKER = f"5151.{os.getpid()}"
"""Seconds that a stray process sleeps, so that it can be told from any other."""
CELL_SECONDS = 6.0
LONGEST_SECONDS = 900
"""An upper bound with much room: the class takes two to three minutes on two idle cores."""
GRADER_BYTES = 500_000_000


@dataclass(frozen=True)
class Outcome:
    """What the command left behind."""

    root: Path
    cases: dict[str, Case]
    code: int
    said: str
    seconds: float
    peak_bytes: int

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.root / "out" / name).read_text(), newline="")))


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Outcome:
    root = tmp_path_factory.mktemp("hostile")
    lab = make_lab(root, lab_cells())
    for name, notebook in honest(lab).items():
        hand_in(root / "submitted", name, notebook)
    cases = table(lab, CELL_SECONDS) | hostile(lab, MARKER) | spies(lab, root)
    write(root / "submitted", cases)
    (root / "tmp").mkdir()
    command = [sys.executable, "-m", "course", "grade", "--root", str(root), SLUG, "--jobs", "2"]
    command += ["--submissions", str(root / "submitted"), "--out", str(root / "out")]
    command += ["--cell-seconds", f"{CELL_SECONDS:g}", "--notebook-seconds", "90"]
    began = time.monotonic()
    with (root / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, "TMPDIR": str(root / "tmp")})
        peak_bytes = 0
        while process.poll() is None:
            peak_bytes = max(peak_bytes, peak(process.pid))
            if time.monotonic() - began > LONGEST_SECONDS:
                process.kill()
            time.sleep(0.05)
    seconds = time.monotonic() - began
    print(f"{len(cases)} cases in {seconds:.0f} s, grader's peak {peak_bytes / 1e6:.0f} MB")
    return Outcome(root, cases, process.returncode, (root / "said").read_text(), seconds, peak_bytes)


def peak(pid: int) -> int:
    """Most memory that the process itself ever held: not what wait4 counts, which takes in its children's."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


def test_the_class_is_graded_whole_in_bounded_time(graded: Outcome):
    students = {p.name for p in (graded.root / "submitted").iterdir()}
    assert graded.code == 0, graded.said[-2000:]
    assert {r["student_id"] for r in graded.rows("triage.csv")} == students
    assert {r["student_id"] for r in graded.rows("scores.csv")} == students
    assert f"{len(students)} submissions of {SLUG}" in graded.said
    assert "Traceback" not in graded.said
    assert graded.seconds < LONGEST_SECONDS


def test_each_gets_what_is_due(graded: Outcome):
    """One list of all that differ, since they were graded in one run."""
    triage = {r["student_id"]: r for r in graded.rows("triage.csv")}
    scored: dict[str, dict[str, float | None]] = {}
    for row in graded.rows("questions.csv"):
        topic = row["grade_id"].split("-")[0]
        mine = scored.setdefault(row["student_id"], {})
        mine[topic] = None if row["score"] == "" else (mine.get(topic) or 0.0) + float(row["score"])
    wrong = []
    for name, case in graded.cases.items():
        found, got = triage[name], scored[name]
        due = {"double": case.double, "triple": case.triple, "odd": case.odd}
        if case.status == "unreadable":
            same = set(got.values()) == {None}
        else:
            same = all(points is None or got[topic] == points for topic, points in due.items())
        if case.status not in (None, found["status"]) or not same or case.says not in found["reason"]:
            wrong.append((name, found["status"], found["reason"][:200], got, case.status, case.says, due))
    assert wrong == []


def test_honest_scores_are_those_of_stock_nbgrader(graded: Outcome, tmp_path):
    lab = make_lab(tmp_path, lab_cells())
    names = {f"s{number:02d}": name for number, name in enumerate(honest(lab))}
    for alias, name in names.items():
        if name not in NOISY:
            hand_in(tmp_path / "submitted", alias, honest(lab)[name])
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd())}
    for verb in ("generate_assignment", "autograde"):
        command = [sys.executable, "-m", "nbgrader", verb, SLUG]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=900)
    ours = scores(graded.root / "out" / "gradebook.db")
    stock = {(names[alias], cell): found for (alias, cell), found in scores(tmp_path / "gradebook.db").items()}
    assert len(stock) == (20 - len(NOISY)) * 5
    assert {key: ours[key] for key in stock} == stock
    for name in NOISY:
        assert all(ours[name, test][0] == 1.0 for test in ("double-basic", "triple-basic", "odd-basic"))


def test_nothing_outlives_the_run(graded: Outcome):
    assert alive(MARKER) == []
    assert list((graded.root / "tmp").iterdir()) == []
    assert not [p for p in (graded.root / "out").rglob(".*") if p.name != ".cache"]


def test_the_grader_itself_stays_small(graded: Outcome):
    assert 50_000_000 < graded.peak_bytes < GRADER_BYTES


def test_what_lies_there_instead_of_a_notebook_is_named(graded: Outcome):
    reasons = {r["student_id"]: (r["status"], r["reason"]) for r in graded.rows("triage.csv")}
    for name in ("a pipe", "a folder", "a link"):
        assert reasons[name][0] == "unreadable"
        assert "not an ordinary file" in reasons[name][1]


def test_twins_are_one_group_and_pages_hold_what_people_wrote(graded: Outcome):
    report = (graded.root / "out" / "report.html").read_text()
    assert "twin 1, twin 2" in report
    assert "\x1b" not in report
    assert (graded.root / "out" / "feedback" / "Zoë Ünal 学生 ✓.html").is_file()
