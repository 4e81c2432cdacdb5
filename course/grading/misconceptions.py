"""Names what went wrong from all that an answer fails, hidden tests included.

What the checks recognise by themselves are visible tests: what the hidden ones show must not travel to students. Here
it is looked up in ``answers/signatures.json``. Where that is missing or older than the lab, the known wrong answers in
``answers/`` are graded, a question's when the first student fails it, and kept with the other results in
``out/.cache``. Only a name and a hint, written for students, come out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from course.grading import signatures
from course.grading.execute import Execution
from course.grading.lab import Cell, Lab, grade_id, is_test
from course.grading.score import CellOutcome
from course.grading.signatures import Guess, Known
from course.grading.triage import Graded


class Misconceptions:
    """The known wrong answers of a lab; `execute` runs a prepared notebook, or takes what is stored of it."""

    def __init__(self, lab: Lab, execute: Callable[[list[Cell]], Execution]) -> None:
        self._lab, self._execute = lab, execute
        answers = lab.folder / "answers"
        self._known: dict[str, Known] = signatures.read(answers, signatures.origin(lab.cells, answers)) or {}
        self._tests: dict[str, list[str]] = {}
        for question in lab.questions:
            if question.kind == "test" and question.answer:
                self._tests.setdefault(question.answer, []).append(question.grade_id)

    def name(self, graded: Graded) -> Graded:
        """The submission with each failed question's misconception put with its checks, where exactly one fits."""
        outcomes = {o.grade_id: o for o in graded.outcomes}
        for answer, tests in self._tests.items():
            found = [outcomes[t] for t in tests if t in outcomes]
            guess = self._recognise(answer, found)
            if guess:
                outcomes.update({o.grade_id: _told(o, guess) for o in found})
        return replace(graded, outcomes=tuple(outcomes.values()))

    def _recognise(self, answer: str, outcomes: list[CellOutcome]) -> Guess | None:
        signature = _sorted(signatures.of(outcomes))
        if signature is None or not any(failed for _, _, failed in signature):
            return None
        if answer not in self._known:
            self._known[answer] = self._learn(answer)
        guesses = self._known[answer].get(signature, [])
        return guesses[0] if len(guesses) == 1 else None

    def _learn(self, answer: str) -> Known:
        path = self._lab.folder / "answers" / f"{answer}.py"
        if not path.is_file():
            return {}
        from course.authoring.known_answers import read_question

        tests = self._tests[answer]
        needed = [c for c in self._lab.cells if not is_test(c) or grade_id(c) in tests]
        wrong = [known for known in read_question(path, path.name) if not known.right]

        def run(text: str) -> Execution:
            cells = [{**c, "source": text} if grade_id(c) == answer else dict(c) for c in needed]
            return self._execute(cells)

        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            executions = list(threads.map(run, [known.text for known in wrong]))
        found: Known = {}
        for known, execution in zip(wrong, executions, strict=True):
            outcomes = execution.outcomes
            signature = _sorted(signatures.of(outcomes[t] for t in tests if t in outcomes))
            if signature is not None:
                found.setdefault(signature, []).append({"name": known.name, "hint": known.hint})
        return found


def _sorted(signature: signatures.Signature | None) -> signatures.Signature | None:
    return None if signature is None else tuple(sorted(signature))


def _told(outcome: CellOutcome, guess: Guess) -> CellOutcome:
    return replace(outcome, check={**(outcome.check or {}), "looks_like": guess})
