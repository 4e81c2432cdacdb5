"""Rent or own: both bills over the years, at the utilisation on the slider and the prices in the fields."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from gpu_utils.plotting.house import INK, PALETTE, new_figure, style
from gpu_utils.widgets.controls import slider

__all__ = ["bills", "explore_costs"]

HOURS_A_YEAR = 8760
YEARS = 5


def bills(
    years: float,
    utilisation: float,
    owning_cost: Callable[[float, float, float, float], float],
    prices: Mapping[str, float],
) -> tuple[float, float]:
    """What has been paid after so many years: (renting, owning).

    Who rents pays for the hours of work only. Who owns pays the price on the first day, electricity for the hours of
    work, and for room and people all the time.

    Args:
        years: since the first day.
        utilisation: hours of work as a share of all hours.
        owning_cost: of price, kilowatts, hours of work and price of a kilowatt-hour.
        prices: "price", "kilowatts", "per_kwh", "cloud_per_hour", and "yearly_share" of the price for room and people.

    >>> own = lambda price, kilowatts, hours, per_kwh: price + kilowatts * hours * per_kwh
    >>> prices = {"price": 100, "kilowatts": 1, "per_kwh": 0.1, "cloud_per_hour": 1, "yearly_share": 0.1}
    >>> bills(1, 0.5, own, prices)
    (4380.0, 548.0)
    """
    hours = years * utilisation * HOURS_A_YEAR
    room = prices["yearly_share"] * prices["price"] * years
    own = owning_cost(prices["price"], prices["kilowatts"], hours, prices["per_kwh"])
    return hours * prices["cloud_per_hour"], float(own + room)


def explore_costs(
    owning_cost: Callable[[float, float, float, float], float],
    break_even_hours: Callable[[float, float, float, float], float],
    prices: Mapping[str, float],
) -> Any:
    """A slider for utilisation, a field for each price, and both bills as lines that cross or don't.

    Args:
        owning_cost, break_even_hours: the learner's functions; one that fails is told in a sentence.
        prices: what the fields start with; the keys are those of `bills`.

    Returns:
        A widget.

    >>> start = {"price": 9e4, "kilowatts": 5, "per_kwh": 0.1, "cloud_per_hour": 20, "yearly_share": 0.1}
    >>> type(explore_costs(lambda *a: 9e4, lambda *a: 4500.0, start)).__name__
    'VBox'
    """
    import ipywidgets

    use = slider("utilisation, %", (5, 100, 5, 50))
    words = {
        "price": "price of the box",
        "cloud_per_hour": "rent for an hour",
        "kilowatts": "kilowatts, cooling included",
        "per_kwh": "price of a kilowatt-hour",
        "yearly_share": "room and people, share of the price a year",
    }
    fields = {
        key: ipywidgets.BoundedFloatText(
            value=prices[key],
            min=0,
            max=1e9,
            step=None,
            description=said,
            tooltip=said,
            style={"description_width": "22em"},
            layout={"width": "34em", "max_width": "100%"},
        )
        for key, said in words.items()
    }
    message, shown = ipywidgets.HTML(), ipywidgets.HTML()

    def update(_: Any = None) -> None:
        now = {key: field.value for key, field in fields.items()}
        try:
            message.value = f'<div role="status">{_sentence(use.value / 100, now, owning_cost, break_even_hours)}</div>'
            shown.value = _draw(use.value / 100, now, owning_cost)._repr_html_()
        except NotImplementedError:
            message.value = (
                '<div role="status">Both functions are not written yet: come back after you wrote them.</div>'
            )
            shown.value = ""
        except Exception as error:  # the learner's code may fail in any way; the widget says how and lives on
            said = html.escape(f"{type(error).__name__}: {error}".splitlines()[0])
            message.value, shown.value = f'<div role="status">That stopped with {said}</div>', ""

    for control in (use, *fields.values()):
        control.observe(update, names="value")
    update()
    return ipywidgets.VBox([use, *fields.values(), message, shown])


def _sentence(
    use: float,
    now: Mapping[str, float],
    owning_cost: Callable[[float, float, float, float], float],
    break_even_hours: Callable[[float, float, float, float], float],
) -> str:
    work = float(break_even_hours(now["price"], now["kilowatts"], now["per_kwh"], now["cloud_per_hour"]))
    lasts = f"{work:,.0f} hours of work, {work / use / HOURS_A_YEAR:.1f} years at {use:.0%}"
    bare = lasts if work < 1e6 else "never"
    meet = _crossing(use, now, owning_cost)
    all_in = f"after {meet:.1f} years" if meet is not None else f"not within {YEARS} years"
    return (
        f"Price and electricity alone are even after <b>{html.escape(bare)}</b>. "
        f"With room and people: <b>{all_in}</b> (modelled)."
    )


def _crossing(use: float, now: Mapping[str, float], owning_cost: Callable[..., float]) -> float | None:
    """The year in which owning has become the cheaper; both bills are straight lines."""
    rent0, own0 = bills(0, use, owning_cost, now)
    rent1, own1 = bills(YEARS, use, owning_cost, now)
    start, end = own0 - rent0, own1 - rent1
    return None if end > 0 else YEARS * start / (start - end) if start > end else 0.0


def _draw(use: float, now: Mapping[str, float], owning_cost: Callable[..., float]) -> Any:
    ends = [bills(0, use, owning_cost, now), bills(YEARS, use, owning_cost, now)]
    meet = _crossing(use, now, owning_cost)
    crossing = f"they cross after {meet:.1f} years" if meet is not None else f"they don't cross within {YEARS} years"
    alt = (
        f"Both bills over {YEARS} years at {use:.0%}, modelled: renting reaches {ends[1][0] / 1e3:,.0f} thousand, "
        f"owning starts at {ends[0][1] / 1e3:,.0f} and reaches {ends[1][1] / 1e3:,.0f} thousand; {crossing}"
    )
    with style():
        figure = new_figure(8, 3.3, alt)
        axes = figure.subplots()
        for place, (name, dash) in enumerate((("rent", "-"), ("own", "--"))):
            line = [pair[place] / 1e3 for pair in ends]
            up = 1 if ends[1][place] >= ends[1][1 - place] else -1  # so that the names never lie on each other
            axes.plot([0, YEARS], line, dash, color=PALETTE[place])
            axes.annotate(name, (YEARS, line[1]), (6, up * 7), textcoords="offset points", va="center")
        if meet is not None:
            axes.axvline(meet, color=INK, lw=1.2, ls=(0, (5, 3)))
            late = meet > 0.7 * YEARS
            at, side = ((-6, 8), "right") if late else ((6, 8), "left")
            axes.annotate(f"even after {meet:.1f} years", (meet, 0), at, textcoords="offset points", ha=side)
        axes.set(xlim=(0, YEARS * 1.12), ylim=(0, None), xticks=range(YEARS + 1), xlabel="years since the first day")
        axes.set_ylabel("thousand dollars · modelled")
        axes.set_title(f"the box works {use:.0%} of all hours")
        axes.grid(axis="y")
    return figure
