"""The helper library of *Pixels to Edge*: what hardware is there, what it can do, and what was really measured.

Importing it is cheap: neither torch nor cupy nor matplotlib is loaded until something needs it. The modules
are reached as attributes, ``gpu_utils.timing.measure``, or imported by name.

>>> import gpu_utils
>>> gpu_utils.detect(quick=True).devices[-1].kind
'cpu'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gpu_utils.checks import check
    from gpu_utils.device import detect
    from gpu_utils.ledger import begin, predict, record

__version__ = "0.1.0"

_HOME = {"check": "checks", "detect": "device", "begin": "ledger", "predict": "ledger", "record": "ledger"}
_MODULES = {
    "arguments",
    "arrays",
    "benchmarks",
    "cards",
    "checks",
    "claims",
    "classifier",
    "clocks",
    "clusters",
    "compiler",
    "device",
    "diagnosis",
    "digits",
    "formats",
    "hardware",
    "kernels",
    "ledger",
    "ledger_view",
    "microscaling",
    "mig",
    "plotting",
    "probes",
    "provenance",
    "quantities",
    "queues",
    "ranks",
    "report",
    "roofline",
    "samples",
    "serving",
    "specs",
    "synchronisation",
    "timing",
    "topology",
    "visibility",
    "widgets",
    "workloads",
}

__all__ = ["begin", "check", "detect", "predict", "record"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"gpu_utils.{_HOME[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"gpu_utils.{name}")
    raise AttributeError(f"module 'gpu_utils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_MODULES])
