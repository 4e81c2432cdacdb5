"""Pictures to work on: three photographs that travel with the package, and seeded scenes for tests."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

__all__ = ["credit", "photograph", "photographs", "scene"]


def photographs() -> list[str]:
    """The names of the photographs that travel with the package.

    >>> photographs()
    ['astronaut', 'china', 'flower']
    """
    return sorted(_credits())


def photograph(name: str = "china", size: tuple[int, int] | None = None) -> Any:
    """A real photograph as an array of bytes.

    Args:
        name: one of `photographs`. "china" and "flower" are 427 x 640 pixels, "astronaut" is 512 x 512.
        size: (height, width) in pixels. The picture is cropped about its centre to that shape, then
            resampled; without it, every pixel comes as the camera left it.

    Returns:
        A fresh NumPy array, uint8, (height, width, 3): row, column, channel (red, green, blue).

    Raises:
        ValueError: no photograph has this name, or the size is not two positive numbers.

    >>> photograph("china").shape
    (427, 640, 3)
    """
    if name not in _credits():
        raise ValueError(f'no photograph is called "{name}": choose from {", ".join(photographs())}')
    picture = _decode(name)
    return picture.copy() if size is None else _resample(picture, size)


def credit(name: str) -> str:
    """Who made a photograph, and on what terms we may show it.

    >>> credit("astronaut")
    'Astronaut Eileen Collins, by NASA, public domain (saved as JPEG)'
    """
    if name not in _credits():
        raise ValueError(f'no photograph is called "{name}": choose from {", ".join(photographs())}')
    row = _credits()[name]
    sentence = f"{row['title']}, by {row['author']}, {row['licence']}"
    return sentence + (f" ({row['changes']})" if row["changes"] else "")


def scene(height: int = 64, width: int = 96, seed: int = 0) -> Any:
    """A small landscape that exists nowhere: sky, hills, a sun and a little noise, all drawn from a seed.

    Every channel and every row differs, so a test on it notices swapped axes and channels.

    Returns:
        NumPy array, uint8, (height, width, 3).

    Raises:
        ValueError: the height or the width is below 1.

    >>> scene(4, 6).shape
    (4, 6, 3)
    """
    import numpy as np

    if height < 1 or width < 1:
        raise ValueError(f"a picture needs at least one row and one column, not {height} x {width}")
    rng = np.random.default_rng(seed)
    y = np.linspace(0, 1, height)[:, None]
    x = np.linspace(0, 1, width)[None, :]
    top, bottom = rng.uniform(20, 140, 3), rng.uniform(120, 235, 3)
    picture = top + (bottom - top) * np.broadcast_to(y, (height, width))[..., None]
    sun = (y - rng.uniform(0.1, 0.35)) ** 2 + (x - rng.uniform(0.2, 0.8)) ** 2 < rng.uniform(0.05, 0.11) ** 2
    picture = np.where(sun[..., None], [250.0, 228.0, 150.0], picture)
    for depth in range(3):
        waves = sum(np.sin(x * 2 * np.pi * rng.uniform(0.5, 3) + rng.uniform(0, 6.3)) / (k + 1) for k in range(3))
        ridge = 0.5 + 0.16 * depth + 0.06 * waves
        colour = rng.uniform([10, 50, 20], [90, 150, 90]) * (1 - 0.22 * depth)
        picture = np.where((y > ridge)[..., None], colour, picture)
    return np.clip(picture + rng.normal(0, 5, (height, width, 3)), 0, 255).astype(np.uint8)


def _folder() -> Any:
    return resources.files("gpu_utils") / "data" / "photographs"


@functools.cache
def _credits() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = json.loads((_folder() / "credits.json").read_text(encoding="utf-8"))
    return rows


@functools.lru_cache(maxsize=4)
def _decode(name: str) -> Any:
    import numpy as np
    from PIL import Image

    with (_folder() / _credits()[name]["file"]).open("rb") as stream, Image.open(stream) as picture:
        return np.asarray(picture.convert("RGB"))


def _resample(picture: Any, size: tuple[int, int]) -> Any:
    import numpy as np
    from PIL import Image

    height, width = size
    if height < 1 or width < 1:
        raise ValueError(f"size is (height, width) in pixels, both at least 1, not {size}")
    rows, columns = picture.shape[:2]
    scale = min(rows / height, columns / width)
    half_h, half_w = scale * height / 2, scale * width / 2
    box = (columns / 2 - half_w, rows / 2 - half_h, columns / 2 + half_w, rows / 2 + half_h)
    resized = Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS, box=box)
    return np.array(resized)
