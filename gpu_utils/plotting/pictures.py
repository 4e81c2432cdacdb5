"""Photographs, and the numbers that they are made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gpu_utils.plotting.house import WIDTH_IN, new_figure, style

__all__ = ["as_bytes", "pixel_grid", "show_images", "zoom"]

_BOX = "#E69F00"


def as_bytes(image: Any) -> Any:
    """A picture as it goes to the screen: uint8, (H, W, 3), on the host.

    Args:
        image: (H, W) or (H, W, 3) of any array library and device; bytes, or floats between 0 and 1 (what
            lies outside is clipped, NaN is black).

    Raises:
        TypeError: not an array.
        ValueError: another shape, or an empty picture.

    >>> import numpy as np
    >>> as_bytes(np.array([[[0.0, 0.5, 1.0]]])).tolist()
    [[[0, 128, 255]]]
    """
    import numpy as np

    from gpu_utils.arrays import to_host

    picture = to_host(image)
    if picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] != 3) or picture.size == 0:
        raise ValueError(f"a picture has the shape (H, W) or (H, W, 3), not {picture.shape}")
    if picture.dtype.kind == "f":
        picture = np.rint(np.nan_to_num(np.clip(picture, 0, 1), nan=0.0) * 255)
    elif picture.dtype == bool:
        picture = picture * 255
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def show_images(images: Mapping[str, Any], alt: str, columns: int = 3) -> Any:
    """Pictures side by side, each under its name.

    Args:
        images: name to picture, as for `as_bytes`.
        alt: what is to be seen.
        columns: pictures in a row, at most.

    Returns:
        A figure.

    Raises:
        ValueError: no pictures, or no alt text.

    >>> from gpu_utils.samples import scene
    >>> picture = scene()
    >>> figure = show_images({"before": picture, "after": 255 - picture}, alt="A landscape and its negative.")
    """
    if not images or not alt.strip():
        raise ValueError("show_images needs at least one picture and an alt text that says what is to be seen")
    pictures = {name: as_bytes(image) for name, image in images.items()}
    across = min(columns, len(pictures))
    down = math.ceil(len(pictures) / across)
    aspect = max(picture.shape[0] / picture.shape[1] for picture in pictures.values())
    cell = min(WIDTH_IN / across, 4.6 / aspect if down == 1 else WIDTH_IN)
    with style():
        figure = new_figure(cell * across, down * (cell * aspect + 0.35), alt)
        panels = figure.subplots(down, across, squeeze=False).ravel()
        for panel, (name, picture) in zip(panels, pictures.items(), strict=False):
            panel.imshow(picture, interpolation=_interpolation(picture, cell))
            panel.set_title(name)
        for panel in panels:
            panel.set_axis_off()
    return figure


def pixel_grid(
    patch: Any, values: bool = True, *, row: int = 0, column: int = 0, title: str = "", alt: str | None = None
) -> Any:
    """A patch so large that every pixel is a tile, with its numbers printed inside.

    Args:
        patch: (H, W, 3) or (H, W), at most 16 x 16 with values. Bytes print as they are, floats with two digits.
        values: whether to print the numbers: red, green and blue from top to bottom.
        row, column: where the patch begins in its picture, for the numbers along the edges.
        title: a heading of your own.
        alt: instead of the description that is made from the patch.

    Returns:
        A figure.

    Raises:
        ValueError: the patch is too large for its numbers to be read.

    >>> import numpy as np
    >>> len(pixel_grid(np.zeros((2, 2, 3), np.uint8)).axes)
    1
    """
    from gpu_utils.arrays import to_host

    numbers, shown = to_host(patch), as_bytes(patch)
    height, width = shown.shape[:2]
    if values and max(height, width) > 16:
        raise ValueError(f"numbers in {height} x {width} pixels are too small to read: take at most 16 x 16")
    side = min(0.76, (WIDTH_IN - 1) / width)
    three = numbers.ndim == 3
    said = alt or _describe_patch(numbers, row, column)
    with style():
        figure = new_figure(max(side * width + 0.9, 4.2), side * height + 1.1, said)
        axes = figure.subplots()
        axes.imshow(shown, interpolation="nearest", extent=(0, width, height, 0))
        for y in range(height) if values else ():
            for x in range(width):
                _print_pixel(axes, x, y, numbers[y, x], shown[y, x], side)
        _tile_edges(axes, height, width)
        axes.set_xticks([x + 0.5 for x in range(width)], [str(column + x) for x in range(width)])
        axes.set_yticks([y + 0.5 for y in range(height)], [str(row + y) for y in range(height)])
        axes.tick_params(length=0)
        axes.set_xlabel("column")
        axes.set_ylabel("row")
        order = "in each pixel, from top to bottom: red, green, blue" if three else "one number a pixel"
        axes.set_title(title or (order if values else "pixels"), fontsize=11)
    return figure


def zoom(image: Any, row: int, column: int, size: int = 8, window: int = 64, *, alt: str | None = None) -> Any:
    """A picture, a window of it and a patch of that: each is framed in the one before.

    Args:
        image: (H, W, 3) or (H, W).
        row, column: the patch's first row and column.
        size: rows and columns of the patch; draw its numbers with `pixel_grid`.
        window: rows and columns of the window about it.
        alt: instead of the description that is made from the numbers.

    Raises:
        ValueError: the patch or the window does not lie inside the picture.

    >>> import numpy as np
    >>> len(zoom(np.zeros((100, 100, 3), np.uint8), 50, 50).axes)
    3
    """
    shown = as_bytes(image)
    height, width = shown.shape[:2]
    if not (0 <= row <= height - size and 0 <= column <= width - size and size <= window <= min(height, width)):
        raise ValueError(
            f"a patch of {size} at row {row}, column {column} and a window of {window} do not lie inside "
            f"{height} x {width} pixels"
        )
    top = min(max(row - (window - size) // 2, 0), height - window)
    left = min(max(column - (window - size) // 2, 0), width - window)
    said = alt or (
        f"The picture of {height} x {width} pixels, then a window of {window} x {window} from row {top}, column "
        f"{left}, then {size} x {size} pixels from row {row}, column {column}, which look like coloured tiles."
    )
    frames = (
        (f"{height} × {width}", shown, (0, 0), (top, left, window)),
        (f"{window} × {window}", shown[top : top + window, left : left + window], (top, left), (row, column, size)),
        (f"{size} × {size}", shown[row : row + size, column : column + size], (row, column), None),
    )
    with style():
        from matplotlib.patches import Rectangle

        unit = (WIDTH_IN - 0.5) / (width / height + 2)
        figure = new_figure(WIDTH_IN, unit + 0.5, said)
        panels = figure.subplots(1, 3, width_ratios=[width / height, 1, 1])
        for panel, (title, part, (y, x), frame) in zip(panels, frames, strict=True):
            panel.imshow(part, interpolation="antialiased" if part is shown else "nearest")
            panel.set_title(title)
            panel.set_axis_off()
            if frame:
                corner = (frame[1] - x - 0.5, frame[0] - y - 0.5)
                for colour, line in (("black", 4.0), (_BOX, 2.2)):
                    panel.add_patch(Rectangle(corner, frame[2], frame[2], fill=False, edgecolor=colour, lw=line))
    return figure


def _interpolation(picture: Any, width_in: float) -> str:
    """Small pictures keep their hard pixels; large ones are smoothed as they shrink."""
    return "nearest" if picture.shape[1] < 60 * width_in else "antialiased"


def _print_pixel(axes: Any, x: int, y: int, number: Any, shown: Any, side_in: float) -> None:
    light = float(shown @ [0.299, 0.587, 0.114]) > 120
    lines = number.tolist() if getattr(number, "ndim", 0) else [number.item()]
    axes.text(
        x + 0.5,
        y + 0.5,
        "\n".join(f"{each:.2f}" if isinstance(each, float) else str(each) for each in lines),
        ha="center",
        va="center",
        color="black" if light else "white",
        fontsize=min(11.0, 72 * side_in / (len(lines) + 1) / 1.35),
        linespacing=1.15,
    )


def _tile_edges(axes: Any, height: int, width: int) -> None:
    for x in range(width + 1):
        axes.axvline(x, color="white", lw=1.2)
    for y in range(height + 1):
        axes.axhline(y, color="white", lw=1.2)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _describe_patch(numbers: Any, row: int, column: int) -> str:
    height, width = numbers.shape[:2]
    first = numbers[0, 0].tolist()
    said = "red {:.3g}, green {:.3g}, blue {:.3g}".format(*first) if isinstance(first, list) else f"{first:.3g}"
    return (
        f"{height} x {width} pixels as tiles with their numbers, from row {row}, column {column}. "
        f"The first is {said}; the values lie between {numbers.min():.3g} and {numbers.max():.3g}."
    )
