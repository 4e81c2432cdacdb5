"""Lab 05's two widgets follow the arrow keys: the gates step by step, and where attention looks."""

from __future__ import annotations

import pytest
from jupyterlab_page import Page

pytestmark = pytest.mark.browser
SLUG = "05_rnn_training"


def test_gates_and_attention_follow_the_arrow_keys(page: Page):
    page.open(f"solved/{SLUG}/{SLUG}.ipynb")
    page.run_all()
    for name, function in (("gates", "def gates_at"), ("attention", "def look_at")):
        cell = next(each["id"] for each in page.cells() if function in each["source"])
        before = page.pictures(cell)
        page.shoot(f"{SLUG}-{name}-before", cell)
        page.move_slider(cell, steps=5)
        page.shoot(f"{SLUG}-{name}-after", cell)
        assert page.pictures(cell) != before
    assert page.errors() == {}
    assert page.complaints() == []
