"""Real processes for distributed code: start them, wait, collect what they report, and leave none behind.

A script is run once for each rank, each in a process of its own, with the environment that torchrun would give it
(``RANK``, ``WORLD_SIZE``, ``MASTER_ADDR``, ``MASTER_PORT``, ...), so that the same script runs below torchrun.
Everything stays on this machine's loopback.

Nothing outlives a run: not an error in one rank, not the time limit, not an interrupted cell, not the death of the
notebook's kernel (each rank watches the process that started it).

>>> run_ranks("import os\\nfrom gpu_utils.ranks import report\\nreport(int(os.environ['RANK']) ** 2)", 3)
[0, 1, 4]
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib.util
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

__all__ = ["RankError", "report", "run_ranks", "torchrun", "unavailable"]

_RESULT = "GPU_UTILS_RANK_RESULT"
_POSIX = os.name == "posix"


class RankError(RuntimeError):
    """One rank stopped, or all took too long; the message is a sentence.

    >>> str(RankError("rank 1 stopped: ValueError: no"))
    'rank 1 stopped: ValueError: no'
    """


def unavailable() -> str | None:
    """Why no processes can be joined here, in a sentence; None when they can.

    >>> unavailable() is None or unavailable().endswith(".")
    True
    """
    try:
        if importlib.util.find_spec("torch") is None:
            return "PyTorch isn't installed here, so no processes can be joined."
        import torch.distributed as distributed
    except (ImportError, ValueError):
        return "PyTorch can't be imported here, so no processes can be joined."
    if not distributed.is_available() or not distributed.is_gloo_available():
        return "This PyTorch was built without torch.distributed or without gloo, so no processes can be joined."
    return None


def run_ranks(script: str | Path, ranks: int, *, limit_s: float = 60.0, threads: int = 1) -> list[Any]:
    """Run a script once for each rank and return what each of them reported, in the order of ranks.

    Args:
        script: a file, or the source itself (any text with a line break).
        ranks: how many processes.
        limit_s: after so many seconds all are ended.
        threads: how many each may compute with.

    Returns:
        For each rank the value that it gave to `report`, None when it gave none.

    Raises:
        RankError: torch.distributed is missing, a rank stopped with an error, or the time was up. No process is left.
        ValueError: fewer than one rank.

    >>> run_ranks("print('nothing to report')\\n", 1)
    [None]
    """
    if ranks < 1:
        raise ValueError(f"at least one rank is needed, not {ranks}")
    if why := unavailable():
        raise RankError(why)
    with tempfile.TemporaryDirectory(prefix="ranks-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        file = _as_file(script, folder)
        end = time.monotonic() + limit_s
        for attempt in range(3):
            try:
                _run(file, folder, ranks, end, limit_s, threads)
                break
            except RankError as error:
                words = ("EADDRINUSE", "DistNetworkError")  # another program took the port meanwhile
                if attempt == 2 or not any(word in str(error) for word in words):
                    raise
        return [_read(folder / f"result-{rank}.json") for rank in range(ranks)]


def torchrun(script: str | Path, processes: int, *, limit_s: float = 120.0) -> Any:
    """Run a script below PyTorch's own torchrun, on this machine, and return what was reported: by one rank, please.

    Args:
        script: a file, or the source itself (any text with a line break). One that joins a process group destroys it
            at its end: a rank that leaves otherwise may be aborted by gloo's threads, and torchrun then ends all.
        processes: how many, as in ``--nproc-per-node``; on GPUs one for each.
        limit_s: after so many seconds all are ended, those that torchrun started included.

    Raises:
        RankError: as for `run_ranks`; torchrun itself counts as rank 0.

    >>> torchrun("from gpu_utils.ranks import report\\nreport('here')", 1)
    'here'
    """
    with tempfile.TemporaryDirectory(prefix="ranks-", ignore_cleanup_errors=True) as name:
        words = ["torchrun", "--standalone", f"--nproc-per-node={processes}", str(_as_file(script, Path(name)))]
        start = f"import runpy, sys\nsys.argv = {words!r}\n"
        start += "runpy.run_module('torch.distributed.run', run_name='__main__')\n"
        return run_ranks(start, 1, limit_s=limit_s)[0]


def report(value: Any) -> None:
    """Hand a result of this rank to whoever started it: anything that JSON can hold. Outside `run_ranks` it is printed.

    >>> report({"seconds": 0.5})
    {"seconds": 0.5}
    """
    text = json.dumps(value)
    place = os.environ.get(_RESULT)
    if place:
        Path(place).write_text(text, encoding="utf-8")
    else:
        print(text)


def _as_file(script: str | Path, folder: Path) -> Path:
    """Where a script lies: as given, or written into the folder when it is the source itself."""
    if isinstance(script, Path) or "\n" not in script:
        return Path(script).resolve()
    file = folder / "script.py"
    file.write_text(script, encoding="utf-8")
    return file.resolve()


def _run(file: Path, folder: Path, ranks: int, end: float, limit_s: float, threads: int) -> None:
    started: list[subprocess.Popen[bytes]] = []
    try:
        port = _free_port()
        for rank in range(ranks):
            started.append(_start(file, folder, rank, ranks, port, end - time.monotonic(), threads))
        while not all([_has_ended(process) for process in started]):
            for rank, process in enumerate(started):
                if _has_ended(process) and not (folder / f"done-{rank}").exists():
                    time.sleep(0.2)  # whoever stopped for the same reason may say it better
                    raise RankError(f"rank {rank} stopped: {_last_words(folder, rank)}")
            if time.monotonic() > end:
                busy = [str(rank) for rank, process in enumerate(started) if not _has_ended(process)]
                raise RankError(f"after {limit_s:g} s rank {', '.join(busy)} still ran, so all were ended")
            time.sleep(0.02)
        for rank in range(ranks):
            if not (folder / f"done-{rank}").exists():
                raise RankError(f"rank {rank} stopped: {_last_words(folder, rank)}")
    finally:
        _end(started)


def _start(
    file: Path, folder: Path, rank: int, ranks: int, port: int, limit_s: float, threads: int
) -> subprocess.Popen[bytes]:
    here = str(Path(__file__).parents[1])
    environment = {
        **os.environ,
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(ranks),
        "LOCAL_WORLD_SIZE": str(ranks),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])]),
        _RESULT: str(folder / f"result-{rank}.json"),
    }
    loopback = [name for name in ("lo", "lo0") if name in _interfaces()]
    if loopback:
        environment["GLOO_SOCKET_IFNAME"] = loopback[0]
    command = [sys.executable, "-m", "gpu_utils.ranks", str(file), str(folder / f"done-{rank}"), str(max(limit_s, 1.0))]
    with open(folder / f"said-{rank}.txt", "wb") as said:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=_POSIX
        )


def _interfaces() -> list[str]:
    with contextlib.suppress(OSError, AttributeError):
        return [name for _, name in socket.if_nameindex()]
    return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended; where the system allows it without reaping, so that its group keeps its number."""
    if process.returncode is not None:
        return True
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # somebody else reaped it
        return True


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    """End every process and all that it started, then wait for each."""
    for process in started:
        if process.returncode is None:
            family = _descendants(process.pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if _POSIX:
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            _kill(family)
    for process in started:
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            process.wait(timeout=5)
            if process.stdin is not None:
                process.stdin.close()


def _last_words(folder: Path, rank: int) -> str:
    text = (folder / f"said-{rank}.txt").read_text(encoding="utf-8", errors="replace")
    if "EADDRINUSE" in text:
        return "EADDRINUSE: the port that it was given is taken"
    rows = [row for row in text.splitlines() if not row.startswith(("[W", "[E"))]
    lines = [line for row in rows if (line := row.removeprefix(f"[rank{rank}]:").strip())]
    return lines[-1] if lines else "it said nothing"


def _read(place: Path) -> Any:
    return json.loads(place.read_text(encoding="utf-8")) if place.exists() else None


def _descendants(root: int) -> list[int]:
    """All processes below one, whatever group or session they have moved to; none where there is no /proc."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = int(place.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(place.parent.name))
    found = [root]
    for each in found:
        found += children.get(each, [])
    return found[1:]


def _kill(processes: list[int]) -> None:
    for each in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(each, signal.SIGKILL)


def _end_family() -> None:
    """End this rank and all that it has started."""
    _kill(_descendants(os.getpid()))
    os.killpg(0, signal.SIGKILL)


def _watch(parent: int, folder: Path) -> None:
    """End this rank, and what it started, as soon as its parent is gone; nobody else clears the folder then."""
    while os.getppid() == parent:
        ready, _, _ = select.select([sys.stdin], [], [], 1.0)
        if ready and not os.read(sys.stdin.fileno(), 1):
            break
    shutil.rmtree(folder, ignore_errors=True)
    _end_family()


def _main(file: str, done: str, limit_s: str) -> None:
    faulthandler.dump_traceback_later(float(limit_s) + 5, exit=True)  # ends even a rank that hangs outside Python
    if _POSIX:
        threading.Thread(target=_watch, args=(os.getppid(), Path(done).parent), daemon=True).start()
    sys.argv = [file]
    try:
        runpy.run_path(file, run_name="__main__")
    except BaseException as stop:
        if not isinstance(stop, SystemExit) or stop.code:
            _kill(_descendants(os.getpid()))
            raise
    sys.stdout.flush()
    Path(done).touch()
    if _POSIX:
        _end_family()


if __name__ == "__main__":
    _main(*sys.argv[1:])
