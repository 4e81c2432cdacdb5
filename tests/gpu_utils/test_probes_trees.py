"""Boards and machines replayed from the files that they were recorded with: trees/*.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_utils.device import Machine, detect

Tree = Callable[[str], str]
TREES = sorted((Path(__file__).parent / "trees").glob("*.json"))


def ids(machine: Machine) -> list[str]:
    return [finding.id for finding in machine.findings]


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_every_tree_says_where_it_comes_from(path: Path) -> None:
    tree = json.loads(path.read_text(encoding="utf-8"))
    assert tree["about"] and tree["source"].startswith("https://")


@pytest.mark.parametrize(
    ("tree", "name", "capability", "jetpack", "features"),
    [
        ("jetson_nano", "NVIDIA Jetson Nano Developer Kit", (5, 3), "JetPack 4.6.1 (L4T 32.7.1).", ()),
        ("jetson_tx2", "NVIDIA Jetson TX2 Developer Kit", (6, 2), "JetPack 4.6.1 (L4T 32.7.1).", ()),
        (
            "jetson_xavier_nx",
            "Jetson Xavier NX devkit",
            (7, 2),
            "JetPack 5.1.2 (L4T 35.4.1).",
            ("fp16_tensor", "int8_tensor"),
        ),
        (
            "jetson_orin_nano_super",
            "Jetson Orin Nano 8GB devkit",
            (8, 7),
            "JetPack 6.2 (L4T 36.4.3).",
            ("fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4"),
        ),
        (
            "jetson_thor",
            "Jetson Thor T5000 devkit",
            (11, 0),
            "JetPack 7.0 (L4T 38.2.0).",
            ("fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4", "fp8", "nvfp4"),
        ),
    ],
)
def test_a_jetson(
    recorded_tree: Tree, tree: str, name: str, capability: tuple[int, int], jetpack: str, features: tuple[str, ...]
) -> None:
    machine = detect(root=recorded_tree(tree), env={}, quick=True)
    board, host = machine.devices
    assert (board.kind, board.index, board.name) == ("jetson", 0, name)
    assert board.compute_capability == capability
    assert board.features == features
    assert board.memory_bytes == host.memory_bytes, "GPU and CPU share the board's memory"
    assert [finding.message for finding in machine.findings] == [jetpack]


def test_a_jetson_whose_library_answers_is_one_device(
    recorded_tree: Tree, nvml: Callable[[str], dict[str, str]]
) -> None:
    machine = detect(root=recorded_tree("jetson_orin_nano_super"), env=nvml("orin"), quick=True)
    assert [device.kind for device in machine.devices] == ["jetson", "cpu"]
    assert machine.devices[0].uuid == "f1e3c0de-1111-5222-8333-444444444444", "NVML adds what the tree lacks"
    assert ids(machine) == ["jetpack"]


def test_an_orin_in_a_container_that_hides_the_device_tree(
    machine_folder: Callable[[dict[str, str]], str], nvml: Callable[[str], dict[str, str]]
) -> None:
    root = machine_folder({"/proc/meminfo": "MemTotal:        7802108 kB\n"})
    card = detect(root=root, env=nvml("orin"), quick=True).devices[0]
    assert (card.kind, card.name, card.memory_bytes) == ("cuda", "Orin (nvgpu)", 7802108 * 1024)


def test_a_gb10_is_no_jetson(recorded_tree: Tree, nvml: Callable[[str], dict[str, str]]) -> None:
    machine = detect(root=recorded_tree("gb10"), env=nvml("gb10"), quick=True)
    card, host = machine.devices
    assert (card.kind, card.name, card.compute_capability) == ("cuda", "NVIDIA GB10", (12, 1))
    assert card.memory_bytes == host.memory_bytes == 127600748 * 1024, "NVML tells none, because it is the machine's"
    assert ids(machine) == ["driver"]


def test_wsl(recorded_tree: Tree, nvml: Callable[[str], dict[str, str]]) -> None:
    machine = detect(root=recorded_tree("wsl"), env=nvml("laptop"), quick=True)
    assert machine.platform == "wsl" and machine.container is None
    assert machine.devices[0].name == "NVIDIA GeForce RTX 4070 Laptop GPU"
    assert machine.devices[1].name == "13th Gen Intel(R) Core(TM) i9-13950HX, 1 core"
    assert "avx_vnni" in machine.devices[1].features


def test_the_library_that_wsl_brings_is_found(recorded_tree: Tree) -> None:
    asked: list[list[str]] = []

    def run(command, env, limit_s):  # type: ignore[no-untyped-def]
        from gpu_utils.probes.process import Outcome

        asked.append(list(command))
        return Outcome(0, '{"done": true}\n')

    detect(root=recorded_tree("wsl"), env={}, run=run, quick=True)
    assert [command[2] for command in asked] == ["gpu_utils.probes.nvml"]
