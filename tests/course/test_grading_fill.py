"""Marks into the sheets that learning platforms export, and nothing invented."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest

from course.__main__ import run
from course.grading import fill
from course.grading.fill import Mark

CANVAS = "\n".join(
    [
        "Student,ID,SIS User ID,SIS Login ID,Section,01_demo (4711),Quiz (4712),Final Score",
        "    Points Possible,,,,,20.0,10,(read only)",
        '"Lovelace, Ada",1,u1,ada,"Group ""A""",,7,',
        '"Meitner, Lise",2,u2,lise@uni.example,B,,8,',
        '"Nobody, Known",3,u3,ghost,B,5,9,',
        "",
    ]
)
MOODLE = "\n".join(
    [
        '"Identifier";"Full name";"Email address";"Status";"Grade";"Maximum Grade";"Feedback comments"',
        '"Participant 1";"Ada Lovelace";"ada@uni.example";"Submitted";"";"10,00";"süß"',
        '"Participant 2";"Lise Meitner";"lise@uni.example";"Submitted";"";"10,00";""',
        "",
    ]
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"01 demo [Total Pts: 40 Score] |123"\t"Notes"\r\n'
    '"Lovelace"\t"Ada"\t"ada"\t"7"\t""\t"tab\tinside"\r\n'
    '"Meitner"\t"Lise"\t"lise"\t"8"\t"Needs Grading"\t""\r\n'
)


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graded class: Ada has 0.875 of the core points, Lise all, Max is in no sheet, and Otto waits for a person."""
    marks = {
        "ada": Mark(0.875),
        "lise": Mark(1.0),
        "max": Mark(0.5),
        "otto": Mark(None, "why-bandwidth not marked yet"),
    }

    class OneLab:
        slug = "01_demo"

    monkeypatch.setattr(fill, "_lab", lambda *_: OneLab())
    monkeypatch.setattr(fill, "_marks", lambda *_: dict(marks))
    return tmp_path


def sheet(folder: Path, text: str, encoding: str = "utf-8", bom: bytes = b"") -> Path:
    path = folder / "export.csv"
    path.write_bytes(bom + text.encode(encoding))
    return path


def rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter))


def test_canvas_keeps_its_rows_and_quotes_and_gets_marks_out_of_its_own_points(graded: Path, capsys):
    path = sheet(graded, CANVAS)
    assert run(["fill", "canvas", str(path), "--graded", str(graded)]) == 0
    said = capsys.readouterr().out
    after = rows(graded / "export.filled.csv")
    before = rows(path)
    assert [row[5] for row in after] == ["01_demo (4711)", "20.0", "17.5", "20", "5"]
    for old, new in zip(before, after, strict=True):
        assert old[:5] + old[6:] == new[:5] + new[6:]
    assert "2 graded, but not in the sheet: max, otto" in said
    assert "1 in the sheet, but nothing graded: Nobody, Known (ghost)" in said


def test_moodle_with_semicolons_and_umlauts(graded: Path):
    path = sheet(graded, MOODLE, bom=codecs.BOM_UTF8)
    assert run(["fill", "moodle", str(path), "--graded", str(graded)]) == 0
    data = (graded / "export.filled.csv").read_bytes()
    assert data.startswith(codecs.BOM_UTF8)
    after = rows(graded / "export.filled.csv", "utf-8-sig", ";")
    assert [row[4] for row in after[1:]] == ["8,75", "10"]
    assert after[1][6] == "süß"


@pytest.mark.parametrize("bom", [codecs.BOM_UTF16_LE, b""])
def test_blackboard_in_utf16_with_tabs_and_windows_line_ends(graded: Path, bom: bytes):
    path = sheet(graded, BLACKBOARD, "utf-16-le", bom)
    assert run(["fill", "blackboard", str(path), "--graded", str(graded)]) == 0
    text = (graded / "export.filled.csv").read_bytes().removeprefix(bom).decode("utf-16-le")
    expected = BLACKBOARD.replace('"7"\t""', '"7"\t"35"').replace("Needs Grading", "40")
    assert text == expected


def test_a_column_of_another_name_and_students_of_another_name_can_be_told(graded: Path):
    path = sheet(graded, "Student,SIS Login ID,Homework one\nLovelace,a.lovelace,\n")
    (graded / "ids.csv").write_text("a.lovelace,ada\n")
    words = ["fill", "canvas", str(path), "--graded", str(graded), "--column", "Homework one"]
    assert run([*words, "--ids", str(graded / "ids.csv"), "--write", str(graded / "done.csv")]) == 0
    assert rows(graded / "done.csv")[1] == ["Lovelace", "a.lovelace", "87.5"]


def test_who_waits_for_a_person_is_left_blank_and_named(graded: Path, capsys):
    path = sheet(graded, "Student,SIS Login ID,01_demo\nO,otto,\n")
    assert run(["fill", "canvas", str(path), "--graded", str(graded)]) == 0
    assert rows(graded / "export.filled.csv")[1] == ["O", "otto", ""]
    assert "1 left blank: otto (why-bandwidth not marked yet)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no columns"),
        (b"just a line\n", "has no columns"),
        (b"PK\x03\x04rest", "is an Excel workbook: export it as CSV"),
        (b"Name,Mark\nAda,1\n", "doesn't look like a sheet of canvas"),
        (b"Student,SIS Login ID,Quiz\nA,ada,\n", "no column names 01_demo: say --column with one of"),
        (b"Student,SIS Login ID,01_demo,01_demo again\nA,ada,,\n", "several columns name 01_demo"),
        (b"Student,SIS Login ID,01_demo\nA,ada,\nB,ada,\n", "rows 2 and 3 are both ada"),
    ],
)
def test_bad_sheets_get_one_sentence_and_nothing_is_written(graded: Path, capsys, content: bytes, says: str):
    path = graded / "export.csv"
    path.write_bytes(content)
    assert run(["fill", "canvas", str(path), "--graded", str(graded)]) == 2
    assert says in capsys.readouterr().err
    assert path.read_bytes() == content
    assert not (graded / "export.filled.csv").exists()


def test_the_exported_sheet_itself_is_never_overwritten(graded: Path, capsys):
    path = sheet(graded, CANVAS)
    assert run(["fill", "canvas", str(path), "--graded", str(graded), "--write", str(path)]) == 2
    assert "--write another file" in capsys.readouterr().err
    assert path.read_text() == CANVAS


def test_missing_folders_and_files_are_named(tmp_path: Path, capsys):
    assert run(["fill", "canvas", str(tmp_path / "none.csv"), "--graded", str(tmp_path)]) == 2
    assert "none.csv can't be read" in capsys.readouterr().err
    path = sheet(tmp_path, CANVAS)
    assert run(["fill", "canvas", str(path), "--graded", str(tmp_path)]) == 2
    assert "has no gradebook.db: name the --out folder" in capsys.readouterr().err


REAL = {
    "canvas, excused, a test student, a column that nobody may fill": (
        "canvas",
        "Student,ID,SIS User ID,SIS Login ID,Section,01_demo (1234),Final Score\r\n,,,,,Manual Posting,\r\n"
        "    Points Possible,,,,,20.00,(read only)\r\n"
        '"Lovelace, Ada",101,S7001,ada,"Sec ""1"", and\nSec 2",,87.5\r\n'
        '"Meitner, Lise",102,S7002,lise@uni.example,Sec 1,EX,\r\n"Student, Test",103,,5f3a,Sec 1,,\r\n',
        {'and\nSec 2",,87.5': 'and\nSec 2",17.5,87.5'},
        ["1 excused, and left so: lise", "1 in the sheet, but nothing graded: Student, Test (5f3a)"],
    ),
    "canvas with thousands": (
        "canvas",
        'Student,ID,SIS Login ID,Section,01 - Demo (1)\n    Points Possible,,,,"1,000.00"\n"L, A",1,ada,S,\n',
        {"1,ada,S,": "1,ada,S,875"},
        ["1 marks out of 1000"],
    ),
    "canvas with semicolons and decimal commas": (
        "canvas",
        "Student;ID;SIS Login ID;Section;01_demo (1)\n    Points Possible;;;;20,00\nLovelace, Ada;1;ada;S;12,5\n",
        {"S;12,5": "S;17,5"},
        ["1 marks out of 20"],
    ),
    "moodle's gradebook, some cells quoted": (
        "moodle",
        'First name,"Last name","ID number","Email address","Assignment: 01 Demo (Real)",'
        '"Assignment: 01 Demo (Feedback)"\nAda,Lovelace,1,ada@uni.example,-,\n'
        'Lise,Meitner,2,lise@uni.example,"12,50",\n'
        "Bob,Nobody,3,ghost@uni.example,-,\n",
        {"ada@uni.example,-": 'ada@uni.example,"87,5"', '"12,50"': '"100"'},
        ["doesn't say what the column is worth: 100 was taken", "nothing graded: Bob Nobody (3)"],
    ),
    "moodle's assignment, feedback over two lines": (
        "moodle",
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments\n"
        'Participant 1,Ada Lovelace,ada@uni.example,"Submitted - ",,20.00,"<p>one\ntwo, ""three""</p>"\n',
        {'"Submitted - ",,': '"Submitted - ",17.5,'},
        ["1 marks out of 20 in column 'Grade'"],
    ),
    "blackboard, one in progress": (
        "blackboard",
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"01 Demo [Total Pts: 20 Score] |123"\t'
        '"Total [Total Pts: up to 100 Score] |9"\r\n"Lovelace"\t"Ada"\t"ada"\t"1"\t""\t"0.00"\r\n'
        '"O""Brien"\t"Two\nlines"\t"ghost"\t"2"\t""\t""\r\n'
        '"Meitner"\t"Lise"\t"lise"\t"3"\t"In Progress(3.00)"\t"0.00"\r\n',
        {'"1"\t""': '"1"\t"17.5"', "In Progress(3.00)": "20"},
        ["2 marks out of 20", 'nothing graded: Two lines O"Brien (ghost)'],
    ),
}


@pytest.mark.parametrize(("encoding", "bom"), [("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)])
@pytest.mark.parametrize("name", REAL)
def test_of_a_real_export_nothing_but_the_marks_changes(graded: Path, capsys, name: str, encoding: str, bom: bytes):
    platform, text, changed, says = REAL[name]
    path = sheet(graded, text, encoding, bom)
    assert run(["fill", platform, str(path), "--graded", str(graded)]) == 0
    for old, new in changed.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    assert (graded / "export.filled.csv").read_bytes() == bom + text.encode(encoding)
    said = capsys.readouterr().out
    assert all(words in said for words in says), said


def test_a_sheet_in_another_language_says_which_column_names_students(graded: Path, capsys):
    text = '"Vorname";"Nachname";"E-Mail-Adresse";"Aufgabe: 01_demo (Punkte)"\n"Ada";"Lovelace";"ada@uni.example";"-"\n'
    path = sheet(graded, text)
    words = ["fill", "moodle", str(path), "--graded", str(graded)]
    assert run(words) == 2
    assert "say --students with the column that names them" in capsys.readouterr().err
    assert run([*words, "--students", "E-Mail-Adresse", "--points", "20"]) == 0
    assert (graded / "export.filled.csv").read_text() == text.replace('"-"', '"17.5"')


def test_a_column_that_canvas_keeps_for_itself_is_not_filled(graded: Path, capsys):
    path = sheet(graded, CANVAS)
    assert run(["fill", "canvas", str(path), "--graded", str(graded), "--column", "Final Score"]) == 2
    assert "takes no marks in 'Final Score': it is read only" in capsys.readouterr().err
