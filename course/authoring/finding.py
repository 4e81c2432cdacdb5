"""What a rule has to say about a lab."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing to put right: where, which cell, and a sentence that ends in what to do."""

    place: str
    cell: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place} [{self.cell}] {self.sentence}"
