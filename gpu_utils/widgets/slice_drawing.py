"""The drawing of a cut GPU as the page shows it: the figure, something to take hold of, and somewhere to drop it."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

from gpu_utils.mig import Placement, commands, profiles, slices

__all__ = ["FIELD", "ROOT", "drawing", "typed"]

ROOT, FIELD = "cut-gpu", "cut-gpu-dropped"
"""CSS classes of the widget, and of the element inside it that holds the text field for what was dropped."""

_CHIP = (
    "display:inline-block;box-sizing:border-box;padding:2px 0;margin:2px 4px 2px 0;border:1.5px solid #1b1b1b;"
    "border-radius:3px;color:#000;font-size:11px;text-align:center;cursor:grab;user-select:none;white-space:nowrap;"
)


def drawing(placed: Sequence[Placement], gpu: str) -> str:
    """The layout as HTML: the figure with its words, instances to take hold of, and profiles to drag onto it.

    What is dropped is written into the text field of class `FIELD` in the same widget, which reads there
    "1g.5gb>6#..." for a profile on memory slice 6, "@0>6#..." for the first instance. All of it can be done with
    buttons and a slider as well, so for screen readers only the figure is there.

    >>> "ondrop" in drawing([], "A30")
    True
    """
    from gpu_utils.plotting.house import png
    from gpu_utils.plotting.slices import LEFT, RIGHT, slice_map

    figure = slice_map(placed, gpu)
    code, width, (_, memory) = base64.b64encode(png(figure)).decode("ascii"), RIGHT - LEFT, slices(gpu)
    grips = "".join(
        f'<div {_drag(f"@{place}")} title="{each.profile}: drag it" aria-hidden="true" style="position:absolute;'
        f"top:18%;height:46%;cursor:grab;left:{100 * (LEFT + width * each.start / memory):.2f}%;"
        f'width:{100 * width * each.size / memory:.2f}%"></div>'
        for place, each in enumerate(placed)
    )
    return (
        f'<div ondragover="event.preventDefault()" ondrop="{html.escape(_drop(memory), quote=True)}" '
        'style="position:relative;max-width:880px;line-height:0">'
        f'<img alt="{html.escape(figure.alt, quote=True)}" draggable="false" style="width:100%;height:auto" '
        f'src="data:image/png;base64,{code}">{grips}</div>'
        f'<div aria-hidden="true" style="line-height:1.4">drag: {_chips(gpu)}</div>'
    )


def typed(placed: Sequence[Placement], gpu: str) -> str:
    """The commands for this layout, as HTML.

    >>> "-cgi 4g.24gb:0 -C" in typed([Placement("4g.24gb", 0, 4)], "A30")
    True
    """
    lines = "\n".join(commands(placed, gpu))
    return (
        "<div>What an administrator would type for this layout (nothing is sent):</div>"
        f'<pre style="margin:4px 0;padding:6px 8px;white-space:pre-wrap">{html.escape(lines)}</pre>'
    )


def _drag(what: str) -> str:
    return f"draggable=\"true\" ondragstart=\"event.dataTransfer.setData('text/plain','{what}')\""


def _drop(memory: int) -> str:
    """What the browser does with a drop: the memory slice under the pointer goes into the text field."""
    from gpu_utils.plotting.slices import LEFT, RIGHT

    place = f"((event.clientX-box.left)/box.width-{LEFT})/{RIGHT - LEFT:.4f}*{memory}"
    return (
        "event.preventDefault();const box=this.getBoundingClientRect();"
        f"const slot=Math.max(0,Math.min({memory - 1},Math.floor({place})));"
        f"const field=this.closest('.{ROOT}').querySelector('.{FIELD} input');"
        "field.value=event.dataTransfer.getData('text/plain')+'>'+slot+'#'+Date.now();"
        "for(const kind of ['input','change'])field.dispatchEvent(new Event(kind,{bubbles:true}));"
    )


def _chips(gpu: str) -> str:
    from gpu_utils.plotting.slices import profile_look

    return "".join(
        f'<span {_drag(name)} style="{_CHIP}width:{64 + 16 * row.memory_slices}px;'
        f'background:{profile_look(name, gpu)[1]}">{name}</span>'
        for name, row in profiles(gpu).items()
    )
