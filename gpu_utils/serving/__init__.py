"""Serving from slices: one worker process each, a router, and a load that doesn't look away.

>>> from gpu_utils.serving import Fleet, Slice
>>> with Fleet([Slice("slice 0"), Slice("slice 1")]) as fleet:
...     fleet.alive()
['slice 0', 'slice 1']
"""

from __future__ import annotations

from gpu_utils.serving.cores import apart, cores_here
from gpu_utils.serving.fleet import Fleet, Request, Slice
from gpu_utils.serving.load import Arrival, Sample, arrivals, ask_in_turn, drive, percentile

__all__ = [
    "Arrival",
    "Fleet",
    "Request",
    "Sample",
    "Slice",
    "apart",
    "arrivals",
    "ask_in_turn",
    "cores_here",
    "drive",
    "percentile",
]
