"""Workers in slices: nobody loses an accepted request, and nobody outlives the one who started them."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gpu_utils.serving import Fleet, Slice, apart, cores_here
from gpu_utils.serving.tasks import classify

ROOT = Path(__file__).parents[2]
IMAGES = np.zeros((2, 1, 32, 32), dtype=np.float32)
needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc, or pins, or limits memory")


def is_there(process: int) -> bool:
    """Whether a process runs (a zombie doesn't)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone_within(processes: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(is_there(each) for each in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def pids(fleet: Fleet) -> list[int]:
    return [facts["pid"] for facts in fleet.facts.values()]


# What a worker is


def test_each_worker_has_the_environment_of_its_slice():
    slices = [
        Slice(f"slice {n}", environment={"CUDA_VISIBLE_DEVICES": f"MIG-{n}", "OMP_NUM_THREADS": "1"}) for n in (0, 1)
    ]
    with Fleet(slices) as fleet:
        assert {name: facts["CUDA_VISIBLE_DEVICES"] for name, facts in fleet.facts.items()} == {
            "slice 0": "MIG-0",
            "slice 1": "MIG-1",
        }
        assert len(set(pids(fleet))) == 2


@needs_linux
def test_a_worker_stays_on_its_cores():
    core = cores_here()[-1]
    with Fleet([Slice("slice 0", cores=(core,))]) as fleet:
        assert fleet.facts["slice 0"]["cores"] == [core]
        assert os.sched_getaffinity(pids(fleet)[0]) == {core}


def test_workers_read_digits_as_torch_does():
    torch = pytest.importorskip("torch")
    from gpu_utils import classifier

    images = np.random.default_rng(0).random((5, 1, 32, 32)).astype(np.float32)
    with torch.no_grad():
        expected = classifier.load()(torch.from_numpy(images)).argmax(1).tolist()
    assert classify(images) == expected
    with Fleet([Slice("slice 0")]) as fleet:
        assert fleet.submit("classify", images).result(20) == expected


def test_what_a_library_prints_does_not_get_between_the_answers():
    with Fleet([Slice("slice 0", environment={"PYTHONVERBOSE": "1"})]) as fleet:
        assert fleet.submit("classify", IMAGES).result(30) == classify(IMAGES)


def test_a_request_that_fails_is_answered_and_the_worker_lives_on():
    with Fleet([Slice("slice 0")]) as fleet:
        with pytest.raises(RuntimeError, match="KeyError: 'sing'"):
            fleet.submit("sing").result(20)
        assert fleet.alive() == ["slice 0"]


# Routes


def test_a_tenant_is_served_by_the_slices_of_its_route_only():
    with Fleet([Slice("a"), Slice("b")], {"you": ["b"]}) as fleet:
        requests = [fleet.submit("pause", 0.0, tenant="you") for _ in range(20)]
        for request in requests:
            request.result(20)
        assert {name for request in requests for name in request.tried} == {"b"}


def test_a_request_may_name_its_slice():
    with Fleet([Slice("a"), Slice("b")], {"you": ["b"]}) as fleet:
        for name in ("a", "b"):
            request = fleet.submit("pause", 0.0, tenant="you", slice_name=name)
            request.result(20)
            assert request.tried == [name]
        with pytest.raises(ValueError, match="no slice is called 'c'; there are a, b"):
            fleet.submit("pause", 0.0, slice_name="c")


def test_requests_of_one_queue_are_taken_in_the_order_in_which_they_were_accepted():
    with Fleet([Slice("a")]) as fleet:
        requests = [fleet.submit("pause", 0.0, tenant=str(n % 3)) for n in range(30)]
        ends = []
        for request in requests:
            request.result(20)
            ends.append(request.done_s)
        assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("slices", "routes"), [([], None), (["a", "a"], None), (["a"], {"you": ["b"]}), (["a"], {"you": []})]
)
def test_names_that_contradict_each_other_are_refused(slices, routes):
    with pytest.raises(ValueError):
        Fleet([Slice(name) for name in slices], routes)


# Accidents


def test_a_killed_worker_loses_no_accepted_request():
    with Fleet([Slice("a"), Slice("b")]) as fleet:
        requests = [fleet.submit("classify", IMAGES) for _ in range(60)]
        fleet.kill("a")
        assert [request.result(30) for request in requests] == [classify(IMAGES)] * 60
        assert fleet.alive() == ["b"]


def test_the_request_in_the_hands_of_the_victim_is_retried_elsewhere():
    with Fleet([Slice("a"), Slice("b")], {"you": ["a"]}) as fleet:
        request = fleet.submit("pause", 0.6, tenant="you")
        waiting = fleet.submit("pause", 0.0, tenant="you")
        while not request.tried:
            time.sleep(0.01)
        fleet.kill("a")
        assert request.result(20) == 0.6 and request.tried == ["a", "b"]
        assert waiting.result(20) == 0.0 and waiting.tried == ["b"]


def test_a_worker_that_dies_while_nobody_asks_is_noticed_with_the_next_request():
    with Fleet([Slice("a"), Slice("b")], {"you": ["a", "b"]}) as fleet:
        fleet.kill("a")
        time.sleep(0.1)
        assert [fleet.submit("pause", 0.0, tenant="you").result(20) for _ in range(10)] == [0.0] * 10


def test_a_restarted_worker_serves_again():
    with Fleet([Slice("a")]) as fleet:
        fleet.kill("a")
        with pytest.raises(RuntimeError, match="no worker is left"):
            fleet.submit("pause", 0.0).result(20)
        fleet.restart("a")
        assert fleet.submit("pause", 0.0).result(20) == 0.0


def test_a_request_that_kills_its_workers_is_refused_before_it_has_killed_them_all():
    with Fleet([Slice(name) for name in "abc"]) as fleet:
        with pytest.raises(RuntimeError, match="2 workers died with this request"):
            fleet.submit("vanish").result(20)
        assert len(fleet.alive()) == 1
        assert fleet.submit("classify", IMAGES).result(20) == classify(IMAGES)


@needs_linux
def test_a_request_too_large_for_one_slice_goes_to_a_larger_one():
    slices = [Slice("small", memory_bytes=64 * 2**20), Slice("large", memory_bytes=512 * 2**20)]
    with Fleet(slices, {"you": ["small"]}) as fleet:
        request = fleet.submit("allocate", 200 * 2**20, tenant="you")
        assert request.result(30) == 200 * 2**20
        assert request.tried == ["small", "large"]
        assert fleet.alive() == ["small", "large"]
        with pytest.raises(MemoryError, match="no slice has the memory"):
            fleet.submit("allocate", 2**30).result(30)
        assert fleet.submit("classify", IMAGES, tenant="you").result(20) == classify(IMAGES)


# Nobody is left behind


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
    code = LAUNCHER.format(more="").replace(
        "time.sleep(60)", "import os\n    os.fork() or time.sleep(3)\n    os._exit(0)"
    )
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


# Cores


def test_cores_that_share_one_come_last(tmp_path):
    for core, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
        folder = tmp_path / f"sys/devices/system/cpu/cpu{core}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n")
    assert apart([0, 1, 2, 3], root=str(tmp_path)) == [0, 1, 2, 3]
    assert apart([0, 2, 1, 3], root=str(tmp_path)) == [0, 1, 2, 3]


def test_neighbours_by_number_may_be_one_core(tmp_path):
    for core, siblings in enumerate(["0-1", "0-1", "2-3", "2-3"]):
        folder = tmp_path / f"sys/devices/system/cpu/cpu{core}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n")
    assert apart([0, 1, 2, 3], root=str(tmp_path)) == [0, 2, 1, 3]


def test_where_nothing_is_known_the_order_stays(tmp_path):
    assert apart([3, 1, 2], root=str(tmp_path)) == [3, 1, 2]
