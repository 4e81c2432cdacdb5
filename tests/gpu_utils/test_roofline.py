"""The two limits of a machine, and what they allow."""

import json

import pytest

from gpu_utils import roofline
from gpu_utils.provenance import Provenance
from gpu_utils.roofline import Roof, attainable, measure_roof, published_roofs

CARD = Roof("card", peak_flops=10e12, bandwidth_bytes=500e9)


@pytest.mark.parametrize("intensity, rate", [(0, 0), (1, 5e11), (20, 10e12), (1000, 10e12)])
def test_memory_limits_up_to_the_ridge_and_arithmetic_after_it(intensity, rate):
    assert attainable(intensity, CARD) == rate


def test_the_ridge_is_where_both_limits_meet():
    assert CARD.ridge == 20
    assert attainable(CARD.ridge, CARD) == CARD.peak_flops


@pytest.mark.parametrize("intensity", [-1, float("nan")])
def test_an_impossible_intensity_is_refused(intensity):
    with pytest.raises(ValueError, match="0 or more"):
        attainable(intensity, CARD)


@pytest.mark.parametrize("peak, bandwidth", [(0, 1), (1, 0), (float("nan"), 1)])
def test_a_roof_needs_both_figures(peak, bandwidth):
    with pytest.raises(ValueError, match="above 0"):
        Roof("broken", peak, bandwidth)


def test_this_machine_has_a_measured_roof():
    roof = measure_roof(nbytes=1_000_000)
    assert roof.provenance is Provenance.MEASURED
    assert "1 MB" in roof.source
    assert roof.ridge > 0


def test_a_copy_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 4096"):
        measure_roof(nbytes=0)


def test_text_says_both_limits_and_where_they_come_from():
    assert str(CARD) == "card: 10 TFLOP/s, 500 GB/s, ridge at 20 FLOP/byte (published)"


class TestPublished:
    """Roofs from datasheets."""

    @pytest.fixture
    def table(self, tmp_path, monkeypatch):
        rows = [
            {"name": "T4", "bw_gbs": 320, "dense": {"fp32": 8.1, "fp16_tensor": 65, "tf32": None}, "source": "sheet"},
            {"name": "odd", "bw_gbs": None, "dense": {"fp32": 1.0}, "source": "sheet"},
        ]
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "gpu_specs.json").write_text(json.dumps({"gpus": rows}))
        monkeypatch.setattr(roofline.resources, "files", lambda _: tmp_path)

    def test_each_gpu_with_both_figures_has_one(self, table):
        assert published_roofs() == {"T4": Roof("T4 FP32", 8.1e12, 320e9, Provenance.PUBLISHED, "sheet")}

    def test_formats_are_never_mixed(self, table):
        assert published_roofs("fp16_tensor")["T4"].peak_flops == 65e12
        assert published_roofs("tf32") == {}

    def test_without_the_table_there_are_none(self, tmp_path, monkeypatch):
        monkeypatch.setattr(roofline.resources, "files", lambda _: tmp_path)
        assert published_roofs() == {}


@pytest.mark.parametrize("number_format", ["fp32", "tf32", "fp16_tensor", "int8"])
def test_every_roof_in_the_shipped_table_has_a_source_and_a_believable_ridge(number_format):
    for roof in published_roofs(number_format).values():
        assert roof.source
        assert 1 < roof.ridge < 2000
