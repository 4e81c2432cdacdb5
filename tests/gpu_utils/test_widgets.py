"""Widgets, driven without a browser: what they show, what they say, and that they stay quiet."""

import json
import subprocess
import sys

import numpy as np
import pytest

from gpu_utils import widgets
from gpu_utils.samples import scene

PICTURE = scene(30, 40)
FLOATS = PICTURE.astype(np.float32) / 255

T4 = {"kind": "cuda", "index": 0, "name": "Tesla T4", "memory_bytes": 16_106_127_360, "compute_capability": [7, 5]}
T4 |= {"features": ["fp16_tensor", "int8_tensor"], "usable": True, "mig": None, "nvlink": None, "uuid": None}
COLAB = {
    "platform": {"name": "colab", "container": "docker"},
    "devices": [T4],
    "findings": [],
    "provenance": "emulated",
}
COLAB |= {"title": "Lent in the cloud", "story": "Somebody lends you a card <for free>."}
LIAR = COLAB | {
    "title": "One that lies",
    "devices": [T4 | {"usable": False, "mig": {"enabled": False, "profile": "1g.5gb", "parent": 0}}],
    "findings": [{"id": "old", "severity": "error", "message": "The driver is too old.", "advice": "Update it."}],
}


def texts(widget):
    """Everything that a widget says, in order."""
    if hasattr(widget, "children"):
        return "\n".join(texts(child) for child in widget.children)
    return str(widget.value)


class TestSplit:
    """A border across two versions."""

    def test_moving_the_slider_moves_the_border_and_sends_no_pictures(self):
        widget = widgets.split(PICTURE, 255 - PICTURE, alt="A landscape and its negative")
        border, pictures, slider = widget.children
        sent = pictures.value
        slider.value = 20
        assert ":20%" in border.value
        assert pictures.value == sent
        assert len(border.value) < 100

    def test_two_splits_do_not_move_each_other(self):
        first, second = (widgets.split(PICTURE, PICTURE, alt="twice the same") for _ in range(2))
        assert first.children[0].value != second.children[0].value

    def test_it_is_described(self):
        widget = widgets.split(PICTURE, PICTURE, alt='a "hill"', names=("noon", "night"))
        assert 'alt="a &quot;hill&quot;"' in widget.children[1].value
        assert widget.children[-1].description == "noon | night"

    def test_pictures_of_two_sizes_are_refused(self):
        with pytest.raises(ValueError, match="one size, not 30 x 40 and 20 x 40"):
            widgets.split(PICTURE, PICTURE[:20], alt="a hill")

    def test_no_words_no_widget(self):
        with pytest.raises(ValueError, match="alt text"):
            widgets.split(PICTURE, PICTURE, alt="")


class TestExplore:
    """A filter under the learner's hands."""

    def explorer(self, function, **controls):
        return widgets.explore(function, FLOATS, alt="A landscape.", **controls)

    def test_moving_a_slider_calls_the_filter(self):
        calls = []

        def darken(image, factor):
            calls.append(factor)
            return image * factor

        widget = self.explorer(darken, sliders={"factor": (0.0, 1.0, 0.05, 0.5)})
        widget.children[0].value = 0.25
        assert calls == [0.5, 0.25]
        assert "After darken(factor = 0.25)" in texts(widget)

    def test_whole_numbers_stay_whole(self):
        widget = self.explorer(lambda image, radius: image[radius:], sliders={"radius": (0, 5, 1, 2)})
        assert isinstance(widget.children[0].value, int)

    def test_a_choice_is_shown_by_name_and_passed_by_value(self):
        seen = []

        def through(image, eyes):
            seen.append(eyes)
            return image

        widget = self.explorer(through, choices={"eyes": {"yours": 1.0, "a dog's": 0.5}})
        widget.children[0].value = 0.5
        assert seen == [1.0, 0.5]
        assert "eyes = a dog&#x27;s" in texts(widget)

    @pytest.mark.parametrize(
        "error, said",
        [
            (NotImplementedError(), "darken is not written yet: come back after you wrote it."),
            (ValueError("a factor over 1 would brighten"), "darken says: a factor over 1 would brighten"),
            (IndexError("out of bounds\nline two"), "darken stopped with IndexError: out of bounds<"),
        ],
    )
    def test_an_error_is_a_sentence(self, error, said, capfd):
        def darken(image):
            print("noise", file=sys.stderr)
            raise error

        assert said in texts(self.explorer(darken))
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("result", [None, 3.0, "picture", np.zeros(5)])
    def test_what_is_no_picture_is_said(self, result):
        assert "the function returned no picture: " in texts(self.explorer(lambda image: result))

    def test_it_recovers_when_the_error_is_gone(self):
        def picky(image, factor):
            if factor > 0.5:
                raise ValueError("too bright")
            return image * factor

        widget = self.explorer(picky, sliders={"factor": (0.0, 1.0, 0.1, 1.0)})
        assert "too bright" in texts(widget)
        widget.children[0].value = 0.5
        assert "too bright" not in texts(widget)
        assert "After picky" in texts(widget)

    def test_a_filter_that_writes_into_its_picture_spoils_nothing(self):
        image = FLOATS.copy()

        def wipe(picture):
            picture[:] = 0
            return picture

        widgets.explore(wipe, image, alt="A landscape.")
        np.testing.assert_array_equal(image, FLOATS)

    def test_a_picture_on_a_device_is_given_to_the_filter_there(self):
        from gpu_utils.arrays import device_memory

        far, seen = device_memory(FLOATS), []

        def look(image):
            seen.append(image.device)
            return image * 0.5

        assert "After look" in texts(widgets.explore(look, far, alt="A landscape."))
        assert seen == [far.device]

    @pytest.mark.parametrize("numbers", [(0, 1, 0.1, 2), (1, 0, 0.1, 1), (0, 1, 0, 0)])
    def test_a_slider_that_contradicts_itself_is_named(self, numbers):
        with pytest.raises(ValueError, match='slider "factor"'):
            self.explorer(lambda image, factor: image, sliders={"factor": numbers})


class TestMachines:
    """Recorded machines."""

    def test_choosing_a_machine_shows_its_report(self):
        widget = widgets.explore_machines([COLAB, LIAR])
        chooser, report = widget.children
        assert "Lent in the cloud" in report.value
        chooser.value = 1
        assert "One that lies" in report.value
        assert "✘ no" in report.value

    def test_a_report_has_devices_findings_and_provenance(self):
        report = widgets.machine_report(LIAR)
        for said in ("slice 1g.5gb of Tesla T4", "7.5", "15 GiB", "int8_tensor", "too old", "Update it", "emulated"):
            assert said in report

    def test_stories_are_text_not_html(self):
        assert "&lt;for free&gt;" in widgets.machine_report(COLAB)

    @pytest.mark.parametrize("as_text", [False, True])
    def test_objects_that_know_their_json_are_taken(self, as_text):
        class Machine:
            def to_json(self):
                return json.dumps(COLAB) if as_text else COLAB

        assert "Tesla T4" in widgets.machine_report(Machine())

    def test_what_a_machine_does_not_say_is_a_dash_not_an_error(self):
        report = widgets.machine_report({"devices": [{"kind": "cpu", "name": "a CPU"}]})
        assert "–" in report and "not tried" in report

    def test_no_findings_are_claimed_only_where_somebody_tried(self):
        untried = COLAB | {"devices": [T4 | {"usable": None}]}
        assert "No findings" in widgets.machine_report(COLAB)
        assert "No findings" not in widgets.machine_report(untried)

    def test_one_machine_leaves_nothing_to_choose(self):
        chooser, report = widgets.explore_machines([COLAB]).children
        assert chooser.layout.display == "none"
        assert "Tesla T4" in report.value

    def test_no_machines_are_refused(self):
        with pytest.raises(ValueError, match="at least one machine"):
            widgets.explore_machines([])


class TestBets:
    """The claims board."""

    CLAIMS = (
        {"id": "a100_20x", "short": "20x", "claim": "Twenty times as fast."},
        {"id": "free", "short": "no code change", "claim": "You change nothing."},
    )

    def board(self, on_change=lambda claim, choice: None, **more):
        return widgets.bets(self.CLAIMS, on_change, choices=("true", "with a catch", "false", "undecided"), **more)

    def rows(self, board):
        return [line.children[1] for line in board.children[:-1]]

    def test_a_bet_is_told_to_the_ledger(self):
        told = []
        board = self.board(lambda claim, choice: told.append((claim, choice)))
        self.rows(board)[1].value = "false"
        assert told == [("free", "false")]
        assert "no code change: you bet “false”. 1 of 2 bets placed." in texts(board)

    def test_bets_made_before_are_pressed(self):
        board = self.board(chosen={"a100_20x": "with a catch"})
        assert [row.value for row in self.rows(board)] == ["with a catch", "undecided"]
        assert "1 of 2 bets placed" in texts(board)

    def test_a_refused_bet_goes_back_and_says_why(self):
        def refuse(claim, choice):
            raise ValueError("20x is settled already")

        board = self.board(refuse)
        self.rows(board)[0].value = "true"
        assert self.rows(board)[0].value == "undecided"
        assert "20x is settled already" in texts(board)

    def test_after_a_refusal_the_other_rows_still_listen(self):
        told = []

        def refuse_first(claim, choice):
            if claim == "a100_20x":
                raise ValueError("settled")
            told.append(choice)

        board = self.board(refuse_first)
        self.rows(board)[0].value = "true"
        self.rows(board)[1].value = "true"
        assert told == ["true"]


def test_every_control_can_be_used_with_the_keyboard_in_jupyterlab():
    """Drop-down lists and radio buttons lose the arrow keys to the notebook; sliders and buttons don't."""
    import ipywidgets

    def controls(widget):
        if hasattr(widget, "children"):
            return [each for child in widget.children for each in controls(child)]
        return [] if isinstance(widget, ipywidgets.HTML) else [widget]

    every = [
        widgets.split(PICTURE, PICTURE, alt="a"),
        widgets.explore(lambda i, a, b: i, FLOATS, {"a": (0, 1, 1, 0)}, {"b": ["x"]}, alt="a"),
        widgets.explore_machines([COLAB]),
        widgets.bets(TestBets.CLAIMS, print),
    ]
    usable = (ipywidgets.ToggleButtons, ipywidgets.IntSlider, ipywidgets.FloatSlider)
    assert all(isinstance(control, usable) for widget in every for control in controls(widget))


def test_importing_the_widgets_is_light():
    code = "import sys, gpu_utils.widgets; print({'torch', 'matplotlib', 'ipywidgets', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
