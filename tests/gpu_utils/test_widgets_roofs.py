"""The explorer of roofs and the headline that dissolves, driven without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from gpu_utils import widgets
from gpu_utils.cards import FORMATS, cards
from gpu_utils.provenance import Provenance
from gpu_utils.roofline import Roof
from gpu_utils.workloads import workloads


def compare(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    alike = new["format"] == old["format"] and new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "like_for_like": alike}


class TestDissolve:
    """Five stations, four clicks."""

    def stations(self, function: Any) -> list[tuple[str, str]]:
        chooser, message, table = widgets.dissolve(function).children
        found = []
        for place in range(5):
            chooser.value = place
            found.append((message.value, table.value))
        return found

    def test_the_twenty_goes_in_four_clicks(self):
        said = [message.split(">")[1].split("x")[0] for message, _ in self.stations(compare)]
        assert said == ["19.9", "9.94", "1.24", "2.5", "1.73"]

    def test_only_the_last_three_are_like_for_like(self):
        _, table = self.stations(compare)[-1]
        assert (table.count("✘ no"), table.count("✔ yes")) == (2, 3)
        assert table.count("<tr>") == 6

    def test_every_station_stays_on_the_table(self):
        assert [table.count('scope="row"') for _, table in self.stations(compare)] == [1, 2, 3, 4, 5]

    def test_an_answer_that_is_not_there_or_stops_gives_a_sentence(self):
        def unwritten(new: Any, old: Any) -> Any:
            raise NotImplementedError

        for function, sentence in (
            (unwritten, "not written yet"),
            (lambda new, old: None, "stops with TypeError"),
            (lambda new, old: {"ratio": 1.0}, "gives no &#x27;like_for_like&#x27;"),
            (lambda new, old: new["sparsity"], "stops with KeyError"),
        ):
            message, table = self.stations(function)[2]
            assert sentence in message
            assert table == ""

    def test_the_learners_function_gets_copies(self):
        def spoils(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
            found = compare(new, old)
            new.clear()
            return found

        assert "1.73x" in self.stations(spoils)[-1][0]
        assert "1.73x" in self.stations(compare)[-1][0]


class TestExploreRoofs:
    """A card, a format, a computation."""

    def test_every_choice_gives_a_figure_or_a_sentence(self):
        card, number_format, kernel, message, picture = widgets.explore_roofs().children
        for card_name, roofs in cards().items():
            for each in FORMATS:
                card.value, number_format.value = card_name, each
                assert ("<img alt=" in picture.value) == (each in roofs)
                assert ("No figure for" in message.value) == (each not in roofs)
        card.value, number_format.value = "H100", "FP16"
        for work in workloads():
            kernel.value = work.name
            assert work.name in message.value
            assert "modelled" in message.value

    def test_it_says_which_side_of_the_ridge(self):
        card, number_format, kernel, message, _ = widgets.explore_roofs().children
        card.value, number_format.value, kernel.value = "L4", "FP16", "matrix product"
        assert "left of the ridge at 403. The limit is memory" in message.value
        card.value = "H100"
        assert "right of the ridge at 295. The limit is arithmetic" in message.value
        assert "all of the peak" in message.value

    def test_whole_numbers_have_no_floating_point_operations(self):
        card, number_format, kernel, message, picture = widgets.explore_roofs().children
        card.value, number_format.value, kernel.value = "T4", "INT8", "matrix product"
        assert "At most 130 TOP/s" in message.value
        assert "FLOP" not in picture.value.partition(" src=")[0]

    def test_what_does_not_fit_in_the_memory_is_said(self):
        card, _, kernel, message, _ = widgets.explore_roofs().children
        kernel.value = "a token of a 7B model"
        assert "1 operation a byte" in message.value
        for name, kept in (("A100", True), ("T4", True), ("Jetson Nano", False)):
            card.value = name
            assert ("14 GB don&#x27;t fit in its 4 GB" in message.value) is not kept

    def test_this_machine_is_one_more_card(self):
        own = Roof("this machine", 1e11, 2e10, Provenance.MEASURED)
        card, number_format, _, message, _ = widgets.explore_roofs(own).children
        card.value, number_format.value = "this machine", "FP32"
        assert "left of the ridge at 5" in message.value

    @pytest.mark.parametrize("child", [0, 1, 2])
    def test_controls_are_buttons_which_the_keyboard_reaches(self, child: int):
        assert type(widgets.explore_roofs().children[child]).__name__ == "ToggleButtons"
