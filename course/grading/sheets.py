"""The sheets that learning platforms export: read as they are, filled in one column, written back as they were.

Encoding, byte order mark, delimiter, line ends and the text of every other cell stay what they were.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course.project import CourseError

PLATFORMS = ("canvas", "moodle", "blackboard")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# By which columns a platform names a student, best first; compared without case.
_IDENTITIES = {
    "canvas": ("sis login id", "sis user id", "id", "student"),
    "moodle": ("username", "id number", "email address", "full name"),
    "blackboard": ("username", "student id"),
}
_TOTAL = re.compile(r"\[Total Pts: (?:up to )?([\d.,]+)", re.IGNORECASE)


@dataclass
class Sheet:
    """An exported sheet: its rows, and how it was written."""

    platform: str
    name: str
    rows: list[list[str]]
    encoding: str
    delimiter: str
    quoted: bool
    newline: str
    first_student: int
    raw_bom: bytes

    @property
    def head(self) -> list[str]:
        """The names of the columns."""
        return self.rows[0]

    def students(self) -> range:
        """Row numbers of students."""
        return range(self.first_student, len(self.rows))

    def identities(self, row: int) -> list[str]:
        """By what names the student of a row may be known, best first."""
        columns = {name.strip().lower(): i for i, name in enumerate(self.head)}
        found = []
        for name in _IDENTITIES[self.platform]:
            if name in columns and columns[name] < len(self.rows[row]):
                value = self.rows[row][columns[name]].strip()
                found += [value, value.split("@")[0]] if "@" in value else [value]
        return [value for value in found if value]

    def column(self, wanted: str | None, slug: str) -> int:
        """The column to fill: the one that is named, or the only one that names the lab."""
        names = [i for i, name in enumerate(self.head) if _names(name, wanted, slug)]
        if self.platform == "moodle" and wanted is None and not names:
            names = [i for i, name in enumerate(self.head) if name.strip().lower() == "grade"]
        if len(names) == 1:
            return names[0]
        listed = ", ".join(repr(name) for name in self.head)
        what = wanted or slug
        many = "several columns name" if names else "no column names"
        raise CourseError(f"{self.name}: {many} {what}: say --column with one of {listed}.")

    def points(self, column: int) -> float:
        """What the column is worth on the platform; 100 where the sheet doesn't say."""
        text = ""
        if self.platform == "canvas" and self.first_student > 1:
            text = self.rows[self.first_student - 1][column]
        elif self.platform == "moodle":
            lower = [name.strip().lower() for name in self.head]
            if "maximum grade" in lower and len(self.rows) > 1:
                text = self.rows[1][lower.index("maximum grade")]
        elif found := _TOTAL.search(self.head[column]):
            text = found[1]
        try:
            return float(text.strip().replace(",", "."))
        except ValueError:
            return 100.0

    def text(self) -> str:
        """The sheet as it will be written."""
        out = io.StringIO()
        quoting: Literal[0, 1] = csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL  # all cells, or where needed
        csv.writer(out, delimiter=self.delimiter, quoting=quoting, lineterminator=self.newline).writerows(self.rows)
        return out.getvalue()

    def encode(self) -> bytes:
        """The sheet's bytes, with the byte order mark that it came with."""
        codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding)
        if self.raw_bom == codecs.BOM_UTF16_BE:
            codec = "utf-16-be"
        return self.raw_bom + self.text().encode(codec)


def _names(name: str, wanted: str | None, slug: str) -> bool:
    if wanted is not None:
        return name.strip() == wanted.strip()
    flat = re.sub(r"[^a-z0-9]+", "_", name.lower())
    return re.search(rf"(?:^|_){re.escape(slug)}(?:_|$)", flat) is not None


def read(path: Path, platform: str) -> Sheet:
    """Read an exported sheet. CourseError for what is none, in one sentence."""
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
    newline = "\r\n" if "\r\n" in text else "\n"
    head = text.lstrip("\ufeff").splitlines()[0] if text.strip() else ""
    delimiter = max("\t,;", key=head.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not rows or len(rows[0]) < 2:
        raise CourseError(f"{path} has no columns: name the sheet that {platform} exported.")
    if rows[-1] == []:
        rows.pop()
    quoted = head.count('"') >= 2 * len(rows[0])
    known = {name.strip().lower() for name in rows[0]}
    if not known & set(_IDENTITIES[platform]):
        listed = ", ".join(_IDENTITIES[platform])
        raise CourseError(f"{path} doesn't look like a sheet of {platform}: it has none of the columns {listed}.")
    return Sheet(platform, path.name, rows, encoding, delimiter, quoted, newline, _first(rows, platform), bom)


def _guess(data: bytes) -> str:
    """UTF-16 without a mark has zeros in every other byte; else UTF-8, else what Western spreadsheets write."""
    if data[1:40:2].count(0) > 10:
        return "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _first(rows: list[list[str]], platform: str) -> int:
    """Canvas puts one or two rows about the columns, the last of them Points Possible, before the students."""
    if platform == "canvas":
        for i, row in enumerate(rows[1:4], start=1):
            if any(cell.strip().lower() == "points possible" for cell in row[:2]):
                return i + 1
    return 1
