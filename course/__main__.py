"""The course's command line: ``python -m course VERB``.

A verb is a module with two functions, ``add_arguments(parser)`` and ``main(args) -> int``; it is imported
only when it is asked for, so that `build` doesn't wait for what `grade` needs.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from course.project import CourseError, Project

VERBS = {
    "build": ("course.authoring.build", "write the notebooks of every lab from its source"),
    "lint": ("course.authoring.lint", "read the notebooks for what a learner would stumble over"),
    "answers": ("course.authoring.answers", "grade the known right and wrong answers: are the tests any good?"),
    "grade": ("course.grading.command", "grade a class"),
    "fill": ("course.grading.fill", "fill the sheet that the learning platform exported"),
    "class": ("course.grading.sample_class", "write a made-up class, well-behaved and not, to try grading on"),
}


def run(argv: Sequence[str]) -> int:
    """Run one verb and return the exit status: 0 done, 1 something was found, 2 the command was wrong."""
    if not argv or argv[0] in ("-h", "--help"):
        print(overview())
        return 0 if argv else 2
    try:
        module = load_verb(argv[0])
        parser = argparse.ArgumentParser(prog=f"python -m course {argv[0]}", description=VERBS[argv[0]][1])
        parser.add_argument("--root", type=Path, default=Project.here().root, help=argparse.SUPPRESS)
        module.add_arguments(parser)
        return int(module.main(parser.parse_args(argv[1:])))
    except CourseError as error:
        print(f"course: {error}", file=sys.stderr)
        return 2


def overview() -> str:
    """List the verbs, one a line."""
    lines = [f"  {verb:<8} {sentence}" for verb, (_, sentence) in VERBS.items()]
    return "\n".join(["python -m course VERB [...]", "", *lines, "", "python -m course VERB --help says more."])


def load_verb(verb: str) -> ModuleType:
    """Import the module of a verb, or say in one sentence why that isn't possible."""
    if verb not in VERBS:
        nearest = difflib.get_close_matches(verb, VERBS, n=1)
        guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
        raise CourseError(f"there is no verb '{verb}'.{guess} The verbs are: {', '.join(VERBS)}.")
    name = VERBS[verb][0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            raise CourseError(f"'{verb}' isn't in this checkout: the module {name} is missing.") from error
        raise CourseError(
            f"'{verb}' needs the package {missing}, which isn't installed here: pip install -e '.[grading,lab]'."
        ) from error


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
