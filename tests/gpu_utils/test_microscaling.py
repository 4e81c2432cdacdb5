"""Block-scaled formats: their numbers, their blocks, and what an outlier does to its neighbours only."""

import numpy as np
import pytest

from gpu_utils.microscaling import mxfp4, mxfp8, nvfp4, to_e2m1

NUMBERS = [0, 0.5, 1, 1.5, 2, 3, 4, 6]


def test_e2m1_keeps_its_own_numbers_and_takes_the_nearest_of_them():
    assert to_e2m1(NUMBERS).tolist() == NUMBERS
    x = np.random.default_rng(1).uniform(-7, 7, 1000)
    signed = np.array([*NUMBERS, *(-each for each in NUMBERS)])
    assert np.allclose(np.abs(to_e2m1(x) - x), np.abs(signed[:, None] - x).min(axis=0))


def test_e2m1_breaks_ties_to_the_even_code():
    assert to_e2m1([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0]).tolist() == [0, 1, 1, 2, 2, 4, 4]


@pytest.mark.parametrize(("keep", "block"), [(mxfp8, 32), (mxfp4, 32), (nvfp4, 16)])
class TestBlocks:
    """What all three have in common."""

    def test_an_outlier_changes_nothing_outside_its_block(self, keep, block):
        x = np.random.default_rng(2).normal(size=(8, 64)).astype(np.float32)
        x[-1, -1] = 6.0  # the array's largest before and after, so that NVFP4's common scale stays
        spoilt = x.copy()
        spoilt[0, 0] = 6.0
        before, after = keep(x).ravel(), keep(spoilt).ravel()
        assert np.array_equal(before[block:], after[block:])

    def test_zeros_stay_zeros(self, keep, block):
        assert not keep(np.zeros((2, block))).any()

    def test_powers_of_two_change_nothing_but_the_scale(self, keep, block):
        x = np.random.default_rng(3).normal(size=4 * block)
        assert np.allclose(keep(x * 2.0**-20), keep(x) * 2.0**-20, rtol=1e-6)

    def test_half_a_block_is_refused(self, keep, block):
        with pytest.raises(ValueError, match=f"blocks of {block}"):
            keep(np.ones(block + 1))


def test_more_bits_are_closer():
    x = np.random.default_rng(4).normal(size=4096)
    errors = [np.mean((keep(x) - x) ** 2) for keep in (mxfp8, nvfp4, mxfp4)]
    assert errors == sorted(errors)
