"""Frames of JSON on a socket or pipe: four bytes of length, then the text. No pickles: students write the other end."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

MAX_FRAME_BYTES = 32_000_000
"""A longer frame is an attack or a fault; reading it would fill the grader's memory."""


MAX_DEPTH = 60
"""Deeper lists come from no notebook; whoever writes them out again might run out of stack."""


class Broken(Exception):
    """The other end closed in the middle, or sent something that is not a frame."""


def pack(message: dict[str, Any]) -> bytes:
    """The frame of a message."""
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


def send(fd: int, message: dict[str, Any]) -> None:
    """Write a whole frame to a file descriptor."""
    rest = memoryview(pack(message))
    while rest:
        rest = rest[os.write(fd, rest) :]


class Reader:
    """Collects bytes as they arrive and gives back whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[dict[str, Any]]:
        """The messages that are complete with `chunk`; raises `Broken` on nonsense."""
        self._buffer += chunk
        found: list[dict[str, Any]] = []
        while len(self._buffer) >= 4:
            (length,) = struct.unpack_from(">I", self._buffer)
            if length > MAX_FRAME_BYTES:
                raise Broken(f"a frame of {length} bytes")
            if len(self._buffer) < 4 + length:
                break
            found.append(_parse(bytes(self._buffer[4 : 4 + length])))
            del self._buffer[: 4 + length]
        return found


def receive(fd: int) -> dict[str, Any]:
    """Read one frame, waiting for it; raises `Broken` when the other end closes first."""
    reader = Reader()
    while True:
        chunk = os.read(fd, 65536)
        if not chunk:
            raise Broken("closed")
        messages = reader.feed(chunk)
        if messages:
            return messages[0]


def _parse(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Broken("not JSON") from error
    if not isinstance(message, dict):
        raise Broken("not an object")
    if deeper(message, MAX_DEPTH):
        raise Broken("nested too deeply")
    return message


def deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects lie more than `depth` deep in each other."""
    level = [value]
    for _ in range(depth + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [inner for inner in found if isinstance(inner, (dict, list, tuple))]
