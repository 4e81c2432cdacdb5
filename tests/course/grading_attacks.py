"""What submissions do to the machine that grades them, as texts of answer cells for the question `double`."""

from __future__ import annotations

DEATHS = {
    "loop": ("while True:\n        pass", "timed_out"),
    "deaf loop": (
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True:\n        try:\n            time.sleep(9)\n"
        "        except BaseException:\n            pass",
        "timed_out",
    ),
    "os._exit": ("os._exit(0)", "crashed"),
    "SIGKILL": ("os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
    "abort": ("os.abort()", "crashed"),
    "sys.exit": ("sys.exit(0)", "failed"),
    "memory": ("held = []\n    while True:\n        held.append(bytearray(10**8))", "failed"),
    "recursion": ("return double(x)", "failed"),
}
"""The body of `double` -> what becomes of its tests."""

WRONG = "def double(x):\n    return 5\n"
BODY = "def double(x):\n    {}\n    return 5\n"
TAMPERING = {
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
    "the grader's own judgement replaced": WRONG
    + "sys.modules['course.grading.shell']._number = lambda *a: {'kind': 'number', 'number': 1.0}",
    "the grader's own messages replaced": WRONG
    + """
wire = sys.modules["course.grading.wire"]
real = wire.send
def send(fd, message):
    if message.get("value"):
        message["value"], message["checks"] = {"kind": "number", "number": 1.0}, []
    real(fd, message)
wire.send = send
""",
    "the guard replaced": WRONG
    + "kind = sys.modules['course.grading.integrity'].Guard\nkind.mend = lambda self: []\n"
    + "kind.canary = lambda self: None\nsys.modules['gpu_utils.checks'].compare_values = lambda *a, **b: None",
    "numpy.testing replaced": WRONG + "import numpy.testing as t\nt.assert_allclose = lambda *a, **b: None",
}
"""Whole answer cells that change what judges them."""

ODD_BUT_HONEST = [
    "import matplotlib.pyplot as plt\nplt.plot([1])\ndef double(x): return 2 * x",
    "import warnings\nwarnings.simplefilter('ignore')\ndef double(x): return 2 * x",
    "import numpy as np\nnp.set_printoptions(precision=3)\nnp.seterr(all='ignore')\ndef double(x): return 2 * x",
    "def double(x):\n    import logging, warnings\n    logging.captureWarnings(True)\n    return x + x",
    "%config InlineBackend.figure_format = 'svg'\ndef double(x): return 2 * x",
    "from numpy import *\ndef double(x): return multiply(2, x)",
    "sum = 0\nlist = [1]\ndef double(x): return 2 * x",
    "import functools\ndouble = functools.lru_cache(lambda x: 2 * x)",
    "get_ipython().run_line_magic('timeit', '-n1 -r1 1 + 1')\ndef double(x): return 2 * x",
]
