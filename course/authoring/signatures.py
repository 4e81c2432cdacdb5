"""Signatures of wrong answers: which expectations each fails, kept so that a check can name the pattern.

Those of the visible tests travel to students with gpu_utils; the full ones stay beside the answers, for grading.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from course.authoring.source import Source, read_source
from course.project import Lab


def stale_signatures(lab: Lab) -> list[str]:
    """Return a sentence when the stored signatures weren't made from the lab's present code and answers."""
    if not lab.answers.is_dir():
        return []
    name, advice = lab.tell(lab.signatures), f"run `python -m course answers {lab.slug} --write`."
    try:
        stored = json.loads(lab.signatures.read_text(encoding="utf-8")).get("source_sha256")
    except FileNotFoundError:
        return [f"{name} is missing: {advice}"]
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
        return [f"{name} isn't readable JSON: {advice}"]
    if stored != origin_hash(lab, read_source(lab.source, lab.tell(lab.source))):
        return [f"{name} is older than the lab's code or its answers: {advice}"]
    return _stale_full(lab, advice)


def _stale_full(lab: Lab, advice: str) -> list[str]:
    from course.grading import signatures as full  # not at the top: it imports nbgrader, which takes a while

    try:
        cells = json.loads(lab.solution.read_text(encoding="utf-8"))["cells"]
        code = [{**cell, "source": "".join(cell["source"])} for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # the notebook itself is named as out of date
    stored, path = full.stored_origin(lab.answers), lab.answers / full.FILE
    if stored == full.origin(code, lab.answers):
        return []
    what = "is missing or can't be read" if stored is None else "is older than the lab's code or its answers"
    return [f"{lab.tell(path)} {what}: {advice}"]


def origin_hash(lab: Lab, source: Source) -> str:
    """Return the SHA-256 of what signatures depend on: the code that grading runs, and the answers.

    Prose and experiments are left out, so that mending a sentence doesn't call for grading again.
    """
    parts = [f"{cell.role} {cell.name}\n{cell.text}" for cell in source.cells if _is_graded_code(cell)]
    parts += [f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sorted(lab.answers.glob("*.py"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def write_signatures(lab: Lab, source: Source, questions: dict[str, Any]) -> bool:
    """Store the signatures; return whether the file changed."""
    text = json.dumps(
        {"source_sha256": origin_hash(lab, source), "questions": questions},
        indent=1,
        sort_keys=True,
        ensure_ascii=False,
    )
    old = lab.signatures.read_text(encoding="utf-8") if lab.signatures.is_file() else None
    lab.signatures.parent.mkdir(parents=True, exist_ok=True)
    lab.signatures.write_text(text + "\n", encoding="utf-8", newline="\n")
    return old != text + "\n"


def write_full_signatures(lab: Lab, cells: list[Any], questions: dict[str, Any]) -> bool:
    """Store the signatures with hidden tests beside the answers; return whether the file changed."""
    from course.grading import signatures as full

    return full.write(lab.answers, full.origin(cells, lab.answers), questions)


def _is_graded_code(cell: Any) -> bool:
    return cell.is_code and "experiment" not in cell.tags
