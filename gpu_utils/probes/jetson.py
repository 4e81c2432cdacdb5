"""Jetson boards, from the device tree: their GPU is on the chip and shares the board's memory.

Containers see /proc/device-tree too, but often not /etc/nv_tegra_release; then the board is known and JetPack is not.
Where the device tree is hidden, the release, the kernel's name or /sys/devices/soc0 still tell that it is one
(https://github.com/NVIDIA/go-nvlib pkg/nvlib/info/property-extractor.go).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gpu_utils.probes import Reading, memory_bytes, read_text

__all__ = ["probe"]

_TREES = ("/proc/device-tree", "/sys/firmware/devicetree/base")


def probe(root: str) -> Reading:
    """The board's GPU as one device of kind "jetson", with JetPack's release as a finding; empty elsewhere.

    >>> probe("/no/such/machine").devices
    ()
    """
    compatible = [item for item in _tree(root, "compatible").split("\0") if item]
    table = _table()
    soc = next((chip for item in compatible for chip in table["soc"] if item == f"nvidia,{chip}"), None)
    model = (_tree(root, "model") or read_text(root, "/sys/devices/soc0/machine")).replace("\0", " ").strip()
    if soc is None and "jetson" not in model.lower() and not _is_tegra(root):
        return Reading()
    chip = table["soc"].get(soc, {})
    device = {
        "kind": "jetson",
        "index": 0,
        "name": _name(model, compatible, chip),
        "uuid": None,
        "compute_capability": chip.get("compute_capability"),
        "memory_bytes": memory_bytes(root),
        "mig": None,
        "nvlink": None,
    }
    release = _release(root)
    found = ({"id": "jetpack", "detail": release},) if release else ()
    return Reading((device,), found, {"soc": soc})


def _is_tegra(root: str) -> bool:
    return (
        _written_release(root) is not None
        or read_text(root, "/sys/devices/soc0/family", 64).lower().startswith("tegra")
        or read_text(root, "/proc/sys/kernel/osrelease", 256).strip().endswith("-tegra")
    )


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = (files("gpu_utils") / "data" / "jetson.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def _tree(root: str, entry: str) -> str:
    return next((text for tree in _TREES if (text := read_text(root, f"{tree}/{entry}"))), "")


def _name(model: str, compatible: list[str], chip: Mapping[str, Any]) -> str:
    """The module's name where its number is known ("Jetson Orin Nano 8GB devkit"), else the board's."""
    modules: Mapping[str, str] = _table()["modules"]
    numbers = re.findall(r"p\d{4}-\d{4}", " ".join(compatible))
    known = next((modules[number] for number in numbers if number in modules), None)
    return f"Jetson {known}" if known else model or f"Jetson {chip.get('name', '')}".strip()


def _release(root: str) -> str | None:
    """ "JetPack 6.2 (L4T 36.4.3)", or the L4T release alone when the table doesn't know it."""
    l4t = _l4t(root)
    if l4t is None:
        return None
    names: Mapping[str, str] = _table()["jetpack"]
    jetpack = names.get(l4t) or names.get(l4t.removesuffix(".0"))
    return f"JetPack {jetpack} (L4T {l4t})." if jetpack else f"Jetson Linux L4T {l4t}."


def _l4t(root: str) -> str | None:
    """The release of Jetson Linux, "36.4.3": as written down, else as the package manager knows its core package."""
    written = _written_release(root)
    if written is not None:
        return written
    packages = read_text(root, "/var/lib/dpkg/status", 1 << 24)
    core = packages.partition("\nPackage: nvidia-l4t-core\n")[2].partition("\n\n")[0]
    found = re.search(r"^Version: ([0-9]+(?:\.[0-9]+){1,2})-", core, re.MULTILINE)
    return found.group(1) if found else None


def _written_release(root: str) -> str | None:
    found = re.search(_table()["release"]["regex"], read_text(root, "/etc/nv_tegra_release"))
    return f"{found.group(1)}.{found.group(2).strip('.')}" if found else None
