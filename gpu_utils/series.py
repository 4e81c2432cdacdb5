"""A series to forecast that travels with the package: sea temperatures, month by month, with their source."""

from __future__ import annotations

import csv
import functools
import json
from importlib import resources
from typing import Any

__all__ = ["credit", "months", "sea_temperature"]

_NAME = "sea_temperature"


def sea_temperature() -> Any:
    """Temperature of the sea off Peru and Ecuador, in degrees Celsius, one value a month from 1950 to 2010.

    The region is the one that climatologists call Niño 1+2, where El Niño arrives first: 0 to 10 degrees south, 90
    to 80 degrees west. Values are monthly means of NOAA's reconstruction ERSST.v3b; `credit` says whose they are.

    Returns:
        A fresh NumPy array, float64, (732,): January 1950 first, December 2010 last, no gaps.

    >>> sea_temperature().shape
    (732,)
    """
    return _table()[1].copy()


def months() -> Any:
    """The month of each value of `sea_temperature`.

    Returns:
        A fresh NumPy array, datetime64[M], (732,).

    >>> months()[[0, -1]]
    array(['1950-01', '2010-12'], dtype='datetime64[M]')
    """
    return _table()[0].copy()


def credit() -> str:
    """Whose measurements they are, and on what terms we may carry them.

    >>> print(credit().partition(" by ")[2])
    NOAA, National Weather Service, Climate Prediction Center (ERSST.v3b), public domain
    """
    row = json.loads((_folder() / "credits.json").read_text(encoding="utf-8"))[_NAME]
    return f"{row['title']}, by {row['author']}, {row['licence']}"


def _folder() -> Any:
    return resources.files("gpu_utils") / "data" / "series"


@functools.cache
def _table() -> tuple[Any, Any]:
    """Months and values. The file has one row a year: the year, then January to December."""
    import numpy as np

    _, *rows = csv.reader((_folder() / f"{_NAME}.csv").read_text(encoding="utf-8").splitlines())
    first = np.datetime64(f"{rows[0][0]}-01", "M")
    values = np.array([float(value) for row in rows for value in row[1:]])
    return first + np.arange(len(values)), values
