"""Whatever bytes a machine gives, there is a report: every parser against arbitrary input.

The only exception that a reader of foreign text may raise is `Machine.from_json`'s ValueError.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gpu_utils.device import Machine, detect, recorded_machines
from gpu_utils.diagnosis import explain, supported, try_devices
from gpu_utils.hardware import Device, Mig
from gpu_utils.probes import amd, cpu, intel, jetson, nvidia, platforms, tpu
from gpu_utils.probes.process import Outcome
from gpu_utils.report import html, text
from gpu_utils.specs import spec
from gpu_utils.visibility import visible

FILES = [
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/self/status",
    "/proc/self/cgroup",
    "/proc/1/cgroup",
    "/proc/sys/kernel/osrelease",
    "/proc/device-tree/model",
    "/proc/device-tree/compatible",
    "/proc/version",
    "/etc/nv_tegra_release",
    "/sys/devices/soc0/family",
    "/sys/devices/soc0/machine",
    "/var/lib/dpkg/status",
    "/etc/ld.so.cache",
    "/opt/ml/metadata/resource-metadata.json",
    "/sys/fs/cgroup/cpu.max",
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/class/kfd/kfd/topology/nodes/1/properties",
    "/sys/class/kfd/kfd/topology/nodes/1/mem_banks/0/properties",
    "/sys/class/drm/renderD128/device/product_name",
    "/sys/bus/pci/devices/0000:01:00.0/vendor",
    "/sys/bus/pci/devices/0000:01:00.0/device",
    "/sys/bus/pci/devices/0000:01:00.0/class",
]
# words that get a parser past its first line; what follows them is arbitrary
WORDS = [
    *(b"processor\t: 0\n", b"model name\t: ", b"flags\t: ", b"CPU part\t: ", b"MemTotal: ", b" kB\n"),
    *(b"Cpus_allowed_list:\t0-", b"0::/", b"4:memory:/", b"3:cpu,cpuacct:/../..", b"max ", b"100000", b"9" * 30),
    *(b"nvidia,tegra234\0", b"nvidia,p3767-0005", b"Jetson ", b"# R36 (release), REVISION: ", b"4.3", b"microsoft"),
    *(b"\nPackage: nvidia-l4t-core\n", b"Version: ", b"tegra", b"-tegra"),
    *(b"simd_count 4\n", b"gfx_target_version ", b"unique_id 7\n", b"drm_render_minor 128\n", b"heap_type 1\n"),
    *(b"size_in_bytes ", b"0x10de", b"0x1ae0", b"0x8086", b"0x030000", b"\0", b"\xff\xfe", "\u0663".encode()),
]
BYTES = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=40)), max_size=8).map(b"".join)
LETTERS = st.text(st.characters(codec="utf-8"), max_size=40)
VARIABLES = st.dictionaries(
    st.sampled_from(["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "COLAB_GPU", "LD_LIBRARY_PATH", "VERTEX_PRODUCT"]),
    LETTERS.filter(lambda value: "\0" not in value),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LETTERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
    max_leaves=12,
)
STEADY = settings(deadline=None, max_examples=150)


def never(*_: object) -> Outcome:
    return Outcome(None, stderr="nothing is started here")


@STEADY
@given(tree=st.dictionaries(st.sampled_from(FILES), BYTES, max_size=6), env=VARIABLES)
def test_any_files_and_variables_make_a_machine(tree: Mapping[str, bytes], env: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        for path, content in tree.items():
            target = Path(root, path.lstrip("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for reading in (cpu.probe(root, env, never), jetson.probe(root), amd.probe(root, env), intel.probe(root)):
            json.dumps([*reading.devices, *reading.findings])
        tpu.probe(root), platforms.probe(root, env), nvidia.library_visible(root, env)
        machine = detect(root=root, env=env, run=never, quick=True)
    assert "probe_failed" not in [
        finding.id
        for finding in machine.findings
        if "does not start" not in finding.message and "NVML" not in finding.message
    ]
    assert Machine.from_json(machine.to_json()) == machine
    assert machine.devices[-1].kind == "cpu"


SLICED = [
    Device("cuda", 0, "A100", uuid="GPU-11", mig=Mig(True)),
    Device("cuda", 0, "A100", uuid="MIG-aa", mig=Mig(True, "1g.5gb", 0), instance=(7, 0)),
    Device("cuda", 1, "A100", uuid="GPU-12"),
    Device("cuda", 2, "T4", uuid=None),
]
ENTRIES = st.one_of(
    LETTERS,
    st.sampled_from(["0", "-1", "GPU-1", "GPU-12", "MIG-aa", "MIG-GPU-11/7/0", "MIG-GPU-/", " 1", "1x", "\u0663"]),
)


@STEADY
@given(
    value=st.none() | st.lists(ENTRIES, max_size=5).map(",".join), driver=st.none() | LETTERS, order=st.none() | LETTERS
)
@example(value="9" * 5000, driver="9" * 5000, order=None)
def test_any_cuda_visible_devices(value: str | None, driver: str | None, order: str | None) -> None:
    seen, findings = visible(SLICED, value, driver, order)
    assert all(one in SLICED for one in seen)
    assert len({(one.index, one.is_slice) for one in seen}) == len(seen), "nothing is seen twice"
    assert all(finding.message for finding in findings)


LINES = st.lists(
    st.one_of(
        BYTES.map(lambda raw: raw.decode("utf-8", "replace")),
        JSON.map(json.dumps),
        st.tuples(st.sampled_from(["device", "problem", "driver", "key", "library", "done"]), JSON).map(
            lambda pair: json.dumps(dict([pair]))
        ),
        st.fixed_dictionaries(
            {"kind": st.just("cuda"), "index": JSON, "name": JSON}, optional={"mig": JSON, "pcie": JSON}
        ).map(lambda device: json.dumps({"device": device})),
    ),
    max_size=5,
).map("\n".join)


@STEADY
@given(said=LINES, returncode=st.sampled_from([0, 1, -11, None]))
@example(said='{"device": {"kind": "cuda", "index": 1e999, "name": "x"}}', returncode=0)
def test_any_answer_of_the_process_that_asks_nvml(said: str, returncode: int | None) -> None:
    with tempfile.TemporaryDirectory() as root:
        cache = Path(root, "etc", "ld.so.cache")
        cache.parent.mkdir()
        cache.write_text("libnvidia-ml.so.1")
        machine = detect(root=root, env={}, run=lambda *_: Outcome(returncode, said, said), quick=True)
    assert machine.devices[-1].kind == "cpu"
    assert Machine.from_json(machine.to_json()).as_dict() == json.loads(machine.to_json())


FIELD = st.one_of(st.sampled_from(["-1", "0", "1", "8", "4294967295", "18446744073709551615", ""]), LETTERS)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    driver=LETTERS,
    cards=st.lists(st.lists(FIELD, min_size=8, max_size=11), max_size=3),
    slices=st.lists(st.lists(FIELD, min_size=4, max_size=6), max_size=3),
)
def test_whatever_a_driver_library_tells(
    nvml: Callable[[str], dict[str, str]], driver: str, cards: list[list[str]], slices: list[list[str]]
) -> None:
    """The stand-in library tells it through the real nvidia-ml-py, in a process of its own."""
    lines = [f"driver={driver}", "cuda=12040", *(f"gpu={'|'.join(card)}" for card in cards)]
    lines += [f"slice=0|{'|'.join(one)}" for one in slices if cards]
    with tempfile.TemporaryDirectory() as root:
        story = Path(root, "story.txt")
        story.write_text("\n".join(line.replace("\n", " ") for line in lines) + "\n", encoding="utf-8")
        machine = detect(root=root, env=nvml("colab_t4") | {"NVML_STANDIN": str(story)}, quick=True)
    assert not {"probe_failed", "nvml_crashed", "nvml_silent"} & {finding.id for finding in machine.findings}
    assert Machine.from_json(machine.to_json()) == machine
    assert text(machine) and html(machine)


@STEADY
@given(said=LINES)
def test_any_answer_of_the_trial(said: str) -> None:
    devices, findings = try_devices(SLICED, {}, lambda *_: Outcome(0, said))
    assert [device.name for device in devices] == [device.name for device in SLICED]
    assert all(device.usable in (True, False, None) for device in devices)
    assert all(finding.severity in ("error", "warning", "info") for finding in findings)


@STEADY
@given(report=st.one_of(LETTERS, JSON, JSON.map(json.dumps)))
def test_any_json_is_a_machine_or_a_value_error(report: object) -> None:
    try:
        Machine.from_json(report)  # type: ignore[arg-type]
    except ValueError as error:
        assert "not a report of" in str(error)


@STEADY
@given(place=st.integers(0, 5), path=st.lists(st.integers(0, 9), max_size=4), value=JSON)
def test_a_damaged_report_is_refused_or_can_be_shown(place: int, path: list[int], value: object) -> None:
    record = recorded_machines()[place].as_dict()
    here: object = record
    for step in path:
        keys = list(here) if isinstance(here, dict) else list(range(len(here))) if isinstance(here, list) else []
        if not keys:
            break
        key = keys[step % len(keys)]
        inner = here[key]  # type: ignore[index]
        if not isinstance(inner, (dict, list)) or not inner:
            here[key] = value  # type: ignore[index]
            break
        here = inner
    try:
        machine = Machine.from_json(record)
    except ValueError:
        return
    assert text(machine) and html(machine) and machine.to_json()


@STEADY
@given(name=LETTERS)
def test_any_name_and_any_error(name: str) -> None:
    spec(name)
    explain(name)
    supported((8, 0), [name])


@pytest.mark.parametrize("flags", [["sm_"], ["sm_999999999999999999999"], ["compute_\u0663\u0663"], [""]])
def test_strange_architectures(flags: list[str]) -> None:
    assert supported((8, 0), flags) in (None, False)
