# %% [markdown] title=true minutes=70 hardware="a GPU joins the report and the plot"
# # 00 · What am I running on?
#
# {badges}
#
# {line}
#
# Somebody hands you a login. Behind it stands a gamer's card under a desk, a borrowed notebook in a cloud, or a box in a rack that is worth more than
# the room. Before you compute anything you find out which, what it can do, and whether it tells you the truth.
#
# **You will be able to**
#
# - say what CPU, GPU, TPU and FPGA are each good at, and where you meet them;
# - tell *present*, *usable* and *supported* apart in a machine's report;
# - read from a compute capability what a card can do;
# - choose the smallest device that does a job;
# - use FLOP, FLOP/s, TOPS, GB and GiB without mixing them up.
#
# **Before this:** a little Python. **After this:** the warm-up or 01.
#
# ```
# 00 (you are here) ──► warm_up ──► 01  a picture is a matrix ──► 02, 03 …
# ```

# %% setup=true

# %%
import numpy as np
from gpu_utils import check, claims, detect, ledger_view, predict, record
from gpu_utils.device import recorded_machines
from gpu_utils.plotting import LOOKS, new_figure, show, style
from gpu_utils.quantities import amount, memory
from gpu_utils.roofline import measure_roof, published_roofs
from gpu_utils.timing import measure
from gpu_utils.widgets import bets, explore_machines

GIB = 2**30

# %% [markdown]
# ## 1 · One login, one question
#
# Two numbers say most about a machine: how many **bytes** it moves in a second, and how many **operations** it does. The free tier of Colab usually lends you
# a T4, a small card of 2018; a data centre has H100s.
#
# **How many times more than the machine you are on right now?** Three guesses in place of `None`. They come back beside the truth in part 9.

# %% tags=["experiment"]
predict("T4 over this machine, memory bandwidth", None, "x")
predict("T4 over this machine, float32 arithmetic", None, "x")
predict("H100 over this machine, float32 arithmetic", None, "x")

# %% [markdown]
# ## 2 · From games to mining to learning
#
# A game draws millions of pixels, sixty times a second, and every pixel takes **the same arithmetic on different data**. In 1999 a chip made for that was first sold under the
# name *GPU*. In 2007 CUDA opened it to programs that draw nothing. Two other trades turned out to need the same arithmetic on different data: people who mined
# coins, until Ethereum stopped rewarding it in September 2022, and people who trained neural networks. In 2012 two gamers' cards with 3 GB each trained
# *AlexNet* in five to six days (published: Krizhevsky, Sutskever and Hinton), and the picture of the field changed.
#
# How far has the chip come? **Predict**, before you look: by what factor has the number of transistors grown from 1999 to 2024?

# %% tags=["experiment"] jupyter={"source_hidden": true}
CHIPS = [  # year, name, transistors: published, see the sources at the end
    (1999, "GeForce 256", 23e6), (2006, "GeForce 8800", 681e6),
    (2017, "V100", 21.1e9), (2020, "A100", 54.2e9), (2022, "H100", 80e9), (2024, "B200", 208e9)]
TURNS = [(2007, "CUDA: open to\nprograms"), (2012, "AlexNet, on two\ngamers' cards"), (2022.7, "Ethereum's\nmining ends")]
with style():
    fig = new_figure(8, 4.2)
    axes = fig.subplots()
    published = LOOKS["published"]
    axes.plot([c[0] for c in CHIPS], [c[2] for c in CHIPS], marker=published.marker, color=published.colour, lw=1.5, ls=":")
    for place, (year, name, count) in enumerate(CHIPS):
        said = f"{name}, {count / 1e9:g} billion" if count >= 1e9 else f"{name}, {count / 1e6:g} million"
        left = year not in (1999, 2020)
        axes.annotate(said, (year, count), (-9, 4) if left else (9, -4), textcoords="offset points", fontsize=9,
                      ha="right" if left else "left", va="bottom" if left else "top",
                      bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85})
    for year, text in TURNS:
        axes.axvline(year, color="#6b6b6b", lw=1, ls=(0, (5, 3)))
        axes.annotate(text, (year, 7.5e6), (4, 0), textcoords="offset points", fontsize=9, va="bottom")
    axes.set(yscale="log", xlim=(1997, 2028), ylim=(6e6, 1e12), ylabel="transistors, log scale", title="One GPU (published)")
    axes.grid(axis="y")
show(fig, alt="Transistors in one graphics chip on a log scale, published: 23 million in 1999, 681 million in 2006, 21 billion in 2017, "
              "208 billion in 2024. Lines mark CUDA in 2007, AlexNet in 2012 and the end of Ethereum's mining in 2022")

# %% [markdown]
# About 9,000 (published counts; for the GeForce 256 you also find 17 million, and the B200 is two dies of 104 billion each). A transistor count says how *big* a chip is, no more. Two other words that sell cards:
#
# - **"Third-generation ray tracing"** counts the generations of circuits that follow rays of light, first sold in 2018. Training uses none of them, and the A100 has none.
# - **FLOPS** is the word that everybody uses and few define:
#
# | you read | it means |
# |---|---|
# | FLOP | one operation on numbers with a point: a product, or a sum. A multiply-add counts as two |
# | FLOP/s, also FLOPS | operations *a second*: a speed. This course writes FLOP/s |
# | FLOPs | a *number* of operations, or a speed, or a typing error: ask |
# | TOPS | 10¹² operations a second on short numbers: usually *whole* ones of 8 bits, lately floats of 4, often with half of them skipped |
#
# A card has a dozen peaks, one for each number format. A peak without its format says nothing. Remember this in part 11.

# %% [markdown]
# ## 3 · Four processors, five places
#
# | | what it is | good at | bad at |
# |---|---|---|---|
# | **CPU** | a few strong cores with large caches that guess what comes next | one thing after another; whatever turns up | the same thing a billion times |
# | **GPU** | thousands of simple lanes that do the same instruction on different data, and fast memory | pictures, matrix products | short jobs, many branches, a trip for every number |
# | **TPU** | one large grid of multiply-adds, fed from one side (the first had 256 x 256 of them, published: Jouppi 2017) | matrix products, nothing but | anything that isn't one |
# | **FPGA** | wiring that you can change: the program becomes a circuit | answers at a fixed, short delay; odd bit widths | being programmed in an afternoon |
#
# | where | whose is it | what you get | what surprises you |
# |---|---|---|---|
# | a card in the desktop | yours | all of it, always | drivers are yours too |
# | a notebook in the cloud | theirs | one card, for hours | a different card tomorrow, and no promise |
# | a rented node | theirs, by the hour | a whole machine | the invoice for the weekend |
# | a box in a rack | your institution's | a share, a slice, a place in the queue | an admin who cut the card in seven |
# | a board the size of a hand | the customer's | a few watts, and nobody who reboots it | one memory for CPU and GPU |
#
# **Other makers.** AMD's cards speak ROCm (and PyTorch still calls them `cuda`), Apple's chips MPS, Intel's XPU, Google's TPUs XLA. This course runs on all of them and on none. Its examples come
# from NVIDIA because one number, the compute capability, says so much.
#
# **What Colab's T4 shows you, and what it can't.** Its tensor cores multiply FP16 and INT8. It has no TF32, no BF16 cores, no FP8, and can't be cut into slices (MIG). Where a lab needs those,
# it emulates them bit by bit or quotes who measured them, and says which.

# %% [markdown]
# ## 4 · `features`: what a capability tells
#
# NVIDIA numbers its generations with a pair, the **compute capability**: major, minor. What one has, the later ones have too, as far as this table goes:
#
# | name | from | first seen in | what it is for |
# |---|---|---|---|
# | `fp16_tensor` | (7, 0) | V100 | matrix products of 16-bit floats (lab 07) |
# | `int8_tensor` | (7, 2) | Xavier, then T4 | matrix products of bytes (lab 12) |
# | `tf32`, `bf16` | (8, 0) | A100 | 32-bit code made faster; 16 bits with float32's range (06, 07) |
# | `sparsity_2_4` | (8, 0) | A100 | two of every four weights are zero, and skipped (08) |
# | `fp8` | (8, 9) | RTX 40, L4 | 8-bit floats (06) |
# | `nvfp4` | (10, 0) | B200 | 4-bit floats with a scale for each block (07) |
#
# Two things it doesn't tell. MIG goes by product, not by generation. And a rule of generations has exceptions: GTX 16 cards say 7.5 as a T4 does, and have no tensor cores at all.
#
# **Predict.** How many of the seven has a T4 (7.5)? A V100 (7.0), the flagship of the year before? An RTX 5090 (12.0)?
#
# **Goal.** From the pair to the set of names.
#
# Below your answer stand two checks, here and in every lab. The first one you see, and it tells you what is wrong. Of the second you see only a comment: it asks the same of other inputs when your work is
# graded. Together they make the points.

# %% answer="features"
def features(compute_capability):
    """Return the names of what a card of this compute capability has.

    compute_capability: (major, minor), a tuple of two whole numbers, such as (8, 0).
    Returns a set of strings: fp16_tensor from (7, 0), int8_tensor from (7, 2), tf32, bf16 and
    sparsity_2_4 from (8, 0), fp8 from (8, 9), nvfp4 from (10, 0). Before (7, 0) the set is empty.
    """
    ### BEGIN SOLUTION
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    return {name for name, since in first.items() if compute_capability >= since}
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Python compares tuples as you look up words: the first numbers decide, and the second ones only when the first are equal. `(9, 0) > (8, 9)` is True.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Write the table as a dict, name to pair. Then keep the names whose pair is *at most* the card's.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# first = {"fp16_tensor": (7, 0), "int8_tensor": (7, 2), ...}
# return {name for name, since in first.items() if ...}
# ```
#
# </details>

# %% test="features-basic" points=2
with check("features", points=2) as c:
    c.call(features, (7, 5)).equal({"fp16_tensor", "int8_tensor"}, "a T4, 7.5, has FP16 and INT8 tensor cores, and nothing else of the seven")
    c.call(features, (8, 6)).equal(
        {"fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4"}, "an RTX 3090, 8.6, has all that began with 8.0")
    c.call(features, (9, 0)).equal(
        {"fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4", "fp8"}, "an H100, 9.0, comes after 8.9: it has FP8")
    c.call(features, (5, 3)).equal(set(), "a Jetson Nano, 5.3, has none of it: the empty set")
c.score

# %% test="features-full" points=3 hidden=true
# Every edge of the table, what lies just before and after it, and capabilities that no card has yet.
with check("features", points=3) as c:
    ampere = {"fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4"}
    later = (int(c.rng.integers(11, 20)), int(c.rng.integers(0, 10)))
    before_ada = (8, int(c.rng.integers(1, 9)))
    before_volta = (int(c.rng.integers(3, 7)), int(c.rng.integers(0, 10)))
    c.call(features, (7, 0)).equal({"fp16_tensor"}, "a V100, 7.0, has FP16 and no INT8")
    c.call(features, (7, 1)).equal({"fp16_tensor"}, "just before 7.2 there is no INT8")
    c.call(features, (7, 2)).equal({"fp16_tensor", "int8_tensor"}, "a Xavier, 7.2, is the first with INT8")
    for minor in (4, 9):
        c.call(features, (7, minor)).equal({"fp16_tensor", "int8_tensor"}, "the rest of 7 adds nothing")
    c.call(features, (8, 0)).equal(ampere, "an A100, 8.0, begins three things at once")
    c.call(features, before_ada).equal(ampere, "between 8.0 and 8.9 nothing new begins")
    c.call(features, (8, 8)).equal(ampere, "just before 8.9 there is no FP8")
    c.call(features, (8, 9)).equal(ampere | {"fp8"}, "an L4, 8.9, is the first with FP8")
    c.call(features, (8, 10)).equal(ampere | {"fp8"}, "ten comes after nine, for the minor number too")
    c.call(features, (9, 9)).equal(ampere | {"fp8"}, "just before 10.0 there is no FP4")
    c.call(features, (10, 0)).equal(ampere | {"fp8", "nvfp4"}, "a B200, 10.0, has all seven: ten is more than eight")
    c.call(features, (12, 7)).equal(ampere | {"fp8", "nvfp4"}, "12.7 keeps all seven")
    c.call(features, later).equal(ampere | {"fp8", "nvfp4"}, "whatever comes later keeps all seven")
    c.call(features, (6, 1)).equal(set(), "Pascal, 6.x, computes in FP16 but has no tensor cores")
    c.call(features, before_volta).equal(set(), "before 7.0 there are none")
c.score

# %% [markdown]
# ## 5 · Find the bug: the newest card can do nothing
#
# `nvidia-smi` is the driver's own tool. It prints tables for programs, too. Here is a reader for them. Read it, and **predict**: what becomes of `[N/A]`? Is a card of
# 15360 MiB larger or smaller than 16 GB?

# %% given="parse_gpu_query"
def parse_gpu_query(text):
    """Read what `nvidia-smi --query-gpu=index,name,memory.total,driver_version,compute_cap --format=csv` prints.

    Returns one dict for each card, with index (int), name, memory_bytes (int), driver_version and
    compute_capability (a tuple); `[N/A]` is None. ValueError when the first line is not the table's head.
    """
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if not lines or lines[0][:2] != ["index", "name"]:
        raise ValueError(f"this is no table of nvidia-smi: {text[:60]!r}")
    cards = []
    for line in lines[1:]:
        index, name, size, driver, capability = (None if cell in ("[N/A]", "[Not Supported]") else cell for cell in line)
        cards.append({
            "index": int(index),
            "name": name,
            "memory_bytes": int(size.split()[0]) * 2**20 if size else None,
            "driver_version": driver,
            "compute_capability": tuple(int(part) for part in capability.split(".")) if capability else None,
        })
    return cards

# %% tags=["experiment"]
PRINTED = """index, name, memory.total [MiB], driver_version, compute_cap
0, Tesla P100-PCIE-16GB, 16384 MiB, 580.65.06, 6.0
1, Tesla T4, 15360 MiB, 580.65.06, 7.5
2, NVIDIA A100-SXM4-40GB, 40960 MiB, 580.65.06, 8.0
3, NVIDIA L4, 23034 MiB, 580.65.06, 8.9
4, NVIDIA B200, 183359 MiB, 580.65.06, 10.0
5, NVIDIA GeForce RTX 5090, 32607 MiB, 580.65.06, 12.0
6, Orin (nvgpu), [N/A], [N/A], 8.7
"""  # put together for this lab in the tool's format: no machine has all of these
cards = parse_gpu_query(PRINTED)
for card in cards:
    size = card["memory_bytes"]
    print(f"{card['name']:26}", "memory: None" if size is None else f"{size / 1e9:6.1f} GB = {size / GIB:6.1f} GiB")

# %% [markdown]
# One memory, two numbers: a **GB** is 10⁹ bytes, a **GiB** 2³⁰, seven per cent more. Makers of memory print GB where they mean GiB: the P100's "16 GB" are 16 GiB, or 17.2 GB. (A T4 has 16 GiB too; one gibibyte of it
# holds error-correcting bits, so the tools show 15.) Bytes, as whole numbers, are the only unit that nobody misreads. (And a Jetson answers `[N/A]`: its GPU has no memory of its own.)
#
# A colleague skips the tuples. He leaves the capability as the text that it was, and everything worked, for years. Then the new cards came.

# %% tags=["experiment"]
NAMES = ["fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4", "fp8", "nvfp4"]
SINCE = {"fp16_tensor": "7.0", "int8_tensor": "7.2", "tf32": "8.0", "bf16": "8.0", "sparsity_2_4": "8.0", "fp8": "8.9", "nvfp4": "10.0"}


def features_with_a_bug(text):
    return {name for name, since in SINCE.items() if text >= since}

print("B200, 10.0:", features_with_a_bug("10.0"), " P100, 6.0:", features_with_a_bug("6.0"))

# %% tags=["experiment"] jupyter={"source_hidden": true}
def has_grid(axes, finds, title):
    """Draw which card has what: a filled square with a tick, or an empty one."""
    axes.set(xlim=(-0.5, 6.5), ylim=(len(cards) - 0.5, -0.5), title=title)
    for y, card in enumerate(cards):
        found = finds(card)
        for x, name in enumerate(NAMES):
            if found is None:
                continue
            axes.add_patch(plt_rectangle((x - 0.44, y - 0.42), 0.88, 0.84, facecolor="#0072B2" if name in found else "white",
                                         edgecolor="#b5b5b5"))
            axes.text(x, y, "✓" if name in found else "·", ha="center", va="center", color="white" if name in found else "#6b6b6b")
    axes.set_xticks(range(7), NAMES, rotation=50, ha="right", fontsize=9)
    axes.set_yticks(range(len(cards)), [f"{c['name'].removeprefix('NVIDIA ').split('-')[0]} · {'.'.join(map(str, c['compute_capability']))}" for c in cards])
    axes.tick_params(length=0)


def mine(card):
    try:
        return set(features(card["compute_capability"]))
    except Exception:  # not written yet, or not right yet: the check above says which
        return None


from matplotlib.patches import Rectangle as plt_rectangle

with style():
    fig = new_figure(8, 3.9)
    left, right = fig.subplots(1, 2, sharey=True)
    has_grid(left, lambda card: features_with_a_bug(".".join(map(str, card["compute_capability"]))), "compared as text")
    has_grid(right, mine, "your features" if mine(cards[0]) is not None else "features is not written yet, or stops")
show(fig, alt="Seven cards against seven features. Compared as text, the two newest cards, 10.0 and 12.0, have nothing but FP4, and every older one has FP4 too; "
              "with your function each newer card has at least what the older ones had")

# %% [markdown]
# Text compares letter by letter, and "1" comes before "8": `"10.0" > "8.9"` is False. So the dearest card in the room is refused nearly everything, and a P100 of 2016 is promised a number format of 2024. No error, no warning: the
# bug lay quiet until a number grew a digit. As *decimals* the comparison holds for today's cards, and breaks the day that a minor number reaches ten. **A version is a tuple.**

# %% [markdown]
# ## 6 · The report of this machine
#
# Three questions look alike, and have three different answers:
#
# | question | who knows | why it isn't enough |
# |---|---|---|
# | **present?** Is there a card? | the driver's list, files under `/dev` | a card can be listed that no program can start on |
# | **usable?** Does it compute *now*? | only a try: a tiny allocation, a tiny product | it says nothing about the next library |
# | **supported?** Was *this* library built for it? | the list of architectures inside the package | the card may be newer, or older, than the package |
#
# Here is what `detect()` finds out about yours. It tries the GPUs in a process of its own, since a broken card can hang or crash whoever touches it.

# %% tags=["experiment"]
here = detect()
here

# %% [markdown]
# ## 7 · Six machines, and one lies
#
# Six reports, put together from what people published about their machines (who, stands with the evidence). In this first look they are brochures: what is *present*, and nobody has tried anything.
#
# **Predict.** On one of the six the driver lists a whole card without complaint, and yet the library installed there can compute nothing on it. Which? Write down what makes you suspicious.

# %% tags=["experiment"]
records = [machine.as_dict() for machine in recorded_machines()]
brochures = [{**r, "story": "", "findings": [], "devices": [{**d, "usable": None} for d in r["devices"]]} for r in records]
explore_machines(brochures)

# %%
suspect = None  # 1 to 6

# %% [markdown]
# Now the evidence: the same six, with what came out where somebody tried, and what is known about it.

# %% tags=["experiment"]
explore_machines(records)

# %% tags=["experiment"]
liars = [number for number, r in enumerate(records, start=1) if any(f["severity"] == "error" for f in r["findings"])]
print("No suspect yet: put a number from 1 to 6 in place of None above." if suspect is None else
      f"Your suspect was number {suspect}: right." if suspect in liars else
      "Number 5 has a card that refuses programs, but by design: its slices take them." if suspect == 5 else
      f"Your suspect was number {suspect}: that one is honest.")
for number, one in enumerate(records, start=1):
    print(f"\n{number}. {one['title']}, after: {one['source']}")

# %% [markdown]
# The workstation. The newest card, a driver that knows it, every feature in the table; and the library on it was built before the card: it holds no code for 12.0. *Present* is true, *supported* is not, so *usable* can't be: a program built for 12.0 would run, this library doesn't. Nothing in
# the brochure could tell you, only a try. And while it lasts, `torch.cuda.is_available()` says True.
#
# Read the other verdicts too. "Not tried" is an honest answer, and neither yes nor no. On the server, the first A100 says ✘ **by design**: it was cut into slices, and programs reach the slices only. And the cloud's "16 GB" T4 has 14.7 GiB to give.

# %% [markdown]
# ## 8 · `pick_device`: the smallest that does the job
#
# A shared machine has eight cards and forty people. Take the **smallest** device that is large enough and has what you need: the large ones are for those who need them.
#
# | device | memory | features |
# |---|---|---|
# | 0 | 80 GiB | bf16, fp8 |
# | 1 | 16 GiB | fp16_tensor |
# | 2 | 24 GiB | bf16 |
# | 3 | 24 GiB | bf16 |
#
# **Predict.** You need 12 GiB and `bf16`. First fit would say 0. Smallest would say 1. What do *you* say, and why not 3?
#
# **Goal.** The position in the list, or `None` when nothing fits.

# %% answer="pick_device"
def pick_device(devices, need_bytes, need_features=()):
    """Return the position of the device with the least memory that is large enough and has all features.

    devices: a list of dicts, each with memory_bytes (int) and features (a list or a set of names),
        and perhaps other keys, "index" among them, which is the driver's number and no position.
    need_bytes: int; a device with exactly that much is large enough.
    need_features: names that it must all have, as a tuple, list or set; none by default.
    Returns an int, the earlier of equals; None when no device will do. Leaves devices as it is.
    """
    ### BEGIN SOLUTION
    best = None
    for position, device in enumerate(devices):
        if device["memory_bytes"] < need_bytes or not set(need_features) <= set(device["features"]):
            continue
        if best is None or device["memory_bytes"] < devices[best]["memory_bytes"]:
            best = position
    return best
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two steps: which positions will do at all? Which of those has the least memory?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `enumerate(devices)` gives position and device. "All features" is a subset: `set(need_features) <= set(device["features"])`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# fitting = [position for position, device in enumerate(devices) if ... and ...]
# return min(fitting, key=lambda position: ..., default=None)
# ```
#
# `min` keeps the first of equals, and `default` is for the empty list.
#
# </details>

# %% test="pick_device-basic" points=2
rack = [
    {"index": 4, "memory_bytes": 80 * GIB, "features": ["bf16", "fp8"]},
    {"index": 0, "memory_bytes": 16 * GIB, "features": ["fp16_tensor"]},
    {"index": 1, "memory_bytes": 24 * GIB, "features": ["bf16"]},
    {"index": 2, "memory_bytes": 24 * GIB, "features": ["bf16"]},
]
with check("pick_device", points=2) as c:
    small = c.call(pick_device, rack, 12 * GIB)
    small.satisfies(lambda got: not isinstance(got, dict), "it gives a position, not the device")
    small.equal(1, "12 GiB: the smallest will do, not the first")
    c.call(pick_device, rack, 12 * GIB, ("bf16",)).equal(2, "12 GiB with bf16: the 16 GiB card lacks it; of equals the earlier")
    c.call(pick_device, rack, 25 * GIB, ["bf16"]).equal(0, "25 GiB with bf16: position 0, which is a device and not nothing")
    c.call(pick_device, rack, 12 * GIB, ("bf16", "fp8")).equal(0, "two features: the one device that has both")
    c.call(pick_device, rack, 81 * GIB).equal(None, "more than any has: None")
c.score

# %% test="pick_device-full" points=4 hidden=true
# Fresh racks: shuffled sizes, several features, equals, a byte too few, sets and lists, and no device at all.
with check("pick_device", points=4) as c:
    sizes = [int(s) for s in c.rng.permutation([6, 11, 16, 24, 48, 80])]
    labels = [int(n) for n in c.rng.permutation(range(10, 16))]
    shuffled = [{"index": n, "memory_bytes": s * GIB, "features": ["fp16_tensor"]} for n, s in zip(labels, sizes)]
    wanted = int(c.rng.choice([11, 16, 24, 48]))
    c.call(pick_device, shuffled, wanted * GIB - 12345).equal(sizes.index(wanted), "the position of the smallest that is large enough")
    c.call(pick_device, shuffled, wanted * GIB).equal(sizes.index(wanted), "exactly as much as needed is enough")
    tight = [{"index": 0, "memory_bytes": wanted * GIB, "features": []}]
    c.call(pick_device, tight, wanted * GIB + 1).equal(None, "one byte too few is too few")
    c.call(pick_device, tight, wanted * GIB - 1).equal(0, "a device without features does when none are needed")
    mixed = [
        {"index": 3, "memory_bytes": 80 * GIB, "features": {"bf16", "fp8", "nvfp4"}},
        {"index": 1, "memory_bytes": 24 * GIB, "features": {"bf16"}},
        {"index": 2, "memory_bytes": 32 * GIB, "features": {"fp8"}},
        {"index": 0, "memory_bytes": 48 * GIB, "features": {"fp8", "bf16", "int8_tensor"}},
    ]
    c.call(pick_device, mixed, wanted * GIB // 2, {"bf16", "fp8"}).equal(3, "both features are needed, not one of them")
    c.call(pick_device, mixed, GIB, ["nvfp4", "mig"]).equal(None, "large enough, but no device has both: None")
    twins = [{"index": 9 - n, "memory_bytes": s * GIB, "features": ["tf32"]} for n, s in enumerate([48, wanted, 96, wanted, wanted])]
    c.call(pick_device, twins, 9 * GIB, ("tf32",)).equal(0 if wanted == 48 else 1, "of equals the earlier")
    c.call(pick_device, [], GIB).equal(None, "no devices: None")
    lacking = [{"memory_bytes": 24 * GIB, "features": []}, {"memory_bytes": 24 * GIB, "features": ["bf16"]}]
    c.call(pick_device, lacking, GIB, ["bf16"]).equal(1, "an equal that lacks the feature doesn't count")
    c.call(pick_device, [{"memory_bytes": GIB, "features": ["fp16_tensor"]}], 1, ["fp16"]).equal(
        None, "fp16 is another name than fp16_tensor")
    c.call(pick_device, [{"memory_bytes": 300 * GIB, "features": []}], 200 * GIB).equal(0, "no device is too large")
    rich = [{"memory_bytes": 24 * GIB, "features": f} for f in (["bf16"], ["bf16", "fp8"], ["bf16"])]
    c.call(pick_device, rich, GIB, ["bf16"]).equal(0, "of equals the earlier, whatever else they have")
    c.call(pick_device, rich[::-1][1:], GIB, ["bf16"]).equal(0, "of equals the earlier, however much else it has")
    close = [{"memory_bytes": 15360 * 2**20, "features": []}, {"memory_bytes": 15109 * 2**20, "features": []}]
    c.call(pick_device, close, GIB).equal(1, "a little less memory is less")
    c.call(pick_device, close, 0).equal(1, "a need of 0 bytes is a need like any other")
    three = [{"memory_bytes": GIB, "features": ["bf16", "fp8"]}, {"memory_bytes": 2 * GIB, "features": ["tf32", "fp8", "bf16"]}]
    c.call(pick_device, three, GIB, ("bf16", "fp8", "tf32")).equal(1, "three features are needed, not two of them")
c.score

# %% [markdown]
# **Look.** Your picker on the six machines, twice: once it believes the brochure, once it is not shown what is known to fail. Where do the two disagree?

# %% tags=["experiment"]
JOBS = {"10 GiB": (10 * GIB, ()), "20 GiB, bf16": (20 * GIB, ("bf16",)), "6 GiB, fp8": (6 * GIB, ("fp8",))}


def choose(devices, need):
    position = pick_device(devices, *need)
    if position is None:
        return "nothing"
    found = devices[position]
    place = f"slice {found['index']}" if found["mig"] and found["mig"]["profile"] else f"{found['kind']}:{found['index']}"
    return f"{place}, {memory(found['memory_bytes'])}"


try:
    pick_device([], 0)
    for number, r in enumerate(records, start=1):
        print(f"{number}. {r['title']}")
        listed = [d for d in r["devices"] if d["kind"] != "cpu" and d["memory_bytes"]]
        honest = [d for d in listed if d["usable"] is not False]
        for job, need in JOBS.items() if listed else ():
            believed, known = choose(listed, need), choose(honest, need)
            print(f"   {job:13} {believed:18}", "" if believed == known else f"◄ that one fails; what is left gives: {known}")
except NotImplementedError:
    print("pick_device is not written yet")
except Exception as error:
    print(f"pick_device stops here with {type(error).__name__}: {error}")

# %% [markdown]
# The picker did nothing wrong: it trusted its list. Filter *before* you pick, and then remember that a position counts in the **filtered** list. `honest[position]` is right; `listed[position]`, or `cuda:{position}`,
# sends your job to somebody else's card.

# %% [markdown]
# ## 9 · This machine among the cards
#
# Now measure. A copy of a large array says how many bytes memory moves; a product of two 1024 x 1024 matrices says how many operations the cores do. The cards' figures are peaks from datasheets.

# %% tags=["experiment"]
mine_here = measure_roof("this machine")
print(mine_here)
roofs = published_roofs("fp32")
shown = {"this machine": mine_here} | {name: roofs[name] for name in ("T4", "RTX 4090", "A100-80GB SXM", "H100 SXM")}
RATIOS = {
    "T4 over this machine, memory bandwidth": ("T4", "bandwidth_bytes"),
    "T4 over this machine, float32 arithmetic": ("T4", "peak_flops"),
    "H100 over this machine, float32 arithmetic": ("H100 SXM", "peak_flops"),
}
for key, (name, figure) in RATIOS.items():
    record(key, getattr(shown[name], figure) / getattr(mine_here, figure), "x", "modelled",
           source=f"published peak of the {name} over what was measured here")

# %% tags=["experiment"] jupyter={"source_hidden": true}
with style():
    fig = new_figure(8, 3.6)
    panels = fig.subplots(1, 2, sharey=True)
    for axes, figure, unit, title in ((panels[0], "bandwidth_bytes", "B/s", "memory bandwidth"),
                                      (panels[1], "peak_flops", "FLOP/s", "float32 arithmetic")):
        values = [getattr(roof, figure) for roof in shown.values()]
        low, high = min(values) / 4, max(values) * (max(values) / min(values) * 4) ** 0.62
        for y, (roof, value) in enumerate(zip(shown.values(), values)):
            drawn = LOOKS[roof.provenance]
            axes.barh(y, value - low, left=low, height=0.55, color=drawn.colour, hatch=drawn.hatch, edgecolor="white", lw=0)
            axes.text(value * 1.15, y, f"{amount(value, unit)}\n{roof.provenance}", va="center", fontsize=8.5)
        for key, (name, which) in RATIOS.items():
            guess = ledger_view.guess(key)
            if guess and which == figure:
                y = list(shown).index(name)
                at = min(max(guess * values[0], low * 1.2), high / 1.2)
                axes.plot(at, y + 0.42, marker="d", color="#D55E00", ls="", zorder=5)
                axes.annotate("your guess", (at, y + 0.42), (6, 0), textcoords="offset points", va="center", fontsize=8, color="#8f3d00")
        axes.set(xscale="log", xlim=(low, high), title=title, xlabel=f"{unit}, log scale", yticks=range(len(shown)))
        axes.xaxis.set_major_formatter(lambda value, _: amount(value))
        axes.invert_yaxis() if axes is panels[0] else None
        axes.grid(axis="x")
    panels[0].set_yticklabels(list(shown))
show(fig, alt="Bars on a log scale: memory bandwidth and float32 arithmetic of this machine, measured, beside T4, RTX 4090, A100 and H100, published. "
              "Small diamonds mark the guesses")

# %% [markdown]
# **Read it.** The gap in bandwidth and the gap in arithmetic differ, so "how much faster is a GPU?" has no single answer: a copy gains the one, a matrix product the other. Lab 01 tells which is yours.
#
# Now find the gamers' card. In float32 the RTX 4090 passes the H100. In BF16, in which networks are trained, it is 165 TFLOP/s against 989 (published peaks, dense): the order of the cards depends on the format.
#
# And mind the labels. The bar of this machine is what a program *reached*; the others are what a datasheet *promises*. A peak is a speed limit, not a speed. Lab 08 makes the comparison fair.

# %% [markdown]
# ## 10 · Rent or own?
#
# Eight A100s can be rented or bought, and a notebook with one T4 is free for some hours. This is worked code: **predict** the name that it returns for 10 hours, 1,000 and 10,000.

# %% given="cheapest_option"
def cheapest_option(hours, options):
    """Return the name of the option that costs least for so many hours.

    options: dicts with name, upfront, per_hour (both in one currency) and cap_hours (the longest that it
    lasts, or None); over its cap an option is out. The earlier of equals. ValueError when none is left.
    """
    left = [o for o in options if o["cap_hours"] is None or hours <= o["cap_hours"]]
    if not left:
        raise ValueError(f"no option lasts {hours} hours")
    return min(left, key=lambda o: o["upfront"] + hours * o["per_hour"])["name"]

# %% tags=["experiment"]
predict("days until buying beats renting", None, "days")

# %% tags=["experiment"]
PER_KWH = 0.30  # dollars for a kilowatt-hour: an assumption, put yours
options = [
    {"name": "free notebook", "upfront": 0, "per_hour": 0.0, "cap_hours": 12},
    {"name": "rented node", "upfront": 0, "per_hour": 32.77, "cap_hours": None},
    {"name": "own box", "upfront": 199_000, "per_hour": 6.5 * PER_KWH, "cap_hours": None},
]
for hours in (10, 1000, 10_000):
    print(f"{hours:6,} hours: {cheapest_option(hours, options)}")
rented, own = options[1], options[2]
even_days = own["upfront"] / (rented["per_hour"] - own["per_hour"]) / 24
record("days until buying beats renting", even_days, "days", "modelled",
       source="list price of a DGX A100 in 2020, a p4d.24xlarge by the hour in 2024, electricity as assumed")

# %% tags=["experiment"] jupyter={"source_hidden": true}
with style():
    fig = new_figure(8, 3.4)
    axes = fig.subplots()
    days = np.array([0, 1.5 * even_days])
    for option, dash in ((rented, "-"), (own, "--")):
        cost = (option["upfront"] + 24 * days * option["per_hour"]) / 1000
        axes.plot(days, cost, ls=dash, color="#0072B2" if option is rented else "#D55E00")
        axes.annotate(option["name"], (days[1], cost[1]), (5, 0), textcoords="offset points", va="center")
    axes.axvline(even_days, color="#1b1b1b", lw=1.2, ls=(0, (5, 3)))
    axes.annotate(f"even after {even_days:.0f} days\n(modelled)", (even_days, 20), (6, 0), textcoords="offset points")
    axes.annotate("free notebook: one T4, 12 hours, then out", (0.5, 1), (75, 9), textcoords="offset points", fontsize=9,
                  arrowprops={"arrowstyle": "-|>", "color": "#6b6b6b"}, va="center")
    axes.set(xlabel="days of use, night and day", ylabel="thousand dollars", xlim=(0, days[1] * 1.16), ylim=(0, None),
             title="Eight A100s, rented or owned (modelled on published prices)")
show(fig, alt="Cost against days of use: renting starts at nothing and rises steeply, owning starts at 199 thousand dollars and rises slowly; "
              "they cross after some months of use night and day")

# %% [markdown]
# The prices are published and dated: a DGX A100 at 199,000 dollars (list price of 2020, 6.5 kW at most), a node with eight A100s at 32.77 dollars an hour (2024), a notebook that ends after 12 hours at most (Colab's FAQ). The line
# between them is modelled. It leaves out the room, the cooling, the person who looks after the box, and every hour that it stands idle. Lab 10 puts them in.

# %% [markdown]
# ## 11 · The claims board
#
# In 2020 a new card came out, and with it eight claims. You will hear their like about every card after it. **Bet on each**, now, on what you know. The labs bring the evidence, one by one, and lab 14 reads out
# your bets beside it. A bet can change until its evidence is in.

# %% tags=["experiment"]
bets()

# %% tags=["experiment"]
claims.board()

# %% [markdown]
# ## 12 · On real hardware
#
# With an NVIDIA GPU and PyTorch, this measures the card itself: the third kind of bar that part 9 was missing, what a card *reaches*.

# %% tags=["experiment"]
gpus = [d for d in here.devices if d.kind == "cuda" and d.usable]
if gpus:
    import torch

    bytes_there = torch.ones(2**28, dtype=torch.uint8, device="cuda")
    copy = measure(lambda a, b: b.copy_(a), bytes_there, torch.empty_like(bytes_there), label=f"copy on {gpus[0].name}", nbytes=2.0 * 2**28)
    a = torch.ones(4096, 4096, device="cuda")
    product = measure(torch.matmul, a, a, label=f"float32 product on {gpus[0].name}")
    print(copy, product, f"{amount(2 * 4096**3 / product.median_s, 'FLOP/s')} (measured)", sep="\n")
    record("GPU, memory bandwidth", copy.bytes_per_second, "B/s")
    record("GPU, float32 product", 2 * 4096**3 / product.median_s, "FLOP/s")
else:
    t4 = roofs["T4"]
    print("No usable NVIDIA GPU here. A T4 stays below its published peaks, which are:")
    print(t4)
    record("GPU, memory bandwidth", t4.bandwidth_bytes, "B/s", "published", source="T4 datasheet, a peak")

# %% [markdown]
# Where to see it live: in Colab choose *Runtime ▸ Change runtime type ▸ T4 GPU*, and run this notebook again. `python -m gpu_utils` prints the same report in any terminal, and what to do about what doesn't work.

# %% [markdown]
# ## 13 · In your own words
#
# **A friend writes: "nvidia-smi shows my card, but training says there is no GPU. So nvidia-smi is lying." Is it?** In at most 80 words. You mark it yourself.
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** The driver's list says *present*. It isn't lying; it answers another question. *Usable* and *supported* are other facts.
# - **Evidence.** You name the test that settles it, a tiny allocation and product, and one cause that it would reveal (a package without CUDA, a driver too old, a card newer than the package).
# - **Limit.** You say what even that test does not tell: another library, a larger job, the speed.
#
# </details>

# %% [markdown] written="present-or-usable" points=0
# No: it answers another question. nvidia-smi asks the driver what is *present*. Training needs a card on which *this* package can compute. A tiny allocation and
# product would settle it, and its error would name the cause: a PyTorch built without CUDA, a driver older than the package, or a card newer than it. A pass would still not say that the next library works, or
# that my model fits.

# %% [markdown]
# ## 14 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("00_hardware_tour")

# %% tags=["experiment"]
guessed = ledger_view.plot("00_hardware_tour")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> A report lists a card with 32 GiB and every feature you need. What do you ask before you plan with it?</summary>
#
# Whether anybody has tried it: a tiny allocation and product, with the library that you will use. Present is not usable, and usable by one library is not supported by the next.
#
# </details>
# <details><summary><b>2.</b> A script that chose cards well for years refuses every card bought this year. Where do you look first?</summary>
#
# Where it compares versions. As text "10.0" comes before "8.9"; as tuples (10, 0) comes after (8, 9).
#
# </details>
# <details><summary><b>3.</b> One card has "312 TFLOPS", another "15.7 TFLOPS". Is the first twenty times as fast? <!-- no-label: the claim under discussion --></summary>
#
# Ask for the number format, and whether half the numbers are skipped. You have just met the first claim on the board; lab 08 takes it apart.
#
# </details>
#
# ## What comes next
#
# You know what you are running on. The **warm-up** shows axes, broadcasting, dtypes and the matrix product as pictures; skip it if they are old friends. In **01** you turn day into night, and find out which of the two bars of part 9
# holds you back.
#
# ## Sources
#
# - A. Krizhevsky, I. Sutskever, G. Hinton: *ImageNet classification with deep convolutional neural networks*, NIPS 2012: two GTX 580 with 3 GB, five to six days.
# - N. P. Jouppi et al.: *In-datacenter performance analysis of a tensor processing unit*, ISCA 2017, <https://arxiv.org/abs/1704.04760>.
# - Transistors: GeForce 256 <https://www.tweaktown.com/news/100271/>; GeForce 8800 and CUDA's first releases <https://snxconsulting.com/blog/the-history-of-the-mordern-graphics-processor-pt-4/>; V100: NVIDIA's
#   Volta whitepaper; A100 <https://developer.nvidia.com/blog/nvidia-ampere-architecture-in-depth/>; H100 <https://www.techpowerup.com/293177/>; B200 <https://www.tweaktown.com/news/96934/>.
# - The Merge of 15 September 2022: <https://ethereum.org/en/roadmap/merge/>. Ray-tracing cores since 2018: NVIDIA's Turing whitepaper.
# - Compute capabilities: <https://developer.nvidia.com/cuda-gpus>. FP8 and FP4: <https://nvidia.github.io/TransformerEngine/support_matrix.html>.
# - Peaks and bandwidths: `gpu_utils/data/gpu_specs.json`, each row with its source. Symptoms and advice: `gpu_utils/data/symptoms.json`.
# - Prices: DGX A100 <http://gadgetmix.com/nvidia-a100-gpu-with-ampere-architecture/2470/>; p4d.24xlarge <https://www.xither.com/compare/gpu-compute-costs-on-prem-vs-cloud-vs-spot-instances>; Colab
#   <https://research.google.com/colaboratory/faq.html>.
# - The claims and who made them: `gpu_utils/data/claims.json`.
