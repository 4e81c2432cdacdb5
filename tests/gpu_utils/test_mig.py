"""Slices of a GPU: every multiset of profiles against brute force, and the order of creation."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_utils import mig
from gpu_utils.mig import Placement

GPUS = mig.gpus()
A100 = "A100-40GB"
IDS = {19: "1g.5gb", 15: "1g.10gb", 14: "2g.10gb", 9: "3g.20gb", 5: "4g.20gb"}
every_gpu = pytest.mark.parametrize("gpu", GPUS)


def rows(gpu: str) -> dict[str, dict]:
    """The table as it lies on disk, past the code under test."""
    table = json.loads((files("gpu_utils") / "data" / "mig_geometry.json").read_text(encoding="utf-8"))
    return {row["name"]: row for row in table["gpus"][gpu]["profiles"]}


def brute_force(gpu: str) -> dict[tuple[str, ...], set[frozenset[tuple[str, int]]]]:
    """Every filling of a GPU, slot by slot from the left, grouped by its profiles: first everything, then the limits.

    The planner goes the other way: from a list of profiles to its placements.
    """
    known, (_, memory) = rows(gpu), mig.slices(gpu)

    def fill(slot: int) -> Iterator[tuple[tuple[str, int], ...]]:
        if slot >= memory:
            yield ()
            return
        yield from fill(slot + 1)
        for name, row in known.items():
            if slot in row["starts"]:
                for rest in fill(slot + row["memory_slices"]):
                    yield ((name, slot), *rest)

    found: dict[tuple[str, ...], set[frozenset[tuple[str, int]]]] = defaultdict(set)
    for filling in fill(0):
        names = tuple(sorted(name for name, _ in filling))
        enough = all(names.count(name) <= known[name]["max_instances"] for name in names)
        if enough and sum("+me" in name for name in names) <= 1:
            found[names].add(frozenset(filling))
    return found


def created(profiles: list[str], gpu: str = A100) -> list[Placement]:
    placed: list[Placement] = []
    for name in profiles:
        placed.append(mig.create(placed, name, gpu))
    return placed


class TestEveryMultiset:
    """Brute force and planner agree on every multiset of profiles, for every GPU."""

    @every_gpu
    def test_placements_are_those_of_brute_force(self, gpu: str):
        found = brute_force(gpu)
        _, memory = mig.slices(gpu)
        for count in range(memory + 2):
            for multiset in itertools.combinations_with_replacement(sorted(rows(gpu)), count):
                ways = mig.placements(multiset, gpu)
                assert {frozenset((each.profile, each.start) for each in way) for way in ways} == found.get(
                    multiset, set()
                )
                assert len(ways) == len(found.get(multiset, ()))
                assert mig.is_legal(multiset, gpu) == bool(ways)
                assert (mig.why_not(multiset, gpu) == "") == bool(ways)

    @every_gpu
    def test_layouts_are_those_of_brute_force(self, gpu: str):
        found = {names for names in brute_force(gpu) if names}
        assert mig.all_layouts(gpu, mig.profiles(gpu)) == found
        base = {name for name, each in mig.profiles(gpu).items() if each.is_base}
        assert mig.all_layouts(gpu) == {names for names in found if base.issuperset(names)}

    @pytest.mark.parametrize(("gpu", "base", "double"), [(A100, 37, 77), ("H100-80GB", 37, 77), ("A30", 9, 9)])
    def test_how_many_layouts_there_are(self, gpu: str, base: int, double: int):
        assert len(mig.all_layouts(gpu)) == base
        assert len(mig.all_layouts(gpu, [name for name, each in mig.profiles(gpu).items() if not each.media])) == double

    @every_gpu
    def test_the_starts_never_forbid_a_set(self, gpu: str):
        """Counting suffices: slices, max_instances, one +me. The starts decide over orders of creation only."""
        compute, memory = mig.slices(gpu)
        known = rows(gpu)
        for count in range(memory + 2):
            for multiset in itertools.combinations_with_replacement(sorted(known), count):
                counted = (
                    sum(known[name]["memory_slices"] for name in multiset) <= memory
                    and sum(known[name]["compute_slices"] for name in multiset) <= compute
                    and all(multiset.count(name) <= known[name]["max_instances"] for name in multiset)
                    and sum("+me" in name for name in multiset) <= 1
                )
                assert mig.is_legal(multiset, gpu) == counted

    def test_the_user_guides_examples(self):
        """https://docs.nvidia.com/datacenter/tesla/mig-user-guide/concepts.html"""
        one, double, two, three, four, whole = "1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"
        allowed = [[one] * 7, [two] * 3 + [one], [four, three], [four, two, one], [four] + [one] * 3, [three] * 2]
        allowed += [[three, two, two], [three, two, one, one], [three] + [one] * 4, [two] + [one] * 5, [whole]]
        allowed += [[double] * 4, [three, double, double], []]
        refused = [[three, three, one], [four, four], [two] * 4, [one] * 8, [whole, one]]
        assert all(mig.is_legal(each, A100) for each in allowed)
        assert not any(mig.is_legal(each, A100) for each in refused)


class TestWhyNot:
    """One sentence, and the right one."""

    @pytest.mark.parametrize(
        ("profiles", "sentence"),
        [
            (["4g.20gb", "4g.20gb"], "A100-40GB holds at most 1 of 4g.20gb, and here are 2."),
            (["1g.5gb"] * 8, "A100-40GB holds at most 7 of 1g.5gb, and here are 8."),
            (["1g.5gb+me"] * 2, "Only one instance of a GPU can have the media engines (+me), and here are 2."),
            (["7g.40gb", "1g.5gb"], "These take 9 memory slices (7g.40gb 8, 1g.5gb 1), and A100-40GB has 8."),
            (
                ["2g.10gb", "4g.20gb", "2g.10gb"],
                "These take 8 compute slices (4g.20gb 4, 2g.10gb 2, 2g.10gb 2), and A100-40GB has 7.",
            ),
            (["3g.20gb", "3g.20gb"], ""),
            ([], ""),
        ],
    )
    def test_on_an_a100(self, profiles: list[str], sentence: str):
        assert mig.why_not(profiles, A100) == sentence

    def test_media_engines_are_there_once_for_all_sizes(self):
        assert "media engines" in mig.why_not(["1g.6gb+me", "2g.12gb+me"], "A30")

    @every_gpu
    def test_every_refusal_is_one_sentence(self, gpu: str):
        for multiset in itertools.combinations_with_replacement(mig.profiles(gpu), 4):
            said = mig.why_not(multiset, gpu)
            assert said == "" or (said.endswith(".") and "\n" not in said and said[0].isupper())


class TestCreate:
    """One after the other, nothing moved."""

    @pytest.mark.parametrize(
        ("profile_ids", "starts"),
        [((19, 14, 5), (6, 4, 0)), ((9, 19, 14, 19), (4, 0, 2, 1)), ((14, 19, 19, 19, 19, 19), (4, 6, 0, 1, 2, 3))],
    )
    def test_the_sessions_of_the_user_guide(self, profile_ids: tuple[int, ...], starts: tuple[int, ...]):
        """https://docs.nvidia.com/datacenter/tesla/mig-user-guide/getting-started-with-mig.html"""
        assert tuple(each.start for each in created([IDS[each] for each in profile_ids])) == starts

    def test_the_session_that_fails_there_fails_here(self):
        placed = created([IDS[19], IDS[19], IDS[14]])
        assert [each.start for each in placed] == [6, 4, 0]  # their instance IDs 13, 11 and 3
        assert mig.is_legal([*(each.profile for each in placed), "3g.20gb"], A100)
        with pytest.raises(
            ValueError,
            match=r"fragmented: .* but 2g\.10gb at 0 blocks its start 0 and 1g\.5gb at 6 blocks its start 4",
        ):
            mig.create(placed, "3g.20gb", A100)

    @every_gpu
    def test_the_largest_first_always_works(self, gpu: str):
        known = mig.profiles(gpu)
        for layout in mig.all_layouts(gpu, known):
            order = sorted(layout, key=lambda name: (-known[name].memory_slices, -known[name].compute_slices))
            assert (
                mig.placements(layout, gpu).count(tuple(sorted(created(order, gpu), key=lambda each: each.start))) == 1
            )

    def test_what_is_illegal_is_said_to_be_so_and_not_fragmented(self):
        with pytest.raises(ValueError, match="These take 9 memory slices"):
            mig.create(created(["3g.20gb", "3g.20gb"]), "1g.5gb", A100)
        with pytest.raises(ValueError, match="media engines"):
            mig.create([Placement("1g.5gb+me", 6, 1)], "1g.5gb+me", A100)

    @settings(deadline=None)
    @given(data=st.data(), gpu=st.sampled_from(GPUS))
    def test_free_starts_are_those_that_leave_a_placement(self, data: st.DataObject, gpu: str):
        names = st.lists(st.sampled_from(sorted(mig.profiles(gpu))), min_size=1, max_size=5)
        legal = data.draw(names.filter(lambda each: mig.is_legal(each, gpu)))
        *standing, last = data.draw(st.sampled_from(mig.placements(legal, gpu)))
        free = mig.free_starts(standing, last.profile, gpu)
        expected = {
            each.start
            for way in mig.placements([*(each.profile for each in standing), last.profile], gpu)
            for each in way
            if set(way) - {each} == set(standing) and each.profile == last.profile
        }
        assert set(free) == expected
        assert last.start in free
        assert mig.create(standing, last.profile, gpu).start in free

    def test_what_can_not_stand_is_refused(self):
        for placed, sentence in (
            ([Placement("3g.20gb", 2, 4)], "starts at 0 or 4, not 4 at 2"),
            ([Placement("3g.20gb", 4, 3)], "takes 4 memory slices"),
            ([Placement("3g.20gb", 0, 4), Placement("1g.5gb", 3, 1)], "1g.5gb at 3 overlaps"),
            ([Placement("9g.90gb", 0, 4)], "no profile '9g.90gb'"),
        ):
            with pytest.raises(ValueError, match=sentence):
                mig.free_starts(placed, "1g.5gb", A100)
