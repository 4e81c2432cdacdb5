"""NVIDIA GPUs and their MIG slices: whether there is a driver to ask, and what it answered.

NVML is asked in a subprocess (see `nvml`), because a C call that blocks can't be interrupted and one that crashes
takes its process along. Where the loader would find no libnvidia-ml, no process is started.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gpu_utils.probes import Reading, exists, memory_bytes, read_text
from gpu_utils.probes.pci import slots
from gpu_utils.probes.process import Outcome, Run, python

__all__ = ["LIMIT_S", "library_visible", "probe"]

LIMIT_S = 4.0
"""An NVML that has not answered after this time is left alone, so that the report says so within 5 s, on a busy
machine too."""

_ON_CHIP = re.compile(r"\(nvgpu\)|\bGB10\b|^(NVIDIA )?(Orin|Thor)\b")
_LIBRARY = "libnvidia-ml.so.1"
_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/lib/wsl/lib", "/usr/lib64-nvidia")
_MULTIARCH = ("x86_64-linux-gnu", "aarch64-linux-gnu")


def probe(root: str, env: Mapping[str, str], run: Run, limit_s: float = LIMIT_S) -> Reading:
    """The GPUs that NVML names, each followed by its MIG slices, and what is wrong with the driver.

    >>> probe("/no/such/machine", {}, run=lambda command, env, limit_s: Outcome(None)).devices
    ()
    """
    reading = Reading()
    if library_visible(root, env):
        reading = _reading(run(python("gpu_utils.probes.nvml"), env, limit_s), limit_s)
        reading = replace(reading, devices=tuple(_with_shared_memory(one, root) for one in reading.devices))
    unexplained = not reading.devices and all(one["id"] in ("driver", "nvml_old") for one in reading.findings)
    cards = list(_cards(root)) if unexplained else []
    if cards:
        identity = "card_not_taken" if reading.findings else "card_without_driver"
        found = {"id": identity, "detail": f"PCI device {', '.join(cards)}"}
        return replace(reading, findings=(*reading.findings, found))
    return reading


def _with_shared_memory(device: Mapping[str, Any], root: str) -> Mapping[str, Any]:
    """Of a GPU on the processor's chip NVML tells no memory: it uses the machine's. Source:
    https://docs.nvidia.com/dgx/dgx-spark/known-issues.html"""
    if device.get("memory_bytes") is None and _ON_CHIP.search(str(device.get("name"))):
        return {**device, "memory_bytes": memory_bytes(root)}
    return device


def library_visible(root: str, env: Mapping[str, str]) -> bool:
    """Whether the loader would find NVML: LD_LIBRARY_PATH, its cache, its own folders. Nothing is loaded.

    >>> library_visible("/no/such/machine", {})
    False
    """
    if sys.platform == "darwin" and root == "/":
        return False
    if os.name == "nt" and root == "/":
        return _windows_library(env)
    own = [folder for folder in env.get("LD_LIBRARY_PATH", "").split(":") if folder]
    if any(exists(place, f"{folder}/{_LIBRARY}") for folder in own for place in {"/", root}):
        return True
    if _LIBRARY in read_text(root, "/etc/ld.so.cache", 1 << 24):
        return True
    folders = [*_FOLDERS, *(f"{base}/{arch}" for base in ("/lib", "/usr/lib") for arch in _MULTIARCH)]
    if root == "/":  # a conda environment's Python looks beside itself
        folders.append(f"{sys.prefix}/lib")
    return any(exists(root, f"{folder}/{_LIBRARY}") for folder in folders)


def _windows_library(env: Mapping[str, str]) -> bool:
    places = (
        (env.get("WINDIR", "C:/Windows"), "System32"),
        (env.get("ProgramFiles", "C:/Program Files"), "NVIDIA Corporation/NVSMI"),
    )
    return any(exists(base, f"{folder}/nvml.dll") for base, folder in places)


def _cards(root: str) -> Iterable[str]:
    """PCI addresses of NVIDIA display controllers."""
    return (slot.address for slot in slots(root) if slot.vendor == "0x10de" and slot.is_display)


def _reading(outcome: Outcome, limit_s: float) -> Reading:
    devices: list[Mapping[str, Any]] = []
    findings: list[Mapping[str, str]] = []
    driver: Mapping[str, Any] = {}
    done = False
    for line in _lines(outcome.stdout):
        if isinstance(line.get("device"), dict):
            devices.append(line["device"])
        if isinstance(line.get("problem"), dict):
            findings.append(line["problem"])
        driver = line["driver"] if isinstance(line.get("driver"), dict) else driver
        done = done or bool(line.get("done"))
    if not done:
        findings.append(_ending(outcome, limit_s))
    if driver.get("version"):
        findings.insert(0, {"id": "driver", "detail": _driver(driver)})
    if driver.get("version"):
        devices = [{**device, "driver": str(driver["version"])} for device in devices]
    return Reading(tuple(devices), tuple(findings), driver)


def _lines(text: str) -> Iterable[dict[str, Any]]:
    for line in text.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            yield said


def _ending(outcome: Outcome, limit_s: float) -> dict[str, str]:
    if outcome.timed_out:
        return {"id": "nvml_silent", "detail": f"{limit_s:g} s"}
    if outcome.returncode is None:
        return {"id": "probe_failed", "detail": f"the process that asks NVML did not start ({outcome.stderr.strip()})"}
    if outcome.returncode < 0:
        return {"id": "nvml_crashed", "detail": f"signal {-outcome.returncode}"}
    last = (outcome.stderr.strip().splitlines() or ["no message"])[-1][:200]
    return {"id": "nvml_crashed", "detail": f"exit status {outcome.returncode}: {last}"}


def _driver(driver: Mapping[str, Any]) -> str:
    cuda = f", runs programs built for CUDA up to {driver['cuda']}" if driver.get("cuda") else ""
    return f"NVIDIA driver {driver['version']}{cuda}."
