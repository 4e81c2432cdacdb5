"""A class on a Dask cluster gets what it gets on one machine, also when a worker is killed in the middle."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading_demo import BRISK, SLUG, answered, hand_in, make_lab, released

from course.__main__ import run
from course.grading import cluster
from course.grading.command import grade_class
from course.project import CourseError

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("scores.csv", "questions.csv", "triage.csv")
SLEEPY = "def triple(x):\n    time.sleep(1)\n    return 3 * x"


class Workers:
    """A scheduler and its workers, each a process of its own, as `dask scheduler` and `dask worker` start them."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", self.address, "--no-dashboard", "--no-show")

    def add(self) -> subprocess.Popen[bytes]:
        """One more worker with one thread; without a nanny, which would start it again when it is killed."""
        self.workers.append(
            self._start(
                "worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"
            )
        )
        return self.workers[-1]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.terminate()
        for process in [*self.workers, self.scheduler]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


@pytest.fixture
def workers():
    started = Workers()
    yield started
    started.close()


def fork_servers_of(worker: subprocess.Popen[bytes]) -> list[str]:
    """Processes below a worker that run students' code."""
    said = subprocess.run(["ps", "-eo", "ppid=,pid=,args="], capture_output=True, text=True).stdout
    return [line for line in said.splitlines() if line.split()[0] == str(worker.pid)]


@pytest.mark.class_run
def test_a_worker_that_is_killed_costs_nobody_a_point(tmp_path, workers):
    lab = make_lab(tmp_path)
    submissions = tmp_path / "submitted"
    for number in range(6):
        hand_in(submissions, f"s{number}", answered(lab, triple=f"{SLEEPY}  # {number}"))
    hand_in(submissions, "untouched", released(lab))
    hand_in(submissions, "crash", answered(lab, double="def double(x):\n    os._exit(1)"))
    hand_in(submissions, "broken", b"")
    hand_in(
        submissions, "data", answered(lab, triple="def triple(x):\n    return int(open('numbers.csv').read()[-2]) * x")
    )
    grade_class(SLUG, submissions, tmp_path / "alone", tmp_path / "solutions", jobs=2, limits=BRISK)

    first = workers.add()
    workers.add()
    command = [
        sys.executable,
        "-m",
        "course",
        "grade",
        "--root",
        str(tmp_path),
        SLUG,
        "--submissions",
        str(submissions),
    ]
    limits = ["--cell-seconds", "2", "--notebook-seconds", "60"]
    grading = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--scheduler", workers.address, *limits],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    cached = tmp_path / "out" / ".cache"
    end = time.monotonic() + 120
    while not (len(list(cached.glob("*.json"))) > 3 and fork_servers_of(first)) and time.monotonic() < end:
        time.sleep(0.1)
    assert grading.poll() is None, grading.communicate()
    first.send_signal(signal.SIGKILL)
    said, errors = grading.communicate(timeout=240)
    assert grading.returncode == 0, errors
    assert "10 submissions" in said
    assert re.search("sandbox|NOT isolated", said)
    for table in TABLES:
        assert (tmp_path / "out" / table).read_text() == (tmp_path / "alone" / table).read_text()


def test_a_worker_with_another_version_of_the_course_grades_nothing(tmp_path, monkeypatch):
    """What `execute` does on a worker, called here: it compares before it runs."""
    from course.grading.execute import Limits

    asked = cluster.context(Limits()).replace('"torch": "', '"torch": "0.')
    job = cluster.json.dumps(
        {"cells": [], "data": "", "seed": "", "limits": cluster.asdict(Limits()), "context": asked}
    )
    reply = cluster.json.loads(cluster.execute(job))
    assert re.search(r"the worker on \S+ has torch \S+ instead of 0\.", reply["refused"])
    assert "Give all workers the grader's checkout" in reply["refused"]


def test_an_address_without_a_scheduler_gets_one_sentence(tmp_path, capsys, monkeypatch):
    lab = make_lab(tmp_path)
    hand_in(tmp_path / "submitted", "ada", answered(lab))
    arguments = [
        "--root",
        str(tmp_path),
        SLUG,
        "--submissions",
        str(tmp_path / "submitted"),
        "--out",
        str(tmp_path / "o"),
    ]
    assert run(["grade", *arguments, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    said = capsys.readouterr().err.strip()
    assert re.fullmatch(r"course: .*tcp://127\.0\.0\.1:9.*", said)


def test_a_scheduler_without_workers_gets_one_sentence(workers, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.5)
    with pytest.raises(CourseError, match="or has no worker: start one"):
        for _ in range(50):  # until the scheduler listens
            try:
                cluster._connect(workers.address)
            except CourseError as error:
                if "there is no" not in str(error):
                    raise
            time.sleep(0.2)
