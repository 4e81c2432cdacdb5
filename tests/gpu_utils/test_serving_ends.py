"""No worker outlives whoever started it, however that ended; LitServe's processes neither."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpu_utils.serving import Fleet, Slice
from gpu_utils.serving.tasks import classify
from tests.gpu_utils.serving_demo import IMAGES, gone_within, is_there, needs_linux, pids

ROOT = Path(__file__).parents[2]


@needs_linux
def test_no_worker_outlives_the_block():
    with Fleet([Slice("a"), Slice("b")]) as fleet:
        workers = pids(fleet)
        waiting = fleet.submit("pause", 60.0)
    assert gone_within(workers, 2)
    with pytest.raises(RuntimeError, match=r"the fleet was closed"):
        waiting.result(5)
    with pytest.raises(RuntimeError, match="this fleet is closed"):
        fleet.submit("pause", 0.0)
    fleet.close()


@needs_linux
def test_no_worker_outlives_an_exception():
    with pytest.raises(ZeroDivisionError), Fleet([Slice("a"), Slice("b")]) as fleet:
        workers = pids(fleet)
        fleet.submit("pause", 60.0)
        _ = 1 / 0
    assert gone_within(workers, 2)


@needs_linux
def test_a_worker_that_does_not_start_is_told_with_its_last_words_and_leaves_nobody():
    slices = [Slice("a"), Slice("b", environment={"PYTHONHOME": "/nowhere"})]
    with pytest.raises(RuntimeError, match=r"the worker of b did not start: .+"):
        Fleet(slices)


LAUNCHER = """
import sys, time
from gpu_utils.serving import Fleet, Slice
with Fleet([Slice("a"), Slice("b")]{more}) as fleet:
    for _ in range(2):
        fleet.submit("pause", 60.0)
    print(*[facts["pid"] for facts in fleet.facts.values()], flush=True)
    time.sleep(60)
"""


FORK = """import os
    os.fork() or time.sleep(3)
    os._exit(0)"""


def launch(more: str = "") -> tuple[subprocess.Popen[str], list[int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER.format(more=more)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, [int(word) for word in process.stdout.readline().split()]


@needs_linux
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_die_with_whoever_started_them(how):
    """An interrupted cell, a kernel that is shut down, a kernel that is killed: in the middle of an answer each."""
    process, workers = launch()
    assert len(workers) == 2 and all(is_there(each) for each in workers)
    process.send_signal(how)
    process.communicate(timeout=20)
    assert gone_within(workers, 5)


@needs_linux
def test_workers_leave_even_if_a_child_of_the_dead_launcher_holds_their_pipe():
    code = LAUNCHER.format(more="").replace("time.sleep(60)", FORK)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    workers = [int(word) for word in process.stdout.readline().split()]
    process.wait(20)
    assert gone_within(workers, 2)  # the fork lives for three seconds


CELL = """
from gpu_utils.serving import Fleet, Slice
fleet = Fleet([Slice("a"), Slice("b")])
print(*[facts["pid"] for facts in fleet.facts.values()])
"""
WAITING = """
with fleet:
    fleet.submit("pause", 60.0).result()
"""


@needs_linux
@pytest.mark.parametrize("end", ["interrupted", "shut down", "killed"])
def test_no_worker_outlives_a_notebook(end):
    """A cell that waits is interrupted; a kernel with an open fleet is shut down; its process is killed."""
    manager = pytest.importorskip("jupyter_client.manager")
    kernels, client = manager.start_new_kernel(kernel_name="python3", env={**os.environ, "PYTHONPATH": str(ROOT)})
    said: list[str] = []
    try:
        client.execute_interactive(
            CELL, timeout=60, output_hook=lambda message: said.append(message["content"].get("text", ""))
        )
        workers = [int(word) for word in "".join(said).split()]
        assert len(workers) == 2 and all(is_there(each) for each in workers)
        if end == "interrupted":
            client.execute(WAITING)
            time.sleep(1)
            kernels.interrupt_kernel()
        elif end == "killed":
            os.kill(kernels.provisioner.pid, signal.SIGKILL)
        else:
            kernels.shutdown_kernel()
        assert gone_within(workers, 5)
    finally:
        client.stop_channels()
        kernels.shutdown_kernel(now=True)


# LitServe behind the same interface

needs_litserve = pytest.mark.skipif(
    importlib.util.find_spec("litserve") is None, reason="needs litserve (the extra 'serving')"
)


def group(leader: int) -> list[int]:
    """All processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int((path / "stat").read_text().rsplit(")", 1)[1].split()[2]) == leader and is_there(int(path.name)):
                found.append(int(path.name))
        except OSError:
            continue
    return found


@needs_linux
@needs_litserve
def test_litserve_answers_alike_and_leaves_nobody():
    with Fleet([Slice("a")], engine="litserve") as fleet:
        leader = pids(fleet)[0]
        assert len(group(leader)) > 1  # it starts processes of its own
        assert fleet.submit("classify", IMAGES).result(30) == classify(IMAGES)
        with pytest.raises(RuntimeError, match="KeyError"):
            fleet.submit("sing").result(30)
        fleet.kill("a")
        with pytest.raises(RuntimeError, match="no worker is left"):
            fleet.submit("classify", IMAGES).result(30)
    assert gone_within(group(leader), 2)


@needs_linux
@needs_litserve
def test_litserve_dies_with_whoever_started_it():
    process, leaders = launch(', engine="litserve"')
    everyone = [member for leader in leaders for member in group(leader)]
    assert len(everyone) > 2
    process.kill()
    process.communicate(timeout=20)
    assert gone_within(everyone, 5)


def test_an_engine_that_is_missing_is_a_sentence(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="LitServe isn't installed here"):
        Fleet([Slice("a")], engine="litserve")
    with pytest.raises(ValueError, match="an engine is"):
        Fleet([Slice("a")], engine="steam")
