"""Lab 05 on a real GPU: its cell, its attention and a training step give there what they give on the CPU."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest

from course.authoring.source import read_source
from course.project import Project

pytestmark = pytest.mark.gpu
UNITS, LENGTH, SEQUENCES = 12, 30, 5


@pytest.fixture(scope="module")
def torch() -> Any:
    module = pytest.importorskip("torch")
    if not module.cuda.is_available():
        pytest.skip("PyTorch can use no GPU here")
    return module


@pytest.fixture(scope="module")
def lab(torch: Any) -> dict[str, Any]:
    """The names of the solved lab: its imports, answers and given code, without its experiments and tests."""
    lab = next(each for each in Project.here().labs() if each.slug == "05_rnn_training")
    names: dict[str, Any] = {}
    for cell in read_source(lab.source).cells:
        if cell.is_code and cell.role in ("code", "answer", "given") and "experiment" not in cell.tags:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.text, cell.place, "exec"), names)
    return names


def arrays(torch: Any, device: str) -> list[Any]:
    """x, h and the four arrays of a cell, the same on every device."""
    draw = torch.Generator().manual_seed(7)
    shapes = (SEQUENCES, 3), (SEQUENCES, UNITS), (3 * UNITS, 3), (3 * UNITS, UNITS), (3 * UNITS,), (3 * UNITS,)
    return [torch.randn(shape, generator=draw, dtype=torch.float64).to(device) for shape in shapes]


def test_the_cell_stays_on_the_gpu_and_agrees_with_torchs(torch: Any, lab: dict[str, Any]):
    there = arrays(torch, "cuda")
    out = lab["gru_cell"](*there)
    assert out.device.type == "cuda"
    torch.testing.assert_close(out, torch.gru_cell(*there), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(out.cpu(), lab["gru_cell"](*arrays(torch, "cpu")), rtol=1e-10, atol=1e-10)


def test_an_unrolled_sequence_agrees_with_the_cpu(torch: Any, lab: dict[str, Any]):
    outs = []
    for device in ("cpu", "cuda"):
        _, h, *weights = arrays(torch, device)
        xs = torch.linspace(-1, 1, LENGTH * SEQUENCES * 3, dtype=torch.float64).reshape(LENGTH, SEQUENCES, 3).to(device)
        outs.append(lab["unroll"](lambda x, h, w=weights: lab["gru_cell"](x, h, *w), xs, h).cpu())
    torch.testing.assert_close(outs[1], outs[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_masks_on_the_gpu(torch: Any, lab: dict[str, Any], causal: bool):
    draw = torch.Generator().manual_seed(3)
    q, k, v = (torch.randn(2, n, 16, generator=draw, dtype=torch.float64).to("cuda") for n in (9, 6, 6))
    out = lab["attention"](q, k, v, causal)
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    assert out.device.type == "cuda"
    torch.testing.assert_close(out, expected, rtol=1e-10, atol=1e-10)


def test_a_training_step_moves_the_weights_alike_on_both_devices(torch: Any, lab: dict[str, Any]):
    """One step through time in float64: the loss, the gradient's norm and the new weights."""
    seen = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(0)
        model = lab["Forecaster"](UNITS, 12, lab["gru_cell"]).double().to(device)
        x = torch.sin(torch.arange(SEQUENCES * LENGTH, dtype=torch.float64) / 2).reshape(SEQUENCES, LENGTH).to(device)
        loss = (model(x) ** 2).mean()
        loss.backward()
        gradients = [parameter.grad for parameter in model.parameters()]
        clipped, norm = lab["clip_by_global_norm"](
            gradients, 0.5 * float(lab["clip_by_global_norm"](gradients, 1e9)[1])
        )
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), clipped, strict=True):
                parameter -= 0.1 * gradient
        weights = torch.cat([parameter.detach().reshape(-1) for parameter in model.parameters()]).cpu()
        seen.append((float(loss.detach()), norm, weights))
    (loss, norm, weights), (loss_there, norm_there, weights_there) = seen
    assert loss_there == pytest.approx(loss, rel=1e-9)
    assert norm_there == pytest.approx(norm, rel=1e-9)
    torch.testing.assert_close(weights_there, weights, rtol=1e-9, atol=1e-9)


def test_clipping_keeps_tensors_on_their_device(torch: Any, lab: dict[str, Any]):
    clipped, norm = lab["clip_by_global_norm"](
        [torch.tensor([3.0], device="cuda"), torch.tensor(4.0, device="cuda")], 1.0
    )
    assert norm == pytest.approx(5.0)
    assert {each.device.type for each in clipped} == {"cuda"}
