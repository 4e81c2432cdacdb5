"""Start a command, wait at most so long, and never wait longer than that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Outcome", "Run", "python", "run"]

Run = Callable[[Sequence[str], Mapping[str, str], float], "Outcome"]
"""Called as run(command, env, limit_s); never raises."""

_HOME = Path(__file__).resolve().parents[2]
_GRACE_S = 0.5


@dataclass(frozen=True)
class Outcome:
    """How a command ended. `returncode` is None when it did not start or was cut off; `stdout` is what came by then.

    >>> Outcome(None, stderr="no such program").timed_out
    False
    """

    returncode: int | None
    stdout: str = ""
    stderr: str = ""
    timed_out: bool = False


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this package with this Python.

    >>> python("gpu_utils.probes.nvml")[1:]
    ['-m', 'gpu_utils.probes.nvml']
    """
    return [sys.executable, "-m", module, *arguments]


def run(command: Sequence[str], env: Mapping[str, str], limit_s: float) -> Outcome:
    """Run a command in its own process group; after `limit_s` seconds the group is killed.

    It starts in the folder that holds this package, so that a learner's own random.py is not in its way. A
    process that even SIGKILL does not end (it waits in the kernel for a broken driver) is left behind.

    >>> run(["/no/such/program"], {}, limit_s=1.0).returncode is None
    True
    """
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_complete(env),
            cwd=_HOME,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Outcome(None, stderr=str(error))
    try:
        out, err = process.communicate(timeout=limit_s)
        return Outcome(process.returncode, _text(out), _text(err))
    except subprocess.TimeoutExpired:
        _kill(process)
    try:
        out, err = process.communicate(timeout=_GRACE_S)
    except subprocess.TimeoutExpired as late:
        out, err = late.stdout or b"", late.stderr or b""
    return Outcome(None, _text(out), _text(err), timed_out=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except OSError:
        pass


def _complete(env: Mapping[str, str]) -> dict[str, str]:
    """Windows starts no program without these; a replayed environment lacks them. PYTHONSAFEPATH would keep a Python
    that starts in the folder of this package from finding it there."""
    needed = {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}
    return {**needed, **{name: value for name, value in env.items() if name != "PYTHONSAFEPATH"}}


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
