"""The report's two charts as inline SVG, each with words for those who can't see it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM = 960, 200, 0, 36


def histogram(percents: Sequence[float]) -> str:
    """How many students reached which tenth of the core points."""
    bins = [0] * 10
    for percent in percents:
        bins[min(9, int(percent // 10))] += 1
    tallest = max([*bins, 1])
    step = (WIDTH - LEFT) / 10
    marks = [_axis()]
    for i, count in enumerate(bins):
        height = (HEIGHT - BOTTOM - 22) * count / tallest
        x, y = LEFT + i * step, HEIGHT - BOTTOM - height
        if count:
            marks.append(
                f'<rect class="v" x="{x + 4:.1f}" y="{y:.1f}" width="{step - 8:.1f}" height="{height:.1f}" rx="3"/>'
            )
            marks.append(
                f'<text class="top" x="{x + step / 2:.1f}" y="{y - 6:.1f}" text-anchor="middle">{count}</text>'
            )
        top = "100" if i == 9 else f"{10 * i + 9}"
        marks.append(
            f'<text x="{x + step / 2:.1f}" y="{HEIGHT - BOTTOM + 24}" text-anchor="middle">{10 * i}–{top}</text>'
        )
    said = "; ".join(f"{10 * i} to {10 * i + 10}%: {n}" for i, n in enumerate(bins) if n) or "no submission"
    return _svg("".join(marks), f"Students by per cent of the core points. {said}.", HEIGHT)


def cost(rows: Sequence[tuple[str, float]], unit: str) -> str:
    """Horizontal bars, the longest first: what the most expensive submissions took."""
    longest = max([v for _, v in rows] + [1e-9])
    marks, label = [], 150
    for i, (name, value) in enumerate(rows):
        y, width = 6 + 24 * i, (WIDTH - label - 90) * value / longest
        shown = name if len(name) <= 20 else f"{name[:19]}…"
        marks.append(f'<text x="{label - 10}" y="{y + 13}" text-anchor="end">{escape(shown)}</text>')
        marks.append(f'<rect class="v" x="{label}" y="{y}" width="{max(width, 1.5):.1f}" height="16" rx="3"/>')
        marks.append(f'<text class="top" x="{label + width + 8:.1f}" y="{y + 13}">{value:.3g} {unit}</text>')
    said = "; ".join(f"{name}: {value:.3g} {unit}" for name, value in rows)
    return _svg("".join(marks), f"The most expensive submissions. {said}.", 12 + 24 * len(rows))


def _axis() -> str:
    y = HEIGHT - BOTTOM + 0.5
    return f'<line class="axis" x1="{LEFT}" y1="{y}" x2="{WIDTH}" y2="{y}"/>'


def _svg(marks: str, said: str, height: int) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{escape(said, quote=True)}"><title>{escape(said)}</title>{marks}</svg>'
    )
