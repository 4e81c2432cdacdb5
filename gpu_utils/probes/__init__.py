"""The only code that touches drivers, /proc, /sys or subprocesses: one module a maker.

A probe takes what it needs of `root` (the file system to look into, "/" is this machine), `env` (environment
variables) and `run` (starts a command, see `process.run`), so that any machine can be replayed from a folder.
A probe returns a `Reading` in plain values and knows nothing of `Device`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Reading", "entries", "exists", "memory_bytes", "openable", "read_text", "under"]


@dataclass(frozen=True)
class Reading:
    """What a probe saw: devices as mappings (the keys of a device in the report), findings as mappings
    with "id" and, where the sentence needs it, "detail" and "device".

    >>> Reading(findings=({"id": "driver", "detail": "NVIDIA driver 550.54.15."},)).devices
    ()
    """

    devices: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def under(root: str | Path, path: str) -> Path:
    """`path` of the machine whose file system lies in `root`.

    >>> under("/tmp/jetson", "/proc/cpuinfo").as_posix()
    '/tmp/jetson/proc/cpuinfo'
    """
    return Path(root) / path.lstrip("/")


def read_text(root: str | Path, path: str, limit_bytes: int = 1 << 20) -> str:
    """The text of a file, "" when it is not there or can't be read. NULs at the end are cut.

    >>> read_text("/", "/no/such/file")
    ''
    """
    try:
        with open(under(root, path), "rb", opener=_without_waiting) as file:
            return file.read(limit_bytes).decode("utf-8", "replace").rstrip("\0")
    except (OSError, ValueError):
        return ""


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a named pipe that nobody writes to would hold us up


def entries(root: str | Path, path: str) -> list[str]:
    """The names in a folder, sorted; none when it is not there.

    >>> entries("/", "/no/such/folder")
    []
    """
    try:
        return sorted(entry.name for entry in under(root, path).iterdir())
    except (OSError, ValueError):
        return []


def exists(root: str | Path, path: str) -> bool:
    """Whether there is such a file or folder. What may not be looked at is not there.

    >>> exists("/", "/no/such/file")
    False
    """
    try:
        return under(root, path).exists()
    except (OSError, ValueError):
        return False


def openable(root: str | Path, path: str) -> bool:
    """Whether this process may read and write a device file.

    >>> openable("/", "/no/such/device")
    False
    """
    try:
        return os.access(under(root, path), os.R_OK | os.W_OK)
    except (OSError, ValueError):
        return False


def memory_bytes(root: str | Path) -> int | None:
    """All memory of the machine, as Linux counts it; None where it does not say.

    >>> memory_bytes("/no/such/machine") is None
    True
    """
    found = re.search(r"^MemTotal:\s+([0-9]{1,15}) kB", read_text(root, "/proc/meminfo"), re.MULTILINE)
    return int(found.group(1)) * 1024 if found else None
