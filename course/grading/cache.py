"""Results by content, so that a run that was killed goes on where it stopped; and the key that seeds each run."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import version_info
from typing import Any

from course.grading.execute import CellOutcome, Death, Execution, Limits
from course.grading.files import write_atomically
from course.grading.lab import Cell
from course.grading.server import ROOT


class Cache:
    """Executions in ``out/.cache``, one JSON file per student and content."""

    def __init__(self, out: Path, limits: Limits) -> None:
        self._folder = out / ".cache"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._key = _run_key(self._folder / "run_key")
        self._context = context(limits)

    def digest(self, cells: list[Cell]) -> str:
        """The content of what is run: answers, tests, limits, and the versions that run them."""
        run = [[c["cell_type"], c["source"], c["metadata"].get("tags", []), c.get("id")] for c in cells]
        return hashlib.sha256((self._context + json.dumps(run)).encode()).hexdigest()

    def seed(self, digest: str) -> str:
        """The seed of a content's random inputs: nobody without the run's key can tell it beforehand."""
        return hmac.new(self._key, digest.encode(), "sha256").hexdigest()[:32]

    def load(self, student_id: str, digest: str) -> Execution | None:
        """The stored execution; None when there is none, or it can't be read."""
        try:
            stored = json.loads(self._path(student_id, digest).read_text(encoding="utf-8"))
            return from_plain(stored)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def store(self, student_id: str, digest: str, execution: Execution) -> None:
        """Keep an execution."""
        write_atomically(self._path(student_id, digest), json.dumps(to_plain(execution)))

    def _path(self, student_id: str, digest: str) -> Path:
        # Apart for each student, though the seed is the content's: else two of them would share one running time.
        return self._folder / f"{hashlib.sha256(f'{student_id}/{digest}'.encode()).hexdigest()}.json"


def context(limits: Limits) -> str:
    """What decides a score besides the notebook: limits, versions, and the code of check and grader."""
    return json.dumps([asdict(limits), _versions(), _sources()], sort_keys=True)


def to_plain(execution: Execution) -> dict[str, Any]:
    """An execution as JSON has it; `asdict` would copy every output, which takes longer than writing them."""
    outcomes = {k: vars(v) for k, v in execution.outcomes.items()}
    return {**vars(execution), "outcomes": outcomes, "deaths": [vars(d) for d in execution.deaths]}


def from_plain(stored: dict[str, Any]) -> Execution:
    """The execution that `to_plain` wrote."""
    return Execution(
        outcomes={k: CellOutcome(**v) for k, v in stored["outcomes"].items()},
        seconds=float(stored["seconds"]),
        peak_bytes=int(stored["peak_bytes"]),
        notes=list(stored["notes"]),
        deaths=[Death(**d) for d in stored["deaths"]],
        outputs={int(k): v for k, v in stored["outputs"].items()},
        counts={int(k): v for k, v in stored["counts"].items()},
    )


def _run_key(path: Path) -> bytes:
    if not path.is_file():
        write_atomically(path, secrets.token_hex(32))
        os.chmod(path, 0o600)
    return bytes.fromhex(path.read_text(encoding="utf-8").strip())


def _versions() -> dict[str, str]:
    found = {"python": ".".join(map(str, version_info[:3]))}
    for name in ("numpy", "torch", "ipython", "array-api-strict"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def _sources() -> str:
    """Hash of the code that decides a score: a check or a grader that was mended grades again."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "gpu_utils").rglob("*.py"), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    for path in sorted((ROOT / "gpu_utils" / "data" / "signatures").glob("*.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
