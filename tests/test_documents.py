"""The documents agree with the course: addresses, links, the syllabus, credits, versions, and the picture."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest
import tomllib
import yaml

from course.authoring.notebook import badges
from course.authoring.prose_rules import missing_alt_text, unlabelled_numbers
from course.authoring.source import read_source
from course.project import Lab, Project
from course.site.picture import STOPS
from course.site.vignettes import VIGNETTES

PROJECT = Project.here()
ROOT = PROJECT.root
SLUGS = [
    "00_hardware_tour",
    "01_image_filters",
    "02_cuda_kernels",
    "03_layers",
    "04_cnn_training",
    "05_rnn_training",
    "06_number_formats",
    "07_mixed_precision",
    "08_reading_datasheets",
    "09_scaling_dgx",
    "10_experiments_and_cost",
    "11_mig_inference",
    "12_jetson_deployment",
    "13_model_security",
    "14_capstone",
]
"""The fifteen labs: tests, answers, grading and the ledger refer to them by these names."""

LABS = [lab for lab in PROJECT.labs() if lab.release.is_file()]
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "course").rglob("*.md"), *(ROOT / "solutions").rglob("*.md")]
    if ".ipynb_checkpoints" not in path.parts
)
LESSONS = [path for path in DOCUMENTS if path.parent.name == "lessons"]

_LINK = re.compile(r"(?<!`)\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:img|a)\b[^>]*?(?:src|href)=\"([^\"]+)\"")
_ADDRESSES = [
    re.compile(r"(https://github\.com/[\w.-]+/[\w.-]+)"),
    re.compile(r"https://colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/"),
    re.compile(r"https://mybinder\.org/v2/gh/([\w.-]+/[\w.-]+)/"),
]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=map(named, DOCUMENTS))
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=map(named, LESSONS))
each_lab = pytest.mark.parametrize("lab", LABS, ids=[lab.slug for lab in LABS])


@pytest.mark.parametrize("name", ["README.md", "course/README.md", "CITATION.cff"])
def test_the_repository_has_one_address(name: str):
    owner_and_name = "/".join(PROJECT.repository.split("/")[-2:])
    found = {address for pattern in _ADDRESSES for address in pattern.findall(read(name))}
    assert found, f"{name} names no repository"
    assert found <= {PROJECT.repository, owner_and_name}, f"{name}: [project.urls].Repository is {PROJECT.repository}"


@each_document
def test_every_relative_link_leads_somewhere(path: Path):
    assert dead_links(path) == []


def test_a_dead_link_is_noticed(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A head: here\n[a](page.md) [b](gone.md) [c](#a-head-here) [d](page.md#gone) [e](https://a.org)\n"
    )
    assert dead_links(page) == ["gone.md", "page.md#gone"]


@each_document
def test_pictures_have_alt_text(path: Path):
    assert list(missing_alt_text(path.read_text(encoding="utf-8"))) == []


@each_lesson
def test_numbers_of_a_lesson_say_where_they_come_from(path: Path):
    assert list(unlabelled_numbers(path.read_text(encoding="utf-8"))) == []


def test_the_syllabus_lists_exactly_the_labs():
    assert syllabus_slugs() == ["warm_up", *SLUGS]


def test_the_syllabus_says_plainly_what_is_to_come():
    to_come = [row[0].split(" · ")[0] for row in syllabus() if row[1] == "to come"]
    assert to_come == [slug for slug in ["warm_up", *SLUGS] if slug not in {lab.slug for lab in LABS}]


@each_lab
def test_the_syllabus_says_of_a_lab_what_the_lab_says(lab: Lab):
    row = syllabus()[syllabus_slugs().index(lab.slug)]
    assert row[0].startswith(f"[{lab.slug}](../labs/{lab.slug}/{lab.slug}.ipynb) · ")
    assert row[1:] == expected_row(lab)


def test_the_readme_lists_exactly_the_labs_that_are_there():
    row = next(line for line in read("README.md").splitlines() if line.startswith("| labs |"))
    assert sorted(re.findall(r"\[(\w+)\]\(labs/", row)) == sorted(lab.slug for lab in LABS)


def test_every_lab_stands_on_the_picture():
    assert [stop.slug for stop in STOPS] == list(VIGNETTES) == SLUGS


def test_the_picture_is_light_and_wide_enough():
    data = (ROOT / "course/site/course.png").read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert len(data) < 300_000
    assert width == 1600 and height < width


def test_photographs_are_credited():
    credits = json.loads(read("gpu_utils/data/photographs/credits.json"))
    notice = read("NOTICE")
    for row in credits.values():
        licence = row["licence_url"] or row["licence"]
        missing = [word for word in (row["file"], row["author"], row["title"], licence) if word not in notice]
        assert missing == [], f"NOTICE says nothing of {missing}"
    assert credits["china"]["author"] in read("README.md"), "the README shows this photograph in its picture"


def test_the_citation_is_of_this_version():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["version"] == project["version"]
    assert citation["repository-code"] == PROJECT.repository
    assert project["license"] in citation["license"]


def test_binder_has_the_pins_of_make_lab_and_torch_without_cuda():
    build = read("binder/postBuild")
    assert "grep -v '^torch==' constraints.txt" in build
    assert "--editable '.[lab]'" in build
    assert "pytorch-cpu" in str(yaml.safe_load(read("binder/environment.yml"))["dependencies"])


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "course/instructors/guide.md"])
def test_every_make_target_that_is_named_exists(name: str):
    targets = set(re.findall(r"^(\w+):", read("Makefile"), flags=re.MULTILINE))
    named_targets = set(re.findall(r"(?:^|`)make (\w+)", read(name), flags=re.MULTILINE))
    assert named_targets <= targets


def syllabus() -> list[list[str]]:
    """The rows of the syllabus' first table, without its head."""
    rows = [line for line in read("course/README.md").splitlines() if re.match(r"\| \[?(?:\d\d_|warm_up)", line)]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def syllabus_slugs() -> list[str]:
    return [re.sub(r"\W", "", row[0].split(" · ")[0].split("]")[0]) for row in syllabus()]


def expected_row(lab: Lab) -> list[str]:
    """Badges, minutes, points and hardware, as the lab's own first cell has them."""
    source = read_source(lab.source, lab.tell(lab.source))
    core, stretch = source.points("core"), source.points("stretch")
    points = f"{core:g} + {stretch:g} stretch" if stretch else f"{core:g}" if core else "not graded"
    return [badges(lab.slug, PROJECT), str(source.minutes), points, source.hardware]


def dead_links(path: Path) -> list[str]:
    """Relative links of a document that lead to no file, or to no heading."""
    text = without_code(path.read_text(encoding="utf-8"))
    dead = []
    for target in (found[0] or found[1] for found in _LINK.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    return dead


def anchors(path: Path) -> set[str]:
    """The headings of a document as GitHub makes anchors of them."""
    heads = re.findall(r"^#+ (.+)$", without_code(path.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
