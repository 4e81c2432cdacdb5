"""NVIDIA GPUs as a driver library tells of them; nvml/*.txt are the driver's stories."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_utils.device import Machine, Mig, NvLink, Pcie, detect
from gpu_utils.probes import nvidia, process

Nvml = Callable[[str], dict[str, str]]


@pytest.fixture
def replay(nvml: Nvml, tmp_path: Path) -> Callable[[str], Machine]:
    return lambda scenario: detect(root=tmp_path, env=nvml(scenario), quick=True)


def ids(machine: Machine) -> list[str]:
    return [finding.id for finding in machine.findings]


def test_without_a_library_no_process_is_started(tmp_path: Path) -> None:
    def never(*_: object) -> process.Outcome:
        raise AssertionError("a process was started although there is no libnvidia-ml")

    machine = detect(root=tmp_path, env={}, run=never)
    assert [device.kind for device in machine.devices] == ["cpu"]
    assert machine.findings == ()


def test_one_t4(replay: Callable[[str], Machine]) -> None:
    machine = replay("colab_t4")
    card, host = machine.devices
    assert (card.kind, card.index, card.name) == ("cuda", 0, "Tesla T4")
    assert card.uuid == "GPU-1b965d81-1d0f-6501-027c-1ecc1437f5ea"
    assert card.compute_capability == (7, 5)
    assert card.memory_bytes == 15 * 2**30
    assert card.features == ("fp16_tensor", "int8_tensor")
    assert card.usable is None, "nothing was tried, so nothing is known"
    assert card.mig is None and card.nvlink is None
    assert host.kind == "cpu"
    assert [finding.message for finding in machine.findings] == [
        "NVIDIA driver 550.54.15, runs programs built for CUDA up to 12.4."
    ]


def test_a_dgx_a100_with_slices(replay: Callable[[str], Machine]) -> None:
    machine = replay("dgx_a100")
    whole = [device for device in machine.devices if device.kind == "cuda" and not device.is_slice]
    slices = [device for device in machine.devices if device.is_slice]
    assert [device.index for device in whole] == list(range(8))
    assert all(device.nvlink and (device.nvlink.version, device.nvlink.links) == (3.0, 12) for device in whole)
    assert all(device.pcie == Pcie(generation=4, lanes=16, lanes_now=16) for device in whole)
    assert {device.driver for device in whole + slices} == {"535.161.08"}
    assert machine.devices[1:5] == tuple(slices[:4]), "slices follow their GPU"
    assert [(device.mig.parent, device.mig.profile) for device in slices if device.mig] == [
        *((0, profile) for profile in ("3g.20gb", "2g.10gb", "1g.5gb", "1g.5gb")),
        *((1, profile) for profile in ("1g.5gb+me", "1g.10gb", "4g.20gb")),
        *((3, profile) for profile in ("1c.3g.20gb", "2c.3g.20gb", "3g.20gb")),
    ]
    assert [device.index for device in slices] == [0, 1, 2, 3, 0, 1, 2, 0, 1, 2], "a slice counts within its GPU"
    assert [device.memory_bytes for device in slices[:4]] == [mib * 2**20 for mib in (19968, 9856, 4864, 4864)]
    assert [device.instance for device in slices[7:]] == [(1, 0), (1, 1), (2, 0)]
    assert all(device.uuid and device.uuid.startswith("MIG-") for device in slices)
    assert all(device.features == whole[0].features for device in slices)
    assert [device.usable for device in whole[:4]] == [False] * 4, "with MIG on, programs reach the slices only"
    assert [device.mig and device.mig.enabled for device in whole] == [*[True] * 4, *[False] * 4]
    assert "GPU 2" in next(finding.message for finding in machine.findings if finding.id == "mig_zero")
    assert machine.devices[-1].kind == "cpu"


def test_an_h100_with_media_engines_in_one_slice(replay: Callable[[str], Machine]) -> None:
    card, first, second, _ = replay("h100_me").devices
    assert (card.name, card.nvlink) == ("NVIDIA H100 80GB HBM3", NvLink(version=4.0, links=18))
    assert (first.mig, second.mig) == (Mig(True, "1g.10gb+me", 0), Mig(True, "3g.40gb", 0))
    assert "fp8" in first.features


def test_profiles_that_no_name_tells_are_worked_out(replay: Callable[[str], Machine]) -> None:
    slices = [device for device in replay("unnamed_slices").devices if device.is_slice]
    assert [device.mig and device.mig.profile for device in slices] == ["1g.5gb+me", "1g.5gb", "3g.20gb"]


def test_a_geforce_laptop(replay: Callable[[str], Machine]) -> None:
    card = replay("laptop").devices[0]
    assert (card.mig, card.nvlink, card.compute_capability) == (None, None, (8, 9))
    assert card.pcie == Pcie(generation=4, lanes=16, lanes_now=8)


def test_the_first_driver_with_mig(replay: Callable[[str], Machine]) -> None:
    """R450 names slices by GPU, GPU instance and compute instance; without attributes the profile stays unknown."""
    machine = replay("r450")
    slices = machine.devices[1:3]
    assert [device.uuid and device.uuid[-5:] for device in slices] == ["0/9/0", "/10/0"]
    assert [device.mig and device.mig.profile for device in slices] == ["unknown", "unknown"]
    assert [device.memory_bytes for device in slices] == [4864 << 20] * 2
    assert ids(machine) == ["driver", "nvml_old", "mig_one_device"]
    assert "profile unknown" in str(machine)


def test_mig_without_slices(replay: Callable[[str], Machine]) -> None:
    machine = replay("mig_empty")
    assert [(device.kind, device.usable) for device in machine.devices] == [("cuda", False), ("cpu", True)]
    assert [finding.id for finding in machine.findings if finding.severity == "error"] == ["mig_zero"]


def test_a_late_answer_in_time_is_an_answer(replay: Callable[[str], Machine]) -> None:
    machine = replay("slow")
    assert machine.devices[0].name == "Tesla T4"
    assert ids(machine) == ["driver"]


def test_what_came_before_a_hang_is_kept(nvml: Nvml) -> None:
    reading = nvidia.probe("/", nvml("silent_card"), process.run, limit_s=2.0)
    assert [device["index"] for device in reading.devices] == [0]
    assert [row["id"] for row in reading.findings] == ["driver", "nvml_silent"]


@pytest.mark.parametrize("scenario", ["lost", "lost_later"])
def test_one_lost_gpu_among_four_is_named_and_the_others_kept(replay: Callable[[str], Machine], scenario: str) -> None:
    machine = replay(scenario)
    assert [(device.kind, device.index) for device in machine.devices] == [
        *(("cuda", index) for index in (0, 1, 3)),
        ("cpu", 0),
    ]
    assert machine.findings[0].message.startswith("GPU 2 has fallen off the bus")


def test_t4_in_colab(nvml: Nvml, tmp_path: Path) -> None:
    env = nvml("colab_t4") | {"COLAB_RELEASE_TAG": "release-colab-external", "COLAB_GPU": "1"}
    machine = detect(root=tmp_path, env=env, quick=True)
    assert (machine.platform, machine.devices[0].name) == ("colab", "Tesla T4")
    assert str(machine).startswith("Google Colab")


@pytest.mark.parametrize(
    ("scenario", "finding"),
    [
        ("mismatch", "nvml_mismatch"),
        ("not_loaded", "driver_not_loaded"),
        ("garbage", "nvml_garbage"),
        ("crash", "nvml_crashed"),
        ("no_permission", "nvml_no_permission"),
    ],
)
def test_a_broken_driver_is_a_finding(replay: Callable[[str], Machine], scenario: str, finding: str) -> None:
    machine = replay(scenario)
    assert finding in ids(machine)
    assert [device.kind for device in machine.devices] == ["cpu"]


def test_unknown_error_is_about_containers_only_inside_one(
    nvml: Nvml, machine_folder: Callable[[dict[str, str]], str]
) -> None:
    root = machine_folder({})
    assert ids(detect(root=root, env=nvml("unknown_error"), quick=True)) == ["nvml_error"]
    root = machine_folder({"/.dockerenv": ""})
    assert ids(detect(root=root, env=nvml("unknown_error"), quick=True)) == ["container_lost_gpu"]


def test_a_library_that_hangs_is_left_alone(nvml: Nvml) -> None:
    begin = time.monotonic()
    reading = nvidia.probe("/", nvml("silent"), process.run, limit_s=1.0)
    assert time.monotonic() - begin < 30, "it has to come back at all"
    assert reading.devices == ()
    assert [row["id"] for row in reading.findings] == ["nvml_silent"]


def test_a_driver_that_never_answers_is_told_within_five_seconds(nvml: Nvml) -> None:
    begin = time.monotonic()
    found = detect(env=nvml("silent"), quick=True)
    lasted = time.monotonic() - begin
    assert "nvml_silent" in ids(found)
    assert nvidia.LIMIT_S < 4.5 and lasted < nvidia.LIMIT_S + 5, "a busy machine may need longer to start a process"


@pytest.mark.parametrize("content", [b"", b"certainly no library", b"\x7fELF"])
def test_a_library_that_can_not_be_loaded_is_a_finding(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(content)
    machine = detect(root=tmp_path, env={"LD_LIBRARY_PATH": str(tmp_path)}, quick=True)
    assert [(one.id, one.severity) for one in machine.findings] == [("nvml_unloadable", "warning")]
    assert "libnvidia-ml.so.1" in machine.findings[0].message


def test_a_card_that_talks_nonsense_leaves_its_neighbour_alone(replay: Callable[[str], Machine]) -> None:
    machine = replay("garbage_card")
    strange, sound, _ = machine.devices
    assert (strange.compute_capability, strange.memory_bytes, strange.uuid) == (None, None, None)
    assert sound.name == "Tesla T4" and sound.memory_bytes == 15 * 2**30
    assert "nvml_garbage" in ids(machine)


def test_an_old_driver_answers_what_it_can(replay: Callable[[str], Machine]) -> None:
    machine = replay("old_driver")
    assert machine.devices[0].name == "Tesla K80"
    assert machine.devices[0].features == ()
    assert machine.devices[0].mig is None
    assert "nvmlDeviceGetMigMode" in next(one.message for one in machine.findings if one.id == "nvml_old")


def test_a_card_without_a_driver(machine_folder: Callable[[dict[str, str]], str]) -> None:
    slot = "/sys/bus/pci/devices/0000:01:00.0"
    root = machine_folder({f"{slot}/vendor": "0x10de\n", f"{slot}/class": "0x030000\n"})
    machine = detect(root=root, env={}, quick=True)
    assert ids(machine) == ["card_without_driver"]
    assert "0000:01:00.0" in machine.findings[0].message


def test_a_card_that_the_driver_does_not_take(nvml: Nvml, machine_folder: Callable[[dict[str, str]], str]) -> None:
    slot = "/sys/bus/pci/devices/0000:01:00.0"
    root = machine_folder({f"{slot}/vendor": "0x10de\n", f"{slot}/class": "0x030000\n"})
    machine = detect(root=root, env=nvml("no_devices"), quick=True)
    assert ids(machine) == ["card_not_taken", "driver"]
    assert "0000:01:00.0" in machine.findings[0].message and "dmesg" in machine.findings[0].advice


def test_a_driver_without_a_card_is_no_trouble(replay: Callable[[str], Machine]) -> None:
    assert ids(replay("no_devices")) == ["driver"]


def test_a_python_that_is_kept_safe_still_finds_the_probe(nvml: Nvml, tmp_path: Path) -> None:
    machine = detect(root=tmp_path, env=nvml("colab_t4") | {"PYTHONSAFEPATH": "1"}, quick=True)
    assert machine.devices[0].name == "Tesla T4"


def test_nvidia_audio_alone_is_no_card(machine_folder: Callable[[dict[str, str]], str]) -> None:
    slot = "/sys/bus/pci/devices/0000:01:00.1"
    root = machine_folder({f"{slot}/vendor": "0x10de\n", f"{slot}/class": "0x040300\n"})
    assert detect(root=root, env={}, quick=True).findings == ()


def test_the_loaders_cache_is_read(machine_folder: Callable[[dict[str, str]], str]) -> None:
    assert not nvidia.library_visible(machine_folder({"/etc/ld.so.cache": "libc.so.6"}), {})
    assert nvidia.library_visible(machine_folder({"/etc/ld.so.cache": "\0libnvidia-ml.so.1\0"}), {})
