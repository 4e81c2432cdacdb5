"""Plans as files and commands: what mig-parted, nvidia-smi and Kubernetes would read."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_utils import mig
from gpu_utils.mig import Placement

A100 = "A100-40GB"
GPU_UUID = "GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f"
NEW = "MIG-2b8f3d0c-6f1e-5d3a-9c47-8a1b2c3d4e5f"


class TestMigParted:
    """The configuration file."""

    def read(self, text: str) -> list[dict[str, Any]]:
        yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
        config = yaml.safe_load(text)
        assert config["version"] == "v1"
        (only,) = config["mig-configs"].values()
        return only

    def test_alike_gpus_share_an_entry(self):
        plan = [["3g.20gb", "3g.20gb"], ["1g.5gb"] * 7, ["3g.20gb", "3g.20gb"]]
        assert self.read(mig.to_mig_parted(plan, A100)) == [
            {"devices": [0, 2], "mig-enabled": True, "mig-devices": {"3g.20gb": 2}},
            {"devices": [1], "mig-enabled": True, "mig-devices": {"1g.5gb": 7}},
        ]

    def test_names_that_yaml_could_misread_stay_text(self):
        text = mig.to_mig_parted([["1g.5gb+me"], []], A100, name="1e3")
        assert self.read(text)[0]["mig-devices"] == {"1g.5gb+me": 1}
        assert self.read(text)[1]["mig-devices"] == {}
        assert '"1e3":' in text

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(sorted(mig.profiles(A100))), min_size=1, max_size=12))
    def test_what_was_planned_stands_in_the_file(self, requests: list[str]):
        plan = mig.plan(requests, A100)
        found: list[str] = []
        for entry in self.read(mig.to_mig_parted(plan, A100)):
            for name, count in entry["mig-devices"].items():
                found += [name] * count * len(entry["devices"])
        assert sorted(found) == sorted(requests)

    def test_what_can_not_be_cut_is_refused_when_the_gpu_is_known(self):
        wrong = [["1g.5gb"], ["4g.20gb", "4g.20gb"]]
        with pytest.raises(ValueError, match="GPU 1 of the plan: A100-40GB holds at most 1 of 4g"):
            mig.to_mig_parted(wrong, A100)
        assert "4g.20gb" in mig.to_mig_parted(wrong)

    def test_nonsense_is_refused(self):
        with pytest.raises(ValueError, match="without a GPU"):
            mig.to_mig_parted([])
        with pytest.raises(ValueError, match="no profile's name"):
            mig.to_mig_parted([["3g.20gb: 1\n  evil"]])
        with pytest.raises(ValueError, match="configuration's name"):
            mig.to_mig_parted([["1g.5gb"]], name='a": b')


class TestCommands:
    """What an administrator types."""

    def test_the_starts_stand_behind_the_colons(self):
        placed = [Placement("1g.5gb", 6, 1), Placement("2g.10gb", 4, 2), Placement("3g.20gb", 0, 4)]
        assert mig.commands(placed, A100, 2)[:2] == [
            "sudo nvidia-smi -i 2 -mig 1",
            "sudo nvidia-smi mig -i 2 -cgi 3g.20gb:0,2g.10gb:4,1g.5gb:6 -C",
        ]

    def test_an_empty_gpu_only_gets_the_mode(self):
        assert mig.commands([], A100) == ["sudo nvidia-smi -i 0 -mig 1", "nvidia-smi -L"]

    def test_what_can_not_stand_is_refused(self):
        with pytest.raises(ValueError, match="holds at most 1 of 4g"):
            mig.commands([Placement("4g.20gb", 0, 4)] * 2, A100)
        with pytest.raises(ValueError, match="no room"):
            mig.commands([Placement("3g.20gb", 0, 4), Placement("1g.5gb", 2, 1)], A100)


class TestParseNvidiaSmiL:
    """Lists of both generations, and what is no list."""

    def test_slices_of_today(self):
        text = (
            f"GPU 0: NVIDIA A100-SXM4-40GB (UUID: {GPU_UUID})\n"
            f"  MIG 3g.20gb     Device  0: (UUID: {NEW})\n"
            "  MIG 1c.2g.10gb  Device  1: (UUID: MIG-00000000-0000-5000-8000-000000000001)\n"
            "GPU 1: Tesla T4 (UUID: GPU-00000000-1111-2222-3333-444444444444)\r\n"
        )
        first, second = mig.parse_nvidia_smi_l(text)
        assert (first["index"], first["name"], first["uuid"]) == (0, "NVIDIA A100-SXM4-40GB", GPU_UUID)
        assert [each["profile"] for each in first["slices"]] == ["3g.20gb", "1c.2g.10gb"]
        assert first["slices"][0] == {
            "profile": "3g.20gb",
            "device": 0,
            "uuid": NEW,
            "gpu_instance": None,
            "compute_instance": None,
        }
        assert (second["name"], second["slices"]) == ("Tesla T4", [])

    def test_slices_before_r470_name_their_instances(self):
        text = f"GPU 0: A100-SXM4-40GB (UUID: {GPU_UUID})\n  MIG 1g.5gb Device 0: (UUID: MIG-{GPU_UUID}/7/0)"
        (gpu,) = mig.parse_nvidia_smi_l(text)
        (only,) = gpu["slices"]
        assert (only["gpu_instance"], only["compute_instance"]) == (7, 0)
        assert only["uuid"] == f"MIG-{GPU_UUID}/7/0"

    def test_a_gpu_whose_instances_have_no_compute_instance_lists_no_slice(self):
        (gpu,) = mig.parse_nvidia_smi_l(f"GPU 0: NVIDIA A100-SXM4-40GB (UUID: {GPU_UUID})\n")
        assert gpu["slices"] == []

    @pytest.mark.parametrize("text", ["", "\n\n", "No devices found.\n"])
    def test_no_gpu_is_an_empty_list(self, text: str):
        assert mig.parse_nvidia_smi_l(text) == []

    def test_a_driver_that_failed_is_no_list(self):
        failed = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
        with pytest.raises(ValueError, match=r"no list of GPUs: .NVIDIA-SMI has failed"):
            mig.parse_nvidia_smi_l(failed)
        with pytest.raises(ValueError, match="before any GPU"):
            mig.parse_nvidia_smi_l(f"MIG 1g.5gb Device 0: (UUID: {NEW})")

    def test_a_warning_between_the_gpus_does_no_harm(self):
        text = f"Unable to determine the device handle\nGPU 1: NVIDIA A30 (UUID: {GPU_UUID})"
        assert [gpu["index"] for gpu in mig.parse_nvidia_smi_l(text)] == [1]

    @settings(deadline=None)
    @given(st.text(max_size=200))
    def test_any_text_gives_a_list_or_a_value_error(self, text: str):
        with contextlib.suppress(ValueError):
            assert isinstance(mig.parse_nvidia_smi_l(text), list)


class TestEnvironment:
    """What one worker gets to see."""

    def test_a_slice_and_threads(self):
        found = mig.environment(NEW, 2)
        assert found["CUDA_VISIBLE_DEVICES"] == NEW
        assert {value for name, value in found.items() if name.endswith("_THREADS")} == {"2"}
        assert all(isinstance(value, str) for value in found.values())
        assert mig.environment(NEW, [5, 7]) == found == mig.environment(NEW, {5, 7})

    def test_older_uuids_whole_gpus_and_none(self):
        for uuid in (f"MIG-{GPU_UUID}/7/0", GPU_UUID):
            assert mig.environment(uuid, 1)["CUDA_VISIBLE_DEVICES"] == uuid
        assert mig.environment(None, 1)["CUDA_VISIBLE_DEVICES"] == mig.environment("", 1)["CUDA_VISIBLE_DEVICES"] == ""

    @pytest.mark.parametrize("uuid", ["0", "0,1", f"{NEW},{NEW}", "MIG 1g.5gb", "all", f"{NEW}\n"])
    def test_anything_but_one_uuid_is_refused(self, uuid: str):
        with pytest.raises(ValueError, match="one slice"):
            mig.environment(uuid, 1)

    @pytest.mark.parametrize("cores", [0, -1, [], True])
    def test_a_worker_needs_a_core(self, cores: Any):
        with pytest.raises(ValueError, match="at least one core"):
            mig.environment(NEW, cores)


class TestKubernetes:
    """A Deployment that the API server's schema accepts."""

    @pytest.mark.parametrize("profile", ["1g.5gb", "1g.5gb+me", "3g.71gb"])
    @pytest.mark.parametrize("replicas", [0, 7])
    def test_it_fits_the_schema(self, profile: str, replicas: int):
        validator = pytest.importorskip(
            "kubernetes_validate", reason="kubernetes-validate (extra dev) is not installed"
        )
        manifest = mig.kubernetes_manifest("digits", "registry.example/digits:1", profile, replicas)
        validator.validate(manifest, validator.latest_version(), strict=True)

    def test_every_replica_asks_for_one_slice(self):
        spec = mig.kubernetes_manifest("digits", "registry.example/digits:1", "1g.5gb", 7)["spec"]
        assert spec["replicas"] == 7
        assert spec["template"]["metadata"]["labels"] == spec["selector"]["matchLabels"]
        (container,) = spec["template"]["spec"]["containers"]
        assert container["resources"] == {"limits": {"nvidia.com/mig-1g.5gb": 1}}

    def test_a_plus_becomes_a_dot(self):
        assert mig.resource_name("1g.24gb+me.all") == "nvidia.com/mig-1g.24gb.me.all"

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("Digits", "image", "1g.5gb", 1), "small letters"),
            (("digits-", "image", "1g.5gb", 1), "small letters"),
            (("d" * 64, "image", "1g.5gb", 1), "at most 63"),
            (("digits\n", "image", "1g.5gb", 1), "small letters"),
            (("digits", " ", "1g.5gb", 1), "image"),
            (("digits", "image", "whole", 1), "no profile's name"),
            (("digits", "image", "1c.3g.20gb", 1), "whole GPU instances only"),
            (("digits", "image", "1g.5gb", -1), "0 or more"),
            (("digits", "image", "1g.5gb", 1.5), "0 or more"),
            (("digits", "image", "1g.5gb", True), "0 or more"),
        ],
    )
    def test_what_a_cluster_would_refuse_is_refused_here(self, arguments: tuple[Any, ...], sentence: str):
        with pytest.raises(ValueError, match=sentence):
            mig.kubernetes_manifest(*arguments)
