"""``python -m course build``: the notebooks that come out of a source, and what it says about a broken one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from authoring_demo import DARKEN, SLUG, SOURCE, Demo

ROOT = Path(__file__).parents[2]


def read(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


def cells(path: Path) -> dict[str, nbformat.NotebookNode]:
    return {cell.id: cell for cell in read(path).cells}


@pytest.fixture
def built(demo: Demo) -> Demo:
    assert demo.run("build") == 0
    return demo


def test_two_builds_are_byte_identical(built):
    before = built.solution.read_bytes(), built.release.read_bytes()
    built.solution.unlink()
    built.release.unlink()
    assert built.run("build", SLUG) == 0
    assert (built.solution.read_bytes(), built.release.read_bytes()) == before


def test_a_second_build_writes_nothing(built, capsys):
    capsys.readouterr()
    assert built.run("build") == 0
    assert capsys.readouterr().out == ""


def test_notebooks_are_format_4_5_and_hold_nothing_of_the_machine(built):
    for path in (built.solution, built.release):
        text = path.read_text()
        raw = json.loads(text)
        assert (raw["nbformat"], raw["nbformat_minor"]) == (4, 5)
        assert raw["metadata"]["language_info"] == {"name": "python"}
        assert raw["metadata"]["kernelspec"]["name"] == "python3"
        assert text.endswith("}\n") and "\r" not in text
        assert json.dumps(raw, sort_keys=True) == json.dumps(raw), "keys come in order"
        assert all(not cell.get("outputs") for cell in raw["cells"])


def test_ids_are_the_grade_id_or_slug_and_ordinal(built):
    assert list(cells(built.release)) == [
        "01-demo-1",
        "setup",
        "01-demo-3",
        "01-demo-4",
        "darken",
        "darken-basic",
        "darken-full",
        "twice",
        "twice-basic",
        "twice-full",
        "given-speedup",
        "01-demo-12",
        "why-bandwidth",
    ]


@pytest.mark.parametrize(
    ("cell_id", "grade", "solution", "locked", "points"),
    [
        ("setup", False, False, True, None),
        ("darken", False, True, False, None),
        ("darken-basic", True, False, True, 1),
        ("darken-full", True, False, True, 2),
        ("given-speedup", False, False, True, None),
        ("why-bandwidth", True, True, False, 3),
    ],
)
def test_markers_become_nbgraders_metadata(built, cell_id, grade, solution, locked, points):
    for path in (built.solution, built.release):
        metadata = cells(path)[cell_id].metadata
        found = metadata.nbgrader
        assert (found.grade, found.solution, found.locked, found.task) == (grade, solution, locked, False)
        assert found.get("points") == points
        assert (found.grade_id, found.schema_version) == (cell_id, 3)
    assert metadata.deletable is False, "the release locks it"
    assert metadata.get("editable", True) is solution


def test_tier_needs_and_tags_stay_in_the_release(built):
    released = cells(built.release)
    expected = {"role": "test", "question": "twice", "tier": "stretch", "needs": ["darken"], "hidden": True}
    assert released["twice-full"].metadata.pixels == expected
    assert released["01-demo-12"].metadata.tags == ["experiment"]


def test_the_title_shows_badges_minutes_and_points(built):
    title = cells(built.release)["01-demo-1"].source
    assert "colab.research.google.com/github/someone/some-course/blob/main/labs/01_demo/01_demo.ipynb" in title
    assert "mybinder.org/v2/gh/someone/some-course/main?urlpath=lab/tree/labs/01_demo/01_demo.ipynb" in title
    assert "**About 20 minutes · 8 points** (core 6, stretch 2) · what hardware changes: a GPU changes nothing" in title


def test_the_setup_cell_installs_only_where_something_is_missing(built):
    text = cells(built.release)["setup"].source
    guard, install = text.index('find_spec("gpu_utils") is None:'), text.index("    %pip install")
    assert guard < install
    assert "git+https://github.com/someone/some-course" in text
    assert text.endswith('gpu_utils.begin("01_demo")')


def test_the_release_has_stubs_and_one_line_of_each_hidden_test(built):
    released = cells(built.release)
    assert released["darken"].source == (
        "def darken(image, factor):\n"
        '    """Multiply every pixel by factor, in [0, 1]; raise ValueError for any other."""\n'
        "    # YOUR CODE HERE\n"
        "    raise NotImplementedError()"
    )
    assert released["darken-full"].source == "# Other pictures, and a factor that has to be refused."
    assert released["why-bandwidth"].source == "YOUR ANSWER HERE"
    assert "### BEGIN HIDDEN TESTS" in cells(built.solution)["darken-full"].source


def test_check_is_quiet_when_all_is_in_step(built, capsys):
    shutil.rmtree(built.folder / "answers")
    capsys.readouterr()
    assert built.run("build", "--check") == 0
    assert capsys.readouterr() == ("", "")


def test_check_names_each_file_that_differs_and_writes_nothing(built, capsys):
    shutil.rmtree(built.folder / "answers")
    built.replace("halve every pixel", "halve each pixel")
    built.release.write_text(built.release.read_text().replace("A demo", "My demo"))
    before = built.release.read_bytes()
    assert built.run("build", "--check") == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"{path} differs from what its source gives: run `python -m course build 01_demo`."
        for path in ("solutions/01_demo/01_demo.ipynb", "labs/01_demo/01_demo.ipynb")
    ]
    assert built.release.read_bytes() == before


def test_check_names_missing_files_and_signatures(demo, capsys):
    demo.answer("darken", DARKEN)
    assert demo.run("build", "--check") == 1
    said = capsys.readouterr().err
    assert "labs/01_demo/01_demo.ipynb is missing" in said
    assert "signatures/01_demo.json is missing: run `python -m course answers 01_demo --write`" in said


def test_check_names_notebooks_that_no_source_gives(built, capsys):
    shutil.rmtree(built.folder / "answers")
    old = built.root / "labs" / "01_dome"
    shutil.copytree(built.release.parent, old)
    (old / "01_demo.ipynb").rename(old / "01_dome.ipynb")
    assert built.run("build", "--check") == 1
    assert capsys.readouterr().err == "labs/01_dome/01_dome.ipynb comes from no source: delete it.\n"


def test_a_broken_source_does_not_keep_the_other_labs_waiting(demo, capsys):
    broken = demo.root / "solutions" / "00_broken"
    broken.mkdir()
    (broken / "00_broken.py").write_text("# %% [markdown]\n# Not yet\n")
    assert demo.run("build") == 2
    assert demo.release.exists()
    said = capsys.readouterr().err
    assert said.startswith("course: solutions/00_broken/00_broken.py: the first cell") and said.count("\n") == 1


def test_empty_cells_are_left_out_and_lines_still_counted(demo, capsys):
    demo.replace("# %% [markdown]\n# The bus", "# %%\n\n# %% [markdown]\n# The bus")
    demo.replace('test="twice-basic"', 'test="thrice-basic"')
    assert demo.run("build") == 2
    line = demo.source.read_text().split("\n").index('# %% test="thrice-basic" points=1') + 1
    assert f"01_demo.py:{line}: test 'thrice-basic'" in capsys.readouterr().err


def test_a_lab_that_is_not_graded_says_so(demo):
    folder = demo.root / "solutions" / "warm_up"
    folder.mkdir()
    (folder / "warm_up.py").write_text(SOURCE[: SOURCE.index("# %% answer")])
    assert demo.run("build", "warm_up") == 0
    title = read(demo.root / "labs" / "warm_up" / "warm_up.ipynb").cells[0].source
    assert "**About 20 minutes · not graded** · what hardware changes: a GPU changes nothing" in title


def test_stock_nbgrader_gives_the_same_release(built):
    """`nbgrader generate_assignment` from course/, on a copy: byte for byte what our build wrote, and nothing else."""
    ours = built.release.read_bytes()
    shutil.rmtree(built.root / "labs")
    built.answer("darken", DARKEN)
    course = built.root / "course"
    course.mkdir()
    shutil.copy(ROOT / "course" / "nbgrader_config.py", course)
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic by its name
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", SLUG, "--force"]
    done = subprocess.run(
        command, cwd=course, env={**os.environ, "PATH": scripts}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert built.release.read_bytes() == ours
    assert [path.name for path in built.release.parent.iterdir()] == [built.release.name]


BROKEN = [
    ('answer="darken"', 'anwser="darken"', ":18: there is no marker 'anwser'; did you mean 'answer'?"),
    ('test="darken-basic" points=1', 'test="darken-basic"', ":27: say what the cell is worth"),
    ('test="darken-basic" points=1', 'test="darken-basic" points="many"', ":27: say what the cell is worth"),
    ('test="twice-basic"', 'test="thrice-basic"', "test 'thrice-basic' has no answer cell 'thrice'"),
    (
        'test="twice-basic"',
        'test="darken-basic"',
        "the name 'darken-basic' is taken by solutions/01_demo/01_demo.py:27",
    ),
    ('needs="darken"', 'needs="lighten"', "'twice' needs 'lighten', which no earlier cell answers"),
    ('tier="stretch"', 'tier="bonus"', 'tier is "core" or "stretch", not \'bonus\''),
    ("    ### BEGIN SOLUTION\n    return darken", "    return darken", "around the answer"),
    ("# %% setup=true", "# %% setup=true\nimport sys", "leave the setup cell empty"),
    ("title=true minutes=20", "minutes=20", "the first cell, and only it"),
    ("minutes=20", 'minutes="twenty"', "say how long an average learner needs"),
    (' hardware="a GPU changes nothing"', "", "say what hardware changes"),
    ("# {badges}", "#", "has {badges} once"),
    ("# Another factor.\n", "", "a hidden test starts with a comment"),
    ('given="speedup"', 'given="speed up"', "'speed up' can't name a cell"),
    ('given="speedup"', 'given="speedup" points=1', "points belong on tests and written answers"),
    ('[markdown] written="why', 'written="why', "written is for [markdown] cells"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), BROKEN)
def test_a_broken_source_is_named_in_one_sentence_with_its_line(demo, capsys, old, new, sentence):
    demo.replace(old, new)
    assert demo.run("build") == 2
    said = capsys.readouterr().err
    assert said.startswith("course: solutions/01_demo/01_demo.py") and said.count("\n") == 1
    assert sentence in said
    assert not demo.release.exists()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["bild"], "there is no verb 'bild'. Did you mean 'build'?"),
        (["build", "01_dmeo"], "Did you mean '01_demo'? Labs: 01_demo."),
        (["build", "01"], "Did you mean '01_demo'?"),
        (["lint", "warm_up"], "there is no lab 'warm_up'"),
        (["build", "../01_demo"], "there is no lab '../01_demo'"),
    ],
)
def test_a_wrong_command_gets_one_sentence_and_exit_2(demo, capsys, args, sentence):
    assert demo.run(args[0], *args[1:]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_a_folder_without_labs_is_named(demo, capsys):
    shutil.rmtree(demo.root / "solutions")
    assert demo.run("build") == 2
    assert f"there is no folder {demo.root / 'solutions'}" in capsys.readouterr().err
    (demo.root / "solutions").mkdir()
    assert demo.run("build") == 2
    assert "nothing to build" in capsys.readouterr().err


def test_a_repository_without_an_address_is_named(demo, capsys):
    (demo.root / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert demo.run("build") == 2
    assert "has no [project.urls].Repository" in capsys.readouterr().err


def test_no_verb_lists_the_verbs():
    done = subprocess.run([sys.executable, "-m", "course"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert all(f"  {verb} " in done.stdout for verb in ("build", "lint", "answers", "grade", "fill", "class"))
    assert done.stderr == ""
