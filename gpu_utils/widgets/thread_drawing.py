"""The drawing of `step_through`: a block of threads, the arrays it touches, and an arrow for each access, as SVG."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # these load NumPy
    from gpu_utils.accesses import Access, Race
    from gpu_utils.counts import Counts

__all__ = ["Panel", "draw", "panels"]

_WIDTH = 860.0
_READ, _WRITE, _RACE, _LINE = "#0072B2", "#D55E00", "#8B0000", "#b5b5b5"
_MOST_ARROWS = 100
_ROW = 32
"""Cells in a row of an array with one axis."""


@dataclass
class Panel:
    """An array as a rectangle of cells: `stripes` is the length of its third axis. Its corner is set by `panels`.

    >>> Panel("global", "image", (4, 6)).rows, Panel("shared", "sums", (40,)).rows
    (4, 2)
    """

    space: str
    name: str
    shape: tuple[int, ...]
    left: float = 0
    top: float = 0
    side: float = 20

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return -(-self.shape[0] // _ROW) if len(self.shape) == 1 else self.shape[0]

    @property
    def columns(self) -> int:
        """Cells in a row."""
        return min(self.shape[0], _ROW) if len(self.shape) == 1 else self.shape[1]

    @property
    def stripes(self) -> int:
        """Parts of a cell."""
        return self.shape[2] if len(self.shape) == 3 else 1

    def box(self, cell: tuple[int, ...]) -> tuple[float, float, float, float]:
        """Left, top, width and height of a cell, or of a part of one."""
        row, column = divmod(cell[0], _ROW) if len(self.shape) == 1 else cell[:2]
        width = self.side / self.stripes
        part = cell[2] if len(self.shape) == 3 else 0
        return self.left + column * self.side + part * width, self.top + row * self.side, width, self.side


def panels(counts: Counts) -> list[Panel]:
    """The block of threads, then every array that was touched, in the order of first use, laid out in rows.

    >>> import numpy as np
    >>> from gpu_utils.kernels import count, enable
    >>> place = enable()
    >>> from numba import cuda
    >>> @cuda.jit
    ... def copy(x, out):
    ...     out[cuda.grid(1)] = x[cuda.grid(1)]
    >>> [one.name for one in panels(count(copy, 2, 4, np.ones(8), np.zeros(8)))]
    ['threads of the block', 'x', 'out']
    """
    width, height, depth = counts.block
    shape = (width,) if height * depth == 1 else (height * depth, width)
    found = [Panel("", "threads of the block", shape)]
    for space, name in dict.fromkeys((one.space, one.array) for one in counts.accesses):
        shape = counts.heat(name).shape
        if 1 <= len(shape) <= 3:
            found.append(Panel(space, name, shape))
    if all(len(one.shape) == 1 for one in found):
        _stack(found)
    else:
        _spread(found)
    return found


def _stack(found: Sequence[Panel]) -> None:
    """Rows over each other: what is read first above the threads, all else below, so that no arrow hides another."""
    top = 24.0
    for one in (*found[1:2], found[0], *found[2:]):
        one.side = min(26.0, (_WIDTH - 10) / one.columns)
        one.left, one.top = 4, top
        top += one.rows * one.side + 64


def _spread(found: Sequence[Panel]) -> None:
    """The threads on top, the arrays in rows below."""
    x, y, tallest = _WIDTH, -34.0, 0.0
    for number, one in enumerate(found):
        one.side = max(8.0, min(26.0, (110 if number == 0 else 200) / max(one.columns, one.rows)))
        if one.stripes > 1:
            one.side = max(one.side, 12.0)
        broad = max(one.columns * one.side, 8.4 * len(_title(one)))
        if number == 1 or x + broad > _WIDTH:
            x, y, tallest = 4.0, y + tallest + 58, 0.0
        one.left, one.top = (x + 300 if number == 0 else x), y
        x += broad + 48
        tallest = max(tallest, one.rows * one.side)


def draw(
    shown: Sequence[Panel],
    counts: Counts,
    block: tuple[int, int, int],
    done: Sequence[Access],
    now: Sequence[Access],
    racing: Sequence[Race],
    label: str,
) -> str:
    """One state as SVG: cells that were read or written so far, arrows for what happens now, races framed.

    >>> draw([Panel("", "threads of the block", (2,))], None, (0, 0, 0), [], [], [], "two threads").startswith("<svg")
    True
    """
    bottom = max(one.top + one.rows * one.side for one in shown) + 34
    parts = [
        f'<svg role="img" aria-label="{html.escape(label, quote=True)}" viewBox="0 0 {_WIDTH:.0f} {bottom:.0f}" '
        f'style="width:100%;max-width:{_WIDTH:.0f}px;background:#fff" font-family="sans-serif">',
        "<defs>",
        *(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
            for name, colour in (("head-r", _READ), ("head-w", _WRITE))
        ),
        "</defs>",
    ]
    by_name = {one.name: one for one in shown}
    active = {one.thread.thread for one in now}
    words: list[str] = []
    for one in shown:
        cells, over = _panel(one, done, racing)
        parts.extend(cells)
        words.extend(over)
    parts.extend(_threads(shown[0], active, counts))
    if len(now) <= _MOST_ARROWS:
        parts.extend(_arrow(shown[0], by_name[one.array], one, counts) for one in now if one.array in by_name)
    parts.extend(words)
    parts.append(_legend(bottom, bool(racing), len(now) > _MOST_ARROWS))
    return "".join([*parts, "</svg>"])


def _title(one: Panel) -> str:
    size = " × ".join(map(str, one.shape))
    return f"{one.name} · {one.space} · {size}" if one.space else one.name


def _panel(one: Panel, done: Sequence[Access], racing: Sequence[Race]) -> tuple[list[str], list[str]]:
    """The cells, and the words and frames that must lie above the arrows."""
    title = html.escape(_title(one))
    cells = []
    over = [
        f'<text x="{one.left}" y="{one.top - 8}" font-size="13" font-weight="bold" stroke="#fff" stroke-width="4" '
        f'paint-order="stroke">{title}</text>'
    ]
    mine = [each for each in done if each.array == one.name]
    was_read = Counter(each.cell for each in mine if each.kind == "read")
    was_written = Counter(each.cell for each in mine if each.kind != "read")
    for cell in _cells(one):
        x, y, width, height = one.box(cell)
        frame = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        edge = f'stroke="{_LINE}" stroke-width="0.7"'
        reads, writes = was_read[cell], was_written[cell]
        if reads and writes:
            cells.append(f'<rect {frame} fill="{_READ}" {edge}/>')
            cells.append(f'<path d="M{x:.1f} {y + height:.1f}h{width:.1f}v{-height:.1f}z" fill="{_WRITE}"/>')
        else:
            colour = _READ if reads else _WRITE if writes else "#f4f4f4"
            cells.append(f'<rect {frame} fill="{colour}" {edge}/>')
        words = (f"r{reads if reads > 1 else ''}" if reads else "") + (
            f"w{writes if writes > 1 else ''}" if writes else ""
        )
        if len(words) > 3:
            words = ("r" if reads else "") + ("w" if writes else "")
        if words and width >= 11:
            size = min(12.0, 1.6 * width / max(len(words), 2))
            over.append(
                f'<text x="{x + width / 2:.1f}" y="{y + height / 2 + size / 3:.1f}" font-size="{size:.1f}" '
                f'text-anchor="middle" fill="#fff">{words}</text>'
            )
    for race in racing:
        if race.first.array == one.name:
            x, y, width, height = one.box(race.first.cell)
            frame = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            over.append(f'<rect {frame} fill="none" stroke="{_RACE}" stroke-width="3" stroke-dasharray="4 2"/>')
    return cells, over


def _cells(one: Panel) -> Iterator[tuple[int, ...]]:
    if len(one.shape) == 1:
        yield from ((i,) for i in range(one.shape[0]))
        return
    for row in range(one.shape[0]):
        for column in range(one.shape[1]):
            if one.stripes == 1 and len(one.shape) == 2:
                yield row, column
            else:
                yield from ((row, column, part) for part in range(one.stripes))


def _threads(one: Panel, active: set[tuple[int, int, int]], counts: Any) -> Iterator[str]:
    if counts is None:
        return
    for z in range(counts.block[2]):
        for y in range(counts.block[1]):
            for x in range(counts.block[0]):
                left, top, width, height = one.box(_place(one, (x, y, z), counts))
                fill = "#1b1b1b" if (x, y, z) in active else "#ffffff"
                radius = min(width, height) / 2 - 1
                yield (
                    f'<circle cx="{left + width / 2:.1f}" cy="{top + height / 2:.1f}" r="{radius:.1f}" fill="{fill}" '
                    f'stroke="#1b1b1b"/>'
                )


def _place(one: Panel, thread: tuple[int, int, int], counts: Any) -> tuple[int, ...]:
    x, y, z = thread
    return (x,) if len(one.shape) == 1 else (y + z * counts.block[1], x)


def _arrow(threads: Panel, target: Panel, access: Access, counts: Any) -> str:
    x, y, width, height = threads.box(_place(threads, access.thread.thread, counts))
    there = target.box(access.cell)
    start = (x + width / 2, y + height / 2)
    end = (there[0] + there[2] / 2, there[1] + there[3] / 2)
    read = access.kind == "read"
    (x1, y1), (x2, y2) = (end, start) if read else (start, end)
    head = "r" if read else "w"
    look = f'stroke="{_READ if read else _WRITE}" marker-end="url(#head-{head})"' + (
        "" if read else ' stroke-dasharray="5 3"'
    )
    middle = (x1 + x2) / 2 + 0.06 * (y1 - y2), (y1 + y2) / 2
    return (
        f'<path d="M{x1:.1f} {y1:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {x2:.1f} {y2:.1f}" fill="none" {look} '
        'stroke-width="1.6" opacity="0.85"/>'
    )


def _legend(bottom: float, races: bool, crowded: bool) -> str:
    words = [("r, solid: read", _READ), ("w, dashed: written", _WRITE), ("filled circle: thread at work", "#1b1b1b")]
    if races:
        words.append(("dashed frame: race", _RACE))
    if crowded:
        words.append(("too many for arrows", "#555555"))
    x, parts = 4.0, []
    for text, colour in words:
        parts.append(f'<rect x="{x}" y="{bottom - 18:.0f}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17}" y="{bottom - 8:.0f}" font-size="12">{text}</text>')
        x += 36 + 6.6 * len(text)
    return "".join(parts)
