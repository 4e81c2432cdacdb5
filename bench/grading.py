"""Grading 40 different submissions on two cores: against stock nbgrader, and against the cells alone.

Of a torch lab, 04, where training cells weigh most, or of the lab that is named. Without experiment cells stock grades
all 40, with them it is measured on one submission and three more, and 40 are reckoned from that; `--quick` does so
too, and leaves the experiments out. Nothing is cached: every run has a folder of its own.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SLUG = next((word for word in sys.argv[1:] if word[:2].isdigit() and len(word) > 2), "04_cnn_training")
STUDENTS, STOCK_FIRST, STOCK_MORE, JOBS = 40, 1, 3, 2
CONFIG = 'c = get_config()\nc.CourseDirectory.ignore = ["*.py", "answers"]\n'


def hand_in(folder: Path, experiments: bool) -> None:
    """Write the class: the solution with a known wrong answer here and there, and a comment that makes each one new."""
    sys.path.insert(0, str(ROOT))
    from nbformat import writes

    from course.authoring.known_answers import read_question
    from course.grading.lab import grade_id, is_experiment, is_solution, load

    lab = load(SLUG, ROOT / "solutions")
    names = [grade_id(c) for c in lab.cells if is_solution(c) and c["cell_type"] == "code"]
    known = {n: list(read_question(lab.folder / "answers" / f"{n}.py", n)) for n in names}
    for number in range(STUDENTS):
        notebook = copy.deepcopy(lab.notebook)
        notebook.cells = copy.deepcopy(lab.released)
        for question, cell in enumerate(c for c in notebook.cells if grade_id(c) in names):
            answers = known[grade_id(cell)]
            text = answers[number % len(answers)].text if number % len(names) == question else ""
            right = next(c["source"] for c in lab.cells if grade_id(c) == grade_id(cell))
            cell["source"] = f"# student {number}\n{text or right}"
        if not experiments:
            notebook.cells = [c for c in notebook.cells if not is_experiment(c)]
        target = folder / f"s{number:02}" / SLUG
        target.mkdir(parents=True)
        (target / f"{SLUG}.ipynb").write_text(writes(notebook, version=4))


def ours(submitted: Path, out: Path, experiments: bool) -> float:
    command = [sys.executable, "-m", "course", "grade", SLUG, "--submissions", str(submitted), "--out", str(out)]
    return seconds([*command, "--jobs", str(JOBS), *(["--experiments"] if experiments else [])], ROOT)


def stock(submitted: Path, course: Path, whole: bool) -> float:
    """Seconds for 40, measured or from one and three more (those that are graded already are passed over)."""
    (course / "submitted").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(CONFIG)
    ignored = shutil.ignore_patterns("*.py", "answers")
    shutil.copytree(ROOT / "solutions" / SLUG, course / "source" / SLUG, ignore=ignored)
    seconds([sys.executable, "-m", "nbgrader", "generate_assignment", SLUG], course)
    if whole:
        shutil.copytree(submitted, course / "submitted", dirs_exist_ok=True)
        return seconds([sys.executable, "-m", "nbgrader", "autograde", SLUG], course)
    spent = []
    for students in (range(STOCK_FIRST), range(STOCK_FIRST, STOCK_FIRST + STOCK_MORE)):
        for number in students:
            shutil.copytree(submitted / f"s{number:02}", course / "submitted" / f"s{number:02}")
        spent.append(seconds([sys.executable, "-m", "nbgrader", "autograde", SLUG], course))
    each = (spent[1] - spent[0]) / (STOCK_MORE - STOCK_FIRST)
    print(f"  stock: {spent[0]:.1f} s for 1, {spent[1]:.1f} s for {STOCK_MORE}: {each:.1f} s each")
    return spent[0] + (STUDENTS - STOCK_FIRST) * each


def seconds(command: list[str], folder: Path) -> float:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    spent = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return spent


def bare(submitted: Path, experiments: bool) -> float:
    """Core-seconds of the class's cells, one after another in one process that has imported everything."""
    from course.grading.forkserver import QUIET

    code = f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); import grading; grading.run_bare()"
    arguments = [str(submitted), str(int(experiments)), SLUG]
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    return float(json.loads(done.stdout.splitlines()[-1]))


def run_bare() -> None:
    from course.grading import forkserver, preflight, shell
    from course.grading.execute import _runs
    from course.grading.lab import load

    lab = load(SLUG, ROOT / "solutions")
    forkserver._import_libraries()
    forkserver._warm_up()
    notebook_shell, out, spent = shell.prepare(), sys.stdout, 0.0
    folders = sorted(Path(sys.argv[1]).iterdir())
    sample = folders[:: 10 if sys.argv[2] == "1" else 1]  # experiments take long, and much the same for everybody
    for folder in sample:
        cells = preflight.prepare(folder / SLUG, lab).cells
        notebook_shell.reset()
        sys.stdout = shell._Stream("stdout", notebook_shell.recorder)
        for cell in cells:
            if _runs(cell, sys.argv[2] == "1"):
                job = {"position": 0, "source": cell["source"], "test": False}
                spent += shell._run_cell(notebook_shell, job)["seconds"]
        sys.stdout = out
    print(spent * len(folders) / len(sample))


def main() -> None:
    quick = "--quick" in sys.argv
    print(f"{SLUG}, {STUDENTS} different submissions, {JOBS} at a time")
    for experiments in (False,) if quick else (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            hand_in(folder / "all", experiments)
            cells, one = bare(folder / "all", experiments), ours(folder / "all", folder / "out", experiments)
            print(f"experiment cells on {('neither side', 'both sides')[experiments]}")
            whole = not (quick or experiments)
            other = stock(folder / "all", folder / "stock", whole)
        how = "measured" if whole else "reckoned"
        print(f"  ours: {one:.1f} s; stock: {other:.0f} s ({how}): {other / one:.1f} times its throughput (goal 15)")
        overhead = 100 * (one * JOBS / cells - 1)
        print(
            f"  cells alone: {cells:.1f} core seconds in a warm process; overhead {overhead:.0f} % (goal 25)",
            flush=True,
        )


if __name__ == "__main__":
    main()
