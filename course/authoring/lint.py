"""``python -m course lint``: what a learner would stumble over."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.authoring import code_rules, lab_rules, prose_rules
from course.authoring.finding import Finding
from course.authoring.leaks import leaks
from course.authoring.source import Cell, Source, read_source
from course.project import CourseError, Lab, Project

SIZE_BYTES = 200 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("labs", nargs="*", metavar="NN_slug", help="which labs; all when none is named")


def main(args: argparse.Namespace) -> int:
    """Print what there is to put right; 1 when there is anything."""
    labs = Project(args.root).select(args.labs)
    findings = [finding for lab in labs for finding in lint(lab)]
    for finding in findings:
        print(finding, file=sys.stderr)
    if findings:
        print(f"{len(findings)} to put right.", file=sys.stderr)
    return 1 if findings else 0


def lint(lab: Lab) -> list[Finding]:
    """Return everything that there is to put right in a lab."""
    name = lab.tell(lab.source)
    try:
        source = read_source(lab.source, name)
    except CourseError as error:
        return [Finding(name, "source", str(error).removeprefix(f"{name}: "))]
    findings = [*lab_rules.too_much(source, name), *lab_rules.missing_tests(source), *lab_rules.odd_tests(source)]
    for ordinal, cell in enumerate(source.cells, 1):
        findings += [Finding(cell.place, cell.name or f"cell {ordinal}", text) for text in _cell_problems(cell)]
    findings += _lesson_problems(lab)
    for path in (lab.solution, lab.release):
        findings += _notebook_problems(lab, source, path)
    return findings


def _cell_problems(cell: Cell) -> Iterator[str]:
    if not cell.is_code:
        yield from prose_rules.missing_alt_text(cell.text)
        yield from prose_rules.unlabelled_numbers(cell.text)
        yield from prose_rules.dollars_as_formula(cell.text)
        return
    tree = code_rules.parse(cell.text)
    if isinstance(tree, str):
        yield f"isn't Python: {tree}."
        return
    yield from code_rules.network_use(cell.text, tree)
    yield from code_rules.unreadable_figures(tree)


def _lesson_problems(lab: Lab) -> Iterator[Finding]:
    """Hold the lecture page, where there is one, to the same rules for prose."""
    if lab.lesson.is_file():
        text = lab.lesson.read_text(encoding="utf-8")
        for problem in (*prose_rules.missing_alt_text(text), *prose_rules.unlabelled_numbers(text)):
            yield Finding(lab.tell(lab.lesson), "lesson", problem)


def _notebook_problems(lab: Lab, source: Source, path: Path) -> Iterator[Finding]:
    place = lab.tell(path)
    if not path.is_file():
        yield Finding(place, "file", f"isn't there: run `python -m course build {lab.slug}`.")
        return
    if path.stat().st_size > SIZE_BYTES:
        size = path.stat().st_size // 1024
        yield Finding(place, "file", f"has {size} KB; at most 200: move data to gpu_utils/data.")
    try:
        notebook = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        problems = list(_state_left_behind(notebook, place))
        if not problems:
            nbformat.validate(notebook)
    except (nbformat.ValidationError, ValueError, AttributeError):
        yield Finding(place, "file", f"isn't a valid notebook: run `python -m course build {lab.slug}`.")
        return
    yield from problems
    if path == lab.release:
        yield from leaks(source, notebook, place)


def _state_left_behind(notebook: NotebookNode, place: str) -> Iterator[Finding]:
    ids = Counter(str(cell.get("id", "")) for cell in notebook.cells)
    for cell_id, count in ids.items():
        if count > 1 or not cell_id:
            yield Finding(place, cell_id or "no id", f"{count} cells have this id: run `python -m course build`.")
    for cell in notebook.cells:
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Finding(place, str(cell.get("id")), "holds an output: edit the .py source only, and build again.")
