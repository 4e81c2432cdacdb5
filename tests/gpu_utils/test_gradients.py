"""Gradients in a format: what becomes of them, how it is drawn, and the slider that moves them."""

import numpy as np
import pytest

from gpu_utils.formats import FORMATS, round_to
from gpu_utils.plotting import png
from gpu_utils.plotting.exponents import exponent_histogram, fates
from gpu_utils.widgets.gradients import explore_scale


class TestFates:
    """Shares of values that vanish, survive and overflow."""

    @pytest.mark.parametrize("name", ["fp16", "bf16", "e5m2", "e4m3"])
    def test_they_are_those_of_the_rounding(self, name):
        rng = np.random.default_rng(1)
        values = rng.normal(size=5000) * 2.0 ** rng.uniform(-150, 20, 5000)
        kept = np.abs(round_to(values, name))
        shares = fates(values, name)
        assert shares["zero"] == np.mean(kept == 0)
        assert shares["infinite"] == np.mean(~np.isfinite(kept))
        assert shares["normal"] == np.mean(np.isfinite(kept) & (kept >= FORMATS[name].smallest_normal))
        assert sum(shares.values()) == pytest.approx(1)

    def test_zeros_do_not_count(self):
        assert fates([0.0, 0.0, 1.0], "fp16")["normal"] == 1.0

    def test_nothing_but_zeros_has_no_fate(self):
        assert set(fates(np.zeros(3), "fp16").values()) == {0.0}

    def test_a_scale_brings_small_values_back(self):
        assert fates([2.0**-25], "fp16")["zero"] == 1.0
        assert fates([2.0**-25], "fp16", 2.0**16)["normal"] == 1.0


class TestHistogram:
    """The range of a format behind the values."""

    def test_it_says_what_is_lost(self):
        figure = exponent_histogram([2.0**-30, 1.0, 1e9, 0.0], "fp16")
        assert "3 values" in figure.alt
        assert "33.3 % too small for FP16, 33.3 % too large" in figure.alt

    def test_pictures_stand_above(self):
        pictures = np.ones((3, 4, 4))
        figure = exponent_histogram(pictures, "bf16", 4.0, list(pictures))
        assert len(figure.axes) == 4
        assert png(figure)[1:4] == b"PNG"

    def test_overflow_and_zeros_can_be_drawn(self):
        png(exponent_histogram(np.zeros((1, 2, 2)), "fp16", 1.0, [np.zeros((2, 2))]))
        png(exponent_histogram(np.full((1, 2, 2), 1e9), "fp16", 1.0, [np.full((2, 2), 1e9)]))


class TestExploreScale:
    """The slider."""

    def test_moving_it_brings_the_gradients_back(self):
        widget = explore_scale(np.full((2, 4, 4), 2.0**-26), alt="Two flat gradients")
        power, said, drawn = widget.children
        assert "100.0%</b> of the gradients round to zero" in said.value
        before = drawn.value
        power.value = 16
        assert "<b>0.0%</b> of the gradients round to zero" in said.value
        assert drawn.value != before
        assert 'alt="Two flat gradients. ' in drawn.value

    def test_a_network_on_the_way_breaks_earlier_than_what_arrives(self):
        exact = np.full((2, 4, 4), 2.0**-26)

        def through(scale):
            return np.where(scale * 2.0**10 > 65504, np.nan, np.float16(exact * scale))

        power, said, drawn = explore_scale(exact, through=through, alt="Two flat gradients").children
        assert "<b>100.0%</b> of the gradients arrive as zero" in said.value
        power.value = 4
        assert "<b>0.0%</b> of the gradients arrive as zero, <b>0.0%</b> as infinity" in said.value
        whole = drawn.value
        power.value = 6
        assert "<b>100.0%</b> as infinity or NaN" in said.value
        assert "0.0% of the gradients arrive as zero, 100.0% as infinity or NaN." in drawn.value
        assert drawn.value != whole

    def test_no_words_no_widget(self):
        with pytest.raises(ValueError, match="alt text"):
            explore_scale(np.ones((1, 2, 2)), alt=" ")
