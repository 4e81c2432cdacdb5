"""Lab 02's kernels on a real GPU: what the CPU counts and checks is what the card computes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from gpu_utils import kernels
from gpu_utils.compiler import example
from gpu_utils.provenance import Provenance

pytestmark = pytest.mark.gpu
SOLUTION = Path(__file__).parents[1] / "solutions" / "02_cuda_kernels" / "02_cuda_kernels.ipynb"
ANSWERS = (
    "blocks_needed",
    "darken_kernel",
    "grayscale_kernel",
    "block_sum_kernel",
    "box_blur_kernel",
    "tiled_blur_kernel",
)
GIVEN = ("given-slide", "given-tree", "given-tile")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The lab's given code and model answers, run here."""
    pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
    kernels.enable()
    if kernels.where() != "gpu":
        pytest.skip("Numba can use no GPU here")
    cells = {cell.id: cell.source for cell in nbformat.read(SOLUTION, as_version=4).cells}
    parts = [cells[name] for name in (*GIVEN, *ANSWERS)]
    head = "import math\nimport numba\nimport numpy as np\nfrom numba import cuda, float32\n"
    head += "from gpu_utils.kernels import count\n"
    # A file, because Numba wants to read the source of what it compiles.
    path = tmp_path_factory.mktemp("lab") / "lab_02.py"
    path.write_text(head + "\n\n".join(parts))
    names: dict[str, Any] = {"__name__": "lab_02"}
    exec(compile(path.read_text(), str(path), "exec"), names)
    return names


def blurred(image: np.ndarray, radius: int) -> np.ndarray:
    height, width = image.shape
    rows = [
        [image[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1].mean() for x in range(width)]
        for y in range(height)
    ]
    return np.array(rows)


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(2).random((61, 83), dtype=np.float32)


def test_darken(lab: dict[str, Any], image: np.ndarray):
    values, out = image.ravel(), np.full(image.size, np.nan, np.float32)
    grid = lab["blocks_needed"](values.size, 256)
    assert kernels.launch(lab["darken_kernel"], grid, 256, values, out, 0.5) is Provenance.MEASURED
    np.testing.assert_array_equal(out, 0.5 * values)


def test_grayscale(lab: dict[str, Any]):
    picture = np.random.default_rng(3).random((37, 90, 3), dtype=np.float32)
    out = np.full((37, 90), np.nan, np.float32)
    kernels.launch(lab["grayscale_kernel"], (12, 12), (8, 8), picture, out)
    np.testing.assert_allclose(out, picture @ np.array([0.299, 0.587, 0.114]), rtol=1e-6)


@pytest.mark.parametrize("radius", [0, 1, 2, 40])
def test_box_blur_uses_max_and_min_which_numba_must_compile(lab: dict[str, Any], image: np.ndarray, radius: int):
    out = np.full_like(image, np.nan)
    kernels.launch(lab["box_blur_kernel"], (11, 11), (8, 8), image, out, radius)
    np.testing.assert_allclose(out, blurred(image, radius), atol=2e-4)


@pytest.mark.parametrize("radius", [0, 1, 2])
def test_tiled_blur(lab: dict[str, Any], image: np.ndarray, radius: int):
    out = np.full_like(image, np.nan)
    kernels.launch(lab["tiled_blur_kernel"], (21, 21), (lab["TILE"], lab["TILE"]), image, out, radius)
    np.testing.assert_allclose(out, blurred(image, radius), atol=1e-5)


def test_block_sum_a_hundred_times_the_same(lab: dict[str, Any]):
    values = np.random.default_rng(4).integers(0, 100, 1000).astype(np.float32)
    blocks = lab["blocks_needed"](1000, lab["BLOCK"])
    padded = np.zeros(blocks * lab["BLOCK"], np.float32)
    padded[:1000] = values
    for _ in range(100):
        partial = np.full(blocks, np.nan, np.float32)
        kernels.launch(lab["block_sum_kernel"], blocks, lab["BLOCK"], values, partial)
        np.testing.assert_array_equal(partial, padded.reshape(blocks, -1).sum(axis=1))


def test_the_slide_in_place_is_not_the_slide(lab: dict[str, Any], image: np.ndarray):
    """What a race gives is anybody's guess; only where the values come from is sure."""
    from numba import cuda

    moved = cuda.to_device(image)
    kernels.launch(lab["slide_kernel"], (11, 8), (8, 8), moved, 24)
    after = moved.copy_to_host()
    # Whatever the order, a value comes from its own row, from a multiple of 24 columns to the left.
    for column in range(image.shape[1]):
        sources = image[:, column % 24 : column + 1 : 24] if column >= 24 else image[:, column : column + 1]
        assert (after[:, column, None] == sources).any(axis=1).all()


def test_cupys_two_short_ways_agree(image: np.ndarray):
    cupy = pytest.importorskip("cupy", reason="CuPy (extra cuda12) is not installed")
    if not cupy.is_available():
        pytest.skip("CuPy can use no GPU here")
    values = cupy.asarray(image.ravel())
    line = cupy.ElementwiseKernel("float32 v, float32 factor", "float32 out", "out = factor * v", "darken_line")
    out = cupy.empty_like(values)
    for name in ("darken", "elementwise"):
        assert re.search(rf"void {name}\(", example(name))
        kernel = cupy.RawKernel(example(name), name)
        kernel(((values.size + 255) // 256,), (256,), (values, out, np.float32(0.45), np.int32(values.size)))
        cupy.testing.assert_allclose(out, line(values, np.float32(0.45)), rtol=1e-6)
