"""Numbers for people: seconds, bytes and rates with a prefix and three digits.

Everything is kept in SI units; this is only how they are printed.
"""

from __future__ import annotations

import math

__all__ = ["amount", "memory", "nbytes", "rate", "seconds"]

_PREFIXES = {-4: "p", -3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G", 4: "T", 5: "P"}


def amount(value: float, unit: str = "") -> str:
    """Three significant digits with an SI prefix.

    >>> amount(0.01234, "s")
    '12.3 ms'
    >>> amount(19.5e12, "FLOP/s")
    '19.5 TFLOP/s'
    """
    if not math.isfinite(value):
        return f"{value} {unit}".strip()
    if value == 0:
        return f"0 {unit}".strip()
    rounded = float(f"{value:.3g}")
    step = min(max(math.floor(math.log10(abs(rounded)) / 3 + 1e-12), min(_PREFIXES)), max(_PREFIXES))
    scaled = rounded / 1000.0**step
    digits = f"{scaled:.3g}" if abs(scaled) < 1000 else f"{scaled:.0f}"
    return f"{digits} {_PREFIXES[step]}{unit}".strip()


def seconds(value_s: float) -> str:
    """A duration for people; from two minutes on in minutes, hours or days.

    >>> seconds(83e-6)
    '83 µs'
    >>> seconds(5400)
    '1.5 h'
    """
    for size, unit in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if math.isfinite(value_s) and abs(value_s) >= (120.0 if unit == "min" else size):
            return f"{value_s / size:.3g} {unit}"
    if 1.0 <= abs(value_s) < 120.0:
        return f"{value_s:.3g} s"
    return amount(value_s, "s")


def nbytes(value: float) -> str:
    """A number of bytes for people, with prefixes of 1000.

    >>> nbytes(819_840)
    '820 kB'
    """
    return amount(value, "B")


def memory(value_bytes: float) -> str:
    """The size of a memory for people, in GiB of 2**30 bytes: what a card's "40 GB" means.

    >>> memory(42_949_672_960)
    '40 GiB'
    """
    size, unit = (value_bytes / 2**30, "GiB") if value_bytes >= 2**30 else (value_bytes / 2**20, "MiB")
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:,.0f} {unit}"


def rate(value_per_s: float, unit: str = "B") -> str:
    """Something a second for people.

    >>> rate(12.4e9)
    '12.4 GB/s'
    """
    return amount(value_per_s, f"{unit}/s")
