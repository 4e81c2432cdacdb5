# %% [markdown] title=true minutes=110 hardware="on a GPU in MIG mode the same launcher starts one worker per slice; on any other NVIDIA GPU you see time-slicing"
# # 11 · One GPU, seven tenants
#
# {badges}
#
# {line}
#
# Your digit reader leaves an A100 nearly idle. So you let the card out: seven slices, seven tenants, a wall between each two.
# Then one of them goes mad. In this lab you cut a GPU, find out what fits beside what, and put a tenant into each slice. Then
# you measure what a wall is worth.
#
# **You will be able to**
#
# - say what seven slices bring, and what they don't;
# - read a profile's name, and decide which profiles fit on one GPU, and in which order;
# - start one worker for each slice that sees its own slice only, and lose no request when one dies;
# - measure latency under load without fooling yourself;
# - choose between MIG, MPS and time-slicing, and defend the choice.
#
# **Before this:** 04 (the classifier), 08 (peak is not speed). **After this:** 12, the same model on a board the size of a hand.
#
# ```
# 04 ──► 08 ──► 09 ──► 10 ──► 11 (you are here) ──► 12  onto the board ──► 13  sealed ──► 14
# ```

# %% setup=true

# %%
import itertools
import math
import os
import threading
import time

import numpy as np
from gpu_utils import check, detect, ledger_view, mig, predict, record
from gpu_utils.benchmarks import benchmark
from gpu_utils.claims import board, settle
from gpu_utils.digits import load
from gpu_utils.plotting import PALETTE, new_figure, show, style
from gpu_utils.plotting.slices import slice_maps
from gpu_utils.plotting.timelines import timeline
from gpu_utils.serving import Arrival, Fleet, Slice, apart, arrivals, ask_in_turn, drive, percentile
from gpu_utils.shortcuts import without_calling
from gpu_utils.verdict import attempt, passed
from gpu_utils.widgets import cut_gpu

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · One slide, one number
#
# *Cut into seven instances, one A100 answers BERT-large queries 7 times faster.* You bet on this sentence in lab 00 (published: a slide of 2020). **Multi-Instance GPU**, MIG, cuts one card into up to seven
# **instances**, each with multiprocessors, cache and memory of its own. Put guesses in place of `None`. Nobody grades them.
#
# Seven slices together, over the whole card: how many times the throughput? One request on a slice, over the same request on the whole card: how many times as long?

# %% tags=["experiment"]
predict("seven slices over the whole", None, "x")
predict("one request: slice over whole", None, "x")

# %% [markdown]
# And your tenants. You answer requests in peace, and 99 of 100 of your answers come within some time, the **p99**. Then the neighbour sends twenty times as many as before. How many times as long is your p99 now, when both of you stand in one queue? And when each of you has a slice?

# %% tags=["experiment"]
predict("p99 over alone: one queue", None, "x")
predict("p99 over alone: own slice", None, "x")

# %% [markdown]
# ## 2 · `what_seven_means`: read the results
#
# MLPerf is the field's public race. NVIDIA entered whole cards and slices: BERT-large, INT8, an A100 with 80 GB. **Offline**: all questions lie there beforehand, so batches are large, and throughput counts. **Single stream**: one question at a time, and the time of
# an answer counts (the 90th percentile).
#
# | A100-80GB (published: MLPerf inference v1.1, NVIDIA) | offline, samples/s | single stream, ms |
# |---|---|---|
# | the whole card | 3614 | 1.56 |
# | one `1g.10gb` slice, alone | 502.4 | 5.39 |
# | one `1g.10gb` slice, the others busy | 494.8 | |
#
# **Goal.** Turn such rows into four numbers. Times come in seconds, not in milliseconds. Nothing says that it is always seven: an A30 makes four.

# %% answer="what_seven_means"
def what_seven_means(rows):
    """What cutting a GPU brings, from published results.

    rows: a list of dicts, in any order. Each has
        "system": "whole" for the GPU as it comes, "slice" for one of its equal slices, alone; a
            row with any other system counts for nothing;
        "scenario": "offline" (value is a throughput in samples per second) or "single stream"
            (value is the time of one answer, in seconds);
        "value": a number above 0;
        "parts": into how many such pieces the GPU is cut: 1 for "whole", for example 7 for "slice".
        There is one row for each of the two systems in each of the two scenarios.
    Returns a dict with exactly four keys, each a number:
        "whole": throughput of the whole GPU;
        "sum_of_slices": throughput of all slices together, if each does what the one did;
        "ratio": how many times the throughput of the whole GPU the slices have;
        "latency_ratio": how many times as long one answer takes on a slice.
    """
    ### BEGIN SOLUTION
    found = {(row["system"], row["scenario"]): row for row in rows}
    whole = found["whole", "offline"]["value"]
    one = found["slice", "offline"]
    total = one["parts"] * one["value"]
    return {
        "whole": whole,
        "sum_of_slices": total,
        "ratio": total / whole,
        "latency_ratio": found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"],
    }
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Find the four rows first, by system *and* scenario. Their order says nothing.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A slice's throughput times its `parts` is the sum. Both ratios have the slices above the line.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# found = {(row["system"], row["scenario"]): row for row in rows}
# one = found["slice", "offline"]
# total = one["parts"] * one["value"]
# # ratio: total / found["whole", "offline"]["value"]; latency_ratio: the same with "single stream", no sum
# ```
#
# </details>

# %% test="what_seven_means-basic" points=1
four = [
    {"system": "whole", "scenario": "offline", "value": 1000.0, "parts": 1},
    {"system": "slice", "scenario": "offline", "value": 140.0, "parts": 7},
    {"system": "whole", "scenario": "single stream", "value": 0.002, "parts": 1},
    {"system": "slice", "scenario": "single stream", "value": 0.006, "parts": 7},
]
with check("what_seven_means", points=1) as c:
    c.call(what_seven_means, four).close(
        {"whole": 1000.0, "sum_of_slices": 980.0, "ratio": 0.98, "latency_ratio": 3.0},
        "seven slices of 140 make 980, or 0.98 of the whole; an answer takes three times as long", rtol=1e-9)
    c.call(what_seven_means, four[::-1]).close(
        {"whole": 1000.0, "sum_of_slices": 980.0, "ratio": 0.98, "latency_ratio": 3.0},
        "the order of the rows doesn't matter", rtol=1e-9)
    c.call(what_seven_means, [
        {"system": "slice", "scenario": "offline", "value": 120.0, "parts": 4},
        {"system": "whole", "scenario": "offline", "value": 400.0, "parts": 1},
        {"system": "T4", "scenario": "offline", "value": 90.0, "parts": 1},
        {"system": "slice", "scenario": "single stream", "value": 0.008, "parts": 4},
        {"system": "whole", "scenario": "single stream", "value": 0.004, "parts": 1},
    ]).close({"whole": 400.0, "sum_of_slices": 480.0, "ratio": 1.2, "latency_ratio": 2.0},
             "four slices of 120 make 480, or 1.2 of the whole; a T4 counts for nothing", rtol=1e-9)
c.score

# %% test="what_seven_means-full" points=1 hidden=true
# Other cards, other numbers of slices, and rows of other systems between them.
with check("what_seven_means", points=1) as c:
    def results(whole, part, parts, slow, fast):
        return [
            {"system": "slice", "scenario": "single stream", "value": slow, "parts": parts},
            {"system": "T4", "scenario": "offline", "value": 437.0, "parts": 1},
            {"system": "whole", "scenario": "offline", "value": whole, "parts": 1},
            {"system": "slice, neighbours busy", "scenario": "offline", "value": part / 2, "parts": parts},
            {"system": "whole", "scenario": "single stream", "value": fast, "parts": 1},
            {"system": "slice", "scenario": "offline", "value": part, "parts": parts},
            {"system": "T4", "scenario": "single stream", "value": 3 * slow, "parts": 1},
        ]
    whole, part = float(c.rng.uniform(2000, 4000)), float(c.rng.uniform(300, 500))
    fast, slow = float(c.rng.uniform(0.001, 0.002)), float(c.rng.uniform(0.004, 0.008))
    for parts, sentence in ((4, "an A30 makes four slices, and other systems count for nothing"), (2, "two halves")):
        c.call(what_seven_means, results(whole, part, parts, slow, fast)).close(
            {"whole": whole, "sum_of_slices": parts * part, "ratio": parts * part / whole, "latency_ratio": slow / fast},
            sentence, rtol=1e-9)
    c.call(what_seven_means, results(100, 20, 7, 3, 6)).close(
        {"whole": 100.0, "sum_of_slices": 140.0, "ratio": 1.4, "latency_ratio": 0.5},
        "whole numbers will do, and ratios may lie on either side of 1", rtol=1e-9)
c.score

# %% tags=["experiment"]
def result(system, scenario):
    topic = "mlperf_bert_large_" + scenario.replace(" ", "_")
    return benchmark(topic, system={"whole": "A100-80GB", "slice": "A100-80GB, one 1g.10gb slice"}[system]).value


rows = [{"system": system, "scenario": scenario, "value": result(system, scenario), "parts": parts}
        for system, parts in (("whole", 1), ("slice", 7)) for scenario in ("offline", "single stream")]


@attempt("what_seven_means")
def _():
    seven = what_seven_means(rows)
    print(f"whole {seven['whole']:.0f} samples/s (published), seven slices {seven['sum_of_slices']:.0f} (modelled)")
    record("seven slices over the whole", seven["ratio"], "x", "modelled",
           source="MLPerf v1.1, seven times one slice")
    record("one request: slice over whole", seven["latency_ratio"], "x", "modelled",
           source="MLPerf v1.1, single stream")
    settle("bert_infer_7x", "false",
           f"cutting adds nothing: seven slices make {seven['ratio']:.0%} of the same A100 uncut, and one answer takes "
           f"{seven['latency_ratio']:.2g} times as long (modelled from published MLPerf rows); the slide's 7 is a whole "
           "A100, INT8 and sparse, over a V100")

# %% [markdown]
# **Explain.** The scissors add no silicon. And where does the slide's 7 come from? Its footnote says: V100 1, one seventh of an A100 1, seven sevenths 7 (published). A *whole* A100 would have stood there with 7 as well. It ran INT8 with sparsity, the V100 dense: lab 08's trick. By the maker's own gain from sparsity, 1.5, dense leaves about 4.7x (modelled).
#
# So why does anybody cut? Look at the second column again, and let **seven questions come at the same moment**, one at a time through the whole card, or each to a slice of its own.

# %% tags=["experiment"]
one, part = result("whole", "single stream"), result("slice", "single stream")
lanes = {"whole card": [(n * one, (n + 1) * one) for n in range(7)]} | {f"slice {n}": [(0.0, part)] for n in range(7)}
show(timeline(lanes, "modelled", title="seven questions at the same moment"),
     alt=f"The whole card answers seven questions one after the other, the last at {7e3 * one:.1f} ms. Seven slices answer "
         f"all at once, at {1e3 * part:.1f} ms: later than the first three on the whole card, sooner than the last four (modelled)")
print(f"one at a time, seven slices answer {7 * one / part:.2f} times as many as the whole card (modelled)")

# %% [markdown]
# **One small question can't fill a large card.** With large batches seven slices bring nothing. With questions that come singly they bring about twice (modelled from the published 90th percentiles), and whoever comes seventh gains most. MIG isn't about speed. It is about *use*, and, as you will
# measure, about *walls*.
#
# (Nothing is free: on eight cards cut into 56 slices NVIDIA reached 25,677 samples/s where eight whole cards had 28,302 (published), 91 %.)

# %% [markdown]
# ## 3 · `parse_profile`: what a name says
#
# A **GPU instance** takes a run of memory slices, with the multiprocessors that belong to them. Inside it stands at least one **compute instance**: that is what a program runs on. Names tell both.
#
# | name | compute slices | memory | compute instance | attributes |
# |---|---|---|---|---|
# | `3g.20gb` | 3 | 20 GB | all of it | |
# | `1c.3g.20gb` | 3 | 20 GB | only 1 of the 3: two more may share the instance | |
# | `1g.5gb+me` | 1 | 5 GB | all of it | `me`: the media engines |
#
# The rule: perhaps a number and `c.`; then a number and `g.`; a number and `gb`; then any number of attributes, each a plus and a word. All letters are small. A number is written with the digits 0 to 9 and doesn't begin with 0. A word is letters, perhaps with
# single dots *between* them (`+me.all`). Only the form counts: whether such a slice exists, or a word stands there twice, is asked elsewhere.

# %% answer="parse_profile"
def parse_profile(name):
    """Take the name of a MIG profile apart.

    name: a text such as "3g.20gb", "1c.3g.20gb" or "1g.5gb+me.all+gfx". Anything else raises
        ValueError with one sentence: capitals, a missing part, a number that begins with 0,
        something before or after it, be it a blank or a line break.
    Returns a dict with exactly four keys:
        "compute_slices": the number before "g", an int;
        "memory_gb": the number before "gb", an int;
        "ci_slices": the number before "c", an int, or None where there is no "c";
        "attributes": a sorted list of the words, without their "+"; empty where there are none.
    """
    ### BEGIN SOLUTION
    import re

    found = re.fullmatch(r"(?:([1-9][0-9]*)c\.)?([1-9][0-9]*)g\.([1-9][0-9]*)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(f"{name!r} is no profile's name: those look like 3g.20gb or 1c.3g.20gb+me")
    inside, compute, memory, words = found.groups()
    return {
        "compute_slices": int(compute),
        "memory_gb": int(memory),
        "ci_slices": int(inside) if inside else None,
        "attributes": sorted(words.split("+")[1:]),
    }
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `re.fullmatch` compares the whole text; `re.match` is content with a beginning, and `$` looks past a line break at the end.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A part that may be missing is a group with a question mark: `(?:([1-9][0-9]*)c\.)?`. (`\d` would take a leading 0, and the digits of every script on Earth.) A dot in the name is `\.` in the expression. A word is `[a-z]+(?:\.[a-z]+)*`; put `\+` before it, let it repeat, and split what you found at the plus.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# found = re.fullmatch(r"(?:([1-9][0-9]*)c\.)?([1-9][0-9]*)g\.([1-9][0-9]*)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
# if found is None:
#     raise ValueError(...)
# inside, compute, memory, words = found.groups()
# # attributes: sorted(words.split("+")[1:])
# ```
#
# </details>

# %% test="parse_profile-basic" points=1
alone = without_calling([mig.parse_profile], parse_profile)
with check("parse_profile", points=1) as c:
    c.call(alone, "3g.20gb").equal(
        {"compute_slices": 3, "memory_gb": 20, "ci_slices": None, "attributes": []}, "3g.20gb: three slices, 20 GB, no c")
    c.call(alone, "1c.3g.20gb").equal(
        {"compute_slices": 3, "memory_gb": 20, "ci_slices": 1, "attributes": []}, "1c.3g.20gb: a third of its compute slices")
    c.call(alone, "1g.5gb+me").equal(
        {"compute_slices": 1, "memory_gb": 5, "ci_slices": None, "attributes": ["me"]}, "the plus stays outside")
    c.call(alone, "1g.5gb+me.all+gfx").equal(
        {"compute_slices": 1, "memory_gb": 5, "ci_slices": None, "attributes": ["gfx", "me.all"]}, "several attributes come sorted")
    c.call(alone, "20gb").raises(ValueError, "without compute slices it is no profile: ValueError")
    c.call(alone, "3g.20gb ").raises(ValueError, "a blank behind it is too much: ValueError")
c.score

# %% test="parse_profile-full" points=1 hidden=true
# Numbers with several digits, several attributes, and names that only look right.
alone = without_calling([mig.parse_profile], parse_profile)
with check("parse_profile", points=1) as c:
    g, gb = int(c.rng.integers(10, 60)), int(c.rng.integers(100, 300))
    c.call(alone, f"{g}g.{gb}gb").equal(
        {"compute_slices": g, "memory_gb": gb, "ci_slices": None, "attributes": []}, "numbers may have several digits")
    c.call(alone, "12c.24g.180gb").equal(
        {"compute_slices": 24, "memory_gb": 180, "ci_slices": 12, "attributes": []}, "in front of c too")
    c.call(alone, "2g.48gb+me.all+gfx").equal(
        {"compute_slices": 2, "memory_gb": 48, "ci_slices": None, "attributes": ["gfx", "me.all"]},
        "several attributes come sorted, and one may have a dot")
    c.call(alone, "1c.2g.10gb+me").equal(
        {"compute_slices": 2, "memory_gb": 10, "ci_slices": 1, "attributes": ["me"]}, "all parts at once")
    for bad, why in (("1g.5gb\n", "a line break at the end"), ("MIG 1g.5gb", "something in front"), ("1g.5gb ", "a blank at the end"),
                     ("1G.5GB", "capitals"), ("1g5gb", "no dot"), ("g.5gb", "no number"), ("1g.5gb+", "a plus without a word"),
                     ("1c.5gb", "a compute instance of nothing"), ("1g.5gbme", "a word without its plus"), ("", "nothing at all")):
        c.call(alone, bad).raises(ValueError, f"{why}: ValueError")
c.score

# %% [markdown]
# ## 4 · `is_legal`: what fits?
#
# An A100 has seven compute slices and **eight** memory slices. An instance takes a run of neighbouring memory slices and may begin only at certain **starts**. This table is all that a driver checks.

# %% tags=["experiment"]
print(f"{'A100-40GB':12} {'memory slices':>13} {'at most':>8}   may start at")
for name, row in mig.profiles("A100-40GB").items():
    print(f"{name:12} {row.memory_slices:13} {row.max_instances:8}   {', '.join(map(str, row.starts))}")

# %% [markdown]
# **Predict, before you run anything.** Which of these sets fit on one A100-40GB? Write down four times yes or no.
#
# 1. `3g.20gb`, `3g.20gb`, `1g.5gb`: seven compute slices of seven.
# 2. `4g.20gb`, `3g.20gb`: seven of seven, too.
# 3. `2g.10gb` four times: eight memory slices of eight.
# 4. `3g.20gb`, `2g.10gb`, `1g.5gb`, `1g.5gb`.
#
# **Goal.** Let a function decide: is there *some* choice of starts, one for each instance, such that no two runs overlap?
#
# `mig.profiles(gpu)` gives the table as a dict from name to row; you need `row.memory_slices`, `row.starts` and `row.max_instances`. Try every start of the first profile, then for each of them every free start of the second, and so on. A function that calls itself does this in a few lines.

# %% answer="is_legal"
def is_legal(profiles, gpu):
    """Whether all these instances can stand on one GPU at the same time.

    profiles: a list of profile names, in any order, repeated as often as they are wanted. An
        empty list is legal.
    gpu: a name of the tables, such as "A100-40GB" or "A30".
    Returns True when for each name a start out of its row's starts can be chosen so that no two
    instances share a memory slice, and no profile is there more often than its max_instances; else
    False. Raises ValueError with one sentence for a profile that this GPU doesn't have.
    Search yourself: the functions of gpu_utils.mig that search refuse to work in the checks. Its
    tables, mig.profiles(gpu), are yours to use.
    """
    ### BEGIN SOLUTION
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(f"{gpu} has no profile {name}: it has {', '.join(table)}")
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False

    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken and fits(names[1:], taken | run):
                return True
        return False

    return fits(list(profiles), set())
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# First the easy refusals: unknown names, and too many of one kind. Then write an inner function `fits(names, taken)`: can the instances in `names` be placed when the memory slices in `taken` are gone?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `fits([], taken)` is True. Otherwise, for each start of the first name: does its run, `set(range(start, start + row.memory_slices))`, avoid `taken`, *and* does the rest fit into what is left? One success is enough; a first start that leads nowhere isn't yet a no.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# def fits(names, taken):
#     if not names:
#         return True
#     row = table[names[0]]
#     for start in row.starts:
#         run = set(range(start, start + row.memory_slices))
#         if not run & taken and fits(names[1:], taken | run):
#             return True
#     return False
# ```
#
# </details>

# %% test="is_legal-basic" points=1
SEARCHING = [mig.is_legal, mig.placements, mig.why_not, mig.all_layouts, mig.create, mig.free_starts, mig.plan, mig.lower_bound]
alone = without_calling(SEARCHING, is_legal)
with check("is_legal", points=1) as c:
    c.call(alone, ["3g.20gb", "3g.20gb"], "A100-40GB").equal(True, "two of 3g.20gb take eight memory slices of eight")
    c.call(alone, ["3g.20gb", "3g.20gb", "1g.5gb"], "A100-40GB").equal(
        False, "a 1g.5gb more would be the ninth, though a compute slice is left")
    c.call(alone, ["4g.20gb", "3g.20gb"], "A100-40GB").equal(True, "4g.20gb at 0 leaves 4 to 7 for 3g.20gb")
    c.call(alone, ["3g.20gb", "4g.20gb"], "A100-40GB").equal(
        True, "and the other way round: 3g.20gb may begin at 0, but then 4g.20gb has no start; at 4 both fit")
    c.call(alone, ["2g.10gb"] * 4, "A100-40GB").equal(False, "a fourth 2g.10gb finds no start: 6 isn't one of its starts")
    c.call(alone, ["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"], "A100-40GB").equal(
        True, "in any order: where the small ones stand can be chosen")
    c.call(alone, ["1g.5gb+me", "1g.5gb+me"], "A100-40GB").equal(
        False, "room for two of 1g.5gb+me there is, but its max_instances is 1")
    c.call(alone, ["5g.20gb"], "A100-40GB").raises(ValueError, "a profile that the GPU doesn't have: ValueError")
c.score

# %% test="is_legal-full" points=2 hidden=true
# Every layout of every kind: other GPUs, media engines, double memory, any order.
alone = without_calling(SEARCHING, is_legal)
with check("is_legal", points=2) as c:
    c.call(alone, [], "A100-40GB").equal(True, "an empty GPU is legal")
    c.call(alone, ["1g.5gb"] * 8, "A100-40GB").equal(False, "eight memory slices, but only seven starts for 1g.5gb")
    c.call(alone, ["1g.5gb", "1g.5gb+me", "1g.5gb+me"], "A100-40GB").equal(False, "media engines there are once: max_instances")
    c.call(alone, ["1g.10gb"] * 4, "A100-40GB").equal(True, "four of 1g.10gb, double memory each, use all eight memory slices")
    c.call(alone, ["1g.10gb"] * 3 + ["1g.5gb"] * 2, "A100-40GB").equal(
        True, "the two small ones share the pair that the third 1g.10gb must leave")
    c.call(alone, ["7g.40gb", "1g.5gb"], "A100-40GB").equal(False, "beside the whole card nothing fits")
    c.call(alone, ["4g.20gb", "1g.5gb+me"], "A100-40GB").equal(True, "each of these may be there once, so both may")
    c.call(alone, ["1g.6gb", "1g.6gb", "2g.12gb"], "A30").equal(True, "an A30 has four memory slices")
    c.call(alone, ["2g.12gb", "2g.12gb", "1g.6gb"], "A30").equal(False, "and no more than four")
    c.call(alone, ["1g.10gb"] * 7, "H100-80GB").equal(True, "the same name means a smaller share of a larger card")
    c.call(alone, ["1g.5gb"], "H100-80GB").raises(ValueError, "an A100's profile on an H100: ValueError")
    c.call(alone, ["1g.5gb", "2g.10gb", "9g.90gb"], "A100-40GB").raises(ValueError, "an unknown profile, wherever it stands: ValueError")
    for gpu in ("A100-40GB", "A30"):
        names = [name for name in mig.profiles(gpu) if "+" not in name]
        sets = [list(c.rng.permutation(s)) for n in range(2, 5) for s in itertools.combinations_with_replacement(names, n)]
        sets = [[str(name) for name in each] for each in sets]
        expected = [mig.is_legal(each, gpu) for each in sets]
        c.call(lambda: [bool(alone(each, gpu)) for each in sets]).equal(
            expected, f"{gpu}: all sets of two, three and four, shuffled")
c.score

# %% [markdown]
# **Look.** Cut the card yourself. The planner says why a set is refused. (Tab and the space bar, or arrow keys.) Find a legal layout that leaves a memory slice empty that nothing can use. Then look at your four predictions.

# %% tags=["experiment"]
cut_gpu("A100-40GB")

# %% [markdown]
# **Explain.** Seven and eight don't match. A half, `3g.20gb` or `4g.20gb`, takes four memory slices, and seven compute slices divide into four and three. So two of `3g.20gb` leave a compute slice that has no memory, and seven of `1g.5gb` a memory slice that has no compute.
#
# **A surprise**, found by program over all sets on all six GPUs of the tables: on an *empty* card three counts decide as well as your search: memory slices, compute slices, and how many of a kind. (Two instances with media engines apart.) So why do the starts exist at all? Because a card is rarely empty.

# %% [markdown]
# ## 5 · Order matters
#
# An instance, once created, is never moved. Here is a session from NVIDIA's user guide, shortened. (Published, and not run here: nobody has an A100 in this notebook.) 19 stands for `1g.5gb`, 14 for `2g.10gb`, 9 for `3g.20gb`.
#
# ```
# $ sudo nvidia-smi mig -cgi 19,19,14,9
# Successfully created GPU instance ID 13 on GPU  0 using profile MIG 1g.5gb (ID 19)
# Successfully created GPU instance ID 11 on GPU  0 using profile MIG 1g.5gb (ID 19)
# Successfully created GPU instance ID  3 on GPU  0 using profile MIG 2g.10gb (ID 14)
# Unable to create a GPU instance on GPU  0 using profile 9: Insufficient Resources
# ```
#
# Your `is_legal` says that this set fits. **Where did the driver put the small ones?** Guess, then see. (`mig.create` chooses as a driver does: NVIDIA documents no rule, ours reproduces every session that the guide prints, so this is *modelled*.)

# %% given="create_all"
def create_all(names, gpu="A100-40GB"):
    """Create instances one after the other. Returns those that stand, and the refusal, "" if there was none."""
    placed = []
    for name in names:
        try:
            placed.append(mig.create(placed, name, gpu))
        except ValueError as error:
            return placed, str(error)
    return placed, ""

# %% tags=["experiment"]
small_first, refusal = create_all(["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"])
large_first, _ = create_all(["3g.20gb", "2g.10gb", "1g.5gb", "1g.5gb"])
show(slice_maps({"19,19,14, and 9 is refused": small_first, "9,14,19,19: all four stand": large_first}, "A100-40GB"),
     alt="Two layouts (modelled). Small ones first: 2g.10gb on memory slices 0 and 1, 1g.5gb on 4 and on 6, so neither half "
         "of the card is free. Large ones first: 3g.20gb on 4 to 7, 2g.10gb on 0 and 1, 1g.5gb on 2 and 3")
print(refusal)
orders = set(itertools.permutations(["1g.5gb", "1g.5gb", "2g.10gb", "3g.20gb"]))
good = [order for order in orders if not create_all(order)[1]]
print(f"Of {len(orders)} orders, {len(orders) - len(good)} fail (modelled). Those that succeed begin with: "
      f"{', '.join(sorted({order[0] for order in good}))}.")
print("Where the first one goes: " + ", ".join(f"{name} to {create_all([name])[0][0].start}"
                                              for name in ("1g.5gb", "2g.10gb", "3g.20gb")) + " (modelled).")

# %% [markdown]
# **Why only the large one first?** This set fills all eight memory slices, and slice 7 is out of reach for a `1g.5gb` or a `2g.10gb`: look at their starts. So the `3g.20gb` must stand on 4 to 7. Whichever small one comes first goes right there. Then the large one finds no half, or it stands on 0 to 3, slice 7 is lost, and
# the last one is refused.
#
# **Fragmentation** is also what time does. Seven tenants of `1g.5gb` move in, four move out again. More than half of the memory is free. **Predict**: does a `2g.10gb` fit? A `3g.20gb`?

# %% tags=["experiment"]
tenants, _ = create_all(["1g.5gb"] * 7)
stay = [each for each in tenants if each.start in (1, 2, 5)]
show(slice_maps({"seven tenants": tenants, "four have left": stay}, "A100-40GB"),
     alt="Two layouts (modelled). Seven 1g.5gb on memory slices 0 to 6; then only those on 1, 2 and 5")
for name in ("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb"):
    starts = mig.free_starts(stay, name, "A100-40GB")
    print(f"{name}: {'may start at ' + ', '.join(map(str, starts)) if starts else 'nowhere to begin'} (modelled)")

# %% [markdown]
# Five memory slices are free, and the largest thing that fits is a `1g.10gb`. Nothing can be moved: somebody must close a tenant and open it elsewhere. A landlord's rule follows: **large first, small ones at one end, and tenants who leave together side by side.**

# %% [markdown]
# ## 6 · An admin's night shift
#
# A session, written after the user guide and shortened; nothing of it was measured here. After each command stop and say what comes next.
#
# ```
# $ sudo nvidia-smi -i 0 -mig 1
# Enabled MIG Mode for GPU 00000000:36:00.0
# $ sudo nvidia-smi mig -cgi 9,14
# Successfully created GPU instance ID  2 on GPU  0 using profile MIG 3g.20gb (ID  9)
# Successfully created GPU instance ID  3 on GPU  0 using profile MIG 2g.10gb (ID 14)
# $ nvidia-smi -L
# ```
#
# **Predict.** Two instances were created. How many devices does `nvidia-smi -L` list under GPU 0? The given function reads the listing for us.

# %% given="parse_nvidia_smi_l"
parse_nvidia_smi_l = mig.parse_nvidia_smi_l  # text of `nvidia-smi -L` to a list of GPUs, each with its slices

# %% tags=["experiment"]
without_compute = """
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
"""
after_cci = """
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
  MIG 2g.10gb     Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)
"""
for title, listing in (("after -cgi 9,14", without_compute), ("after -cci as well", after_cci)):
    slices = parse_nvidia_smi_l(listing)[0]["slices"]
    print(f"{title}: {len(slices)} devices to run on", [each["uuid"] for each in slices])

# %% [markdown]
# **None.** A GPU instance without a **compute instance** is a flat without a door: it takes its memory slices and serves nobody. The missing command makes the doors, and `-C` behind `-cgi` would have made them at once:
#
# ```
# $ sudo nvidia-smi mig -cci
# Successfully created compute instance ID  0 on GPU  0 GPU instance ID  2 using profile MIG 3g.20gb (ID  2)
# Successfully created compute instance ID  0 on GPU  0 GPU instance ID  3 using profile MIG 2g.10gb (ID  1)
# ```
#
# At three in the night the box reboots. **Predict**: which of these are still there in the morning: MIG mode, the GPU instances, the compute instances, the UUIDs in your start script?
#
# <details><summary>In the morning</summary>
#
# Only MIG mode (on Ampere cards; published: user guide, deployment considerations). Every instance is gone, and the start script names devices that don't exist. So a layout is written down as a file and applied at each boot, for example by NVIDIA's *mig-parted*. The last stretch section prints such a file.
#
# </details>

# %% [markdown]
# ## 7 · `environment`: what a worker sees
#
# A program doesn't choose its slice. Whoever starts it does, by **environment variables**: `CUDA_VISIBLE_DEVICES` names the one device that it will see, as its number 0. Thread limits keep its share of the *processor* as small as its share of the GPU: seven workers that each start a thread for every core trample on each other.
#
# Use the UUID, never an index. Indices are counted anew with every layout. And of a list older drivers take one slice and ignore the rest without a word: one worker, one slice.

# %% answer="environment"
def environment(slice_uuid, cores):
    """The variables that a worker gets in addition to its launcher's own.

    slice_uuid: the UUID of its slice, a text that begins with "MIG-", or None where there is no
        GPU. Any other text raises ValueError with one sentence: an index such as "0", a profile's
        name, the empty text, two UUIDs with a comma between them.
    cores: a list of the numbers of the processor cores that it may use, no number twice (you
        needn't check that); an empty list raises ValueError.
    Returns a new dict from text to text:
        "CUDA_VISIBLE_DEVICES": the UUID as it is; for None the empty text, which hides every GPU;
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS": how many cores those are.
    It may hold more variables that limit threads, and nothing else. os.environ stays as it is.
    """
    ### BEGIN SOLUTION
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid):
        raise ValueError(f"a worker sees one slice, named by its UUID (MIG-...), not {slice_uuid!r}")
    if len(cores) == 0:
        raise ValueError("a worker needs at least one core")
    limit = str(len(cores))
    return {
        "CUDA_VISIBLE_DEVICES": slice_uuid or "",
        "OMP_NUM_THREADS": limit,
        "OPENBLAS_NUM_THREADS": limit,
        "MKL_NUM_THREADS": limit,
    }
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two refusals, then one dict. Every value is a text: the operating system knows no numbers in an environment.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The limit is *how many* cores, `len(cores)`, not their numbers. `str(None)` is the word "None", which would be the name of a device.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid):
#     raise ValueError(...)
# # and one for no cores
# limit = str(len(cores))
# return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": limit, ...}
# ```
#
# </details>

# %% test="environment-basic" points=1
alone = without_calling([mig.environment], environment)
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
uuid = "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f"

def says(found, names, value):
    """Whether these variables are there, as texts with this value."""
    return type(found) is dict and all(type(found.get(name)) is str and found[name] == value for name in names)


def limits(slice_uuid, cores):
    """The three thread limits that your function gives, without the rest."""
    found = alone(slice_uuid, cores)
    return {name: found.get(name) for name in POOLS} if type(found) is dict else found


def added(slice_uuid, cores):
    """Which variables are no thread limit, and whether os.environ is still what it was."""
    before = dict(os.environ)
    found = alone(slice_uuid, cores)
    same = dict(os.environ) == before
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
    others = sorted(name for name in found if "THREADS" not in name) if type(found) is dict else found
    return others if not isinstance(others, list) or len(others) < 6 else f"{len(others)} variables", same


with check("environment", points=1) as c:
    c.call(alone, uuid, [0]).satisfies(lambda found: says(found, ["CUDA_VISIBLE_DEVICES"], uuid), "the worker sees its slice, by UUID")
    c.call(limits, uuid, [0]).equal(dict.fromkeys(POOLS, "1"), "one core: one thread in each of the three pools, as text")
    c.call(limits, uuid, [4, 5]).equal(dict.fromkeys(POOLS, "2"), "cores 4 and 5 are two cores")
    c.call(alone, None, [0]).satisfies(
        lambda found: says(found, ["CUDA_VISIBLE_DEVICES"], ""), "no slice: the empty text, and no GPU is seen")
    c.call(added, uuid, [0]).equal(
        (["CUDA_VISIBLE_DEVICES"], True), "beside thread limits that one variable only, and os.environ stays as it is")
    c.call(alone, "0", [0]).raises(ValueError, "an index is no UUID: ValueError")
    c.call(alone, "", [0]).raises(ValueError, "the empty text names no slice: ValueError")
    c.call(alone, f"{uuid},{uuid[:-1]}0", [0]).raises(ValueError, "two slices for one worker: ValueError")
    c.call(alone, uuid, []).raises(ValueError, "no core: ValueError")
c.score

# %% test="environment-full" points=1 hidden=true
# Other cores and slices, two slices at once, and an environment that belongs to somebody else.
alone = without_calling([mig.environment], environment)
with check("environment", points=1) as c:
    cores = sorted(int(n) for n in c.rng.choice(64, 12, replace=False))
    other = f"MIG-{int(c.rng.integers(10**7, 10**8))}-9bed-5b25-b243-5985ef7c9beb"
    c.call(limits, other, cores).equal(dict.fromkeys(POOLS, "12"), "twelve cores, wherever they are")
    c.call(alone, other, cores).satisfies(lambda found: says(found, ["CUDA_VISIBLE_DEVICES"], other), "any slice")
    old = "MIG-GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77/1/0"
    c.call(alone, old, [7]).satisfies(
        lambda found: says(found, ["CUDA_VISIBLE_DEVICES"], old), "an old driver's name for a slice, as it is")
    c.call(alone, other, [3]).satisfies(
        lambda found: type(found) is dict and all(type(v) is str for v in found.values())
        and all(name == "CUDA_VISIBLE_DEVICES" or "THREADS" in name for name in found),
        "texts only, and only what is added: not a copy of the whole environment")
    before = dict(os.environ)
    c.call(lambda: (alone(other, [1, 2, 3]), dict(os.environ) == before)[1]).equal(True, "the launcher's own environment stays as it is")
    c.call(alone, f"{uuid},{other}", [0]).raises(ValueError, "two slices for one worker: ValueError")
    c.call(alone, "", [0]).raises(ValueError, "the empty text names no slice: ValueError")
    c.call(alone, "MIG 1g.5gb", [0]).raises(ValueError, "a profile's name is no UUID: ValueError")
    c.call(alone, "GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77", [0]).raises(ValueError, "the whole GPU is no slice: ValueError")
    c.call(alone, uuid, []).raises(ValueError, "no core: ValueError")
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
c.score

# %% [markdown]
# ### The launcher
#
# Here is the whole serving system, given, to be broken on purpose. You needn't read its source; this is what it does:
#
# - `Slice(name, cores, environment)` says what one worker gets. **Here** a slice is a processor core to which the worker is pinned. **On an A100** it is a MIG UUID. The launcher is the same.
# - `Fleet(slices, routes)` starts one process for each slice, and a **router**: it takes requests, keeps them in order, and hands each to a free worker of its tenant's route.
# - `fleet.submit("classify", pictures, tenant="you")` accepts a request and returns at once. Its `.result()` waits.
# - At the end of the `with` block, however it ends, no process is left. A worker also dies when its pipe closes: so it doesn't outlive this notebook either.

# %% tags=["experiment"]
digits = load()
pictures, truth = digits.test_images[:8], digits.test_labels[:8].tolist()  # one request: eight digits to read
own_cores = apart()
here, there = own_cores[0], own_cores[1 % len(own_cores)]  # the two cores that play our GPU's two slices


def slice_on(name, core):
    """One slice of this machine: a worker pinned to one core, with your environment() once its check holds."""
    variables = (environment if passed("environment") else mig.environment)(None, [core])
    return Slice(name, cores=(core,), environment=variables)


if not passed("environment"):
    print("These workers get the course's variables: your environment() doesn't pass its check yet.")
with Fleet([slice_on("yours", here), slice_on("the neighbour's", there)]) as fleet:
    for name, facts in fleet.facts.items():
        pinned = "can't be pinned on this system" if facts["cores"] is None else f"may use core {facts['cores']}"
        print(f"{name}: process {facts['pid']}, {pinned}, {facts['OMP_NUM_THREADS']} thread")
    print("read:", fleet.submit("classify", pictures, tenant="you").result(30), "truth:", truth)
if here == there:
    print("This machine has one core: two slices share it, and section 9 can't show a wall.")

# %% [markdown]
# ## 8 · `percentile_latency`: the slow ones count
#
# A mean hides what hurts. The **p99** is the latency that 99 of 100 requests stay within. By the **nearest-rank** rule it is one of the samples: with $n$ samples in order, the one of rank $\lceil q\,n / 100 \rceil$, counted from 1. No values between samples are made up.

# %% answer="percentile_latency"
def percentile_latency(samples, q):
    """The nearest-rank percentile: the least sample such that at least q percent of them are no larger.

    samples: a list of numbers (or a one-dimensional array), at least one, in any order; they stay as
        they are. Infinity may be among them: a request that was never answered.
    q: above 0 and at most 100. No sample, or any other q: ValueError with one sentence.
    Returns one of the samples, a number.
    """
    ### BEGIN SOLUTION
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("a percentile takes at least one sample and a q above 0, at most 100")
    rank = math.ceil(q * len(samples) / 100)
    return sorted(samples)[rank - 1]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Sort a copy. Find the rank. Ranks count from 1, positions from 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `math.ceil` rounds up. The 50th percentile of four samples is the second, that of five the third. Multiply before you divide: in floats `7 / 100 * 100` is a hair above 7, and would be rounded up to 8.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `sorted(samples)[math.ceil(q * len(samples) / 100) - 1]`, after the two refusals.
#
# </details>

# %% test="percentile_latency-basic" points=1
alone = without_calling([percentile], percentile_latency)
five = [20.0, 15.0, 50.0, 35.0, 40.0]
with check("percentile_latency", points=1) as c:
    c.call(alone, five, 50).equal(35.0, "the median of five is the third in order")
    c.call(alone, five, 40).equal(20.0, "40 percent of five are two: the second in order")
    c.call(alone, five, 41).equal(35.0, "a little more than two of five: the third, and nothing in between")
    c.call(alone, five, 100).equal(50.0, "the 100th percentile is the slowest")
    c.call(alone, [float(n) for n in range(100, 0, -1)], 7).equal(
        7.0, "7 percent of 100 are seven, not a hair more: the seventh in order")
    c.call(alone, np.array(five), 1).equal(15.0, "an array will do, and the least rank is 1")
    c.call(alone, [], 99).raises(ValueError, "of no samples: ValueError")
    c.call(alone, five, 0).raises(ValueError, "q = 0: ValueError")
c.score

# %% test="percentile_latency-full" points=1 hidden=true
# Many samples, arrays, small q, requests that were never answered.
alone = without_calling([percentile], percentile_latency)
with check("percentile_latency", points=1) as c:
    many = [float(v) for v in c.rng.permutation(200)]
    c.call(alone, many, 99).equal(197.0, "p99 of 200 is the 198th in order")
    c.call(alone, many, 0.25).equal(0.0, "the least rank is 1")
    c.call(alone, many, 99.75).equal(199.0, "q needn't be a whole number")
    c.call(alone, np.array(many[:101]), 50).equal(sorted(many[:101])[50], "an array of 101: the 51st")
    c.call(alone, [3.0, math.inf, 1.0, 2.0], 75).equal(3.0, "what was never answered is the slowest of all")
    c.call(alone, [3.0, math.inf, 1.0, 2.0], 99).equal(math.inf, "and p99 says so")
    c.call(alone, [7.0], 1).equal(7.0, "of one sample, every percentile is it")
    c.call(alone, many, 0).raises(ValueError, "q = 0: ValueError")
    c.call(alone, many, 101).raises(ValueError, "q above 100: ValueError")
c.score

# %% [markdown]
# ### Find the bug: the polite client
#
# A colleague tests the server. His client asks, waits for the answer, asks again, 150 times. In the middle the server **freezes for half a second**: an update, a full disk, a garbage collection. He reports: *p99 unharmed*. Yours sends as many requests at times that were **planned beforehand**, like people who don't know of each other. Same server, same freeze.
#
# **Predict** what your p99 is, as a multiple of his.

# %% tags=["experiment"]
predict("planned p99 over polite p99", None, "x")

# %% tags=["experiment"]
def p(samples, q):
    """The percentile of a list of samples' latencies, in ms, by your function once its check holds."""
    rule = percentile_latency if passed("percentile_latency") else percentile
    return rule([1e3 * sample.latency_s for sample in samples], q)


def few(samples):
    """A sentence about a p99 that only looks like one."""
    if len(samples) < 100:
        print(f"Mind: of {len(samples)} requests, p99 by nearest rank is simply the slowest one. It needs 100 to leave one out.")


if not passed("percentile_latency"):
    print("Percentiles by the course's function: your percentile_latency doesn't pass its check yet.")
question = ("classify", (pictures,))
with Fleet([slice_on("yours", here)]) as fleet:
    ask_in_turn(fleet, [question] * 10)  # warm up
    warm = ask_in_turn(fleet, [question] * 50)
    each_s = (warm[-1].done_s - warm[0].sent_s) / 50  # measured: what one request takes, the way included
    his = ask_in_turn(fleet, [question] * 75)
    fleet.submit("pause", 0.5)  # the freeze
    his += ask_in_turn(fleet, [question] * 75)
    span_s = min(150 * each_s / 0.3, 3.0)  # your plan: 30 % of what the worker can do
    plan_ = [Arrival(at, "you", *question) for at in arrivals(0.3 / each_s, span_s, seed=1)]
    yours = drive(fleet, plan_ + [Arrival(span_s / 3, "nobody", "pause", (0.5,))], wait_for=("you", "nobody"))
yours = [sample for sample in yours if sample.tenant == "you"]
for who, samples in (("polite client", his), ("planned, yours", yours)):
    print(f"{who:15} {len(samples)} requests, p50 {p(samples, 50):6.1f} ms, p99 {p(samples, 99):6.1f} ms, "
          f"worst {p(samples, 100):6.1f} ms (measured)")
few(yours)
record("planned p99 over polite p99", p(yours, 99) / p(his, 99), "x")

# %% [markdown]
# <details><summary>The bug</summary>
#
# While the server is frozen, the polite client waits with it. It *asks nothing*, so the freeze costs it one slow sample of 150, and the 99th percentile never sees it. The dozens who would have come in that half second aren't in his list. This is **coordinated omission** (the name is Gil Tene's): the one who measures pauses whenever the one who is measured does. On the course's machine your p99 was 156 to 169 times his (measured, three runs). Under load his p99 is large as well, and the ratio small.
#
# </details>
#
# So we measure with an **open loop**: a plan of arrivals (Poisson: independent people), sent when the plan says so, and the latency of each counts from its *planned* arrival. If the sender itself is late, that counts too.

# %% [markdown]
# ## 9 · The neighbour explodes
#
# Now the experiment that this lab is about. The device is two cores of this machine. You send at 30 % of what one core can do. So does the neighbour, until it explodes: half a second at **twenty times** that rate. Four houses:
#
# | house | workers | who waits where |
# |---|---|---|
# | alone | yours on one core | the neighbour isn't there |
# | one queue | two, one on each core | both tenants in one line, as behind a shared server |
# | turns | two on **one** core | own lines, but the processor takes turns: *time-slicing* |
# | slices | two, one on each core | own lines, own cores |

# %% tags=["experiment"]
LENGTH_S, BOOM_S, BOOM_LENGTH_S = 2.0, 0.5, 0.5


def house(slices, routes, neighbour=True, ask=question, takes_s=each_s):
    """Serve one plan in one house: the samples that are yours. `takes_s` is what one request takes."""
    rate = 0.3 / takes_s
    times = {"you": arrivals(rate, LENGTH_S, seed=1)}
    if neighbour:
        times["neighbour"] = arrivals(rate, LENGTH_S, seed=2) + arrivals(20 * rate, BOOM_LENGTH_S, seed=3, start_s=BOOM_S)
    with Fleet(slices, routes) as fleet:
        for name in fleet.slices:
            fleet.submit(ask[0], *ask[1], slice_name=name).result(180)  # warm up: the first answer is always slow
        plan_ = [Arrival(at, tenant, *ask) for tenant, when in times.items() for at in when]
        samples = drive(fleet, plan_, wait_for=("you",))  # the neighbour's rest is not our concern
    return [sample for sample in samples if sample.tenant == "you"]


mine, its, its_here = slice_on("yours", here), slice_on("the neighbour's", there), slice_on("the neighbour's", here)
own = {"you": ["yours"], "neighbour": ["the neighbour's"]}
before = house([mine, its], own, neighbour=False)
mad = {"one queue": house([mine, its], None), "turns": house([mine, its_here], own), "slices": house([mine, its], own)}
after = house([mine, its], own, neighbour=False)  # alone once more: how much does this machine differ from itself?
houses = {"alone": before, **mad}

# %% tags=["experiment"]
alone_ms = (p(before, 99) + p(after, 99)) / 2  # each of the two has as many requests as a house: the same statistic
late_ms = max(1e3 * (sample.sent_s - sample.planned_s) for samples in (after, *houses.values()) for sample in samples)
print(f"{len(before)} requests of yours in each house; one alone takes {1e3 * each_s:.1f} ms (measured)")
for name, samples in {"alone": before, "once more": after, **mad}.items():
    print(f"{name:10} p50 {p(samples, 50):8.1f} ms   p99 {p(samples, 99):8.1f} ms   p99 over alone {p(samples, 99) / alone_ms:7.1f} x")
few(before)
over_alone = {name: p(samples, 99) / alone_ms for name, samples in mad.items()}
pinned = here != there and hasattr(os, "sched_setaffinity")
# By how much does this run contradict itself? Alone differs from alone; nobody gets faster by a neighbour, or by sharing a core.
unrest = max(p(before, 99), p(after, 99)) / min(p(before, 99), p(after, 99))
doubt = {"alone, measured twice, differs": unrest}
doubt |= {f"{name}: better than alone, and a neighbour can't make you faster": 1 / ratio for name, ratio in over_alone.items()}
if pinned:
    doubt["turns: better than a core of your own, which can't be"] = over_alone["slices"] / over_alone["turns"]
why, noise = max(doubt.items(), key=lambda item: item[1])
if here == there:
    print("One core only: 'slices' is 'turns' here. The wall can't be shown on this machine; the queue can.")
elif not pinned:
    print("This system doesn't pin processes: 'turns' is 'slices' here, as the system gives each worker a core of its own.")
print(f"Noise of this run: {noise:.1f} times ({why}).")
if noise > 2:
    print("Something else holds these cores. Only ratios above twice that noise go into your ledger: run this cell and the one "
          "above again in peace.")
else:
    print("What is clearly larger than that came with the neighbour.")
for name, title in (("one queue", "one queue"), ("turns", "turns"), ("slices", "own slice")):
    if noise <= 2 or over_alone[name] > 2 * noise:
        record(f"p99 over alone: {title}", over_alone[name], "x")
if late_ms > alone_ms:
    print(f"Once the sender itself was {late_ms:.0f} ms late. It sends the neighbour's flood as well, from these same cores, so a "
          "ratio of a few may be its doing. It counts, as it would for your customers.")

# %% tags=["experiment"]
with style():
    fig = new_figure(height_in=4.4)
    axes = fig.subplots()
    axes.axvspan(BOOM_S, BOOM_S + BOOM_LENGTH_S, color="#eeeeee", zorder=0, label="the neighbour explodes")
    for (name, samples), colour, marker in zip(houses.items(), (PALETTE[0], PALETTE[1], PALETTE[4], PALETTE[2]), "o^sD"):
        axes.semilogy([s.planned_s for s in samples], [1e3 * s.latency_s for s in samples], marker, markersize=4,
                      linestyle="none", color=colour, alpha=0.8, label=f"{name}: p99 {p(samples, 99):.0f} ms")
    axes.set_xlabel("when the request was to arrive, s")
    axes.set_ylabel("time to the answer, ms, log scale (measured)")
    axes.set_title(f"your p99 over alone: one queue {over_alone['one queue']:.0f} x, slices {over_alone['slices']:.1f} x")
    axes.grid(which="major", axis="y")
    axes.legend(loc="upper left")
show(fig, alt="Your requests as dots, arrival time against time to the answer on a log scale. From the explosion on, the "
     "dots of the one queue climb far above all others and stay there. p99: "
     + ", ".join(f"{name} {p(samples, 99):.0f} ms" for name, samples in houses.items()))

# %% [markdown]
# **Read it.** In one queue your request stands behind hundreds of the neighbour's. It stays so *long after* the explosion, until the line is worked off. With turns, the line is your own again, but the core divides its time, and a request may wait for the other's turn to end. (A GPU takes turns by another clock than this processor: the picture is the same, the numbers aren't.) With slices, **the neighbour explodes, and your p99 stays where it was**, but for what
# this machine's own unrest adds: that is why you measured alone twice.
#
# On the course's machine, in four runs: 165 to 224 times, 2.7 to 3.3 times and 1.1 to 2.9 times your p99 alone (measured). Why is the last not 1? The sender and the router live on the same two cores as the workers, and carry the neighbour's flood as well: look for the sentence about the late sender.
#
# And the price: while the neighbour drowned, your core was idle most of the time, and couldn't help. A wall keeps out, and keeps in.

# %% [markdown]
# ## 10 · `isolation_loss`: how thick is the wall?
#
# **Goal.** One number: the share of your throughput that a neighbour takes. MLPerf's slice did 502.4 samples/s alone and 494.8 with its neighbours busy (published). **Predict**: what share is that?

# %% answer="isolation_loss"
def isolation_loss(alone, shared):
    """The share of throughput that is lost to the neighbours.

    alone: requests per second with no neighbour, above 0; otherwise ValueError with one sentence.
    shared: requests per second beside neighbours, 0 or more, in the same unit.
    Returns a number: 0 when nothing is lost, 1 when everything is. Below 0 when more is done beside
    neighbours than alone (a measurement may be so): it is returned as it is.
    """
    ### BEGIN SOLUTION
    if not alone > 0:
        raise ValueError(f"throughput alone lies above 0, not {alone}")
    return (alone - shared) / alone
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# What was lost, over what was there before.
#
# </details>
# <details><summary>Hint 2</summary>
#
# From 200 to 150: 50 lost, of 200. A quarter.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `(alone - shared) / alone`, after refusing an `alone` that isn't above 0.
#
# </details>

# %% test="isolation_loss-basic" points=1
with check("isolation_loss", points=1) as c:
    c.call(isolation_loss, 200.0, 150.0).close(0.25, "from 200 to 150, a quarter is lost", rtol=1e-12)
    c.call(isolation_loss, 200.0, 200.0).close(0.0, "nothing lost: 0", atol=1e-12)
    c.call(isolation_loss, 80.0, 0.0).close(1.0, "all of it lost: 1", rtol=1e-12)
    c.call(isolation_loss, 4, 5).close(-0.25, "a quarter won is a loss of -0.25", rtol=1e-12)
    c.call(isolation_loss, 0.0, 10.0).raises(ValueError, "nothing alone: ValueError")
    c.call(isolation_loss, -3.0, 1.0).raises(ValueError, "a rate below 0: ValueError")
c.score

# %% test="isolation_loss-full" points=1 hidden=true
# Other rates, whole numbers, and a slice that got faster.
with check("isolation_loss", points=1) as c:
    rate = float(c.rng.uniform(300, 900))
    c.call(isolation_loss, rate, 0.9 * rate).close(0.1, "a tenth lost, at any rate", rtol=1e-9)
    c.call(isolation_loss, 502.4, 494.8).close(7.6 / 502.4, "MLPerf's slice, unrounded", rtol=1e-9)
    c.call(isolation_loss, 8, 9).close(-0.125, "an eighth won is a loss of -0.125, and whole numbers will do", rtol=1e-12)
    c.call(isolation_loss, -rate, rate).raises(ValueError, "a negative rate: ValueError")
c.score

# %% [markdown]
# **Look.** Your worker reads digits as fast as it can. Its neighbour does one of three things: computes on another core, computes on the *same* core, or copies 64 MB of memory to and fro on another core. **Predict** the share of your throughput that each costs. Does the last one cost anything? It has its own core, after all.

# %% tags=["experiment"]
predict("lost: it computes on its own core", None, "")
predict("lost: it copies memory on its own core", None, "")
predict("lost: it computes on your core", None, "")

# %% tags=["experiment"]
COUNTING_S = 0.3


def throughput(fleet, seconds=COUNTING_S):
    """Requests per second that your worker does from a full queue: counted inside the worker, so no router is timed."""
    return fleet.submit("compute", seconds, tenant="you").result(30) / seconds


NEIGHBOURS = {
    "nobody": None,
    "computes on its own core": ("compute", (0.45,), "beside"),
    "copies memory on its own core": ("stream", (2**26, 0.45), "beside"),
    "computes on your core": ("compute", (0.45,), "on top"),
}
rates = {name: [] for name in NEIGHBOURS}
routes = {"you": ["yours"], "beside": ["the neighbour's"], "on top": ["on top"]}
with Fleet([mine, its, slice_on("on top", here)], routes) as fleet:
    throughput(fleet)
    for _ in range(3):  # all four in turn, three times: whatever else the machine does meets all of them
        for name, task in NEIGHBOURS.items():
            busy = task and fleet.submit(task[0], *task[1], tenant=task[2])
            if busy:
                time.sleep(0.03)
            rates[name].append(throughput(fleet))
            if busy:
                busy.result(30)


@attempt("isolation_loss")
def _():
    best = {name: max(found) for name, found in rates.items()}  # whatever else runs here only ever takes away
    losses = {name: isolation_loss(best["nobody"], rate) for name, rate in best.items() if name != "nobody"}
    losses_mlperf = isolation_loss(502.4, 494.8)
    with style():
        fig = new_figure(height_in=2.9)
        axes = fig.subplots()
        bars = axes.barh(range(4), [losses_mlperf, *losses.values()], color=[PALETTE[3], *[PALETTE[0]] * 3])
        bars[0].set_hatch("xx")
        axes.bar_label(bars, [f"{v:.1%}" for v in (losses_mlperf, *losses.values())], padding=4)
        axes.set_yticks(range(4), ["A100 slice, neighbours busy (published)", *[f"it {name} (measured)" for name in losses]])
        axes.set_xlim(min(0, *losses.values()) - 0.05, 1)
        axes.invert_yaxis()
        axes.set_xlabel("share of your throughput that is lost")
    show(fig, alt="Bars: throughput lost to a neighbour. A100 slice 1.5 % (published); measured here: "
         + ", ".join(f"it {name} {loss:.0%}" for name, loss in losses.items()))
    spread = (max(rates["nobody"]) - sorted(rates["nobody"])[-2]) / best["nobody"]
    one_more = 1 / (best["nobody"] * COUNTING_S)  # only whole requests are counted
    print(f"Your best two runs without a neighbour differ by {spread:.0%}, and one request more or less makes {one_more:.0%} "
          f"(measured). Losses below {max(spread, one_more):.0%} are noise here.")
    if min(losses.values()) < -max(spread, one_more):
        print("A neighbour can't make you faster: a loss that far below 0 says that something else held the cores. Run it again.")
    if losses["computes on your core"] < 0.35:
        print("Two workers on one core, and less than 35 % is lost? Then you didn't have that core to yourself without the "
              "neighbour either: other programs run here, and these losses are too small. Run it again in peace.")
    if here == there:
        print("One core only: each of the three neighbours sits on yours.")
    for name, loss in losses.items():
        record(f"lost: it {name}", loss, "")

# %% [markdown]
# **Read it.** On one core two workers share the time, so about half is lost: turns are fair, and fair means half. Beside you on a core of its own, a computing neighbour should cost next to nothing: 0 to 16 % on the course's machine (measured), and more where two cores are two threads of one, which a virtual machine may not tell. And the one who copies memory, on *its own* core? 1 to 28 % there, from run to run (measured). Cores have arithmetic of their own, but share the last level of cache and the way to memory. **Our wall
# has a hole.** MIG's has not: each GPU instance gets cache banks and memory controllers of its own, which no pinned process can have. It is also why its borders follow *memory* slices. (Compute instances inside one GPU instance share them again: a thin wall within a thick one.)

# %% [markdown]
# ## 11 · Break it on purpose
#
# Two workers, one plan, and in the middle of it we kill one of them at its work, without warning. **Predict**: how many of the accepted requests are lost? (The worker was at one, and others waited.)

# %% tags=["experiment"]
predict("requests lost with a killed worker", None, "")

# %% tags=["experiment"]
with Fleet([mine, its]) as fleet:
    plan_ = [Arrival(at, "you", *question) for at in arrivals(1.2 / each_s, 0.9, seed=5)]
    murder = threading.Timer(0.4, fleet.kill, ["yours"])
    murder.start()
    samples = drive(fleet, plan_)
    murder.join()
    print("\n".join(fleet.log) or "nobody died")
    lost = [sample for sample in samples if sample.done_s is None]
    wrong = [sample for sample in samples if sample.done_s is not None and sample.value != truth]
    retried = [sample for sample in samples if len(sample.tried) > 1]
    print(f"{len(samples)} accepted, {len(lost)} lost, {len(retried)} retried elsewhere, {len(wrong)} with a wrong answer")
    record("requests lost with a killed worker", len(lost), "")
    fleet.restart("yours")
    print("after a restart:", fleet.alive())

# %% [markdown]
# The promise of the router: **an accepted request is answered, or its owner is told why not.** So none is lost. The request that died with its worker was taken by the other: it was worked on twice, perhaps nearly to the end. So a retried request must be **harmless to repeat**. Reading digits is. Charging a credit card isn't.
#
# Two more accidents. First a request that is **too large** for its slice. Then one that is **poison**: whatever worker takes it dies, and a router that always retries would feed it one worker after the other. How should a router tell poison from bad luck?

# %% tags=["experiment"]
small = Slice("small", cores=(here,), environment=mine.environment, memory_bytes=64 * 2**20)
large = Slice("large", cores=(there,), environment=mine.environment, memory_bytes=512 * 2**20)
third = Slice("third", cores=(there,), environment=mine.environment, memory_bytes=64 * 2**20)  # as small as yours
with Fleet([small, large, third], {"you": ["small"]}) as fleet:
    if not fleet.facts["small"]["limited"]:
        print("This system can't limit a worker's memory, so the small slice is as large as the large one.")
    request = fleet.submit("allocate", 200 * 2**20, tenant="you")
    print("200 MB:", request.result(30), "bytes, tried by", request.tried, "·", *fleet.log)
    try:
        fleet.submit("vanish", tenant="you").result(30)
    except RuntimeError as error:
        print("poison:", error, "· still serving:", fleet.alive())
    print("and you:", fleet.submit("classify", pictures, tenant="you").result(30))

# %% [markdown]
# Out of memory is an *answer*: the worker lives, and the request wanders on to a slice that is large enough. Death is silence. Ours counts: a request in whose hands two workers died is refused, and its owner told. On a GPU the same holds: a process that runs out of memory in one slice leaves the others alone, since their memory was never reachable.
#
# ### The engine behind it
#
# Nobody should write a server for strangers in 300 lines. A fleet takes another engine by name: **LitServe**, here one server on the loopback for each slice, asked over HTTP. Router, plan and percentiles stay. **Predict**: what does HTTP cost you, as a multiple of the pipe's time?

# %% tags=["experiment"]
predict("LitServe over the pipe", None, "x")

# %% tags=["experiment"]
try:
    with Fleet([mine], engine="litserve") as fleet:
        ask_in_turn(fleet, [question] * 10)
        over_http = ask_in_turn(fleet, [question] * 60)
        assert over_http[-1].value == truth
    with Fleet([mine]) as fleet:
        ask_in_turn(fleet, [question] * 10)
        over_pipe = ask_in_turn(fleet, [question] * 60)
    for name, samples in (("pipe", over_pipe), ("LitServe", over_http)):
        work_ms = 1e3 * float(np.median([sample.service_s for sample in samples]))
        print(f"{name:9} p50 {p(samples, 50):6.1f} ms, of which {work_ms:.1f} ms are the worker's (measured)")
    record("LitServe over the pipe", p(over_http, 50) / p(over_pipe, 50), "x")
except RuntimeError as error:
    print(f"{error}. The rest of the lab needs it nowhere.")

# %% [markdown]
# The price is the wire: 8,192 numbers travel as text. "The worker's" is the time in the network, behind LitServe with the step from lists of numbers to an array (0.1 ms on the course's machine, measured). Where it is several times as long there, look at the core: LitServe's server and its worker both live on yours. For it LitServe brings what ours lacks: batching, time limits, streams, a protocol that any client speaks. For a model that works for a fifth of a second, a few milliseconds more are nothing; for eight digits they are most of it.

# %% [markdown]
# ## 12 · In your own words
#
# Three ways to share a card:
#
# | | time-slicing | MPS | MIG |
# |---|---|---|---|
# | who computes when | processes take turns, the whole card each | kernels of several processes at the same time | each on its own part, always |
# | a neighbour can take your time | yes | yes, up to limits that you set | no |
# | a neighbour can take your memory | yes | up to limits that you set | no |
# | a neighbour's fatal fault | no isolation is promised | may end all clients on the card | stays in its slice |
# | cache and bandwidth | shared | shared | split |
# | an idle neighbour's share | is yours | is yours | stays idle |
# | how many | as many as memory allows | dozens | 7 on an A100, in fixed sizes |
# | which cards | all | all, with walls between address spaces since Volta | A30, A100, H100 and later |
#
# They mix: a slice may hold an MPS server, or take turns. (After NVIDIA's documentation of MPS, MIG and the Kubernetes device plugin: see Sources.)
#
# **You have one A100 and three tenants: a clinic whose pictures must be read within a twentieth of a second, day and night; a class of twelve who try things out in notebooks, mostly thinking; and a training that may take all that is left at night. Your head of department says: "Seven slices, done." What do you set up, and why?** In at most 120 words: name the mechanism that decides, use one
# number from your ledger, and say under which circumstances your choice would be the wrong one. A person reads this.
#
# <details><summary>How it is marked (0 to 3)</summary>
#
# One point each: the mechanism (what is shared, and what isn't), a number that supports it, the limit (when another choice would be right). Any choice can earn all three.
#
# </details>

# %% [markdown] written="mig-mps-or-time-slicing" points=3
# A 3g.20gb slice for the clinic: it shares no queue, multiprocessor, cache or memory with anybody. In my ledger a mad neighbour made p99 more than a hundred times as long in one queue and left it alone with an own slice (measured). The other half goes to the class,
# with time-slicing inside: twelve who mostly think would leave slices idle, and there are only seven. At night the training gets that half too, as cutting anew needs empty slices. Seven equal slices would be right for seven small services with promises. My choice is wrong if one
# picture needs more than three sevenths of the card within its time: MLPerf's seventh took 3.5 times as long for an answer (modelled from published rows).

# %% [markdown]
# ## 13 · Stretch: `all_layouts`
#
# How many ways are there to cut an A100? Your `is_legal` can count them. A layout that is legal stays legal when one instance is taken away: so every layout can be grown from a smaller one.

# %% answer="all_layouts" tier="stretch" needs="is_legal"
def all_layouts(gpu, profiles=None):
    """Every set of instances that one GPU can hold at once.

    gpu: a name of the tables.
    profiles: a list of the profile names to use; None for the base profiles, those rows of
        mig.profiles(gpu) whose is_base is True (no media engines, no 1g with double memory).
    Returns a set of tuples of names. Each tuple is sorted as text, names repeated as often as they
    are there; the empty layout is left out. The order of instances on the card does not count.
    Full layouts and those with room left both belong to it.
    """
    ### BEGIN SOLUTION
    if profiles is None:
        profiles = [name for name, row in mig.profiles(gpu).items() if row.is_base]
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, name))) for layout in frontier for name in profiles}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Start with the empty layout. Add each profile to each layout of the last round, keep what is legal, until nothing new comes.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Sort each tuple before you put it into the set: then the same layout, grown in another order, is the same member.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# found, frontier = set(), {()}
# while frontier:
#     grown = {tuple(sorted((*layout, name))) for layout in frontier for name in profiles}
#     frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
#     found |= frontier
# ```
#
# </details>

# %% test="all_layouts-basic" points=1
with check("all_layouts", points=1) as c:
    mine_only = without_calling(SEARCHING, all_layouts)
    c.call(mine_only, "A100-40GB", ["3g.20gb", "4g.20gb"]).equal(
        {("3g.20gb",), ("4g.20gb",), ("3g.20gb", "3g.20gb"), ("3g.20gb", "4g.20gb")}, "the halves make four layouts")
    c.call(lambda: len(mine_only("A100-40GB"))).equal(37, "an A100 with 40 GB can be cut in 37 ways")
    c.call(lambda: {type(each) for each in mine_only("A30")}).equal({tuple}, "a layout is a tuple")
c.score

# %% test="all_layouts-full" points=1 hidden=true
# Every layout by name, on other GPUs and with other profiles.
with check("all_layouts", points=1) as c:
    mine_only = without_calling(SEARCHING, all_layouts)
    for gpu in ("A100-40GB", "A30", "H100-80GB"):
        c.call(mine_only, gpu).equal(mig.all_layouts(gpu), f"every layout of {gpu}, and no other")
    pair = ["1g.5gb+me", "1g.10gb", "2g.10gb"]
    c.call(mine_only, "A100-40GB", pair).equal(
        mig.all_layouts("A100-40GB", pair), "with given profiles: these, media engines and double memory too")
    c.call(lambda: () in mine_only("A30", ["4g.24gb"])).equal(False, "an uncut card is no layout")
c.score

# %% [markdown]
# ## 14 · Stretch: `plan`
#
# A list of tenants, a rack of A100s. How few cards will do? *The largest first, each into the first card where it fits*: a good rule. **Predict** whether it finds the fewest for two of `3g.20gb` and four of `2g.10gb`.

# %% answer="plan" tier="stretch" needs="is_legal"
def plan(requests, gpu):
    """Put all requested instances on as few GPUs as possible.

    requests: a list of at most 8 profile names; it stays as it is.  gpu: a name of the tables.
    Returns a list with one list of names for each GPU that is used: every request exactly once, each
    list legal, none empty, and no other way needs fewer GPUs. Any order will do. No requests: [].
    A request that no such GPU can hold raises ValueError, whose sentence names it.
    """
    ### BEGIN SOLUTION
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} can hold {name}")
    table = mig.profiles(gpu)
    wanted = sorted(requests, key=lambda name: -table[name].memory_slices)

    def place(index, cards, limit):
        if index == len(wanted):
            return [list(card) for card in cards]
        tried = set()
        for card in cards:
            if tuple(card) in tried:
                continue
            tried.add(tuple(card))
            if is_legal([*card, wanted[index]], gpu):
                card.append(wanted[index])
                found = place(index + 1, cards, limit)
                card.pop()
                if found:
                    return found
        if len(cards) < limit:
            return place(index + 1, [*cards, [wanted[index]]], limit)
        return None

    if not wanted:
        return []
    return next(found for limit in range(1, len(wanted) + 1) if (found := place(0, [], limit)))
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Ask for one card first, then two, and so on: the first number that works is the fewest. For a given number, try each request on every card where it fits, and come back when that leads nowhere.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The greedy rule fails here: it puts both `3g.20gb` on the first card, three of `2g.10gb` on the second, and needs a third. One `3g.20gb` and two of `2g.10gb` on each card would have done.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# def place(index, cards, limit):
#     if index == len(requests):
#         return [list(card) for card in cards]
#     for card in cards:
#         if is_legal([*card, requests[index]], gpu):
#             card.append(requests[index])
#             found = place(index + 1, cards, limit)
#             card.pop()
#             if found:
#                 return found
#     if len(cards) < limit:
#         return place(index + 1, [*cards, [requests[index]]], limit)
# ```
#
# </details>

# %% test="plan-basic" points=1
def is_plan(found, requests, gpu, cards):
    """Whether a plan has every request once, only legal GPUs, none of them empty, and so many GPUs."""
    dealt = sorted(name for each in found for name in each)
    return (type(found) is list and dealt == sorted(requests) and len(found) == cards
            and all(len(each) > 0 and mig.is_legal(list(each), gpu) for each in found))


def judged(requests, gpu):
    """Your plan in a sentence: how many cards, and what is wrong with them."""
    found = without_calling(SEARCHING, plan)(requests, gpu)
    if type(found) is not list or not all(isinstance(each, (list, tuple)) for each in found):
        return f"no list of lists: {found!r:.60}"
    if sorted(name for each in found for name in each) != sorted(requests):
        return "not every request exactly once"
    bad = [each for each in found if not each or not mig.is_legal(list(each), gpu)]
    return f"an empty or illegal card: {bad[0]}" if bad else f"{len(found)} legal cards"


with check("plan", points=1) as c:
    mine_only = without_calling(SEARCHING, plan)
    halves = ["3g.20gb", "3g.20gb", "4g.20gb"]
    c.call(judged, halves, "A100-40GB").equal("2 legal cards", "three halves take two cards")
    odd = ["3g.20gb"] * 2 + ["2g.10gb"] * 4
    c.call(judged, odd, "A100-40GB").equal("2 legal cards", "two of 3g.20gb and four of 2g.10gb fit on two cards")
    c.call(mine_only, [], "A100-40GB").equal([], "no requests, no cards")
    c.call(mine_only, ["1g.5gb", "9g.90gb"], "A100-40GB").raises(ValueError, "what no card can hold: ValueError")
c.score

# %% test="plan-full" points=1 hidden=true
# Random lists on three GPUs; the number of cards is the optimum.
with check("plan", points=1) as c:
    mine_only = without_calling(SEARCHING, plan)
    for gpu in ("A100-40GB", "A30", "H100-80GB"):
        names = [name for name in mig.profiles(gpu) if "+" not in name]
        for length in (5, 7):
            wanted = [str(name) for name in c.rng.choice(names, length)]
            best = len(mig.plan(wanted, gpu))
            c.call(mine_only, wanted, gpu).satisfies(
                lambda found, wanted=wanted, gpu=gpu, best=best: is_plan(found, wanted, gpu, best), f"{length} requests on {gpu}")
    small = ["1g.5gb", "2g.10gb", "3g.20gb", "2g.10gb", "1g.5gb", "3g.20gb", "2g.10gb"]
    c.call(mine_only, small, "A100-40GB").satisfies(
        lambda found: is_plan(found, small, "A100-40GB", 2), "largest first isn't always best: two cards hold these seven")
    mixed = ["2g.12gb", "1g.6gb", "4g.24gb", "2g.12gb", "1g.6gb"]
    c.call(mine_only, mixed, "A30").satisfies(lambda found: is_plan(found, mixed, "A30", 3), "six slices and a whole A30: three cards")
    def complaint(name):
        try:
            mine_only(["1g.5gb", name], "A100-40GB")
        except ValueError as error:
            return str(error)
    c.call(complaint, "1g.24gb").satisfies(lambda said: said is not None and "1g.24gb" in said, "the sentence names what can't fit")
c.score

# %% [markdown]
# **What an administrator gets.** A plan as a file for *mig-parted*, and a tenant as a Kubernetes manifest that asks for a slice by name. Printed, not applied: nothing in this course reconfigures a GPU.

# %% given="to_mig_parted"
to_mig_parted = mig.to_mig_parted  # a plan to the YAML that nvidia-mig-parted applies

# %% tags=["experiment"]
import json

requests_ = ["3g.20gb"] * 2 + ["2g.10gb"] * 4 + ["1g.5gb"] * 3
cards = mig.plan(requests_, "A100-40GB")
print(f"{len(requests_)} tenants on {len(cards)} cards (modelled)\n")
print(to_mig_parted(cards, "A100-40GB"))
print(json.dumps(mig.kubernetes_manifest("digits", "registry.example/digits:1", "1g.5gb", replicas=3), indent=1))

# %% [markdown]
# ## 15 · On real hardware
#
# The same launcher, the same plan. On a card in MIG mode, one worker for each slice, by UUID; on any other NVIDIA card two workers on the one GPU, which takes turns: time-slicing, measured.

# %% tags=["experiment"]
machine = detect(quick=True)
found = [device for device in machine.devices if device.kind == "cuda" and device.uuid]
mig_slices = [device for device in found if device.is_slice]
whole_cards = [device for device in found if not (device.mig and device.mig.enabled)]


def on_gpu(name, device):
    variables = {**mig.environment(None, [here]), "CUDA_VISIBLE_DEVICES": device.uuid}
    return Slice(name, cores=(here if name == "yours" else there,), environment=variables)


def on_real_slices():
    on_card = ("classify_on_gpu", (np.tile(pictures, (64, 1, 1, 1)),))  # a GPU wants more than eight digits
    pair = mig_slices[:2] if len(mig_slices) > 1 else (mig_slices or whole_cards)[:1] * 2
    yours_, its_ = on_gpu("yours", pair[0]), on_gpu("the neighbour's", pair[1])
    with Fleet([yours_]) as fleet:
        fleet.submit(on_card[0], *on_card[1]).result(180)
        timed = ask_in_turn(fleet, [on_card] * 100)
        takes_s = (timed[-1].done_s - timed[0].sent_s) / 100
    quiet_ = house([yours_, its_], own, neighbour=False, ask=on_card, takes_s=takes_s)
    loud = house([yours_, its_], own, ask=on_card, takes_s=takes_s)
    print(f"{'two MIG slices' if len(mig_slices) > 1 else 'one device, two processes that take turns'}: "
          f"p99 alone {p(quiet_, 99):.1f} ms, beside the mad neighbour {p(loud, 99):.1f} ms (measured)")


if mig_slices or whole_cards:
    try:
        on_real_slices()
    except Exception as error:
        print(f"There is a GPU, but it doesn't answer: {error}. Lab 00 tells what to do.")
else:
    print("No NVIDIA GPU here. On an A100, whoever may: sudo nvidia-smi -i 0 -mig 1, then -cgi 9,9 -C\n"
          "(two halves with their doors, see section 6), then this cell.")

# %% [markdown]
# Colab's T4 has no MIG (it came with Ampere's A100), but shows the turns. A cloud's "one seventh of an A100" is a MIG slice: `nvidia-smi -L` tells.

# %% [markdown]
# ## 16 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("11_mig_inference")

# %% tags=["experiment"]
guessed = ledger_view.plot("11_mig_inference")
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
# <details><summary><b>1.</b> A colleague created seven GPU instances, and every program says that there is no device. What did he forget?</summary>
#
# The compute instances: `-cci`, or `-C` at once. And after the next reboot he will have neither.
#
# </details>
# <details><summary><b>2.</b> Two of <code>3g.20gb</code> stand on an A100. One compute slice is left. Why can nobody rent it?</summary>
#
# They hold all eight memory slices. A slice without memory is no instance.
#
# </details>
# <details><summary><b>3.</b> Your p99 doubles whenever the neighbour is busy, though your queues are separate. Name two things that you may still share.</summary>
#
# The processor's time (turns on one core or one GPU), the last-level cache and the memory bandwidth. On a MIG card: none of these, but the host's cores, its memory and the PCIe link.
#
# </details>
#
# ## What comes next
#
# A seventh of an A100 still hangs on a rack, a fan and a wire. In **12** the same model leaves the building: onto a board the size of a hand, where nobody restarts it.
#
# ## Sources
#
# - NVIDIA: *MIG user guide*: profiles, placements, sessions, deployment considerations, <https://docs.nvidia.com/datacenter/tesla/mig-user-guide/>. The tables with their sources: `gpu_utils/data/mig_geometry.json`.
# - NVIDIA: *Multi-Process Service*, <https://docs.nvidia.com/deploy/mps/>. *Time-slicing GPUs in Kubernetes*, <https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-sharing.html>.
# - MLCommons: inference results v1.1, closed division, bert-99, <https://github.com/mlcommons/inference_results_v1.1>. The slide: `gpu_utils/data/benchmarks.json`.
# - NVIDIA: mig-parted, <https://github.com/NVIDIA/mig-parted>. Lightning AI: LitServe, <https://github.com/Lightning-AI/LitServe>.
# - Coordinated omission: G. Tene, *How NOT to measure latency*, a talk given many times since 2013.
