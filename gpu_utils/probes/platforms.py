"""Where this machine is (Colab, Kaggle, Binder, a laptop ...) and in which kind of container.

The rules are data: gpu_utils/data/platforms.json, each with its source. Kaggle comes before Colab, because its
images have shipped Colab's package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gpu_utils.probes import exists, read_text

__all__ = ["LOCAL", "label", "probe"]

LOCAL = "local"
"""The platform's name when no rule applies."""


def probe(root: str, env: Mapping[str, str]) -> tuple[str, str | None]:
    """The platform's name, and the container's or None.

    >>> probe("/no/such/machine", {"COLAB_RELEASE_TAG": "release-colab"})
    ('colab', None)
    """
    rules = _rules()
    place = next((rule["name"] for rule in rules["platforms"] if _applies(rule, root, env)), LOCAL)
    container = next((rule["name"] for rule in rules["containers"] if _applies(rule, root, env)), None)
    return place, container


def label(name: str) -> str:
    """A platform's or container's name for people.

    >>> label("colab")
    'Google Colab'
    """
    rules = _rules()
    return next((rule["label"] for rule in [*rules["platforms"], *rules["containers"]] if rule["name"] == name), name)


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Any]:
    text = (files("gpu_utils") / "data" / "platforms.json").read_text(encoding="utf-8")
    rules: Mapping[str, Any] = json.loads(text)
    return rules


def _applies(rule: Mapping[str, Any], root: str, env: Mapping[str, str]) -> bool:
    """A rule applies when one of its signs is there; `all_env` is one sign."""
    signs = (
        any(_is_set(entry, env) for entry in rule.get("any_env", ())),
        bool(rule.get("all_env")) and all(_is_set(entry, env) for entry in rule["all_env"]),
        any(exists(root, path) for path in rule.get("any_file", ())),
        _contains(root, *rule["file_contains"]) if "file_contains" in rule else False,
        _matches(root, "/proc/sys/kernel/osrelease", rule.get("kernel")),
        _matches(root, "/proc/version", rule.get("kernel")),
        _matches(root, "/proc/1/cgroup", rule.get("cgroup")),
    )
    return any(signs)


def _is_set(entry: str, env: Mapping[str, str]) -> bool:
    name, equals, value = entry.partition("=")
    return env.get(name) == value if equals else bool(env.get(name))


def _contains(root: str, path: str, text: str) -> bool:
    return text in read_text(root, path)


def _matches(root: str, path: str, pattern: str | None) -> bool:
    return pattern is not None and re.search(pattern, read_text(root, path), re.IGNORECASE) is not None
