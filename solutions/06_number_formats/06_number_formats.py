# %% [markdown] title=true minutes=110 hardware="an Ampere or newer card runs the TF32 product that is emulated elsewhere"
# # 06 · How many digits of pi
#
# {badges}
#
# {line}
#
# Networks are trained in a number format whose pi is 3.140625. Nobody minds. In this lab you find out what a format gives up to be small, what it keeps, and why that is
# the right trade. At the end you read the instruction that multiplies in TF32, and know who rounds its inputs.
#
# **You will be able to**
#
# - read a bit pattern as a number, in any format with a sign, an exponent and a fraction;
# - say from two widths how far a format reaches and how finely it is ruled;
# - round an array to a format exactly as IEEE 754 demands, ties, subnormals and infinities included;
# - find the TF32 instruction in a compiled kernel, and say how its inputs were rounded;
# - predict how the error of a sum grows with its length, and when it stops following the law.
#
# **Before this:** 01; binary numbers; 03 helps. **After this:** 07.
#
# ```
# 03  layers ──► 04 · 05  training ──► 06 (you are here) ──► 07  mixed precision ──► 08
# ```

# %% setup=true

# %%
import math

import numpy as np
from gpu_utils import check, detect, formats, ledger_view, predict, record
from gpu_utils.compiler import compile_ptx, example, instructions
from gpu_utils.plotting import PALETTE, new_figure, show, style
from gpu_utils.verdict import attempt
from gpu_utils.widgets import flip_bits

# %% [markdown]
# ## 1 · One number, one question
#
# A floating-point number has three fields: a **sign**, an **exponent** that says which power of two we are at, and a **fraction** that says where between this power and the next.
#
# | format | bits | sign | exponent | fraction | where you meet it |
# |---|---|---|---|---|---|
# | FP32 | 32 | 1 | 8 | 23 | the default everywhere |
# | TF32 | 19, carried in 32 | 1 | 8 | 10 | inside a tensor core, from Ampere on |
# | BF16 | 16 | 1 | 8 | 7 | training, from TPUs and Ampere on |
# | FP16 | 16 | 1 | 5 | 10 | training and inference; tensor cores from Volta on |
# | E5M2 | 8 | 1 | 5 | 2 | gradients, from Ada and Hopper on |
# | E4M3 | 8 | 1 | 4 | 3 | weights and activations, from Ada and Hopper on |
#
# **Predict.** Pi is 3.14159265... How many of its decimal digits does BF16's nearest number get right, the 3 included? FP16's, with three more bits of fraction? And the largest number of FP16 and that of BF16: both have 16 bits, so how
# many powers of ten lie between them? (0 for "the same".)

# %% tags=["experiment"]
predict("right digits of pi in BF16", None, "")
predict("right digits of pi in FP16", None, "")
predict("powers of ten from FP16's largest to BF16's", None, "")

# %% [markdown]
# ## 2 · Flip the bits
#
# Every bit is a button: click it, or go there with Tab and press the space bar. Find out, in this order:
#
# 1. What does the lowest bit of the fraction change? What does the lowest bit of the exponent?
# 2. Go from BF16 to FP16 and to TF32. Which of them has the better pi?
# 3. In FP16, go to the largest, then one step up. In E4M3, go up to the largest too: what lies beyond, and is there an infinity?
# 4. Which pattern is 0? Which is the other 0?

# %% tags=["experiment"]
flip_bits()

# %% [markdown]
# ## 3 · `decode`: from bits to a number
#
# Let $e$ and $f$ be the widths of exponent and fraction. The fields of a pattern, read as whole numbers, are $S$, $E$ and $F$, from the highest bit down. The **bias** is $2^{e-1} - 1$. IEEE 754 says:
#
# | exponent field $E$ | value | called |
# |---|---|---|
# | all zeros | $(-1)^S \cdot \dfrac{F}{2^f} \cdot 2^{1-\text{bias}}$ | subnormal, or zero |
# | in between | $(-1)^S \cdot \left(1 + \dfrac{F}{2^f}\right) \cdot 2^{E-\text{bias}}$ | normal: the leading 1 is hidden |
# | all ones, $F = 0$ | $(-1)^S \cdot \infty$ | infinity |
# | all ones, $F \ne 0$ | not a number | NaN |
#
# **Predict.** The exponent of a subnormal number is $1 - \text{bias}$ and not $0 - \text{bias}$. What would go wrong just below the smallest normal number if it were?
#
# <details><summary>Answer</summary>
#
# The largest subnormal number would be just short of *half* the smallest normal one. Between them would be a gap as wide as all the subnormals together.
#
# </details>

# %% answer="decode"
def decode(bits, exponent_bits, fraction_bits):
    """The number that a bit pattern stands for, by IEEE 754's rule.

    bits: an int from 0 to 2**(1 + exponent_bits + fraction_bits) - 1: sign, exponent, fraction,
        from the highest bit down.
    exponent_bits: 2 to 11. fraction_bits: 1 to 52. (So every value fits a Python float.)
    Returns a float: subnormals, infinities, NaN (any) and -0.0 included.
    """
    ### BEGIN SOLUTION
    bias = 2 ** (exponent_bits - 1) - 1
    all_ones = 2**exponent_bits - 1
    sign = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    field = bits >> fraction_bits & all_ones
    fraction = bits & (2**fraction_bits - 1)
    if field == all_ones:
        return math.nan if fraction else sign * math.inf
    if field == 0:
        return sign * math.ldexp(fraction, 1 - bias - fraction_bits)
    return sign * math.ldexp(2**fraction_bits + fraction, field - bias - fraction_bits)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `bits >> n` drops the lowest n bits, `bits & (2**n - 1)` keeps only them. Cut the three fields out first, then go through the table row by row.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `math.ldexp(x, n)` is $x \cdot 2^n$ and can't overflow halfway. For the sign of zero: `-1.0 * 0.0` is `-0.0`, but `-1 * 0` is just `0`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# field = bits >> fraction_bits & (2**exponent_bits - 1)
# fraction = bits & (2**fraction_bits - 1)
# # field all ones: infinity or NaN;  field 0: fraction * 2**(1 - bias - fraction_bits)
# # else (2**fraction_bits + fraction) * 2**(field - bias - fraction_bits);  the sign in front, as a float
# ```
#
# </details>

# %% test="decode-basic" points=1
with check("decode", points=1) as c:
    c.call(decode, 0b0_10000_1001001000, 5, 10).equal(3.140625, "FP16's pi is 3.140625")
    c.call(decode, 0b0_10000000_1001001, 8, 7).equal(3.140625, "BF16's pi too: other widths, another bias")
    c.call(decode, 0b1_01111_0000000000, 5, 10).equal(-1.0, "the highest bit is the sign")
    c.call(decode, 0b0_00000_0000000011, 5, 10).equal(3 * 2.0**-24, "field 0: a subnormal number",
        hint="no hidden 1 in front, and the exponent is 1 - bias, as for field 1")
    c.call(decode, 0b0_11110_1111111111, 5, 10).equal(65504.0, "the largest number of FP16")
    c.call(decode, 0b0_11111_0000000000, 5, 10).equal(math.inf, "exponent all ones and fraction 0: infinity")
    c.call(decode, 0b1_11111_0000000000, 5, 10).equal(-math.inf, "and minus infinity: the sign counts there too")
    c.call(decode, 0b0_11111_0000000001, 5, 10).equal(math.nan, "exponent all ones and any other fraction: NaN")
    c.call(decode, 0b1_00000_0000000000, 5, 10).satisfies(
        lambda value: value == 0 and math.copysign(1, value) == -1, "the other zero is -0.0: it keeps its sign")
c.score

# %% test="decode-full" points=2 hidden=true
# Every pattern of FP16, BF16 and an 8-bit format, and random ones of FP32, FP64 and every width of the exponent.
with check("decode", points=2) as c:
    def values(patterns, exponent_bits, fraction_bits):
        return np.array([decode(int(p), exponent_bits, fraction_bits) for p in patterns], dtype=np.float64)
    every = np.arange(2**16)
    with np.errstate(invalid="ignore"):
        half = every.astype(np.uint16).view(np.float16).astype(np.float64)
        c.call(values, every, 5, 10).equal(half, "all 65,536 patterns of FP16")
        number = ~np.isnan(half)
        c.call(lambda: np.copysign(1.0, values(every[number], 5, 10))).equal(
            np.copysign(1.0, half[number]), "every number of FP16 has its sign, zero too")
        upper = (every.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
        c.call(values, every, 8, 7).equal(upper, "all 65,536 patterns of BF16")
        single = c.rng.integers(0, 2**32, 4000, dtype=np.uint32)
        c.call(values, single, 8, 23).equal(single.view(np.float32).astype(np.float64), "4000 patterns of FP32")
        double = c.rng.integers(0, 2**63, 4000, dtype=np.uint64)
        double[:200] %= np.uint64(2**52)  # subnormal numbers
        c.call(values, double, 11, 52).equal(double.view(np.float64), "4000 patterns of FP64")
    c.call(values, every[:256], 4, 3).equal(formats.decode(every[:256], formats.ieee(4, 3)), "all 256 patterns of IEEE 4-3")
    widths = [(e, int(c.rng.integers(1, 53))) for e in range(2, 12)]
    found, truth = [], []
    for e, f in widths:  # numbers, subnormal numbers, infinities and NaNs of each
        drawn = c.rng.integers(0, 2 ** (1 + e + f), 300, dtype=np.uint64)
        fields = np.uint64((2**e - 1) << f)
        drawn[:80] &= ~fields
        drawn[80:120] |= fields
        drawn[118:120] = fields, fields | np.uint64(1 << (e + f))
        found.append((drawn, e, f))
        truth.append(formats.decode(drawn, formats.ieee(e, f)))
    c.call(lambda: np.concatenate([values(*one) for one in found])).equal(
        np.concatenate(truth), "exponents of 2 to 11 bits, each with a drawn width of the fraction")
c.score

# %% [markdown]
# ## 4 · `largest`: how far a format reaches
#
# **Predict.** Exponent all ones is taken. So which pattern is the largest finite number, and what does it come to for 5 and 10 bits?

# %% answer="largest"
def largest(exponent_bits, fraction_bits):
    """The largest finite number of a format, by IEEE 754's rule.

    exponent_bits: 2 to 11. fraction_bits: 1 to 52. Returns a float.
    """
    ### BEGIN SOLUTION
    bias = 2 ** (exponent_bits - 1) - 1
    return (2.0 - 2.0**-fraction_bits) * 2.0**bias
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The exponent field is one below all ones. The fraction is all ones.
#
# </details>
# <details><summary>Hint 2</summary>
#
# One below all ones is $2^e - 2$. Subtract the bias, and the exponent is equal to the bias. And $1.111..._2$ is just short of 2: by how much?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# $(2 - 2^{-f}) \cdot 2^{\text{bias}}$, with bias $= 2^{e-1} - 1$.
#
# </details>

# %% test="largest-basic" points=1
with check("largest", points=1) as c:
    c.call(largest, 5, 10).equal(65504.0, "FP16 ends at 65504", hint="your decode says the same of 0 11110 1111111111")
    c.call(largest, 8, 7).equal(float.fromhex("0x1.fep+127"), "BF16 ends near 3.39e38, with the same 16 bits")
    c.call(largest, 4, 3).equal(240.0, "IEEE 4-3 ends at 240: exponent all ones is reserved")
c.score

# %% test="largest-full" points=1 hidden=true
# FP32, FP64, and every other pair of widths.
with check("largest", points=1) as c:
    c.call(lambda: np.array([largest(8, 23)], dtype=np.float64)).equal(
        np.array([float(np.finfo(np.float32).max)]), "FP32's largest number, to the last bit")
    c.call(lambda: np.array([largest(11, 52)], dtype=np.float64)).equal(
        np.array([np.finfo(np.float64).max]), "FP64's largest number, without an overflow on the way")
    c.call(largest, 2, 1).equal(3.0, "the smallest widths that there are: two and one bits end at 3")
    pairs = [(e, int(f)) for e in range(2, 12) for f in c.rng.integers(1, 53, 5)]
    c.call(lambda: np.array([largest(e, f) for e, f in pairs], dtype=np.float64)).equal(
        np.array([formats.ieee(e, f).largest for e, f in pairs]), "any widths, exactly")
c.score

# %% [markdown]
# ## 5 · `spacing`: how finely it is ruled
#
# Between one power of two and the next the numbers stand at equal distances, and at each power of two the distance doubles. So a format is a ruler whose marks spread out as you walk away from 0.
#
# | where $\lvert x \rvert$ lies | distance to the next larger one |
# |---|---|
# | from $2^k$ up to, not including, $2^{k+1}$ | $2^{k - f}$ |
# | below the smallest normal number $2^{1 - \text{bias}}$, down to 0 | the same as just above it: $2^{1 - \text{bias} - f}$ |
#
# **Predict.** At which number do FP16's marks stand a whole 1 apart? So what is 2049 in FP16?
#
# <details><summary>Answer</summary>
#
# From 1024 on: $2^{10 - 10} = 1$. From 2048 on they are 2 apart, so 2049 isn't there. It lies in the middle between 2048 and 2050; part 8 says which one it becomes.
#
# </details>

# %% answer="spacing"
def spacing(x, exponent_bits, fraction_bits):
    """The gap from abs(x) to the next larger number of a format, by IEEE 754's rule.

    x: a Python float of either sign, zero too; abs(x) is at most the format's largest number. For
        an x between two numbers of the format it is the gap between those two. At a power of
        two it is the gap above.
    exponent_bits: 2 to 11. fraction_bits: 1 to 52.
    Returns a float. At the largest number: the gap that would come next (32.0 for FP16).
    """
    ### BEGIN SOLUTION
    smallest_exponent = 2 - 2 ** (exponent_bits - 1)
    exponent = math.frexp(abs(x))[1] - 1 if x else smallest_exponent  # frexp's significand is below 1
    return 2.0 ** (max(exponent, smallest_exponent) - fraction_bits)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You need the $k$ with $2^k \le \lvert x \rvert < 2^{k+1}$, but never below $1 - \text{bias}$.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `math.frexp(8.0)` is `(0.5, 4)`: $8 = 0.5 \cdot 2^4$. Its exponent is one more than our $k$. `math.log2` may round up across a power of two (at 2048 it does): frexp never does.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `2.0 ** (max(math.frexp(abs(x))[1] - 1, 1 - bias) - fraction_bits)`. That is right for all but one x: what does frexp say of 0?
#
# </details>

# %% test="spacing-basic" points=1
with check("spacing", points=1) as c:
    c.call(spacing, math.pi, 8, 7).equal(2.0**-6, "around pi, BF16's numbers are 1/64 apart")
    c.call(spacing, -math.pi, 5, 10).equal(2.0**-9, "the sign doesn't matter; FP16 is 8 times finer there",
        hint="if yours is negative: a gap is a distance, use abs(x)")
    c.call(spacing, 0.3, 5, 10).equal(2.0**-12, "0.3 lies between 1/4 and 1/2: below 1 the exponents are negative")
    c.call(spacing, 4.0, 5, 10).equal(2.0**-8, "at a power of two it is the gap above, not below")
    c.call(spacing, math.nextafter(2048.0, 0.0), 5, 10).equal(1.0, "a hair below 2048 it is still the gap below 2048",
        hint="with math.log2? It rounds this number's logarithm up to exactly 11.0: math.frexp doesn't round")
    c.call(spacing, 2048.0, 5, 10).equal(2.0, "from 2048 on, FP16 has only even numbers")
    c.call(spacing, 2.0**-20, 5, 10).equal(2.0**-24, "subnormal numbers all have the same spacing")
    c.call(spacing, 0.0, 5, 10).equal(2.0**-24, "zero's neighbour is the smallest subnormal number",
        hint="with frexp? It says exponent 0 of zero, as of numbers near 1")
c.score

# %% test="spacing-full" points=1 hidden=true
# Every number of FP16, random ones of other formats, and numbers just below a power of two.
with check("spacing", points=1) as c:
    def gaps(numbers, exponent_bits, fraction_bits):
        return np.array([spacing(float(x), exponent_bits, fraction_bits) for x in numbers], dtype=np.float64)
    half = np.arange(0x7C00, dtype=np.uint16).view(np.float16)
    c.call(gaps, half, 5, 10).equal(
        np.append(np.diff(half.astype(np.float64)), 32.0), "every number of FP16, from 0 to the largest")
    doubles = np.ldexp(c.rng.uniform(-1, 1, 500), c.rng.integers(-1040, 1024, 500))
    c.call(gaps, doubles, 11, 52).equal(np.array([math.ulp(x) for x in doubles]), "FP64, as math.ulp has it")
    below = 2.0 ** np.arange(-6, 8) * (1 - 1e-9)
    c.call(gaps, below, 4, 3).equal(formats.spacing(below, formats.ieee(4, 3)), "just below a power of two")
    hair = np.nextafter(2.0 ** np.arange(-120, 120), 0.0)
    c.call(gaps, -hair, 8, 7).equal(formats.spacing(hair, "bf16"), "a hair below a power of two, on the other side of zero")
    numbers = np.ldexp(c.rng.uniform(-1, 1, 500), c.rng.integers(-140, 120, 500))
    c.call(gaps, numbers, 8, 7).equal(formats.spacing(numbers, "bf16"), "numbers between those of BF16, of either sign")
c.score

# %% [markdown]
# ## 6 · Range against precision
#
# Your two functions draw the picture. To the right: how large a number may be. Upward: how many of its bits count.
#
# **Predict.** TF32 has 19 bits and FP16 has 16. Which reaches further, and which is finer?

# %% tags=["experiment"]
WIDTHS = {"FP32": (8, 23), "TF32": (8, 10), "BF16": (8, 7), "FP16": (5, 10), "IEEE 4-3": (4, 3), "E5M2": (5, 2)}


@attempt("spacing", "largest")
def range_and_precision():
    with style():
        fig = new_figure(height_in=4.4)
        axes = fig.subplots()
        for colour, (name, (e, f)) in zip(PALETTE, WIDTHS.items(), strict=True):
            powers = 2.0 ** np.arange(round(math.log2(spacing(0.0, e, f))), math.floor(math.log2(largest(e, f))) + 1)
            bits = [1 + math.log2(x / spacing(x, e, f)) for x in powers]
            wide = e == 8
            axes.plot([*powers, largest(e, f), largest(e, f)], [*bits, bits[-1], 0], color=colour,
                      linestyle="-", linewidth=2 if wide else 4)
            where = (1e-36, bits[-1]) if wide else (7e4, {"FP16": 9.2, "IEEE 4-3": 4.2, "E5M2": 1.8}[name])
            axes.annotate(f"{name}: {e} + {f} bits, to {largest(e, f):.{2 if wide else 5}g}", where,
                          (0, 4) if wide else (6, -4), textcoords="offset points", fontsize=10, color=colour)
        axes.set(xscale="log", xlim=(1e-46, 1e41), ylim=(0, 27), xlabel="size of the number, log scale",
                 ylabel="bits that count, hidden one included")
        axes.set_xticks([10.0**k for k in range(-40, 41, 10)])
        axes.set_title("emulated; each with its exponent + fraction bits, and its largest number", fontsize=10)
        decimal = axes.secondary_yaxis("right", functions=(lambda b: b * math.log10(2), lambda d: d / math.log10(2)))
        decimal.set_ylabel("about as many decimal digits")
    show(fig, alt="Bits that count over the size of a number. FP32, TF32 and BF16 are equally wide, from 1e-38 to 3e38, "
                  "at 24, 11 and 8 bits. FP16 is as high as TF32 but ends at 65504. IEEE 4-3 and E5M2 lie at 4 and 3 "
                  "bits. On the left every line slopes down to one bit: the subnormal numbers")
    record("powers of ten from FP16's largest to BF16's", math.log10(largest(8, 7) / largest(5, 10)), "", "emulated")

# %% [markdown]
# **Read it.** Width is range, and the exponent bits alone make it: FP32, TF32 and BF16 have eight, so they reach equally far. Height is precision, and the fraction bits alone make it: TF32 and FP16 have ten, so they are equally fine.
# *More bits, more range* is wrong: BF16 reaches as far as FP32 with half its bits, and FP16 with the same 16 as BF16 falls short by more than thirty powers of ten.
#
# The slopes on the left are the subnormals: going down, they give up one bit after the other. Without them every line would end in a cliff there. (INT8 isn't in the picture: 256 whole numbers at equal distances, and no exponent at all. Lab 07 gives it a scale.)

# %% [markdown]
# ## 7 · Eight bits, two rules
#
# (Short of time? Nothing later in this lab needs this part.) With eight bits, patterns are dear. IEEE's rule gives a whole exponent to infinities and NaNs: 16 of 256 patterns. **IEEE 4-3**, four bits of exponent and three of fraction under that rule, ends at 240. The **E4M3** of
# deep learning has the same widths and breaks the rule: no infinity, only *all ones* is NaN, and the other patterns are numbers. It ends at 448.
#
# **Predict**, then run: 460 is beyond E4M3's largest number. What becomes of it? And of 470?

# %% tags=["experiment"]
asked = np.array([250.0, 448.0, 460.0, 470.0, 60_000.0, 70_000.0, np.inf])
print(f"{'emulated':28}" + "".join(f"{x:>9g}" for x in asked))
for title, layout, overflow in (("IEEE 4-3", formats.ieee(4, 3), "infinity"), ("E4M3", "e4m3", "infinity"),
                                ("E4M3, saturating", "e4m3", "saturate"), ("E5M2", "e5m2", "infinity"),
                                ("E5M2, saturating", "e5m2", "saturate")):
    print(f"{title:28}" + "".join(f"{x:9g}" for x in formats.round_to(asked, layout, overflow=overflow)))

# %% [markdown]
# Three different ends, so always ask which one a library means.
#
# - **IEEE's rule** (IEEE 4-3, E5M2, FP16, BF16): what rounds beyond the largest becomes infinity.
# - **E4M3** has no infinity, so it becomes **NaN**. The mark after 448 would be 480: up to the middle, 464, a number is rounded *down* to 448 first.
# - **Saturating**, in either format: it becomes the largest number, and so does infinity. NVIDIA's conversions to FP8 must say `.satfinite`: the assembler refuses them without it. The standard for FP8 allows both kinds.

# %% [markdown]
# ## 8 · `round_to`: the nearest number that there is
#
# **Goal.** Round a whole array of float64 to a format. The recipe needs no bits:
#
# 1. Find the spacing around each value, as in part 5. Your function there takes one number; here `np.frexp` takes the whole array at once.
# 2. Measure the value in steps of that size, round the count to a whole number, and go back. Steps are powers of two, so neither way loses anything.
# 3. What is beyond the largest number *after* rounding becomes infinity.
#
# **Ties** go to the *even* count: 2.5 steps become 2, 3.5 become 4. Always upward would push every sum upward. `np.rint` does it right.
#
# **Predict.** In FP16: what becomes of 2049, 2051, 65519 and 65520?

# %% answer="round_to"
def round_to(x, exponent_bits, fraction_bits):
    """Round to a format as IEEE 754 does: to nearest, ties to even.

    x: a float64 array with one axis or more, of a million values too (so no loop over
        them); any float64 may occur: zeros, subnormals, infinities and NaN as well.
    exponent_bits: 2 to 8. fraction_bits: 1 to 23.
    Returns a new float64 array of the same shape: each value is the nearest number of the format.
        Subnormal numbers are numbers. What rounds beyond the largest becomes infinity, with
        its sign. NaN stays NaN. Signs stay, of zero too.
    """
    ### BEGIN SOLUTION
    bias = 2 ** (exponent_bits - 1) - 1
    exponent = np.maximum(np.frexp(x)[1] - 1, 1 - bias)  # below the smallest normal number the spacing stays
    step = exponent - fraction_bits
    rounded = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    rounded[np.abs(rounded) >= 2.0 ** (bias + 1)] = np.inf  # the first mark beyond the largest number
    return np.copysign(rounded, x)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `np.frexp(x)` gives significands and exponents of a whole array; `np.ldexp(x, n)` is $x \cdot 2^n$. `np.rint` rounds ties to even, and keeps infinities and NaN. (Of 0, infinity and NaN, frexp gives a harmless exponent. They need no case of their own.)
#
# </details>
# <details><summary>Hint 2</summary>
#
# The step at each value is $2^{\max(k,\, 1 - \text{bias}) - f}$. Don't go through float32 on the way: rounding twice can turn a value just above a tie into a tie.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
# rounded = np.ldexp(np.rint(np.ldexp(x, -step)), step)
# # abs(rounded) >= 2.0 ** (bias + 1): infinity.  At the end, np.copysign(rounded, x)
# ```
#
# </details>

# %% test="round_to-basic" points=1
with check("round_to", points=1) as c:
    c.call(round_to, np.array([math.pi, -math.e, 1000.0, 1.9999]), 8, 7).equal(
        np.array([3.140625, -2.71875, 1000.0, 2.0]), "to the nearest number of BF16, of either sign")
    c.call(round_to, np.array([2049.0, 2051.0, -2049.0, 2050.9]), 5, 10).equal(
        np.array([2048.0, 2052.0, -2048.0, 2050.0]), "ties go to even: 2049 down, 2051 up, -2049 to -2048")
    c.call(round_to, np.array([65504.0, 65519.0, -65519.9]), 5, 10).equal(
        np.array([65504.0, 65504.0, -65504.0]), "65519 is nearer to the largest number than to the mark beyond it")
    c.call(round_to, np.array([1e9, -1e9, 65521.0]), 5, 10).equal(
        np.array([np.inf, -np.inf, np.inf]), "beyond that comes infinity, with its sign")
    c.call(round_to, np.array([65520.0]), 5, 10).equal(
        np.array([np.inf]), "65520 is a tie between 65504 and 65536, the mark beyond: to even, so to infinity")
    c.call(round_to, np.array([0.4, 1.4, 2.6, 3.3]) * 2.0**-24, 5, 10).equal(
        np.array([0.0, 1.0, 3.0, 3.0]) * 2.0**-24, "subnormal numbers are whole steps of the smallest",
        hint="their exponent is 1 - bias, all of them: np.maximum")
    c.call(round_to, np.array([0.0, np.inf, -np.inf]), 5, 10).equal(
        np.array([0.0, np.inf, -np.inf]), "zero and the infinities stay what they are")
    c.call(round_to, np.array([np.nan, 1.0]), 5, 10).equal(np.array([np.nan, 1.0]), "NaN stays NaN")
    c.call(lambda: np.copysign(1.0, round_to(np.array([-0.0, -1e-30, 0.0]), 5, 10))).equal(
        np.array([-1.0, -1.0, 1.0]), "-0.0 stays -0.0, and -1e-30 becomes -0.0")
    c.call(round_to, np.array([[1.1, 2.2], [3.3, 0.3]]), 4, 3).equal(
        np.array([[1.125, 2.25], [3.25, 0.3125]]), "an array with two axes, four and three bits")
c.score

# %% test="round_to-full" points=3 hidden=true
# Every number of FP16 and every tie between two, a million float32 values, and the borders of other widths.
with check("round_to", points=3) as c:
    half = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)
    half = np.concatenate([half, -half])
    c.call(round_to, half, 5, 10).equal(half, "every number of FP16 is its own nearest")
    middle = np.concatenate([half[1:0x7C00] + half[: 0x7C00 - 1], -half[1:0x7C00] - half[: 0x7C00 - 1]]) / 2
    c.call(round_to, middle, 5, 10).equal(
        middle.astype(np.float16).astype(np.float64), "every tie between two numbers of FP16 goes to the even one")
    outward, inward = np.nextafter(middle, 2 * middle), np.nextafter(middle, 0)
    c.call(round_to, np.stack([outward, inward]), 5, 10).equal(
        np.stack([outward.astype(np.float16), inward.astype(np.float16)]).astype(np.float64),
        "a hair beside a tie, less than float32 can tell: to the nearer one")
    with np.errstate(invalid="ignore"):
        million = c.rng.integers(0, 2**32, 2**20, dtype=np.uint32).view(np.float32).astype(np.float64)
    c.call(round_to, million, 8, 10).equal(formats.round_to(million, "tf32"), "a million float32 patterns to TF32, NaNs included")
    c.call(round_to, million, 5, 10).equal(formats.round_to(million, "fp16"), "the same million to FP16")
    for e, f in ((8, 7), (4, 3), (5, 2), (int(c.rng.integers(2, 8)), int(c.rng.integers(1, 9)))):
        layout = formats.ieee(e, f)
        near = np.ldexp(c.rng.uniform(-1, 1, 20_000), c.rng.integers(layout.smallest_exponent - f - 1, layout.bias + 3, 20_000))
        c.call(round_to, near, e, f).equal(formats.round_to(near, layout), f"random values, {e} and {f} bits")
        # The tie beyond the largest number: half a step above it, and the numbers beside it.
        edge = layout.largest + formats.spacing(layout.largest, layout) / 2
        edges = np.array([np.nextafter(edge, 0), edge, -edge, -np.nextafter(edge, 0)])
        c.call(round_to, edges, e, f).equal(
            np.array([layout.largest, np.inf, -np.inf, -layout.largest]), f"where infinity begins, {e} and {f} bits")
    extreme = np.array([5e-324, -1e-310, 1e308, -np.finfo(np.float64).max, 1e39])
    c.call(round_to, extreme, 8, 23).equal(
        np.array([0.0, -0.0, np.inf, -np.inf, np.inf]), "the smallest and the largest float64 values, to FP32")
    tiny = np.array([-0.0, 0.0, -1e-9, 1e-9, -2.0**-26, np.nan])
    c.call(lambda: np.copysign(1.0, round_to(tiny, 5, 10))[:5]).equal(
        np.array([-1.0, 1.0, -1.0, 1.0, -1.0]), "what becomes zero keeps its sign")
    wide = c.rng.standard_normal((6, 5, 8)).transpose(2, 0, 1)[::2]
    c.call(round_to, wide, 8, 7).equal(formats.round_to(wide, "bf16"), "three axes, and not in order in memory")
c.score

# %% [markdown]
# **Look: the digits of pi.**

# %% tags=["experiment"]
def right_digits(value):
    """How many leading decimal digits of a number agree with those of pi."""
    pairs = zip(f"{value:.15f}".replace(".", ""), f"{math.pi:.15f}".replace(".", ""), strict=True)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


@attempt("round_to")
def digits_of_pi():
    for name, (e, f) in WIDTHS.items():
        value = float(round_to(np.array([math.pi]), e, f)[0])
        print(f"{name:9} {1 + e + f:3} bits   {value:<18.10g} right digits: {right_digits(value)} (emulated)")
    for name in ("BF16", "FP16"):
        value = float(round_to(np.array([math.pi]), *WIDTHS[name])[0])
        record(f"right digits of pi in {name}", right_digits(value), "", "emulated")

# %% [markdown]
# BF16, FP16 and TF32 have **the same pi, 3.140625**. Three more bits of fraction buy nothing: in binary pi is $11.001001\,000\,0111111..._2$, and the next three bits happen to be zeros. A format promises a *largest* error, half a spacing; how near one number comes is luck.
#
# And why does nobody mind? A network's weights are learned, not looked up. Each is known to no better than the noise of training, and the rounding errors of thousands of products have either sign. What a network can't stand is a number that
# leaves the range: one infinity spoils everything after it. So BF16 gave up digits to keep FP32's exponent.

# %% [markdown]
# ## 9 · Find the bug: the alarm that went silent
#
# A colleague rounds to TF32 with two operations on the bits. TF32 has float32's exponent, so only the fraction has to lose its lowest 13 bits: add half of the last bit that stays, and cut. A carry runs into the exponent all by itself, which is right.
# He watches a training run, and an alarm goes off when the loss is NaN.

# %% tags=["experiment"]
def his_round_to_tf32(x):
    bits = x.view(np.uint32) + np.uint32(0x1000)
    return (bits & np.uint32(0xFFFFE000)).view(np.float32)


patterns = np.array([0x40490FDB, 0x3F801000, 0x3F803000, 0x7F7FFFFF,
                     0x7FC00000, 0x7F800001, 0x7FFFFFFF], dtype=np.uint32)
names = ["pi", "1 + half a step", "1 + 1.5 steps", "largest float32",
         "NaN as NumPy writes it", "NaN, lowest payload", "NaN as CUDA writes it"]
for name, pattern, came_out in zip(names, patterns, his_round_to_tf32(patterns.view(np.float32)), strict=True):
    print(f"{name:24} {pattern:#010x}  ->  {came_out:.10g}")

# %% [markdown]
# **Predict**, before you read on: two of these seven are disasters, and one is a matter of rule. Which?
#
# On a GPU the NaN of an operation is the pattern `0x7fffffff` (`CUDART_NAN_F` in CUDA's `math_constants.h`). His addition carries through all ones into the *sign*, and the exploded loss reads **-0.0**: a perfect score. The NaN with the
# lowest payload becomes infinity. And *1 + half a step* is a tie: he sends it away from zero, IEEE 754 sends it to the even neighbour, 1.
#
# **Goal.** Round to TF32 right. You may work on the bits, or reuse what you have.
#
# | bits | what they are |
# |---|---|
# | 31 | sign |
# | 30 to 23 | exponent |
# | 22 to 13 | the ten bits of fraction that stay; bit 13 is the last of them |
# | 12 to 0 | to be rounded away; `0x1000` is half of a step |
#
# To even, with one addition: add `0x0FFF`, just *under* half, and one more when bit 13 is set.

# %% answer="round_to_tf32"
def round_to_tf32(x):
    """Round to TF32, 8 bits of exponent and 10 of fraction, to nearest, ties to even.

    x: a float32 array with one axis or more, of a million values too; not changed.
    Returns a new float32 array of the same shape. Subnormal numbers of TF32 are numbers (they are
        2**-136 apart), the largest float32 values round to infinity, infinities and the
        signs of zeros stay. A NaN becomes a NaN, any, whatever its payload.
    """
    ### BEGIN SOLUTION
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# His code is nearly right: two things are missing. NaNs must not go through the addition, and half must become *just under half, plus the last bit that stays*.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Bit 13 as 0 or 1: `bits >> np.uint32(13) & np.uint32(1)`. And `np.where(np.isnan(x), x, ...)` keeps the NaNs.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# rounded = bits + 0x0FFF + last & 0xFFFFE000     # all as np.uint32; + binds tighter than &
# # or without bits: round_to(x.astype(np.float64), 8, 10).astype(np.float32)
# ```
#
# </details>

# %% test="round_to_tf32-basic" points=1
with check("round_to_tf32", points=1) as c:
    c.call(round_to_tf32, np.float32([math.pi, -math.e, 1000.3])).equal(
        np.float32([3.140625, -2.71875, 1000.5]), "to the nearest number of TF32, of either sign")
    c.call(round_to_tf32, np.array([0x3F801000, 0x3F803000, 0xBF801000], np.uint32).view(np.float32)).equal(
        np.float32([1.0, 1 + 2**-9, -1.0]), "ties go to even: one down, one up")
    c.call(round_to_tf32, np.float32([[1e6], [2.0**100]])).equal(
        np.float32([[999936.0], [2.0**100]]), "TF32 reaches as far as float32: 1e6 becomes 999936")
    c.call(round_to_tf32, np.float32([1.9999, -3.99999])).equal(
        np.float32([2.0, -4.0]), "1.9999 becomes 2: the carry runs into the exponent")
    c.call(round_to_tf32, np.float32([3.4028235e38, -3.4028235e38])).equal(
        np.float32([np.inf, -np.inf]), "the largest float32 rounds up to infinity")
    c.call(round_to_tf32, np.float32([np.inf, -np.inf])).equal(np.float32([np.inf, -np.inf]), "infinity stays infinity")
    c.call(round_to_tf32, np.array([0x7FFFFFFF, 0xFFFFFFFF, 0x7F800001, 0xFFC00000, 0x3F800000], np.uint32).view(np.float32)).equal(
        np.float32([np.nan] * 4 + [1]), "every NaN stays a NaN, whatever its payload, and the 1 beside them a 1",
        hint="np.isnan(x) knows them all")
    c.call(round_to_tf32, np.float32([2.0**-136, 1.4 * 2.0**-136, 1.6 * 2.0**-136, 1e-45])).equal(
        np.float32([2.0**-136, 2.0**-136, 2.0**-135, 0.0]), "subnormal numbers of TF32 are numbers",
        hint="TF32 has the exponents of float32: on the bits, they are nothing special")
    c.call(lambda: np.copysign(1.0, round_to_tf32(np.float32([-0.0, -1e-45, 0.0]))).astype(np.float64)).equal(
        np.array([-1.0, -1.0, 1.0]), "what is or becomes zero keeps its sign")
c.score

# %% test="round_to_tf32-full" points=2 hidden=true
# A million random patterns, every tie that float32 has, every kind of NaN, and arrays of other shapes.
with check("round_to_tf32", points=2) as c:
    million = c.rng.integers(0, 2**32, 2**20, dtype=np.uint32).view(np.float32)
    c.call(round_to_tf32, million).equal(formats.round_to(million, "tf32"), "a million random patterns of float32")
    number = np.arange(2**19, dtype=np.uint32) << 13  # every pattern of TF32, as float32 carries it
    c.call(round_to_tf32, number.view(np.float32)).equal(
        np.where(np.isnan(number.view(np.float32)), np.float32(np.nan), number.view(np.float32)), "every number of TF32 is its own nearest")
    ties = (number | 0x1000).view(np.float32)
    c.call(round_to_tf32, ties).equal(formats.round_to(ties, "tf32"), "every tie there is")
    beside = (number + c.rng.choice(np.array([0x0FFF, 0x1001], np.uint32), number.size)).view(np.float32)
    c.call(round_to_tf32, beside).equal(formats.round_to(beside, "tf32"), "one bit beside every tie")
    payloads = c.rng.integers(1, 2**23, 50_000, dtype=np.uint32) | c.rng.choice(np.array([0x7F800000, 0xFF800000], np.uint32), 50_000)
    payloads[:4] = (0x7F800001, 0x7FFFFFFF, 0xFFFFF000, 0xFF801FFF)
    c.call(round_to_tf32, payloads.view(np.float32)).equal(
        np.full(50_000, np.nan, np.float32), "50,000 NaNs with random payloads, still NaN")
    small = c.rng.integers(0, 2**23, 100_000, dtype=np.uint32).view(np.float32)
    c.call(round_to_tf32, small).equal(formats.round_to(small, "tf32"), "100,000 subnormal numbers")
    wide = c.rng.standard_normal((7, 6, 10), dtype=np.float32).transpose(2, 0, 1)[::2]
    c.call(round_to_tf32, wide).equal(formats.round_to(wide, "tf32"), "three axes, and not in order in memory")
    alone = c.rng.standard_normal((1, 1), dtype=np.float32)
    c.call(round_to_tf32, alone).equal(formats.round_to(alone, "tf32"), "a single value, in an array with two axes")
    signs = (c.rng.integers(0, 2, 1000, dtype=np.uint32) << 31 | c.rng.integers(0, 0x1000, 1000, dtype=np.uint32)).view(np.float32)
    c.call(lambda: np.copysign(1.0, round_to_tf32(signs)).astype(np.float64)).equal(
        np.where(np.signbit(signs), -1.0, 1.0), "zeros of either sign")
c.score

# %% [markdown]
# ## 10 · The instruction itself
#
# So who rounds on a GPU? Let us look. Below, one block of 128 threads multiplies two float32 matrices of 32 x 32. The same source is compiled for a T4, an A100 and an H100, once with TF32 allowed and once by the book (`ieee`). A compiler needs no GPU. Where there is no compiler either, a
# listing that was recorded earlier is shown, and says so.
#
# **Predict.** The product needs $32^3 = 32{,}768$ multiply-adds. A T4 (Turing) has tensor cores. How many tensor-core instructions does it get? And how many `fma.rn.f32` stand in its listing, if all 128 threads share the work equally?

# %% tags=["experiment"]
predict("TF32 tensor-core instructions in Turing's listing", None, "")
predict("fma.rn.f32 in Turing's listing", None, "")

# %% tags=["experiment"]
print(example("product"))

# %% tags=["experiment"]
def compiled(target, precision, size=32):
    return compile_ptx(example("product"), target, signature={"a": "*fp32", "b": "*fp32", "out": "*fp32"},
                       constants={"SIZE": size, "PRECISION": precision})


def counts(listing):
    """Tensor-core products, ordinary multiply-adds, and conversions to TF32 in a listing."""
    products = instructions(listing, "mma.sync") + instructions(listing, "wgmma.mma_async")
    return products, instructions(listing, "fma.rn.f32"), instructions(listing, "cvt.*.tf32.f32")


print(f"{'':40} {'mma':>5} {'fma':>5} {'cvt to tf32':>12}")
listings = {}
for card, target, precision, size in (("T4, Turing", "sm_75", "tf32", 32), ("A100, Ampere", "sm_80", "tf32", 32),
                                      ("H100, Hopper", "sm_90", "tf32", 32), ("A100, by the book", "sm_80", "ieee", 32),
                                      ("H100, 64 x 64 matrices", "sm_90", "tf32", 64)):
    listing = listings[card] = compiled(target, precision, size)
    made = "recorded, published" if listing.recorded else "compiled here, measured"
    print("{:40} {:5} {:5} {:12}".format(f"{card} ({target}, {precision})", *counts(listing)),
          f"  {listing.compiler} {listing.version}, {made}")
turing = listings["T4, Turing"]
origin = f"{turing.compiler} {turing.version}, 32 x 32, sm_75"
record("TF32 tensor-core instructions in Turing's listing", counts(turing)[0], "", turing.provenance, source=origin)
record("fma.rn.f32 in Turing's listing", counts(turing)[1], "", turing.provenance, source=origin)

# %% tags=["experiment"]
for card in ("A100, Ampere", "H100, 64 x 64 matrices"):
    line = next(line.strip() for line in listings[card].ptx.splitlines() if "mma" in line and "tf32" in line)
    print(f"{card}:\n  {line if len(line) < 110 else line[:110] + ' ...'}\n")

# %% [markdown]
# **Read it.** `mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32`: 32 threads together multiply a 16 x 8 by an 8 x 8 matrix. Inputs TF32, sums `f32`. That is $16 \cdot 8 \cdot 8 = 1024$ multiply-adds; 8 instructions, run by 4 groups
# of 32 threads, are the 32,768. Hopper's `wgmma` takes $64 \times 64 \times 8$ at once, with 128 threads.
#
# Turing gets **none**. Its tensor cores know FP16 and integers, not TF32, so the compiler quietly writes ordinary `fma`: 256 for each of 128 threads, $32{,}768$ again. Nothing warns you. (TF32 needs sm_80: PTX manual, `mma`.)
#
# And the last column: **nobody rounds.** There is no conversion in the listing. The compiler hands the float32 registers over as they are, and the tensor core reads only the first ten bits of the fraction (published: PyTorch's notes on numerical accuracy). That is cutting, not rounding.
#
# Who wants rounding has to ask for it. The instruction is `cvt.rna.tf32.f32`: to nearest, **ties away from zero**, your colleague's rule and not IEEE's. From Hopper on there is `cvt.rn` as well, ties to even, your rule.

# %% tags=["experiment"]
for target in ("sm_75", "sm_80", "sm_90"):
    listing = compile_ptx(example("round_tf32"), target)
    wanted = ("cvt.rna", "setp.gtu", "add.s32", "and.b32", "selp")
    lines = [" ".join(line.split()) for line in listing.ptx.splitlines() if line.strip().startswith(wanted)]
    print(f"{target} ({'recorded, published' if listing.recorded else 'compiled here, measured'}):", *lines, sep="\n    ")

# %% [markdown]
# Before Ampere there is no such instruction, and our kernel does it with integers: 4096 is `0x1000`, and -8192 is `0xFFFFE000`. You know those two, and what they make of CUDA's NaN. So two more lines stand around them. `setp.gtu` asks whether $\lvert x \rvert$ is greater than infinity,
# *or unordered* with it, which only a NaN is. `selp` then takes `0f7FFFFFFF`, CUDA's own NaN, and leaves the sum. Your colleague's kernel lacks just these two.

# %% [markdown]
# ## 11 · `tf32_matmul`: what comes out
#
# **Goal.** Emulate the product: inputs rounded to TF32, products and sums in float32. The result is float32 and is **not** rounded again.
#
# **Predict.** Why is every single product of two TF32 numbers exact in float32? Count the bits of the significands.
#
# <details><summary>Answer</summary>
#
# Eleven bits each, the hidden one included. A product has at most $11 + 11 = 22$, and float32 holds 24.
#
# </details>

# %% answer="tf32_matmul" needs="round_to_tf32"
def tf32_matmul(a, b):
    """Matrix product with inputs rounded to TF32 (ties to even) and sums kept in float32.

    a: (n, k) float32. b: (k, m) float32. Not changed.
    Returns (n, m) float32. The order of the additions is free, and so are sums in float64 that
        are rounded to float32 at the end. An entry may differ from the exact product of the
        rounded inputs by k * 2**-23 times that of their absolute values: what k additions in
        float32 can lose at most, each of them rounded or cut.
    """
    ### BEGIN SOLUTION
    return round_to_tf32(a) @ round_to_tf32(b)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You have written the hard part already.
#
# </details>
# <details><summary>Hint 2</summary>
#
# NumPy's `@` of two float32 arrays multiplies and adds in float32.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Round `a`, round `b`, `@`. Nothing after it.
#
# </details>

# %% test="tf32_matmul-basic" points=1
with check("tf32_matmul", points=1) as c:
    e, one = np.float32([[math.e]]), np.float32([[1.0]])
    c.call(tf32_matmul, e, one).equal(np.float32([[2.71875]]), "the left factor is rounded: e times 1 is 2.71875")
    c.call(tf32_matmul, one, e).equal(np.float32([[2.71875]]), "so is the right one: 1 times e")
    half = 1 + 2.0**-11
    c.call(tf32_matmul, np.float32([[half, -1]]), np.float32([[half], [1]])).equal(
        np.float32([[0.0]]), "ties go to even: 1 + half a step becomes 1, in either factor")
    c.call(tf32_matmul, np.float32([[1, 2**-12, 0], [1, 2**-12, -1]]), np.float32([[1], [1], [1]])).equal(
        np.float32([[1 + 2**-12], [2**-12]]), "sums are float32: 1 + 1/4096 is no TF32 number, and stays")
    c.call(tf32_matmul, np.float32([[1e6]]), np.float32([[1.0]])).equal(
        np.float32([[999936.0]]), "TF32 reaches as far as float32: 1e6 becomes 999936",
        hint="if yours is infinite: float16 has the ten bits too, but ends at 65504")
    c.call(tf32_matmul, np.float32([[1, 2, 3], [4, 5, 6]]), np.float32([[1, 0], [0, 1], [1, 1]])).equal(
        np.float32([[4, 5], [10, 11]]), "shapes (2, 3) and (3, 2): a matrix product")
c.score

# %% test="tf32_matmul-full" points=2 hidden=true
# Inputs near ties, in several shapes. The tolerance is k * 2**-23 of the product of absolute values: see the docstring.
with check("tf32_matmul", points=2) as c:
    def inputs(*shape):
        """Positive float32 numbers, most of them just above or below a tie of TF32."""
        kept = c.rng.integers(0x3F000000 >> 13, 0x40800000 >> 13, shape, dtype=np.uint32) << 13
        return (kept + c.rng.integers(0x0F00, 0x1100, shape, dtype=np.uint32)).view(np.float32)

    def exact(a, b):
        return formats.round_to(a, "tf32").astype(np.float64) @ formats.round_to(b, "tf32").astype(np.float64)
    for n, k, m in ((5, 16, 7), (33, 64, 20), (3, 200, 1)):
        a, b = inputs(n, k), inputs(k, m)
        # All are positive, so the product of absolute values is the product itself, and the tolerance relative.
        c.call(tf32_matmul, a, b).close(
            exact(a, b), f"({n}, {k}) by ({k}, {m}), within k * 2**-23", dtype="float32", atol=0.0, rtol=k * 2.0**-23)
    a, b = inputs(9, 24) * np.float32([[1], [-1], [1]] * 3), inputs(24, 8)
    b[::2] *= -1
    bound = 24 * 2.0**-23 * float((np.abs(a).astype(np.float64) @ np.abs(b)).max())
    c.call(tf32_matmul, a, b).close(exact(a, b), "with numbers of both signs", dtype="float32", atol=bound)
    a, b = inputs(6, 10) * np.float32(2.0**40), inputs(10, 6) * np.float32(2.0**-60)
    c.call(tf32_matmul, a, b).close(
        exact(a, b), "numbers far larger and far smaller than FP16 holds", dtype="float32", atol=0.0, rtol=10 * 2.0**-23)
    a, b = inputs(1, 12), inputs(12, 1)
    c.call(tf32_matmul, a.T, b.T).close(
        exact(a.T, b.T), "an outer product: every entry one product, exact", dtype="float32", atol=0.0, rtol=2.0**-23)
    a, b = inputs(40, 12).T, inputs(14, 80)[::-1, ::2].T
    c.call(tf32_matmul, a, b).close(
        exact(a, b), "transposed and strided views", dtype="float32", atol=0.0, rtol=40 * 2.0**-23)
    down = (c.rng.integers(0x3F800000 >> 14, 0x40000000 >> 14, (6, 6), dtype=np.uint32) << 14 | 0x1000).view(np.float32)
    c.call(tf32_matmul, down, np.eye(6, dtype=np.float32)).equal(
        formats.round_to(down, "tf32"), "ties that go down to the even neighbour")
c.score

# %% [markdown]
# ### To even, away, or cut?
#
# Three ways to make TF32 of the inputs: ties to even (IEEE), ties away (`cvt.rna`), cut (no conversion at all, as in the listing). We take dot products of positive numbers, sums exact, so only the inputs' rounding shows. **Predict**: with products of 4096 terms, how many times larger is the error
# of cutting than that of rounding?

# %% tags=["experiment"]
predict("error of cutting over rounding, TF32, 4096 terms", None, "x")

# %% tags=["experiment"]
rng = np.random.default_rng(6)
terms = 2 ** np.arange(0, 13)
errors = {name: [] for name in formats.ROUNDINGS}
for n in terms:
    a, b = rng.random((2, 200, n), dtype=np.float32)
    truth = np.sum(a.astype(np.float64) * b, axis=1)
    for name, found in errors.items():
        x, y = (formats.round_to(v, "tf32", rounding=name).astype(np.float64) for v in (a, b))
        found.append(math.sqrt(np.mean((np.sum(x * y, axis=1) / truth - 1) ** 2)))
with style():
    fig = new_figure(height_in=3.6)
    axes = fig.subplots()
    for (name, found), words, mark in zip(errors.items(), ("ties to even", "ties away", "cut"), "os^", strict=True):
        axes.plot(terms, found, marker=mark, markersize=9 if mark == "s" else 6, label=words, alpha=0.85,
                  markerfacecolor="none" if mark == "s" else None)
    axes.set(xscale="log", yscale="log", ylim=(3e-6, 1.5e-3), xlabel="terms in the dot product",
             ylabel="relative error (emulated)")
    axes.minorticks_off()
    axes.legend(loc="lower left")
show(fig, alt="Relative error over the number of terms. Rounded to nearest, with ties either way, it falls with the "
              "root of the number of terms. Cut, it stays flat near 0.0007")
record("error of cutting over rounding, TF32, 4096 terms",
       errors["toward-zero"][-1] / errors["nearest-even"][-1], "x", "emulated")

# %% [markdown]
# **Explain.** Rounding errs in either direction, so errors cancel: the relative error *falls* as $1/\sqrt{n}$. Cutting always errs towards zero, so nothing cancels. And ties, to even or away? A random float32 is a tie once in 8192 times: the two curves lie over each other.
# The rule for ties matters where ties are common, as in numbers that were rounded to few bits before; and it matters here, when somebody compares your emulation with a card bit by bit.

# %% [markdown]
# ## 12 · A sum that stops growing
#
# Add 1 to a BF16 number again and again, starting from 0, rounding after each addition. **Predict**: where does it stop?

# %% tags=["experiment"]
predict("where a BF16 sum of ones stops", None, "")

# %% tags=["experiment"]
@attempt("round_to")
def sum_of_ones():
    for name, (e, f) in list(WIDTHS.items())[1:]:
        total = np.zeros(1)
        for _ in range(5000):
            total = round_to(total + 1, e, f)
        print(f"{name:9} 5000 ones make {total[0]:6g} (emulated)")
        if name == "BF16":
            record("where a BF16 sum of ones stops", total[0], "", "emulated")

# %% [markdown]
# At 256 the numbers of BF16 stand 2 apart. 257 is a tie, and goes to the even one: back to 256. A sum in few bits doesn't become inexact, it **stops**. That is why the listing said `tf32.tf32.f32`: short inputs, long sums. Float32 has this **wall** too, at $2^{24}$.
#
# ### The law of the square root
#
# A dot product of $n$ terms makes about $n$ rounding errors of size $u = 2^{-f-1}$, half a step at 1. If all pointed the same way, the relative error would reach about $n\,u$. If they point at random, they grow like a walk of random steps: about $\sqrt{n}\, u$ (N. Higham and T. Mary, 2019).
#
# Here is the measurement for float32, given. It adds one product after the other, and compares with float64.

# %% given="error_growth"
def error_growth(lengths, rng):
    """Relative error of a float32 dot product, for each length: root mean square of 64 draws.

    The terms are positive, and added one after the other. The truth is the same sum in float64.
    """
    errors = []
    for length in lengths:
        a, b = rng.random((2, 64, length), dtype=np.float32)
        found = np.cumsum(a * b, axis=1)[:, -1]
        truth = np.sum(a.astype(np.float64) * b, axis=1)
        errors.append(float(np.sqrt(np.mean((found / truth - 1) ** 2))))
    return errors

# %% [markdown]
# **Predict.** Draw the curves in your head, length to the right, error upward: float32; FP16 and BF16 that add in their own format; and BF16 and E4M3 inputs with float32 sums, as a tensor core takes them. Which of them falls?

# %% tags=["experiment"]
def emulated_growth(name, lengths, rng, sums_in_float32=False):
    """The same for inputs rounded to a format, with sums in that format or in float32."""
    a, b = rng.random((2, 64, max(lengths)))
    truth = np.cumsum(a * b, axis=1)
    products = formats.round_to(a, name) * formats.round_to(b, name)
    if sums_in_float32:
        sums = np.cumsum(products.astype(np.float32), axis=1)
    else:
        sums, total = np.empty_like(products), np.zeros(64)
        for place in range(max(lengths)):
            total = sums[:, place] = formats.round_to(total + products[:, place], name)
    return [float(np.sqrt(np.mean((sums[:, n - 1] / truth[:, n - 1] - 1) ** 2))) for n in lengths]


rng = np.random.default_rng(61)
lengths = [2**k for k in range(13)]
float32_errors = error_growth(lengths, rng)
with style():
    fig = new_figure(height_in=5.2)
    axes = fig.subplots()
    ends = [("FP32 (measured)", float32_errors, PALETTE[0], "-", 23)]
    for colour, name in zip(PALETTE[1:], ("fp16", "bf16", "e4m3"), strict=False):
        layout = formats.find(name)
        short, long = emulated_growth(name, lengths, rng), emulated_growth(name, lengths, rng, True)
        ends.append((f"{layout.name}, sums in {layout.name}", short, colour, "-", layout.fraction_bits))
        ends.append((f"{layout.name}, sums in FP32", long, colour, "--", None))
    for label, found, colour, line, fraction_bits in ends:
        axes.plot(lengths, found, color=colour, linestyle=line, marker="o" if line == "-" else "s", markersize=4)
        shift = {"E4M3, sums in E4M3": 3, "BF16, sums in BF16": -12}.get(label, -4)
        axes.annotate(label, (lengths[-1], found[-1]), (8, shift), textcoords="offset points", fontsize=9)
        if fraction_bits:
            axes.plot(lengths, np.sqrt(lengths) * 2.0 ** -(fraction_bits + 1), color=colour, linestyle=":", linewidth=1.2)
    axes.set(xscale="log", yscale="log", xlim=(0.8, 1e5), ylim=(1e-8, 3), xlabel="terms in the dot product",
             ylabel="relative error against float64 (emulated, but FP32)")
    axes.set_xticks([1, 10, 100, 1000], minor=False)
    axes.minorticks_off()
    axes.set_title("solid: sums in the format · dashed: sums in FP32 · dotted: root of n times u", fontsize=10)
show(fig, alt="Relative error over the number of terms. FP32 follows the square-root law. FP16 and BF16 lie below it for "
              "a while, then rise steeply as their sums stop growing, and E4M3 is lost almost at once. With sums in FP32 "
              "the errors of FP16, BF16 and E4M3 fall")
record("relative error of a dot product of 4096 terms, FP32", float32_errors[-1], "")

# %% [markdown]
# **Read it.** Float32 follows the law. FP16 and BF16 start below it and rise less steeply, until their sums come near their walls; from there every lost term points the same way, and the law of *random* steps no longer holds. BF16's wall was 256 for ones. These terms average 1/4, so it comes at sums of 64 to 128: after some 250 to 500 terms. Keep the sums in float32, and only the inputs' errors are left. They cancel, so the
# curves *fall*: a long dot product of BF16 inputs is better than a short one. A tensor core is built just so.
#
# (A real tensor core adds several products at once and cuts instead of rounding, as Fasi, Higham, Mikaitis and Pranesh found out by experiment in 2021. That is why `tf32_matmul`'s tolerance has room for additions that cut.)

# %% [markdown]
# ## 13 · Stretch: `compensated_sum`
#
# Float32 loses bits at each addition. But what an addition has lost can be computed, exactly, in float32: with `new = total + value` and $\lvert\text{total}\rvert \ge \lvert\text{value}\rvert$ it is `(total - new) + value`. Otherwise total and value change places. Collect these remainders in a second float32, and
# add them at the end (A. Neumaier, 1974; W. Kahan's older loop lacks the change of places). An **ulp** is a unit in the last place: the spacing at the exact sum.
#
# **Predict.** Take `[1, 1e30, 1, -1e30]`. What do float32, float64 and Kahan's loop make of it?

# %% answer="compensated_sum" tier="stretch"
def compensated_sum(values):
    """The sum of float32 numbers within 1 ulp of the exact one.

    values: a float32 array with one axis, at most 20,000 long; no partial sum overflows. Not
        changed. Some of the tests' arrays hold one huge number and its opposite, which cancel and
        leave a small sum.
    Returns a np.float32, at most 1 ulp of float32 from the exact sum. Whatever gets there is
        allowed, math.fsum too. Sums in float64 alone don't: try [1, 1e30, 1, -1e30].
    """
    ### BEGIN SOLUTION
    total = lost = np.float32(0)
    for value in values:
        new = total + value
        if abs(total) >= abs(value):
            lost += (total - new) + value
        else:
            lost += (value - new) + total
        total = new
    return np.float32(total + lost)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two numbers run along: the sum so far, and what has been lost so far.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Start both as `np.float32(0)`. Ask which of `total` and `value` is larger in magnitude: the smaller one lost its low bits.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for value in values:
#     new = total + value
#     # lost += (total - new) + value, or with total and value exchanged
#     total = new
# # return total + lost
# ```
#
# </details>

# %% test="compensated_sum-basic" points=1
with check("compensated_sum", points=1) as c:
    for numbers, sentence in (([2**24] + [1] * 100 + [-(2**24)], "2**24, a hundred ones and -2**24 are 100"),
                              ([1, 2.0**40, 1, -(2.0**40)], "1 + 2**40 + 1 - 2**40 is 2"),
                              ([1, 1e30, 1, -1e30], "1 + 1e30 + 1 - 1e30 is 2, and float64 isn't wide enough"),
                              ([-1e30, 1, 1e30, 1], "-1e30 + 1 + 1e30 + 1 is 2: the huge number first, and negative"),
                              ([0.1] * 10_000, "ten thousand times 0.1")):
        values = np.float32(numbers)
        exact = math.fsum(values.tolist())
        c.call(lambda values: float(compensated_sum(values)), values).close(
            exact, sentence + " (at most 1 ulp off)", atol=float(np.spacing(np.float32(exact))))
    c.call(lambda: np.asarray(compensated_sum(np.float32([1.5, 2.25]))).dtype.name).equal("float32", "the result is a float32")
c.score

# %% test="compensated_sum-full" points=1 hidden=true
# Random numbers, one huge number and its opposite at random places, and a strided view. At most 1 ulp off, each of them.
def ulps_off(values):
    """How far compensated_sum is from the exact sum, in ulp of float32 (math.fsum rounds only once, in float64)."""
    truth = math.fsum(values.astype(np.float64).tolist())
    return abs(float(compensated_sum(values)) - truth) / float(np.spacing(np.float32(abs(truth))))


with check("compensated_sum", points=1) as c:
    c.call(ulps_off, c.rng.random(20_000, dtype=np.float32)).close(0.0, "20,000 random numbers", atol=1.0)
    whole = c.rng.integers(1, 1000, 3000).astype(np.float32)
    places = np.sort(c.rng.choice(2000, 2, replace=False)) + 500
    whole[places] = np.float32([2.0**90, -(2.0**90)]) * np.float32(c.rng.choice([-1, 1]))
    c.call(ulps_off, whole).close(0.0, "a huge number and its opposite cancel, wherever they stand", atol=1.0)
    swamped = np.append(np.float32(2.0**40), c.rng.integers(1, 2000, 5000).astype(np.float32))
    c.call(ulps_off, swamped).close(0.0, "small numbers count beside one that swamps each of them", atol=1.0)
    c.call(ulps_off, -swamped).close(0.0, "the same with every sign reversed", atol=1.0)
    strided = np.float32([2.0**100, 7, 1, 7, -(2.0**100), 7, 2.0**-20, 7])[::2]
    c.call(ulps_off, strided).close(0.0, "a strided view: only its own values count", atol=1.0)
    alone = np.float32([1.5 + c.rng.random()])
    c.call(ulps_off, alone).close(0.0, "a single number is its own sum", atol=1.0)
c.score

# %% tags=["experiment"]
@attempt("compensated_sum")
def ways_to_add():
    cancelling = np.float32([1, 1e30, 1, -1e30])
    many = np.random.default_rng(62).random(20_000, dtype=np.float32)
    print(f"{'measured':22} {'20,000 random numbers':28} 1 + 1e30 + 1 - 1e30")
    for name, add in (("one after the other", lambda values: np.cumsum(values)[-1]), ("np.sum, in pairs", np.sum),
                      ("np.sum in float64", lambda values: np.float32(np.sum(values, dtype=np.float64))),
                      ("yours", compensated_sum)):
        exact = math.fsum(many.tolist())
        off = abs(float(add(many)) - exact) / float(np.spacing(np.float32(exact)))
        print(f"{name:22} {float(add(many)):<9.7g} off by {off:<8.2g} ulp {float(add(cancelling)):>10g}")

# %% [markdown]
# `np.sum` adds in pairs of pairs, so each number passes through fewer additions. That costs nothing, and for random numbers it is nearly as good as yours. Against cancellation it doesn't help, and neither does float64: both make 0 of a sum that is 2. So does Kahan's loop.
# Yours does a few more operations for each term; in a compiled loop they would wait for memory anyway (lab 01).

# %% [markdown]
# ## 14 · On real hardware
#
# On a card of Ampere or later, PyTorch may multiply float32 matrices in TF32 as soon as you allow it with the precision "high" (lab 07 takes that switch apart). A T4 in Colab has no TF32, and gives the same result twice.
#
# **Predict.** If a card's error is near your emulation's, its inputs were rounded. And if it is thirty times larger? You have seen a curve that says.
#
# <details><summary>Answer</summary>
#
# Then they were cut: the flat curve of part 11. Its error doesn't cancel, however long the product is.
#
# </details>

# %% tags=["experiment"]
a, b = np.random.default_rng(63).random((2, 256, 256), dtype=np.float32)
truth = a.astype(np.float64) @ b


def relative_error(product):
    return float(np.sqrt(np.mean((product / truth - 1) ** 2)))


print(f"NumPy, float32 throughout: {relative_error(a @ b):.2g} (measured)")
attempt("tf32_matmul")(lambda: print(f"your tf32_matmul:          {relative_error(tf32_matmul(a, b)):.2g} (emulated)"))
card = detect(quick=True).best()
if card is not None and card.kind == "cuda" and card.usable is not False:
    try:
        import torch

        for precision in ("highest", "high"):
            torch.set_float32_matmul_precision(precision)
            error = relative_error((torch.from_numpy(a).cuda() @ torch.from_numpy(b).cuda()).cpu().numpy())
            record(f"relative error of a 256 x 256 product on {card.name}, precision {precision}", error, "")
        torch.set_float32_matmul_precision("highest")
    except (ImportError, RuntimeError) as error:
        print(f"The card computes nothing here: {error}")
else:
    print("No NVIDIA GPU here, so the product stays emulated.")

# %% [markdown]
# ## 15 · In your own words
#
# **A friend says: "TF32 has 19 bits and BF16 has 16, so TF32 holds larger numbers. And FP16 and BF16 are the same size, so it's a matter of taste."** In at most 80 words. You mark it yourself.
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** Exponent bits make the range, fraction bits the precision. TF32 and BF16 have the same eight.
# - **A number from this lab.** FP16 ends at 65504, BF16 near 3.4e38; or the spacing around some number; or where a sum of ones stops.
# - **Limit.** When it *is* a matter of taste or doesn't matter: numbers in the middle of the range, sums in float32, or an inner product long enough for errors to cancel.
#
# </details>

# %% [markdown] written="range-or-precision" points=0
# Range comes from the exponent, precision from the fraction. TF32 and BF16 both have eight exponent bits and end near 3.4e38; TF32's three further bits make it finer, not larger. FP16 gave three of its bits to the fraction instead: eight times finer than BF16, but it ends
# at 65504, where a gradient can overflow. For activations near 1, with sums in float32, either will do.

# %% [markdown]
# ## 16 · Your ledger so far
#
# The picture shows ratios, so a guess of 0, or about something that came out 0, stands in the table only.

# %% tags=["experiment"]
ledger_view.table("06_number_formats")

# %% tags=["experiment"]
guessed = ledger_view.plot("06_number_formats")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> A format has 6 bits of exponent and 9 of fraction. Does it reach further than FP16? Is it finer?</summary>
#
# Further: bias 31, so it ends just below $2^{32}$ and not at 65504. Coarser: 9 bits of fraction against 10. And it still has 16 bits.
#
# </details>
# <details><summary><b>2.</b> Your average of 10,000 losses, kept in BF16, hardly moves after the first few hundred. Why?</summary>
#
# The sum has reached a size where the spacing is more than twice a loss. Each further term rounds away. Keep the sum in float32.
#
# </details>
# <details><summary><b>3.</b> The same source, compiled for a T4 and an A100, gives results that differ in the fourth digit. Which is nearer to the truth, and which instruction tells you?</summary>
#
# The T4's: it got `fma.rn.f32`, all 24 bits. The A100's `mma.sync...tf32.tf32.f32` read eleven of each input.
#
# </details>
#
# ## What comes next
#
# You know what each format can hold. In **07** you train with them: BF16 as it stands, FP16 with gradients that vanish before your eyes until you scale the loss.
#
# ## Sources
#
# - IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019. D. Goldberg: *What every computer scientist should know about floating-point arithmetic*, ACM Computing Surveys 23 (1991), 5-48.
# - P. Micikevicius and others: *FP8 formats for deep learning*, <https://arxiv.org/abs/2209.05433>. Open Compute Project: *OCP 8-bit floating point specification (OFP8)*, 2023: saturating and non-saturating conversion.
# - D. Kalamkar and others: *A study of BFLOAT16 for deep learning training*, <https://arxiv.org/abs/1905.12322>.
# - NVIDIA: *Parallel thread execution ISA*, instructions `mma`, `wgmma` and `cvt`, <https://docs.nvidia.com/cuda/parallel-thread-execution/>; `math_constants.h` of the CUDA toolkit.
# - PyTorch: *Numerical accuracy*, on TF32, <https://docs.pytorch.org/docs/stable/notes/numerical_accuracy.html>.
# - N. J. Higham, T. Mary: *A new approach to probabilistic rounding error analysis*, SIAM Journal on Scientific Computing 41 (2019), A2815-A2835.
# - M. Fasi, N. J. Higham, M. Mikaitis, S. Pranesh: *Numerical behavior of NVIDIA tensor cores*, PeerJ Computer Science 7 (2021), e330.
# - W. Kahan: *Further remarks on reducing truncation errors*, CACM 8 (1965), 40. A. Neumaier: *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen*, ZAMM 54 (1974), 39-51.
