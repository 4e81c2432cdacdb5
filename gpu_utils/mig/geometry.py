"""Where instances can stand: every placement of a set of profiles, and why another set has none.

An instance takes a run of memory slices that begins at one of its profile's starts, and no two runs overlap. That
rule, one row per profile, is all that a driver checks: ``nvidia-smi mig -lgipp`` prints it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gpu_utils.mig.tables import Profile, profile, profiles, slices

__all__ = ["Placement", "all_layouts", "create", "free_starts", "is_legal", "placements", "why_not"]


@dataclass(frozen=True)
class Placement:
    """An instance on its memory slices: ``size`` of them, from ``start`` on.

    >>> list(Placement("2g.10gb", 4, 2).slices)
    [4, 5]
    """

    profile: str
    start: int
    size: int

    @property
    def slices(self) -> range:
        """The memory slices that it takes.

        >>> 3 in Placement("3g.20gb", 0, 4).slices
        True
        """
        return range(self.start, self.start + self.size)


def placements(profiles: Iterable[str], gpu: str) -> list[tuple[Placement, ...]]:
    """Every way to place these profiles together, each sorted by start; empty when there is none.

    Equal profiles are interchangeable: swapping two of them is not another way.

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> [[(each.profile, each.start) for each in way] for way in placements(["4g.20gb", "3g.20gb"], "A100-40GB")]
    [[('4g.20gb', 0), ('3g.20gb', 4)]]
    >>> len(placements(["1g.5gb"], "A100-40GB")), placements(["4g.20gb", "4g.20gb"], "A100-40GB")
    (7, [])
    """
    return sorted(_ways(_ordered(profiles, gpu)), key=lambda way: [(each.start, each.profile) for each in way])


def is_legal(profiles: Iterable[str], gpu: str) -> bool:
    """Whether some way exists to place all of these profiles on one GPU.

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> is_legal(["3g.20gb", "3g.20gb"], "A100-40GB"), is_legal(["3g.20gb", "3g.20gb", "1g.5gb"], "A100-40GB")
    (True, False)
    """
    return next(_ways(_ordered(profiles, gpu)), None) is not None


def why_not(profiles: Iterable[str], gpu: str) -> str:
    """One sentence: what forbids these profiles on one GPU; "" when they are legal.

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> why_not(["3g.20gb", "3g.20gb", "1g.5gb"], "A100-40GB")
    'These take 9 memory slices (3g.20gb 4, 3g.20gb 4, 1g.5gb 1), and A100-40GB has 8.'
    >>> why_not(["3g.20gb", "3g.20gb"], "A100-40GB")
    ''
    """
    wanted = _ordered(profiles, gpu)
    if next(_ways(wanted), None) is not None:
        return ""
    if reason := _too_many(wanted, gpu):
        return reason
    compute, memory = slices(gpu)
    for kind, sizes, there in (
        ("memory", [each.memory_slices for each in wanted], memory),
        ("compute", [each.compute_slices for each in wanted], compute),
    ):
        if sum(sizes) > there:
            parts = ", ".join(f"{each.name} {size}" for each, size in zip(wanted, sizes, strict=True))
            return f"These take {sum(sizes)} {kind} slices ({parts}), and {gpu} has {there}."
    starts = "; ".join(f"{each.name} at {_or(each.starts)}" for each in dict.fromkeys(wanted))
    return f"There are slices enough, but not where these may start: {starts}."


def all_layouts(gpu: str, profiles: Iterable[str] | None = None) -> set[tuple[str, ...]]:
    """Every set of profiles that one GPU can hold at once, each a sorted tuple, the empty one left out.

    Args:
        gpu: its name.
        profiles: which to use; by default the base profiles (no "+me", no double memory for one compute slice).

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> len(all_layouts("A100-40GB")), ("3g.20gb", "4g.20gb") in all_layouts("A100-40GB")
    (37, True)
    """
    known = _of(gpu)
    if profiles is None:
        used = {name for name, each in known.items() if each.is_base}
    else:
        used = {each.name for each in _ordered(profiles, gpu)}
    return set(_layouts(gpu, tuple(sorted(used))))


def free_starts(placed: Iterable[Placement], profile: str, gpu: str) -> tuple[int, ...]:
    """Where one more instance can begin beside those that already stand; they are not moved.

    Raises:
        ValueError: what stands there can't stand there, or the GPU has no such profile.

    >>> free_starts([Placement("1g.5gb", 2, 1)], "3g.20gb", "A100-40GB")
    (4,)
    """
    standing = list(placed)
    wanted, taken = _profile(profile, gpu), _taken(standing, gpu)
    if _too_many([*(_profile(each.profile, gpu) for each in standing), wanted], gpu):
        return ()
    return tuple(start for start in wanted.starts if not taken & set(_run(wanted, start)))


def create(placed: Iterable[Placement], profile: str, gpu: str) -> Placement:
    """The next instance, put where a driver would put it; what stands is not moved, which is how a GPU fragments.

    NVIDIA documents no rule. Assumed here: of the free starts the one that leaves the most (profile, start) pairs
    possible for whatever comes later, the lowest at a tie. That reproduces each session that the MIG user guide
    prints for an A100-40GB with its starts: 19,14,5 (6, 4, 0); 9,19,14,19 (4, 0, 2, 1); 14 and five 19 (4, 6, 0, 1,
    2, 3); and 19,19,14,9, where the last is refused (6, 4, 0). Another driver may choose otherwise.

    Raises:
        ValueError: it can't be placed; the sentence says whether the set is illegal or the GPU is fragmented.

    >>> create([], "1g.5gb", "A100-40GB").start, create([], "3g.20gb", "A100-40GB").start
    (6, 4)
    """
    standing, wanted = list(placed), _profile(profile, gpu)
    starts = free_starts(standing, profile, gpu)
    if not starts:
        raise ValueError(_refusal(standing, wanted, gpu))
    taken = _taken(standing, gpu)

    def left(start: int) -> int:
        full = taken | set(_run(wanted, start))
        return sum(not full & set(_run(each, at)) for each in _of(gpu).values() for at in each.starts)

    start = max(starts, key=lambda each: (left(each), -each))
    return Placement(wanted.name, start, wanted.memory_slices)


_of = profiles
_profile = profile


def _ordered(names: Iterable[str], gpu: str) -> list[Profile]:
    """The profiles of these names, largest first, equal ones side by side."""
    if isinstance(names, str):
        raise ValueError(f"a list of profiles is wanted, not the text {names!r}")
    known = list(_of(gpu))
    found = [profile(name, gpu) for name in names]
    return sorted(found, key=lambda each: (-each.memory_slices, -each.compute_slices, known.index(each.name)))


def _run(each: Profile, start: int) -> range:
    return range(start, start + each.memory_slices)


def _too_many(wanted: Sequence[Profile], gpu: str) -> str:
    """The sentence when a profile, or "+me", is there more often than the driver allows; "" otherwise."""
    media = [each.name for each in wanted if each.media]
    if len(media) > 1:
        return f"Only one instance of a GPU can have the media engines (+me), and here are {len(media)}."
    for each, count in Counter(wanted).items():
        if count > each.max_instances:
            return f"{gpu} holds at most {each.max_instances} of {each.name}, and here are {count}."
    return ""


def _ways(wanted: Sequence[Profile], gpu: str = "") -> Iterator[tuple[Placement, ...]]:
    if _too_many(wanted, gpu):
        return
    chosen: list[Placement] = []

    def extend(index: int, taken: int) -> Iterator[tuple[Placement, ...]]:
        if index == len(wanted):
            yield tuple(sorted(chosen, key=lambda each: each.start))
            return
        each = wanted[index]
        twin = index > 0 and wanted[index - 1] == each
        for start in each.starts:
            run = ((1 << each.memory_slices) - 1) << start
            if taken & run or (twin and start < chosen[-1].start):
                continue
            chosen.append(Placement(each.name, start, each.memory_slices))
            yield from extend(index + 1, taken | run)
            chosen.pop()

    yield from extend(0, 0)


@cache
def _layouts(gpu: str, used: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Grown one instance at a time: whatever is left of a legal layout is legal too."""
    found: set[tuple[str, ...]] = set()
    frontier: set[tuple[str, ...]] = {()}
    while frontier:
        grown = {tuple(sorted((*layout, name))) for layout in frontier for name in used}
        frontier = {layout for layout in grown if is_legal(layout, gpu)}
        found |= frontier
    return frozenset(found)


def _taken(placed: Sequence[Placement], gpu: str) -> set[int]:
    taken: set[int] = set()
    for each in placed:
        row = _profile(each.profile, gpu)
        if each.start not in row.starts or each.size != row.memory_slices:
            raise ValueError(
                f"{each.profile} takes {row.memory_slices} memory slices of {gpu} and starts at {_or(row.starts)}, "
                f"not {each.size} at {each.start}"
            )
        if taken & set(each.slices):
            raise ValueError(f"{each.profile} at {each.start} overlaps another instance")
        taken |= set(each.slices)
    return taken


def _refusal(standing: Sequence[Placement], wanted: Profile, gpu: str) -> str:
    if reason := why_not([*(each.profile for each in standing), wanted.name], gpu):
        return reason
    blocked = []
    for start in wanted.starts:
        there = next(each for each in standing if set(each.slices) & set(_run(wanted, start)))
        blocked.append(f"{there.profile} at {there.start} blocks its start {start}")
    return (
        f"The GPU is fragmented: {wanted.name} would fit if the others stood elsewhere, but {' and '.join(blocked)}. "
        "Instances can't be moved: destroy some, and create the largest first or name the starts."
    )


def _or(numbers: Sequence[int]) -> str:
    *most, last = (str(number) for number in numbers)
    return f"{', '.join(most)} or {last}" if most else last
