"""What a person does in JupyterLab, as verbs: open a notebook, run it, read a cell, move a slider."""

from __future__ import annotations

from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_RUN_ALL = """
const done = arguments[arguments.length - 1];
const app = window.jupyterapp;
app.commands.execute('notebook:run-all-cells').then(() => done('ok'), error => done(String(error)));
"""
_CELLS = """
return Array.from(window.jupyterapp.shell.currentWidget.content.widgets).map(
    cell => ({id: cell.model.id, source: cell.model.sharedModel.getSource(), type: cell.model.type}));
"""
_SET_SOURCE = """
const cell = window.jupyterapp.shell.currentWidget.content.widgets[arguments[0]];
cell.model.sharedModel.setSource(arguments[1]);
"""
_ERRORS = """
return window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.outputs).flatMap(cell =>
    cell.model.outputs.toJSON().filter(output => output.output_type === 'error').map(
        error => [cell.model.id, error.ename + ': ' + error.evalue]));
"""


class Page:
    """One browser tab with JupyterLab in it."""

    def __init__(self, driver: webdriver.Chrome, address: str, shots: Path) -> None:
        self.driver, self.address, self.shots = driver, address, shots

    def open(self, path: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        self.driver.get_log("browser")
        self.driver.get(f"{self.address}/lab/tree/{path}?reset")
        self._wait(60, lambda: self._js("return !!(window.jupyterapp && window.jupyterapp.shell.currentWidget)"))
        ready = """const w = window.jupyterapp.shell.currentWidget;
            return !!(w && w.sessionContext && w.content && w.content.widgets && w.content.widgets.length > 1
                      && w.sessionContext.session && w.sessionContext.session.kernel
                      && w.sessionContext.session.kernel.status === 'idle');"""
        self._wait(90, lambda: self._js(ready))
        self.driver.set_window_size(1280, 1600)
        self._js("window.jupyterapp.shell.collapseLeft(); document.body.dataset.ready = '1';")

    def run_all(self) -> None:
        """Run every cell from top to bottom, going on after errors as a learner does."""
        for index, cell in enumerate(self.cells()):
            if cell["type"] == "code":
                self.run(index)

    def run(self, index: int) -> None:
        """Run one cell and wait for it."""
        said = self.driver.execute_async_script(
            """const [index, done] = arguments;
            const app = window.jupyterapp, w = app.shell.currentWidget;
            w.content.activeCellIndex = index;
            w.content.deselectAll();
            app.commands.execute('notebook:run-cell').then(() => done('ok'), e => done(String(e)));""",
            index,
        )
        assert said == "ok", said

    def cells(self) -> list[dict[str, str]]:
        """Id, source and type of every cell."""
        return self._js(_CELLS)

    def index(self, cell_id: str) -> int:
        """Place of a cell by its id."""
        return [cell["id"] for cell in self.cells()].index(cell_id)

    def write(self, cell_id: str, source: str) -> None:
        """Replace the text of a cell."""
        self.driver.execute_script(_SET_SOURCE, self.index(cell_id), source)

    def element(self, cell_id: str) -> WebElement:
        """The cell on the page."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
        return found[self.index(cell_id)]

    def output(self, cell_id: str) -> str:
        """What the cell shows below its code, as text."""
        areas = self.element(cell_id).find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output")
        return "\n".join(str(area.get_property("textContent")) for area in areas)

    def errors(self) -> dict[str, str]:
        """Cells that ended in an error, from the notebook's own outputs: id to what it was."""
        return dict(self._js(_ERRORS))

    def pictures(self, cell_id: str) -> list[str]:
        """Sources of the pictures that a cell shows."""
        images = self.element(cell_id).find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output img")
        return [str(image.get_property("src")) for image in images]

    def pictures_without_alt(self) -> list[str]:
        """Where a picture in an output says nothing at all about itself (an empty alt marks a decoration)."""
        images = self.driver.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output img")
        return [str(image.get_attribute("outerHTML"))[:80] for image in images if image.get_attribute("alt") is None]

    def move_slider(self, cell_id: str, steps: int, which: int = 0) -> None:
        """Move a slider by the arrow keys and wait until the picture follows."""
        before = self.pictures(cell_id)
        handle = self.element(cell_id).find_elements(By.CSS_SELECTOR, ".noUi-handle")[which]
        self._js("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus();", handle)
        for _ in range(abs(steps)):
            handle.send_keys(Keys.ARROW_RIGHT if steps > 0 else Keys.ARROW_LEFT)
        self._wait(20, lambda: self.pictures(cell_id) != before)

    def shoot(self, name: str, cell_id: str | None = None) -> Path:
        """Take a screenshot of a cell, or of the window."""
        path = self.shots / f"{name}.png"
        if cell_id is None:
            self.driver.save_screenshot(str(path))
        else:
            cell = self.element(cell_id)
            self._js("arguments[0].scrollIntoView({block: 'center'});", cell)
            cell.screenshot(str(path))
        return path

    def complaints(self) -> list[str]:
        """Severe messages of the browser's console; what needs the network (badges) or comes from JupyterLab apart."""
        ours = "/api/", "/lab/api", "ERR_NAME_NOT_RESOLVED", "ERR_INTERNET_DISCONNECTED", "beforeunload"
        severe = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [message for message in severe if not any(word in message for word in ours)]

    def _js(self, code: str, *arguments: object) -> object:
        return self.driver.execute_script(code, *arguments)

    def _wait(self, seconds: float, condition: object) -> None:
        WebDriverWait(self.driver, seconds, poll_frequency=0.2).until(lambda _: condition())
