"""A GPU under the learner's hands: profiles are put on its memory slices, moved, and refused with a reason."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from gpu_utils.mig import Placement, create, free_starts, gpus, is_legal, profile, profiles, slices
from gpu_utils.widgets.controls import buttons, slider
from gpu_utils.widgets.slice_drawing import FIELD, ROOT, drawing, typed

__all__ = ["cut_gpu"]


def cut_gpu(gpu: str = "A100-40GB", created: Sequence[str] = ()) -> Any:
    """Cut a GPU into instances: add a profile, drag it to its place or move it with a slider, and see what still fits.

    A button puts a profile where a driver would (see `gpu_utils.mig.create`); the slider moves the chosen instance to
    the next start that is free. What can't be done is refused in a sentence. Below stand the commands that an
    administrator would type; nothing is sent to any GPU.

    Args:
        gpu: the one to begin with.
        created: profiles that are already there, created in this order.

    Returns:
        A widget: the GPUs, the profiles to add, the drawing, a sentence, the instances with what can be done to them,
        and the commands.

    Raises:
        ValueError: the tables don't know the GPU, or these profiles can't be created in this order.

    >>> type(cut_gpu("A30", ["1g.6gb"])).__name__
    'VBox'
    """
    return _Cutter(gpu, created).widget


class _Cutter:
    """The widget's state: a GPU, and its instances in the order of their creation. `refresh` shows both."""

    def __init__(self, gpu: str, created: Sequence[str]) -> None:
        import ipywidgets

        profiles(gpu)  # an unknown one is told here
        self.gpu = next(name for name in gpus() if name.startswith(gpu))
        self.placed: list[Placement] = []
        for name in created:
            self.placed.append(create(self.placed, name, self.gpu))
        self.chosen = len(self.placed) - 1
        self.waiting = ""  # a profile that was refused only because the GPU is fragmented
        self.still = False  # whether the widget itself moves its controls, so that they need no answer
        self.chooser = buttons("GPU", list(gpus()), self.gpu, tooltip="begin with an empty one")
        self.add = ipywidgets.HBox(layout={"flex_flow": "row wrap", "align_items": "center"})
        self.picture = ipywidgets.HTML(layout={"margin": "4px 0"})
        self.message = ipywidgets.HTML()
        self.instances = ipywidgets.VBox()
        self.start = slider("starts at memory slice", (0, slices(self.gpu)[1] - 1, 1, 0))
        self.actions = ipywidgets.HBox(
            [
                self._button("remove it", "destroy the chosen instance", self._remove),
                self._button(
                    "largest first",
                    "destroy all, and create them anew with what was just refused, the largest first",
                    self._rebuild,
                ),
                self._button("clear", "destroy all", self._clear),
            ],
            layout={"flex_flow": "row wrap"},
        )
        self.typed = ipywidgets.HTML()
        self.dropped = ipywidgets.Text(layout={"display": "none"})
        self.dropped.add_class(FIELD)
        self.chooser.observe(self._change_gpu, names="value")
        self.start.observe(self._move, names="value")
        self.dropped.observe(self._drop, names="value")
        parts = [self.chooser, self.add, self.picture, self.message, self.instances, self.start, self.actions]
        self.widget = ipywidgets.VBox([*parts, self.typed, self.dropped])
        self.widget.add_class(ROOT)
        self._offer()
        self.refresh("Press a profile to add it, or drag one onto the memory slices.")

    def refresh(self, news: str, outlook: bool = True) -> None:
        """Show the state, and say what has just happened and, with ``outlook``, what still fits."""
        self.waiting, self.still = "", True
        try:
            self.picture.value = drawing(self.placed, self.gpu)
            self.typed.value = typed(self.placed, self.gpu)
            self._list_instances()
            if self.placed:
                self.start.max = slices(self.gpu)[1] - 1
                self.start.value = self.placed[self.chosen].start
            self.start.disabled = not self.placed
            for button in self.actions.children:
                button.disabled = not self.placed
            said = html.escape(f"{news} {self._outlook()}" if outlook else news)
            self.message.value = f'<div role="status" style="line-height:1.5">{said}</div>'
        finally:
            self.still = False

    def _offer(self) -> None:
        """A button for each profile of the GPU."""
        import ipywidgets

        found = [ipywidgets.HTML("<span>add</span>", layout={"margin": "0 8px 0 0"})]
        for name, row in profiles(self.gpu).items():
            parts = [_count(row.compute_slices, "compute slice"), _count(row.memory_slices, "memory slice")]
            parts += [f"{row.memory_gib:g} GiB"] if row.memory_gib else []
            parts += ["media engines"] if row.media else []
            found.append(self._button(name, f"add {name}: {', '.join(parts)}", lambda name=name: self._add(name)))
        self.add.children = found

    def _list_instances(self) -> None:
        if not self.placed:
            self.instances.children = []
            return
        names = {f"{each.profile} at {each.start}": place for place, each in enumerate(self.placed)}
        row = buttons("instance", names, self.chosen, tooltip="choose it, to move or remove it")
        row.observe(self._choose, names="value")
        self.instances.children = [row]

    def _choose(self, event: Any) -> None:
        self.chosen = event["new"]
        self.still = True
        self.start.value = self.placed[self.chosen].start
        self.still = False

    def _change_gpu(self, event: Any) -> None:
        self.gpu, self.placed, self.chosen = event["new"], [], -1
        self._offer()
        self.refresh(f"An empty {self.gpu}.")

    def _add(self, name: str) -> None:
        try:
            new = create(self.placed, name, self.gpu)
        except ValueError as error:
            self._refuse(name, str(error))
            return
        self._put(new, f"{name} now stands at {new.start}, where a driver would put it.")

    def _refuse(self, name: str, reason: str) -> None:
        self.refresh(f"Refused. {reason}", outlook=False)
        if is_legal([*(each.profile for each in self.placed), name], self.gpu):
            self.waiting = name

    def _put(self, new: Placement, news: str) -> None:
        self.placed.append(new)
        self.chosen = len(self.placed) - 1
        self.refresh(news)

    def _move(self, event: Any) -> None:
        """The next free start in the direction in which the slider went."""
        if self.still or not self.placed:
            return
        one, wanted = self.placed[self.chosen], event["new"]
        others = [each for each in self.placed if each is not one]
        right = wanted > one.start
        free = [each for each in free_starts(others, one.profile, self.gpu) if each != one.start]
        ahead = [each for each in free if (each >= wanted if right else each <= wanted)]
        if not ahead:
            self.refresh(f"{one.profile} stays at {one.start}. {self._obstacle(one, others, right)}")
            return
        self._shift(one, min(ahead) if right else max(ahead))

    def _shift(self, one: Placement, start: int) -> None:
        self.placed[self.placed.index(one)] = Placement(one.profile, start, one.size)
        self.refresh(f"{one.profile} now starts at {start}: a driver would have to destroy it and create it there.")

    def _obstacle(self, one: Placement, others: Sequence[Placement], right: bool) -> str:
        side = "right" if right else "left"
        starts = profile(one.profile, self.gpu).starts
        beyond = [start for start in starts if (start > one.start if right else start < one.start)]
        if not beyond:
            return f"It starts at {_or(starts)} only: there is nothing further {side}."
        return f"Further {side} it could start at {_or(beyond)}, but {self._in_the_way(beyond, one.size, others)}."

    def _in_the_way(self, starts: Sequence[int], size: int, others: Sequence[Placement]) -> str:
        found = {
            f"{each.profile} stands at {each.start}"
            for start in starts
            for each in others
            if set(each.slices) & set(range(start, start + size))
        }
        return " and ".join(sorted(found, key=lambda text: int(text.rpartition(" ")[2])))

    def _drop(self, event: Any) -> None:
        """What the browser says was dropped: "NAME>SLOT#..." for a profile, "@PLACE>SLOT#..." for an instance."""
        what, _, where = event["new"].partition("#")[0].partition(">")
        if not where.isdecimal() or int(where) >= slices(self.gpu)[1]:
            return
        if what.startswith("@") and what[1:].isdecimal() and int(what[1:]) < len(self.placed):
            self.chosen = int(what[1:])
            one = self.placed[self.chosen]
            others = [each for each in self.placed if each is not one]
            start = self._landing(one.profile, int(where), others)
            if start is not None and start != one.start:
                self._shift(one, start)
            elif start is not None:
                self.refresh(f"{one.profile} stays at {start}.")
        elif what in profiles(self.gpu):
            start = self._landing(what, int(where), self.placed)
            if start is not None:
                size = profile(what, self.gpu).memory_slices
                self._put(Placement(what, start, size), f"{what} now stands at {start}.")

    def _landing(self, name: str, slot: int, others: Sequence[Placement]) -> int | None:
        """The free start from which an instance would take this memory slice; else None, and the reason is said."""
        row = profile(name, self.gpu)
        over = [start for start in row.starts if start <= slot < start + row.memory_slices]
        free = [start for start in over if start in free_starts(others, name, self.gpu)]
        if free:
            return free[-1]
        if not is_legal([*(each.profile for each in others), name], self.gpu):
            try:
                create(others, name, self.gpu)
            except ValueError as error:
                self._refuse(name, str(error))
        elif not over:
            self.refresh(
                f"Refused. No {name} takes memory slice {slot}: it starts at {_or(row.starts)}.", outlook=False
            )
        else:
            blocked = self._in_the_way(over, row.memory_slices, others)
            self.refresh(f"Refused. From {_or(over)} a {name} would take this slice, but {blocked}.", outlook=False)
        return None

    def _remove(self) -> None:
        gone = self.placed.pop(self.chosen)
        self.chosen = len(self.placed) - 1
        self.refresh(f"{gone.profile} at {gone.start} is destroyed; nothing else has moved.")

    def _rebuild(self) -> None:
        """All anew in the order that always works, and with the profile that was refused for want of it."""
        more = [self.waiting] if self.waiting else []
        rows = [profile(name, self.gpu) for name in (*(each.profile for each in self.placed), *more)]
        rows.sort(key=lambda row: (-row.memory_slices, -row.compute_slices))
        self.placed = []
        for row in rows:
            self.placed.append(create(self.placed, row.name, self.gpu))
        self.chosen = len(self.placed) - 1
        extra = f", {more[0]} with them" if more else ""
        self.refresh(f"All destroyed, and created anew, the largest first{extra}: whatever ran there had to stop.")

    def _clear(self) -> None:
        self.placed, self.chosen = [], -1
        self.refresh("All destroyed.")

    def _outlook(self) -> str:
        """What still fits, and what would if the others stood elsewhere."""
        names = list(profiles(self.gpu))
        there = [each.profile for each in self.placed]
        fit = [name for name in names if free_starts(self.placed, name, self.gpu)]
        lost = [name for name in names if name not in fit and is_legal([*there, name], self.gpu)]
        said = f"Still fits: {', '.join(fit)}." if fit else "Nothing more fits."
        if lost:
            said += f" Fragmented: {_or(lost)} would fit if the others stood elsewhere."
        return said

    def _button(self, words: str, tooltip: str, press: Any) -> Any:
        import ipywidgets

        button = ipywidgets.Button(description=words, tooltip=tooltip, layout={"width": "auto", "margin": "2px"})
        button.on_click(lambda _: press())
        return button


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _or(things: Sequence[Any]) -> str:
    *most, last = (str(thing) for thing in things)
    return f"{', '.join(most)} or {last}" if most else last
