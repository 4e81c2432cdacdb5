"""How a check is shown: HTML that says in words what its marks mean, one display, the learner's own line."""

from __future__ import annotations

import json
import subprocess
import sys

from gpu_utils.checks import check
from gpu_utils.verdict import BUNDLE, passed


def test_html_says_in_words_what_the_marks_show_and_escapes_what_students_write():
    with check("halve", points=2) as c:
        c.call(lambda x: "<script>alert(1)</script>", 9).equal(4, "half of nine, rounded down")
    page = c.verdict.html()
    assert "<caption" in page
    assert "aria-label='fails'" in page
    assert "<script>" not in page


def test_in_a_notebook_one_display_carries_text_html_and_the_bundle():
    code = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
import json
shell = InteractiveShell.instance()
with capture_output() as seen:
    done = shell.run_cell('''
from gpu_utils import check
with check("halve", points=2) as c:
    c.call(lambda x: x // 2, 9).equal(4, "half of nine, rounded down")
c.score
''')
print(json.dumps([seen.outputs[0].data, repr(done.result)]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    display, score = json.loads(done.stdout.splitlines()[-1])
    assert set(display) == {"text/plain", "text/html", BUNDLE}
    bundle = display[BUNDLE]
    assert bundle["check"] == "halve"
    assert (bundle["points"], bundle["score"], bundle["status"], bundle["failed"]) == (2.0, 2.0, "passed", [])
    assert score == "2.0"


def test_a_traceback_points_at_the_learners_own_line():
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell('''def f(x):
    y = x + 1
    return y.missing''')
shell.run_cell('''from gpu_utils import check
with check("f") as c:
    c.call(f, 1).equal(2, "two")
''')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "in line 3 of your cell: `return y.missing`" in done.stdout


def test_a_line_of_the_checks_own_cell_is_not_called_the_learners():
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell('f = len')
shell.run_cell('''from gpu_utils import check
with check("f") as c:
    c.call(lambda x: f(x), 1).equal(2, "two")
''')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "it raised TypeError: object of type 'int' has no len()" in done.stdout
    assert "of your cell" not in done.stdout


def test_the_last_check_of_a_name_decides_whether_it_passed():
    assert not passed("sums")
    for result, held in ((4, True), (5, False), (4, True)):
        with check("sums") as c:
            c.call(lambda result=result: result).equal(4, "two and two")
        assert passed("sums") is held
