"""Kernels compiled for GPUs that are not here; recorded listings without a compiler; errors in a sentence."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from gpu_utils import compiler
from gpu_utils.compiler import CompileError, Listing, MissingCompiler, compile_ptx, example, instructions
from gpu_utils.compilers import nvrtc, triton_jit
from gpu_utils.provenance import Provenance

FOUR = ("sm_53", "sm_72", "sm_80", "sm_90")
"""Jetson Nano, Jetson Xavier, A100, H100."""
POINTERS = {"a": "*fp32", "b": "*fp32", "out": "*fp32"}
HAVE_TRITON = find_spec("triton") is not None
needs_nvrtc = pytest.mark.skipif(not nvrtc.available(), reason="NVRTC (extra compile) is not installed")
needs_triton = pytest.mark.skipif(not HAVE_TRITON, reason="Triton (extra compile, Linux) is not installed")


@pytest.fixture
def no_compilers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the extra "compile"."""
    monkeypatch.setattr(nvrtc, "_library", lambda: None)
    monkeypatch.setitem(sys.modules, "triton", None)


def product(target: str, precision: str = "tf32", size: int = 32) -> Listing:
    return compile_ptx(example("product"), target, signature=POINTERS, constants={"SIZE": size, "PRECISION": precision})


# CUDA C++


@needs_nvrtc
@pytest.mark.parametrize("target", FOUR)
def test_cuda_is_compiled_for_a_gpu_that_is_not_here(target: str):
    listing = compile_ptx(example("darken"), target)
    assert f".target {target}" in listing.ptx and ".visible .entry darken(" in listing.ptx
    assert (listing.target, listing.compiler, listing.recorded) == (target, "NVRTC", False)
    assert listing.provenance is Provenance.MEASURED
    assert [instructions(listing, name) for name in ("ld.global", "mul.f32", "st.global")] == [1, 1, 1]


@needs_nvrtc
def test_the_instruction_that_rounds_to_tf32_came_with_ampere():
    counts = {target: instructions(compile_ptx(example("round_tf32"), target), "cvt.rna.tf32") for target in FOUR}
    assert counts == {"sm_53": 0, "sm_72": 0, "sm_80": 1, "sm_90": 1}


@needs_nvrtc
def test_a_barrier_is_an_instruction():
    source = example("block_sum")
    assert instructions(compile_ptx(source, "sm_80"), "bar.sync") == source.count("__syncthreads()")


@needs_nvrtc
def test_options_reach_the_compiler():
    source = "__global__ void f(float *x) { x[0] = x[1] / x[2]; }"
    assert instructions(compile_ptx(source, "sm_80"), "div.rn.f32") == 1
    assert instructions(compile_ptx(source, "sm_80", options=["--use_fast_math"]), "div.approx.ftz.f32") == 1


# Triton


@needs_triton
def test_a_product_in_tf32_uses_the_tensor_cores_from_ampere_on():
    tensor = {target: instructions(product(target), "mma.sync.*.tf32.*") for target in ("sm_75", "sm_80", "sm_90")}
    plain = {target: instructions(product(target, "ieee"), "fma.rn.f32") for target in ("sm_75", "sm_80", "sm_90")}
    assert tensor["sm_75"] == 0 and tensor["sm_80"] == tensor["sm_90"] > 0
    # 32 cubed multiply-adds, spread over 128 threads.
    assert plain == dict.fromkeys(plain, 32**3 // 128)
    assert instructions(product("sm_75"), "fma.rn.f32") == 32**3 // 128


@needs_triton
def test_hopper_has_its_own_instruction_for_large_tiles():
    assert instructions(product("sm_90", size=64), "wgmma.mma_async") > 0
    assert instructions(product("sm_80", size=64), "wgmma") == 0


@needs_triton
def test_a_jitted_function_and_its_text_give_the_same(tmp_path, monkeypatch):
    (tmp_path / "kernels_of_mine.py").write_text(example("product"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    from kernels_of_mine import product as jitted

    constants = {"SIZE": 32, "PRECISION": "tf32"}
    listing = compile_ptx(jitted, (8, 0), signature=POINTERS, constants=constants)
    assert listing == product("sm_80") and listing.language == "triton"


# Without a compiler


@pytest.mark.parametrize("name", ["darken", "grayscale", "block_sum"])
@pytest.mark.parametrize("target", FOUR)
def test_a_recorded_listing_stands_in_and_says_so(no_compilers, name: str, target: str):
    listing = compile_ptx(example(name), target)
    assert listing.recorded and listing.provenance is Provenance.PUBLISHED
    assert (listing.compiler, listing.version) == ("NVRTC", "12.9") and f".target {target}" in listing.ptx


@pytest.mark.parametrize("target, tensor", [("sm_75", False), ("sm_80", True), ("sm_90", True)])
def test_the_product_was_recorded_as_well(no_compilers, target: str, tensor: bool):
    listing = product(target)
    assert listing.recorded and listing.compiler == "Triton"
    assert (instructions(listing, "mma.sync") > 0) == tensor
    assert instructions(product(target, "ieee"), "fma.rn.f32") == 256


def test_a_kernel_that_nobody_recorded_says_what_to_install(no_compilers):
    with pytest.raises(MissingCompiler, match=r"NVRTC.*pip install 'pixels-to-edge\[compile\]'.*example\(\)"):
        compile_ptx("__global__ void f() {}", "sm_80")
    with pytest.raises(MissingCompiler, match="Triton is not installed"):
        compile_ptx("import triton\n@triton.jit\ndef f(x):\n    pass\n", "sm_80", signature={"x": "*fp32"})
    # The recorded listing was made without options: it is not what was asked for.
    with pytest.raises(MissingCompiler):
        compile_ptx(example("darken"), "sm_80", options=["--use_fast_math"])


@needs_nvrtc
@pytest.mark.parametrize("name", ["darken", "round_tf32"])
def test_recorded_listings_hold_what_the_compiler_makes(monkeypatch, name: str):
    made = compile_ptx(example(name), "sm_80")
    monkeypatch.setattr(nvrtc, "_library", lambda: None)
    assert compile_ptx(example(name), "sm_80").opcodes == made.opcodes


# What is wrong


@needs_nvrtc
@pytest.mark.parametrize(
    "source, sentence",
    [
        ("__global__ void f(int *x) {\n    x[0] = y;\n}", 'line 2: identifier "y" is undefined'),
        ("__global__ void f(int *x) {\n\n    x[0] = 1 }", 'line 3: expected a ";"'),
        ("#include <nowhere.h>\n__global__ void f() {}", 'line 1: could not open source file "nowhere.h"'),
    ],
)
def test_a_wrong_cuda_kernel_is_named_by_line(source: str, sentence: str):
    with pytest.raises(CompileError) as caught:
        compile_ptx(source, "sm_80")
    assert str(caught.value).startswith(sentence) and "\n" not in str(caught.value)


@needs_triton
@pytest.mark.parametrize(
    "change, sentence",
    [
        (("index[None", "indx[None"), "line 9: indx is not defined"),
        (("def product(a", "def product((a"), "line 6: "),
        (("@triton.jit\n", ""), "the text defines no function with @triton.jit"),
    ],
)
def test_a_wrong_triton_kernel_is_named_by_line(change: tuple[str, str], sentence: str):
    source = example("product").replace(*change)
    with pytest.raises(CompileError) as caught:
        constants = {"SIZE": 32, "PRECISION": "tf32"}
        compile_ptx(source, "sm_80", language="triton", signature=POINTERS, constants=constants)
    assert str(caught.value).startswith(sentence) and "\n" not in str(caught.value)


@needs_triton
def test_wrong_arguments_of_a_triton_kernel_are_explained():
    with pytest.raises(ValueError, match="takes a, b, out, SIZE, PRECISION: each needs a type"):
        compile_ptx(example("product"), "sm_80", signature=POINTERS)
    with pytest.raises(CompileError, match=r"no type 'float': '\*fp32' is a pointer"):
        wrong = {**POINTERS, "a": "*float"}
        compile_ptx(example("product"), "sm_80", signature=wrong, constants={"SIZE": 32, "PRECISION": "tf32"})


def test_targets_that_nobody_knows_are_refused():
    with pytest.raises(ValueError, match=r"looks like 'sm_80' or \(8, 0\), not 'ampere'"):
        compile_ptx(example("darken"), "ampere")
    with pytest.raises(ValueError, match="sm_999 is no architecture; there are sm_50"):
        compile_ptx(example("darken"), "sm_999")


@needs_nvrtc
def test_a_target_that_this_version_does_not_know_is_refused(monkeypatch):
    monkeypatch.setattr(nvrtc, "architectures", lambda: ["sm_75", "sm_80"])
    with pytest.raises(ValueError, match=r"NVRTC \d+\.\d+ makes no code for sm_53: it knows sm_75, sm_80"):
        compile_ptx(example("darken"), "sm_53")


def test_what_is_no_kernel_is_refused():
    with pytest.raises(TypeError, match="CUDA C\\+\\+ as text, a Triton or a Numba kernel, not int"):
        compile_ptx(3, "sm_80")
    with pytest.raises(ValueError, match="cuda, triton or numba, not 'opencl'"):
        compile_ptx("x", "sm_80", language="opencl")
    with pytest.raises(ValueError, match="no example 'nothing'; there are block_sum, darken"):
        example("nothing")


# Numba


def numba_says(before: str) -> str:
    """What compile_ptx says of a Numba kernel in a fresh process."""
    code = f"""
import os
{before}
from numba import cuda
from gpu_utils.compiler import compile_ptx, instructions, MissingCompiler
def darken(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        out[i] = factor * image[i]
try:
    listing = compile_ptx(cuda.jit(darken), "sm_80", signature="void(float32[:], float32[:], float32)")
    print(listing.compiler, listing.target, instructions(listing, "st.global"))
except MissingCompiler as error:
    print("missing", error)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(find_spec("numba") is None, reason="Numba (extra lab) is not installed")
def test_numba_compiles_with_its_own_llvm_where_the_toolkit_is_not():
    assert numba_says("os.environ['NUMBA_ENABLE_CUDASIM'] = '1'") == "Numba and LLVM sm_80 1"
    said = numba_says("os.environ.pop('NUMBA_ENABLE_CUDASIM', None)")
    assert said in ("Numba sm_80 1", "Numba and LLVM sm_80 1")


# Reading a listing


def test_instructions_are_counted_by_the_parts_of_their_names():
    text = """
    // bar.sync 0; in a comment doesn't count
    .reg .f32 %f<4>;
    @!%p1 bra $L__BB0_2;
    { .reg .b16 low; mov.b32 {low, %rs1}, %r1; }
    wgmma.mma_async.sync.aligned.m64n64k8.f32.tf32.tf32 {%f1,
      %f2}, %rd1, %rd2, p, 1, 1;
    $L__BB0_2: bar.sync 0;
    mad.lo.s32 %r1, %r2, %r3, %r4; mad.lo.s32 %r1, %r2, %r3, %r4;
    ret;
    """
    listing = Listing(text, "sm_90", "cuda", "by hand", "0")
    counted = {name: instructions(listing, name) for name in ("bar.sync", "bra", "mad", "mad.lo.s3", "*.tf32", "mov")}
    assert counted == {"bar.sync": 1, "bra": 1, "mad": 2, "mad.lo.s3": 0, "*.tf32": 1, "mov": 1}
    with pytest.raises(ValueError, match="name an instruction"):
        instructions(listing, "")


def test_importing_it_loads_no_compiler():
    code = "import sys, gpu_utils.compiler; print(sorted({'torch', 'numba', 'triton', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_public_names():
    assert set(compiler.__all__) <= set(dir(compiler)) and triton_jit.available() == HAVE_TRITON
