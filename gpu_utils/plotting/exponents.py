"""Where the magnitudes of many values lie, and which of them a number format can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gpu_utils.layouts import Format, find
from gpu_utils.plotting.house import INK, PALETTE, new_figure, style
from gpu_utils.rounding import round_float64

__all__ = ["exponent_histogram", "fates"]


def fates(values: Any, format: Format | str, scale: float = 1.0) -> dict[str, float]:
    """What becomes of the non-zero values, times `scale`, in a format: shares that add up to 1, emulated.

    Args:
        values: an array of any shape.
        format: a name of `gpu_utils.formats.FORMATS`, or a `Format`.
        scale: the factor that all are multiplied with first.

    Returns:
        Shares "zero" (rounded to it), "subnormal", "normal" and "infinite" (NaN and infinity, overflow among them).

    >>> fates([1.0, 1e-6, 1e-9, 1e6], "fp16")
    {'zero': 0.25, 'subnormal': 0.25, 'normal': 0.25, 'infinite': 0.25}
    """
    layout = find(format)
    alive = np.asarray(values, dtype=np.float64).reshape(-1)
    alive = alive[alive != 0] * scale
    kept = np.abs(round_float64(alive, layout, "nearest-even", False))
    infinite, zero = ~np.isfinite(kept), kept == 0
    below = (kept < layout.smallest_normal) & ~zero & ~infinite
    count = max(alive.size, 1)
    shares = {"zero": zero.sum() / count, "subnormal": below.sum() / count}
    shares |= {"normal": (~zero & ~below & ~infinite).sum() / count, "infinite": infinite.sum() / count}
    return {name: float(share) for name, share in shares.items()}


def exponent_histogram(
    values: Any, format: Format | str = "fp16", scale: float = 1.0, pictures: Sequence[Any] = ()
) -> Any:
    """How many values lie at each power of two, with the range of a format behind them.

    Args:
        values: an array of any shape; zeros are left out.
        format: whose range is drawn.
        scale: the factor that all values are multiplied with first, a power of two.
        pictures: up to six pictures (H, W) of signed values before the factor, drawn above as the format leaves
            them: white is zero, black what is infinite or NaN; the colours are those that suit `values`.

    Returns:
        A figure that describes itself.

    >>> exponent_histogram([1.0, 1e-9], "fp16").alt
    'Powers of two of 2 values, times 2^0: 50.0 % too small for FP16, 0.0 % too large.'
    """
    layout = find(format)
    alive = np.abs(np.asarray(values, dtype=np.float64).reshape(-1))
    alive = alive[(alive > 0) & np.isfinite(alive)]
    share = fates(values, layout, scale)
    power = float(np.log2(scale))
    figure = new_figure(
        height_in=4.6 if len(pictures) else 3.0,
        alt=f"Powers of two of {alive.size} values, times 2^{power:g}: {100 * share['zero']:.1f} % too small for "
        f"{layout.name}, {100 * share['infinite']:.1f} % too large.",
    )
    with style():
        if len(pictures):
            grid = figure.add_gridspec(2, len(pictures), height_ratios=[1, 1.35])
            limit = float(alive.max(initial=0.0)) / 2 or 1.0
            for place, picture in enumerate(pictures):
                _draw_picture(figure.add_subplot(grid[0, place]), picture, layout, scale, limit)
            axes = figure.add_subplot(grid[1, :])
        else:
            axes = figure.add_subplot()
        _draw_range(axes, alive, layout, power)
    return figure


def _draw_picture(axes: Any, picture: Any, layout: Format, scale: float, limit: float) -> None:
    """Zero is white, what overflowed is black; the colours are those of the exact values, so only losses change it."""
    with np.errstate(over="ignore", invalid="ignore"):
        kept = round_float64(np.asarray(picture, dtype=np.float64) * scale, layout, "nearest-even", False) / scale
    shown = np.ma.masked_invalid(kept)
    from matplotlib import colormaps

    colours = colormaps["PuOr_r"].with_extremes(bad="black")
    axes.imshow(shown, cmap=colours, vmin=-limit, vmax=limit)
    axes.spines[["top", "right"]].set_visible(True)
    axes.set(xticks=[], yticks=[])


def _draw_range(axes: Any, alive: Any, layout: Format, power: float) -> None:
    lowest = int(np.log2(layout.smallest_subnormal))
    highest = int(np.floor(np.log2(layout.largest)))
    normal = layout.smallest_exponent
    left, right = max(lowest, -140) - 26, highest + 8
    axes.axvspan(lowest - 1, normal, color=PALETTE[4], alpha=0.22, label=f"{layout.name} subnormal")
    axes.axvspan(normal, highest + 1, color=PALETTE[2], alpha=0.22, label=f"{layout.name} normal")
    if alive.size:
        exponents = np.clip(np.floor(np.log2(alive)) + power, left, right - 1)
        counts, edges = np.histogram(exponents, bins=np.arange(left, right + 1))
        axes.bar(edges[:-1], counts, width=0.9, align="edge", color=PALETTE[0])
    axes.axvline(lowest - 1, color=INK, linewidth=1.5)
    axes.axvline(highest + 1, color=INK, linewidth=1.5)
    top = axes.get_ylim()[1] * 1.18  # room for the two words above the bars
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
    axes.text(lowest - 1.8, top * 0.97, "rounds to zero", ha="right", va="top", fontsize=9, bbox=paper)
    axes.text(highest + 1.8, top * 0.97, "infinite", ha="left", va="top", fontsize=9, bbox=paper)
    axes.set(xlim=(left, right), ylim=(0, top), xlabel="power of two at which a value lies", ylabel="values")
    axes.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.2))
