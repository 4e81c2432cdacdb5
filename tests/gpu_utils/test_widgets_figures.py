"""A figure that follows its controls, and says so to those who can't see it."""

import pytest

from gpu_utils.plotting import new_figure
from gpu_utils.widgets.figures import explore_figure


def drawing(step: int, kind: str = "plain"):
    return new_figure(2, 1, alt=f'step {step}, "{kind}"')


def test_the_figure_and_its_words_follow_the_controls():
    widget = explore_figure(drawing, {"step": (0, 5, 1, 2)}, {"kind": ["plain", "fancy"]})
    step, kind, shown = widget.children
    assert "step 2, &quot;plain&quot;" in shown.value
    step.value, kind.value = 4, "fancy"
    assert "step 4, &quot;fancy&quot;" in shown.value
    assert 'role="status"' in shown.value and "data:image/png;base64," in shown.value


@pytest.mark.parametrize(
    "error, said",
    [
        (NotImplementedError(), "not written yet"),
        (ZeroDivisionError("by <zero>"), "ZeroDivisionError: by &lt;zero&gt;"),
    ],
)
def test_a_drawing_that_fails_leaves_a_sentence(error: Exception, said: str):
    def fails(step: int):
        raise error

    assert said in explore_figure(fails, {"step": (0, 1, 1, 0)}).children[-1].value


def test_a_slider_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="step"):
        explore_figure(drawing, {"step": (5, 0, 1, 2)})
