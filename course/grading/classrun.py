"""A class run from its folder to its files: gradebook, executed notebooks, feedback, tables, report."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from course.grading import autograded, changes, feedback, report, tables, triage
from course.grading.cache import Cache
from course.grading.changes import Change
from course.grading.cluster import Cluster
from course.grading.execute import Limits
from course.grading.files import write_atomically
from course.grading.gradebook import Book
from course.grading.lab import Lab, UnknownLab, load
from course.grading.misconceptions import Misconceptions
from course.grading.pool import Pool
from course.grading.progress import Progress
from course.grading.sandbox import SENTENCES
from course.grading.server import ForkServer, ServerLost
from course.grading.triage import Graded
from course.project import CourseError

LONGEST_NAME = 240
"""Bytes of a student's name, which becomes a file's: file systems allow 255 with the ending."""


@dataclass(frozen=True)
class ClassRun:
    """A graded class: its submissions in the order of their names, and how long it took."""

    lab: Lab
    graded: list[Graded]
    seconds: float
    report: Path
    isolation: str = ""
    changes: tuple[Change, ...] = ()
    """What grading again changed, against what the gradebook held before."""


def grade_class(
    slug: str,
    submissions: Path,
    out: Path,
    solutions: Path,
    *,
    jobs: int = 1,
    resume: bool = False,
    limits: Limits | None = None,
    server: ForkServer | None = None,
    scheduler: str | None = None,
) -> ClassRun:
    """Grade every student's folder in `submissions` and write all files into `out`; raises `CourseError`.

    A `server` that has been started before, while this module was imported, is used and closed. With `scheduler`, the
    address of a Dask scheduler, submissions run on its workers, all of them at work, and `jobs` is not looked at.
    """
    began = time.monotonic()
    limits = limits or Limits()
    try:
        lab = load(slug, solutions)
        students = find_students(submissions, slug)
        _make_folder(out, submissions)
        cache = Cache(out, limits)
        graded: dict[str, Graded] = {}
        progress = Progress(len(students))
        here = server or ForkServer(hidden=[solutions, submissions, out])
        runner = Cluster(scheduler, here) if scheduler else here
        jobs = runner.slots * 2 if isinstance(runner, Cluster) else jobs  # one that runs, one that waits its turn
        if not resume:
            runner.start_early()  # it imports while the gradebook is made
        with runner, Book(out, lab) as book:
            autograded.write_configuration(out, submissions, solutions)
            before = changes.remember(out, book.machine_scores(), resume)
            pool = Pool(lab, runner, cache, limits, resume)
            misconceptions = Misconceptions(lab, pool.execute_known)
            for student, prepared, execution in pool.results(submissions, students, jobs):
                found = misconceptions.name(triage.assess(student, prepared, execution, lab))
                book.record(found, submissions / student / slug)
                found = book.marked(found)
                autograded.write(out, student, lab, prepared, execution)
                feedback.write(out, found, lab)
                graded[student] = found
                progress.step(student)
            progress.finish()
            ordered = [graded[s] for s in students]
            changed = changes.find(before, book.machine_scores())
            tables.write(out, lab, ordered, book.standings(students), changed)
            isolation = _isolation(runner, out / ".cache" / "isolation")
        path = report.write(out, lab, ordered, isolation, changed)
        changes.forget(out)
    except UnknownLab as error:
        raise CourseError(str(error)) from error
    except ServerLost as error:
        raise CourseError(f"grading stopped: {error}. What was graded is kept: go on with --resume.") from error
    except OSError as error:
        raise CourseError(f"grading stopped: {error.strerror}: {error.filename}. Go on with --resume.") from error
    return ClassRun(lab, ordered, time.monotonic() - began, path, isolation, tuple(changed))


def find_students(submissions: Path, slug: str) -> list[str]:
    """Names of the student folders, sorted; raises `CourseError` when there are none."""
    if not submissions.is_dir():
        raise CourseError(f"there is no folder {submissions}: --submissions names the one that holds STUDENT/{slug}/.")
    students = sorted(p.name for p in submissions.iterdir() if p.is_dir() and not p.name.startswith("."))
    for student in students:
        written = student.encode("utf-8", "replace")
        if written != os.fsencode(student) or len(written) > LONGEST_NAME:
            raise CourseError(f"the folder {student!r} has a name that no page or table can hold: rename it.")
    if not students:
        raise CourseError(f"{submissions} is empty: it should hold a folder per student, STUDENT/{slug}/*.ipynb.")
    if not any((submissions / s / slug).is_dir() for s in students):
        raise CourseError(f"no folder in {submissions} holds {slug}: expected STUDENT/{slug}/*.ipynb.")
    return students


def _make_folder(out: Path, submissions: Path) -> None:
    if out.exists() and not out.is_dir():
        raise CourseError(f"{out} is a file: --out names a folder.")
    if out.resolve().is_relative_to(submissions.resolve()):
        raise CourseError(f"--out {out} lies inside the submissions: choose another folder.")
    out.mkdir(parents=True, exist_ok=True)


def _isolation(runner: ForkServer | Cluster, noted: Path) -> str:
    """How submissions were kept apart, in a sentence; a resumed run that had nothing left to do has it from before."""
    if runner.level:
        write_atomically(noted, runner.level)
    return SENTENCES.get(noted.read_text(encoding="utf-8") if noted.is_file() else "", "")
