"""The claims board: eight claims of 2020, the learner's bets on them, and the evidence that settles each."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gpu_utils.ledger import current

CHOICES = ("true", "true, with a catch", "false", "no idea yet")
"""What a learner can bet; the last one is where every bet starts."""

VERDICTS = (*CHOICES[:3], "unverified")
"""How a claim can end; the last one is for a claim whose evidence nobody has published."""


@dataclass(frozen=True)
class Claim:
    """One claim: its `id`, a `short` name, the sentence, the lab that settles it, and who said so.

    >>> claims()[0].settled_in
    '08_reading_datasheets'
    """

    id: str
    short: str
    claim: str
    settled_in: str
    source: str


@lru_cache(maxsize=1)
def claims() -> tuple[Claim, ...]:
    """All claims in the order of the board.

    >>> [claim.short for claim in claims()][:3]
    ['20x', '3x to 6x', '7x']
    """
    rows = json.loads((files("gpu_utils") / "data" / "claims.json").read_text(encoding="utf-8"))["claims"]
    return tuple(Claim(**row) for row in rows)


def claim(name: str) -> Claim:
    """The claim with id `name`. ValueError names those that exist.

    >>> claim("bert_infer_7x").short
    '7x'
    """
    for known in claims():
        if known.id == name:
            return known
    raise ValueError(f"no claim {name!r}; the board has {', '.join(c.id for c in claims())}")


def bet(name: str, choice: str) -> None:
    """Bet on the claim `name`: one of `CHOICES`. ValueError for anything else, or once it is settled.

    >>> bet("a100_20x", "false")
    >>> bets()["a100_20x"]
    'false'
    """
    claim(name)
    if choice not in CHOICES:
        raise ValueError(f"a bet is one of {', '.join(CHOICES)}; got {choice!r}")
    row = current().bets.setdefault(name, {})
    if "verdict" in row and row.get("choice") != choice:
        raise ValueError(f"{name} is settled already; a bet can't change after the evidence")
    row["choice"] = choice
    current().save()


def settle(name: str, verdict: str, evidence: str) -> None:
    """Close the claim `name`: `verdict` is one of `VERDICTS`, `evidence` one sentence with its numbers and labels.

    >>> settle("nvlink_ten_pcie", "true, with a catch", "both directions counted (published)")
    >>> "both directions" in repr(board())
    True
    """
    claim(name)
    if verdict not in VERDICTS:
        raise ValueError(f"a verdict is one of {', '.join(VERDICTS)}; got {verdict!r}")
    current().bets.setdefault(name, {}).update(verdict=verdict, evidence=evidence)
    current().save()


def bets() -> dict[str, str]:
    """Claim id -> what the learner bets now.

    >>> sorted(set(bets().values()) - set(CHOICES))
    []
    """
    return {c.id: current().bets.get(c.id, {}).get("choice", CHOICES[3]) for c in claims()}


class Board:
    """The claims board as a table; shows itself in a notebook and as text elsewhere.

    >>> Board()._repr_html_().count("<tr>")
    9
    """

    def _rows(self) -> list[tuple[str, str, str, str]]:
        rows = []
        for c in claims():
            row: dict[str, Any] = current().bets.get(c.id, {})
            outcome = f"{row['verdict']}: {row['evidence']}" if "verdict" in row else f"open until {c.settled_in}"
            rows.append((c.short, c.claim, row.get("choice", CHOICES[3]), outcome))
        return rows

    def __repr__(self) -> str:
        return "\n".join(f"{short:26} your bet: {choice:20} {outcome}" for short, _, choice, outcome in self._rows())

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th scope='col' style='text-align:left'>{h}</th>"
            for h in ("claim of 2020", "in full", "your bet", "evidence")
        )
        body = "".join(
            "<tr>"
            + "".join(f"<td style='text-align:left;white-space:normal'>{_escape(cell)}</td>" for cell in row)
            + "</tr>"
            for row in self._rows()
        )
        return f"<table><caption>The claims board</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _escape(text: str) -> str:
    """Two dollars in a row of text would be set as mathematics; each in an element of its own is left alone."""
    return html.escape(text).replace("$", "<span>$</span>")


def board() -> Board:
    """The claims board: every claim, the learner's bet, and the evidence once there is some.

    >>> repr(board()).count("your bet")
    8
    """
    return Board()
