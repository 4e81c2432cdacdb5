"""Gradients under the learner's hands: multiply the loss, and see which of them a format keeps."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from gpu_utils.widgets.controls import slider

__all__ = ["explore_scale"]


def explore_scale(
    pictures: Any,
    *,
    format: str = "fp16",
    highest: int = 48,
    through: Callable[[float], Any] | None = None,
    alt: str,
) -> Any:
    """A slider for the power of two that a loss is multiplied with; the gradients follow, as pictures and as a curve.

    Args:
        pictures: gradients (N, H, W), N at most six.
        format: the format that they have to pass through.
        highest: the slider's last power.
        through: a function from the factor to the gradients, of the same shape, that really arrive when every layer
            on the way keeps its own in the format. Without it only what arrives is rounded.
        alt: what the pictures show.

    Returns:
        A widget; its first child is the slider.

    Raises:
        ValueError: there is no alt text.

    >>> import numpy as np
    >>> explore_scale(np.full((2, 4, 4), 1e-9), alt="Two flat gradients").children[0].value
    0
    """
    import ipywidgets
    import numpy as np

    from gpu_utils.plotting.exponents import exponent_histogram, fates  # not at the top: it needs NumPy

    if not alt.strip():
        raise ValueError("a picture needs alt text: one sentence that says what it shows")
    power = slider("loss times 2 to the", (0, highest, 1, 0))
    said, drawn = ipywidgets.HTML(), ipywidgets.HTML()

    def update(_: Any = None) -> None:
        scale = 2.0**power.value
        arrived = None if through is None else np.asarray(through(scale), dtype=np.float64) / scale
        words = _rounded(fates(pictures, format, scale)) if arrived is None else _arrived(arrived, pictures)
        said.value = f'<div role="status">Loss times 2^{power.value} = {scale:,.0f}: {words} (emulated).</div>'
        figure = exponent_histogram(pictures, format, scale, list(pictures if arrived is None else arrived))
        plain = "" if arrived is None else " " + words.replace("<b>", "").replace("</b>", "") + "."
        figure.alt = html.unescape(f"{alt}. {figure.alt}{plain}")
        drawn.value = figure._repr_html_()

    power.observe(update, names="value")
    update()
    return ipywidgets.VBox([power, said, drawn])


def _rounded(share: Any) -> str:
    return (
        f"<b>{share['zero']:.1%}</b> of the gradients round to zero, {share['subnormal']:.1%} are subnormal, "
        f"{share['normal']:.1%} normal, <b>{share['infinite']:.1%}</b> infinite"
    )


def _arrived(arrived: Any, exact: Any) -> str:
    import numpy as np

    there = np.asarray(exact) != 0
    zero, broken = np.mean(arrived[there] == 0), np.mean(~np.isfinite(arrived[there]))
    return f"<b>{zero:.1%}</b> of the gradients arrive as zero, <b>{broken:.1%}</b> as infinity or NaN"
