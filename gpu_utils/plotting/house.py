"""The look that all figures share, and how they are shown."""

from __future__ import annotations

import base64
import contextlib
import functools
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gpu_utils.plotting.encoding import slim
from gpu_utils.provenance import Provenance

__all__ = ["DPI", "INK", "LOOKS", "PALETTE", "WIDTH_IN", "Look", "look", "new_figure", "png", "show", "style"]

WIDTH_IN = 8.0
"""A figure as wide as a notebook's text."""
DPI = 110
INK = "#1b1b1b"
FAINT = "#d9d9d9"

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, told apart by colour-blind readers (https://jfly.uni-koeln.de/color/)."""


@dataclass(frozen=True)
class Look:
    """How a number of one provenance is drawn: never by colour alone.

    >>> look("published").hatch != look("measured").hatch
    True
    """

    colour: str
    hatch: str
    marker: str


LOOKS = {
    Provenance.MEASURED: Look("#0072B2", "", "o"),
    Provenance.EMULATED: Look("#56B4E9", "..", "s"),
    Provenance.MODELLED: Look("#E69F00", "//", "^"),
    Provenance.PUBLISHED: Look("#CC79A7", "xx", "D"),
}
GUESS = Look("#D55E00", "", "d")


def look(provenance: Provenance | str) -> Look:
    """The look of one provenance, given as the label or its text.

    >>> look("measured") is look(Provenance.MEASURED)
    True
    """
    return LOOKS[Provenance(provenance)]


@contextlib.contextmanager
def style() -> Iterator[None]:
    """The house look, for figures drawn inside a ``with`` block; everything else stays as it was.

    >>> with style():
    ...     figure = new_figure(alt="an empty figure")
    """
    import matplotlib
    from cycler import cycler

    house = {
        "figure.dpi": DPI,
        "savefig.dpi": DPI,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.09,
        "figure.constrained_layout.w_pad": 0.09,
        "font.family": ["DejaVu Sans"],
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 8,
        "axes.labelsize": 11,
        "axes.labelcolor": INK,
        "axes.edgecolor": "#6b6b6b",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=PALETTE) + cycler(linestyle=["-", "--", "-.", ":", "-", "--"]),
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 10,
        "ytick.labelsize": 10,
        "grid.color": FAINT,
        "grid.linewidth": 0.8,
        "lines.linewidth": 2,
        "lines.markersize": 8,
        "legend.frameon": False,
        "legend.fontsize": 10,
        "hatch.linewidth": 1.0,
        "image.interpolation": "antialiased",
    }
    with matplotlib.rc_context(house):
        yield


def new_figure(width_in: float = WIDTH_IN, height_in: float = 4.0, alt: str = "") -> Any:
    """An empty figure in the house look (draw on it inside `style`), shown with ``alt`` beside it.

    It belongs to no window and to no pyplot state, so nothing has to be closed.

    >>> new_figure(alt="an empty figure").alt
    'an empty figure'
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with style():
        figure = _figure_class()(figsize=(width_in, height_in), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.alt = alt
    return figure


def show(figure: Any, alt: str | None = None) -> None:
    """Display a figure as a picture with alternative text, and close it.

    Args:
        figure: any matplotlib figure.
        alt: what the figure shows, for those who can't see it; may be left out for the figures of this
            package, which describe themselves.

    Raises:
        ValueError: there is no alternative text.

    >>> show(new_figure(alt="an empty figure"))
    an empty figure
    """
    from IPython.display import display

    text = (alt if alt is not None else getattr(figure, "alt", "")).strip()
    if not text:
        raise ValueError("a figure needs alt text: one sentence that says what it shows")
    display(_Picture(png(figure), text))
    _close(figure)


def png(figure: Any) -> bytes:
    """A figure as the bytes of a PNG file.

    >>> png(new_figure(alt="empty"))[1:4]
    b'PNG'
    """
    stream = io.BytesIO()
    with style():
        figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


class _Picture:
    """What `show` displays: an image for browsers, its text for terminals and screen readers."""

    def __init__(self, data: bytes, alt: str) -> None:
        self.data, self.kind = slim(data)
        self.alt = alt

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.data).decode("ascii")
        return (
            f'<img alt="{html.escape(self.alt, quote=True)}" style="max-width:100%;height:auto" '
            f'src="data:image/{self.kind};base64,{source}">'
        )


@functools.cache
def _figure_class() -> type:
    from matplotlib.figure import Figure

    class HouseFigure(Figure):
        """A figure that a notebook shows with its alternative text."""

        alt: str = ""

        def __repr__(self) -> str:
            return self.alt or super().__repr__()

        def _repr_html_(self) -> str:
            return _Picture(png(self), self.alt)._repr_html_()

    return HouseFigure


def _close(figure: Any) -> None:
    """Forget a figure that pyplot made, so that a notebook doesn't show it a second time."""
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and getattr(figure, "number", None) is not None:
        pyplot.close(figure)
