"""Reads what a student handed in. Whatever the file holds, the result is a value: cells, or a named problem."""

from __future__ import annotations

import json
import stat
import threading
import warnings
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

Cell = dict[str, Any]
MAX_BYTES = 25_000_000
"""Largest notebook that is opened; a lab is released with at most 200 kB."""
MAX_VALUES = 1_500_000
"""Most values in a notebook's JSON: Python keeps an empty list of two characters in sixty bytes."""
_ONE_AT_A_TIME = threading.Lock()
"""Several large notebooks at once would fill the grader's memory."""


@dataclass(frozen=True)
class Reading:
    """Cells of a submitted notebook (`cell_type`, `source`, `metadata`, `id`), or the `problem` that stopped it."""

    cells: list[Cell] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    problem: str | None = None


def find_notebook(folder: Path, slug: str) -> tuple[Path | None, list[str], str | None]:
    """The notebook to grade in a student's folder: (path, repairs, problem)."""
    if not folder.is_dir() or folder.is_symlink():
        return None, [], f"nothing was handed in: there is no folder {slug}"
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix == ".ipynb" and not p.name.startswith("."))
    except OSError as error:
        return None, [], f"the folder can't be opened: {error.strerror}"
    exact = folder / f"{slug}.ipynb"
    if exact in found:
        return exact, [], None
    if not found:
        return None, [], "nothing was handed in: the folder holds no notebook (.ipynb)"
    if len(found) > 1:
        names = ", ".join(p.name for p in found[:5])
        return (
            None,
            [],
            f"none of the {len(found)} notebooks is called {slug}.ipynb ({names}): choose one and rename it",
        )
    return found[0], [f"the notebook was called {found[0].name}: graded as {slug}.ipynb"], None


def read(path: Path) -> Reading:
    """Read a file; never raises."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return Reading(problem=f"{path.name} is not an ordinary file (a link or a device)")
        if status.st_size > MAX_BYTES:
            size = status.st_size / 1e6
            return Reading(problem=f"the file is too large: {size:.0f} MB, at most {MAX_BYTES / 1e6:.0f} MB are read")
        with _ONE_AT_A_TIME if status.st_size > 1_000_000 else nullcontext():
            return parse(path.read_bytes())
    except OSError as error:
        return Reading(problem=f"the file can't be opened: {error.strerror}")


def parse(content: bytes) -> Reading:
    """The notebook in `content`; never raises."""
    repairs: list[str] = []
    text, problem = _decode(content, repairs)
    if problem:
        return Reading(problem=problem)
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        return Reading(problem="the file holds millions of values: clear the notebook's outputs and hand it in again")
    try:
        document = json.loads(text)
    except RecursionError:
        return Reading(problem="the file is nested too deeply to be a notebook")
    except ValueError as error:
        return Reading(problem=_explain(text, error))
    if not isinstance(document, dict):
        return Reading(problem="the file is JSON, but not a notebook")
    try:
        cells = _cells(document, repairs)
    except Exception as error:  # nbformat's upgrades raise many kinds on malformed old notebooks
        return Reading(problem=f"the notebook's structure is broken ({type(error).__name__})")
    if cells is None:
        return Reading(problem="the file is JSON, but not a notebook: it has no list of cells")
    if not cells:
        return Reading(problem="the notebook is empty: it has no cells")
    return Reading(cells, repairs)


def _decode(content: bytes, repairs: list[str]) -> tuple[str, str | None]:
    if len(content) > MAX_BYTES:
        return "", f"the file is too large: {len(content) / 1e6:.0f} MB, at most {MAX_BYTES / 1e6:.0f} MB are read"
    if not content.strip():
        return "", "the file is empty (zero bytes)" if not content else "the file holds only white space"
    if content.startswith(b"\xef\xbb\xbf"):
        repairs.append("the file began with a byte-order mark: ignored")
        content = content[3:]
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return "", f"the file is not UTF-8 text (byte {error.start}): was it saved by an editor, or is it a PDF or ZIP?"


def _explain(text: str, error: ValueError) -> str:
    head = text.lstrip()[:200].lower()
    if head.startswith(("<!doctype", "<html", "<?xml", "<head", "<!--")):
        return "the file is a web page (HTML), not a notebook: hand in the .ipynb, not a saved or exported page"
    position = getattr(error, "pos", 0)
    if position >= len(text.rstrip()) - 1 or "Unterminated string" in str(error):
        return f"the file is cut off after {len(text):,} characters: the upload stopped before the end"
    if head.startswith("{"):
        return f"the file is damaged: not JSON from line {getattr(error, 'lineno', '?')} on"
    return "the file is not a notebook (not JSON)"


def _cells(document: dict[str, Any], repairs: list[str]) -> list[Cell] | None:
    version = (document.get("nbformat"), document.get("nbformat_minor", 0))
    if isinstance(version[0], int) and version[0] < 4 and "worksheets" in document:
        for cell in [c for sheet in document["worksheets"] for c in sheet["cells"] if "outputs" in c]:
            cell["outputs"] = []  # converting copies each of them several times, for nobody
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = nbformat.convert(nbformat.from_dict(document), 4)
        repairs.append(f"the notebook was in format {version[0]}: brought up to format 4")
    elif version[0] == 4 and isinstance(version[1], int) and version[1] < 5:
        repairs.append(f"the notebook was in format 4.{version[1]}: brought up to 4.5")
    cells = document.get("cells")
    if not isinstance(cells, list):
        return None
    return [c for c in (_cell(raw) for raw in cells) if c is not None]


def _cell(raw: Any) -> Cell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", "")
    if isinstance(source, list):
        source = "".join(s for s in source if isinstance(s, str))
    if not isinstance(source, str):
        source = ""
    metadata = raw.get("metadata")
    return {
        "cell_type": raw.get("cell_type") if raw.get("cell_type") in ("code", "markdown", "raw") else "markdown",
        "source": _encodable(source.replace("\r\n", "\n")),
        "metadata": dict(metadata) if isinstance(metadata, dict) else {},
        "id": raw.get("id") if isinstance(raw.get("id"), str) else "",
    }


def _encodable(source: str) -> str:
    """Lone surrogates ("\\ud800" in JSON) can't be written to any file: they become question marks."""
    return source.encode("utf-8", "replace").decode("utf-8")
