"""CUDA_VISIBLE_DEVICES in every documented form, and what each driver makes of MIG slices.

The table's sources stand in gpu_utils/visibility.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_utils.device import Machine, detect
from gpu_utils.hardware import Device, Mig
from gpu_utils.visibility import visible

A, B, C = (f"GPU-{start}-d72c-4106-c12f-20bd9faed9f6" for start in ("8932f937", "8932aaaa", "1f3c0000"))
WHOLE = [Device("cuda", place, "NVIDIA A100-SXM4-40GB", uuid=uuid) for place, uuid in enumerate((A, B, C))]
HOST = Device("cpu", 0, "CPU")


def names(devices: list[Device]) -> list[str]:
    """ "1" for a GPU, "0:2" for slice 2 of GPU 0."""
    return [f"{one.mig.parent}:{one.index}" if one.mig and one.is_slice else str(one.index) for one in devices]


@pytest.mark.parametrize(
    ("value", "seen", "findings"),
    [
        pytest.param(None, ["0", "1", "2"], [], id="not set: all"),
        pytest.param("", [], ["gpu_hidden"], id="empty: none"),
        pytest.param("-1", [], ["gpu_hidden"], id="invalid at once: none"),
        pytest.param("NoDevFiles", [], ["gpu_hidden"], id="what Slurm sets for no GPU"),
        pytest.param("0", ["0"], [], id="one index"),
        pytest.param("2,1", ["2", "1"], [], id="order is the list's"),
        pytest.param("0,2,-1,1", ["0", "2"], [], id="-1 ends the list"),
        pytest.param("0,7,1", ["0"], ["visible_invalid"], id="an index out of range ends the list"),
        pytest.param("7", [], ["visible_invalid"], id="out of range alone"),
        pytest.param("0,,1", ["0"], [], id="an empty entry ends the list"),
        pytest.param("0,1,", ["0", "1"], [], id="a comma at the end"),
        pytest.param(" 1 , 2", ["1", "2"], [], id="spaces around numbers"),
        pytest.param("+1", ["1"], [], id="a sign"),
        pytest.param("1gpu,2x", ["1", "2"], [], id="a number is read as far as it goes"),
        pytest.param("zero", [], ["visible_invalid"], id="no number"),
        pytest.param("all", [], ["visible_invalid"], id="a word of NVIDIA_VISIBLE_DEVICES"),
        pytest.param("-2", [], ["visible_invalid"], id="another negative number"),
        pytest.param("-1,0", [], ["gpu_hidden"], id="-1 first"),
        pytest.param(" ", [], ["gpu_hidden"], id="a space"),
        pytest.param("1 2", ["1"], [], id="a space is no comma"),
        pytest.param(f" {A}", [], ["visible_invalid"], id="a space before a UUID"),
        pytest.param(A.lower(), [], ["visible_invalid"], id="a prefix in lower case"),
        pytest.param("f" + A.removeprefix("GPU-"), [], ["visible_invalid"], id="a UUID without its prefix"),
        pytest.param("0,0", [], ["visible_twice"], id="twice empties the list"),
        pytest.param("0,1,0", [], ["visible_twice"], id="twice, later"),
        pytest.param("0,-1,0", ["0"], [], id="twice, but after the end"),
        pytest.param(B, ["1"], [], id="a whole UUID"),
        pytest.param(f"{C},{A}", ["2", "0"], [], id="two UUIDs"),
        pytest.param("GPU-1f", ["2"], [], id="an unambiguous beginning"),
        pytest.param("GPU-8932f,GPU-8932a", ["0", "1"], [], id="two beginnings"),
        pytest.param("GPU-8932", [], ["visible_invalid"], id="an ambiguous beginning"),
        pytest.param(f"{C},GPU-8932,{A}", ["2"], ["visible_invalid"], id="an ambiguous one ends the list"),
        pytest.param("GPU-ffff", [], ["visible_invalid"], id="nobody's UUID"),
        pytest.param(f"{A},GPU-8932f", [], ["visible_twice"], id="one GPU by two names"),
        pytest.param(f"{A},1", ["0"], ["visible_invalid"], id="an index among UUIDs ends the list"),
        pytest.param(f"1,{A}", ["1"], ["visible_invalid"], id="a UUID among indices ends the list"),
        pytest.param(
            "MIG-00000000-0000-5000-8000-000000000010", [], ["visible_invalid"], id="a slice that is not here"
        ),
        pytest.param(f"MIG-{A}/1/0", [], ["visible_invalid"], id="a slice of a GPU without MIG"),
    ],
)
@pytest.mark.parametrize("driver", ["535.161.08", "570.86.15", None])
def test_whole_gpus(value: str | None, seen: list[str], findings: list[str], driver: str | None) -> None:
    devices, said = visible([*WHOLE, HOST], value, driver)
    assert names(devices) == seen
    assert [one.id for one in said] == findings
    assert all(one.advice for one in said)


def cut(parent: int, place: int, instance: tuple[int, int]) -> Device:
    uuid = f"MIG-{parent}{place}000000-0000-5000-8000-000000000000"
    return Device("cuda", place, "A100", uuid=uuid, mig=Mig(True, "1g.5gb", parent), instance=instance)


# GPU 0 in two slices, GPU 1 whole, GPU 2 with two compute instances in GPU instance 1 and a third slice
MIXED = [
    Device("cuda", 0, "A100", uuid=A, mig=Mig(True)),
    cut(0, 0, (7, 0)),
    cut(0, 1, (8, 0)),
    Device("cuda", 1, "A100", uuid=B, mig=Mig(False)),
    Device("cuda", 2, "A100", uuid=C, mig=Mig(True)),
    cut(2, 0, (1, 0)),
    cut(2, 1, (1, 1)),
    cut(2, 2, (2, 0)),
    HOST,
]
S00, S01, S20, S21, S22 = (MIXED[place].uuid for place in (1, 2, 5, 6, 7))


@pytest.mark.parametrize(
    ("value", "before_r570", "from_r570"),
    [
        pytest.param(None, ["0:0"], ["0:0", "0:1", "1", "2:0", "2:2"], id="not set"),
        pytest.param("", [], [], id="empty"),
        pytest.param("1", ["1"], ["1"], id="a whole GPU by index"),
        pytest.param("0", ["0:0"], ["0:0", "0:1"], id="a GPU with MIG by index: its slices"),
        pytest.param(A, ["0:0"], ["0:0", "0:1"], id="the same by UUID"),
        pytest.param("1,2", ["2:0"], ["1", "2:0", "2:2"], id="a whole GPU and one with MIG"),
        pytest.param(S01, ["0:1"], ["0:1"], id="a slice by its UUID"),
        pytest.param(f"{S22},{S00}", ["2:2"], ["2:2", "0:0"], id="two slices"),
        pytest.param(f"{S21},{S20}", ["2:1"], ["2:1"], id="two compute instances of one GPU instance"),
        pytest.param(f"MIG-{C}/1/1", ["2:1"], ["2:1"], id="a slice in the old form"),
        pytest.param("MIG-GPU-1f3c/2/0", ["2:2"], ["2:2"], id="in the old form, with the beginning of a UUID"),
        pytest.param(f"MIG-{A}/7/0,{S22}", ["0:0"], ["0:0", "2:2"], id="both forms"),
        pytest.param("MIG-GPU-8932/7/0", [], [], id="in the old form, ambiguous"),
        pytest.param(f"MIG-{A}/9/9", [], [], id="in the old form, no such instance"),
        pytest.param(S00 and S00[:12], [], [], id="the beginning of a slice's UUID: nowhere documented, not taken"),
        pytest.param(f"{S00},{B}", ["0:0"], ["0:0", "1"], id="a slice and a whole GPU"),
        pytest.param(f"{S00},{S00}", [], [], id="a slice twice"),
    ],
)
def test_slices(value: str | None, before_r570: list[str], from_r570: list[str]) -> None:
    assert names(visible(MIXED, value, "535.161.08")[0]) == before_r570
    assert names(visible(MIXED, value, None)[0]) == before_r570, "an unknown driver is taken for an old one"
    assert names(visible(MIXED, value, "570.86.15")[0]) == from_r570
    assert names(visible(MIXED, value, "580.65.06")[0]) == from_r570


def test_slices_of_a_driver_that_names_them_in_the_old_form() -> None:
    piece = Device("cuda", 0, "A100", uuid=f"MIG-{A}/9/0", mig=Mig(True, "1g.5gb", 0))
    assert visible([MIXED[0], piece], f"MIG-{A}/9/0", "450.80.02")[0] == [piece]
    assert visible([MIXED[0], piece], "MIG-GPU-8932f937/9/0", "450.80.02")[0] == [piece]


def test_what_is_said_about_slices() -> None:
    assert [one.id for one in visible(MIXED, None, "535.161.08")[1]] == ["mig_one_device"]
    assert [one.id for one in visible(MIXED, None, "570.86.15")[1]] == ["mig_one_each"]
    assert visible(MIXED, S00, "535.161.08")[1] == []
    assert visible(MIXED, S00, "570.86.15")[1] == []


@pytest.mark.parametrize(
    ("value", "order", "findings"),
    [
        ("0", None, ["visible_order"]),
        ("0", "FASTEST_FIRST", ["visible_order"]),
        ("0", "PCI_BUS_ID", []),
        (None, None, []),
    ],
)
def test_the_order_of_unlike_gpus(
    nvml: Callable[[str], dict[str, str]], tmp_path: Path, value, order, findings
) -> None:  # type: ignore[no-untyped-def]
    variables = {"CUDA_VISIBLE_DEVICES": value, "CUDA_DEVICE_ORDER": order}
    env = nvml("mixed") | {name: text for name, text in variables.items() if text is not None}
    said = [finding.id for finding in detect(root=tmp_path, env=env, quick=True).findings]
    assert [one for one in said if one == "visible_order"] == findings


def test_a_machine_shows_what_the_variable_leaves(nvml: Callable[[str], dict[str, str]], tmp_path: Path) -> None:
    def replayed(scenario: str, value: str) -> Machine:
        return detect(root=tmp_path, env=nvml(scenario) | {"CUDA_VISIBLE_DEVICES": value}, quick=True)

    dgx = replayed("dgx_a100_r570", "5,0")
    usable = [device for device in dgx.devices if device.usable is not False and device.kind == "cuda"]
    assert sorted(names(usable)) == ["0:0", "0:1", "0:2", "0:3", "5"]
    left_out = next(one for one in dgx.findings if one.id == "gpu_left_out")
    assert 'CUDA_VISIBLE_DEVICES="5,0" leaves out NVIDIA A100-SXM4-40GB (and 8 more)' in left_out.message
    laptop = replayed("laptop", "")
    assert [(one.id, one.severity) for one in laptop.findings] == [("gpu_hidden", "warning"), ("driver", "info")]
    assert laptop.best().kind == "cpu"


@pytest.mark.parametrize(
    ("scenario", "value", "told"),
    [
        ("lost", "0,7,1", ["gpu_lost", "visible_invalid", "driver"]),
        ("mig_empty", "0", ["mig_zero", "driver"]),
        ("laptop", "0", ["driver"]),
        ("lost", "7", ["gpu_lost", "visible_invalid", "driver"]),
        ("lost", "0,0", ["gpu_lost", "visible_twice", "driver"]),
    ],
    ids=["cut short", "a GPU with MIG and no slice", "nothing left out", "nobody's index", "twice"],
)
def test_one_cause_is_told_once(
    nvml: Callable[[str], dict[str, str]], tmp_path: Path, scenario: str, value: str, told: list[str]
) -> None:
    machine = detect(root=tmp_path, env=nvml(scenario) | {"CUDA_VISIBLE_DEVICES": value}, quick=True)
    assert [finding.id for finding in machine.findings] == told


def test_a_space_before_a_uuid_is_shown() -> None:
    """CUDA skips no spaces before names, and without quotes nobody would see this one."""
    devices, said = visible([*WHOLE, HOST], f"{A}, {B}", "570.86.15")
    assert names(devices) == ["0"] and f"' {B}'" in said[0].message


def test_a_jetson_is_hidden_as_well(recorded_tree: Callable[[str], str]) -> None:
    machine = detect(root=recorded_tree("jetson_thor"), env={"CUDA_VISIBLE_DEVICES": ""}, quick=True)
    assert machine.devices[0].usable is False
    assert "gpu_hidden" in [finding.id for finding in machine.findings]
