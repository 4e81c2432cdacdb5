"""What each GPU can be cut into, and the names of profiles taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_utils import mig

GPUS = mig.gpus()
A100 = "A100-40GB"
every_gpu = pytest.mark.parametrize("gpu", GPUS)


class TestTables:
    """What the rows say, and that each says where it has it from."""

    @every_gpu
    def test_every_row_is_whole_and_has_a_source(self, gpu: str):
        compute, memory = mig.slices(gpu)
        for name, each in mig.profiles(gpu).items():
            parsed = mig.parse_profile(name)
            assert parsed["compute_slices"] == each.compute_slices <= compute
            assert all(0 <= start <= memory - each.memory_slices for start in each.starts)
            assert each.source.startswith("https://")
            assert each.memory_gib is None or abs(each.memory_gib / parsed["memory_gb"] - 1) < 0.13
            # As many fit as the table says, and not one more.
            assert mig.is_legal([name] * each.max_instances, gpu)
            assert not mig.is_legal([name] * (each.max_instances + 1), gpu)

    def test_sizes_and_shares_agree(self):
        for gpu in GPUS:
            _, memory = mig.slices(gpu)
            whole = max(mig.parse_profile(name)["memory_gb"] for name in mig.profiles(gpu))
            for name, each in mig.profiles(gpu).items():
                share = mig.parse_profile(name)["memory_gb"] / whole
                assert abs(share - each.memory_slices / memory) <= 0.02, (gpu, name)

    def test_a30_has_a_short_name(self):
        assert mig.profiles("A30") == mig.profiles("A30-24GB")

    def test_an_unknown_gpu_or_profile_lists_the_known(self):
        with pytest.raises(ValueError, match=r"T4.*A100-40GB, A100-80GB, A30-24GB, H100-80GB"):
            mig.profiles("T4")
        with pytest.raises(ValueError, match=r"no profile '6g.30gb': it has 1g.5gb, 1g.5gb\+me"):
            mig.is_legal(["6g.30gb"], A100)
        for function in (mig.placements, mig.why_not, mig.plan, mig.lower_bound, mig.prices, mig.is_legal):
            with pytest.raises(ValueError, match=r"no profile '1g\.6gb'"):
                function(["1g.5gb", "1g.6gb"], A100)
            with pytest.raises(ValueError, match="a list of profiles"):
                function("1g.5gb", A100)
            with pytest.raises(ValueError, match="don't know the GPU"):
                function(["1g.5gb"], "T4")

    def test_what_is_returned_can_be_changed_without_harm(self):
        mig.profiles(A100).clear()
        mig.all_layouts(A100).clear()
        assert len(mig.profiles(A100)) == 7
        assert len(mig.all_layouts(A100)) == 37


class TestParseProfile:
    """Names and their parts."""

    @settings(deadline=None)
    @given(
        compute=st.integers(1, 9), memory=st.integers(1, 300), inside=st.none() | st.integers(1, 9),
        attributes=st.lists(st.sampled_from(["+me", "+gfx", "+me.all", "-me"]), unique=True),
    )  # fmt: skip
    def test_what_is_written_is_read(self, compute: int, memory: int, inside: int | None, attributes: list[str]):
        name = f"{compute}g.{memory}gb" + "".join(attributes)
        name = name if inside is None else f"{inside}c.{name}"
        if inside is not None and inside > compute:
            with pytest.raises(ValueError, match="larger than its GPU instance"):
                mig.parse_profile(name)
            return
        assert mig.parse_profile(name) == {
            "compute_slices": compute,
            "memory_gb": memory,
            "ci_slices": inside,
            "attributes": sorted(each.removeprefix("+") for each in attributes),
        }

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "",
                "3g",
                "3g.20",
                "3g.20GB",
                "g.20gb",
                "0g.5gb",
                "01g.5gb",
                "3g.20gb ",
                " 3g.20gb",
                "3g.20gb\n",
                "3g20gb",
            ),
            *("MIG 3g.20gb", "c.3g.20gb", "0c.3g.20gb", "1c.3g", "3g.20gb+", "3g.20gb+ME", "3g.20gb+me+me", "³g.20gb"),
            *("3g.20gb+me.", "-3g.20gb", "1c3g.20gb", "3g.20gb me", "4c.3g.20gb", "٣g.20gb"),
            *(None, 3, b"3g.20gb", ["3g.20gb"]),
        ],
    )
    def test_anything_else_is_refused(self, name: object):
        with pytest.raises(ValueError):
            mig.parse_profile(name)  # type: ignore[arg-type]
