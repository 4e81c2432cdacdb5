"""Lab 09's widgets under real keys: chunks passed by hand, the film of the ring, and the ways through a box."""

from __future__ import annotations

import pytest
from jupyterlab_page import Page
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.browser
SLUG = "09_scaling_dgx"


def said(page: Page, cell: str) -> str:
    return str(page._js("return arguments[0].querySelector('[role=status] p').textContent;", page.element(cell)))


def press(page: Page, cell: str, words: str) -> None:
    """Give a button the focus and press it with the space bar."""
    found = page.element(cell).find_elements(By.CSS_SELECTOR, "button")
    button = next(each for each in found if each.text.strip() == words)
    page._js("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus();", button)
    ActionChains(page.driver).send_keys(Keys.SPACE).perform()


def test_the_ring_by_hand_the_film_and_the_ways_follow_the_keys(page: Page):
    page.open(f"solved/{SLUG}/{SLUG}.ipynb")
    page.run_all()
    cells = {
        name: next(each["id"] for each in page.cells() if each["source"].startswith(start))
        for name, start in (
            ("hands", "pass_chunks("),
            ("film", "play_ring("),
            ("ways", "def one_way"),
            ("speed", "def speed_ups"),
            ("overlap", "def lanes_of"),
        )
    }

    hands = cells["hands"]
    for round_number, (chunk, mode) in enumerate(
        [("0", "adds it to its own"), ("3", ""), ("2", ""), ("1", "keeps it instead"), ("0", ""), ("3", "")], 1
    ):
        for words in filter(None, (chunk, mode)):
            press(page, hands, words)
        press(page, hands, "All send")
        page._wait(20, lambda n=round_number: said(page, hands).startswith(f"{n} steps"))
        if round_number == 2:
            page.shoot(f"{SLUG}-by-hand-after-two", hands)
    assert "no ring does it in fewer" in said(page, hands)
    page.shoot(f"{SLUG}-by-hand-done", hands)

    film = cells["film"]
    press(page, film, "Next")
    page._wait(20, lambda: said(page, film).startswith("step 1 of 6"))
    handle = page.element(film).find_element(By.CSS_SELECTOR, ".noUi-handle")
    page._js("arguments[0].focus();", handle)
    handle.send_keys(Keys.ARROW_RIGHT)
    page._wait(20, lambda: said(page, film).startswith("step 2 of 6"))
    player = page.element(film).find_elements(By.CSS_SELECTOR, ".widget-play button")
    page._js("arguments[0].focus();", player[0])
    ActionChains(page.driver).send_keys(Keys.SPACE).perform()
    page._wait(20, lambda: not said(page, film).startswith("step 2 of 6"))
    ActionChains(page.driver).send_keys(Keys.SPACE).perform()  # pauses
    page.shoot(f"{SLUG}-film", film)

    for name in ("ways", "speed", "overlap"):
        page.shoot(f"{SLUG}-{name}-before", cells[name])
    page.move_slider(cells["ways"], steps=2, which=0)
    page.move_slider(cells["speed"], steps=-20, which=0)
    pictures = page.pictures(cells["overlap"])
    press(page, cells["overlap"], "during it")
    page._wait(20, lambda: page.pictures(cells["overlap"]) != pictures)
    for name in ("ways", "speed", "overlap"):
        page.shoot(f"{SLUG}-{name}-after", cells[name])
    assert page.errors() == {}
    assert page.complaints() == []
