"""Photographs that may travel with us, and scenes that a seed draws."""

from importlib import resources

import numpy as np
import pytest

from gpu_utils.samples import credit, photograph, photographs, scene

SIZES = {"astronaut": (512, 512, 3), "china": (427, 640, 3), "flower": (427, 640, 3)}


@pytest.mark.parametrize("name", photographs())
def test_each_photograph_has_its_size_and_is_really_a_picture(name):
    picture = photograph(name)
    assert picture.shape == SIZES[name]
    assert picture.dtype == np.uint8
    assert picture.std() > 40


@pytest.mark.parametrize("name", photographs())
def test_each_photograph_names_its_author_and_licence(name):
    assert any(licence in credit(name) for licence in ("CC BY", "public domain"))
    assert " by " in credit(name)


def test_channels_come_as_red_green_blue():
    red, _, blue = photograph("flower")[150:250, 280:360].mean(axis=(0, 1))  # the orange blossom
    assert red > 2 * blue


def test_writing_into_a_photograph_does_not_spoil_the_next_one():
    photograph("china")[:] = 0
    assert photograph("china").max() == 255


@pytest.mark.parametrize("size", [(8, 8), (100, 300), (600, 20)])
def test_a_size_is_height_then_width(size):
    assert photograph("astronaut", size).shape == (*size, 3)


def test_resizing_does_not_stretch():
    wide = photograph("china", (100, 640))
    assert np.abs(wide.astype(int) - photograph("china")[163:263].astype(int)).mean() < 25


@pytest.mark.parametrize("ask", [lambda: photograph("lena"), lambda: credit("lena")])
def test_an_unknown_name_lists_the_known_ones(ask):
    with pytest.raises(ValueError, match="choose from astronaut, china, flower"):
        ask()


@pytest.mark.parametrize("size", [(0, 10), (10, -1)])
def test_an_empty_size_is_refused(size):
    with pytest.raises(ValueError, match="at least"):
        photograph("china", size)


class TestScene:
    """Pictures for tests."""

    def test_the_same_seed_draws_the_same_picture(self):
        np.testing.assert_array_equal(scene(seed=7), scene(seed=7))
        assert (scene(seed=7) != scene(seed=8)).any()

    @pytest.mark.parametrize("height, width", [(1, 1), (5, 9), (64, 96)])
    def test_every_size_can_be_had(self, height, width):
        assert scene(height, width).shape == (height, width, 3)

    def test_swapped_axes_and_channels_would_be_noticed(self):
        picture = scene(32, 32, seed=3).astype(int)
        assert (picture != picture.transpose(1, 0, 2)).any()
        assert len({picture[..., c].sum() for c in range(3)}) == 3

    def test_no_picture_is_refused(self):
        with pytest.raises(ValueError, match="at least one row"):
            scene(0, 5)


def test_the_photographs_stay_small_enough_for_a_wheel():
    folder = resources.files("gpu_utils") / "data" / "photographs"
    assert sum(len(each.read_bytes()) for each in folder.iterdir()) < 700_000
