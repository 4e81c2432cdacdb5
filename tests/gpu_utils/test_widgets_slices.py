"""The planner of slices and its drawing, driven without a browser."""

from __future__ import annotations

import html
import itertools
import re
from typing import Any

import pytest

from gpu_utils import mig, widgets
from gpu_utils.mig import Placement
from gpu_utils.plotting.slices import describe_slices, profile_look, slice_map, slice_maps

A100 = "A100-40GB"
THREE_TWO_ONE = [Placement("3g.20gb", 4, 4), Placement("2g.10gb", 0, 2), Placement("1g.5gb", 2, 1)]


class Hands:
    """What a person does with the widget, and what it then says."""

    def __init__(self, *arguments: Any) -> None:
        self.widget = widgets.cut_gpu(*arguments)
        (self.gpus, self.adding, self.picture, self.message, self.instances, self.slider, self.actions, self.typed,
         self.dropped) = self.widget.children  # fmt: skip
        self.drops = itertools.count()

    def add(self, *names: str) -> None:
        for name in names:
            next(each for each in self.adding.children if getattr(each, "description", "") == name).click()

    def press(self, words: str) -> None:
        next(each for each in self.actions.children if each.description == words).click()

    def drop(self, what: str, slot: int) -> None:
        self.dropped.value = f"{what}>{slot}#{next(self.drops)}"

    def choose(self, words: str) -> None:
        (row,) = self.instances.children
        row.value = dict(row.options)[words]

    @property
    def there(self) -> list[str]:
        return [words for words, _ in self.instances.children[0].options] if self.instances.children else []

    @property
    def said(self) -> str:
        return html.unescape(re.sub("<[^>]*>", "", self.message.value))

    @property
    def command(self) -> str:
        return next((line for line in html.unescape(self.typed.value).splitlines() if "-cgi" in line), "")


class TestCutGpu:
    """Adding, moving, dropping, refusing."""

    def test_a_button_puts_a_profile_where_a_driver_would(self):
        hands = Hands()
        hands.add("3g.20gb", "1g.5gb", "2g.10gb", "1g.5gb")
        assert hands.there == ["3g.20gb at 4", "1g.5gb at 0", "2g.10gb at 2", "1g.5gb at 1"]
        assert "-cgi 3g.20gb:4,2g.10gb:2,1g.5gb:0,1g.5gb:1 -C" in hands.command
        assert "Nothing more fits." in hands.said

    def test_the_wrong_order_fragments_and_the_largest_first_mends_it(self):
        hands = Hands(A100, ["1g.5gb", "1g.5gb", "2g.10gb"])
        assert "Fragmented: 3g.20gb or 4g.20gb would fit" not in hands.said
        assert "Fragmented: 3g.20gb would fit if the others stood elsewhere." in hands.said
        hands.add("3g.20gb")
        assert hands.said.startswith("Refused. The GPU is fragmented: 3g.20gb would fit")
        assert len(hands.there) == 3
        hands.press("largest first")
        assert hands.there == ["3g.20gb at 4", "2g.10gb at 0", "1g.5gb at 2", "1g.5gb at 3"]
        assert "the largest first, 3g.20gb with them" in hands.said
        hands.press("largest first")
        assert len(hands.there) == 4

    def test_an_illegal_set_is_refused_with_its_reason(self):
        hands = Hands(A100, ["3g.20gb", "3g.20gb"])
        hands.add("1g.5gb")
        assert hands.said.startswith("Refused. These take 9 memory slices (3g.20gb 4, 3g.20gb 4, 1g.5gb 1)")
        hands.drop("4g.20gb", 2)
        assert hands.said.startswith("Refused. These take 12 memory slices")

    def test_the_slider_goes_to_the_next_free_start(self):
        hands = Hands(A100, ["3g.20gb"])
        assert hands.slider.value == 4
        hands.slider.value = 3  # one press of the left arrow
        assert (hands.slider.value, hands.there) == (0, ["3g.20gb at 0"])
        assert "would have to destroy it" in hands.said
        hands.slider.value = 1
        assert hands.slider.value == 4

    def test_the_slider_goes_back_and_says_what_is_in_the_way(self):
        hands = Hands(A100, ["3g.20gb", "1g.5gb"])
        hands.choose("3g.20gb at 4")
        hands.slider.value = 3
        assert hands.slider.value == 4
        assert "3g.20gb stays at 4. Further left it could start at 0, but 1g.5gb stands at 0." in hands.said
        hands.slider.value = 5
        assert hands.slider.value == 4
        assert "It starts at 0 or 4 only: there is nothing further right." in hands.said

    def test_every_instance_can_be_driven_to_every_free_start_by_arrows(self):
        hands = Hands(A100, ["2g.10gb"])
        seen = {hands.slider.value}
        for step in (-1, -1, 1, 1):
            hands.slider.value += step
            seen.add(hands.slider.value)
        assert seen == {0, 2, 4}

    def test_a_drop_lands_on_the_run_under_the_pointer(self):
        hands = Hands()
        hands.drop("3g.20gb", 2)
        hands.drop("1g.5gb", 6)
        assert hands.there == ["3g.20gb at 0", "1g.5gb at 6"]
        hands.drop("@1", 5)
        assert hands.there == ["3g.20gb at 0", "1g.5gb at 5"]
        hands.drop("@1", 5)
        assert "stays at 5" in hands.said
        hands.drop("@0", 7)
        assert "Refused. From 4 a 3g.20gb would take this slice, but 1g.5gb stands at 5." in hands.said
        hands.drop("1g.5gb", 7)
        assert "Refused. No 1g.5gb takes memory slice 7: it starts at 0, 1, 2, 3, 4, 5 or 6." in hands.said
        assert hands.there == ["3g.20gb at 0", "1g.5gb at 5"]

    @pytest.mark.parametrize(
        "text",
        ["", ">", "1g.5gb>", "1g.5gb>8#1", "1g.5gb>-1#1", "9g.9gb>0#1", "@5>0#1", "@>1#1", "1g.5gb>²#1", "@²>0#1"],
    )
    def test_what_another_page_drags_here_changes_nothing(self, text: str):
        hands = Hands(A100, ["1g.5gb"])
        hands.dropped.value = text
        assert hands.there == ["1g.5gb at 6"]

    def test_remove_and_clear(self):
        hands = Hands(A100, ["3g.20gb", "2g.10gb"])
        hands.choose("3g.20gb at 4")
        hands.press("remove it")
        assert hands.there == ["2g.10gb at 0"]
        assert "3g.20gb at 4 is destroyed; nothing else has moved." in hands.said
        hands.press("clear")
        assert hands.there == []
        assert hands.slider.disabled and all(each.disabled for each in hands.actions.children)
        hands.add("7g.40gb")
        assert not hands.slider.disabled

    def test_another_gpu_brings_its_own_profiles(self):
        hands = Hands("A30", ["2g.12gb"])
        assert hands.gpus.value == "A30-24GB"
        hands.gpus.value = "H200-141GB"
        assert hands.there == []
        hands.add("3g.71gb")
        assert "-cgi 3g.71gb:4 -C" in hands.command
        hands.gpus.value = "A30-24GB"
        hands.add("1g.6gb")
        assert hands.slider.max == 3

    def test_it_is_drawn_described_and_said_aloud(self):
        hands = Hands(A100, ["4g.20gb"])
        assert 'alt="A100-40GB: 4g.20gb on memory slices 0 to 3; free: 4, 5, 6, 7.' in hands.picture.value
        assert 'role="status"' in hands.message.value
        assert all(each.tooltip for each in [*hands.adding.children[1:], *hands.actions.children])

    def test_nothing_in_it_loses_the_arrow_keys(self):
        kinds = {type(each).__name__ for each in Hands(A100, ["1g.5gb"]).widget.children}
        assert kinds & {"Dropdown", "Select", "RadioButtons", "SelectMultiple"} == set()

    def test_what_can_not_be_created_is_refused_at_once(self):
        with pytest.raises(ValueError, match="fragmented"):
            widgets.cut_gpu(A100, ["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"])
        with pytest.raises(ValueError, match="don't know the GPU"):
            widgets.cut_gpu("T4")

    @pytest.mark.parametrize("gpu", [A100, "A30-24GB"])
    def test_whatever_is_pressed_the_layout_stays_legal(self, gpu: str):
        hands = Hands(gpu)
        names = list(mig.profiles(gpu))
        for turn in range(15):
            hands.add(names[turn * 5 % len(names)])
            hands.slider.value = (turn * 3) % (hands.slider.max + 1)
            hands.drop(f"@{turn % 4}", turn % mig.slices(gpu)[1])
            if turn % 7 == 6 and hands.there:
                hands.press("remove it")
            placed = [words.split(" at ") for words in hands.there]
            known = mig.profiles(gpu)
            layout = [Placement(name, int(start), known[name].memory_slices) for name, start in placed]
            assert tuple(sorted(layout, key=lambda each: each.start)) in mig.placements([n for n, _ in placed], gpu)


class TestSliceMap:
    """The drawing."""

    def test_it_says_what_it_shows(self):
        assert slice_map(THREE_TWO_ONE, A100).alt == (
            "A100-40GB: 2g.10gb on memory slices 0 to 1, 1g.5gb on 2, 3g.20gb on 4 to 7; free: 3. "
            "Compute slices: 6 of 7 used."
        )

    def test_idle_compute_slices_are_told(self):
        halves = [Placement("3g.20gb", 0, 4), Placement("3g.20gb", 4, 4)]
        assert describe_slices(halves, A100).endswith("free: none. Compute slices: 6 of 7 used, 1 idle.")
        assert describe_slices([Placement("1g.10gb", 6, 2)], A100).endswith("Compute slices: 1 of 7 used.")
        assert describe_slices([Placement("1g.10gb", 4, 2)], A100).endswith("Compute slices: 1 of 7 used, 1 idle.")

    @pytest.mark.parametrize("gpu", mig.gpus())
    def test_the_compute_slices_in_use_never_meet(self, gpu: str):
        compute, _ = mig.slices(gpu)
        for layout in mig.all_layouts(gpu, mig.profiles(gpu)):
            wanted = sum(mig.profile(name, gpu).compute_slices for name in layout)
            for way in mig.placements(layout, gpu):
                assert f"Compute slices: {wanted} of {compute} used" in describe_slices(way, gpu)

    @pytest.mark.parametrize("gpu", mig.gpus())
    def test_no_two_profiles_look_alike(self, gpu: str):
        looks = {name: profile_look(name, gpu) for name in mig.profiles(gpu)}
        assert len(set(looks.values())) == len(looks)
        sizes = {mig.profile(name, gpu).compute_slices for name in looks if mig.profile(name, gpu).is_base}
        assert len({looks[name][2] for name in looks if mig.profile(name, gpu).is_base}) == len(sizes)

    def test_several_gpus_below_each_other(self):
        figure = slice_maps({"GPU 0": THREE_TWO_ONE, "GPU 1": []}, A100)
        assert [axes.get_title(loc="left") for axes in figure.axes] == ["GPU 0", "GPU 1"]
        assert "GPU 1: A100-40GB: no instance; free: 0, 1, 2, 3, 4, 5, 6, 7." in figure.alt
        with pytest.raises(ValueError, match="no layout"):
            slice_maps({}, A100)
