"""What runs in a slice: a process that reads requests from a pipe, answers them, and dies with its parent.

``python -m gpu_utils.serving.worker`` is started by `gpu_utils.serving.Fleet`, never by hand. Nothing listens on a
port.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
import time
from typing import Any

from gpu_utils.serving.frames import CORES, MEMORY, read_frame, write_frame
from gpu_utils.serving.tasks import classify, perform

__all__ = ["limit_memory", "main", "outlive_nobody", "pin"]


def pin(cores: str) -> list[int] | None:
    """Stay on these cores ("0,1"): the ones it may use now, or None where the system can't say."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    if cores:
        with contextlib.suppress(OSError):  # a container may forbid it; the answer tells
            os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    return sorted(os.sched_getaffinity(0))


def limit_memory(nbytes: str) -> bool:
    """Take at most so many bytes on top of what the process has now; False where there is no such limit."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        ceiling = pages * resource.getpagesize() + int(nbytes)
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, OSError, ValueError):
        return False
    return True


def outlive_nobody(parent: int) -> None:
    """Leave when the parent is gone, even if a copy of the parent's pipe lives on in some other process."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main() -> None:
    """Serve until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted cell is the launcher's business
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    threading.Thread(target=outlive_nobody, args=(os.getppid(),), daemon=True).start()
    pinned = pin(os.environ.get(CORES, ""))
    classify([[[[0.0] * 32] * 32]])  # the first answer costs imports and caches: not the first tenant's
    limited = limit_memory(os.environ[MEMORY]) if os.environ.get(MEMORY) else False
    facts = {"pid": os.getpid(), "cores": pinned, "limited": limited}
    names = ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")
    write_frame(answers, {**facts, **{name: os.environ.get(name) for name in names}})

    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def listen() -> None:
        """Leave at once when the pipe closes, in the middle of an answer too."""
        while True:
            try:
                inbox.put(read_frame(requests))
            except (EOFError, OSError):
                os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        task, args = inbox.get()
        write_frame(answers, perform(task, args))


if __name__ == "__main__":
    main()
