"""Gradients under the learner's hands: multiply the loss, and see which of them a format keeps."""

from __future__ import annotations

import html
from typing import Any

from gpu_utils.widgets.controls import slider

__all__ = ["explore_scale"]


def explore_scale(pictures: Any, *, format: str = "fp16", highest: int = 48, alt: str) -> Any:
    """A slider for the power of two that a loss is multiplied with; the gradients follow, as pictures and as a curve.

    Args:
        pictures: gradients (N, H, W), N at most six.
        format: the format that they have to pass through.
        highest: the slider's last power.
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

    from gpu_utils.plotting.exponents import exponent_histogram, fates  # not at the top: it needs NumPy

    if not alt.strip():
        raise ValueError("a picture needs alt text: one sentence that says what it shows")
    power = slider("loss times 2 to the", (0, highest, 1, 0))
    said, drawn = ipywidgets.HTML(), ipywidgets.HTML()

    def update(_: Any = None) -> None:
        scale = 2.0**power.value
        share = fates(pictures, format, scale)
        said.value = (
            f'<div role="status">Loss times {scale:,.0f}: <b>{share["zero"]:.1%}</b> of the gradients round to zero, '
            f"{share['subnormal']:.1%} are subnormal, {share['normal']:.1%} normal, "
            f"<b>{share['infinite']:.1%}</b> infinite (emulated).</div>"
        )
        figure = exponent_histogram(pictures, format, scale, list(pictures))
        figure.alt = html.unescape(f"{alt}. {figure.alt}")
        drawn.value = figure._repr_html_()

    power.observe(update, names="value")
    update()
    return ipywidgets.VBox([power, said, drawn])
