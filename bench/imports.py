"""`import gpu_utils` against `import numpy`: whole processes, alternating."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    pairs = [(seconds("import gpu_utils"), seconds("import numpy")) for _ in range(ROUNDS + 1)][1:]
    ours, numpys = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"import gpu_utils {ours * 1e3:.0f} ms, import numpy {numpys * 1e3:.0f} ms: ratio {ratio:.2f} (goal 1.5)")


if __name__ == "__main__":
    main()
