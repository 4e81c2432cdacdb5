"""One number as its bits: flip any of them, and see the value, its neighbours and its distance to pi move."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from typing import Any

from gpu_utils.formats import Format, decode, encode, find, neighbours
from gpu_utils.widgets.controls import buttons

__all__ = ["bit_report", "flip_bits"]

FIELDS = (("sign", "#D55E00"), ("exponent", "#0072B2"), ("fraction", "#00664B"))
"""The three fields in order, each with a colour on which white is legible; their names stand above the bits."""
_CELL = "text-align:left;padding:2px 14px 2px 0;vertical-align:top;background:transparent;"


def flip_bits(
    formats: Sequence[str] = ("fp32", "tf32", "bf16", "fp16", "e4m3", "e5m2"), format: str = "bf16", x: float = math.pi
) -> Any:
    """A number of a chosen format as a row of bits, each a button that flips it.

    Args:
        formats: what can be chosen, names of `gpu_utils.formats.FORMATS`.
        format: the one to begin with.
        x: the number to begin with, rounded to the format.

    Returns:
        A widget: the formats, the bits, steps to the neighbours, and a report of the number.

    Everything is reached with Tab and pressed with the space bar. ValueError for a format that isn't there.

    >>> type(flip_bits()).__name__
    'VBox'
    """
    return _Flipper([find(name) for name in formats], find(format), x).widget


def bit_report(pattern: int, layout: Format | str) -> str:
    """What a bit pattern means, as HTML: its fields, its value, its neighbours and its distance to pi.

    >>> "3.140625" in bit_report(0x4049, "bf16")
    True
    """
    layout = find(layout)
    value = float(decode(pattern, layout))
    below, above = (float(each) for each in neighbours(value, layout))
    rows = {
        "read as": _reading(pattern, layout),
        "value": f"<b>{_written(value)}</b>",
        "neighbours": "none" if math.isnan(value) else f"{_written(below)} below, {_written(above)} above",
        "distance to π": _distance(value),
    }
    body = "".join(
        f'<tr style="background:transparent"><th scope="row" style="{_CELL}font-weight:normal">{name}</th>'
        f'<td style="{_CELL}">{text}</td></tr>'
        for name, text in rows.items()
    )
    return (
        f'<table style="border-collapse:collapse"><caption style="text-align:left;color:inherit">'
        f"{html.escape(layout.name)}, {layout.bits} bits: {pattern:#0{2 + (layout.bits + 3) // 4}x}</caption>"
        f"<tbody>{body}</tbody></table>{_line(value, below, above)}"
    )


class _Flipper:
    """The widget's state: a format and a pattern. Buttons change the pattern, and `refresh` shows it."""

    def __init__(self, formats: list[Format], layout: Format, x: float) -> None:
        import ipywidgets

        self.layout, self.start = layout, x
        self.pattern = int(encode(x, layout))
        self.chooser = buttons("", {each.name: each for each in formats}, layout, tooltip="show the number in it")
        self.chooser.observe(self._choose, names="value")
        self.row = ipywidgets.HBox(layout={"flex_flow": "row wrap", "margin": "6px 0"})
        self.report = ipywidgets.HTML()
        steps = [
            self._button("◀ neighbour below", "to the next smaller number", lambda: self._step(0)),
            self._button("neighbour above ▶", "to the next larger number", lambda: self._step(1)),
            self._button("nearest to π", "back to where you began", lambda: self._go(self.start)),
            self._button("largest", "the largest finite number", lambda: self._go(self.layout.largest)),
            self._button("smallest above 0", "one step above zero", lambda: self._go(self.layout.smallest_subnormal)),
        ]
        actions = ipywidgets.HBox(steps, layout={"flex_flow": "row wrap"})
        self.bits: list[Any] = []
        self.widget = ipywidgets.VBox([self.chooser, self.row, actions, self.report])
        self._lay_out()

    def _choose(self, event: Any) -> None:
        self.layout = event["new"]
        self.pattern = int(encode(self.start, self.layout))
        self._lay_out()

    def _lay_out(self) -> None:
        """A button for each bit, in one group a field."""
        import ipywidgets

        self.bits, groups, place = [], [], self.layout.bits
        widths = (1, self.layout.exponent_bits, self.layout.fraction_bits)
        for (name, colour), width in zip(FIELDS, widths, strict=True):
            group = []
            for _ in range(width):
                place -= 1
                group.append(self._bit(place, name, colour))
            head = ipywidgets.HTML(f'<span style="color:{colour};font-weight:600">{name}</span>')
            row = ipywidgets.HBox(group, layout={"flex_flow": "row wrap"})
            groups.append(ipywidgets.VBox([head, row], layout={"margin": "0 10px 4px 0"}))
            self.bits += group
        self.row.children = groups
        self.refresh()

    def _bit(self, place: int, name: str, colour: str) -> Any:
        tooltip = f"flip bit {place}, {name}"
        bit = self._button("0", tooltip, lambda: self._set(self.pattern ^ 1 << place))
        bit.layout = {"width": "26px", "margin": "1px", "padding": "0"}
        bit.style.button_color, bit.style.text_color = colour, "white"
        bit.place = place
        return bit

    def _button(self, words: str, tooltip: str, press: Callable[[], None]) -> Any:
        import ipywidgets

        button = ipywidgets.Button(description=words, tooltip=tooltip, layout={"width": "auto"})
        button.on_click(lambda _: press())
        return button

    def _step(self, side: int) -> None:
        value = float(decode(self.pattern, self.layout))
        if not math.isnan(value):
            self._go(float(neighbours(value, self.layout)[side]))

    def _go(self, value: float) -> None:
        self._set(int(encode(value, self.layout)))

    def _set(self, pattern: int) -> None:
        self.pattern = pattern
        self.refresh()

    def refresh(self) -> None:
        """Write the pattern on the buttons and its meaning below."""
        for bit in self.bits:
            is_set = bool(self.pattern >> bit.place & 1)
            bit.description = "1" if is_set else "0"
            bit.style.font_weight = "bold" if is_set else "normal"
            bit.layout.border = "2px solid #1b1b1b" if is_set else "2px solid transparent"
        self.report.value = f'<div role="status">{bit_report(self.pattern, self.layout)}</div>'


def _reading(pattern: int, layout: Format) -> str:
    """The pattern as sign, significand and power of two, or what it stands for instead."""
    value = float(decode(pattern, layout))
    field = pattern >> layout.fraction_bits & (1 << layout.exponent_bits) - 1
    fraction = pattern & (1 << layout.fraction_bits) - 1
    sign = "−" if pattern >> (layout.bits - 1) else "+"
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return f"{sign}infinity: exponent all ones, fraction zero"
    if value == 0:
        return f"{sign}zero"
    kind = "" if field else " (subnormal: no hidden 1)"
    lead = 1 if field else 0
    digits = f"{fraction:0{layout.fraction_bits}b}"
    return f"{sign}{lead}.{digits} in binary × 2<sup>{max(field, 1) - layout.bias}</sup>{kind}"


def _written(value: float) -> str:
    """A number of up to 24 significant bits in full where that is short, else with nine digits."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinity" if value > 0 else "−infinity"
    short = f"{value:.10g}"
    return (short if float(short) == value else f"{value:.9g} …").replace("-", "−")


def _distance(value: float) -> str:
    if not math.isfinite(value):
        return "none"
    off = value - math.pi
    return f"{abs(off):.3g} {'too large' if off > 0 else 'too small'}".replace("-", "−")


def _line(value: float, below: float, above: float) -> str:
    """The number between its neighbours on a line, with pi where it lies among them."""
    if not all(math.isfinite(each) for each in (below, value, above)):
        return ""
    width, left, right = 560, 30, 530

    def at(x: float) -> float:
        return left + (right - left) * ((x - below) / (above - below))

    marks = "".join(
        f'<line x1="{at(x):.1f}" x2="{at(x):.1f}" y1="34" y2="50" stroke="currentColor" stroke-width="{thick}"/>'
        f'<text x="{at(x):.1f}" y="66" text-anchor="{anchor}" font-size="12" fill="currentColor">{_written(x)}</text>'
        for x, thick, anchor in ((below, 2, "start"), (value, 5, "middle"), (above, 2, "end"))
    )
    if below <= math.pi <= above:
        x = at(math.pi)
        marks += (
            f'<path d="M{x:.1f} 40 l-6 -11 h12 z" fill="#D55E00"/>'
            f'<text x="{x:.1f}" y="22" text-anchor="middle" font-size="15" font-weight="bold" fill="#D55E00">π</text>'
        )
        where = "π lies among them"
    else:
        where = "π lies outside"
    said = f"Number line: {_written(value)} between its neighbours {_written(below)} and {_written(above)}; {where}."
    return (
        f'<svg role="img" aria-label="{html.escape(said)}" viewBox="0 0 {width} 74" '
        f'style="width:100%;max-width:{width}px;display:block">'
        f'<line x1="{left}" x2="{right}" y1="42" y2="42" stroke="currentColor" stroke-width="1.5"/>{marks}</svg>'
    )
