"""A misconception is called by its name only where nothing else would look the same."""

from gpu_utils import recognition
from gpu_utils.verdict import Expectation, Verdict
from tests.gpu_utils.check_demo import judge


def known(wrong, name="quarters instead of halves", hint="Look at the factor."):
    """What the signatures hold of a wrong answer."""
    verdict = judge(wrong)
    failed, n = verdict.failed, len(verdict.expectations)
    return {"n": n, "failed": failed, "fingerprint": verdict.fingerprint, "name": name, "hint": hint}


def know(monkeypatch, *answers):
    monkeypatch.setattr(recognition, "_signatures", lambda: {"halve": [list(answers)]})


def test_a_known_wrong_answer_is_recognised_by_what_it_fails_and_by_the_values_that_it_gives(monkeypatch):
    know(monkeypatch, known(lambda image: image * 0.25))
    verdict = judge(lambda image: image / 4)
    assert "This looks like: quarters instead of halves. Look at the factor." in verdict.text()
    assert "<b>This looks like:</b> quarters instead of halves" in verdict.html()


def test_where_the_values_differ_nothing_is_guessed(monkeypatch):
    know(monkeypatch, known(lambda image: image * 0.25))
    assert judge(lambda image: image * 0.3).looks_like is None


def test_two_that_fail_alike_are_told_apart_by_their_values_or_not_at_all(monkeypatch):
    quarters, thirds = known(lambda image: image * 0.25), known(lambda image: image / 3, "thirds", "Divide by two.")
    know(monkeypatch, quarters, thirds)
    assert judge(lambda image: image / 3).looks_like["name"] == "thirds"
    assert judge(lambda image: image * 0.3).looks_like is None
    know(monkeypatch, quarters, {**quarters, "name": "something else"})
    assert judge(lambda image: image * 0.25).looks_like is None


def test_an_exception_is_recognised_by_what_it_says_only(monkeypatch):
    def stumbles(image):
        raise TypeError("unsupported operand")

    know(monkeypatch, known(stumbles, "mixes text and numbers"))
    assert judge(stumbles).looks_like["name"] == "mixes text and numbers"
    assert judge(lambda image: image.no_such_method()).looks_like is None


def test_a_fingerprint_knows_numbers_to_three_digits_and_no_place_in_the_cell():
    def verdict(message):
        return Verdict("q", 1, 0, "failed", (Expectation("s", False, "value", message),)).fingerprint

    assert verdict("got 0.123456") == verdict("got 0.123457, in line 3 of your cell: `return x`")
    assert verdict("got 0.123") != verdict("got 0.124")
