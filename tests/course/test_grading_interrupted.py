"""Killed at any instant, grading leaves no process behind, and --resume ends with what an undisturbed run gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading_demo import SLUG, alive, answered, hand_in, make_lab

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


@pytest.mark.class_run
def test_a_killed_run_is_resumed_to_the_same_tables(tmp_path):
    lab = make_lab(tmp_path)
    for number in range(6):
        hand_in(tmp_path / "submitted", f"s{number}", answered(lab, triple=f"{SLOW}  # {number}"))
    subprocess.run(command(tmp_path, "whole"), check=True, capture_output=True, timeout=120)

    process = subprocess.Popen(command(tmp_path, "cut"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    cached = tmp_path / "cut" / ".cache"
    assert wait_for(lambda: len(list(cached.glob("*.json"))) >= 3 and alive(MARKER))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert wait_for(lambda: not alive(MARKER), 10), "a student's process outlived the grader"
    assert not (tmp_path / "cut" / "scores.csv").exists()

    subprocess.run(command(tmp_path, "cut", "--resume"), check=True, capture_output=True, timeout=120)
    for table in ("scores.csv", "questions.csv", "triage.csv"):
        assert (tmp_path / "cut" / table).read_text() == (tmp_path / "whole" / table).read_text()
