"""The ledger: guesses before figures, labels that stay, a file that travels."""

from __future__ import annotations

import datetime
import json

import pytest

from gpu_utils import claims, ledger, ledger_view
from gpu_utils.ledger import Ledger
from gpu_utils.timing import Timing

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def mine(tmp_path, monkeypatch) -> Ledger:
    """An open ledger in a file of its own, in lab 01."""
    monkeypatch.setenv(ledger.LEDGER_VARIABLE, str(tmp_path / "ledger.json"))
    ledger.begin("01_image_filters")
    return ledger.current()


def test_begin_says_in_one_line_where_you_are_and_what_is_real(mine, capsys):
    ledger.begin("01_image_filters")
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "01_image_filters on " in said
    assert "measured" in said


def test_a_guess_comes_back_beside_the_figure(mine, capsys):
    ledger.predict("NumPy", 0.1, "s")
    ledger.record("NumPy", 0.01, "s")
    assert "your guess 100 ms, 10 times too high" in capsys.readouterr().out
    assert mine.entries["01_image_filters", "NumPy"].factor == pytest.approx(10)


def test_no_guess_yet_is_no_error(mine, capsys):
    ledger.predict("NumPy", None, "s")
    assert "no guess yet. Put a number in place of None, in seconds" in capsys.readouterr().out
    assert mine.entries == {}


def test_a_guess_changed_after_the_figure_is_marked_late(mine):
    ledger.predict("NumPy", 0.1)
    ledger.record("NumPy", 0.01)
    ledger.predict("NumPy", 0.1)
    assert not mine.entries["01_image_filters", "NumPy"].late
    ledger.predict("NumPy", 0.01)
    assert mine.entries["01_image_filters", "NumPy"].late
    assert "(after seeing)" in repr(ledger_view.table())


def test_a_timing_brings_its_own_label(mine):
    ledger.record("copy", Timing("copy", (1.0, 2.0, 3.0)))
    row = mine.entries["01_image_filters", "copy"]
    assert (row.value, row.unit, row.provenance) == (2.0, "s", "measured")


def test_a_published_figure_needs_its_source_and_labels_are_closed(mine):
    with pytest.raises(ValueError, match="needs its source"):
        ledger.record("T4 bandwidth", 320e9, "B/s", "published")
    with pytest.raises(ValueError, match="guessed"):
        ledger.record("T4 bandwidth", 320e9, "B/s", "guessed")


def test_the_file_survives_a_new_session_and_a_new_lab(mine):
    ledger.predict("NumPy", 0.1)
    ledger.record("NumPy", 0.01)
    claims.bet("a100_20x", "false")
    ledger.begin("02_cuda_kernels")
    row = ledger.current().find("NumPy", "01_image_filters")
    assert row is not None
    assert row.value == 0.01
    assert claims.bets()["a100_20x"] == "false"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": [{"x": 1}], "bets": {}}', "<html>"])
def test_what_is_no_ledger_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "l.json").write_text(text)
    with pytest.raises(ValueError, match="is not a ledger of this course"):
        Ledger.load(tmp_path / "l.json")


def test_a_broken_ledger_never_stops_a_lab_and_is_kept(tmp_path, monkeypatch, capsys):
    path = tmp_path / "ledger.json"
    path.write_text("half a ledg")
    monkeypatch.setenv(ledger.LEDGER_VARIABLE, str(path))
    ledger.begin("01_image_filters")
    ledger.record("NumPy", 0.01)
    assert "ledger.json.damaged" in capsys.readouterr().out
    assert (tmp_path / "ledger.json.damaged").read_text() == "half a ledg"
    assert len(json.loads(path.read_text())["rows"]) == 1


def test_under_a_grader_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv(ledger.LEDGER_VARIABLE, raising=False)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.chdir(tmp_path)
    ledger.begin("01_image_filters")
    ledger.record("NumPy", 0.01)
    assert list(tmp_path.iterdir()) == []


def test_labs_share_one_file_beside_their_folders(tmp_path, monkeypatch):
    monkeypatch.delenv(ledger.LEDGER_VARIABLE, raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    for lab in ("00_hardware_tour", "01_image_filters"):
        (tmp_path / lab).mkdir()
        monkeypatch.chdir(tmp_path / lab)
        assert ledger.ledger_path() == tmp_path / ledger.FILE_NAME


def test_on_colab_the_ledger_lies_in_drive_when_that_is_mounted(tmp_path, monkeypatch):
    monkeypatch.delenv(ledger.LEDGER_VARIABLE, raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(ledger, "_DRIVE", tmp_path)
    assert ledger.ledger_path() == tmp_path / ledger.FILE_NAME


def test_an_uploaded_ledger_joins_the_one_that_is_open(mine):
    brought = Ledger()
    brought.lab = "00_hardware_tour"
    brought.record("bandwidth", 1e9, "B/s")
    box = ledger_view.bring()
    button, said = box.children
    button.value = (
        {"name": "l.json", "type": "", "size": 1, "content": brought.dumps().encode(), "last_modified": NOW},
    )
    assert ("00_hardware_tour", "bandwidth") in mine.entries
    assert "1 rows brought along" in said.value
    assert "rows from 00_hardware_tour" in ledger_view.bring().data


def test_an_upload_that_is_no_ledger_is_refused_and_loses_nothing(mine):
    ledger.record("NumPy", 0.01)
    button, said = ledger_view.bring().children
    button.value = ({"name": "cat.png", "type": "", "size": 1, "content": b"\x89PNG", "last_modified": NOW},)
    assert "cat.png is not a ledger" in said.value
    assert len(mine.entries) == 1


def test_a_missing_figure_comes_from_the_reference_and_says_so(mine, monkeypatch):
    reference = Ledger()
    reference.lab = "01_image_filters"
    reference.entries["01_image_filters", "NumPy"] = ledger.Entry(
        "01_image_filters", "NumPy", "s", value=0.02, provenance="published", source="reference run on a laptop"
    )
    monkeypatch.setattr(ledger, "reference", lambda: reference)
    assert mine.find("NumPy").provenance == "published"
    ledger.record("NumPy", 0.01)
    assert mine.find("NumPy").provenance == "measured"


def test_the_table_and_the_plot_show_every_guess(mine):
    ledger.predict("NumPy", 0.1)
    ledger.record("NumPy", 0.01)
    table = ledger_view.table("01_image_filters")
    assert "100 ms" in repr(table)
    assert "<caption>" in table._repr_html_()
    assert ledger_view.plot() is not None
    assert "download='pixels-ledger.json'" in ledger_view.keep().data


def test_bets_are_closed_by_evidence(mine):
    claims.bet("encrypt_everything", "true")
    claims.settle("encrypt_everything", "true, with a catch", "at rest only (measured in lab 13)")
    with pytest.raises(ValueError, match="settled already"):
        claims.bet("encrypt_everything", "false")
    with pytest.raises(ValueError, match="no claim 'x'"):
        claims.bet("x", "true")
    with pytest.raises(ValueError, match="a bet is one of"):
        claims.bet("a100_20x", "maybe")
    assert "at rest only" in repr(claims.board())


def test_a_claim_may_end_unverified_but_nobody_bets_on_that(mine):
    claims.settle("million_vs_eleven", "unverified", "nobody published what stands in the eleven")
    assert "unverified: nobody" in repr(claims.board())
    with pytest.raises(ValueError, match="a bet is one of"):
        claims.bet("nvlink_ten_pcie", "unverified")
    with pytest.raises(ValueError, match="a verdict is one of"):
        claims.settle("nvlink_ten_pcie", "no idea yet", "")


def test_all_eight_claims_have_a_lab_and_a_source():
    board = claims.claims()
    assert len(board) == len({c.id for c in board}) == 8
    assert all(c.source and c.settled_in[:2].isdigit() for c in board)


def test_dollars_on_the_board_are_not_set_as_mathematics():
    shown = claims.board()._repr_html_()
    assert "<span>$</span>1M instead of <span>$</span>11M" in shown
    assert "$" not in shown.replace("<span>$</span>", "")
