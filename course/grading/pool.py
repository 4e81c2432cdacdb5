"""Many submissions at a time: threads that each wait for one forked process here, or for a worker of a cluster."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from course.grading import preflight
from course.grading.cache import Cache
from course.grading.cluster import Cluster
from course.grading.execute import Execution, Limits
from course.grading.lab import Cell, Lab
from course.grading.preflight import Prepared
from course.grading.server import ForkServer
from course.project import CourseError

Result = tuple[str, Prepared, Execution | None]
"""A student, what preflight made of the submission, and what came of running it (None: it can't be read)."""


@dataclass(frozen=True)
class Pool:
    """What it takes to turn a submission into a result; with `resume`, stored executions are taken as they are."""

    lab: Lab
    server: ForkServer | Cluster
    cache: Cache
    limits: Limits
    resume: bool = False

    def check_lab(self) -> None:
        """Grade the model answers first: a lab that doesn't run on this machine would give a whole class 0."""
        execution = self._execute("", Prepared(deepcopy(self.lab.cells)))
        short = [o for o in execution.outcomes.values() if o.status != "passed"]
        if short:
            why = execution.first_error or short[0].error or short[0].status
            raise CourseError(
                f"nothing was graded: {self.lab.slug}'s own solution loses {len(short)} of "
                f"{len(execution.outcomes)} tests on this machine, first {short[0].grade_id} ({why})."
            )

    def execute_known(self, cells: list[Cell]) -> Execution:
        """Run an answer that is known to be wrong, or take what an earlier run stored of just the same."""
        digest = self.cache.digest(cells)
        return self.cache.load("", digest) or self._execute("", Prepared(cells))

    def grade(self, submissions: Path, student: str) -> Result:
        """One submission, whatever it holds."""
        prepared = preflight.prepare(submissions / student / self.lab.slug, self.lab)
        return student, prepared, None if prepared.problem else self._execute(student, prepared)

    def results(self, submissions: Path, students: list[str], jobs: int) -> Iterator[Result]:
        """Results as they come, once the lab has been checked; what a thread could not handle is raised here."""
        todo: queue.SimpleQueue[str] = queue.SimpleQueue()
        done: queue.Queue[Result | BaseException] = queue.Queue(maxsize=2 * jobs)
        for student in students:
            todo.put(student)
        _ = self.lab.stubs, self.lab.released, self.lab.questions  # made once, before threads share them

        def work() -> None:
            while True:
                try:
                    done.put(self.grade(submissions, todo.get_nowait()))
                except queue.Empty:
                    return
                except BaseException as error:
                    done.put(error)
                    return

        for _ in range(min(jobs, len(students))):
            threading.Thread(target=work, daemon=True).start()
        try:
            self.check_lab()  # beside the first submissions, which are thrown away if it fails
        except BaseException:
            with contextlib.suppress(queue.Empty):
                while True:
                    todo.get_nowait()
            raise
        for _ in students:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield result

    def _execute(self, student: str, prepared: Prepared) -> Execution:
        digest = self.cache.digest(prepared.cells)
        execution = self.cache.load(student, digest) if self.resume else None
        if execution is None:
            seed = self.cache.seed(digest)
            execution = self.server.run(prepared.cells, lab_folder=self.lab.folder, limits=self.limits, seed=seed)
            self.cache.store(student, digest, execution)
        return execution
