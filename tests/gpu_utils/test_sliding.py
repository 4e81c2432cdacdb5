"""The sliding kernel, driven without a browser: what it computes, and that its controls stay within the picture."""

import re

import numpy as np
import pytest

from gpu_utils.widgets import slide_kernel

PATCH = np.arange(56.0).reshape(8, 7)
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def opened(kernels=None):
    widget = slide_kernel(PATCH, kernels or {"edges": SOBEL, "blur": np.full((3, 3), 1 / 9)}, alt="a ramp")
    (kernel, choices), row, column, said, tables = (widget.children[0].children, *widget.children[1:])
    stride, padding = choices.children
    return kernel, stride, padding, row, column, said, tables


def test_the_sum_in_the_sentence_is_that_of_the_products():
    kernel, _, _, row, column, said, _ = opened()
    row.value, column.value = 2, 3
    window = PATCH[2:5, 3:6]
    assert f"output[2, 3]</b> = 17·(−1) + 18·0 + 19·1 + {window[1, 0]:.0f}·(−2)" in said.value
    assert "= <b>8</b>" in said.value
    kernel.value = "blur"
    assert f"= <b>{window.mean():.0f}</b>" in said.value


def test_every_product_stands_in_its_pixel():
    _, _, _, _, _, _, tables = opened()
    products = re.findall(r"<b style='font-size:13px'>([^<]*)</b>", tables.children[0].value)
    assert products == ["0", "0", "2", "−14", "0", "18", "−14", "0", "16"]


def test_the_output_fills_in_reading_order():
    _, _, _, row, column, _, tables = opened()
    assert tables.children[1].value.count("·") == 6 * 5 - 1
    row.value, column.value = 1, 0
    assert tables.children[1].value.count("·") == 6 * 5 - 6


@pytest.mark.parametrize(
    ("stride", "padding", "rows", "columns"), [(1, 0, 6, 5), (2, 0, 3, 3), (3, 0, 2, 2), (2, 1, 4, 4), (1, 1, 8, 7)]
)
def test_stride_and_padding_set_the_size_and_keep_the_window_inside(stride, padding, rows, columns):
    _, stride_control, padding_control, row, column, said, _ = opened()
    row.value, column.value = row.max, column.max
    stride_control.value, padding_control.value = stride, padding
    assert (row.max, column.max) == (rows - 1, columns - 1)
    assert f"= {rows} rows" in said.value
    assert f"= {columns} columns" in said.value
    assert f"output[{row.value}, {column.value}]" in said.value


def test_it_is_said_aloud_and_described():
    _, _, _, _, _, said, tables = opened()
    assert 'role="status"' in said.value
    assert 'aria-label="a ramp"' in tables.children[0].value


def test_a_patch_that_it_cannot_show_is_refused():
    with pytest.raises(ValueError, match="alt text"):
        slide_kernel(PATCH, {"edges": SOBEL}, alt=" ")
    with pytest.raises(ValueError, match="at most 12 x 12"):
        slide_kernel(np.zeros((13, 8)), {"edges": SOBEL}, alt="black")
    with pytest.raises(ValueError, match="three smaller"):
        slide_kernel(np.zeros((5, 5)), {"edges": SOBEL}, alt="black")
    with pytest.raises(ValueError, match="nothing to choose from"):
        slide_kernel(PATCH, {}, alt="black")
