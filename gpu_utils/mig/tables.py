"""What each GPU can be cut into: profiles, the memory slices at which they may start, and their names taken apart."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["Profile", "gpus", "parse_profile", "profile", "profiles", "slices"]

_NAME = re.compile(r"(?:([1-9][0-9]*)c\.)?([1-9][0-9]*)g\.([1-9][0-9]*)gb((?:[+-][a-z]+(?:\.[a-z]+)*)*)")
"""https://docs.nvidia.com/datacenter/tesla/mig-user-guide/mig-device-names.html"""


@dataclass(frozen=True)
class Profile:
    """One size of GPU instance, as a driver lists it.

    Attributes:
        starts: the memory slices at which it may begin, counted from 0.
        max_instances: how many of it one GPU holds, when there is nothing else.
        memory_gib: what a driver printed for it (drivers differ a little); None where no print was found.
        sm: multiprocessors; None where no print was found.
        source: where the row comes from, and what in it is inferred.
        profile_id: the number that ``nvidia-smi mig -cgi`` takes instead of the name.

    >>> large = profiles("A100-40GB")["3g.20gb"]
    >>> large.compute_slices, large.memory_slices, large.starts, large.max_instances
    (3, 4, (0, 4), 2)
    """

    name: str
    compute_slices: int
    memory_slices: int
    starts: tuple[int, ...]
    max_instances: int
    memory_gib: float | None
    sm: int | None
    source: str
    profile_id: int

    @property
    def media(self) -> bool:
        """Whether it has the media engines that one instance of a GPU can have: JPEG decoder and optical flow.

        >>> profiles("A30")["2g.12gb+me"].media
        True
        """
        return "+me" in self.name

    @property
    def is_base(self) -> bool:
        """Whether it is one of the plain sizes: no media engines, and no double memory for one compute slice.

        >>> [name for name, each in profiles("A100-40GB").items() if each.is_base]
        ['1g.5gb', '2g.10gb', '3g.20gb', '4g.20gb', '7g.40gb']
        """
        return not self.media and not (self.compute_slices == 1 and self.memory_slices > 1)


def gpus() -> tuple[str, ...]:
    """Names of the GPUs that the tables know. "A30" is understood too.

    >>> gpus()[:3]
    ('A100-40GB', 'A100-80GB', 'A30-24GB')
    """
    return tuple(_table())


def profiles(gpu: str) -> dict[str, Profile]:
    """Profiles of a GPU by name, smallest first.

    Raises:
        ValueError: the tables don't know this GPU.

    >>> list(profiles("A30"))
    ['1g.6gb', '1g.6gb+me', '2g.12gb', '2g.12gb+me', '4g.24gb']
    """
    return dict(_profiles(_known(gpu)))


def profile(name: str, gpu: str) -> Profile:
    """One profile of a GPU.

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> profile("2g.10gb", "A100-40GB").starts
    (0, 2, 4)
    """
    known = _profiles(_known(gpu))
    if name not in known:
        raise ValueError(f"{_known(gpu)} has no profile {name!r}: it has {', '.join(known)}")
    return known[name]


def slices(gpu: str) -> tuple[int, int]:
    """Compute slices and memory slices of a whole GPU.

    Raises:
        ValueError: the tables don't know this GPU.

    >>> slices("A100-40GB"), slices("A30")
    ((7, 8), (4, 4))
    """
    row = _table()[_known(gpu)]
    return row["compute_slices"], row["memory_slices"]


def parse_profile(name: str) -> dict[str, Any]:
    """The parts of a profile's name.

    Returns:
        compute_slices and memory_gb of the GPU instance; ci_slices, the compute slices of the compute instance
        inside, None without a "c"; attributes, a sorted list without the "+" (a "-me" keeps its minus).

    Raises:
        ValueError: it is no such name, or its compute instance is larger than its GPU instance.

    >>> parse_profile("3g.20gb")
    {'compute_slices': 3, 'memory_gb': 20, 'ci_slices': None, 'attributes': []}
    >>> parse_profile("1c.3g.20gb+me")
    {'compute_slices': 3, 'memory_gb': 20, 'ci_slices': 1, 'attributes': ['me']}
    """
    found = _NAME.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        raise ValueError(f"{name!r} is no profile's name: those look like 3g.20gb, 1c.3g.20gb or 1g.5gb+me")
    inside, compute, memory, attributes = found.groups()
    parts = re.findall(r"[+-][a-z.]+", attributes)
    if len(set(parts)) < len(parts):
        raise ValueError(f"{name!r} says the same attribute twice")
    if inside and int(inside) > int(compute):
        raise ValueError(f"{name!r} has a compute instance larger than its GPU instance")
    return {
        "compute_slices": int(compute),
        "memory_gb": int(memory),
        "ci_slices": int(inside) if inside else None,
        "attributes": sorted(part.removeprefix("+") for part in parts),
    }


def _known(gpu: str) -> str:
    """The name under which the table has a GPU."""
    for name, row in _table().items():
        if gpu == name or gpu in row.get("aliases", ()):
            return name
    raise ValueError(f"the tables don't know the GPU {gpu!r}: they have {', '.join(gpus())}")


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = (files("gpu_utils") / "data" / "mig_geometry.json").read_text(encoding="utf-8")
    rows: dict[str, Any] = json.loads(text)["gpus"]
    return rows


@cache
def _profiles(gpu: str) -> dict[str, Profile]:
    rows = _table()[gpu]["profiles"]
    return {row["name"]: Profile(**{**row, "starts": tuple(row["starts"])}) for row in rows}
