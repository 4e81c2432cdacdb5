"""Values through a pipe between two processes of one user: each as its length, then its pickle."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

__all__ = ["CORES", "MEMORY", "read_frame", "write_frame"]

CORES, MEMORY = "SERVING_CORES", "SERVING_MEMORY_BYTES"
"""Variables by which the launcher tells a worker its cores and its memory."""


def write_frame(stream: IO[bytes], value: Any) -> None:
    """Write one value: its length, then its pickle. The stream is flushed.

    >>> import io
    >>> pipe = io.BytesIO()
    >>> write_frame(pipe, ["classify", 3])
    >>> read_frame(io.BytesIO(pipe.getvalue()))
    ['classify', 3]
    """
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    """Read one value as `write_frame` wrote it. EOFError when the other side is gone.

    >>> import io
    >>> read_frame(io.BytesIO(b""))
    Traceback (most recent call last):
    EOFError: the other end of the pipe is closed
    """
    head = _exactly(stream, 8)
    return pickle.loads(_exactly(stream, struct.unpack("<Q", head)[0]))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError("the other end of the pipe is closed")
    return data
