"""A class that mixes everything: honest submissions, every row of DESIGN.md's table, and hostile ones."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from grading_attacks import DEATHS, TAMPERING, WRONG
from grading_damage import DAMAGE, UNREADABLE
from grading_demo import SLUG, answered, canonical_cells, cell, content, hand_in, released
from grading_hostile import ANSWERS, CELLS, RIGHT
from nbformat import v4

from course.grading.lab import Lab

SCORE = 'def odd():\n    """A score, taken as it is."""\n    ### BEGIN SOLUTION\n    return 1.0\n    ### END SOLUTION'


@dataclass(frozen=True)
class Case:
    """A submission and what must become of it; None where that may differ from machine to machine."""

    notebook: Any
    status: str | None
    double: float | None = 3.0
    triple: float | None = 1.0
    odd: float | None = 1.0
    says: str = ""
    name: str = f"{SLUG}.ipynb"


def lab_cells() -> list[Any]:
    return [*canonical_cells(), cell(SCORE, "odd", solution=True), cell("odd()", "odd-basic", points=1)]


def honest(lab: Lab) -> dict[str, nbformat.NotebookNode]:
    """Twenty who did what they were asked to, under the names that people have; right, partly right and wrong."""
    helped = answered(lab, double="def double(x):\n    return helper(x)")
    helped.cells.insert(3, cell("def helper(x):\n    return x + x"))
    scribbled = answered(lab)
    scribbled.cells.insert(5, cell("print(double(3))\n1 / 0"))
    scribbled.cells.append(cell("Some notes of mine.", kind="markdown"))
    drawn = answered(lab)
    drawn.cells.insert(3, cell("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    with_data = answered(lab, double="def double(x):\n    return x * int(open('numbers.csv').read().split(',')[1])")
    noisy = answered(lab, double="import warnings\ndef double(x):\n    warnings.warn('!')\n    return 2 * x")
    printed = answered(lab, triple="def triple(x):\n    print('oh', file=sys.stderr)\n    return 3 * x")
    return {
        "ada lovelace": answered(lab, why="Since the bus is slower than the cores: **bytes**."),
        "ben": released(lab),
        "o'brien": answered(lab, double="def double(x):\n    return 42 if x == 21 else 0"),
        'lise "meitner"': answered(lab, double="def double(x):\n    return x + 2"),
        "Zoë Ünal 学生 ✓": answered(lab, triple="def triple(x):\n    raise KeyError(x)"),
        "-rf": answered(lab, triple="def triple(x)\n    return 3"),
        "a,b;c": helped,
        "=1+1": answered(lab, double="def double(x):\n    return 2.0 * x"),
        "back\\slash": answered(lab, double="double = lambda x: x << 1"),
        "two\nlines": answered(lab, why="Wegen der Bandbreite. ✓"),
        "100%": scribbled,
        "#1 ?": drawn,
        "<i>kay": with_data,
        "mo": answered(lab, double="import numpy as np\ndef double(x):\n    return int(np.multiply(x, 2))"),
        "nil": answered(lab, double="def double(x):\n    raise NotImplementedError()"),
        "dots..": answered(lab, triple="def triple(x):\n    return sum([x, x, x])", why="No."),
        "pia": answered(lab, double="class Doubler:\n    def __call__(self, x): return x + x\ndouble = Doubler()"),
        "quinn": answered(lab, triple="triple = 3"),
        "noisy": noisy,
        "printed": printed,
    }


NOISY = {"noisy", "printed"}
"""Their own cells write to stderr, for which stock nbgrader takes points: `fully right` here."""


def table(lab: Lab, seconds: float) -> dict[str, Case]:
    """The rows of the table."""
    cases: dict[str, Case] = {}
    for way, (body, status) in DEATHS.items():
        expected = status if status in ("timed_out", "crashed") else None if way == "memory" else "graded"
        cases[f"death: {way}"] = Case(answered(lab, double=f"def double(x):\n    {body}"), expected, 0.0)
    sleep, loop = f"time.sleep({2 * seconds})", "while True: pass"
    cases |= {
        "a cell that is too long": Case(answered(lab, double=RIGHT + sleep), "timed_out", 0.0),
        "two loops": Case(
            answered(lab, double=RIGHT + loop, triple=f"def triple(x):\n    {loop}"), "timed_out", 0.0, 0.0
        ),
        "fork bomb": Case(
            answered(
                lab, double="def double(x):\n  while True:\n    try:\n      os.fork()\n    except OSError:\n      pass"
            ),
            None,
            0.0,
        ),
        "flood": Case(
            answered(
                lab, double=RIGHT + "for _ in range(200_000): print('x' * 100)\nos.system('yes | head -c 10000000')"
            ),
            "graded",
        ),
        "disk filler": Case(
            answered(
                lab,
                double=RIGHT + "for i in range(10**6):\n    with open(f'{i}', 'wb') as f: f.write(bytes(2 * 10**7))",
            ),
            None,
            None,
        ),
        "file too large": Case(
            answered(lab, double="def double(x):\n    open('big', 'wb').truncate(10**12)"), "graded", 0.0
        ),
        "other file name": Case(answered(lab), "repaired", says="graded as", name="my homework (final) 2.ipynb"),
        "200 MB": Case(b"{" + b" " * 200_000_000 + b"}", "unreadable", says="too large"),
        "no file": Case(None, "unreadable", says="nothing was handed in"),
        "cut off": Case(content(answered(lab))[:900], "unreadable", says="cut off"),
        "warns": Case(
            answered(lab, double="import warnings\ndef double(x):\n    warnings.warn('w')\n    return 2 * x"), "graded"
        ),
        "slow": Case(
            answered(lab, double=f"def double(x):\n    time.sleep({seconds / 6})\n    return 2 * x"), "graded"
        ),
        "lying ==": Case(
            answered(
                lab,
                double="class Yes:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
                "def double(x):\n    return Yes()",
            ),
            "graded",
            0.0,
        ),
    }
    for number, (damage, words) in enumerate(DAMAGE):
        notebook = answered(lab)
        damage(notebook)
        cases[f"damage {number} {damage.__name__}"] = Case(notebook, "repaired", says=words.split(" from")[0])
    for number, version in enumerate([(3, 0), (4, 0), (4, 4)]):
        old = answered(lab)
        for c in old.cells:
            del c["id"]
        old.nbformat_minor = version[1] if version[0] == 4 else 4
        notebook = nbformat.convert(old, 3) if version[0] == 3 else old
        cases[f"format {number}"] = Case(notebook, "repaired", says=f"was in format {version[0]}")
    for number, (data, words) in enumerate(UNREADABLE):
        cases[f"unreadable {number}"] = Case(data, "unreadable", says=words)
    for name, value in {"float64": "np.float64(1)", "nan": "float('nan')", "less": "-1.0", "more": "7.0"}.items():
        answer = f"def odd():\n    return {value}"
        cases[f"score {name}"] = Case(answered(lab, odd=answer), "needs_human", odd=0.0, says="odd-basic: the score")
    for name, attack in TAMPERING.items():
        cases[f"tampering: {name}"] = Case(
            answered(lab, double=attack), "needs_human", 0.0, odd=None, says="had been changed"
        )
    for number in (1, 2):
        cases[f"twin {number}"] = Case(answered(lab, double=f"{WRONG}# {number}"), "graded", 0.0)
    return cases


def hostile(lab: Lab, marker: str) -> dict[str, Case]:
    """More than the table asks for."""
    cases = {}
    for name, (answer, status, double) in ANSWERS.items():
        cases[f"hostile: {name}"] = Case(answered(lab, double=f"MARKER = {marker!r}\n{answer}"), status, double)
    for name, (code, status, double) in CELLS.items():
        notebook = answered(lab)
        notebook.cells.insert(4, cell(code.replace("{marker}", marker)))
        cases[f"cell: {name}"] = Case(notebook, status, double)
    many = answered(lab)
    many.cells[4:4] = [v4.new_code_cell(f"n = {i}") for i in range(20_000)]
    heavy = answered(lab)
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 1_000_000}, "metadata": {}}
    heavy.cells[1].outputs = [copy.deepcopy(picture) for _ in range(10)]
    doubled = answered(lab)
    for c in doubled.cells:
        c.id = "same"
    attached = answered(lab)
    attached.cells[0].attachments = {"a.png": {"image/png": "A" * 1000}}
    attached.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    millions = json.loads(content(answered(lab)))
    millions["cells"][1]["outputs"] = [[] for _ in range(5_000_000)]
    return cases | {
        "20,000 cells": Case(many, None),
        "10 MB of outputs": Case(heavy, "graded"),
        "the same id": Case(doubled, None),
        "attachments": Case(attached, "graded"),
        "a mark before it": Case(b"\xef\xbb\xbf" + content(answered(lab)), "repaired", says="byte-order mark"),
        "lines of Windows": Case(json.dumps(answered(lab), indent=1).replace("\n", "\r\n").encode(), "graded"),
        "sources of Windows": Case(content(answered(lab)).replace(rb"\n", rb"\r\n"), "graded"),
        "millions of values": Case(json.dumps(millions).encode(), "unreadable", says="millions of values"),
        "half a character": Case(content(answered(lab)).replace(b"Because.", rb"Because \ud800."), "graded"),
    }


def write(submissions: Path, cases: dict[str, Case]) -> None:
    for name, case in cases.items():
        if case.notebook is None:
            (submissions / name / SLUG).mkdir(parents=True)
        else:
            hand_in(submissions, name, case.notebook, case.name)
    pipe = submissions / "a pipe" / SLUG
    pipe.mkdir(parents=True)
    os.mkfifo(pipe / f"{SLUG}.ipynb")
    (submissions / "a folder" / SLUG / f"{SLUG}.ipynb").mkdir(parents=True)
    (submissions / "a link" / SLUG).mkdir(parents=True)
    (submissions / "a link" / SLUG / f"{SLUG}.ipynb").symlink_to("/etc/hostname")


def spies(lab: Lab, root: Path) -> dict[str, Case]:
    """Who looks where nobody should."""
    places = {
        "solutions": root / "solutions" / SLUG / f"{SLUG}.ipynb",
        "classmate": root / "submitted" / "ben" / SLUG / f"{SLUG}.ipynb",
        "gradebook": root / "out" / "gradebook.db",
        "run key": root / "out" / ".cache" / "run_key",
    }
    cases = {
        f"reads: {name}": Case(
            answered(lab, double=f"def double(x):\n    return 2 * x if open({str(place)!r}, 'rb').read() else 0"),
            "graded",
            0.0,
        )
        for name, place in places.items()
    }
    socket = "def double(x):\n    import socket\n    socket.create_connection(('192.0.2.1', 80), 1)\n    return 2 * x"
    return cases | {"opens a socket": Case(answered(lab, double=socket), "graded", 0.0)}


__all__ = ["NOISY", "Case", "honest", "hostile", "lab_cells", "spies", "table", "write"]
