"""The fork server: a process that has imported everything once, and forks a supervisor per submission.

Started as ``python -m course.grading.forkserver FD plain|sandbox MODULE...``. On the socket FD it receives one
connection a submission. It runs no student code, has one thread, and never touches CUDA, so that its children start
clean.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterable

LIBRARIES = (
    "numpy",
    "numpy.testing",
    "matplotlib.pyplot",
    "IPython.core.interactiveshell",
    "IPython.display",
    "ipywidgets",
    "array_api_compat.numpy",
    "array_api_strict",
    "torch",
    "array_api_compat.torch",
    "torch.utils.data",
)
LATE = {
    "torch._dynamo": ("optim", "torch.compile"),  # the first step of any optimiser imports it
    "sklearn.datasets": ("sklearn", "digits"),
    "numba": ("numba", "gpu_utils.kernels"),  # and not numba.cuda: a lab switches its simulator on before
}
"""What takes a second to import, and the words by which a lab's text shows that it does."""
QUIET = {
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "ORT_DISABLE_TELEMETRY": "1",
    "PYTHONHASHSEED": "0",
    "GPU_UTILS_LEDGER": "memory",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""Environment of the server: one thread a library, since a fork keeps no other, and as many submissions as cores.

The last puts most of what is imported into huge pages, where the kernel has them: a fork then has a shorter page table
to copy, and takes a third less time.
"""


def late(text: str) -> tuple[str, ...]:
    """Which of `LATE` a lab with this text would import.

    >>> late("from gpu_utils.digits import load")
    ('sklearn.datasets',)
    """
    return tuple(name for name, words in LATE.items() if any(word in text for word in words))


def main(fd: int, sandboxed: bool, more: list[str]) -> None:
    """Import, say "own", "shared" or "none" (`sandbox.SENTENCES`), then fork a supervisor for every connection."""
    from course.grading import isolation, shell, supervisor

    _import_libraries(more)
    _warm_up()
    shell.warm_up()
    gc.collect()
    gc.freeze()  # what is imported is never scanned again, so its memory stays shared with the children
    if threading.active_count() != 1:
        raise SystemExit("the fork server has more than one thread: forking it would not be safe")
    level = ("own" if isolation.possible() else "shared") if sandboxed else "none"
    control = socket.socket(fileno=fd)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(f"{level}\n".encode())
    while True:
        _, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not fds:  # the grader is done, or gone: its supervisors see that too, and clean up
            with contextlib.suppress(ChildProcessError):
                os.wait()
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            code = 1
            with contextlib.suppress(BaseException):
                supervisor.supervise(fds[0], sandboxed)
                code = 0
            os._exit(code)
        os.close(fds[0])


def _import_libraries(more: Iterable[str] = LATE) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*LIBRARIES, *more):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        with contextlib.suppress(ImportError):
            package = importlib.import_module("gpu_utils")
            for module in pkgutil.walk_packages(package.__path__, "gpu_utils."):
                if not module.name.endswith("__main__"):
                    with contextlib.suppress(Exception):
                        importlib.import_module(module.name)


def _warm_up() -> None:
    """Run a check once: it loads what checks load late, and reads the known misconceptions."""
    with contextlib.suppress(Exception), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        from gpu_utils import check

        with check("warm-up") as c:
            c.call(abs, -1.5).close(2.5, "fails, so that everything is loaded")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] == "sandbox", sys.argv[3:])
