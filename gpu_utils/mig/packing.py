"""Many tenants, few GPUs: the fewest GPUs that hold a list of profiles, and a proof that fewer can't.

The proof is a price list. Give each profile a price, in GPUs, so that no layout of one GPU is worth more than 1; then
a list worth 12.4 GPUs needs 13. The best such prices are a small linear program, solved here in exact fractions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from gpu_utils.mig.geometry import all_layouts
from gpu_utils.mig.tables import profile, profiles

__all__ = ["lower_bound", "plan", "prices"]

_EXACT = 24
"""Up to so many requests every way is searched; longer lists keep the bulk of the linear program's answer."""

Counts = tuple[int, ...]


def plan(requests: Iterable[str], gpu: str) -> list[list[str]]:
    """The fewest GPUs that hold all requests: for each GPU its profiles, largest first, as they are best created.

    The fewest possible for up to 24 requests, by search. For longer lists it is the fewest whenever the number
    equals `lower_bound`, which it has in all tests; compare the two to be sure.

    Nothing is reconfigured: this is arithmetic.

    Raises:
        ValueError: a request that no such GPU can hold, by name, or a GPU that the tables don't know.

    >>> plan(["3g.20gb", "3g.20gb"] + 8 * ["1g.5gb"], "A100-40GB")
    [['3g.20gb', '1g.5gb', '1g.5gb', '1g.5gb', '1g.5gb'], ['3g.20gb', '1g.5gb', '1g.5gb', '1g.5gb', '1g.5gb']]
    """
    names, counts = _counted(requests, gpu)
    if not names:
        return []
    patterns = _patterns(names, gpu)
    worth, mixture = _linear_program(counts, patterns)
    fewest = _rounded_up(counts, worth)
    whole = [0] * len(patterns) if sum(counts) <= _EXACT else [math.floor(share) for share in mixture]
    found = None
    while found is None:
        found = _with_bulk(counts, patterns, worth, whole, fewest)
        fewest += 1
    return _dealt(found, names, counts)


def lower_bound(requests: Iterable[str], gpu: str) -> int:
    """GPUs that no plan can do without: what the requests are worth at the best `prices`, rounded up.

    Raises:
        ValueError: a request that no such GPU can hold, or a GPU that the tables don't know.

    >>> lower_bound(["3g.20gb", "3g.20gb"] + 8 * ["1g.5gb"], "A100-40GB")
    2
    """
    names, counts = _counted(requests, gpu)
    if not names:
        return 0
    return _rounded_up(counts, _linear_program(counts, _patterns(names, gpu))[0])


def prices(requests: Iterable[str], gpu: str) -> dict[str, Fraction]:
    """What each requested profile is worth, in GPUs, so that the list is worth most and no layout more than 1.

    Raises:
        ValueError: a request that no such GPU can hold, or a GPU that the tables don't know.

    >>> prices(100 * ["1g.5gb"], "A100-40GB")
    {'1g.5gb': Fraction(1, 7)}
    """
    names, counts = _counted(requests, gpu)
    if not names:
        return {}
    return dict(zip(names, _linear_program(counts, _patterns(names, gpu))[0], strict=True))


def _counted(requests: Iterable[str], gpu: str) -> tuple[list[str], Counts]:
    """The requested profiles, largest first, and how often each is wanted."""
    if isinstance(requests, str):
        raise ValueError(f"a list of profiles is wanted, not the text {requests!r}")
    wanted = Counter(requests)
    rows = [profile(name, gpu) for name in wanted]
    order = list(profiles(gpu))
    rows.sort(key=lambda each: (-each.memory_slices, -each.compute_slices, order.index(each.name)))
    return [each.name for each in rows], tuple(wanted[each.name] for each in rows)


def _patterns(names: Sequence[str], gpu: str) -> list[Counts]:
    """The fullest layouts of one GPU with these profiles, as counts; all others are parts of them."""
    found = [tuple(layout.count(name) for name in names) for layout in all_layouts(gpu, names)]
    return sorted(
        (each for each in found if not any(each != more and _within(each, more) for more in found)), reverse=True
    )


def _within(part: Counts, whole: Counts) -> bool:
    return all(few <= many for few, many in zip(part, whole, strict=True))


def _rounded_up(counts: Counts, worth: Sequence[Fraction]) -> int:
    return math.ceil(sum(count * price for count, price in zip(counts, worth, strict=True)))


def _linear_program(counts: Counts, patterns: Sequence[Counts]) -> tuple[list[Fraction], list[Fraction]]:
    """Prices that make the counts worth most while no pattern is worth more than 1, and the mixture of patterns
    that needs just as many GPUs when a fraction of a GPU may be bought.

    The simplex method on a dictionary of fractions, with Bland's rule, so that it ends.
    """
    kinds = len(counts)
    columns = list(range(kinds))  # variables that are 0: prices; kinds + i is the slack of pattern i
    rows = list(range(kinds, kinds + len(patterns)))
    table = [[Fraction(1), *(Fraction(-count) for count in pattern)] for pattern in patterns]
    goal = [Fraction(0), *(Fraction(count) for count in counts)]
    while any(value > 0 for value in goal[1:]):
        column = min((place for place in range(kinds) if goal[place + 1] > 0), key=lambda place: columns[place])
        limits = [
            (line[0] / -line[column + 1], rows[place], place)
            for place, line in enumerate(table)
            if line[column + 1] < 0
        ]
        row = min(limits)[2]
        _pivot(table, goal, row, column)
        rows[row], columns[column] = columns[column], rows[row]
    worth, mixture = [Fraction(0)] * kinds, [Fraction(0)] * len(patterns)
    for place, variable in enumerate(rows):
        if variable < kinds:
            worth[variable] = table[place][0]
    for place, variable in enumerate(columns):
        if variable >= kinds:
            mixture[variable - kinds] = -goal[place + 1]
    return worth, mixture


def _pivot(table: list[list[Fraction]], goal: list[Fraction], row: int, column: int) -> None:
    """Solve one row for the variable of one column, and put the result into all others."""
    line, place = table[row], column + 1
    factor = -1 / line[place]
    solved = [value * factor for value in line]
    solved[place] = -factor
    for other in (*table, goal):
        if other is line or not other[place]:
            continue
        share = other[place]
        other[place] = Fraction(0)
        other[:] = [value + share * part for value, part in zip(other, solved, strict=True)]
    table[row] = solved


def _with_bulk(
    counts: Counts, patterns: Sequence[Counts], worth: Sequence[Fraction], whole: Sequence[int], fewest: int
) -> list[Counts] | None:
    """A packing on `fewest` GPUs that keeps most of the bulk, `whole` times each pattern; None when there is none.

    What the bulk leaves over is small, and is searched to the end; without success, a little less bulk is kept.
    """
    for fewer in range(3):
        kept = [max(0, times - fewer) for times in whole]
        bulk = [pattern for pattern, times in zip(patterns, kept, strict=True) for _ in range(times)]
        if len(bulk) > fewest:
            continue
        rest = tuple(
            max(0, count - sum(pattern[kind] * times for pattern, times in zip(patterns, kept, strict=True)))
            for kind, count in enumerate(counts)
        )
        found = _search(rest, patterns, worth, fewest - len(bulk), set())
        if found is not None:
            return bulk + found
        if not any(kept):
            break
    return None


def _search(
    counts: Counts, patterns: Sequence[Counts], worth: Sequence[Fraction], fewest: int, failed: set[tuple[Counts, int]]
) -> list[Counts] | None:
    """Patterns, at most `fewest`, that cover the counts; None when there are none. `failed` remembers dead ends."""
    if not any(counts):
        return []
    if fewest < 1 or _rounded_up(counts, worth) > fewest or (counts, fewest) in failed:
        return None
    kind = next(place for place, count in enumerate(counts) if count)
    rests = {
        tuple(max(0, count - there) for count, there in zip(counts, pattern, strict=True)): pattern
        for pattern in patterns
        if pattern[kind]
    }
    for rest in sorted(rests, key=lambda each: (sum(map(_product, each, worth)), sum(each))):
        found = _search(rest, patterns, worth, fewest - 1, failed)
        if found is not None:
            return [rests[rest], *found]
    failed.add((counts, fewest))
    return None


def _product(count: int, price: Fraction) -> Fraction:
    return count * price


def _dealt(packing: Iterable[Counts], names: Sequence[str], counts: Counts) -> list[list[str]]:
    """The requests dealt to the patterns; a place that nobody wants stays empty."""
    left, found = list(counts), []
    for pattern in sorted(packing, reverse=True):
        taken = [min(there, wanted) for there, wanted in zip(pattern, left, strict=True)]
        left = [wanted - took for wanted, took in zip(left, taken, strict=True)]
        if any(taken):
            found.append([name for name, took in zip(names, taken, strict=True) for _ in range(took)])
    return found
