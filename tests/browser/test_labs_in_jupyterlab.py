"""The labs as a student meets them: the released notebook, top to bottom, in JupyterLab."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from jupyterlab_page import Page

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
LABS = sorted(path.parent.name for path in (ROOT / "labs").glob("*/*.ipynb"))


def answers(slug: str) -> dict[str, str]:
    """The model answers of a lab: grade_id to source."""
    notebook = nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    return {
        cell.id: cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }


def test_an_error_in_a_cell_does_not_escape_these_tests(page: Page):
    page.open("labs/01_image_filters/01_image_filters.ipynb")
    page.write("darken", "1 / 0")
    page.run(page.index("darken"))
    assert page.errors() == {"darken": "ZeroDivisionError: division by zero"}


@pytest.mark.parametrize("slug", LABS)
def test_an_untouched_lab_runs_to_its_end_without_a_traceback(page: Page, slug: str):
    page.open(f"labs/{slug}/{slug}.ipynb")
    page.run_all()
    assert page.errors() == {}
    for question in answers(slug):
        text = page.output(f"{question}-basic")
        assert "not attempted yet" in text
        page.shoot(f"{slug}-untouched-{question}", f"{question}-basic")


@pytest.mark.parametrize("slug", LABS)
def test_a_solved_lab_passes_every_check_and_describes_every_picture(page: Page, slug: str):
    page.open(f"labs/{slug}/{slug}.ipynb")
    for question, source in answers(slug).items():
        page.write(question, source)
    page.run_all()
    assert page.errors() == {}
    for cell in page.cells():
        page.shoot(f"{slug}-{page.index(cell['id']):02d}-{cell['id']}", cell["id"])
    for question in answers(slug):
        assert "✓" in page.output(f"{question}-basic")
        assert "✗" not in page.output(f"{question}-basic")
    assert page.pictures_without_alt() == []
    assert page.complaints() == []


def test_the_filter_explorer_follows_its_slider(page: Page):
    slug = "01_image_filters"
    page.open(f"solved/{slug}/{slug}.ipynb")
    cells = page.cells()
    explorer = next(c["id"] for c in cells if c["source"].startswith("explore(darken"))
    for cell in cells:
        if cell["type"] == "code":
            page.run(page.index(cell["id"]))
        if cell["id"] == explorer:
            break
    before = page.pictures(explorer)
    page.shoot("explorer-before", explorer)
    page.move_slider(explorer, steps=-6)
    page.shoot("explorer-after", explorer)
    assert page.pictures(explorer) != before


def test_a_wrong_answer_is_met_by_a_tutor(page: Page):
    slug = "01_image_filters"
    page.open(f"labs/{slug}/{slug}.ipynb")
    page.write(
        "darken",
        "def darken(image, factor):\n    return image * np.float64(factor)",
    )
    for cell in page.cells():
        if cell["type"] == "code":
            page.run(page.index(cell["id"]))
        if cell["id"] == "darken-basic":
            break
    text = page.output("darken-basic")
    page.shoot("tutor", "darken-basic")
    assert "expected dtype" in text
    assert "no ValueError was raised" in text
    assert page.errors() == {}
