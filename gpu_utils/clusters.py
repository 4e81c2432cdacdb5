"""A Dask cluster for a notebook: one that starts here and surely ends, or the one behind an address.

What starts here is one process in a session of its own, with its workers below it. It listens on 127.0.0.1 only. An
interrupt of the notebook doesn't reach it, and it ends when the block is left, however it is left, or when the
notebook's process dies: the pipe between them closes. The cluster behind an address belongs to others: the block
says goodbye and leaves it running.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["Piece", "cluster", "pieces"]

_PATIENCE_S = 3.0


class Piece(NamedTuple):
    """One piece of work as the scheduler saw it: `key` names it, `start_s` and `end_s` are the worker's clock.

    >>> Piece("train-1", "worker 0", 2.0, 2.5).end_s
    2.5
    """

    key: str
    worker: str
    start_s: float
    end_s: float


@contextlib.contextmanager
def cluster(
    address: str | None = None, workers: int = 2, *, processes: bool = True, timeout_s: float = 10.0
) -> Iterator[Any]:
    """A `distributed.Client` for the block: of a new cluster on this machine, or of the scheduler at `address`.

    Args:
        address: "tcp://host:port" of a scheduler; None starts one here.
        workers: how many workers a new cluster has, each with one thread.
        processes: whether each new worker is a process, or all are threads of one.
        timeout_s: how long to wait for the scheduler at `address`.

    Raises:
        ImportError: dask's distributed is not installed.
        OSError: nobody answers at `address`, or no cluster can be started here.

    >>> with cluster(workers=1, processes=False) as client:  # doctest: +SKIP
    ...     client.submit(sum, [1, 2, 3]).result()
    6
    """
    distributed: Any = importlib.import_module("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that says goodbye is no news
    with contextlib.ExitStack() as stack:
        if address is None:
            address = stack.enter_context(_server(workers, processes))
        client = distributed.Client(address, timeout=timeout_s, set_as_default=False)
        stack.callback(_close, client)
        yield client


def pieces(stream: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The computations in a scheduler's task stream, in order of their start; workers are numbered in that order.

    >>> span = {"action": "compute", "start": 1, "stop": 2}
    >>> pieces([{"key": "train-1", "worker": "tcp://127.0.0.1:4", "startstops": [span]}])
    [Piece(key='train-1', worker='worker 0', start_s=1.0, end_s=2.0)]
    """
    found = sorted(
        (float(span["start"]), float(span["stop"]), str(row["key"]), str(row["worker"]))
        for row in stream
        for span in row["startstops"]
        if span["action"] == "compute"
    )
    names: dict[str, str] = {}
    for _, _, _, worker in found:
        names.setdefault(worker, f"worker {len(names)}")
    return [Piece(key, names[worker], start, end) for start, end, key, worker in found]


@contextlib.contextmanager
def _server(workers: int, processes: bool) -> Iterator[str]:
    """The address of a cluster in a process of its own, which is gone when the block is left."""
    order = [sys.executable, "-m", "gpu_utils.clusters", json.dumps({"n_workers": workers, "processes": processes})]
    server = subprocess.Popen(
        order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().decode().strip()
        if not address:
            raise OSError("no cluster can be started here: its process ended at once")
        yield address
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    """Close the pipe, which tells the cluster to end; and after some patience end all of it from here."""
    try:
        assert server.stdin is not None
        server.stdin.close()
        server.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill_group(server.pid)
        with contextlib.suppress(ProcessLookupError):
            server.kill()
        server.wait()


def _kill_group(group: int) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _close(client: Any) -> None:
    with contextlib.suppress(Exception):
        client.close(timeout=2)


def _serve(order: str) -> None:
    """In the cluster's own process: start it, say where it is, and end with whoever asked for it."""
    distributed: Any = importlib.import_module("distributed")
    with tempfile.TemporaryDirectory(prefix="workers-", ignore_cleanup_errors=True) as folder:
        here = distributed.LocalCluster(
            threads_per_worker=1,
            protocol="tcp://",  # without it, threads would talk through memory and open pages to the whole network
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            local_directory=folder,
            silence_logs=logging.CRITICAL,
            **json.loads(order),
        )
        print(here.scheduler_address, flush=True)
        sys.stdin.read()  # until the pipe closes
        with contextlib.suppress(Exception):
            here.close(timeout=2)
    if hasattr(os, "getpgid") and os.getpgid(0) == os.getpid():
        _kill_group(os.getpid())


if __name__ == "__main__":
    _serve(sys.argv[1])
