"""Known answers to a question, right and wrong: solutions/NN_slug/answers/QUESTION.py, one answer a cell."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.authoring.code_rules import parse
from course.authoring.source import Source, read_percent
from course.project import CourseError, Lab

LEAST_RIGHT, LEAST_WRONG = 2, 4


@dataclass(frozen=True)
class KnownAnswer:
    """A complete text for an answer cell, what it is, and, for a misconception, what to say to whoever has it."""

    question: str
    right: bool
    name: str
    hint: str
    text: str
    place: str


def read_answers(lab: Lab, source: Source) -> list[KnownAnswer]:
    """Return all known answers of a lab, in the order of its questions."""
    questions = [cell.name for cell in source.of_role("answer")]
    for path in sorted(lab.answers.glob("*.py")):
        if path.stem not in questions:
            nearest = difflib.get_close_matches(path.stem, questions, n=1)
            guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise CourseError(f"{lab.tell(path)}: the lab has no question '{path.stem}'.{guess}")
    return [
        answer
        for question in questions
        if (path := lab.answers / f"{question}.py").is_file()
        for answer in read_question(path, lab.tell(path))
    ]


def read_question(path: Path, name: str) -> Iterator[KnownAnswer]:
    """Yield the answers in a file; a first cell without marker that only comments is passed over."""
    for ordinal, (meta, text, is_code, place) in enumerate(read_percent(path, name)):
        meta.pop("lines_to_next_cell", None)
        kinds = [kind for kind in ("right", "wrong") if kind in meta]
        if not kinds and ordinal == 0 and _only_comments(text, is_code):
            continue
        unknown = sorted(set(meta) - {"right", "wrong", "hint"})
        if len(kinds) != 1 or unknown:
            what = f"there is no marker '{unknown[0]}'" if unknown else "the cell is neither right nor wrong"
            raise CourseError(f'{place}: {what}; write # %% right="why" or # %% wrong="misconception" hint="...".')
        why = str(meta[kinds[0]]).strip()
        if not why or meta[kinds[0]] is True:
            raise CourseError(f'{place}: say why, in a line: {kinds[0]}="...".')
        tree = parse(text)
        if isinstance(tree, str):
            raise CourseError(f"{place}: isn't Python: {tree}.")
        yield KnownAnswer(path.stem, kinds[0] == "right", why, str(meta.get("hint", "")).strip(), text, place)


def too_few(lab: Lab, source: Source, answers: list[KnownAnswer]) -> Iterator[str]:
    """Yield a sentence for every question that has too few known answers, or says the same twice."""
    for cell in source.of_role("answer"):
        mine = [answer for answer in answers if answer.question == cell.name]
        right, wrong = sum(a.right for a in mine), sum(not a.right for a in mine)
        path = lab.tell(lab.answers / f"{cell.name}.py")
        if right < LEAST_RIGHT:
            yield f"{path} has {right} right answers; write at least {LEAST_RIGHT}, in different ways."
        if wrong < LEAST_WRONG:
            yield f"{path} has {wrong} wrong answers; write at least {LEAST_WRONG}, each a misconception."
        seen: dict[str, str] = {}
        for answer in mine:
            if answer.name in seen:
                yield f"{answer.place}: '{answer.name}' is said of {seen[answer.name]} too; name each for itself."
            seen.setdefault(answer.name, answer.place)


def _only_comments(text: str, is_code: bool) -> bool:
    tree = parse(text) if is_code else ast.Module([], [])
    return isinstance(tree, ast.Module) and all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in tree.body
    )
