"""The same class graded by root, by an ordinary user and without bubblewrap: the same marks, and the last says so."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading_attacks import TAMPERING, WRONG
from grading_demo import SLUG, alive, answered, content, find, hand_in, make_lab

from course.grading import sandbox

pytestmark = pytest.mark.class_run
REPOSITORY = Path(__file__).resolve().parents[2]
MARKER = f"5153.{os.getpid()}"
NOBODY = 65534
SCORES = {
    "ada": ("graded", {"double-basic": "1.0", "double-full": "2.0", "triple-basic": "1.0", "why": ""}),
    "ben": ("graded", {"double-basic": "1.0", "double-full": "0.0", "triple-basic": "1.0", "why": ""}),
    "crash": ("crashed", {"double-basic": "1.0", "double-full": "2.0", "triple-basic": "0.0", "why": ""}),
    "cut": ("unreadable", {"double-basic": "", "double-full": "", "triple-basic": "", "why": ""}),
    "damaged": ("repaired", {"double-basic": "1.0", "double-full": "2.0", "triple-basic": "1.0", "why": ""}),
    "forger": ("needs_human", {"double-basic": "0.0", "double-full": "0.0", "triple-basic": "1.0", "why": ""}),
    "loop": ("timed_out", {"double-basic": "0.0", "double-full": "0.0", "triple-basic": "1.0", "why": ""}),
    "stray": ("graded", {"double-basic": "1.0", "double-full": "2.0", "triple-basic": "1.0", "why": ""}),
}


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A class in a folder that every account reaches: pytest's own are for one only."""
    folder = Path(tempfile.mkdtemp(prefix="class-of-accounts-"))
    folder.chmod(0o755)
    lab = make_lab(folder)
    damaged = answered(lab)
    damaged.cells.remove(find(damaged, "double-basic"))
    stray = f"subprocess.Popen(['sleep', '{MARKER}'], start_new_session=True)"
    for student, notebook in {
        "ada": answered(lab),
        "ben": answered(lab, double=WRONG.replace("5", "x + 2")),
        "crash": answered(lab, triple="def triple(x):\n    os._exit(1)"),
        "cut": content(answered(lab))[:700],
        "damaged": damaged,
        "forger": answered(lab, double=TAMPERING["comparison replaced"]),
        "loop": answered(lab, double="def double(x):\n    while True: pass"),
        "stray": answered(lab, double=f"def double(x):\n    return 2 * x\n{stray}"),
    }.items():
        hand_in(folder / "submitted", student, notebook)
    yield folder
    shutil.rmtree(folder)


def grade(root: Path, name: str, **options) -> str:
    """Grade with the command, as `options` say, and give what it said."""
    out = root / name
    out.mkdir()
    if "user" in options:
        os.chown(out, options["user"], options["group"])
    command = [options.pop("python", sys.executable), "-m", "course", "grade", "--root", str(root), SLUG]
    command += ["--submissions", str(root / "submitted"), "--out", str(out), "--jobs", "2", "--cell-seconds", "4"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=400, **options)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    return done.stdout


def results(out: Path) -> dict[str, tuple[str, dict[str, str]]]:
    with (out / "triage.csv").open(newline="") as file:
        found = {row["student_id"]: (row["status"], {}) for row in csv.DictReader(file)}
    with (out / "questions.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["student_id"]][1][row["grade_id"]] = row["score"]
    return found


def nobody_is_left() -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end and alive(MARKER):
        time.sleep(0.1)
    return alive(MARKER) == []


def python_of_an_ordinary_user() -> tuple[str, dict[str, str]]:
    """An interpreter that an ordinary user may start, with this one's packages; skips where there is none."""
    packages = next(p for p in sys.path if p.endswith("site-packages"))
    named = f"python{sys.version_info.major}.{sys.version_info.minor}"
    tried = [sys.executable, *(str(p) for p in map(Path, ("/usr/bin", "/usr/local/bin")) for p in [p / named])]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
    trial = [f"import os, numpy, nbgrader; os.listdir({str(REPOSITORY / 'course')!r})"]
    for python in tried:
        try:
            subprocess.run(
                [python, "-c", *trial],
                cwd="/",
                env=environment,
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                check=True,
                capture_output=True,
                timeout=120,
            )
            return python, environment
        except (OSError, subprocess.SubprocessError):
            continue
    pytest.skip("no Python of this version, or not this repository, can be reached by an ordinary user")


def test_whoever_runs_the_tests(root: Path):
    said = grade(root, "mine")
    assert results(root / "mine") == SCORES
    assert any(sentence in said for sentence in sandbox.SENTENCES.values())
    assert nobody_is_left()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user; the test above ran as one")
def test_an_ordinary_user(root: Path):
    python, environment = python_of_an_ordinary_user()
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    said = grade(root, "ordinary", python=python, env=environment, **who)
    assert results(root / "ordinary") == SCORES
    assert (root / "ordinary" / "gradebook.db").stat().st_uid == NOBODY
    if shutil.which("bwrap"):
        assert "NOT isolated" not in said
    assert nobody_is_left()


def test_without_bubblewrap_on_the_path(root: Path):
    programs = root / "programs"
    programs.mkdir()
    for name in ("sh", "sleep"):
        (programs / name).symlink_to(shutil.which(name) or name)
    said = grade(root, "bare", env={**os.environ, "PATH": str(programs)})
    assert results(root / "bare") == SCORES
    assert sandbox.SENTENCES["none"] in said
    assert "NOT isolated" in (root / "bare" / "report.html").read_text()
    assert nobody_is_left()
