"""Planning 1,000 requests for slices: seconds, and whether the lower bound is reached."""

from __future__ import annotations

import random
import statistics
import time

from gpu_utils import mig

REQUESTS, LISTS, GOAL_S = 1000, 25, 2.0


def main() -> None:
    rng = random.Random(0)
    for gpu in mig.gpus():
        names = list(mig.profiles(gpu))
        seconds, reached = [], 0
        for _ in range(LISTS):
            requests = rng.choices(names, [rng.random() ** 2 for _ in names], k=REQUESTS)
            start = time.perf_counter()
            found = mig.plan(requests, gpu)
            seconds.append(time.perf_counter() - start)
            reached += len(found) == mig.lower_bound(requests, gpu)
        print(
            f"{gpu:10} {REQUESTS} requests: median {statistics.median(seconds):.3f} s, worst {max(seconds):.3f} s "
            f"(goal {GOAL_S:g}); lower bound reached in {reached} of {LISTS}"
        )


if __name__ == "__main__":
    main()
