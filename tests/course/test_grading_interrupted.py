"""Killed at any instant, grading leaves no process behind, and --resume ends with what an undisturbed run gives."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading_demo import SLUG, alive, answered, hand_in, make_lab
from nbgrader.api import Gradebook

MARKER = f"5150.{os.getpid()}"
"""Seconds that a stray process sleeps, so that it can be told from any other."""
SLOW = f"""\
def triple(x):
    subprocess.Popen(['sleep', '{MARKER}'], start_new_session=True)
    time.sleep(1)
    return 3 * x"""


def command(root: Path, out: str, *more: str) -> list[str]:
    arguments = [SLUG, "--submissions", str(root / "submitted"), "--out", str(root / out), "--jobs", "2", *more]
    return [sys.executable, "-m", "course", "grade", "--root", str(root), *arguments]


def wait_for(condition, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A class of six, each for a second or more, and what grading it gives when nobody disturbs it."""
    root = tmp_path_factory.mktemp("interrupted")
    lab = make_lab(root)
    for number in range(6):
        hand_in(root / "submitted", f"s{number}", answered(lab, triple=f"{SLOW}  # {number}"))
    began = time.monotonic()
    subprocess.run(command(root, "whole"), check=True, capture_output=True, timeout=240)
    return root, time.monotonic() - began


def files(out: Path) -> dict[str, str]:
    """Everything that a run leaves for people, times and the gradebook's bytes apart."""
    found = {}
    for path in sorted(p for p in out.rglob("*") if p.is_file() and ".cache" not in p.parts):
        name = path.relative_to(out).as_posix()
        if path.suffix == ".db":
            found[name] = "\n".join(map(str, scores(path)))
        elif name not in ("report.html", "nbgrader_config.py"):
            found[name] = re.sub(r"\d+\.\d+ m?s|in \S+ s", "", path.read_text())
    assert {"gradebook.db", "scores.csv", "questions.csv", "triage.csv", "feedback/s0.html"} <= found.keys()
    return found


def scores(database: Path) -> list[tuple[str, str, float | None, bool]]:
    with Gradebook(f"sqlite:///{database}") as book:
        return sorted(
            (s.student.id, g.name, g.auto_score, g.needs_manual_grade)
            for s in book.assignment_submissions(SLUG)
            for n in s.notebooks
            for g in n.grades
        )


@pytest.mark.class_run
def test_killed_at_ten_instants_and_resumed_it_ends_with_the_same_files(undisturbed):
    """Ten kills in one run, each resuming what the last one left, at instants spread over all that a run does."""
    root, whole_s = undisturbed
    instants = random.Random(4).sample([whole_s * (k + 0.5) / 12 for k in range(12)], 10)
    for seconds in instants:
        process = subprocess.Popen(
            command(root, "killed", "--resume"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.kill()
        process.wait()
        assert wait_for(lambda: not alive(MARKER), 10), "a student's process outlived the grader"
    subprocess.run(command(root, "killed", "--resume"), check=True, capture_output=True, timeout=240)
    assert files(root / "killed") == files(root / "whole")


@pytest.mark.class_run
def test_killed_while_it_writes_its_results_it_is_resumed_to_the_same_files(undisturbed):
    """Nothing is left to run, so every kill falls into the gradebook, the notebooks, the pages or the tables."""
    root, _ = undisturbed
    subprocess.run(command(root, "written"), check=True, capture_output=True, timeout=240)
    began = time.monotonic()
    subprocess.run(command(root, "written", "--resume"), check=True, capture_output=True, timeout=240)
    again_s = time.monotonic() - began
    for share in (0.5, 0.6, 0.7, 0.8, 0.9):
        for name in ("scores.csv", "feedback/s0.html", "gradebook.db"):
            (root / "written" / name).unlink(missing_ok=True)
        process = subprocess.Popen(
            command(root, "written", "--resume"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        time.sleep(again_s * share)
        process.kill()
        process.wait()
    subprocess.run(command(root, "written", "--resume"), check=True, capture_output=True, timeout=240)
    assert files(root / "written") == files(root / "whole")


@pytest.mark.class_run
def test_ctrl_c_says_how_to_go_on_and_leaves_what_was_graded(undisturbed):
    root, _ = undisturbed
    process = subprocess.Popen(command(root, "stopped"), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    cached = root / "stopped" / ".cache"
    reached = wait_for(lambda: process.poll() is not None or (len(list(cached.glob("*.json"))) >= 3 and alive(MARKER)))
    assert reached and process.poll() is None, process.communicate(timeout=30)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip().splitlines() == [
        "course: interrupted. What was graded is kept: say the same with --resume to go on."
    ]
    assert wait_for(lambda: not alive(MARKER), 10), "a student's process outlived the grader"
    before = {p: p.stat().st_mtime_ns for p in cached.glob("*.json") if p.name != "before.json"}
    subprocess.run(command(root, "stopped", "--resume"), check=True, capture_output=True, timeout=240)
    assert {p: p.stat().st_mtime_ns for p in before} == before, "what had been run was run again"
    assert files(root / "stopped") == files(root / "whole")
