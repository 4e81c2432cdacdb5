"""The picture of the course, course.png: the road from a pixel to the edge, with the fifteen labs on it.

Run ``python -m course.site.picture`` from the top of the repository after changing it or vignettes.py.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from course.site.vignettes import GREEN, MUTED, NIGHT, ORANGE, PAPER, PINK, RED, SKY, VIGNETTES

PATH = Path(__file__).with_name("course.png")
WIDTH_IN, HEIGHT_IN, DPI = 8.0, 5.25, 200
COLUMNS = (1.2, 2.6, 4.0, 5.4, 6.8)
ROWS = (3.3, 1.92, 0.54)
ASPHALT = "#3A4C68"


@dataclass(frozen=True)
class Stage:
    """A stretch of the road: what a learner works on there, and its colour."""

    name: str
    colour: str
    width_in: float


STAGES = {
    "pixels": Stage("pixel, filter, kernel", SKY, 1.56),
    "network": Stage("network", GREEN, 0.95),
    "formats": Stage("number formats", ORANGE, 1.36),
    "slices": Stage("many GPUs, and slices of one", RED, 2.12),
    "edge": Stage("the board, sealed", PINK, 0.0),
}


@dataclass(frozen=True)
class Stop:
    """One lab on the road."""

    slug: str
    title: str
    stage: Stage

    @property
    def number(self) -> int:
        """Its place on the road, from 0."""
        return int(self.slug[:2])

    @property
    def place(self) -> tuple[float, float]:
        """Where it stands, in inches: the second row runs back."""
        row, column = divmod(self.number, 5)
        return COLUMNS[4 - column if row == 1 else column], ROWS[row]


STOPS = [
    Stop(slug, title, STAGES[stage])
    for slug, title, stage in (
        ("00_hardware_tour", "hardware tour", "pixels"),
        ("01_image_filters", "image filters", "pixels"),
        ("02_cuda_kernels", "CUDA kernels", "pixels"),
        ("03_layers", "layers", "network"),
        ("04_cnn_training", "CNN training", "network"),
        ("05_rnn_training", "RNN training", "network"),
        ("06_number_formats", "number formats", "formats"),
        ("07_mixed_precision", "mixed precision", "formats"),
        ("08_reading_datasheets", "datasheets", "formats"),
        ("09_scaling_dgx", "scaling, DGX", "slices"),
        ("10_experiments_and_cost", "experiments, cost", "slices"),
        ("11_mig_inference", "MIG inference", "slices"),
        ("12_jetson_deployment", "Jetson board", "edge"),
        ("13_model_security", "model security", "edge"),
        ("14_capstone", "capstone", "edge"),
    )
]


def main() -> None:
    """Draw the picture and write it beside this file."""
    PATH.write_bytes(as_png(draw()))
    print(f"wrote {PATH.name}, {PATH.stat().st_size // 1000} kB")


def draw() -> Figure:
    """Return the picture as a figure, on a card of its own colour, so that any page suits it."""
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="none")
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH_IN), ylim=(0, HEIGHT_IN))
    ax.axis("off")
    edge = FancyBboxPatch((0.02, 0.02), WIDTH_IN - 0.04, HEIGHT_IN - 0.04, boxstyle="round,pad=0,rounding_size=0.16",
                          facecolor=NIGHT, edgecolor="#2B3F5E", lw=1.2)  # fmt: skip
    ax.add_patch(edge)
    draw_head(ax)
    draw_road(ax)
    for stop in STOPS:
        draw_stop(figure, ax, stop)
    return figure


def draw_head(ax: Axes) -> None:
    """The title, and the stages of the road in their colours."""
    ax.text(0.36, 4.9, "Pixels to Edge", fontsize=19, fontweight="bold", color=PAPER, va="center")
    ax.text(7.64, 4.88, "GPU computing for AI in fifteen labs", fontsize=9.5, color=MUTED, va="center", ha="right")
    x = 0.38
    for stage in STAGES.values():
        ax.plot([x + 0.05], [4.5], marker="o", ms=6.5, color=stage.colour)
        ax.text(x + 0.17, 4.5, stage.name, fontsize=8.6, color=PAPER, va="center")
        x += stage.width_in


def draw_road(ax: Axes) -> None:
    """One road in three rows: it gathers itself from pixels, and ends on a board."""
    points = road()
    ax.plot(*points.T, color=ASPHALT, lw=17, solid_capstyle="butt", zorder=1)
    for x, y, colour in loose_pixels():
        ax.add_patch(Rectangle((x, y), 0.07, 0.07, facecolor=colour, zorder=1))
    draw_chip(ax, COLUMNS[-1] + 0.62, ROWS[-1])
    for stop in STOPS[:-1]:
        part = stretch(points, stop.place, STOPS[stop.number + 1].place)
        ax.plot(*part.T, color=stop.stage.colour, lw=2.0, ls=(0, (3, 2.2)), zorder=2)


def loose_pixels() -> list[tuple[float, float, str]]:
    """Squares that lie the thicker the nearer they are to the road's beginning: place and colour."""
    rng = np.random.default_rng(7)
    found = []
    for column in range(9):
        for row in range(3):
            if rng.random() < (column + 1) / 9:
                colour = (SKY, ASPHALT, ASPHALT, PAPER, ASPHALT)[int(rng.integers(5))] if column < 7 else ASPHALT
                found.append((COLUMNS[0] - 0.98 + column * 0.079, ROWS[0] - 0.115 + row * 0.08, colour))
    return found


def draw_chip(ax: Axes, x: float, y: float) -> None:
    """What stands at the road's end: a chip the size of a fingernail, with a keyhole."""
    for offset in (-0.09, 0.0, 0.09):
        ax.plot([x - 0.24, x + 0.24], [y + offset] * 2, color=PINK, lw=1.5, zorder=2)
        ax.plot([x + offset] * 2, [y - 0.24, y + 0.24], color=PINK, lw=1.5, zorder=2)
    chip = FancyBboxPatch((x - 0.17, y - 0.17), 0.34, 0.34, boxstyle="round,pad=0,rounding_size=0.04",
                          facecolor=NIGHT, edgecolor=PINK, lw=1.5, zorder=3)  # fmt: skip
    ax.add_patch(chip)
    ax.plot([x], [y + 0.035], marker="o", ms=5, color=PAPER, zorder=4)
    ax.plot([x, x], [y + 0.03, y - 0.075], color=PAPER, lw=2.2, zorder=4)


def road() -> np.ndarray:
    """The road's middle line: three straights and two half ellipses."""
    turn = np.linspace(np.pi / 2, -np.pi / 2, 40)
    bend = np.column_stack([0.48 * np.cos(turn), (ROWS[0] - ROWS[1]) / 2 * np.sin(turn)])
    right = bend + np.array([COLUMNS[-1] + 0.28, (ROWS[0] + ROWS[1]) / 2])
    left = bend * (-1, 1) + np.array([COLUMNS[0] - 0.28, (ROWS[1] + ROWS[2]) / 2])
    first, second, third = (np.column_stack([COLUMNS, [y] * 5]) for y in ROWS)
    begin, end = (COLUMNS[0] - 0.28, ROWS[0]), (COLUMNS[-1] + 0.46, ROWS[2])
    return np.vstack([begin, first, right, second[::-1], left, third, end])


def stretch(points: np.ndarray, begin: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """The part of the road between two stops."""
    first, last = (int(np.argmin(np.hypot(*(points - place).T))) for place in (begin, end))
    return points[first : last + 1]


def draw_stop(figure: Figure, ax: Axes, stop: Stop) -> None:
    """A numbered stone on the road, the drawing above it and the title below."""
    x, y = stop.place
    ax.plot([x], [y], marker="o", ms=15, color=stop.stage.colour, mec=NIGHT, mew=1.6, zorder=4)
    ax.text(
        x,
        y + 0.004,
        f"{stop.number:02}",
        ha="center",
        va="center",
        fontsize=8,
        fontweight="bold",
        color=NIGHT,
        zorder=5,
    )
    ax.text(x, y - 0.27, stop.title, ha="center", va="center", fontsize=8.2, color=PAPER, zorder=5)
    box = (x - 0.48, y + 0.2, 0.96, 0.64)
    inset = figure.add_axes((box[0] / WIDTH_IN, box[1] / HEIGHT_IN, box[2] / WIDTH_IN, box[3] / HEIGHT_IN))
    inset.axis("off")
    VIGNETTES[stop.slug](inset)
    inset.set(xlim=(-0.05, 3.05), ylim=(-0.03, 2.03), aspect="auto")


def as_png(figure: Figure) -> bytes:
    """The figure as a PNG file, the page showing through at the card's corners."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, transparent=True, metadata={"Software": None})
    return stream.getvalue()


if __name__ == "__main__":
    main()
