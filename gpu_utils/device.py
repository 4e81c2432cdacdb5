"""What this machine has: `detect()` gives a `Machine` with its devices, best first choice, and what is wrong.

Missing hardware is a value, never an exception: a laptop without a GPU is a machine with one device, the CPU.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any, TypeVar

from gpu_utils import diagnosis, report
from gpu_utils.diagnosis import Finding
from gpu_utils.probes import Reading, cpu, jetson, nvidia, platforms, process
from gpu_utils.provenance import Provenance
from gpu_utils.specs import FEATURES, features

__all__ = ["Device", "Finding", "Machine", "Mig", "NvLink", "detect", "recorded_machines"]

KINDS = ("cuda", "rocm", "mps", "xpu", "tpu", "jetson", "cpu")
_INTEGRATED = re.compile(r"\(nvgpu\)|^(NVIDIA )?(Orin|Thor)\b", re.IGNORECASE)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Mig:
    """MIG on a GPU (`profile` and `parent` None), or a slice: "1g.5gb" of the GPU with index `parent`."""

    enabled: bool
    profile: str | None = None
    parent: int | None = None


@dataclass(frozen=True)
class NvLink:
    """Active NVLinks of a GPU and their generation (3.0 is that of the A100)."""

    version: float | None
    links: int


@dataclass(frozen=True)
class Device:
    """One device that can compute. None means unknown, for `usable` also "not tried".

    `index` counts within the kind; a MIG slice counts within its GPU, as nvidia-smi -L does.
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

    @property
    def is_slice(self) -> bool:
        """Whether this is a MIG slice."""
        return self.mig is not None and self.mig.profile is not None

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Device:
        """A device from its entry in the report. KeyError, TypeError or ValueError when it is none."""
        if row["kind"] not in KINDS:
            raise ValueError(f"unknown kind of device {row['kind']!r}; known are {', '.join(KINDS)}")
        capability = row.get("compute_capability")
        return cls(
            kind=row["kind"],
            index=int(row["index"]),
            name=str(row["name"]),
            uuid=row.get("uuid"),
            compute_capability=(int(capability[0]), int(capability[1])) if capability else None,
            memory_bytes=row.get("memory_bytes"),
            features=tuple(row.get("features") or ()),
            usable=row.get("usable"),
            mig=Mig(**row["mig"]) if row.get("mig") else None,
            nvlink=NvLink(**row["nvlink"]) if row.get("nvlink") else None,
        )


@dataclass(frozen=True)
class Machine:
    """A machine as detected, or as recorded (then with `title`, `story` and `source`). The CPU is the last device."""

    platform: str
    container: str | None
    devices: tuple[Device, ...]
    findings: tuple[Finding, ...] = ()
    provenance: Provenance = Provenance.MEASURED
    title: str | None = None
    story: str | None = None
    source: str | None = None

    def best(self) -> Device:
        """The device to compute on: an accelerator that works, then one that was not tried, then the CPU; among
        equals the one with more memory, then the newer one, then the first."""

        def merit(device: Device) -> tuple[bool, bool, int, tuple[int, int]]:
            memory, capability = device.memory_bytes or 0, device.compute_capability or (0, 0)
            return device.kind != "cpu", device.usable is True, memory, capability

        return max((one for one in self.devices if one.usable is not False), key=merit, default=self.devices[-1])

    def as_dict(self) -> dict[str, Any]:
        """The report for a program, as plain values."""
        named = {"title": self.title, "story": self.story, "source": self.source}
        return {
            "platform": {"name": self.platform, "container": self.container},
            "devices": [_plain(device) for device in self.devices],
            "findings": [asdict(one) for one in self.findings],
            "provenance": str(self.provenance),
            **{key: value for key, value in named.items() if value is not None},
        }

    def to_json(self) -> str:
        """The report for a program: ``python -m gpu_utils --json`` prints this."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | Mapping[str, Any]) -> Machine:
        """The machine that a report (JSON text, or what it parses to) tells of. ValueError when it is none."""
        try:
            data = json.loads(text) if isinstance(text, str) else text
            return cls(
                platform=data["platform"]["name"],
                container=data["platform"]["container"],
                devices=tuple(Device.from_dict(row) for row in data["devices"]),
                findings=tuple(Finding(**row) for row in data["findings"]),
                provenance=Provenance(data["provenance"]),
                **{key: data.get(key) for key in ("title", "story", "source")},
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ValueError(f"this is not a report of `python -m gpu_utils --json`: {error}") from error

    def __str__(self) -> str:
        return report.text(self)

    def _repr_html_(self) -> str:
        return report.html(self)


def _plain(device: Device) -> dict[str, Any]:
    row = asdict(device)
    row["features"] = list(device.features)
    row["compute_capability"] = list(device.compute_capability) if device.compute_capability else None
    return row


def detect(
    *,
    root: str | os.PathLike[str] = "/",
    env: Mapping[str, str] | None = None,
    run: process.Run | None = None,
    quick: bool = False,
) -> Machine:
    """Look at this machine, or at one that is replayed. Never raises and never hangs; starts no CUDA in this process.

    Args:
        root: the file system to look into; a folder with another machine's /proc and /sys replays that.
        env: environment variables, by default this process's.
        run: starts commands, as `gpu_utils.probes.process.run` does; replace it to replay their answers.
        quick: leave out the trial of each GPU (it imports PyTorch or CuPy in a subprocess, which takes seconds).

    Returns:
        The machine. A GPU that was not tried has `usable` None.
    """
    place, variables = os.fspath(root), dict(os.environ if env is None else env)
    launch, guard = run or process.run, _Guard()
    nowhere: tuple[str, str | None] = (platforms.LOCAL, None)
    platform, container = guard("platform", lambda: platforms.probe(place, variables), nowhere)
    board = guard("jetson", lambda: jetson.probe(place), Reading())
    cards = guard("nvidia", lambda: nvidia.probe(place, variables, launch), Reading())
    host = guard("cpu", lambda: cpu.probe(place, variables, launch), Reading())
    found = [_finding(row, container) for reading in (board, cards, host) for row in reading.findings]

    devices = guard("devices", lambda: _accelerators(board, cards), list[Device]())
    if devices and diagnosis.hidden(variables):
        found.append(diagnosis.finding("gpu_hidden", device=devices[0].name))
        devices = [replace(one, usable=False) for one in devices]
    if not quick:
        untried = (devices, list[Finding]())
        devices, more = guard("trial", lambda: diagnosis.try_devices(devices, variables, launch), untried)
        found += more
    last = guard("cpu", lambda: [Device.from_dict(row) for row in host.devices], list[Device]())
    last = last or [Device("cpu", 0, "CPU", usable=True)]
    return Machine(platform, container, (*devices, *last), _sorted(found + guard.troubles))


class _Guard:
    """Whatever a strange machine makes a probe do, the report must come: a failing part is left out and said."""

    def __init__(self) -> None:
        self.troubles: list[Finding] = []

    def __call__(self, part: str, call: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return call()
        except Exception as error:
            detail = f"{part}: {type(error).__name__}: {error}"
            self.troubles.append(diagnosis.finding("probe_failed", detail=detail))
            return otherwise


def _accelerators(board: Reading, cards: Reading) -> list[Device]:
    """The board's GPU, then the cards. NVML on a Jetson names the board's GPU again: it only adds what is missing."""
    own = [_with_features(Device.from_dict(row)) for row in board.devices]
    devices = [_with_features(Device.from_dict(row)) for row in cards.devices]
    if own:
        twins = [one for one in devices if _INTEGRATED.search(one.name)]
        devices = [one for one in devices if one not in twins]
        own = [replace(own[0], uuid=twins[0].uuid), *own[1:]] if twins else own
    return own + devices


def _with_features(device: Device) -> Device:
    has = features(device.compute_capability)
    # with MIG switched on, programs reach the slices only
    usable = False if device.mig and device.mig.enabled and not device.is_slice else device.usable
    return replace(device, features=tuple(name for name in FEATURES if name in has), usable=usable)


def _finding(row: Mapping[str, str], container: str | None) -> Finding:
    identity = row["id"]
    if identity == "container_lost_gpu" and container is None:
        identity = "nvml_error"
    return diagnosis.finding(identity, device=row.get("device", ""), detail=row.get("detail", ""))


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: order.get(one.severity, 3)))


def recorded_machines() -> tuple[Machine, ...]:
    """Six machines to look into, one of which lies. Assembled from published output, not recorded by us: each
    has provenance "published" and names its source."""
    text = (files("gpu_utils") / "data" / "machines.json").read_text(encoding="utf-8")
    return tuple(Machine.from_json(row) for row in json.loads(text)["machines"])
