"""The GPU of Apple's own chips (kind "mps"): one a machine, and it shares the machine's memory."""

from __future__ import annotations

from collections.abc import Mapping

from gpu_utils.probes import Reading, exists
from gpu_utils.probes.process import Run

__all__ = ["probe"]

_ONLY_ON_MACS = "/System/Library/CoreServices/SystemVersion.plist"
_QUESTIONS = ("hw.optional.arm64", "hw.memsize", "machdep.cpu.brand_string")


def probe(root: str, env: Mapping[str, str], run: Run) -> Reading:
    """The chip's GPU; nothing on Macs with Intel processors, whose GPUs current PyTorch wheels do not serve.

    >>> from gpu_utils.probes.process import run
    >>> probe("/no/such/machine", {}, run).devices
    ()
    """
    if not exists(root, _ONLY_ON_MACS):
        return Reading()
    arm, memory, chip = (_ask(name, env, run) for name in _QUESTIONS)
    if arm != "1":
        return Reading()
    size = int(memory) if memory.isdecimal() and len(memory) < 20 else None
    return Reading(({"kind": "mps", "index": 0, "name": f"{chip or 'Apple chip'} GPU", "memory_bytes": size},))


def _ask(name: str, env: Mapping[str, str], run: Run) -> str:
    return run(["/usr/sbin/sysctl", "-n", name], env, 2.0).stdout.strip()[:96]
