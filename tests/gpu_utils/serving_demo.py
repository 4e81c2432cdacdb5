"""What the tests of serving share: a request, whether a process still runs, and where they can run at all."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gpu_utils.serving import Fleet

IMAGES = np.zeros((2, 1, 32, 32), dtype=np.float32)
needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc, or pins, or limits memory")


def is_there(process: int) -> bool:
    """Whether a process runs (a zombie doesn't)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone_within(processes: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(is_there(each) for each in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def pids(fleet: Fleet) -> list[int]:
    return [facts["pid"] for facts in fleet.facts.values()]
