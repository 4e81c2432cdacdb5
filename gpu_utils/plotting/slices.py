"""A GPU cut into slices: its memory slices above, its compute slices below, and who has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gpu_utils.mig import Placement, profile, slices
from gpu_utils.plotting.house import FAINT, INK, WIDTH_IN, new_figure, style

__all__ = ["LEFT", "RIGHT", "describe_slices", "profile_look", "slice_map", "slice_maps"]

LEFT, RIGHT = 0.115, 0.985
"""Where the first memory slice begins and the last one ends, as shares of the figure's width."""

_COLOURS = {1: "#56B4E9", 2: "#009E73", 3: "#E69F00", 4: "#CC79A7", 7: "#0072B2"}
_HATCHES = {1: "", 2: "//", 3: "..", 4: "xx", 7: "\\\\"}
_BAND_IN = 1.75
_GAP = 0.05


def profile_look(name: str, gpu: str) -> tuple[str, str, str]:
    """Colour, its tint, and hatch of a profile: by compute slices, with a hatch of its own for "+me" and for one
    compute slice with twice the memory.

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> profile_look("3g.20gb", "A100-40GB")
    ('#E69F00', '#f6dda6', '..')
    """
    row = profile(name, gpu)
    colour = _COLOURS[row.compute_slices]
    hatch = "++" if row.media else _HATCHES[row.compute_slices] if row.is_base else "--"
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return colour, "#" + "".join(f"{round(255 - 0.35 * (255 - part)):02x}" for part in parts), hatch


def describe_slices(placed: Sequence[Placement], gpu: str) -> str:
    """A layout in words, from left to right, for those who can't see it.

    >>> describe_slices([Placement("3g.20gb", 0, 4), Placement("1g.5gb", 6, 1)], "A100-40GB")
    'A100-40GB: 3g.20gb on memory slices 0 to 3, 1g.5gb on 6; free: 4, 5, 7. Compute slices: 4 of 7 used, 1 idle.'
    """
    compute, memory = slices(gpu)
    runs = [f"{each.profile} on {_run(each)}" for each in sorted(placed, key=lambda each: each.start)]
    if runs:
        runs[0] = runs[0].replace(" on ", " on memory slices " if " to " in runs[0] else " on memory slice ", 1)
    taken = {slot for each in placed for slot in each.slices}
    free = ", ".join(str(slot) for slot in range(memory) if slot not in taken)
    used, idle = _compute(placed, gpu)
    waste = f", {len(idle)} idle" if idle else ""
    return (
        f"{gpu}: {', '.join(runs) or 'no instance'}; free: {free or 'none'}. "
        f"Compute slices: {len(used)} of {compute} used{waste}."
    )


def slice_map(placed: Sequence[Placement], gpu: str, title: str = "") -> Any:
    """One GPU: what stands on its memory slices, and which compute slices that takes or leaves idle.

    Compute slices are drawn below the memory that they go with; which ones a driver really takes is not documented.
    A compute slice is idle when the memory beside it belongs to an instance that has enough of them already.

    Args:
        placed: instances, as `gpu_utils.mig.placements` or `gpu_utils.mig.create` give them.
        gpu: its name.
        title: the GPU's name by default.

    Raises:
        ValueError: the GPU has no such profile, or the tables don't know the GPU.

    >>> slice_map([Placement("4g.20gb", 0, 4)], "A100-40GB").alt
    'A100-40GB: 4g.20gb on memory slices 0 to 3; free: 4, 5, 6, 7. Compute slices: 4 of 7 used.'
    """
    return slice_maps({title or gpu: placed}, gpu)


def slice_maps(layouts: Mapping[str, Sequence[Placement]], gpu: str) -> Any:
    """Several GPUs of one kind below each other, each under its title: a plan, or two layouts to compare.

    Raises:
        ValueError: there is none to draw, or as `slice_map`.

    >>> slice_maps({"before": [], "after": [Placement("1g.6gb", 0, 1)]}, "A30").alt.partition(". ")[0]
    'before: A30: no instance; free: 0, 1, 2, 3'
    """
    if not layouts:
        raise ValueError("there is no layout to draw")
    said = [describe_slices(placed, gpu) for placed in layouts.values()]
    if len(layouts) > 1:
        said = [f"{title}: {words}" for title, words in zip(layouts, said, strict=True)]
    height = _BAND_IN * len(layouts)
    figure = new_figure(WIDTH_IN, height, " ".join(said))
    figure.set_layout_engine("none")  # the place of each slice is known, so that a widget may lay something over it
    with style():
        for place, (title, placed) in enumerate(layouts.items()):
            bottom = 1 - (place + 1) / len(layouts)
            axes = figure.add_axes((LEFT, bottom + 0.05 / height, RIGHT - LEFT, (_BAND_IN - 0.4) / height))
            axes.set_title(title, fontsize=11, pad=6)
            _band(axes, placed, gpu)
    return figure


def _band(axes: Any, placed: Sequence[Placement], gpu: str) -> None:
    compute, memory = slices(gpu)
    axes.set(xlim=(0, memory), ylim=(-0.95, 1), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.text(-0.012, 0.5, "memory\nslices", transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=10)
    axes.text(
        -0.012, -0.5, "compute\nslices", transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=10
    )
    taken = {slot for each in placed for slot in each.slices}
    used, idle = _compute(placed, gpu)
    for slot in range(memory):
        if slot not in taken:
            _box(axes, slot, 1, 0, 1, face="white", line="--")
            axes.text(slot + 0.5, 0.5, str(slot), ha="center", va="center", fontsize=12, color="#6b6b6b")
    for slot in range(compute):
        if slot in idle:
            _box(axes, slot, 1, -0.85, 0.7, face="white", edge="#8c8c8c", hatch="////", line=":")
            _word(axes, slot + 0.5, -0.5, "idle", 9)
        elif slot not in used:
            _box(axes, slot, 1, -0.85, 0.7, face="white", line="--")
    for slot in range(compute, memory):
        axes.text(slot + 0.5, -0.5, "none here", ha="center", va="center", fontsize=9, color="#6b6b6b")
    for each in placed:
        colour, tint, hatch = profile_look(each.profile, gpu)
        _box(axes, each.start, each.size, 0, 1, face=tint, edge=colour, hatch=hatch)
        middle, narrow = each.start + each.size / 2, each.size == 1 and memory > 4
        name = each.profile.replace("+", "\n+") if narrow else each.profile
        _word(axes, middle, 0.6, name, 9 if narrow else 12, weight="bold")
        _word(axes, middle, 0.16, _run(each), 9)
        for slot in range(each.start, each.start + profile(each.profile, gpu).compute_slices):
            _box(axes, slot, 1, -0.85, 0.7, face=tint, edge=colour, hatch=hatch)


def _run(each: Placement) -> str:
    return f"{each.start} to {each.slices[-1]}" if each.size > 1 else str(each.start)


def _compute(placed: Sequence[Placement], gpu: str) -> tuple[set[int], set[int]]:
    """Compute slices in use, and those idle beside memory that another has."""
    compute, _ = slices(gpu)
    used = {
        slot for each in placed for slot in range(each.start, each.start + profile(each.profile, gpu).compute_slices)
    }
    beside = {slot for each in placed for slot in each.slices if slot < compute}
    return used, beside - used


def _box(
    axes: Any,
    left: float,
    width: float,
    bottom: float,
    height: float,
    *,
    face: str,
    edge: str = FAINT,
    hatch: str = "",
    line: str = "-",
) -> None:
    """A filled and hatched box, and over it an outline: the hatch would take the outline's colour."""
    from matplotlib.patches import Rectangle

    box = (left + _GAP / 2, bottom), width - _GAP, height
    axes.add_patch(Rectangle(*box, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0, zorder=2))
    outline = INK if line == "-" else "#8c8c8c"
    axes.add_patch(
        Rectangle(*box, fill=False, edgecolor=outline, linewidth=1.2, linestyle=line, zorder=3, clip_on=False)
    )


def _word(axes: Any, x: float, y: float, text: str, size: float, weight: str = "normal") -> None:
    paper = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
    axes.text(x, y, text, ha="center", va="center", fontsize=size, fontweight=weight, bbox=paper, zorder=4)
