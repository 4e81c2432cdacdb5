"""Where a number comes from: the label that every figure of the course carries."""

from __future__ import annotations

from enum import Enum


class Provenance(str, Enum):
    """The four labels. A label is never swapped silently for another.

    >>> Provenance("measured") is Provenance.MEASURED
    True
    >>> print(Provenance.MODELLED)
    modelled
    """

    MEASURED = "measured"
    """Observed here, on this machine, in this session."""
    EMULATED = "emulated"
    """Computed bit-exactly in software that stands in for hardware."""
    MODELLED = "modelled"
    """A formula applied to published or measured inputs."""
    PUBLISHED = "published"
    """Somebody else's figure, with its source."""

    def __str__(self) -> str:
        return self.value
