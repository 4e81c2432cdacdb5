"""``python -m course grade NN_slug --submissions DIR --out DIR``: a class in, a gradebook and a report out."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.grading.forkserver import late
from course.grading.server import ForkServer
from course.project import CourseError, Project

if TYPE_CHECKING:
    from course.grading.classrun import ClassRun

INTERRUPTED = 130
"""Exit status of a command that Ctrl-C stopped, as shells have it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("lab", metavar="NN_slug", help="the lab, for example 01_image_filters")
    parser.add_argument("--submissions", required=True, type=Path, metavar="DIR", help="holds STUDENT/NN_slug/*.ipynb")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where gradebook, tables and pages go")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="submissions at a time")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on the workers of this Dask scheduler instead")
    parser.add_argument("--resume", action="store_true", help="keep results of what has been graded with this content")
    parser.add_argument("--cell-seconds", type=float, default=30.0, metavar="S", help="time for a cell (30)")
    parser.add_argument("--notebook-seconds", type=float, default=300.0, metavar="S", help="time for a notebook (300)")
    parser.add_argument("--experiments", action="store_true", help="also run cells that only measure or draw")


def main(args: argparse.Namespace) -> int:
    """Grade a class and say where the report is."""
    root = getattr(args, "root", None) or Project.here().root
    if args.jobs < 1 or args.cell_seconds <= 0 or args.notebook_seconds <= 0:
        raise CourseError("--jobs, --cell-seconds and --notebook-seconds must be above 0.")
    try:
        run = _run(args, root / "solutions")
    except KeyboardInterrupt:
        print("\ncourse: interrupted. What was graded is kept: say the same with --resume to go on.", file=sys.stderr)
        return INTERRUPTED
    for line in summary(run):
        print(line)
    return 0


def _run(args: argparse.Namespace, solutions: Path) -> ClassRun:
    hidden = [solutions, args.submissions, args.out]
    server = ForkServer(hidden, late(_code(solutions, args.lab, args.experiments)))
    if not args.resume and not args.scheduler and args.submissions.is_dir():
        server.start_early()  # it imports torch while this process imports nbgrader, which takes as long
    from course.grading.execute import Limits

    limits = Limits(
        cell_seconds=args.cell_seconds, notebook_seconds=args.notebook_seconds, experiments=args.experiments
    )
    with server:
        return grade_class(
            args.lab,
            args.submissions,
            args.out,
            solutions,
            jobs=args.jobs,
            resume=args.resume,
            limits=limits,
            server=server,
            scheduler=args.scheduler,
        )


def _code(solutions: Path, slug: str, experiments: bool) -> str:
    """What of the lab's code will run, as one text; "" when there is no such lab, which is told later."""
    try:
        cells = json.loads((solutions / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))["cells"]
        run = [c for c in cells if c["cell_type"] == "code" and (experiments or "experiment" not in _tags(c))]
        return "\n".join("".join(cell["source"]) for cell in run)
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _tags(cell: Any) -> Any:
    return cell["metadata"].get("tags") or []


def grade_class(slug: str, submissions: Path, out: Path, solutions: Path, **options: Any) -> ClassRun:
    """`classrun.grade_class`, imported when it is called."""
    from course.grading import classrun

    return classrun.grade_class(slug, submissions, out, solutions, **options)


def summary(run: ClassRun) -> Iterator[str]:
    """Lines for the terminal after a run: how many of each status, and where the report is."""
    from course.grading import changes, triage

    counts = {s: sum(g.status == s for g in run.graded) for s in triage.STATUSES}
    said = ", ".join(f"{n} {s.replace('_', ' ')}" for s, n in counts.items() if n)
    yield f"{len(run.graded)} submissions of {run.lab.slug} in {run.seconds:.1f} s: {said}."
    if run.changes:
        yield "Different from the last time:"
        yield from (f"  {line}" for line in changes.lines(run.changes))
    if run.isolation:
        yield run.isolation
    yield f"Report: {run.report}"
