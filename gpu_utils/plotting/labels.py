"""Words beside dots that cover neither each other, nor a dot, nor a line, and leave no doubt which dot is meant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["place_labels"]

_DIRECTIONS = ((1, 0), (1, -1), (1, 1), (-1, 0), (-1, -1), (-1, 1), (0, -1), (0, 1))
_DISTANCES_PT = (9, 16, 26, 38, 54, 72, 92)
_ROUNDS = 4


@dataclass(frozen=True)
class _Place:
    """Where words could stand: their box and a thread to their dot, in pixels, and how far that is from ideal."""

    shift: tuple[int, int]
    box: Any
    thread: tuple[Any, Any] | None
    cost: float


def place_labels(
    figure: Any,
    axes: Any,
    texts: Sequence[tuple[float, float, str]],
    lines: Sequence[Sequence[tuple[float, float]]] = (),
    fontsize: float = 9.5,
) -> None:
    """Write each text near its point, at the nearest place that is still free.

    A thread leads from words to their dot where these are apart, or where another dot is about as near.

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
    dots = [axes.transData.transform((x, y)) for x, y, _ in texts]
    walls = [pair for corners in lines for pair in itertools.pairwise(axes.transData.transform(corners))]
    renderer = figure.canvas.get_renderer()
    taken = [each.get_window_extent(renderer) for each in axes.texts]
    choices = [list(_places(figure, axes, text, fontsize, dots, walls, taken)) for text in texts]
    order = sorted(range(len(texts)), key=lambda n: texts[n], reverse=True)  # from the right: words run to the right
    chosen: dict[int, _Place] = {}
    for _ in range(_ROUNDS):  # the first round finds a place for each, the others a better one beside all others
        for n in order:
            others = [place for m, place in chosen.items() if m != n]
            chosen[n] = min(choices[n], key=lambda place: place.cost + sum(_clash(place, other) for other in others))
    for (x, y, text), place in zip(texts, (chosen[n] for n in range(len(texts))), strict=True):
        _write(axes, x, y, text, place.shift, fontsize)
        if place.thread:
            axes.annotate("", (x, y), place.shift, textcoords="offset points", arrowprops=_THREAD, zorder=7)


_THREAD = {"arrowstyle": "-", "color": "#6b6b6b", "lw": 0.8, "shrinkA": 0, "shrinkB": 5}


def _write(axes: Any, x: float, y: float, text: str, shift: tuple[int, int], fontsize: float) -> Any:
    right, up = shift
    return axes.annotate(
        text,
        (x, y),
        shift,
        textcoords="offset points",
        ha="left" if right > 0 else "right" if right < 0 else "center",
        va="bottom" if up > 0 else "top" if up < 0 else "center",
        fontsize=fontsize,
        bbox={"boxstyle": "square,pad=0", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        zorder=8,
    )


def _places(
    figure: Any, axes: Any, text: tuple[float, float, str], fontsize: float, dots: Any, walls: Any, taken: Any
) -> Iterator[_Place]:
    """All places of one text, each with what it costs while no other text is written."""
    from matplotlib.transforms import Bbox

    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    dot = axes.transData.transform(text[:2])
    near = [each for each in dots if not np.allclose(each, dot)]
    for turn, (right, up) in enumerate(_DIRECTIONS):
        note = _write(axes, *text, (right, up), fontsize)
        at_dot = note.get_window_extent(renderer)
        note.remove()
        for step, distance in enumerate(_DISTANCES_PT):
            far = np.array((right, up)) * (distance - 1) * figure.dpi / 72
            box = at_dot.translated(*far)
            own = _distance(box, dot)
            doubtful = any(_distance(box, each) < 2 * own + 6 for each in near)
            end = np.clip(dot + np.array((right, up)) * distance * figure.dpi / 72, box.min, box.max)
            thread = (dot, end) if step > 0 or doubtful else None
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            cost = 10.0 * step + turn + (0 if inside else 1000)
            cost += 300 * sum(box.padded(3).overlaps(each) for each in taken)
            cost += 200 * sum(_distance(box, each) < 4 for each in dots)
            cost += 100 * sum(_crosses(box, pair, 5) for pair in walls)
            if thread:
                cost += 5 + 150 * sum(_crosses(Bbox([each, each]), thread, 8) for each in near)
                cost += 150 * sum(_crosses(each, thread, 2) for each in taken)
            yield _Place((right * distance, up * distance), box, thread, cost)


def _clash(one: _Place, other: _Place) -> float:
    """What it costs that two texts stand where they stand."""
    cost = 300.0 * bool(one.box.padded(3).overlaps(other.box))
    for words, thread in ((one.box, other.thread), (other.box, one.thread)):
        cost += 150 * (thread is not None and _crosses(words, thread, 3))
    return cost + 60 * (one.thread is not None and other.thread is not None and _meet(one.thread, other.thread))


def _distance(box: Any, dot: Any) -> float:
    """From a point to the nearest point of a box; 0 inside it."""
    return float(np.hypot(*(np.clip(dot, box.min, box.max) - dot)))


def _meet(one: Any, other: Any) -> bool:
    """Whether two straight pieces cross each other."""

    def side(line: Any, point: Any) -> float:
        (ax, ay), (bx, by) = line
        return float((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax))

    return side(one, other[0]) * side(one, other[1]) < 0 and side(other, one[0]) * side(other, one[1]) < 0


def _crosses(box: Any, line: Any, margin: float) -> bool:
    """Whether a straight piece comes within a margin of a box (Liang and Barsky's clipping)."""
    start, end = line
    first, last = 0.0, 1.0
    for at, step, low, high in (
        (start[0], end[0] - start[0], box.x0 - margin, box.x1 + margin),
        (start[1], end[1] - start[1], box.y0 - margin, box.y1 + margin),
    ):
        if abs(step) < 1e-9:
            if not low <= at <= high:
                return False
            continue
        enter, leave = sorted(((low - at) / step, (high - at) / step))
        first, last = max(first, enter), min(last, leave)
    return first <= last
