"""``python -m course grade NN_slug --submissions DIR --out DIR``: a class in, a gradebook and a report out."""

from __future__ import annotations

import argparse
import os
import queue
import threading
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from course.grading import autograded, feedback, preflight, report, tables, triage
from course.grading.cache import Cache
from course.grading.execute import Execution, Limits, run_notebook
from course.grading.gradebook import Book
from course.grading.lab import Lab, UnknownLab, load
from course.grading.preflight import Prepared
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
        with Book(out, lab) as book:
            autograded.write_configuration(out, submissions, solutions)
            for student, prepared, execution in _results(lab, submissions, students, cache, limits, jobs, resume):
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


_Result = tuple[str, Prepared, Execution | None]


def _results(
    lab: Lab, submissions: Path, students: list[str], cache: Cache, limits: Limits, jobs: int, resume: bool
) -> Iterator[_Result]:
    """Grade in `jobs` threads, each waiting on one forked process; results as they come, to the one writer."""
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    done: queue.Queue[_Result | BaseException] = queue.Queue(maxsize=2 * jobs)
    for student in students:
        todo.put(student)
    _ = lab.stubs, lab.released, lab.questions  # made once, before threads share them

    def work(server: ForkServer) -> None:
        while True:
            try:
                student = todo.get_nowait()
            except queue.Empty:
                return
            try:
                prepared = preflight.prepare(submissions / student / lab.slug, lab)
                done.put((student, prepared, _execute(student, prepared, lab, cache, limits, resume, server)))
            except BaseException as error:
                done.put(error)
                return

    with ForkServer() as server:
        _check_lab(lab, cache, limits, resume, server)
        for _ in range(min(jobs, len(students))):
            threading.Thread(target=work, args=(server,), daemon=True).start()
        for _ in students:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield result


def _check_lab(lab: Lab, cache: Cache, limits: Limits, resume: bool, server: ForkServer) -> None:
    """Grade the model answers first: a lab that doesn't run on this machine would give a whole class 0."""
    execution = _execute("", Prepared(deepcopy(lab.cells)), lab, cache, limits, resume, server)
    assert execution is not None
    short = [o for o in execution.outcomes.values() if o.status != "passed"]
    if short:
        why = execution.first_error or short[0].error or short[0].status
        raise CourseError(
            f"nothing was graded: {lab.slug}'s own solution loses {len(short)} of "
            f"{len(execution.outcomes)} tests on this machine, first {short[0].grade_id} ({why})."
        )


def _execute(
    student: str, prepared: Prepared, lab: Lab, cache: Cache, limits: Limits, resume: bool, server: ForkServer
) -> Execution | None:
    if prepared.problem:
        return None
    digest = cache.digest(prepared.cells)
    execution = cache.load(student, digest) if resume else None
    if execution is None:
        execution = run_notebook(
            prepared.cells, lab_folder=lab.folder, limits=limits, seed=cache.seed(digest), server=server
        )
        cache.store(student, digest, execution)
    return execution
