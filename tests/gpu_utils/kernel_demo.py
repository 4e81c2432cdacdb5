"""Kernels that several tests run, and launches as on a machine without a GPU."""

from __future__ import annotations

import pytest

from gpu_utils import kernels
from gpu_utils.kernels import launch

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
# Without a GPU the simulator must be switched on before numba.cuda is imported.
kernels.enable()
from numba import cuda, float32  # noqa: E402

BLOCK = 8


@cuda.jit
def block_sum(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    sums[thread] = values[cuda.grid(1)]
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]


def launch_here(kernel, grid, block, *args):
    """launch() as on a machine without a GPU, whatever this one has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "where", lambda: "simulator")
        return launch(kernel, grid, block, *args)
