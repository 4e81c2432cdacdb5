"""How the outcome of a check is shown: plain text, a small accessible table, and a JSON bundle for programs."""

from __future__ import annotations

import hashlib
import html
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

BUNDLE = "application/vnd.pixels.check+json"
"""The mime type of the JSON bundle; its fields are those of `Verdict.bundle`."""

_PLACE = re.compile(r", in line \d+ of your cell.*|0x[0-9a-f]+")
_NUMBER = re.compile(r"\d+\.?\d*(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Expectation:
    """One sentence of a check and how it came out.

    `kind` is "ok" when it holds, else what went wrong: value, type, dtype, shape, device, raised, no_error,
    changed_input, not_attempted, stopped or false.

    >>> Expectation("two is two", True).kind
    'ok'
    """

    sentence: str
    passed: bool
    kind: str = "ok"
    message: str = ""
    hint: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A finished check: what was expected, what held, and what it is worth.

    >>> Verdict("darken", 2.0, 2.0, "passed", (Expectation("it is dark", True),)).headline
    'darken: it holds · 2 of 2 points'
    """

    check: str
    points: float
    score: float
    status: str
    expectations: tuple[Expectation, ...] = field(default=())
    looks_like: dict[str, str] | None = None

    @property
    def failed(self) -> list[str]:
        """The signature of a wrong answer: ``index:kind`` of every expectation that does not hold."""
        return [f"{i}:{e.kind}" for i, e in enumerate(self.expectations) if not e.passed]

    @property
    def fingerprint(self) -> str:
        """What a wrong answer gave, in ten digits: the messages of `failed`, their numbers to three digits.

        Two answers that fail the same expectations with other values have another one.
        """
        messages = "\n".join(_PLACE.sub("", e.message) for e in self.expectations if not e.passed)
        return hashlib.sha256(_NUMBER.sub(_shortened, messages).encode()).hexdigest()[:10]

    @property
    def headline(self) -> str:
        """One line: the question, how many expectations hold, the points."""
        held, total = sum(e.passed for e in self.expectations), len(self.expectations)
        points = f"{_number(self.score)} of {_number(self.points)} points"
        words = {
            "passed": f"all {total} hold" if total != 1 else "it holds",
            "failed": f"{held} of {total} hold",
            "not_attempted": "not attempted yet",
            "nothing_checked": "nothing was checked",
        }
        if self.status == "failed" and held and not self.score and self.points:
            points += ", as no result is right yet"
        return f"{self.check}: {words[self.status]}" + (f" · {points}" if self.points else "")

    def bundle(self) -> dict[str, Any]:
        """The check as plain data, for the grader and for tests."""
        return {
            "check": self.check,
            "points": self.points,
            "score": self.score,
            "status": self.status,
            "expectations": [asdict(e) for e in self.expectations],
            "failed": self.failed,
            "fingerprint": self.fingerprint,
            "looks_like": self.looks_like,
        }

    def text(self) -> str:
        """The check for a terminal or a screen reader."""
        lines = [self.headline]
        if self.status == "not_attempted":
            return f"{lines[0]}\n  Write your answer in the cell above, run it, then run this cell again."
        for e in _once(self.expectations):
            lines.append(f"  {'✓' if e.passed else '✗'} {e.sentence}")
            if not e.passed and e.message:
                lines.append(f"      {e.message}")
            if not e.passed and e.hint:
                lines.append(f"      hint: {e.hint}")
        if self.looks_like:
            lines.append(f"  This looks like: {self.looks_like['name']}. {self.looks_like['hint']}".rstrip())
        return "\n".join(lines)

    def html(self) -> str:
        """The check as a table with a caption, row headers and words beside every mark."""
        edge = {"passed": "#117733", "failed": "#b8003c"}.get(self.status, "#6b6b6b")
        caption = (
            f"<caption style='text-align:left;caption-side:top;font-weight:600;padding:2px 0 4px;color:inherit'>"
            f"{html.escape(self.headline)}</caption>"
        )
        if self.status == "not_attempted":
            body = "<tr><td>Write your answer in the cell above, run it, then run this cell again.</td></tr>"
        else:
            body = "".join(_row(e) for e in _once(self.expectations))
        guess = ""
        if self.looks_like:
            name, hint = _code(self.looks_like["name"]), _code(self.looks_like["hint"])
            guess = f"<p style='margin:6px 0 0'><b>This looks like:</b> {name}. {hint}</p>"
        return (
            f"<div style='border-left:4px solid {edge};padding:2px 0 4px 12px;margin:4px 0;max-width:52em'>"
            f"<table style='border-collapse:collapse;margin:0;font-size:inherit'>{caption}<tbody>{body}</tbody></table>"
            f"{guess}</div>"
        )


def _once(expectations: tuple[Expectation, ...]) -> Iterator[Expectation]:
    """The expectations as they are shown: a long message, such as an exception's, is not said twice."""
    said: set[str] = set()
    for e in expectations:
        again = len(e.message) > 60 and e.message in said
        said.add(e.message)
        yield replace(e, message="the same again") if again else e


def _shortened(number: re.Match[str]) -> str:
    return f"{float(number[0]):.3g}"


def _row(e: Expectation) -> str:
    colour, mark, word = ("#117733", "✓", "holds") if e.passed else ("#b8003c", "✗", "fails")
    detail = ""
    if not e.passed and e.message:
        detail += f"<div style='opacity:.85'>{_code(e.message)}</div>"
    if not e.passed and e.hint:
        detail += f"<div style='opacity:.85'><i>Hint:</i> {_code(e.hint)}</div>"
    style = "text-align:left;vertical-align:top;white-space:normal;padding:2px 8px 2px 0;background:transparent"
    return (
        f"<tr style='background:transparent'><td style='{style};font-weight:700'>"
        f"<span role='img' aria-label='{word}' style='background:{colour};color:#fff;border-radius:3px;"
        f"padding:0 5px'>{mark}</span></td><td style='{style}'>{_code(e.sentence)}{detail}</td></tr>"
    )


def _code(text: str) -> str:
    """Escape, and turn `backticks` into code."""
    parts = html.escape(text).split("`")
    if len(parts) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


_LATEST: dict[str, str] = {}


def passed(check: str) -> bool:
    """Whether the last check of this name held in full. Cells ask before they write down what an answer computed.

    >>> passed("never checked")
    False
    """
    return _LATEST.get(check) == "passed"


def attempt(*checks: str) -> Callable[[Callable[[], Any]], Any]:
    """Run a cell once these checks hold in full, so that nothing wrong gets into the ledger; else say what it awaits.

    >>> @attempt("never checked")
    ... def _():
    ...     print("this comes later")
    This cell waits for never checked. When the check above holds, run it again.
    """

    def decide(run: Callable[[], Any]) -> Any:
        waits = [name for name in checks if not passed(name)]
        if not waits:
            return run()
        print(f"This cell waits for {' and '.join(waits)}. When the check above holds, run it again.")
        return None

    return decide


def publish(verdict: Verdict) -> None:
    """Show a verdict: as one display with three mime types in IPython, as text on stdout elsewhere.

    >>> publish(Verdict("darken", 2.0, 0.0, "nothing_checked"))
    darken: nothing was checked · 0 of 2 points
    """
    _LATEST[verdict.check] = verdict.status
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        print(verdict.text())
        return
    from IPython.display import display

    data = {"text/plain": verdict.text(), "text/html": verdict.html(), BUNDLE: verdict.bundle()}
    display(data, raw=True)
