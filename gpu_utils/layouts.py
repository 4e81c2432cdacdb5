"""Number formats as data: how wide their fields are and what follows from that.

>>> [one.name for one in FORMATS.values() if one.exponent_bits == 8]
['FP32', 'TF32', 'BF16']
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

__all__ = ["FORMATS", "Format", "find", "ieee"]


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: one sign bit, then exponent, then fraction.

    Attributes:
        name: as its makers write it.
        exponent_bits, fraction_bits: widths of the two fields; at most 11 and 52.
        has_infinity: IEEE 754's rule (exponent all ones: infinity and NaNs). Without it, as in E4M3 for deep
            learning, those patterns are numbers and only all ones is NaN (https://arxiv.org/abs/2209.05433).

    >>> FORMATS["fp16"].largest, FORMATS["bf16"].epsilon
    (65504.0, 0.0078125)
    """

    name: str
    exponent_bits: int
    fraction_bits: int
    has_infinity: bool = True

    def __post_init__(self) -> None:
        if not (2 <= operator.index(self.exponent_bits) <= 11 and 1 <= operator.index(self.fraction_bits) <= 52):
            raise ValueError(
                f"a format has 2 to 11 exponent bits and 1 to 52 fraction bits, not {self.exponent_bits} and "
                f"{self.fraction_bits}"
            )

    @property
    def bits(self) -> int:
        """Width of a number, its sign included."""
        return 1 + self.exponent_bits + self.fraction_bits

    @property
    def bias(self) -> int:
        """What the exponent field stands above the exponent."""
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def smallest_exponent(self) -> int:
        """The power of two at which normal numbers begin, -14 in FP16."""
        return 1 - self.bias

    @property
    def smallest_normal(self) -> float:
        """The smallest number that has all its digits."""
        return float(np.ldexp(1.0, self.smallest_exponent))

    @property
    def smallest_subnormal(self) -> float:
        """The smallest number above zero."""
        return float(np.ldexp(1.0, self.smallest_exponent - self.fraction_bits))

    @property
    def epsilon(self) -> float:
        """The gap between 1 and the next larger number."""
        return float(np.ldexp(1.0, -self.fraction_bits))

    @property
    def largest(self) -> float:
        """The largest finite number."""
        exponent = self.bias if self.has_infinity else self.bias + 1
        significand = 2.0 - self.epsilon if self.has_infinity else 2.0 - 2 * self.epsilon
        return float(np.ldexp(significand, exponent))


_TABLE = (
    Format("FP64", 11, 52),
    Format("FP32", 8, 23),
    Format("TF32", 8, 10),
    Format("BF16", 8, 7),
    Format("FP16", 5, 10),
    Format("E5M2", 5, 2),
    Format("E4M3", 4, 3, has_infinity=False),
)
FORMATS = MappingProxyType({one.name.lower(): one for one in _TABLE})
"""The named formats by their names in lower case, widest first. TF32 has 19 bits and travels in 32."""


def ieee(exponent_bits: int, fraction_bits: int) -> Format:
    """The format of these widths under IEEE 754's rule. ValueError for widths that don't fit into float64.

    >>> ieee(4, 3).largest, FORMATS["e4m3"].largest
    (240.0, 448.0)
    """
    return Format(f"IEEE {exponent_bits}-{fraction_bits}", exponent_bits, fraction_bits)


def find(format: Format | str) -> Format:
    """The format of this name, in any case; a `Format` is given back. ValueError names those that there are.

    >>> find("BF16").fraction_bits
    7
    """
    if isinstance(format, Format):
        return format
    if str(format).lower() not in FORMATS:
        raise ValueError(f"there is no format {format!r}; there are {', '.join(FORMATS)}, and ieee(5, 10) makes others")
    return FORMATS[str(format).lower()]
