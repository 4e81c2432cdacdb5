"""What is plugged into PCI Express, from /sys: numbers only, no driver is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from gpu_utils.probes import entries, read_text

__all__ = ["Slot", "family", "slots"]

_FOLDER = "/sys/bus/pci/devices"


class Slot(NamedTuple):
    """One PCI function: its address, and its numbers as /sys writes them ("0x10de").

    >>> Slot("0000:01:00.0", "0x10de", "0x2704", "0x030000").is_display
    True
    """

    address: str
    vendor: str
    device: str
    kind: str

    @property
    def is_display(self) -> bool:
        """Whether its class is that of display controllers (03), to which GPUs without a screen belong as well.

        >>> Slot("0000:01:00.1", "0x10de", "0x22bb", "0x040300").is_display
        False
        """
        return self.kind.startswith("0x03")


def slots(root: str) -> Iterator[Slot]:
    """All functions, in the order of their addresses; none where /sys has no PCI.

    >>> list(slots("/no/such/machine"))
    []
    """
    for address in entries(root, _FOLDER):
        vendor, device, kind = (
            read_text(root, f"{_FOLDER}/{address}/{name}", 64).strip().lower() for name in ("vendor", "device", "class")
        )
        yield Slot(address, vendor, device, kind)


def family(maker: str, slot: Slot) -> str | None:
    """The name of the family that a slot's numbers belong to, of maker "intel" or "tpu"; None when they do not.

    >>> family("tpu", Slot("0000:00:04.0", "0x1ae0", "0x0063", "0x120000"))
    'TPU v5e'
    """
    table = _table()[maker]
    if slot.vendor != table["vendor"]:
        return None
    return next((name for name, numbers in table["families"].items() if slot.device in numbers), None)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = (files("gpu_utils") / "data" / "accelerators.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table
