"""Lab 09 where there are GPUs: its training script over NCCL below torchrun, and the ring's sums."""

from __future__ import annotations

from typing import Any

import pytest

from course.authoring.source import read_source
from course.project import Project
from gpu_utils.ranks import run_ranks, torchrun

pytestmark = pytest.mark.gpu
SOURCE = read_source(Project.here().root / "solutions/09_scaling_dgx/09_scaling_dgx.py", "lab 09")


@pytest.fixture(autouse=True)
def gpus() -> int:
    torch = pytest.importorskip("torch")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if count < 2 or not torch.distributed.is_nccl_available():
        pytest.skip("fewer than two GPUs that NCCL can join here")
    return int(count)


def script() -> str:
    names: dict[str, Any] = {}
    (cell,) = [cell for cell in SOURCE.cells if cell.is_code and cell.text.startswith("TRAIN = ")]
    exec(cell.text.split("@attempt")[0], names)
    return str(names["TRAIN"])


def test_the_training_script_runs_below_torchrun(gpus: int) -> None:
    found = torchrun(script(), gpus, limit_s=180)
    for model in ("convolutions", "wide dense layers"):
        assert all(found[f"{model}, {how}"] > 0 for how in ("alone", "silent", "single", "bucket", "during"))


def test_nccl_sums_what_the_ranks_hold(gpus: int) -> None:
    text = (
        "import os, torch, torch.distributed as dist\nfrom gpu_utils.ranks import report\n"
        "torch.cuda.set_device(int(os.environ['LOCAL_RANK']))\ndist.init_process_group('nccl')\n"
        "x = torch.full((1001,), float(dist.get_rank() + 1), device='cuda')\ndist.all_reduce(x)\n"
        "report(sorted(set(x.tolist())))\n"
    )
    assert run_ranks(text, gpus, limit_s=120) == [[gpus * (gpus + 1) / 2]] * gpus
