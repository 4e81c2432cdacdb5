"""Workers in slices: each has what its slice gives, and nobody loses an accepted request."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from gpu_utils.serving import Fleet, Slice, apart, cores_here
from gpu_utils.serving.tasks import classify
from tests.gpu_utils.serving_demo import IMAGES, needs_linux, pids

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
