# %% [markdown] title=true minutes=105 hardware="a GPU shows how much of it a recurrent cell leaves idle, live"
# # 05 · Networks with memory, and attention
#
# {badges}
#
# {line}
#
# Anyone can draw a line into the future. In this lab you build a network that remembers. A colleague trains it until her loss is beautifully low,
# and loses against a rule that a child could apply. You make it win, say by how much, and say where it still doesn't. On the way you find out why
# a sequence keeps a GPU waiting, and what took its place.
#
# **You will be able to**
#
# - cut a series into windows, and measure a forecast against the naive ones;
# - write a gated cell that equals PyTorch's, and train it through time;
# - tell a low loss from a good forecast, and find the leak between them;
# - explain from a measurement of yours why a recurrent network can't be spread over cores as a picture can;
# - write scaled dot-product attention, and say what it pays for being parallel.
#
# **Before this:** 03 (dense layers, tanh and sigmoid) and 04 (the training loop). **After this:** 06, where the numbers themselves get shorter.
#
# ```
# 03  from filters to neurons ──► 04  teach it digits ──► 05 (you are here) ──► 06  how many digits of pi
# ```

# %% setup=true

# %%
import contextlib
import math

import numpy as np
import torch
from gpu_utils import check, detect, ledger_view, predict, record
from gpu_utils.plotting import LOOKS, PALETTE, new_figure, show, style
from gpu_utils.plotting.sequences import cell_strips, gru_gates, looking_back
from gpu_utils.series import credit, months, sea_temperature
from gpu_utils.shortcuts import without
from gpu_utils.timing import measure
from gpu_utils.widgets.figures import explore_figure

torch.set_num_threads(1)  # these networks are small: a second core would spend its time waiting for the first
sea, month = sea_temperature(), months()
print(len(sea), "months,", month[0], "to", month[-1], "·", credit())


@contextlib.contextmanager
def needs(name):
    """Run an experiment with your function. When it isn't there yet, or stops, say so in one line."""
    try:
        yield
    except NotImplementedError as missing:
        print(f"{missing or name} is not written yet: write it, then run this cell again.")
    except Exception as error:
        print(f"{name}: this experiment stops with {type(error).__name__}: {error}")

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · One sea, one question
#
# Off Peru and Ecuador the sea is cold and full of fish. Every few years warm water comes instead: *El Niño*, and with it floods in some countries and droughts in others. Whoever knew a year ahead could sow
# something else.

# %% tags=["experiment"]
fig = new_figure(8, 3.2)
with style():
    axes = fig.subplots()
axes.plot(1950 + np.arange(len(sea)) / 12, sea, linewidth=0.9, linestyle="-")
for left, right, name in ((1950, 1990, "to learn from"), (1990, 2000, "to choose with"), (2000, 2011, "held out")):
    axes.axvspan(left, right, color="#f2f2f2" if name == "to choose with" else "white", zorder=0)
    axes.text((left + right) / 2, 30.1, name, ha="center", fontsize=10)
for year in (1982.9, 1997.5):
    axes.annotate("El Niño", (year, 28.7), (year - 6, 28.9), arrowprops={"arrowstyle": "-"}, fontsize=10, va="center")
axes.set(ylabel="sea temperature, °C", ylim=(18.5, 31), xlim=(1950, 2011))
show(fig, alt="Sea temperature off Peru each month from 1950 to 2010: a yearly wave between about 20 and 26 degrees, with two warm years, 1983 and "
              "1997, that stand out. The years up to 1989 are to learn from, the 1990s to choose with, the years from 2000 are held out")

# %% [markdown]
# The simplest forecast repeats a value that you know. One month ahead: "as this month". Six months ahead: "as this month" again. Twelve months ahead: "as this month" once more, which is the same month of last year.
#
# **How wrong are these three, on average?** Guess in °C. The wave is about 6 °C high.

# %% tags=["experiment"]
predict("naive forecast, 1 month ahead", None, "°C")
predict("naive forecast, 6 months ahead", None, "°C")
predict("naive forecast, 12 months ahead", None, "°C")

# %% [markdown]
# ## 2 · `naive_error`: the rival
#
# **Goal.** The **mean absolute error** of repeating the value `horizon` steps back. Write $y_t$ for the series, $T$ for its length, $h$ for the horizon:
#
# $$\text{error}(h) = \frac{1}{T - h} \sum_{t = h}^{T - 1} \left| y_t - y_{t-h} \right|$$

# %% answer="naive_error"
def naive_error(series, horizon):
    """Mean absolute error of the forecast that repeats the value `horizon` steps back.

    series: numbers in the order of time, a 1-D NumPy array of any dtype or a list.
    horizon: a whole number from 1 to len(series) - 1.
    Returns a float, in the units of the series: the mean of |series[t] - series[t - horizon]|
    over every t that has a value `horizon` steps before it, and over no other.
    """
    ### BEGIN SOLUTION
    values = np.asarray(series, dtype=np.float64)
    return float(np.abs(values[horizon:] - values[:-horizon]).mean())
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two pieces of the series, shifted against each other: what came, and what was forecast.
#
# </details>
# <details><summary>Hint 2</summary>
#
# What came is `values[horizon:]`. It has $T - h$ values. Which piece of the same length holds the values $h$ steps earlier?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.abs(values[horizon:] - ...).mean()`, with `values[:-horizon]` for the dots, after `values = np.asarray(series, dtype=float)`: a list takes no minus.
#
# </details>

# %% test="naive_error-basic" points=1
wave = np.array([20.0, 23.0, 26.0, 23.0, 20.0, 23.0, 26.0, 27.0])
with check("naive_error", points=1) as c:
    c.call(naive_error, np.array([1.0, 3.0, 2.0]), 1).close(1.5, "1, 3, 2 changes by 2 and by 1: the mean is 1.5")
    c.call(naive_error, wave, 4).close(1.0, "a wave of period 4 repeats itself; only its last value is off, by 4: (0 + 0 + 0 + 4) / 4")
    c.call(naive_error, wave, 2).close(22 / 6, "two steps back the errors are 6, 0, 6, 0, 6 and 4: their mean is 22 / 6")
    c.call(naive_error, [5.0, 5.0, 1.0], 2).close(4.0, "a list is a series too, and an error downwards is an error: 5 was forecast, 1 came")
    c.call(naive_error, np.array([0.0, 1.0, 2.0, 1.0]), 1).close(1.0, "up by 1, up by 1, down by 1: three errors of 1, and their mean is 1")
    c.call(naive_error, np.array([2.0, 1.0]), 1).close(1.0, "two values have one pair, and its error is 1")
c.score

# %% test="naive_error-full" points=2 hidden=true
# Other series, horizons and dtypes.
with check("naive_error", points=2) as c:
    values = c.rng.normal(0, 3, 57)
    horizon = int(c.rng.integers(3, 20))
    exact = float(np.mean([abs(values[t] - values[t - horizon]) for t in range(horizon, 57)]))
    c.call(naive_error, values, horizon).close(exact, "any series, any horizon")
    c.call(naive_error, values - 1000, horizon).close(exact, "a series far from zero has the same error")
    c.call(naive_error, values, 56).close(
        float(abs(values[56] - values[0])), "the longest horizon leaves one pair: first and last")
    c.call(naive_error, values.tolist(), 1).close(float(np.abs(np.diff(values)).mean()), "one step ahead, from a list")
    single = values.astype(np.float32)
    exact = float(np.mean([abs(float(single[t]) - float(single[t - horizon])) for t in range(horizon, 57)]))
    c.call(naive_error, single, horizon).close(exact, "a float32 series (float32 sums are fine: 57 terms, 1e-5)", rtol=1e-5)
    counts = c.rng.integers(0, 200, 40).astype(np.uint8)
    exact = float(np.abs(np.diff(counts.astype(int))).mean())
    c.call(naive_error, counts, 1).close(exact, "bytes that fall do not wrap round", rtol=1e-5)
    signed = np.array([-100, 100, -90, 120], dtype=np.int8)
    c.call(naive_error, signed, 1).close(600 / 3, "nor do signed bytes that are more than 127 apart", rtol=1e-5)
c.score

# %% [markdown]
# **Look.** The error at every horizon up to three years.

# %% tags=["experiment"]
with needs("naive_error"):
    for h, words in ((1, "1 month"), (6, "6 months"), (12, "12 months")):
        record(f"naive forecast, {words} ahead", naive_error(sea, h), "°C")
    errors = [naive_error(sea, h) for h in range(1, 37)]
    fig = new_figure(8, 3)
    with style():
        axes = fig.subplots()
    axes.plot(range(1, 37), errors, marker="o", markersize=4)
    axes.set(xlabel="months ahead", ylabel="mean absolute error, °C", ylim=(0, None), xticks=range(0, 37, 6))
    axes.set_title("repeat the value of this month (measured)")
    show(fig, alt="The naive forecast's error against the horizon is itself a wave: about 1 degree one month ahead, 3.6 at six months, "
                  "down to 1.2 at twelve, up again at eighteen and down at twenty-four")

# %% [markdown]
# A year ahead is easier than a quarter. The best thing to repeat is the **same month of last year**: up to twelve months ahead you know it already, so its error, about 1.2 °C (measured: the third row above), stands for every one of the next twelve
# months. This **seasonal naive** forecast is the rival to beat. "Better than this month's value, six months on" is no achievement at all: always ask *which* naive forecast was beaten.

# %% [markdown]
# ## 3 · `make_windows`: questions with answers
#
# **Goal.** Cut the series into pairs: `length` values that are known, and the `horizon` values that follow.
#
# | array | shape | row $i$ holds |
# |---|---|---|
# | series | $(T,)$ | |
# | inputs | $(n, \text{length})$ | `series[i], ..., series[i + length - 1]` |
# | targets | $(n, \text{horizon})$ | `series[i + length], ..., series[i + length + horizon - 1]` |
#
# **Predict.** $T = 5$, `length` 2, `horizon` 2. Write the rows down. How many are there?

# %% answer="make_windows"
def make_windows(series, length, horizon):
    """Cut a series into every pair of `length` known values and the `horizon` values that follow them.

    series: numbers in the order of time, a 1-D NumPy array or a list.
    length, horizon: whole numbers, at least 1.
    Returns (inputs, targets), NumPy arrays (n, length) and (n, horizon) with
    n = len(series) - length - horizon + 1, earliest window first. Their dtype is the series'
    (that of np.asarray(series) for a list). Views into the series and copies are both fine.
    Raises a ValueError with one sentence when the series is too short for one pair (n < 1).
    """
    ### BEGIN SOLUTION
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError(f"{len(values)} values are too few for {length} known and {horizon} to come")
    both = np.lib.stride_tricks.sliding_window_view(values, length + horizon)
    return both[:, :length].copy(), both[:, length:].copy()
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A loop over `i` is fine. Every window that fits counts, the very last one too.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Where the inputs end, the targets begin: `values[i : i + length]`, then `values[i + length : ...]`. If one value is in both, the network will copy it, and you will be proud of it.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# values = np.asarray(series)
# n = ...   # and raise when it is below 1
# inputs = np.stack([values[i : i + length] for i in range(n)])
# # the targets in the same way, from i + length to i + length + horizon
# ```
#
# </details>

# %% test="make_windows-basic" points=1
five = np.array([10.0, 11.0, 12.0, 13.0, 14.0])


def inputs_of(series, length, horizon):
    return make_windows(series, length, horizon)[0]


def targets_of(series, length, horizon):
    return make_windows(series, length, horizon)[1]


with check("make_windows", points=1) as c:
    c.call(inputs_of, five, 2, 2).close(np.array([[10.0, 11], [11, 12]]), "five values hold two windows of 2 + 2: the inputs")
    c.call(targets_of, five, 2, 2).close(np.array([[12.0, 13], [13, 14]]), "the targets start where the inputs end")
    c.call(lambda *given: targets_of(*given)[0], five, 3, 1).close(np.array([13.0]), "10, 11 and 12 are known: 13 is to come")
    c.call(targets_of, five, 3, 1).close(np.array([[13.0], [14]]), "a horizon of 1 still gives two axes, (n, 1), and the last value has its row")
    c.call(inputs_of, five, 3, 2).close(np.array([[10.0, 11, 12]]), "3 + 2 values just fit into five: n = 5 - 3 - 2 + 1 = 1 window")
    c.call(make_windows, five, 3, 3).raises(ValueError, "3 + 3 values don't fit into five: ValueError")
c.score

# %% test="make_windows-full" points=2 hidden=true
# Other lengths and horizons, lists, dtypes, a view with gaps, and series that just fit.
with check("make_windows", points=2) as c:
    values = c.rng.normal(0, 1, 41)
    length, horizon = int(c.rng.integers(4, 9)), int(c.rng.integers(10, 14))
    n = 41 - length - horizon + 1
    known = np.array([[values[i + j] for j in range(length)] for i in range(n)])
    coming = np.array([[values[i + length + j] for j in range(horizon)] for i in range(n)])
    c.call(inputs_of, values, length, horizon).close(known, "every window that fits, the last one too: inputs", atol=0, rtol=0)
    c.call(targets_of, values, length, horizon).close(coming, "and its targets", atol=0, rtol=0)
    single = values.astype(np.float32)
    c.call(inputs_of, single, length, horizon).close(known.astype(np.float32), "float32 stays float32", atol=0, rtol=0)
    c.call(targets_of, single, length, horizon).close(coming.astype(np.float32), "in the targets too", atol=0, rtol=0)
    c.call(targets_of, values.tolist(), length, horizon).close(coming, "a list is a series too", atol=0, rtol=0)
    c.call(targets_of, [7, 3, 9, 4], 2, 1).close(np.array([[9], [4]]), "a list of whole numbers keeps them whole, as np.asarray does")
    gappy = np.repeat(values, 2)[::2]
    c.call(inputs_of, gappy, length, horizon).close(known, "a series that skips through memory", atol=0, rtol=0)
    c.call(targets_of, values[: length + horizon], length, horizon).close(
        coming[:1], "a series that just fits gives one window", atol=0, rtol=0)
    c.call(make_windows, values[: length + horizon - 1], length, horizon).raises(ValueError, "one value less, and it raises ValueError")
    c.call(make_windows, [], 1, 1).raises(ValueError, "no values at all: ValueError")
c.score

# %% [markdown]
# ## 4 · `gru_cell`: a memory with gates
#
# Lab 03's recurrent cell writes its whole memory anew at every step, so old news fades. A **gated recurrent unit** (GRU; Cho and others, 2014) decides, unit by unit, what to keep. With input $x$ and memory $h$:
#
# $$\begin{aligned}
# r &= \sigma(W_{ir}\, x + b_{ir} + W_{hr}\, h + b_{hr}) && \text{reset: how much memory the candidate sees} \\
# z &= \sigma(W_{iz}\, x + b_{iz} + W_{hz}\, h + b_{hz}) && \text{update: how much of the old to keep} \\
# n &= \tanh(W_{in}\, x + b_{in} + r \odot (W_{hn}\, h + b_{hn})) && \text{candidate: what could be written} \\
# h' &= (1 - z) \odot n + z \odot h && \text{the new memory}
# \end{aligned}$$
#
# $\odot$ multiplies value by value. Look closely at $n$: PyTorch applies $r$ *after* the product and its bias. (Keras' documentation tells the story: the paper's first version had this order, its last applies $r$ before the product. cuDNN kept the first, which allows one large product for all three gates. Both work, but weights don't travel between them.)
#
# The three gates lie on top of each other in one array, in the order **r, z, n**. With $N$ sequences, $I$ inputs and $U$ units:
#
# | tensor | shape | |
# |---|---|---|
# | x | $(N, I)$ | this step's input of each sequence |
# | h | $(N, U)$ | the memory of each sequence |
# | w_ih, b_ih | $(3U, I)$, $(3U,)$ | rows $0$ to $U-1$ are $r$, then $z$, then $n$ |
# | w_hh, b_hh | $(3U, U)$, $(3U,)$ | the same |
# | result | $(N, U)$ | the new memory |

# %% answer="gru_cell"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    """One step of a gated recurrent unit, with the gate order (r, z, n) and the formula of torch.nn.GRUCell.

    x: (N, I), h: (N, U), w_ih: (3U, I), w_hh: (3U, U), b_ih and b_hh: (3U,). All are torch tensors
        of one dtype and on one device, which the result keeps.
    Returns the new memory, a new tensor (N, U). Gradients flow to all six arguments.
    Written with torch's products, torch.sigmoid and torch.tanh. Every check refuses torch's own
    cell by any name (torch.gru_cell, torch.nn.GRUCell, torch.nn.GRU).
    """
    ### BEGIN SOLUTION
    units = h.shape[1]
    from_input = x @ w_ih.T + b_ih
    from_memory = h @ w_hh.T + b_hh
    ir, iz, candidate_in = from_input.split(units, dim=1)
    hr, hz, candidate_mem = from_memory.split(units, dim=1)
    r = torch.sigmoid(ir + hr)
    z = torch.sigmoid(iz + hz)
    n = torch.tanh(candidate_in + r * candidate_mem)
    return (1 - z) * n + z * h
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two products do for all gates: `x @ w_ih.T + b_ih` is $(N, 3U)$, and so is the one with `h`. Then cut both into three.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `a.chunk(3, dim=1)` cuts along the last axis, into $r$, $z$, $n$. For $r$ and $z$ the two parts simply add. For $n$ they don't: $r$ multiplies the memory's part, bias included.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, dim=1)
# h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, dim=1)
# r = torch.sigmoid(i_r + h_r)
# # z in the same way; n = torch.tanh(i_n + r * h_n); then mix n and h
# ```
#
# </details>

# %% test="gru_cell-basic" points=2
def random_cell(rng, n, inputs, units, dtype=torch.float64):
    """x, h and the four arrays of a cell, and what torch's own cell makes of them."""
    shapes = (n, inputs), (n, units), (3 * units, inputs), (3 * units, units), (3 * units,), (3 * units,)
    tensors = [torch.tensor(rng.normal(0, 0.8, shape), dtype=dtype) for shape in shapes]
    return tensors, torch.gru_cell(*tensors).numpy()


with check("gru_cell", points=2) as c:
    your_cell = without("gru", gru_cell)
    tensors, torchs = random_cell(c.rng, 2, 3, 4)
    x, h, w_ih, w_hh, b_ih, b_hh = tensors
    nothing = [torch.zeros_like(each) for each in tensors]
    c.call(your_cell, x, h, *nothing[2:]).close(
        0.5 * h.numpy(), "with all weights zero z is 1/2 and n is 0: half the memory is left")
    keep = nothing[5].clone()
    keep[4:8] = 50.0  # the middle third of the bias belongs to z
    c.call(your_cell, x, h, *nothing[2:5], keep).close(h.numpy(), "z near 1 keeps the memory (z is the middle third)")
    keep[:4] = 50.0
    c.call(your_cell, x, h, *nothing[2:5], keep).close(h.numpy(), "r and z near 1, and all else zero: z near 1 keeps the memory")
    write = nothing[4].clone()
    write[8:] = 50.0  # the last third belongs to n
    c.call(your_cell, x, h, *nothing[2:4], write, nothing[5]).close(
        0.5 + 0.5 * h.numpy(), "n near 1 and z = 1/2: the mean of 1 and the memory (n is the last third)")
    shut = nothing[4].clone()
    shut[:4] = -50.0  # the first third belongs to r
    last = torch.tensor([0.0] * 8 + [1.0] * 4)
    c.call(your_cell, x, h, w_ih, w_hh, shut, nothing[5]).close(
        torch.gru_cell(x, h, w_ih, w_hh, shut, nothing[5]).numpy(), "r near 0 (the first third) hides the memory from the candidate")
    c.call(your_cell, x, h, w_ih, w_hh, shut, b_hh * last).close(
        torch.gru_cell(x, h, w_ih, w_hh, shut, b_hh * last).numpy(), "and its bias b_hn as well: r multiplies the whole bracket, W_hn h + b_hn")
    c.call(your_cell, x, h, w_ih, w_hh, nothing[4], nothing[5]).close(
        torch.gru_cell(x, h, w_ih, w_hh, nothing[4], nothing[5]).numpy(),
        "random weights without biases: as torch.nn.GRUCell (r multiplies after the product: r * (W_hn h), not W_hn (r * h))")
    c.call(your_cell, *tensors).close(torchs, "random weights and biases: as torch.nn.GRUCell")

    def gradient_arrives(*given):
        leaves = [each.clone().requires_grad_() for each in given]
        found = torch.autograd.grad(your_cell(*leaves).sum(), leaves, allow_unused=True)
        return [name for name, each in zip(("x", "h", "w_ih", "w_hh", "b_ih", "b_hh"), found) if each is not None and each.abs().sum() > 0]

    c.call(gradient_arrives, *tensors).equal(
        ["x", "h", "w_ih", "w_hh", "b_ih", "b_hh"], "gradients arrive at all six arguments: torch all the way, nothing detached")
c.score

# %% test="gru_cell-full" points=3 hidden=true
# Other sizes and dtypes, one sequence, one unit, gradients, and torch's own cell out of reach.
def slopes(*tensors):
    """The gradient of a weighted sum of the result with respect to every argument, as one row of numbers."""
    leaves = [each.clone().requires_grad_() for each in tensors]
    out = your_cell(*leaves)
    weights = torch.linspace(-1, 2, out.numel(), dtype=out.dtype).reshape(out.shape)
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad((out * weights).sum(), leaves)])


with check("gru_cell", points=3) as c:
    your_cell = without("gru", gru_cell)
    tensors, torchs = random_cell(c.rng, 5, 2, 7)
    c.call(your_cell, *tensors).close(torchs, "five sequences, two inputs, seven units: by the formula, as torch")
    c.call(your_cell, *random_cell(c.rng, 1, 6, 3)[0]).satisfies(lambda out: out.shape == (1, 3), "one sequence keeps its axis: (1, 3)")
    tensors, torchs = random_cell(c.rng, 4, 1, 1)
    c.call(your_cell, *tensors).close(torchs, "one input and one unit")
    tensors, torchs = random_cell(c.rng, 3, 5, 5)
    c.call(your_cell, *tensors).close(torchs, "as many inputs as units: a transposed matrix would fit, and be wrong")
    tensors, torchs = random_cell(c.rng, 3, 4, 6, torch.float32)
    c.call(your_cell, *tensors).close(torchs, "float32 stays float32 (within 1e-5: sums of ten products)", dtype="float32", atol=1e-5)
    tensors, torchs = random_cell(c.rng, 6, 3, 2)
    turned = [each.T.contiguous().T if each.ndim == 2 else each for each in tensors]
    c.call(your_cell, *turned).close(torchs, "tensors that lie in memory column by column")
    leaves = [each.clone().requires_grad_() for each in tensors]
    weights = torch.linspace(-1, 2, 12, dtype=torch.float64).reshape(6, 2)
    exact = torch.cat([g.reshape(-1) for g in torch.autograd.grad((torch.gru_cell(*leaves) * weights).sum(), leaves)])
    c.call(slopes, *tensors).close(exact.numpy(), "gradients flow to all six arguments, as torch's do", atol=1e-9)
c.score

# %% [markdown]
# A sequence is the same cell, again and again. Here are the loop and the count, given. **Predict** before you run on: three layers over 1000 steps, how many cell steps are made one after the other, layer by layer?
#
# <details><summary>Your number, and then this one</summary>
#
# 3000: `sequential_depth(1000, 3)`. Section 10 shows what that costs, and how much of it layers that overlap save.
#
# </details>

# %% given="unroll"
def unroll(cell, xs, h0):
    """Let a cell read a sequence: xs (L, N, I) and the first memory h0 (N, U) give the memory after each step, (L, N, U)."""
    memories = []
    h = h0
    for x in xs:
        h = cell(x, h)
        memories.append(h)
    return torch.stack(memories)


def sequential_depth(length, layers):
    """Cell steps that must be made one after the other."""
    return length * layers

# %% [markdown]
# ## 5 · Training through time
#
# Loss and gradient come as in lab 04. Only the network is odd: unrolled, a cell over 36 months is a network of 36 layers that share their weights, and the gradient runs back through all of them: **back-propagation through time**.
#
# The first network learns the next month from all before it. At each step it is told the *true* value, never its own forecast: **teacher forcing**. One sequence of 36 months gives 36 lessons.
#
# Model and loop are given. They use your cell.

# %% given="Forecaster"
LEARN, CHOOSE = 480, 600  # months up to 1989, and up to 1999; the rest is held out
CENTRE, SPREAD = float(sea[:LEARN].mean()), float(sea[:LEARN].std())
scaled = ((sea - CENTRE) / SPREAD).astype(np.float32)  # with the figures of the years to learn from, never of all


def cell_to_use():
    """Your gru_cell once its values and gradients agree with torch's; until then torch's own, and a line that says so."""
    tensors = [torch.randn(shape, generator=torch.Generator().manual_seed(0)) for shape in ((2, 1), (2, 3), (9, 1), (9, 3), (9,), (9,))]
    leaves = [each.requires_grad_() for each in tensors]
    with contextlib.suppress(Exception):
        yours, torchs = gru_cell(*leaves), torch.gru_cell(*leaves)
        both = [torch.cat([g.reshape(-1) for g in torch.autograd.grad(each.sum(), leaves)]) for each in (yours, torchs)]
        if torch.allclose(yours, torchs, atol=1e-5) and torch.allclose(*both, atol=1e-4):
            return gru_cell
    print("gru_cell doesn't agree with torch's cell yet: torch's own stands in for it here.")
    return torch.gru_cell


def windows(series, length, horizon):
    """Your make_windows, once it cuts a short series as its check asks; until then the experiment stops and says so."""
    inputs, targets = make_windows(np.arange(9.0), 4, 2)
    if len(inputs) != 4 or inputs[-1].tolist() != [3, 4, 5, 6] or targets[-1].tolist() != [7, 8]:
        raise ValueError("its windows are not yet those that its check asks for")
    return [np.array(part) for part in make_windows(series, length, horizon)]


class Forecaster(torch.nn.Module):
    """A GRU reads the sequence, a dense layer makes `outputs` forecasts of each memory."""

    def __init__(self, units, outputs, cell):
        super().__init__()
        self.gates = torch.nn.GRUCell(1, units)  # for its four arrays only; the formula is `cell`
        self.head = torch.nn.Linear(units, outputs)
        self.cell = cell

    def memories(self, x):
        """x (N, L) gives the memory after each step, (L, N, U)."""
        g = self.gates
        step = lambda value, h: self.cell(value, h, g.weight_ih, g.weight_hh, g.bias_ih, g.bias_hh)
        return unroll(step, x.T[:, :, None], x.new_zeros(len(x), g.hidden_size))

    def each_step(self, x):
        """The next value after every step: (N, L)."""
        return self.head(self.memories(x))[:, :, 0].T

    def forward(self, x):
        """The forecasts after the last step: (N, outputs)."""
        return self.head(self.memories(x)[-1])


def train(model, answer, x, y, steps, seed, noise=0.0, every=20, watch=None):
    """Adam on batches of 64, gradient clipped to 1. `watch(model)` is called `every` so many steps: its lowest value decides which weights are kept."""
    draw = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    best, curve = math.inf, []
    for step in range(1, steps + 1):
        rows = torch.randint(len(x), (64,), generator=draw)
        inputs = x[rows] + noise * torch.randn((64, x.shape[1]), generator=draw)
        loss = ((answer(inputs) - y[rows]) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % every == 0:
            with torch.no_grad():
                seen = watch(model) if watch else math.inf
                curve.append((step, mean_error(answer(x), y), seen))
            if seen < best:
                best, kept = seen, {name: w.clone() for name, w in model.state_dict().items()}
    if best < math.inf:
        model.load_state_dict(kept)
    return curve


def mean_error(forecast, truth):
    """Mean absolute error in °C of scaled forecasts."""
    return float((forecast - truth).detach().abs().mean()) * SPREAD

# %% tags=["experiment"]
next_month = None
with needs("make_windows"):
    x, y = (torch.as_tensor(part) for part in windows(scaled[:LEARN], 36, 1))
    lessons = torch.cat([x[:, 1:], y], dim=1)  # at every step the true next month
    torch.manual_seed(0)
    next_month = Forecaster(16, 1, cell_to_use())
    train(next_month, next_month.each_step, x, lessons, steps=300, seed=0, every=300)
    low = mean_error(next_month.each_step(x)[:, 12:], lessons[:, 12:])
    rival = float(np.abs(np.diff(sea[:LEARN])).mean())
    print(f"one month ahead, years to learn from: {low:.2f} °C; repeating this month's value: {rival:.2f} °C (measured)")

# %% [markdown]
# A third of the naive error, after seconds of training. **Look inside.** Step through the El Niño of 1997 with the slider (arrow keys work). Watch the topmost of the 16 units: in which months is its update gate blue, so that it lets go of the old memory, and in which yellow? And how much does the mean of all 16 move, on the right?
#
# <details><summary>What was seen where this page was written</summary>
#
# The topmost unit rewrites itself in the cool second half of the year (z near 0) and keeps what it has near the warm peaks, longest at the peak of El Niño (z above 0.9). The mean says nothing of it: it stays between 0.35 and 0.42 (measured). The units take turns, and a mean over units hides it.
#
# </details>

# %% tags=["experiment"]
FIRST = int(np.flatnonzero(month == np.datetime64("1996-07"))[0])


def gates_at(step):
    part = torch.as_tensor(scaled[FIRST : FIRST + 36])[None]
    with torch.no_grad():
        states = next_month.memories(part)[:, 0].numpy()
    weights = [getattr(next_month.gates, name).detach().numpy() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    names = [str(m) for m in month[FIRST : FIRST + 36]]
    return cell_strips(sea[FIRST : FIRST + 36], gru_gates(part[0, :, None].numpy(), states, *weights), step - 1, names, "°C")


explorer = explore_figure(gates_at, {"step": (1, 36, 1, 12)}) if next_month else "Write make_windows first: then there is a network to look into."
explorer

# %% [markdown]
# ## 6 · `forecast`: without a teacher
#
# A forecast for a year has no teacher. The network must read its own forecast as if it were the truth, twelve times over.
#
# **Goal.** Feed forecasts back. `step` is any function that takes everything known so far and returns the next value.
#
# **Predict.** One month ahead, in the years it learnt from, you saw the network's error above. What is it in years that it never saw, for the twelfth month of a free run?

# %% tags=["experiment"]
predict("free-running forecast, 12 months ahead", None, "°C")

# %% answer="forecast"
def forecast(step, history, steps):
    """Forecast `steps` values, feeding each one back as if it had been observed.

    step: a function; step(values) takes all values so far, oldest first, and returns the next
        one, a float. It must be given the whole history and every forecast made so far, as a
        list or as a NumPy array.
    history: the values observed, a list or a 1-D NumPy array; it is left as it is.
    steps: how many values to forecast, 0 or more.
    Returns the forecasts alone, without the history: a list of `steps` floats, first month first.
    """
    ### BEGIN SOLUTION
    values = [float(value) for value in history]
    ahead = []
    for _ in range(steps):
        value = float(step(values))
        values.append(value)
        ahead.append(value)
    return ahead
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Work on a copy that grows: `list(history)` makes one from a list or an array.
#
# </details>
# <details><summary>Hint 2</summary>
#
# In each round: ask `step` with everything, append the answer, ask again. An array has no `append`, and `array + [value]` adds instead of joining.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# values = list(history)
# for _ in range(steps):
#     values.append(step(values))
# # what you want is the end of values: everything behind len(history)
# ```
#
# (`values[-steps:]` is wrong for one number of steps. Which?)
#
# </details>

# %% test="forecast-basic" points=1
with check("forecast", points=1) as c:
    c.call(forecast, lambda known: known[-1] + 1.0, [5.0, 6.0], 3).close([7.0, 8.0, 9.0], "one more than the last: 7, 8, 9")
    c.call(forecast, lambda known: known[-1] + known[-2], [1.0, 1.0], 5).close(
        [2.0, 3.0, 5.0, 8.0, 13.0], "the sum of the last two: each forecast joins the history")
    c.call(forecast, lambda known: float(len(known)), [0.0, 0.0, 0.0], 3).close(
        [3.0, 4.0, 5.0], "the number of values known so far: step sees the whole history, which grows")
    c.call(forecast, lambda known: known[-1] / 2, np.array([8.0]), 2).close([4.0, 2.0], "a NumPy array is a history too")
c.score

# %% test="forecast-full" points=2 hidden=true
# Other rules and histories, whole numbers, and no steps at all.
with check("forecast", points=2) as c:
    history = c.rng.normal(0, 1, 9)
    a, b = (float(v) for v in c.rng.uniform(0.3, 0.6, 2))
    exact = history.tolist()
    for _ in range(14):
        exact.append(a * exact[-1] + b * exact[-9])
    c.call(forecast, lambda known: a * known[-1] + b * known[-9], history, 14).close(
        exact[9:], "a rule that looks nine steps back, fourteen steps ahead, from an array")
    c.call(forecast, lambda known: a * known[-1] + b * known[-9], history.tolist(), 14).close(exact[9:], "and from a list")
    c.call(forecast, lambda known: known[0] + len(known), history, 14).close(
        [float(history[0]) + n for n in range(9, 23)], "the oldest value is still there in every round")
    c.call(forecast, lambda known: sum(known) / len(known) + 0.25, np.array([1, 2]), 2).close(
        [1.75, 1.75 + 1 / 12], "an array of whole numbers takes fractions in")
    c.call(forecast, lambda known: known[-1], [1.0], 0).equal([], "no steps give an empty list")
c.score

# %% [markdown]
# **Look.** The held-out years, every possible start. First the rivals: repeating this month, the seasonal naive forecast, and the plain average of each calendar month over the years to learn from. Then, beside the two better ones, the free run,
# and the same network with a teacher (it is told the truth at each step, and forecasts one month).

# %% tags=["experiment"]
free_errors = None
LAST_YEAR, CALENDAR = "same month of last year", "average of the calendar month"
held_x, held_y, rivals, rival_errors = None, None, {}, {}
with needs("make_windows"):
    known, coming = windows(sea[CHOOSE - 24 :], 24, 12)  # targets all in 2000 to 2010
    calendar = sea[:LEARN].reshape(-1, 12).mean(axis=0)
    starts = np.arange(len(coming))  # January 2000 first
    rivals = {"repeat this month": known[:, -1:] + np.zeros(12), LAST_YEAR: known[:, -12:],
              CALENDAR: calendar[(starts[:, None] + np.arange(12)) % 12]}
    rival_errors = {name: np.abs(guess - coming).mean(axis=0) for name, guess in rivals.items()}
    held_x, held_y = known, coming
    for name, by_month in rival_errors.items():
        print(f"{name:32} {by_month.mean():.2f} °C over twelve months (measured, held-out years)")

# %% tags=["experiment"]
def by_horizon(lines, title, alt):
    """Error against months ahead, one line a forecast: name to twelve values."""
    fig = new_figure(8, 3.6)
    with style():
        axes = fig.subplots()
    free_looks = iter(zip((PALETTE[0], PALETTE[1], PALETTE[4]), "osX"))
    for name, values in lines.items():
        colour, mark = {LAST_YEAR: (PALETTE[2], "D"), CALENDAR: (PALETTE[3], "^")}.get(name) or next(free_looks)
        axes.plot(range(1, 13), values, label=name, color=colour, marker=mark, markersize=5)
    axes.set(xlabel="months ahead", ylabel="mean absolute error, °C", ylim=(0, None), xticks=range(1, 13))
    axes.set_title(title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    show(fig, alt=alt)


def one_step(values):
    """The next month by the trained network, in °C, from the last 36 values known."""
    part = (torch.tensor(values[-36:], dtype=torch.float32) - CENTRE) / SPREAD
    with torch.no_grad():
        return float(next_month.each_step(part[None])[0, -1]) * SPREAD + CENTRE


with needs("forecast"):
    if next_month is None or held_y is None:
        raise NotImplementedError("make_windows")
    free = np.array([forecast(one_step, sea[s - 36 : s], 12) for s in range(CHOOSE, len(sea) - 11)])
    told = np.array([one_step(sea[t - 36 : t]) for t in range(CHOOSE, len(sea))])
    forced = np.stack([told[i : i + 12] for i in range(len(free))])
    free_errors, forced_errors = np.abs(free - held_y).mean(axis=0), np.abs(forced - held_y).mean(axis=0)
    record("free-running forecast, 12 months ahead", free_errors[-1], "°C")
    print(f"free run: {free_errors.mean():.2f} °C over twelve months, {free_errors[0]:.2f} in the first (measured, held-out years)")
    beside = {name: rival_errors[name] for name in (LAST_YEAR, CALENDAR)}
    by_horizon({"with a teacher, one month": forced_errors, "free run": free_errors, **beside}, "held-out years 2000 to 2010 (measured)",
               f"With a teacher the error stays near {forced_errors.mean():.2f} degrees for all twelve months. The free run starts there, has {free_errors[3]:.2f} after four months and "
               f"{free_errors[-1]:.2f} after twelve. The seasonal naive forecast has {beside[LAST_YEAR].mean():.2f}, the average of the calendar month {beside[CALENDAR].mean():.2f}")

# %% [markdown]
# **Explain.** The low line was never a forecast for a year. It is twelve forecasts for one month, with a teacher standing by. In the free run the network reads its own errors, which it never met in training (S. Bengio and others, 2015; *exposure bias* to M. Ranzato and others, 2016), and within
# months all that is left of its knowledge is the calendar. (The calendar is not bad: over the whole year the free run stays ahead of last year's value. Remember its mean.) **The loss answers the question that you trained on. Ask whether it is the question that you have.**

# %% [markdown]
# ## 7 · What the gradient remembers
#
# Back-propagation through time multiplies one factor a step. Below 1 the product vanishes, above 1 it explodes. Four networks of 64 units read 60 steps of noise; the gradient of the last memory runs back.
#
# **Predict.** Whose gradient reaches furthest back: a plain tanh cell as PyTorch makes it, one with large weights, a GRU as PyTorch makes it, or a GRU whose update gate was told to keep (bias $b_{iz}$ raised by 4)?

# %% tags=["experiment"]
def reach(step, units=64, length=60):
    """Norm of the gradient of the last memory with respect to each earlier one, relative to the last."""
    draw = torch.Generator().manual_seed(0)
    h, kept = torch.zeros(1, units, requires_grad=True), []
    for x in torch.randn(length, 1, 1, generator=draw):
        h = step(x, h)
        h.retain_grad()
        kept.append(h)
    (h @ torch.randn(units, 1, generator=draw)).sum().backward()
    norms = np.array([float(each.grad.norm()) for each in kept])
    return (norms / norms[-1])[::-1]


def tanh_cell(gain, units=64):
    draw = torch.Generator().manual_seed(1)
    w_h, w_x = torch.randn(units, units, generator=draw) * gain / units**0.5, torch.randn(units, 1, generator=draw) * 0.3
    return lambda x, h: torch.tanh(x @ w_x.T + h @ w_h.T)


def gru(keep, cell, units=64):
    torch.manual_seed(1)
    g = torch.nn.GRUCell(1, units)
    with torch.no_grad():
        g.bias_ih[units : 2 * units] += keep
    return lambda x, h: cell(x, h, g.weight_ih, g.weight_hh, g.bias_ih, g.bias_hh)


def fresh_tanh(units=64):
    torch.manual_seed(1)
    return torch.nn.RNNCell(1, units)


yours = cell_to_use()
reaches = {"tanh as PyTorch makes it": reach(fresh_tanh()), "tanh, large weights": reach(tanh_cell(3.0)),
           "GRU as PyTorch makes it": reach(gru(0.0, yours)), "GRU told to keep": reach(gru(4.0, yours))}
fig = new_figure(8, 3.6)
with style():
    axes = fig.subplots()
for (name, norms), mark in zip(reaches.items(), "osD^"):
    axes.plot(norms, label=name, marker=mark, markevery=6, markersize=6)
axes.axhline(1, color="#8a8a8a", linewidth=1)
axes.set(yscale="log", ylim=(1e-15, 1e9), xlabel="steps back in time", ylabel="gradient, relative")
axes.set_title("how far back the gradient reaches (measured)")
axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
left_over = {name: norms[-1] for name, norms in reaches.items()}
show(fig, alt="On a logarithmic scale, what is left of the gradient after sixty steps: " + ", ".join(f"{name} {left:.0e}" for name, left in left_over.items())
              + ". The tanh cell with large weights explodes, the two fresh cells vanish alike, only the GRU told to keep stays near one")
record("what a fresh GRU's gradient has left after 30 steps", float(reaches["GRU as PyTorch makes it"][30]), "", "measured")

# %% [markdown]
# A surprise, even to many who use it: a **fresh GRU forgets about as fast as the plain cell**. Its gates start half open, and half of a half of a half is soon nothing (after 30 steps less than a millionth: the printed figure). What gates give is not a long memory but the *possibility* to learn one, and whoever knows that the past matters
# tells the update gate so before training.
#
# The line that climbs is the reason for **clipping**: one exploding gradient throws the weights out of the window. It is shortened *as a whole*: one factor for all tensors, so that its direction stays.

# %% [markdown]
# ### Stretch: `clip_by_global_norm`
#
# $$\text{norm} = \sqrt{\sum_{\text{tensors}} \sum_{\text{values}} g^2} \qquad g \mapsto g \cdot \min\left(1, \frac{\text{limit}}{\text{norm}}\right)$$

# %% answer="clip_by_global_norm" tier="stretch"
def clip_by_global_norm(tensors, limit):
    """Shorten a list of tensors, taken as one long vector, to at most `limit`.

    tensors: a list of floating-point torch tensors of any shapes, numbers of shape () among them;
        may be empty. They are left as they are.
    limit: the largest norm allowed, above 0.
    Returns (clipped, norm): a list of tensors of the same shapes and dtypes, all multiplied by one
        and the same factor, and the norm before clipping as a plain float (0.0 for an empty list).
        Within the limit the values come back exactly as they were; above it their norm is `limit`
        within 1e-5 of it.
    Raises a ValueError with one sentence when the norm is not finite (a NaN or an infinity in it).
    """
    ### BEGIN SOLUTION
    norm = math.sqrt(sum(float((each.double() ** 2).sum()) for each in tensors))
    if not math.isfinite(norm):
        raise ValueError(f"the gradient's norm is {norm}: there is nothing to clip to")
    if norm <= limit:
        return list(tensors), norm
    factor = limit / norm
    return [each * factor for each in tensors], norm
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One norm for all tensors: add up the squares of everything, then take one root.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `float((t.double() ** 2).sum())` is one tensor's share. `math.isfinite` knows both NaN and infinity. Zero divided by zero can't happen if you leave a norm within the limit alone.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
# if not math.isfinite(norm): ...
# if norm <= limit: ...            # the same values
# return [t * (limit / norm) for t in tensors], norm
# ```
#
# </details>

# %% test="clip_by_global_norm-basic" points=1
def clipped_values(tensors, limit):
    """All clipped values in one row."""
    return torch.cat([each.reshape(-1) for each in clip_by_global_norm(tensors, limit)[0]])


def norm_before(tensors, limit):
    return clip_by_global_norm(tensors, limit)[1]


three_four = [torch.tensor([3.0]), torch.tensor([[4.0]])]
with check("clip_by_global_norm", points=1) as c:
    c.call(norm_before, three_four, 1.0).close(5.0, "3 and 4 in two tensors have the norm 5: one norm for both, before clipping", rtol=1e-5)
    c.call(clipped_values, three_four, 1.0).close(
        np.float32([0.6, 0.8]), "clipped to 1 they are 0.6 and 0.8: one factor for both, 1 / 5, and the direction stays", like=three_four[0], atol=1e-5)
    c.call(clipped_values, three_four, 10.0).close(np.float32([3, 4]), "within the limit nothing changes", like=three_four[0], atol=0, rtol=0)
    c.call(clip_by_global_norm, [torch.tensor([1.0, float("nan")])], 1.0).raises(ValueError, "a NaN in it: ValueError")
c.score

# %% test="clip_by_global_norm-full" points=1 hidden=true
# Other shapes and dtypes, numbers, an empty list, the limit itself, zeros, infinities.
with check("clip_by_global_norm", points=1) as c:
    tensors = [torch.tensor(c.rng.normal(0, 2, shape)) for shape in ((4, 3), (), (2, 2, 5), (7,))]
    flat = np.concatenate([each.numpy().reshape(-1) for each in tensors])
    norm, like = float(np.sqrt((flat**2).sum())), tensors[0]
    limit = norm * float(c.rng.uniform(0.1, 0.6))
    c.call(norm_before, tensors, limit).close(norm, "any shapes, a number among them: the norm before", rtol=1e-5)
    c.call(clipped_values, tensors, limit).close(flat * (limit / norm), "and all values by one factor", like=like, atol=1e-4)
    c.call(lambda ts, most: [tuple(each.shape) for each in clip_by_global_norm(ts, most)[0]], tensors, limit).equal(
        [(4, 3), (), (2, 2, 5), (7,)], "every shape stays")
    c.call(clipped_values, [each.float() for each in tensors], limit).close(
        (flat * (limit / norm)).astype(np.float32), "float32 stays float32", like=like.float(), atol=1e-4)
    c.call(clipped_values, tensors, norm * 1.01).close(flat, "just within the limit: exactly as it was", like=like, atol=0, rtol=0)
    c.call(clipped_values, [torch.zeros(3)], 1.0).close(np.zeros(3, np.float32), "zeros stay zeros", like=three_four[0])
    c.call(lambda most: list(clip_by_global_norm([], most)), 1.0).equal([[], 0.0], "an empty list has the norm 0.0")
    c.call(clip_by_global_norm, [torch.ones(2), torch.tensor(float("-inf"))], 5.0).raises(ValueError, "an infinity raises ValueError")
c.score

# %% [markdown]
# ## 8 · Find the bug: the forecast that was too good
#
# So train on the question that you have: 24 months in, all of the next twelve months out, at once. A colleague does. She takes 48 units and trains until the loss hardly falls. To be sure, she sets a fifth of the windows aside, at random, and never trains on
# them. Here is her network, from two seeds.

# %% tags=["experiment"]
hers, her_model = [], None
with needs("make_windows"):
    cell = cell_to_use()
    x, y = (torch.as_tensor(part) for part in windows(scaled[:LEARN], 24, 12))
    for seed in range(2):
        torch.manual_seed(seed)
        shuffled = torch.randperm(len(x))
        aside, used = shuffled[: len(x) // 5], shuffled[len(x) // 5 :]
        her_model = Forecaster(48, 12, cell)
        train(her_model, her_model, x[used], y[used], steps=700, seed=seed, every=700)
        with torch.no_grad():
            held = her_model(torch.tensor((held_x - CENTRE) / SPREAD, dtype=torch.float32)).numpy() * SPREAD + CENTRE
        hers.append({"trained on": mean_error(her_model(x[used]), y[used]), "set aside at random": mean_error(her_model(x[aside]), y[aside]),
                     "held out": float(np.abs(held - held_y).mean())})
        print(f"seed {seed}: {hers[-1]['trained on']:.2f} °C on the windows trained on, {hers[-1]['set aside at random']:.2f} °C on those set aside (measured)")
    print(f"the seasonal naive forecast in the same years: {np.abs(sea[12:LEARN] - sea[: LEARN - 12]).mean():.2f} °C")

# %% [markdown]
# Less than half the naive error, and on windows that the network never saw. She wants to sell it. **Predict** its error in the held-out years, 2000 to 2010, where the seasonal naive forecast has the error that was printed in section 6.

# %% tags=["experiment"]
predict("her network, held-out years", None, "°C")

# %% tags=["experiment"]
if hers and rival_errors:
    held_error = float(np.mean([run["held out"] for run in hers]))
    naive_held = float(rival_errors[LAST_YEAR].mean())
    record("her network, held-out years", held_error, "°C")
    record("seasonal naive, held-out years", naive_held, "°C")
    record("her network over seasonal naive, held-out years", held_error / naive_held, "x")
    fig = new_figure(8, 3.2)
    with style():
        axes = fig.subplots()
    for place, name in enumerate(hers[0]):
        values = [run[name] for run in hers]
        axes.bar(place, np.mean(values), color=LOOKS["measured"].colour if place < 2 else PALETTE[1], width=0.6, hatch="" if place < 2 else "//", edgecolor="white")
        axes.plot([place] * len(values), values, "o", color="#1b1b1b", markersize=5)
        axes.text(place + 0.33, np.mean(values), f"{np.mean(values):.2f}", va="center")
    axes.axhline(naive_held, color="#1b1b1b", linestyle="--")
    axes.text(-0.42, naive_held + 0.02, f"repeat the same month of last year: {naive_held:.2f} (held-out years)", fontsize=10)
    axes.set(xticks=range(3), ylabel="mean absolute error, °C", xlim=(-0.45, 2.75))
    axes.set_xticklabels(["windows trained on", "set aside at random", "held-out years"])
    axes.set_title("her network (measured; dots: two seeds)")
    low, aside = (float(np.mean([run[name] for run in hers])) for name in ("trained on", "set aside at random"))
    show(fig, alt=f"Her network's error: {low:.2f} degrees on the windows trained on, {aside:.2f} on windows set aside at random, but {held_error:.2f} in the held-out years. "
                  f"A dashed line shows the seasonal naive forecast in the held-out years: {naive_held:.2f}")
else:
    print("make_windows is not written yet: then there is no network to test.")

# %% [markdown]
# Repeating last year **beats her network**. No gates, no gradient, no GPU.
#
# **Find the bug** before you fold it out. What did the windows set aside know about those that were trained on?
#
# <details><summary>The bug</summary>
#
# Windows overlap. Of a window's 36 months, its neighbour one month later has 35. With four fifths of all windows to train on, nearly every window set aside has its neighbours among them, *their targets included*: she tested what the network remembers, not
# what it can foresee. **Split a series by time, never at random.**
#
# A second thing went wrong. 48 units are almost 8,000 weights for 356 windows, which overlap so much that they amount to some forty independent years. That is enough to learn the past by heart. Then nothing but an honest test could have told her to stop.
#
# </details>

# %% [markdown]
# ## 9 · Done right
#
# Same cell, same loop, four changes:
#
# | change | why |
# |---|---|
# | choose with the 1990s, which lie *after* the years to learn from | it is the question that you will be asked |
# | keep the weights of the step at which the 1990s were forecast best | then training can't run on into learning by heart |
# | 16 units and not 48 | fewer weights for the same forty years |
# | a little noise on the inputs, new at each step | nothing can be learnt by heart that never comes twice |
#
# This network meets the held-out years once, at the end, with five seeds. (You and I have looked at them four times by now, with other forecasts. Each look is a small leak of its own: strictly, they are used up.) **Predict** its error there, divided by the seasonal naive error. Below 1 it wins.

# %% tags=["experiment"]
predict("done right over seasonal naive, held-out years", None, "x")

# %% tags=["experiment"]
runs, curves = [], []
with needs("make_windows"):
    cell = cell_to_use()
    x, y = (torch.as_tensor(part) for part in windows(scaled[:LEARN], 24, 12))
    choose_x, choose_y = (torch.as_tensor(part) for part in windows(scaled[LEARN - 24 : CHOOSE], 24, 12))
    for seed in range(5):
        torch.manual_seed(seed)
        model = Forecaster(16, 12, cell)
        curves.append(train(model, model, x, y, steps=300, seed=seed, noise=0.2, watch=lambda m: mean_error(m(choose_x), choose_y)))
        with torch.no_grad():
            held = model(torch.tensor((held_x - CENTRE) / SPREAD, dtype=torch.float32)).numpy() * SPREAD + CENTRE
        runs.append(np.abs(held - held_y).mean(axis=0))
        print(f"seed {seed}: {mean_error(model(x), y):.2f} °C on the years to learn from, {runs[-1].mean():.2f} °C held out (measured)")

# %% tags=["experiment"]
if runs and rival_errors:
    each = np.array([run.mean() for run in runs])
    naive_held = float(rival_errors[LAST_YEAR].mean())
    record("done right, held-out years", float(each.mean()), "°C")
    record("done right, spread over five seeds", float(each.max() - each.min()), "°C")
    record("done right over seasonal naive, held-out years", float(each.mean()) / naive_held, "x")
    mean_run = np.mean(runs, axis=0)
    for name in (LAST_YEAR, CALENDAR):
        won = [str(h) for h in range(1, 13) if mean_run[h - 1] < rival_errors[name][h - 1]]
        print(f"mean of the seeds beats '{name}' at {', '.join(won) or 'no'} months ahead")
    section_6 = {"free run of section 6": free_errors} if free_errors is not None else {}
    by_horizon({"done right, mean of 5 seeds": mean_run, **section_6, "done right, worst of 5": np.max(runs, axis=0), LAST_YEAR: rival_errors[LAST_YEAR], CALENDAR: rival_errors[CALENDAR]},
               "held-out years 2000 to 2010 (measured)",
               f"Done right, the mean error starts at {mean_run[0]:.2f} degrees one month ahead, reaches {mean_run[3]:.2f} after four months and {mean_run[-1]:.2f} after twelve. The seasonal naive "
               f"forecast lies between {rival_errors[LAST_YEAR].min():.2f} and {rival_errors[LAST_YEAR].max():.2f}, the average of the calendar month near {rival_errors[CALENDAR].mean():.2f}"
               + (f", the free run of section 6 near {free_errors.mean():.2f}" if free_errors is not None else ""))
else:
    print("make_windows is not written yet: then there is nothing to train on.")

# %% [markdown]
# It wins, by about a fifth, with every seed. Its training error is **twice** that of the network that lost.
#
# You changed several things at once. **Which of them helped most?** Guess, then look: her network again, with one change at a time.

# %% tags=["experiment"]
if runs and rival_errors:
    apart = {"weights kept where the 1990s are best": {"watch": lambda m: mean_error(m(choose_x), choose_y)}, "noise on the inputs": {"noise": 0.2}, "16 units": {"units": 16}}
    for name, change in apart.items():
        alone = []
        for seed in range(2):
            torch.manual_seed(seed)
            model = Forecaster(change.get("units", 48), 12, cell)
            train(model, model, x, y, steps=700, seed=seed, noise=change.get("noise", 0.0), every=50, watch=change.get("watch"))
            with torch.no_grad():
                alone.append(float(np.abs(model(torch.tensor((held_x - CENTRE) / SPREAD, dtype=torch.float32)).numpy() * SPREAD + CENTRE - held_y).mean()))
        print(f"her network with {name:38} {np.mean(alone):.2f} °C held out, two seeds (measured)")
    print(f"her network as it was {np.mean([run['held out'] for run in hers]):36.2f} °C;  all changes, five seeds {np.mean([run.mean() for run in runs]):.2f} °C")

# %% [markdown]
# The cheapest change does most. Where this page was written, an honest stretch of time to choose with took her network from 1.01 to 0.78 °C, below last year's value; 16 units alone gave 0.86, noise alone 0.92, all changes together 0.70 (measured). **Her network could have won. It lacked a test that told it when to stop.**
#
# Now be as strict with yours as with hers. The *free run* of section 6 has nearly the same mean, and it was trained for one month only, with none of these changes: so the wrong question alone doesn't sink a network; learning by heart does, behind a test that can't see it. And the *average of the calendar month*, twelve numbers and no network at all, does as well or better beyond the first season: the lines printed above say where. So the honest sentence is: *it knows something for two or three months, and after that it
# knows the calendar.* (The 2000s were calm. In the 1990s, with the great El Niño in them, every one of these forecasts is worse: an error belongs to the years in which it was measured. And eleven years hold eleven winters, not 121 independent tests.)

# %% tags=["experiment"]
if curves:
    steps, learn, choose = np.array(curves[0]).T
    fig = new_figure(8, 3)
    with style():
        axes = fig.subplots()
    axes.plot(steps, learn, label="years to learn from")
    axes.plot(steps, choose, label="1990s, to choose with")
    best = int(np.argmin(choose))
    axes.plot(steps[best], choose[best], "o", color="#1b1b1b", markersize=9, markerfacecolor="none", label="kept")
    axes.set(xlabel="training steps", ylabel="error, °C", ylim=(0, None))
    axes.set_title("when to stop, seed 0 (measured)")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    show(fig, alt="The error on the years to learn from goes on falling with training; that of the 1990s falls at first and then wavers. A circle marks the step whose weights are kept")
    print("Flat for a long stretch: with so few weights, stopping at the very best step matters little. With 48 units it matters most, as you saw.")
else:
    print("make_windows is not written yet: then there is no training to look back on.")

# %% [markdown]
# ## 10 · Why a sequence can't be spread out
#
# Lab 01's picture had millions of pixels, none of which waited for another. Here every step waits for the one before: `sequential_depth` counts how many. **Predict.** 8192 values go through the same cell with 64 units: as 1024 sequences of 8 steps, or as 4 sequences of 2048. The
# arithmetic is the same. How many times as long does the second take?

# %% tags=["experiment"]
predict("4 sequences of 2048 over 1024 of 8, time", None, "x")

# %% tags=["experiment"]
UNITS = 64
torch.manual_seed(0)
arrays = [each.detach() for each in torch.nn.GRUCell(UNITS, UNITS).parameters()]
cell = cell_to_use()


def read(xs):
    with torch.no_grad():
        return unroll(lambda x, h: cell(x, h, *arrays), xs, torch.zeros(xs.shape[1], UNITS))


def seconds(length, batch):
    return measure(read, torch.randn(length, batch, UNITS), repeat=3, label=f"{batch} sequences of {length}")


shapes = [(8, 1024), (32, 256), (128, 64), (512, 16), (2048, 4)]
same_work = [seconds(*shape) for shape in shapes]
batches = [1, 4, 16, 64, 256]
wider = [seconds(128, batch) for batch in batches]
record("4 sequences of 2048 over 1024 of 8, time", same_work[-1].median_s / same_work[0].median_s, "x")
record("64 sequences over 1, time of 128 steps", wider[3].median_s / wider[0].median_s, "x")
fig = new_figure(8, 3.4)
with style():
    left, right = fig.subplots(1, 2)
left.plot([length for length, _ in shapes], [1e3 * t.median_s for t in same_work], marker="o")
left.set(xscale="log", xlabel="length (cells that wait)", ylabel="ms", ylim=(0, None), xticks=[s[0] for s in shapes])
left.set_xticklabels([f"{length}" for length, _ in shapes])
left.set_title("same arithmetic, longer (measured)", fontsize=11)
right.plot(batches, [1e3 * t.median_s for t in wider], marker="o", label="measured")
right.plot(batches, [1e3 * wider[0].median_s * b for b in batches], color="#8a8a8a", linestyle=":", label="one after the other")
right.set(xscale="log", yscale="log", xlabel="sequences side by side", ylabel="ms", xticks=batches)
right.set_xticklabels([f"{b}" for b in batches])
right.set_title("128 steps, more sequences", fontsize=11)
right.legend()
left.minorticks_off()
right.minorticks_off()
show(fig, alt=f"Left, the same arithmetic takes {same_work[-1].median_s / same_work[0].median_s:.1f} times as long when it is 2048 steps long and not 8. Right, for 128 steps 16 sequences side by side take "
              f"{wider[2].median_s / wider[0].median_s:.1f} times as long as one, far below the dotted line of one after the other")

# %% [markdown]
# **Explain.** A step of one sequence is three small products of a vector. Starting them costs more than computing them, so sixteen sequences take nothing like sixteen times as long as one (measured, right: at most about twice, on a core that has nothing else to do): most of the arithmetic was idle. Only *width* fills a machine, and along its length a sequence has none. On this one core you lose
# some factor. On a GPU with thousands of arithmetic units you lose nearly all of it (section 13).
#
# Several layers can at least overlap: layer 2 reads step 1 while layer 1 makes step 2. That turns length times layers into length plus layers minus one (J. Appleyard and others, 2016). The length stays.

# %% [markdown]
# ## 11 · `attention`: look at everything at once
#
# What if a step didn't wait for the last one's memory, but looked at all earlier inputs directly? Each position asks a **query** $q$; every position offers a **key** $k$ and a **value** $v$. The better a key fits, the more of its value is taken:
#
# $$\text{attention}(Q, K, V) = \text{softmax}\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$
#
# | tensor | shape | |
# |---|---|---|
# | q | $(\dots, L_q, d)$ | one query a row |
# | k | $(\dots, L_k, d)$ | one key a row |
# | v | $(\dots, L_k, d_v)$ | one value a row |
# | scores | $(\dots, L_q, L_k)$ | row $i$: how well each key fits query $i$; the softmax makes each **row** sum to 1 |
# | result | $(\dots, L_q, d_v)$ | |
#
# Why $\sqrt d$? The product of two random vectors of $d$ values with variance 1 has variance $d$. Without the root the softmax would see ever larger numbers, put all weight on one key, and have no gradient left.
#
# **Causal** attention hides the future: query $i$ sees keys $0$ to $i$. Hide *before* the softmax: a score of $-\infty$ gets the weight 0, and the rest still sums to 1.

# %% answer="attention"
def attention(q, k, v, causal=False):
    """Scaled dot-product attention over the last two axes.

    q: (..., Lq, d), k: (..., Lk, d), v: (..., Lk, dv): torch tensors of one floating dtype and on
        one device, which the result keeps; any number of leading axes, also none, the same in all three.
    causal: when True, query i sees keys 0 to i only, counted from the first key also where Lq and
        Lk differ (as torch's is_causal does).
    Returns a new tensor (..., Lq, dv). Gradients flow to q, k and v. Scores of many hundreds give
    no NaN. Written with products and a softmax. Every check refuses torch's own attention by any
    name (torch.nn.functional.scaled_dot_product_attention, torch.nn.MultiheadAttention).
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
        scores = scores.masked_fill(future, -math.inf)
    return torch.softmax(scores, dim=-1) @ v
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two matrix products with a softmax between them. `@` leaves leading axes alone; `k.transpose(-2, -1)` swaps the last two, whatever stands before.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each row of scores belongs to one query and must sum to 1: `torch.softmax(scores, dim=-1)`. For `causal`, the keys that query $i$ may not see are those above the diagonal: `.triu(1)` of a matrix of ones, $L_q$ by $L_k$.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# scores = q @ k.transpose(-2, -1) / math.sqrt(...)
# if causal:
#     future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
#     scores = scores.masked_fill(future, ...)
# return torch.softmax(scores, dim=...) @ v
# ```
#
# </details>

# %% test="attention-basic" points=1
torchs_attention = torch.nn.functional.scaled_dot_product_attention


def random_qkv(rng, lead, lq, lk, d, dv, dtype=torch.float64):
    return [torch.tensor(rng.normal(0, 1.3, (*lead, *shape)), dtype=dtype) for shape in ((lq, d), (lk, d), (lk, dv))]


with check("attention", points=1) as c:
    your_attention = without("attention", attention)
    q, k, v = random_qkv(c.rng, (), 3, 3, 4, 2)
    c.call(your_attention, 0 * q, k, v).close(
        np.broadcast_to(v.numpy().mean(axis=0), (3, 2)), "a query of zeros likes all keys alike: the mean of the values")
    one = torch.ones(1, 1, dtype=torch.float64)
    c.call(your_attention, math.log(3) * one, torch.cat([one, 0 * one]), torch.tensor([[4.0, 8], [0, 4]], dtype=torch.float64)).close(
        np.array([[3.0, 7.0]]), "with d = 1 nothing is divided: scores log(3) and 0, weights 3/4 and 1/4, of 4 and 0 that makes 3")
    ones = torch.ones(1, 4, dtype=torch.float64)
    c.call(your_attention, math.log(3) * ones, torch.tensor([[1.0, 0, 1, 0], [0, 0, 0, 0]], dtype=torch.float64), torch.tensor([[4.0], [0.0]], dtype=torch.float64)).close(
        np.array([[3.0]]), "with d = 4 the scores are 2 log(3) / sqrt(4) = log(3) and 0: the same weights, and again 3",
        hint="divide the scores by math.sqrt(d), where d is q.shape[-1]")
    c.call(your_attention, q, k, v).close(torchs_attention(q, k, v).numpy(), "as torch's scaled_dot_product_attention")

    def causal_row(i):
        return your_attention(q, k, v, causal=True)[i]

    c.call(your_attention, q, k, torch.ones_like(v), causal=True).close(
        np.ones((3, 2)), "causal: values of 1 give 1 for every query, since each row of weights still sums to 1",
        hint="hide the scores before the softmax, not the weights after it")
    c.call(causal_row, 0).close(v[0].numpy(), "causal: row 0 is v[0], since the first query sees the first key alone", like=v,
                                hint="a hidden score is minus infinity, and what is hidden lies above the diagonal: .triu(1)")
    c.call(causal_row, 2).close(
        torchs_attention(q, k, v).numpy()[2], "causal: the last query sees everything, so its row is that without causal", like=v)
    c.call(your_attention, q, k, v, causal=True).close(torchs_attention(q, k, v, is_causal=True).numpy(), "causal: as torch's with is_causal")
c.score

# %% test="attention-full" points=3 hidden=true
# Leading axes, unequal lengths, float32, large scores, gradients, and torch's own attention out of reach.
def attention_slopes(q, k, v):
    leaves = [each.clone().requires_grad_() for each in (q, k, v)]
    out = your_attention(*leaves, causal=True)
    weights = torch.linspace(-1, 2, out.numel(), dtype=out.dtype).reshape(out.shape)
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad((out * weights).sum(), leaves)])


with check("attention", points=3) as c:
    your_attention = without("attention", attention)
    q, k, v = random_qkv(c.rng, (2, 3), 4, 4, 9, 4)
    c.call(your_attention, q, k, v).close(torchs_attention(q, k, v).numpy(), "two leading axes, by the formula, as torch")
    c.call(your_attention, q, k, v, True).close(torchs_attention(q, k, v, is_causal=True).numpy(), "two leading axes, causal")
    q, k, v = random_qkv(c.rng, (5,), 3, 7, 2, 6)
    c.call(your_attention, q, k, v).close(torchs_attention(q, k, v).numpy(), "more keys than queries, and values of another width")
    c.call(your_attention, q, k, v, True).close(
        torchs_attention(q, k, v, is_causal=True).numpy(), "more keys than queries, causal: query i sees keys 0 to i")
    q, k, v = random_qkv(c.rng, (), 6, 2, 16, 3)
    c.call(your_attention, q, k, v, True).close(torchs_attention(q, k, v, is_causal=True).numpy(), "more queries than keys, causal, no leading axis")
    q, k, v = random_qkv(c.rng, (1,), 5, 1, 3, 3)
    c.call(your_attention, q, k, v).close(np.repeat(v.numpy(), 5, axis=1), "a single key: every query gets its value")
    q, k, v = random_qkv(c.rng, (2,), 8, 5, 64, 10, torch.float32)
    c.call(your_attention, q, k, v).close(
        torchs_attention(q.double(), k.double(), v.double()).numpy(), "float32 stays float32 (within 1e-4: sums of 64 products)", dtype="float32", atol=1e-4)
    q, k, v = random_qkv(c.rng, (3,), 4, 4, 5, 2)
    arrows = k / k.norm(dim=-1, keepdim=True)
    steep = 900 * math.sqrt(5) * torch.tensor([[[1.0]], [[-1]], [[1]]], dtype=torch.float64) * arrows  # score (i, i) is 900 or -900, no other is larger
    c.call(your_attention, steep, arrows, v, True).close(
        torchs_attention(steep, arrows, v, is_causal=True).numpy(), "scores of 900 and of -900: no NaN", atol=1e-9)
    turned = [each.transpose(-2, -1).contiguous().transpose(-2, -1) for each in (q, k, v)]
    c.call(your_attention, *turned).close(torchs_attention(q, k, v).numpy(), "tensors that lie in memory column by column")
    leaves = [each.clone().requires_grad_() for each in (q, k, v)]
    weights = torch.linspace(-1, 2, 24, dtype=torch.float64).reshape(3, 4, 2)
    out = torchs_attention(*leaves, is_causal=True)
    exact = torch.cat([g.reshape(-1) for g in torch.autograd.grad((out * weights).sum(), leaves)])
    c.call(attention_slopes, q, k, v).close(exact.numpy(), "gradients flow to q, k and v, as torch's do", atol=1e-9)
c.score

# %% [markdown]
# **Look: a forecast without any training.** Before computers, forecasters searched old weather maps for one like today's, and forecast what had followed: the method of *analogues*. That is attention. Query: the last 24 months. Keys: every 24 months from 1950 to 1989. Values: the twelve
# months that followed each. Nothing is learnt; one factor that sharpens the queries was chosen with the 1990s.
#
# Move the slider through the held-out years (arrow keys work). Which years does it look at? Why at comb teeth one year apart?
#
# <details><summary>Why comb teeth</summary>
#
# A window that starts in another season has its summer in the wrong place: its shape is the opposite, and the softmax leaves it nothing. Attention has found the period of twelve months, and nobody told it the calendar. Among the teeth the tall ones are the years whose deviations look alike: try the months before and after a warm year.
#
# </details>

# %% tags=["experiment"]
def direction(windows):
    """Windows scaled, then brought to one length (sqrt of d), so that the product compares shape and not size."""
    z = (windows - CENTRE) / SPREAD
    return torch.as_tensor(z / np.linalg.norm(z, axis=1, keepdims=True) * math.sqrt(z.shape[1]))


SHARPER = 4.0  # of 1, 2, 4, 8 and 16 the one with the least error in the 1990s
analogues = None
with needs("attention"):
    if held_y is None:
        raise NotImplementedError("make_windows")
    past_x, past_y = windows(sea[:LEARN], 24, 12)
    keys, values = direction(past_x), torch.as_tensor(past_y)
    queries = SHARPER * direction(held_x)
    analogues = attention(queries, keys, values).numpy()
    looks = attention(queries, keys, torch.eye(len(keys), dtype=torch.float64)).numpy()  # with unit vectors as values out come the weights
    record("attention without training, held-out years", float(np.abs(analogues - held_y).mean()), "°C")
    print(f"in the same years: seasonal naive {rival_errors[LAST_YEAR].mean():.2f} °C, average of the calendar month {rival_errors[CALENDAR].mean():.2f} °C; "
          f"all {len(queries)} forecasts in one call, {sequential_depth(1, 1)} step deep")


def look_at(start):
    spread = np.zeros(LEARN)
    spread[23 : 23 + looks.shape[1]] = looks[start]  # drawn at the last known month of each window
    return looking_back(month[:LEARN], sea[:LEARN], spread, held_x[start], analogues[start], held_y[start],
                        f"forecast made at the end of {month[CHOOSE + start - 1]}", "°C")


explorer = "Write make_windows and attention first: then there is something to look at."
if analogues is not None:
    explorer = explore_figure(look_at, {"start": (0, len(held_y) - 1, 1, 30)})
explorer

# %% [markdown]
# A formula without a single learnt weight beats the seasonal naive forecast, and the colleague's 8,000 weights. But be strict with favourites too: the calendar's average, printed beside it, is better over the twelve months. (In a transformer $q$, $k$ and $v$ are dense layers of the input, and training decides what "alike" means. BERT is twelve or twenty-four
# layers of that: you meet its figures in labs 07 and 08.)
#
# ## 12 · Why attention fills a machine
#
# Attention's two products have $L \times L$ values, and none waits for another. **Predict.** A sequence of 256 steps with 64 units: how many times as long as one attention does one pass of the cell take? (Attention takes well under a millisecond, so this figure swings from run to run.)

# %% tags=["experiment"]
predict("GRU over attention, 256 steps, time", None, "x")

# %% tags=["experiment"]
with needs("attention"):
    lengths = [16, 64, 256, 1024, 2048]
    turns = [measure(read, torch.randn(n, 1, UNITS), repeat=3, label=f"GRU, {n} steps") for n in lengths]
    looks_s = [measure(attention, *[torch.randn(n, UNITS) for _ in range(3)], repeat=3, label=f"attention, {n} steps") for n in lengths]
    record("GRU over attention, 256 steps, time", turns[2].median_s / looks_s[2].median_s, "x")
    fig = new_figure(8, 3.4)
    with style():
        axes = fig.subplots()
    axes.plot(lengths, [1e3 * t.median_s for t in turns], marker="o", label="GRU: L steps, one after the other")
    axes.plot(lengths, [1e3 * t.median_s for t in looks_s], marker="s", label="attention: L x L, all at once")
    axes.set(xscale="log", yscale="log", xlabel="length L of one sequence", ylabel="ms", xticks=lengths)
    axes.set_xticklabels([str(n) for n in lengths])
    axes.minorticks_off()
    axes.set_title("one sequence, one layer, one core (measured)")
    axes.legend()
    ratios = [a.median_s / b.median_s for a, b in zip(turns, looks_s, strict=True)]
    show(fig, alt="Time against length on logarithmic axes: the GRU's line rises in proportion to the length. Attention's lies below it and rises more steeply: "
                  f"the GRU takes {ratios[0]:.0f} times as long at {lengths[0]} steps and {ratios[-1]:.1f} times at {lengths[-1]}")

# %% [markdown]
# Attention does **more** arithmetic, $4 L^2 d$ operations for a sequence of $L$ (modelled: two products, a multiply-add is two), where the cell does $12 L U^2$. With $d = U = 64$ it does more from $L = 192$ on, and is faster all the same. Then the square catches up: on one core at several thousand steps (modelled: go on along both lines, beyond the right edge). A machine with a thousand times the arithmetic moves this
# crossing far to the right, and that is how the GPU decided which network won.

# %% [markdown]
# ## 13 · On real hardware
#
# How much of a card can a recurrent step use? A *ridge* is the intensity at which arithmetic becomes the limit and bandwidth no longer is (lab 01's roof). A step reads its weights once, $6 U^2$ floats for $I = U$, and does $12 U^2$ operations with them *for each sequence*. One sequence: 0.5 operations a byte. A T4's ridge stands at 25 (published peak over published bandwidth). Here is the rest of the table, and, with a GPU,
# the measurement.

# %% tags=["experiment"]
peak, bandwidth = 8.1e12, 320e9  # T4: FLOP/s in FP32 and byte/s, published in NVIDIA's product brief
wide = 512


def share_of_peak(flops, nbytes):
    return min(1.0, flops / nbytes / (peak / bandwidth))


for batch in (1, 16, 256):
    flops, nbytes = 12 * wide**2 * batch, 4 * (6 * wide**2 + 3 * wide * batch)
    print(f"GRU step, {batch:3} sequence{'s:' if batch > 1 else ': '} at most {share_of_peak(flops, nbytes):6.1%} of a T4's arithmetic (modelled)")
length = 512
print(f"attention, {length} steps:     at most {share_of_peak(4 * length**2 * 64, 4 * 4 * length * 64):6.1%}, if the scores never leave the chip (modelled)")
record("share of a T4's arithmetic, GRU with one sequence", 100 * share_of_peak(12 * wide**2, 4 * (6 * wide**2 + 3 * wide)), "%", "modelled",
       source="T4: 8.1 TFLOP/s FP32, 320 GB/s, weights read once a step")

if torch.cuda.is_available():
    there = [torch.randn(shape, device="cuda") * 0.05 for shape in ((3 * wide, wide), (3 * wide, wide), (3 * wide,), (3 * wide,))]
    cell = cell_to_use()
    for batch in (1, 16, 256):
        xs, h0 = torch.randn(64, batch, wide, device="cuda"), torch.zeros(batch, wide, device="cuda")
        with torch.no_grad():
            print(measure(lambda xs=xs, h0=h0: unroll(lambda x, h: cell(x, h, *there), xs, h0), repeat=5, label=f"64 steps, {batch} sequences, {detect(quick=True).best().name}",
                          synchronise=torch.cuda.synchronize))
else:
    print("No GPU that PyTorch can use here, so the shares are modelled. With one, the times of 1, 16 and 256 sequences are measured.")

# %% [markdown]
# Keeping the scores on the chip is what FlashAttention does (T. Dao and others, 2022): the same sums, tile by tile, as with the shared memory of lab 02. *Persistent* recurrent kernels (G. Diamos and others, 2016; cuDNN has them too) keep the weights there between two steps, for the same reason. Bytes again.

# %% [markdown]
# ## 14 · In your own words
#
# **A start-up shows you a training loss, far below last year's naive error, and a test on "20 % of the data, never seen". They forecast the demand for electricity. Which three questions do you ask, and what would convince you?** In at most 100 words. You mark it yourself.
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** You ask how the 20 % were chosen: at random means that neighbours leak; it must be a later stretch of time.
# - **A number.** You ask for the seasonal naive error *in the same held-out stretch* (same hour of last week, same day of last year), and use the numbers of this lab: about 0.5 °C on windows set aside, 1.0 °C held out, against 0.86 °C (measured where this page was written; take yours).
# - **The limit.** You ask for each horizon apart and for the spread over seeds and years, and you say what even that can't tell: a year that is like none before.
#
# </details>

# %% [markdown] written="low-loss" points=0
# How was the fifth chosen? At random, each test window has its neighbours in the training set; I want a later stretch of time. What does repeating the same hour of last week cost in that stretch? Here a network showed 0.5 °C on
# random windows and 1.0 °C in later years, where repeating last year had 0.86 °C. And how do the errors look for each horizon, over seeds and over years? I would believe a win over the seasonal naive forecast and the calendar
# in years nobody had opened. Even that says nothing of a year unlike all others.

# %% [markdown]
# ## 15 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("05_rnn_training")

# %% tags=["experiment"]
guessed = ledger_view.plot("05_rnn_training")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> Why is the naive forecast twelve months ahead better than six months ahead?</summary>
#
# The series has a period of twelve months. Twelve steps back stands the same month, six steps back the opposite season. An error must be compared with the *best* thing that can be repeated.
#
# </details>
# <details><summary><b>2.</b> A network trained with teacher forcing is off by 0.3 °C. Why is its forecast for next year worse?</summary>
#
# That error belongs to one step from true values. A year ahead it must read its own forecasts, errors and all.
#
# </details>
# <details><summary><b>3.</b> Attention needs more operations than a recurrent cell on a long sequence. Why do GPUs prefer it?</summary>
#
# All of its operations can run at once: its depth is one layer, whatever the length. The cell's steps wait for each other, and waiting is what a wide machine can't do well.
#
# </details>
#
# ## What comes next
#
# Attention is matrix products, and matrix products are what tensor cores are for. They are fast because their numbers are short. How short may a number be, before a sum goes wrong? That is **06**.
#
# ## Sources
#
# - The series: NOAA, National Weather Service, Climate Prediction Center, index Niño 1+2 of ERSST.v3b, public domain, as carried by statsmodels: `gpu_utils.series.credit`. The reconstruction: T. M. Smith, R. W. Reynolds, T. C. Peterson, J. Lawrimore, *Improvements to NOAA's historical merged land-ocean surface temperature analysis (1880-2006)*, Journal of Climate 21 (2008), 2283-2296.
# - K. Cho and others: *Learning phrase representations using RNN encoder-decoder for statistical machine translation*, EMNLP 2014, arXiv:1406.1078. PyTorch's variant: the documentation of `torch.nn.GRUCell`. The two orders: the documentation of Keras' layer `GRU`, argument `reset_after`.
# - R. Pascanu, T. Mikolov, Y. Bengio: *On the difficulty of training recurrent neural networks*, ICML 2013 (clipping by norm).
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer: *Scheduled sampling for sequence prediction with recurrent neural networks*, NeurIPS 2015. M. Ranzato, S. Chopra, M. Auli, W. Zaremba: *Sequence level training with recurrent neural networks*, ICLR 2016.
# - J. Appleyard, T. Kočiský, P. Blunsom: *Optimizing performance of recurrent neural networks on GPUs*, 2016, arXiv:1604.01946. G. Diamos and others: *Persistent RNNs*, ICML 2016.
# - A. Vaswani and others: *Attention is all you need*, NeurIPS 2017. T. Dao and others: *FlashAttention*, NeurIPS 2022.
# - E. N. Lorenz: *Atmospheric predictability as revealed by naturally occurring analogues*, Journal of the Atmospheric Sciences 26 (1969), 636-646.
# - R. J. Hyndman, G. Athanasopoulos: *Forecasting: principles and practice*, 3rd edition (naive and seasonal naive forecasts, evaluation on a rolling origin).
# - NVIDIA T4 product brief: 8.1 TFLOPS in single precision, 320 GB/s (published).
