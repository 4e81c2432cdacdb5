"""One small drawing for each lab, made of lines and patches in a box that is 3 wide and 2 high."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle, Wedge

from gpu_utils.samples import photograph

SKY, BLUE, GREEN, ORANGE, RED, PINK, YELLOW = (
    "#56B4E9",
    "#0072B2",
    "#009E73",
    "#E69F00",
    "#D55E00",
    "#CC79A7",
    "#F0E442",
)
"""Okabe and Ito's colours, told apart by colour-blind readers."""
PAPER, MUTED, PANEL, NIGHT = "#F4F7FB", "#8FA3BC", "#22344F", "#0F1B2E"

Draw = Callable[[Axes], None]


def draw_machines(ax: Axes) -> None:
    """A graphics card with two fans, and the question of lab 00."""
    _box(ax, 0.3, 0.45, 2.4, 1.05, PANEL, SKY)
    for x in (0.95, 1.85):
        ax.add_patch(Circle((x, 0.97), 0.38, facecolor=NIGHT, edgecolor=SKY, lw=1.4))
        for angle in range(0, 360, 60):
            ax.add_patch(Wedge((x, 0.97), 0.33, angle, angle + 28, facecolor=SKY))
    ax.add_patch(Rectangle((0.55, 0.25), 1.6, 0.2, facecolor=ORANGE))
    ax.text(2.46, 0.97, "?", ha="center", va="center", fontsize=11, fontweight="bold", color=YELLOW)


def pagoda() -> Any:
    """The part of the photograph "china" that holds the pagoda: (280, 420, 3), bytes."""
    return photograph("china")[18:298, 0:420]


def draw_filter(ax: Axes) -> None:
    """One photograph: noon on the left, day for night on the right."""
    photo = pagoda().astype(float) / 255
    middle = photo.shape[1] // 2
    photo[:, middle:] = 0.8 * 0.5 * photo[:, middle:] + 0.2 * np.array([0.04, 0.10, 0.45])
    ax.imshow(photo, extent=(0, 3, 0, 2), interpolation="lanczos", zorder=2)
    ax.plot([1.5, 1.5], [0, 2], color=PAPER, lw=1.6, zorder=3)
    ax.add_patch(Circle((1.5, 1.0), 0.13, facecolor=PAPER, zorder=4))


def draw_threads(ax: Axes) -> None:
    """The photograph in coarse pixels, and a thread on each."""
    photo = pagoda()
    tall, wide = photo.shape[0] // 4, photo.shape[1] // 6
    for row in range(4):
        for column in range(6):
            block = photo[row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
            colour = tuple(block.mean(axis=(0, 1)) / 255)
            ax.add_patch(Rectangle((column * 0.5 + 0.02, 1.52 - row * 0.5), 0.46, 0.46, facecolor=colour))
            ax.plot([column * 0.5 + 0.25], [1.75 - row * 0.5], marker="o", ms=2.6, color=NIGHT, mec=PAPER, mew=0.7)


def draw_layers(ax: Axes) -> None:
    """A network of three layers."""
    layers = [
        [(0.3, y) for y in (0.4, 1.0, 1.6)],
        [(1.5, y) for y in (0.15, 0.72, 1.28, 1.85)],
        [(2.7, 0.7), (2.7, 1.3)],
    ]
    for left, right in pairwise(layers):
        for a in left:
            for b in right:
                ax.plot(*zip(a, b, strict=True), color=MUTED, lw=0.7, zorder=1)
    for layer, colour in zip(layers, (SKY, GREEN, YELLOW), strict=True):
        for x, y in layer:
            ax.add_patch(Circle((x, y), 0.19, facecolor=colour, zorder=2))


def draw_digit(ax: Axes) -> None:
    """A digit of coarse pixels, and a loss that falls."""
    five = ["111110", "100000", "111100", "000010", "100010", "011100"]
    for row, line in enumerate(five):
        for column, bit in enumerate(line):
            colour = PAPER if bit == "1" else PANEL
            ax.add_patch(Rectangle((column * 0.22, 1.64 - row * 0.29), 0.2, 0.27, facecolor=colour))
    x = np.linspace(0, 1, 40)
    ax.plot([1.65, 1.65, 3.0], [1.9, 0.2, 0.2], color=MUTED, lw=1)
    ax.plot(1.7 + 1.25 * x, 0.3 + 1.45 * np.exp(-4 * x) + 0.05 * np.sin(30 * x), color=GREEN, lw=1.8)


def draw_series(ax: Axes) -> None:
    """A series, and its forecast with an error that grows."""
    x = np.linspace(0, 2, 60)
    ahead = np.linspace(2, 3, 30)
    wave = lambda t: 1.0 + 0.45 * np.sin(5.5 * t) + 0.14 * np.sin(17 * t)  # noqa: E731
    ax.plot(x, wave(x), color=PAPER, lw=1.6)
    middle, spread = 1.0 + 0.4 * np.sin(5.5 * ahead), 0.08 + 0.6 * (ahead - 2)
    ax.fill_between(ahead, middle - spread, middle + spread, color=GREEN, alpha=0.35, lw=0)
    ax.plot(ahead, middle, color=GREEN, lw=1.8, ls=(0, (2, 1)))


def draw_formats(ax: Axes) -> None:
    """Four number formats as bits: sign, exponent, fraction."""
    for row, (exponent, fraction) in enumerate([(8, 23), (8, 10), (8, 7), (5, 10)]):
        y, step = 1.6 - row * 0.5, 3 / 32
        for start, count, colour in ((0, 1, PAPER), (1, exponent, ORANGE), (1 + exponent, fraction, SKY)):
            ax.add_patch(Rectangle((start * step, y), count * step - 0.02, 0.34, facecolor=colour))


def draw_underflow(ax: Axes) -> None:
    """A hill of gradients; those left of the line vanish."""
    x = np.linspace(0, 3, 80)
    hill = 1.65 * np.exp(-(((x - 1.45) / 0.62) ** 2))
    ax.fill_between(x, 0.2, 0.2 + hill, where=x >= 1.1, color=ORANGE, lw=0)
    ax.plot(x[x <= 1.12], 0.2 + hill[x <= 1.12], color=ORANGE, lw=1.2, ls=(0, (2, 1.5)))
    ax.plot([1.1, 1.1], [0.1, 1.95], color=PAPER, lw=1.4)
    ax.plot([0, 3], [0.2, 0.2], color=MUTED, lw=1)
    ax.text(0.5, 1.35, "0", ha="center", color=PAPER, fontsize=10, fontweight="bold")


def draw_roof(ax: Axes) -> None:
    """A roofline, with three kernels under it."""
    ax.plot([0.15, 0.15, 3], [1.95, 0.15, 0.15], color=MUTED, lw=1)
    ax.plot([0.3, 1.75, 2.95], [0.4, 1.65, 1.65], color=ORANGE, lw=2.2)
    for x, y, colour in ((0.75, 0.68, SKY), (1.2, 1.05, SKY), (2.35, 1.5, GREEN)):
        ax.plot([x], [y], marker="o", ms=5, color=colour)


def draw_ring(ax: Axes) -> None:
    """Eight GPUs in a ring, chunks passing from each to the next."""
    angles = np.linspace(0, 2 * np.pi, 9)[:-1] + np.pi / 8
    x, y = 1.5 + 1.15 * np.cos(angles), 1.0 + 0.8 * np.sin(angles)
    for a in range(8):
        b = (a + 1) % 8
        arrow = {"arrowstyle": "-|>", "color": RED, "lw": 1.1, "shrinkA": 6, "shrinkB": 6, "mutation_scale": 6}
        ax.annotate("", xy=(x[b], y[b]), xytext=(x[a], y[a]), arrowprops=arrow)
        ax.add_patch(Rectangle((x[a] - 0.17, y[a] - 0.14), 0.34, 0.28, facecolor=PAPER, edgecolor=RED, lw=1, zorder=3))


def draw_halving(ax: Axes) -> None:
    """Eight trials, four, two, one."""
    rungs = [
        (0.2, [0.1 + 0.257 * i for i in range(8)]),
        (1.1, [0.23, 0.74, 1.26, 1.77]),
        (2.0, [0.49, 1.51]),
        (2.8, [1.0]),
    ]
    for (x0, left), (x1, right) in pairwise(rungs):
        for i, y in enumerate(left):
            ax.plot([x0, x1], [y, right[i // 2]], color=MUTED, lw=0.8, zorder=1)
    for step, (x, values) in enumerate(rungs):
        for y in values:
            ax.add_patch(Circle((x, y), 0.09 + 0.03 * step, facecolor=YELLOW if step == 3 else RED, zorder=2))


def draw_slices(ax: Axes) -> None:
    """One GPU in seven slices, one of them shouting."""
    _box(ax, 0.05, 0.2, 2.9, 1.6, PANEL, PAPER)
    heights = [0.5, 0.62, 0.45, 1.25, 0.55, 0.6, 0.48]
    for i, height in enumerate(heights):
        ax.add_patch(Rectangle((0.2 + i * 0.375, 0.35), 0.32, height, facecolor=YELLOW if i == 3 else RED))


def draw_board(ax: Axes) -> None:
    """A single-board computer with its heat sink and pins."""
    _box(ax, 0.2, 0.15, 2.6, 1.7, GREEN, PAPER)
    ax.add_patch(Rectangle((0.95, 0.5), 1.1, 1.0, facecolor=NIGHT, edgecolor=PAPER, lw=0.8))
    for x in np.linspace(1.08, 1.92, 6):
        ax.plot([x, x], [0.6, 1.4], color=MUTED, lw=1.4)
    for x in np.linspace(0.45, 2.55, 14):
        ax.plot([x], [1.68], marker="s", ms=1.7, color=YELLOW)
    for x, width in ((0.35, 0.42), (0.85, 0.3), (2.2, 0.45)):
        ax.add_patch(Rectangle((x, 0.08), width, 0.28, facecolor=MUTED, edgecolor=NIGHT, lw=0.8))


def draw_lock(ax: Axes) -> None:
    """A padlock over bytes that can't be read."""
    for row, y in enumerate((0.3, 0.8, 1.3, 1.8)):
        ax.text(1.5, y, "9f 3c a7 e0 51"[row:] + " 7b c4"[:row], ha="center", va="center", fontsize=6.2,
                family="DejaVu Sans Mono", color=MUTED, alpha=0.75)  # fmt: skip
    ax.add_patch(Wedge((1.5, 1.2), 0.5, 0, 180, width=0.16, facecolor=PAPER, zorder=3))
    for x in (1.0, 1.84):
        ax.add_patch(Rectangle((x, 1.0), 0.16, 0.22, facecolor=PAPER, zorder=3))
    _box(ax, 0.85, 0.2, 1.3, 0.9, PINK, PAPER).set_zorder(4)
    ax.add_patch(Circle((1.5, 0.72), 0.12, facecolor=NIGHT, zorder=5))
    ax.add_patch(Rectangle((1.455, 0.42), 0.09, 0.28, facecolor=NIGHT, zorder=5))


def draw_line(ax: Axes) -> None:
    """Parts on a belt under a camera, one of them with a flaw."""
    ax.add_patch(Rectangle((0, 0.25), 3, 0.22, facecolor=MUTED))
    for x in np.linspace(0.15, 2.85, 8):
        ax.add_patch(Circle((x, 0.36), 0.07, facecolor=NIGHT))
    for x, colour in ((0.5, PAPER), (1.5, YELLOW), (2.5, PAPER)):
        ax.add_patch(Circle((x, 0.82), 0.33, facecolor=colour))
        ax.add_patch(Circle((x, 0.82), 0.12, facecolor=NIGHT))
    ax.plot([1.68, 1.75, 1.72, 1.8], [1.08, 0.98, 0.93, 0.84], color=RED, lw=1.8)
    ax.add_patch(Rectangle((1.2, 1.62), 0.6, 0.34, facecolor=PINK))
    ax.fill([1.4, 1.6, 1.98, 1.02], [1.62, 1.62, 0.5, 0.5], color=PINK, alpha=0.35, lw=0, zorder=0)


def _box(ax: Axes, x: float, y: float, width: float, height: float, face: str, edge: str) -> Any:
    box = FancyBboxPatch(
        (x, y), width, height, boxstyle="round,pad=0,rounding_size=0.12", facecolor=face, edgecolor=edge, lw=1.2
    )
    return ax.add_patch(box)


VIGNETTES: dict[str, Draw] = {
    "00_hardware_tour": draw_machines,
    "01_image_filters": draw_filter,
    "02_cuda_kernels": draw_threads,
    "03_layers": draw_layers,
    "04_cnn_training": draw_digit,
    "05_rnn_training": draw_series,
    "06_number_formats": draw_formats,
    "07_mixed_precision": draw_underflow,
    "08_reading_datasheets": draw_roof,
    "09_scaling_dgx": draw_ring,
    "10_experiments_and_cost": draw_halving,
    "11_mig_inference": draw_slices,
    "12_jetson_deployment": draw_board,
    "13_model_security": draw_lock,
    "14_capstone": draw_line,
}
