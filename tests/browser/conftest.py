"""A real JupyterLab, driven in a real Chromium, on a copy of the labs.

Screenshots go to the folder named by SCREENSHOTS, where somebody can look at them, or else to a temporary one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyterlab_page import Page
from jupyterlab_server import serve
from selenium import webdriver

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with copies of the released and the solved labs, as JupyterLab's root."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "labs", folder / "labs")
    for notebook in (ROOT / "solutions").glob("*/*.ipynb"):
        (folder / "solved" / notebook.parent.name).mkdir(parents=True)
        shutil.copy(notebook, folder / "solved" / notebook.parent.name)
    return folder


@pytest.fixture(scope="session")
def address(workplace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running JupyterLab's address."""
    with serve(tmp_path_factory.mktemp("jupyter"), workplace) as url:
        yield url


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium that talks to this machine only."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1280,1600",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(240)
    # JupyterLab tells by the focus which notebook is current; a window that lost it to another page would have none.
    driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    yield driver
    driver.quit()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """The folder for screenshots."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path / "screenshots")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser: webdriver.Chrome, address: str, shots: Path) -> Page:
    """JupyterLab, ready to open a notebook."""
    return Page(browser, address, shots)
