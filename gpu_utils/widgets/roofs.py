"""Datasheets to take apart: a roof for each card and format, and a headline that gets smaller with each click."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping
from typing import Any

from gpu_utils import quantities
from gpu_utils.benchmarks import Benchmark, benchmark
from gpu_utils.cards import FORMATS, cards, memory_bytes
from gpu_utils.roofline import Roof, attainable
from gpu_utils.widgets.controls import buttons
from gpu_utils.workloads import Workload, workload, workloads

__all__ = ["dissolve", "explore_roofs", "headline_steps"]

_CELL = "text-align:left;vertical-align:top;padding:4px 10px;border-bottom:1px solid #b5b5b5;"
_INTENSITIES, _RATES = (0.05, 5000.0), (1e9, 5e15)
"""What the axes of the explorer span: from darkening on a small board to a product on the largest card."""
_NARROW = {"FP32": "the CUDA cores", "TF32": "tensor cores", "FP16": "tensor cores", "INT8": "tensor cores"}


def explore_roofs(own: Roof | None = None) -> Any:
    """Choose a card, a number format and a computation: the roof, the dot under it, and what limits it.

    Args:
        own: the roof of this machine in FP32, offered as one more card.

    Returns:
        A widget: three rows of buttons, a sentence, and the figure.

    >>> type(explore_roofs()).__name__
    'VBox'
    """
    import ipywidgets

    table: dict[str, Mapping[str, Roof]] = dict(cards())
    if own is not None:
        table["this machine"] = {"FP32": own}
    card = buttons("card", list(table), "A100")
    number_format = buttons("format", list(FORMATS), "FP16")
    kernel = buttons("computation", [each.name for each in workloads()], "darken")
    message, picture = ipywidgets.HTML(), ipywidgets.HTML()

    def update(_: Any = None) -> None:
        roof = table[card.value].get(number_format.value)
        if roof is None:
            there = ", ".join(table[card.value])
            sentence = f"No figure for {card.value} in {number_format.value}: the table has {there}."
            message.value, picture.value = _status(sentence), ""
            return
        work, itemsize = workload(kernel.value), FORMATS[number_format.value]
        fits = card.value not in cards() or work.nbytes(itemsize) <= memory_bytes(card.value)
        message.value = _status(
            _verdict(roof, work, itemsize) + ("" if fits else _too_large(work, itemsize, card.value))
        )
        picture.value = _figure(roof, work, itemsize)

    for control in (card, number_format, kernel):
        control.observe(update, names="value")
    update()
    return ipywidgets.VBox([card, number_format, kernel, message, picture])


def _verdict(roof: Roof, work: Workload, itemsize: int) -> str:
    intensity = work.intensity(itemsize)
    rate = attainable(intensity, roof)
    side, limit = ("right of", "arithmetic") if intensity >= roof.ridge else ("left of", "memory")
    counted = "1 operation" if f"{intensity:.3g}" == "1" else f"{intensity:.3g} operations"
    return (
        f"{work.name}: {counted} a byte, {side} the ridge at {roof.ridge:.3g}. The limit is {limit}. "
        f"At most {quantities.amount(rate, _unit(itemsize))}, {_percent(rate / roof.peak_flops)} of the peak, "
        f"so at least {quantities.seconds(work.flops / rate)} a call (modelled)."
    )


def _too_large(work: Workload, itemsize: int, name: str) -> str:
    need, have = quantities.nbytes(work.nbytes(itemsize)), quantities.nbytes(memory_bytes(name))
    return f" But {need} don't fit in its {have}: the time holds for a board with more memory."


def _unit(itemsize: int) -> str:
    """Operations on whole numbers are no floating-point ones."""
    return "OP/s" if itemsize == FORMATS["INT8"] else "FLOP/s"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.995 else "all"


def _figure(roof: Roof, work: Workload, itemsize: int) -> str:
    """Axes that stay where they are, so that a click on another card moves the roof and nothing else."""
    from matplotlib.ticker import FuncFormatter

    from gpu_utils.plotting import new_figure, png, style
    from gpu_utils.plotting.house import FAINT, INK, look

    left, right, low, high = *_INTENSITIES, *_RATES
    at = work.intensity(itemsize)
    rate = attainable(at, roof)
    with style():
        figure = new_figure(height_in=4.4)
        axes = figure.subplots()
        axes.set(xscale="log", yscale="log", xlim=(left, right), ylim=(low, high))
        axes.grid(which="major")
        axes.plot([left, roof.ridge, right], [left * roof.bandwidth_bytes, *[roof.peak_flops] * 2], color=INK, ls="-")
        axes.plot([roof.ridge] * 2, [low, roof.peak_flops], color=INK, ls=":", lw=1)
        axes.text(roof.ridge * 1.08, low * 1.3, f"ridge: {roof.ridge:.3g}", fontsize=9.5)
        others = [each.intensity(itemsize) for each in workloads()]
        axes.plot(others, [attainable(each, roof) for each in others], "o", ms=6, mfc="white", mec="#6b6b6b", zorder=5)
        drawn = look("modelled")
        axes.plot(at, rate, marker=drawn.marker, color=drawn.colour, ms=12, mec=INK, ls="", zorder=6)
        side = {"ha": "right", "xytext": (-8, 6)} if at > 10 else {"ha": "left", "xytext": (10, -12)}
        paper = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": FAINT}
        axes.annotate(f"{work.name} · modelled", (at, rate), textcoords="offset points", bbox=paper, zorder=7, **side)
        axes.set_title(f"{_limits(roof, itemsize)} · {roof.provenance}", fontsize=11)
        axes.set_xlabel(f"arithmetic intensity in {_unit(itemsize).replace('/s', '/byte')}, log scale")
        axes.set_ylabel(f"rate in {_unit(itemsize)}, log scale")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantities.amount(value)))
        code = base64.b64encode(png(figure)).decode("ascii")
    words = (
        f"The roof of {_limits(roof, itemsize)} ({roof.provenance}). {_verdict(roof, work, itemsize)} "
        "The other computations are drawn as hollow dots."
    )
    return (
        f'<img alt="{html.escape(words, quote=True)}" style="max-width:100%;height:auto" '
        f'src="data:image/png;base64,{code}">'
    )


def _limits(roof: Roof, itemsize: int) -> str:
    peak, bandwidth = quantities.amount(roof.peak_flops, _unit(itemsize)), quantities.rate(roof.bandwidth_bytes)
    return f"{roof.name}: {peak}, {bandwidth}"


def headline_steps() -> tuple[dict[str, Any], ...]:
    """The five stations from a headline to a like-for-like comparison, V100 to A100.

    Each is a dict: "button", "taken" (what this click takes away), "new" and "old": rows with "flops", "format",
    "sparse", and "name" for people.

    >>> [step["button"] for step in headline_steps()][:2]
    ['the headline', '1: no sparsity']
    """
    v100, a100 = cards()["V100"]["FP16"], cards()["A100"]["FP16"]
    fp32, fp16 = (_row(benchmark("peak", system="V100-SXM2", format=name)) for name in ("fp32", "fp16"))
    tf32_sparse, tf32, plain, half = (
        _row(benchmark("peak", system="A100", format=name, sparse=sparse))
        for name, sparse in (("tf32", True), ("tf32", False), ("fp32", False), ("fp16", False))
    )
    darken = workload("darken").intensity(FORMATS["FP16"])
    moved = [
        {"flops": attainable(darken, roof), "format": "fp16", "sparse": False, "name": f"{name} darkening, FP16"}
        for name, roof in (("A100", a100), ("V100", v100))
    ]
    texts = (
        ("the headline", "The slide: the new card's best number over the old card's plain one."),
        ("1: no sparsity", "Without 2:4 sparsity, which counts products with zero that nobody computes."),
        ("2: one format", "FP32 on both, on the CUDA cores. What is left is the generation."),
        ("3: tensor cores on both", "Both on tensor cores in FP16, which the old card had all along."),
        ("4: work that waits", "The same FP16, but a picture to darken: now memory decides, and no peak counts."),
    )
    pairs = ((tf32_sparse, fp32), (tf32, fp32), (plain, fp32), (half, fp16), (moved[0], moved[1]))
    return tuple(
        {"button": button, "taken": taken, "new": new, "old": old}
        for (button, taken), (new, old) in zip(texts, pairs, strict=True)
    )


def _row(peak: Benchmark) -> dict[str, Any]:
    name = f"{peak.system.partition('-')[0]} {str(peak.format).upper()}, {_NARROW[str(peak.format).upper()]}"
    return {
        "flops": peak.value,
        "format": peak.format,
        "sparse": bool(peak.sparse),
        "name": name + (", sparse" if peak.sparse else ""),
    }


def dissolve(compare: Callable[[dict[str, Any], dict[str, Any]], Mapping[str, Any]]) -> Any:
    """The 20x of 2020, taken apart in four clicks by the learner's own comparison.

    Args:
        compare: called with the new and the old row; gives "ratio" and "like_for_like".

    Returns:
        A widget: a row of five buttons, a sentence, and the stations so far as a table with bars.

    >>> type(dissolve(lambda new, old: {"ratio": new["flops"] / old["flops"], "like_for_like": True})).__name__
    'VBox'
    """
    import ipywidgets

    steps = headline_steps()
    chooser = buttons("", {step["button"]: place for place, step in enumerate(steps)}, tooltip="take this away")
    message, table = ipywidgets.HTML(), ipywidgets.HTML()

    def update(_: Any = None) -> None:
        try:
            shown = [_compared(compare, step) for step in steps[: chooser.value + 1]]
        except NotImplementedError:
            message.value, table.value = _status("headline_ratio is not written yet: come back after you wrote it."), ""
            return
        except _Missing as error:
            message.value, table.value = _status(f"Your function gives no {error}."), ""
            return
        except Exception as error:  # the learner's code may fail in any way; the widget says how and lives on
            sentence = f"Your function stops with {type(error).__name__}: {error}"
            message.value, table.value = _status(sentence), ""
            return
        last = steps[chooser.value]
        message.value = _status(f"{shown[-1][0]:.3g}x (modelled from published rows). {last['taken']}")
        table.value = _bars(steps, shown)

    chooser.observe(update, names="value")
    update()
    return ipywidgets.VBox([chooser, message, table])


class _Missing(LookupError):
    """A key that the learner's comparison left out."""


def _compared(compare: Callable[..., Mapping[str, Any]], step: Mapping[str, Any]) -> tuple[float, bool]:
    found = compare(dict(step["new"]), dict(step["old"]))
    if isinstance(found, Mapping):
        for key in {"ratio", "like_for_like"} - set(found):
            raise _Missing(repr(key))
    return float(found["ratio"]), bool(found["like_for_like"])


def _bars(steps: tuple[dict[str, Any], ...], shown: list[tuple[float, bool]]) -> str:
    heads = "".join(
        f'<th scope="col" style="{_CELL}">{head}</th>' for head in ("", "new", "old", "like for like?", "ratio")
    )
    rows = "".join(
        _bar(step, *found, now=place == len(shown) - 1)
        for place, (step, found) in enumerate(zip(steps, shown, strict=False))
    )
    caption = '<caption style="text-align:left">A100 over V100: peaks published, ratios modelled</caption>'
    return (
        f'<table style="border-collapse:collapse;width:100%">{caption}'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _bar(step: Mapping[str, Any], ratio: float, alike: bool, *, now: bool) -> str:
    width = max(0.5, min(100.0, 5 * ratio))
    bar = (
        f'<div aria-hidden="true" style="height:14px;width:{width:.1f}%;'
        f'background:{"#D55E00" if now else "#8c8c8c"}"></div>'
    )
    cells = "".join(
        f'<td style="{_CELL}">{html.escape(text)}</td>'
        for text in (_side(step["new"]), _side(step["old"]), "✔ yes" if alike else "✘ no")
    )
    weight = "bold" if now else "normal"
    return (
        f'<tr><th scope="row" style="{_CELL}font-weight:{weight}">{html.escape(step["button"])}</th>{cells}'
        f'<td style="{_CELL}width:40%;font-weight:{weight}">{ratio:.3g}x{bar}</td></tr>'
    )


def _side(row: Mapping[str, Any]) -> str:
    return f"{row['name']}: {quantities.amount(row['flops'], 'FLOP/s')}"


def _status(sentence: str) -> str:
    return f'<div role="status">{html.escape(sentence)}</div>'
