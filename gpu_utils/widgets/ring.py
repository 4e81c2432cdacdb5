"""Chunks that go round a ring of ranks: watched step by step, and passed by hand.

What a rank holds of each chunk is written as letters, one for each rank whose numbers are in the sum: A for rank 0, B
for rank 1. The letters show at once what a wrong step breaks: somebody is missing, or counted twice.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from typing import Any

from gpu_utils.widgets.controls import buttons, slider

__all__ = ["Hands", "pass_chunks", "play_ring", "ring_history"]

Held = tuple[tuple[str, ...], ...]
_LETTERS = "ABCDEF"
_COLOURS = ("#0072B2", "#A33F00", "#00694B", "#8C3A68", "#6b6b6b", "#1b1b1b")  # each dark enough for white letters


class Hands:
    """What each rank holds of each chunk, and the steps taken so far.

    Args:
        n: how many ranks, and chunks; 2 to 6.

    Raises:
        ValueError: another number of ranks.

    >>> hands = Hands(2)
    >>> hands.step(0, add=True)
    >>> hands.held
    (('A', 'AB'), ('AB', 'B'))
    """

    def __init__(self, n: int = 4) -> None:
        if not 2 <= n <= len(_LETTERS):
            raise ValueError(f"a ring has 2 to {len(_LETTERS)} ranks here, not {n}")
        self.n = n
        self.past: list[tuple[Held, int | None, bool]] = []
        self.held: Held = tuple(tuple(_LETTERS[rank] for _ in range(n)) for rank in range(n))
        self.sent: int | None = None
        self.added = False

    def step(self, first: int, *, add: bool) -> None:
        """All send at once: rank r its chunk (first + r) % n, which its neighbour adds to its own, or keeps instead.

        >>> hands = Hands(3)
        >>> hands.step(1, add=False)
        >>> hands.held[1]
        ('B', 'A', 'B')
        """
        self.past.append((self.held, self.sent, self.added))
        after = [list(row) for row in self.held]
        for rank in range(self.n):
            chunk, to = (first + rank) % self.n, (rank + 1) % self.n
            arriving = self.held[rank][chunk]
            after[to][chunk] = "".join(sorted(self.held[to][chunk] + arriving)) if add else arriving
        self.held = tuple(tuple(row) for row in after)
        self.sent, self.added = first % self.n, add

    def back(self) -> None:
        """Take the last step back; nothing happens at the start.

        >>> hands = Hands(2)
        >>> hands.step(0, add=True)
        >>> hands.back()
        >>> hands.held == Hands(2).held
        True
        """
        if self.past:
            self.held, self.sent, self.added = self.past.pop()

    @property
    def steps(self) -> int:
        """How many steps were taken.

        >>> Hands(4).steps
        0
        """
        return len(self.past)

    def complete(self) -> int:
        """How many of the n * n places hold the sum of all ranks.

        >>> Hands(2).complete()
        0
        """
        return sum(cell == _LETTERS[: self.n] for row in self.held for cell in row)

    def doubled(self) -> int:
        """How many places count some rank more than once.

        >>> hands = Hands(2)
        >>> hands.step(0, add=True)
        >>> hands.step(0, add=True)
        >>> hands.doubled()
        2
        """
        return sum(len(set(cell)) < len(cell) for row in self.held for cell in row)


def ring_history(n: int) -> list[Hands]:
    """The ring all-reduce as a list of states: at the start, and after each of its 2 (n - 1) steps.

    >>> [state.complete() for state in ring_history(3)]
    [0, 0, 3, 6, 9]
    """
    history = []
    for steps in range(2 * n - 1):
        hands = Hands(n)
        for step in range(steps):
            hands.step(-step % n if step < n - 1 else (1 - (step - (n - 1))) % n, add=step < n - 1)
        history.append(hands)
    return history


def play_ring(n: int = 4) -> Any:
    """The ring all-reduce as a film: a slider, Back and Next, and a player that can be paused.

    Args:
        n: how many ranks.

    Returns:
        A widget.

    >>> film = play_ring(3)
    >>> "step 0 of 4" in film.children[-1].value
    True
    """
    import ipywidgets

    history = ring_history(n)
    last = len(history) - 1
    step = slider("step", (0, last, 1, 0))
    player = ipywidgets.Play(value=0, min=0, max=last, step=1, interval=1500, tooltip="play, pause, stop")
    back, forward = _button("Back", "one step back"), _button("Next", "one step on")
    shown = ipywidgets.HTML()

    def update(_: Any = None) -> None:
        at = step.value
        phase = "at the start" if at == 0 else "adding" if at < n else "passing on what is complete"
        shown.value = _picture(history[at], f"step {at} of {last}, {phase}")

    back.on_click(lambda _: setattr(step, "value", max(0, step.value - 1)))
    forward.on_click(lambda _: setattr(step, "value", min(last, step.value + 1)))
    ipywidgets.jslink((player, "value"), (step, "value"))
    step.observe(update, names="value")
    update()
    return ipywidgets.VBox([ipywidgets.HBox([player, back, forward]), step, shown])


def pass_chunks(n: int = 4, done: Callable[[int], Any] | None = None) -> Any:
    """The same by hand: the learner says which chunk is sent, and whether it is added or kept.

    Args:
        n: how many ranks.
        done: called once with the number of steps when every rank holds every sum.

    Returns:
        A widget.

    >>> game = pass_chunks(3)
    >>> "0 of 9 places" in game.children[-1].value
    True
    """
    import ipywidgets

    hands = Hands(n)
    told: list[int] = []
    chunk = buttons("rank 0 sends its chunk", {str(each): each for each in range(n)})
    mode = buttons("its neighbour", {"adds it to its own": True, "keeps it instead": False})
    go, back = (
        _button("All send", "every rank sends, chunk numbers shifted by rank"),
        _button("Take back", "one step back"),
    )
    again = _button("Start again", "back to the start")
    shown = ipywidgets.HTML()

    def update() -> None:
        good, twice = hands.complete(), hands.doubled()
        words = f"{hands.steps} steps, {good} of {n * n} places hold the whole sum"
        if twice:
            words += f"; {twice} count somebody twice, and nothing can take that out again"
        elif good == n * n:
            extra = hands.steps - 2 * (n - 1)
            words += ". Done: " + ("no ring does it in fewer" if not extra else f"{extra} more steps than needed")
            if done is not None and not told:
                told.append(hands.steps)
                done(hands.steps)
        shown.value = _picture(hands, words)

    def send(_: Any) -> None:
        hands.step(chunk.value, add=mode.value)
        update()

    def take_back(_: Any) -> None:
        hands.back()
        update()

    def start_again(_: Any) -> None:
        while hands.steps:
            hands.back()
        update()

    go.on_click(send)
    back.on_click(take_back)
    again.on_click(start_again)
    update()
    return ipywidgets.VBox([chunk, mode, ipywidgets.HBox([go, back, again]), shown])


def _button(words: str, tooltip: str) -> Any:
    import ipywidgets

    return ipywidgets.Button(description=words, tooltip=tooltip, layout={"width": "auto"})


def _picture(hands: Hands, words: str) -> str:
    """The ring as SVG, with what it shows in words above it."""
    n, wide, high = hands.n, 720, 400
    cell = 46 if n <= 4 else 40 if n == 5 else 34
    box_w, box_h = cell * n + 10, 56
    centres = [
        (
            wide / 2 + (wide / 2 - box_w / 2 - 8) * math.sin(2 * math.pi * rank / n),
            high / 2 - (high / 2 - box_h / 2 - 8) * math.cos(2 * math.pi * rank / n),
        )
        for rank in range(n)
    ]
    parts = [_arrows(hands, centres, box_w, box_h)]
    for rank, (x, y) in enumerate(centres):
        parts.append(_rank(hands, rank, x - box_w / 2, y - box_h / 2, cell, box_w, box_h))
    held = " ".join(f"Rank {rank} holds {', '.join(row)}." for rank, row in enumerate(hands.held))
    alt = html.escape(f"{words}. {held}", quote=True)
    return (
        f'<div role="status"><p style="margin:4px 0"><b>{html.escape(words)}</b></p>'
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 {wide} {high}" style="max-width:720px;width:100%;height:auto;'
        f'background:#fff;font-family:DejaVu Sans,sans-serif">{"".join(parts)}</svg></div>'
    )


def _arrows(hands: Hands, centres: list[tuple[float, float]], box_w: float, box_h: float) -> str:
    parts = [
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#6b6b6b"/></marker></defs>'
    ]
    for rank, start in enumerate(centres):
        end = centres[(rank + 1) % hands.n]
        (x1, y1), (x2, y2) = _edge(start, end, box_w, box_h), _edge(end, start, box_w, box_h)
        if hands.n == 2:  # there and back beside each other
            shift = 26 if rank == 0 else -26
            x1, x2 = x1 + shift, x2 + shift
        line = f"M{x1:.0f} {y1:.0f} L{x2:.0f} {y2:.0f}"
        parts.append(f'<path d="{line}" stroke="#6b6b6b" stroke-width="2" marker-end="url(#tip)"/>')
        if hands.sent is not None:
            chunk = (hands.sent + rank) % hands.n
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            sign = "+" if hands.added else "="
            parts.append(
                f'<rect x="{x - 19:.0f}" y="{y - 12:.0f}" width="38" height="24" rx="5" fill="{_COLOURS[chunk]}"/>'
                f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" font-size="14" fill="#fff">'
                f"{sign} {chunk}</text>"
            )
    return "".join(parts)


def _edge(start: tuple[float, float], end: tuple[float, float], box_w: float, box_h: float) -> tuple[float, float]:
    """Where a line from the middle of one box to the middle of another leaves the first."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = min((box_w / 2 + 3) / max(abs(dx), 1e-9), (box_h / 2 + 3) / max(abs(dy), 1e-9))
    return start[0] + share * dx, start[1] + share * dy


def _rank(hands: Hands, rank: int, left: float, top: float, cell: int, box_w: float, box_h: float) -> str:
    n = hands.n
    parts = [
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{box_w}" height="{box_h}" rx="6" fill="#fff" stroke="#6b6b6b"/>',
        f'<text x="{left + 6:.0f}" y="{top + 15:.0f}" font-size="12" fill="#1b1b1b">'
        f"rank {rank} ({_LETTERS[rank]})</text>",
    ]
    arrived = None if hands.sent is None else (hands.sent + rank - 1) % n
    for chunk, letters in enumerate(hands.held[rank]):
        x, y = left + 5 + chunk * cell, top + 21
        whole, twice = letters == _LETTERS[:n], len(set(letters)) < len(letters)
        fill = _COLOURS[chunk] if whole else "#fff"
        edge, width = ("#1b1b1b", 3) if chunk == arrived else (_COLOURS[chunk], 1.5)
        ink = "#fff" if whole else "#b8003c" if twice else "#1b1b1b"
        short = letters if len(letters) <= n else letters[: n - 1] + "…"
        size = min(14, 1.25 * cell / max(len(short), 2))
        parts.append(
            f'<rect x="{x + 1:.0f}" y="{y}" width="{cell - 2}" height="30" rx="3" fill="{fill}" '
            f'stroke="{edge}" stroke-width="{width}"/>'
            f'<text x="{x + cell / 2:.0f}" y="{y + 20:.0f}" text-anchor="middle" font-size="{size:.1f}" fill="{ink}" '
            f'text-decoration="{"line-through" if twice else "none"}">{short}</text>'
        )
    return "".join(parts)
