"""The grader's end of the fork server: starts it, hands it jobs, and starts it again if it dies."""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.grading import sandbox, wire
from course.grading.forkserver import LATE, QUIET

if TYPE_CHECKING:
    from course.grading.execute import Execution, Limits
    from course.grading.lab import Cell

ROOT = sandbox.ROOT


class ServerLost(RuntimeError):
    """The fork server did not start, or died twice in a row."""


class ForkServer:
    """The process that forks; a context manager, shared by threads. It starts with the first job.

    `hidden` names folders that submissions must not see even where they lie in one that they may read, `late` what of
    `forkserver.LATE` is imported beforehand.
    """

    def __init__(self, hidden: Iterable[Path] = (), late: Iterable[str] = LATE) -> None:
        self._lock, self._closed = threading.Lock(), False
        self._hidden = tuple(hidden)
        self._late = tuple(late)
        self._staging = sandbox.Staging()
        self._sandbox: sandbox.Sandbox | None = None
        self.level = ""
        """How submissions are kept apart here, a key of `sandbox.SENTENCES`; "" before the server has started."""
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> ForkServer:
        self._closed = False
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            self._stop()
            self._staging.remove()

    def stage(self, lab_folder: Path) -> tuple[str, int]:
        """Put a lab's data where submissions may read it: its folder as they see it, and its size in bytes."""
        name, size_bytes = self._staging.stage(lab_folder)
        inside = self._sandbox is not None and self._sandbox.isolated
        return f"{sandbox.INSIDE if inside else self._staging.folder}/{name}", size_bytes

    def ready(self) -> None:
        """Start now, rather than in the first submission's time."""
        with self._lock:
            if self._control is None:
                self._start()

    def start_early(self) -> None:
        """Start while the caller does something else; a failure shows at the first job."""

        def start() -> None:
            with contextlib.suppress(ServerLost):
                self.ready()

        threading.Thread(target=start, daemon=True).start()

    def run(self, cells: list[Cell], *, lab_folder: Path, seed: str, limits: Limits | None = None) -> Execution:
        """Run a prepared notebook here: `execute.run_notebook` on this server."""
        from course.grading.execute import run_notebook

        return run_notebook(cells, lab_folder=lab_folder, limits=limits, seed=seed, server=self)

    def attempt(self, job: dict[str, Any], on_message: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Send a job, pass on its ``cell`` messages, and return its ``end`` message."""
        ours = self._connect()
        with ours:
            patience = float(job["cell_seconds"]) + 60.0
            ours.settimeout(patience)
            reader = wire.Reader()
            try:
                ours.sendall(wire.pack(job))
                while chunk := ours.recv(65536):
                    for message in reader.feed(chunk):
                        if message.get("event") == "end":
                            return message
                        on_message(message)
            except (OSError, wire.Broken) as error:
                return {"reason": f"supervisor lost: {error}", "position": None}
        return {"reason": "supervisor lost", "position": None}

    def _connect(self) -> socket.socket:
        with self._lock:
            if self._closed:  # by the grader's end, while another thread still had work
                raise ServerLost("the fork server has been closed")
            for _ in range(2):
                ours, theirs = socket.socketpair()
                with theirs:
                    try:
                        if self._control is None:
                            self._start()
                        assert self._control is not None
                        socket.send_fds(self._control, [b"j"], [theirs.fileno()])
                        return ours
                    except OSError:
                        ours.close()
                        self._stop()
        raise ServerLost("the fork server died twice; is there enough memory?")

    def _start(self) -> None:
        if self._sandbox is None:
            self._sandbox = sandbox.choose(self._staging.folder, self._hidden)
        self._control, theirs = socket.socketpair()
        mode = "sandbox" if self._sandbox.isolated else "plain"
        entry = [sys.executable, "-P", "-m", "course.grading.forkserver", str(theirs.fileno()), mode, *self._late]
        with theirs, tempfile.TemporaryFile() as said:
            self._process = self._launch([*self._sandbox.command, *entry], self._sandbox, theirs.fileno(), said)
            theirs.close()
            self._control.settimeout(180)
            self.level = self._control.recv(20).decode().strip()
            if self.level not in sandbox.SENTENCES:
                self._process.wait(5)
                said.seek(0)
                last = said.read().decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
                raise ServerLost(f"the fork server did not start: {last[0]}")

    def _launch(self, command: list[str], inside: sandbox.Sandbox, fd: int, said: Any) -> subprocess.Popen[bytes]:
        """Start it from a thread that lives as long as it does: bubblewrap dies with the *thread* that started it."""
        started: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

        def keep() -> None:
            try:
                process = subprocess.Popen(
                    command,
                    env=sandbox.environment({**QUIET, "PYTHONPATH": str(ROOT)}),
                    pass_fds=[fd],
                    cwd="/",
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    **inside.options(),
                )
            except OSError as error:
                started.put(error)
                return
            started.put(process)
            process.wait()

        threading.Thread(target=keep, daemon=True).start()
        process = started.get()
        if isinstance(process, OSError):
            raise ServerLost(f"the fork server did not start: {process.strerror}")
        return process

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            # It ends when its last supervisor has cleaned up, which may be after this process.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
        self._control = self._process = None
