"""Who works when: one lane for each worker, one bar for each piece of work."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gpu_utils.plotting.house import PALETTE, WIDTH_IN, new_figure, style
from gpu_utils.provenance import Provenance

__all__ = ["timeline"]

_HATCHES = ("", "//", "..", "xx")


def timeline(
    lanes: Mapping[str, Sequence[tuple[float, float]]],
    provenance: Provenance | str = Provenance.MEASURED,
    *,
    title: str = "",
    alt: str | None = None,
) -> Any:
    """Pieces of work as bars over time, one lane a worker, from top to bottom.

    Args:
        lanes: name of the worker to its pieces, (start, end) in seconds; the earliest start becomes 0.
        provenance: where the times come from.
        title: a heading.
        alt: instead of the description that is made from the numbers.

    Returns:
        A figure.

    Raises:
        ValueError: no piece of work in any lane, or one that ends before it starts.

    >>> len(timeline({"loader": [(0, 1)], "device": [(1, 3)]}, "modelled").axes)
    1
    """
    pieces = [piece for lane in lanes.values() for piece in lane]
    if not pieces or any(not (math.isfinite(s) and math.isfinite(e) and s <= e) for s, e in pieces):
        raise ValueError("a timeline needs pieces of work (start, end) that end after they start")
    begin, end = min(s for s, _ in pieces), max(e for _, e in pieces)
    unit, scale = ("ms", 1e3) if end - begin < 1 else ("s", 1.0)
    label = Provenance(provenance)
    with style():
        figure = new_figure(WIDTH_IN, 0.5 * len(lanes) + 1.15, alt or _describe(lanes, begin, end, label))
        axes = figure.subplots()
        for place, (lane, colour, hatch) in enumerate(zip(lanes.values(), PALETTE * 9, _HATCHES * 9, strict=False)):
            bars = [((s - begin) * scale, (e - s) * scale) for s, e in lane]
            axes.broken_barh(bars, (place - 0.36, 0.72), facecolor=colour, hatch=hatch, edgecolor="white", lw=0.8)
        axes.set_ylim(len(lanes) - 0.4, -0.6)
        axes.set_xlim(0, (end - begin) * scale)
        axes.set_yticks(range(len(lanes)), list(lanes))
        axes.tick_params(axis="y", length=0, labelsize=11)
        axes.grid(axis="x")
        axes.set_xlabel(f"time in {unit} · {label}")
        axes.set_title(title)
    return figure


def _describe(lanes: Mapping[str, Sequence[tuple[float, float]]], begin: float, end: float, label: Provenance) -> str:
    said = [
        f"{name}: {len(lane)} pieces of work, {sum(e - s for s, e in lane) / max(end - begin, 1e-12):.0%} of the time"
        for name, lane in lanes.items()
    ]
    return f"Who works when, over {end - begin:.3g} s, {label}. {'; '.join(said)}."
