"""The wiring of the boxes: links per GPU, who has no link, and the rings that the mesh holds."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from gpu_utils.benchmarks import benchmark
from gpu_utils.topology import BOXES, dgx1, dgx2, dgx_a100, pcie_tree, ring_bandwidth, rings, risers

# nvidia-smi topo -m of a DGX-1 with V100, as published; 0: no NVLink.
PUBLISHED = [
    [0, 1, 1, 2, 2, 0, 0, 0],
    [1, 0, 2, 1, 0, 2, 0, 0],
    [1, 2, 0, 2, 0, 0, 1, 0],
    [2, 1, 2, 0, 0, 0, 0, 1],
    [2, 0, 0, 0, 0, 1, 1, 2],
    [0, 2, 0, 0, 1, 0, 2, 1],
    [0, 0, 1, 0, 1, 2, 0, 2],
    [0, 0, 0, 1, 2, 1, 2, 0],
]


def test_the_mesh_of_the_dgx1_is_the_published_matrix() -> None:
    for a, b in itertools.combinations(range(8), 2):
        assert dgx1().between(a, b) == dgx1().between(b, a) == PUBLISHED[a][b]


def test_twelve_pairs_of_a_dgx1_have_no_link() -> None:
    missing = {(a, b) for a, b in itertools.combinations(range(8), 2) if not dgx1().between(a, b)}
    assert len(missing) == 12
    assert (0, 6) in missing
    assert all(dgx1().bandwidth(a, b) == 0 for a, b in missing)


@pytest.mark.parametrize(
    ("box", "link", "links"), [(dgx1, "NVLink2", 6), (dgx2, "NVLink2", 6), (dgx_a100, "NVLink3", 12)]
)
def test_every_gpu_has_all_its_links_and_their_published_bandwidth(box, link: str, links: int) -> None:
    for gpu in range(box().gpus):
        assert sum(count for pair, count in box().bundles.items() if gpu in pair) == links
        assert box().out_of(gpu) == benchmark("interconnect", system=link).value


def test_pcie_carries_what_is_published_and_a_riser_a_sixteenth() -> None:
    assert pcie_tree().link_bytes_per_s == benchmark("interconnect", system="PCIe3 x16").value
    assert risers().link_bytes_per_s == pcie_tree().link_bytes_per_s / 16


def test_a_switch_of_the_dgx2_uses_sixteen_of_its_eighteen_ports() -> None:
    for switch in dgx2().switches:
        assert sum(count for pair, count in dgx2().bundles.items() if switch in pair) == 16


@pytest.mark.parametrize("name", BOXES)
def test_links_are_pairs_of_two_different_nodes_and_every_gpu_has_one(name: str) -> None:
    box = BOXES[name]()
    assert box.name == name
    assert all(type(pair) is frozenset and len(pair) == 2 for pair in box.links)
    assert {node for pair in box.links for node in pair if isinstance(node, int)} == set(range(box.gpus))
    assert "https://" in box.source


def test_rings_visit_everybody_once_and_share_no_link() -> None:
    found = rings("DGX-1")
    used = Counter(frozenset(pair) for ring in found for pair in zip(ring, [*ring[1:], ring[0]], strict=True))
    assert len(found) == 3
    assert all(sorted(ring) == list(range(8)) for ring in found)
    assert used == Counter(dgx1().bundles), "all 24 links are in use"


@pytest.mark.parametrize(
    ("members", "gigabytes"),
    [(None, 150), ((0, 1, 2, 3), 100), ((0, 3), 50), ((0, 1), 25), ((0, 6), 0), ((0, 1, 6, 7), 0), ((0, 1, 2), 50)],
)
def test_the_mesh_gives_a_subset_less_and_the_switch_does_not(members: tuple[int, ...] | None, gigabytes: int) -> None:
    assert ring_bandwidth("DGX-1", members) == gigabytes * 1e9
    assert ring_bandwidth("DGX-2", members) == 150e9
