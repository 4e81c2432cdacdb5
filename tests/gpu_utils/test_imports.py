"""Importing gpu_utils is cheap: nothing heavy comes along until somebody needs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "cupy", "matplotlib", "ipywidgets", "IPython", "sklearn", "numba", "pynvml"}


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    report = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import gpu_utils",
        "import gpu_utils.arrays, gpu_utils.timing, gpu_utils.checks, gpu_utils.ledger, gpu_utils.claims",
        "import gpu_utils.device, gpu_utils.specs, gpu_utils.plotting, gpu_utils.widgets, gpu_utils.samples",
        "import gpu_utils.digits",
        "import gpu_utils; gpu_utils.detect(quick=True)",
    ],
)
def test_nothing_heavy_is_imported(code: str):
    assert loaded_by(code) & (HEAVY - {"pynvml"}) == set()


def test_the_names_a_lab_uses_are_there():
    code = "from gpu_utils import begin, check, detect, predict, record, ledger_view; import gpu_utils; dir(gpu_utils)"
    assert "gpu_utils" in loaded_by(code)


def test_an_unknown_name_is_an_ordinary_attribute_error():
    import gpu_utils

    with pytest.raises(AttributeError, match="no attribute 'warp_drive'"):
        _ = gpu_utils.warp_drive
