"""One graded submission, and the one status that tells an instructor what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from course.grading.execute import Death, Execution
from course.grading.lab import Lab
from course.grading.preflight import Prepared
from course.grading.score import CellOutcome, judge_written

STATUSES = ("unreadable", "needs_human", "crashed", "timed_out", "repaired", "graded")
"""The first that applies. A written answer that waits for a person is not `needs_human`."""
FLAGGED = ("bad_score", "needs_replay_failed")


@dataclass(frozen=True)
class Graded:
    """What grading a submission gave, without its cells and outputs: a class of a thousand stays small."""

    student_id: str
    status: str
    reason: str
    outcomes: tuple[CellOutcome, ...] = ()
    repairs: tuple[str, ...] = ()
    deaths: tuple[Death, ...] = ()
    seconds: float = 0.0
    peak_bytes: int = 0
    problem: str | None = None
    unanswered: frozenset[str] = field(default_factory=frozenset)
    comments: tuple[tuple[str, str], ...] = ()
    """What people wrote in formgrader: the cell, and the comment."""

    @property
    def readable(self) -> bool:
        """Whether there was a notebook to grade."""
        return self.problem is None

    def machine_score(self, lab: Lab) -> float:
        """Points of the machine-graded cells, core and stretch."""
        tests = {q.grade_id for q in lab.questions if q.kind == "test"}
        return sum(o.score or 0.0 for o in self.outcomes if o.grade_id in tests)

    def percent(self, lab: Lab) -> float | None:
        """Machine-graded points as per cent of the core ones, at most 100; None when nothing could be read."""
        if not self.readable:
            return None
        core = sum(q.points for q in lab.questions if q.kind == "test" and q.tier == "core")
        return min(100.0, 100.0 * self.machine_score(lab) / core) if core else None


def assess(student_id: str, prepared: Prepared, execution: Execution | None, lab: Lab) -> Graded:
    """Bring together what preflight and execution found, in the order of the lab's questions."""
    if prepared.problem or execution is None:
        problem = prepared.problem or "it was not run"
        return Graded(student_id, "unreadable", problem, repairs=tuple(prepared.repairs), problem=problem)
    outcomes = tuple(_outcomes(prepared, execution, lab))
    status, reason = _status(outcomes, execution, prepared.repairs)
    return Graded(
        student_id,
        status,
        reason,
        outcomes,
        tuple(prepared.repairs),
        tuple(execution.deaths),
        execution.seconds,
        execution.peak_bytes,
        None,
        prepared.unanswered,
    )


def _outcomes(prepared: Prepared, execution: Execution, lab: Lab) -> list[CellOutcome]:
    found = []
    for question in lab.questions:
        if question.kind == "written":
            unanswered = question.grade_id in prepared.unanswered
            found.append(judge_written(question.grade_id, question.points, unanswered))
        else:
            missing = CellOutcome(
                question.grade_id, question.points, 0.0, "needs_replay_failed", error="it did not run"
            )
            found.append(execution.outcomes.get(question.grade_id, missing))
    return found


def _status(outcomes: tuple[CellOutcome, ...], execution: Execution, repairs: list[str]) -> tuple[str, str]:
    flagged = [o for o in outcomes if o.status in FLAGGED]
    if flagged:
        return "needs_human", "; ".join(f"{o.grade_id}: {o.error}" for o in flagged)
    forged = [d for d in execution.deaths if d.kind == "forged"]
    if forged:
        return "needs_human", "; ".join(f"{d.name} {d.reason}" for d in forged)
    for kind in ("crashed", "timed_out"):
        deaths = [d for d in execution.deaths if d.kind == kind]
        if deaths:
            return kind, "; ".join(f"{d.name} {d.reason}" for d in deaths)
    late = [n for n in execution.notes if "ran over" in n]
    if late:
        return "timed_out", "; ".join(late)
    if repairs:
        return "repaired", "; ".join(repairs)
    return "graded", ""
