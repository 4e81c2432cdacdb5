"""Rounding 16 M float32 values: against a plain copy, and against ml_dtypes' cast, one way and there and back.

`round_to` gives float32 again, so the like of it is the cast there and back; the way there alone is printed as well.
All in one thread, into memory that is already there, alternating.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import ml_dtypes
import numpy as np

from gpu_utils.formats import round_to

VALUES, ROUNDS = 1 << 24, 9
CASTS = {"bf16": ml_dtypes.bfloat16, "fp16": np.float16, "e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2}


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    x = np.random.default_rng(0).standard_normal(VALUES, dtype=np.float32)
    out = np.zeros_like(x)
    for name in ("tf32", *CASTS):
        runs: list[Callable[[], object]] = [
            lambda: np.copyto(out, x),
            lambda name=name: round_to(x, name, out=out),
        ]
        if name in CASTS:
            narrow = np.zeros(VALUES, CASTS[name])
            runs += [
                lambda narrow=narrow: np.copyto(narrow, x, casting="unsafe"),
                lambda narrow=narrow: np.copyto(out, narrow, casting="unsafe"),
            ]
        rows = [[seconds(run) for run in runs] for _ in range(ROUNDS + 1)][1:]
        copies = statistics.median(row[1] / row[0] for row in rows)
        line = (
            f"{name:5} {statistics.median(row[1] for row in rows) * 1e3:6.1f} ms: {copies:5.2f} plain copies (goal 4)"
        )
        if len(runs) == 4:
            both = statistics.median(row[1] / (row[2] + row[3]) for row in rows)
            there = statistics.median(row[1] / row[2] for row in rows)
            kind = "NumPy" if name == "fp16" else "ml_dtypes"
            line += f"; {both:.2f} of {kind}'s cast there and back (goal 1), {there:.2f} of the way there alone"
        print(line)


if __name__ == "__main__":
    main()
