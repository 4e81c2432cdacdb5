"""Rules for prose: pictures say in words what they show, and numbers say where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

LABELS = ("measured", "emulated", "modelled", "published")

_NUMBER = r"(?<![\w.])(?!(?:1[89]|20)\d0s\b)\d[\d.,]*"  # the 1990s are no measurement
_UNIT = (
    r"(?:ns|us|µs|μs|ms|s|seconds?|milliseconds?|microseconds?|[kMGTP]?B/s|[GTP]bit/s|[kMG]?b/s"
    r"|[kMGTPE]?FLOPS|[kMGTPE]?FLOP/s|[GTP]?OPS|m?W|kW|watts?|m?J|k?Wh|[kMG]Hz|fps|\w+/s|\w+ per second)"
)
_WORD = r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|fifty|a hundred|hundred|a thousand|thousand)"
_CLAIMS = [
    re.compile(rf"{_NUMBER}\s?{_UNIT}(?![\w/])"),
    re.compile(r"\\?\$\s?\d[\d.,]*"),
    re.compile(r"(?<![\w.])\d+(?:\.\d+)?[x×](?!\w)"),
    re.compile(
        rf"(?:{_NUMBER}|\b{_WORD})\s(?:times|x|×)\s"
        r"(?:faster|slower|quicker|cheaper|dearer|as (?:fast|slow|quick|cheap))",
        re.IGNORECASE,
    ),
]
_LABELLED = re.compile(rf"\b(?:{'|'.join(LABELS)})\b|<!--\s*no-label:\s*[^\s>-][^>]*-->", re.IGNORECASE)
_NOT_PROSE = [
    re.compile(r"^```.*?^```[^\n]*$", re.MULTILINE | re.DOTALL),
    re.compile(r"`[^`\n]*`"),
    re.compile(r"\$\$.*?\$\$", re.DOTALL),
    # Inline mathematics as Pandoc knows it: no space inside its dollars, no digit behind the second.
    re.compile(r"(?<![\\\w])\$(?=\S)[^$\n]*?[^\s$]\$(?!\d)"),
    re.compile(r"\]\([^)\s]*\)"),
    re.compile(r"https?://\S+"),
]
_PRICE = re.compile(r"\\\$\d[\d.,]*|(?<!\S)\$\d{1,3}(?:,\d{3})+")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(")
_IMAGE_TAG = re.compile(r"<(?:img|svg)\b[^>]*>", re.IGNORECASE)


def missing_alt_text(text: str) -> Iterator[str]:
    """Yield a sentence for every picture in Markdown that doesn't say what it shows."""
    for alt in _IMAGE.findall(text):
        if len(alt.split()) < 2:
            yield "a picture has no alt text: write what it shows between the brackets, ![a dark photograph](...)."
    for tag in _IMAGE_TAG.findall(text):
        if not re.search(r"\b(?:alt|aria-label)\s*=\s*(?:\"[^\"]+\"|'[^']+')", tag):
            yield f'a picture has no alt text: add alt="what it shows" to {tag[:40]}.'


def dollars_as_formula(text: str) -> Iterator[str]:
    """Yield a sentence for each paragraph in which two prices would be set as one formula.

    JupyterLab opens a formula at a dollar sign even where a backslash stands before it.
    """
    for paragraph in paragraphs(text):
        bare = re.sub(r"`[^`]*`", "", paragraph)
        if len(_PRICE.findall(bare)) >= 2:
            yield f"'{_PRICE.search(bare)[0]}' opens a formula in JupyterLab: write the word dollars."  # type: ignore[index]


def unlabelled_numbers(text: str) -> Iterator[str]:
    """Yield a sentence for every paragraph or table row that claims a number without its provenance."""
    for block in paragraphs(text):
        if _LABELLED.search(block):
            continue
        claim = first_claim(block)
        if claim:
            yield (
                f"'{claim}' doesn't say where it comes from: put one of {', '.join(LABELS)} in the same paragraph "
                "or table row, or <!-- no-label: why none is needed -->."
            )


def first_claim(text: str) -> str | None:
    """Return the first number with a unit of time, rate, power, money or speed-up; None when there is none.

    >>> first_claim("The bus carries 25 GB/s each way.")
    '25 GB/s'
    >>> first_claim("A patch of 8 x 8 pixels, three times.")
    """
    for pattern in _NOT_PROSE:
        text = pattern.sub(" ", text)
    found = [match for pattern in _CLAIMS if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start()).group().strip() if found else None


def paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs, and table rows one by one with the head of their table (which may carry the label)."""
    for block in re.split(r"\n\s*\n", _NOT_PROSE[0].sub(" ", text)):
        lines = block.split("\n")
        rows = [line for line in lines if line.lstrip().startswith("|")]
        rest = "\n".join(line for line in lines if not line.lstrip().startswith("|"))
        if rest.strip():
            yield rest
        yield from (f"{rows[0]}\n{row}" for row in rows[1:])
