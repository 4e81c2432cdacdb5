"""report.html: what an instructor wants to know about a graded class, on one page that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from course.grading import chart
from course.grading.changes import Change
from course.grading.feedback import titled
from course.grading.files import write_atomically
from course.grading.items import Group, Item, groups, items
from course.grading.lab import Lab
from course.grading.page import chip, number, page, table, text
from course.grading.triage import STATUSES, Graded

MEANT = {
    "unreadable": "no score yet: ask for a new file",
    "needs_human": "a score that can't be trusted: open the notebook",
    "crashed": "a cell ended its process; the rest was graded",
    "timed_out": "a cell ran over its time; the rest was graded",
    "repaired": "damage around the answers was put right",
    "graded": "nothing to do",
}
FEW, MANY = 6, 20
"""Names that stand beside a group; rows beyond which a table that nobody need read is folded."""


def write(out: Path, lab: Lab, graded: Sequence[Graded], isolation: str = "", changed: Sequence[Change] = ()) -> Path:
    """Write ``out/report.html``."""
    path = out / "report.html"
    write_atomically(path, render(lab, graded, isolation, changed))
    return path


def render(lab: Lab, graded: Sequence[Graded], isolation: str = "", changed: Sequence[Change] = ()) -> str:
    """The page of a class; `isolation` says how submissions were kept apart, `changed` what grading again changed."""
    head = [
        f"<h1>{text(titled(lab))}</h1>",
        f'<p class="soft">A class of {len(graded)}, graded by machine. Per cent are of the core points, stretch as a '
        f"bonus, at most 100; written answers come on top. {text(isolation)}</p>",
        _cards(lab, graded),
    ]
    sections = [
        _attention(lab, graded),
        _changes(changed),
        _heading("Distribution"),
        '<p class="small soft">Students by per cent of the core points.</p>',
        chart.histogram([p for g in graded if (p := g.percent(lab)) is not None]),
        _questions(items(lab, graded)),
        _failures(groups(lab, graded)),
        _repairs(graded),
        _costs(graded),
        _submissions(lab, graded),
    ]
    body = "\n".join(sections)
    links = re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>', body)
    contents = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title in links)
    return page(f"{titled(lab)}: report", "\n".join([*head, f'<nav aria-label="Contents">{contents}</nav>', body]))


def _heading(title: str) -> str:
    return f'<h2 id="{title.lower().replace(" ", "-")}">{title}</h2>'


def _cards(lab: Lab, graded: Sequence[Graded]) -> str:
    percents = [p for g in graded if (p := g.percent(lab)) is not None]
    attention = sum(g.status in STATUSES[:2] for g in graded)
    written = sum(o.status == "manual" for g in graded for o in g.outcomes)
    cards = [
        (f"{mean(percents):.0f}%" if percents else "–", "mean"),
        (f"{median(percents):.0f}%" if percents else "–", "median"),
        (f"{sum(p >= 100 for p in percents)} of {len(graded)}", "with all core points"),
        (str(attention), "need a person first"),
        (str(written), "written answers to mark"),
    ]
    return (
        '<div class="cards">'
        + "".join(f'<div class="card"><b>{a}</b><span>{b}</span></div>' for a, b in cards)
        + "</div>"
    )


def _attention(lab: Lab, graded: Sequence[Graded]) -> str:
    rows = [
        [_student(g, lab), chip(g.status), text(g.reason)]
        for status in STATUSES[:4]
        for g in graded
        if g.status == status
    ]
    counts = [[chip(s), str(n), MEANT[s]] for s in STATUSES if (n := sum(g.status == s for g in graded))]
    body = table([("Status", ""), ("Submissions", "n"), ("What it means", "")], counts)
    if rows:
        body += "<p></p>" + table([("Student", ""), ("Status", ""), ("What happened", "")], rows)
    return _heading("What needs a person") + body


def _changes(changed: Sequence[Change]) -> str:
    if not changed:
        return ""
    rows = [
        [
            text(c.student_id),
            f"<code>{text(c.grade_id)}</code>",
            *("–" if s is None else number(s) for s in (c.before, c.after)),
        ]
        for c in changed
    ]
    head = [("Student", ""), ("Question", ""), ("Before", "n"), ("Now", "n")]
    return _heading("What grading again changed") + table(head, rows)


def _questions(found: Sequence[Item]) -> str:
    rows = []
    for item in found:
        q = item.question
        share = "–" if item.difficulty is None else f"{100 * item.difficulty:.0f}%"
        bar = (
            ""
            if item.difficulty is None
            else f'<span class="bar"><i style="width:{100 * item.difficulty:.0f}%"></i></span>'
        )
        kind = ", ".join(
            w for w in ("written" if q.kind == "written" else "", "hidden" if q.hidden else "", q.tier) if w
        )
        waiting = f"{item.waiting} to mark" if item.waiting else ""
        rows.append(
            [
                f"<code>{text(q.grade_id)}</code>",
                f'<span class="soft">{kind}</span>',
                number(q.points),
                share,
                bar or waiting,
                "–" if item.discrimination is None else f"{item.discrimination:+.2f}",
                str(item.full),
                str(item.some),
                str(item.none),
                str(item.not_attempted),
            ]
        )
    head = [
        ("Question", ""),
        ("Kind", ""),
        ("Points", "n"),
        ("Mean", "n"),
        ("of the points", ""),
        ("Discrimination", "n"),
    ]
    head += [("All", "n"), ("Part", "n"), ("None", "n"), ("Not tried", "n")]
    said = (
        "Mean: share of the points; 100% is an easy question. Discrimination: correlation with the points of the "
        "other questions; near 0 or below, a question tells strong from weak students badly (none below five students)."
    )
    return f'{_heading("Questions")}<p class="small soft">{said}</p>{table(head, rows)}'


def _failures(found: Sequence[Group]) -> str:
    if not found:
        return _heading("The same mistake") + "<p>Nobody who tried a question lost points on it.</p>"
    shared = [g for g in found if len(g.students) > 1]
    alone = [g for g in found if len(g.students) == 1]
    body = "".join(_shared(g) for g in shared[:20]) or "<p>No two students failed a question in the same way.</p>"
    if alone:
        rows = [[f"<code>{text(g.topic)}</code>", text(g.students[0]), _first(g)] for g in alone]
        body += "<h3>Seen once</h3>" + table([("Question", ""), ("Student", ""), ("First of what failed", "")], rows)
    said = "<p class='small soft'>Answers that fail exactly the same expectations, the most common first.</p>"
    return _heading("The same mistake") + said + body


def _shared(group: Group) -> str:
    count = len(group.students)
    guess = f'<p class="hint"><b>{text(group.name)}.</b> {text(group.hint or "")}</p>' if group.name else ""
    lines = "".join(
        f'<li><span class="mark bad" role="img" aria-label="fails">✗</span>{text(sentence)}'
        f'<div class="small soft">{text(message)}</div></li>'
        for sentence, message in group.sentences[:4]
    )
    rest = len(group.sentences) - 4
    more = f'<p class="small soft">and {rest} more</p>' if rest > 0 else ""
    names = text(", ".join(group.students))
    few, folded = f": {names}", ""
    if count > FEW:
        first = text(", ".join(group.students[:3]))
        few, folded = "", f'<details class="small"><summary>{first} … <b>all {count}</b></summary>{names}</details>'
    return (
        f'<section class="box"><div class="head"><h3><code>{text(group.topic)}</code></h3>'
        f'<span class="small"><b>{count} students</b>{few}</span></div>'
        f'{folded}{guess}<ul class="marks">{lines}</ul>{more}</section>'
    )


def _first(group: Group) -> str:
    sentence, message = group.sentences[0] if group.sentences else ("", "")
    rest = len(group.sentences) - 1
    more = f' <span class="soft">(and {rest} more)</span>' if rest > 0 else ""
    name = f"<b>{text(group.name)}</b>: " if group.name else ""
    return f'{name}{text(sentence)}{more}<div class="small soft">{text(message)}</div>'


def _repairs(graded: Sequence[Graded]) -> str:
    repaired = [g for g in graded if g.repairs]
    if not repaired:
        return _heading("Repairs") + "<p>No submission had to be repaired.</p>"
    rows = [[text(g.student_id), "<br>".join(text(r) for r in g.repairs)] for g in repaired]
    listed = table([("Student", ""), ("What was put right", "")], rows)
    if len(rows) > MANY:
        listed = f"<details><summary>{len(rows)} submissions were repaired: show them</summary>{listed}</details>"
    return _heading("Repairs") + listed


def _costs(graded: Sequence[Graded]) -> str:
    run = [g for g in graded if g.readable]
    if not run:
        return ""
    slowest = sorted(run, key=lambda g: -g.seconds)[:8]
    peak = max(run, key=lambda g: g.peak_bytes)
    said = (
        f"Median {median(g.seconds for g in run):.2f} s a submission, {sum(g.seconds for g in run):.1f} s in all. Most "
        f"memory: {peak.peak_bytes / 1e6:.0f} MB ({peak.student_id}), of which the imported libraries are shared."
    )
    bars = chart.cost([(g.student_id, g.seconds) for g in slowest], "s")
    return f'{_heading("Time and memory")}<p>{text(said)}</p><div class="wide">{bars}</div>'


def _submissions(lab: Lab, graded: Sequence[Graded]) -> str:
    rows = []
    for g in graded:
        percent = g.percent(lab)
        waiting = sum(o.points for o in g.outcomes if o.status == "manual")
        rows.append(
            [
                _student(g, lab),
                number(g.machine_score(lab)) if g.readable else "–",
                "–" if percent is None else f"{percent:.0f}%",
                number(waiting) if waiting else "",
                chip(g.status),
                f'<a href="{_href("feedback", f"{g.student_id}.html")}">open</a>',
            ]
        )
    head = [("Student", ""), ("Points", "n"), ("Core", "n"), ("To mark", "n"), ("Status", ""), ("Feedback", "")]
    return _heading("All submissions") + table(head, rows)


def _student(graded: Graded, lab: Lab) -> str:
    href = _href("autograded", graded.student_id, lab.slug, f"{lab.slug}.ipynb")
    return f'<a href="{href}">{text(graded.student_id)}</a>'


def _href(*parts: str) -> str:
    return "/".join(quote(p) for p in parts)
