# %% [markdown] title=true minutes=110 hardware="two or more GPUs run the same script below torchrun, over NCCL"
# # 09 · NVLink, NVSwitch and the DGX
#
# {badges}
#
# {line}
#
# Picture eight graphics cards on the shelf of an old mining rig, each on a thin cable. Somebody wants to train with them. In this lab you find out how fast eight cards are together, and you will see a box in which eight
# are *slower than one*. In between you pass numbers round a ring by hand, as the libraries do that add up the gradients of large models.
#
# **You will be able to**
#
# - pass chunks round a ring so that all ranks hold the sum, and count the bytes exactly;
# - predict the time from a latency and a bandwidth, fit both to real processes, and say where the model fails;
# - split a training step and a data set over ranks without changing the result;
# - read the wiring of a box, and tell which pairs are neighbours;
# - take *NVLink is ten times PCIe* apart.
#
# **Before this:** 03 (gradients), 04 (the training loop), 08 (bandwidth as a roof). **After this:** 10, who gets the cards, and who pays.
#
# ```
# 04  train ──► 08  one card, one roof ──► 09 (you are here) ──► 10  a thousand trainings ──► 11  one card cut into seven
# ```

# %% setup=true

# %%
import copy
import itertools
import shutil
import subprocess
from pathlib import Path

import numpy as np
import torch
from gpu_utils import check, ledger_view, predict, record
from gpu_utils.benchmarks import benchmark
from gpu_utils.claims import board, settle
from gpu_utils.plotting import PALETTE, new_figure, show, style
from gpu_utils.plotting.timelines import timeline
from gpu_utils.plotting.topologies import draw_topologies
from gpu_utils.quantities import nbytes as size_of
from gpu_utils.quantities import rate, seconds
from gpu_utils.ranks import run_ranks, torchrun
from gpu_utils.topology import BOXES, dgx1, ring_bandwidth, rings
from gpu_utils.verdict import attempt as once_right
from gpu_utils.verdict import passed
from gpu_utils.widgets import pass_chunks, play_ring
from gpu_utils.widgets.figures import explore_figure


def attempt(*names):
    """Run a cell once the checks of these functions of yours hold; where it stops all the same, say so in a sentence."""
    def decide(run):
        @once_right(*names)
        def _():
            try:
                run()
            except NameError as error:
                print(f"This cell needs '{error.name}', which an earlier cell makes: run that one first.")
            except Exception as error:
                print(f"This cell stops with {type(error).__name__}: {error}")
    return decide

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · Eight cards, eight times?
#
# The plan is simple. Each of eight cards holds a copy of the model and an eighth of the batch. Each computes a gradient. Before the weights may change, all cards need the **sum of all gradients**: one number for each weight, from everyone, to everyone. That is called an **all-reduce**.
#
# BERT-large has 335 million weights (lab 08), so 670 MB of FP16 gradients. An A100 computes a batch of 64 sequences in a ninth of a second (modelled: 580 sequences/s, published). **How many times one card's speed do eight reach?** Nobody grades your guesses.

# %% tags=["experiment"]
predict("eight A100 over one, BERT-large, NVLink in a DGX A100", None, "x")
predict("eight A100 over one, BERT-large, on mining risers", None, "x")
predict("NVLink over PCIe, two neighbours in a DGX-1", None, "x")
predict("two processes over one, each with one thread, convolutions", None, "x")
predict("two processes over one, each with one thread, wide dense layers", None, "x")

# %% [markdown]
# ## 2 · By hand: pass it on
#
# Four ranks (a **rank** is one process with one card) sit in a circle. Each holds four chunks of its own numbers: rank 0's are called A, rank 1's B, and so on. At the end every place has to read **ABCD**: the sum.
#
# All send at once, each to its right-hand neighbour, each a different chunk. You choose the chunk of rank 0; the others shift by their rank. The neighbour either *adds* what arrives to its own chunk, or *keeps it instead*.
#
# **Predict.** How many rounds will it take at least? Then play. (Tab reaches every button, the space bar presses.)

# %% tags=["experiment"]
pass_chunks(4, done=lambda steps: record("rounds round the ring of four, by hand", steps, ""))

# %% [markdown]
# Letters struck through? Somebody was counted twice, and no later step can take that out again. *Take back*, and look: which chunk may a rank send on? The one that has just arrived. And when is adding over?
#
# <details><summary>The six rounds</summary>
#
# Adding: rank 0 sends chunk 0, then 3, then 2: always what it has just received. After three rounds each chunk is complete in **one** place, and rank $r$ holds the whole sum of chunk $r + 1$. Keeping: rank 0 sends that chunk 1, then 0, then 3. Six rounds, $2(n - 1)$.
#
# </details>
#
# Here is the film of it. It can be played, paused, and moved by its slider.

# %% tags=["experiment"]
play_ring(4)

# %% [markdown]
# ## 3 · `ring_all_reduce`: the same in code
#
# **Goal.** Do it for any number of ranks, and count what each of them sends. The first half has a name, **reduce-scatter**, and so has the second, **all-gather**.
#
# | in round $s$ = 0, 1, ... | rank $r$ sends chunk | its neighbour $(r + 1) \bmod n$ |
# |---|---|---|
# | reduce-scatter, $n - 1$ rounds | $(r - s) \bmod n$ | adds it to its own |
# | all-gather, $n - 1$ rounds | $(r + 1 - s) \bmod n$ | keeps it instead |
#
# The copies and the counters are made for you. `held[r][c]` is an array, chunk $c$ as rank $r$ has it now; `sent[r]` is a number of bytes. The two loops are yours.
#
# **Predict.** Four ranks with 1000 bytes each, in equal chunks. What does each send in all: 1000, 1500, 3000 or 4000 bytes?

# %% answer="ring_all_reduce"
def ring_all_reduce(chunks):
    """Sum over all ranks by passing chunks round a ring.

    chunks: chunks[rank][chunk] are NumPy arrays, n ranks (at least 1) with n chunks each. Chunk c
        has one shape and dtype on all ranks; different chunks may differ in size, even be empty.
    Each round all ranks send at once, rank r to rank (r + 1) % n, as the table above says: in round
        s rank r sends chunk (r - s) % n to be added, for n - 1 rounds, starting with chunk r; then
        chunk (r + 1 - s) % n to be kept, for n - 1 rounds.
        So chunk c is summed in the order of the ring: rank c's, plus rank c + 1's, plus ...
    Returns (result, sent): result[rank][chunk] as the input, same shapes and dtypes, each chunk the
        sum over all ranks; sent is a list with the bytes that each rank sent, n whole numbers.
    The inputs stay as they are. One rank sends nothing.
    """
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]  # the input stays as it is
    sent = [0] * n
    ### BEGIN SOLUTION
    for turn in range(2 * (n - 1)):
        adding = turn < n - 1
        first = -turn if adding else 1 - (turn - (n - 1))
        moving = [held[rank][(rank + first) % n].copy() for rank in range(n)]
        for rank, arriving in enumerate(moving):
            to, chunk = (rank + 1) % n, (rank + first) % n
            held[to][chunk] = arriving + held[to][chunk] if adding else arriving
            sent[rank] += arriving.nbytes
    ### END SOLUTION
    return held, sent

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two loops of $n - 1$ rounds, and in each a loop over the ranks. All send at once, yet you may take the ranks one after the other: the chunk that a rank sends is never the one that it gets in the same round.
#
# </details>
# <details><summary>Hint 2</summary>
#
# An array knows its size in bytes: `array.nbytes`. Count it for the rank that sends. In Python `(-1) % 4` is 3, as you need it here.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for s in range(n - 1):
#     for r in range(n):
#         to, c = (r + 1) % n, (r - s) % n
#         held[to][c] = held[r][c] + held[to][c]
#         sent[r] += held[r][c].nbytes
# # and once more with (r + 1 - s) % n, and a copy in place of the sum
# ```
#
# </details>

# %% test="ring_all_reduce-basic" points=1
def split(rows, n=None):
    """Each rank's numbers cut into n chunks, nearly equal."""
    return [np.array_split(np.asarray(row), n or len(rows)) for row in rows]


def gathered(chunks):
    """What every rank holds at the end, its chunks side by side."""
    got = ring_all_reduce(chunks)
    return None if got is None else np.stack([np.concatenate([np.ravel(chunk) for chunk in row]) for row in got[0]])


def bytes_sent(chunks):
    got = ring_all_reduce(chunks)
    return None if got is None else [int(each) if each == int(each) else each for each in got[1]]


two, four = np.float64([[1, 2], [10, 20]]), np.arange(32, dtype=np.float64).reshape(4, 8) ** 2
with check("ring_all_reduce", points=1) as c:
    c.call(gathered, split(two)).close(np.float64([[11, 22], [11, 22]]), "two ranks, two chunks: both hold both sums")
    c.call(gathered, split(four)).close(np.tile(four.sum(0), (4, 1)), "four ranks: every rank holds every sum")
    c.call(bytes_sent, split(two)).equal([16, 16], "two ranks: each sends 8 bytes to be added and 8 to be kept")
    c.call(bytes_sent, split(four)).equal([96] * 4, "four ranks with 64 bytes: each sends exactly 2 * 3/4 of them")
    c.call(gathered, split([[3.0, 4.0]], 1)).close(np.float64([[3, 4]]), "one rank has the sum already")
c.score

# %% test="ring_all_reduce-full" points=3 hidden=true
# Other numbers of ranks, chunks of unequal size, two axes, other dtypes, and the order of the ring.
def turned(rows):
    """The sum of chunk c in the order of the ring, from rank c on, in the dtype of the data."""
    n, columns = len(rows), []
    for c, column in enumerate(zip(*split(rows), strict=True)):
        total = column[c]
        for step in range(1, n):
            total = total + column[(c + step) % n]
        columns.append(total)
    return np.concatenate(columns)


with check("ring_all_reduce", points=3) as c:
    n = int(c.rng.integers(5, 8))
    rows = c.rng.normal(0, 1, (n, 3 * n))
    c.call(gathered, split(rows)).close(np.tile(rows.sum(0), (n, 1)), "more ranks, equal chunks", atol=1e-12)
    uneven = c.rng.integers(-99, 99, (4, 10))
    c.call(gathered, split(uneven)).close(np.tile(uneven.sum(0), (4, 1)), "ten whole numbers over four ranks: chunks of 3, 3, 2 and 2")
    sizes = [len(each) * 8 for each in np.array_split(np.arange(10), 4)]
    exact = [2 * sum(sizes) - sizes[(r + 1) % 4] - sizes[(r + 2) % 4] for r in range(4)]
    c.call(bytes_sent, split(uneven)).equal(exact, "unequal chunks: each rank's bytes are those of the chunks that it really sent")
    few = c.rng.integers(0, 9, (5, 3)).astype(np.float32)
    c.call(gathered, split(few)).close(np.tile(few.sum(0), (5, 1)), "fewer numbers than ranks: some chunks are empty")
    c.call(lambda x: sum(bytes_sent(x)), split(few)).equal(8 * 12, "and what is empty costs no bytes")
    flat = [[c.rng.integers(0, 50, (2, 3)).astype(np.int32) for _ in range(3)] for _ in range(3)]
    c.call(lambda x: ring_all_reduce(x)[0][2][1], flat).close(sum(row[1] for row in flat), "chunks with two axes keep their shape and dtype")
    wild = np.float32(10.0 ** c.rng.uniform(-3, 8, (5, 20)) * c.rng.choice([-1, 1], (5, 20)))
    c.call(gathered, split(wild)).equal(np.tile(turned(wild), (5, 1)), "float32: added in the order of the ring, to the last bit, on all ranks")
    c.call(bytes_sent, split([[7, 8, 9]], 1)).equal([0], "one rank sends nothing")
c.score

# %% [markdown]
# **Explain.** 1500 bytes. Each rank sends every chunk but one, twice: $2 \frac{n-1}{n}$ of its data. With eight cards 1.75 times, with a thousand 1.998 times. *The bytes that a card sends hardly grow with the number of cards.* Had all sent everything to rank 0, it alone would have to take in $n - 1$ times the data.

# %% [markdown]
# ## 4 · Four real processes
#
# The next cell is a program of its own. It is started four times, as four processes that know nothing of each other but a number and an address. They talk through **gloo**, the library of PyTorch for processors, over the loopback of this machine. On GPUs you would write `"nccl"`.
#
# The system counts every byte that goes over the loopback. So we can ask: does gloo send what *your* ring sends?

# %% tags=["experiment"]
MEASURE = '''
import time
import numpy as np, torch, torch.distributed as dist
from gpu_utils.ranks import report


def loopback_bytes():
    """What the system has sent over the loopback so far; 0 where it doesn't say (only Linux does)."""
    try:
        lines = open("/proc/net/dev").read().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[9]) for line in lines if line.strip().startswith("lo:")), 0)


dist.init_process_group("gloo")
rank = dist.get_rank()
groups = {n: dist.new_group(list(range(n))) for n in (2, 3, 4)}  # everybody has to ask for every group
found = {}
for n, group in groups.items():
    dist.barrier()
    if rank < n:
        numbers = torch.from_numpy(np.random.default_rng(rank).integers(-999, 999, 1001).astype(np.float32))
        dist.all_reduce(numbers, group=group)
        found[f"sum {n}"] = numbers.tolist()
        for size in [4**k for k in range(5, 13)]:
            data, times = torch.ones(size // 4), []
            dist.barrier(group)
            before = loopback_bytes()
            for _ in range(12):
                dist.barrier(group)
                start = time.perf_counter()
                dist.all_reduce(data, group=group)
                times.append(time.perf_counter() - start)
            found[f"time {n} {size}"] = min(times)
            dist.barrier(group)
            found[f"bytes {n} {size}"] = (loopback_bytes() - before) / 12
report(found)
dist.barrier()
dist.destroy_process_group()
'''


@attempt()
def _():
    global seen
    seen = run_ranks(MEASURE, 4)[0]


@attempt("ring_all_reduce")
def _():
    for n in (2, 3, 4):
        rows = [np.random.default_rng(rank).integers(-999, 999, 1001).astype(np.float32) for rank in range(n)]
        held, sent = ring_all_reduce(split(rows))
        same = all(np.array_equal(np.concatenate(row), np.float32(seen[f"sum {n}"])) for row in held)
        print(f"{n} ranks, 1001 numbers: your sums and gloo's are {'equal, all of them' if same else 'NOT equal'}")
        size = 4**12
        yours = sum(ring_all_reduce(split([np.ones(size // 4, np.float32)] * n))[1])
        counted = seen[f"bytes {n} {size}"]
        if counted:
            print(f"  {size_of(size)} each: your ring sends {yours:,} bytes in all;")
            print(f"  the system counted {counted:,.0f} (measured), {counted / yours - 1:+.2%}")
            if same and abs(counted / yours - 1) < 0.1:
                record(f"bytes sent, system over ring, {n} ranks", counted / yours, "x")
            else:
                print("  not noted: something else talks over the loopback, or a sum differs. Run this cell again.")

# %% [markdown]
# **Look at it.** You wrote loops over lists. The operating system counted packets. They agree to a fraction of a per cent: what is left over are the packets' own headers. (Does yours differ by more? Then something else on this machine talks over the loopback, a notebook for instance.)
#
# No sum is told to the others in the end, no rank is the boss: the ring is how it is really done.

# %% [markdown]
# ## 5 · `ring_seconds`: how long?
#
# Sending costs twice: a **latency** $\alpha$ for every message, however short, and its bytes over the **bandwidth** $\beta$. In a ring of $n$ ranks with $S$ bytes each there are $2(n-1)$ rounds, so
#
# $$t = 2(n-1)\,\alpha + 2\,\frac{n-1}{n}\,\frac{S}{\beta}$$
#
# **Predict.** Twice the cards, the same gradient: which of the two terms nearly doubles?

# %% answer="ring_seconds"
def ring_seconds(n, nbytes, bandwidth, latency):
    """How long a ring all-reduce takes, in seconds.

    n: ranks, at least 1.  nbytes: what each rank holds, in bytes.
    bandwidth: of a link in one direction, in byte/s.  latency: of one message, in s.
    Returns 2 (n - 1) latency + 2 (n - 1) / n * nbytes / bandwidth, a number; 0 for one rank.
    """
    ### BEGIN SOLUTION
    return 2 * (n - 1) * latency + 2 * (n - 1) / n * nbytes / bandwidth
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The formula stands above; what each letter is called stands in the docstring.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Every rank waits for $2(n-1)$ messages, one after the other. Each has an $n$-th of the bytes.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `2 * (n - 1) * (latency + nbytes / n / bandwidth)`
#
# </details>

# %% test="ring_seconds-basic" points=1
with check("ring_seconds", points=1) as c:
    c.call(ring_seconds, 2, 1000, 100, 0.0).close(10.0, "two ranks, no latency: 1000 bytes at 100 byte/s, once", rtol=1e-9)
    c.call(ring_seconds, 4, 1000, 100, 0.0).close(15.0, "four ranks send 1.5 times their bytes", rtol=1e-9)
    c.call(ring_seconds, 4, 0, 100, 0.5).close(3.0, "nothing to send still takes six messages", rtol=1e-9)
    c.call(ring_seconds, 4, 1000, 100, 0.5).close(18.0, "bytes and messages both take their time: 15 and 3", rtol=1e-9)
    c.call(ring_seconds, 1, 1000, 100, 0.5).close(0.0, "one rank waits for nobody")
c.score

# %% test="ring_seconds-full" points=1 hidden=true
# Other rings; both terms at once, and many ranks.
with check("ring_seconds", points=1) as c:
    n, size = int(c.rng.integers(5, 60)), int(c.rng.integers(10**6, 10**9))
    bandwidth, latency = float(c.rng.uniform(1e9, 1e11)), float(c.rng.uniform(1e-6, 1e-4))
    c.call(ring_seconds, n, size, bandwidth, latency).close(
        2 * (n - 1) * latency + 2 * (n - 1) * size / (n * bandwidth), "both terms, any ring", rtol=1e-9)
    c.call(ring_seconds, 1000, size, bandwidth, 0.0).close(1.998 * size / bandwidth, "a thousand ranks send 1.998 times their bytes", rtol=1e-9)
    c.call(ring_seconds, 3, 10, 3, 1).close(4 + 40 / 9, "whole numbers divide like others", rtol=1e-9)
    c.call(ring_seconds, 1, size, bandwidth, latency).close(0.0, "one rank takes no time")
c.score

# %% [markdown]
# **Explain.** The latency's. From 8 to 16 cards the messages go from 14 to 30, the bytes from 1.75 to 1.875 times the gradient.

# %% [markdown]
# ## 6 · `fit_alpha_beta`: from times to a model
#
# **Goal.** Find latency and bandwidth from measured times, $t = \alpha + S / \beta$. Times reach from microseconds to seconds, so what counts is the **relative** error. Least squares on
#
# $$\sum_i \left( \frac{\alpha + S_i / \beta - t_i}{t_i} \right)^2$$
#
# is linear in $\alpha$ and the slope $m = 1/\beta$: divide every row by its $t_i$. So `np.linalg.lstsq(rows, ones, rcond=None)[0]` solves it, with $k$ times:
#
# | | shape | holds |
# |---|---|---|
# | `rows` | $(k, 2)$ | $1 / t_i$ and $S_i / t_i$ |
# | `ones` | $(k,)$ | what each row should give |
# | what comes back | $(2,)$ | $\alpha$ and $m$ |

# %% answer="fit_alpha_beta"
def fit_alpha_beta(sizes, seconds):
    """Latency and bandwidth that fit measured times best: seconds = latency + size / bandwidth.

    sizes: in bytes.  seconds: above 0.  Lists or 1-D NumPy arrays of one length, two or more
        different sizes, in any order.
    Returns the tuple (latency, bandwidth), in s and byte/s, with the least sum of
        ((latency + size / bandwidth - seconds) / seconds) ** 2. The latency may come out below 0.
    """
    s, t = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    ### BEGIN SOLUTION
    rows = np.stack([1 / t, s / s.max() / t], axis=1)
    (latency, slope), *_ = np.linalg.lstsq(rows, np.ones(len(s)), rcond=None)
    return float(latency), float(s.max() / slope)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You look for $\alpha$ and $m$ with $\alpha \frac{1}{t_i} + m \frac{S_i}{t_i} \approx 1$ for every $i$: an ordinary least-squares problem.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.stack([first, second], axis=1)` puts two columns side by side. At the end, turn the slope over.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# rows = np.stack([1 / t, s / t], axis=1)
# latency, slope = np.linalg.lstsq(rows, np.ones(len(s)), rcond=None)[0]
# # return latency, 1 / slope
# ```
#
# </details>

# %% test="fit_alpha_beta-basic" points=1
def fitted(sizes, seconds):
    """The answer as a tuple of two plain numbers."""
    got = fit_alpha_beta(sizes, seconds)
    return None if got is None else (float(got[0]), float(got[1]))


line = np.array([1000.0, 4000.0, 16000.0, 64000.0])
with check("fit_alpha_beta", points=1) as c:
    c.call(fitted, line, 0.25 + line / 2000).close((0.25, 2000.0), "times made with a latency of 0.25 and 2000 byte/s give them back", rtol=1e-6)
    c.call(fitted, [100, 300], [2.0, 4.0]).close((1.0, 100.0), "two points, from lists: one line goes through both", rtol=1e-6)
    c.call(fitted, [100, 300], [1.0, 5.0]).close((-1.0, 50.0), "a line that starts below 0: so does the latency", rtol=1e-6)
    c.call(fitted, [1, 2, 4], [1.0, 2.0, 2.0]).close(
        (8 / 11, 11 / 4), "1, 2 and 2 s for 1, 2 and 4 bytes lie on no line: the least *relative* errors give 8/11 s and 11/4 byte/s", rtol=1e-6)
c.score

# %% test="fit_alpha_beta-full" points=1 hidden=true
# Noisy times over five decades, in any order, with a bandwidth in byte/s and a latency in microseconds.
def best_fit(s, t):
    """The normal equations of the weighted line, in float64."""
    w = 1 / t**2
    mean_s, mean_t = (w * s).sum() / w.sum(), (w * t).sum() / w.sum()
    slope = (w * (s - mean_s) * (t - mean_t)).sum() / (w * (s - mean_s) ** 2).sum()
    return float(mean_t - slope * mean_s), float(1 / slope)


with check("fit_alpha_beta", points=1) as c:
    s = c.rng.permutation(4.0 ** np.arange(5, 13))
    t = (30e-6 + s / 5e9) * np.exp(c.rng.normal(0, 0.1, 8))
    c.call(fitted, s, t).close(best_fit(s, t), "eight noisy times from a kilobyte to 16 MB", rtol=1e-6)
    s2, t2 = c.rng.uniform(1, 9, 6), c.rng.uniform(0, 0.2, 6)
    t2 = t2 + 0.1 * s2 + 0.3
    c.call(fitted, s2.tolist(), t2.tolist()).close(best_fit(s2, t2), "lists of sizes in any order", rtol=1e-6)
    whole = np.array([10, 20, 30])
    c.call(fitted, whole, np.array([1, 3, 4])).close(best_fit(whole.astype(float), np.array([1.0, 3, 4])), "whole numbers, and a latency below 0", rtol=1e-6)
c.score

# %% [markdown]
# **Look.** You fit whole all-reduces, so one step leads back to a single message. A ring of $n$ sends $2(n-1)$ messages and $2\frac{n-1}{n}$ of the bytes: the fit's latency is $2(n-1)\,\alpha$, its bandwidth $\beta$ over $2\frac{n-1}{n}$. For two ranks that is $2\alpha$ and $\beta$, for eight $14\alpha$ and $\beta / 1.75$.
#
# Below are the times of section 4, two ranks, and your fit. Then the same numbers predict three and four ranks. **Will that hold?** Two ranks had a core each.

# %% tags=["experiment"]
@attempt("fit_alpha_beta", "ring_seconds")
def _():
    sizes = [4**k for k in range(5, 13)]
    times = {n: [seen[f"time {n} {size}"] for size in sizes] for n in (2, 3, 4)}
    whole, through = fit_alpha_beta(sizes, times[2])
    alpha, beta = whole / 2, through  # two ranks: 2 messages, and 2 * 1/2 of the bytes
    print(f"one message: {seconds(alpha)} and {rate(beta)} (modelled, fitted to measured times)")
    off = [times[n][-1] / ring_seconds(n, sizes[-1], beta, alpha) for n in (2, 3, 4)]
    print("at 16 MB, measured over model: " + ", ".join(f"{n} ranks {f:.2g}x" for n, f in zip((2, 3, 4), off, strict=True)))
    if alpha > 0 and beta > 0:
        record("latency of a gloo message on this machine", alpha, "s", "modelled", source="fitted to measured times")
        record("bandwidth of gloo on this machine", beta, "B/s", "modelled", source="fitted to measured times")
    else:
        print("not noted: a latency or a bandwidth below 0 comes from a busy machine. Run the cell of section 4 again.")
    with style():
        fig = new_figure(height_in=4.2)
        axes = fig.subplots()
        for n, colour, marker in ((2, PALETTE[0], "o"), (3, PALETTE[1], "s"), (4, PALETTE[2], "^")):
            axes.loglog(sizes, times[n], marker, color=colour, linestyle="none", label=f"{n} ranks (measured)")
            axes.loglog(sizes, [ring_seconds(n, size, beta, alpha) for size in sizes], "-", color=colour, linewidth=1.2,
                        label=f"{n} ranks (modelled)")
        axes.set_xlabel("bytes on each rank, log scale")
        axes.set_ylabel("seconds for an all-reduce, log scale")
        axes.legend(ncols=3, loc="upper left", fontsize=8.5)
    show(fig, alt="Time of an all-reduce over its size, both on log scales: flat while latency rules, then rising in proportion. At 16 MB "
         + ", ".join(f"{n} ranks take {f:.2g} times what the model says" for n, f in zip((2, 3, 4), off, strict=True)))

# %% [markdown]
# **Read it.** Left of the bend, dozens of times the bytes cost next to nothing: this is why real trainers don't send each small gradient alone, but **buckets** of many. Right of the bend only bytes count. And where three or four ranks lie above their lines, the model fails for a reason: here "sending" is
# work for processors, and four ranks share the cores that two had to themselves. For small sizes a rank that sleeps has to be woken at every message, for large ones the buffers fall out of the cache (presumably: the plot shows *that* the model fails, not why). A GPU's links move bytes without its arithmetic units.

# %% [markdown]
# ### The same fit to eight real cards
#
# Eight H200 joined by NVSwitch, from 32 KiB to 16 GiB, measured by others (published: S. Bekman, *Machine Learning Engineering*). You have only a function. What are this box's $\alpha$ and $\beta$? (Short of time? Run it, read the two lines below the rows, and go on.)

# %% tags=["experiment"]
KIB, MIB, GIB = 2**10, 2**20, 2**30
PUBLISHED = {  # bytes on each rank: GB/s, size over time; eight H200, NCCL 2.27
    32 * KIB: 0.82, 64 * KIB: 1.67, 128 * KIB: 3.27, 256 * KIB: 6.71, 512 * KIB: 13.68, MIB: 22.82, 2 * MIB: 36.87, 4 * MIB: 61.23,
    8 * MIB: 88.87, 16 * MIB: 125.65, 32 * MIB: 157.62, 64 * MIB: 198.01, 128 * MIB: 229.67, 256 * MIB: 249.23, 512 * MIB: 257.31,
    GIB: 264.90, 2 * GIB: 268.10, 4 * GIB: 270.34, 8 * GIB: 272.83, 16 * GIB: 275.58}
ALPHA = 3e-6  # what your fit gives, rounded; kept here so that later cells run without it


@attempt("fit_alpha_beta", "ring_seconds")
def _():
    sizes = list(PUBLISHED)
    times = [size / (1e9 * got) for size, got in PUBLISHED.items()]
    whole, through = fit_alpha_beta(sizes, times)
    alpha, beta = whole / 14, through * 2 * 7 / 8
    link = benchmark("interconnect", system="NVLink4").value
    print(f"one message {seconds(alpha)}, {rate(beta)} (modelled, fitted to published times); NVLink 4 carries {rate(link)} (published)")
    for size in (32 * KIB, 8 * MIB, 16 * GIB):
        time_s, model_s = size / (1e9 * PUBLISHED[size]), ring_seconds(8, size, beta, alpha)
        print(f"  {size_of(size):>7}: published {seconds(time_s):>8}, your model {seconds(model_s):>8} ({model_s / time_s - 1:+.0%}), "
              f"a ring at full link speed {seconds(ring_seconds(8, size, link, 0)):>8}")
    print(f"a ring that takes the last row's time sends 1.75 x {max(PUBLISHED.values()):.0f} = {1.75 * max(PUBLISHED.values()):.0f} GB/s out of each card")

# %% [markdown]
# Two numbers describe twenty measurements over six decades, within about a fifth (modelled). Now look at the last row. **The box is faster than a ring at full link speed.** It would have to send 482 GB/s over links of 450 (modelled). That is impossible, for a ring.
#
# <details><summary>So what does it do?</summary>
#
# It isn't a ring. In boxes since the H100 the switch itself can add (NVIDIA calls it SHARP): every card sends its gradient once *into the switch* and gets the sum once. Half the bytes. Switched off, the same box reaches 368 GB/s, 82 % of its links (published, same source). A model that fails tells you where to look.
#
# </details>

# %% [markdown]
# ## 7 · What one step costs on each link
#
# | link, one direction (published) | GB/s | | link, one direction (published) | GB/s |
# |---|---|---|---|---|
# | PCIe 3, 16 lanes | 16 | | NVLink 2 (V100) | 150 |
# | PCIe 4, 16 lanes | 31 | | NVLink 3 (A100) | 300 |
# | PCIe 5, 16 lanes | 63 | | NVLink 4 (H100) | 450 |
# | PCIe 3, 1 lane: a mining riser | 1 (modelled: a sixteenth) | | NVLink 5 (B200) | 900 |
#
# NVSwitch changes no number here: behind it, each card has its full NVLink rate to *any* other. Brochures add both directions, and so print twice these figures.
#
# **Predict.** On which of these do eight cards bring less than four times one? (*Strong scaling*: the work stays the same, the cards multiply.)

# %% given="scaling_efficiency"
def scaling_efficiency(t1, tn, n):
    """Strong scaling: what share of n times the speed n ranks reach with the same work; t1 and tn in s."""
    return t1 / (n * tn)

# %% tags=["experiment"]
LINKS = {"PCIe 3 x1, riser": 1e9}  # a sixteenth of x16, modelled
LINKS |= {name: benchmark("interconnect", system=key).value for name, key in (
    ("PCIe 3 x16", "PCIe3 x16"), ("PCIe 4 x16", "PCIe4 x16"), ("PCIe 5 x16", "PCIe5 x16"),
    ("NVLink 2", "NVLink2"), ("NVLink 3", "NVLink3"), ("NVLink 4", "NVLink4"), ("NVLink 5", "NVLink5"))}
BERT, RESNET = 2 * 335e6, 2 * 25.6e6  # FP16 gradients in bytes; 25.6 million weights: a model of ResNet-50's size
COMPUTE = 64 / benchmark("bert_large_training", system="A100", format="fp16").value  # s for 64 sequences on one A100


@attempt("ring_seconds")
def _():
    print(f"eight cards, {seconds(COMPUTE)} of computing a step; all modelled from published rows")
    print(f"{'link':17} {'ResNet-50 sized':>15} {'BERT-large':>11}  eight A100 over one, BERT-large, nothing overlapped")
    for name, bandwidth in LINKS.items():
        small, large = (ring_seconds(8, size, bandwidth, ALPHA) for size in (RESNET, BERT))
        gain = 8 * scaling_efficiency(8 * COMPUTE, COMPUTE + large, 8)
        print(f"{name:17} {seconds(small):>15} {seconds(large):>11}  {gain:5.2f}x  {'#' * min(40, round(4 * gain))}")
    gains = {name: 8 * COMPUTE / (COMPUTE + ring_seconds(8, BERT, LINKS[name], ALPHA)) for name in LINKS}
    reached = benchmark("bert_large_training_scaling", system="A100")
    record("eight A100 over one, BERT-large, on mining risers", gains["PCIe 3 x1, riser"], "x", "modelled", source="published rows")
    record("eight A100 over one, BERT-large, NVLink in a DGX A100", reached.value, "x", "published", source=reached.source)

# %% [markdown]
# **There it is.** On risers, eight cards train BERT-large *more slowly than one* (modelled). Each step is computed in a ninth of a second, and then everybody waits more than a second for the ring. The other cards don't help. They cost.
#
# On NVLink 3 the table says 7.72 times, and the maker reports 7.9 (published). Is the model too slow? It lets everybody wait for the whole ring, with nothing overlapped; section 13 takes that back. (And the two needn't split the same batch.)
#
# Why did those rigs earn money? A miner gets a few bytes of task, computes for seconds, and returns a few bytes. Nothing travels. **Eight cards are eight times for work that doesn't talk.** How much a work may talk is again an intensity: operations for each byte *on the link*.
#
# Turn the two knobs: how much is computed in a step, and how much gradient it gives.

# %% tags=["experiment"]
def speed_ups(compute_ms, gradient_mb):
    if not passed("ring_seconds"):
        raise RuntimeError("the curves need your ring_seconds: when its check holds, run this cell again")
    counts = range(1, 17)
    with style():
        fig = new_figure(height_in=4)
        axes = fig.subplots()
        axes.plot(counts, counts, color="#8a8a8a", linestyle=":", linewidth=1.2, label="as many times as cards")
        ends = {}
        for name, colour, dashes in (("PCIe 3 x1, riser", PALETTE[1], "-"), ("PCIe 3 x16", PALETTE[3], "--"),
                                     ("PCIe 4 x16", PALETTE[4], "-."), ("NVLink 2", PALETTE[5], ":"), ("NVLink 3", PALETTE[0], "-")):
            ups = [n * compute_ms / (compute_ms + 1e3 * ring_seconds(n, 1e6 * gradient_mb, LINKS[name], ALPHA)) for n in counts]
            axes.plot(counts, ups, color=colour, linestyle=dashes, label=name)
            ends[name] = ups[7]
        axes.axhline(1, color="#1b1b1b", linewidth=0.8, linestyle="-")
        axes.set(xlabel="cards", ylabel="times one card · modelled", ylim=(0, 16.5), xlim=(1, 16))
        axes.legend(fontsize=9, loc="upper left")
    fig.alt = (f"Speed-up over cards for a step of {compute_ms} ms and {gradient_mb} MB of gradient, modelled. Eight cards: "
               + ", ".join(f"{name} {value:.1f} times" for name, value in ends.items()))
    return fig


explore_figure(speed_ups, {"compute_ms": (2, 500, 2, 110), "gradient_mb": (1, 2000, 1, 670)})

# %% [markdown]
# ## 8 · `hops`: who is whose neighbour?
#
# Not every card has a link to every other. Three boxes, from above:

# %% tags=["experiment"]
show(draw_topologies([BOXES["DGX-1"](), BOXES["DGX-2"](), BOXES["DGX A100"]()]))

# %% [markdown]
# In the **DGX-1** (2017) each V100 has six links, 25 GB/s each way (published). They go straight to other cards, one or two to a neighbour: a *hybrid cube mesh*. In the **DGX-2** (2018) and the **DGX A100** (2020) all links end in **NVSwitches** (S). In the DGX-1's picture a double line is two links; in the DGX A100's each line from a card stands for two.
#
# **Goal.** Count the links on the shortest way, by a *breadth-first search*: `reached` is the set of nodes that `count` links lead to. As long as `b` isn't in it, add all neighbours of what is reached, and count one more. When nothing new comes, no way leads there. **Predict:** how many of a DGX-1's cards have no direct link to GPU 0?

# %% answer="hops"
def hops(links, a, b):
    """How many links lead from node a to node b on the shortest way.

    links: a set of frozensets, each of two different nodes that share a link; a link leads both ways.
    a, b: nodes: numbers or strings.
    Returns a whole number; 0 when a and b are the same node (even one without any link);
        None when no way leads there.
    """
    reached, count = {a}, 0
    ### BEGIN SOLUTION
    while b not in reached:
        new = {node for link in links if link & reached for node in link} - reached
        if not new:
            return None
        reached, count = reached | new, count + 1
    return count
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `while b not in reached:` is one round after the other. `link & reached` isn't empty when one end of a link is reached.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A neighbour of what is reached: `for link in links: if link & reached: reached | link`. But collect the new ones first: within a round, what was just added must not count yet.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# reached, count = {a}, 0
# while b not in reached:
#     new = set().union(*(link for link in links if link & reached)) - reached
#     if not new:
#         return None
#     reached, count = reached | new, count + 1
# # return count
# ```
#
# </details>

# %% test="hops-basic" points=1
def pairs(*both):
    return {frozenset(pair) for pair in both}


chain = pairs((0, 1), (1, 2), (2, 3))
with check("hops", points=1) as c:
    c.call(hops, chain, 0, 1).equal(1, "neighbours: one link")
    c.call(hops, chain, 0, 3).equal(3, "from one end of a chain of four to the other: three links")
    c.call(hops, chain, 3, 0).equal(3, "and back: a link leads both ways")
    c.call(hops, chain, 2, 2).equal(0, "from a node to itself: 0")
    c.call(hops, pairs((0, 1), (2, 3)), 0, 3).satisfies(lambda got: got is None, "two islands: None", hint="`return None` when a round finds nothing new")
    c.call(hops, dgx1().links, 0, 6).equal(2, "GPU 0 and GPU 6 of a DGX-1: two links, by way of a third card")
c.score

# %% test="hops-full" points=1 hidden=true
# Random networks with a short and a long way, names for nodes, islands, nodes without links.
with check("hops", points=1) as c:
    length = int(c.rng.integers(7, 12))
    names = [f"n{each}" for each in c.rng.permutation(99)[:length]]
    circle = pairs(*zip(names, names[1:] + names[:1], strict=True))
    c.call(hops, circle, names[0], names[-2]).equal(2, "in a circle the way round the back is shorter")
    c.call(hops, circle, names[1], names[4]).equal(3, "and sometimes the way forward is")
    star = pairs(*(("switch", each) for each in range(5)))
    c.call(hops, star, 1, 4).equal(2, "numbers and names together: into the switch and out of it")
    c.call(hops, star, 1, "far away").satisfies(lambda got: got is None, "a node that no link touches is out of reach")
    c.call(hops, set(), 7, 7).equal(0, "a node without links is at itself")
    grid = pairs(*((4 * x + y, 4 * x + y + 4) for x in range(3) for y in range(4)), *((4 * x + y, 4 * x + y + 1) for x in range(4) for y in range(3)))
    c.call(hops, grid, 0, 15).equal(6, "a grid of 4 x 4, corner to corner, with many ways of equal length")
    c.call(hops, BOXES["DGX-2"]().links, 3, 12).equal(3, "DGX-2, from one board to the other: two switches on the way")
c.score

# %% [markdown]
# **Look.** Choose a box and two cards. The way is found by *your* function.

# %% tags=["experiment"]
def one_way(links, a, b):
    """A shortest way as a list of nodes, found by asking `hops` at every crossing."""
    way = [a]
    while way[-1] != b and len(way) < 9:
        near = sorted((next(iter(link - {way[-1]})) for link in links if way[-1] in link), key=str)
        left = hops(links, way[-1], b)
        way.append(next(node for node in near if hops(links, node, b) == left - 1))
    return way


def show_way(box, start, end):
    if not passed("hops"):
        raise RuntimeError("the way is found by your hops: when its check holds, run this cell again")
    wiring = BOXES[box]()
    count = hops(wiring.links, start, end)
    way = one_way(wiring.links, start, end) if count else [start]
    direct = wiring.bandwidth(start, end)
    slowest = min((wiring.bandwidth(a, b) for a, b in itertools.pairwise(way)), default=0)
    said = "the same card" if count == 0 else f"{count} link{'s' * (count > 1)} on the way"
    if direct:
        said += f", {direct / 1e9:.3g} GB/s direct (published)"
    elif count:
        lanes = [min(wiring.between(start, each), wiring.between(each, end)) for each in wiring.switches]
        said += f", narrowest part {slowest / 1e9:.3g} GB/s (published)"
        if sum(map(bool, lanes)) > 1:
            said += f"\none of {sum(map(bool, lanes))} such ways at once, {sum(lanes) * wiring.link_bytes_per_s / 1e9:.3g} GB/s in all"
    words = f"{box}: {said}, by way of {', '.join(map(str, way))}".replace("\n", "; ")
    return draw_topologies([wiring], way, f"{box}: GPU {start} to GPU {end}, {said}", alt=words)


explore_figure(show_way, {"start": (0, 7, 1, 0), "end": (0, 7, 1, 6)},
               {"box": ["DGX-1", "DGX-2", "DGX A100", "PCIe tree", "mining rig"]})

# %% [markdown]
# In the DGX-1, GPU 0 has no direct link to three others, 5, 6 and 7; of all 28 pairs 12 have none. Behind switches no two cards have a direct link, and every card has the bandwidth of all its links to any other: six ways at once. In the mesh, data for a partner without link goes through a third card, if the program takes care of that. If not, it goes over PCIe, through both processors.
#
# ### The mesh was drawn for the ring
#
# **Predict.** All eight cards do an all-reduce. Which box gives a V100 more: the DGX-1's mesh, or the DGX-2's switch?

# %% tags=["experiment"]
for number, ring in enumerate(rings("DGX-1")):
    print(f"ring {number}: {' - '.join(map(str, ring))} - back to 0")
print("(a pair with two links may come twice: each ring takes a link of its own)")
print("\nbytes out of each V100 in all rings at once, both directions round (modelled from published links)")
for chosen in (tuple(range(8)), (0, 1, 2, 3), (0, 3), (0, 1), (0, 6)):
    mesh, switch = (ring_bandwidth(box, chosen) / 1e9 for box in ("DGX-1", "DGX-2"))
    print(f"  GPUs {', '.join(map(str, chosen)):24} mesh {mesh:5.0f} GB/s   switch {switch:5.0f} GB/s")

# %% [markdown]
# Neither. The mesh holds **three rings that share no link**, so with all eight it is as good as a switch: 130 GB/s against 122 (published, by a user and confirmed by NCCL's author). Both stay below the 150 of the print, by 13 and 19 % (modelled): that counts wires, and no program gets all that wires carry. The missing pairs never mattered, since in a ring nobody talks to more than two. But take *four* cards, or two, or the wrong two, and the mesh falls to two thirds, a third, a sixth, nothing. That is what a switch
# buys: not speed, but **freedom of choice**. Remember it when forty people share a box (lab 10).

# %% [markdown]
# ## 9 · *NVLink is ten times PCIe*
#
# You bet on it in lab 00. The maker's page puts it so: the A100's twelve links bring 600 GB/s in total, ten times PCIe 4 (published). Here are all the pairs that one may compare.

# %% tags=["experiment"]
@attempt("ring_seconds")
def _():
    generations = [("V100", "NVLink 2", "PCIe 3 x16"), ("A100", "NVLink 3", "PCIe 4 x16"),
                   ("H100", "NVLink 4", "PCIe 5 x16"), ("B200", "NVLink 5", "PCIe 5 x16")]
    ratios = {card: LINKS[fast] / LINKS[slow] for card, fast, slow in generations}
    for card, fast, slow in generations:
        print(f"{card}: all its links, {fast} over {slow}: {ratios[card]:.3g}x (modelled from published rows)")
    box = dgx1()
    one, both = (box.bandwidth(0, other) / LINKS["PCIe 3 x16"] for other in (1, 3))
    print(f"DGX-1, neighbours with one link {one:.2g}x, with two {both:.2g}x, without a link none at all")
    record("NVLink over PCIe, two neighbours in a DGX-1", both, "x", "modelled", source="published links")
    settle("nvlink_ten_pcie", "true, with a catch",
           f"all links of an A100 over PCIe 4: {ratios['A100']:.2g}x in one direction (modelled from published rows), {ratios['H100']:.2g}x for H100, "
           f"{ratios['B200']:.3g}x for B200; but between two cards of a DGX-1 {one:.2g}x, {both:.2g}x or no link, and nothing for short messages")
    small = ring_seconds(8, 1000, LINKS["PCIe 4 x16"], ALPHA) / ring_seconds(8, 1000, LINKS["NVLink 3"], ALPHA)
    print(f"an all-reduce of 1000 bytes among eight, NVLink 3 over PCIe 4, at equal latency: {small:.3f}x (modelled)")

# %% [markdown]
# *True, with a catch.* It compares **all** links of a card with one slot, and that is fair behind a switch. It says nothing of a pair in a mesh. It holds for long messages only. And whoever compares 600 (both directions) with 31 (one) gets 19 (modelled), and sells that too.

# %% [markdown]
# ## 10 · Find the bug: uneven shards
#
# A colleague splits a batch over ranks. Every rank takes the gradient of its own mean loss, all-reduce adds them up, everybody divides by the number of ranks. With 4 + 4 samples it equals the single card to the last digits. With 6 + 2 it doesn't, and no error appears. **Why?**

# %%
def averaged_step(model, shards, labels, loss, rate):
    total = [torch.zeros_like(p) for p in model.parameters()]
    for shard, label in zip(shards, labels, strict=True):
        gradients = torch.autograd.grad(loss(model(shard), label), list(model.parameters()))
        total = [t + g for t, g in zip(total, gradients, strict=True)]
    with torch.no_grad():
        for p, t in zip(model.parameters(), total, strict=True):
            p -= rate * t / len(shards)


def single_step(model, inputs, labels, loss, rate):
    gradients = torch.autograd.grad(loss(model(inputs), labels), list(model.parameters()))
    with torch.no_grad():
        for p, g in zip(model.parameters(), gradients, strict=True):
            p -= rate * g


def far_apart(step, sizes):
    """How far a split step ends from the single one, as a share of the single one's change."""
    torch.manual_seed(9)
    start = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3)).double()
    inputs, labels = torch.randn(sum(sizes), 6).double(), torch.randint(0, 3, (sum(sizes),))
    one, many = copy.deepcopy(start), copy.deepcopy(start)
    single_step(one, inputs, labels, torch.nn.functional.cross_entropy, 0.5)
    step(many, list(inputs.split(sizes)), list(labels.split(sizes)), torch.nn.functional.cross_entropy, 0.5)
    flat = [torch.cat([p.detach().ravel() for p in m.parameters()]) for m in (start, one, many)]
    return float((flat[2] - flat[1]).norm() / (flat[1] - flat[0]).norm())


for sizes in ([4, 4], [6, 2], [7, 1]):
    print(f"shards of {sizes[0]} and {sizes[1]}: off by {far_apart(averaged_step, sizes):.2g} of the step (measured)")

# %% [markdown]
# <details><summary>The bug</summary>
#
# The mean of means isn't the mean. A sample in the shard of two counts three times as much as one in the shard of six. Each shard has to count by its size. (It happens at the end of every epoch, when the last batch doesn't divide. PyTorch's DistributedDataParallel averages over ranks as the colleague does: it relies on equal shards.)
#
# </details>
#
# ## 11 · `data_parallel_step`: the same step, split
#
# **Goal.** Make it right. With $b_k$ samples in shard $k$ and $B$ in all, the gradient of the whole batch is
#
# $$g = \sum_k \frac{b_k}{B} \, g_k$$
#
# Three steps: clear what `.grad` holds; let every shard that isn't empty add its weighted gradient; then take one step, below `torch.no_grad()`.

# %% answer="data_parallel_step"
def data_parallel_step(model, shards, labels, loss, rate):
    """One step of gradient descent on a batch that lies in shards, as the whole batch would give it.

    model: a torch.nn.Module that treats each sample by itself (no batch norm).
    shards, labels: lists of torch tensors, first axis the samples, one pair for each rank. Sizes may
        differ; an empty shard (0 samples) counts for nothing, and at least one isn't empty.
    loss: loss(outputs, labels) is the mean over the samples that it is given, a scalar tensor.
    rate: the step size.
    Changes the model itself: every parameter p becomes p - rate * (gradient of the mean loss over
        all samples of all shards). A parameter that doesn't take part (frozen, or unused) stays.
        What .grad held before must not matter. The return value is not looked at.
    Each shard goes through the model by itself (they lie on different cards: don't join them).
    shards and labels stay as they are.
    """
    samples = sum(len(shard) for shard in shards)
    ### BEGIN SOLUTION
    parameters = [p for p in model.parameters() if p.requires_grad]
    total = [torch.zeros_like(p) for p in parameters]
    for shard, label in zip(shards, labels, strict=True):
        if len(shard) == 0:
            continue
        gradients = torch.autograd.grad(loss(model(shard), label), parameters, allow_unused=True)
        for t, g in zip(total, gradients, strict=True):
            if g is not None:
                t += len(shard) / samples * g
    with torch.no_grad():
        for p, t in zip(parameters, total, strict=True):
            p -= rate * t
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Every shard gives the gradient of *its* mean. Before you add them, give each its weight: its share of all samples.
#
# </details>
# <details><summary>Hint 2</summary>
#
# You may let autograd do the sum: `(share * loss(model(shard), label)).backward()` adds to `.grad`. So clear it first, and skip empty shards: a mean over nothing is NaN.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# model.zero_grad()
# for shard, label in zip(shards, labels):
#     if len(shard):
#         (len(shard) / samples * loss(model(shard), label)).backward()
# with torch.no_grad():
#     for p in model.parameters():
#         ...  # p -= rate * p.grad, where there is one
# ```
#
# </details>

# %% test="data_parallel_step-basic" points=1
def after(step, model, parts, labels, loss, rate):
    """All parameters after a step on a copy of the model, as one NumPy array; and how large the batches were that it saw."""
    model, sizes = copy.deepcopy(model), []
    model.register_forward_hook(lambda _module, given, _out: sizes.append(len(given[0])))
    step(model, parts, labels, loss, rate)
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()]), sizes


def split_step(model, parts, labels, loss, rate):
    return after(data_parallel_step, model, parts, labels, loss, rate)[0]


def whole_step(model, parts, labels, loss, rate):
    return after(single_step, model, torch.cat(parts), torch.cat(labels), loss, rate)[0]


def dirty(model, *rest):
    """A step from a model that still carries the gradients of an earlier one."""
    model = copy.deepcopy(model)
    for p in model.parameters():
        p.grad = torch.full_like(p, 100.0)
    data_parallel_step(model, *rest)
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


line = torch.nn.Linear(1, 1, bias=False).double()
with torch.no_grad():
    line.weight.fill_(0.0)
ones, target = torch.ones(4, 1).double(), torch.tensor([[1.0], [1.0], [1.0], [5.0]]).double()
squares = torch.nn.functional.mse_loss
with check("data_parallel_step", points=1) as c:
    c.call(split_step, line, [ones[:2], ones[2:]], [target[:2], target[2:]], squares, 0.25).close(
        np.float64([1.0]), "labels 1, 1, 1, 5 in equal shards: the slope is -4, and a quarter of it is 1", atol=1e-9)
    c.call(split_step, line, [ones[:3], ones[3:]], [target[:3], target[3:]], squares, 0.25).close(
        np.float64([1.0]), "the same batch as 3 + 1: the same step", atol=1e-9)
    c.call(lambda *given: after(data_parallel_step, *given)[1], line, [ones[:3], ones[3:]], [target[:3], target[3:]], squares, 0.25).equal(
        [3, 1], "each shard goes through the model by itself: batches of 3 and of 1")
    c.call(split_step, line, [ones], [target], squares, 0.5).close(np.float64([2.0]), "one shard is the whole batch; twice the rate, twice the step", atol=1e-9)
    c.call(dirty, line, [ones[:2], ones[2:]], [target[:2], target[2:]], squares, 0.25).close(
        np.float64([1.0]), "what .grad held before doesn't matter", atol=1e-9)
    c.call(split_step, line, [ones, ones[:0]], [target, target[:0]], squares, 0.25).close(
        np.float64([1.0]), "an empty shard counts for nothing", atol=1e-9)
c.score

# %% test="data_parallel_step-full" points=2 hidden=true
# A deeper model in float64, many uneven shards, an empty one, old gradients, frozen parameters, and three steps.
def start_anew(seed):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3)).double()
    return model


def batch(rng, sizes):
    x = torch.from_numpy(rng.normal(0, 1, (sum(sizes), 5)))
    y = torch.from_numpy(rng.integers(0, 3, sum(sizes)))
    return list(x.split(sizes)), list(y.split(sizes))


def three_steps(model, *rest):
    model = copy.deepcopy(model)
    for _ in range(3):
        data_parallel_step(model, *rest)
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


def three_single(model, parts, labels, loss, rate):
    model = copy.deepcopy(model)
    for _ in range(3):
        single_step(model, torch.cat(parts), torch.cat(labels), loss, rate)
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


entropy = torch.nn.functional.cross_entropy
with check("data_parallel_step", points=2) as c:
    model = start_anew(int(c.rng.integers(10**6)))
    uneven = batch(c.rng, [int(each) for each in c.rng.permutation([9, 4, 2, 1])])
    # Sums of 16 terms of about 1 in float64, in another order: 1e-9 is far above their rounding.
    c.call(split_step, model, *uneven, entropy, 0.3).close(whole_step(model, *uneven, entropy, 0.3), "four uneven shards, a deeper model", atol=1e-9)
    hole = batch(c.rng, [3, 0, 2])
    c.call(split_step, model, *hole, entropy, 0.3).close(whole_step(model, *hole, entropy, 0.3), "an empty shard counts for nothing", atol=1e-9)
    c.call(dirty, model, *uneven, entropy, 0.3).close(whole_step(model, *uneven, entropy, 0.3), "gradients from an earlier step don't matter", atol=1e-9)
    c.call(three_steps, model, *uneven, entropy, 0.3).close(three_single(model, *uneven, entropy, 0.3), "three steps one after the other", atol=1e-9)
    frozen = copy.deepcopy(model)
    frozen[0].weight.requires_grad_(False)
    kept = frozen[0].weight.detach().numpy().ravel().copy()
    c.call(lambda *given: split_step(*given)[:35], frozen, *uneven, entropy, 0.3).close(kept, "a frozen parameter stays as it is", atol=0.0)
    twin = torch.nn.Linear(5, 3).float()
    x32, y32 = [each.float() for each in uneven[0]], uneven[1]
    c.call(split_step, twin, x32, y32, entropy, 0.1).close(whole_step(twin, x32, y32, entropy, 0.1), "float32 (16 terms: 1e-5)", atol=1e-5)
c.score

# %% tags=["experiment"]
@attempt("data_parallel_step")
def _():
    for sizes in ([4, 4], [6, 2], [7, 1]):
        print(f"shards of {sizes[0]} and {sizes[1]}: yours is off by {far_apart(data_parallel_step, sizes):.2g} of the step (measured)")

# %% [markdown]
# ## 12 · `shard_indices`: whose sample is it?
#
# **Goal.** Deal out a data set: each epoch in a new order, the same on all ranks, every sample exactly once. Ranks are separate processes. They can't ask each other; they have to *compute* the same order, each with a generator of its own: `np.random.default_rng([seed, epoch])` takes both numbers.

# %% answer="shard_indices"
def shard_indices(n, rank, world, epoch, seed):
    """Which samples belong to one rank in one epoch.

    n: samples in the data set (0 or more).  rank: 0 ... world - 1.  world: ranks, at least 1.
    epoch, seed: whole numbers, 0 or more.
    Returns this rank's indices, a list of ints or a 1-D NumPy array of whole numbers. Over all ranks
        every index 0 ... n - 1 comes exactly once, and the ranks' numbers differ by at most one
        (with n < world some get none).
    The order is drawn anew for each epoch and for each seed, over the whole data set: a rank doesn't
        keep its samples. The same arguments give the same indices, whatever was drawn before, and
        the random numbers of others are left alone (make a generator of your own).
    """
    ### BEGIN SOLUTION
    order = np.random.default_rng([seed, epoch]).permutation(n)
    return order[rank::world]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Draw one order of all n, from a generator that depends on seed and epoch only, not on the rank. Then deal it out like cards.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The generator's `permutation(n)` is the order. And every `world`-th card, starting with your own?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `order[rank::world]`
#
# </details>

# %% test="shard_indices-basic" points=1
def hands(n, world, epoch, seed):
    """What all ranks get, as lists."""
    return [[int(i) for i in np.asarray(shard_indices(n, rank, world, epoch, seed)).tolist()] for rank in range(world)]


def dealt(*given):
    return sorted(itertools.chain(*hands(*given)))


def together(*given):
    """Which samples lie on one rank together, whichever rank that is."""
    return sorted(map(sorted, hands(*given)))


def disturbs(*given):
    """Whether a call moves NumPy's global generator on."""
    np.random.seed(5)
    before = np.random.get_state()[2], np.random.get_state()[1].tolist()
    shard_indices(*given)
    return (np.random.get_state()[2], np.random.get_state()[1].tolist()) != before


with check("shard_indices", points=1) as c:
    c.call(dealt, 12, 3, 0, 1).equal(list(range(12)), "12 samples, 3 ranks: every index exactly once")
    c.call(dealt, 10, 4, 0, 1).equal(list(range(10)), "10 samples, 4 ranks: none lost, none twice")
    c.call(lambda *given: sorted(map(len, hands(*given))), 10, 4, 0, 1).equal([2, 2, 3, 3], "and they get 2, 2, 3 and 3")
    c.call(hands, 50, 2, 3, 7).satisfies(lambda got: got == hands(50, 2, 3, 7), "the same arguments give the same indices")
    c.call(hands, 50, 2, 0, 7).satisfies(lambda got: got != hands(50, 2, 1, 7), "another epoch gives another order")
    c.call(hands, 50, 1, 0, 7).satisfies(lambda got: got[0] != list(range(50)), "the order is shuffled")
    c.call(together, 60, 3, 0, 7).satisfies(
        lambda got: got != together(60, 3, 1, 7), "other samples come together in the next epoch: shuffle all of them, then deal them out")
    c.call(hands, 50, 2, 0, 7).satisfies(lambda got: got != hands(50, 2, 0, 8), "another seed gives another order")
    c.call(disturbs, 20, 0, 2, 0, 0).equal(False, "the random numbers of others are left alone")
c.score

# %% test="shard_indices-full" points=1 hidden=true
# Other sizes, fewer samples than ranks, none at all; samples change ranks, seeds count, nobody else's random numbers are touched.
def between(*given):
    """Indices drawn while the global generators stand elsewhere at each call."""
    got = []
    for rank in range(3):
        np.random.seed(rank)
        got.append([int(i) for i in np.asarray(shard_indices(30, rank, 3, *given)).tolist()])
    return sorted(itertools.chain(*got))


with check("shard_indices", points=1) as c:
    n, world = int(c.rng.integers(200, 400)), int(c.rng.integers(5, 9))
    c.call(dealt, n, world, 4, 11).equal(list(range(n)), "any number of samples and ranks")
    c.call(lambda *given: max(map(len, hands(*given))) - min(map(len, hands(*given))), n, world, 2, 3).satisfies(
        lambda most: most in (0, 1), "sizes differ by at most one")
    c.call(hands, n, 2, 0, 1).satisfies(
        lambda got: len({frozenset(hands(n, 2, epoch, 1)[0]) for epoch in range(4)}) == 4 and got, "a rank doesn't keep its samples from epoch to epoch")
    c.call(hands, n, 1, 5, 1).satisfies(lambda got: got != hands(n, 1, 5, 2), "another seed gives another order")
    c.call(lambda *given: sorted(map(len, hands(*given))), 3, 5, 0, 0).equal([0, 0, 1, 1, 1], "fewer samples than ranks: two get none")
    c.call(dealt, 0, 3, 0, 0).equal([], "no samples, nothing to deal")
    c.call(between, 1, 2).equal(list(range(30)), "ranks are separate processes: what each drew before doesn't matter")
    c.call(disturbs, 20, 0, 2, 0, 0).equal(False, "the random numbers of others are left alone")
c.score

# %% [markdown]
# **Look.** PyTorch's own `DistributedSampler`, 10 samples over 4 ranks, beside yours. **Predict:** how many indices does it deal out?

# %% tags=["experiment"]
@attempt("shard_indices")
def _():
    theirs = []
    for rank in range(4):
        sampler = torch.utils.data.DistributedSampler(range(10), num_replicas=4, rank=rank, seed=1)
        theirs.append([int(i) for i in sampler])
    for name, dealt_out in (("PyTorch", theirs), ("yours", hands(10, 4, 0, 1))):
        flat = list(itertools.chain(*dealt_out))
        print(f"{name:8} {dealt_out}: {len(flat)} indices, {len(flat) - len(set(flat))} of them twice (measured)")

# %% [markdown]
# It deals 12: two samples come twice, so that all ranks take *equally many* steps. There is a reason. In an all-reduce everybody waits for everybody; a rank with one batch less leaves the others hanging. For training that is a fair price. For an **accuracy** it isn't: a test set with samples counted twice gives a number that is slightly wrong, and differs with the number of cards. And a sampler
# whose `set_epoch` nobody calls repeats the same order for ever.

# %% [markdown]
# ## 13 · One step, two processes
#
# Now the costly part of a training step on this machine, forward, backward and the sum (the update itself is left out): the whole batch in one process, then half of it in each of two. **Each process computes with one thread.** (A script of yours without such a limit uses all cores in *one* process; a second process then brings nothing.) Two models with very different talk: **convolutions** (few weights, each used at thousands of places) and **wide dense layers** (each weight used once a sample). You guessed both at the top.
#
# The script also tries something: it sends each gradient off **while** the backward pass still computes the earlier layers.

# %% tags=["experiment"]
TRAIN = '''
import os, time
import torch, torch.distributed as dist
from gpu_utils.ranks import report

gpus = torch.cuda.device_count() >= int(os.environ["WORLD_SIZE"])
dist.init_process_group("nccl" if gpus else "gloo")
rank, world = dist.get_rank(), dist.get_world_size()
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if gpus else torch.device("cpu")
if gpus:
    torch.cuda.set_device(device)
torch.manual_seed(0)
nn, cross_entropy = torch.nn, torch.nn.functional.cross_entropy
models = {
    "convolutions": ((3, 56, 56), 32, [nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
                                       nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)]),
    "wide dense layers": ((1024,), 32, [layer for _ in range(5) for layer in (nn.Linear(1024, 1024), nn.ReLU())] + [nn.Linear(1024, 10)]),
}


def step(net, x, y, how):
    """Forward and backward. Gradients are summed over the ranks not at all ("silent"), one after the other ("single"),
    all in one message ("bucket"), or each as soon as the backward pass has it ("during")."""
    flying, hooks = [], []
    net.zero_grad()
    if how == "during":
        send = lambda p: flying.append(dist.all_reduce(p.grad, async_op=True))
        hooks = [p.register_post_accumulate_grad_hook(send) for p in net.parameters()]
    cross_entropy(net(x), y).backward()
    if how == "single":
        for p in reversed(list(net.parameters())):
            dist.all_reduce(p.grad)
    if how == "bucket":
        bucket = torch.cat([p.grad.ravel() for p in net.parameters()])
        dist.all_reduce(bucket)
        for p, summed in zip(net.parameters(), bucket.split([p.numel() for p in net.parameters()])):
            p.grad.copy_(summed.view_as(p))
    for each in flying:
        each.wait()
    for hook in hooks:
        hook.remove()
    if gpus:
        torch.cuda.synchronize()


found = {}
for name, (shape, samples, layers) in models.items():
    net = nn.Sequential(*layers).to(device)
    x, y = torch.randn(samples, *shape).to(device), torch.randint(0, 10, (samples,)).to(device)
    mine = slice(rank * samples // world, (rank + 1) * samples // world)
    weights = sum(p.numel() for p in net.parameters())
    ways = ("alone", "silent", "single", "bucket", "during")
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(14):
        for how in ways:  # in turn: what disturbs this machine for a while disturbs all of them
            dist.barrier()
            start = time.perf_counter()
            if how != "alone":
                step(net, x[mine], y[mine], how)
            elif rank == 0:
                step(net, x, y, how)
            best[how] = min(best[how], time.perf_counter() - start)
    found |= {f"{name}, {how}": value for how, value in best.items()}
    found[f"{name}, bytes"] = 4 * weights
if rank == 0:
    report(found)
dist.barrier()
dist.destroy_process_group()
'''


@attempt()
def _():
    global steps
    steps = run_ranks(TRAIN, 2)[0]
    names = ("convolutions", "wide dense layers")
    print("best of 14, measured " + "".join(f"{name:>19}" for name in names))
    print(f"{'gradient':21}" + "".join(f"{size_of(steps[f'{name}, bytes']):>19}" for name in names))
    for how, words in (("alone", "one process"), ("silent", "two, silent"), ("single", "two, tensor by tensor"),
                       ("bucket", "two, in one bucket"), ("during", "two, while computing")):
        print(f"{words:21}" + "".join(f"{seconds(steps[f'{name}, {how}']):>19}" for name in names))
    fastest = {name: min(steps[f"{name}, {how}"] for how in ("single", "bucket", "during")) for name in names}
    few = "convolutions, "
    doubts = [f"{name}: who talks beats who is silent" for name in names if fastest[name] < 0.9 * steps[f"{name}, silent"]]
    if steps[few + "bucket"] > 1.6 * steps[few + "silent"]:
        doubts.append("42 kB in one bucket cost more than half a step")
    if steps[few + "silent"] > 0.9 * steps[few + "alone"]:
        doubts.append("two silent processes gain nothing, so they don't have a core each")
    if doubts:
        print(f"A busy machine, or one core only ({'; '.join(doubts)}): not noted. Run this cell again when it is quiet.")
        return
    for name in names:
        record(f"two processes over one, each with one thread, {name}", steps[f"{name}, alone"] / fastest[name], "x")

# %% [markdown]
# **Read it.** *Silent* is the step without any all-reduce: what two processes would reach if nobody talked (and learnt nothing together). The convolutions have 42 kB of gradient, and in one bucket they keep nearly all of it: on the course's machine, when it is quiet, 1.6 to 2.6 times one process (measured there). More than twice is no magic: half a batch is half the memory, and probably fits the caches better. The dense layers move 21 MB for a few milliseconds of work, and two processes are *slower
# than one*, about half as fast (measured there). Your mining rig, on your desk. One machine, two workloads, two answers. **Whether eight cards are eight times is a question about the work.**
#
# *Tensor by tensor* pays a latency for every bias. The bucket pays for copying every gradient in and out: next to nothing for 42 kB, but for 21 MB it may cost more than the dozen latencies that it saves. And *while computing* differs from run to run here: the cores that should compute have to carry the bytes. On a GPU the links move them alone.
#
# ### Overlap
#
# The backward pass computes the *last* layer's gradient first. It can travel while the others are still being computed: that is what PyTorch's DistributedDataParallel does. Let $c$ be the computing, $m$ the moving, and $f$ the share of the computing during which gradients can be under way. What is hidden is at most the smaller of $m$ and $fc$.

# %% answer="overlap_seconds" tier="stretch"
def overlap_seconds(compute, communicate, fraction):
    """A step whose communication hides behind a part of its computing, in seconds.

    compute, communicate: s, 0 or more.  fraction: share of the computing that can hide it, 0 to 1.
    Returns compute + communicate - min(communicate, fraction * compute), a number.
    """
    ### BEGIN SOLUTION
    return compute + communicate - min(communicate, fraction * compute)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# First both, one after the other. Then take away what is hidden.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Not more can be hidden than there is to hide, and not more than the time in which hiding is possible.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Take `min(communicate, fraction * compute)` away from the sum.
#
# </details>

# %% test="overlap_seconds-basic" points=0.5
with check("overlap_seconds", points=0.5) as c:
    c.call(overlap_seconds, 10.0, 4.0, 0.5).close(10.0, "4 s of moving fit behind 5 s of computing: nothing is seen of them")
    c.call(overlap_seconds, 10.0, 8.0, 0.5).close(13.0, "8 s don't: 3 s stick out")
    c.call(overlap_seconds, 10.0, 8.0, 0.0).close(18.0, "without overlap one comes after the other")
c.score

# %% test="overlap_seconds-full" points=0.5 hidden=true
# Other times, both sides of the edge, nothing to compute, nothing to move.
with check("overlap_seconds", points=0.5) as c:
    work, share = float(c.rng.uniform(1, 9)), float(c.rng.uniform(0.2, 0.8))
    c.call(overlap_seconds, work, 1.2 * share * work, share).close(work * (1 + 0.2 * share), "a little more than fits sticks out", rtol=1e-9)
    c.call(overlap_seconds, work, 0.9 * share * work, share).close(work, "a little less is hidden", rtol=1e-9)
    c.call(overlap_seconds, 0, 5, 1.0).close(5.0, "nothing to compute hides nothing", rtol=1e-9)
    c.call(overlap_seconds, 3, 0, 1).close(3.0, "nothing to move", rtol=1e-9)
c.score

# %% tags=["experiment"]
def lanes_of(link, overlapped):
    """One step of BERT-large in 24 equal layers: forward a third, backward two thirds, gradients sent one after the other."""
    if not passed("ring_seconds"):
        raise RuntimeError("the lanes need your ring_seconds: when its check holds, run this cell again")
    whole, said = ring_seconds(8, BERT, LINKS[link], 24 * ALPHA), ""
    if passed("overlap_seconds"):
        said = f"\nyour overlap_seconds: {seconds(overlap_seconds(COMPUTE, whole, 2 / 3 if overlapped else 0.0))}"
    layers, forward = 24, COMPUTE / 3
    back = [(forward + i * 2 * forward / layers, forward + (i + 1) * 2 * forward / layers) for i in range(layers)]
    each, free, moved = ring_seconds(8, BERT / layers, LINKS[link], ALPHA), 0.0, []
    for _, ready in back:
        free = max(free, ready if overlapped else back[-1][1])
        moved.append((free, free + each))
        free += each
    fig = timeline({"forward": [(0.0, forward)], "backward": back, "all-reduce": moved}, "modelled",
                   title=f"{link}: {seconds(moved[-1][1])} a step, eight cards {8 * COMPUTE / moved[-1][1]:.2g} times one{said}")
    fig.alt += said.replace("\nyour", " Your") + ("." if said else "")
    return fig


explore_figure(lanes_of, choices={"link": ["PCIe 3 x16", "PCIe 4 x16", "PCIe 5 x16", "NVLink 3"],
                                  "overlapped": {"after the backward pass": False, "during it": True}})

# %% [markdown]
# With overlap, PCIe 4 is nearly as good as NVLink for BERT-large (modelled). Only the very last gradient, that of the first layer, can hide behind nothing: by so much the lanes are longer than your formula says. And on NVLink 3 the 7.72 of section 7 come up to nearly 8; the published 7.9 lie between. So does one need NVLink at all? For *this* way to share work: less than the brochure says. When a model doesn't fit on one card, and layers are cut across cards, activations have to cross in *every layer*, with nothing to hide behind. That is what it is for.

# %% [markdown]
# ## 14 · Box to box
#
# A DGX A100 talks to others through network adapters of 200 Gb/s each: 25 GB/s in one direction (modelled: divided by 8). It has eight of them, one for each card (published: *DGX A100 system user guide*). A cheaper box has one.
#
# The trick is to go through the adapter with as little as possible: add up *inside* the box first, so that each card holds an eighth of the box's sum; then eight rings *between* the boxes, each with an eighth; then share inside.

# %% answer="hierarchical_seconds" tier="stretch"
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    """An all-reduce over boxes: a ring inside every box, and rings between the boxes; in seconds.

    nodes: boxes, at least 1.  per_node: cards in each, at least 1.  nbytes: what each card holds.
    link: bandwidth of a card's links inside, nic: bandwidth of a whole box to the outside, in byte/s,
        one direction.  latency: of one message, in s, inside as outside.
    Returns the sum of two ring all-reduces, each as ring_seconds has it:
        inside, per_node ranks with nbytes over link;
        between, `nodes` ranks with nbytes / per_node each. All per_node of these rings run at the
        same time and share the box's nic equally.
    """
    ### BEGIN SOLUTION
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * latency + 2 * (n - 1) / n * size / bandwidth

    return ring(per_node, nbytes, link) + ring(nodes, nbytes / per_node, nic / per_node)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two calls of `ring_seconds`, added.
#
# </details>
# <details><summary>Hint 2</summary>
#
# What does one of the `per_node` rings between the boxes get of the adapter?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# The second is `ring_seconds(nodes, nbytes / per_node, nic / per_node, latency)`.
#
# </details>

# %% test="hierarchical_seconds-basic" points=1
with check("hierarchical_seconds", points=1) as c:
    c.call(hierarchical_seconds, 1, 4, 1000, 100, 10, 0.0).close(15.0, "one box: a ring of four inside, and the adapter rests", rtol=1e-9)
    c.call(hierarchical_seconds, 2, 1, 1000, 100, 10, 0.0).close(100.0, "two boxes with one card each: all through the adapter", rtol=1e-9)
    c.call(hierarchical_seconds, 2, 4, 1000, 100, 10, 0.0).close(
        115.0, "two boxes of four: four rings with a quarter of the bytes each, at a quarter of the adapter each", rtol=1e-9)
    c.call(hierarchical_seconds, 2, 4, 0, 100, 10, 0.5).close(4.0, "empty messages: six inside, two between", rtol=1e-9)
c.score

# %% test="hierarchical_seconds-full" points=1 hidden=true
# Other clusters, both terms, and a single card.
with check("hierarchical_seconds", points=1) as c:
    nodes, cards, size = int(c.rng.integers(3, 9)), int(c.rng.integers(3, 9)), float(c.rng.uniform(1e8, 1e9))
    link, nic, latency = float(c.rng.uniform(1e11, 4e11)), float(c.rng.uniform(1e10, 3e10)), float(c.rng.uniform(1e-6, 1e-5))
    exact = 2 * (cards - 1) * (latency + size / cards / link) + 2 * (nodes - 1) * (latency + size / nodes / nic)
    c.call(hierarchical_seconds, nodes, cards, size, link, nic, latency).close(exact, "any cluster", rtol=1e-9)
    c.call(hierarchical_seconds, nodes, cards, size, link, 1e30, latency).close(
        2 * (cards - 1) * (latency + size / cards / link) + 2 * (nodes - 1) * latency, "an adapter without limit leaves the messages' latency", rtol=1e-9)
    c.call(hierarchical_seconds, 1, 1, size, link, nic, latency).close(0.0, "a single card waits for nobody")
    c.call(hierarchical_seconds, 3, 2, 12, 3, 2, 1).close(18.0, "whole numbers will do", rtol=1e-9)
c.score

# %% tags=["experiment"]
@attempt("ring_seconds", "hierarchical_seconds")
def _():
    adapter = 200e9 / 8
    print("an all-reduce of BERT-large's gradient among sixteen A100 (modelled)")
    inside = ring_seconds(16, BERT, LINKS["NVLink 3"], ALPHA)
    rows = {"all behind one NVSwitch": inside}
    for count, words in ((8, "two boxes, eight adapters each"), (1, "two boxes, one adapter each")):
        rows[words] = hierarchical_seconds(2, 8, BERT, LINKS["NVLink 3"], count * adapter, ALPHA)
    rows["one flat ring, one adapter each"] = ring_seconds(16, BERT, adapter, ALPHA)
    for words, time_s in rows.items():
        print(f"  {words:32} {seconds(time_s):>8}  {'#' * min(80, round(1e3 * time_s))}")

# %% [markdown]
# Look into the formula: `per_node` cancels. With $m$ boxes $2\frac{m-1}{m} S$ bytes leave each, however many cards are inside. For two boxes that is $S$, where a flat ring sends nearly $2S$ through the same adapter. With many boxes both come to $2S$: then it isn't the hierarchy that pays, but the eight adapters side by side.

# %% [markdown]
# ### Stretch: `bisection_bandwidth`
#
# Cut a box into two halves, in the worst possible way. What still gets across? This is the **bisection bandwidth**, the number by which networks are judged when everybody talks to everybody.

# %% answer="bisection_bandwidth" tier="stretch"
def bisection_bandwidth(links, bandwidth):
    """The least bandwidth between two halves of a network, over all ways to halve it.

    links: a set of frozensets of two nodes, 2 to 8 nodes in all; the nodes are those that occur.
    bandwidth: of every link, in byte/s, one direction.
    Halves have equally many nodes; with an odd number of nodes they differ by one.
    Returns bandwidth times the least number of links that join the two halves, a number.
    """
    ### BEGIN SOLUTION
    nodes = sorted({node for link in links for node in link}, key=str)
    return bandwidth * min(
        sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(nodes, len(nodes) // 2))
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `itertools.combinations(nodes, len(nodes) // 2)` gives every half.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A link crosses the cut when exactly one of its two nodes lies in the half: `len(link & half) == 1`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# The smallest count over all halves, times `bandwidth`.
#
# </details>

# %% test="bisection_bandwidth-basic" points=1
with check("bisection_bandwidth", points=1) as c:
    c.call(bisection_bandwidth, pairs((0, 1), (1, 2), (2, 3)), 10.0).close(10.0, "a chain of four: cut in the middle, one link", rtol=1e-9)
    c.call(bisection_bandwidth, pairs((0, 1), (1, 2), (2, 3), (3, 0)), 10.0).close(20.0, "a ring of four: two links", rtol=1e-9)
    c.call(bisection_bandwidth, pairs(*itertools.combinations(range(4), 2)), 10.0).close(40.0, "everybody with everybody, four nodes: four links", rtol=1e-9)
    c.call(bisection_bandwidth, pairs(("a", "c"), ("c", "b"), ("b", "d")), 10.0).close(
        10.0, "a chain a - c - b - d: the cut is between c and b, whatever the nodes are called", rtol=1e-9)
c.score

# %% test="bisection_bandwidth-full" points=1 hidden=true
# Eight nodes in any order, an odd number, islands, names.
with check("bisection_bandwidth", points=1) as c:
    order = [int(each) for each in c.rng.permutation(8)]
    ring = pairs(*zip(order, order[1:] + order[:1], strict=True))
    c.call(bisection_bandwidth, ring, 5.0).close(10.0, "a ring of eight, its nodes numbered at random", rtol=1e-9)
    c.call(bisection_bandwidth, pairs(*((9, each) for each in range(4))), 3.0).close(6.0, "a star of five: two leaves against the rest", rtol=1e-9)
    c.call(bisection_bandwidth, pairs((0, 1), (2, 3)), 7.0).close(0.0, "two islands: nothing gets across", rtol=1e-9)
    c.call(bisection_bandwidth, dgx1().links, 25e9).close(100e9, "the cube mesh, each pair counted once: four links between the quads", rtol=1e-9)
    c.call(bisection_bandwidth, pairs(("a", "b")), 2).close(2.0, "two nodes, one link", rtol=1e-9)
    lop = pairs(*itertools.combinations(range(5), 2), (5, 0), (6, 5), (7, 6))
    c.call(bisection_bandwidth, lop, 1.0).close(4.0, "the halves are balanced: a thinner cut that isn't doesn't count", rtol=1e-9)
c.score

# %% [markdown]
# ## 15 · On real hardware
#
# With two GPUs or more, the very script of section 13 runs on them, over NCCL: it asks for `"nccl"` when there are enough. **torchrun** sets the same variables as our helper does.

# %% tags=["experiment"]
count = torch.cuda.device_count()
if shutil.which("nvidia-smi"):
    print(subprocess.run(["nvidia-smi", "topo", "-m"], capture_output=True, text=True, timeout=20).stdout)
if count >= 2:
    Path("train_ranks.py").write_text(TRAIN, encoding="utf-8")
    print(f"torchrun --standalone --nproc-per-node={count} train_ranks.py")
    for words, value in torchrun(Path("train_ranks.py"), count).items():
        print(f"  {words:30} {size_of(value) if words.endswith('bytes') else seconds(value)} (measured)")
else:
    print("Fewer than two GPUs that torch can use here. Where there are eight:")
    print("    torchrun --standalone --nproc-per-node=8 train_ranks.py")
    print("would measure the same over NCCL. What others reached for large messages, out of each card (published):")
    for row in ("DGX-1", "DGX-2", "8 A100", "8 H200, without SHARP"):
        found = benchmark("all_reduce_bus_bandwidth", system=row)
        print(f"    {row:22} {rate(found.value):>9}   {found.source}")

# %% [markdown]
# Read `nvidia-smi topo -m` with the drawing in mind: `NV2` are two links, `NV12` twelve behind a switch, `PIX` one PCIe switch on the way, `SYS` the road through both processors. On a rented node it is the first command to type.

# %% [markdown]
# ## 16 · In your own words
#
# **"We buy eight cards, so training will be eight times faster. NVLink is too expensive, we take the cards on PCIe."** Answer in three sentences, one for each line of the marking below: at most 100 words. You mark it yourself. <!-- no-label: a claim to be taken apart -->
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** After each step all cards need the sum of all gradients. Time for it comes on top of the computing, as far as it can't hide behind the backward pass.
# - **A number from this lab.** For instance 1.75 times the gradient's bytes, or the step of BERT-large on some link.
# - **Limit.** When PCIe is good enough (much computing for each byte of gradient, overlap), and when not (large gradients, small batches, layers cut across cards).
#
# </details>

# %% [markdown] written="eight-cards" points=0
# After each step every card needs the sum of all gradients; with eight cards each sends 1.75 times its gradient, whatever the link. For BERT-large that is 1.2 GB: 4 ms on an A100's NVLink, 38 ms on PCIe 4, beside 110 ms of computing (modelled). So 7.7 or 6.0 times, and with overlap hardly a difference.
# PCIe is enough while there is much computing for each byte of gradient. It isn't with small batches, or when the model has to be cut across cards. And on risers with one lane, eight are slower than one.

# %% [markdown]
# ## 17 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("09_scaling_dgx")

# %% tags=["experiment"]
guessed = ledger_view.plot("09_scaling_dgx")
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
# <details><summary><b>1.</b> You go from 8 to 64 cards, the model stays. How do the bytes that each card sends change? And the number of messages?</summary>
#
# From 1.75 to 1.97 times the gradient: hardly. The messages go from 14 to 126, so latency begins to count. (Then trees are used beside rings: fewer rounds.)
#
# </details>
# <details><summary><b>2.</b> Two of your jobs get four cards of a DGX-1 each. Does it matter which?</summary>
#
# Yes. Cards 0 to 3 are all neighbours and share two rings. A job on 0, 1, 6 and 7 has links only between 0 and 1, and between 6 and 7. Behind an NVSwitch it wouldn't matter.
#
# </details>
# <details><summary><b>3.</b> With 8 ranks your test accuracy differs from that with 1, in the third digit. The weights are the same. Where do you look?</summary>
#
# At the sampler: padding counts some samples twice. And at averages of averages over unequal shards.
#
# </details>
#
# ## What comes next
#
# Eight cards stand in the room, and forty people have a thousand trainings. Most of these don't talk to each other at all: eight cards really are eight times. Who gets them, and what does it cost? That is **10**.
#
# ## Sources
#
# - P. Patarasuk, X. Yuan: *Bandwidth optimal all-reduce algorithms for clusters of workstations*, Journal of Parallel and Distributed Computing 69 (2009), 117-124: the ring is optimal. NVIDIA: *Performance reported by NCCL tests*, <https://github.com/NVIDIA/nccl-tests/blob/master/doc/PERFORMANCE.md>.
# - S. Bekman: *Machine Learning Engineering*, <https://github.com/stas00/ml-engineering/tree/master/network>: bandwidths, and the times of eight H200.
# - DGX-1's wiring: `nvidia-smi topo -m` in <https://www.microway.com/hpc-tech-tips/nvidia-smi_control-your-gpus/>. DGX-2's: A. Li and others, *Evaluating modern GPU interconnect*, <https://arxiv.org/abs/1903.04611>. DGX A100: NVIDIA, *DGX A100 system user guide*, DU-09821-001.
# - 130 and 122 GB/s, published: <https://github.com/NVIDIA/nccl/issues/258>. The claim: <https://www.nvidia.com/de-de/data-center/nvlink/>. Cards on single lanes: <https://samsja.github.io/blogs/rig/part_1/>.
# - S. Li and others: *PyTorch Distributed: experiences on accelerating data parallel training*, <https://arxiv.org/abs/2006.15704>: buckets and overlap.
