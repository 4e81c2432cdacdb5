"""Reads a lab's source: py:percent, one marker a cell that says what the cell is for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jupytext

from course.project import CourseError

ROLES = ("setup", "answer", "test", "written", "given")
_KEYS = {*ROLES, "title", "minutes", "hardware", "tier", "needs", "points", "hidden", "tests", "tags", "jupyter"}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,58}")
_MARKER = re.compile(r"^# %%(?!%)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell of a source. `role` is one of ROLES, "title", "prose" or "code"; `place` is file and line."""

    role: str
    name: str
    text: str
    is_code: bool
    place: str
    points: float = 0
    hidden: bool = False
    tier: str = "core"
    needs: tuple[str, ...] = ()
    tests: str = "basic,full"
    tags: tuple[str, ...] = ()
    jupyter: tuple[tuple[str, Any], ...] = ()

    @property
    def question(self) -> str:
        """The question that the cell belongs to: tests are named after their answer."""
        return self.name.rsplit("-", 1)[0] if self.role == "test" else self.name


@dataclass(frozen=True)
class Source:
    """A lab as its author wrote it."""

    slug: str
    cells: tuple[Cell, ...]
    minutes: int
    hardware: str

    def of_role(self, *roles: str) -> list[Cell]:
        """Return the cells that have one of these roles, in order."""
        return [cell for cell in self.cells if cell.role in roles]

    @property
    def graded(self) -> bool:
        """Whether any test is worth a point; the warm-up's aren't."""
        return any(cell.points for cell in self.of_role("test"))

    def points(self, tier: str) -> float:
        """Return the points of a tier, tests and written answers together."""
        return sum(cell.points for cell in self.of_role("test", "written") if cell.tier == tier)


def read_source(path: Path, name: str | None = None) -> Source:
    """Read and check the source of a lab.

    `name` is how messages call the file. Raises CourseError, with file and line, for anything that the
    build could only guess at: a marker that doesn't exist, a test without its answer, no title, ...
    """
    name = name or str(path)
    cells = [_cell(meta, text, is_code, place) for meta, text, is_code, place in read_percent(path, name)]
    cells = _inherit_tiers(cells)
    _check_names(cells)
    _check_frame(cells, name)
    minutes, hardware = _title_facts(path, name)
    return Source(path.stem, tuple(cells), minutes, hardware)


def read_percent(path: Path, name: str) -> list[tuple[dict[str, Any], str, bool, str]]:
    """Return the cells of a py:percent file as (metadata, text, is_code, "file:line")."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CourseError(f"there is no {name}.") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{name} isn't UTF-8 (byte {error.start}): save it as UTF-8.") from error
    lines = [text.count("\n", 0, match.start()) + 1 for match in _MARKER.finditer(text)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) == len(lines) + 1:
        lines = [1, *lines]
    places = [f"{name}:{line}" for line in lines] if len(lines) == len(cells) else [name] * len(cells)
    return [
        (dict(cell.metadata), str(cell.source).strip("\n"), cell.cell_type == "code", place)
        for cell, place in zip(cells, places, strict=True)
        if cell.source or cell.metadata
    ]


def _cell(meta: dict[str, Any], text: str, is_code: bool, place: str) -> Cell:
    meta.pop("lines_to_next_cell", None)
    for key in meta:
        if key not in _KEYS:
            nearest = difflib.get_close_matches(key, _KEYS, n=1)
            guess = f"; did you mean '{nearest[0]}'?" if nearest else f"; use one of {', '.join(sorted(_KEYS))}."
            raise CourseError(f"{place}: there is no marker '{key}'{guess}")
    roles = [role for role in ROLES if role in meta] + (["title"] if meta.get("title") is True else [])
    if len(roles) > 1:
        raise CourseError(f"{place}: a cell is one of {' or '.join(roles)}, not both; split it.")
    role = roles[0] if roles else ("code" if is_code else "prose")
    cell = Cell(
        role=role,
        name=str(meta[role]) if role in ROLES and role != "setup" else "",
        text=text,
        is_code=is_code,
        place=place,
        points=_points(meta, role, place),
        hidden=meta.get("hidden") is True,
        tier=str(meta.get("tier", "core")),
        needs=_names(meta.get("needs", "")),
        tests=str(meta.get("tests", "basic,full")),
        tags=tuple(meta.get("tags", ())),
        jupyter=tuple(sorted(meta.get("jupyter", {}).items())),
    )
    _check_cell(cell)
    return cell


def _points(meta: dict[str, Any], role: str, place: str) -> float:
    value = meta.get("points")
    if role not in ("test", "written"):
        if value is not None:
            raise CourseError(f"{place}: points belong on tests and written answers, not on this cell.")
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise CourseError(f"{place}: say what the cell is worth, for example points=2 (it says {value!r}).")
    return value


def _names(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple(name for part in parts if (name := str(part).strip()))


def _check_cell(cell: Cell) -> None:
    place, role = cell.place, cell.role
    if role in ROLES and role != "setup" and not _NAME.fullmatch(cell.name):
        raise CourseError(f"{place}: '{cell.name}' can't name a cell: letters, digits, - and _, at most 58.")
    if role in ("answer", "test", "given", "setup") and not cell.is_code:
        raise CourseError(f"{place}: {role} is for code cells; this one is [markdown].")
    if role in ("written", "title") and cell.is_code:
        raise CourseError(f"{place}: {role} is for [markdown] cells; this one is code.")
    if cell.tier not in ("core", "stretch"):
        raise CourseError(f'{place}: tier is "core" or "stretch", not {cell.tier!r}.')
    if cell.tests not in ("basic,full", "basic", "full", "none"):
        raise CourseError(f'{place}: tests is "basic", "full" or "none" (both unless it is said).')
    if cell.hidden and role != "test":
        raise CourseError(f"{place}: only a test can be hidden.")
    if role == "setup" and cell.text:
        raise CourseError(f"{place}: leave the setup cell empty; the build writes it.")
    if role == "answer" and not re.search(r"### BEGIN SOLUTION\n(.|\n)*### END SOLUTION", cell.text):
        raise CourseError(f"{place}: put '### BEGIN SOLUTION' and '### END SOLUTION' around the answer.")
    if role != "answer" and re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", cell.text):
        raise CourseError(f"{place}: nbgrader's BEGIN/END marks belong in answer cells only; mark the cell instead.")
    if cell.hidden and not re.match(r"#[^\n]*\n(.|\n)*[^#\s]", cell.text):
        raise CourseError(f"{place}: a hidden test starts with a comment (it stays visible); tests follow it.")


def _inherit_tiers(cells: list[Cell]) -> list[Cell]:
    """Give every test the tier and the needs of its answer."""
    answers = {cell.name: cell for cell in cells if cell.role == "answer"}
    done = []
    for cell in cells:
        if cell.role == "test":
            if cell.question not in answers:
                raise CourseError(
                    f"{cell.place}: test '{cell.name}' has no answer cell '{cell.question}' before it; "
                    "call it <answer>-basic or <answer>-full."
                )
            answer = answers[cell.question]
            cell = replace(cell, tier=answer.tier, needs=answer.needs)
        done.append(cell)
    return done


def _check_names(cells: Iterable[Cell]) -> None:
    seen: dict[str, str] = {}
    answered: set[str] = set()
    for cell in cells:
        if not cell.name:
            continue
        key = f"given-{cell.name}" if cell.role == "given" else cell.name
        if key in seen or key == "setup":
            raise CourseError(f"{cell.place}: the name '{key}' is taken by {seen.get(key, 'the setup cell')}.")
        seen[key] = cell.place
        if cell.role == "test" and cell.question not in answered:
            raise CourseError(f"{cell.place}: test '{cell.name}' stands before its answer; move it behind.")
        if cell.role == "answer":
            for need in cell.needs:
                if need not in answered:
                    raise CourseError(f"{cell.place}: '{cell.name}' needs '{need}', which no earlier cell answers.")
            answered.add(cell.name)


def _check_frame(cells: list[Cell], name: str) -> None:
    titles = [cell for cell in cells if cell.role == "title"]
    if len(titles) != 1 or cells[0] is not titles[0]:
        raise CourseError(
            f'{name}: the first cell, and only it, is "# %% [markdown] title=true minutes=90 hardware=...".'
        )
    for place_holder in ("{badges}", "{line}"):
        if titles[0].text.count(place_holder) != 1:
            raise CourseError(f"{titles[0].place}: the title cell has {place_holder} once; the build fills it.")
    if sum(cell.role == "setup" for cell in cells) != 1:
        raise CourseError(f'{name}: a lab has one "# %% setup=true" cell.')


def _title_facts(path: Path, name: str) -> tuple[int, str]:
    meta, _, _, place = read_percent(path, name)[0]
    minutes, hardware = meta.get("minutes"), meta.get("hardware")
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= 600:
        raise CourseError(f"{place}: say how long an average learner needs, for example minutes=90.")
    if not isinstance(hardware, str) or not hardware.strip():
        raise CourseError(f'{place}: say what hardware changes, for example hardware="a GPU adds a rung".')
    return minutes, hardware.strip()
