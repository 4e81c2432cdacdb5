"""What is told of one device: plain frozen records, that detection fills in and everybody else reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["KINDS", "Device", "Mig", "NvLink", "Pcie"]

KINDS = ("cuda", "rocm", "mps", "xpu", "tpu", "jetson", "cpu")
"""Every kind of device that a report may name."""


@dataclass(frozen=True)
class Mig:
    """MIG on a GPU (`profile` and `parent` None), or a slice: "1g.5gb" of the GPU with index `parent`.

    >>> Mig(enabled=True, profile="1g.5gb", parent=0).profile
    '1g.5gb'
    """

    enabled: bool
    profile: str | None = None
    parent: int | None = None


@dataclass(frozen=True)
class NvLink:
    """Active NVLinks of a GPU and their generation (3.0 is that of the A100).

    >>> NvLink(version=3.0, links=12).links
    12
    """

    version: float | None
    links: int


@dataclass(frozen=True)
class Pcie:
    """The PCI Express link that card and slot can agree on: generation and lanes, and the lanes in use now.

    >>> Pcie(generation=4, lanes=16, lanes_now=8).lanes_now
    8
    """

    generation: int | None
    lanes: int | None
    lanes_now: int | None = None


@dataclass(frozen=True)
class Device:
    """One device that can compute. None means unknown, for `usable` also "not tried".

    `index` counts within the kind; a MIG slice counts within its GPU, as nvidia-smi -L does. The last four are
    of this process only: they are not part of the report for programs, and two devices compare without them.

    >>> Device("cuda", 0, "Tesla T4", compute_capability=(7, 5)).is_slice
    False
    """

    kind: str
    index: int
    name: str
    uuid: str | None = None
    compute_capability: tuple[int, int] | None = None
    memory_bytes: int | None = None
    features: tuple[str, ...] = ()
    usable: bool | None = None
    mig: Mig | None = None
    nvlink: NvLink | None = None
    supported: bool | None = field(default=None, compare=False)
    """Whether the installed library holds code for this device."""
    pcie: Pcie | None = field(default=None, compare=False)
    instance: tuple[int, int] | None = field(default=None, compare=False)
    """Of a slice: the numbers of its GPU instance and of its compute instance in that."""
    driver: str | None = field(default=None, compare=False)

    @property
    def is_slice(self) -> bool:
        """Whether this is a MIG slice.

        >>> Device("cuda", 0, "NVIDIA A100-SXM4-40GB", mig=Mig(True, "1g.5gb", 0)).is_slice
        True
        """
        return self.mig is not None and self.mig.profile is not None

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Device:
        """A device from its entry in the report, or from a probe's. ValueError when it is none.

        >>> Device.from_dict({"kind": "cpu", "index": 0, "name": "a CPU"}).name
        'a CPU'
        """
        try:
            return _device(row)
        except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
            raise ValueError(f"this is not a device of a report: {type(error).__name__}: {error}") from error

    def as_dict(self) -> dict[str, Any]:
        """The device's entry in the report, as plain values.

        >>> sorted(Device("cpu", 0, "a CPU").as_dict())[:3]
        ['compute_capability', 'features', 'index']
        """
        row = {name: value for name, value in asdict(self).items() if name not in _OF_THIS_PROCESS}
        row["features"] = list(self.features)
        row["compute_capability"] = list(self.compute_capability) if self.compute_capability else None
        return row


_MOST = 1 << 62
_OF_THIS_PROCESS = ("supported", "pcie", "instance", "driver")


def _device(row: Mapping[str, Any]) -> Device:
    if row["kind"] not in KINDS:
        raise ValueError(f"unknown kind of device {row['kind']!r}; known are {', '.join(KINDS)}")
    mig, nvlink, pcie = (row.get(name) or {} for name in ("mig", "nvlink", "pcie"))
    return Device(
        kind=row["kind"],
        index=_number(row["index"]) or 0,
        name=str(row["name"]),
        uuid=_text(row.get("uuid")),
        compute_capability=_pair(row.get("compute_capability")),
        memory_bytes=_number(row.get("memory_bytes")),
        features=tuple(str(one) for one in row.get("features") or ()),
        usable=_flag(row.get("usable")),
        mig=Mig(bool(mig["enabled"]), _text(mig["profile"]), _number(mig["parent"])) if mig else None,
        nvlink=NvLink(_version(nvlink["version"]), _number(nvlink["links"]) or 0) if nvlink else None,
        pcie=Pcie(*(_number(pcie[name]) for name in ("generation", "lanes", "lanes_now"))) if pcie else None,
        instance=_pair(row.get("instance")),
        driver=_text(row.get("driver")),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"a text was expected, not {value!r}")


def _flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(f"true, false or null was expected, not {value!r}")


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST:
        return value
    raise ValueError(f"a whole number was expected, not {value!r}")


def _version(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1000:
        return float(value)
    raise ValueError(f"a version was expected, not {value!r}")


def _pair(values: Any) -> tuple[int, int] | None:
    if not values:
        return None
    first, second = values
    return _number(first) or 0, _number(second) or 0
