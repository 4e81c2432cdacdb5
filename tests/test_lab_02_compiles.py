"""Lab 02's model answers are kernels that a GPU could run: Numba compiles each of them, without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from gpu_utils import kernels
from gpu_utils.compiler import MissingCompiler, compile_ptx, instructions

SOLUTION = Path(__file__).parents[1] / "solutions" / "02_cuda_kernels" / "02_cuda_kernels.ipynb"
GIVEN = ("given-slide", "given-tree", "given-tile")
PICTURES = "float32[:,::1], float32[:,::1]"
SIGNATURES = {
    "darken_kernel": "float32[::1], float32[::1], float32",
    "grayscale_kernel": f"float32[:,:,::1], {PICTURES.partition(', ')[0]}",
    "slide_kernel": "float32[:,::1], int64",
    "sum_without_barriers": "float32[::1], float32[::1]",
    "block_sum_kernel": "float32[::1], float32[::1]",
    "box_blur_kernel": f"{PICTURES}, int64",
    "tiled_blur_kernel": f"{PICTURES}, int64",
}


@pytest.fixture(scope="module")
def lab() -> dict[str, Any]:
    """The lab's given code and model answers, run here."""
    pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
    kernels.enable()
    cells = {cell.id: cell.source for cell in nbformat.read(SOLUTION, as_version=4).cells}
    answers = [name for name in SIGNATURES if name in cells]
    names: dict[str, Any] = {"__name__": "lab_02"}
    head = "import numpy as np\nfrom numba import cuda, float32\nfrom gpu_utils.kernels import count"
    exec("\n\n".join([head, *(cells[name] for name in (*GIVEN, *answers))]), names)
    return names


@pytest.mark.parametrize("name", SIGNATURES)
def test_it_compiles_for_every_board_of_the_lab(lab: dict[str, Any], name: str) -> None:
    for target in ("sm_53", "sm_90"):
        try:
            listing = compile_ptx(lab[name], target, signature=f"void({SIGNATURES[name]})")
        except MissingCompiler as missing:
            pytest.skip(str(missing))
        assert instructions(listing, "st.global*")
