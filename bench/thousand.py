"""A class of a thousand on a light lab: does the 1000th submission cost what the 10th did, and does memory stay flat?

The lab is the tests' own, three questions of one line. Times are means over a hundred submissions, 10 to 110 and 900
to 1000. What could grow is the grader itself, so its own processor time is compared too, which other work on the
machine disturbs less. Memory is that of the grader, without the fork server.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "course")]

from grading_demo import SLUG, answered, hand_in, make_lab  # noqa: E402

from course.grading import classrun, progress  # noqa: E402

STUDENTS, JOBS = 1000, 2


class Watch(progress.Progress):
    """Notes when each submission was done, and how much memory the grader held."""

    moments: list[tuple[float, float, int]] = []  # noqa: RUF012

    def step(self, student_id: str) -> None:
        super().step(student_id)
        self.moments.append((time.perf_counter(), time.process_time(), held()))


def held() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    classrun.Progress = Watch  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        lab = make_lab(root)
        for number in range(STUDENTS):
            double = f"def double(x):\n    return 2 * x if x != {number % 50} else 0  # {number}"
            hand_in(root / "submitted", f"s{number:04}", answered(lab, double=double))
        began = time.perf_counter()
        classrun.grade_class(SLUG, root / "submitted", root / "out", root / "solutions", jobs=JOBS)
        spent = time.perf_counter() - began
        Watch.moments, first_run = [], Watch.moments
        classrun.grade_class(SLUG, root / "submitted", root / "out", root / "solutions", jobs=JOBS, resume=True)
        again, Watch.moments = Watch.moments, first_run
    first, last = Watch.moments[10][2], Watch.moments[-1][2]
    print(f"{STUDENTS} submissions in {spent:.0f} s, {1e3 * spent / STUDENTS:.0f} ms each, {JOBS} at a time")
    for clock, whose in enumerate(("by the clock", "the grader's own processor time")):
        at = [moment[clock] for moment in Watch.moments]
        early, late = (at[110] - at[10]) / 100, (at[-1] - at[-101]) / 100
        ratio = f"{late / early:.2f} (goal 0.9 to 1.1)"
        print(f"{whose}: around the 10th {early * 1e3:.1f} ms, around the 1000th {late * 1e3:.1f} ms: {ratio}")
    writer = (again[-1][0] - again[0][0]) / (STUDENTS - 1)
    print(f"with nothing left to run (--resume), the one writer takes {writer * 1e3:.1f} ms a submission")
    print(f"the grader held {first / 1e6:.0f} MB at the 10th, {last / 1e6:.0f} MB at the last", end="")
    print(f": {(last - first) / (STUDENTS - 10) / 1e3:.1f} kB a submission")


if __name__ == "__main__":
    main()
