"""Lab 06 on a real card: its conversion to TF32 and its tensor cores against the emulation. Skipped without one."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_utils import detect, formats
from gpu_utils.compiler import example

pytestmark = pytest.mark.gpu

CARDS = [device for device in detect(quick=True).devices if device.kind == "cuda" and device.usable is not False]
AMPERE = any((card.compute_capability or (0, 0)) >= (8, 0) for card in CARDS)
needs_ampere = pytest.mark.skipif(not AMPERE, reason="TF32 needs an NVIDIA GPU of compute capability 8.0 or later")


@pytest.mark.skipif(not CARDS, reason="needs an NVIDIA GPU")
def test_the_cards_conversion_to_tf32_sends_ties_away_from_zero_and_keeps_nans():
    """A million patterns of float32 through cvt.rna, or through the integers that stand in for it before Ampere."""
    cupy = pytest.importorskip("cupy")
    patterns = np.random.default_rng(6).integers(0, 2**32, 2**20, dtype=np.uint32)
    patterns[: 2**19] = patterns[: 2**19] & np.uint32(0xFFFFE000) | np.uint32(0x1000)  # half of them ties
    x = patterns.view(np.float32)
    kernel = cupy.RawKernel(example("round_tf32"), "round_tf32")
    out = cupy.empty(x.size, dtype=cupy.float32)
    kernel((x.size // 256,), (256,), (cupy.asarray(x), out, cupy.int32(x.size)))
    expected = formats.round_to(x, "tf32", rounding="ties-away")
    np.testing.assert_array_equal(out.get(), expected)


@needs_ampere
@pytest.mark.parametrize("k", [16, 256, 4096])
def test_a_tf32_product_of_tf32_inputs_stays_within_the_labs_tolerance(k: int):
    """Inputs that are TF32 already leave only the additions, which the tolerance lets the card round or cut."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(k)
    a, b = (formats.round_to(rng.random(shape, dtype=np.float32), "tf32") for shape in ((32, k), (k, 32)))
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        found = (torch.from_numpy(a).cuda() @ torch.from_numpy(b).cuda()).cpu().numpy()
    finally:
        torch.set_float32_matmul_precision(before)
    np.testing.assert_allclose(found, a.astype(np.float64) @ b, rtol=k * 2.0**-23)
