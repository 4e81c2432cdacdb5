"""``python -m course class``: twelve made-up students of a lab, well-behaved and not, handed in and graded.

The same twelve every time: right and wrong answers come from the lab's own answers/ files.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode, writes

from course.authoring.known_answers import KnownAnswer, read_question
from course.grading.classrun import ClassRun, grade_class
from course.grading.execute import Limits
from course.grading.lab import Lab, UnknownLab, grade_id, is_solution, is_test, load
from course.grading.page import number
from course.project import CourseError, Project

WRITTEN = "The loop over 25 million values takes 12 ms at 25 GB/s, so the memory sets the pace, not the arithmetic."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--lab", default="01_image_filters", metavar="NN_slug", help="the lab (01_image_filters)")
    parser.add_argument("--out", type=Path, default=Path("build/class"), metavar="DIR", help="where (build/class)")
    parser.add_argument("--cell-seconds", type=float, default=5.0, metavar="S", help="time for a cell (5)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="submissions at a time (2)")


def main(args: argparse.Namespace) -> int:
    """Make the class, grade it, print its table, and say where the report is."""
    solutions = (getattr(args, "root", None) or Project.here().root) / "solutions"
    try:
        lab = load(args.lab, solutions)
    except UnknownLab as error:
        raise CourseError(str(error)) from error
    submissions = args.out / "submissions"
    write_class(lab, submissions)
    limits = Limits(cell_seconds=args.cell_seconds)
    run = grade_class(args.lab, submissions, args.out / "graded", solutions, jobs=args.jobs, limits=limits)
    print(table(run))
    print(f"\n{len(run.graded)} submissions graded in {run.seconds:.1f} s. Report: {run.report}")
    return 0


def write_class(lab: Lab, submissions: Path) -> None:
    """Write the twelve submissions; a class that was there before is replaced."""
    if submissions.exists():
        shutil.rmtree(submissions)
    for student, make in _students(lab).items():
        handed_in = make()
        folder = submissions / student / lab.slug
        folder.mkdir(parents=True)
        (folder / (handed_in.name or f"{lab.slug}.ipynb")).write_text(handed_in.text(), encoding="utf-8")


def table(run: ClassRun) -> str:
    """One line a student: score, per cent of the core points, status, reason."""
    width = max(len(g.student_id) for g in run.graded)
    lines = [f"{'student':<{width}}  {'points':>6}  {'core':>5}  {'status':<11} reason"]
    for g in run.graded:
        percent = g.percent(run.lab)
        score = number(g.machine_score(run.lab)) if g.readable else ""
        share = "" if percent is None else f"{percent:.0f}%"
        lines.append(f"{g.student_id:<{width}}  {score:>6}  {share:>5}  {g.status:<11} {g.reason}".rstrip())
    return "\n".join(lines)


@dataclass
class _HandIn:
    """A notebook to hand in; `cut` keeps only a part of its text, as a broken upload does."""

    notebook: NotebookNode
    name: str = ""
    cut: float = 1.0

    def text(self) -> str:
        whole = writes(self.notebook, version=4) + "\n"
        return whole[: int(len(whole) * self.cut)]


def _students(lab: Lab) -> dict[str, Callable[[], _HandIn]]:
    """Names in alphabetical order, each with what it hands in."""
    names = [grade_id(c) for c in lab.cells if is_solution(c) and c["cell_type"] == "code"]
    wrong = {n: [a for a in _known(lab, n) if not a.right] for n in names}
    asked = [n for n in names if wrong[n]] or names
    first, second, third = (asked[i % len(asked)] for i in range(3))
    last = names[-1]

    def solved(**answers: str) -> _HandIn:
        return _HandIn(_notebook(lab, {n: _solution(lab, n) for n in names} | answers))

    def mistaken(*picks: tuple[str, int]) -> Callable[[], _HandIn]:
        chosen = {n: wrong[n][i % len(wrong[n])].text for n, i in picks if wrong[n]}
        return lambda: solved(**chosen)

    def untouched() -> _HandIn:
        return _HandIn(_notebook(lab, {}, written=""))

    return {
        "ada": solved,
        "ben": untouched,
        "chen": mistaken((first, 0), (second, 0)),
        "dana": mistaken((second, 1), (third, 0), (last, 1)),
        "emil": mistaken((first, 0)),
        "farah": lambda: _without_test(solved()),
        "goran": lambda: _without_marks(solved()),
        "hana": lambda: _renamed(solved(), "my homework (final) 2.ipynb"),
        "ivan": lambda: solved(**{third: _header(lab, third) + "    while True:\n        pass\n"}),
        "jude": lambda: solved(**{last: "import os\n\n\n" + _header(lab, last) + "    os._exit(0)\n"}),
        "kaya": lambda: _cut(solved()),
        "lena": lambda: _generous(solved()),
    }


def _notebook(lab: Lab, answers: dict[str, str], written: str = WRITTEN) -> NotebookNode:
    """The released notebook with answers filled in."""
    notebook = deepcopy(lab.notebook)
    notebook.cells = deepcopy(lab.released)
    for cell in notebook.cells:
        if is_solution(cell) and cell["cell_type"] == "code" and grade_id(cell) in answers:
            cell["source"] = answers[grade_id(cell)]
        elif is_solution(cell) and cell["cell_type"] == "markdown" and written:
            cell["source"] = written
    return notebook


def _solution(lab: Lab, name: str) -> str:
    return str(next(c["source"] for c in lab.cells if grade_id(c) == name))


def _header(lab: Lab, name: str) -> str:
    """The ``def`` line of an answer."""
    line = next((s for s in _solution(lab, name).splitlines() if s.startswith("def ")), "def answer(*args, **kwargs):")
    return line + "\n"


def _known(lab: Lab, name: str) -> list[KnownAnswer]:
    path = lab.folder / "answers" / f"{name}.py"
    return list(read_question(path, path.name)) if path.is_file() else []


def _without_test(handed_in: _HandIn) -> _HandIn:
    cells = handed_in.notebook.cells
    cells.remove(next(c for c in cells if is_test(c)))
    return handed_in


def _without_marks(handed_in: _HandIn) -> _HandIn:
    for number_, cell in enumerate(handed_in.notebook.cells):
        cell["metadata"] = {}
        cell["id"] = f"anew-{number_}"
    return handed_in


def _renamed(handed_in: _HandIn, name: str) -> _HandIn:
    handed_in.name = name
    return handed_in


def _cut(handed_in: _HandIn) -> _HandIn:
    handed_in.cut = 0.6
    return handed_in


def _generous(handed_in: _HandIn) -> _HandIn:
    """Her own test, worth more, and prose made of code."""
    tests = [c for c in handed_in.notebook.cells if is_test(c)]
    tests[0]["source"] = "100.0"
    tests[0]["metadata"]["nbgrader"]["points"] = 100
    tests[-1]["cell_type"] = "markdown"
    for key in ("outputs", "execution_count"):
        tests[-1].pop(key, None)
    return handed_in
