"""A picture cut into blocks of threads, and maps of how often each pixel was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpu_utils.plotting.house import WIDTH_IN, new_figure, style
from gpu_utils.plotting.pictures import as_bytes

__all__ = ["block_grid", "heat_maps"]

_EDGE = "#E69F00"
_SPARE = "#6b6b6b"


def block_grid(image: Any, block: tuple[int, int], marked: tuple[int, int] = (0, 0), *, alt: str | None = None) -> Any:
    """A picture under its grid of blocks; spare threads hatched; and one block enlarged, thread by thread.

    Args:
        image: (H, W) or (H, W, 3).
        block: threads of a block along x (columns) and y (rows).
        marked: which block to enlarge, along x and y.
        alt: instead of the description that is made from the numbers.

    Raises:
        ValueError: there is no such block.

    >>> import numpy as np
    >>> block_grid(np.zeros((10, 20)), (8, 8), (2, 1)).alt.split(".")[0]
    'A picture of 10 rows and 20 columns under a grid of 3 x 2 blocks of 8 x 8 threads'
    """
    from matplotlib.patches import Rectangle

    shown = as_bytes(image)
    (height, width), (across, down) = shown.shape[:2], block
    columns, rows = -(-width // across), -(-height // down)
    if not (0 <= marked[0] < columns and 0 <= marked[1] < rows):
        raise ValueError(f"a grid of {columns} x {rows} blocks has no block {marked}")
    left, top = marked[0] * across, marked[1] * down
    spare = columns * across * rows * down - width * height
    said = alt or (
        f"A picture of {height} rows and {width} columns under a grid of {columns} x {rows} blocks of "
        f"{across} x {down} threads. {spare} threads at the right and at the bottom have no pixel. Beside it block "
        f"{marked} enlarged, each thread with its place in the block: its first thread has the pixel in row {top}, "
        f"column {left}."
    )
    with style():
        figure = new_figure(WIDTH_IN, 4.0, said)
        whole, near = figure.subplots(1, 2, width_ratios=[1.25, 1])
        for axes, box in ((whole, (0, 0, columns * across, rows * down)), (near, (left, top, across, down))):
            axes.add_patch(Rectangle(box[:2], *box[2:], facecolor="white", edgecolor=_SPARE, hatch="///", lw=0))
            axes.imshow(shown, extent=(0, width, height, 0), interpolation="nearest", zorder=2)
            axes.set_xlim(box[0] - 0.01 * box[2], box[0] + 1.01 * box[2])
            axes.set_ylim(box[1] + 1.01 * box[3], box[1] - 0.01 * box[3])
            axes.set_aspect("equal")
            axes.tick_params(length=0)
        for x in range(0, columns + 1):
            whole.plot([x * across] * 2, [0, rows * down], color=_EDGE, lw=1, ls="-", zorder=3)
        for y in range(0, rows + 1):
            whole.plot([0, columns * across], [y * down] * 2, color=_EDGE, lw=1, ls="-", zorder=3)
        whole.add_patch(Rectangle((left, top), across, down, fill=False, edgecolor="black", lw=4, zorder=4))
        whole.add_patch(Rectangle((left, top), across, down, fill=False, edgecolor=_EDGE, lw=2, zorder=5))
        whole.set_title(f"grid ({columns}, {rows}) of blocks; hatched: spare threads", fontsize=10)
        whole.set(xlabel="column, x", ylabel="row, y")
        near.set_title(f"block {marked}: threadIdx.x, threadIdx.y", fontsize=10)
        near.set_xlabel("column, x")
        if max(across, down) <= 16:
            _name_threads(near, left, top, across, down, shown)
    return figure


def _name_threads(axes: Any, left: int, top: int, across: int, down: int, shown: Any) -> None:
    for y in range(down):
        for x in range(across):
            inside = top + y < shown.shape[0] and left + x < shown.shape[1]
            dark = inside and float(shown[top + y, left + x] @ [0.299, 0.587, 0.114]) <= 120
            box = None if inside else {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.text(
                left + x + 0.5,
                top + y + 0.5,
                f"{x},{y}",
                ha="center",
                va="center",
                fontsize=min(10.0, 70 / max(across, down)),
                color="white" if dark else "black",
                zorder=6,
                bbox=box,
            )
    for x in range(across + 1):
        axes.plot([left + x] * 2, [top, top + down], color="white", lw=0.8, ls="-", zorder=4)
    for y in range(down + 1):
        axes.plot([left, left + across], [top + y] * 2, color="white", lw=0.8, ls="-", zorder=4)


def heat_maps(maps: Mapping[str, Any], alt: str, label: str = "reads of each pixel (emulated)") -> Any:
    """Counts per pixel side by side, in one colour scale and with their totals.

    Args:
        maps: name to an (H, W) array of counts, as `gpu_utils.counts.Counts.heat` gives them.
        alt: what is to be seen.
        label: what the colours count, with its provenance.

    Raises:
        ValueError: no maps, or no alt text.

    >>> import numpy as np
    >>> len(heat_maps({"one": np.eye(3)}, alt="a diagonal").axes)
    2
    """
    if not maps or not alt.strip():
        raise ValueError("heat_maps needs at least one map and an alt text that says what is to be seen")
    top = max(float(one.max()) for one in maps.values())
    with style():
        figure = new_figure(WIDTH_IN, 0.9 + 0.8 * WIDTH_IN / (len(maps) + 0.3), alt)
        panels = figure.subplots(1, len(maps), squeeze=False).ravel()
        for axes, (name, counts) in zip(panels, maps.items(), strict=True):
            picture = axes.imshow(counts, cmap="cividis", vmin=0, vmax=top, interpolation="nearest")
            axes.set_title(f"{name}: {int(counts.sum()):,} in all", fontsize=11)
            axes.set_xlabel("column")
            axes.tick_params(length=0)
        panels[0].set_ylabel("row")
        figure.colorbar(picture, ax=list(panels), label=label, shrink=0.8)
    return figure
