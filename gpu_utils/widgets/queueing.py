"""Forty people and one box: who waits how long, at the utilisation on the slider."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from gpu_utils.plotting.house import FAINT, INK, LOOKS, PALETTE, new_figure, style
from gpu_utils.provenance import Provenance

__all__ = ["draw_queue", "explore_queue", "mean_wait", "serve"]

_DAY_H = 8.0
_RHO = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


def serve(arrivals: Sequence[float], durations: Sequence[float], servers: int = 1) -> list[float]:
    """When each job starts: first come, first served, on so many equal servers.

    Args:
        arrivals: when each job comes, in order.
        durations: how long each runs, in the same unit.
        servers: how many jobs can run at a time.

    Raises:
        ValueError: no server, or arrivals out of order.

    >>> serve([0, 1, 1], [3, 1, 1])
    [0, 3, 4]
    >>> serve([0, 1, 1], [3, 1, 1], servers=2)
    [0, 1, 2]
    """
    if servers < 1 or list(arrivals) != sorted(arrivals):
        raise ValueError(f"jobs are served in the order of their arrival by at least one server, not by {servers}")
    free: list[float] = [min(arrivals, default=0)] * servers
    starts = []
    for arrival, duration in zip(arrivals, durations, strict=True):
        start = max(arrival, heapq.heappop(free))
        heapq.heappush(free, start + duration)
        starts.append(start)
    return starts


@lru_cache(maxsize=64)
def mean_wait(utilisation: float, jobs: int = 200_000, seed: int = 0) -> float:
    """The mean wait in lengths of a job, for jobs that come at random and last at random, on one server.

    The same queue has a formula, utilisation / (1 - utilisation): it's M/M/1 in any book on queues.

    Args:
        utilisation: share of the time that the server works, from 0 to below 1.
        jobs: how many are drawn.
        seed: of the draws.

    Raises:
        ValueError: a utilisation outside that range: the queue would grow for ever.

    >>> 0.8 < mean_wait(0.5) < 1.2
    True
    """
    import numpy as np

    if not 0 <= utilisation < 1:
        raise ValueError(f"a queue settles at a utilisation from 0 to below 1, not at {utilisation}")
    rng = np.random.default_rng(seed)
    # D. V. Lindley, 1952: who comes next waits for what is left of the wait and the job before, or not at all.
    left = np.cumsum(utilisation * rng.exponential(size=jobs) - rng.exponential(size=jobs))
    waits = left - np.minimum(np.minimum.accumulate(left), 0)
    return float(waits.mean() / utilisation) if utilisation else 0.0


def draw_queue(utilisation: float, people: int = 40, pieces: int = 1, seed: int = 4) -> Any:
    """One day of so many people at one box, and the mean wait over many days at every utilisation.

    Args:
        utilisation: the work that the people bring, as a share of what the box can do in eight hours.
        people: each comes once, at a random time of the day, with a job of random length.
        pieces: 1 gives each job the whole box; with more the box is cut, and a job runs as many times longer.
        seed: of the day.

    Returns:
        A figure.

    >>> "modelled" in draw_queue(0.5).alt
    True
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    arrivals = np.sort(rng.uniform(0, _DAY_H, people))
    lengths = rng.exponential(size=people)
    durations = lengths / lengths.sum() * utilisation * _DAY_H * pieces
    starts = np.array(serve(arrivals.tolist(), durations.tolist(), pieces))
    waits = 60 * (starts - arrivals)
    inside, over = starts + durations, (starts + durations > _DAY_H).sum()
    said = f"mean wait {waits.mean():.0f} min, longest {waits.max():.0f} min; {over} of {people} end after closing time"
    box = "" if pieces == 1 else f" cut into {pieces}"
    alt = (
        f"{people} people bring {utilisation:.0%} of a day's work to one box{box}, modelled. Left a lane each: {said}. "
        "Right, the mean wait over utilisation for jobs on the whole box: half a job's length at 33 %, one at 50 %, "
        "nine at 90 %, nineteen at 95 %"
    )
    with style():
        figure = new_figure(8, 4.6, alt)
        lanes, curve = figure.subplots(1, 2, width_ratios=[1.7, 1])
        rows = np.arange(people)
        lanes.barh(rows, starts - arrivals, left=arrivals, height=0.5, color=FAINT, label="waits")
        lanes.barh(
            rows, durations, left=starts, height=0.85, color=PALETTE[0], hatch="//", ec="white", lw=0, label="runs"
        )
        lanes.axvline(_DAY_H, color=INK, lw=1, ls=(0, (5, 3)))
        lanes.set(ylim=(people + 4.5, -1), xlim=(0, max(_DAY_H * 1.15, float(inside.max()) * 1.02)))
        lanes.set(xlabel="hours since opening · modelled", ylabel="people, as they come", yticks=[])
        lanes.set_title(f"one day at {utilisation:.0%}")
        lanes.legend(loc="lower left", ncols=2)
        lanes.text(
            0.98,
            0.97,
            said.replace("; ", "\n"),
            transform=lanes.transAxes,
            ha="right",
            va="top",
            fontsize=9,
            backgroundcolor="white",
        )
        exact = np.linspace(0, 0.955, 200)
        modelled = LOOKS[Provenance.MODELLED]
        curve.plot(exact, exact / (1 - exact), color=INK, lw=1.2, label="u / (1 - u)")
        drawn = [mean_wait(rho) for rho in _RHO]
        curve.plot(_RHO, drawn, modelled.marker, color=modelled.colour, ms=6, label="200,000 jobs drawn")
        curve.axvline(min(utilisation, 1.0), color=PALETTE[0], lw=1.5, ls="--")
        curve.set(
            xlim=(0, 1.02), ylim=(0, 20), xlabel="utilisation u", xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"]
        )
        curve.set_ylabel("mean wait, in lengths of a job")
        curve.set_title("many days")
        curve.legend(loc="upper left")
    return figure


def explore_queue(people: int = 40) -> Any:
    """A slider for utilisation and two buttons: the whole box for each, or the box cut into eight.

    >>> type(explore_queue()).__name__
    'VBox'
    """
    from gpu_utils.widgets.figures import explore_figure

    def draw(percent: int, box: int) -> Any:
        return draw_queue(percent / 100, people, box)

    return explore_figure(
        draw, {"percent": (10, 120, 5, 60)}, {"box": {"the whole box for each in turn": 1, "cut into eight": 8}}
    )
