"""Google TPUs, by their PCI numbers. How much memory a TPU has, its driver does not write down."""

from __future__ import annotations

from gpu_utils.probes import Reading
from gpu_utils.probes.pci import family, slots

__all__ = ["probe"]


def probe(root: str) -> Reading:
    """Each TPU chip as one device of kind "tpu".

    >>> probe("/no/such/machine").devices
    ()
    """
    names = [name for slot in slots(root) if (name := family("tpu", slot))]
    devices = tuple({"kind": "tpu", "index": place, "name": f"Google {name}"} for place, name in enumerate(names))
    return Reading(devices, ({"id": "tpu_untried", "device": f"Google {names[0]}"},) if names else ())
