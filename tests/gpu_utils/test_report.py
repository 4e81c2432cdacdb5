"""The report for people, and the command that prints it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gpu_utils.device import Device, Finding, Machine, Pcie, detect, recorded_machines
from gpu_utils.report import text


def command(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    whole = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    order = [sys.executable, "-m", "gpu_utils", *arguments]
    return subprocess.run(order, capture_output=True, text=True, timeout=120, env=whole, encoding="utf-8")


@pytest.mark.parametrize("machine", recorded_machines(), ids=lambda machine: str(machine.title))
def test_the_report_fits_a_terminal_of_80_columns(machine: Machine) -> None:
    assert max(map(len, str(machine).splitlines())) <= 80
    assert all(one.message.split()[0] in str(machine) for one in machine.findings)


def test_eight_equal_cards_share_a_row(nvml: Callable[[str], dict[str, str]], tmp_path: Path) -> None:
    report = str(detect(root=tmp_path, env=nvml("dgx_a100"), quick=True))
    assert "cuda:4 to 7 NVIDIA A100-SXM4-40GB" in report
    assert "slices 2 to 3: 1g.5gb" in report


def test_a_row_of_cards_has_no_gap(nvml: Callable[[str], dict[str, str]], tmp_path: Path) -> None:
    report = str(detect(root=tmp_path, env=nvml("lost"), quick=True))
    assert "cuda:0 to 1 NVIDIA" in report and "cuda:3 NVIDIA" in report, "GPU 2 is lost"


def test_a_card_with_fewer_lanes_has_its_own_row() -> None:
    cards = [Device("cuda", place, "card", pcie=Pcie(4, 16, lanes)) for place, lanes in enumerate((16, 16, 4))]
    rows = str(Machine("local", None, (*cards, Device("cpu", 0, "CPU", usable=True))))
    assert "cuda:0 to 1 card" in rows and "cuda:2 card" in rows


def test_each_kind_of_answer_has_a_word_beside_its_mark() -> None:
    cards = [Device("cuda", place, "card", usable=usable) for place, usable in enumerate((True, False, None))]
    rows = str(Machine("local", None, (*cards, Device("cpu", 0, "CPU", usable=True)))).splitlines()
    assert [row.split()[-1] for row in rows if "card" in row][:3] == ["yes", "no", "unknown"]


def test_plain_terminals_get_plain_letters() -> None:
    for machine in recorded_machines():
        assert text(machine, ascii_only=True).isascii()


def test_the_conclusion_does_not_deny_a_broken_gpu() -> None:
    cpu = Device("cpu", 0, "CPU", usable=True)
    broken = Machine("local", None, (cpu,), (Finding("nvml_silent", "error", "No answer.", "Restart."),))
    assert "No GPU here" not in str(broken)
    assert "No GPU here" in str(replace(broken, findings=()))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_table_can_be_read_aloud() -> None:
    page = Tags()
    page.feed(recorded_machines()[3]._repr_html_())
    assert page.open == []
    assert "caption" in dict(page.seen)
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.seen if tag == "th")


def test_a_notebook_shows_the_report_and_not_the_record() -> None:
    from IPython.core.formatters import DisplayFormatter

    shown, _ = DisplayFormatter().format(recorded_machines()[1])
    assert shown["text/plain"] == str(recorded_machines()[1])
    assert shown["text/html"].startswith("<table")


def test_pcie_links_are_told() -> None:
    links = [Pcie(4, 16, 16), Pcie(4, 16, 8), Pcie(None, 4), Pcie(5, None)]
    cards = [Device("cuda", place, "card", pcie=link) for place, link in enumerate(links)]
    report = [str(Machine("local", None, (card, Device("cpu", 0, "CPU", usable=True)))) for card in cards]
    said = ["PCIe 4 with 16 lanes", "PCIe 4 with 8 of 16 lanes", "PCIe with 4 lanes", "PCIe 5"]
    assert all(words in text for words, text in zip(said, report, strict=True))


def test_names_can_not_inject_markup() -> None:
    evil = Device("cpu", 0, "<script>alert(1)</script>", usable=True)
    assert "<script>" not in Machine("local", None, (evil,))._repr_html_()


def test_the_command_prints_json_and_nothing_else() -> None:
    done = command("--json", "--quick")
    assert done.returncode == 0 and done.stderr == ""
    assert json.loads(done.stdout)["devices"][-1]["kind"] == "cpu"


def test_the_command_shows_a_replayed_machine(nvml: Callable[[str], dict[str, str]]) -> None:
    done = command("--quick", env=nvml("colab_t4"))
    assert done.returncode == 0 and done.stderr == ""
    assert "Tesla T4" in done.stdout and "15 GiB" in done.stdout
    assert "\033[" not in done.stdout, "no colours where nobody sees them"


def test_the_command_survives_an_ascii_terminal() -> None:
    done = command("--quick", env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 0 and done.stdout.isascii()


@pytest.mark.parametrize("form", [("--json",), ()])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_the_command_prints_names_that_the_terminal_can_not_show(
    nvml: Callable[[str], dict[str, str]], tmp_path: Path, form: tuple[str, ...], encoding: str
) -> None:
    script = tmp_path / "driver.txt"
    card = "NVIDIA \\xc3\\xa9|GPU-{}|8|0|1073741824|-1|0|0"
    script.write_text("driver=550.1\n" + "".join(f"gpu={card.format(place)}\n" for place in range(2)))
    env = nvml("colab_t4") | {"NVML_STANDIN": str(script), "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = command("--quick", *form, env=env | {"CUDA_VISIBLE_DEVICES": "0\udcff"})
    assert done.returncode == 0 and done.stderr == ""
    if form:
        assert json.loads(done.stdout)["devices"][0]["name"] == "NVIDIA é"


def test_a_wrong_option_is_one_sentence() -> None:
    done = command("--fast")
    assert done.returncode == 2
    assert "unrecognized arguments: --fast" in done.stderr and "Traceback" not in done.stderr
