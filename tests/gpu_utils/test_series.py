"""The series that travels with the package: complete, as published, and credited."""

import json
from importlib import resources
from pathlib import Path

import numpy as np

from gpu_utils.series import credit, months, sea_temperature

FOLDER = resources.files("gpu_utils") / "data" / "series"


def test_every_month_of_61_years_has_a_plausible_temperature():
    values = sea_temperature()
    assert values.shape == months().shape == (61 * 12,)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert 15 < values.min() < values.max() < 32


def test_months_follow_one_another_without_a_gap():
    assert (np.diff(months()) == np.timedelta64(1, "M")).all()
    assert str(months()[0]) == "1950-01"


def test_values_stand_at_their_month():
    """Three values as the file has them, and the two great El Niños, which everybody knows."""
    at = dict(zip(months().astype(str).tolist(), sea_temperature().tolist(), strict=True))
    assert (at["1950-01"], at["1952-03"], at["2010-12"]) == (23.11, 26.37, 22.07)
    usual = np.mean([at[f"{year}-06"] for year in range(1950, 1980)])
    assert at["1983-06"] > usual + 3
    assert at["1997-06"] > usual + 2


def test_writing_into_the_series_does_not_spoil_the_next_one():
    sea_temperature()[:] = 0
    months()[:] = months()[0]
    assert sea_temperature().min() > 15
    assert str(months()[-1]) == "2010-12"


def test_it_is_in_the_public_domain_and_names_its_maker():
    row = json.loads((FOLDER / "credits.json").read_text(encoding="utf-8"))["sea_temperature"]
    assert row["licence"] == "public domain"
    assert "NOAA" in credit() and "public domain" in credit()
    notice = (Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8")
    assert row["file"] in notice and "NOAA" in notice


def test_it_is_small():
    assert len((FOLDER / "sea_temperature.csv").read_bytes()) < 10_000
