"""A loader and a device as two lanes: how long an epoch takes, and how much of it the device is idle."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from gpu_utils.plotting.timelines import timeline
from gpu_utils.widgets.controls import buttons, slider

__all__ = ["explore_pipeline", "schedule"]

Trace = list[tuple[float, float]]


def schedule(load_s: float, compute_s: float, batches: int, prefetch: bool) -> tuple[Trace, Trace]:
    """When each batch is loaded, and when it is computed with, as two lists of (start, end) in seconds.

    Without prefetching, the next batch is loaded when the one before is done with. With it, the loader goes on
    at once.

    Raises:
        ValueError: a time below 0, or no batches.

    >>> schedule(1.0, 2.0, 2, prefetch=True)
    ([(0.0, 1.0), (1.0, 2.0)], [(1.0, 3.0), (3.0, 5.0)])
    """
    if load_s < 0 or compute_s < 0 or batches < 1:
        raise ValueError(f"times are 0 or more and batches at least 1, not {load_s}, {compute_s} and {batches}")
    loads: Trace = []
    works: Trace = []
    for _ in range(batches):
        free = loads[-1][1] if loads and prefetch else works[-1][1] if works else 0.0
        loads.append((free, free + load_s))
        start = max(loads[-1][1], works[-1][1] if works else 0.0)
        works.append((start, start + compute_s))
    return loads, works


def explore_pipeline(
    epoch_seconds: Callable[[float, float, int, bool], float],
    idle_fraction: Callable[[Sequence[tuple[float, float]]], float],
    batches: int = 8,
) -> Any:
    """Two sliders and a button row: an epoch drawn as two lanes, with what the learner's functions say to it.

    Args:
        epoch_seconds, idle_fraction: the learner's functions; one that fails is told in a sentence.
        batches: how many are drawn.

    Returns:
        A widget.

    >>> widget = explore_pipeline(lambda load, compute, n, ahead: n * (load + compute), lambda trace: 0.0)
    """
    import ipywidgets

    load = slider("loading a batch, ms", (1, 40, 1, 12))
    compute = slider("computing with it, ms", (1, 40, 1, 10))
    ahead = buttons("loader", {"waits for the device": False, "goes ahead (prefetch)": True})
    figure, message = ipywidgets.HTML(), ipywidgets.HTML()

    def update(_: Any = None) -> None:
        load_s, compute_s = load.value / 1e3, compute.value / 1e3
        loads, works = schedule(load_s, compute_s, batches, ahead.value)
        drawn = timeline({"loader": loads, "device": works}, "modelled")
        figure.value = drawn._repr_html_()
        lasts = _said(
            lambda: f"{1e3 * _given(epoch_seconds(load_s, compute_s, batches, ahead.value)):.4g} ms", epoch_seconds
        )
        idle = _said(lambda: f"{_given(idle_fraction(list(works))):.0%}", idle_fraction)
        message.value = (
            f'<div role="status">{batches} batches take <b>{html.escape(lasts)}</b> by your epoch_seconds; drawn: '
            f"{1e3 * works[-1][1]:.4g} ms. From its first work to its last the device is idle <b>{html.escape(idle)}"
            "</b> of the time, by your idle_fraction.</div>"
        )

    for control in (load, compute, ahead):
        control.observe(update, names="value")
    update()
    return ipywidgets.VBox([load, compute, ahead, message, figure])


class _Nothing(Exception):
    """A learner's function gave None."""


def _given(value: float | None) -> float:
    if value is None:
        raise _Nothing
    return value


def _said(answer: Callable[[], str], function: Callable[..., Any]) -> str:
    try:
        return answer()
    except NotImplementedError:
        return f"({getattr(function, '__name__', 'it')} is not written yet)"
    except _Nothing:
        return "(None: did you forget return?)"
    except Exception as error:  # the learner's code may fail in any way; the widget says how and lives on
        return f"({type(error).__name__}: {error})"
