"""Finds which submitted cell is which canonical cell: by grade_id, cell id, text, what it defines, likeness, place."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from course.grading.lab import Cell, Lab, grade_id, is_experiment, is_locked, is_solution

LIKE = 70.0
"""Least likeness (0 to 100) at which a cell without any id counts as a student's version of a canonical cell."""
COPY = 85.0
"""Least likeness at which an unmatched cell counts as a copy of a locked cell, and is left out."""

Matches = dict[int, int]
"""Position of a canonical cell -> position of the submitted cell."""


def match(submitted: list[Cell], lab: Lab) -> Matches:
    """Pair canonical with submitted cells; every submitted cell is used at most once."""
    matches: Matches = {}
    for step in (_by_grade_id, _by_cell_id, _by_text, _by_definition, _by_likeness, _by_place):
        free = [i for i in range(len(submitted)) if i not in set(matches.values())]
        wanted = [i for i in range(len(lab.cells)) if i not in matches]
        if free and wanted:
            matches.update(step(wanted, free, submitted, lab))
    return matches


def same_text(one: str, other: str) -> bool:
    """Whether two sources differ at most in white space at the ends of lines."""
    return _plain(one) == _plain(other)


def is_copy(cell: Cell, lab: Lab) -> bool:
    """Whether a cell that matched nothing repeats a locked cell, or an answer's stub, of the lab."""
    text = cell["source"]
    for canonical in lab.released:
        if is_solution(canonical) and same_text(text, canonical["source"]):
            return True
        locked = is_locked(canonical) and canonical["cell_type"] == "code"
        if locked and fuzz.ratio(text, canonical["source"], score_cutoff=COPY) > 0:
            return True
    return False


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _by_grade_id(wanted: list[int], free: list[int], submitted: list[Cell], lab: Lab) -> Matches:
    places: dict[str, list[int]] = {}
    for i in free:
        places.setdefault(grade_id(submitted[i]), []).append(i)
    found: Matches = {}
    for i in wanted:
        candidates = places.get(grade_id(lab.cells[i]) or "\0", [])
        if candidates:
            stub = lab.released[i]["source"]
            written = [c for c in candidates if not same_text(submitted[c]["source"], stub)]
            # Of several answers nbgrader, too, takes the last; an untouched copy never wins over a written one.
            found[i] = (written or candidates)[-1] if is_solution(lab.cells[i]) else candidates[0]
    return found


def _by_cell_id(wanted: list[int], free: list[int], submitted: list[Cell], lab: Lab) -> Matches:
    known = {grade_id(c) for c in lab.cells} - {""}
    places = {submitted[i]["id"]: i for i in free if submitted[i]["id"] and grade_id(submitted[i]) not in known}
    return {i: places[lab.cells[i]["id"]] for i in wanted if lab.cells[i].get("id") in places}


def _by_text(wanted: list[int], free: list[int], submitted: list[Cell], lab: Lab) -> Matches:
    released = [_plain(c["source"]) for c in lab.released]
    places: dict[str, int] = {}
    for i in free:
        places.setdefault(_plain(submitted[i]["source"]), i)
    unique = [i for i in wanted if released.count(released[i]) == 1 and released[i]]
    return {i: places[released[i]] for i in unique if released[i] in places}


def _by_definition(wanted: list[int], free: list[int], submitted: list[Cell], lab: Lab) -> Matches:
    found: Matches = {}
    for i in wanted:
        if is_solution(lab.cells[i]) and (names := _defines(lab.cells[i]["source"])):
            same = [j for j in free if names & _defines(submitted[j]["source"]) and j not in found.values()]
            if same:
                found[i] = same[-1]
    return found


def _defines(source: str) -> set[str]:
    return set(re.findall(r"^(?:async )?(?:def|class) +(\w+)", source, flags=re.MULTILINE))


def _by_likeness(wanted: list[int], free: list[int], submitted: list[Cell], lab: Lab) -> Matches:
    scored = []
    for i in wanted:
        canonical = lab.cells[i]
        if is_experiment(canonical) or canonical["cell_type"] != "code":
            continue
        originals = {lab.released[i]["source"], canonical["source"]}
        for j in free:
            text = submitted[j]["source"]
            likeness = max(fuzz.ratio(text, original, score_cutoff=LIKE) for original in originals)
            if likeness:
                scored.append((likeness, i, j))
    found: Matches = {}
    for _, i, j in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if i not in found and j not in found.values():
            found[i] = j
    return found


def _by_place(wanted: list[int], free: list[int], submitted: list[Cell], lab: Lab) -> Matches:
    """Written answers without any id: the longest prose cell between the matched neighbours, found by their text."""
    texts = [_plain(c["source"]) for c in submitted]
    anchors = {i: texts.index(t) for i, c in enumerate(lab.released) if (t := _plain(c["source"])) in texts and t}
    found: Matches = {}
    for i in wanted:
        if not is_solution(lab.cells[i]) or lab.cells[i]["cell_type"] != "markdown":
            continue
        before = [p for k, p in anchors.items() if k < i and not is_solution(lab.cells[k])]
        after = [p for k, p in anchors.items() if k > i and not is_solution(lab.cells[k])]
        low, high = max(before, default=-1), min((p for p in after if p > max(before, default=-1)), default=len(texts))
        prose = [j for j in free if low < j < high and submitted[j]["cell_type"] != "code" and j not in found.values()]
        if prose:
            found[i] = max(prose, key=lambda j: len(texts[j]))
    return found
