"""PTX listings: the text that a compiler made for a named GPU, its instructions counted, and recorded ones.

PTX is the assembly language that NVIDIA's compilers write and its drivers read; making it needs no GPU.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from textwrap import dedent
from typing import Any

from gpu_utils.provenance import Provenance

__all__ = ["CompileError", "Listing", "MissingCompiler", "example", "fingerprint", "instructions", "recorded"]


class CompileError(ValueError):
    """A kernel that a compiler refuses. `line` counts from 1 in the text that was given, None when unknown.

    >>> str(CompileError('identifier "y" is undefined', 3))
    'line 3: identifier "y" is undefined'
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class MissingCompiler(RuntimeError):
    """The compiler is not installed, and nobody recorded what it would have made of this kernel.

    >>> isinstance(MissingCompiler(), RuntimeError)
    True
    """


@dataclass(frozen=True)
class Listing:
    """What a compiler made of a kernel.

    Attributes:
        ptx: the text.
        target: the architecture that it is for, "sm_80".
        language: of the source: "cuda", "triton" or "numba".
        compiler, version: who made it, "NVRTC" and "12.9".
        recorded: not made here and now but read from the package, where somebody left it.

    >>> listing = recorded(fingerprint("cuda", example("darken"), "sm_53"))
    >>> listing.target, instructions(listing, "ld.global"), str(listing.provenance)
    ('sm_53', 1, 'published')
    """

    ptx: str = field(repr=False)
    target: str
    language: str
    compiler: str
    version: str
    recorded: bool = False

    @property
    def provenance(self) -> Provenance:
        """Of what can be read off the text: measured when the compiler ran here, published when it was recorded.
        That a GPU would run it as fast as one hopes is said by neither."""
        return Provenance.PUBLISHED if self.recorded else Provenance.MEASURED

    @property
    def opcodes(self) -> Counter[str]:
        """How often each instruction stands in the text (not how often it would run).

        >>> Listing("add.f32 %f1, %f2, %f3;  @%p1 bra $L1;", "sm_80", "cuda", "none", "0").opcodes
        Counter({'add.f32': 1, 'bra': 1})
        """
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", self.ptx, flags=re.DOTALL)
        statements = (
            re.match(r"\s*(?:[$\w]+:\s*)?(?:@!?%\w+\s+)?([a-z][\w.:]*)(?:\s|$)", part)
            for part in re.split(r"[;{}\n]", text)
        )
        return Counter(found[1] for found in statements if found)


def instructions(listing: Listing, pattern: str) -> int:
    """How many instructions stand in the listing whose name begins with `pattern`, part by part, or matches it with *.

    >>> both = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%r1}, {%r2};\\n fma.rn.f32 %f1, %f2, %f3, %f4;"
    >>> listing = Listing(both, "sm_80", "cuda", "none", "0")
    >>> instructions(listing, "mma.sync"), instructions(listing, "*.tf32.*"), instructions(listing, "fma.rn.f")
    (1, 1, 0)
    """
    if not pattern:
        raise ValueError("name an instruction, such as 'mma.sync' or '*.tf32.*'")

    def fits(name: str) -> bool:
        return fnmatch.fnmatchcase(name, pattern) or name == pattern or name.startswith(pattern + ".")

    return sum(count for name, count in listing.opcodes.items() if fits(name))


def example(name: str) -> str:
    """The source of a kernel that comes with the package, and whose listings were recorded.

    >>> print(example("darken").splitlines()[1])
    extern "C" __global__ void darken(const float *image, float *out, float factor, int n) {
    """
    folder = files("gpu_utils") / "data" / "kernels"
    sources = {path.name.rpartition(".")[0]: path for path in folder.iterdir() if path.name.endswith((".cu", ".txt"))}
    if name not in sources:
        raise ValueError(f"there is no example {name!r}; there are {', '.join(sorted(sources))}")
    return sources[name].read_text(encoding="utf-8")


def fingerprint(
    language: str,
    source: str,
    target: str,
    signature: Mapping[str, str] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> str:
    """What a recorded listing is found by; white space around and at the ends of lines doesn't count.

    >>> fingerprint("cuda", "int a;  \\n", "sm_80") == fingerprint("cuda", "int a;", "sm_80")
    True
    """
    lines = [line.rstrip() for line in dedent(_body(language, source)).strip("\n").splitlines()]
    parts = [
        language,
        "\n".join(lines).strip(),
        target,
        sorted((signature or {}).items()),
        sorted((constants or {}).items()),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def recorded(identity: str) -> Listing | None:
    """The recorded listing of this fingerprint, None when there is none.

    >>> recorded("0") is None
    True
    """
    row = _records().get(identity)
    if row is None:
        return None
    return Listing(row["ptx"], row["target"], row["language"], row["compiler"], row["version"], recorded=True)


def _body(language: str, source: str) -> str:
    # A Triton kernel knows its own source from "def" on; imports and the decorator before it make no difference.
    found = re.search(r"^[ \t]*def ", source, re.MULTILINE) if language == "triton" else None
    return source[found.start() :] if found else source


@lru_cache(maxsize=1)
def _records() -> dict[str, dict[str, str]]:
    folder = files("gpu_utils") / "data" / "listings"
    tables = [json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir() if path.name.endswith(".json")]
    return {row["fingerprint"]: row for table in tables for row in table["listings"]}
