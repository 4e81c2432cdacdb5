"""Things to move, compare and choose: every one reachable with the keyboard and described in words.

Each is loaded when it is asked for, and ipywidgets when the first one is made. Without a browser they can be
built and driven all the same; nothing is then drawn.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpu_utils.widgets.bits import flip_bits
    from gpu_utils.widgets.board import bets
    from gpu_utils.widgets.gradients import explore_scale
    from gpu_utils.widgets.machines import explore_machines, machine_report
    from gpu_utils.widgets.pictures import explore, split
    from gpu_utils.widgets.ring import pass_chunks, play_ring
    from gpu_utils.widgets.roofs import dissolve, explore_roofs, headline_steps
    from gpu_utils.widgets.slices import cut_gpu
    from gpu_utils.widgets.sliding import slide_kernel
    from gpu_utils.widgets.threads import step_through

_HOME = {
    "bets": "board",
    "cut_gpu": "slices",
    "dissolve": "roofs",
    "explore": "pictures",
    "explore_machines": "machines",
    "explore_roofs": "roofs",
    "explore_scale": "gradients",
    "flip_bits": "bits",
    "headline_steps": "roofs",
    "machine_report": "machines",
    "pass_chunks": "ring",
    "play_ring": "ring",
    "slide_kernel": "sliding",
    "split": "pictures",
    "step_through": "threads",
}

__all__ = [
    "bets",
    "cut_gpu",
    "dissolve",
    "explore",
    "explore_machines",
    "explore_roofs",
    "explore_scale",
    "flip_bits",
    "headline_steps",
    "machine_report",
    "pass_chunks",
    "play_ring",
    "slide_kernel",
    "split",
    "step_through",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"gpu_utils.widgets.{_HOME[name]}"), name)
    raise AttributeError(f"module 'gpu_utils.widgets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
