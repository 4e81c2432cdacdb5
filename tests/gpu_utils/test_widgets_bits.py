"""A number as its bits, driven without a browser: every button does what its words say."""

import math

import pytest

from gpu_utils import widgets
from gpu_utils.formats import decode
from gpu_utils.layouts import FORMATS
from gpu_utils.widgets.bits import bit_report


def parts(widget):
    """The chooser, the bits from the highest down, the actions by their words, and the report's text."""
    chooser, row, actions, report = widget.children
    bits = [bit for group in row.children for bit in group.children[1].children]
    return chooser, bits, {button.description: button for button in actions.children}, report


def pattern(widget):
    return int("".join(bit.description for bit in parts(widget)[1]), 2)


class TestFlipBits:
    """Bits that flip, and what follows."""

    def test_it_begins_with_pi_in_bf16(self):
        widget = widgets.flip_bits()
        assert pattern(widget) == 0x4049
        assert "3.140625" in parts(widget)[3].value

    @pytest.mark.parametrize("name", ["fp32", "tf32", "bf16", "fp16", "e4m3", "e5m2"])
    def test_a_format_has_its_own_bits_and_begins_nearest_to_pi(self, name):
        widget = widgets.flip_bits()
        parts(widget)[0].value = FORMATS[name]
        assert len(parts(widget)[1]) == FORMATS[name].bits
        assert abs(decode(pattern(widget), name) - math.pi) < FORMATS[name].epsilon * 2

    def test_every_bit_flips_and_flips_back(self):
        widget = widgets.flip_bits(format="e4m3")
        before = pattern(widget)
        for place, bit in enumerate(reversed(parts(widget)[1])):
            bit.click()
            assert pattern(widget) == before ^ 1 << place
            bit.click()
        assert pattern(widget) == before

    def test_the_fields_are_named_in_words_and_every_bit_says_which_it_is(self):
        heads = [group.children[0].value for group in widgets.flip_bits().children[1].children]
        assert [name for name, head in zip(("sign", "exponent", "fraction"), heads, strict=True) if name in head]
        assert parts(widgets.flip_bits())[1][1].tooltip == "flip bit 14, exponent"

    def test_steps_go_to_the_neighbours_and_past_the_largest_to_infinity(self):
        widget = widgets.flip_bits(format="fp16")
        _, _, actions, report = parts(widget)
        actions["neighbour above ▶"].click()
        assert decode(pattern(widget), "fp16") == 3.142578125
        actions["◀ neighbour below"].click()
        assert decode(pattern(widget), "fp16") == 3.140625
        actions["largest"].click()
        actions["neighbour above ▶"].click()
        assert "infinity" in report.value
        actions["neighbour above ▶"].click()
        assert pattern(widget) == 0x7C00
        actions["nearest to π"].click()
        assert pattern(widget) == 0x4248

    def test_e4m3_has_448_and_then_no_infinity(self):
        widget = widgets.flip_bits(format="e4m3")
        _, _, actions, report = parts(widget)
        actions["largest"].click()
        assert "<b>448</b>" in report.value
        for _ in range(2):  # the second step finds no number to step from
            actions["neighbour above ▶"].click()
            assert "not a number" in report.value

    def test_the_report_is_announced(self):
        assert 'role="status"' in parts(widgets.flip_bits())[3].value


class TestBitReport:
    """What a pattern means."""

    def test_subnormals_have_no_hidden_one(self):
        report = bit_report(1, "fp16")
        assert "0.0000000001 in binary × 2<sup>-14</sup> (subnormal" in report
        assert "5.96046448e" in report

    @pytest.mark.parametrize("bits, said", [(0x7C00, "+infinity"), (0xFC00, "−infinity"), (0x8000, "−zero")])
    def test_special_patterns_have_names(self, bits, said):
        assert said in bit_report(bits, "fp16")

    def test_pi_stands_on_the_line_where_it_lies_between_the_neighbours(self):
        assert "π lies among them" in bit_report(0x4248, "fp16")
        assert "π lies outside" in bit_report(0x4200, "fp16")

    def test_nan_has_no_neighbours_and_no_line(self):
        report = bit_report(0x7E00, "fp16")
        assert "neighbours</th>" in report and ">none<" in report
        assert "<svg" not in report
