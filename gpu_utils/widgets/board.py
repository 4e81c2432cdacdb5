"""The claims board to bet on: one row a claim, one choice a row."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gpu_utils.widgets.controls import buttons

__all__ = ["bets"]


def bets(
    claims: Iterable[Any] | None = None,
    on_change: Callable[[str, str], None] | None = None,
    *,
    chosen: Mapping[str, str] | None = None,
    choices: Sequence[str] | None = None,
) -> Any:
    """For each claim a row of buttons, one of them pressed.

    Args:
        claims: objects with ``id``, ``short`` and ``claim``, or dicts with these; the course's by default.
        on_change: called with (claim id, choice) at each change; stores the bet in the ledger by default.
            When it raises ValueError, the sentence is shown and the row goes back to where it was.
        chosen: claim id to the choice that is already made.
        choices: what can be bet; the last one is where an undecided row stands.

    Returns:
        A widget with one row a claim and a line for messages.

    >>> type(bets()).__name__
    'VBox'
    """
    import ipywidgets

    from gpu_utils import claims as board

    rows = list(board.claims() if claims is None else claims)
    tell = on_change or board.bet
    options = list(choices or board.CHOICES)
    made = chosen if chosen is not None else board.bets() if claims is None else {}
    message = ipywidgets.HTML(_status(rows, made, options))
    rows_of = {_field(row, "id"): _row(row, options, made) for row in rows}

    def changed(event: Mapping[str, Any]) -> None:
        name = next(name for name, each in rows_of.items() if each is event["owner"])
        if event["new"] == made_now[name]:  # a row that went back to where it was
            return
        try:
            tell(name, event["new"])
        except ValueError as error:
            event["owner"].value = made_now[name]
            message.value = f'<div role="status">{html.escape(str(error))}</div>'
            return
        made_now[name] = event["new"]
        message.value = _status(rows, made_now, options, f"{short[name]}: you bet “{event['new']}”. ")

    short = {_field(row, "id"): _field(row, "short") for row in rows}
    made_now = {name: each.value for name, each in rows_of.items()}
    for each in rows_of.values():
        each.observe(changed, names="value")
    lines = [
        ipywidgets.VBox([ipywidgets.HTML(_sentence(row)), rows_of[_field(row, "id")]], layout={"margin": "0 0 6px"})
        for row in rows
    ]
    return ipywidgets.VBox([*lines, message])


def _row(row: Any, options: list[str], made: Mapping[str, str]) -> Any:
    chosen = made.get(_field(row, "id"), options[-1])
    known = chosen if chosen in options else options[-1]
    return buttons("", options, known, tooltip=_field(row, "claim"))


def _field(row: Any, name: str) -> str:
    return str(row[name] if isinstance(row, Mapping) else getattr(row, name))


def _sentence(row: Any) -> str:
    return f"<strong>{html.escape(_field(row, 'short'))}</strong>: {html.escape(_field(row, 'claim'))}"


def _status(rows: list[Any], made: Mapping[str, str], options: list[str], news: str = "") -> str:
    decided = sum(made.get(_field(row, "id"), options[-1]) != options[-1] for row in rows)
    return f'<div role="status">{html.escape(news)}{decided} of {len(rows)} bets placed.</div>'
