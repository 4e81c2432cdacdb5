"""A Python kernel becomes PTX through the LLVM inside Numba's own package: no toolkit, no driver, no GPU."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from gpu_utils import kernels
from gpu_utils.compiler import CompileError, Listing, MissingCompiler, compile_ptx, instructions
from gpu_utils.compilers import llvm
from gpu_utils.probes.process import Outcome

pytest.importorskip("numba", reason="Numba (extra lab) is not installed")
kernels.enable()
from numba import cuda, float32, float64  # noqa: E402

FOUR = ("sm_53", "sm_72", "sm_80", "sm_90")
SIZE = 16
pytestmark = pytest.mark.skipif(kernels.where() == "gpu", reason="on a GPU Numba compiles with libNVVM")


@cuda.jit(device=True)
def square(x):
    return x * x


@cuda.jit
def darken(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        out[i] = factor * image[i]


@cuda.jit
def block_sum(values, partial):
    sums = cuda.shared.array(SIZE, float32)
    thread = cuda.threadIdx.x
    sums[thread] = square(values[min(cuda.grid(1), values.size - 1)])
    step = SIZE // 2
    while step > 0:
        cuda.syncthreads()
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]


def listing(kernel, target: str, signature: str) -> Listing:
    return compile_ptx(kernel, target, signature=signature)


@pytest.mark.parametrize("target", FOUR)
def test_the_kernel_keeps_its_name_and_says_for_whom_it_is(target: str):
    made = listing(darken, target, "void(float32[::1], float32[::1], float32)")
    assert f".target {target}" in made.ptx and ".visible .entry darken(" in made.ptx
    assert (made.language, made.compiler, made.recorded) == ("numba", "Numba and LLVM", False)
    assert [instructions(made, name) for name in ("ld.global", "mul.*.f32", "st.global")] == [1, 1, 1]


def test_a_python_number_makes_the_product_one_of_doubles():
    narrow, wide = (
        listing(darken, "sm_80", f"void(float32[::1], float32[::1], {kind})") for kind in (float32, float64)
    )
    assert [instructions(one, "mul.*.f64") for one in (narrow, wide)] == [0, 1]


def test_shared_memory_barriers_constants_and_device_functions_come_along():
    made = listing(block_sum, "sm_90", "void(float32[::1], float32[::1])")
    assert ".b8 " in made.ptx and f"[{4 * SIZE}]" in made.ptx
    assert instructions(made, "bar*") >= 1 and instructions(made, "*.f64*") == 0


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton, whose package brings ptxas, is not installed")
@pytest.mark.parametrize("target", FOUR)
def test_nvidias_assembler_takes_it(target: str, tmp_path: Path):
    """The proof that the text is PTX: machine code comes out."""
    spec = find_spec("triton")
    assert spec is not None and spec.origin is not None
    ptxas = shutil.which(str(Path(spec.origin).parent / "backends" / "nvidia" / "bin" / "ptxas"))
    if ptxas is None:
        pytest.skip("this Triton brings no ptxas")
    for kernel, signature in (
        (darken, "void(float32[::1], float32[::1], float64)"),
        (block_sum, "void(float32[::1], float32[::1])"),
    ):
        source, code = tmp_path / "kernel.ptx", tmp_path / "kernel.cubin"
        source.write_text(listing(kernel, target, signature).ptx)
        done = subprocess.run([ptxas, f"-arch={target}", str(source), "-o", str(code)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert code.stat().st_size > 500


def test_what_numba_refuses_is_said_in_a_line():
    @cuda.jit
    def misspelt(x):
        x[0] = cuda.gird(1)

    @cuda.jit
    def open_file(x):
        x[0] = handle.read()

    with pytest.raises(CompileError) as refused:
        listing(misspelt, "sm_80", "void(float32[::1])")
    assert "\n" not in str(refused.value) and "gird" in str(refused.value)
    with pytest.raises(CompileError, match="the kernel uses handle, a TextIOWrapper: numbers and functions only"):
        listing(open_file, "sm_80", "void(float32[::1])")


def test_a_numba_whose_llvm_writes_no_ptx_is_missing_not_wrong(monkeypatch: pytest.MonkeyPatch):
    llvm._made.cache_clear()
    monkeypatch.setattr("gpu_utils.probes.process.run", lambda *_: Outcome(1, stderr="no such target"))
    with pytest.raises(MissingCompiler, match="makes no PTX here: no such target"):
        llvm.compile_llvm(darken, "sm_80", "void(float32[::1])")
    with pytest.raises(MissingCompiler, match="Numba runs its simulator"):
        listing(darken, "sm_80", "void(float32[::1])")


handle = open(__file__, encoding="utf-8")  # noqa: SIM115
handle.close()
