"""Who works when: the figure, and the pipeline under the learner's hands."""

from __future__ import annotations

import pytest

from gpu_utils.plotting import png
from gpu_utils.plotting.timelines import timeline
from gpu_utils.widgets.pipelines import explore_pipeline, schedule


class TestTimeline:
    """Bars over time."""

    def test_it_describes_itself(self):
        figure = timeline({"loader": [(5.0, 6.0)], "device": [(6.0, 8.0), (8.5, 9.0)]}, "emulated")
        assert "device: 2 pieces of work, 62% of the time" in figure.alt and "emulated" in figure.alt
        assert png(figure)[1:4] == b"PNG"

    @pytest.mark.parametrize("lanes", [{}, {"a": []}, {"a": [(2, 1)]}, {"a": [(0, float("nan"))]}])
    def test_what_can_not_be_drawn_is_refused(self, lanes):
        with pytest.raises(ValueError, match="pieces of work"):
            timeline(lanes)


class TestSchedule:
    """When a batch is loaded and computed with."""

    @pytest.mark.parametrize("load, compute", [(2.0, 3.0), (3.0, 2.0), (1.0, 1.0), (0.0, 2.0)])
    @pytest.mark.parametrize("batches", [1, 2, 7])
    def test_it_ends_when_the_formulas_say(self, load, compute, batches):
        assert schedule(load, compute, batches, False)[1][-1][1] == batches * (load + compute)
        assert schedule(load, compute, batches, True)[1][-1][1] == load + (batches - 1) * max(load, compute) + compute

    @pytest.mark.parametrize("prefetch", [False, True])
    def test_nothing_is_computed_with_before_it_is_loaded(self, prefetch):
        loads, works = schedule(2.0, 1.0, 5, prefetch)
        assert all(work[0] >= load[1] for load, work in zip(loads, works, strict=True))

    def test_bad_numbers_are_refused(self):
        with pytest.raises(ValueError, match="at least 1"):
            schedule(1, 1, 0, True)


class TestExplorePipeline:
    """The widget."""

    def test_moving_a_control_changes_what_is_said(self):
        widget = explore_pipeline(lambda load, compute, n, ahead: 0.5 if ahead else 1.0, lambda trace: 0.25)
        load, compute, ahead, message, figure = widget.children
        assert "1000 ms" in message.value and "25%" in message.value
        before = figure.value
        ahead.value = True
        assert "500 ms" in message.value and figure.value != before
        load.value = 40
        compute.value = 2
        assert "alt=" in figure.value

    def test_an_unwritten_or_broken_function_is_told_in_a_sentence(self):
        def epoch_seconds(*_):
            raise NotImplementedError

        def idle_fraction(trace):
            return 1 / 0

        message = explore_pipeline(epoch_seconds, idle_fraction).children[3].value
        assert "epoch_seconds is not written yet" in message and "ZeroDivisionError" in message
