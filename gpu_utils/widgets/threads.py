"""A kernel to step through: every read and write of a block, of global and of shared memory, drawn where it happens."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gpu_utils.widgets.controls import slider
from gpu_utils.widgets.thread_drawing import Panel, draw, panels

if TYPE_CHECKING:  # these load NumPy
    from gpu_utils.accesses import Access, Race
    from gpu_utils.counts import Counts

__all__ = ["step_through"]


def step_through(kernel: Any, grid: Any, block: Any, *args: Any, alt: str, order: str | int = "forward") -> Any:
    """Run a kernel on small arrays, on the CPU, and let the reader step through what its threads did.

    Three sliders: which block; which thread of it, counted from 1 (0: all at once); and how far: for one thread access
    by access, for all of them from barrier to barrier.

    Args:
        kernel, grid, block, args: as for `gpu_utils.kernels.count`; arrays are copied. Those of a few hundred
            cells can be read well.
        alt: what the kernel does, in a few words; the drawing describes the rest itself.
        order: in which the threads take their turns.

    Returns:
        A widget. A kernel that isn't written yet, or stops, gives a sentence instead.

    >>> import numpy as np
    >>> from gpu_utils.kernels import enable
    >>> place = enable()
    >>> from numba import cuda
    >>> @cuda.jit
    ... def copy(x, out):
    ...     out[cuda.grid(1)] = x[cuda.grid(1)]
    >>> widget = step_through(copy, 2, 4, np.ones(8), np.zeros(8), alt="a copy")
    >>> len(widget.children)
    5
    """
    import ipywidgets
    import numpy as np

    from gpu_utils.trials import tried

    if not alt.strip():
        raise ValueError("a drawing needs alt text: say in a few words what the kernel does")
    name = getattr(getattr(kernel, "py_func", kernel), "__name__", "the kernel")
    try:
        copies = [one.copy() if isinstance(one, np.ndarray) else one for one in args]
        _, counts = tried(kernel, grid, block, *copies, order=order)
    except NotImplementedError:
        return _sentence(f"{name} is not written yet: come back after you wrote it.")
    except Exception as error:
        return _sentence(f"{name} stopped: {(str(error).splitlines() or [type(error).__name__])[0]}")
    if not len(counts.accesses) and not counts.out_of_bounds:
        return _sentence(f"{name} reads and writes nothing.")
    return _Stepper(counts, alt, ipywidgets).widget


def _sentence(text: str) -> Any:
    import ipywidgets

    return ipywidgets.HTML(f'<div role="status">{html.escape(text)}</div>')


class _Stepper:
    """The sliders, the drawing, and the sentence above it."""

    def __init__(self, counts: Counts, alt: str, ipywidgets: Any) -> None:
        from gpu_utils.blocks import sequence

        self.counts, self.alt = counts, alt
        self.blocks = sequence(counts.grid, "forward")
        self.threads = sequence(counts.block, "forward")
        self.panels: list[Panel] = panels(counts)
        self.by_block: dict[Any, list[Access]] = {place: [] for place in self.blocks}
        for one in counts.accesses:
            self.by_block[one.thread.block].append(one)
        self.drawing, self.message = ipywidgets.HTML(), ipywidgets.HTML()
        self.block = slider("block", (0, max(len(self.blocks) - 1, 1), 1, 0))
        self.block.max = len(self.blocks) - 1
        self.thread = slider("thread no. (0: all of them)", (0, len(self.threads), 1, 0))
        self.step = slider("step", (0, max(self._steps(), 1), 1, min(self._steps(), 1)))
        self.step.max = self._steps()
        self.block.observe(self._restart, names="value")
        self.thread.observe(self._restart, names="value")
        self.step.observe(self._update, names="value")
        self._update()
        self.widget = ipywidgets.VBox([self.block, self.thread, self.step, self.message, self.drawing])

    def _chosen(self) -> list[Access]:
        all_of_block = self.by_block[self.blocks[self.block.value]]
        if self.thread.value == 0:
            return all_of_block
        wanted = self.threads[self.thread.value - 1]
        return [one for one in all_of_block if one.thread.thread == wanted]

    def _steps(self) -> int:
        chosen = self._chosen()
        if self.thread.value:
            return len(chosen)
        return 1 + max((one.epoch for one in chosen), default=-1)

    def _restart(self, _: Any) -> None:
        # A slider's highest value may not sink below its value, nor may the drawing run ahead of either.
        steps = self._steps()
        self.step.value = min(self.step.value, steps)
        self.step.max = steps
        self._update()

    def _update(self, _: Any = None) -> None:
        chosen, step = self._chosen(), int(self.step.value)
        if self.thread.value:
            done, now = chosen[:step], chosen[step - 1 : step] if step else []
        else:
            done = [one for one in chosen if one.epoch < step]
            now = [one for one in chosen if one.epoch == step - 1]
        racing = self._races(done)
        said = self._said(now, racing, step)
        self.message.value = f'<div role="status">{html.escape(said)}</div>'
        place = self.blocks[self.block.value]
        label = f"{self.alt}: block {place}. {said}"
        self.drawing.value = draw(self.panels, self.counts, place, done, now, racing, label)

    def _races(self, done: Sequence[Access]) -> list[Race]:
        """Those of the whole run whose two accesses are both in sight: of all threads, of this block."""
        if self.thread.value:
            return []
        seen = set(done)
        return [race for race in self.counts.races if race.first in seen and race.second in seen]

    def _said(self, now: Sequence[Access], racing: Sequence[Race], step: int) -> str:
        place = self.blocks[self.block.value]
        beyond = [one for one in self.counts.out_of_bounds if one.thread.block == place]
        more = f", and {len(beyond) - 1} more" if beyond[1:] else ""
        tail = f" Outside an array: {beyond[0]}{more}." if beyond else ""
        if self.thread.value:
            whose = f"No. {self.thread.value}, thread {self.threads[self.thread.value - 1]} of block {place}"
            if not self._chosen():
                return f"{whose} touches nothing.{tail}"
            if not now:
                return f"{whose}: step on to see its {self._steps()} reads and writes."
            barriers = f", after {_many(now[0].epoch, 'barrier')}" if now[0].epoch else ""
            return (
                f"No. {self.thread.value}, step {step} of {self._steps()}: {now[0]} ({now[0].space} memory){barriers}."
            )
        if not step:
            return f"Block {place}, {len(self.threads)} threads: step on from barrier to barrier.{tail}"
        tally = Counter(f"{one.space} {one.kind}" for one in now)
        did = ", ".join(_many(number, what) for what, number in sorted(tally.items())) or "nothing"
        clash = f" RACE in {_many(len(racing), 'cell')}, first: {racing[0]}." if racing else ""
        return f"Round {step} of {self._steps()}, between two barriers: {did}.{clash}{tail}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
