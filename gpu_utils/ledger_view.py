"""The ledger as the learner sees it: one table, one plot, one button to keep it and one to bring it along."""

from __future__ import annotations

import base64
import html
import math
import sys
import textwrap
from typing import Any

from gpu_utils.ledger import FILE_NAME, Entry, Ledger, current, figure, reference


class Table:
    """Rows of a ledger; shows itself as a table in a notebook and as text elsewhere.

    >>> print(Table([Entry("01", "copy", "s", 2.0, value=0.5, provenance="modelled")]))  # doctest: +ELLIPSIS
    figure ... label
    01 · copy ...          2 s       500 ms       4 x  modelled
    """

    def __init__(self, rows: list[Entry]) -> None:
        self.rows = rows

    def _cells(self, row: Entry) -> tuple[str, str, str, str, str]:
        guess = figure(row.guess, row.unit) + (" (after seeing)" if row.late else "")
        factor = "" if row.factor is None else f"{row.factor:.2g} x"
        label = f"{row.provenance} on {row.machine}" if row.provenance == "measured" else row.provenance or ""
        return (
            f"{row.lab} · {row.key}",
            guess,
            figure(row.value, row.unit),
            factor,
            f"{label}: {row.source}" if row.source else label,
        )

    def __repr__(self) -> str:
        lines = [f"{'figure':58} {'guess':>12} {'came out':>12} {'guess/out':>9}  label"]
        lines += ["{:58.58} {:>12} {:>12} {:>9}  {}".format(*self._cells(row)) for row in self.rows]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        heads = ("figure", "you guessed", "came out", "guess / outcome", "label")
        head = "".join(f"<th scope='col' style='text-align:left'>{h}</th>" for h in heads)
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(c)}</td>" for c in self._cells(row)) + "</tr>"
            for row in self.rows
        )
        return f"<table><caption>Your ledger</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def table(lab: str | None = None, with_reference: bool = False) -> Table:
    """The rows of one lab, or of all; `with_reference` fills what is missing from the shipped ledger, labelled so.

    >>> table("no such lab").rows
    []
    """
    rows = dict(current().entries)
    if with_reference:
        rows = {**reference().entries, **{k: v for k, v in rows.items() if v.value is not None}}
    return Table([row for row in rows.values() if lab in (None, row.lab)])


def guess(key: str) -> float | None:
    """What the learner guessed for `key` in this lab, or None.

    >>> guess("never asked") is None
    True
    """
    row = current().entries.get((current().lab, key))
    return row.guess if row else None


def plot(lab: str | None = None) -> Any:
    """Guess over outcome for every row that has both, on a log scale; a matplotlib Figure, or None without rows.

    >>> plot("no such lab") is None
    True
    """
    rows = [row for row in table(lab).rows if row.factor]
    if not rows:
        return None
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1.0 + 0.5 * len(rows)), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    for y, row in enumerate(reversed(rows)):
        factor = row.factor or 1.0
        near = 1 / 3 <= factor <= 3
        axes.plot([1, factor], [y, y], color="#8a8a8a", linewidth=1.5, zorder=1)
        axes.plot(factor, y, marker="o" if near else "D", color="#0072B2" if near else "#D55E00", markersize=8)
    reach = max(2.0, *(abs(math.log10(row.factor or 1)) * 1.15 for row in rows))
    axes.set(xscale="log", xlim=(10**-reach, 10**reach), yticks=range(len(rows)), ylim=(-0.6, len(rows) - 0.4))
    axes.set_yticklabels([textwrap.fill(row.key, 34) for row in reversed(rows)], fontsize=9)
    axes.axvline(1, color="#222222", linewidth=1)
    axes.set_xlabel("your guess / what came out (circle: within a factor of 3)")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def keep() -> Any:
    """A link that downloads the ledger (in Colab: the download itself).

    >>> "download=" in keep().data
    True
    """
    text = current().dumps()
    if "google.colab" in sys.modules:
        from pathlib import Path

        Path(FILE_NAME).write_text(text, encoding="utf-8")
        sys.modules["google.colab"].files.download(FILE_NAME)
        return None
    from IPython.display import HTML

    data = base64.b64encode(text.encode()).decode()
    where = f"It also lies in {current().path}. " if current().path else ""
    return HTML(
        f"<p>{html.escape(where)}<a download='{FILE_NAME}' href='data:application/json;base64,{data}'>"
        f"Download your ledger</a> ({len(current().entries)} rows) and bring it to the next lab.</p>"
    )


def bring() -> Any:
    """What came along from earlier labs; where nothing did, an upload button. Without a ledger the lab goes on.

    >>> type(bring()).__name__ in ("HBox", "HTML")
    True
    """
    earlier = sorted({row.lab for row in current().entries.values() if row.lab != current().lab})
    if earlier:
        from IPython.display import HTML

        return HTML(f"<p>Your ledger is here, with rows from {html.escape(', '.join(earlier))}.</p>")
    import ipywidgets

    button = ipywidgets.FileUpload(accept=".json", multiple=False, description="Bring your ledger")
    button.layout.width = "14em"
    said = ipywidgets.HTML("Optional: figures that are missing come from a reference run, and say so.")

    def take(_: Any) -> None:
        if not button.value:
            return
        try:
            before = Ledger()
            before.merge(bytes(button.value[0]["content"]).decode("utf-8", "replace"), button.value[0]["name"])
        except ValueError as error:
            said.value = html.escape(str(error))
            return
        now = current()
        now.entries = {**before.entries, **now.entries}
        now.bets = {**before.bets, **now.bets}
        now.save()
        said.value = f"{len(before.entries)} rows brought along."

    button.observe(take, names="value")
    return ipywidgets.HBox([button, said])
