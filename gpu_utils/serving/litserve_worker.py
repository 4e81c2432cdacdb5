"""A slice's worker as a LitServe server on the loopback: ``python -m gpu_utils.serving.litserve_worker PORT``.

Started by a `gpu_utils.serving.Fleet` with engine "litserve", and the only module that imports it. LitServe is by
Lightning AI (Apache-2.0, https://github.com/Lightning-AI/LitServe).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import litserve  # type: ignore[import-untyped]

from gpu_utils.serving.frames import CORES
from gpu_utils.serving.tasks import classify, perform
from gpu_utils.serving.worker import pin


class Tasks(litserve.LitAPI):  # type: ignore[misc]
    """The same tasks as behind the pipe: {"task", "args"} in, {"kind", "value", "service_s"} out."""

    def setup(self, device: str) -> None:
        """Warm up, before the first request counts."""
        classify([[[[0.0] * 32] * 32]])

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do one task."""
        kind, value, service_s = perform(request["task"], tuple(request["args"]))
        return {"kind": kind, "value": value, "service_s": service_s}


def leave_together() -> None:
    """End this process and all that LitServe started, as soon as the launcher's pipe closes."""
    while os.read(0, 1024):  # not through sys.stdin: LitServe forks, and its lock would be copied held
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main() -> None:
    """Serve until the pipe closes."""
    threading.Thread(target=leave_together, daemon=True).start()
    pin(os.environ.get(CORES, ""))
    server = litserve.LitServer(Tasks(), accelerator="cpu", workers_per_device=1, timeout=60)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="error")


if __name__ == "__main__":
    main()
