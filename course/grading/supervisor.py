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
import struct
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from course.grading import isolation, shell, wire
from course.grading.isolation import World
from course.grading.turns import Forged, Turns

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
START_SECONDS = 20.0
"""Time for the child to get its shell ready, before the first cell's clock starts."""
COUNT_SECONDS = 0.5
MOST_PROCESSES = 100
"""Processes and threads of a submission, beyond which it is a fork bomb."""
HIGH_FD = 200
"""The runner's descriptors lie above the ones that code opens or closes by habit."""


def supervise(connection: int, sandboxed: bool = False) -> None:
    """Read a job from `connection`, run it in a child, forward its messages, and end with an ``end`` message."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    job = wire.receive(connection)
    job["held_bytes"] = _data_bytes()
    world = isolation.enter(sandboxed, 2 * int(job["file_bytes"]) + int(job["lab_bytes"]))
    if os.path.isdir(isolation.WHOLE_PROC) and not world.own_files:
        raise OSError("the sandbox is not closed")
    home = Path(tempfile.mkdtemp(prefix="submission-"))
    try:
        shutil.copytree(job["lab_folder"], home / "work")
        (home / "tmp").mkdir()
        reader, writer = os.pipe()
        told, tell = os.pipe()
        orders, order = os.pipe()
        child = os.fork()
        if child == 0:
            for fd in (reader, connection, told, order):
                os.close(fd)
            if world.own_processes:
                isolation.be_first(lambda: _become_submission(job, home, writer, orders, True), tell, sandboxed)
            os.close(tell)
            _become_submission(job, home, writer, orders, False)
        for fd in (writer, tell, orders):
            os.close(fd)
        turns = Turns(job["cells"], order)
        try:
            reason = _watch(reader, connection, told, job, world, turns)
        finally:  # whatever happened here, nobody is left behind
            status, peak_bytes = _end(child, told if world.own_processes else None, reader)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    end = {"reason": reason, "position": turns.position, "status": status, "peak_bytes": peak_bytes}
    wire.send(connection, {"event": "end", **end})


def _watch(reader: int, connection: int, told: int, job: dict[str, Any], world: World, turns: Turns) -> str:
    """Forward results until the child is done, dies or is over its time: why it ended."""
    messages = wire.Reader()
    deadline = time.monotonic() + START_SECONDS
    last = time.monotonic() + job["notebook_seconds"]
    while turns.position is not None:
        left = min(deadline, last) - time.monotonic()
        # In a world of its own a submission meets the kernel's limit on processes; else they are counted here.
        pause = left if world.own_processes and os.geteuid() != 0 else min(left, COUNT_SECONDS)
        watched = [reader, connection, *([told] if world.own_processes else [])]
        ready = select.select(watched, [], [], max(0.0, pause))[0]
        if not ready and left > pause:
            if len(_descendants()) > MOST_PROCESSES:
                return "more than a hundred processes"
            continue
        if not ready:
            return "timed_out"
        if connection in ready:  # the grader went away
            return "abandoned"
        if reader not in ready:  # it is over, though a process that it left behind still holds the pipe
            return "died"
        chunk = os.read(reader, 65536)
        if not chunk:
            return "died"
        try:
            for message in messages.feed(chunk):
                if turns.take(message):
                    position = turns.position
                    turns.next()
                    wire.send(connection, {**message, "position": position})
                deadline = time.monotonic() + (job["cell_seconds"] if turns.started else START_SECONDS)
        except (wire.Broken, Forged):
            return "forged"
    return "done"


def _end(child: int, told: int | None, reader: int) -> tuple[int, int]:
    """Kill the child and every descendant; gives its wait status and peak memory in bytes.

    With `told` the child is process 1 of its own world, and says there how the submission ended.
    """
    if told is not None and select.select([reader], [], [], 0)[0]:
        select.select([told], [], [], 0.5)  # the submission is over, process 1 is about to say how
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
    said = os.read(told, 4) if told is not None else b""
    return struct.unpack("i", said)[0] if len(said) == 4 else status, usage.ru_maxrss * 1024


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


def _become_submission(job: dict[str, Any], home: Path, writer: int, orders: int, own_processes: bool) -> None:
    """The rest of the child's life; never returns."""
    try:
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        pipe, ask = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH_FD + random.randrange(50)) for fd in (writer, orders))
        os.close(writer)
        os.close(orders)
        os.chdir(home / "work")
        os.environ.update(job["environment"])
        os.environ.update(HOME=str(home), TMPDIR=str(home / "tmp"), GPU_UTILS_CHECK_SEED=job["seed"])
        tempfile.tempdir = None
        sys.argv, sys.path = [""], [str(home / "work"), *(p for p in sys.path if p not in ("", job["root"]))]
        _seed(job["seed"])
        _limit(job, own_processes)
        shell.run(job["cells"], pipe, ask)
        os._exit(0)
    except BaseException as error:
        with contextlib.suppress(BaseException):
            os.write(2, repr(error).encode())
    finally:
        os._exit(70)


def _limit(job: dict[str, Any], own_processes: bool) -> None:
    """Memory beyond what the libraries already hold, size of a file, processor time, core files."""
    # RLIMIT_DATA, not RLIMIT_AS: a GPU driver reserves address space far beyond what it uses.
    limits = {
        "RLIMIT_DATA": job["held_bytes"] + int(job["memory_bytes"]),
        "RLIMIT_FSIZE": int(job["file_bytes"]),
        "RLIMIT_CPU": int(job["notebook_seconds"]) * 4 + 60,
        "RLIMIT_CORE": 0,
    }
    if own_processes:  # counted in the submission's own user namespace, so classmates don't matter
        limits["RLIMIT_NPROC"] = MOST_PROCESSES
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


def _data_bytes() -> int:
    """What the imported libraries hold already."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))
    return 0


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
