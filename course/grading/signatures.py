"""What each known wrong answer fails, hidden tests included, kept beside the answers in ``answers/signatures.json``.

`python -m course answers --write` makes the file, so that grading a class needn't run the wrong answers again. It never
leaves ``solutions/``: what the checks carry to students, in gpu_utils/data, holds visible tests only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course.grading.lab import Cell, grade_id, is_experiment
from course.grading.score import CellOutcome

FILE = "signatures.json"
Signature = tuple[tuple[str, int, tuple[str, ...]], ...]
"""What an answer fails: for each test of its question the test, its number of expectations, and those that fail."""
Guess = dict[str, str]
Known = dict[Signature, list[Guess]]
"""The names and hints of the wrong answers with a signature; more than one are no guess."""


def of(outcomes: Iterable[CellOutcome]) -> Signature | None:
    """The signature of an answer's outcomes; None when a test did not come to its end, so that nobody knows."""
    parts = []
    for outcome in outcomes:
        check = outcome.check or {}
        failed, expectations = check.get("failed"), check.get("expectations")
        if outcome.status not in ("passed", "partial", "failed"):
            return None
        if not isinstance(failed, list) or not isinstance(expectations, list):
            return None
        parts.append((outcome.grade_id, len(expectations), tuple(map(str, failed))))
    return tuple(parts)


def origin(cells: Iterable[Cell], answers: Path) -> str:
    """SHA-256 of what signatures depend on: the canonical code that grading runs, and the answers.

    Prose, experiments and the set-up cell, which holds the repository's address, are left out.
    """
    code = [c for c in cells if c["cell_type"] == "code" and not is_experiment(c) and grade_id(c) != "setup"]
    parts = [f"{c.get('id')}\n{c['source']}" for c in code]
    parts += [f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sorted(answers.glob("*.py"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def write(answers: Path, origin_sha256: str, questions: dict[str, list[dict[str, Any]]]) -> bool:
    """Store, by question, each wrong answer as ``{"name", "hint", "tests": {grade_id: {"n", "failed"}}}``.

    Returns whether the file changed.
    """
    content = {"origin_sha256": origin_sha256, "questions": questions}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    path = answers / FILE
    old = path.read_text(encoding="utf-8") if path.is_file() else None
    path.write_text(text, encoding="utf-8", newline="\n")
    return old != text


def stored_origin(answers: Path) -> str | None:
    """What the stored signatures were made from; None when there are none that can be read."""
    try:
        return str(json.loads((answers / FILE).read_text(encoding="utf-8"))["origin_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read(answers: Path, origin_sha256: str) -> dict[str, Known] | None:
    """The stored signatures by question; None when there are none, or they were made from something else."""
    if stored_origin(answers) != origin_sha256:
        return None
    found: dict[str, Known] = {}
    try:
        content = json.loads((answers / FILE).read_text(encoding="utf-8"))
        for question, entries in content["questions"].items():
            known = found.setdefault(question, {})
            for entry in entries:
                tests = tuple((t, int(row["n"]), tuple(row["failed"])) for t, row in entry["tests"].items())
                known.setdefault(tuple(sorted(tests)), []).append({"name": entry["name"], "hint": entry["hint"]})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found
