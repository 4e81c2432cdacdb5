"""The same work on a Dask cluster: a submission's cells go out, what came of running them comes back.

Each worker has a fork server and a sandbox of its own, as the grader has when it works alone. A worker needs this
checkout of the course; it is compared with the grader's before anything runs there. A submission whose worker dies is
given to another, and after three such deaths to the grader's own machine.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import hashlib
import io
import json
import os
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course.grading import sandbox
from course.grading.cache import context, from_plain, to_plain
from course.grading.execute import Execution, Limits
from course.grading.lab import Cell
from course.grading.server import ForkServer
from course.project import CourseError

PATIENCE_S = 60.0
"""How long to wait for a scheduler that has no worker yet."""
DEATHS = 3
"""Workers that may die over one submission before it is run here."""
_ORDER = ("own", "shared", "none")


class Cluster:
    """A connection to a Dask scheduler that runs submissions as a `ForkServer` does; shared by threads."""

    def __init__(self, address: str, local: ForkServer) -> None:
        self._local, self._lock = local, threading.Lock()
        self._levels: set[str] = set()
        self._data: dict[Path, str] = {}
        self._client = _connect(address)
        self.slots = sum(self._client.nthreads().values())
        """Threads of all workers: how many submissions run at a time."""

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()
        self._local.__exit__(*error)

    @property
    def level(self) -> str:
        """The weakest isolation that a submission has had, a key of `sandbox.SENTENCES`."""
        levels = self._levels | ({self._local.level} - {""})
        return max(levels, key=_ORDER.index, default="")

    def start_early(self) -> None:
        """Workers start theirs with their first submission."""

    def run(self, cells: list[Cell], *, lab_folder: Path, seed: str, limits: Limits | None = None) -> Execution:
        """Run a prepared notebook on some worker; raises `CourseError` when the cluster is gone or another version."""
        from distributed import CancelledError, KilledWorker

        limits = limits or Limits()
        job = json.dumps(
            {
                "cells": cells,
                "data": self._packed(lab_folder),
                "seed": seed,
                "limits": asdict(limits),
                "context": context(limits),
            }
        )
        future = self._client.submit(execute, job, pure=False, retries=DEATHS)
        try:
            reply = json.loads(future.result())
        except KilledWorker:  # as often as it may: perhaps the workers have too little memory for this one
            return self._local.run(cells, lab_folder=lab_folder, seed=seed, limits=limits)
        except (CancelledError, OSError) as error:
            raise CourseError("the Dask scheduler is gone. What was graded is kept: go on with --resume.") from error
        finally:
            future.release()
        if "refused" in reply:
            raise CourseError(reply["refused"])
        self._levels.add(reply["level"])
        return from_plain(reply["execution"])

    def _packed(self, folder: Path) -> str:
        with self._lock:
            if folder not in self._data:
                self._data[folder] = _pack(folder)
            return self._data[folder]


def execute(job: str) -> str:
    """On a worker: run what `job` says, JSON in and out, so that no object of one side has to exist on the other."""
    asked = json.loads(job)
    limits = Limits(**asked["limits"])
    if asked["context"] != context(limits):
        return json.dumps({"refused": _difference(json.loads(asked["context"]), json.loads(context(limits)))})
    with _unpacked(asked["data"]) as folder:
        server = _server()
        execution = server.run(asked["cells"], lab_folder=folder, seed=asked["seed"], limits=limits)
    return json.dumps({"level": server.level, "execution": to_plain(execution)})


_worker: dict[str, Any] = {}
_worker_lock = threading.Lock()


def _server() -> ForkServer:
    """This worker's fork server, started by its first submission."""
    with _worker_lock:
        if "server" not in _worker:
            _worker["server"] = ForkServer(hidden=[sandbox.ROOT / "solutions"])
            atexit.register(_worker["server"].__exit__)
        server: ForkServer = _worker["server"]
        return server


@contextlib.contextmanager
def _unpacked(data: str) -> Iterator[Path]:
    """The lab's data in a folder of this worker, unpacked once."""
    name = hashlib.sha256(data.encode()).hexdigest()[:16]
    with _worker_lock:
        if name not in _worker:
            folder = tempfile.TemporaryDirectory(prefix="lab-of-a-class-")
            with tarfile.open(fileobj=io.BytesIO(base64.b64decode(data))) as tar:
                tar.extractall(folder.name, filter="data")
            _worker[name] = folder
    yield Path(_worker[name].name)


def _pack(folder: Path) -> str:
    """What a submission may read of the lab's folder, as a tar archive in base64."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for path in sorted(folder.iterdir()):
            if sandbox.is_data(path):
                tar.add(path, path.name, filter=lambda found: found if sandbox.is_data(Path(found.name)) else None)
    return base64.b64encode(stream.getvalue()).decode()


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise CourseError("--scheduler needs Dask: pip install -e '.[cluster]'.") from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except BaseException:
            client.close()
            raise
    except TimeoutError as error:
        raise CourseError(f"the Dask scheduler at {address} doesn't answer, or has no worker: start one.") from error
    except (OSError, ValueError) as error:
        raise CourseError(f"there is no Dask scheduler at {address}: an address is like tcp://HOST:8786.") from error
    return client


def _difference(ours: list[Any], theirs: list[Any]) -> str:
    """What a worker has that the grader hasn't."""
    where = os.uname().nodename if hasattr(os, "uname") else "a worker"
    versions = {name: (version, theirs[1].get(name)) for name, version in ours[1].items()}
    other = [f"{name} {b} instead of {a}" for name, (a, b) in versions.items() if a != b]
    what = ", ".join(other) or "another version of the course"
    return f"nothing was graded there: the worker on {where} has {what}. Give all workers the grader's checkout."
