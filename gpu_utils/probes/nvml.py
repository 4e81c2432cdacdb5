"""Ask NVML, in a process of its own: a library that hangs or crashes takes only this process along.

``python -m gpu_utils.probes.nvml`` prints one JSON object a line as soon as it is known, so that what came
before a hang is kept: {"driver": ...}, {"device": ...}, {"problem": ...}, and {"done": true} at the end. NVML is
loaded through nvidia-ml-py only. NVML's numbers: https://docs.nvidia.com/deploy/nvml-api/
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

_INIT_PROBLEMS = {4: "nvml_no_permission", 9: "driver_not_loaded", 18: "nvml_mismatch", 999: "container_lost_gpu"}
_LIBRARY_NOT_FOUND, _FUNCTION_NOT_FOUND, _GPU_IS_LOST = 12, 13, 15
_NVLINK_VERSIONS = {1: 1.0, 2: 2.0, 3: 2.2, 4: 3.0, 5: 3.1, 6: 4.0, 7: 5.0, 8: 6.0}
"""nvmlDeviceGetNvLinkVersion gives an enumerator, not the generation: https://github.com/NVIDIA/go-nvml nvml.h."""
_MOST_GPUS, _MOST_SLICES, _MOST_BYTES = 64, 64, 1 << 46


def answers() -> Iterator[dict[str, Any]]:
    """What NVML says, line by line.

    >>> sorted({key for line in answers() for key in line} - {"driver", "device", "problem"})
    []
    """
    try:
        import pynvml
    except ImportError:
        yield _problem("nvml_binding_missing")
        return
    try:
        _start(pynvml)
    except pynvml.NVMLError as error:
        yield from _no_start(error)
        return
    yield from _Questions(pynvml).machine()


def _start(nvml: Any) -> None:
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        if error.value != _FUNCTION_NOT_FOUND:
            raise
        # drivers before R396 know only nvmlInit_v2, which the binding no longer calls
        nvml._nvmlCheckReturn(nvml._nvmlGetFunctionPointer("nvmlInit_v2")())


def _no_start(error: Any) -> Iterator[dict[str, Any]]:
    if error.value != _LIBRARY_NOT_FOUND:
        yield _problem(_INIT_PROBLEMS.get(error.value, "nvml_error"), _sentence(error))
    elif reason := _refusal():
        yield _problem("nvml_unloadable", reason)


def _refusal() -> str | None:
    """Why the loader refuses a library that is there; None when it is not there, which is no problem."""
    try:
        ctypes.CDLL("nvml.dll" if os.name == "nt" else "libnvidia-ml.so.1")
    except OSError as error:
        said = _clean(str(error)) or ""
        return None if "cannot open shared object file" in said or os.name == "nt" else said
    return None


class _Questions:
    """One conversation with NVML. A question without an answer is None and, where it matters, a problem."""

    def __init__(self, nvml: Any) -> None:
        self.nvml = nvml
        self.unknown: set[str] = set()
        self.nonsense: set[str] = set()
        self.lost = False

    def ask(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self.nvml, name)(*arguments)
        except self.nvml.NVMLError as error:
            if error.value == _FUNCTION_NOT_FOUND:
                self.unknown.add(name)
            self.lost = self.lost or error.value == _GPU_IS_LOST
        except (UnicodeDecodeError, AttributeError):
            self.nonsense.add(name)
        return None

    def machine(self) -> Iterator[dict[str, Any]]:
        yield {"driver": {"version": self.driver(), "cuda": self.cuda()}}
        count = self.sound("nvmlDeviceGetCount", self.ask("nvmlDeviceGetCount"), 0, _MOST_GPUS) or 0
        for index in range(count):
            yield from self.device(index)
        if self.unknown:
            yield _problem("nvml_old", ", ".join(sorted(self.unknown)))
        if self.nonsense:
            yield _problem("nvml_garbage", ", ".join(sorted(self.nonsense)))

    def driver(self) -> str | None:
        version = _clean(self.ask("nvmlSystemGetDriverVersion"))
        if version in (None, "N/A"):  # Jetson's library says N/A
            return None
        if re.fullmatch(r"\d+(\.\d+)*", version or ""):
            return version
        self.nonsense.add("nvmlSystemGetDriverVersion")
        return None

    def cuda(self) -> str | None:
        number = self.ask("nvmlSystemGetCudaDriverVersion")
        sane = self.sound("nvmlSystemGetCudaDriverVersion", number, 1000, 99999)
        return f"{sane // 1000}.{sane % 1000 // 10}" if sane else None

    def sound(self, question: str, value: Any, least: int, most: int) -> int | None:
        if value is None:
            return None
        if not least <= value <= most:
            self.nonsense.add(question)
            return None
        return int(value)

    def device(self, index: int) -> Iterator[dict[str, Any]]:
        try:
            handle = self.nvml.nvmlDeviceGetHandleByIndex(index)
        except self.nvml.NVMLError as error:
            lost = error.value == _GPU_IS_LOST
            yield _problem(
                "gpu_lost" if lost else "gpu_unreadable", f"{index}" if lost else f"{index} ({_sentence(error)})"
            )
            return
        self.lost = False
        about = self.about(handle)
        if self.lost:  # it answered at first, and then no more
            yield _problem("gpu_lost", f"{index}")
            return
        mode = self.ask("nvmlDeviceGetMigMode", handle)
        enabled = bool(mode[0]) if mode else False
        mig = {"enabled": enabled, "profile": None, "parent": None} if mode else None
        links = {"nvlink": self.nvlink(handle), "pcie": self.pcie(handle)}
        yield {"device": {**about, "index": index, "mig": mig, **links}}
        slices = list(self.slices(handle, index, about)) if enabled else []
        yield from ({"device": one} for one in slices)
        if enabled and not slices:
            yield _problem("mig_zero", device=f"GPU {index} ({about['name']})")

    def about(self, handle: Any) -> dict[str, Any]:
        capability = self.ask("nvmlDeviceGetCudaComputeCapability", handle)
        if capability is not None and not (1 <= capability[0] <= 99 and 0 <= capability[1] <= 9):
            self.nonsense.add("nvmlDeviceGetCudaComputeCapability")
            capability = None
        memory = self.ask("nvmlDeviceGetMemoryInfo", handle)
        return {
            "kind": "cuda",
            "name": _clean(self.ask("nvmlDeviceGetName", handle)) or "NVIDIA GPU (name unreadable)",
            "uuid": _clean(self.ask("nvmlDeviceGetUUID", handle)),
            "compute_capability": list(capability) if capability else None,
            "memory_bytes": self.sound("nvmlDeviceGetMemoryInfo", memory and memory.total, 1, _MOST_BYTES),
        }

    def slices(self, handle: Any, parent: int, whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
        count = self.sound(
            "nvmlDeviceGetMaxMigDeviceCount", self.ask("nvmlDeviceGetMaxMigDeviceCount", handle), 0, _MOST_SLICES
        )
        place = 0
        for index in range(count or 0):
            one = self.ask("nvmlDeviceGetMigDeviceHandleByIndex", handle, index)
            if one is None:
                continue
            about = self.about(one)
            profile = self.profile(one, about["name"], whole["memory_bytes"])
            mig = {"enabled": True, "profile": profile, "parent": parent}
            capability = about["compute_capability"] or whole["compute_capability"]
            yield {
                **about,
                "name": whole["name"],
                "index": place,
                "compute_capability": capability,
                "mig": mig,
                "nvlink": None,
                "instance": self.instance(one),
            }
            place += 1

    def instance(self, handle: Any) -> list[int] | None:
        numbers = (self.ask(name, handle) for name in ("nvmlDeviceGetGpuInstanceId", "nvmlDeviceGetComputeInstanceId"))
        known = [number for number in numbers if number is not None]
        return known if len(known) == 2 else None

    def pcie(self, handle: Any) -> dict[str, Any] | None:
        names = ("MaxPcieLinkGeneration", "MaxPcieLinkWidth", "CurrPcieLinkWidth")
        asked = (f"nvmlDeviceGet{name}" for name in names)
        generation, lanes, now = (self.sound(name, self.ask(name, handle), 1, 32) for name in asked)
        return {"generation": generation, "lanes": lanes, "lanes_now": now} if generation or lanes else None

    def profile(self, handle: Any, name: str, whole_bytes: int | None) -> str:
        """ "1g.5gb" from the slice's name ("... MIG 1g.5gb"), else worked out as NVIDIA's go-nvlib does."""
        named = re.search(r"MIG (\S+)$", name)
        if named:
            return named.group(1)
        shares = self.ask("nvmlDeviceGetAttributes", handle)
        if shares is None or not whole_bytes:
            return "unknown"
        eighths = math.ceil(8 * shares.memorySizeMB * 2**20 / whole_bytes)
        whole, part = shares.gpuInstanceSliceCount, shares.computeInstanceSliceCount
        shared = f"{part}c." if 0 < part < whole else ""
        # of the profiles with one or two slices, only those with media extensions have the optical flow engine:
        # https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html
        media = "+me" if whole in (1, 2) and shares.sharedOfaCount > 0 else ""
        return f"{shared}{whole}g.{round(eighths / 8 * math.ceil(whole_bytes / 2**30))}gb{media}"

    def nvlink(self, handle: Any) -> dict[str, Any] | None:
        active, version = 0, None
        for link in range(self.nvml.NVML_NVLINK_MAX_LINKS):
            state = self.ask("nvmlDeviceGetNvLinkState", handle, link)
            if state is None:
                break
            if state:
                active += 1
                version = version or _NVLINK_VERSIONS.get(self.ask("nvmlDeviceGetNvLinkVersion", handle, link))
        return {"version": version, "links": active} if active else None


def _clean(text: Any) -> str | None:
    if text is None:
        return None
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return "".join(letter for letter in said if letter.isprintable()).strip()[:96] or None


def _problem(identity: str, detail: str = "", device: str | None = None) -> dict[str, Any]:
    named = {"device": device} if device else {}
    return {"problem": {"id": identity, "detail": detail, **named}}


def _sentence(error: Any) -> str:
    try:
        return _clean(str(error)) or f"error {error.value}"
    except Exception:  # its text comes from the same library
        return f"error {error.value}"


def main(say: Callable[[str], Any]) -> None:
    """Print the answers, each at once.

    >>> said = []
    >>> main(said.append)
    >>> said[-1]
    '{"done": true}\\n'
    """
    for line in answers():
        say(json.dumps(line) + "\n")
    say(json.dumps({"done": True}) + "\n")


if __name__ == "__main__":
    # what the library itself prints must not mix with the answers
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    main(out.write)
    sys.stdout = out
    os._exit(0)  # a library's own exit handlers may hang
