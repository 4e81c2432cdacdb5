"""The sheets that learning platforms export: read as they are, filled in one column, written back as they were.

Encoding, byte order mark, delimiter, quotes, line ends and the text of every other cell stay what they were.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from course.grading.cells import Row, split
from course.project import CourseError

PLATFORMS = ("canvas", "moodle", "blackboard")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# By which columns a platform names a student, best first; compared without case.
_IDENTITIES = {
    "canvas": ("sis login id", "sis user id", "id", "student"),
    "moodle": ("username", "id number", "email address", "full name"),
    "blackboard": ("username", "student id"),
}
_PEOPLE = ("student", "full name", "first name", "last name", "surname")
_TOTAL = re.compile(r"\[[^\]\d]*([\d.,]+)")
"""What a Blackboard column is worth, in any language: the first number between its brackets."""
_DECIMAL = {",": re.compile(r"-?\d+,\d+"), ".": re.compile(r"-?\d+\.\d+")}
EXCUSED = ("ex", "excused")
"""What Canvas says of students who need no mark."""


@dataclass
class Sheet:
    """An exported sheet: its rows, and how it was written."""

    platform: str
    name: str
    rows: list[Row]
    encoding: str
    delimiter: str
    first_student: int
    raw_bom: bytes
    naming: tuple[str, ...] = ()
    """Columns that name a student, lower case, best first."""
    filled: set[int] = field(default_factory=set)

    @property
    def head(self) -> list[str]:
        """The names of the columns."""
        return self.rows[0].values

    def students(self) -> list[int]:
        """Row numbers of students."""
        return [i for i in range(self.first_student, len(self.rows)) if any(v.strip() for v in self.rows[i].values)]

    def identities(self, row: int) -> list[str]:
        """By what names the student of a row may be known, best first."""
        found = []
        for value in self._values(row, self.naming):
            found += [value, value.split("@")[0]] if "@" in value else [value]
        return found

    def person(self, row: int) -> str:
        """What an instructor calls the student of a row."""
        name = " ".join(" ".join(self._values(row, _PEOPLE)).split())
        known = next(iter(self._values(row, self.naming)), "")
        if name and known and name != known:
            return f"{name} ({known})"
        return name or known or f"row {row + 1}"

    def _values(self, row: int, names: tuple[str, ...]) -> list[str]:
        columns = {name.strip().lower(): i for i, name in enumerate(self.head)}
        places = [columns[name] for name in names if name in columns]
        return [v for i in places if (v := self.rows[row].value(i).strip())]

    def column(self, wanted: str | None, slug: str) -> int:
        """The column to fill: the one that is named, or the only one that names the lab."""
        names = [i for i, name in enumerate(self.head) if _names(name, wanted, slug)]
        if self.platform == "moodle" and wanted is None:
            if not names:
                names = [i for i, name in enumerate(self.head) if name.strip().lower() == "grade"]
            elif len(names) > 1:  # Moodle exports an item as points, per cent, letter and feedback, as one likes
                names = [i for i in names if self.head[i].strip().lower().endswith("(real)")] or names
        if len(names) != 1:
            listed = ", ".join(repr(name) for name in self.head)
            many = "several columns name" if names else "no column names"
            raise CourseError(f"{self.name}: {many} {wanted or slug}: say --column with one of {listed}.")
        if self.platform == "canvas" and "read only" in self.rows[self.first_student - 1].value(names[0]).lower():
            raise CourseError(f"{self.name}: Canvas takes no marks in {self.head[names[0]]!r}: it is read only.")
        return names[0]

    def points(self, column: int) -> float | None:
        """What the column is worth on the platform; None where the sheet doesn't say."""
        text = ""
        if self.platform == "canvas" and self.first_student > 1:
            text = self.rows[self.first_student - 1].value(column)
        elif self.platform == "moodle":
            lower = [name.strip().lower() for name in self.head]
            if "(percentage)" in lower[column]:
                return 100.0
            if "maximum grade" in lower and len(self.rows) > 1:
                text = self.rows[1].value(lower.index("maximum grade"))
        elif found := _TOTAL.search(self.head[column]):
            text = found[1]
        return _number(text)

    def excused(self, row: int, column: int) -> bool:
        """Whether the platform says that this student needs no mark."""
        return self.platform == "canvas" and self.rows[row].value(column).strip().lower() in EXCUSED

    def put(self, row: int, column: int, mark: float) -> None:
        """Write a mark as the sheet writes numbers."""
        text = f"{mark:.2f}".rstrip("0").rstrip(".")
        if self._decimal_comma:
            text = text.replace(".", ",")
        self.rows[row].put(column, text, self.delimiter, quoted=self.rows[0].quoted(column))
        self.filled.add(row)

    @cached_property
    def _decimal_comma(self) -> bool:
        cells = [v.strip() for row in self.rows for v in row.values]
        commas, dots = (sum(bool(_DECIMAL[mark].fullmatch(v)) for v in cells) for mark in ",.")
        return commas > dots

    def encode(self) -> bytes:
        """The sheet's bytes, with the byte order mark that it came with."""
        codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding)
        if self.raw_bom == codecs.BOM_UTF16_BE:
            codec = "utf-16-be"
        text = "".join(row.text(self.delimiter) for row in self.rows)
        return self.raw_bom + text.encode(codec)


def _number(text: str) -> float | None:
    """A number as people write it: 20, 20.5, 20,5, 1,000.00 or 1.000,00; None for anything else.

    >>> [_number(t) for t in ("20,00", "1,000.00", "1.000,5", "1,000", "N/A")]
    [20.0, 1000.0, 1000.5, 1000.0, None]
    """
    text = text.strip().replace(" ", "").replace("\u00a0", "")
    last = max(text.rfind(","), text.rfind("."))
    whole, part = (text[:last], text[last + 1 :]) if last >= 0 else (text, "")
    if text[last : last + 1] == "," and len(part) == 3:  # a comma before three digits parts the thousands
        whole, part = whole + part, ""
    if not any(c.isdigit() for c in text):
        return None
    try:
        return float(f"{re.sub('[,.]', '', whole)}.{part or 0}")
    except ValueError:
        return None


def _names(name: str, wanted: str | None, slug: str) -> bool:
    if wanted is not None:
        return name.strip() == wanted.strip()
    flat = re.sub(r"[^a-z0-9]+", "_", name.lower())
    return re.search(rf"(?:^|_){re.escape(slug)}(?:_|$)", flat) is not None


def read(path: Path, platform: str, students: str | None = None) -> Sheet:
    """Read an exported sheet; `students` is its column of names. CourseError for what is none, in one sentence."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{path} can't be read ({error.strerror}): name the sheet that {platform} exported."
        ) from error
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise CourseError(f"{path} is an Excel workbook: export it as CSV (Blackboard: tab delimited).")
    bom, encoding = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", ""))
    encoding = encoding or _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} isn't text in {encoding} (byte {error.start}): export it again.") from error
    head = text.lstrip("\ufeff").splitlines()[0] if text.strip() else ""
    delimiter = max("\t,;", key=head.count)
    rows = split(text, delimiter)
    if not rows or len(rows[0].values) < 2:
        raise CourseError(f"{path} has no columns: name the sheet that {platform} exported.")
    known = [name.strip().lower() for name in rows[0].values]
    naming = (students.strip().lower(),) if students else _IDENTITIES[platform]
    if not set(known) & set(naming):
        listed = ", ".join(naming)
        raise CourseError(
            f"{path} doesn't look like a sheet of {platform}: it has none of the columns {listed}. "
            "If it is one in another language, say --students with the column that names them."
        )
    return Sheet(platform, path.name, rows, encoding, delimiter, _first(rows, platform), bom, naming)


def _guess(data: bytes) -> str:
    """UTF-16 without a mark has zeros in every other byte; else UTF-8, else what Western spreadsheets write."""
    if data[1:40:2].count(0) > 10:
        return "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _first(rows: list[Row], platform: str) -> int:
    """Canvas puts one or two rows about the columns, the last of them Points Possible, before the students."""
    if platform == "canvas":
        for i, row in enumerate(rows[1:4], start=1):
            if any(cell.strip().lower() == "points possible" for cell in row.values[:2]):
                return i + 1
    return 1
