"""What an instructor does after grading: marks a written answer in formgrader, as the guide says."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading_demo import BRISK, SLUG, answered, hand_in, make_lab, released
from jupyterlab_page import Page
from jupyterlab_server import serve
from nbgrader.api import Gradebook
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from course.grading.command import grade_class

pytestmark = pytest.mark.browser
ANSWER = "Since the bus moves fewer bytes a second than the cores could eat."
COMMENT = "Good: say how many bytes."
LONG = "maximiliane.wolfeschlegelsteinhausenbergerdorff@students.example.edu"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class of five, whose written answers wait for a person."""
    folder = tmp_path_factory.mktemp("formgrader")
    lab = make_lab(folder)
    submissions = folder / "submitted"
    hand_in(submissions, "ada", answered(lab, why=ANSWER))
    hand_in(submissions, "ben", released(lab))
    hand_in(submissions, "chen o'brien", answered(lab, double="def double(x):\n    return x + 2"))
    hand_in(submissions, LONG, answered(lab, double="def double(x):\n    return x + 2  # mine"))
    hand_in(submissions, "emil", answered(lab, triple="def triple(x):\n    os._exit(1)", why="No idea."))
    grade(folder)
    return folder


@pytest.fixture(scope="module")
def lab_address(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab, started in the --out folder as the guide says."""
    with serve(tmp_path_factory.mktemp("jupyter"), root / "out") as url:
        yield url


def grade(root: Path) -> None:
    grade_class(SLUG, root / "submitted", root / "out", root / "solutions", limits=BRISK)


@pytest.fixture
def page(browser: webdriver.Chrome, lab_address: str, shots: Path) -> Page:
    return Page(browser, lab_address, shots)


def wait(page: Page, css: str, text: str = "") -> WebElement:
    """The first element in sight that matches and holds `text`, once it is there."""

    def found(driver: webdriver.Chrome) -> WebElement | None:
        elements = driver.find_elements(By.CSS_SELECTOR, css)
        return next((e for e in elements if e.is_displayed() and text in e.text), None)

    waiting = WebDriverWait(page.driver, 30, ignored_exceptions=[StaleElementReferenceException])
    return waiting.until(found, f"no {css} with {text!r}")


def in_the_gradebook(root: Path) -> tuple[float | None, str | None, float]:
    """What a person gave Ada's written answer, said of it, and what Ada has in all, as nbgrader's API tells."""
    with Gradebook(f"sqlite:///{root / 'out' / 'gradebook.db'}") as book:
        return (
            book.find_grade("why", SLUG, SLUG, "ada").manual_score,
            book.find_comment("why", SLUG, SLUG, "ada").manual_comment,
            book.find_submission(SLUG, "ada").score,
        )


def test_a_written_answer_is_marked_in_formgrader_and_kept_when_grading_again(page: Page, root: Path):
    page.driver.get(f"{page.address}/formgrader")
    wait(page, "a", "Manual Grading").click()
    wait(page, "td a", SLUG).click()
    wait(page, ".breadcrumb li", SLUG)
    wait(page, "td a", SLUG).click()
    wait(page, "td a", "Submission #1")
    page.shoot("formgrader-1-submissions")
    with Gradebook(f"sqlite:///{root / 'out' / 'gradebook.db'}") as book:
        ada = book.find_submission_notebook(SLUG, SLUG, "ada").id
    wait(page, f"td a[href*='{ada}']").click()
    wait(page, ".rendered_html, .jp-RenderedMarkdown", ANSWER)
    page.shoot("formgrader-2-notebook")
    points, comment = page.driver.find_element(By.ID, "why"), page.driver.find_element(By.ID, "why-comment")
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'});", points)
    points.send_keys("2.5", Keys.TAB)
    comment.send_keys(COMMENT, Keys.TAB)
    WebDriverWait(page.driver, 20).until(lambda _: in_the_gradebook(root) == (2.5, COMMENT, 6.5))
    page.shoot("formgrader-3-marked")

    grade(root)
    assert in_the_gradebook(root) == (2.5, COMMENT, 6.5)
    with (root / "out" / "scores.csv").open(newline="") as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)}["ada"] == "6.5"
    page.driver.refresh()
    wait(page, ".rendered_html, .jp-RenderedMarkdown", ANSWER)
    shown = page.driver.find_element(By.ID, "why")
    WebDriverWait(page.driver, 20).until(lambda _: shown.get_property("value") == "2.5")
    assert page.driver.find_element(By.ID, "why-comment").get_property("value") == COMMENT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_report_and_feedback_fit_any_window(
    browser: webdriver.Chrome, root: Path, shots: Path, width: int, scheme: str
):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    size = {"width": width, "height": 1500, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        browser.get_log("browser")
        for name in ("report.html", f"feedback/{LONG}.html"):
            browser.get((root / "out" / name).as_uri())
            browser.save_screenshot(str(shots / f"{Path(name).stem[:8]}-{width}-{scheme}.png"))
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
            for link in browser.find_elements(By.CSS_SELECTOR, "nav a"):
                assert browser.find_element(By.ID, str(link.get_attribute("href")).partition("#")[2])
        assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
