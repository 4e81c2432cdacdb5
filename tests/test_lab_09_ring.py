"""Lab 09's ring against real processes: the sums of torch.distributed, and the bytes on the wire."""

from __future__ import annotations

import itertools
import sys
from collections import deque
from typing import Any

import numpy as np
import pytest

from course.authoring.source import read_source
from course.project import Project
from gpu_utils.ranks import run_ranks, unavailable

pytest.importorskip("torch")
if unavailable():
    pytest.skip(str(unavailable()), allow_module_level=True)

SOURCE = read_source(Project.here().root / "solutions/09_scaling_dgx/09_scaling_dgx.py", "lab 09")
SIZES = (1, 5, 7, 1001, 65_537)
JOB = (
    f"SIZES = {SIZES}"
    """
import numpy as np, torch, torch.distributed as dist
from gpu_utils.ranks import report
dist.init_process_group("gloo")
rank, found = dist.get_rank(), {}
for size in SIZES:
    for dtype in ("float32", "float64", "int64"):
        drawn = np.random.default_rng([rank, size]).integers(-999, 999, size)
        numbers = torch.from_numpy(drawn.astype(dtype))
        dist.all_reduce(numbers)
        found[f"{size} {dtype}"] = numbers.tolist()
data = torch.ones(250_001)


def loopback():
    (row,) = [line for line in open("/proc/net/dev") if line.strip().startswith("lo:")]
    return int(row.split()[9])


found["bytes"] = []
for _ in range(20):
    dist.barrier()
    before = loopback()
    dist.barrier()  # nobody sends before all have looked
    dist.all_reduce(data)
    dist.barrier()
    found["bytes"].append(loopback() - before)
report(found)
"""
)


@pytest.fixture(scope="module")
def ring() -> Any:
    """The model answer."""
    (cell,) = [cell for cell in SOURCE.of_role("answer") if cell.name == "ring_all_reduce"]
    names: dict[str, Any] = {"np": np, "itertools": itertools, "deque": deque}
    exec(cell.text, names)
    return names["ring_all_reduce"]


@pytest.mark.skipif(sys.platform != "linux", reason="the bytes on the loopback are counted in /proc, which Linux has")
@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_ring_gives_the_sums_of_gloo_and_counts_its_bytes(ring: Any, n: int) -> None:
    found = run_ranks(JOB, n)
    for size, dtype in itertools.product(SIZES, ("float32", "float64", "int64")):
        rows = [np.random.default_rng([rank, size]).integers(-999, 999, size).astype(dtype) for rank in range(n)]
        held, sent = ring([np.array_split(row, n) for row in rows])
        sizes = [chunk.nbytes for chunk in np.array_split(rows[0], n)]
        assert sent == [2 * sum(sizes) - sizes[(r + 1) % n] - sizes[(r + 2) % n] for r in range(n)]
        assert sum(sent) == 2 * (n - 1) * rows[0].nbytes
        for rank in range(n):
            together = np.concatenate(held[rank])
            assert together.dtype == np.dtype(dtype)
            assert together.tolist() == found[rank][f"{size} {dtype}"]  # whole numbers: exact in any order
    # Headers and three barriers come on top; of twenty times at least one is hardly disturbed by other programs.
    exact, counted = 2 * (n - 1) * 4 * 250_001, min(min(row["bytes"]) for row in found)
    assert exact <= counted <= 1.02 * exact + 20_000


def test_the_ring_is_exact_for_equal_chunks(ring: Any) -> None:
    for n in range(1, 9):
        rows = np.ones((n, 12 * n), dtype=np.float32)
        _, sent = ring([np.array_split(row, n) for row in rows])
        assert sent == [2 * (n - 1) * 12 * 4] * n


def test_the_training_script_of_the_lab_runs_and_reports() -> None:
    """The script that torchrun would start over NCCL, here over gloo."""
    names: dict[str, Any] = {}
    (cell,) = [cell for cell in SOURCE.cells if cell.is_code and cell.text.startswith("TRAIN = ")]
    exec(cell.text.split("@attempt")[0], names)
    first, second = run_ranks(names["TRAIN"], 2)
    assert second is None
    for model in ("convolutions", "wide dense layers"):
        assert all(first[f"{model}, {how}"] > 0 for how in ("alone", "silent", "single", "bucket", "during"))
    assert first["convolutions, bytes"] * 100 < first["wide dense layers, bytes"]
