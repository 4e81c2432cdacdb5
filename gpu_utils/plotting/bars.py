"""Bars of time: the ladder of one filter's versions, and where the time of one call goes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gpu_utils import quantities
from gpu_utils.plotting.house import GUESS, INK, PALETTE, WIDTH_IN, look, new_figure, style
from gpu_utils.provenance import Provenance
from gpu_utils.timing import Timing

__all__ = ["ladder", "stacked"]

_HATCHES = ("", "//", "..", "xx", "\\\\", "++")


def ladder(
    rungs: Mapping[str, Timing | float | None],
    guesses: Mapping[str, float] | None = None,
    floor_s: float | None = None,
    floor_label: str = "memory bandwidth says: no faster than this",
    provenance: Mapping[str, Provenance | str] | None = None,
    *,
    title: str = "",
    alt: str | None = None,
) -> Any:
    """Times of one job done in several ways, on a log scale; the shortest bar wins.

    Args:
        rungs: name to `Timing` or seconds, from top to bottom; None for a rung that this machine lacks.
        guesses: name to the seconds that the learner expected, drawn beside the bar.
        floor_s: seconds below which the machine can't go, drawn as a line.
        floor_label: what is written at the line.
        provenance: name to label for the rungs given in seconds; a `Timing` has its own. *measured* if unsaid.
        title: a heading.
        alt: instead of the description that is made from the numbers.

    Returns:
        A figure.

    Raises:
        ValueError: no rungs, or a time that is not above 0.

    >>> figure = ladder({"loops": 2.0, "NumPy": 0.1}, provenance={"loops": "modelled"})
    >>> figure.alt[:10] != ""
    True
    """
    guesses = dict(guesses or {})
    labels = {name: _label(value, (provenance or {}).get(name)) for name, value in rungs.items()}
    times = {name: _seconds(name, value) for name, value in rungs.items()}
    known = [value for value in times.values() if value is not None]
    if not known:
        raise ValueError("a ladder needs at least one rung with a time")
    for name, guess in guesses.items():
        _seconds(f"guess for {name}", guess)
    marks = [*known, *(guesses[name] for name in times if name in guesses), *([floor_s] if floor_s else [])]
    low = 10 ** math.floor(math.log10(min(marks)) - 0.15)
    high = max(marks) * (max(marks) / low) ** 0.42  # room on the right for what is written beside the bars
    with style():
        figure = new_figure(WIDTH_IN, 0.62 * len(times) + 1.35, alt or _describe(times, guesses, labels, floor_s))
        axes = figure.subplots()
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        for place, (name, value) in enumerate(times.items()):
            _rung(axes, place, low, value, labels[name])
            if name in guesses:
                _guess(axes, place, guesses[name])
        if floor_s:
            _floor(axes, floor_s, floor_label, math.log(floor_s / low) > 0.5 * math.log(high / low))
        axes.set_ylim(len(times) - 0.45, -0.55 if not floor_s else -0.95)
        axes.set_yticks(range(len(times)), list(times))
        axes.tick_params(axis="y", length=0, labelsize=11)
        _seconds_axis(axes)
        axes.set_title(title)
    return figure


def stacked(
    rows: Mapping[str, Mapping[str, Timing | float]] | Mapping[str, Timing | float],
    provenance: Mapping[str, Provenance | str] | Provenance | str = Provenance.MEASURED,
    *,
    title: str = "",
    alt: str | None = None,
) -> Any:
    """Where the time goes: parts that follow one another as one bar, on a linear scale.

    Args:
        rows: name of the bar to its parts (name to `Timing` or seconds, in order), for example
            ``{"GPU": {"host to device": 2e-3, "compute": 1e-4, "device to host": 2e-3}}``; or only the parts.
        provenance: one label for all bars, or name of the bar to label.
        title: a heading.
        alt: instead of the description that is made from the numbers.

    Returns:
        A figure.

    Raises:
        ValueError: no parts, or a time below 0.

    >>> len(stacked({"to the card": 0.009, "compute": 0.001}, "modelled").axes)
    1
    """
    bars = _as_bars(rows)
    parts = list(dict.fromkeys(part for bar in bars.values() for part in bar))
    if not parts:
        raise ValueError("stacked needs at least one part with a time")
    longest = max(sum(bar.values()) for bar in bars.values())
    unit, scale = _unit(longest)
    said = {name: Provenance(provenance[name] if isinstance(provenance, Mapping) else provenance) for name in bars}
    with style():
        figure = new_figure(WIDTH_IN, 0.85 * len(bars) + 1.75, alt or _describe_bars(bars, said))
        axes = figure.subplots()
        for place, (name, bar) in enumerate(bars.items()):
            _stack(axes, place, bar, parts, scale, longest)
            total = sum(bar.values())
            note = f"  {quantities.seconds(total)} · {said[name]}"
            axes.text(total * scale, place, note, va="center", ha="left", fontsize=10)
        axes.set_xlim(0, longest * scale * 1.32)
        axes.set_ylim(len(bars) - 0.45, -0.8)
        axes.set_yticks(range(len(bars)), [name if name else "" for name in bars])
        axes.tick_params(axis="y", length=0, labelsize=11)
        axes.set_xlabel(f"time in {unit}")
        axes.set_title(title)
        _part_legend(figure, parts)
    return figure


def _label(value: Timing | float | None, said: Provenance | str | None) -> Provenance:
    if isinstance(value, Timing):
        return value.provenance
    return Provenance(said) if said is not None else Provenance.MEASURED


def _seconds(name: str, value: Timing | float | None) -> float | None:
    if value is None:
        return None
    time_s = value.median_s if isinstance(value, Timing) else float(value)
    if not (math.isfinite(time_s) and time_s > 0):
        raise ValueError(f'"{name}" lasts {time_s} s: a log scale needs times above 0')
    return time_s


def _rung(axes: Any, place: int, low: float, time_s: float | None, label: Provenance) -> None:
    if time_s is None:
        words = {"va": "center", "style": "italic", "color": "#555555", "fontsize": 10}
        axes.text(low * 1.12, place, "not on this machine", bbox=_paper(), zorder=6, **words)
        return
    drawn = look(label)
    axes.barh(
        place, time_s - low, left=low, height=0.52, color=drawn.colour, hatch=drawn.hatch, edgecolor="white", lw=0
    )
    text = f"{quantities.seconds(time_s)} · {label}"
    axes.annotate(
        text, (time_s, place), (5, 0), textcoords="offset points", va="center", fontsize=10, bbox=_paper(), zorder=6
    )


def _guess(axes: Any, place: int, time_s: float) -> None:
    y = place + 0.39
    axes.plot(time_s, y, marker=GUESS.marker, color=GUESS.colour, ms=7, mec="white", mew=0.8, zorder=7, ls="")
    text = f"your guess: {quantities.seconds(time_s)}"
    axes.annotate(
        text, (time_s, y), (6, 0), textcoords="offset points", va="center", fontsize=8.5, color="#8f3d00", zorder=7
    )


def _floor(axes: Any, floor_s: float, text: str, to_the_left: bool) -> None:
    axes.axvline(floor_s, color=INK, lw=1.6, ls=(0, (5, 3)), zorder=5)
    side = "right" if to_the_left else "left"
    axes.annotate(
        f"{text} ({quantities.seconds(floor_s)})",
        (floor_s, 1),
        (-5 if to_the_left else 5, -3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
        ha=side,
        fontsize=9.5,
        color=INK,
        bbox=_paper(),
        zorder=6,
    )


def _paper() -> dict[str, Any]:
    """White behind words, so that lines and hatches don't run through them."""
    return {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def _seconds_axis(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f} s" if v >= 1 else quantities.seconds(v)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="x", which="major")
    axes.set_xlabel("time, log scale (shorter is better)")


def _as_bars(rows: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    nested = rows if all(isinstance(value, Mapping) for value in rows.values()) else {"": rows}
    bars: dict[str, dict[str, float]] = {}
    for name, parts in nested.items():
        bars[name] = {part: v.median_s if isinstance(v, Timing) else float(v) for part, v in parts.items()}
        for part, time_s in bars[name].items():
            if not (math.isfinite(time_s) and time_s >= 0):
                raise ValueError(f'"{part}" lasts {time_s} s: times are 0 or more')
    return bars


def _unit(longest_s: float) -> tuple[str, float]:
    for unit, scale in (("seconds", 1.0), ("milliseconds", 1e3), ("microseconds", 1e6)):
        if longest_s * scale >= 1:
            return unit, scale
    return "nanoseconds", 1e9


def _stack(axes: Any, place: int, bar: dict[str, float], parts: list[str], scale: float, longest: float) -> None:
    left, narrow = 0.0, 0
    for part, time_s in bar.items():
        middle, text = left + time_s * scale / 2, quantities.seconds(time_s)
        at = parts.index(part) % len(PALETTE)
        axes.barh(
            place,
            time_s * scale,
            left=left,
            height=0.55,
            color=PALETTE[at],
            hatch=_HATCHES[at],
            edgecolor="white",
            lw=1,
        )
        if time_s > 0.13 * longest:
            axes.text(middle, place, text, ha="center", va="center", fontsize=9.5, bbox=_paper())
        elif time_s > 0:  # too narrow for words: they go above it, with a thread
            thread = {"arrowstyle": "-", "color": "#6b6b6b", "lw": 0.8, "shrinkA": 0, "shrinkB": 0}
            axes.annotate(
                f"{part} {text}",
                (middle, place - 0.28),
                (0, 7 + 11 * (narrow % 2)),
                textcoords="offset points",
                ha="center" if middle > 0.1 * longest * scale else "left",
                va="bottom",
                fontsize=9,
                arrowprops=thread,
            )
            narrow += 1
        left += time_s * scale


def _part_legend(figure: Any, parts: list[str]) -> None:
    from matplotlib.patches import Patch

    keys = [
        Patch(facecolor=PALETTE[at % len(PALETTE)], hatch=_HATCHES[at % len(PALETTE)], edgecolor="white", label=part)
        for at, part in enumerate(parts)
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=min(4, len(keys)), handlelength=1.8)


def _describe(
    times: Mapping[str, float | None],
    guesses: Mapping[str, float],
    labels: Mapping[str, Provenance],
    floor_s: float | None,
) -> str:
    said = []
    for name, value in times.items():
        guess = f", guessed {quantities.seconds(guesses[name])}" if name in guesses else ""
        time = "not on this machine" if value is None else f"{quantities.seconds(value)}, {labels[name]}"
        said.append(f"{name} {time}{guess}")
    end = f" Memory bandwidth allows no less than {quantities.seconds(floor_s)}." if floor_s else ""
    return f"Bars of time on a log scale: {'; '.join(said)}.{end}"


def _describe_bars(bars: Mapping[str, Mapping[str, float]], labels: Mapping[str, Provenance]) -> str:
    said = []
    for name, bar in bars.items():
        inside = ", ".join(f"{part} {quantities.seconds(time_s)}" for part, time_s in bar.items())
        said.append(f"{name + ': ' if name else ''}{inside} ({labels[name]})")
    return "Stacked bars of time. " + "; ".join(said) + "."
