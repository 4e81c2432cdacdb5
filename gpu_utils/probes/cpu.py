"""The CPU: model, cores, the cores and memory that this process may really use, vector extensions.

A container or a job scheduler often grants less than the machine has: an affinity mask, or limits of its control
group (v2: cpu.max, memory.max; v1: cpu.cfs_quota_us, memory.limit_in_bytes), which bind from any level above.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from gpu_utils.probes import Reading, memory_bytes, read_text
from gpu_utils.probes.process import Run

__all__ = ["Grant", "probe"]

_EXTENSIONS = (
    *("sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni"),
    *("amx_tile", "amx_int8", "amx_bf16", "asimd", "fphp", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2"),
)
_TOP = "0::/\n1:cpu,cpuacct:/\n2:memory:/\n"
"""Where /proc does not tell this process's group: that at the top, in either version, which is a container's own."""

_ARM_PARTS = {
    ("0x41", "0xd03"): "Arm Cortex-A53",
    ("0x41", "0xd07"): "Arm Cortex-A57",
    ("0x41", "0xd08"): "Arm Cortex-A72",
    ("0x41", "0xd0b"): "Arm Cortex-A76",
    ("0x41", "0xd0c"): "Arm Neoverse N1",
    ("0x41", "0xd40"): "Arm Neoverse V1",
    ("0x41", "0xd42"): "Arm Cortex-A78AE",
    ("0x41", "0xd49"): "Arm Neoverse N2",
    ("0x41", "0xd4f"): "Arm Neoverse V2",
    ("0x4e", "0x003"): "NVIDIA Denver 2",
    ("0x4e", "0x004"): "NVIDIA Carmel",
}
"""(implementer, part) to a name: Linux, arch/arm64/include/asm/cputype.h."""


@dataclass(frozen=True)
class Grant:
    """What the machine has and what this process may use of it. None: unknown.

    >>> Grant(cores=64, usable_cores=2.0, memory_bytes=None, usable_memory_bytes=None).usable_cores
    2.0
    """

    cores: int
    usable_cores: float
    memory_bytes: int | None
    usable_memory_bytes: int | None


def probe(root: str, env: Mapping[str, str], run: Run) -> Reading:
    """The CPU as one device; its memory is what this process may use of the machine's.

    >>> from gpu_utils.probes.process import run
    >>> probe("/no/such/machine", {}, run).devices[0]["name"]
    'CPU, 1 core'
    """
    info = read_text(root, "/proc/cpuinfo", 1 << 22)
    grant = _grant(root, info)
    flags = set(_field(info, "flags", "Features").split())
    device = {
        "kind": "cpu",
        "index": 0,
        "name": f"{_model(root, info, env, run)}, {_cores(grant)}",
        "uuid": None,
        "compute_capability": None,
        "memory_bytes": grant.usable_memory_bytes,
        "features": [name for name in _EXTENSIONS if name in flags],
        "usable": True,
        "mig": None,
        "nvlink": None,
    }
    limited = _limits(grant)
    found = ({"id": "cpu_limited", "detail": limited},) if limited else ()
    return Reading((device,), found, {"grant": grant})


def _field(info: str, *names: str) -> str:
    for name in names:
        found = re.search(rf"^{re.escape(name)}\s*:[ \t]*(\S.*)$", info, re.MULTILINE)
        if found:
            return found.group(1).strip()
    return ""


def _model(root: str, info: str, env: Mapping[str, str], run: Run) -> str:
    named = _field(info, "model name")
    part = _ARM_PARTS.get((_field(info, "CPU implementer"), _field(info, "CPU part")))
    if named or part:
        return re.sub(r"\s+", " ", part or named)
    if root != "/":
        return "CPU"
    if platform.system() == "Darwin":
        said = run(["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], env, 2.0).stdout.strip()
        return said or platform.machine()
    return platform.processor() or platform.machine() or "CPU"


def _cores(grant: Grant) -> str:
    if grant.usable_cores < grant.cores:
        return f"{grant.usable_cores:g} of {grant.cores} cores"
    return "1 core" if grant.cores == 1 else f"{grant.cores} cores"


def _limits(grant: Grant) -> str | None:
    said = []
    if grant.usable_cores < grant.cores:
        said.append(f"{grant.usable_cores:g} of {grant.cores} cores")
    whole, usable = grant.memory_bytes, grant.usable_memory_bytes
    if whole and usable and usable < whole:
        said.append(f"{usable / 2**30:.3g} of {whole / 2**30:.3g} GiB of memory")
    return f"This process may use {' and '.join(said)}." if said else None


def _grant(root: str, info: str) -> Grant:
    cores = len(re.findall(r"^processor\s*:", info, re.MULTILINE)) or (os.cpu_count() or 1 if root == "/" else 1)
    groups = list(_groups(root))
    allowed = _allowed(read_text(root, "/proc/self/status")) or cores
    quotas = [quota for controller, folder in groups if (quota := _quota(root, controller, folder))]
    memory = _memory(root)
    limits = [limit for controller, folder in groups if (limit := _limit(root, controller, folder))]
    usable = min([memory, *limits]) if memory else None
    return Grant(cores, min([float(cores), float(allowed), *quotas]), memory, usable)


def _memory(root: str) -> int | None:
    told = memory_bytes(root)
    if told is not None:
        return told
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if root == "/" else None
    except (AttributeError, ValueError, OSError):
        return None


def _allowed(status: str) -> int | None:
    """How many cores the affinity mask has: "0-3,8" are five."""
    listed = _field(status, "Cpus_allowed_list")
    count = 0
    for part in filter(None, listed.split(",")):
        span = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", part, re.ASCII)
        if span is None:
            return None
        count += int(span[2] or span[1]) - int(span[1]) + 1
    return count if count > 0 else None


def _groups(root: str) -> Iterator[tuple[str, str]]:
    """(controller, folder) of this process's control group and of all above; controller "" is version 2."""
    for line in (read_text(root, "/proc/self/cgroup") or _TOP).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for controller in controllers.split(","):
            if controller not in ("", "cpu", "memory"):
                continue
            base = PurePosixPath("/sys/fs/cgroup", *([controllers] if controller else []))
            bases = {base, PurePosixPath("/sys/fs/cgroup", controller)}
            place = PurePosixPath(path or "/")
            for level in (place, *place.parents):
                for one in bases:
                    yield controller, str(one / str(level).lstrip("/"))


def _quota(root: str, controller: str, folder: str) -> float | None:
    if controller == "memory":
        return None
    if controller == "cpu":
        quota, period = (read_text(root, f"{folder}/cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    else:
        quota, _, period = read_text(root, f"{folder}/cpu.max").strip().partition(" ")
    if not (_is_count(quota) and _is_count(period)):
        return None
    return round(int(quota) / int(period), 2)


def _limit(root: str, controller: str, folder: str) -> int | None:
    if controller == "cpu":
        return None
    name = "memory.limit_in_bytes" if controller == "memory" else "memory.max"
    text = read_text(root, f"{folder}/{name}").strip()
    return int(text) if _is_count(text) else None


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 20 and int(text) > 0
