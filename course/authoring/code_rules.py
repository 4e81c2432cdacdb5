"""Rules for code cells: they parse, ask nothing of the network, and their figures can be read aloud."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

_NETWORK_MODULES = {"aiohttp", "ftplib", "http", "httpx", "requests", "socket", "urllib", "urllib3", "wget"}
_HARMLESS = {"urllib.parse", "urllib.error"}
_NETWORK_LINE = re.compile(r"^\s*[!%]+\s*(?:wget|curl|git|pip|conda|mamba|apt(?:-get)?|npm)\b", re.MULTILINE)
_NETWORK_CALL = re.compile(r"from_pretrained|fetch_\w+|download(?:_\w+)?|urlretrieve|load_state_dict_from_url")
_DRAWS = re.compile(
    r"figure|subplots?|plot|imshow|bar|barh|hist|scatter|stem|matshow|pcolormesh|loglog|semilog[xy]"
    r"|step|fill_between|contourf?|errorbar|boxplot|violinplot|stackplot|pie"
)
_DRAWING_MODULES = ("plotting", "widgets")


def parse(text: str) -> ast.Module | str:
    """Return the cell's syntax tree, magics included, or what Python has to say against it."""
    try:
        transformed: str = TransformerManager().transform_cell(text)
        return ast.parse(transformed)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"


def network_use(text: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each thing in the cell that would ask the network."""
    advice = "labs work without a network: bring the data in gpu_utils/data, or generate it."
    for match in _NETWORK_LINE.finditer(text):
        yield f"'{match.group().strip()}' needs the network; {advice}"
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            if name.split(".")[0] in _NETWORK_MODULES and name not in _HARMLESS:
                yield f"importing {name} is for the network; {advice}"
        if isinstance(node, ast.Call):
            called = _called(node).split(".")[-1]
            if _NETWORK_CALL.fullmatch(called) or _downloads(node):
                yield f"{called}() fetches from the network; {advice}"


def unreadable_figures(tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each figure that has no words beside it."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    drawn_by_us = _names_of_ours(tree)
    for call in calls:
        name = _called(call)
        if name in ("plt.show", "pyplot.show", "matplotlib.pyplot.show"):
            yield "plt.show() leaves out the alt text: use gpu_utils.plotting.show(figure, alt=...)."
        elif _alt_of(call) == "":
            yield f"{name}(alt='') says nothing: write what the figure shows."
        elif _wants_alt(name, drawn_by_us) and _alt_of(call) is None:
            yield f"{name}() has no alt text: add alt='what the figure shows'."
    draws = any(_draws(call) for call in calls)
    if draws and not any(_alt_of(call) for call in calls):
        yield "the cell draws a figure without alt text: hand it to gpu_utils.plotting.show(figure, alt=...)."


def _called(call: ast.Call) -> str:
    parts: list[str] = []
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def _draws(call: ast.Call) -> bool:
    *owner, function = _called(call).split(".")
    return bool(owner) and owner[-1] in ("plt", "pyplot") and bool(_DRAWS.fullmatch(function))


def _downloads(call: ast.Call) -> bool:
    return any(
        k.arg == "download" and isinstance(k.value, ast.Constant) and k.value.value is True for k in call.keywords
    )


def _alt_of(call: ast.Call) -> str | None:
    """Return the alt text; "…" for one that is computed; None when there is none."""
    for keyword in call.keywords:
        if keyword.arg == "alt":
            return str(keyword.value.value).strip() if isinstance(keyword.value, ast.Constant) else "…"
        if keyword.arg is None:
            return "…"
    return None


def _names_of_ours(tree: ast.Module) -> dict[str, str]:
    """Return names that the cell imports from our drawing modules, with their module."""
    return {
        alias.asname or alias.name: node.module.split(".")[-1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in {f"gpu_utils.{m}" for m in _DRAWING_MODULES}
        for alias in node.names
    }


def _wants_alt(name: str, imported: dict[str, str]) -> bool:
    *owner, function = name.split(".")
    module = owner[-1] if owner and owner[-1] in _DRAWING_MODULES else imported.get(name, "")
    if not module:
        return False
    try:
        found = getattr(importlib.import_module(f"gpu_utils.{module}"), function)
        return "alt" in inspect.signature(found).parameters
    except (ImportError, AttributeError, TypeError, ValueError):
        return False
