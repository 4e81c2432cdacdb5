"""The last rung of lab 01's ladder against a plain copy of the same bytes, alternating.

The code of the rungs is read from the lab's source, so that what is timed is what the learner reads.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SOURCE = Path(__file__).parents[1] / "solutions" / "01_image_filters" / "01_image_filters.py"
ROUNDS = 15


def rungs() -> dict[str, Any]:
    """The functions of the cell `given="ladder_rungs"`."""
    found = re.search(r'# %% given="ladder_rungs"\n(.*?)\n# %%', SOURCE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, f"{SOURCE.name} has no cell ladder_rungs"
    names: dict[str, Any] = {"np": np}
    exec(found.group(1), names)
    return names


def seconds(function: Callable[..., None], image: Any, out: Any) -> float:
    start = time.perf_counter()
    function(image, out)
    return time.perf_counter() - start


def main() -> None:
    names = rungs()
    image = np.random.default_rng(0).random((names["H"], names["W"], 3), dtype=np.float32)
    out = np.zeros_like(image)
    columns = ("as_written", "long_rows", "in_place", "merged", "one_pass", "plain_copy")
    rows = [[seconds(names[name], image, out) for name in columns] for _ in range(ROUNDS + 1)][1:]
    for name, column in zip(columns, zip(*rows, strict=True), strict=True):
        ratio = statistics.median(row[columns.index(name)] / row[-1] for row in rows)
        goal = " (goal 1.5)" if name == "one_pass" else ""
        print(f"{name:12} {statistics.median(column) * 1e3:7.1f} ms: {ratio:5.2f} plain copies{goal}")


if __name__ == "__main__":
    main()
