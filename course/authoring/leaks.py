"""Rules for a release: nothing of the solution or of a hidden test may be in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from course.authoring.finding import Finding
from course.authoring.source import Source

_REGION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
_MARKS = re.compile(r"(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)")


def leaks(source: Source, release: NotebookNode, place: str) -> Iterator[Finding]:
    """Yield what a student shouldn't see.

    A line counts when it is long enough not to be there by chance. In its own cell a single line is a leak. In
    another cell it takes all lines of an answer (a hint may quote one), or one hidden expectation.
    """
    cells = {str(cell.id): str(cell.source) for cell in release.cells}
    for cell_id, text in cells.items():
        if _MARKS.search(text):
            yield Finding(place, cell_id, "nbgrader's marks are left in it: run `python -m course build`.")
    for cell in source.of_role("answer"):
        yield from _leaked_answer(cell.name, solution_lines(cell.text), cells, place)
    for cell in source.of_role("test"):
        if cell.hidden:
            yield from _leaked_test(cell.name, _telling(cell.text.split("\n"), 12), cells, place)
    for cell in source.of_role("written"):
        for name, text in cells.items():
            if any(line in text for line in _telling(cell.text.split("\n"), 40)):
                yield Finding(place, name, f"holds the model answer of '{cell.name}': run `python -m course build`.")


def solution_lines(text: str) -> list[str]:
    """Return the telling lines of an answer: between nbgrader's marks, stripped, no comments, no bare names."""
    return _telling("\n".join(_REGION.findall(text)).split("\n"), 12)


def _leaked_answer(name: str, lines: list[str], cells: dict[str, str], place: str) -> Iterator[Finding]:
    for cell_id, text in cells.items():
        have = {line.strip() for line in text.split("\n")}
        if cell_id == name and any(line in have for line in lines):
            yield Finding(place, cell_id, "holds lines of its solution: put them between the SOLUTION marks and build.")
        elif cell_id != name and lines and all(line in text for line in lines) and len("".join(lines)) > 24:
            yield Finding(place, cell_id, f"gives the whole solution of '{name}' away: leave something to do.")


def _leaked_test(name: str, lines: list[str], cells: dict[str, str], place: str) -> Iterator[Finding]:
    comment = [line for line in lines if line.startswith("#")]
    for cell_id, text in cells.items():
        for line in lines:
            own = cell_id == name and line not in comment
            elsewhere = cell_id != name and re.match(r"c\.(call|that)\(", line) and len(line) > 40
            if (own or elsewhere) and line in {part.strip() for part in text.split("\n")}:
                yield Finding(
                    place, cell_id, f"shows a line of the hidden test '{name}': {line[:50]!r}; change one of the two."
                )


def _telling(lines: list[str], least: int) -> list[str]:
    stripped = [line.strip() for line in lines]
    return [line for line in stripped if len(line) >= least and not line.startswith(("#", '"""'))]
