"""Intel GPUs that PyTorch can compute on (kind "xpu"), by their PCI numbers and driver.

Older graphics inside Intel processors are left out: nearly every laptop has one, and no library computes on it.
"""

from __future__ import annotations

from gpu_utils.probes import Reading, exists
from gpu_utils.probes.pci import Slot, family, slots

__all__ = ["probe"]


def probe(root: str) -> Reading:
    """Each GPU as one device; a card that no kernel driver holds is a finding instead.

    >>> probe("/no/such/machine").devices
    ()
    """
    cards = [(slot, name) for slot in slots(root) if slot.is_display and (name := family("intel", slot))]
    driven = [(slot, name) for slot, name in cards if _has_driver(root, slot)]
    devices = tuple({"kind": "xpu", "index": place, "name": name} for place, (_, name) in enumerate(driven))
    idle = [f"{name} at {slot.address}" for slot, name in cards if (slot, name) not in driven]
    return Reading(devices, ({"id": "xpu_without_driver", "detail": ", ".join(idle)},) if idle else ())


def _has_driver(root: str, slot: Slot) -> bool:
    return exists(root, f"/sys/bus/pci/devices/{slot.address}/driver")
