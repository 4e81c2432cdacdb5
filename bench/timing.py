"""`measure` against torch.utils.benchmark on the same work: do they agree within their own spread?"""

from __future__ import annotations

import statistics

import numpy as np
import torch
from torch.utils.benchmark import Timer

from gpu_utils.timing import measure

ROUNDS = 5


def main() -> None:
    torch.set_num_threads(1)
    picture = torch.rand(1024, 1024)
    vector = np.random.default_rng(0).random(100_000)
    works = {
        "torch: picture * 0.5": (lambda: picture * 0.5, "work()"),
        "torch: 256 x 256 product": (lambda: picture[:256, :256] @ picture[:256, :256], "work()"),
        "NumPy: sort 100,000 values": (lambda: np.sort(vector), "work()"),
    }
    for name, (work, statement) in works.items():
        ratios, spreads = [], []
        for _ in range(ROUNDS):
            ours = measure(work, label=name)
            theirs = Timer(statement, globals={"work": work}).blocked_autorange(min_run_time=0.4)
            ratios.append(ours.median_s / theirs.median)
            spreads.append((ours.iqr_s + theirs.iqr) / theirs.median)
        ratio, spread = statistics.median(ratios), statistics.median(spreads)
        verdict = "within" if abs(ratio - 1) <= spread else "beyond"
        print(f"{name:28} measure / torch's Timer {ratio:.3f}, {verdict} their spreads together ({spread:.3f})")


if __name__ == "__main__":
    main()
