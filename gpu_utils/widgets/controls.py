"""Sliders and buttons that can be reached and moved with the keyboard alone.

JupyterLab keeps the arrow keys for itself while a lone ``<select>`` or radio button has the focus: they move to
the next cell. Sliders get them all the same, and buttons need Tab and the space bar only. So nothing here is a
drop-down list or a group of radio buttons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["buttons", "slider"]


def slider(name: str, numbers: tuple[float, float, float, float]) -> Any:
    """A slider for (lowest, highest, step, first value); whole numbers throughout give whole values.

    Raises:
        ValueError: the numbers contradict each other.

    >>> slider("factor", (0.0, 1.0, 0.1, 0.5)).value
    0.5
    """
    import ipywidgets

    low, high, step, value = numbers
    if not (low <= value <= high and step > 0):
        raise ValueError(f'slider "{name}" is (lowest, highest, step, first value), which {numbers} are not')
    whole = all(isinstance(number, int) for number in numbers)
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=name,
        tooltip=f"{name}, from {low:g} to {high:g}",
        style={"description_width": "initial"},
        layout={"width": "100%", "max_width": "480px"},
    )


def buttons(
    name: str, values: Sequence[Any] | Mapping[str, Any], value: Any = None, width: str = "auto", tooltip: str = ""
) -> Any:
    """A row of buttons of which one is pressed; Tab goes from one to the next, the space bar presses.

    Args:
        name: written before the row; may be empty.
        values: what can be chosen, or a mapping from the words on the button to the value.
        value: the one that is pressed at first; the first by default.
        width: of each button, in CSS.
        tooltip: said with each button's words to those who hover or listen.

    Raises:
        ValueError: there is nothing to choose from.

    >>> buttons("eyes", ["as it is", "sepia"]).value
    'as it is'
    """
    import ipywidgets

    if not values:
        raise ValueError(f'"{name}" has nothing to choose from')
    options = list(values.items()) if isinstance(values, Mapping) else [(str(each), each) for each in values]
    row = ipywidgets.ToggleButtons(
        options=options,
        index=0,
        description=name,
        tooltips=[f"{words}: {tooltip}" if tooltip else words for words, _ in options],
        style={"description_width": "initial", "button_width": width},
        layout={"width": "auto"},
    )
    if value is not None:
        row.value = value
    return row
