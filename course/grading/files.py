"""Writes files so that whoever reads them, or kills the writer, finds the old one or the new one, never half."""

from __future__ import annotations

import os
import zlib
from pathlib import Path


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write `content` beside `path` and move it into place; text as UTF-8, with ? for what that can't hold.

    What a killed writer leaves beside it has always the same name, so that the next one writes over it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_name = zlib.crc32(os.fsencode(path.name))
    unfinished = path.with_name(f".{path.name[:40]}.{whole_name:08x}.new")
    try:
        unfinished.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
        unfinished.chmod(0o644)
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
