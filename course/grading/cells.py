"""The cells of a sheet with the text that they stood in, so that what isn't filled is written back as it was."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Row:
    """A row: the text of its cells with their quotes, and what ended it."""

    raw: list[str] = field(default_factory=list)
    end: str = ""

    @property
    def values(self) -> list[str]:
        """What the cells hold."""
        return [_value(cell) for cell in self.raw]

    def value(self, column: int) -> str:
        """What a cell holds, "" where the row is too short to have it."""
        return _value(self.raw[column]) if column < len(self.raw) else ""

    def quoted(self, column: int) -> bool:
        """Whether a cell stands in quotes."""
        return column < len(self.raw) and self.raw[column].lstrip().startswith('"')

    def put(self, column: int, value: str, delimiter: str, quoted: bool) -> None:
        """Fill a cell, in quotes where it had them, where `quoted` for one that was empty, or where it must."""
        self.raw += [""] * (column + 1 - len(self.raw))
        had = self.quoted(column) or (quoted and self.quoted(0))
        self.raw[column] = f'"{value}"' if had or delimiter in value else value

    def text(self, delimiter: str) -> str:
        """The row as it will be written."""
        return delimiter.join(self.raw) + self.end


def split(text: str, delimiter: str) -> list[Row]:
    """The rows of a sheet; quoted cells may hold delimiters, line ends and doubled quotes.

    >>> [row.values for row in split('a,"b,""c"\\n1,"two\\nlines"\\n', ",")]
    [['a', 'b,"c'], ['1', 'two\\nlines']]
    """
    rows: list[Row] = []
    row, start, i, size = Row(), 0, 0, len(text)
    while i < size:
        if text[i] == '"' and not text[start:i].strip(" \ufeff"):
            i = _after_quotes(text, i)
        elif text[i] == delimiter:
            row.raw.append(text[start:i])
            i = start = i + 1
        elif text[i] in "\r\n":
            row.raw.append(text[start:i])
            row.end = "\r\n" if text.startswith("\r\n", i) else text[i]
            rows.append(row)
            i += len(row.end)
            row, start = Row(), i
        else:
            i += 1
    if start < size or row.raw:
        row.raw.append(text[start:])
        rows.append(row)
    return rows


def _after_quotes(text: str, start: int) -> int:
    """The place behind the quote that closes the one at `start`."""
    i = start + 1
    while True:
        i = text.find('"', i)
        if i < 0:
            return len(text)
        if not text.startswith('""', i):
            return i + 1
        i += 2


def _value(raw: str) -> str:
    inner = raw.strip(" \ufeff")
    if len(inner) > 1 and inner[0] == inner[-1] == '"':
        return inner[1:-1].replace('""', '"')
    return raw
