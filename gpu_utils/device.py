"""What this machine has: `detect()` gives a `Machine` with its devices, best first choice, and what is wrong.

Missing hardware is a value, never an exception: a laptop without a GPU is a machine with one device, the CPU.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any, TypeVar

from gpu_utils import diagnosis, report, visibility
from gpu_utils.diagnosis import Finding
from gpu_utils.hardware import KINDS, Device, Mig, NvLink, Pcie
from gpu_utils.probes import Reading, amd, apple, cpu, intel, jetson, nvidia, platforms, process, tpu
from gpu_utils.provenance import Provenance
from gpu_utils.specs import FEATURES, features

__all__ = ["KINDS", "Device", "Finding", "Machine", "Mig", "NvLink", "Pcie", "detect", "recorded_machines"]

_SEEN_BY_CUDA = ("cuda", "jetson")
_NAMED = ("title", "story", "source")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Machine:
    """A machine as detected, or as recorded (then with `title`, `story` and `source`). The CPU is the last device.

    >>> Machine("local", None, (Device("cpu", 0, "a CPU", usable=True),)).best().name
    'a CPU'
    """

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
        equals the one with more memory, then the newer one, then the first.

        >>> recorded_machines()[1].best().name
        'Tesla T4'
        """

        def merit(device: Device) -> tuple[bool, bool, int, tuple[int, int]]:
            memory, capability = device.memory_bytes or 0, device.compute_capability or (0, 0)
            return device.kind != "cpu", device.usable is True, memory, capability

        return max((one for one in self.devices if one.usable is not False), key=merit, default=self.devices[-1])

    def as_dict(self) -> dict[str, Any]:
        """The report for a program, as plain values.

        >>> recorded_machines()[1].as_dict()["platform"]
        {'name': 'colab', 'container': None}
        """
        named = {name: getattr(self, name) for name in _NAMED}
        return {
            "platform": {"name": self.platform, "container": self.container},
            "devices": [device.as_dict() for device in self.devices],
            "findings": [asdict(one) for one in self.findings],
            "provenance": str(self.provenance),
            **{key: value for key, value in named.items() if value is not None},
        }

    def to_json(self) -> str:
        """The report for a program: ``python -m gpu_utils --json`` prints this.

        >>> print(recorded_machines()[0].to_json()[:17])
        {
          "platform": {
        """
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | Mapping[str, Any]) -> Machine:
        """The machine that a report (JSON text, or what it parses to) tells of. ValueError when it is none.

        >>> machine = recorded_machines()[0]
        >>> Machine.from_json(machine.to_json()) == machine
        True
        """
        try:
            data = json.loads(text) if isinstance(text, str) else text
            place = data["platform"]
            return cls(
                platform=_text(place["name"]),
                container=None if place["container"] is None else _text(place["container"]),
                devices=tuple(Device.from_dict(row) for row in data["devices"]) or _no_devices(),
                findings=tuple(Finding.from_dict(row) for row in data["findings"]),
                provenance=Provenance(data["provenance"]),
                **{name: None if data.get(name) is None else _text(data[name]) for name in _NAMED},
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            raise ValueError(f"this is not a report of `python -m gpu_utils --json`: {error}") from error

    def __str__(self) -> str:
        return report.text(self)

    def _repr_html_(self) -> str:
        return report.html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The report, where a notebook or IPython shows plain text."""
        printer.text(str(self))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"a text was expected, not {value!r}")


def _no_devices() -> tuple[Device, ...]:
    raise ValueError("it has no device, not even a CPU")


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

    >>> detect(root="/no/such/machine", env={}, quick=True).devices[-1].kind
    'cpu'
    """
    place, variables = os.fspath(root), dict(os.environ if env is None else env)
    launch, guard = run or process.run, _Guard()
    nowhere: tuple[str, str | None] = (platforms.LOCAL, None)
    platform, container = guard("platform", lambda: platforms.probe(place, variables), nowhere)
    readings = _probe(place, variables, launch, guard)
    found = [_finding(row, container) for reading in readings.values() for row in reading.findings if "id" in row]
    devices = guard("devices", lambda: _accelerators(readings), list[Device]())
    devices, more = guard("visibility", lambda: _as_seen(devices, variables), (devices, list[Finding]()))
    found += more
    if not quick:
        untried = (devices, list[Finding]())
        devices, more = guard("trial", lambda: diagnosis.try_devices(devices, variables, launch), untried)
        found += more
    last = guard("cpu", lambda: [Device.from_dict(row) for row in readings["cpu"].devices], list[Device]())
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


def _probe(root: str, env: Mapping[str, str], run: process.Run, guard: _Guard) -> dict[str, Reading]:
    """What each maker's probe saw. Findings about a board come first, about the CPU last."""
    probes: dict[str, Callable[[], Reading]] = {
        "jetson": lambda: jetson.probe(root),
        "nvidia": lambda: nvidia.probe(root, env, run),
        "amd": lambda: amd.probe(root, env),
        "apple": lambda: apple.probe(root, env, run),
        "intel": lambda: intel.probe(root),
        "tpu": lambda: tpu.probe(root),
        "cpu": lambda: cpu.probe(root, env, run),
    }
    return {name: guard(name, probe, Reading()) for name, probe in probes.items()}


def _accelerators(readings: Mapping[str, Reading]) -> list[Device]:
    """The board's GPU, then the cards. NVML on a Jetson names the board's GPU again: it only adds what is missing."""

    def of(*names: str) -> list[Device]:
        return [_with_features(Device.from_dict(row)) for name in names for row in readings[name].devices]

    own, cards = of("jetson"), of("nvidia")
    if own:
        twins = [one for one in cards if diagnosis.ON_TEGRA.search(one.name)]
        cards = [one for one in cards if one not in twins]
        own = [replace(own[0], uuid=twins[0].uuid, driver=twins[0].driver), *own[1:]] if twins else own
    return own + cards + of("amd", "apple", "intel", "tpu")


def _as_seen(devices: list[Device], env: Mapping[str, str]) -> tuple[list[Device], list[Finding]]:
    """The devices, with those that CUDA_VISIBLE_DEVICES keeps from programs marked as not usable."""
    value, order = env.get("CUDA_VISIBLE_DEVICES"), env.get("CUDA_DEVICE_ORDER")
    driver = next((one.driver for one in devices if one.driver), None)
    seen, findings = visibility.visible(devices, value, driver, order)
    if value is None:
        return devices, findings
    hidden = [one for one in devices if one.kind in _SEEN_BY_CUDA and one.usable is None and one not in seen]
    cut_short = any(one.id == "visible_invalid" for one in findings)  # which says already why GPUs are missing
    if hidden and seen and not cut_short:
        first, others = hidden[0].name, len(hidden) - 1
        names = f"{first} (and {others} more)" if others else first
        findings.append(diagnosis.finding("gpu_left_out", device=names, detail=f'CUDA_VISIBLE_DEVICES="{value}"'))
    return [replace(one, usable=False) if one in hidden else one for one in devices], findings


def _with_features(device: Device) -> Device:
    if device.kind not in _SEEN_BY_CUDA:
        return device
    has = features(device.compute_capability, device.name)
    # with MIG switched on, programs reach the slices only
    usable = False if device.mig and device.mig.enabled and not device.is_slice else device.usable
    return replace(device, features=tuple(name for name in FEATURES if name in has), usable=usable)


def _finding(row: Mapping[str, str], container: str | None) -> Finding:
    identity = row["id"]
    if identity == "container_lost_gpu" and container is None:
        identity = "nvml_error"
    return diagnosis.finding(str(identity), device=str(row.get("device", "")), detail=str(row.get("detail", "")))


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: diagnosis.SEVERITIES.index(one.severity)))


def recorded_machines() -> tuple[Machine, ...]:
    """Six machines to look into, one of which lies. Assembled from published output, not recorded by us: each
    has provenance "published" and names its source.

    >>> [machine.platform for machine in recorded_machines()]
    ['local', 'colab', 'wsl', 'local', 'local', 'local']
    """
    text = (files("gpu_utils") / "data" / "machines.json").read_text(encoding="utf-8")
    return tuple(Machine.from_json(row) for row in json.loads(text)["machines"])
