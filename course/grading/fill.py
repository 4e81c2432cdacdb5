"""``python -m course fill canvas|moodle|blackboard SHEET --graded OUT``: marks into the platform's own sheet.

The sheet is the one that the platform exported; rows and columns are never invented. A mark is the share of the
lab's core points, written answers included, at most 100 %, times what the platform's column is worth.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

from course.grading import sheets
from course.grading.files import write_atomically
from course.grading.gradebook import DATABASE, Book
from course.grading.lab import Lab, UnknownLab, load
from course.project import CourseError, Project


@dataclass(frozen=True)
class Mark:
    """What a student is to get: `share` of the core points from 0 to 1, or None and the reason why not yet."""

    share: float | None
    why: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("platform", choices=sheets.PLATFORMS, help="where the sheet comes from")
    parser.add_argument("sheet", type=Path, metavar="SHEET", help="the sheet that it exported")
    parser.add_argument("--graded", required=True, type=Path, metavar="OUT", help="the --out of python -m course grade")
    parser.add_argument("--lab", metavar="NN_slug", help="the lab; needed where OUT has several")
    parser.add_argument("--column", metavar="NAME", help="the column to fill, where its name doesn't hold the lab's")
    parser.add_argument("--points", type=float, metavar="P", help="what the column is worth, where the sheet is silent")
    parser.add_argument(
        "--students", metavar="NAME", help="the column that names students, in a sheet of another language"
    )
    parser.add_argument("--ids", type=Path, metavar="CSV", help="two columns: the platform's name for a student, ours")
    parser.add_argument("--provisional", action="store_true", help="count answers that nobody has marked yet as 0")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write; SHEET.filled.csv when not said")


def main(args: argparse.Namespace) -> int:
    """Fill a sheet; say what was filled, whom it misses, and who waits for a person."""
    root = getattr(args, "root", None) or Project.here().root
    sheet = sheets.read(args.sheet, args.platform, args.students)
    lab = _lab(args.graded, args.lab, root / "solutions")
    marks = _marks(args.graded, lab, args.provisional)
    column = sheet.column(args.column, lab.slug)
    said = sheet.points(column) if args.points is None else args.points
    points = 100.0 if said is None else said
    placed, nameless = _match(sheet, marks, _read_ids(args.ids))
    excused = [row for row in placed if sheet.excused(row, column)]
    for row, student in placed.items():
        share = marks[student].share
        if share is not None and row not in excused:
            sheet.put(row, column, share * points)
    target = args.write or args.sheet.with_name(f"{args.sheet.stem}.filled{args.sheet.suffix}")
    if target.resolve() == args.sheet.resolve():
        raise CourseError(f"{target} is the exported sheet itself: --write another file, so that nothing is lost.")
    write_atomically(target, sheet.encode())
    print(f"{len(sheet.filled)} marks out of {points:g} in column {sheet.head[column]!r}. Written: {target}")
    if said is None:
        print("The sheet doesn't say what the column is worth: 100 was taken. If it is something else, say --points.")
    _name("excused, and left so", [placed[row] for row in excused])
    waiting = [f"{s} ({marks[s].why})" for s in placed.values() if marks[s].share is None]
    _name("left blank", waiting)
    _name("graded, but not in the sheet", sorted(set(marks) - set(placed.values())))
    _name("in the sheet, but nothing graded", nameless)
    return 0


def _name(what: str, who: list[str]) -> None:
    if who:
        print(f"{len(who)} {what}: {', '.join(who)}")


def _lab(graded: Path, slug: str | None, solutions: Path) -> Lab:
    if not (graded / DATABASE).is_file():
        raise CourseError(f"{graded} has no {DATABASE}: name the --out folder of python -m course grade.")
    if slug is None:
        with (graded / "scores.csv").open(encoding="utf-8", newline="") as file:
            slugs = sorted({row["assignment"] for row in csv.DictReader(file)})
        if len(slugs) != 1:
            raise CourseError(f"{graded} holds {', '.join(slugs) or 'no lab'}: say --lab NN_slug.")
        slug = slugs[0]
    try:
        return load(slug, solutions)
    except UnknownLab as error:
        raise CourseError(str(error)) from error


def _marks(graded: Path, lab: Lab, provisional: bool) -> dict[str, Mark]:
    """Student id -> mark, from the gradebook as it stands, so that marks given in formgrader count."""
    with (graded / "triage.csv").open(encoding="utf-8", newline="") as file:
        status = {row["student_id"]: row["status"] for row in csv.DictReader(file)}
    core = sum(q.points for q in lab.questions if q.tier == "core")
    marks = {}
    with Book(graded, lab) as book:
        for standing in book.standings(list(status)):
            unmarked = [q.grade_id for q in lab.questions if standing.scores.get(q.grade_id) is None and q.points]
            if status[standing.student_id] == "unreadable" and not standing.marked_by_person:
                marks[standing.student_id] = Mark(None, "unreadable")
            elif unmarked and not provisional:
                marks[standing.student_id] = Mark(None, f"{', '.join(unmarked)} not marked yet")
            else:
                total = sum(score or 0.0 for score in standing.scores.values()) - standing.penalty
                marks[standing.student_id] = Mark(min(1.0, max(0.0, total / core)) if core else None, "no core points")
    return marks


def _read_ids(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {row[0].strip().lower(): row[1].strip() for row in csv.reader(file) if len(row) >= 2}
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(
            f"{path} can't be read as CSV ({error}): two columns, the platform's name and ours."
        ) from error


def _match(sheet: sheets.Sheet, marks: dict[str, Mark], ids: dict[str, str]) -> tuple[dict[int, str], list[str]]:
    """Row -> student id, and the names of rows that nothing was graded for. CourseError where two rows claim one."""
    ours = {student.lower(): student for student in marks}
    placed: dict[int, str] = {}
    nameless = []
    for row in sheet.students():
        names = [name.lower() for name in sheet.identities(row)]
        found = next((ids[name] for name in names if name in ids), None) or next(
            (ours[name] for name in names if name in ours), None
        )
        if found is None or found not in marks:
            nameless.append(sheet.person(row))
        elif found in placed.values():
            first = next(r for r, s in placed.items() if s == found)
            raise CourseError(
                f"{sheet.name}: rows {first + 1} and {row + 1} are both {found}: remove one, or say --ids."
            )
        else:
            placed[row] = found
    return placed, nameless
