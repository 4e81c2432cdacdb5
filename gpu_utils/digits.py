"""Handwritten digits, 32 x 32 and grey, split once and for all; MNIST and CIFAR-10 when their files are on the disk.

Nothing is ever downloaded. The digits come with scikit-learn; the two larger sets are read from a folder that
you name, and look the same to a network: (N, 1, 32, 32), float32 from 0 to 1.
"""

from __future__ import annotations

import gzip
import io
import math
import pickle
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Digits", "credit", "enlarge", "load", "split"]

# E. Alpaydin and C. Kaynak, 1998; the licence as the UCI repository states it.
_CREDITS = {
    "digits": "Optical Recognition of Handwritten Digits (test part), by E. Alpaydin and C. Kaynak, UCI Machine "
    "Learning Repository, doi 10.24432/C50P49, CC BY 4.0, as carried by scikit-learn (enlarged from 8 x 8 to 32 x 32)",
    "mnist": "MNIST, by Y. LeCun, C. Cortes and C. J. C. Burges, after NIST Special Databases 1 and 3 "
    "(a margin of two pixels makes 28 x 28 to 32 x 32)",
    "cifar10": "CIFAR-10, by A. Krizhevsky, V. Nair and G. Hinton "
    "(turned to grey with the weights 0.299, 0.587, 0.114)",
}


class Digits(NamedTuple):
    """Pictures to learn from and pictures to be examined on, as NumPy arrays.

    Images are (N, 1, 32, 32), float32 from 0 (paper) to 1 (ink); labels are (N,), int64, from 0 to 9.

    >>> load().train_images.shape
    (1347, 1, 32, 32)
    """

    train_images: Any
    train_labels: Any
    test_images: Any
    test_labels: Any


def load(name: str = "digits", folder: str | Path | None = None, *, by_hand: bool = False) -> Digits:
    """Pictures with their labels, in a part for training and a part for testing.

    Args:
        name: "digits" (1797 pictures that come with scikit-learn: 1347 to train, 450 to test), or one of the sets
            that you have on the disk: "mnist" (idx files, packed by gzip or not) and "cifar10" (the Python version,
            `data_batch_1` to `data_batch_5` and `test_batch`).
        folder: where those files are; a folder above them will do. "digits" needs none.
        by_hand: for "digits" only. By default the pictures are mixed before they are split, with every digit in
            the same share on both sides; each of the 13 writers ends up on both. The file is in order of writing:
            with `by_hand=True` its last quarter is the test part, so that most of the hands in it were never seen
            in training. It is the harder and the more honest question.

    Returns:
        `Digits`, fresh arrays each time, the same ones on every machine.

    Raises:
        ValueError: an unknown name, no folder for a set that needs one, or a file that is not what it should be.
        FileNotFoundError: the folder does not hold the set; nothing is downloaded.

    >>> digits = load()
    >>> digits.test_images.shape, digits.test_images.dtype.name, digits.test_labels.dtype.name
    ((450, 1, 32, 32), 'float32', 'int64')
    """
    if name not in _CREDITS:
        raise ValueError(f'no set is called "{name}": choose from {", ".join(_CREDITS)}')
    if name == "digits":
        return _load_digits(by_hand)
    if folder is None:
        raise ValueError(f'"{name}" is read from your disk: say folder=... (nothing is downloaded)')
    return _load_mnist(Path(folder)) if name == "mnist" else _load_cifar10(Path(folder))


def credit(name: str = "digits") -> str:
    """Who made a set of pictures, and on what terms.

    >>> credit()[:49]
    'Optical Recognition of Handwritten Digits (test p'
    """
    if name not in _CREDITS:
        raise ValueError(f'no set is called "{name}": choose from {", ".join(_CREDITS)}')
    return _CREDITS[name]


def split(labels: Any, share: float = 0.25, seed: int = 0) -> tuple[Any, Any]:
    """Indices for training and for testing, drawn so that every class has the same share in both.

    Args:
        labels: (N,), whole numbers.
        share: of each class, the part that goes to the test, between 0 and 1 (rounded to whole pictures).
        seed: the same seed gives the same split, whatever the version of NumPy.

    Returns:
        (train, test), two sorted NumPy arrays of int64 with no index in common and none left out.

    Raises:
        ValueError: the share is not between 0 and 1.

    >>> train, test = split([0, 0, 0, 0, 1, 1, 1, 1])
    >>> len(train), len(test)
    (6, 2)
    """
    import numpy as np

    if not 0 < share < 1:
        raise ValueError(f"share is the part of the pictures to test with, between 0 and 1, not {share}")
    labels = np.asarray(labels)
    rng = np.random.RandomState(seed)  # the old generator: its stream is frozen, so the split never changes
    test = [rng.permutation(np.flatnonzero(labels == each)) for each in np.unique(labels)]
    test = [each[: round(share * len(each))] for each in test]
    chosen = np.sort(np.concatenate(test)).astype(np.int64)
    return np.setdiff1d(np.arange(len(labels), dtype=np.int64), chosen), chosen


def enlarge(images: Any, size: int = 32) -> Any:
    """Square pictures brought to size x size by bilinear interpolation, which is two matrix products.

    Args:
        images: (N, n, n), any real dtype.
        size: pixels on a side, at least 1.

    Returns:
        (N, size, size), float32. Values never leave the range of those that came in.

    Raises:
        ValueError: the pictures are not square, or the size is below 1.

    >>> import numpy as np
    >>> enlarge(np.array([[[0.0, 1.0], [0.0, 1.0]]]), 4)[0, 0].tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    import numpy as np

    images = np.asarray(images, dtype=np.float64)
    if images.ndim != 3 or images.shape[1] != images.shape[2] or size < 1:
        raise ValueError(f"expected square pictures (N, n, n) and a size of at least 1, not {images.shape} and {size}")
    n = images.shape[1]
    centre = np.clip((np.arange(size) + 0.5) * n / size - 0.5, 0, n - 1)  # of each new pixel, in old pixels
    weights = np.clip(1 - np.abs(centre[:, None] - np.arange(n)), 0, 1)
    return (weights @ images @ weights.T).astype(np.float32)


def _load_digits(by_hand: bool) -> Digits:
    import numpy as np
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = enlarge(bunch.images / 16.0)[:, np.newaxis]
    labels = bunch.target.astype(np.int64)
    if by_hand:
        train, test = np.split(np.arange(len(labels)), [len(labels) - 450])
    else:
        train, test = split(labels)
    return Digits(images[train], labels[train], images[test], labels[test])


def _find(folder: Path, *names: str) -> Path:
    """The one file below `folder` that has one of these names."""
    for name in names:
        found = sorted(folder.rglob(name))
        if found:
            return found[0]
    raise FileNotFoundError(f"{folder} holds no {' and no '.join(names)}; put the file there, nothing is downloaded")


def _load_mnist(folder: Path) -> Digits:
    import numpy as np

    arrays = []
    for part in ("train", "t10k"):
        images = _read_idx(_find(folder, f"{part}-images-idx3-ubyte", f"{part}-images-idx3-ubyte.gz"), axes=3)
        labels = _read_idx(_find(folder, f"{part}-labels-idx1-ubyte", f"{part}-labels-idx1-ubyte.gz"), axes=1)
        if len(images) != len(labels) or images.shape[1:] != (28, 28):
            raise ValueError(f"{folder}: {part} has {len(labels)} labels for pictures of shape {images.shape}")
        framed = np.pad(images, ((0, 0), (2, 2), (2, 2)))[:, np.newaxis]
        arrays += [framed.astype(np.float32) / np.float32(255), labels.astype(np.int64)]
    return Digits(*arrays)


def _read_idx(path: Path, axes: int) -> Any:
    """An array of bytes in LeCun's idx format: two zeros, type 8, number of axes, lengths (big-endian), values."""
    import numpy as np

    packed = path.read_bytes()
    try:
        raw = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
    except (OSError, EOFError) as error:
        raise ValueError(f"{path} is packed by gzip, and damaged: {error}") from error
    head = 4 + 4 * axes
    if raw[:4] != bytes([0, 0, 8, axes]) or len(raw) < head:
        raise ValueError(f"{path} is no idx file of bytes with {axes} axes")
    shape = tuple(int(n) for n in np.frombuffer(raw, ">u4", axes, offset=4))
    if len(raw) - head != math.prod(shape):
        raise ValueError(f"{path} should hold {math.prod(shape)} values for shape {shape}, and holds {len(raw) - head}")
    return np.frombuffer(raw, np.uint8, offset=head).reshape(shape)


class _ArraysOnly(pickle.Unpickler):
    """Loads what a CIFAR-10 batch is made of, and imports nothing else: an ordinary pickle may run any program."""

    _ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"it would import {module}.{name}, which no picture needs")
        if name == "_reconstruct":
            import numpy as np

            return (getattr(np, "_core", None) or np.core).multiarray._reconstruct
        return super().find_class(module, name)


def _load_cifar10(folder: Path) -> Digits:
    import numpy as np

    train = [_read_batch(_find(folder, f"data_batch_{number}")) for number in range(1, 6)]
    test_images, test_labels = _read_batch(_find(folder, "test_batch"))
    images, labels = zip(*train, strict=True)
    return Digits(np.concatenate(images), np.concatenate(labels), test_images, test_labels)


def _read_batch(path: Path) -> tuple[Any, Any]:
    import numpy as np

    try:
        batch = _ArraysOnly(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    except Exception as error:
        raise ValueError(f"{path} is not loaded: {error}") from error
    if not isinstance(batch, dict):
        raise ValueError(f"{path} is no batch of CIFAR-10: it holds a {type(batch).__name__}")
    data, labels = batch.get(b"data"), batch.get(b"labels")
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != 3072:
        raise ValueError(f"{path} is no batch of CIFAR-10: it has no bytes of shape (N, 3072)")
    if not isinstance(labels, list) or len(labels) != len(data):
        raise ValueError(f"{path} is no batch of CIFAR-10: it has no label for each picture")
    colour = data.reshape(-1, 3, 32, 32).astype(np.float32) / np.float32(255)
    grey = np.tensordot(np.array([0.299, 0.587, 0.114], dtype=np.float32), colour, axes=(0, 1))
    return grey[:, np.newaxis], np.asarray(labels, dtype=np.int64)
