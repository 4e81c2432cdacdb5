"""Lab 04's own functions on a CUDA device: the solution's training step, evaluation and stopwatch."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest

from course.authoring.source import read_source

torch = pytest.importorskip("torch")

SOURCE = Path(__file__).parents[1] / "solutions" / "04_cnn_training" / "04_cnn_training.py"

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device that torch can use"),
]


@pytest.fixture(scope="module")
def lab() -> dict[str, Any]:
    """The names of the solved lab, experiments apart."""
    source = read_source(SOURCE)
    setup = next(cell for cell in source.cells if cell.role == "code" and "experiment" not in cell.tags)
    names: dict[str, Any] = {}
    threads = torch.get_num_threads()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in (setup, *source.of_role("given", "answer")):
            exec(compile(cell.text, cell.place, "exec"), names)
    torch.set_num_threads(threads)
    return names


def test_a_step_on_the_gpu_is_the_step_on_the_cpu(lab):
    """One SGD step from the same weights; convolutions in TF32 are switched off, so only rounding differs."""
    tf32 = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        torch.manual_seed(0)
        here = lab["SmallCNN"]()
        there = lab["SmallCNN"]().cuda()
        there.load_state_dict(here.state_dict())
        losses = [
            lab["train_step"](
                model,
                lab["images"][:64].to(device),
                lab["labels"][:64].to(device),
                torch.optim.SGD(model.parameters(), lr=0.1),
            )
            for model, device in ((here, "cpu"), (there, "cuda"))
        ]
        assert type(losses[1]) is float
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)
        for one, other in zip(here.parameters(), there.parameters(), strict=True):
            torch.testing.assert_close(one, other.cpu(), rtol=1e-3, atol=1e-4)
    finally:
        torch.backends.cudnn.allow_tf32 = tf32


def test_it_learns_on_the_gpu(lab):
    torch.manual_seed(0)
    model = lab["SmallCNN"]().cuda()
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    images, labels = lab["images"].cuda(), lab["labels"].cuda()
    for _ in range(10):
        for some in torch.randperm(len(images)).cuda().split(64):
            lab["train_step"](model, images[some], labels[some], optimiser)
    assert lab["evaluate"](model, lab["exam"].cuda(), lab["truth"].cuda(), 100) > 0.93
    assert model.training


def test_the_stopwatch_waits_for_a_kernel_that_is_still_running(lab):
    """Ten large products are ordered in no time; a true rate can hardly exceed what CUDA events measure."""
    a = torch.randn(4096, 4096, device="cuda")

    def run():
        for _ in range(10):
            torch.mm(a, a)

    run()
    torch.cuda.synchronize()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    run()
    end.record()
    torch.cuda.synchronize()
    seconds = begin.elapsed_time(end) / 1e3
    assert lab["true_images_per_second"](run, 1, torch.cuda.synchronize) < 3 / seconds
