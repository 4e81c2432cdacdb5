"""CPU, platform and Jetson, replayed from a folder with another machine's files."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from gpu_utils.device import Device, detect
from gpu_utils.probes import platforms

Folder = Callable[[dict[str, str]], str]

CPU = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.20GHz\nflags\t\t: fpu sse4_2 avx avx2 fma avx512f\n\n"
FOUR = "".join(CPU.replace("processor\t: 0", f"processor\t: {core}") for core in range(4))
MEMORY = "MemTotal:       16777216 kB\n"


def cpu(root: str) -> Device:
    return detect(root=root, env={}, quick=True).devices[-1]


def test_model_cores_memory_and_vector_extensions(machine_folder: Folder) -> None:
    device = cpu(machine_folder({"/proc/cpuinfo": FOUR, "/proc/meminfo": MEMORY}))
    assert device.name == "Intel(R) Xeon(R) CPU @ 2.20GHz, 4 cores"
    assert device.memory_bytes == 16 * 2**30
    assert device.features == ("sse4_2", "avx", "avx2", "fma", "avx512f")
    assert device.usable is True


@pytest.mark.parametrize(
    ("tree", "cores", "memory_gib"),
    [
        ({"/sys/fs/cgroup/cpu.max": "150000 100000\n", "/sys/fs/cgroup/memory.max": "max\n"}, "1.5 of 4", 16),
        ({"/sys/fs/cgroup/job/cpu.max": "max 100000\n", "/sys/fs/cgroup/memory.max": f"{2 << 30}\n"}, "4", 2),
        ({"/proc/self/status": "Cpus_allowed_list:\t0,2-3\n"}, "3 of 4", 16),
    ],
    ids=["version 2", "a limit from above", "affinity"],
)
def test_what_a_container_grants(machine_folder: Folder, tree: dict[str, str], cores: str, memory_gib: int) -> None:
    base = {"/proc/cpuinfo": FOUR, "/proc/meminfo": MEMORY, "/proc/self/cgroup": "0::/job/step\n"}
    device = cpu(machine_folder(base | tree))
    assert device.name.endswith(f", {cores} cores")
    assert device.memory_bytes == memory_gib * 2**30


def test_limits_of_control_groups_version_1(machine_folder: Folder) -> None:
    root = machine_folder(
        {
            "/proc/cpuinfo": FOUR,
            "/proc/meminfo": MEMORY,
            "/proc/self/cgroup": "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000",
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": str(1 << 30),
        }
    )
    machine = detect(root=root, env={}, quick=True)
    assert machine.devices[-1].name.endswith(", 2 of 4 cores")
    assert machine.findings[0].message == "This process may use 2 of 4 cores and 1 of 16 GiB of memory."


@pytest.mark.parametrize(
    "tree",
    [
        {"/sys/fs/cgroup/cpu.max": "200000 100000\n"},
        {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
        {
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000\n",
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
    ],
    ids=["version 2", "version 1", "version 1, mounted together"],
)
def test_limits_bind_where_proc_does_not_tell_the_group(machine_folder: Folder, tree: dict[str, str]) -> None:
    device = cpu(machine_folder({"/proc/cpuinfo": FOUR, "/proc/meminfo": MEMORY} | tree))
    assert device.name.endswith(", 2 of 4 cores")


def test_version_1_without_a_limit_limits_nothing(machine_folder: Folder) -> None:
    tree = {
        "/proc/self/cgroup": "4:memory:/\n3:cpuacct,cpu:/\n",
        "/sys/fs/cgroup/cpuacct,cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpuacct,cpu/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    machine = detect(root=machine_folder({"/proc/cpuinfo": FOUR, "/proc/meminfo": MEMORY} | tree), env={}, quick=True)
    assert machine.devices[-1].name.endswith(", 4 cores") and machine.findings == ()


@pytest.mark.parametrize("listed", ["3-1", "²", "a-b", "0-" + "9" * 5000, ",,", "0--3"])
def test_nonsense_in_an_affinity_mask_limits_nothing(machine_folder: Folder, listed: str) -> None:
    tree = {"/proc/cpuinfo": FOUR, "/proc/self/status": f"Cpus_allowed_list:\t{listed}\n"}
    assert cpu(machine_folder(tree)).name.endswith(", 4 cores")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_holds_nothing_up(machine_folder: Folder) -> None:
    root = machine_folder({"/proc/cpuinfo": FOUR})
    os.mkfifo(f"{root}/proc/meminfo")
    assert cpu(root).memory_bytes is None


@pytest.mark.parametrize("text", ["", "garbage", "\0\0\0", "max", "-1 -1", "0 0", "9" * 400 + " 100000"])
def test_nonsense_in_a_control_group_limits_nothing(machine_folder: Folder, text: str) -> None:
    tree = {"/sys/fs/cgroup/cpu.max": text, "/sys/fs/cgroup/memory.max": text, "/proc/self/cgroup": "0::/\n"}
    device = cpu(machine_folder({"/proc/cpuinfo": FOUR, "/proc/meminfo": MEMORY} | tree))
    assert device.name.endswith(", 4 cores")


def test_an_arm_core_has_a_name_too(machine_folder: Folder) -> None:
    core = "processor\t: {}\nFeatures\t: fp asimd fphp asimdhp asimddp\nCPU implementer\t: 0x41\nCPU part\t: 0xd42\n\n"
    device = cpu(machine_folder({"/proc/cpuinfo": "".join(core.format(number) for number in range(6))}))
    assert device.name == "Arm Cortex-A78AE, 6 cores"
    assert "asimd" in device.features


@pytest.mark.parametrize(
    ("platform", "env", "tree"),
    [
        ("local", {}, {}),
        ("colab", {"COLAB_RELEASE_TAG": "release-colab"}, {}),
        ("colab_enterprise", {"COLAB_GPU": "1", "VERTEX_PRODUCT": "COLAB_ENTERPRISE"}, {}),
        ("kaggle", {"KAGGLE_KERNEL_RUN_TYPE": "Interactive", "COLAB_GPU": "1"}, {}),
        ("binder", {"BINDER_LAUNCH_HOST": "https://mybinder.org/", "JUPYTERHUB_USER": "x"}, {}),
        ("jupyterhub", {"JUPYTERHUB_USER": "x", "BINDER_SERVICE_HOST": "10.0.0.1"}, {}),
        ("sagemaker_studio", {}, {"/opt/ml/metadata/resource-metadata.json": '{"AppType": "JupyterLab"}'}),
        ("local", {}, {"/opt/ml/metadata/resource-metadata.json": "{}"}),
        ("lightning_studio", {"LIGHTNING_CLOUD_URL": "x", "LIGHTNING_CLOUDSPACE_HOST": "y"}, {}),
        ("local", {"LIGHTNING_CLOUD_URL": "x"}, {}),
        ("sagemaker_notebook", {}, {"/etc/opt/ml/sagemaker-notebook-instance-version.txt": "3"}),
        ("sagemaker_training", {"SM_CURRENT_HOST": "algo-1"}, {}),
        ("sagemaker_studio_lab", {}, {"/home/studio-lab-user/x": ""}),
        ("paperspace_gradient", {"PAPERSPACE_NOTEBOOK_ID": "n1"}, {}),
        ("databricks", {"DATABRICKS_RUNTIME_VERSION": "15.4"}, {}),
        ("codespaces", {"CODESPACES": "true"}, {}),
        ("kaggle", {}, {"/kaggle/input/x": ""}),
        ("local", {"USER": "jovyan", "BINDER_SERVICE_HOST": "10.0.0.1"}, {}),
        ("wsl", {}, {"/proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}),
        ("wsl", {}, {"/proc/version": "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)\n"}),
        ("wsl", {"WSL_DISTRO_NAME": "Ubuntu"}, {"/proc/sys/kernel/osrelease": "6.6.36-mine\n"}),
        ("wsl", {}, {"/dev/dxg": "", "/.dockerenv": ""}),
        ("jupyterhub", {"WSL_DISTRO_NAME": "Ubuntu", "JUPYTERHUB_USER": "x"}, {}),
    ],
)
def test_platforms(machine_folder: Folder, platform: str, env: dict[str, str], tree: dict[str, str]) -> None:
    assert platforms.probe(machine_folder(tree), env)[0] == platform


@pytest.mark.parametrize(
    ("container", "env", "tree"),
    [
        (None, {}, {"/proc/1/cgroup": "0::/\n"}),
        ("docker", {}, {"/.dockerenv": ""}),
        ("apptainer", {}, {"/.singularity.d/labels.json": "{}", "/.dockerenv": ""}),
        ("podman", {}, {"/run/.containerenv": "", "/proc/1/cgroup": "0::/\n"}),
        ("kubernetes", {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, {"/.dockerenv": ""}),
        ("docker", {}, {"/proc/1/cgroup": "4:memory:/docker/0123\n"}),
    ],
)
def test_containers(machine_folder: Folder, container: str | None, env: dict[str, str], tree: dict[str, str]) -> None:
    assert platforms.probe(machine_folder(tree), env)[1] == container


ORIN = {
    "/proc/device-tree/model": "NVIDIA Jetson Orin Nano Developer Kit\0",
    "/proc/device-tree/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,p3767-0005\0nvidia,tegra234\0",
    "/etc/nv_tegra_release": "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64, DATE: x",
    "/proc/meminfo": "MemTotal:        7802108 kB\n",
}
THOR = {
    "/proc/device-tree/model": "NVIDIA Jetson AGX Thor Developer Kit\0",
    "/proc/device-tree/compatible": "nvidia,p4071-0000+p3834-0008\0nvidia,p3834-0008\0nvidia,tegra264\0",
}


def test_a_jetson_orin_nano(machine_folder: Folder) -> None:
    machine = detect(root=machine_folder(ORIN), env={}, quick=True)
    board = machine.devices[0]
    assert (board.kind, board.name) == ("jetson", "Jetson Orin Nano 8GB devkit")
    assert board.compute_capability == (8, 7)
    assert board.memory_bytes == 7802108 * 1024
    assert "fp8" not in board.features and "bf16" in board.features
    assert machine.findings[0].message == "JetPack 6.2 (L4T 36.4.3)."


def test_a_jetson_in_a_container_has_no_release(machine_folder: Folder) -> None:
    machine = detect(root=machine_folder(THOR), env={}, quick=True)
    assert machine.devices[0].name == "Jetson Thor T5000 devkit"
    assert machine.devices[0].compute_capability == (11, 0)
    assert machine.findings == ()


@pytest.mark.parametrize(
    ("tree", "name", "jetpack"),
    [
        ({"/etc/nv_tegra_release": ORIN["/etc/nv_tegra_release"]}, "Jetson", ["JetPack 6.2 (L4T 36.4.3)."]),
        ({"/sys/devices/soc0/family": "Tegra\n", "/sys/devices/soc0/machine": "A carrier\n"}, "A carrier", []),
        ({"/sys/devices/soc0/machine": "Jetson-AGX\n"}, "Jetson-AGX", []),
        ({"/proc/sys/kernel/osrelease": "5.15.148-tegra\n"}, "Jetson", []),
        (
            THOR
            | {
                "/var/lib/dpkg/status": "Package: bash\nVersion: 5.2-1\n\nPackage: nvidia-l4t-core\nStatus: install\n"
                "Version: 38.2.0-20250821174705\n\nPackage: zlib\nVersion: 1.3-1\n"
            },
            "Jetson Thor T5000 devkit",
            ["JetPack 7.0 (L4T 38.2.0)."],
        ),
    ],
    ids=["a release", "a family", "a machine", "a kernel", "a package"],
)
def test_a_jetson_is_known_by_any_of_its_marks(
    machine_folder: Folder, tree: dict[str, str], name: str, jetpack: list[str]
) -> None:
    machine = detect(root=machine_folder(tree), env={}, quick=True)
    assert [(device.kind, device.name) for device in machine.devices[:-1]] == [("jetson", name)]
    assert [finding.message for finding in machine.findings] == jetpack


def test_a_raspberry_pi_is_no_jetson(machine_folder: Folder) -> None:
    tree = {"/proc/device-tree/model": "Raspberry Pi 5\0", "/proc/device-tree/compatible": "raspberrypi,5-model-b\0"}
    assert [device.kind for device in detect(root=machine_folder(tree), env={}, quick=True).devices] == ["cpu"]


def test_a_container_and_kubernetes_stand_apart_from_the_platform(machine_folder: Folder) -> None:
    env = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "JUPYTERHUB_API_URL": "http://hub", "BINDER_REQUEST": "v2/gh/x"}
    machine = detect(root=machine_folder({"/.dockerenv": ""}), env=env, quick=True)
    assert (machine.platform, machine.container) == ("binder", "kubernetes")
    assert str(machine).startswith("Binder, in a container (Kubernetes)")


def test_vnni_and_bfloat16_are_told(machine_folder: Folder) -> None:
    flags = FOUR.replace("avx512f", "avx512f avx512_vnni avx512_bf16 amx_int8")
    assert {"avx512_vnni", "avx512_bf16", "amx_int8"} <= set(cpu(machine_folder({"/proc/cpuinfo": flags})).features)
