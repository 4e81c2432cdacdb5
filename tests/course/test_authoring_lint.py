"""``python -m course lint``: each rule has an example that it lets pass and one that it catches."""

from __future__ import annotations

import json

import pytest
from authoring_demo import Demo

from course.authoring.code_rules import network_use, parse, unreadable_figures
from course.authoring.lint import lint
from course.authoring.prose_rules import dollars_as_formula, missing_alt_text, unlabelled_numbers
from course.project import Project


def findings(demo: Demo) -> list[str]:
    return [str(finding) for finding in lint(Project(demo.root).lab("01_demo"))]


@pytest.fixture
def built(demo: Demo) -> Demo:
    assert demo.run("build") == 0
    return demo


def test_a_good_lab_has_nothing_to_put_right(built, capsys):
    capsys.readouterr()
    assert built.run("lint") == 0
    assert capsys.readouterr() == ("", "")


def test_findings_name_file_cell_and_what_to_do(built, capsys):
    built.replace("each way (published)", "each way")
    assert built.run("lint") == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("solutions/01_demo/01_demo.py:15 [cell 4] '25 GB/s' doesn't say where it comes from: put")
    assert last == "1 to put right."


@pytest.mark.parametrize(
    "text",
    [
        "It took 12 ms (measured).",
        "**Published**: 25 GB/s.",
        "| what | published |\n|---|---|\n| bus | 25 GB/s |",
        "A frame lasts 40 ms. <!-- no-label: a definition, 1/25 s -->",
        "A patch of 8 x 8 pixels, three times over.",
        "Set `limit = 30 s` first.",
        "```\nwait 30 s\n```",
        "The rule is $2 \\times 3 s$ in all.",
        "In the 1990s, with 12 samples and 3 Watteau drawings, 20 GB of them.",
        "In 5 seeds, 3 steps, 640 x 480, 16 GB.",
        "See [the table](https://example.org/20x/30s).",
    ],
)
def test_prose_without_claims_or_with_their_label_passes(text):
    assert list(unlabelled_numbers(text)) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("It took 12 ms.", "12 ms"),
        ("The card reaches 19.5 TFLOPS today.", "19.5 TFLOPS"),
        ("It draws 250 W.", "250 W"),
        ("A phone shows 60 frames per second.", "60 frames per second"),
        ("The claim was $1M instead of $11M.", "$1"),
        ("A box costs $199,000 or more.", "$199,000"),
        ("Twenty of them for \\$1M.", "\\$1"),
        ("The A100 is 20x better.", "20x"),
        ("A slice is seven times faster.", "seven times faster"),
        ("A slice is 3.5 times as fast.", "3.5 times as fast"),
        ("Measured: much.\n\nIt took 12 µs.", "12 µs"),
        ("| what | rate |\n|---|---|\n| bus | 25 GB/s |", "25 GB/s"),
        ("It took 12 ms. <!-- no-label: -->", "12 ms"),
    ],
)
def test_a_claim_without_its_label_is_caught(text, claim):
    (sentence,) = unlabelled_numbers(text)
    assert sentence.startswith(f"'{claim}' doesn't say where it comes from")


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("![a dark photograph of an astronaut](a.png)", 0),
        ("![](a.png)", 1),
        ("![image](a.png)", 1),
        ('<img src="a.png" alt="a roofline with three dots">', 0),
        ('<img src="a.png">', 1),
        ('<svg role="img" aria-label="two layers"></svg>', 0),
    ],
)
def test_pictures_in_prose_need_alt_text(text, caught):
    assert len(list(missing_alt_text(text))) == caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        (r"a box at \$199,000 and a node at \$32.77 an hour", 1),
        ("a box at $199,000 and another at $399,000", 1),
        ("a box at 199,000 dollars", 0),
        (r"one price only: \$5", 0),
        ("$2 m n k$ operations, with $m = 3$", 0),
        (r"in code: `\$1 \$2`", 0),
    ],
)
def test_two_prices_are_no_formula(text, caught):
    assert len(list(dollars_as_formula(text))) == caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("x = 1", 0),
        ("fig, ax = plt.subplots()\nplotting.show(fig, alt='a line that rises')", 0),
        ("fig, ax = plt.subplots()\nax.plot(x)", 1),
        ("plt.plot(x)\nplt.show()", 2),
        ("gpu_utils.plotting.show(fig, alt='')", 1),
        ("from gpu_utils.plotting import show\nshow(fig)", 1),
        ("from gpu_utils.plotting import show\nshow(fig, alt=words)", 0),
        ("plotting.show(fig)", 1),
    ],
)
def test_figures_in_code_need_alt_text(text, caught):
    assert len(list(unreadable_figures(parse(text)))) == caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("import numpy as np", 0),
        ("source = 'https://example.org'", 0),
        ("from urllib.parse import quote", 0),
        ("import urllib.request", 1),
        ("from http.client import HTTPConnection", 1),
        ("import requests", 1),
        ("!wget example.org", 1),
        ("%pip install torch", 1),
        ("data = fetch_openml('mnist')", 1),
        ("data = MNIST('.', download=True)", 1),
        ("data = MNIST('.', download=False)", 0),
    ],
)
def test_code_asks_nothing_of_the_network(text, caught):
    assert len(list(network_use(text, parse(text)))) == caught


LAB = [
    ("minutes=20", "minutes=111", "111 minutes; a lab has at most 110"),
    (
        'test="darken-full" points=2 hidden=true\n# Other pictures, and a factor that has to be refused.\n'
        'with check("darken", points=2)',
        'test="darken-full" points=15 hidden=true\n# Other pictures.\nwith check("darken", points=15)',
        "21 points; a lab has at most 20",
    ),
    ('test="twice-full"', 'test="twice-more"', "has no test 'twice-full': write it, or say tests=\"basic\""),
    ("points=2 hidden=true", "points=2", "the -basic test is visible and the -full test is hidden"),
    ('hundredth")\nc.score', 'hundredth")\nprint(c.score)', "its last line has to be `c.score`"),
    ('test="darken-basic" points=1', 'test="darken-basic" points=3', "the marker says 3 points, its check 1"),
    ('with check("twice", points=1) as c:\n    c.call(twice, np.ones((2, 2)), 0.1)',
     'with check("darken", points=1) as c:\n    c.call(twice, np.ones((2, 2)), 0.1)',
     'its check has another name: write check("twice", ...)'),
    ("speedup(2.0, 1.0)", "speedup(2.0, 1.0", "isn't Python"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), LAB)
def test_what_a_lab_may_not_be_is_caught(demo, old, new, sentence):
    demo.replace(old, new)
    demo.run("build")
    (finding,) = findings(demo)
    assert sentence in finding


def test_the_lecture_page_follows_the_same_rules(built):
    page = built.root / "course" / "lessons" / "01_demo.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Demo\n\nA bus carries 25 GB/s (published).\n\n![](bus.png)\n")
    (finding,) = findings(built)
    assert finding.startswith("course/lessons/01_demo.md [lesson] a picture has no alt text")


def test_more_than_six_core_questions_are_too_many(demo):
    question = (
        '\n# %% answer="q{0}" tests="none"\ndef q{0}():\n    ### BEGIN SOLUTION\n    return {0}\n    ### END SOLUTION\n'
    )
    demo.source.write_text(demo.source.read_text() + "".join(question.format(i) for i in range(6)))
    demo.run("build")
    (finding,) = findings(demo)
    assert "7 core questions; a lab has at most 6" in finding


def test_notebooks_that_were_run_or_edited_by_hand_are_caught(built):
    notebook = json.loads(built.release.read_text())
    notebook["cells"][2]["execution_count"] = 4
    notebook["cells"][3]["id"] = "darken"
    built.release.write_text(json.dumps(notebook))
    first, second = findings(built)
    assert "labs/01_demo/01_demo.ipynb [darken] 2 cells have this id" in first
    assert "[01-demo-3] holds an output" in second


def test_a_large_or_broken_or_missing_notebook_is_caught(built):
    built.solution.write_text(built.solution.read_text() + " " * 210_000)
    built.release.write_text("{")
    assert ["at most 200" in findings(built)[0], "isn't a valid notebook" in findings(built)[1]] == [True, True]
    built.release.unlink()
    assert "isn't there: run `python -m course build 01_demo`" in findings(built)[1]


def edit(demo: Demo, cell_id: str, text: str) -> None:
    notebook = json.loads(demo.release.read_text())
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == cell_id]
    cell["source"] = text
    demo.release.write_text(json.dumps(notebook))


@pytest.mark.parametrize(
    ("cell_id", "text", "sentence"),
    [
        ("darken", "def darken(image, factor):\n    return image * factor", "holds lines of its solution"),
        ("01-demo-3", "def twice(image, factor):\n    return darken(darken(image, factor), factor)", "gives the whole"),
        ("darken-full", "picture = c.rng.random((3, 4))", "shows a line of the hidden test"),
        ("darken-full", "### BEGIN HIDDEN TESTS", "marks are left in it"),
        (
            "01-demo-3",
            '    c.call(darken, picture, 1.5).raises(ValueError, "a factor over 1 would brighten")',
            "shows a line of the hidden test 'darken-full'",
        ),
        (
            "why-bandwidth",
            "Because the pixels have to come from memory, and that is what takes the time.",
            "holds the model answer of 'why-bandwidth'",
        ),
    ],
)
def test_a_release_that_gives_something_away_is_caught(built, cell_id, text, sentence):
    edit(built, cell_id, text)
    assert any(sentence in finding for finding in findings(built))
