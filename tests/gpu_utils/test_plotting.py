"""Figures that describe themselves, keep their words apart and carry the label of every number."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from gpu_utils import plotting
from gpu_utils.plotting.encoding import data_uri
from gpu_utils.plotting.pictures import as_bytes
from gpu_utils.provenance import Provenance
from gpu_utils.roofline import Roof
from gpu_utils.samples import photograph, scene
from gpu_utils.timing import Timing

RUNGS = {"loops": 1.4, "NumPy": Timing("n", (2e-3,) * 3), "GPU": None}
ROOF = Roof("this CPU", 1e11, 2e10, Provenance.MEASURED)
PARTS = {"host to device": 5e-4, "compute": 1e-5, "device to host": 5e-4}
POINTS = {"darken": (0.125, 2.2e9), "gradient": (0.125, 2.0e9), "tint": (0.25, 4e9), "grayscale": (0.3, 4.4e9)}


def words(figure):
    """All texts that are drawn, with their places in pixels."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    return {
        text.get_text(): text.get_window_extent(renderer)
        for axes in figure.axes
        for text in axes.texts
        if text.get_text().strip()
    }


def overlaps(figure):
    return [
        (a, b) for (a, at), (b, bt) in itertools.combinations(words(figure).items(), 2) if at.overlaps(bt) and a != b
    ]


def to_box(point, box):
    return float(np.hypot(*(np.clip(point, box.min, box.max) - point)))


def opened(figure):
    return Image.open(io.BytesIO(plotting.png(figure)))


class TestShow:
    """Nothing is shown without words for those who can't see it."""

    @pytest.fixture
    def displayed(self, monkeypatch):
        shown = []
        monkeypatch.setattr("IPython.display.display", shown.append)
        return shown

    @pytest.mark.parametrize("alt", [None, "", "   "])
    def test_a_figure_without_alt_text_is_refused(self, alt):
        with pytest.raises(ValueError, match="alt text"):
            plotting.show(plotting.new_figure(), alt=alt)

    def test_the_alt_text_is_in_the_image_tag_and_is_the_plain_text(self, displayed):
        plotting.show(plotting.new_figure(2, 1), alt='a "line" < 3')
        assert 'alt="a &quot;line&quot; &lt; 3"' in displayed[0]._repr_html_()
        assert repr(displayed[0]) == 'a "line" < 3'

    def test_our_figures_bring_their_own_description(self, displayed):
        plotting.show(plotting.ladder(RUNGS))
        assert "NumPy 2 ms, measured" in repr(displayed[0])

    def test_a_figure_of_pyplot_is_shown_once_and_closed(self, displayed):
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot

        pyplot.plot([1, 2])
        plotting.show(pyplot.gcf(), alt="a line")
        assert len(displayed) == 1
        assert pyplot.get_fignums() == []

    def test_a_figure_is_its_own_output_in_a_notebook(self):
        figure = plotting.ladder(RUNGS)
        assert figure._repr_html_().startswith('<img alt="Bars of time')
        assert repr(figure) == figure.alt

    def test_photographs_do_not_bloat_a_notebook(self):
        figure = plotting.show_images({"a": photograph("china"), "b": photograph("flower")}, alt="two photographs")
        assert len(figure._repr_html_()) < 450_000


def test_the_style_leaves_no_trace():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with plotting.style():
        assert matplotlib.rcParams["axes.spines.top"] is False
    assert dict(matplotlib.rcParams) == before


def test_each_provenance_differs_in_more_than_colour():
    looks = [plotting.LOOKS[each] for each in Provenance]
    for part in ("colour", "hatch", "marker"):
        assert len({getattr(look, part) for look in looks}) == len(looks)


class TestPictures:
    """Photographs and pixels."""

    @pytest.mark.parametrize(
        "image, byte",
        [
            (np.full((2, 2, 3), 0.5), 128),
            (np.full((2, 2), 200, np.uint8), 200),
            (np.full((2, 2, 3), 7.0), 255),
            (np.full((2, 2), np.nan), 0),
            (np.ones((2, 2), bool), 255),
        ],
    )
    def test_floats_bytes_and_grey_go_to_the_screen_as_bytes(self, image, byte):
        shown = as_bytes(image)
        assert shown.shape == (2, 2, 3) and shown.dtype == np.uint8
        assert (shown == byte).all()

    @pytest.mark.parametrize("shape", [(3,), (2, 2, 4), (0, 5, 3), (1, 2, 2, 3)])
    def test_other_shapes_are_no_pictures(self, shape):
        with pytest.raises(ValueError, match="shape"):
            as_bytes(np.zeros(shape))

    def test_what_lives_on_a_device_can_be_shown(self):
        from gpu_utils.arrays import device_memory

        np.testing.assert_array_equal(as_bytes(device_memory(scene())), scene())

    def test_small_pictures_travel_exactly(self):
        import base64

        picture = scene(9, 7)
        data = base64.b64decode(data_uri(picture).removeprefix("data:image/png;base64,"))
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), picture)

    @pytest.mark.parametrize("images, alt", [({}, "x"), ({"a": scene()}, " ")])
    def test_no_pictures_and_no_words_are_refused(self, images, alt):
        with pytest.raises(ValueError, match="at least one picture and an alt text"):
            plotting.show_images(images, alt=alt)

    def test_every_number_of_a_patch_is_printed_in_its_pixel(self):
        patch = scene(8, 8)
        figure = plotting.pixel_grid(patch, row=100, column=30)
        printed = [text.get_text() for text in figure.axes[0].texts]
        assert printed == ["\n".join(map(str, pixel)) for pixel in patch.reshape(-1, 3)]
        assert figure.axes[0].get_yticklabels()[0].get_text() == "100"
        assert overlaps(figure) == []

    def test_a_patch_too_large_for_its_numbers_is_refused(self):
        with pytest.raises(ValueError, match="at most 16 x 16"):
            plotting.pixel_grid(scene(17, 4))
        plotting.pixel_grid(scene(17, 4), values=False)

    def test_zoom_frames_lie_inside(self):
        assert "8 x 8 pixels from row 419" in plotting.zoom(photograph(), 419, 632).alt
        with pytest.raises(ValueError, match="do not lie inside"):
            plotting.zoom(photograph(), 420, 0)


class TestLadder:
    """Bars of time."""

    def test_each_bar_says_its_value_and_its_label(self):
        said = words(plotting.ladder(RUNGS, provenance={"loops": "modelled"}))
        assert {"1.4 s · modelled", "2 ms · measured", "not on this machine"} <= set(said)

    def test_the_guess_and_the_floor_stand_beside_the_bars(self):
        said = words(plotting.ladder(RUNGS, guesses={"NumPy": 0.1}, floor_s=1e-3))
        assert "your guess: 100 ms" in said
        assert "memory bandwidth says: no faster than this (1 ms)" in said

    @pytest.mark.parametrize("floor_s", [None, 1e-9, 1e-3, 1.9e-3])
    @pytest.mark.parametrize("guess_s", [1e-8, 2e-3, 30.0])
    def test_no_words_cover_each_other_or_leave_the_figure(self, floor_s, guess_s):
        figure = plotting.ladder(RUNGS, guesses={"NumPy": guess_s, "loops": guess_s}, floor_s=floor_s)
        assert overlaps(figure) == []
        for at in words(figure).values():
            assert at.x0 >= 0 and at.x1 <= figure.bbox.width

    @pytest.mark.parametrize("rungs", [{}, {"GPU": None}])
    def test_a_ladder_without_rungs_is_refused(self, rungs):
        with pytest.raises(ValueError, match="at least one rung"):
            plotting.ladder(rungs)

    @pytest.mark.parametrize("time_s", [0.0, -1.0, float("nan")])
    def test_times_that_have_no_place_on_a_log_scale_are_refused(self, time_s):
        with pytest.raises(ValueError, match='"NumPy" lasts'):
            plotting.ladder({"NumPy": time_s})


class TestStacked:
    """The journey and the work."""

    def test_the_total_and_every_part_are_printed_with_the_label(self):
        said = words(plotting.stacked({"GPU": PARTS}, provenance={"GPU": "modelled"}))
        assert {"  1.01 ms · modelled", "compute 10 µs", "500 µs"} <= set(said)

    def test_one_bar_needs_no_name(self):
        assert plotting.stacked(PARTS).alt.startswith("Stacked bars of time. host to device 500 µs")

    def test_parts_are_told_apart_without_colour(self):
        bars = plotting.stacked(PARTS).axes[0].patches
        assert len({bar.get_hatch() for bar in bars}) == 3

    @pytest.mark.parametrize("rows", [{}, {"GPU": {}}])
    def test_nothing_to_stack_is_refused(self, rows):
        with pytest.raises(ValueError, match="at least one part"):
            plotting.stacked(rows)

    def test_a_negative_time_is_refused(self):
        with pytest.raises(ValueError, match="0 or more"):
            plotting.stacked({"compute": -1.0})


class TestRoofline:
    """Dots under a roof."""

    def test_crowded_dots_keep_their_words_apart(self):
        figure = plotting.roofline(ROOF, POINTS, guesses={"tint": (0.25, 1e9)})
        assert overlaps(figure) == []

    @pytest.mark.parametrize("top", [1.0, 0.98, 2.1])
    def test_words_that_stand_near_another_dot_are_tied_to_their_own(self, top):
        crowd = {"attention": (128, 9.8e10), "convolution": (141, top * 1e11), "product": (171, 1e11)}
        figure = plotting.roofline(ROOF, crowd)
        axes, boxes = figure.axes[0], words(figure)
        tied = [text.xy for text in axes.texts if not text.get_text()]
        assert overlaps(figure) == []
        for name, at in crowd.items():
            distances = {
                each: to_box(axes.transData.transform(xy), boxes[f"{name} · measured"]) for each, xy in crowd.items()
            }
            others = [d for each, d in distances.items() if each != name]
            assert at in tied or distances[name] * 2 <= min(others)

    def test_each_dot_carries_its_label_and_its_marker(self):
        figure = plotting.roofline(ROOF, POINTS, provenance={"tint": "modelled"})
        assert {"darken · measured", "tint · modelled"} <= set(words(figure))
        markers = [line.get_marker() for line in figure.axes[0].lines if line.get_ls() == "None"]
        assert markers == ["o", "o", "^", "o"]

    def test_the_roof_has_its_corner_at_the_ridge(self):
        line = plotting.roofline(ROOF, POINTS).axes[0].lines[0]
        assert (ROOF.ridge, ROOF.peak_flops) in zip(*line.get_data(), strict=True)

    @pytest.mark.parametrize("roofs", [[], [ROOF] * 5])
    def test_one_to_four_roofs(self, roofs):
        with pytest.raises(ValueError, match="one to 4 roofs"):
            plotting.roofline(roofs, POINTS)

    def test_a_point_off_the_scale_is_named(self):
        with pytest.raises(ValueError, match='"idle"'):
            plotting.roofline(ROOF, {"idle": (0.0, 1e9)})

    def test_a_roof_without_points_can_be_drawn(self):
        assert "Dots: none" in plotting.roofline(ROOF, {}).alt


@pytest.mark.parametrize(
    "figure",
    [
        lambda: plotting.ladder(RUNGS),
        lambda: plotting.stacked({"a": 1.0}),
        lambda: plotting.roofline(ROOF, POINTS),
        lambda: plotting.pixel_grid(scene(8, 8)),
        lambda: plotting.zoom(photograph(), 100, 100),
    ],
)
def test_figures_fit_a_notebook(figure):
    picture = opened(figure())
    assert picture.width <= 8.8 * 110 + 1
    assert len(plotting.png(figure())) < 300_000
