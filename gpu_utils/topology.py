"""How the GPUs of a box are wired: nodes, links, and what a link carries in one direction.

A GPU is a number, everything else (switches, processors) a name. A link is an unordered pair; two nodes may share
several. Bandwidths are those of datasheets, for **one direction**: brochures add up both.

>>> mesh = dgx1()
>>> mesh.between(0, 3), mesh.between(0, 6)
(2, 0)
>>> mesh.bandwidth(0, 3) / 1e9
50.0
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

__all__ = ["BOXES", "Node", "Topology", "dgx1", "dgx2", "dgx_a100", "pcie_tree", "ring_bandwidth", "rings", "risers"]

Node = int | str
Pair = frozenset[Node]

_MICROWAY = "nvidia-smi topo -m of a DGX-1, https://www.microway.com/hpc-tech-tips/nvidia-smi_control-your-gpus/"
_RATES = "https://github.com/stas00/ml-engineering/blob/master/network/README.md (bandwidths)"


@dataclass(frozen=True)
class Topology:
    """The wiring of one box.

    Attributes:
        name: as people call it.
        gpus: how many; they are the nodes 0, 1, 2, ...
        bundles: pair of nodes to the number of links between them.
        link_bytes_per_s: what one link carries in one direction.
        kind: what a link is, for example "NVLink 2".
        source: where the wiring and the bandwidth were published.

    >>> dgx_a100().gpus, len(dgx_a100().switches)
    (8, 6)
    """

    name: str
    gpus: int
    bundles: Mapping[Pair, int]
    link_bytes_per_s: float
    kind: str
    source: str

    @property
    def links(self) -> set[Pair]:
        """Every pair of nodes that share at least one link.

        >>> len(dgx1().links)
        16
        """
        return set(self.bundles)

    @property
    def switches(self) -> tuple[str, ...]:
        """The nodes that aren't GPUs, in the order in which they were wired.

        >>> dgx1().switches
        ()
        """
        return tuple(
            dict.fromkeys(node for pair in self.bundles for node in sorted(pair, key=str) if isinstance(node, str))
        )

    def between(self, a: Node, b: Node) -> int:
        """How many links lead directly from `a` to `b`; 0 for none.

        >>> dgx1().between(2, 6)
        1
        """
        return self.bundles.get(frozenset({a, b}), 0)

    def bandwidth(self, a: Node, b: Node) -> float:
        """Byte/s in one direction over the direct links from `a` to `b`; 0 when there are none.

        >>> dgx1().bandwidth(0, 5)
        0.0
        """
        return self.between(a, b) * self.link_bytes_per_s

    def out_of(self, node: Node) -> float:
        """Byte/s in one direction over all links of one node.

        >>> dgx_a100().out_of(0) / 1e9
        300.0
        """
        return sum(count for pair, count in self.bundles.items() if node in pair) * self.link_bytes_per_s


def node_is_no_gpu(node: Node) -> bool:
    """Whether a node is a switch or a processor.

    >>> node_is_no_gpu("switch 0"), node_is_no_gpu(0)
    (True, False)
    """
    return isinstance(node, str)


def _bundles(wires: Iterable[tuple[Node, Node, int]]) -> dict[Pair, int]:
    return {frozenset({a, b}): count for a, b, count in wires}


@cache
def dgx1() -> Topology:
    """DGX-1 with V100: a hybrid cube mesh. Six links a GPU, one or two to a neighbour, none to three of the others.

    >>> sorted(other for other in range(1, 8) if not dgx1().between(0, other))
    [5, 6, 7]
    """
    quad = [(0, 1, 1), (0, 2, 1), (0, 3, 2), (1, 2, 2), (1, 3, 1), (2, 3, 2)]
    other = [(4, 5, 1), (4, 6, 1), (4, 7, 2), (5, 6, 2), (5, 7, 1), (6, 7, 2)]
    across = [(0, 4, 2), (1, 5, 2), (2, 6, 1), (3, 7, 1)]
    return Topology("DGX-1", 8, _bundles([*quad, *other, *across]), 25e9, "NVLink 2", f"{_MICROWAY} ; {_RATES}")


@cache
def dgx2() -> Topology:
    """DGX-2: sixteen V100 on two boards of six switches; eight links join each switch to its twin on the other board.

    >>> dgx2().between(0, "switch 0"), dgx2().between("switch 0", "switch 6")
    (1, 8)
    """
    wires: list[tuple[Node, Node, int]] = [
        (gpu, f"switch {6 * (gpu // 8) + each}", 1) for gpu in range(16) for each in range(6)
    ]
    wires += [(f"switch {each}", f"switch {each + 6}", 8) for each in range(6)]
    source = f"A. Li et al.: Evaluating modern GPU interconnect, https://arxiv.org/abs/1903.04611 ; {_RATES}"
    return Topology("DGX-2", 16, _bundles(wires), 25e9, "NVLink 2", source)


@cache
def dgx_a100() -> Topology:
    """DGX A100: eight A100, twelve links each, two to each of six switches.

    >>> dgx_a100().between(7, "switch 5")
    2
    """
    wires = [(gpu, f"switch {each}", 2) for gpu in range(8) for each in range(6)]
    source = f"https://www.noze.it/en/insights/nvidia-dgx-platform/ (six switches) ; {_RATES}"
    return Topology("DGX A100", 8, _bundles(wires), 25e9, "NVLink 3", source)


@cache
def pcie_tree() -> Topology:
    """The other wires of a DGX-1: pairs of GPUs below PCIe switches, two switches a processor, PCIe 3 x16.

    The wire between the processors isn't PCIe; it is drawn as one link, and no figure is claimed for it.

    >>> pcie_tree().between(0, "PCIe 0"), pcie_tree().between("CPU 0", "CPU 1")
    (1, 1)
    """
    wires: list[tuple[Node, Node, int]] = [(gpu, f"PCIe {gpu // 2}", 1) for gpu in range(8)]
    wires += [(f"PCIe {each}", f"CPU {each // 2}", 1) for each in range(4)]
    wires.append(("CPU 0", "CPU 1", 1))
    return Topology("PCIe tree", 8, _bundles(wires), 16e9, "PCIe 3 x16", f"{_MICROWAY} ; {_RATES}, half of PCIe 4")


@cache
def risers() -> Topology:
    """A mining rig: every GPU on a riser with one lane of PCIe 3, a sixteenth of x16 (modelled).

    >>> risers().out_of(0) / 1e9
    1.0
    """
    return Topology(
        "mining rig",
        8,
        _bundles((gpu, "CPU 0", 1) for gpu in range(8)),
        1e9,
        "PCIe 3 x1",
        f"https://samsja.github.io/blogs/rig/part_1/ (one lane a card) ; {_RATES}, a sixteenth of x16",
    )


BOXES: Mapping[str, Callable[[], Topology]] = {
    "mining rig": risers,
    "PCIe tree": pcie_tree,
    "DGX-1": dgx1,
    "DGX-2": dgx2,
    "DGX A100": dgx_a100,
}
"""Name to the function that gives the wiring, from the slowest to the fastest."""


@cache
def rings(topology_name: str, members: tuple[int, ...] | None = None) -> tuple[tuple[int, ...], ...]:
    """As many rings as the direct links between GPUs give, each through all `members`, no link used twice.

    Args:
        topology_name: a key of `BOXES`.
        members: which GPUs; all by default.

    Returns:
        The rings, each as the order in which it visits the GPUs. For two GPUs every link is a ring of its own.

    >>> len(rings("DGX-1")), len(rings("DGX-1", (0, 1, 2, 3))), len(rings("DGX-1", (0, 6)))
    (3, 2, 0)
    """
    box = BOXES[topology_name]()
    chosen = tuple(range(box.gpus)) if members is None else members
    if len(chosen) == 2:
        return (chosen,) * box.between(*chosen)
    every = [
        (chosen[0], *rest)
        for rest in itertools.permutations(chosen[1:])
        if rest[0] < rest[-1] and all(box.between(a, b) for a, b in _around((chosen[0], *rest)))
    ]
    left = Counter({pair: count for pair, count in box.bundles.items() if pair <= set(chosen)})
    return _pack(every, left)


def _around(ring: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(ring, [*ring[1:], ring[0]], strict=True))


def _pack(every: list[tuple[int, ...]], left: Counter[Pair]) -> tuple[tuple[int, ...], ...]:
    """The largest set of rings that the links in `left` can hold, found by trying."""
    best: tuple[tuple[int, ...], ...] = ()
    nodes = set().union(*left)
    most = min((sum(left[pair] for pair in left if node in pair) // 2 for node in nodes), default=0)
    for place, ring in enumerate(every):
        needs: Counter[Pair] = Counter(frozenset(pair) for pair in _around(ring))
        if all(left[pair] >= count for pair, count in needs.items()):
            found = (ring, *_pack(every[place:], left - needs))
            if len(found) > len(best):
                best = found
            if len(best) >= most:
                break
    return best


def ring_bandwidth(topology_name: str, members: tuple[int, ...] | None = None) -> float:
    """Byte/s that each of the GPUs sends in all rings at once, on direct links or through NVSwitch.

    A ring of three or more runs in both directions at once. Behind switches nothing but the links of the GPU itself
    limits it. In a tree of PCIe neighbours in a ring share no wire in one direction, so each has its own x16 or x1.

    Args:
        topology_name: a key of `BOXES`.
        members: which GPUs; all by default.

    >>> ring_bandwidth("DGX-1") / 1e9, ring_bandwidth("DGX-1", (0, 1)) / 1e9, ring_bandwidth("DGX A100", (0, 1)) / 1e9
    (150.0, 25.0, 300.0)
    """
    box = BOXES[topology_name]()
    if box.switches:
        return box.out_of(0)
    found = rings(topology_name, members)
    ways = 2 if found and len(found[0]) > 2 else 1
    return ways * len(found) * box.link_bytes_per_s
