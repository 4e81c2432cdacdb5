"""Train the classifier that travels with gpu_utils, and say how well it reads: python bench/digits_cnn.py

With --check nothing is written: the shipped weights are examined on the test part, and a training anew must
come within a point of their accuracy (other versions of torch round otherwise, so the bits differ).
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import torch
from torch.nn import functional

from gpu_utils import classifier, digits

SHIPPED = Path(__file__).parents[1] / "gpu_utils" / "data" / "digits_cnn.npz"
SEED, EPOCHS, BATCH, RATE = 0, 30, 64, 3e-3


def bent(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Every picture turned, slanted, scaled and moved a little, each by its own draw."""

    def draw(width: float) -> torch.Tensor:
        return (torch.rand(len(images), generator=generator) - 0.5) * width

    turn, size, slant, right, down = draw(0.5), 1 + draw(0.3), draw(0.4), draw(0.3), draw(0.3)
    rows = (
        torch.stack([size * turn.cos(), slant - turn.sin(), right], 1),
        torch.stack([turn.sin(), size * turn.cos(), down], 1),
    )
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def train(data: digits.Digits) -> torch.nn.Module:
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels)
    model = classifier.build()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    steps = EPOCHS * math.ceil(len(images) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(EPOCHS):
        seen = bent(images, generator)
        for batch in torch.randperm(len(images), generator=generator).split(BATCH):
            optimiser.zero_grad()
            functional.cross_entropy(model(seen[batch]), labels[batch]).backward()
            optimiser.step()
            schedule.step()
    return model.eval()


@torch.inference_mode()
def accuracy(model: torch.nn.Module, images: object, labels: object) -> float:
    return float((model(torch.from_numpy(images)).argmax(1) == torch.from_numpy(labels)).double().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is shipped")
    check = parser.parse_args().check
    data = digits.load()
    started = time.perf_counter()
    model = train(data)
    seconds = time.perf_counter() - started
    made = accuracy(model, data.test_images, data.test_labels)
    print(f"trained anew in {seconds:.1f} s: {made:.2%} of {len(data.test_labels)} test digits read (measured)")
    if not check:
        classifier.save(
            model,
            SHIPPED,
            data=digits.credit(),
            training=f"{len(data.train_labels)} digits, {EPOCHS} epochs of batches of {BATCH}, Adam with cosine decay "
            f"from {RATE:g}, every picture turned, slanted, scaled and moved anew in each epoch (bench/digits_cnn.py)",
            seed=SEED,
            torch=torch.__version__,
            test_digits=len(data.test_labels),
            test_accuracy=round(made, 4),
            licence="Apache-2.0; trained on data under CC BY 4.0",
        )
        print(f"wrote {SHIPPED.name}, {SHIPPED.stat().st_size:,} bytes")
    shipped = accuracy(classifier.load(), data.test_images, data.test_labels)
    print(f"shipped: {shipped:.2%} (said: {classifier.about()['test_accuracy']:.2%})")
    if abs(shipped - made) > 0.01:
        raise SystemExit("the shipped weights and the new ones differ by more than a point")


if __name__ == "__main__":
    main()
