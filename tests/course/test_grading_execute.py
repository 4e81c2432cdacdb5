"""A cell that misbehaves loses its own points; the rest of the notebook is graded, and nothing outlives it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from grading_attacks import DEATHS
from grading_demo import BRISK, SETUP, alive, answered, basic, cell, content, make_lab

from course.grading import wire
from course.grading.execute import ForkServer, _Run
from course.grading.preflight import transplant


def run(server, lab, limits=BRISK, **answers):
    prepared = transplant(content(answered(lab, **answers)), lab)
    return server.run(prepared.cells, lab_folder=lab.folder, seed="seed", limits=limits)


def wait_for(condition, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def test_the_solved_lab_gets_every_point(server, graded_lab):
    execution = run(server, graded_lab)
    assert {o.grade_id: (o.score, o.status) for o in execution.outcomes.values()} == {
        "double-basic": (1.0, "passed"),
        "double-full": (2.0, "passed"),
        "triple-basic": (1.0, "passed"),
    }
    assert execution.deaths == []
    assert execution.peak_bytes > 0


def test_a_check_is_passed_on_with_its_sentences(server, graded_lab):
    outcome = run(server, graded_lab, double="def double(x):\n    return x + 2").outcomes["double-full"]
    assert (outcome.score, outcome.status) == (0.0, "failed")
    assert [e["sentence"] for e in outcome.check["expectations"]] == ["the secret number", "another secret"]


def test_the_stub_is_not_attempted(server, graded_lab):
    execution = run(server, graded_lab, double="def double(x):\n    raise NotImplementedError()")
    assert execution.outcomes["double-basic"].status == "not_attempted"
    assert execution.outcomes["triple-basic"].status == "passed"


@pytest.mark.parametrize("way", DEATHS)
def test_only_the_question_that_misbehaves_loses_points(server, graded_lab, way):
    body, status = DEATHS[way]
    execution = run(server, graded_lab, double=f"def double(x):\n    {body}")
    outcomes = execution.outcomes
    assert outcomes["double-basic"].score == outcomes["double-full"].score == 0.0
    assert outcomes["double-basic"].status == status
    assert (outcomes["triple-basic"].score, outcomes["triple-basic"].status) == (1.0, "passed")
    assert [d.kind for d in execution.deaths] == ([] if status == "failed" else [status, status])


def test_an_answer_cell_that_dies_takes_only_its_own_tests_along(server, graded_lab):
    execution = run(server, graded_lab, double="def double(x):\n    return 2 * x\nos._exit(3)")
    assert execution.outcomes["double-basic"].status == "crashed"
    assert "exit code 3" in execution.outcomes["double-basic"].error
    assert execution.outcomes["triple-basic"].status == "passed"


def test_set_up_is_replayed_after_a_death(server, graded_lab):
    """The factor that double needs comes from the set-up cell, which ran in the process that died."""
    before = answered(graded_lab, triple="def triple(x):\n    os._exit(1)")
    order = [c for c in before.cells if c.id not in ("double-basic", "double-full")]
    late = [c for c in before.cells if c.id in ("double-basic", "double-full")]
    prepared = transplant(content(before), graded_lab)
    by_id = {c["id"]: c for c in prepared.cells}
    cells = [by_id[c.id] for c in [*order, *late]]
    outcomes = server.run(cells, lab_folder=graded_lab.folder, seed="s", limits=BRISK).outcomes
    assert outcomes["triple-basic"].status == "crashed"
    assert outcomes["double-full"].status == "passed"


def test_a_free_cell_that_raises_stops_nothing(server, tmp_path):
    lab = make_lab(tmp_path, [cell(SETUP, "setup"), cell("1 / 0"), cell("1.0", "q", points=1)])
    assert server.run(lab.cells, lab_folder=lab.folder, seed="s").outcomes["q"].status == "passed"


def test_warnings_and_stderr_decide_nothing(server, graded_lab):
    noisy = (
        "import warnings\ndef double(x):\n    warnings.warn('slow')\n    print('!', file=sys.stderr)\n    return 2 * x"
    )
    assert run(server, graded_lab, double=noisy).outcomes["double-full"].score == 2.0


def test_experiments_are_skipped(server, tmp_path):
    experiment = cell("seen = True")
    experiment.metadata["tags"] = ["experiment"]
    lab = make_lab(tmp_path, [cell("seen = False"), experiment, cell("float(not seen)", "q", points=1)])
    assert server.run(lab.cells, lab_folder=lab.folder, seed="s").outcomes["q"].status == "passed"


def test_a_flood_of_output_is_cut_off(server, tmp_path):
    flood = "for _ in range(200_000):\n    print('x' * 100)\nos.system('yes | head -c 10000000')"
    lab = make_lab(tmp_path, [cell("import os"), cell(flood), cell("1.0", "q", points=1)])
    execution = server.run(lab.cells, lab_folder=lab.folder, seed="s")
    assert execution.outcomes["q"].status == "passed"
    assert len(str(execution.outputs)) < 200_000
    assert "output cut off here" in str(execution.outputs)


def test_nothing_outlives_a_submission(server, graded_lab):
    """Neither a child, nor one that left its group and lost its parent, nor a copy of the shell itself."""
    lines = [
        "subprocess.Popen(['sleep', '4711.1'])",
        "subprocess.Popen(['sh', '-c', '(setsid sleep 4711.2 &)'], start_new_session=True)",
        "if os.fork() == 0 and os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['sleep', '4711.3'])",
        "def double(x):\n    return 2 * x",
    ]
    execution = run(server, graded_lab, double="\n".join(lines))
    assert execution.outcomes["triple-basic"].status == "passed"
    assert alive("4711.") == []


def test_a_copy_of_the_process_does_not_report(server, graded_lab):
    execution = run(server, graded_lab, double="pid = os.fork()\ndef double(x):\n    return 2 * x if pid else 0")
    assert execution.outcomes["double-basic"].score == 1.0


def test_a_submission_has_its_own_folder_with_the_data(server, tmp_path):
    code = "from pathlib import Path\nimport os, tempfile\nhere = Path.cwd()"
    test = (
        "float((here / 'numbers.csv').read_text() == '1,2,3\\n' and not list(here.glob('*.ipynb'))"
        " and tempfile.gettempdir().startswith(os.environ['HOME']))"
    )
    lab = make_lab(tmp_path, [cell(code), cell(test, "q", points=1)])
    execution = server.run(lab.cells, lab_folder=lab.folder, seed="s")
    assert execution.outcomes["q"].status == "passed"


def test_the_seed_decides_the_inputs(server, tmp_path):
    draw = 'with check("q", points=1) as c:\n    print(c.rng.random())\n    c.that(True, "drawn")\nc.score'
    lab = make_lab(tmp_path, [cell(SETUP, "setup"), cell(draw, "q", points=1)])
    printed = [str(server.run(lab.cells, lab_folder=lab.folder, seed=s).outputs[1]) for s in ("a", "a", "b")]
    assert printed[0] == printed[1] != printed[2]


def test_the_whole_notebook_has_a_limit(server, tmp_path):
    cells = [cell(f"import time; time.sleep(1.5); {i}.0", f"q{i}", points=5) for i in range(4)]
    lab = make_lab(tmp_path, cells)
    limits = BRISK.__class__(cell_seconds=2, notebook_seconds=4)
    began = time.monotonic()
    execution = server.run(lab.cells, lab_folder=lab.folder, seed="s", limits=limits)
    assert time.monotonic() - began < 8
    assert execution.outcomes["q1"].score == 1.0
    assert execution.outcomes["q3"].status == "timed_out"
    assert execution.notes


def test_a_dead_server_is_started_again(server, tmp_path):
    lab = make_lab(tmp_path, [cell(SETUP, "setup"), cell(basic("abs", -1, 1), "q", points=1)])
    server.ready()
    os.kill(server._process.pid, 9)
    time.sleep(0.2)
    assert server.run(lab.cells, lab_folder=lab.folder, seed="s").outcomes["q"].status == "passed"


def test_a_grader_that_goes_away_leaves_nobody_behind(graded_lab):
    """Closed before, during or after the answer that starts a stray process: the supervisor cleans up."""
    stray = "subprocess.Popen(['sleep', '4712.5'], start_new_session=True)"
    answer = f"def double(x):\n    return 2 * x\n{stray}\ntime.sleep(1)"
    prepared = transplant(content(answered(graded_lab, double=answer)), graded_lab)
    for patience in (0.0, 0.5, 1.0):
        with ForkServer() as own:
            own.ready()
            job = _Run(prepared.cells, graded_lab.folder, BRISK, "s", own)._job(60)
            connection = own._connect()
            connection.sendall(wire.pack(job))
            time.sleep(patience)
            connection.close()
        time.sleep(1.5)  # long enough for a child that went on to have started it
        assert wait_for(lambda: alive("4712.5") == []), f"closed after {patience} s"


def test_the_lab_may_be_named_from_where_one_stands(server, graded_lab, monkeypatch):
    monkeypatch.chdir(graded_lab.folder.parent)
    outcomes = server.run(graded_lab.cells, lab_folder=Path(graded_lab.folder.name), seed="s").outcomes
    assert outcomes["triple-basic"].status == "passed"
