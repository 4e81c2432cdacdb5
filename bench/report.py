"""`python -m gpu_utils --quick` against `python -m torch.utils.collect_env`: whole processes, alternating."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 7


def seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    runs = [
        (seconds("gpu_utils", "--quick"), seconds("torch.utils.collect_env"), seconds("gpu_utils"))
        for _ in range(ROUNDS + 1)
    ][1:]
    quick, theirs, whole = (statistics.median(column) for column in zip(*runs, strict=True))
    ratio = statistics.median(a / b for a, b, _ in runs)
    print(f"report {quick * 1e3:.0f} ms, collect_env {theirs * 1e3:.0f} ms: ratio {ratio:.3f} (goal 0.1)")
    print(f"with the trial of each GPU, which this claim leaves apart: {whole * 1e3:.0f} ms on this machine")


if __name__ == "__main__":
    main()
