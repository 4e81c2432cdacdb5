"""Pictures as text for a web page, small enough for a notebook's outputs."""

from __future__ import annotations

import base64
import io
from typing import Any

__all__ = ["data_uri", "slim"]

_LARGE_PNG_BYTES = 200_000
_SMALL_PICTURE_PIXELS = 128 * 128


def slim(png: bytes) -> tuple[bytes, str]:
    """A PNG and "png"; or, when it is large (a photograph is in it), the same as a JPEG and "jpeg".

    >>> slim(b"a small PNG")
    (b'a small PNG', 'png')
    """
    if len(png) <= _LARGE_PNG_BYTES:
        return png, "png"
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return _save(picture.convert("RGB"), "jpeg"), "jpeg"


def data_uri(picture: Any) -> str:
    """A picture for the ``src`` of an ``<img>``: exact when small, a good JPEG when large.

    Args:
        picture: uint8, (H, W, 3), on the host; see `gpu_utils.plotting.pictures.as_bytes`.

    >>> import numpy as np
    >>> data_uri(np.zeros((2, 2, 3), np.uint8))[:22]
    'data:image/png;base64,'
    """
    from PIL import Image

    kind = "png" if picture.shape[0] * picture.shape[1] <= _SMALL_PICTURE_PIXELS else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(_save(Image.fromarray(picture), kind)).decode('ascii')}"


def _save(picture: Any, kind: str) -> bytes:
    stream = io.BytesIO()
    options = {"quality": 90, "subsampling": 0} if kind == "jpeg" else {}
    picture.save(stream, format=kind.upper(), **options)
    return stream.getvalue()
