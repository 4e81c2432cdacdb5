"""What a class's results say about its questions: difficulty, discrimination, and who failed in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean

from course.grading.lab import Lab, Question
from course.grading.score import CellOutcome
from course.grading.triage import Graded


@dataclass(frozen=True)
class Item:
    """One question over a class; shares are of the readable submissions.

    `difficulty` is the mean share of the points (1: everyone has it); `discrimination` the correlation of a
    student's points here with her points in the rest, None with fewer than five students or without spread.
    """

    question: Question
    difficulty: float | None
    discrimination: float | None
    full: int
    some: int
    none: int
    not_attempted: int
    waiting: int


@dataclass(frozen=True)
class Group:
    """Students whose answer to one question fails in exactly the same way."""

    topic: str
    students: tuple[str, ...]
    name: str | None
    hint: str | None
    sentences: tuple[tuple[str, str], ...]


def items(lab: Lab, graded: Sequence[Graded]) -> list[Item]:
    """Statistics of every question of the lab."""
    readable = [g for g in graded if g.readable]
    return [_item(lab, q, readable) for q in lab.questions]


def groups(lab: Lab, graded: Sequence[Graded]) -> list[Group]:
    """Identical failures, the most common first; questions that were not attempted are left out."""
    found: dict[tuple[str, tuple[str, ...]], list[tuple[str, list[CellOutcome]]]] = {}
    topics = {q.grade_id: q.topic for q in lab.questions if q.kind == "test"}
    for g in graded:
        for topic in dict.fromkeys(topics.values()):
            mine = [o for o in g.outcomes if topics.get(o.grade_id) == topic]
            lost = [o for o in mine if o.status != "passed"]
            if lost and any(o.status != "not_attempted" for o in lost):
                found.setdefault((topic, tuple(_signature(o) for o in mine)), []).append((g.student_id, mine))
    made = [_group(topic, members) for (topic, _), members in found.items()]
    return sorted(made, key=lambda group: (-len(group.students), group.topic))


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's correlation; None with fewer than five pairs or when either doesn't vary.

    >>> correlation([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])
    1.0
    """
    if len(one) < 5:
        return None
    a, b = [x - mean(one) for x in one], [x - mean(other) for x in other]
    spread = sqrt(sum(x * x for x in a) * sum(x * x for x in b))
    return round(sum(x * y for x, y in zip(a, b, strict=True)) / spread, 3) if spread > 1e-12 else None


def _item(lab: Lab, question: Question, readable: list[Graded]) -> Item:
    outcomes = [next(o for o in g.outcomes if o.grade_id == question.grade_id) for g in readable]
    scored = [(g, o) for g, o in zip(readable, outcomes, strict=True) if o.score is not None]
    own = [float(o.score or 0.0) for _, o in scored]
    machine = question.kind == "test"
    rest = [g.machine_score(lab) - (s if machine else 0.0) for (g, _), s in zip(scored, own, strict=True)]
    return Item(
        question,
        mean(own) / question.points if own and question.points and machine else None,
        correlation(own, rest) if machine else None,
        sum(s >= question.points for s in own),
        sum(0 < s < question.points for s in own),
        sum(o.score == 0 and o.status != "not_attempted" for o in outcomes),
        sum(o.status == "not_attempted" for o in outcomes),
        sum(o.score is None for o in outcomes),
    )


def _signature(outcome: CellOutcome) -> str:
    failed = (outcome.check or {}).get("failed")
    if isinstance(failed, list) and outcome.status in ("failed", "partial", "passed"):
        return f"{outcome.status} {' '.join(map(str, failed))}"
    return f"{outcome.status} {outcome.error or ''}"


def _group(topic: str, members: list[tuple[str, list[CellOutcome]]]) -> Group:
    outcomes = members[0][1]
    guesses = [g for o in outcomes if isinstance(g := (o.check or {}).get("looks_like"), dict) and g.get("name")]
    sentences: list[tuple[str, str]] = []
    for o in outcomes:
        if o.status == "passed":
            continue
        lost = [e for e in (o.check or {}).get("expectations") or [] if isinstance(e, dict) and not e.get("passed")]
        sentences += [(str(e.get("sentence", "")), str(e.get("message", ""))) for e in lost]
        if o.error:
            sentences.append((o.grade_id, o.error))
    name, hint = (guesses[0].get("name"), guesses[0].get("hint")) if guesses else (None, None)
    return Group(topic, tuple(s for s, _ in members), name, hint, tuple(dict.fromkeys(sentences)))
