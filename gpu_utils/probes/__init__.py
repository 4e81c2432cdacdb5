"""The only code that touches drivers, /proc, /sys or subprocesses: one module a maker.

A probe takes what it needs of `root` (the file system to look into, "/" is this machine), `env` (environment
variables) and `run` (starts a command, see `process.run`), so that any machine can be replayed from a folder.
A probe returns a `Reading` in plain values and knows nothing of `Device`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Reading", "read_text", "under"]


@dataclass(frozen=True)
class Reading:
    """What a probe saw: devices as mappings (the keys of a device in the report), findings as mappings
    with "id" and, where the sentence needs it, "detail" and "device"."""

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
    """The text of a file, "" when it is not there or can't be read. NULs at the end are cut."""
    try:
        with under(root, path).open("rb") as file:
            return file.read(limit_bytes).decode("utf-8", "replace").rstrip("\0")
    except (OSError, ValueError):
        return ""
