"""Where the course's things are, and the repository's address."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tomllib

_SLUG = re.compile(r"\d\d_[a-z0-9_]+|warm_up")


class CourseError(Exception):
    """Something that the person at the keyboard can put right; its text says what, where and what to do."""


@dataclass(frozen=True)
class Lab:
    """One lab: its slug, and the files that belong to it."""

    slug: str
    root: Path

    @property
    def folder(self) -> Path:
        """Folder of the source, the worked solution and the answers."""
        return self.root / "solutions" / self.slug

    @property
    def source(self) -> Path:
        """The only file of a lab that people edit."""
        return self.folder / f"{self.slug}.py"

    @property
    def solution(self) -> Path:
        """The worked solution, with all tests; generated."""
        return self.folder / f"{self.slug}.ipynb"

    @property
    def release(self) -> Path:
        """What a student gets; generated."""
        return self.root / "labs" / self.slug / f"{self.slug}.ipynb"

    @property
    def lesson(self) -> Path:
        """The lecture page, for people to edit."""
        return self.root / "course" / "lessons" / f"{self.slug}.md"

    @property
    def answers(self) -> Path:
        """Folder of right and wrong answers, one file a question."""
        return self.folder / "answers"

    @property
    def signatures(self) -> Path:
        """Which expectations each known wrong answer fails; generated."""
        return self.root / "gpu_utils" / "data" / "signatures" / f"{self.slug}.json"

    def tell(self, path: Path) -> str:
        """Return a path as people read it: below the course's root where it is there."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)


@dataclass(frozen=True)
class Project:
    """A checkout of the course."""

    root: Path

    @classmethod
    def here(cls) -> Project:
        """Return the checkout that this file belongs to."""
        return cls(Path(__file__).resolve().parents[1])

    def labs(self) -> list[Lab]:
        """Return every lab that has a source, in the order of their numbers, the warm-up last."""
        folder = self.root / "solutions"
        if not folder.is_dir():
            raise CourseError(f"there is no folder {folder}: run this in a checkout of the course.")
        slugs = sorted(path.name for path in folder.iterdir() if _SLUG.fullmatch(path.name))
        return [lab for slug in slugs if (lab := Lab(slug, self.root)).source.is_file()]

    def lab(self, slug: str) -> Lab:
        """Return the lab of that slug; raise CourseError with the nearest one when there is none."""
        slugs = [lab.slug for lab in self.labs()]
        if slug in slugs:
            return Lab(slug, self.root)
        nearest = [s for s in slugs if slug and s.startswith(slug)] or difflib.get_close_matches(slug, slugs, n=1)
        guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
        have = ", ".join(slugs) or "none yet"
        raise CourseError(f"there is no lab '{slug}' in {self.root / 'solutions'}.{guess} Labs: {have}.")

    def select(self, slugs: list[str]) -> list[Lab]:
        """Return the labs that were named, or all when none was."""
        return [self.lab(slug) for slug in slugs] if slugs else self.labs()

    @cached_property
    def distribution(self) -> str:
        """Name under which pip knows the package."""
        return str(self._pyproject["project"]["name"])

    @cached_property
    def repository(self) -> str:
        """Address of the repository, without a slash at its end: [project.urls].Repository."""
        try:
            return str(self._pyproject["project"]["urls"]["Repository"]).rstrip("/")
        except KeyError as error:
            raise CourseError(
                f"{self.root / 'pyproject.toml'} has no [project.urls].Repository: badges are built from it."
            ) from error

    @cached_property
    def _pyproject(self) -> dict[str, Any]:
        path = self.root / "pyproject.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CourseError(f"there is no {path}: run this in a checkout of the course.") from error
        except tomllib.TOMLDecodeError as error:
            raise CourseError(f"{path} isn't valid TOML: {error}.") from error


def for_each(labs: list[Lab], task: Callable[[Lab], None]) -> None:
    """Do the task for every lab; a lab that can't be read doesn't keep the others waiting, and is told at the end."""
    broken = []
    for lab in labs:
        try:
            task(lab)
        except CourseError as error:
            broken.append(str(error))
    if broken:
        raise CourseError("\ncourse: ".join(broken))
