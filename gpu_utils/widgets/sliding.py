"""A kernel that slides over a patch: the products in its pixels, their sum, and the output that grows."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from gpu_utils.widgets.controls import buttons, slider

__all__ = ["slide_kernel"]

_STRIDES, _PADDINGS = (1, 2, 3), (0, 1)
_LARGEST = 12
_TILE = "width:56px;height:38px;padding:0;white-space:nowrap;text-align:center;vertical-align:middle;line-height:1.15;"
_WINDOW = "background:#FFE8C2;color:#000;border:2px solid #D55E00;"
_EMPTY = "background:#fff;color:#6b6b6b;border:1px dashed #b5b5b5;"


def slide_kernel(patch: Any, kernels: Mapping[str, Any], *, alt: str) -> Any:
    """Lay a kernel over a patch and move it with sliders; what it has visited becomes the output.

    Args:
        patch: (H, W), grey, at most 12 x 12, and at least three rows and columns more than the kernels.
        kernels: name to (kh, kw) numbers, chosen with buttons.
        alt: what the patch shows.

    Returns:
        A widget: kernel, stride and padding are buttons; the window's row and column are sliders.

    Raises:
        ValueError: no alt text, no kernel, or a patch of another size.

    >>> import numpy as np
    >>> widget = slide_kernel(np.eye(6), {"box": np.ones((3, 3))}, alt="a bright diagonal")
    >>> widget.children[1].description
    'row of the output'
    """
    import ipywidgets
    import numpy as np

    if not alt.strip():
        raise ValueError("the patch needs alt text: one sentence that says what it shows")
    values = np.asarray(patch, dtype=float)
    tables = {name: np.asarray(kernel, dtype=float) for name, kernel in kernels.items()}
    for name, kernel in tables.items():
        _check_sizes(name, kernel.shape, values.shape)
    chosen = buttons("kernel", list(tables))
    stride, padding = buttons("stride", _STRIDES), buttons("padding", _PADDINGS)
    row, column = slider("row of the output", (0, 1, 1, 0)), slider("column of the output", (0, 1, 1, 0))
    said, left, right = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()

    def follow(_: Any = None) -> None:
        kernel, step = tables[chosen.value], stride.value
        padded = np.pad(values, padding.value)
        sums = _sums(padded, kernel, step)
        row.max, column.max = sums.shape[0] - 1, sums.shape[1] - 1
        y, x = row.value, column.value
        said.value = _sentence(padded, kernel, step, y, x, sums)
        left.value = _input_table(padded, padding.value, kernel, step * y, step * x, alt)
        right.value = _output_table(sums, y, x)

    for control in (chosen, stride, padding, row, column):
        control.observe(follow, names="value")
    follow()
    tables_box = ipywidgets.HBox([left, right], layout={"flex_flow": "row wrap"})
    choices = ipywidgets.HBox([stride, padding], layout={"flex_flow": "row wrap", "grid_gap": "0 24px"})
    return ipywidgets.VBox([ipywidgets.VBox([chosen, choices]), row, column, said, tables_box])


def _check_sizes(name: str, kernel: tuple[int, ...], patch: tuple[int, ...]) -> None:
    if len(patch) != 2 or max(patch) > _LARGEST:
        raise ValueError(f"the patch is (H, W), at most {_LARGEST} x {_LARGEST}, not {patch}")
    if len(kernel) != 2 or any(side < part + max(_STRIDES) for side, part in zip(patch, kernel, strict=True)):
        raise ValueError(
            f'the kernel "{name}" is (kh, kw), at least three smaller than the patch {patch}, not {kernel}'
        )


def _sums(padded: Any, kernel: Any, step: int) -> Any:
    """The output: (H_out, W_out), a sum of products for each place of the window."""
    import numpy as np

    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)[::step, ::step]
    return np.einsum("yxij,ij->yx", windows, kernel)


def _sentence(padded: Any, kernel: Any, step: int, y: int, x: int, sums: Any) -> str:
    height, width = kernel.shape
    window = padded[step * y : step * y + height, step * x : step * x + width]
    terms = " + ".join(
        f"{_figure(v)}·{_figure(w)}" if w >= 0 else f"{_figure(v)}·({_figure(w)})"
        for v, w in zip(window.ravel(), kernel.ravel(), strict=True)
    )
    rows, columns = padded.shape
    size = (
        f"({rows} − {height}) // {step} + 1 = {sums.shape[0]} rows and "
        f"({columns} − {width}) // {step} + 1 = {sums.shape[1]} columns"
    )
    return (
        f'<div role="status" style="line-height:1.5"><b>output[{y}, {x}]</b> = {terms} = <b>{_figure(sums[y, x])}</b>'
        f"<br>The output has {size}.</div>"
    )


def _input_table(padded: Any, border: int, kernel: Any, top: int, left: int, alt: str) -> str:
    rows, columns = padded.shape

    def tile(y: int, x: int) -> str:
        value = padded[y, x]
        if top <= y < top + kernel.shape[0] and left <= x < left + kernel.shape[1]:
            weight = kernel[y - top, x - left]
            factors = f"<span style='font-size:10px'>{_figure(value)} × {_figure(weight)}</span>"
            return _cell(f"{factors}<br><b style='font-size:13px'>{_figure(value * weight)}</b>", _WINDOW)
        if not (border <= y < rows - border and border <= x < columns - border):
            return _cell("0", _EMPTY)
        return _cell(_figure(value), _grey(value / 255))

    body = "".join(f"<tr>{''.join(tile(y, x) for x in range(columns))}</tr>" for y in range(rows))
    return _table(body, "input; in the window: pixel × weight, and the product", alt)


def _output_table(sums: Any, y: int, x: int) -> str:
    largest = max(float(abs(sums).max()), 1e-12)
    signed = bool((sums < 0).any())

    def tile(row: int, column: int) -> str:
        if (row, column) > (y, x):
            return _cell("·", _EMPTY)
        value = sums[row, column]
        frame = "outline:3px solid #D55E00;outline-offset:-3px;" if (row, column) == (y, x) else ""
        return _cell(_figure(value), _grey(0.5 + 0.5 * value / largest if signed else value / 255) + frame)

    body = "".join(f"<tr>{''.join(tile(r, c) for c in range(sums.shape[1]))}</tr>" for r in range(sums.shape[0]))
    said = "output so far" + (" (grey is 0)" if signed else "")
    return _table(body, said, f"{said}, up to row {y}, column {x}")


def _table(body: str, caption: str, label: str) -> str:
    return (
        f'<table aria-label="{html.escape(label, quote=True)}" style="border-collapse:collapse;margin:4px 16px 4px 0;'
        f'table-layout:fixed;font-size:12px"><caption style="caption-side:top;text-align:left;font-size:13px">'
        f"{html.escape(caption)}</caption><tbody>{body}</tbody></table>"
    )


def _cell(inside: str, look: str) -> str:
    return f'<td style="{_TILE}{look}">{inside}</td>'


def _grey(share: float) -> str:
    """Background and ink for a brightness from 0 to 1."""
    level = round(255 * min(max(share, 0.0), 1.0))
    ink = "#000" if level > 120 else "#fff"
    return f"background:rgb({level},{level},{level});color:{ink};border:1px solid #8a8a8a;"


def _figure(value: float) -> str:
    """A whole number as it is, another with at most two digits behind the point; a true minus."""
    digits = 0 if abs(value - round(value)) < 1e-9 else 2 if abs(value) < 1 else 1
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
