"""Watches the child that runs a submission: limits before, deadlines during, nobody left after."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import random
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from course.grading import shell, wire

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
START_SECONDS = 20.0
"""Time for the child to get its shell ready, before the first cell's clock starts."""
HIGH_FD = 200
"""The result pipe's descriptor lies above the ones that code opens or closes by habit."""


def supervise(connection: int) -> None:
    """Read a job from `connection`, run it in a child, forward its messages, and end with an ``end`` message."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    job = wire.receive(connection)
    home = Path(tempfile.mkdtemp(prefix="submission-"))
    try:
        _copy_data(Path(job["lab_folder"]), home / "work")
        (home / "tmp").mkdir()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.close(connection)
            _become_submission(job, home, writer)
        os.close(writer)
        try:
            reason, position = _watch(reader, connection, job)
        finally:  # whatever happened here, nobody is left behind
            status, peak_bytes = _end(child)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    end = {"reason": reason, "position": position, "status": status, "peak_bytes": peak_bytes}
    wire.send(connection, {"event": "end", **end})


def _watch(reader: int, connection: int, job: dict[str, Any]) -> tuple[str, int | None]:
    """Forward messages until the child is done, dies or is over its time: why it ended, and in which cell."""
    messages = wire.Reader()
    running: int | None = None
    deadline, reason, done = time.monotonic() + START_SECONDS, "died", False
    last = time.monotonic() + job["notebook_seconds"]
    while not done:
        left = min(deadline, last) - time.monotonic()
        ready = select.select([reader, connection], [], [], max(0.0, left))[0]
        if not ready:
            reason = "timed_out"
            break
        if connection in ready:  # the grader went away
            reason = "abandoned"
            break
        chunk = os.read(reader, 65536)
        if not chunk:
            break
        try:
            found = messages.feed(chunk)
        except wire.Broken as error:
            reason = f"broken: {error}"
            break
        for message in found:
            done |= message.get("event") == "done"
            if message.get("event") == "start":
                running, deadline = message.get("position"), time.monotonic() + job["cell_seconds"]
            elif message.get("event") == "cell":
                running, deadline = None, time.monotonic() + START_SECONDS
                wire.send(connection, message)
    return "done" if done else reason, running


def _end(child: int) -> tuple[int, int]:
    """Kill the child and every descendant; gives its wait status and peak memory in bytes."""
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    for _ in range(200):  # orphans of the submission come to this process, the nearest subreaper
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            break
        _kill_descendants()
        time.sleep(0.005)
    return status, usage.ru_maxrss * 1024


def _kill_descendants() -> None:
    """Stop all first, then kill, so that none can fork while the others die."""
    stopped: set[int] = set()
    while new := _descendants() - stopped:
        for pid in new:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGSTOP)
        stopped |= new
    for pid in stopped:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _descendants() -> set[int]:
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        if entry.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                text = Path(f"/proc/{entry}/stat").read_text(errors="replace")
                state, parent = text.rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    parents[int(entry)] = int(parent)
    found = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return found - {os.getpid()}
        found |= more


def _become_submission(job: dict[str, Any], home: Path, writer: int) -> None:
    """The rest of the child's life; never returns."""
    try:
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        pipe = fcntl.fcntl(writer, fcntl.F_DUPFD_CLOEXEC, HIGH_FD + random.randrange(50))
        os.close(writer)
        os.chdir(home / "work")
        os.environ.update(job["environment"])
        os.environ.update(HOME=str(home), TMPDIR=str(home / "tmp"), GPU_UTILS_CHECK_SEED=job["seed"])
        tempfile.tempdir = None
        sys.argv, sys.path = [""], [str(home / "work"), *(p for p in sys.path if p not in ("", job["root"]))]
        _seed(job["seed"])
        _limit(job)
        shell.run(job["cells"], pipe)
        os._exit(0)
    except BaseException as error:
        with contextlib.suppress(BaseException):
            os.write(2, repr(error).encode())
    finally:
        os._exit(70)


def _limit(job: dict[str, Any]) -> None:
    """Memory beyond what the libraries already hold, size of a file, processor time, core files."""
    held = 0
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        held = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))
    # RLIMIT_DATA, not RLIMIT_AS: a GPU driver reserves address space far beyond what it uses.
    limits = {
        "RLIMIT_DATA": held + int(job["memory_bytes"]),
        "RLIMIT_FSIZE": int(job["file_bytes"]),
        "RLIMIT_CPU": int(job["notebook_seconds"]) * 4 + 60,
        "RLIMIT_CORE": 0,
    }
    for name, value in limits.items():
        with contextlib.suppress(OSError, ValueError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _seed(seed: str) -> None:
    number = zlib.crc32(seed.encode())
    random.seed(number)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(number)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(number)


def _copy_data(lab_folder: Path, work: Path) -> None:
    """The lab's data, as nbgrader copies it: everything but notebooks, sources and answers."""
    ignored = shutil.ignore_patterns("*.ipynb", "*.py", "answers", "__pycache__", ".*")
    shutil.copytree(lab_folder, work, ignore=ignored)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
