"""Recorded machines to look into: which devices each has, and which of them can be used."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from typing import Any

from gpu_utils import quantities
from gpu_utils.widgets.controls import buttons

__all__ = ["explore_machines", "machine_report"]

_USABLE = {True: "✔ yes", False: "✘ no", None: "? not tried"}
_CELL = "text-align:left;vertical-align:top;padding:4px 10px;border-bottom:1px solid #b5b5b5;"


def explore_machines(machines: Iterable[Any]) -> Any:
    """Machines to choose from, and the report of the chosen one as a table.

    Args:
        machines: what ``python -m gpu_utils --json`` prints, as a dict, or objects whose ``to_json()`` gives
            that; with "title" and "story" when the machine is to have a name and an introduction.

    Returns:
        A widget; its first child holds the buttons, one a machine.

    Raises:
        ValueError: there is no machine in the list.

    >>> from gpu_utils.device import recorded_machines
    >>> type(explore_machines(recorded_machines())).__name__
    'VBox'
    """
    import ipywidgets

    records = [_record(machine) for machine in machines]
    if not records:
        raise ValueError("explore_machines needs at least one machine")
    titles = [f"{place}. {_title(record)}" for place, record in enumerate(records, start=1)]
    chooser = buttons("", dict(zip(titles, range(len(records)), strict=True)), tooltip="show this machine's report")
    if len(records) == 1:
        chooser.layout.display = "none"
    report = ipywidgets.HTML()

    def update(_: Any = None) -> None:
        report.value = f'<div role="status">{machine_report(records[chooser.value])}</div>'

    chooser.observe(update, names="value")
    update()
    return ipywidgets.VBox([chooser, report])


def machine_report(machine: Any) -> str:
    """One machine as HTML: its story, a table of its devices, its findings, and where all that comes from.

    >>> from gpu_utils.device import recorded_machines
    >>> "<table" in machine_report(recorded_machines()[0])
    True
    """
    record = _record(machine)
    story = f"<p>{html.escape(str(record['story']))}</p>" if record.get("story") else ""
    return (
        f"<h4>{html.escape(_title(record))}</h4>{story}{_devices(record.get('devices', []))}"
        f"{_findings(record)}<p><small>{html.escape(_origin(record))}</small></p>"
    )


def _record(machine: Any) -> dict[str, Any]:
    said = machine.to_json() if hasattr(machine, "to_json") else machine
    record = dict(json.loads(said) if isinstance(said, str) else said)
    for name in ("title", "story"):
        if name not in record and getattr(machine, name, None):
            record[name] = getattr(machine, name)
    return record


def _title(record: Mapping[str, Any]) -> str:
    platform = record.get("platform") or {}
    return str(record.get("title") or platform.get("name") or "a machine")


def _origin(record: Mapping[str, Any]) -> str:
    platform = record.get("platform") or {}
    where = [str(platform["name"])] if platform.get("name") else []
    if platform.get("container"):
        where.append(f"in a container ({platform['container']})")
    return " · ".join([*where, str(record.get("provenance", "measured"))])


def _devices(devices: Iterable[Mapping[str, Any]]) -> str:
    heads = ("Device", "Memory", "Compute capability", "Features", "Usable?")
    top = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in heads)
    rows = "".join(_device_row(device) for device in devices)
    caption = '<caption style="text-align:left">Devices</caption>'
    return (
        f'<table style="border-collapse:collapse">{caption}<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _device_row(device: Mapping[str, Any]) -> str:
    capability = device.get("compute_capability")
    memory = device.get("memory_bytes")
    features = [str(feature) for feature in device.get("features") or ()]
    rest = (
        quantities.memory(memory) if memory else "–",
        ".".join(map(str, capability)) if capability else "–",
        ", ".join(features) or "–",
        _USABLE.get(device.get("usable"), "? not tried"),
    )
    cells = "".join(f'<td style="{_CELL}">{html.escape(text)}</td>' for text in rest)
    return f'<tr><th scope="row" style="{_CELL}font-weight:normal">{_device_name(device)}</th>{cells}</tr>'


def _device_name(device: Mapping[str, Any]) -> str:
    name = html.escape(str(device.get("name") or "unnamed"))
    kind = html.escape(f"{device.get('kind', '?')}:{device.get('index', 0)}")
    mig = device.get("mig") or {}
    if mig.get("profile"):
        return f"↳ slice {html.escape(str(mig['profile']))} of {name} <small>({kind})</small>"
    links = (device.get("nvlink") or {}).get("links")
    notes = [kind] + (["MIG on"] if mig.get("enabled") else []) + ([f"{links} NVLinks"] if links else [])
    return f"{name} <small>({', '.join(notes)})</small>"


def _findings(record: Mapping[str, Any]) -> str:
    items = "".join(
        f"<li><strong>{html.escape(str(finding.get('severity', 'note')))}</strong>: "
        f"{html.escape(str(finding.get('message', '')))} {html.escape(str(finding.get('advice') or ''))}</li>"
        for finding in record.get("findings") or ()
    )
    if items:
        return f"<p>Findings</p><ul>{items}</ul>"
    # Where nobody tried a device, that nothing was found would say more than is known.
    tried = any(device.get("usable") is not None for device in record.get("devices") or ())
    return "<p>No findings.</p>" if tried else ""
