"""A figure under the learner's hands: sliders and buttons call a function that draws, and its figure is shown."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gpu_utils.plotting.encoding import slim
from gpu_utils.plotting.house import png
from gpu_utils.widgets.controls import buttons, slider

__all__ = ["explore_figure"]


def explore_figure(
    draw: Callable[..., Any],
    sliders: Mapping[str, tuple[float, float, float, float]] | None = None,
    choices: Mapping[str, Sequence[Any] | Mapping[str, Any]] | None = None,
) -> Any:
    """Controls that call ``draw(**values)`` at each change, and the figure that it returns.

    Args:
        draw: returns a figure of `gpu_utils.plotting.new_figure` whose ``alt`` says what it shows; the words are
            read out at each change.
        sliders: parameter name to (lowest, highest, step, first value).
        choices: parameter name to its values, or to a mapping from what is shown to the value.

    Returns:
        A widget. When `draw` raises, a sentence takes the place of the figure: no traceback.

    Raises:
        ValueError: a slider that does not fit its range, or a choice of nothing.

    >>> from gpu_utils.plotting import new_figure
    >>> widget = explore_figure(lambda step: new_figure(alt=f"step {step}"), {"step": (0, 3, 1, 2)})
    >>> "step 2" in widget.children[-1].value
    True
    """
    import ipywidgets

    controls = {name: slider(name, numbers) for name, numbers in (sliders or {}).items()}
    controls |= {name: buttons(name, values) for name, values in (choices or {}).items()}
    shown = ipywidgets.HTML()

    def update(_: Any = None) -> None:
        shown.value = _drawn(draw, {name: control.value for name, control in controls.items()})

    for control in controls.values():
        control.observe(update, names="value")
    update()
    return ipywidgets.VBox([*controls.values(), shown])


def _drawn(draw: Callable[..., Any], values: dict[str, Any]) -> str:
    try:
        figure = draw(**values)
        alt = html.escape(str(figure.alt), quote=True)
        data, kind = slim(png(figure))
    except NotImplementedError:
        return '<div role="status">That is not written yet: come back after you wrote it.</div>'
    except Exception as error:  # the learner's code may fail in any way; the widget says how and lives on
        said = html.escape(f"{type(error).__name__}: {error}".splitlines()[0])
        return f'<div role="status">That stopped with {said}</div>'
    source = base64.b64encode(data).decode("ascii")
    return (
        f'<div role="status"><img alt="{alt}" style="max-width:100%;height:auto" '
        f'src="data:image/{kind};base64,{source}"></div>'
    )
