"""Before and after: a split that is dragged across a picture, and a filter under the learner's hands."""

from __future__ import annotations

import contextlib
import html
import io
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gpu_utils.plotting.encoding import data_uri
from gpu_utils.plotting.pictures import as_bytes
from gpu_utils.widgets.controls import buttons, slider

__all__ = ["explore", "split"]

_SERIAL = itertools.count()
_IMAGE_CSS = "display:block;width:100%;height:auto;"


def split(before: Any, after: Any, alt: str, names: tuple[str, str] = ("before", "after")) -> Any:
    """Two versions of a picture over each other, with a border between them that a slider moves.

    Args:
        before, after: pictures of the same height and width, as for `gpu_utils.plotting.show_images`.
        alt: what is to be seen.
        names: what is written in the corners; the first version lies left of the border.

    Returns:
        A widget; its last child is the slider, 0 to 100 % of the width.

    Raises:
        ValueError: the pictures differ in height or width, or there is no alt text.

    >>> import numpy as np
    >>> black = np.zeros((4, 4, 3), np.uint8)
    >>> type(split(black, black, "black beside black")).__name__
    'VBox'
    """
    import ipywidgets

    _need_alt(alt)
    left, right = as_bytes(before), as_bytes(after)
    if left.shape != right.shape:
        raise ValueError(
            f"split needs two pictures of one size, not {left.shape[0]} x {left.shape[1]} and "
            f"{right.shape[0]} x {right.shape[1]}"
        )
    # The pictures travel to the browser once; while the slider moves, only one CSS variable follows it.
    variable = f"--split-{next(_SERIAL)}"
    border = ipywidgets.HTML()
    width = _shown_width(left)
    handle = ipywidgets.IntSlider(
        value=50,
        min=0,
        max=100,
        description=f"{names[0]} | {names[1]}",
        readout_format="d",
        tooltip=f"Where the border between {names[0]} and {names[1]} stands, in per cent of the width",
        style={"description_width": "initial"},
        layout={"width": "100%", "max_width": f"{width}px"},
    )

    def follow(_: Any = None) -> None:
        border.value = f"<style>:root{{{variable}:{handle.value}%}}</style>"

    handle.observe(follow, names="value")
    follow()
    pictures = ipywidgets.HTML(_overlay(left, right, alt, names, variable, width))
    return ipywidgets.VBox([border, pictures, handle])


def explore(
    function: Callable[..., Any],
    image: Any,
    sliders: Mapping[str, tuple[float, float, float, float]] | None = None,
    choices: Mapping[str, Sequence[Any] | Mapping[str, Any]] | None = None,
    *,
    alt: str,
) -> Any:
    """A filter under the learner's hands: controls call the function on a picture, before and after are shown.

    Args:
        function: called as ``function(copy_of_image, **controls)``; returns a picture.
        image: the picture before.
        sliders: parameter name to (lowest, highest, step, first value).
        choices: parameter name to its values, or to a mapping from what is shown to the value.
        alt: what the picture shows.

    Returns:
        A widget. When the function raises, the sentence takes the place of the picture: no traceback.

    Raises:
        ValueError: no alt text, or a slider that does not fit its range.

    >>> from gpu_utils.samples import scene
    >>> widget = explore(lambda image, factor: image * factor, scene() / 255, {"factor": (0, 1, 0.05, 0.5)},
    ...                  alt="A landscape, darkened.")
    """
    import ipywidgets

    _need_alt(alt)
    controls = {name: slider(name, numbers) for name, numbers in (sliders or {}).items()}
    controls |= {name: buttons(name, values) for name, values in (choices or {}).items()}
    shown = as_bytes(image)
    before = ipywidgets.HTML(_figure(shown, "before", alt), layout={"flex": "1 1 240px"})
    after = ipywidgets.HTML(layout={"flex": "1 1 240px"})
    message = ipywidgets.HTML()

    def update(_: Any = None) -> None:
        values = {name: control.value for name, control in controls.items()}
        picture, sentence = _try(function, image, values)
        said = ", ".join(f"{name} = {_said(control)}" for name, control in controls.items())
        message.value = f'<div role="status">{html.escape(sentence)}</div>'
        if picture is not None:
            after.value = _figure(picture, "after", f"{alt} After {_called(function)}({said}).")
        else:
            after.value = ""

    for control in controls.values():
        control.observe(update, names="value")
    update()
    pictures = ipywidgets.HBox([before, after], layout={"flex_flow": "row wrap", "max_width": "880px"})
    return ipywidgets.VBox([*controls.values(), message, pictures])


def _try(function: Callable[..., Any], image: Any, values: dict[str, Any]) -> tuple[Any, str]:
    """The picture that comes out, or None and one sentence that says why there is none."""
    silent = io.StringIO()
    try:
        with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(_copy(image), **values)
    except NotImplementedError:
        return None, f"{_called(function)} is not written yet: come back after you wrote it."
    except ValueError as error:
        return None, f"{_called(function)} says: {_one_line(error)}"
    except Exception as error:  # the learner's code may fail in any way; the widget says how and lives on
        return None, f"{_called(function)} stopped with {type(error).__name__}: {_one_line(error)}"
    try:
        return as_bytes(result), ""
    except (TypeError, ValueError) as error:
        return None, f"{_called(function)} returned no picture: {_one_line(error)}"


def _copy(image: Any) -> Any:
    """The function gets its own copy, so that one which writes into it does not spoil the next call."""
    from array_api_compat import device

    from gpu_utils.arrays import array_module

    return array_module(image).asarray(image, device=device(image), copy=True)


def _overlay(left: Any, right: Any, alt: str, names: tuple[str, str], variable: str, width: int) -> str:
    tag = "position:absolute;top:6px;padding:1px 8px;background:rgba(0,0,0,.72);color:#fff;font-size:13px;"
    crisp = _crisp(left)
    return (
        f'<div style="position:relative;width:100%;max-width:{width}px;line-height:1.4">'
        f'<img alt="{html.escape(alt, quote=True)}" src="{data_uri(left)}" style="{_IMAGE_CSS}{crisp}">'
        f'<img alt="" src="{data_uri(right)}" style="position:absolute;left:0;top:0;width:100%;height:100%;'
        f'{crisp}clip-path:inset(0 0 0 var({variable},50%))">'
        f'<div style="position:absolute;top:0;bottom:0;left:calc(var({variable},50%) - 1.5px);width:3px;'
        'background:#fff;box-shadow:0 0 0 1px #000"></div>'
        f'<span style="{tag}left:6px">{html.escape(names[0])}</span>'
        f'<span style="{tag}right:6px">{html.escape(names[1])}</span></div>'
    )


def _figure(picture: Any, name: str, alt: str) -> str:
    return (
        f'<figure style="margin:4px"><img alt="{html.escape(alt, quote=True)}" src="{data_uri(picture)}" '
        f'style="{_IMAGE_CSS}{_crisp(picture)}"><figcaption>{html.escape(name)}</figcaption></figure>'
    )


def _shown_width(picture: Any) -> int:
    return max(int(picture.shape[1]), 480) if picture.shape[1] < 800 else 800


def _crisp(picture: Any) -> str:
    """Small pictures are blown up as tiles, not as a blur."""
    return "image-rendering:pixelated;" if picture.shape[1] < 240 else ""


def _need_alt(alt: str) -> None:
    if not alt.strip():
        raise ValueError("a picture needs alt text: one sentence that says what it shows")


def _called(function: Callable[..., Any]) -> str:
    name = str(getattr(function, "__name__", type(function).__name__))
    return "the function" if name == "<lambda>" else name


def _said(control: Any) -> str:
    return str(getattr(control, "label", None) or f"{control.value:g}")


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
