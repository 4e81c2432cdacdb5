"""Runs a prepared notebook to its end, whatever its cells do: one attempt per process, replayed after each death."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.grading.lab import Cell, ends_in_value, grade_id, is_experiment, is_solution, is_test, nbgrader_metadata
from course.grading.score import CellOutcome, judge
from course.grading.server import ROOT, ForkServer, ServerLost

__all__ = ["CellOutcome", "Execution", "ForkServer", "Limits", "ServerLost", "run_notebook"]


@dataclass(frozen=True)
class Limits:
    """What a submission may use; memory is counted beyond what the imported libraries hold.

    With `experiments`, cells that only measure or draw are run too, which no score depends on.
    """

    cell_seconds: float = 30.0
    notebook_seconds: float = 300.0
    memory_bytes: int = 2_000_000_000
    file_bytes: int = 200_000_000
    restarts: int = 25
    experiments: bool = False


@dataclass(frozen=True)
class Death:
    """A cell that took its process with it: `kind` is timed_out, crashed, or forged for one that wrote results."""

    position: int
    name: str
    kind: str
    reason: str


@dataclass
class Execution:
    """What running a notebook gave; `outputs` and `counts` by position in the list of cells, `deaths` in order."""

    outcomes: dict[str, CellOutcome] = field(default_factory=dict)
    seconds: float = 0.0
    peak_bytes: int = 0
    notes: list[str] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    @property
    def first_error(self) -> str | None:
        """The first error among all cells, in a line: often an import in the set-up that the rest needed."""
        errors = (o for i in sorted(self.outputs) for o in self.outputs[i] if o.get("output_type") == "error")
        found = next(errors, None)
        return f"{found.get('ename')}: {found.get('evalue')}" if found else None


def run_notebook(
    cells: list[Cell], *, lab_folder: Path, limits: Limits | None = None, seed: str, server: ForkServer | None = None
) -> Execution:
    """Run the cells of a prepared notebook and judge its test cells; without `server`, one is started for it.

    A cell that runs over its time or ends its process loses its own points; then set-up and answers before it
    are replayed, without it, in a new process, and the rest is run. Cells tagged ``experiment`` are skipped.
    """
    if server is None:
        with ForkServer() as own:
            return run_notebook(cells, lab_folder=lab_folder, limits=limits, seed=seed, server=own)
    return _Run(cells, lab_folder, limits or Limits(), seed, server).to_the_end()


class _Run:
    """One submission on its way; holds what is known between attempts."""

    def __init__(self, cells: list[Cell], folder: Path, limits: Limits, seed: str, server: ForkServer) -> None:
        self.cells, self.folder, self.limits, self.seed, self.server = cells, folder, limits, seed, server
        self.execution = Execution()
        self.runnable = [i for i, c in enumerate(cells) if _runs(c, self.limits.experiments)]
        self.done: set[int] = set()
        self.deadly: set[int] = set()

    def to_the_end(self) -> Execution:
        self.server.ready()
        began = time.monotonic()
        for _ in range(self.limits.restarts + 1):
            left = self.limits.notebook_seconds - (time.monotonic() - began)
            if left <= 0 or not self._remaining():
                break
            end = self.server.attempt(self._job(left), self._record)
            self.execution.peak_bytes = max(self.execution.peak_bytes, int(end.get("peak_bytes") or 0))
            if end.get("reason") == "done":
                break
            self._bury(end)
        self.execution.seconds = time.monotonic() - began
        self._give_up(self.execution.seconds >= self.limits.notebook_seconds)
        self._blame_answers()
        return self.execution

    def _remaining(self) -> list[int]:
        return [i for i in self.runnable if i not in self.done and i not in self.deadly]

    def _job(self, seconds_left: float) -> dict[str, Any]:
        replayed = [i for i in self.runnable if i in self.done and not is_test(self.cells[i])]
        positions = sorted({i for i in replayed if i not in self.deadly} | set(self._remaining()))
        lab_folder, lab_bytes = self.server.stage(self.folder)
        return {
            "cells": [
                {"position": i, "source": self.cells[i]["source"], "test": is_test(self.cells[i])} for i in positions
            ],
            "lab_folder": lab_folder,
            "lab_bytes": lab_bytes,
            "root": str(ROOT),
            "seed": self.seed,
            "environment": {"GPU_UTILS_LEDGER": "memory", "PIP_RETRIES": "0"},  # there is no network to try again
            "cell_seconds": self.limits.cell_seconds,
            "notebook_seconds": seconds_left,
            "memory_bytes": self.limits.memory_bytes,
            "file_bytes": self.limits.file_bytes,
        }

    def _record(self, message: dict[str, Any]) -> None:
        i = message.get("position")
        if not isinstance(i, int) or i in self.done or i not in self.runnable:
            return  # a replayed cell, or one that nobody asked for
        self.done.add(i)
        self.execution.outputs[i] = [o for o in message.get("outputs") or [] if isinstance(o, dict)]
        self.execution.counts[i] = int(message.get("count") or 0)
        cell = self.cells[i]
        if is_test(cell):
            found = judge(grade_id(cell), _points(cell), message, ends_in_value=ends_in_value(cell["source"]))
            self.execution.outcomes[found.grade_id] = found

    def _bury(self, end: dict[str, Any]) -> None:
        """Note which cell took the process with it, so that the next attempt goes on without it."""
        i = end.get("position")
        kind = str(end.get("reason")) if end.get("reason") in ("timed_out", "forged") else "crashed"
        if not isinstance(i, int) or i not in self.runnable:
            remaining = self._remaining()
            i = remaining[0] if remaining else self.runnable[-1]
        self.deadly.add(i)
        cell = self.cells[i]
        reason = _reason(kind, end, self.limits)
        self.execution.deaths.append(Death(i, _name(cell, i), kind, reason))
        if i not in self.done:
            self.execution.outputs[i] = [_error_output(kind, reason)]
            if is_test(cell):
                found = CellOutcome(
                    grade_id(cell),
                    _points(cell),
                    0.0,
                    _outcome(kind),
                    self.limits.cell_seconds if kind == "timed_out" else 0.0,
                    None,
                    reason,
                )
                self.execution.outcomes[found.grade_id] = found

    def _give_up(self, late: bool) -> None:
        for i in self._remaining():
            cell = self.cells[i]
            if is_test(cell):
                status = "timed_out" if late else "needs_replay_failed"
                why = "the notebook ran over its time" if late else "the notebook could not be replayed up to here"
                self.execution.outcomes[grade_id(cell)] = CellOutcome(
                    grade_id(cell), _points(cell), 0.0, status, 0.0, None, why
                )
        if late:
            self.execution.notes.append(f"the notebook ran over {self.limits.notebook_seconds:g} s")

    def _blame_answers(self) -> None:
        """An answer cell that died leaves its tests with a NameError: give them the real reason."""
        for death in self.execution.deaths:
            if not is_solution(self.cells[death.position]):
                continue
            for suffix in ("", "-basic", "-full"):
                found = self.execution.outcomes.get(death.name + suffix)
                if found and found.status in ("error", "failed", "not_attempted"):
                    why = f"the answer cell {death.reason}"
                    self.execution.outcomes[found.grade_id] = CellOutcome(
                        found.grade_id, found.points, found.score, _outcome(death.kind), found.seconds, found.check, why
                    )


def _outcome(kind: str) -> str:
    return "bad_score" if kind == "forged" else kind


def _runs(cell: Cell, experiments: bool) -> bool:
    return cell["cell_type"] == "code" and bool(cell["source"].strip()) and (experiments or not is_experiment(cell))


def _points(cell: Cell) -> float:
    return float(nbgrader_metadata(cell)["points"])


def _name(cell: Cell, position: int) -> str:
    return grade_id(cell) or str(cell.get("id") or f"cell {position + 1}")


def _reason(kind: str, end: dict[str, Any], limits: Limits) -> str:
    if kind == "timed_out":
        return f"ran over {limits.cell_seconds:g} s and was stopped"
    if kind == "forged":
        return "wrote into the channel that carries results, and was stopped"
    if str(end.get("reason")).startswith("more than"):
        return f"started {end['reason']} and was stopped"
    status = end.get("status")
    if isinstance(status, int) and os.WIFEXITED(status):
        return f"ended its process (exit code {os.WEXITSTATUS(status)})"
    if isinstance(status, int) and os.WIFSIGNALED(status):
        return f"ended its process (signal {os.WTERMSIG(status)})"
    return f"ended its process ({end.get('reason')})"


def _error_output(kind: str, reason: str) -> dict[str, Any]:
    name = "CellTimeoutError" if kind == "timed_out" else "DeadKernelError"
    return {"output_type": "error", "ename": name, "evalue": f"the cell {reason}", "traceback": [f"{name}: {reason}"]}
