"""Lab 07 on a GPU: the lab's own scaler under CUDA's autocast, and TF32's error from Ampere on."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import numpy as np
import pytest

from course.authoring.source import read_source
from gpu_utils import digits
from gpu_utils.device import detect
from gpu_utils.formats import matmul

SOURCE = read_source(Path(__file__).parents[1] / "solutions" / "07_mixed_precision" / "07_mixed_precision.py")


def lab(*names: str) -> dict[str, object]:
    """What these given and answer cells of the lab define."""
    import torch

    scope: dict[str, object] = {"torch": torch, "np": np, "time": time, "logging": logging}
    parts = [torch.from_numpy(part) for part in digits.load()]
    scope |= dict(zip(("train_images", "train_labels", "test_images", "test_labels"), parts, strict=True))
    for cell in SOURCE.of_role("given", "answer"):
        if cell.name in names:
            exec(compile(cell.text, cell.place, "exec"), scope)
    return scope


@pytest.fixture
def cuda():
    """The first CUDA device, or a skip that says why."""
    torch = pytest.importorskip("torch")
    if not any(device.kind == "cuda" for device in detect(quick=True).devices) or not torch.cuda.is_available():
        pytest.skip("no CUDA device that torch can use")
    return torch.device("cuda")


class NoScale:
    """Stands where a loss scaler could stand, and does nothing."""

    def scale(self, loss):
        return loss

    def step(self, optimiser):
        optimiser.step()


def trained(scope, device, format, scaler) -> tuple[float, float]:
    """Share of test digits read after five epochs under autocast, and the largest gradient of the first step."""
    import torch

    torch.manual_seed(0)
    model = scope["SmallNet"]().to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3, eps=1e-15)
    images, labels = scope["train_images"].to(device), scope["train_labels"].to(device)
    first = -1.0
    for _ in range(5):
        for chosen in torch.randperm(len(images)).to(device).split(64):
            optimiser.zero_grad()
            with torch.autocast(device.type, dtype=format):
                scores = model(images[chosen])
            loss = torch.nn.functional.cross_entropy(scores.float(), labels[chosen], reduction="sum") / scope["PIXELS"]
            scaler.scale(loss).backward()
            if first < 0:
                first = max(p.grad.abs().max().item() for p in model.parameters())
            scaler.step(optimiser)
    with torch.no_grad():
        right = model(scope["test_images"].to(device)).argmax(1) == scope["test_labels"].to(device)
    return right.float().mean().item(), first


@pytest.mark.gpu
def test_fp16_learns_nothing_without_a_scaler_and_reads_with_it(cuda):
    import torch

    scope = lab("network", "LossScaler")
    share, first = trained(scope, cuda, torch.float16, NoScale())
    assert first == 0
    assert share < 0.2
    scaler = scope["LossScaler"](growth_interval=20)
    share, first = trained(scope, cuda, torch.float16, scaler)
    assert first > 0
    assert share > 0.9
    assert float(scaler.current) > 2**16


@pytest.mark.gpu
def test_the_scaler_takes_the_steps_of_torchs_own(cuda):
    import torch

    scope = lab("LossScaler")
    ours, theirs = scope["LossScaler"](2.0**16, 3), torch.amp.GradScaler("cuda", init_scale=2.0**16, growth_interval=3)
    weights = [torch.nn.Parameter(torch.ones(4, device=cuda)) for _ in range(2)]
    optimisers = [torch.optim.SGD([weight], lr=0.1) for weight in weights]
    for k in range(40):
        for scaler, weight, optimiser in zip((ours, theirs), weights, optimisers, strict=True):
            optimiser.zero_grad()
            scaler.scale((weight * weight).sum()).backward()
            if k % 7 == 5:
                weight.grad[k % 4] = float("inf") if k % 2 else float("nan")
            scaler.step(optimiser)
        theirs.update()
        assert float(ours.current) == theirs.get_scale()
    assert torch.allclose(weights[0], weights[1], rtol=1e-6)


@pytest.mark.gpu
def test_bf16_needs_no_scaler(cuda):
    import torch

    if torch.cuda.get_device_capability(cuda) < (8, 0):
        pytest.skip("BF16 tensor cores came with compute capability 8.0")
    scope = lab("network")
    assert trained(scope, cuda, torch.bfloat16, NoScale())[0] > 0.9


@pytest.mark.gpu
def test_tf32_errs_as_the_emulation_says(cuda):
    """Hardware may truncate or round the inputs, so the error may be up to about twice the emulated one."""
    import torch

    if torch.cuda.get_device_capability(cuda) < (8, 0) or not hasattr(torch.backends, "fp32_precision"):
        pytest.skip("TF32 came with compute capability 8.0, its switch with PyTorch 2.9")
    rng = np.random.default_rng(7)
    a, b = rng.standard_normal((256, 1024), dtype=np.float32), rng.standard_normal((1024, 256), dtype=np.float32)
    truth = a.astype(np.float64) @ b.astype(np.float64)

    def error(values) -> float:
        return float(np.sqrt(np.mean((values - truth) ** 2) / np.mean(truth**2)))

    found = {}
    before = torch.backends.cuda.matmul.fp32_precision
    try:
        for setting in ("ieee", "tf32"):
            torch.backends.cuda.matmul.fp32_precision = setting
            found[setting] = error((torch.from_numpy(a).to(cuda) @ torch.from_numpy(b).to(cuda)).cpu().numpy())
    finally:
        torch.backends.cuda.matmul.fp32_precision = before
    emulated = error(matmul(a, b, "tf32").values)
    assert found["ieee"] < 1e-5
    assert 0.5 * emulated < found["tf32"] < 2.5 * emulated


def test_the_steps_above_work_without_a_gpu():
    """The same training step on the CPU, so that the tests for a GPU are known to run: FP16 without and with scaler."""
    import torch

    scope = lab("network", "LossScaler")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        share, first = trained(scope, torch.device("cpu"), torch.bfloat16, NoScale())
    finally:
        torch.set_num_threads(threads)
    assert first > 0
    assert share > 0.9
