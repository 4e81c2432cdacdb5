"""What the course computes: counts that agree with what runs, and the cards to put them on."""

from __future__ import annotations

import pytest

from gpu_utils.cards import FORMATS, cards
from gpu_utils.provenance import Provenance
from gpu_utils.workloads import workload, workloads

RUNNABLE = [each.name for each in workloads() if each.build is not None]
MATRIX = ["convolution", "matrix product"]  # torch has no count for its fused attention on a CPU


def test_they_stand_from_little_arithmetic_to_much() -> None:
    intensities = [each.intensity() for each in workloads()]
    assert intensities == sorted(intensities)


def test_half_the_bytes_is_twice_the_intensity() -> None:
    for each in workloads():
        assert each.intensity(2) == 2 * each.intensity(4)


@pytest.mark.parametrize("name", RUNNABLE)
def test_each_runs_and_gives_numbers(name: str) -> None:
    import torch

    assert bool(torch.isfinite(workload(name).start()()).all())


@pytest.mark.parametrize("name", MATRIX)
def test_operations_are_what_torch_counts(name: str) -> None:
    """Torch counts products by their shapes, as we do; element-wise work it counts as nothing."""
    from torch.utils.flop_counter import FlopCounterMode

    run = workload(name).start()
    with FlopCounterMode(display=False) as counter:
        run()
    assert counter.get_total_flops() == workload(name).flops


def test_one_that_is_only_counted_says_so() -> None:
    with pytest.raises(ValueError, match="counted here, not run"):
        workload("a token of a 7B model").start()


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="there are darken, stream"):
        workload("sharpen")


def test_cards_are_dense_and_each_names_its_source() -> None:
    for card, roofs in cards().items():
        for number_format, roof in roofs.items():
            assert number_format in FORMATS
            assert roof.source
            assert roof.name == f"{card} {number_format}"
    assert cards()["A100"]["TF32"].peak_flops == 156e12
    assert "INT8" not in cards()["V100"]


def test_what_was_published_sparse_is_halved_and_says_modelled() -> None:
    roof = cards()["Orin Nano"]["INT8"]
    assert roof.peak_flops == 33.5e12
    assert roof.provenance is Provenance.MODELLED
    assert "67 TOPS with sparsity" in str(roof.source)
