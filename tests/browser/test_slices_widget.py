"""The planner of slices under real keys and a real pointer: added, moved, dragged, refused, said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jupyterlab_page import Page
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from gpu_utils.plotting.slices import LEFT, RIGHT

pytestmark = pytest.mark.browser
SOURCES = {
    "planner": 'from gpu_utils import widgets\nwidgets.cut_gpu("A100-40GB", ["1g.5gb", "1g.5gb", "2g.10gb"])',
    "another": 'widgets.cut_gpu("A100-40GB")',
}


class Planner:
    """The widget in one cell, as a person meets it."""

    def __init__(self, page: Page, cell: str) -> None:
        self.page, self.driver, self.cell = page, page.driver, page.element(cell)

    def find(self, selector: str, words: str = "") -> WebElement:
        found = self.cell.find_elements(By.CSS_SELECTOR, selector)
        return next(each for each in found if not words or each.text.strip() == words)

    def said(self) -> str:
        return str(self.page._js("return arguments[0].querySelector('[role=status]').textContent;", self.cell))

    def _then(self, action: ActionChains) -> str:
        before = self.said()
        action.perform()
        self.page._wait(20, lambda: self.said() != before)
        return self.said()

    def key(self, element: WebElement, key: str) -> str:
        self.page._js("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus();", element)
        return self._then(ActionChains(self.driver).send_keys(key))

    def press(self, words: str) -> str:
        return self.key(self.find("button", words), Keys.SPACE)

    def drag(self, what: WebElement, slot: int) -> str:
        picture = self.find("img")
        self.page._js("arguments[0].scrollIntoView({block: 'center'});", picture)
        share = LEFT + (RIGHT - LEFT) * (slot + 0.5) / 8
        right = round((share - 0.5) * picture.size["width"])
        grab = ActionChains(self.driver).click_and_hold(what).pause(0.2)
        move = grab.move_to_element_with_offset(picture, right, -10).pause(0.2).move_by_offset(2, 0).pause(0.2)
        return self._then(move.release())


def test_slices_are_added_moved_and_dragged(page: Page, workplace: Path):
    cells = [
        {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for name, source in SOURCES.items()
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (workplace / "slices.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    page.open("slices.ipynb")
    page.run_all()
    for name in SOURCES:
        page._wait(30, lambda name=name: page.pictures(name))

    planner = Planner(page, "planner")
    assert "The GPU is fragmented" in planner.press("3g.20gb")
    page.shoot("slices-refused", "planner")
    assert "3g.20gb with them" in planner.press("largest first")
    assert "1g.5gb at 3 is destroyed" in planner.press("remove it")
    handle = planner.find(".noUi-handle")
    assert "1g.5gb now starts at 3" in planner.key(handle, Keys.ARROW_RIGHT)
    assert "stays at 3. Further right it could start at 4, 5 or 6" in planner.key(handle, Keys.ARROW_RIGHT)
    assert handle.get_attribute("aria-valuenow") == "3.0"

    other = Planner(page, "another")
    untouched = planner.said()
    assert "3g.20gb now stands at 0" in other.drag(other.find("span[draggable=true]", "3g.20gb"), 2)
    assert "1g.5gb now stands at 5" in other.drag(other.find("span[draggable=true]", "1g.5gb"), 5)
    assert "No 1g.5gb takes memory slice 7" in other.drag(other.find("div[title^='1g.5gb']"), 7)
    assert "1g.5gb now starts at 6" in other.drag(other.find("div[title^='1g.5gb']"), 6)
    page.shoot("slices-dragged", "another")
    assert planner.said() == untouched
    assert page.errors() == {}
    assert page.pictures_without_alt() == []
    assert page.complaints() == []
