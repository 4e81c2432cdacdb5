"""Words beside dots that cover neither each other, nor a dot, nor a line."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

__all__ = ["place_labels"]

_DIRECTIONS = ((1, 0), (1, -1), (1, 1), (-1, 0), (-1, -1), (-1, 1), (0, -1), (0, 1))
_DISTANCES_PT = (9, 16, 26, 38, 54, 72)


def place_labels(
    figure: Any,
    axes: Any,
    texts: Sequence[tuple[float, float, str]],
    lines: Sequence[Sequence[tuple[float, float]]] = (),
    fontsize: float = 9.5,
) -> None:
    """Write each text near its point, at the nearest place that is still free.

    Args:
        figure: the figure, laid out as it will be shown.
        axes: where the points are drawn; its limits are final.
        texts: (x, y, text) in data units.
        lines: corners of lines that no text may cross, in data units.
        fontsize: in points.

    >>> from gpu_utils.plotting.house import new_figure
    >>> figure = new_figure(alt="a point")
    >>> axes = figure.subplots()
    >>> place_labels(figure, axes, [(0.5, 0.5, "the middle")])
    >>> [text.get_text() for text in axes.texts]
    ['the middle']
    """
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    dots = [axes.transData.transform((x, y)) for x, y, _ in texts]
    walls = [axes.transData.transform(corners) for corners in lines]
    taken = [each.get_window_extent(renderer) for each in axes.texts]
    for x, y, text in sorted(texts, reverse=True):  # from the right, so that words run into free space
        best, best_cost = None, float("inf")
        for step, distance in enumerate(_DISTANCES_PT):
            for turn, (right, up) in enumerate(_DIRECTIONS):
                note = _write(axes, x, y, text, right * distance, up * distance, fontsize)
                box = note.get_window_extent(renderer)
                cost = 10 * step + turn + _penalty(box, frame, taken, dots, walls)
                note.remove()
                if cost < best_cost:
                    best, best_cost = (right * distance, up * distance, step), cost
        if best is None:
            continue
        note = _write(axes, x, y, text, best[0], best[1], fontsize)
        taken.append(note.get_window_extent(renderer))
        if best[2] > 1:  # far enough that a thread must show which dot is meant
            axes.annotate("", (x, y), best[:2], textcoords="offset points", arrowprops=_THREAD)


_THREAD = {"arrowstyle": "-", "color": "#6b6b6b", "lw": 0.8, "shrinkA": 0, "shrinkB": 5}


def _write(axes: Any, x: float, y: float, text: str, right: float, up: float, fontsize: float) -> Any:
    return axes.annotate(
        text,
        (x, y),
        (right, up),
        textcoords="offset points",
        ha="left" if right > 0 else "right" if right < 0 else "center",
        va="bottom" if up > 0 else "top" if up < 0 else "center",
        fontsize=fontsize,
        bbox={"boxstyle": "square,pad=0", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        zorder=8,
    )


def _penalty(box: Any, frame: Any, taken: list[Any], dots: list[Any], walls: list[Any]) -> float:
    inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    cost: float = 0.0 if inside else 1000.0
    cost += 300.0 * sum(box.padded(3).overlaps(other) for other in taken)
    cost += 200.0 * sum(box.x0 - 4 <= x <= box.x1 + 4 and box.y0 - 4 <= y <= box.y1 + 4 for x, y in dots)
    for corners in walls:
        cost += 100.0 * sum(_crosses(box, *pair) for pair in itertools.pairwise(corners))
    return cost


def _crosses(box: Any, start: Any, end: Any) -> bool:
    """Whether a straight line comes within 5 pixels of a box (Liang and Barsky's clipping)."""
    first, last = 0.0, 1.0
    for at, step, low, high in (
        (start[0], end[0] - start[0], box.x0 - 5, box.x1 + 5),
        (start[1], end[1] - start[1], box.y0 - 5, box.y1 + 5),
    ):
        if abs(step) < 1e-9:
            if not low <= at <= high:
                return False
            continue
        enter, leave = sorted(((low - at) / step, (high - at) / step))
        first, last = max(first, enter), min(last, leave)
    return first <= last
