"""Record what the compilers make of the example kernels, for machines that have no compiler.

python bench/listings.py            write gpu_utils/data/listings/*.json
python bench/listings.py --check    say which recorded listings differ from what this machine's compilers make
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gpu_utils.compiler import Listing, compile_ptx, example
from gpu_utils.listings import fingerprint

FOLDER = Path(__file__).parents[1] / "gpu_utils" / "data" / "listings"
CUDA = {
    "darken": ("sm_53", "sm_72", "sm_80", "sm_90"),
    "elementwise": ("sm_53", "sm_72", "sm_80", "sm_90"),
    "grayscale": ("sm_53", "sm_72", "sm_80", "sm_90"),
    "block_sum": ("sm_53", "sm_72", "sm_80", "sm_90"),
    "round_tf32": ("sm_75", "sm_80", "sm_90"),
}
POINTERS = {"a": "*fp32", "b": "*fp32", "out": "*fp32"}
PRODUCTS = [{"SIZE": size, "PRECISION": precision} for size in (32, 64) for precision in ("tf32", "ieee")]


def row(listing: Listing, source: str, **arguments: Any) -> dict[str, Any]:
    if listing.recorded:
        raise SystemExit(f"There is no {listing.compiler} here to record with: pip install 'pixels-to-edge[compile]'")
    identity = fingerprint(listing.language, source, listing.target, **arguments)
    made = {"language": listing.language, "compiler": listing.compiler, "version": listing.version}
    return {"fingerprint": identity, "target": listing.target, **arguments, **made, "ptx": listing.ptx}


def tables() -> dict[str, list[dict[str, Any]]]:
    made = {name: [row(compile_ptx(example(name), target), example(name)) for target in CUDA[name]] for name in CUDA}
    source = example("product")
    made["product"] = [
        row(compile_ptx(source, target, **arguments), source, **arguments)
        for target in ("sm_75", "sm_80", "sm_90")
        for constants in PRODUCTS
        # The 64 by 64 product is there for Hopper's own instruction; its long IEEE twin says nothing new.
        if constants["SIZE"] == 32 or (target == "sm_90" and constants["PRECISION"] == "tf32")
        for arguments in [{"signature": POINTERS, "constants": constants}]
    ]
    return made


def main() -> None:
    changed = 0
    for name, rows in tables().items():
        path = FOLDER / f"{name}.json"
        text = json.dumps({"kernel": name, "made_by": "bench/listings.py", "listings": rows}, indent=1) + "\n"
        if "--check" in sys.argv[1:]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                print(f"{path.name} differs from what the compilers here make")
                changed = 1
        else:
            path.write_text(text, encoding="utf-8")
            print(f"{path.name}: {len(rows)} listings, {len(text) // 1024} KB")
    sys.exit(changed)


if __name__ == "__main__":
    main()
