"""The roofline drawn: rates as dots below the limits of a machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gpu_utils import quantities
from gpu_utils.plotting.house import GUESS, INK, PALETTE, WIDTH_IN, look, new_figure, style
from gpu_utils.plotting.labels import place_labels
from gpu_utils.provenance import Provenance
from gpu_utils.roofline import Roof, attainable

__all__ = ["roofline"]

_LINES = ("-", (0, (6, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def roofline(
    roofs: Roof | Iterable[Roof],
    points: Mapping[str, tuple[float, float]],
    provenance: Mapping[str, Provenance | str] | None = None,
    guesses: Mapping[str, tuple[float, float]] | None = None,
    *,
    title: str = "",
    alt: str | None = None,
) -> Any:
    """Computations as dots under one or more roofs, both axes logarithmic.

    Args:
        roofs: the machines, at most four.
        points: name to (arithmetic intensity in FLOP/byte, rate in FLOP/s).
        provenance: name to label; *measured* if unsaid.
        guesses: name to the (intensity, rate) that the learner expected, drawn hollow.
        title: a heading.
        alt: instead of the description that is made from the numbers.

    Returns:
        A figure.

    Raises:
        ValueError: no roof, more than four, or a point that has no place on a log scale.

    >>> len(roofline(Roof("card", 1e12, 1e11), {"darken": (0.125, 1e10)}).axes)
    1
    """
    limits = [roofs] if isinstance(roofs, Roof) else list(roofs)
    guesses = dict(guesses or {})
    if not 1 <= len(limits) <= len(_LINES):
        raise ValueError(f"roofline draws one to {len(_LINES)} roofs, not {len(limits)}")
    for name, (intensity, rate) in {**points, **guesses}.items():
        if not (intensity > 0 and rate > 0 and math.isfinite(intensity) and math.isfinite(rate)):
            raise ValueError(f'"{name}" at {intensity} FLOP/byte and {rate} FLOP/s has no place on a log scale')
    labels = {name: Provenance((provenance or {}).get(name, Provenance.MEASURED)) for name in points}
    with style():
        figure = new_figure(WIDTH_IN, 5.2, alt or _describe(limits, points, labels))
        axes = figure.subplots()
        _log_axes(axes, limits, [*points.values(), *guesses.values()])
        for roof, colour, line in zip(limits, (INK, *PALETTE[1:]), _LINES, strict=False):
            _draw_roof(axes, roof, colour, line, alone=len(limits) == 1)
        for name, (intensity, rate) in points.items():
            drawn = look(labels[name])
            axes.plot(intensity, rate, marker=drawn.marker, color=drawn.colour, ms=9, mec="white", ls="", zorder=6)
        for intensity, rate in guesses.values():
            hollow = {"marker": GUESS.marker, "color": GUESS.colour, "mfc": "none", "mew": 1.8}
            axes.plot(intensity, rate, ms=9, ls="", zorder=6, **hollow)
        axes.set_title(title)
        texts = [(*at, f"{name} · {labels[name]}") for name, at in points.items()]
        texts += [(*at, f"your guess: {name}") for name, at in guesses.items()]
        place_labels(figure, axes, texts, [_corners(axes, roof) for roof in limits])
    return figure


def _log_axes(axes: Any, roofs: list[Roof], points: list[tuple[float, float]]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    intensities = [roof.ridge for roof in roofs] + [intensity for intensity, _ in points]
    left, right = 10 ** math.floor(math.log10(min(intensities)) - 0.4), max(intensities) * 80
    rates = [roof.peak_flops for roof in roofs] + [rate for _, rate in points]
    rates += [attainable(min([i for i, _ in points], default=left), roof) for roof in roofs]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(left, right)
    axes.set_ylim(min(rates) / 6, max(rates) * 4)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantities.amount(value)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(base=10, numticks=12))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(which="major")
    axes.set_xlabel("arithmetic intensity in FLOP/byte, log scale")
    axes.set_ylabel("rate in FLOP/s, log scale")


def _corners(axes: Any, roof: Roof) -> list[tuple[float, float]]:
    left, right = axes.get_xlim()
    return [(left, left * roof.bandwidth_bytes), (roof.ridge, roof.peak_flops), (right, roof.peak_flops)]


def _draw_roof(axes: Any, roof: Roof, colour: str, line: Any, *, alone: bool) -> None:
    """A roof that stands alone has its caption left, where no dot can be; several have theirs on the tops."""
    xs, ys = zip(*_corners(axes, roof), strict=True)
    axes.plot(xs, ys, color=colour, ls=line, lw=2.2, zorder=4)
    peak = quantities.amount(roof.peak_flops, "FLOP/s")
    side, shift = ("left", (6, 4)) if alone else ("right", (-4, 4))
    axes.annotate(
        f"{roof.name}: {peak}, {quantities.rate(roof.bandwidth_bytes)} · {roof.provenance}",
        (axes.get_xlim()[0 if alone else 1], roof.peak_flops),
        shift,
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=9.5,
        bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.9},
        zorder=5,
    )


def _describe(roofs: list[Roof], points: Mapping[str, tuple[float, float]], labels: Mapping[str, Provenance]) -> str:
    limits = "; ".join(str(roof) for roof in roofs)
    said = [
        f"{name} at {intensity:.3g} FLOP/byte and {quantities.amount(rate, 'FLOP/s')}, {labels[name]}"
        for name, (intensity, rate) in points.items()
    ]
    return f"Roofline. {limits}. Dots: {'; '.join(said) or 'none'}."
