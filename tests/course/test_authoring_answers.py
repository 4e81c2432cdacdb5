"""``python -m course answers``: tests that tell right from wrong pass, and tests that don't are named."""

from __future__ import annotations

import argparse
import json

import pytest
from authoring_demo import DARKEN, SLUG, TWICE, Demo, in_process

from course.__main__ import run
from course.authoring import answers
from course.project import CourseError


def examine(demo: Demo, write: bool = False, question: str | None = None) -> int:
    args = argparse.Namespace(root=demo.root, labs=[SLUG], write=write, question=question, jobs=1)
    return answers.main(args, in_process)


@pytest.fixture
def answered(demo: Demo) -> Demo:
    demo.answer("darken", DARKEN)
    demo.answer("twice", TWICE)
    return demo


def test_good_tests_pass_and_the_matrix_can_be_read(answered, capsys):
    assert examine(answered) == 0
    rows = [line.rsplit(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert ["solved", "●", "●"] in rows
    assert ["untouched", "○", "○"] in rows
    assert ["darken right: with where", "●", "●"] in rows
    assert ["twice wrong: darkens once", "●", "○"] in rows


def test_a_wrong_answer_may_change_only_questions_that_need_it(answered, capsys):
    answered.replace(' needs="darken"', "")
    assert examine(answered) == 1
    said = capsys.readouterr().err
    assert "changes 'twice' from 2 to" in said
    assert 'say needs="darken" there' in said


def test_a_wrong_answer_with_full_marks_is_named_with_its_line(answered, capsys):
    wrong = '\n# %% wrong="adds nothing"\ndef twice(image, factor):\n    return image * factor * factor + 0\n'
    answered.answer("twice", TWICE + wrong)
    line = (TWICE + wrong).split("\n").index('# %% wrong="adds nothing"') + 1
    assert examine(answered) == 1
    assert f"twice.py:{line}: 'adds nothing' is wrong but earns all 2 points" in capsys.readouterr().err


def test_a_right_answer_without_full_marks_is_named_with_the_reason(answered, capsys):
    answered.replace("c.call(darken, picture, 1.5)", "c.call(darken, picture, 1.0)")
    assert examine(answered) == 1
    said = capsys.readouterr().err
    assert "the solution earns" in said
    assert "'the plain way' is right but earns" in said
    assert '"a factor over 1 would brighten" (no ValueError was raised' in said


def test_a_hidden_expectation_that_nothing_fails_is_named(answered, capsys):
    answered.replace(
        '"a factor over 1 would brighten")\nc.score',
        '"a factor over 1 would brighten")\n    c.that(True, "the sky is above")\nc.score',
    )
    assert examine(answered) == 1
    assert "no wrong answer fails expectation 2 of 'darken-full' (\"the sky is above\")" in capsys.readouterr().err


def test_an_untouched_lab_that_earns_points_is_named(answered, capsys):
    answered.replace('np.full((2, 2), 0.25), "half of a half', 'np.full((2, 2), 0.25), "half of a half')
    answered.replace(
        'with check("twice", points=1) as c:\n    c.call(twice, np.ones((2, 2)), 0.5)',
        'with check("twice", points=1) as c:\n    c.that(True, "free")\n    c.call(twice, np.ones((2, 2)), 0.5)',
    )
    assert examine(answered) == 1
    assert "the untouched lab earns" in capsys.readouterr().err


def test_a_solution_that_does_not_run_is_said_first_and_alone(answered, capsys):
    answered.replace("import numpy as np\n", "import numpy as np\nimport nowhere\n")
    assert run(["answers", "--root", str(answered.root), SLUG]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("01_demo: in the solution, cell '01-demo-3' ends in ModuleNotFoundError: No module")


def test_the_real_pipeline_gives_the_same_matrix(answered, capsys):
    assert examine(answered) == 0
    expected = capsys.readouterr().out
    assert run(["answers", "--root", str(answered.root), SLUG, "--jobs", "2"]) == 0
    assert capsys.readouterr().out == expected


def test_too_few_answers_are_counted(answered, capsys):
    answered.answer("twice", TWICE[: TWICE.index('# %% wrong="halves')])
    assert examine(answered) == 1
    assert "answers/twice.py has 2 wrong answers; write at least 4" in capsys.readouterr().err


def test_write_stores_names_and_hints_of_visible_failures_and_never_code(answered):
    assert examine(answered, write=True) == 0
    text = answered.signatures.read_text()
    stored = json.loads(text)["questions"]["darken"]
    assert list(stored) == ["darken-basic"]
    entry = {entry["name"]: entry for entry in stored["darken-basic"]}["subtracts instead of multiplying"]
    assert len(entry.pop("fingerprint")) == 10
    assert entry == {
        "failed": ["0:value"],
        "n": 2,
        "name": "subtracts instead of multiplying",
        "hint": "Darkening keeps black black.",
    }
    assert "takes any factor" not in text, "it passes the visible test, so it leaves no signature there"
    assert "image" not in text
    assert examine(answered, write=True) == 0
    assert answered.signatures.read_text() == text


def test_write_stores_hidden_failures_too_but_beside_the_answers_only(answered):
    assert examine(answered, write=True) == 0
    text = (answered.folder / "answers" / "signatures.json").read_text()
    entries = {entry["name"]: entry for entry in json.loads(text)["questions"]["darken"]}
    assert set(entries["takes any factor"]["tests"]) == {"darken-basic", "darken-full"}
    assert entries["takes any factor"]["tests"]["darken-basic"]["failed"] == []
    assert entries["takes any factor"]["tests"]["darken-full"]["failed"] != []
    assert "image" not in text
    assert not list(answered.root.glob("labs/**/signatures.json"))


def test_build_check_names_full_signatures_that_are_missing_or_old(answered, capsys):
    assert examine(answered, write=True) == 0
    assert answered.run("build") == 0
    assert answered.run("build", "--check") == 0
    stored = answered.folder / "answers" / "signatures.json"
    stored.write_text(stored.read_text().replace('"origin_sha256": "', '"origin_sha256": "0'))
    assert answered.run("build", "--check") == 1
    assert "answers/signatures.json is older than the lab's code or its answers" in capsys.readouterr().err
    stored.unlink()
    assert answered.run("build", "--check") == 1
    assert "answers/signatures.json is missing" in capsys.readouterr().err


def test_write_refuses_while_something_is_wrong(answered, capsys):
    answered.answer("twice", TWICE[: TWICE.index('# %% wrong="halves')])
    assert examine(answered, write=True) == 1
    assert not answered.signatures.exists()
    assert "was left as it is" in capsys.readouterr().err


def test_build_check_asks_for_new_signatures_when_code_or_answers_change_but_not_for_prose(answered, capsys):
    assert examine(answered, write=True) == 0
    assert answered.run("build") == 0
    assert answered.run("build", "--check") == 0
    answered.replace("# The bus carries", "# A bus carries")
    answered.run("build")
    assert answered.run("build", "--check") == 0
    answered.answer("twice", TWICE + "\n")
    assert answered.run("build", "--check") == 1
    assert "is older than the lab's code or its answers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('# %% rigth="x"\npass\n', "there is no marker 'rigth'"),
        ('# %% right="x"\nreturn (\n', "isn't Python"),
        ('# %% right="a" wrong="b"\npass\n', "neither right nor wrong"),
        ('# %% right=""\npass\n', "say why, in a line"),
    ],
)
def test_a_broken_answers_file_is_named_with_its_line(answered, text, sentence):
    answered.answer("twice", text)
    with pytest.raises(CourseError, match=r"answers/twice\.py:1") as caught:
        examine(answered)
    assert sentence in str(caught.value)


def test_answers_to_a_question_that_does_not_exist_are_named(answered):
    answered.answer("darkne", DARKEN)
    with pytest.raises(CourseError, match=r"no question 'darkne'\. Did you mean 'darken'"):
        examine(answered)


def test_one_question_can_be_graded_alone_while_it_is_written(demo, capsys):
    demo.answer("twice", TWICE)
    assert examine(demo, question="twice") == 0
    assert "twice wrong: darkens once" in capsys.readouterr().out
    with pytest.raises(CourseError, match="no question 'thrice'; it has darken, twice"):
        examine(demo, question="thrice")
    with pytest.raises(CourseError, match="leave out --question"):
        examine(demo, question="twice", write=True)


def test_a_lab_without_points_is_passed_over(demo, capsys):
    text = demo.source.read_text()
    for points in (1, 2, 3):
        text = text.replace(f"points={points}", "points=0")
    demo.source.write_text(text)
    assert examine(demo) == 0
    assert capsys.readouterr() == ("01_demo: nothing is graded here.\n", "")
