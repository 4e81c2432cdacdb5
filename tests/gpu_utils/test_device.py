"""Machine, its report for programs, and the six recorded machines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from gpu_utils import diagnosis
from gpu_utils.device import Device, Machine, Mig, detect, recorded_machines
from gpu_utils.probes import cpu, jetson, nvidia, platforms
from gpu_utils.probes.process import Outcome
from gpu_utils.provenance import Provenance

CPU = Device("cpu", 0, "CPU", memory_bytes=64 << 30, usable=True)


def machine(*devices: Device) -> Machine:
    return Machine("local", None, (*devices, CPU))


def card(**changes: Any) -> Device:
    return replace(Device("cuda", 0, "card", compute_capability=(8, 0), memory_bytes=8 << 30, usable=True), **changes)


class TestBest:
    def test_a_working_gpu_before_the_cpu(self) -> None:
        assert machine(card()).best().kind == "cuda"

    def test_a_gpu_that_does_not_work_is_never_chosen(self) -> None:
        assert machine(card(usable=False)).best() is CPU

    def test_one_that_works_before_a_larger_one_that_nobody_tried(self) -> None:
        large, small = card(usable=None, memory_bytes=80 << 30), card(index=1)
        assert machine(large, small).best() is small

    def test_the_larger_then_the_newer_then_the_first(self) -> None:
        assert machine(card(), card(index=1, memory_bytes=9 << 30)).best().index == 1
        assert machine(card(), card(index=1, compute_capability=(9, 0))).best().index == 1
        assert machine(card(), card(index=1)).best().index == 0

    def test_a_slice_when_its_gpu_is_cut(self) -> None:
        cut = card(usable=False, mig=Mig(True))
        piece = card(memory_bytes=5 << 30, mig=Mig(True, "1g.5gb", 0))
        assert machine(cut, piece).best() is piece


def test_nothing_in_a_machine_can_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(machine(), "platform", "elsewhere")  # noqa: B010


def check_schema(report: dict[str, Any]) -> None:
    """The report for programs, key by key."""
    assert set(report) - {"title", "story", "source"} == {"platform", "devices", "findings", "provenance"}
    assert set(report["platform"]) == {"name", "container"}
    assert report["provenance"] in {str(label) for label in Provenance}
    keys = [
        "kind",
        "index",
        "name",
        "uuid",
        "compute_capability",
        "memory_bytes",
        "features",
        "usable",
        "mig",
        "nvlink",
    ]
    for device in report["devices"]:
        assert list(device) == keys
        assert device["kind"] in {"cuda", "rocm", "mps", "xpu", "tpu", "jetson", "cpu"}
        assert device["usable"] in (True, False, None)
        assert device["compute_capability"] is None or [type(part) for part in device["compute_capability"]] == [
            int,
            int,
        ]
        assert device["memory_bytes"] is None or type(device["memory_bytes"]) is int
        assert all(isinstance(feature, str) for feature in device["features"])
        assert device["mig"] is None or set(device["mig"]) == {"enabled", "profile", "parent"}
        assert device["nvlink"] is None or set(device["nvlink"]) == {"version", "links"}
    assert [device["kind"] == "cpu" for device in report["devices"]][-1], "the CPU is the last device"
    for finding in report["findings"]:
        assert set(finding) == {"id", "severity", "message", "advice"}
        assert finding["severity"] in ("error", "warning", "info")


def test_this_machine_keeps_to_the_schema_and_comes_back_from_json() -> None:
    here = detect(quick=True)
    check_schema(json.loads(here.to_json()))
    assert Machine.from_json(here.to_json()) == here
    assert here.provenance is Provenance.MEASURED


def test_a_replayed_dgx_comes_back_from_json(nvml: Callable[[str], dict[str, str]], tmp_path: Path) -> None:
    dgx = detect(root=tmp_path, env=nvml("dgx_a100"), quick=True)
    check_schema(json.loads(dgx.to_json()))
    assert Machine.from_json(json.loads(dgx.to_json())) == dgx


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"platform": {"name": "x", "container": null}}'])
def test_what_is_no_report_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="not a report of"):
        Machine.from_json(text)


@pytest.mark.parametrize("part", [cpu, jetson, nvidia, platforms], ids=lambda part: str(part.__name__))
def test_a_probe_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch, part: Any, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("this machine is too strange")

    monkeypatch.setattr(part, "probe", fail)
    strange = detect(root=tmp_path, env={}, quick=True)
    assert [finding.id for finding in strange.findings] == ["probe_failed"]
    assert "too strange" in strange.findings[0].message
    assert strange.devices[-1].kind == "cpu"


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(None, stderr="no such program"),
        Outcome(0, "certainly no JSON"),
        Outcome(0, '[1, 2]\n"x"\n{"device": 7}\n{"problem": null}\n{"driver": []}\n'),
        Outcome(0, '{"device": {}}\n{"done": true}\n'),
        Outcome(0, '{"device": {"kind": "abacus", "index": 0, "name": "x"}}\n{"done": true}\n'),
        Outcome(-11, ""),
    ],
)
def test_whatever_the_subprocess_answers_there_is_a_machine(
    machine_folder: Callable[[dict[str, str]], str], outcome: Outcome
) -> None:
    root = machine_folder({"/etc/ld.so.cache": "libnvidia-ml.so.1"})
    found = detect(root=root, env={}, run=lambda command, env, limit_s: outcome)
    assert [device.kind for device in found.devices] == ["cpu"]
    assert found.findings, "something went wrong, and it has to be said"


@pytest.mark.parametrize("root", ["/no/such/machine", "\0", "", "/proc/self/stat", "/dev/null", "x" * 5000])
def test_wherever_it_looks_there_is_a_machine(root: str) -> None:
    env = {"LD_LIBRARY_PATH": "\0:" + "x" * 5000, "CUDA_VISIBLE_DEVICES": "\0"}
    found = detect(root=root, env=env, run=lambda command, env, limit_s: Outcome(None), quick=True)
    assert found.devices[-1].kind == "cpu"
    assert "probe_failed" not in [finding.id for finding in found.findings]


def test_a_tree_of_folders_where_files_should_be(tmp_path: Path) -> None:
    for path in ("proc/cpuinfo", "proc/meminfo", "proc/self/cgroup", "proc/device-tree/compatible", "dev/kfd"):
        (tmp_path / path).mkdir(parents=True)
    found = detect(root=tmp_path, env={}, quick=True)
    assert [device.kind for device in found.devices] == ["cpu"] and found.findings == ()


def test_detection_imports_no_gpu_library() -> None:
    code = (
        "import sys; from gpu_utils.device import detect; detect(quick=True);"
        "print(sorted({'torch', 'cupy', 'matplotlib', 'numpy', 'pynvml'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"


class TestRecordedMachines:
    def test_there_are_six_and_each_keeps_to_the_schema(self) -> None:
        machines = recorded_machines()
        assert len(machines) == 6
        for one in machines:
            check_schema(one.as_dict())
            assert one.title and one.story and one.source
            assert one.provenance is Provenance.PUBLISHED
            assert Machine.from_json(one.to_json()) == one

    def test_one_lies(self) -> None:
        liars = [
            one
            for one in recorded_machines()
            if any(device.kind == "cuda" and device.usable is False and device.mig is None for device in one.devices)
        ]
        assert len(liars) == 1, "a card is present and can't be used"
        assert liars[0].best().kind == "cpu"
        assert "arch_too_new" in [finding.id for finding in liars[0].findings]

    def test_the_lying_one_was_tried_in_a_container(self) -> None:
        """nvidia-smi ran outside, the program inside: a newer build has to come into the container."""
        assert [one.container for one in recorded_machines()] == [None, None, None, "apptainer", None, None]

    def test_what_they_say_is_what_the_symptom_table_says_today(self) -> None:
        for one in recorded_machines():
            for finding in one.findings:
                today = diagnosis.finding(finding.id, device=finding.message.split(" is ")[0], detail=finding.message)
                assert finding == today

    def test_they_differ(self) -> None:
        kinds = {device.kind for one in recorded_machines() for device in one.devices}
        assert kinds == {"cpu", "cuda", "jetson"}
        assert any(device.is_slice for one in recorded_machines() for device in one.devices)
