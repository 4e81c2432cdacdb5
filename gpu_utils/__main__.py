"""``python -m gpu_utils``: what this machine has, what works, and what to do about what doesn't."""

from __future__ import annotations

import argparse
import json
import os
import sys

from gpu_utils.device import detect
from gpu_utils.report import text


def main(arguments: list[str] | None = None) -> int:
    """Print the report. 0 also when there is no GPU: that is a fact, not a failure.

    >>> import contextlib, io
    >>> with contextlib.redirect_stdout(io.StringIO()):
    ...     status = main(["--quick"])
    >>> status
    0
    """
    parser = argparse.ArgumentParser(prog="python -m gpu_utils", description=__doc__.partition(": ")[2])
    parser.add_argument("--json", action="store_true", help="the report for a program")
    parser.add_argument("--quick", action="store_true", help="leave out the trial of each GPU, which takes seconds")
    options = parser.parse_args(arguments)
    machine = detect(quick=options.quick)
    if options.json:
        said = machine.to_json()
        said = said if _shows(said) else json.dumps(machine.as_dict(), indent=2)
    else:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        said = text(machine, colour=colour, ascii_only=not _shows("✔→·"))
    try:
        sys.stdout.write(said + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # "| head" has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _shows(signs: str) -> bool:
    try:
        signs.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
