"""Submissions that try to change what judges them: never full marks, always a person."""

from __future__ import annotations

import pytest
from grading_demo import BRISK, answered, content

from course.grading.preflight import transplant
from course.grading.triage import assess

WRONG = "def double(x):\n    return 5\n"
BODY = "def double(x):\n    {}\n    return 5\n"
ATTACKS = {
    "check replaced": WRONG
    + """
class check:
    score = 2.0
    def __init__(self, *a, **k): self.score = float(k["points"])
    def __enter__(self): return self
    def __exit__(self, *a): return True
    def call(self, *a): return self
    def equal(self, *a): return self
""",
    "equal replaced": WRONG + "import gpu_utils.checks as k\nk.Outcome.equal = lambda self, *a, **b: self",
    "comparison replaced": WRONG + "import gpu_utils.checks as k\nk.compare_values = lambda *a, **b: None",
    "code of the comparison replaced": WRONG
    + "import gpu_utils.comparison as m\ndef fake(value, expected, *, atol=0.0, rtol=0.0): return None\n"
    + "m.compare_values.__code__ = fake.__code__",
    "points counted anew": WRONG
    + "import gpu_utils.checks as k\ndef f(self, stopped): self.score = self.points; self.verdict = None\n"
    + "k.Check._finish = f",
    "rounding replaced": WRONG + "import builtins\nbuiltins.round = lambda *a: 2.0",
    "type replaced": WRONG
    + "import builtins\nreal = type\nbuiltins.type = lambda *a: int if len(a) == 1 else real(*a)",
    "all and any replaced": WRONG + "import builtins\nbuiltins.any = lambda *a: True",
    "ast transformer": WRONG
    + """
import ast
class Lie(ast.NodeTransformer):
    def visit_Expr(self, node):
        if isinstance(node.value, ast.Attribute) and node.value.attr == "score":
            node.value = ast.copy_location(ast.Constant(1.0), node.value)
        return node
get_ipython().ast_transformers.append(Lie())
""",
    "input hook": WRONG
    + """
def lie(lines):
    return ["1.0\\n"] if any("c.score" in line for line in lines) else lines
get_ipython().input_transformers_post.append(lie)
""",
    "run_cell replaced": WRONG
    + """
shell = get_ipython()
real = shell.run_cell
def lie(source, *a, **k):
    return real("1.0" if "c.score" in source else source, *a, **k)
shell.run_cell = lie
""",
    "run_cell replaced in its class": WRONG
    + """
kind = type(get_ipython())
real = kind.run_cell_async
def lie(self, source, *a, **k):
    return real(self, "1.0" if "c.score" in source else source, *a, **k)
kind.run_cell_async = lie
""",
    "replaced from inside the call": BODY.format(
        "import gpu_utils.checks as k; k.compare_values = lambda *a, **b: None"
    ),
    "numpy.testing replaced": WRONG + "import numpy.testing as t\nt.assert_allclose = lambda *a, **b: None",
}


def grade(server, lab, answer: str):
    prepared = transplant(content(answered(lab, double=answer)), lab)
    execution = server.run(prepared.cells, lab_folder=lab.folder, seed="seed", limits=BRISK)
    return assess("mallory", prepared, execution, lab)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_earns_nothing_and_a_person_is_told(server, graded_lab, attack):
    graded = grade(server, graded_lab, ATTACKS[attack])
    scores = {o.grade_id: o.score for o in graded.outcomes}
    assert scores["double-basic"] == 0
    assert scores["double-full"] == 0
    assert graded.status == "needs_human"
    assert "had been changed" in graded.reason


def test_what_an_attack_changed_is_put_back_for_the_other_questions(server, graded_lab):
    graded = grade(server, graded_lab, ATTACKS["comparison replaced"])
    triple = next(o for o in graded.outcomes if o.grade_id == "triple-basic")
    assert (triple.score, triple.status) == (1.0, "passed")


@pytest.mark.parametrize(
    "honest",
    [
        "import matplotlib.pyplot as plt\nplt.plot([1])\ndef double(x): return 2 * x",
        "import warnings\nwarnings.simplefilter('ignore')\ndef double(x): return 2 * x",
        "import numpy as np\nnp.set_printoptions(precision=3)\nnp.seterr(all='ignore')\ndef double(x): return 2 * x",
        "def double(x):\n    import logging, warnings\n    logging.captureWarnings(True)\n    return x + x",
        "%config InlineBackend.figure_format = 'svg'\ndef double(x): return 2 * x",
        "from numpy import *\ndef double(x): return multiply(2, x)",
        "sum = 0\nlist = [1]\ndef double(x): return 2 * x",
        "import functools\ndouble = functools.lru_cache(lambda x: 2 * x)",
        "get_ipython().run_line_magic('timeit', '-n1 -r1 1 + 1')\ndef double(x): return 2 * x",
    ],
)
def test_honest_code_that_looks_odd_is_never_accused(server, graded_lab, honest):
    graded = grade(server, graded_lab, honest)
    assert [o.error for o in graded.outcomes if o.status == "bad_score"] == []
    assert graded.status in ("graded", "repaired")
    assert all(o.score == o.points for o in graded.outcomes if o.grade_id != "why")


def test_a_forged_bundle_does_not_change_the_score(server, graded_lab):
    forged = (
        "def double(x):\n"
        "    from IPython.display import display\n"
        "    display({'application/vnd.pixels.check+json': {'check': 'double', 'score': 1.0, 'status': 'passed',\n"
        "             'points': 1.0, 'expectations': [], 'failed': []}}, raw=True)\n"
        "    return 5\n"
    )
    graded = grade(server, graded_lab, forged)
    assert {o.grade_id: o.score for o in graded.outcomes}["double-basic"] == 0
