"""Datasheet rows and what a compute capability means."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from gpu_utils.specs import features, spec, specs


@pytest.mark.parametrize(
    ("capability", "gained"),
    [
        ((6, 1), set()),
        ((7, 0), {"fp16_tensor"}),
        ((7, 2), {"int8_tensor"}),
        ((7, 5), set()),
        ((8, 0), {"tf32", "bf16", "sparsity_2_4"}),
        ((8, 7), set()),
        ((8, 9), {"fp8"}),
        ((9, 0), set()),
        ((10, 0), {"nvfp4"}),
        ((12, 0), set()),
    ],
)
def test_features_only_ever_grow(capability: tuple[int, int], gained: set[str]) -> None:
    ladder = [(6, 1), (7, 0), (7, 2), (7, 5), (8, 0), (8, 7), (8, 9), (9, 0), (10, 0), (12, 0)]
    before = ladder[: ladder.index(capability)]
    assert features(capability) == (features(before[-1]) if before else set()) | gained


def test_nothing_is_known_of_no_capability() -> None:
    assert features(None) == set()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("Tesla T4", "T4"),
        ("NVIDIA L4", "L4"),
        ("NVIDIA L40S", "L40S"),
        ("NVIDIA L40", "L40"),
        ("NVIDIA A10", "A10"),
        ("NVIDIA A10G", None),
        ("NVIDIA A100-SXM4-40GB", "A100-40GB"),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "A100-40GB"),
        ("NVIDIA A100-SXM4-80GB", "A100-80GB SXM"),
        ("NVIDIA A100 80GB PCIe", "A100-80GB PCIe"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA H100 NVL", "H100 NVL"),
        ("NVIDIA GB200", "GB200 (per GPU, 1200 W)"),
        ("NVIDIA B200", "B200 (HGX 1000 W)"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
        ("NVIDIA GeForce RTX 5090 D", None),
        ("NVIDIA GeForce RTX 3090 Ti", None),
        ("Tesla V100-SXM2-16GB", "V100-SXM2"),
        ("A100-80GB SXM", "A100-80GB SXM"),
        ("Tesla V100-SXM2-32GB", "V100-SXM2 32GB"),
        ("Tesla V100-PCIE-16GB", "V100-PCIe"),
        ("Tesla V100-SXM3-32GB", None),
        ("Tesla P100-PCIE-16GB", "P100-PCIe 16GB"),
        ("Tesla P100-PCIE-12GB", None),
        ("Tesla P100-SXM2-16GB", "P100-SXM2"),
        ("NVIDIA A100-PCIE-40GB", "A100-40GB"),
        ("NVIDIA A100-SXM4-80GB MIG 3g.40gb", "A100-80GB SXM"),
        ("NVIDIA A100X", None),
        ("NVIDIA A30 MIG 1g.6gb", "A30"),
        ("NVIDIA A40", None),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb+me", "H100 SXM"),
        ("NVIDIA H200", "H200 SXM"),
        ("NVIDIA H200 NVL", None),
        ("NVIDIA GH200 480GB", None),
        ("NVIDIA GB10", None),
        ("NVIDIA GB300", None),
        ("NVIDIA B300", None),
        ("NVIDIA GeForce RTX 3090", "RTX 3090"),
        ("NVIDIA GeForce RTX 4070 Laptop GPU", None),
        ("NVIDIA GeForce RTX 5090 Laptop GPU", None),
        ("NVIDIA GeForce RTX 2080 Ti", "RTX 2080 Ti"),
        ("GeForce RTX 2080", None),
        ("Tesla K80", "K80"),
        ("NVIDIA T1000", None),
        ("GRID T4-2Q", None),
        ("Orin (nvgpu)", None),
        ("NVIDIA Thor", None),
        ("nvidia l4", "L4"),
        ("NVIDIA T400", None),
        ("NVIDIA A100-SXM-64GB", None),
        ("NVIDIA A10M", None),
        ("NVIDIA A30X", None),
        ("NVIDIA RTX A1000", None),
        ("NVIDIA L20", None),
        ("NVIDIA L4G", None),
        ("NVIDIA H100 64GB HBM2", None),
        ("NVIDIA H800", None),
        ("NVIDIA H20", None),
        ("NVIDIA GeForce RTX 4090 D", None),
        ("NVIDIA GeForce RTX 5090D", None),
        ("NVIDIA RTX 4000 Ada Generation", None),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", None),
        ("NVIDIA A10-24Q", None),
        ("GRID A100-1-5C", None),
        ("NVIDIA H100 80GB HBM2e", None),
        ("Jetson Nano 4GB devkit", "Jetson Nano 4GB"),
        ("NVIDIA Jetson Nano Developer Kit", "Jetson Nano 4GB"),
        ("NVIDIA Jetson Nano 2GB Developer Kit", None),
        ("Jetson AGX Xavier 32GB", "Jetson AGX Xavier 32GB"),
        ("Jetson AGX Xavier 64GB", None),
        ("Jetson Orin Nano 8GB devkit", "Jetson Orin Nano 8GB"),
        ("Jetson Orin Nano 4GB", None),
        ("Jetson Orin NX 16GB", "Jetson Orin NX 16GB"),
        ("Jetson Orin NX 8GB", None),
        ("Jetson AGX Orin 64GB", None),
        ("AMD Instinct MI300X", None),
        ("", None),
        (None, None),
    ],
)
def test_the_row_of_a_name(name: str | None, row: str | None) -> None:
    found = spec(name)
    assert (found and found.name) == row


@pytest.mark.parametrize(
    "name",
    ["NVIDIA GeForce GTX 1660 Ti", "GeForce GTX 1650", "NVIDIA GeForce MX450", "NVIDIA T1000", "Quadro T2000"],
)
def test_the_small_turing_cards_have_no_tensor_cores(name: str) -> None:
    assert features((7, 5), name) == set()
    assert features((7, 5), "Tesla T4") == {"fp16_tensor", "int8_tensor"}


def test_sparse_figures_are_never_mixed_in() -> None:
    """With 2:4 sparsity a datasheet doubles: INT8 and FP8 stay at twice FP16, and FP16 at most at twice TF32."""
    for row in specs():
        dense = row.dense_flops
        if "fp8" in dense and "bf16_tensor" in dense:
            assert dense["fp8"] <= 2.1 * dense["bf16_tensor"], row.name
        if "tf32" in dense and "bf16_tensor" in dense:
            assert dense["bf16_tensor"] <= 2.1 * dense["tf32"], row.name


def test_every_row_finds_itself_and_names_its_source() -> None:
    for row in specs():
        assert spec(row.name) is row
        assert row.source.startswith("http")


def test_figures_are_in_si_units() -> None:
    card = spec("Tesla T4")
    assert card is not None
    assert card.dense_flops["fp16_tensor"] == 65e12
    assert card.bandwidth_bytes_per_s == 320e9
    assert card.ridge("fp16_tensor") == pytest.approx(203.125)
    assert card.ridge("tf32") is None, "a T4 has no TF32"


def test_no_row_rests_on_memory_alone() -> None:
    text = (files("gpu_utils") / "data" / "gpu_specs.json").read_text(encoding="utf-8")
    assert "recalled" not in text
    assert all(row["source"] for row in json.loads(text)["gpus"])
