"""In the sandbox there is nothing but the lab's data; without bubblewrap grading works, and says so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading_demo import BRISK, SLUG, answered, cell, content, hand_in, make_lab
from test_grading_execute import alive, wait_for

from course.grading import sandbox
from course.grading.command import grade_class, summary
from course.grading.execute import ForkServer, Limits
from course.grading.preflight import transplant

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def boxed():
    """A server in the sandbox; where there is no bubblewrap these tests have nothing to prove."""
    with ForkServer() as running:
        running.ready()
        if running.level == "none":
            pytest.skip("bubblewrap is missing or refused on this machine")
        yield running


def run(server, folder, *cells, limits=BRISK):
    """Run code cells and give what they printed; cells may use os, Path and socket."""
    made = [
        cell("import os, socket, sys, time\nfrom pathlib import Path"),
        *map(cell, cells),
        cell("1.0", "q", points=1),
    ]
    lab = make_lab(folder, made)
    execution = server.run(lab.cells, lab_folder=lab.folder, seed="s", limits=limits)
    printed = [
        "".join(str(o.get("text") or o.get("evalue") or "") for o in execution.outputs[i]).strip()
        for i in range(1, len(cells) + 1)
    ]
    return printed, execution


def test_only_what_a_submission_needs_is_there(boxed, tmp_path):
    hand_in(tmp_path / "submitted", "classmate", b"{}")
    (tmp_path / "gradebook.db").write_text("marks")
    absent = [tmp_path, Path.home() / ".ssh", REPOSITORY / "solutions", REPOSITORY / "course" / "instructors"]
    absent += [REPOSITORY / ".git", REPOSITORY / "tests", Path("/etc/shadow"), Path("/home")]
    tried = f"print([p for p in {list(map(str, absent))} if os.path.exists(p)], os.path.exists('numbers.csv'))"
    # A checkout below /tmp stays in sight there, as far as it is mounted.
    checkout = {Path(p).parts[2] for p in (REPOSITORY, sys.prefix) if Path(p).is_relative_to("/tmp")}
    alone = f"set(os.listdir('/tmp')) - {checkout or set()} == {{Path.home().name}}"
    found, _ = run(boxed, tmp_path, tried, f"print(sorted(os.listdir('..')), {alone})")
    assert found == ["[] True", "['tmp', 'work'] True"]


def test_the_grader_s_environment_stays_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("CANVAS_API_TOKEN", "secret")
    with ForkServer() as own:
        found, _ = run(own, tmp_path, "print(os.environ.get('CANVAS_API_TOKEN'), 'PATH' in os.environ)")
    assert found == ["None True"]


def test_there_is_no_network_but_a_loopback_of_ones_own(boxed, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        own = (
            "with socket.create_server(('127.0.0.1', 0)) as here:\n"
            "    socket.create_connection(here.getsockname(), 1).close()\n    print('reached')"
        )
        refused = f"socket.create_connection(('127.0.0.1', {port}), 1)"
        found, _ = run(boxed, tmp_path, refused, "socket.create_connection(('192.0.2.1', 80), 1)", own)
    assert "refused" in found[0]
    assert "unreachable" in found[1]
    if boxed.level == "own":
        assert found[2] == "reached"


def test_nothing_but_its_own_folders_can_be_written(boxed, tmp_path):
    places = ["/", "/usr", "/lab-data", "/dev", str(REPOSITORY / "gpu_utils"), sys.prefix, "/tmp", "."]
    code = (
        f"for place in {places}:\n    try:\n        Path(place, 'mine').write_text('x'); print(place)\n"
        "    except OSError:\n        pass"
    )
    found, _ = run(boxed, tmp_path, code)
    assert found[0].split() == ["/tmp", "."]


def test_nobody_else_can_be_seen_or_signalled(boxed, tmp_path):
    if boxed.level != "own":
        pytest.skip("this kernel grants no namespaces inside the sandbox")
    find = (
        "print(len([p for p in os.listdir('/proc') if p.isdigit()]) <= 2, len(open('/proc/self/status').read()) > 99)"
    )
    found, execution = run(boxed, tmp_path, find, "print(os.getppid())", "os.kill(1, 9)\nprint('still here')")
    assert found == ["True True", "1", "still here"]
    assert execution.outcomes["q"].score == 1.0


def test_rights_do_not_come_back(boxed, tmp_path):
    code = (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "place = b'/.whole-proc'\n"
        "print(libc.umount2(place, 2), libc.umount2(b'/proc', 2), libc.mount(b'x', b'/tmp', b'tmpfs', 0, b''))\n"
        "print(os.listdir('/.whole-proc') if os.path.exists('/.whole-proc') else [])"
    )
    found, _ = run(boxed, tmp_path, code)
    assert found[0].splitlines() == ["-1 -1 -1", "[]"]


def test_a_fork_bomb_costs_one_question(server, graded_lab):
    bomb = "def double(x):\n  while True:\n    try:\n      os.fork()\n    except OSError:\n      pass"
    prepared = transplant(content(answered(graded_lab, double=bomb)), graded_lab)
    began = time.monotonic()
    execution = server.run(prepared.cells, lab_folder=graded_lab.folder, seed="s", limits=BRISK)
    assert execution.outcomes["double-basic"].status in ("crashed", "timed_out")
    assert execution.outcomes["triple-basic"].score == 1.0
    assert time.monotonic() - began < 45


def test_a_disk_filler_costs_one_question(boxed, tmp_path):
    filler = (
        "def fill():\n    for i in range(10**6):\n        with open(f'/tmp/{i}', 'wb') as f:\n"
        "            f.write(bytes(10**6))\ntry:\n    fill()\nexcept OSError as e:\n    print(e.strerror)\n"
        "print(sum(p.stat().st_size for p in Path('/tmp').glob('[0-9]*')) < 10**8)"
    )
    limits = Limits(cell_seconds=20, notebook_seconds=60, file_bytes=20_000_000)
    found, execution = run(boxed, tmp_path, filler, limits=limits)
    assert found[0].splitlines() == ["No space left on device", "True"]
    assert execution.outcomes["q"].score == 1.0


def test_a_daemon_that_left_its_group_dies_with_its_world(boxed, graded_lab):
    stray = "subprocess.Popen('(setsid sleep 4713.7 &) & sleep 0.2', shell=True, start_new_session=True).wait()"
    prepared = transplant(
        content(answered(graded_lab, double=f"def double(x):\n    return 2 * x\n{stray}")), graded_lab
    )
    execution = boxed.run(prepared.cells, lab_folder=graded_lab.folder, seed="s", limits=BRISK)
    assert execution.outcomes["double-full"].score == 2.0
    assert wait_for(lambda: alive("4713.7") == [])


def test_a_folder_to_hide_is_hidden_even_inside_what_is_shown(tmp_path):
    if sandbox.choose(tmp_path).command == ():
        pytest.skip("bubblewrap is missing or refused on this machine")
    inside = Path(sys.prefix) / "secret-of-a-test"
    inside.mkdir()
    try:
        (inside / "answers").write_text("42")
        chosen = sandbox.choose(tmp_path, [inside])
        command = [*chosen.command, sys.executable, "-c", f"import os; print(os.listdir({str(inside)!r}))"]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, **chosen.options())
    finally:
        shutil.rmtree(inside)
    assert said.stdout.strip() == "[]"


@pytest.fixture
def without_bubblewrap(monkeypatch):
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *a, **k: None if name == "bwrap" else real(name, *a, **k))


def test_without_bubblewrap_it_works_and_says_that_it_is_not_isolation(without_bubblewrap, tmp_path):
    lab = make_lab(tmp_path)
    hand_in(tmp_path / "submitted", "ada", answered(lab))
    hand_in(tmp_path / "submitted", "ben", answered(lab, triple="def triple(x):\n    os._exit(1)"))
    done = grade_class(SLUG, tmp_path / "submitted", tmp_path / "out", tmp_path / "solutions", limits=BRISK)
    assert {g.student_id: g.machine_score(lab) for g in done.graded} == {"ada": 4.0, "ben": 3.0}
    assert any("NOT isolated" in line for line in summary(done))
    assert "NOT isolated" in done.report.read_text()


def test_in_the_sandbox_the_command_says_so(boxed, tmp_path):
    lab = make_lab(tmp_path)
    spy = "def triple(x):\n    return len(open('../../../../solutions/01_demo/01_demo.ipynb').read())"
    book = f"def double(x):\n    return float(open({str(tmp_path / 'out' / 'gradebook.db')!r}, 'rb').read()[0])"
    mate = f"def double(x):\n    return len(os.listdir({str(tmp_path / 'submitted' / 'ada')!r}))"
    hand_in(tmp_path / "submitted", "ada", answered(lab))
    hand_in(tmp_path / "submitted", "spy", answered(lab, triple=spy))
    hand_in(tmp_path / "submitted", "book", answered(lab, double=book))
    hand_in(tmp_path / "submitted", "mate", answered(lab, double=mate))
    done = grade_class(SLUG, tmp_path / "submitted", tmp_path / "out", tmp_path / "solutions", jobs=2, limits=BRISK)
    assert {g.student_id: g.machine_score(lab) for g in done.graded} == {
        "ada": 4.0,
        "spy": 3.0,
        "book": 1.0,
        "mate": 1.0,
    }
    said = {g.student_id: str([o.check for o in g.outcomes]) for g in done.graded}
    assert all("FileNotFoundError" in said[name] for name in ("spy", "book", "mate"))
    assert "sandbox" in done.report.read_text()
    assert any("sandbox" in line for line in summary(done))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_has_the_sandbox_too(tmp_path):
    """As nobody, with the system's own Python: this repository's may lie where only root looks."""
    python = shutil.which("python3", path="/usr/bin:/bin")
    bwrap = shutil.which("bwrap")
    if python is None or bwrap is None:
        pytest.skip("needs /usr/bin/python3 and bubblewrap")
    (tmp_path / "course").mkdir()
    shutil.copytree(REPOSITORY / "course" / "grading", tmp_path / "course" / "grading")
    shutil.copy(REPOSITORY / "course" / "__init__.py", tmp_path / "course")
    shutil.copytree(REPOSITORY / "gpu_utils", tmp_path / "gpu_utils")
    code = (
        "from pathlib import Path; import subprocess, sys; from course.grading import sandbox\n"
        "s = sandbox.choose(Path('/var/empty') if Path('/var/empty').is_dir() else Path('/usr/share'))\n"
        "t = 'from course.grading import isolation; import os; print(isolation.possible(), os.geteuid())'\n"
        "sys.stdout.write(subprocess.run([*s.command, sys.executable, '-c', t], "
        f"env=sandbox.environment({{'PYTHONPATH': {str(tmp_path)!r}}}), cwd='/', "
        "capture_output=True, text=True).stdout)"
    )
    for folder in [tmp_path, *tmp_path.parents]:
        if folder != Path("/") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o055)
    said = subprocess.run(
        [python, "-c", code],
        cwd=tmp_path,
        env={"PATH": f"{Path(bwrap).parent}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.stdout.strip() == "True 65534", said.stderr
