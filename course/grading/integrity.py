"""What the tests rely on, kept as it was before any of the student's code ran.

Tests share the student's interpreter, so a submission can replace the comparison that judges it. Before and after
each test cell the guard looks whether it still is what it was, puts it back, and says what had been changed: a
person looks at it, nobody is punished by a machine. It sees what was replaced, not what a determined attacker does
through ctypes or the garbage collector; the instructor's guide says so.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import types

# Bound here, so that the guard itself doesn't use what a submission has put into builtins.
from builtins import callable, delattr, getattr, id, isinstance, list, set, setattr, type, vars  # noqa: UP029
from typing import Any

# Modules whose functions and classes judge an answer, and those that such functions call.
_JUDGES = (
    "gpu_utils",
    "gpu_utils.arguments",
    "gpu_utils.arrays",
    "gpu_utils.checks",
    "gpu_utils.comparison",
    "gpu_utils.verdict",
    "numpy",
    "numpy.testing",
    "array_api_strict",
    "array_api_compat",
    "contextlib",
    "math",
    "hashlib",
    "course.grading.integrity",
    "course.grading.shell",
    "course.grading.wire",
)
_BUILTINS = (
    *("abs", "all", "any", "bool", "bytes", "dict", "enumerate", "float", "frozenset", "getattr", "int", "isinstance"),
    *("issubclass", "iter", "len", "list", "map", "max", "min", "next", "object", "print", "range", "repr", "round"),
    *("set", "sorted", "str", "sum", "super", "tuple", "type", "zip", "__import__", "__build_class__"),
    *("Exception", "AssertionError", "NotImplementedError", "ValueError", "TypeError", "NameError"),
)
_SHELL = ("ast_transformers", "input_transformers_post", "display_formatter", "display_pub", "displayhook", "events")
_MISSING = object()
# Attributes that change by themselves.
_LIVELY = {"__warningregistry__", "_current", "_machine", "__dict__", "__weakref__", "__doc__", "__annotations__"}


class Guard:
    """A snapshot of what judges answers; `mend` puts it back and names what had been changed."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._holders: list[tuple[str, Any, dict[str, Any]]] = []
        self._codes: dict[str, tuple[Any, Any, Any, Any]] = {}
        for name in _JUDGES:
            try:
                self._keep(name, importlib.import_module(name))
            except ImportError:
                continue
        self._holders.append(("builtins", builtins, {n: getattr(builtins, n) for n in _BUILTINS}))
        for kind in type(shell).__mro__[:-1]:
            self._keep(kind.__name__, kind)
        self._own = {n: getattr(shell, n, _MISSING) for n in _SHELL}
        self._own_dict = set(vars(shell))
        self._lists = {n: list(v) for n, v in self._own.items() if isinstance(v, list)}
        self._callbacks = {n: list(v) for n, v in shell.events.callbacks.items()}
        manager = shell.input_transformer_manager
        self._transforms = {
            n: list(getattr(manager, n)) for n in ("cleanup_transforms", "line_transforms", "token_transformers")
        }
        self._check = importlib.import_module("gpu_utils.checks").check
        self._modules = dict(sys.modules)

    def _keep(self, name: str, holder: Any) -> None:
        own = {n: v for n, v in vars(holder).items() if n not in _LIVELY and not isinstance(v, types.ModuleType)}
        self._holders.append((name, holder, own))
        for n, value in own.items():
            ours = getattr(value, "__module__", None) == getattr(holder, "__name__", None)
            if isinstance(value, types.FunctionType):
                self._codes[f"{name}.{n}"] = _inside(value)
            elif isinstance(value, type) and ours and name.startswith("gpu_utils."):
                self._keep(f"{name}.{n}", value)

    def mend(self) -> list[str]:
        """Put back what differs from the snapshot; return its names, in order, at most ten."""
        if len(sys.modules) < len(self._modules):  # else importing one of them again would make a second one
            sys.modules.update(self._modules)
        changed = [*self._mend_holders(), *self._mend_shell()]
        bound = self._shell.user_ns.get("check", _MISSING)
        if bound is not self._check:
            self._shell.user_ns["check"] = self._check
            if bound is not _MISSING:  # a notebook that forgot everything has changed nothing
                changed.append("check")
        return changed[:10]

    def _mend_holders(self) -> list[str]:
        changed = []
        for name, holder, own in self._holders:
            now = vars(holder)
            for n in self._added(holder, own):
                delattr(holder, n)
                changed.append(f"{name}.{n}")
            for n, value in own.items():
                same = now.get(n, _MISSING) is value
                kept = self._codes.get(f"{name}.{n}")
                if not same:
                    setattr(holder, n, value)
                if kept is not None and _inside(value) != kept:
                    value.__code__, value.__defaults__, value.__kwdefaults__, _ = kept
                    same = False
                if not same:
                    changed.append(f"{name}.{n}")
        return changed

    @staticmethod
    def _added(holder: Any, own: dict[str, Any]) -> list[str]:
        """Methods that a class did not have: one added below an inherited one replaces it."""
        if not isinstance(holder, type):
            return []
        return [n for n, value in vars(holder).items() if n not in own and n not in _LIVELY and callable(value)]

    def _mend_shell(self) -> list[str]:
        shell, changed = self._shell, []
        for n, value in self._own.items():
            if getattr(shell, n, _MISSING) is not value:
                setattr(shell, n, value)
                changed.append(f"get_ipython().{n}")
        for n, items in self._lists.items():
            if getattr(shell, n) != items:
                getattr(shell, n)[:] = items
                changed.append(f"get_ipython().{n}")
        for n in [n for n in vars(shell) if n not in self._own_dict and callable(vars(shell)[n])]:
            delattr(shell, n)
            changed.append(f"get_ipython().{n}")
        for n, callbacks in self._callbacks.items():
            shell.events.callbacks[n] = list(callbacks)  # not told: importing pyplot registers some too
        for n, transforms in self._transforms.items():
            if getattr(shell.input_transformer_manager, n) != transforms:
                getattr(shell.input_transformer_manager, n)[:] = transforms
                changed.append(f"get_ipython().input_transformer_manager.{n}")
        return changed

    def canary(self) -> str | None:
        """Expectations that must fail and one that must hold, through the whole check: None, or what went wrong."""
        checks = importlib.import_module("gpu_utils.checks")
        numpy = importlib.import_module("numpy")
        publish, checks.publish = checks.publish, lambda verdict: None
        try:
            with self._check("canary", points=4) as c:
                c.call(lambda: numpy.zeros(3)).close(numpy.ones(3), "zeros are no ones")
                c.call(lambda: 1).equal(2, "one is not two")
                c.call(lambda: None).raises(ValueError, "nothing is raised")
                c.call(lambda: 2).equal(2, "two is two")
            held = [e.passed for e in c.verdict.expectations]
        except BaseException as error:
            return f"the check API stopped with {type(error).__name__}"
        finally:
            checks.publish = publish
        return (
            None
            if held == [False, False, False, True] and c.score == 1.0
            else "the check API no longer tells right from wrong"
        )


def _inside(function: types.FunctionType) -> tuple[Any, Any, Any, Any]:
    return function.__code__, function.__defaults__, function.__kwdefaults__, id(function.__globals__)
