"""Rules for a lab as a whole: its size for a learner, its points, and what every test cell looks like."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course.authoring.code_rules import parse
from course.authoring.finding import Finding
from course.authoring.source import Cell, Source

MINUTES, POINTS, CORE_QUESTIONS = 110, 20, 6


def too_much(source: Source, place: str) -> Iterator[Finding]:
    """Yield what asks more of a learner than a lab may."""
    points = source.points("core") + source.points("stretch")
    core = [cell.name for cell in source.of_role("answer") if cell.tier == "core"]
    if source.minutes > MINUTES:
        yield Finding(place, "title", f"{source.minutes} minutes; a lab has at most {MINUTES}: move work to stretch.")
    if points > POINTS:
        yield Finding(place, "title", f"{points:g} points; a lab has at most {POINTS}: lower some.")
    if len(core) > CORE_QUESTIONS:
        yield Finding(
            place, core[-1], f"{len(core)} core questions; a lab has at most {CORE_QUESTIONS}: make some stretch."
        )


def missing_tests(source: Source) -> Iterator[Finding]:
    """Yield answers that lack their visible or hidden test. A lab that isn't graded needs none."""
    if not source.slug[:1].isdigit():
        return
    tests = {cell.name: cell for cell in source.of_role("test")}
    for answer in source.of_role("answer"):
        wanted = [part for part in ("basic", "full") if part in answer.tests]
        for part in wanted:
            test = tests.get(f"{answer.name}-{part}")
            if test is None:
                other = answer.tests.replace(part, "").strip(",") or "none"
                advice = f'write it, or say tests="{other}" on the answer.'
                yield Finding(answer.place, answer.name, f"has no test '{answer.name}-{part}': {advice}")
            elif test.hidden != (part == "full"):
                yield Finding(test.place, test.name, "the -basic test is visible and the -full test is hidden=true.")


def odd_tests(source: Source) -> Iterator[Finding]:
    """Yield test cells that nbgrader or our grading would misread."""
    for cell in source.of_role("test"):
        if cell.text.rstrip().split("\n")[-1] != "c.score":
            yield Finding(cell.place, cell.name, "its last line has to be `c.score`, one plain float.")
        tree = parse(cell.text)
        if isinstance(tree, ast.Module):
            yield from _odd_check(cell, tree)


def _odd_check(cell: Cell, tree: ast.Module) -> Iterator[Finding]:
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "check"]
    if len(calls) != 1:
        yield Finding(cell.place, cell.name, f'opens {len(calls)} checks: one `with check("{cell.question}") as c`.')
        return
    arguments: dict[str | None, ast.expr] = {k.arg: k.value for k in calls[0].keywords}
    arguments |= dict(zip(("name", "points"), calls[0].args, strict=False))
    name, points = arguments.get("name"), arguments.get("points")
    if not isinstance(name, ast.Constant) or name.value != cell.question:
        yield Finding(cell.place, cell.name, f'its check has another name: write check("{cell.question}", ...).')
    worth = points.value if isinstance(points, ast.Constant) else 1 if points is None else None
    if worth != cell.points:
        yield Finding(
            cell.place, cell.name, f"the marker says {cell.points:g} points, its check {worth!r}: make them agree."
        )
