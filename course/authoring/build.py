"""``python -m course build``: the notebooks of every lab, from its source."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from course.authoring.notebook import expected_files
from course.authoring.signatures import stale_signatures
from course.authoring.source import read_source
from course.project import CourseError, Lab, Project, for_each


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("labs", nargs="*", metavar="NN_slug", help="which labs; all when none is named")
    parser.add_argument("--check", action="store_true", help="write nothing; name each file that is out of date")


def main(args: argparse.Namespace) -> int:
    """Build the labs, or say which files differ from what their source would give."""
    project = Project(args.root)
    labs = project.select(args.labs)
    if not labs:
        raise CourseError(f"there is no lab in {project.root / 'solutions'} yet: nothing to build.")
    if not args.check:
        for_each(labs, lambda lab: _say_written(lab, project))
        return 0
    problems = [] if args.labs else orphans(project)
    try:
        for_each(labs, lambda lab: problems.extend(check(lab, project)))
    finally:
        for problem in problems:
            print(problem, file=sys.stderr)
    return 1 if problems else 0


def _say_written(lab: Lab, project: Project) -> None:
    for path in write(lab, project):
        print(f"wrote {lab.tell(path)}")


def write(lab: Lab, project: Project) -> list[Path]:
    """Write the lab's two notebooks; return those that changed."""
    changed = []
    for name, text in _expected(lab, project).items():
        path = project.root / name
        if _text(path) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def check(lab: Lab, project: Project) -> list[str]:
    """Return one sentence for each generated file of the lab that is missing or out of date."""
    problems = []
    for name, text in _expected(lab, project).items():
        found = _text(project.root / name)
        if found != text:
            what = "is missing" if found is None else "differs from what its source gives"
            problems.append(f"{name} {what}: run `python -m course build {lab.slug}`.")
    return problems + stale_signatures(lab)


def orphans(project: Project) -> list[str]:
    """Return one sentence for each notebook that no source gives: left over from a lab that was renamed."""
    generated = {path for lab in project.labs() for path in (lab.solution, lab.release)}
    found = {path for folder in ("labs", "solutions") for path in (project.root / folder).glob("*/*.ipynb")}
    names = sorted(path.relative_to(project.root).as_posix() for path in found - generated)
    return [f"{name} comes from no source: delete it." for name in names]


def _expected(lab: Lab, project: Project) -> dict[str, str]:
    return expected_files(lab, read_source(lab.source, lab.tell(lab.source)), project)


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else None
