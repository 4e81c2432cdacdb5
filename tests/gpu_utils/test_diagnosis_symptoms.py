"""Every symptom from its evidence to one finding: a replayed driver or tree, a stand-in library, and `detect`.

The stand-ins in libraries/ run in the processes that try devices, as the real libraries would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import pytest

from gpu_utils.device import Machine


@dataclass(frozen=True)
class Case:
    """What is replayed, the one finding that must come of it, and words that its advice must have."""

    symptom: str
    advice: str
    scenario: str | None = "colab_t4"
    story: str = "fine"
    library: str = "torch"
    tree: str | None = None
    files: tuple[str, ...] = ()
    usable: tuple[bool | None, ...] = (False,)
    """What is said of the GPUs and slices; () where no device is left to say it of."""


LOADS = "cannot open shared object file: No such file or directory"
CASES = [
    Case("cpu_wheel", "CUDA build", story="cpu"),
    Case("driver_too_old", "Update", story="Error: The NVIDIA driver on your system is too old (found version 11040)."),
    Case("driver_too_old", "Update", story="Error: CUDA driver version is insufficient for CUDA runtime version"),
    Case("arch_too_new", "newer build", "laptop_5090", "Error: CUDA error: no kernel image is available for execution"),
    Case("arch_too_new", "newer build", "laptop_5090", "Error: sm_120 is not compatible with the current PyTorch"),
    Case("arch_too_old", "older CUDA", "old_driver", "Error: CUDA error: no kernel image is available for execution"),
    Case("mig_one_device", "CUDA_VISIBLE_DEVICES", "r450", usable=(True,)),
    Case("mig_zero", "nvidia-smi mig", "mig_empty"),
    Case("system_not_ready", "fabricmanager", story="Error 802: system not yet initialized"),
    Case("nvml_mismatch", "Restart", "mismatch", usable=()),
    Case(
        "nvml_mismatch",
        "cuda-compat",
        story="Error 803: system has unsupported display driver / cuda driver combination",
    ),
    Case("nvml_mismatch", "Restart", story="Error 804: forward compatibility was attempted on non supported HW"),
    Case("container_lost_gpu", "Restart the container", "unknown_error", files=("/.dockerenv",), usable=()),
    Case("jetson_cpu_wheel", "JetPack", None, "cpu", tree="jetson_orin_nano_super"),
    Case("jetson_cpu_wheel", "JetPack", None, "Error: CUDA error: no kernel image", tree="jetson_orin_nano_super"),
    Case("jetson_cpu_wheel", "JetPack", None, "Error: the moon is in the wrong phase", tree="jetson_orin_nano_super"),
    Case("cupy_mismatch", "one cupy wheel", story=f"libcudart.so.12: {LOADS}", library="cupy"),
    Case("cupy_mismatch", "one cupy wheel", story=f"libnvrtc.so.12: {LOADS}", library="cupy"),
    Case(
        "env_after_init",
        "Restart the kernel",
        story="Error: CUDA unknown error - this may be due to an incorrect set-up",
    ),
    Case("nvml_true_cuda_false", "libcuda", story="Error: No CUDA GPUs are available"),
    Case("nvml_true_cuda_false", "libcuda", story="Error: Found no NVIDIA driver on your system."),
    Case("oom", "nvidia-smi", story="Error: CUDA out of memory. Tried to allocate 20.00 MiB", usable=(None,)),
    Case("torch_import", "fresh environment", story="does not import"),
    Case("wrong_product", "Do not trust", story="wrong"),
    Case("usable_failed", "documentation", story="crash"),
    Case("usable_failed", "documentation", story="Error: the moon is in the wrong phase"),
    Case("wheel_without_backend", "pytorch.org", story="for rocm"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.symptom}: {case.story[:30]}")
def test_a_symptom_is_recognised(
    case: Case,
    tried: Callable[..., Machine],
    machine_folder: Callable[[dict[str, str]], str],
    recorded_tree: Callable[[str], str],
) -> None:
    root = recorded_tree(case.tree) if case.tree else machine_folder(dict.fromkeys(case.files, ""))
    machine = tried(case.scenario, case.story, library=case.library, root=root)
    found = [one for one in machine.findings if one.severity != "info" or one.id == case.symptom]
    assert [one.id for one in found] == [case.symptom], "one finding, and no other that asks for something"
    assert case.advice in found[0].advice
    pieces = any(device.is_slice for device in machine.devices)  # a GPU in slices has given way to them
    usable = {device.usable for device in machine.devices if device.kind != "cpu" and device.is_slice == pieces}
    assert usable == set(case.usable)


def test_no_symptom_of_the_course_is_left_out() -> None:
    table = json.loads((files("gpu_utils") / "data" / "symptoms.json").read_text(encoding="utf-8"))["symptoms"]
    from_reports = {row["id"] for row in table if "github.com" in "".join(row["source"]) and row["severity"] == "error"}
    hardware = {"visible_twice", "card_not_taken"}  # tests/gpu_utils/test_probes_visibility.py, test_probes_nvidia.py
    assert from_reports - hardware <= {case.symptom for case in CASES}


class TestThreeFacts:
    """Present, usable and supported are three facts."""

    def test_present_usable_supported(self, tried: Callable[..., Machine]) -> None:
        card = tried("colab_t4", "fine").devices[0]
        assert (card.name, card.usable, card.supported) == ("Tesla T4", True, True)

    def test_present_and_supported_yet_not_usable(self, tried: Callable[..., Machine]) -> None:
        card = tried("colab_t4", "Error 802: system not yet initialized").devices[0]
        assert (card.usable, card.supported) == (False, True)

    def test_present_and_usable_although_the_list_leaves_it_out(self, tried: Callable[..., Machine]) -> None:
        """A product that came back right says more than a list."""
        card = tried("laptop_5090", "fine").devices[0]
        assert (card.usable, card.supported) == (True, False)

    def test_present_and_nothing_else_known(self, tried: Callable[..., Machine]) -> None:
        card = tried("gb10", "for rocm").devices[0]
        assert (card.usable, card.supported) == (False, None), "a build for AMD says nothing of NVIDIA's architectures"


def test_without_fork_every_device_has_its_own_process(tried: Callable[..., Machine]) -> None:
    """Windows has none; the stand-in takes it away."""
    machine = tried("lost", "no fork; fine")
    assert [device.usable for device in machine.devices] == [True] * 4
    machine = tried("lost", "no fork; crash")
    assert [device.usable for device in machine.devices] == [False, False, False, True]
    assert [one.id for one in machine.findings if one.severity == "error"] == ["gpu_lost", "usable_failed"]
