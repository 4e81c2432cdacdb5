"""``python -m course answers``: do the tests tell right answers from wrong ones?"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from nbformat import NotebookNode

from course.authoring.known_answers import KnownAnswer, read_answers, too_few
from course.authoring.matrix import grade_all
from course.authoring.notebook import release_notebook, solution_notebook
from course.authoring.signatures import write_full_signatures, write_signatures
from course.authoring.source import Source, read_source
from course.authoring.trial import Trial, pipeline
from course.project import CourseError, Lab, Project, for_each

Pipeline = Callable[[Lab, NotebookNode], AbstractContextManager[Trial]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("labs", nargs="*", metavar="NN_slug", help="which labs; all graded ones when none is named")
    parser.add_argument("--question", metavar="NAME", help="grade the answers to this question only, while you write")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="answers graded at the same time")
    parser.add_argument(
        "--write", action="store_true", help="store what each wrong answer fails, for the checks' hints"
    )


def main(args: argparse.Namespace, open_pipeline: Pipeline = pipeline) -> int:
    """Grade the known answers of the labs and print what they earn; 1 when a test is to be put right."""
    project = Project(args.root)
    if args.write and args.question:
        raise CourseError("--write stores the signatures of all questions: leave out --question.")
    complaints: list[str] = []
    try:
        for_each(project.select(args.labs), lambda lab: complaints.extend(_examine(lab, project, args, open_pipeline)))
    finally:
        for complaint in complaints:
            print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def _examine(lab: Lab, project: Project, args: argparse.Namespace, open_pipeline: Pipeline) -> list[str]:
    source = read_source(lab.source, lab.tell(lab.source))
    if not source.graded:
        print(f"{lab.slug}: nothing is graded here.")
        return []
    answers = _asked_for(args.question, read_answers(lab, source), source, lab)
    solved = solution_notebook(source, project)
    with open_pipeline(lab, solved) as trial:
        matrix = grade_all(source, solved, release_notebook(solved), answers, trial, args.jobs)
    print(f"{lab.slug}\n{matrix.table()}\n")
    complaints = [*([] if args.question else too_few(lab, source, answers)), *matrix.complaints()]
    if not args.write:
        return complaints
    if complaints:
        return [*complaints, f"{lab.tell(lab.signatures)} was left as it is: first put the above right."]
    changed = write_signatures(lab, source, matrix.signatures())
    changed |= write_full_signatures(lab, solved.cells, matrix.full_signatures())
    print(f"{'wrote' if changed else 'unchanged:'} {lab.tell(lab.signatures)}")
    return []


def _asked_for(question: str | None, answers: list[KnownAnswer], source: Source, lab: Lab) -> list[KnownAnswer]:
    names = [cell.name for cell in source.of_role("answer")]
    if question and question not in names:
        raise CourseError(f"{lab.slug} has no question '{question}'; it has {', '.join(names)}.")
    return [answer for answer in answers if question in (None, answer.question)]
