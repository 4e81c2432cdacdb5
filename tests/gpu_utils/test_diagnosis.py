"""Present, usable, supported: three facts, and what is said when one of them is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from gpu_utils.device import Device, Machine, detect
from gpu_utils.diagnosis import explain, finding, supported, try_devices
from gpu_utils.probes.process import Outcome

Nvml = Callable[[str], dict[str, str]]
TORCH = Path(__file__).parent / "libraries" / "torch"
ROOT = Path(__file__).parents[2]


def said(machine: Machine) -> list[str]:
    return [one.id for one in machine.findings if one.severity != "info"]


def test_a_product_that_comes_back_right_is_usable(tried: Callable[[str, str], Machine]) -> None:
    machine = tried("colab_t4", "fine")
    assert machine.devices[0].usable is True
    assert said(machine) == []
    assert machine.best().name == "Tesla T4"


@pytest.mark.parametrize(
    ("story", "symptom"),
    [
        ("cpu", "cpu_wheel"),
        ("wrong", "wrong_product"),
        ("crash", "usable_failed"),
        ("Error: The NVIDIA driver on your system is too old (found version 11040).", "driver_too_old"),
        ("Error: CUDA error: no kernel image is available for execution on the device", "arch_too_new"),
        ("Error 802: system not yet initialized", "system_not_ready"),
        ("Error 803: system has unsupported display driver / cuda driver combination", "nvml_mismatch"),
        ("Error: CUDA unknown error - this may be due to an incorrectly set up environment", "env_after_init"),
        ("Error: No CUDA GPUs are available", "nvml_true_cuda_false"),
        ("Error: the moon is in the wrong phase", "usable_failed"),
    ],
)
def test_present_is_not_usable(tried: Callable[[str, str], Machine], story: str, symptom: str) -> None:
    machine = tried("colab_t4", story)
    assert machine.devices[0].usable is False
    assert said(machine) == [symptom]
    assert machine.findings[0].advice
    assert machine.best().kind == "cpu"


def test_an_unknown_error_on_a_card_that_the_build_leaves_out(tried: Callable[[str, str], Machine]) -> None:
    assert said(tried("old_driver", "Error: the moon is in the wrong phase")) == ["arch_too_old"]


def test_a_card_older_than_the_wheel_is_told_so(tried: Callable[[str, str], Machine]) -> None:
    machine = tried("old_driver", "Error: no kernel image is available for execution on the device")
    assert said(machine) == ["arch_too_old"]


def test_no_memory_left_says_nothing_about_the_card(tried: Callable[[str, str], Machine]) -> None:
    machine = tried("colab_t4", "Error: CUDA out of memory.")
    assert machine.devices[0].usable is None
    assert said(machine) == ["oom"]


def test_a_crash_on_one_device_leaves_the_others(tried: Callable[[str, str], Machine]) -> None:
    machine = tried("dgx_a100", "crash on slices")
    slices = [device.usable for device in machine.devices if device.is_slice]
    whole = [device.usable for device in machine.devices if device.kind == "cuda" and not device.is_slice]
    assert slices == [False] * 10
    assert whole == [*[False] * 4, *[True] * 4], "the first four have MIG on"


def test_hidden_gpus_are_not_tried(nvml: Nvml, tmp_path: Path) -> None:
    machine = detect(root=tmp_path, env=nvml("colab_t4") | {"CUDA_VISIBLE_DEVICES": "-1"})
    assert machine.devices[0].usable is False
    assert said(machine) == ["gpu_hidden"]


@pytest.mark.parametrize(
    ("outcome", "symptom"),
    [
        (Outcome(None, timed_out=True), "usable_unknown"),
        (Outcome(1, stderr="Traceback\nMemoryError"), "usable_unknown"),
        (Outcome(0, '{"library": null, "arch_list": []}\n{"done": true}\n'), "no_gpu_library"),
        (Outcome(0, '{"library": "PyTorch 2", "arch_list": []}\n'), "usable_unknown"),
    ],
)
def test_what_was_not_found_out_stays_unknown(outcome: Outcome, symptom: str) -> None:
    devices, findings = try_devices([Device("cuda", 0, "card")], {}, lambda *_: outcome)
    assert devices[0].usable is None
    assert [one.id for one in findings] == [symptom]


def test_a_jetson_with_a_general_wheel_is_told_so() -> None:
    answer = (
        '{"library": "PyTorch 2", "arch_list": []}\n{"key": "0", "ok": false, "error": "torch.version.cuda is None"}\n'
    )
    _, findings = try_devices([Device("jetson", 0, "Jetson")], {}, lambda *_: Outcome(0, answer))
    assert [one.id for one in findings] == ["jetson_cpu_wheel"]


@pytest.mark.parametrize(
    "error",
    [
        "RuntimeError: The NVIDIA driver on your system is too old (found version 12060).",
        "RuntimeError: PyTorch was built without CUDA",
        "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    ],
)
@pytest.mark.parametrize(
    "device", [Device("jetson", 0, "Jetson Orin NX 16GB"), Device("cuda", 0, "Orin (nvgpu)")], ids=lambda one: one.kind
)
def test_no_jetson_is_told_to_update_its_driver(device: Device, error: str) -> None:
    """The driver comes with JetPack; a container can hide the board, and then only NVML's name tells."""
    answer = (
        f'{{"library": "PyTorch 2", "arch_list": ["sm_80"]}}\n{json.dumps({"key": "0", "ok": False, "error": error})}\n'
    )
    _, findings = try_devices([device], {}, lambda *_: Outcome(0, answer))
    assert [one.id for one in findings] == ["jetson_cpu_wheel"]


def test_what_a_terminal_would_obey_is_escaped() -> None:
    told = finding("gpu_hidden", device="a\x1b[2J", detail='CUDA_VISIBLE_DEVICES="\udcff"')
    assert told.message == r'a\x1b[2J is there, but CUDA_VISIBLE_DEVICES="\udcff" hides every GPU from programs.'
    assert told.message.encode()


def test_a_device_that_hangs_is_cut_off() -> None:
    code = (
        "import time; from gpu_utils.probes import usable;"
        "print(usable._forked(lambda: time.sleep(3600), {'key': '0'}, 0.2)['ok'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.strip() == "None"


def test_after_one_hang_the_others_get_less_time() -> None:
    """A machine whose eight GPUs all hang must not take eight limits."""
    targets = [{"key": str(place), "kind": "cuda", "visible": str(place)} for place in range(3)]
    code = (
        "from gpu_utils.probes import usable; usable.DEVICE_LIMIT_S, usable._AFTER_A_HANG_S = 0.6, 0.2;"
        f"usable.main({targets!r}, print)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(TORCH), str(ROOT))), "GPU_STANDIN": "hang"}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=env
    )
    said = [json.loads(line)["error"] for line in ended.stdout.splitlines() if line.startswith('{"key"')]
    assert said == [f"no answer within {limit} s" for limit in (0.6, 0.2, 0.2)]


@pytest.mark.parametrize(
    ("capability", "built", "answer"),
    [
        ((8, 0), ["sm_80"], True),
        ((8, 9), ["sm_80", "sm_86"], True),
        ((7, 0), ["sm_75", "sm_80"], False),
        ((12, 0), ["sm_90", "compute_90"], True),
        ((12, 0), ["sm_90"], False),
        ((9, 0), ["sm_90a"], True),
        ((10, 3), ["sm_100"], True),
        ((8, 0), [], None),
        (None, ["sm_80"], None),
    ],
)
def test_supported_by_this_build(capability: tuple[int, int] | None, built: list[str], answer: bool | None) -> None:
    assert supported(capability, built) is answer


def test_jetson_needs_code_for_exactly_its_capability() -> None:
    assert supported((8, 7), ["sm_80", "sm_86"], tegra=True) is False
    assert supported((8, 7), ["sm_80", "sm_87"], tegra=True) is True


def test_an_unknown_error_is_not_explained_away() -> None:
    assert explain("the moon is in the wrong phase") is None


def test_every_symptom_has_a_sentence_a_severity_and_a_source() -> None:
    text = (files("gpu_utils") / "data" / "symptoms.json").read_text(encoding="utf-8")
    for row in json.loads(text)["symptoms"]:
        one = finding(row["id"], device="The card", detail="the detail")
        assert one.message and "{" not in one.message + one.advice, row["id"]
        assert one.severity in ("error", "warning", "info")
        assert one.advice or one.severity == "info", f"{row['id']} says what is wrong and not what to do"
        assert all(row["source"])
    assert "recalled" not in text
