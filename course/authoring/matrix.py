"""What every known answer earns on every question, and what that says about the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from course.authoring.known_answers import KnownAnswer
from course.authoring.source import Cell, Source
from course.authoring.trial import Mark, Trial

AUTOMATIC = "the inputs are left as they were"
"""The expectation that gpu_utils.checks adds by itself; gpu_utils' own tests see to it that it can fail."""
_ALMOST = 1e-9


@dataclass
class Matrix:
    """The marks of one lab: of its solution, of its untouched release, and of every known answer.

    `again` has the solved lab and the right answers under another seed.
    """

    source: Source
    solved: dict[str, Mark] = field(default_factory=dict)
    untouched: dict[str, Mark] = field(default_factory=dict)
    rows: list[tuple[KnownAnswer, dict[str, Mark]]] = field(default_factory=list)
    again: list[tuple[str, str, dict[str, Mark]]] = field(default_factory=list)

    @property
    def questions(self) -> dict[str, list[Cell]]:
        """Question -> its test cells, in order."""
        found: dict[str, list[Cell]] = {cell.name: [] for cell in self.source.of_role("answer")}
        for cell in self.source.of_role("test"):
            found[cell.question].append(cell)
        return found

    @property
    def broken(self) -> dict[str, Mark]:
        """Cells of the solution that aren't graded and end in an error; no answer means anything then."""
        graded = {cell.name for cell in self.source.of_role("test", "written")}
        return {name: mark for name, mark in self.solved.items() if name not in graded}

    def complaints(self) -> Iterator[str]:
        """Yield a sentence for everything that the tests get wrong."""
        yield from self._frame_complaints()
        for answer, marks in self.rows:
            yield from self._answer_complaints(answer, marks)
        yield from self._idle_expectations()

    def signatures(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Return question -> visible test -> which expectations each wrong answer fails; never any code."""
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for answer, marks in self.rows:
            for cell in self.questions[answer.question]:
                failed = marks[cell.name].failed
                if answer.right or cell.hidden or not failed:
                    continue
                entry = {
                    "failed": list(failed),
                    "fingerprint": marks[cell.name].fingerprint,
                    "n": len(marks[cell.name].expectations),
                    "name": answer.name,
                    "hint": answer.hint,
                }
                found.setdefault(answer.question, {}).setdefault(cell.name, []).append(entry)
        for tests in found.values():
            for entries in tests.values():
                entries.sort(key=lambda entry: (entry["failed"], entry["name"]))
        return found

    def full_signatures(self) -> dict[str, list[dict[str, Any]]]:
        """Return question -> what each wrong answer fails in all its tests, where every test came to its end."""
        found: dict[str, list[dict[str, Any]]] = {question: [] for question in self.questions}
        for answer, marks in self.rows:
            mine = {cell.name: marks[cell.name] for cell in self.questions[answer.question]}
            if answer.right or not all(m.status in ("passed", "partial", "failed") for m in mine.values()):
                continue
            tests = {name: {"n": len(m.expectations), "failed": list(m.failed)} for name, m in mine.items()}
            found[answer.question].append({"name": answer.name, "hint": answer.hint, "tests": tests})
        return {question: entries for question, entries in found.items() if entries}

    def table(self) -> str:
        """Return the matrix for people: a row an answer, a column a question."""
        names = list(self.questions)
        width = min(60, max((len(_title(answer)) for answer, _ in self.rows), default=20))
        lines = [f"{column:>3} {name} ({self._full(name):g} points)" for column, name in enumerate(names, 1)]
        lines += ["  ● full   ◐ part, with its points   ○ none", ""]
        lines.append(" " * width + "".join(f"{column:>7}" for column in range(1, len(names) + 1)))
        rows = [("solved", self.solved), ("untouched", self.untouched)]
        for title, marks in rows + [(_title(answer), marks) for answer, marks in self.rows]:
            shown = title if len(title) <= width else title[: width - 1] + "…"
            lines.append(f"{shown:<{width}}" + "".join(f"{self._symbol(name, marks):>7}" for name in names))
        return "\n".join(lines)

    def _frame_complaints(self) -> Iterator[str]:
        if self.broken:
            for name, mark in self.broken.items():
                yield f"{self.source.slug}: in the solution, cell '{name}' ends in {mark.error}; mend that first."
            return
        for cell in self.source.of_role("test"):
            solved, untouched = self.solved[cell.name], self.untouched[cell.name]
            if not _same(solved.score, cell.points):
                yield f"{cell.place}: the solution earns {solved.say()} on '{cell.name}', not {cell.points:g}."
            if not _same(untouched.score, 0):
                yield f"{cell.place}: the untouched lab earns {untouched.say()} on '{cell.name}', not 0."
        for title, question, marks in self.again:
            for cell in self.questions.get(question, self.source.of_role("test")):
                mark = marks[cell.name]
                if not _same(mark.score, cell.points) and _same(self.solved[cell.name].score, cell.points):
                    yield f"{cell.place}: with other random inputs {title} earns {mark.say()} on '{cell.name}'."

    def _answer_complaints(self, answer: KnownAnswer, marks: Mapping[str, Mark]) -> Iterator[str]:
        title = f"{answer.place}: '{answer.name}'"
        full, earned = self._full(answer.question), self._earned(answer.question, marks)
        if answer.right and not _same(earned, full):
            yield f"{title} is right but earns {earned:g} of {full:g}: {self._why(answer.question, marks)}."
        if not answer.right and earned > full - _ALMOST:
            yield f"{title} is wrong but earns all {full:g} points: add an expectation that it fails."
        for other in self.questions:
            if other == answer.question or answer.question in self._needs(other):
                continue
            before, after = self._earned(other, self.solved), self._earned(other, marks)
            if not _same(before, after):
                yield (
                    f"{title} changes '{other}' from {before:g} to {after:g}: "
                    f'say needs="{answer.question}" there, or make its tests stand alone.'
                )

    def _idle_expectations(self) -> Iterator[str]:
        """Yield hidden expectations that no wrong answer fails: they test nothing that anyone gets wrong."""
        for question, tests in self.questions.items():
            wrong = [marks for answer, marks in self.rows if answer.question == question and not answer.right]
            for cell in tests:
                if not cell.hidden or not wrong:
                    continue
                expectations = self.solved[cell.name].expectations
                caught = {
                    index
                    for marks in wrong
                    for index, found in enumerate(marks[cell.name].expectations[: len(expectations)])
                    if not found["passed"] and found["sentence"] == expectations[index]["sentence"]
                }
                for index, expectation in enumerate(expectations):
                    if index not in caught and expectation["sentence"] != AUTOMATIC:
                        yield (
                            f"{cell.place}: no wrong answer fails expectation {index} of '{cell.name}' "
                            f'("{expectation["sentence"]}"): write one that does, or drop it.'
                        )

    def _needs(self, question: str) -> set[str]:
        """Return everything that a question builds on, directly or not."""
        needs = {cell.name: cell.needs for cell in self.source.of_role("answer")}
        found: set[str] = set()
        waiting = list(needs[question])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += needs.get(name, ())
        return found

    def _full(self, question: str) -> float:
        return sum(cell.points for cell in self.questions[question])

    def _earned(self, question: str, marks: Mapping[str, Mark]) -> float:
        return sum(marks[cell.name].score or 0 for cell in self.questions[question])

    def _why(self, question: str, marks: Mapping[str, Mark]) -> str:
        reasons = [f"'{c.name}' {marks[c.name].reason}" for c in self.questions[question] if marks[c.name].reason]
        return "; ".join(reasons) or "no reason given"

    def _symbol(self, question: str, marks: Mapping[str, Mark]) -> str:
        full, earned = self._full(question), self._earned(question, marks)
        if _same(earned, full):
            return "●"
        return "○" if _same(earned, 0) else f"◐ {earned:.3g}"


def grade_all(
    source: Source,
    solved: NotebookNode,
    release: NotebookNode,
    answers: list[KnownAnswer],
    trial: Trial,
    jobs: int = 1,
) -> Matrix:
    """Grade the solution, the release and, if the solution runs at all, every answer, one submission each."""
    matrix = Matrix(source, trial(solved, 0), trial(release, 0))
    if matrix.broken:
        return matrix
    matrix.again.append(("the solution", "", trial(solved, 1)))
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        for answer, first, second in pool.map(lambda answer: _graded(answer, solved, trial), answers):
            matrix.rows.append((answer, first))
            if second is not None:
                matrix.again.append((f"'{answer.name}'", answer.question, second))
    return matrix


def _graded(
    answer: KnownAnswer, solved: NotebookNode, trial: Trial
) -> tuple[KnownAnswer, dict[str, Mark], dict[str, Mark] | None]:
    submission = with_answer(solved, answer)
    return answer, trial(submission, 0), trial(submission, 1) if answer.right else None


def with_answer(solved: NotebookNode, answer: KnownAnswer) -> NotebookNode:
    """Return the solved notebook with one answer in the place of the model's."""
    notebook = deepcopy(solved)
    for cell in notebook.cells:
        if cell.id == answer.question:
            cell.source = answer.text
    return notebook


def _title(answer: KnownAnswer) -> str:
    return f"{answer.question} {'right' if answer.right else 'wrong'}: {answer.name}"


def _same(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) < _ALMOST
