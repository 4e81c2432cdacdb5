# %% [markdown] title=true minutes=110 hardware="a GPU gets a measured roof of its own, beside what its datasheet promises"
# # 08 · Reading a datasheet
#
# {badges}
#
# {line}
#
# In May 2020 a slide said *20 times*. Every number on it was true. In this lab you take it apart, until you can read any
# datasheet, predict from four of its lines (peak, format, sparsity, bandwidth) how fast *your* work will run, and say where the
# prediction fails.
#
# **You will be able to**
#
# - tell a comparison that is like for like from one that isn't;
# - predict from peak and bandwidth how fast a computation can be, and what limits it;
# - measure the roof of the machine in front of you, and place your own filters and layers under it;
# - count the parameters and operations of a transformer, and turn them into days of training;
# - predict tokens per second, and explain why three times the peak may not bring one token more.
#
# Each check that you see is worth one point. After you hand in, hidden checks with other numbers add 1 or 2 for each question (10 in
# all), and your own words in section 13 up to 3.
#
# **Before this:** 01 (bytes, the roof), 05 (attention), 06 (formats). 07 helps. **After this:** 09, many cards.
#
# ```
# 01 ──► 03 ──► 05 ──┐
# 01 ──► 06 ──► 07 ──┴──► 08 (you are here) ──► 09  many cards ──► 10  who pays
# ```

# %% setup=true

# %%
import math

import numpy as np
import torch
from gpu_utils import check, detect, ledger_view, predict, record
from gpu_utils.benchmarks import benchmark, benchmarks
from gpu_utils.cards import cards, memory_bytes
from gpu_utils.claims import board, settle
from gpu_utils.plotting import PALETTE, new_figure, roofline, show, style
from gpu_utils.quantities import amount, rate, seconds
from gpu_utils.roofline import Roof
from gpu_utils.specs import spec
from gpu_utils.timing import measure
from gpu_utils.verdict import attempt
from gpu_utils.widgets import dissolve, explore_roofs
from gpu_utils.workloads import workload, workloads

# %% [markdown]
# **Figures from earlier labs?** On your own machine, and with Google Drive mounted, they are found by themselves. Elsewhere, upload the file that the last lab let you download, or go on without it.

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · One slide, one number
#
# *The A100 brings 20 times the AI performance of the V100.* You bet on this sentence in lab 00. Suppose that you own a V100 and your neighbour has just bought an A100. **How many times faster** is her card at these? Put four
# guesses in place of `None`. Nobody grades them.

# %% tags=["experiment"]
predict("A100 over V100, FP16 products", None, "x")
predict("A100 over V100, darkening a picture", None, "x")
predict("A100 over V100, training BERT-large in FP16", None, "x")
predict("L4 over T4, writing text for one reader", None, "x")

# %% [markdown]
# ## 2 · Seven cards, one table
#
# A **peak** is the highest rate at which a chip could do arithmetic in one number format, if it did nothing else. It is computed, not measured: units x clock x 2, since a multiply-add counts as two operations. The **bandwidth** is how fast
# its memory could hand over bytes.
#
# | card (dense peaks in TFLOP/s or TOPS, published) | FP32 | TF32 | FP16 | INT8 | bandwidth, GB/s |
# |---|---|---|---|---|---|
# | V100 (2017) | 15.7 | – | 125 | – | 900 |
# | A100, 40 GB (2020) | 19.5 | 156 | 312 | 624 | 1555 |
# | H100 SXM (2022) | 67 | 494.7 | 989.4 | 1978.9 | 3350 |
# | T4 (2018) | 8.1 | – | 65 | 130 | 320 |
# | L4 (2023) | 30.3 | 60 | 121 | 242 | 300 |
# | Jetson Nano (2019) | – | – | 0.472 | – | 25.6 |
# | Jetson Orin Nano Super (2024) | – | – | – | 33.5, modelled | 102 |
#
# A dash: the card lacks it, or no source that we could read states it. Every row names its source in `gpu_utils/data`. TF32 and FP16 run on
# **tensor cores** (labs 06 and 07): units that multiply small matrices at once. TF32 stores 32 bits and multiplies with 19 of them.
#
# **Dense** means that every product is computed. With **2:4 sparsity** two of four neighbouring weights are zero, the chip skips them, and the datasheet counts them all the same: twice the figure. Boards are often sold by that figure alone. The Orin Nano's 67 TOPS (published) are
# sparse; the table has half of it. **Dense and sparse never stand in one column.**
#
# **Predict.** The slide divides one figure of the A100 by one of the V100 and gets 20, nearly. Which two, in which formats? (There are two solutions, and only one is the slide's.)

# %% [markdown]
# ## 3 · `headline_ratio`: like for like?
#
# **Goal.** Divide two datasheet rows, and say whether they may be divided.

# %% answer="headline_ratio"
def headline_ratio(new, old):
    """Compare two rows of datasheets.

    new, old: dicts with "flops" (operations per second, above 0), "format" (for example "fp16")
        and "sparse" (True or False). A row may have more keys; they count for nothing.
    Returns a dict with exactly four keys:
        "ratio": how many times the new rate is the old one, a number;
        "same_format": True or False;
        "same_sparsity": True or False (both sparse, or both dense);
        "like_for_like": True when format and sparsity are both the same, else False.
    """
    ### BEGIN SOLUTION
    same_format = new["format"] == old["format"]
    same_sparsity = new["sparse"] == old["sparse"]
    return {
        "ratio": new["flops"] / old["flops"],
        "same_format": same_format,
        "same_sparsity": same_sparsity,
        "like_for_like": same_format and same_sparsity,
    }
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One division and two comparisons. The fourth value follows from the second and the third.
#
# </details>
# <details><summary>Hint 2</summary>
#
# *How many times the new is the old*: the new one stands above the line. Two sparse rows have the same sparsity, as two dense ones have: compare them, don't ask whether one is sparse.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# same_format = new["format"] == old["format"]
# same_sparsity = new["sparse"] == old["sparse"]
# # "ratio": new["flops"] / old["flops"], "like_for_like": same_format and same_sparsity
# ```
#
# </details>

# %% test="headline_ratio-basic" points=1
plain = {"flops": 32e12, "format": "fp32", "sparse": False}
tensor = {"flops": 80e12, "format": "fp16", "sparse": False}
skipping = {"flops": 160e12, "format": "fp16", "sparse": True}
faster = {"flops": 240e12, "format": "fp16", "sparse": True}
with check("headline_ratio", points=1) as c:
    c.call(headline_ratio, tensor, plain).equal(
        {"ratio": 2.5, "same_format": False, "same_sparsity": True, "like_for_like": False},
        "80 over 32 is 2.5, in two formats: not like for like")
    c.call(headline_ratio, skipping, tensor).equal(
        {"ratio": 2.0, "same_format": True, "same_sparsity": False, "like_for_like": False},
        "sparse over dense in one format: not like for like")
    c.call(headline_ratio, plain, skipping).equal(
        {"ratio": 0.2, "same_format": False, "same_sparsity": False, "like_for_like": False},
        "dense over sparse in another format: nothing is the same, and a new card may be slower")
    c.call(headline_ratio, faster, skipping).equal(
        {"ratio": 1.5, "same_format": True, "same_sparsity": True, "like_for_like": True},
        "two sparse rows in one format are like for like")
c.score

# %% test="headline_ratio-full" points=2 hidden=true
# Other rates and formats, a new card that is slower, and rows with more keys.
with check("headline_ratio", points=2) as c:
    fast, slow = float(c.rng.uniform(50e12, 90e12)), float(c.rng.uniform(10e12, 40e12))
    int8 = {"flops": fast, "format": "int8", "sparse": True, "card": "new"}
    small = {"flops": slow, "format": "int8", "sparse": True, "card": "old", "source": "a slide"}
    c.call(headline_ratio, int8, small).equal(
        {"ratio": fast / slow, "same_format": True, "same_sparsity": True, "like_for_like": True},
        "two sparse rows in one format are like for like, whatever else the rows say")
    c.call(headline_ratio, small, int8).equal(
        {"ratio": slow / fast, "same_format": True, "same_sparsity": True, "like_for_like": True},
        "a new card that is slower has a ratio below 1")
    bf16 = {"flops": slow, "format": "bf16", "sparse": False}
    c.call(headline_ratio, {"flops": fast, "format": "tf32", "sparse": True}, bf16).equal(
        {"ratio": fast / slow, "same_format": False, "same_sparsity": False, "like_for_like": False},
        "tf32 sparse over bf16 dense: nothing is the same")
    c.call(headline_ratio, {"flops": 7, "format": "tf32", "sparse": False}, {"flops": 2, "format": "fp32", "sparse": False}).equal(
        {"ratio": 3.5, "same_format": False, "same_sparsity": True, "like_for_like": False},
        "whole numbers divide like others, and tf32 is not fp32")
    c.call(headline_ratio, {"flops": 3, "format": "fp16", "sparse": False}, {"flops": 6, "format": "fp16", "sparse": True}).equal(
        {"ratio": 0.5, "same_format": True, "same_sparsity": False, "like_for_like": False},
        "dense over sparse is no fairer than sparse over dense")
c.score

# %% [markdown]
# **Look: four clicks.** The first button shows the slide, compared by *your* function. Before each of the next four, guess what will be left. (Tab goes from button to button, the space bar presses.)

# %% tags=["experiment"]
dissolve(headline_ratio)

# %% [markdown]
# **Explain.** The slide is a product of three factors, and only one of them is the new card (all modelled from published rows):
#
# $$\frac{312}{15.7} = 19.9 = \underbrace{2}_{\text{sparsity}} \times \underbrace{8}_{\text{format}} \times \underbrace{1.24}_{\text{generation}}$$
#
# Did you find 312 in the table, under FP16? The right number in the wrong column: 312 stands twice in this story. The slide's is TF32, 156, doubled by sparsity.
#
# Nor is 1.24 the truth. The old card had tensor cores too: the fair question is *my work, in the format that it can bear, on either card's best*. In FP16 that is 2.5x (modelled). And for work that waits for memory it is 1.73x (modelled): the ratio of the
# bandwidths, whatever the format.

# %% tags=["experiment"]
@attempt("headline_ratio")
def _():
    a100 = {"flops": benchmark("peak", system="A100", format="fp16", sparse=False).value, "format": "fp16", "sparse": False}
    v100 = {"flops": benchmark("peak", system="V100-SXM2", format="fp16").value, "format": "fp16", "sparse": False}
    slide = {"flops": benchmark("peak", system="A100", format="tf32", sparse=True).value, "format": "tf32", "sparse": True}
    plain = {"flops": benchmark("peak", system="V100-SXM2", format="fp32").value, "format": "fp32", "sparse": False}
    fair, said = headline_ratio(a100, v100)["ratio"], headline_ratio(slide, plain)["ratio"]
    record("A100 over V100, FP16 products", fair, "x", "modelled", source="published dense FP16 peaks")
    settle("a100_20x", "true, with a catch",
           f"{said:.3g}x is TF32 with sparsity over FP32 without (modelled from published peaks): 2 by sparsity, 8 by format, 1.24 by "
           f"generation; like for like in FP16 it is {fair:.3g}x")

# %% [markdown]
# With your check green, the claim is settled: *true, with a catch*. Both numbers stand in datasheets, so the sentence about **peaks** is true. If you bet *false* because nobody's work sped up like that, you knew more than the slide.

# %% [markdown]
# ## 4 · `attainable`: two limits, one roof
#
# In lab 01 you saw the roof. Now write it. A computation with intensity $I$ (operations for each byte moved) on a card with peak $P$ and bandwidth $\beta$ runs at most at
#
# $$\text{rate} \le \min(P, \; I \beta)$$

# %% given="ridge_point"
def ridge_point(peak, bandwidth):
    """The intensity, in FLOP/byte, at which both limits meet."""
    return peak / bandwidth

# %% answer="attainable"
def attainable(intensity, peak, bandwidth):
    """The highest rate that the roof allows.

    intensity: operations for each byte moved, in FLOP/byte, 0 or more.
    peak: in FLOP/s.  bandwidth: in byte/s.  Both above 0. All three are plain numbers.
    Returns FLOP/s, a number.
    """
    ### BEGIN SOLUTION
    return min(peak, intensity * bandwidth)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two limits hold at once. Which of the two do you feel?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Memory hands over `bandwidth` bytes a second, and each byte keeps `intensity` operations busy. Multiply. The units agree: FLOP/byte times byte/s is FLOP/s.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# The smaller of `peak` and `intensity * bandwidth`.
#
# </details>

# %% test="attainable-basic" points=1
with check("attainable", points=1) as c:
    # A toy machine, so that nobody has to count zeros: a peak of 40 FLOP/s and 4 byte/s, the ridge at 10.
    c.call(attainable, 2, 40.0, 4.0).equal(8.0, "left of the ridge, memory decides: 2 FLOP/byte at 4 byte/s are 8 FLOP/s")
    c.call(attainable, 50, 40.0, 4.0).equal(40.0, "right of it, arithmetic decides: never more than the peak")
    c.call(attainable, 10, 40.0, 4.0).equal(40.0, "at the ridge both agree")
    c.call(attainable, 0.05, 40.0, 4.0).equal(0.2, "a twentieth of an operation a byte: a twentieth of the bandwidth")
c.score

# %% test="attainable-full" points=1 hidden=true
# Other roofs, an intensity of 0, and both sides of the ridge.
with check("attainable", points=1) as c:
    bandwidth = float(c.rng.uniform(2e11, 9e11))
    ridge = float(c.rng.uniform(20, 90))
    peak = ridge * bandwidth
    c.call(attainable, 0.125, peak, bandwidth).equal(0.125 * bandwidth, "darkening runs at an eighth of the bandwidth")
    c.call(attainable, 0.9 * ridge, peak, bandwidth).equal(0.9 * peak, "a little left of the ridge, a little below the peak")
    c.call(attainable, 1.1 * ridge, peak, bandwidth).equal(peak, "a little right of it, the peak and no more")
    c.call(attainable, 0, peak, bandwidth).equal(0.0, "no operations, no rate")
    c.call(attainable, 3, 100, 7).equal(21.0, "whole numbers will do")
    c.call(attainable, np.float64(0.5), np.float64(3.0), np.float64(8.0)).equal(3.0, "a roof whose ridge lies below 1")
c.score

# %% [markdown]
# ## 5 · `bound_by`: which limit?
#
# **Goal.** Say it in a word. You get operations and bytes, not their quotient.

# %% answer="bound_by"
def bound_by(flops, nbytes, peak, bandwidth):
    """What limits a computation that does `flops` operations and moves `nbytes` bytes.

    peak: in FLOP/s.  bandwidth: in byte/s.  All four are plain numbers above 0.
    Returns "compute" or "memory"; exactly at the ridge "compute".
    """
    ### BEGIN SOLUTION
    return "compute" if flops / nbytes >= peak / bandwidth else "memory"
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Compare the intensity with the ridge point. Or compare two times: that of the arithmetic alone, and that of the moving alone.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The intensity is `flops / nbytes`. On the ridge the answer is "compute", so the comparison includes equality.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `"compute"` if `flops / nbytes >= ridge_point(peak, bandwidth)`, else `"memory"`.
#
# </details>

# %% test="bound_by-basic" points=1
with check("bound_by", points=1) as c:
    c.call(bound_by, 20, 100, 10e12, 1e12).equal("memory", "a fifth of an operation a byte, and the ridge is at 10: memory")
    c.call(bound_by, 1000, 20, 10e12, 1e12).equal("compute", "50 operations a byte, and the ridge is at 10: compute")
    c.call(bound_by, 5, 2, 10e12, 1e12).equal("memory", "more operations than bytes is not enough: the ridge decides")
    c.call(bound_by, 1000, 100, 10e12, 1e12).equal("compute", "exactly at the ridge: compute")
    c.call(bound_by, 120, 100, 0.8e12, 1e12).equal("compute", "another card, its ridge at 0.8: 1.2 operations a byte are enough")
c.score

# %% test="bound_by-full" points=1 hidden=true
# Both sides of other ridges, and the ridge itself.
with check("bound_by", points=1) as c:
    ridge, nbytes = int(c.rng.integers(20, 300)), int(c.rng.integers(1000, 9000))
    bandwidth = int(c.rng.integers(200, 900)) * 10**9
    c.call(bound_by, ridge * nbytes, nbytes, ridge * bandwidth, bandwidth).equal("compute", "any ridge: on it, compute")
    c.call(bound_by, ridge * nbytes - 1, nbytes, ridge * bandwidth, bandwidth).equal("memory", "one operation less: memory")
    c.call(bound_by, ridge * nbytes, nbytes + 1, ridge * bandwidth, bandwidth).equal("memory", "one byte more: memory")
    c.call(bound_by, 3, 4, 1, 2).equal("compute", "a ridge below 1: fewer operations than bytes, and compute all the same")
    c.call(bound_by, 1, 4, 1, 2).equal("memory", "the other side of that ridge")
c.score

# %% [markdown]
# **Predict.** A product of two 1024 x 1024 matrices was the model of work that waits for arithmetic. In FP16 it does 341 operations a byte. Is that so on *every* card? Find the one where it isn't.

# %% tags=["experiment"]
explore_roofs()

# %% [markdown]
# **Explain.** Peaks have grown faster than bandwidths, so ridges move to the right. In FP16 the V100's lies at 139 FLOP/byte, the H100's at 295, the L4's at 403 (modelled: published peak over published bandwidth). The same product that keeps a V100 busy waits for memory on an L4. *Compute-bound* is no property of a
# computation. It is one of a computation **on a card, in a format**.

# %% [markdown]
# ## 6 · This machine's own roof: predict, then measure
#
# Two measurements give a roof. A **stream** ($c = a + 0.45\, b$ on long arrays, almost no arithmetic) for the slope; a large **product** for the flat top. Then the course's own computations: which go where?
#
# | computation, in FP32 | operations | bytes, at least | intensity |
# |---|---|---|---|
# | darken (01), day for night (01) | 1 or 2 a value | 8 a value | 0.125, 0.25 |
# | GRU step (05), one sequence, 2048 wide | 2 for each of 25 million weights | 4 for each | 0.5 |
# | the same for 64 sequences | 64 times as many | hardly more | 32 |
# | attention (05), 512 places, 16 heads of 64 | two products for each head | q, k, v and the result | 128 |
# | convolution (03), 64 to 64 channels, 3 x 3 | | | 141 |
# | matrix product, 1024 | | | 171 |
#
# **Predict** the share of its roof that each will reach: 1 is perfect.

# %% tags=["experiment"]
predict("share of the roof: darken", None, "")
predict("share of the roof: GRU step, 64 sequences", None, "")
predict("share of the roof: attention", None, "")
predict("share of the roof: convolution", None, "")

# %% tags=["experiment"]
def best_s(name, device="cpu", dtype="float32"):
    """The best of up to 31 runs, in seconds: a limit is what happens when nothing else disturbs."""
    return min(measure(workload(name).start(device, dtype), label=name, budget_s=0.4).samples_s)


def measure_all(device="cpu", dtype="float32"):
    return {each.name: best_s(each.name, device, dtype) for each in workloads() if each.build is not None}


def roof_of(name, times, itemsize=4):
    """The slope from the stream, the flat top from the product."""
    stream, product = workload("stream"), workload("matrix product")
    return Roof(name, product.flops / times[product.name], stream.nbytes(itemsize) / times[stream.name],
                "measured", source="best of a stream over three arrays of 12 million numbers and of a 1024 x 1024 product, torch")


came_out = measure_all()
own = roof_of("this machine, FP32", came_out)
print(own)

# %% tags=["experiment"]
@attempt("attainable", "bound_by")
def _():
    print(f"{'':24} {'FLOP/byte':>9}  limit     predicted (modelled)  came out (measured)  share of the roof")
    for name, time_s in came_out.items():
        work = workload(name)
        allowed = attainable(work.intensity(), own.peak_flops, own.bandwidth_bytes)
        limit = bound_by(work.flops, work.nbytes(), own.peak_flops, own.bandwidth_bytes)
        share = work.flops / time_s / allowed
        print(f"{name:24} {work.intensity():9.3g}  {limit:8}  {seconds(work.flops / allowed):>20}  "
              f"{seconds(time_s):>19}  {share:17.0%}")
    for name in ("darken", "GRU step, 64 sequences", "attention", "convolution"):
        work = workload(name)
        allowed = attainable(work.intensity(), own.peak_flops, own.bandwidth_bytes)
        record(f"share of the roof: {name}", work.flops / came_out[name] / allowed, "")

# %% tags=["experiment"]
points = {name: (workload(name).intensity(), workload(name).flops / time_s) for name, time_s in came_out.items()}
show(roofline(own, points),
     alt="The course's computations as dots under this machine's measured roof, as shares of it: "
         + ", ".join(f"{name} {at / min(own.peak_flops, i * own.bandwidth_bytes):.0%}" for name, (i, at) in points.items()))

# %% [markdown]
# **Where prediction and measurement differ, ask why.** First, *any* dot may lie a little **above** the roof, since stream and product were measured too, once each. *Darken* and *day for night* reached 100 to 120 % on the course's machine (measured), and more whenever
# something else had slowed the stream. The usual reasons for the rest, from left to right:
#
# - *GRU, one sequence* may reach half the slope or less. It is a product of a matrix and a vector, and the library may let *one* core do that. On the course's machine a second core changes nothing (measured): one core's bandwidth is its roof.
# - *GRU, 64 sequences*: a product with 64 columns reaches less than one with 1024. Why is a question for a profiler, not for a roof.
# - *Attention* also takes four million exponentials, which we counted as nothing.
# - *Convolution* may lie **far above**. On the course's machine it does 0.94 or 2.1 times what the roof "allows", from one start to the next (measured).
#
# (Many shares above 1.3, all far below 1, or another order at each run? Then other work held the cores. Run the last three cells again.)

# %% [markdown]
# **Above the roof?** Two causes make the convolution's two figures. Each was tested by switching it off:
#
# - *Width.* Its library uses instructions of 512 bits. Held to 256, it falls from 470 to 255 GFLOP/s (measured), near the product's 225.
# - *Fresh memory.* In the slow starts every call asks the system for its memory anew, and that costs more than the arithmetic (measured). With memory kept, every start is fast.
#
# So the flat top was never the chip's peak. It is what one product reaches, with one library. **A measured roof is a floor for the truth, as a datasheet's is a ceiling.** And a dot far below its roof is not an error of the model. It is an invitation to look.

# %% [markdown]
# ## 7 · Stretch: `fit_roofline`
#
# Somebody sends you dots, and no datasheet. Where is the roof? On logarithmic axes the slope is a line of gradient 1, the top a line of gradient 0. Some of the dots belong to the one, the rest to the other: try every split.

# %% answer="fit_roofline" tier="stretch"
def fit_roofline(points):
    """Fit a roof to measured dots: returns the tuple (peak, bandwidth), two numbers.

    points: a list of (intensity, rate) pairs of numbers above 0, in any order; no two have the
        same intensity. Fewer than two points: ValueError with one sentence.
    Sort by intensity. A split puts the k lowest intensities on the slope and the rest on the
    flat top, k = 1 ... n - 1, so each side has at least one point. For each split fit both sides
    by least squares in natural logarithms:
        slope: log(rate) = log(intensity) + log(bandwidth), so log(bandwidth) is the mean of
            log(rate) - log(intensity) over its points;
        top: log(rate) = log(peak), so log(peak) is the mean of log(rate) over its points.
    The error of a split is the sum of the squared differences in log(rate) over all points. The
    split with the least error wins (of equals, any); return its peak and bandwidth as they are,
    without asking whether the two lines meet between the two groups.
    Points that all lie on one side are no special case: then the last (or first) is a group alone.
    """
    ### BEGIN SOLUTION
    if len(points) < 2:
        raise ValueError(f"a roof has two sides: it takes at least two points, not {len(points)}")
    best = None
    logs = sorted((math.log(intensity), math.log(reached)) for intensity, reached in points)
    for k in range(1, len(logs)):
        slope = [y - x for x, y in logs[:k]]
        top = [y for _, y in logs[k:]]
        low, high = sum(slope) / len(slope), sum(top) / len(top)
        error = sum((v - low) ** 2 for v in slope) + sum((v - high) ** 2 for v in top)
        if best is None or error < best[0]:
            best = (error, math.exp(high), math.exp(low))
    return best[1], best[2]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Take logarithms first, then sort, then loop over k. Inside the loop there are only means.
#
# </details>
# <details><summary>Hint 2</summary>
#
# For the first k points, `y - x` should be one constant, log(bandwidth); for the others `y` should be one, log(peak). The error is how much they aren't.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for k in range(1, n):
#     slope, top = y[:k] - x[:k], y[k:]
#     error = ((slope - slope.mean()) ** 2).sum() + ((top - top.mean()) ** 2).sum()
#     # keep exp(top.mean()), exp(slope.mean()) of the least error
# ```
#
# </details>

# %% test="fit_roofline-basic" points=1
exact = [(x, min(64.0, 8.0 * x)) for x in (0.5, 1, 2, 4, 16, 32, 64)]
with check("fit_roofline", points=1) as c:
    c.call(fit_roofline, exact).close((64.0, 8.0), "dots exactly under a roof of peak 64 and bandwidth 8 give it back", rtol=1e-6)
    c.call(fit_roofline, exact[::-1]).close((64.0, 8.0), "their order doesn't matter", rtol=1e-6)
    c.call(fit_roofline, [(1, 8), (4, 16), (64, 64)]).close(
        (64.0, math.sqrt(32)), "a dot that fits neither line well goes where the error is least", rtol=1e-6)
    c.call(fit_roofline, [(4, 64), (64, 256), (0.5, 2), (1, 16), (16, 32), (32, 32)]).close(
        (64.0, 8.0), "six scattered dots, two of them on the slope", rtol=1e-6)
    c.call(fit_roofline, [(9, 5), (2, 6)]).close((5.0, 3.0), "two dots: one for each side", rtol=1e-6)
    c.call(fit_roofline, [(1.0, 8.0)]).raises(ValueError, "one point is too few: ValueError")
c.score

# %% test="fit_roofline-full" points=2 hidden=true
# Noisy dots in any order, all on one side, two points, and intensities far from 1.
def model_fit(points):
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))


with check("fit_roofline", points=2) as c:
    x = np.exp(c.rng.permutation(np.linspace(-3, 6, 14)))
    noisy = [(float(i), float(min(1.5e13, 4e11 * i) * np.exp(c.rng.normal(0, 0.3)))) for i in x]
    c.call(fit_roofline, noisy).close(model_fit(noisy), "fourteen noisy dots in any order", rtol=1e-6)
    steep = [(float(i), float(3e10 * i * np.exp(c.rng.normal(0, 0.05)))) for i in (0.1, 0.2, 0.7, 1.5, 3.1)]
    c.call(fit_roofline, steep).close(model_fit(steep), "all waiting for memory: the last dot alone is the top", rtol=1e-6)
    flat = [(float(i), float(2e12 * np.exp(c.rng.normal(0, 0.05)))) for i in (40, 90, 200, 700)]
    c.call(fit_roofline, flat).close(model_fit(flat), "all waiting for arithmetic: the first dot alone is the slope", rtol=1e-6)
    c.call(fit_roofline, [(9, 5), (2, 6)]).close((5.0, 3.0), "two points: one for each side, lower intensity on the slope", rtol=1e-6)
    gap = [(4, 1), (16, 32), (1, 1), (8, 2), (2, 1)]
    c.call(fit_roofline, gap).close(model_fit(gap), "each dot is compared with the line of its own group", rtol=1e-6)
    c.call(fit_roofline, []).raises(ValueError, "no points: ValueError")
c.score

# %% tags=["experiment"]
@attempt("fit_roofline")
def _():
    peak, bandwidth = fit_roofline(list(points.values()))
    print(f"fitted to the dots:       {amount(peak, 'FLOP/s')}, {rate(bandwidth)} (modelled from measured dots)")
    print(f"from stream and product:  {amount(own.peak_flops, 'FLOP/s')}, {rate(own.bandwidth_bytes)} (measured)")

# %% [markdown]
# A fit goes through the *middle* of the dots of each side, a roof lies over them. So dots that hang low pull the fitted line down (on the top often the GRU step of 64 sequences), and a dot above the top lifts it. Which was stronger here?

# %% [markdown]
# ## 8 · Cards that nobody has here
#
# The same roof, with published numbers, predicts for cards that you have never touched. Every figure below is **modelled**.

# %% tags=["experiment"]
@attempt("attainable")
def _():
    names = ["V100", "A100", "H100", "T4", "L4", "Jetson Nano"]
    print(f"{'FP16, least time (modelled)':28}" + "".join(f"{name:>13}" for name in names))
    for work in workloads():
        words = []
        for name in names:
            roof = cards()[name]["FP16"]
            least_s = work.flops / attainable(work.intensity(2), roof.peak_flops, roof.bandwidth_bytes)
            words.append(seconds(least_s) if work.nbytes(2) <= memory_bytes(name) else "doesn't fit")
        print(f"{work.name:28}" + "".join(f"{word:>13}" for word in words))
    v100, a100 = (cards()[name]["FP16"] for name in ("V100", "A100"))
    darken = workload("darken").intensity(2)
    gain = attainable(darken, a100.peak_flops, a100.bandwidth_bytes) / attainable(darken, v100.peak_flops, v100.bandwidth_bytes)
    record("A100 over V100, darkening a picture", gain, "x", "modelled", source="published FP16 peaks and bandwidths, roofline")

# %% [markdown]
# Go along each row. From V100 to A100 every time shrinks by 1.73 to 2.5 (modelled), depending on which limit it meets. No row comes near twenty.
#
# And compare the T4's column with the L4's.
#
# *Doesn't fit*: seven billion weights in FP16 are 14 GB, and the Jetson Nano has 4. The fifth line of a datasheet is the size of the memory. It says not how fast, but whether.
#
# Now put your own machine beside them: the explorer once more, with its measured roof in FP32.

# %% tags=["experiment"]
explore_roofs(own)

# %% [markdown]
# ## 9 · `transformer_flops`: what BERT-large costs
#
# Now a real job. BERT-large is 24 layers, each 1024 wide. Where are its parameters?

# %% given="bert_parameters"
def bert_parameters(layers=24, hidden=1024, vocabulary=30522, positions=512):
    """Parameters of a BERT encoder: embeddings, layers, pooler. J. Devlin et al., 2018."""
    embeddings = (vocabulary + positions + 2) * hidden + 2 * hidden  # words, places, two segments; a layer norm
    attention = 4 * (hidden * hidden + hidden)  # query, key, value, output
    mlp = hidden * 4 * hidden + 4 * hidden + 4 * hidden * hidden + hidden  # up to four times the width, and back
    norms = 2 * 2 * hidden
    return embeddings + layers * (attention + mlp + norms) + hidden * hidden + hidden

# %% tags=["experiment"]
print(f"BERT-large: {bert_parameters():,} parameters by this count (modelled)")
print(f"of these in the matrices of its layers: {24 * 12 * 1024**2:,}")

# %% [markdown]
# The paper says 340 million (published: J. Devlin and others, 2018). You count 335. People round.
#
# In one layer of width $h$ there are six matrices: query, key, value and output with $h \times h$ weights each, and two of the MLP with $h \times 4h$. Together $12 h^2$ weights. Each of $L$ tokens meets each weight once, in one multiply-add. Two products have no weights: in attention
# every token meets every token.
#
# | product | shapes | multiply-adds |
# |---|---|---|
# | query, key, value, output | four times $(L, h) \cdot (h, h)$ | $4 L h^2$ |
# | MLP up, MLP down | $(L, h) \cdot (h, 4h)$ and $(L, 4h) \cdot (4h, h)$ | $8 L h^2$ |
# | scores, over all heads | $(L, h) \cdot (h, L)$ | $L^2 h$ |
# | weighted values, over all heads | $(L, L) \cdot (L, h)$ | $L^2 h$ |

# %% answer="transformer_flops"
def transformer_flops(layers, hidden, length):
    """Operations of one forward pass of a transformer for one sequence.

    layers: number of layers.  hidden: the width h.  length: tokens in the sequence, L.
    Counts the matrix products of the table above only (no embeddings, biases, softmax or heads
    on top), forward only; a multiply-add is two operations.
    Returns a number.
    """
    ### BEGIN SOLUTION
    weights = 12 * length * hidden**2
    attention = 2 * length**2 * hidden
    return layers * 2 * (weights + attention)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Add the four rows of the table for one layer. Then twice, for multiply *and* add. Then times the layers.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The first two rows make $12 L h^2$, the last two $2 L^2 h$.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# $\text{layers} \cdot (24 L h^2 + 4 L^2 h)$, where $L$ is `length` and $h$ is `hidden`.
#
# </details>

# %% test="transformer_flops-basic" points=1
with check("transformer_flops", points=1) as c:
    c.call(transformer_flops, 1, 1, 1).equal(28.0, "one layer, one wide, one token: 14 multiply-adds, 28 operations")
    c.call(transformer_flops, 1, 10, 1).equal(2440.0, "ten times the width: the weights cost a hundredfold, attention tenfold")
    c.call(transformer_flops, 1, 1, 10).equal(640.0, "ten times the tokens: the weights cost tenfold, attention a hundredfold")
    c.call(transformer_flops, 3, 1, 1).equal(84.0, "three layers cost three times one")
c.score

# %% test="transformer_flops-full" points=2 hidden=true
# BERT-large, larger models, and sequences longer than the model is wide.
with check("transformer_flops", points=2) as c:
    def model_flops(layers, hidden, length):
        return float(layers * (24 * length * hidden**2 + 4 * length**2 * hidden))
    c.call(transformer_flops, 24, 1024, 128).equal(model_flops(24, 1024, 128), "BERT-large, 128 tokens")
    c.call(transformer_flops, 96, 12288, 2048).equal(model_flops(96, 12288, 2048), "96 layers, 12288 wide: too large for 32 bits")
    layers, hidden, length = (int(n) for n in (c.rng.integers(2, 40), c.rng.integers(50, 90), c.rng.integers(400, 900)))
    c.call(transformer_flops, layers, hidden, length).equal(
        model_flops(layers, hidden, length), "a narrow model on long sequences: attention weighs")
    c.call(transformer_flops, 2, 64, 6 * 64).equal(
        2.0 * 2 * 144 * 64**3, "at a length of six widths, attention costs as much as all weights")
c.score

# %% [markdown]
# **Look.** At 128 tokens attention is 2 % of the operations. **Predict**: from which length on does it cost more than all the weights together?

# %% tags=["experiment"]
@attempt("transformer_flops")
def _():
    for length in (128, 512, 2048, 6 * 1024, 32768):
        total = transformer_flops(24, 1024, length)
        share = (transformer_flops(24, 1024, 2 * length) - 2 * total) / (2 * total)  # only attention's part grows as a square
        print(f"{length:6} tokens: {amount(total, 'FLOP'):>10} forward, {share:4.0%} of it attention (modelled)")

# %% [markdown]
# ### What does a card make of its peak?
#
# Training costs about three times the forward pass: backward there is one product for the gradient of the inputs and one for that of the weights. With that, published rates of sequences become operations per second, and those a share of the peak: the **utilisation**.

# %% tags=["experiment"]
PEAKS = {("V100", "fp32"): ("V100-SXM2", "fp32"), ("V100", "fp16"): ("V100-SXM2", "fp16"),
         ("A100", "tf32"): ("A100", "tf32"), ("A100", "fp16"): ("A100", "fp16")}


@attempt("transformer_flops")
def _():
    print("BERT-large, 128 tokens, one card  sequences/s (published)  reached (modelled)  share of the dense peak")
    for row in benchmarks("bert_large_training"):
        system, number_format = PEAKS[row.system, row.format]
        peak = benchmark("peak", system=system, format=number_format, sparse=False).value
        reached = row.value * 3 * transformer_flops(24, 1024, 128)
        print(f"{row.system + ' ' + row.format.upper():33} {row.value:23.0f}  {amount(reached, 'FLOP/s'):>18}  {reached / peak:22.0%}")
    gain = (benchmark("bert_large_training", system="A100", format="fp16").value
            / benchmark("bert_large_training", system="V100", format="fp16").value)
    record("A100 over V100, training BERT-large in FP16", gain, "x", "published", source="NVIDIA, BERT for PyTorch: sequences per second")

# %% [markdown]
# **Read it.** The V100 in FP32 makes three quarters of its peak, tensor cores less than half of theirs. The faster the arithmetic, the more of the time goes elsewhere: into layer norms, softmax, the optimiser, all of them left of the ridge. So a peak that is 9.9 times as high (TF32 over FP32, modelled) became a training that is
# 6.3 times as fast, and in FP16, like for like, 2.5 became 2.6 (ratios of published rates). That is the *3x to 6x* of lab 07: the spread is the old card's format.
#
# (2.6 is *more* than the ratio of the peaks. No law is broken: neither card is at its peak, and between the two rows lie other memory sizes, batches and library versions.)

# %% [markdown]
# ## 10 · `training_days`
#
# **Goal.** From operations to a calendar. BERT-large saw about 43 billion tokens. **Predict** first: how many days would one A100 take? (And one V100, in FP32?)

# %% tags=["experiment"]
predict("training BERT-large on one A100, FP16", None, "days")

# %% answer="training_days"
def training_days(flops_per_token, tokens, peak, utilisation):
    """Days that a training takes.

    flops_per_token: operations for each token of training, forward and backward together.
    tokens: how many tokens the training sees.
    peak: in FLOP/s.
    utilisation: the share of the peak that is reached, above 0 and at most 1.
    Returns days of 24 hours, a number.
    """
    ### BEGIN SOLUTION
    return flops_per_token * tokens / (peak * utilisation) / 86400
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# All operations over the rate that is really reached are seconds.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Half the utilisation must take twice as long. A day has 86,400 of them.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `flops_per_token * tokens / (peak * utilisation)` are seconds. Divide by 86,400.
#
# </details>

# %% test="training_days-basic" points=1
with check("training_days", points=1) as c:
    c.call(training_days, 1000, 86400, 1000, 1.0).equal(1.0, "86,400 tokens, one a second: a day")
    c.call(training_days, 1000, 86400, 1000, 0.25).equal(4.0, "a quarter of the peak reached: four times the days")
    c.call(training_days, 2000, 86400, 1000, 1.0).equal(2.0, "twice the operations for a token: twice the days")
    c.call(training_days, 1000, 86400, 4000, 1.0).equal(0.25, "four times the peak: a quarter of a day")
c.score

# %% test="training_days-full" points=1 hidden=true
# Other models, other cards; no unit is forgotten and nothing is rounded.
with check("training_days", points=1) as c:
    per_token, tokens = float(c.rng.uniform(1e9, 9e9)), int(c.rng.integers(10**10, 10**11))
    peak, share = float(c.rng.uniform(1e14, 9e14)), float(c.rng.uniform(0.3, 0.6))
    c.call(training_days, per_token, tokens, peak, share).close(
        per_token * tokens / (peak * share) / 86400, "any model, any card", rtol=1e-9)
    c.call(training_days, 3.6e9, 10**6, 1e12, 0.25).close(1 / 6, "four hours are a sixth of a day: nothing is rounded", rtol=1e-9)
    c.call(training_days, 6, 432000, 3, 1).equal(10.0, "whole numbers will do: ten days")
c.score

# %% tags=["experiment"]
STEPS, BATCH = 1_000_000, 256  # published: J. Devlin et al., 2018, appendix A.2
TOKENS = STEPS * BATCH * (0.9 * 128 + 0.1 * 512)  # nine tenths of the steps with 128 tokens, the rest with 512


@attempt("transformer_flops", "training_days")
def _():
    per_token = 3 * transformer_flops(24, 1024, 128) / 128
    print(f"{TOKENS:.3g} tokens, {amount(per_token, 'FLOP')} each; six for each weight would be {amount(6 * 24 * 12 * 1024**2, 'FLOP')}")
    for row in benchmarks("bert_large_training"):
        system, number_format = PEAKS[row.system, row.format]
        peak = benchmark("peak", system=system, format=number_format, sparse=False).value
        share = row.value * 128 * per_token / peak
        days = training_days(per_token, TOKENS, peak, share)
        print(f"{row.system} {row.format.upper()}: {days:5.1f} days at {share:.0%} of the peak, "
              f"{training_days(per_token, TOKENS, peak, 1.0):5.1f} if peak were speed (modelled)")
    record("training BERT-large on one A100, FP16", days, "days", "modelled",
           source="operations counted, tokens and utilisation from published rows")

# %% [markdown]
# (About a third of these tokens come in sequences of 512. Here all are counted, and timed, as if in sequences of 128: by your own count those cost 6 % more.)
#
# (*Six operations for each weight and token* is a rule that you will meet everywhere: J. Kaplan and others, *Scaling laws for neural language models*, 2020. Now you know where it comes from: two forward, four backward.)

# %% [markdown]
# ## 11 · Find the bug: 22,000 tokens a second
#
# A language model with 7 billion weights writes one token after the other. Each token takes about two operations for each weight. A colleague calculates for an A100 with 80 GB:
#
# $$\frac{312 \cdot 10^{12} \text{ FLOP/s}}{2 \cdot 7 \cdot 10^9 \text{ FLOP}} \approx 22{,}000 \text{ tokens/s}$$
#
# The world reaches 105 (published: the gpt-fast project, 16-bit weights, one reader). His arithmetic is right. **What did he overlook?** Find *a token of a 7B model* in the explorer above before you read on.

# %% [markdown]
# <details><summary>The bug</summary>
#
# He took the flat top, and the work is on the slope. For *one* token every weight must come from memory once, and is used for one multiply-add: 2 operations for 2 bytes, an intensity of 1. The ridge lies at 153 (modelled: 312 TFLOP/s over 2039 GB/s, published). The arithmetic is idle for more than 99 % of the time.
#
# (The explorer's A100 is the one with 40 GB: 1555 GB/s (published), and the ridge at 201 (modelled). The one with 80 GB has the same peak and faster memory.)
#
# </details>
#
# So forget the operations. One token costs one journey of all weights.

# %% answer="decode_tokens_per_second"
def decode_tokens_per_second(weight_bytes, bandwidth):
    """The most tokens a second that a model can write for one reader.

    weight_bytes: size of all weights, in bytes.  bandwidth: in byte/s.  Both above 0.
    Every token reads every weight once; nothing else counts.
    Returns tokens per second, a number.
    """
    ### BEGIN SOLUTION
    return bandwidth / weight_bytes
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How long does it take to read all weights once?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `weight_bytes / bandwidth` seconds for one token. And tokens per second?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# The other way up: `bandwidth / weight_bytes`.
#
# </details>

# %% test="decode_tokens_per_second-basic" points=1
with check("decode_tokens_per_second", points=1) as c:
    c.call(decode_tokens_per_second, 10e9, 1e12).equal(100.0, "10 GB of weights at 1 TB/s: 100 tokens a second")
    c.call(decode_tokens_per_second, 20e9, 1e12).equal(50.0, "twice the weights, half the tokens")
    c.call(decode_tokens_per_second, 40e9, 1e11).equal(2.5, "four times the weights, a tenth of the bandwidth: 2.5")
c.score

# %% test="decode_tokens_per_second-full" points=1 hidden=true
# Other sizes, and a model so large that a token takes seconds.
with check("decode_tokens_per_second", points=1) as c:
    size, bandwidth = float(c.rng.uniform(2e9, 3e10)), float(c.rng.uniform(1e11, 9e11))
    c.call(decode_tokens_per_second, size, bandwidth).equal(bandwidth / size, "any model, any memory")
    c.call(decode_tokens_per_second, 140e9, 25.6e9).close(25.6 / 140, "less than one token a second is no rounding error", rtol=1e-9)
    c.call(decode_tokens_per_second, 4, 2).equal(0.5, "whole numbers will do")
c.score

# %% tags=["experiment"]
@attempt("decode_tokens_per_second")
def _():
    a100 = spec("NVIDIA A100-SXM4-80GB").bandwidth_bytes_per_s
    print("7B model on an A100, 80 GB    predicted (modelled)   reached (published)   share")
    for number_format, words in (("fp16", "16-bit weights"), ("int8", "8-bit weights"), ("int4", "4-bit weights")):
        reached = benchmark("llama2_7b_decode", format=number_format).value
        weight_bytes = benchmark("llama2_7b_decode_traffic", format=number_format).value / reached
        could = decode_tokens_per_second(weight_bytes, a100)
        print(f"{words} ({amount(weight_bytes, 'B')})     {could:8.0f} tokens/s   {reached:9.0f} tokens/s   {reached / could:7.0%}")
    t4, l4 = (cards()[name]["FP16"].bandwidth_bytes for name in ("T4", "L4"))
    gain = decode_tokens_per_second(14e9, l4) / decode_tokens_per_second(14e9, t4)
    record("L4 over T4, writing text for one reader", gain, "x", "modelled", source="published bandwidths, FP16 weights")

# %% [markdown]
# **Explain.** Two orders of magnitude nearer than the colleague, with one division. (The sizes are the published ones: the project states bytes read per second, which over its tokens per second is the size that it counts. 13.3 GB and not 14, as the model has a little less than seven billion weights
# to read. The 4-bit ones share a scale among 32, so they come to about 5 bits each. That our 153 tokens is also the ridge is a coincidence.)
#
# The rest tells a story of its own: the *smaller* the weights, the larger the miss, since whatever else a token costs (starting kernels, unpacking four-bit weights, attention over what was
# said) doesn't shrink with them. The project's authors also limited the card to 330 W, and saw no more than about 1700 GB/s from it (published: their README). Bandwidth too has a peak, and a peak isn't speed.
#
# And the L4? Newer than the T4, with 1.9 times its FP16 peak, and 0.94 times its bandwidth (modelled from published rows). For one reader it writes no faster. A larger cache helps it elsewhere; seven billion weights fit in none.

# %% [markdown]
# ### Sixty-four readers
#
# A weight that is there already can serve more than one reader. The roof says: tokens per second grow with the number of readers until the arithmetic is busy. **Predict.** Here is one layer of 33 million FP32 weights on *this* machine. How many times as many tokens for 64 readers as for one?

# %% tags=["experiment"]
predict("tokens for 64 readers over one, this machine", None, "x")

# %% tags=["experiment"]
readers = (1, 2, 4, 8, 16, 32, 64)
weights = torch.rand(8192, 4096, generator=torch.Generator().manual_seed(0))
reached = {}
with torch.no_grad():
    for n in readers:
        states = torch.ones(n, 4096)
        reached[n] = n / min(measure(torch.nn.functional.linear, states, weights, label=f"readers: {n}", budget_s=0.3).samples_s)
record("tokens for 64 readers over one, this machine", reached[64] / reached[1], "x")

# %% tags=["experiment"]
@attempt("attainable")
def _():
    size = 4 * weights.numel()
    roof = {n: attainable(2 * n * weights.numel() / size, own.peak_flops, own.bandwidth_bytes) / (2 * weights.numel()) for n in readers}
    with style():
        fig = new_figure(height_in=4.2)
        axes = fig.subplots()
        axes.loglog(readers, list(roof.values()), color=PALETTE[4], marker="^", label="the roof allows (modelled)")
        axes.loglog(readers, list(reached.values()), color=PALETTE[0], marker="o", linestyle="-", label="came out (measured)")
        axes.set_xticks(readers, [str(n) for n in readers], minor=False)
        marks = [m * 10**e for e in range(6) for m in (1, 2, 5) if min(reached.values()) / 1.5 < m * 10**e < 1.5 * max(roof.values())]
        axes.set_yticks(marks, [f"{mark:,}" for mark in marks])
        axes.minorticks_off()
        axes.set_xlabel("readers at once, log scale")
        axes.set_ylabel("tokens a second, log scale")
        axes.grid(which="major")
        axes.legend(loc="upper left")
    show(fig, alt="Tokens a second over readers, both on a log scale. The roof rises in proportion and then bends flat. What was measured: "
         + ", ".join(f"{n} reader{'s' * (n > 1)} {v:.0f}" for n, v in reached.items()))

# %% [markdown]
# **Read it**, on your own curve. Look at *two* readers. By the roof they get twice the tokens of one. On the course's machine they get no more than one, and less than half of that while others work beside it: two take at least as long as two single readings, one after the other (measured). Four and eight then take hardly longer than two, and the curve climbs.
#
# Why? Our first suspicion was that the library re-sorts the weights before each product. So we sorted them beforehand. It saved about a tenth (measured): that isn't it. **The roof tells you that there is something to find. It doesn't tell you what, and a good story is no measurement.** Put a suspicion to the test before you write it down.
#
# A server for language models does just this, on purpose: it collects readers until the card is busy. One card's bandwidth, shared.

# %% [markdown]
# ## 12 · On real hardware
#
# With a GPU, its own roof is measured by the same two computations and laid beside the datasheet's.

# %% tags=["experiment"]
machine = detect(quick=True)
if torch.cuda.is_available():
    name = torch.cuda.get_device_name(0)
    card = spec(name)
    for dtype, number_format, itemsize in (("float32", "fp32", 4), ("float16", "fp16_tensor", 2)):
        on_gpu = measure_all("cuda:0", dtype)
        roof = roof_of(f"{name}, {dtype}", on_gpu, itemsize)
        print(roof)
        if card is not None and card.dense_flops.get(number_format) and card.bandwidth_bytes_per_s:
            print(f"  of its datasheet (published): {roof.peak_flops / card.dense_flops[number_format]:.0%} of the peak, "
                  f"{roof.bandwidth_bytes / card.bandwidth_bytes_per_s:.0%} of the bandwidth")
    gpu_points = {each: (workload(each).intensity(2), workload(each).flops / time_s) for each, time_s in on_gpu.items()}
    show(roofline(roof, gpu_points), alt=f"The course's computations as dots under the measured roof of {name} in FP16")
else:
    print("No GPU that torch can use here. On a T4 in Colab this cell measures its roof, and compares it with 65 TFLOP/s and 320 GB/s (published).")

# %% [markdown]
# In Colab choose *Runtime ▸ Change runtime type ▸ T4 GPU*. A product of 1024 is small for a big card: its peak shows with 8192. And watch FP32 on an A100: with TF32 allowed, the very same line measures the roof of TF32, eight times as high (modelled from published peaks).

# %% [markdown]
# ## 13 · In your own words
#
# **Your company writes answers to customers with a language model on A100s, one customer at a time. A salesman offers H100s: "3.2 times the FP16 performance". How much faster will the answers come, and why?** (Take the A100 with 40 or with 80 GB, and say which.) In at most 120 words: name the mechanism, use one number from your ledger or from a datasheet row, and say under which
# circumstances his figure would be right. A person reads this.
#
# <details><summary>How it is marked (0 to 3)</summary>
#
# One point each: the mechanism (what the card waits for), a number that supports it, the limit (when the salesman would be right).
#
# </details>

# %% [markdown] written="peak-is-not-speed" points=3
# For one customer every token reads every weight once, one operation for each byte in FP16, while the ridges of both cards lie at 200 and more: memory is the limit, and the peak is idle. So what counts is bandwidth. Over the A100 with 40 GB it is 3350 over 1555 GB/s, about 2.2 times
# (modelled from published rows; over 80 GB 1.6), and less where starting kernels costs time: the published 7B model reaches 69 % of what its bandwidth allows. His 3.2 would be right to the right of the ridge: for a few hundred customers at once, or for reading long
# prompts, where each weight serves many tokens.

# %% [markdown]
# ## 14 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("08_reading_datasheets")

# %% tags=["experiment"]
guessed = ledger_view.plot("08_reading_datasheets")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
board()

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> A board is sold with "275 TOPS" (published). Which three questions do you ask?</summary>
#
# In which format? With sparsity, or dense? Which units are added up? (The Jetson AGX Orin's 275 are INT8, sparse, and 170 of the GPU plus 105 of two other accelerators: published.) Then the fourth: what is the bandwidth?
#
# </details>
# <details><summary><b>2.</b> A convolution is right of the ridge in FP32. You switch to FP16, the peak rises eightfold. Is it still?</summary>
#
# Not necessarily. Half the bytes double its intensity, but the ridge moves right eightfold. It may now wait for memory, and gain less than eight.
#
# </details>
# <details><summary><b>3.</b> Someone trains at 45 % of the peak. Is that bad?</summary>
#
# It is what good code reaches on tensor cores (the published rows above: 42 to 48 %). Bad is not to know the number.
#
# </details>
#
# ## What comes next
#
# Weights that fit in no card, days that are too many: take eight cards. Then the bytes travel *between* them, and there is one more roof. In **09** you pass them round by hand.
#
# ## Sources
#
# - Datasheet rows, benchmark rows and their sources: `gpu_utils/data/gpu_specs.json` and `benchmarks.json`.
# - S. Williams, A. Waterman, D. Patterson: *Roofline*, CACM 52 (2009). J. D. McCalpin: *STREAM*, <https://www.cs.virginia.edu/stream/>.
# - J. Devlin, M.-W. Chang, K. Lee, K. Toutanova: *BERT*, <https://arxiv.org/abs/1810.04805>. J. Kaplan et al.: <https://arxiv.org/abs/2001.08361>.
# - NVIDIA, BERT for PyTorch: sequences per second. The gpt-fast project: tokens per second on an A100.
