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
    devices = tuple(_devices(root))
    findings = []
    if devices and not openable(root, "/dev/kfd"):
        reason = "is missing" if not exists(root, "/dev/kfd") else "may not be opened"
        findings.append({"id": "rocm_no_access", "device": devices[0]["name"], "detail": f"/dev/kfd {reason}"})
    hiding = next((name for name in ("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES") if _hides(env.get(name))), None)
    if devices and hiding:
        findings.append({"id": "gpu_hidden", "device": devices[0]["name"], "detail": f"{hiding}={env[hiding]}"})
    if findings:
        devices = tuple({**one, "usable": False} for one in devices)
    return Reading(devices, tuple(findings))


def _hides(value: str | None) -> bool:
    return value is not None and value.strip() in ("", "-1")


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
