"""Three separate facts about a GPU: present (a driver names it), usable (a tiny product on it comes back right),
supported (the installed library was built for it). And what to say and do when one of them is missing.

The sentences are data: gpu_utils/data/symptoms.json, each with the reports that it comes from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gpu_utils.probes.process import Outcome, Run, python

if TYPE_CHECKING:
    from gpu_utils.hardware import Device

__all__ = ["LIMIT_S", "SEVERITIES", "Finding", "explain", "finding", "supported", "try_devices"]

LIMIT_S = 60.0
"""For the whole trial; importing a GPU library from a cold disk takes most of it."""


SEVERITIES = ("error", "warning", "info")
"""Of findings, the worst first."""

ON_TEGRA = re.compile(r"\(nvgpu\)|^(NVIDIA )?(Orin|Thor)\b", re.IGNORECASE)
"""NVML's names for the GPU on a Jetson's chip: https://github.com/NVIDIA/go-nvlib pkg/nvlib/info."""

_WRONG_FOR_A_JETSON = ("cpu_wheel", "arch_too_new", "driver_too_old", "wheel_without_backend")
"""What a general wheel stumbles over there; the driver comes with JetPack and can't be updated on its own."""

_TRIED = ("cuda", "jetson", "rocm", "mps", "xpu")


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing. `severity` is "error", "warning" or "info"; `advice` may be empty.

    >>> Finding("driver", "info", "NVIDIA driver 550.54.15.").advice
    ''
    """

    id: str
    severity: str
    message: str
    advice: str = ""

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Finding:
        """A finding from its entry in the report. ValueError when it is none.

        >>> Finding.from_dict({"id": "driver", "severity": "info", "message": "A driver.", "advice": ""}).id
        'driver'
        """
        said = [row[name] for name in ("id", "severity", "message", "advice")]
        if not all(isinstance(one, str) for one in said) or said[1] not in SEVERITIES:
            raise ValueError(f"this is not a finding of a report: {row!r}")
        return cls(*said)


def finding(identity: str, *, device: str = "", detail: str = "") -> Finding:
    """The finding of this id, its sentence filled in.

    >>> finding("cpu_wheel", device="NVIDIA L4").message
    'NVIDIA L4 is there, but the installed PyTorch was built for the CPU only.'
    """
    row = _symptoms().get(identity)
    if row is None:
        return Finding(identity, "warning", _printable(detail) or identity)
    names = {"device": _printable(device) or "The GPU", "detail": _printable(detail) or "no details"}
    message, advice = (re.sub(r"\{(device|detail)\}", lambda m: names[m[1]], row[key]) for key in ("message", "advice"))
    return Finding(identity, row["severity"], message, advice)


def _printable(text: str) -> str:
    """What came from outside, with anything escaped that a terminal would obey or could not show."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def explain(error: str) -> str | None:
    """The id of the first symptom that an error's text shows, None for an unknown one.

    >>> explain("RuntimeError: CUDA error: no kernel image is available for execution on the device")
    'arch_too_new'
    """
    for identity, row in _symptoms().items():
        if any(re.search(pattern, error, re.IGNORECASE) for pattern in row["match"]):
            return identity
    return None


def supported(capability: Sequence[int] | None, arch_list: Sequence[str], *, tegra: bool = False) -> bool | None:
    """Whether a library built for these architectures ("sm_80", "compute_90") holds code for a GPU.

    Machine code (sm) runs on the same major capability and the same or a later minor one; PTX (compute) on all
    later ones. On Jetson only code for exactly its capability does. None when either side is unknown. Source:
    https://docs.nvidia.com/cuda/ada-compatibility-guide ; for Jetson https://docs.nvidia.com/cuda/cuda-c-programming-guide/

    >>> supported((8, 6), ["sm_80"]), supported((12, 0), ["sm_80", "sm_90"])
    (True, False)
    """
    built = [(kind, divmod(int(number), 10)) for kind, number in _architectures(arch_list)]
    if capability is None or not built:
        return None
    have = (capability[0], capability[1])
    if tegra:
        return any(kind == "sm" and code == have for kind, code in built)
    return any(code <= have and (kind == "compute" or code[0] == have[0]) for kind, code in built)


def try_devices(devices: Sequence[Device], env: Mapping[str, str], run: Run) -> tuple[list[Device], list[Finding]]:
    """Try every GPU or slice that is not known to be unusable, in a process of its own.

    Gives the devices with `usable` and `supported` filled in, and why not; a device that could not be tried keeps
    None. TPUs are not tried.

    >>> try_devices([], {}, run=lambda command, env, limit_s: Outcome(None))
    ([], [])
    """
    places = [place for place, one in enumerate(devices) if one.kind in _TRIED and one.usable is None]
    if not places:
        return list(devices), []
    targets = [{"key": str(place), **_target(devices[place])} for place in places]
    outcome = run(python("gpu_utils.probes.usable", json.dumps(targets)), env, LIMIT_S)
    said = _said(outcome)
    header: Mapping[str, Any] = next((line for line in said if "library" in line), {})
    arch_list = [str(one) for one in _list(header.get("arch_list"))]
    answers = {str(line["key"]): line for line in said if "key" in line}
    tried, causes = list(devices), dict[tuple[str, str], list[str]]()
    for place in places:
        one = replace(devices[place], supported=_supports(devices[place], arch_list))
        usable, cause = _verdict(one, answers.get(str(place)), header, outcome)
        tried[place] = replace(one, usable=usable)
        if cause:
            causes.setdefault(cause, []).append(one.name)
    return tried, [
        finding(identity, device=_together(names), detail=detail) for (identity, detail), names in causes.items()
    ]


def _target(device: Device) -> dict[str, Any]:
    chosen = {"cuda": device.uuid or str(device.index), "rocm": str(device.index)}
    return {"kind": device.kind, "index": device.index, "visible": chosen.get(device.kind)}


def _supports(device: Device, arch_list: Sequence[str]) -> bool | None:
    return supported(device.compute_capability, arch_list, tegra=_is_tegra(device))


def _is_tegra(device: Device) -> bool:
    """Whether this is the GPU on a Jetson's chip; a container can hide the board, and then NVML's name tells."""
    return device.kind == "jetson" or ON_TEGRA.search(device.name) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _verdict(
    device: Device, answer: Mapping[str, Any] | None, header: Mapping[str, Any], outcome: Outcome
) -> tuple[bool | None, tuple[str, str] | None]:
    """(usable, (finding's id, its detail))"""
    if answer is None:
        if header and header.get("library") is None:
            return None, ("no_gpu_library", "")
        return None, ("usable_unknown", _why(outcome))
    if answer.get("ok"):
        return True, None
    error = str(answer.get("error") or "")
    if answer.get("ok") is None:
        return None, ("usable_unknown", error)
    if not error:
        return False, ("wrong_product", "")
    if explain(error) == "oom":
        return None, ("oom", "")
    return False, _cause(device, error, [str(one) for one in _list(header.get("arch_list"))])


def _cause(device: Device, error: str, arch_list: Sequence[str]) -> tuple[str, str]:
    identity = explain(error)
    if identity is None and device.supported is False:
        identity = "arch_too_new"
    if _is_tegra(device) and identity in _WRONG_FOR_A_JETSON:
        return "jetson_cpu_wheel", ""
    if device.kind == "rocm" and identity == "arch_too_new":
        return "rocm_arch", ""
    if identity == "arch_too_new" and _older(device, arch_list):
        return "arch_too_old", ""
    first = (error.strip().splitlines() or ["?"])[0][:200]
    if identity == "wheel_without_backend":
        return identity, first.rpartition(" ")[2]
    if identity == "torch_import":
        return identity, first.partition("import: ")[2]
    return (identity, "") if identity else ("usable_failed", first)


def _why(outcome: Outcome) -> str:
    if outcome.timed_out:
        return f"no answer within {LIMIT_S:g} s"
    last = (outcome.stderr.strip().splitlines() or ["no message"])[-1][:200]
    return f"the trial ended early: {last}"


def _older(device: Device, arch_list: Sequence[str]) -> bool:
    codes = [divmod(int(number), 10) for _, number in _architectures(arch_list)]
    return bool(codes) and device.compute_capability is not None and device.compute_capability < min(codes)


def _architectures(arch_list: Sequence[str]) -> list[tuple[str, str]]:
    found = (re.match(r"(sm|compute)_([0-9]{1,4})", entry) for entry in arch_list)
    return [(match[1], match[2]) for match in found if match]


def _together(names: Sequence[str]) -> str:
    first, others = names[0], len(names) - 1
    return first if not others else f"{first} (and {others} more)"


def _said(outcome: Outcome) -> list[dict[str, Any]]:
    lines = []
    for text in outcome.stdout.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines


@lru_cache(maxsize=1)
def _symptoms() -> Mapping[str, Mapping[str, Any]]:
    text = (files("gpu_utils") / "data" / "symptoms.json").read_text(encoding="utf-8")
    return {row["id"]: row for row in json.loads(text)["symptoms"]}
