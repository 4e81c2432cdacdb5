"""Lab 08 where there is a GPU: its computations run there, and its measured roof stays under the datasheet's."""

from __future__ import annotations

import pytest

from gpu_utils.specs import spec
from gpu_utils.timing import measure
from gpu_utils.workloads import workload, workloads

pytestmark = pytest.mark.gpu
RUNNABLE = [each.name for each in workloads() if each.build is not None]


@pytest.fixture(autouse=True)
def gpu() -> str:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no GPU that torch can use here")
    return str(torch.cuda.get_device_name(0))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("name", RUNNABLE)
def test_each_computation_runs_there_and_agrees_with_the_cpu(name: str, dtype: str) -> None:
    import torch

    there, here = workload(name).start("cuda:0", dtype)(), workload(name).start("cpu", "float32")()
    assert there.device.type == "cuda"
    assert there.dtype == getattr(torch, dtype)
    # Inputs are rounded once and sums of n products of about 1 / n accumulate: a few eps of the format, n aside.
    # Float32 may run in TF32 on the card (10 bits), so both are held to 11 bits.
    torch.testing.assert_close(there.float().cpu(), here, rtol=2e-2, atol=2e-2)


def test_the_measured_roof_lies_under_that_of_the_datasheet(gpu: str) -> None:
    """Ceilings: a fifth of slack for boost clocks and for a cache that holds part of the stream."""
    card = spec(gpu)
    if card is None or not card.bandwidth_bytes_per_s:
        pytest.skip(f"no datasheet row for {gpu}")
    stream, product = workload("stream"), workload("matrix product")
    moved = stream.nbytes(4) / min(measure(stream.start("cuda:0"), label="stream").samples_s)
    reached = product.flops / min(measure(product.start("cuda:0", "float16"), label="product").samples_s)
    assert moved < 1.2 * card.bandwidth_bytes_per_s
    if "fp16_tensor" in card.dense_flops:
        assert reached < 1.2 * card.dense_flops["fp16_tensor"]
