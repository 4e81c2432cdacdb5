"""Numbers as people read them."""

import math

import pytest

from gpu_utils import quantities


@pytest.mark.parametrize(
    "seconds, said",
    [
        (0, "0 s"),
        (50e-9, "50 ns"),
        (83e-6, "83 µs"),
        (999.96e-6, "1 ms"),
        (0.01234, "12.3 ms"),
        (1.5, "1.5 s"),
        (119, "119 s"),
        (150, "2.5 min"),
        (5400, "1.5 h"),
        (3 * 86400, "3 days"),
        (-0.002, "-2 ms"),
        (math.inf, "inf s"),
    ],
)
def test_seconds(seconds, said):
    assert quantities.seconds(seconds) == said


@pytest.mark.parametrize(
    "value, said",
    [(1, "1 B"), (819_840, "820 kB"), (144e6, "144 MB"), (999_999, "1 MB"), (2e18, "2000 PB")],
)
def test_bytes(value, said):
    assert quantities.nbytes(value) == said


@pytest.mark.parametrize(
    "value, said", [(40 * 2**30, "40 GiB"), (512 * 2**20, "512 MiB"), (16_106_127_360, "15 GiB"), (0, "0 MiB")]
)
def test_memory_is_counted_in_powers_of_two(value, said):
    assert quantities.memory(value) == said


def test_rates():
    assert quantities.rate(12.4e9) == "12.4 GB/s"
    assert quantities.rate(19.5e12, "FLOP") == "19.5 TFLOP/s"
