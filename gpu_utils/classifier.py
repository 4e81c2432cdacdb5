"""The classifier that the labs carry along: a small network that reads digits, trained once and shipped.

Its weights are plain arrays in one npz file, read without pickle: loading it can't run a program. The script
`bench/digits_cnn.py` makes the file anew.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

__all__ = ["about", "build", "load", "save", "weights"]

_ABOUT = "about"


def build() -> Any:
    """The network, untrained: three rounds of convolution, ReLU and pooling, then one dense layer.

    Returns:
        A torch.nn.Sequential with 33,546 parameters. It takes (N, 1, 32, 32) float32 from 0 to 1 and gives
        (N, 10) raw scores. It has no dropout and no batch norm, so training and evaluating compute alike.

    >>> sum(p.numel() for p in build().parameters())
    33546
    """
    from torch import nn

    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),  # 32 x 32 to 16 x 16
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),  # to 8 x 8
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),  # to 4 x 4
        *(nn.Flatten(), nn.Linear(64 * 4 * 4, 10)),
    )


def load(path: str | Path | None = None) -> Any:
    """The network with trained weights, in evaluation mode: the shipped ones, or those of a file made by `save`.

    Raises:
        ValueError: the file holds no weights of this network.
        FileNotFoundError: there is no such file.

    >>> import torch
    >>> load()(torch.zeros(2, 1, 32, 32)).shape
    torch.Size([2, 10])
    """
    import torch

    model = build()
    arrays, _ = _read(path)
    wanted = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    found = {name: value.shape for name, value in arrays.items()}
    if found != wanted or any(value.dtype.kind != "f" for value in arrays.values()):
        raise ValueError(f"{path or 'the shipped file'} holds other weights than this network has: {found}")
    model.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    return model.eval()


def about(path: str | Path | None = None) -> dict[str, Any]:
    """How a file's weights came about: data, training, seed, accuracy on pictures never trained on.

    >>> about()["test_accuracy"] > 0.97
    True
    """
    return _read(path)[1]


def weights(path: str | Path | None = None) -> dict[str, Any]:
    """A file's weights as NumPy arrays, by the names of torch's state_dict; for whoever computes without torch.

    Raises as `load`.

    >>> weights()["10.weight"].shape
    (10, 1024)
    """
    return _read(path)[0]


def save(model: Any, path: str | Path, **facts: Any) -> Path:
    """Write a model's weights, whatever its architecture, and the facts about them as one npz file without pickle.

    Args:
        model: a torch module; its state_dict is written as float arrays of the host.
        path: the file; ".npz" is added when it is missing.
        facts: plain values that JSON knows, for `about`.

    Returns:
        The path that was written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = save(build(), Path(folder) / "mine", seed=3)
    ...     about(file)
    {'seed': 3}
    """
    import numpy as np

    where = Path(path)
    where = where if where.suffix == ".npz" else where.with_name(where.name + ".npz")
    arrays = {name: value.detach().cpu().numpy() for name, value in model.state_dict().items()}
    if _ABOUT in arrays:
        raise ValueError(f'a parameter may not be called "{_ABOUT}"')
    contents: dict[str, Any] = {_ABOUT: np.frombuffer(json.dumps(facts).encode("utf-8"), np.uint8), **arrays}
    np.savez(where, **contents)
    return where


def _read(path: str | Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    import numpy as np

    source = resources.files("gpu_utils") / "data" / "digits_cnn.npz" if path is None else Path(path)
    try:
        with source.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        facts: dict[str, Any] = json.loads(arrays.pop(_ABOUT).tobytes().decode("utf-8"))
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"{path or 'the shipped file'} is no file of weights made by `save`: {error}") from error
    return arrays, facts
