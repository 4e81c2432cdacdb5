"""AMD GPUs (kind "rocm") as the kernel's KFD driver lists them under /sys; no library is loaded.

Fields and encodings: https://github.com/torvalds/linux drivers/gpu/drm/amd/amdkfd/kfd_topology.c; the name of the
architecture (gfx90a) as https://github.com/ROCm/ROCR-Runtime makes it from gfx_target_version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gpu_utils.probes import Reading, entries, exists, openable, read_text

__all__ = ["architecture", "probe"]

_NODES = "/sys/class/kfd/kfd/topology/nodes"
_MOST_BYTES = 1 << 46
_FRAME_BUFFERS = ("1", "2")
"""heap_type of memory on the card, reachable by the CPU or not; 0 is the machine's own."""


def probe(root: str, env: Mapping[str, str]) -> Reading:
    """Each GPU as one device, in the order in which ROCm counts them.

    >>> probe("/no/such/machine", {}).devices
    ()
    """
    devices = list(_devices(root))
    if not devices:
        return Reading()
    if not openable(root, "/dev/kfd"):
        reason = "is missing" if not exists(root, "/dev/kfd") else "may not be opened"
        found = {"id": "rocm_no_access", "device": devices[0]["name"], "detail": f"/dev/kfd {reason}"}
        return Reading(tuple({**one, "usable": False} for one in devices), (found,))
    exposed, said = _exposed(devices, env)
    if len(exposed) == len(devices):
        return Reading(tuple(devices))
    marked = tuple(one if one in exposed else {**one, "usable": False} for one in devices)
    missing = next(one["name"] for one in devices if one not in exposed)
    found = {"id": "gpu_left_out" if exposed else "gpu_hidden", "device": missing, "detail": said}
    return Reading(marked, (found,))


def _exposed(devices: list[dict[str, Any]], env: Mapping[str, str]) -> tuple[list[dict[str, Any]], str]:
    """The devices that environment variables leave, and which variables those are. ROCR_VISIBLE_DEVICES comes first,
    and HIP's indices count what it leaves; HIP takes CUDA_VISIBLE_DEVICES where its own variable is not set. Source:
    https://rocm.docs.amd.com/projects/HIP/en/latest/reference/env_variables.html"""
    left, said = list(devices), []
    for names in (("ROCR_VISIBLE_DEVICES",), ("HIP_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")):
        name = next((name for name in names if name in env), None)
        if name is not None:
            left = _listed(left, env[name])
            said.append(f'{name}="{env[name]}"')
    return left, " ".join(said)


def _listed(devices: list[dict[str, Any]], value: str) -> list[dict[str, Any]]:
    """The devices that a list of indices and UUIDs names, up to the first entry that names none."""
    chosen: list[dict[str, Any]] = []
    for entry in map(str.strip, value.split(",")):
        number = int(entry) if re.fullmatch(r"[0-9]{1,6}", entry, re.ASCII) else -1
        named = [one for place, one in enumerate(devices) if place == number or (one["uuid"] or "?") == entry]
        if not named or named[0] in chosen:
            break
        chosen += named
    return chosen


def _devices(root: str) -> Iterator[dict[str, Any]]:
    place = 0
    nodes = sorted((name for name in entries(root, _NODES) if name.isdecimal() and len(name) < 9), key=int)
    for node in nodes:
        has = _properties(read_text(root, f"{_NODES}/{node}/properties", 1 << 16))
        if not has.get("simd_count"):  # a CPU
            continue
        target = architecture(has.get("gfx_target_version", 0))
        yield {
            "kind": "rocm",
            "index": place,
            "name": _name(root, node, has, target),
            "uuid": f"GPU-{has['unique_id']:016x}" if has.get("unique_id") else None,
            "memory_bytes": _memory(root, node),
        }
        place += 1


def architecture(version: int) -> str | None:
    """The name of an AMD architecture from the kernel's number; None for none.

    >>> architecture(90010), architecture(90402), architecture(110000)
    ('gfx90a', 'gfx942', 'gfx1100')
    """
    major, minor, step = version // 10000, version // 100 % 100, version % 100
    return f"gfx{major}{minor:x}{step:x}" if 0 < major < 100 else None


def _name(root: str, node: str, has: Mapping[str, int], target: str | None) -> str:
    product = ""
    if minor := has.get("drm_render_minor"):
        product = _line(read_text(root, f"/sys/class/drm/renderD{minor}/device/product_name", 256))
    product = product or "AMD GPU"
    return f"{product} ({target})" if target else product


def _line(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r"\s+", " ", printable).strip()[:80]


def _memory(root: str, node: str) -> int | None:
    total = 0
    for bank in entries(root, f"{_NODES}/{node}/mem_banks"):
        has = _properties(read_text(root, f"{_NODES}/{node}/mem_banks/{bank}/properties", 1 << 16))
        if str(has.get("heap_type")) in _FRAME_BUFFERS:
            total += has.get("size_in_bytes", 0)
    return total if 0 < total <= _MOST_BYTES else None


def _properties(text: str) -> dict[str, int]:
    """ "name number" a line; whatever is none is passed over."""
    found = re.findall(r"^([a-z_0-9]{1,40}) ([0-9]{1,20})$", text, re.MULTILINE | re.ASCII)
    return {name: int(value) for name, value in found}
