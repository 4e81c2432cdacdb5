"""Boxes drawn from above: GPUs, switches, and every link between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from gpu_utils.plotting.house import INK, PALETTE, new_figure, style
from gpu_utils.topology import Node, Topology, node_is_no_gpu

__all__ = ["draw_topologies", "places"]

_CUBE: dict[Node, tuple[float, float]] = {
    0: (0.0, 1.0),
    1: (0.9, 2.0),
    2: (0.9, 0.0),
    3: (1.8, 1.0),
    4: (5.2, 1.0),
    5: (4.3, 2.0),
    6: (4.3, 0.0),
    7: (3.4, 1.0),
}
_BENDS: dict[tuple[Node, Node], float] = {(0, 4): 0.72, (1, 5): 0.06, (2, 6): -0.12, (3, 7): 0.0}


def places(box: Topology) -> dict[Node, tuple[float, float]]:
    """Where each node of a box is drawn: GPUs in rows, what joins them in between or above.

    >>> from gpu_utils.topology import dgx_a100
    >>> len(places(dgx_a100()))
    14
    """
    if not box.switches:
        return dict(_CUBE)
    if "CPU 0" in box.switches:
        return _tree(box)
    per_row = 8
    rows = math.ceil(box.gpus / per_row)
    found: dict[Node, tuple[float, float]] = {}
    for gpu in range(box.gpus):
        found[gpu] = (float(gpu % per_row), 0.0 if gpu < per_row else 3.3)
    gap = (per_row - 1) / 5
    for number, name in enumerate(box.switches):
        board = number // 6 if rows > 1 else 0
        found[name] = (gap * (number % 6), 1.1 + 1.1 * board)
    return found


def _tree(box: Topology) -> dict[Node, tuple[float, float]]:
    found: dict[Node, tuple[float, float]] = {gpu: (float(gpu), 0.0) for gpu in range(box.gpus)}
    for level, kind in ((1.0, "PCIe"), (2.0, "CPU")):
        names = [name for name in box.switches if name.startswith(kind)]
        for name in names:
            number, share = int(name.split()[1]), box.gpus / len(names)
            found[name] = (share * number + (share - 1) / 2, level)
    return found


def draw_topologies(
    boxes: Sequence[Topology], path: Sequence[Node] = (), title: str = "", alt: str | None = None
) -> Any:
    """Draw boxes side by side; a double line is two links, a thick one more.

    Args:
        boxes: what to draw, at most three.
        path: nodes one after the other, drawn over the links of the first box.
        title: a heading, when there is only one box.
        alt: instead of the description that is made from the wiring.

    Returns:
        A figure.

    Raises:
        ValueError: nothing to draw, or more than three boxes.

    >>> from gpu_utils.topology import dgx1
    >>> draw_topologies([dgx1()], path=[0, 4, 6]).alt[:28]
    'DGX-1: 8 GPUs, 16 pairs of n'
    """
    if not 1 <= len(boxes) <= 3:
        raise ValueError(f"one to three boxes fit on a figure, not {len(boxes)}")
    with style():
        figure = new_figure(8, 3.1 if len(boxes) == 1 else 2.9 * len(boxes), alt or " ".join(map(_describe, boxes)))
        for number, (axes, box) in enumerate(
            zip(figure.subplots(len(boxes), 1, squeeze=False)[:, 0], boxes, strict=True)
        ):
            _draw(axes, box, path if number == 0 else ())
            axes.set_title(title if title and len(boxes) == 1 else f"{box.name}: {box.kind}, published")
    return figure


def _draw(axes: Any, box: Topology, path: Sequence[Node]) -> None:
    where = places(box)
    cube = not box.switches
    for pair, count in box.bundles.items():
        a, b = sorted(pair, key=str)
        bend = _BENDS.get((a, b), 0.0) if cube else 0.0
        for shift in (-0.035, 0.035) if count == 2 and cube else (0.0,):
            _line(axes, where[a], where[b], shift, bend, lw=1.4 if count <= 2 else 3.5, color="#8a8a8a")
    for a, b in itertools.pairwise(path):
        one, other = sorted((a, b), key=str)
        bend = _BENDS.get((one, other), 0.0) if cube else 0.0
        _line(axes, where[one], where[other], 0.0, bend, lw=4.5, color=PALETTE[1], alpha=0.85, zorder=3)
    for node, (x, y) in where.items():
        other = node_is_no_gpu(node)
        size = 8 if len(where) > 20 else 9
        axes.text(
            x,
            y,
            str(node).replace("switch ", "S").replace("PCIe ", "P") if other else f"GPU {node}",
            ha="center",
            va="center",
            fontsize=size,
            color="white" if not other else INK,
            zorder=5,
            bbox={
                "boxstyle": "round,pad=0.35" if other else "square,pad=0.4",
                "facecolor": "#ececec" if other else PALETTE[0],
                "edgecolor": PALETTE[1] if node in path else "#6b6b6b",
                "linewidth": 2.5 if node in path else 1,
            },
        )
    xs, ys = [x for x, _ in where.values()], [y for _, y in where.values()]
    axes.set_xlim(min(xs) - 0.5, max(xs) + 0.5)
    axes.set_ylim(min(ys) - 0.4, max(ys) + (0.75 if cube else 0.4))
    axes.axis("off")


def _line(
    axes: Any, start: tuple[float, float], end: tuple[float, float], shift: float, bend: float, **looks: Any
) -> None:
    """A straight line, moved sideways by `shift`, or a bow of height `bend` over its middle."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    aside = (-dy / length * shift, dx / length * shift)
    steps = [part / 24 for part in range(25)]
    xs = [start[0] + dx * s + aside[0] for s in steps]
    rise = 1.9 * bend
    ys = [start[1] + dy * s + aside[1] + 4 * rise * s * (1 - s) for s in steps]
    axes.plot(xs, ys, linestyle="-", **looks)


def _describe(box: Topology) -> str:
    if box.switches:
        kinds = dict.fromkeys(name.split()[0] for name in box.switches)
        joined = ", ".join(f"{sum(name.startswith(kind) for name in box.switches)} {kind}" for kind in kinds)
        return f"{box.name}: {box.gpus} GPUs joined by {joined} nodes, {box.kind}."
    missing = [f"{a} and {b}" for a in range(box.gpus) for b in range(a + 1, box.gpus) if not box.between(a, b)]
    return (
        f"{box.name}: {box.gpus} GPUs, {len(box.links)} pairs of neighbours with one or two {box.kind} links; "
        f"no link joins {len(missing)} pairs, {', '.join(missing)}."
    )
