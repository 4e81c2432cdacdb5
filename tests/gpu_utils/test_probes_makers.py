"""AMD, Apple, Intel and TPU devices, replayed from the files and answers that their drivers give."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from gpu_utils.device import Device, Machine, detect
from gpu_utils.diagnosis import try_devices
from gpu_utils.probes import amd
from gpu_utils.probes.process import Outcome, run

TORCH = Path(__file__).parent / "libraries" / "torch"
Folder = Callable[[dict[str, str]], str]
NODES = "/sys/class/kfd/kfd/topology/nodes"
MI300X = (
    "cpu_cores_count 0\nsimd_count 1216\nmem_banks_count 1\ngfx_target_version 90402\nvendor_id 4098\n"
    "device_id 29857\ndrm_render_minor 128\nunique_id 10057829434834029568\n"
)
INSTINCT = {
    f"{NODES}/0/properties": "cpu_cores_count 96\nsimd_count 0\ngfx_target_version 0\n",
    f"{NODES}/1/properties": MI300X,
    f"{NODES}/1/mem_banks/0/properties": f"heap_type 1\nsize_in_bytes {192 << 30}\nflags 0\n",
    f"{NODES}/2/properties": MI300X.replace("minor 128", "minor 129").replace("0057829434834029568", "42"),
    f"{NODES}/2/mem_banks/0/properties": f"heap_type 1\nsize_in_bytes {192 << 30}\nflags 0\n",
    "/sys/class/drm/renderD128/device/product_name": "AMD Instinct MI300X OAM\n",
    "/dev/kfd": "",
}


def seen(root: str, env: Mapping[str, str] | None = None) -> Machine:
    return detect(root=root, env=env or {}, quick=True)


def ids(machine: Machine) -> list[str]:
    return [finding.id for finding in machine.findings]


def test_two_amd_gpus(machine_folder: Folder) -> None:
    machine = seen(machine_folder(INSTINCT))
    first, second, _ = machine.devices
    assert (first.kind, first.index, first.name) == ("rocm", 0, "AMD Instinct MI300X OAM (gfx942)")
    assert first.uuid == f"GPU-{10057829434834029568:016x}"
    assert (first.memory_bytes, first.usable, first.compute_capability) == (192 << 30, None, None)
    assert (second.index, second.name) == (1, "AMD GPU (gfx942)"), "without a product name the architecture stays"
    assert machine.findings == ()


def test_an_amd_gpu_that_this_user_may_not_reach(machine_folder: Folder) -> None:
    machine = seen(machine_folder({path: text for path, text in INSTINCT.items() if path != "/dev/kfd"}))
    assert ids(machine) == ["rocm_no_access"]
    assert [device.usable for device in machine.devices] == [False, False, True]


@pytest.mark.parametrize(
    ("env", "usable", "finding"),
    [
        ({}, [None, None], []),
        ({"HIP_VISIBLE_DEVICES": "-1"}, [False, False], ["gpu_hidden"]),
        ({"ROCR_VISIBLE_DEVICES": ""}, [False, False], ["gpu_hidden"]),
        ({"CUDA_VISIBLE_DEVICES": ""}, [False, False], ["gpu_hidden"]),
        ({"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "0,1"}, [None, None], []),
        ({"HIP_VISIBLE_DEVICES": "1"}, [False, None], ["gpu_left_out"]),
        ({"HIP_VISIBLE_DEVICES": "0,7,1"}, [None, False], ["gpu_left_out"]),
        ({"ROCR_VISIBLE_DEVICES": f"GPU-{10057829434834029568:016x}"}, [None, False], ["gpu_left_out"]),
        ({"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "0"}, [False, None], ["gpu_left_out"]),
        ({"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "1"}, [False, False], ["gpu_hidden"]),
    ],
)
def test_variables_that_hide_amd_gpus(
    machine_folder: Folder, env: dict[str, str], usable: list[bool | None], finding: list[str]
) -> None:
    machine = seen(machine_folder(INSTINCT), env)
    assert [device.usable for device in machine.devices[:2]] == usable
    assert ids(machine) == finding


@pytest.mark.parametrize(
    ("version", "name"), [(0, None), (80003, "gfx803"), (90010, "gfx90a"), (100302, "gfx1032"), (120001, "gfx1201")]
)
def test_the_name_of_an_amd_architecture(version: int, name: str | None) -> None:
    assert amd.architecture(version) == name


def sysctl(answers: Mapping[str, str]) -> Callable[[Sequence[str], Mapping[str, str], float], Outcome]:
    return lambda command, env, limit_s: Outcome(0, answers.get(command[-1], ""))


MAC = {"/System/Library/CoreServices/SystemVersion.plist": "<plist/>"}


def test_a_mac_with_apples_chip(machine_folder: Folder) -> None:
    answers = {"hw.optional.arm64": "1\n", "hw.memsize": f"{16 << 30}\n", "machdep.cpu.brand_string": "Apple M2\n"}
    machine = detect(root=machine_folder(MAC), env={}, run=sysctl(answers), quick=True)
    gpu = machine.devices[0]
    assert (gpu.kind, gpu.name, gpu.memory_bytes) == ("mps", "Apple M2 GPU", 16 << 30)


def test_a_mac_with_an_intel_processor_has_none(machine_folder: Folder) -> None:
    answers = {"hw.memsize": f"{16 << 30}\n", "machdep.cpu.brand_string": "Intel(R) Core(TM) i7\n"}
    machine = detect(root=machine_folder(MAC), env={}, run=sysctl(answers), quick=True)
    assert [device.kind for device in machine.devices] == ["cpu"]


def slot(vendor: str, device: str, kind: str, *, driver: bool = True) -> dict[str, str]:
    folder = f"/sys/bus/pci/devices/0000:{device[4:]}:00.0"
    tree = {f"{folder}/vendor": f"{vendor}\n", f"{folder}/device": f"{device}\n", f"{folder}/class": f"{kind}\n"}
    return tree | ({f"{folder}/driver/module": "xe"} if driver else {})


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("0x56a0", "Intel Arc A-Series"),
        ("0xe20b", "Intel Arc B-Series"),
        ("0x64a0", "Intel Core Ultra graphics (Lunar Lake)"),
        ("0x0bd5", "Intel Data Center GPU Max"),
    ],
)
def test_an_intel_gpu(machine_folder: Folder, device: str, name: str) -> None:
    gpu = seen(machine_folder(slot("0x8086", device, "0x030000"))).devices[0]
    assert (gpu.kind, gpu.index, gpu.name, gpu.usable) == ("xpu", 0, name, None)


def test_old_graphics_in_an_intel_processor_are_no_device(machine_folder: Folder) -> None:
    machine = seen(machine_folder(slot("0x8086", "0x46a6", "0x030000")))
    assert [device.kind for device in machine.devices] == ["cpu"]
    assert machine.findings == ()


def test_an_intel_gpu_without_a_driver(machine_folder: Folder) -> None:
    machine = seen(machine_folder(slot("0x8086", "0xe20b", "0x030000", driver=False)))
    assert [device.kind for device in machine.devices] == ["cpu"]
    assert ids(machine) == ["xpu_without_driver"]


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("0x0027", "Google TPU v2 or v3"),
        ("0x005e", "Google TPU v4"),
        ("0x0063", "Google TPU v5e"),
        ("0x0062", "Google TPU v5p"),
        ("0x006f", "Google TPU v6e"),
        ("0x0076", "Google TPU v7x"),
    ],
)
def test_a_tpu(machine_folder: Folder, device: str, name: str) -> None:
    machine = seen(machine_folder(slot("0x1ae0", device, "0x120000")))
    assert (machine.devices[0].kind, machine.devices[0].name) == ("tpu", name)
    assert ids(machine) == ["tpu_untried"]


class TestTrial:
    """What PyTorch offers on each kind; a stand-in says "only DEVICE" when it insists on being asked for that one."""

    def test_amd(self, tried: Callable[..., Machine], machine_folder: Folder) -> None:
        machine = tried(None, "for rocm; only cuda", root=machine_folder(INSTINCT))
        assert [device.usable for device in machine.devices] == [True, True, True]

    def test_apple(self) -> None:
        """A Metal program does not survive a fork: the trial runs in a process of its own."""
        env = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(TORCH), "GPU_STANDIN": "for mps; only mps"}
        devices, findings = try_devices([Device("mps", 0, "Apple M2 GPU")], env, run)
        assert devices[0].usable is True and findings == []

    def test_intel(self, tried: Callable[..., Machine], machine_folder: Folder) -> None:
        root = machine_folder(slot("0x8086", "0xe20b", "0x030000") | slot("0x8086", "0xe20c", "0x030000"))
        machine = tried(None, "for xpu; only xpu:0", root=root)
        assert [device.usable for device in machine.devices] == [True, False, True], "the story holds for the first"

    @pytest.mark.parametrize(
        ("tree", "story", "finding", "word"),
        [
            (INSTINCT, "fine", "wheel_without_backend", "ROCm"),
            (INSTINCT, "for rocm; Error: invalid device function", "rocm_arch", "architecture"),
            (slot("0x8086", "0xe20b", "0x030000"), "fine", "wheel_without_backend", "XPU"),
        ],
    )
    def test_what_is_wrong(
        self,
        tried: Callable[..., Machine],
        machine_folder: Folder,
        tree: dict[str, str],
        story: str,
        finding: str,
        word: str,
    ) -> None:
        machine = tried(None, story, root=machine_folder(tree))
        assert machine.devices[0].usable is False
        assert ids(machine) == [finding]
        assert word in machine.findings[0].message
