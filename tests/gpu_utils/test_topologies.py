"""Boxes drawn: every node has a place of its own, and the description says what isn't linked."""

from __future__ import annotations

import pytest

from gpu_utils.plotting.topologies import draw_topologies, places
from gpu_utils.topology import BOXES, dgx1


@pytest.mark.parametrize("name", BOXES)
def test_every_node_has_its_own_place(name: str) -> None:
    box = BOXES[name]()
    where = places(box)
    assert set(where) == {node for pair in box.links for node in pair}
    assert len(set(where.values())) == len(where)


def test_the_description_names_the_pairs_without_a_link() -> None:
    assert "no link joins 12 pairs, 0 and 5, 0 and 6" in draw_topologies([dgx1()]).alt


def test_a_path_is_drawn_over_the_links() -> None:
    bare, marked = draw_topologies([dgx1()]), draw_topologies([dgx1()], [0, 4, 6])
    assert len(marked.axes[0].lines) == len(bare.axes[0].lines) + 2


@pytest.mark.parametrize("count", [0, 4])
def test_one_to_three_boxes_fit(count: int) -> None:
    with pytest.raises(ValueError, match="one to three boxes"):
        draw_topologies([dgx1()] * count)
