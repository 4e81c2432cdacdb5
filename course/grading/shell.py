"""Runs a submission's cells inside the forked child: an IPython shell without a kernel, one message after each cell."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.grading import wire
from course.grading.integrity import Guard
from course.grading.turns import NONCE_BYTES

CHECK = "application/vnd.pixels.check+json"
STREAM_CHARS = 64_000
"""Printed text kept per cell; the rest of a flood is dropped as it comes."""
DISPLAY_CHARS = 1_000_000
"""Rich output kept per cell; a check's bundle is small."""
DISPLAY_DEPTH = 40
"""How deep the lists of a rich output may lie in each other, to be kept."""

# Kept aside before any student code runs, so that replacing a builtin there changes nothing here.
_type, _float, _int, _len, _getpid, _exit, _clock = type, float, int, len, os.getpid, os._exit, time.perf_counter
_read, _set_timer, _hex = os.read, signal.setitimer, bytes.hex


class Recorder:
    """Outputs of the running cell, as nbformat has them, within a budget."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Start afresh for the next cell."""
        self.outputs: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.results = 0
        self._text_left, self._rich_left = STREAM_CHARS, DISPLAY_CHARS

    def text(self, name: str, text: str) -> None:
        """Add printed text to the stream `name`."""
        if self._text_left <= 0:
            return
        if _len(text) > self._text_left:
            text = text[: self._text_left] + "\n… output cut off here …\n"
            self._text_left = 0
        self._text_left -= _len(text)
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last.get("name") == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def rich(self, kind: str, data: dict[str, Any], metadata: Any, count: int | None = None) -> None:
        """Add a display or a result; what isn't JSON or is over the budget is left out."""
        if kind == "execute_result":
            self.results += 1
        kept: dict[str, Any] = {}
        for mime, value in data.items():
            try:
                size = _len(json.dumps(value)) + _len(str(mime))
            except (TypeError, ValueError, RecursionError):
                continue
            if not wire.deeper(value, DISPLAY_DEPTH) and size <= self._rich_left:
                self._rich_left -= size
                kept[str(mime)] = value
        if isinstance(kept.get(CHECK), dict):
            self.checks.append(kept[CHECK])
        output: dict[str, Any] = {"output_type": kind, "data": kept, "metadata": {}}
        if kind == "execute_result":
            output["execution_count"] = count
        self.outputs.append(output)


class _Stream(io.TextIOBase):
    """Stands in for sys.stdout and sys.stderr."""

    encoding = "utf-8"  # type: ignore[assignment]
    errors = "replace"  # type: ignore[assignment]

    def __init__(self, name: str, recorder: Recorder) -> None:
        self._name, self._recorder = name, recorder

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.text(self._name, text)
        return _len(text)


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:  # type: ignore[override]
        self.shell.recorder.rich("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.outputs.clear()


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        """A notebook has no prompt in its text."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.recorder.rich("execute_result", format_dict, md_dict, self.prompt_count)

    def finish_displayhook(self) -> None:
        """A notebook has no line to end."""


class NotebookShell(InteractiveShell):
    """IPython's shell with its outputs recorded; no terminal, no kernel, no history file."""

    def __init__(self, **kwargs: Any) -> None:
        self.recorder = Recorder()
        super().__init__(**kwargs)

    def init_display_pub(self) -> None:
        """Take the recording publisher."""
        self.display_pub = _Publisher(parent=self, shell=self)
        self.configurables.append(self.display_pub)

    def init_displayhook(self) -> None:
        """Take the recording display hook."""
        self.displayhook_class = _Hook
        super().init_displayhook()

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = stb if isinstance(stb, list) else [str(stb)]
        self.recorder.outputs.append(
            {
                "output_type": "error",
                "ename": _shortened(getattr(etype, "__name__", etype), 100),
                "evalue": _shortened(evalue, 500),
                "traceback": [str(line)[:4000] for line in lines[-40:]],
            }
        )


def prepare() -> NotebookShell:
    """The process's shell, made at the first call: the fork server makes it, the children inherit it."""
    if NotebookShell.initialized():
        return NotebookShell.instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = NotebookShell.instance(config=config)
    shell.run_cell("0", store_history=False)  # loads what the first cell would otherwise wait for
    return shell


_guards: list[Guard] = []


def warm_up() -> None:
    """In the fork server: make once, before any student's code runs, what each child would make for itself."""
    shell = prepare()
    shell.run_cell("None", store_history=True)
    shell.execution_count = 1
    _guards[:] = [Guard(shell)]
    _guards[0].mend()
    _guards[0].canary()


def run(cells: list[dict[str, Any]], pipe: int, orders: int) -> None:
    """Run cells ``{"source", "test"}`` in order, each when its turn's number comes through the pipe `orders`.

    Sends a ``start`` and a ``cell`` message for each, with that number.
    """
    mine = _getpid()
    shell = prepare()
    guard = _guards[0] if _guards else Guard(shell)
    mend, canary = guard.mend, guard.canary
    streams = _Stream("stdout", shell.recorder), _Stream("stderr", shell.recorder)
    mended = False
    for cell in cells:
        nonce = _hex(_read(orders, NONCE_BYTES))
        sys.stdout, sys.stderr = streams
        wire.send(pipe, {"event": "start", "nonce": nonce})
        # Between two tests that follow each other nothing else runs.
        tampered = mend() if cell["test"] and not mended else []
        message = _run_cell(shell, cell)
        mended = cell["test"]
        if cell["test"]:
            tampered += mend()
            message["tampered"] = [*tampered, *filter(None, [canary()])]
        if _getpid() != mine:  # a cell forked and its copy came back here: only the original reports
            _exit(0)
        wire.send(pipe, {**message, "nonce": nonce})


def _run_cell(shell: NotebookShell, cell: dict[str, Any]) -> dict[str, Any]:
    shell.recorder.clear()
    shell.ast_node_interactivity = "last_expr"
    began = _clock()
    error: BaseException | None
    value: Any = None
    try:
        result = shell.run_cell(cell["source"], store_history=True)
        error = result.error_before_exec or result.error_in_exec
        value = result.result
    except BaseException as escaped:  # a KeyboardInterrupt or a broken shell: the cell's own affair
        error = escaped
    seconds = _clock() - began
    _set_timer(signal.ITIMER_REAL, 0)  # an alarm rings for the cell that set it, not for the next
    _close_figures()
    recorder = shell.recorder
    return {
        "event": "cell",
        "seconds": seconds,
        "error": None
        if error is None
        else f"{_shortened(type(error).__name__, 100)}: {_shortened(error, 300)}".rstrip(": "),
        "value": _number(value, recorder.results) if cell["test"] else None,
        "checks": recorder.checks[-8:],
        "outputs": recorder.outputs[:500],
        "count": shell.execution_count - 1,
    }


def _number(value: Any, results: int) -> dict[str, Any]:
    """The value of a test cell as data: a plain number, or the name of what it is instead."""
    kind = _type(value)
    if results > 1:
        return {"kind": f"{results} results"}
    if kind is _float or (kind is _int and abs(value) < 10**15):
        return {"kind": "number", "number": value}
    return {"kind": "nothing" if value is None else f"{kind.__module__}.{kind.__qualname__}"[:80]}


def _shortened(value: Any, chars: int) -> str:
    try:
        lines = str(value).strip().splitlines() or [""]
    except BaseException:
        return "(no text)"
    return lines[0][:chars]


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        try:
            pyplot.close("all")
        except BaseException:
            return
