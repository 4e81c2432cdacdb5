"""The figures of the course: one look, a description with each, and the provenance of every number drawn.

Each function returns a figure that knows its alternative text. In a notebook it shows itself as the last line of
a cell; `show` displays one from anywhere. Matplotlib is imported when the first figure is drawn.
"""

from __future__ import annotations

from gpu_utils.plotting.bars import ladder, stacked
from gpu_utils.plotting.house import LOOKS, PALETTE, new_figure, png, show, style
from gpu_utils.plotting.pictures import pixel_grid, show_images, zoom
from gpu_utils.plotting.roofs import roofline
from gpu_utils.plotting.threads import block_grid, heat_maps

__all__ = [
    "LOOKS",
    "PALETTE",
    "block_grid",
    "heat_maps",
    "ladder",
    "new_figure",
    "pixel_grid",
    "png",
    "roofline",
    "show",
    "show_images",
    "stacked",
    "style",
    "zoom",
]
