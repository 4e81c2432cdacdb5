"""A worker process as the router sees it: start it, ask it, and notice when it is gone."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpu_utils.serving.frames import CORES, MEMORY, read_frame, write_frame

if TYPE_CHECKING:
    from gpu_utils.serving.fleet import Slice

__all__ = ["LitServeWorker", "Lost", "PipeWorker", "environment_of", "start"]


class Lost(Exception):
    """The worker is gone."""


def environment_of(each: Slice) -> dict[str, str]:
    """The variables of a worker's process: this process's own, then those of its slice.

    >>> from gpu_utils.serving import Slice
    >>> environment_of(Slice("slice 0", cores=(0, 1)))["SERVING_CORES"]
    '0,1'
    """
    own = {name: value for name, value in os.environ.items() if name not in (CORES, MEMORY)}
    root = str(Path(__file__).parents[2])
    own["PYTHONPATH"] = os.pathsep.join(part for part in (root, own.get("PYTHONPATH", "")) if part)
    own["PYTHONSAFEPATH"] = "1"  # a file beside the notebook must not shadow a module
    own |= {str(name): str(value) for name, value in each.environment.items()}
    if each.cores:
        own[CORES] = ",".join(str(core) for core in each.cores)
    if each.memory_bytes is not None:
        own[MEMORY] = str(each.memory_bytes)
    return own


def start(
    module: str, each: Slice, stderr: Any, arguments: tuple[str, ...] = (), *, stdout: Any = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """Start a module as the process of a slice, in a session of its own: an interrupted cell doesn't reach it."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        env=environment_of(each),
        start_new_session=True,
    )


class PipeWorker:
    """A process that runs `gpu_utils.serving.worker` behind a pipe."""

    def __init__(self, each: Slice) -> None:
        self.ready = threading.Event()
        self.serving = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the process
        self._process = start("gpu_utils.serving.worker", each, self._errors)

    def greet(self) -> dict[str, Any]:
        """Wait until it serves: what it found itself to be. Lost when it never does."""
        return dict(self._read())

    def ask(self, task: str, args: tuple[Any, ...]) -> tuple[str, Any, float]:
        """Hand over a request and wait for the answer. Lost when the process is gone before it."""
        try:
            assert self._process.stdin is not None
            write_frame(self._process.stdin, (task, args))
        except (OSError, ValueError) as error:
            raise Lost from error
        kind, value, service_s = self._read()
        return kind, value, service_s

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """Wait until it has ended, and forget it."""
        self.kill()
        self._process.wait()
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def last_words(self) -> str:
        """The last line that the process wrote to its stderr."""
        with contextlib.suppress(OSError, ValueError):
            self._errors.seek(0)
            lines = self._errors.read().decode("utf-8", errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    def _read(self) -> Any:
        try:
            assert self._process.stdout is not None
            return read_frame(self._process.stdout)
        except (EOFError, OSError, ValueError) as error:
            raise Lost from error


class LitServeWorker(PipeWorker):
    """A LitServe server of its own for a slice, asked over HTTP on the loopback; the pipe only tells it to leave."""

    def __init__(self, each: Slice) -> None:
        self.ready = threading.Event()
        self.serving = self._closed = False
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the process
        module = "gpu_utils.serving.litserve_worker"
        self._process = start(module, each, self._errors, (str(self._port),), stdout=self._errors)

    def greet(self) -> dict[str, Any]:
        """Wait until the server says that it is healthy. Lost when it ends before."""
        while self._process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._http("GET", "/health")[0] == 200:
                    return {"pid": self._process.pid, "port": self._port}
            time.sleep(0.1)
        raise Lost

    def ask(self, task: str, args: tuple[Any, ...]) -> tuple[str, Any, float]:
        """Hand over a request as JSON and wait for the answer. Lost when the server is gone before it."""
        body = json.dumps({"task": task, "args": args}, default=lambda array: array.tolist())
        try:
            status, text = self._http("POST", "/predict", body)
        except (OSError, http.client.HTTPException) as error:
            raise Lost from error
        if status != 200:
            return "error", f"LitServe answered {status}: {text[:200]}", 0.0
        answer = json.loads(text)
        return answer["kind"], answer["value"], answer["service_s"]

    def kill(self) -> None:
        """End the server and all processes that it started, at once: they are one group."""
        if self._closed:  # the number may be somebody else's by now
            return
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Wait until it has ended, and forget it."""
        super().close()
        self._closed = True

    def _http(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            connection.close()
