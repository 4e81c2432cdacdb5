"""The check API, as a learner, a grader and an adversary meet it."""

from __future__ import annotations

import math
import sys
import warnings

import array_api_strict
import numpy as np
import pytest

from gpu_utils import checks
from gpu_utils.arrays import device_memory
from gpu_utils.checks import check
from tests.gpu_utils.check_demo import PICTURE, halve, judge, kinds


def test_a_right_answer_earns_all_points_as_one_plain_float():
    verdict = judge(halve)
    assert verdict.status == "passed"
    assert type(verdict.score) is float
    assert verdict.score == 2.0


@pytest.mark.parametrize(
    ("wrong", "kind", "says"),
    [
        (lambda image: image * 0.25, "value", "row 1, column 3, channel 2"),
        (lambda image: (image * 0.5).astype(np.float64), "dtype", "expected dtype float32, got float64"),
        (lambda image: (image * 0.5)[:1], "shape", "expected shape (2, 4, 3), got (1, 4, 3)"),
        (lambda image: None, "type", "did you forget `return`"),
        (lambda image: (image * 0.5).tolist(), "type", "expected a numpy array, got list"),
        (lambda image: device_memory(image * 0.5), "type", "array_api_strict"),
        (lambda image: image[99], "raised", "IndexError"),
    ],
)
def test_what_is_wrong_is_named_in_one_sentence(wrong, kind, says):
    verdict = judge(wrong)
    assert kinds(verdict)[0] == kind
    assert says in verdict.expectations[0].message
    assert verdict.score == 0.0


def test_an_untouched_stub_is_not_attempted_and_worth_nothing():
    def stub(image):
        raise NotImplementedError()

    verdict = judge(stub)
    assert (verdict.status, verdict.score) == ("not_attempted", 0.0)
    assert "not attempted yet" in verdict.text()
    assert "Traceback" not in verdict.text()


def test_a_deleted_answer_is_a_sentence_and_not_a_traceback():
    with check("ghost") as c:
        c.call(no_such_function, 1).equal(2, "two")  # noqa: F821
    assert c.verdict is not None
    assert "`no_such_function` is not defined: run the cell above" in c.verdict.text()
    assert c.score == 0.0


def test_every_expectation_runs_even_after_one_fails_and_each_counts_the_same():
    with check("double", points=3) as c:
        c.call(lambda x: x + 2, 2).equal(4, "twice two")
        c.call(lambda x: x + 2, 5).equal(10, "twice five")
        c.call(lambda x: x + 2, 0).equal(0, "twice nothing")
    assert [e.passed for e in c.verdict.expectations] == [True, False, False]
    assert c.score == 1.0


def test_raising_errors_everywhere_earns_nothing():
    def refuse(image, factor):
        raise ValueError("no")

    with check("darken", points=2) as c:
        c.call(refuse, PICTURE, 0.5).close(0.5 * PICTURE, "half")
        c.call(refuse, PICTURE, 1.5).raises(ValueError, "too much")
    assert c.score == 0.0
    assert "2 of 3 hold · 0 of 2 points, as no result is right yet" in c.verdict.text()


def test_another_error_than_the_expected_one_does_not_pass():
    with check("strict") as c:
        c.call(lambda: {}["key"]).raises(ValueError, "a ValueError")
    assert kinds(c.verdict) == ["raised"]
    assert "KeyError" in c.verdict.expectations[0].message


def test_nothing_checked_is_never_passed():
    with check("empty", points=5) as c:
        pass
    assert (c.verdict.status, c.score) == ("nothing_checked", 0.0)


@pytest.mark.parametrize("argument", [PICTURE.copy(), [1, 2, 3], {"a": 1}, device_memory(PICTURE[0, 0])])
def test_a_function_that_changes_its_input_is_caught(argument):
    def vandal(thing):
        if isinstance(thing, dict):
            thing["b"] = 2
        else:
            thing[0] = thing[1]
        return 1

    with check("vandal") as c:
        c.call(vandal, argument).equal(1, "gives one")
    assert kinds(c.verdict) == ["ok", "changed_input"]


def test_a_changed_input_does_not_make_a_right_result_look_wrong():
    def in_place(image):
        image *= 0.5
        return image

    picture = PICTURE.copy()
    with check("halve", points=2) as c:
        c.call(in_place, picture).close(0.5 * picture, "half of every value")
        c.call(in_place, picture).close(0.5 * picture, "half again, of the same picture")
    assert kinds(c.verdict) == ["ok", "ok", "changed_input"]
    assert np.array_equal(picture, PICTURE)


def test_inputs_may_change_where_that_is_the_task():
    with check("kernel", inputs_change=True) as c:
        out = np.zeros(3)
        c.call(lambda o: o.fill(1), out)
        c.that(lambda: bool((out == 1).all()), "the output is filled")
    assert c.score == 1.0


def test_an_object_with_a_lying_eq_gains_nothing():
    class Liar(np.ndarray):
        def __eq__(self, other):
            return True

    class Yes:
        shape, dtype = PICTURE.shape, PICTURE.dtype

        def __eq__(self, other):
            return True

    assert kinds(judge(lambda image: np.zeros_like(image).view(Liar)))[0] == "type"
    assert kinds(judge(lambda image: Yes()))[0] == "type"
    with check("number") as c:
        c.call(lambda: Yes()).equal(4, "four")
        c.call(lambda: True).equal(1, "one, and not True")
    assert kinds(c.verdict) == ["type", "type"]


def test_results_must_stay_on_the_device_of_the_input():
    far = device_memory(PICTURE)
    xp = array_api_strict
    with check("stay") as c:
        c.call(lambda image: image * 0.5, far).close(0.5 * PICTURE, "stays")
        c.call(lambda image: xp.asarray(PICTURE * np.float32(0.5)), far).close(0.5 * PICTURE, "comes home")
        c.call(lambda image: np.asarray(image), far).close(PICTURE, "sneaks back")
    assert kinds(c.verdict) == ["ok", "device", "raised", "ok"]


def test_a_round_trip_over_the_host_is_seen():
    def there_and_back(image):
        from gpu_utils.arrays import to_host

        return device_memory(to_host(image) * np.float32(0.5))

    with check("stay") as c:
        c.call(there_and_back, device_memory(PICTURE)).close(0.5 * PICTURE, "computed where it is")
    assert kinds(c.verdict) == ["device", "ok"]
    assert "travelled to the host" in c.verdict.expectations[0].message


def test_bytes_are_right_within_a_rounding_and_ties_go_either_way():
    coded = np.array([[[7, 5, 9]]], dtype=np.uint8)
    with check("bytes") as c:
        for tie in (3, 4):
            got = np.array([[[tie, 3, 5]]], dtype=np.uint8)
            c.call(lambda image, got=got: got, coded).close(
                coded * np.array([0.5, 0.55, 0.55]), "a tie", dtype="uint8", atol=0.501
            )
        cut = (coded * 0.55).astype(np.uint8)
        c.call(lambda image: cut, coded).close(coded * 0.55, "cut off", dtype="uint8", atol=0.501)
    assert kinds(c.verdict) == ["ok", "ok", "value", "ok"]


@pytest.mark.parametrize(
    ("value", "expected", "kind"),
    [
        (3, 3, "ok"),
        (np.int64(3), 3, "ok"),
        (3.0, 3, "type"),
        (np.float64(0.5), 0.5, "ok"),
        (1, 1.0, "ok"),
        (math.nan, 1.0, "value"),
        ("a", "a", "ok"),
        (None, None, "ok"),
        (frozenset("ab"), set("ab"), "ok"),
        (set("a"), set("ab"), "value"),
        ([1, 2], [1, 2], "ok"),
        ((1, 2), [1, 2], "type"),
        ([1], [1, 2], "shape"),
        ({"a": 1.0}, {"a": 1}, "type"),
        ({"a": 1}, {"a": 1, "b": 2}, "value"),
    ],
)
def test_plain_values_are_compared_by_exact_type(value, expected, kind):
    with check("plain") as c:
        c.call(lambda: value).equal(expected, "as expected")
    assert kinds(c.verdict) == [kind]


def test_warnings_and_stderr_of_a_call_stay_inside_and_explain_a_failure(capfd):
    def noisy(image):
        print("debugging", file=sys.stderr)
        warnings.warn("overflow somewhere", stacklevel=1)
        return image

    verdict = judge(noisy)
    assert "overflow somewhere" in verdict.expectations[0].message
    assert capfd.readouterr().err == ""


def test_a_signalling_nan_is_compared_in_silence():
    signalling = np.array([0x7F800001, 0x3F800000], dtype=np.uint32).view(np.float32)
    with warnings.catch_warnings(), check("nan") as c:
        warnings.simplefilter("error")
        c.call(lambda: signalling).equal(np.array([np.nan, 1], dtype=np.float32), "any NaN is a NaN")
    assert kinds(c.verdict) == ["ok"]


def test_fresh_inputs_are_fixed_for_the_learner_and_seeded_by_the_grader(monkeypatch):
    learner = [check("a").rng.integers(1 << 40) for _ in range(2)]
    assert learner[0] == learner[1]
    monkeypatch.setenv(checks.SEED_VARIABLE, "ab12")
    graded = [check("a").rng.integers(1 << 40), check("a").rng.integers(1 << 40), check("b").rng.integers(1 << 40)]
    assert graded[0] == graded[1]
    assert len({learner[0], graded[0], graded[2]}) == 3


def test_a_long_message_is_shown_once_and_kept_for_each():
    def stumbles(image):
        raise ValueError("this picture has no such thing as what the function is looking for")

    with check("halve") as c:
        c.call(stumbles, PICTURE).close(0.5 * PICTURE, "half of every value")
        c.call(stumbles, PICTURE + 1).close(0.5 * PICTURE + 0.5, "of a brighter one too")
    verdict = c.verdict
    assert verdict.text().count("no such thing") == 1 == verdict.html().count("no such thing")
    assert "the same again" in verdict.text()
    assert sum("no such thing" in e.message for e in verdict.expectations) == 2


def test_numbers_that_differ_late_are_written_far_enough_to_see_it():
    with check("one") as c:
        c.call(lambda: np.array([1.00000012])).close(np.array([1.0]), "one", rtol=1e-9)
    assert "expected 1 at position 0, got 1.00000012" in c.verdict.text()


def test_a_place_is_named_as_a_pictures_only_where_there_are_channels():
    def place(shape):
        with check("ones") as c:
            c.call(lambda: np.zeros(shape)).close(np.ones(shape), "ones everywhere")
        return c.verdict.expectations[0].message

    assert "at row 0, column 0, channel 0" in place((2, 2, 3))
    assert "at index [0, 0, 0]" in place((2, 3, 7))
    assert "at index [0, 0, 0, 0]" in place((1, 2, 3, 3))


def test_a_library_that_lacks_an_operation_is_not_an_unwritten_answer():
    def lacks(image):
        raise NotImplementedError('"log_softmax" not implemented for Long')

    assert judge(lacks).status == "failed"
    with check("halve") as c:
        raise NotImplementedError('"log_softmax" not implemented for Long')
    assert c.verdict.status == "failed"
    assert "log_softmax" in c.verdict.text()
