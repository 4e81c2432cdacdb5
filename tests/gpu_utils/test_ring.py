"""The ring as a widget: passed by hand, watched as a film, and what a wrong step shows."""

from __future__ import annotations

import re

import pytest

from gpu_utils.widgets import pass_chunks, play_ring
from gpu_utils.widgets.ring import Hands, ring_history


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_ring_is_complete_after_its_last_step_and_not_before(n: int) -> None:
    history = ring_history(n)
    assert [state.steps for state in history] == list(range(2 * n - 1))
    assert history[-1].complete() == n * n
    assert history[n - 1].complete() == n, "after n - 1 steps each sum is complete once"
    assert all(state.complete() < n * n and not state.doubled() for state in history[:-1])


def test_adding_what_is_complete_counts_somebody_twice_for_good() -> None:
    hands = ring_history(3)[2]
    hands.step(1, add=True)
    assert hands.doubled() == 3
    hands.step(0, add=True)
    assert hands.doubled() >= 3
    hands.back()
    hands.back()
    assert not hands.doubled()


def test_a_ring_has_two_to_six_ranks_here() -> None:
    for n in (1, 7):
        with pytest.raises(ValueError, match="2 to 6 ranks"):
            Hands(n)


def by_name(widget: object, name: str):
    found = []

    def walk(node) -> None:
        if getattr(node, "description", None) == name:
            found.append(node)
        for child in getattr(node, "children", ()):
            walk(child)

    walk(widget)
    assert len(found) == 1, f"{len(found)} controls are called {name}"
    return found[0]


def said(widget) -> str:
    return re.sub("<[^>]+>", " ", widget.children[-1].value.split("<svg")[0]).strip()


def test_six_right_rounds_by_hand_finish_the_ring_and_are_told_once() -> None:
    told: list[int] = []
    game = pass_chunks(4, done=told.append)
    for chunk, adds in ((0, True), (3, True), (2, True), (1, False), (0, False), (3, False)):
        by_name(game, "rank 0 sends its chunk").value = chunk
        by_name(game, "its neighbour").value = adds
        by_name(game, "All send").click()
    assert said(game) == "6 steps, 16 of 16 places hold the whole sum. Done: no ring does it in fewer"
    by_name(game, "Take back").click()
    by_name(game, "All send").click()
    assert told == [6]
    by_name(game, "Start again").click()
    assert said(game).startswith("0 steps, 0 of 16")


def test_a_wrong_round_is_said_and_struck_through() -> None:
    game = pass_chunks(3)
    for _ in range(2):
        by_name(game, "All send").click()
    assert "count somebody twice" in said(game)
    assert "line-through" in game.children[-1].value


def test_the_film_moves_by_its_buttons_and_its_slider() -> None:
    film = play_ring(4)
    step = by_name(film, "step")
    by_name(film, "Back").click()
    assert step.value == 0
    by_name(film, "Next").click()
    assert (step.value, said(film)) == (1, "step 1 of 6, adding")
    step.value = 6
    by_name(film, "Next").click()
    assert said(film) == "step 6 of 6, passing on what is complete"


def test_the_picture_is_described_in_words() -> None:
    assert (
        'aria-label="step 0 of 2, at the start. Rank 0 holds A, A. Rank 1 holds B, B."'
        in play_ring(2).children[-1].value
    )
