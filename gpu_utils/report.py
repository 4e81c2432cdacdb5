"""A machine's report for people: plain text for a terminal of 80 columns, a small table for a notebook."""

from __future__ import annotations

import html as markup
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gpu_utils.probes import platforms
from gpu_utils.quantities import memory

if TYPE_CHECKING:
    from gpu_utils.device import Machine
    from gpu_utils.diagnosis import Finding
    from gpu_utils.hardware import Device, Mig, Pcie

__all__ = ["html", "text"]

WIDTH = 80
_USABLE = {True: "yes", False: "no", None: "unknown"}
_MARK = {True: "✔", False: "✘", None: "?"}
_SEVERITY = {"error": "✘", "warning": "!", "info": "·"}
_COLOUR = {"✔": "32", "✘": "31", "!": "33", "?": "33", "·": "2"}
_SAYS = {
    "fp16_tensor": "FP16",
    "int8_tensor": "INT8",
    "tf32": "TF32",
    "bf16": "BF16",
    "fp8": "FP8",
    "nvfp4": "NVFP4",
    "sparsity_2_4": "2:4 sparsity",
}
_PLAIN = str.maketrans({"✔": "+", "✘": "x", "·": "-", "↳": "\\", "→": ">", "–": "-", "×": "x", "²": "2", "µ": "u"})


def text(machine: Machine, *, colour: bool = False, ascii_only: bool = False) -> str:
    """What is there, what works, and what to do about what doesn't.

    Args:
        machine: what `detect` gave.
        colour: mark with ANSI colours; every mark also has a word or a shape.
        ascii_only: for terminals that can't show more.

    >>> from gpu_utils.device import recorded_machines
    >>> text(recorded_machines()[1]).splitlines()[0]
    'A notebook in the cloud · Google Colab · published'
    """
    paint = _paint if colour else _leave
    lines = [paint(_heading(machine), "1"), ""]
    lines.append(paint(f"    {'DEVICE':<44}{'MEMORY':>10}  {'CC':>4}  USABLE", "2"))
    for run in _runs(machine.devices):
        lines += _device(run, paint)
    if machine.findings:
        lines.append("")
    for finding in machine.findings:
        lines += _finding(finding, paint)
    lines += ["", *textwrap.wrap(_conclusion(machine), WIDTH)]
    joined = "\n".join(lines)
    return joined.translate(_PLAIN).encode("ascii", "replace").decode() if ascii_only else joined


def _paint(words: str, code: str) -> str:
    return f"\033[{code}m{words}\033[0m"


def _leave(words: str, code: str) -> str:
    return words


def _heading(machine: Machine) -> str:
    known = machine.platform != platforms.LOCAL
    place = platforms.label(machine.platform) if known else "" if machine.title else "This computer"
    inside = f"in a container ({platforms.label(machine.container)})" if machine.container else ""
    return " · ".join(filter(None, (machine.title, ", ".join(filter(None, (place, inside))), str(machine.provenance))))


def _runs(devices: Sequence[Device]) -> list[list[Device]]:
    """Neighbours that differ in index and UUID only share a row: a box of eight cards stays readable."""
    runs: list[list[Device]] = []
    for device in devices:
        cut = device.mig is not None and device.mig.enabled and not device.is_slice  # its slices follow it
        if runs and not cut and _follows(runs[-1], device):
            runs[-1].append(device)
        else:
            runs.append([device])
    return runs


def _follows(run: Sequence[Device], device: Device) -> bool:
    alike = replace(run[0], index=device.index, uuid=device.uuid) == device
    return alike and device.pcie == run[0].pcie and device.index == run[-1].index + 1  # a lost one in between is a gap


def _device(run: Sequence[Device], paint: Callable[[str, str], str]) -> list[str]:
    device = run[0]
    mark, size, capability = _MARK[device.usable], _size(device), _capability(device)
    name, *rest = textwrap.wrap(_name(run), 44)
    row = f"{paint(mark, _COLOUR[mark])} {name:<44}{size:>10}  {capability:>4}  {_USABLE[device.usable]}"
    notes = textwrap.wrap(_notes(device), WIDTH - 8, break_on_hyphens=False)
    return [f"  {row}", *(f"        {paint(line, '2')}" for line in [*rest, *notes])]


def _name(run: Sequence[Device]) -> str:
    first, last = run[0], run[-1]
    if first.mig and first.mig.profile:
        which = f"slice {first.index}" if first is last else f"slices {first.index} to {last.index}"
        return f"↳ {which}: {_profile(first.mig)}"
    which = f"{first.kind}:{first.index}" if first is last else f"{first.kind}:{first.index} to {last.index}"
    return f"{which} {re.sub(r'[(](R|TM)[)]', '', first.name)}"


def _size(device: Device) -> str:
    return memory(device.memory_bytes) if device.memory_bytes else "–"


def _capability(device: Device) -> str:
    return ".".join(map(str, device.compute_capability)) if device.compute_capability else "–"


def _notes(device: Device) -> str:
    if device.kind == "cpu":
        return ", ".join(name.upper().replace("SSE4_2", "SSE4.2").replace("_", "-") for name in device.features)
    if device.is_slice:
        return ""
    formats = [_SAYS.get(name, name) for name in device.features if name != "sparsity_2_4"]
    parts = [f"tensor cores: {', '.join(formats)}"] if formats else []
    parts += ["2:4 sparsity"] if "sparsity_2_4" in device.features else []
    parts += ["MIG on, use the slices"] if device.mig and device.mig.enabled else []
    if device.nvlink:
        generation = f" (generation {device.nvlink.version:g})" if device.nvlink.version else ""
        parts.append(f"{device.nvlink.links} NVLinks{generation}")
    if device.pcie:
        parts.append(_pcie(device.pcie))
    return " · ".join(parts)


def _pcie(link: Pcie) -> str:
    """ "PCIe 4 with 16 lanes", or with "8 of 16" when the card uses fewer than card and slot have."""
    name = f"PCIe {link.generation}" if link.generation else "PCIe"
    few = link.lanes_now is not None and link.lanes is not None and link.lanes_now < link.lanes
    lanes = f"{link.lanes_now} of {link.lanes}" if few else f"{link.lanes}"
    return f"{name} with {lanes} lanes" if link.lanes else name


def _profile(mig: Mig) -> str:
    return "profile unknown" if mig.profile == "unknown" else str(mig.profile)


def _finding(finding: Finding, paint: Callable[[str, str], str]) -> list[str]:
    mark = _SEVERITY.get(finding.severity, "!")
    said = textwrap.wrap(finding.message, WIDTH - 4)
    advice = textwrap.wrap(finding.advice, WIDTH - 6)
    head = f"  {paint(mark, _COLOUR[mark])} {said[0] if said else ''}"
    follow = [f"    {'→' if place == 0 else ' '} {line}" for place, line in enumerate(advice)]
    return [head, *(f"    {line}" for line in said[1:]), *follow]


def _conclusion(machine: Machine) -> str:
    best = machine.best()
    others = [one for one in machine.devices if one.kind != "cpu"]
    if not others and any(one.severity != "info" for one in machine.findings):
        return "No GPU was found that programs could use; everything in this course runs on the CPU as well."
    if not others:
        return "No GPU here. Everything in this course runs on the CPU; GPU figures are modelled or published."
    if best.kind == "cpu":
        return "Programs run on the CPU: no GPU here can be used as things are."
    where = (
        f"slice {best.index} ({_profile(best.mig)})" if best.mig and best.mig.profile else f"{best.kind}:{best.index}"
    )
    if best.usable:
        return f"Programs can use {where}, {best.name}."
    return f"{where}, {best.name}, is there; whether programs can use it is not known yet."


def html(machine: Machine) -> str:
    """The same as a table that screen readers follow: headings with scope, words beside marks.

    >>> from gpu_utils.device import recorded_machines
    >>> html(recorded_machines()[1]).count('scope="row"')
    2
    """
    heads = ("Device", "Memory", "Capability", "Can do", "Usable")
    top = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in heads)
    rows = "".join(_row(run) for run in _runs(machine.devices))
    return (
        f'<table style="border-collapse:collapse"><caption style="text-align:left;white-space:nowrap"><strong>'
        f"{markup.escape(_heading(machine))}</strong></caption><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p><strong>{markup.escape(_conclusion(machine))}</strong></p>{_list(machine.findings)}"
    )


_CELL = "text-align:left;vertical-align:top;padding:3px 10px;border-bottom:1px solid #8884"
_ON_PAPER = {"✔": "#2e9e4f", "✘": "#d64545", "!": "#c98a1b", "?": "#c98a1b", "·": "#888"}
"""Colours for marks only, which have a word beside them; readable on white and on black."""


def _row(run: Sequence[Device]) -> str:
    device = run[0]
    tight = f"{_CELL};white-space:nowrap"
    cells = "".join(
        f'<td style="{style}">{markup.escape(part)}</td>'
        for part, style in ((_size(device), tight), (_capability(device), tight), (_notes(device), _CELL))
    )
    mark = _sign(_MARK[device.usable])
    first = f"{tight if device.is_slice else _CELL};font-weight:normal{';padding-left:24px' if device.is_slice else ''}"
    return (
        f'<tr><th scope="row" style="{first}">{markup.escape(_name(run))}</th>{cells}'
        f'<td style="{tight}">{mark} {_USABLE[device.usable]}</td></tr>'
    )


def _sign(mark: str) -> str:
    return f'<span aria-hidden="true" style="color:{_ON_PAPER[mark]};font-weight:bold">{mark}</span>'


def _list(findings: Sequence[Finding]) -> str:
    items = "".join(
        f"<li>{_sign(_SEVERITY.get(one.severity, '!'))} <strong>{markup.escape(one.severity)}:</strong> "
        f"{markup.escape(one.message)}{_advice(one.advice)}</li>"
        for one in findings
    )
    return f'<ul style="list-style:none;padding-left:10px">{items}</ul>' if items else ""


def _advice(advice: str) -> str:
    return f'<div style="padding-left:14px">→ {markup.escape(advice)}</div>' if advice else ""
