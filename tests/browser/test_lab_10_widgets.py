"""Lab 10's two widgets follow the keyboard: both bills, and the queue of forty people."""

from __future__ import annotations

import pytest
from jupyterlab_page import Page

pytestmark = pytest.mark.browser
SLUG = "10_experiments_and_cost"


def test_bills_and_queue_follow_the_arrow_keys(page: Page):
    page.open(f"solved/{SLUG}/{SLUG}.ipynb")
    page.run_all()
    for name, start in (("costs", "explore_costs("), ("queue", "explore_queue(")):
        cell = next(each["id"] for each in page.cells() if each["source"].startswith(start))
        before = page.pictures(cell)
        page.move_slider(cell, steps=5)
        page.shoot(f"{SLUG}-{name}-after", cell)
        assert page.pictures(cell) != before
    assert page.errors() == {}
    assert page.complaints() == []
