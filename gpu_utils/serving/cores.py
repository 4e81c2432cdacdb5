"""Processor cores to give to workers: which there are, and which don't share the insides of one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

__all__ = ["apart", "cores_here"]

_SIBLINGS = "sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list"


def cores_here() -> list[int]:
    """The cores that this process may use; where the system can't say, as many as there are.

    >>> len(cores_here()) >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def apart(cores: Sequence[int] | None = None, root: str = "/") -> list[int]:
    """The cores in an order in which neighbours share as little as possible: first one of each physical core.

    Two threads of one core share its arithmetic: a worker on the one slows down a worker on the other. Where the
    system doesn't say which belong together, the order stays. A virtual machine may say nothing, or not the truth.

    Args:
        cores: those to sort; by default all of `cores_here`.
        root: where /sys is.

    >>> sorted(apart()) == cores_here()
    True
    """
    wanted = list(cores_here() if cores is None else cores)
    seen: set[frozenset[int]] = set()
    first: list[int] = []
    rest: list[int] = []
    for core in wanted:
        together = _siblings(core, root)
        (rest if together in seen else first).append(core)
        seen.add(together)
    return first + rest


def _siblings(core: int, root: str) -> frozenset[int]:
    try:
        text = (Path(root) / _SIBLINGS.format(core=core)).read_text().strip()
        found: set[int] = set()
        for part in text.split(","):
            low, _, high = part.partition("-")
            found |= set(range(int(low), int(high or low) + 1))
        return frozenset(found | {core})
    except (OSError, ValueError):
        return frozenset({core})
