"""Things to move, compare and choose: every one reachable with the keyboard and described in words.

They are built from ipywidgets, which is imported when the first one is made. Without a browser they can be
built and driven all the same; nothing is then drawn.
"""

from __future__ import annotations

from gpu_utils.widgets.bits import flip_bits
from gpu_utils.widgets.board import bets
from gpu_utils.widgets.gradients import explore_scale
from gpu_utils.widgets.machines import explore_machines, machine_report
from gpu_utils.widgets.pictures import explore, split
from gpu_utils.widgets.roofs import dissolve, explore_roofs, headline_steps
from gpu_utils.widgets.sliding import slide_kernel
from gpu_utils.widgets.threads import step_through

__all__ = [
    "bets",
    "dissolve",
    "explore",
    "explore_machines",
    "explore_roofs",
    "explore_scale",
    "flip_bits",
    "headline_steps",
    "machine_report",
    "slide_kernel",
    "split",
    "step_through",
]
