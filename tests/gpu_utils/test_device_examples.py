"""Every public name of detection has a docstring with an example, and every example runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

MODULES = [
    *("device", "diagnosis", "hardware", "report", "specs", "visibility", "__main__", "probes"),
    *(f"probes.{maker}" for maker in ("amd", "apple", "cpu", "intel", "jetson", "nvidia", "nvml", "tpu")),
    *(f"probes.{part}" for part in ("pci", "platforms", "process", "usable")),
]


def public(module: ModuleType) -> Iterator[tuple[str, str]]:
    """(name, docstring) of functions, classes and their methods."""
    for name in getattr(module, "__all__", ["main"]):
        thing = getattr(module, name)
        if hasattr(thing, "__origin__"):  # a type alias, which Python 3.10 takes for a class
            continue
        if inspect.isfunction(thing) or inspect.isclass(thing):
            yield name, thing.__doc__ or ""
        for key, member in vars(thing).items() if inspect.isclass(thing) else ():
            function = getattr(member, "__func__", getattr(member, "fget", member))
            if inspect.isfunction(function) and not key.startswith("_"):
                yield f"{name}.{key}", function.__doc__ or ""


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"gpu_utils.{name}")
    assert [one for one, text in public(module) if ">>>" not in text] == []
    assert doctest.testmod(module).failed == 0
