"""``python -m course grade NN_slug --submissions DIR --out DIR``: a class in, a gradebook and a report out."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.grading import autograded, feedback, report, tables, triage
from course.grading.cache import Cache
from course.grading.execute import Limits
from course.grading.gradebook import Book
from course.grading.lab import Lab, UnknownLab, load
from course.grading.pool import Pool
from course.grading.progress import Progress
from course.grading.server import ForkServer, ServerLost
from course.grading.triage import Graded
from course.project import CourseError, Project


@dataclass(frozen=True)
class ClassRun:
    """A graded class: its submissions in the order of their names, and how long it took."""

    lab: Lab
    graded: list[Graded]
    seconds: float
    report: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("lab", metavar="NN_slug", help="the lab, for example 01_image_filters")
    parser.add_argument("--submissions", required=True, type=Path, metavar="DIR", help="holds STUDENT/NN_slug/*.ipynb")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where gradebook, tables and pages go")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="submissions at a time")
    parser.add_argument("--resume", action="store_true", help="keep results of what has been graded with this content")
    parser.add_argument("--cell-seconds", type=float, default=30.0, metavar="S", help="time for a cell (30)")
    parser.add_argument("--notebook-seconds", type=float, default=300.0, metavar="S", help="time for a notebook (300)")


def main(args: argparse.Namespace) -> int:
    """Grade a class and say where the report is."""
    root = getattr(args, "root", None) or Project.here().root
    if args.jobs < 1 or args.cell_seconds <= 0 or args.notebook_seconds <= 0:
        raise CourseError("--jobs, --cell-seconds and --notebook-seconds must be above 0.")
    limits = Limits(cell_seconds=args.cell_seconds, notebook_seconds=args.notebook_seconds)
    run = grade_class(
        args.lab, args.submissions, args.out, root / "solutions", jobs=args.jobs, resume=args.resume, limits=limits
    )
    for line in summary(run):
        print(line)
    return 0


def grade_class(
    slug: str,
    submissions: Path,
    out: Path,
    solutions: Path,
    *,
    jobs: int = 1,
    resume: bool = False,
    limits: Limits | None = None,
) -> ClassRun:
    """Grade every student's folder in `submissions` and write all files into `out`; raises `CourseError`."""
    began = time.monotonic()
    limits = limits or Limits()
    try:
        lab = load(slug, solutions)
        students = find_students(submissions, slug)
        _make_folder(out, submissions)
        cache = Cache(out, limits)
        graded: dict[str, Graded] = {}
        progress = Progress(len(students))
        server = ForkServer()
        if not resume:
            server.start_early()  # it imports while the gradebook is made
        with server, Book(out, lab) as book:
            autograded.write_configuration(out, submissions, solutions)
            pool = Pool(lab, server, cache, limits, resume)
            pool.check_lab()
            for student, prepared, execution in pool.results(submissions, students, jobs):
                found = triage.assess(student, prepared, execution, lab)
                book.record(found, submissions / student / slug)
                autograded.write(out, student, lab, prepared, execution)
                feedback.write(out, found, lab)
                graded[student] = found
                progress.step(student)
            progress.finish()
            ordered = [graded[s] for s in students]
            tables.write(out, lab, ordered, book.standings(students))
        path = report.write(out, lab, ordered)
    except UnknownLab as error:
        raise CourseError(str(error)) from error
    except ServerLost as error:
        raise CourseError(f"grading stopped: {error}. What was graded is kept: go on with --resume.") from error
    except OSError as error:
        raise CourseError(f"grading stopped: {error.strerror}: {error.filename}. Go on with --resume.") from error
    return ClassRun(lab, ordered, time.monotonic() - began, path)


def find_students(submissions: Path, slug: str) -> list[str]:
    """Names of the student folders, sorted; raises `CourseError` when there are none."""
    if not submissions.is_dir():
        raise CourseError(f"there is no folder {submissions}: --submissions names the one that holds STUDENT/{slug}/.")
    students = sorted(p.name for p in submissions.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not students:
        raise CourseError(f"{submissions} is empty: it should hold a folder per student, STUDENT/{slug}/*.ipynb.")
    if not any((submissions / s / slug).is_dir() for s in students):
        raise CourseError(f"no folder in {submissions} holds {slug}: expected STUDENT/{slug}/*.ipynb.")
    return students


def summary(run: ClassRun) -> Iterator[str]:
    """Lines for the terminal after a run: how many of each status, and where the report is."""
    counts = {s: sum(g.status == s for g in run.graded) for s in triage.STATUSES}
    said = ", ".join(f"{n} {s.replace('_', ' ')}" for s, n in counts.items() if n)
    yield f"{len(run.graded)} submissions of {run.lab.slug} in {run.seconds:.1f} s: {said}."
    yield f"Report: {run.report}"


def _make_folder(out: Path, submissions: Path) -> None:
    if out.exists() and not out.is_dir():
        raise CourseError(f"{out} is a file: --out names a folder.")
    if out.resolve().is_relative_to(submissions.resolve()):
        raise CourseError(f"--out {out} lies inside the submissions: choose another folder.")
    out.mkdir(parents=True, exist_ok=True)
