"""Which GPUs a program sees, given CUDA_VISIBLE_DEVICES and the driver: what CUDA would do, worked out without it.

| value | what a program sees | documented in |
|---|---|---|
| not set | every GPU | guide |
| empty | none | guide |
| `2,1` | GPU 2, then GPU 1 | guide |
| `0,2,-1,1` | 0 and 2: the first invalid entry ends the list | guide |
| `1gpu,2x` | 1 and 2: a number is read as far as it goes | torch |
| `0,0` | none: a GPU named twice empties the list | torch |
| `GPU-8932f937` | the one GPU whose UUID begins so; when two do, the entry is invalid | guide |
| `MIG-<uuid>` | that slice, by its whole UUID (drivers from R470) | MIG |
| `MIG-GPU-<uuid>/<gi>/<ci>` | that slice, by GPU, GPU instance and compute instance | guide |
| `0`, `GPU-...` of a GPU with MIG on | its slices, as many as the driver shows | MIG |

Slices: from R570 a process sees one compute instance of every GPU instance, at most 64, and whole GPUs beside
them; before, one slice in all and nothing beside it (MIG). An unknown driver is taken for an old one.

A number counts GPUs as CUDA_DEVICE_ORDER says: PCI_BUS_ID as nvidia-smi does; FASTEST_FIRST, the default, puts
the fastest first by a rule that is not written down, so with unlike GPUs a number may mean another one (guide).

Sources: guide, https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html; MIG,
https://docs.nvidia.com/datacenter/tesla/mig-user-guide/mig-device-names.html; torch, the same rules as PyTorch follows,
https://github.com/pytorch/pytorch torch/cuda/__init__.py (_parse_visible_devices). None says what a list of unlike
entries does before R570; here the first slice decides, as in https://github.com/XuehaiPan/nvitop api/device.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gpu_utils.diagnosis import Finding, finding
from gpu_utils.hardware import Device

__all__ = ["MANY_SLICES_FROM", "shows_many_slices", "visible"]

MANY_SLICES_FROM = 570
"""The driver branch from which a process sees more than one MIG slice."""

_MOST_SLICES = 64


def visible(
    devices: Sequence[Device], value: str | None, driver: str | None = None, order: str | None = None
) -> tuple[list[Device], list[Finding]]:
    """The devices that a program sees, in its order, and what is worth knowing about the list.

    Args:
        devices: the machine's devices; of them only NVIDIA's GPUs (kind "cuda" or "jetson") and their slices count.
        value: of CUDA_VISIBLE_DEVICES, None when it is not set.
        driver: its version, "535.161.08"; None when unknown.
        order: of CUDA_DEVICE_ORDER.

    >>> two = [Device("cuda", 0, "a", uuid="GPU-11"), Device("cuda", 1, "b", uuid="GPU-22")]
    >>> [one.name for one in visible(two, "1,0")[0]]
    ['b', 'a']
    >>> [one.name for one in visible(two, "GPU-2")[0]], visible(two, "")[1][0].id
    (['b'], 'gpu_hidden')
    """
    cards = [one for one in devices if one.kind in ("cuda", "jetson") and not one.is_slice]
    slices = [one for one in devices if one.kind == "cuda" and one.is_slice]
    if not cards:
        return [], []
    if value is None:
        chosen, findings = list(cards), list[Finding]()
    else:
        chosen, findings = _listed(cards, slices, value)
        findings += _order(cards, value, order)
    seen, more = _enumerated(chosen, slices, shows_many_slices(driver))
    if value is not None and not chosen and not findings:
        findings = [_hidden(cards, value)]
    return seen, findings + more


def shows_many_slices(driver: str | None) -> bool:
    """Whether this driver shows a process more than one MIG slice.

    >>> shows_many_slices("535.161.08"), shows_many_slices("570.86.15"), shows_many_slices(None)
    (False, True, False)
    """
    major = re.match(r"[0-9]{1,9}", driver or "")
    return major is not None and int(major.group()) >= MANY_SLICES_FROM


def _hidden(cards: Sequence[Device], value: str) -> Finding:
    return finding("gpu_hidden", device=cards[0].name, detail=f'CUDA_VISIBLE_DEVICES="{value}"')


def _listed(cards: Sequence[Device], slices: Sequence[Device], value: str) -> tuple[list[Device], list[Finding]]:
    """What the entries name, up to the first invalid one."""
    named = value.startswith(("GPU-", "MIG-"))
    chosen: list[Device] = []
    for entry in value.split(","):
        one = _named(entry, cards, slices) if named else _numbered(entry.strip(), cards)
        if one is None:
            on_purpose = entry.strip() in ("", "-1", "NoDevFiles")
            if not chosen and on_purpose:
                return [], [_hidden(cards, value)]
            return chosen, [] if on_purpose else [finding("visible_invalid", detail=f"{entry!r} in {value!r}")]
        if one in chosen:
            return [], [finding("visible_twice", detail=f"{entry.strip()!r} in {value!r}")]
        chosen.append(one)
    return chosen, []


def _numbered(entry: str, cards: Sequence[Device]) -> Device | None:
    number = re.match(r"[+-]?[0-9]{1,9}", entry, re.ASCII)
    place = int(number.group()) if number else -1
    return next((card for card in cards if card.index == place), None)


def _named(entry: str, cards: Sequence[Device], slices: Sequence[Device]) -> Device | None:
    if entry.startswith("GPU-"):
        return _only([card for card in cards if (card.uuid or "").startswith(entry)])
    old = re.fullmatch(r"MIG-(GPU-[0-9A-Za-z-]*)/([0-9]{1,9})/([0-9]{1,9})", entry, re.ASCII)
    if old is None:
        return _only([one for one in slices if one.uuid == entry])
    parent = _only([card for card in cards if (card.uuid or "").startswith(old[1])])
    instance = (int(old[2]), int(old[3]))
    return parent and _only([one for one in slices if _belongs(one, parent) and _instance(one) == instance])


def _only(found: Sequence[Device]) -> Device | None:
    return found[0] if len(found) == 1 else None


def _belongs(one: Device, card: Device) -> bool:
    return one.mig is not None and one.mig.parent == card.index


def _instance(one: Device) -> tuple[int, int] | None:
    """(GPU instance, compute instance): as NVML said, else out of a UUID of the old form."""
    if one.instance is not None:
        return one.instance
    old = re.search(r"/([0-9]{1,9})/([0-9]{1,9})$", one.uuid or "", re.ASCII)
    return (int(old[1]), int(old[2])) if old else None


def _enumerated(chosen: Sequence[Device], slices: Sequence[Device], many: bool) -> tuple[list[Device], list[Finding]]:
    """What the driver makes of the chosen: GPUs with MIG on give way to their slices, of which it shows some."""
    spread: list[Device] = []
    for one in chosen:
        cut = one.mig is not None and one.mig.enabled and not one.is_slice
        spread += [piece for piece in slices if _belongs(piece, one)] if cut else [one]
    pieces = [one for one in spread if one.is_slice]
    if not pieces:
        return spread, []
    if not many:
        left_out = len(spread) > 1
        return pieces[:1], [finding("mig_one_device", device=pieces[0].name)] if left_out else []
    kept = _one_each(pieces)[:_MOST_SLICES]
    seen = [one for one in spread if one in kept or not one.is_slice]
    told = finding("mig_one_each", device=pieces[0].name, detail=f"{len(kept)} of {len(pieces)} slices")
    return seen, [told] if len(kept) < len(pieces) else []


def _one_each(pieces: Sequence[Device]) -> list[Device]:
    """The first compute instance of each GPU instance."""
    first: dict[object, Device] = {}
    for place, one in enumerate(pieces):
        instance = _instance(one)
        first.setdefault((one.mig and one.mig.parent, instance[0]) if instance else place, one)
    return list(first.values())


def _order(cards: Sequence[Device], value: str, order: str | None) -> list[Finding]:
    alike = len({card.name for card in cards}) == 1
    numbers = re.match(r"\s*\+?[0-9]", value) is not None
    if alike or not numbers or order == "PCI_BUS_ID":
        return []
    return [finding("visible_order", detail=f'CUDA_VISIBLE_DEVICES="{value}"')]
