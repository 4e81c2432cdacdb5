"""What a student gets back: per question the points, what held, what didn't and a hint. Nothing of a hidden test."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from course.grading.files import write_atomically
from course.grading.lab import Lab, Question
from course.grading.page import chip, number, page, text
from course.grading.score import CellOutcome
from course.grading.triage import Graded

SAID = {
    "passed": "all of it holds",
    "partial": "part of it holds",
    "failed": "not yet",
    "not_attempted": "not attempted",
    "error": "stopped with an error",
    "timed_out": "took too long",
    "crashed": "ended the notebook",
    "needs_replay_failed": "a person will look at it",
    "bad_score": "a person will look at it",
    "manual": "a person will mark this",
    "marked": "marked by a person",
}


def write(out: Path, graded: Graded, lab: Lab) -> Path:
    """Write ``out/feedback/STUDENT.html``."""
    path = out / "feedback" / f"{graded.student_id}.html"
    write_atomically(path, render(graded, lab))
    return path


def render(graded: Graded, lab: Lab) -> str:
    """The page for one student."""
    title = f"{titled(lab)}: feedback for {graded.student_id}"
    parts = [f"<h1>{text(titled(lab))}</h1>", f'<p class="soft">Feedback for {text(graded.student_id)}</p>']
    if not graded.readable:
        parts.append(
            f'<div class="box"><h3>Your notebook could not be read</h3><p>{text(_sentence(graded.problem or ""))}</p>'
            "<p>It has no score yet, which is not a 0. Hand it in again, or talk to your instructor.</p></div>"
        )
        return page(title, "\n".join(parts))
    outcomes = {o.grade_id: o for o in graded.outcomes}
    parts.append(_summary(graded, lab))
    if graded.repairs:
        items = "".join(f"<li>{text(_sentence(r))}</li>" for r in graded.repairs)
        parts.append(f'<details class="box"><summary>Put right before grading ({len(graded.repairs)})</summary>')
        parts.append(f'<ul class="small">{items}</ul><p class="small soft">This costs no points.</p></details>')
    parts.append("<h2>Questions</h2>")
    for topic, questions in groupby(lab.questions, key=lambda q: q.topic):
        parts.append(_question(topic, list(questions), outcomes, dict(graded.comments)))
    return page(title, "\n".join(parts))


def _summary(graded: Graded, lab: Lab) -> str:
    tests = [q for q in lab.questions if q.kind == "test"]
    total, score = sum(q.points for q in tests), graded.machine_score(lab)
    waiting = sum(o.points for o in graded.outcomes if o.status == "manual")
    cards = [f'<div class="card"><b>{number(score)} of {number(total)}</b><span>points from the checks</span></div>']
    stretch = sum(q.points for q in tests if q.tier == "stretch")
    if stretch:
        share = f"{graded.percent(lab) or 0:.0f}%"
        cards.append(f'<div class="card"><b>{share}</b><span>of the core points, with stretch as a bonus</span></div>')
    marked = [o for o in graded.outcomes if o.status == "marked"]
    if marked:
        given, most = sum(o.score or 0.0 for o in marked), sum(o.points for o in marked)
        said = f"{number(given)} of {number(most)}"
        cards.append(f'<div class="card"><b>{said}</b><span>points from a person</span></div>')
    if waiting:
        cards.append(f'<div class="card"><b>{number(waiting)}</b><span>points that a person still gives</span></div>')
    return f'<div class="cards">{"".join(cards)}</div>'


def _question(topic: str, questions: list[Question], outcomes: dict[str, CellOutcome], comments: dict[str, str]) -> str:
    found = [(q, outcomes[q.grade_id]) for q in questions]
    points = sum(q.points for q in questions)
    pending = any(o.score is None for _, o in found)
    score = None if pending else sum(o.score or 0.0 for _, o in found)
    status = _overall([o for _, o in found])
    stretch = ' <span class="small soft">stretch</span>' if questions[0].tier == "stretch" else ""
    head = (
        f'<div class="head"><h3><code>{text(topic)}</code>{stretch}</h3><span>{chip(status, SAID[status])} '
        f"&nbsp;{number(score)} of {number(points)} points</span></div>"
    )
    guesses = {
        (g["name"], g.get("hint") or "")
        for _, o in found
        if o.status != "passed" and isinstance(g := (o.check or {}).get("looks_like"), dict) and g.get("name")
    }
    body = "".join(_test(q, o, bool(guesses)) for q, o in found if q.kind == "test" and status != "not_attempted")
    for name, hint in sorted(guesses):
        body += f'<p class="hint"><b>This looks like:</b> {text(name)}. {text(hint)}</p>'
    if comments.get(topic):
        body += f'<p class="hint"><b>From your instructor:</b> {text(comments[topic])}</p>'
    return f'<section class="box">{head}{body}</section>'


def _overall(outcomes: list[CellOutcome]) -> str:
    statuses = [o.status for o in outcomes]
    for first in ("bad_score", "needs_replay_failed", "crashed", "timed_out", "manual"):
        if first in statuses:
            return first
    if len(set(statuses)) == 1:
        return statuses[0]
    return "partial" if any(o.score for o in outcomes) else next(s for s in statuses if s not in ("passed",))


def _test(question: Question, outcome: CellOutcome, guessed: bool) -> str:
    points = f'<span class="small soft">({number(outcome.score)} of {number(question.points)} points)</span>'
    if outcome.status in ("timed_out", "crashed"):
        why = f"The check was stopped: {outcome.error}." if not question.hidden else _stopped(outcome)
        return _marks([_mark("bad", "fails", f"{text(why)} {points}")])
    if question.hidden:
        return _marks([_hidden(outcome, points, guessed)])
    items = []
    for e in (outcome.check or {}).get("expectations") or []:
        held = bool(e.get("passed"))
        detail = "" if held or not e.get("message") else f'<div class="small">{text(e["message"])}</div>'
        if not held and e.get("hint"):
            detail += f'<div class="small hint">{text(e["hint"])}</div>'
        items.append(_mark("good" if held else "bad", "holds" if held else "fails", text(e.get("sentence")) + detail))
    if outcome.error:
        items.append(_mark("bad", "fails", f"It stopped: {text(outcome.error)}"))
    return _marks(items) if items else f"<p>{points}</p>"


def _hidden(outcome: CellOutcome, points: str, guessed: bool) -> str:
    if outcome.status == "passed":
        return _mark("good", "holds", f"The hidden test agrees. {points}")
    if outcome.status in ("bad_score", "needs_replay_failed"):
        return _mark("none", "open", f"The hidden test gave no clear result: a person will look at it. {points}")
    more = "" if guessed else " Try other sizes, dtypes and values at the edge of what the text allows."
    return _mark("bad", "fails", f"A hidden test found a difference.{more} {points}")


def _stopped(outcome: CellOutcome) -> str:
    late = outcome.status == "timed_out"
    return "A hidden test took too long and was stopped." if late else "A hidden test ended the notebook's process."


def _mark(tone: str, word: str, said: str) -> str:
    sign = {"good": "✓", "bad": "✗", "none": "?"}[tone]
    return f'<li><span class="mark {tone}" role="img" aria-label="{word}">{sign}</span>{said}</li>'


def _marks(items: list[str]) -> str:
    return f'<ul class="marks">{"".join(items)}</ul>'


def titled(lab: Lab) -> str:
    """The lab's title: its first heading, else its slug."""
    first = next((c["source"] for c in lab.cells if c["cell_type"] == "markdown"), "")
    heading = next((line.lstrip("# ").strip() for line in first.splitlines() if line.startswith("#")), "")
    return heading or lab.slug


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
