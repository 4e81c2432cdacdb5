"""Lab 03 where there is a GPU: the layers agree with the card's within the lab's bound; its timing is the card's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from gpu_utils import ledger

pytestmark = pytest.mark.gpu
SOLUTION = Path(__file__).parents[1] / "solutions" / "03_layers" / "03_layers.ipynb"
CELLS = ("given-references", "dense", "conv2d", "conv2d_flops", "rnn_cell", "cross_entropy")


@pytest.fixture(scope="module")
def lab() -> dict[str, Any]:
    """The lab's given code and model answers, run here."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no GPU that torch can use here")
    cells = {cell.id: cell.source for cell in nbformat.read(SOLUTION, as_version=4).cells}
    names: dict[str, Any] = {"np": np, "math": math, "torch": torch, "F": torch.nn.functional, "__name__": "lab_03"}
    exec("\n\n".join(cells[name] for name in CELLS), names)
    names["hardware"] = next(text for text in cells.values() if "torch.cuda.is_available()" in text)
    return names


@pytest.fixture
def full_float32(lab: dict[str, Any]) -> Iterator[None]:
    """TF32 off: with it the card keeps eleven bits of each factor, and the bound rightly complains."""
    switches = (lab["torch"].backends.cudnn, lab["torch"].backends.cuda.matmul)
    before = [switch.allow_tf32 for switch in switches]
    for switch in switches:
        switch.allow_tf32 = False
    yield
    for switch, value in zip(switches, before, strict=True):
        switch.allow_tf32 = value


def some(rng: np.random.Generator, *shapes: tuple[int, ...], dtype: str) -> list[Any]:
    return [rng.normal(0, 1, shape).astype(dtype) for shape in shapes]


def on_card(lab: dict[str, Any], function: Any, *arrays: Any, **options: Any) -> Any:
    return function(*(lab["torch"].from_numpy(a).cuda() for a in arrays), **options).cpu().numpy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"stride": 3}])
def test_the_convolution_is_the_cards(lab: dict[str, Any], full_float32: None, dtype: str, options: dict[str, int]):
    x, weight, bias = some(np.random.default_rng(0), (2, 3, 33, 17), (5, 3, 3, 2), (5,), dtype=dtype)
    there = on_card(lab, lab["F"].conv2d, x, weight, bias, **options)
    here = lab["conv2d"](x, weight, bias, **options)
    size = lab["by_torch"](lab["F"].conv2d, abs(x), abs(weight), abs(bias), **options).max()
    # Both sides round, and a card may transform a small kernel (Winograd) and lose some bits more.
    assert abs(there - here).max() < 4 * lab["rounding_bound"](dtype, weight[0].size + 1, size)
    assert there.shape == here.shape


def test_dense_recurrent_cell_and_loss_are_the_cards(lab: dict[str, Any], full_float32: None):
    F, torch = lab["F"], lab["torch"]
    x, h, w_xh, w_hh, bias = some(
        np.random.default_rng(1), (9, 40), (9, 12), (12, 40), (12, 12), (12,), dtype="float32"
    )
    bound = 2 * lab["rounding_bound"]("float32", 53, (abs(x) @ abs(w_xh).T + abs(h) @ abs(w_hh).T + abs(bias)).max())
    there = on_card(lab, F.linear, x, w_xh, bias)
    assert abs(there - lab["dense"](x, w_xh, bias)).max() < bound
    there = on_card(lab, torch.rnn_tanh_cell, x, h, w_xh, w_hh, bias, 0 * bias)
    assert abs(there - lab["rnn_cell"](x, h, w_xh, w_hh, bias)).max() < bound
    labels = np.arange(9) % 12
    there = F.cross_entropy(torch.from_numpy(1000 * h).cuda(), torch.from_numpy(labels).cuda()).item()
    assert math.isclose(there, lab["cross_entropy"](1000 * h, labels), rel_tol=1e-5)


def test_the_labs_own_cell_times_the_card(lab: dict[str, Any], capsys: pytest.CaptureFixture[str]):
    from gpu_utils import record
    from gpu_utils.quantities import amount
    from gpu_utils.roofline import published_roofs
    from gpu_utils.timing import measure

    images, kernels, biases = some(np.random.default_rng(2), (8, 16, 64, 64), (32, 16, 3, 3), (32,), dtype="float32")
    names = {"record": record, "amount": amount, "published_roofs": published_roofs, "measure": measure}
    names |= {"images": images, "kernels": kernels, "biases": biases}
    names["layer_flops"] = lab["conv2d_flops"](images.shape, kernels.shape)
    exec(lab["hardware"], lab | names)
    row = ledger.current().entries[ledger.current().lab, "one convolution layer on a GPU"]
    assert row.provenance == "measured"
    assert 0 < row.value < 0.1
    assert lab["torch"].cuda.get_device_name() in capsys.readouterr().out
