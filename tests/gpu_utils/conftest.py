"""Fixtures: machines to replay, from a stand-in driver library or from a folder of files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_utils.device import Machine, detect

SCENARIOS = Path(__file__).parent / "nvml"
TREES = Path(__file__).parent / "trees"
LIBRARIES = Path(__file__).parent / "libraries"


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stand-in libnvidia-ml.so.1, built from nvml/standin.c."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler here to build the stand-in driver library with")
    folder = tmp_path_factory.mktemp("nvml")
    target = folder / "libnvidia-ml.so.1"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(target), str(SCENARIOS / "standin.c")], check=True, timeout=120)
    return folder


@pytest.fixture
def nvml(nvml_library: Path) -> Callable[[str], dict[str, str]]:
    """nvml("colab_t4"): the environment in which the driver library tells nvml/colab_t4.txt."""

    def environment(scenario: str) -> dict[str, str]:
        script = SCENARIOS / f"{scenario}.txt"
        assert script.is_file(), f"there is no scenario {script}"
        return {
            "PATH": os.environ.get("PATH", ""),
            "LD_LIBRARY_PATH": str(nvml_library),
            "NVML_STANDIN": str(script),
        }

    return environment


@pytest.fixture
def machine_folder(tmp_path: Path) -> Callable[[dict[str, str]], str]:
    """machine_folder({"/proc/cpuinfo": "..."}): a root with these files in it."""

    def build(tree: dict[str, str]) -> str:
        for path, text in tree.items():
            target = tmp_path / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return str(tmp_path)

    return build


@pytest.fixture
def recorded_tree(machine_folder: Callable[[dict[str, str]], str]) -> Callable[[str], str]:
    """recorded_tree("jetson_nano"): a root with the files of trees/jetson_nano.json."""
    return lambda name: machine_folder(json.loads((TREES / f"{name}.json").read_text(encoding="utf-8"))["files"])


@pytest.fixture
def tried(nvml: Callable[[str], dict[str, str]], tmp_path: Path) -> Callable[..., Machine]:
    """tried(scenario, story): a replayed driver library and a stand-in PyTorch (library="cupy": CuPy) whose behaviour
    is told by `story`, both asked in processes of their own, as on a real machine."""

    def detected(
        scenario: str | None, story: str, *, library: str = "torch", root: Path | str | None = None
    ) -> Machine:
        env = nvml(scenario) if scenario else {"PATH": os.environ.get("PATH", "")}
        env |= {"PYTHONPATH": str(LIBRARIES / library), "GPU_STANDIN": story}
        return detect(root=root or tmp_path / "root", env=env)

    return detected
