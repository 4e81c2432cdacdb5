"""The ledger: what the learner expected, what came out, and the label of every figure, from lab to lab.

A guess is stored before a measurement and comes back beside it. The file is one JSON document that travels:
found beside the labs on a laptop, uploaded and downloaded in the cloud. Under a grader it stays in memory.
"""

from __future__ import annotations

import json
import os
import platform
import re
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from gpu_utils.provenance import Provenance
from gpu_utils.quantities import amount

FILE_NAME = "pixels-ledger.json"
_DRIVE = Path("/content/drive/MyDrive")
_UNITS = {"s": "seconds", "x": "times", "": "a plain number"}
LEDGER_VARIABLE = "GPU_UTILS_LEDGER"
"""Environment variable: a path for the ledger's file, or ``memory`` to keep none."""


@dataclass(frozen=True)
class Entry:
    """One row: a figure of one lab, the guess made before it, and where it comes from. `value` in `unit` (SI).

    >>> Entry("01", "copy", "s", guess=2.0, value=0.5).factor
    4.0
    """

    lab: str
    key: str
    unit: str
    guess: float | None = None
    late: bool = False
    value: float | None = None
    provenance: str | None = None
    machine: str | None = None
    source: str | None = None

    @property
    def factor(self) -> float | None:
        """Guess over value: 10 means ten times too high. None unless both are there and positive."""
        if not self.guess or not self.value or self.guess <= 0 or self.value <= 0:
            return None
        return self.guess / self.value


class Ledger:
    """All rows and bets of one learner. `path` is None when nothing is kept on disk.

    >>> ledger = Ledger()
    >>> ledger.record("copy", 0.5).provenance
    'measured'
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.lab = ""
        self.entries: dict[tuple[str, str], Entry] = {}
        self.bets: dict[str, dict[str, str]] = {}

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """Read a ledger; an absent file is an empty one. ValueError when the file holds no ledger."""
        ledger = cls(path)
        if path.exists():
            ledger.merge(path.read_text(encoding="utf-8", errors="replace"), str(path))
        return ledger

    def merge(self, text: str, name: str = "the text") -> None:
        """Take over the rows and bets of another ledger's JSON. ValueError when it is none."""
        try:
            data = json.loads(text)
            rows = [Entry(**row) for row in data["rows"]]
            bets = {str(k): dict(v) for k, v in data["bets"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{name} is not a ledger of this course: {error}") from error
        self.entries.update({(row.lab, row.key): row for row in rows})
        self.bets.update(bets)

    def dumps(self) -> str:
        """The ledger as JSON text."""
        rows = [asdict(entry) for entry in self.entries.values()]
        return json.dumps({"ledger": 1, "rows": rows, "bets": self.bets}, indent=1, ensure_ascii=False) + "\n"

    def save(self) -> None:
        """Write the file, whole or not at all. A disk that refuses turns the ledger into one kept in memory."""
        if self.path is None:
            return
        try:
            draft = self.path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_text(self.dumps(), encoding="utf-8")
            draft.replace(self.path)
        except OSError as error:
            why = f"{self.path} can't be written ({error.strerror})"
            print(f"The ledger stays in memory, as {why}; download it at the end.")
            self.path = None

    def predict(self, key: str, value: float, unit: str = "s") -> Entry:
        """Store a guess. One that changes after its figure is known is kept, and marked late."""
        old = self.entries.get((self.lab, key), Entry(self.lab, key, unit))
        late = old.late or (old.value is not None and old.guess != value)
        return self._put(replace(old, guess=float(value), unit=unit, late=late))

    def record(
        self,
        key: str,
        value: Any,
        unit: str = "s",
        provenance: Provenance | str = Provenance.MEASURED,
        source: str | None = None,
    ) -> Entry:
        """Store a figure: a number, or a `Timing` (its median and label). ValueError for an unknown label."""
        if hasattr(value, "median_s"):
            value, unit, provenance = value.median_s, "s", value.provenance
        label = str(Provenance(provenance))
        if label == "published" and not source:
            raise ValueError("a published figure needs its source: record(..., source='who said so')")
        old = self.entries.get((self.lab, key), Entry(self.lab, key, unit))
        row = replace(old, value=float(value), unit=unit, provenance=label, machine=machine_name(), source=source)
        return self._put(row)

    def find(self, key: str, lab: str | None = None) -> Entry | None:
        """The row of a figure, from this ledger or else from the shipped reference (published, another machine)."""
        mine = self.entries.get((lab or self.lab, key))
        if mine is not None and mine.value is not None:
            return mine
        return reference().entries.get((lab or self.lab, key))

    def _put(self, row: Entry) -> Entry:
        self.entries[row.lab, row.key] = row
        self.save()
        return row


_current = Ledger()


def current() -> Ledger:
    """The ledger that `begin` opened; before that an empty one in memory.

    >>> isinstance(current(), Ledger)
    True
    """
    return _current


def reference() -> Ledger:
    """The shipped ledger of another machine: every row labelled published, with the machine as its source.

    >>> {row.provenance for row in reference().entries.values()}
    {'published'}
    """
    ledger = Ledger()
    shipped = files("gpu_utils") / "data" / "reference_ledger.json"
    if shipped.is_file():
        ledger.merge(shipped.read_text(encoding="utf-8"), "the reference ledger")
    for place, row in ledger.entries.items():
        source = f"this course's reference run on {row.machine}"
        ledger.entries[place] = replace(row, provenance="published", source=source, guess=None)
    return ledger


def begin(lab: str) -> None:
    """Start the lab `lab`: open the ledger and say in one line what machine this is and what is measured here.

    >>> begin("01_image_filters")  # doctest: +ELLIPSIS
    01_image_filters on ... measured...
    """
    global _current
    _current = _open(path) if (path := ledger_path()) else Ledger()
    _current.lab = lab
    kept = f"ledger: {path.name}, {len(_current.entries)} rows" if path else "ledger: in memory"
    print(f"{lab} on {machine_name()} · {_what_is_real()} · {kept}")


def _open(path: Path) -> Ledger:
    """The ledger in `path`. One that can't be read is set aside, never overwritten, and a new one begun."""
    try:
        return Ledger.load(path)
    except (ValueError, OSError) as error:
        aside = path.with_name(path.name + ".damaged")
        try:
            path.replace(aside)
        except OSError:
            return Ledger()
        print(f"{error}. It is kept as {aside.name}, and a new ledger begins.")
        return Ledger(path)


def ledger_path() -> Path | None:
    """Where the ledger lies: the variable, Drive, a file here or above, else beside the labs; None under a grader.

    >>> import os
    >>> os.environ["GPU_UTILS_LEDGER"] = "memory"
    >>> ledger_path() is None
    True
    >>> del os.environ["GPU_UTILS_LEDGER"]
    """
    wanted = os.environ.get(LEDGER_VARIABLE, "")
    if wanted == "memory" or (not wanted and os.environ.get("NBGRADER_EXECUTION")):
        return None
    if wanted:
        return Path(wanted).expanduser()
    here = Path.cwd()
    if _DRIVE.is_dir():  # Colab with Google Drive mounted: the only place there that outlives the session
        return _DRIVE / FILE_NAME
    for folder in (here, here.parent):
        if (folder / FILE_NAME).exists():
            return folder / FILE_NAME
    in_lab = re.match(r"\d\d_|warm_up", here.name) is not None
    return (here.parent if in_lab else here) / FILE_NAME


def machine_name() -> str:
    """This machine in a few words: its best device and its platform.

    >>> len(machine_name()) > 0
    True
    """
    from gpu_utils.device import detect

    global _machine
    if _machine is None:
        _machine = detect(quick=True)
    best = _machine.best() or _machine.devices[-1]
    where = "" if _machine.platform in ("", "local", None) else f" ({_machine.platform})"
    return f"{best.name or platform.machine()}{where}"


_machine: Any = None


def _what_is_real() -> str:
    gpus = [device for device in _machine.devices if device.kind != "cpu" and device.usable is not False]
    if gpus:
        return "CPU steps are measured, and GPU steps if the GPU answers"
    return "CPU steps are measured; GPU figures are modelled or published"


def predict(key: str, value: float | None, unit: str = "s") -> None:
    """Store a guess before measuring: ``predict("NumPy, whole picture", 0.01)``; None is no guess yet.

    >>> predict("a copy", None)
    a copy: no guess yet. Put a number in place of None, in seconds.
    """
    if value is None:
        print(f"{key}: no guess yet. Put a number in place of None, in {_UNITS.get(unit, unit)}.")
        return
    current().predict(key, value, unit)
    print(f"{key}: your guess is {figure(value, unit)}. Noted.")


def record(
    key: str,
    value: Any,
    unit: str = "s",
    provenance: Provenance | str = Provenance.MEASURED,
    source: str | None = None,
) -> None:
    """Store what came out, a number or a `Timing`, and say how far the guess was.

    >>> record("a count", 3, "", "modelled")
    a count: 3 (modelled).
    """
    row = current().record(key, value, unit, provenance, source)
    assert row.value is not None
    said = f"{key}: {figure(row.value, row.unit)} ({row.provenance})"
    print(said + (f"; your guess {figure(row.guess, row.unit)}, {_off(row)}." if row.guess is not None else "."))


def _off(row: Entry) -> str:
    factor = row.factor
    if factor is None:
        return "not comparable"
    if 0.8 <= factor <= 1.25:
        return "close"
    return f"{figure(factor, '')} times too high" if factor > 1 else f"{figure(1 / factor, '')} times too low"


def figure(value: float | None, unit: str) -> str:
    """A figure as people read it; empty for None. Ratios ("x"), plain numbers ("") and degrees take no SI prefix.

    >>> figure(0.0123, "s"), figure(2.5e9, "B/s"), figure(0.25, "x"), figure(1670.3, "x"), figure(None, "s")
    ('12.3 ms', '2.5 GB/s', '0.25 x', '1,670 x', '')
    >>> figure(0.975, "°C")
    '0.975 °C'
    """
    if value is None:
        return ""
    if unit not in ("", "x", "°C"):
        return amount(value, unit)
    return (f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}") + (f" {unit}" if unit else "")
