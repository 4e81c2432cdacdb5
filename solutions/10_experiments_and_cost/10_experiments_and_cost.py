# %% [markdown] title=true minutes=85 hardware="more cores shorten the study, and another address moves it to a real cluster"
# # 10 · A thousand trainings, and who pays
#
# {badges}
#
# {line}
#
# Nobody trains once. You try a rate, then another, then eighty more, and keep the best. In this lab you do it properly: random, then
# frugal, then on a cluster. You crown a winner, and watch it fall. Then somebody brings the bill.
#
# **You will be able to**
#
# - draw settings for a training so that every power of ten gets its share;
# - stop bad trainings early, and count what that saves;
# - say why the best trial isn't the best model, and what to report instead;
# - run the same study on one machine or on many, by changing an address;
# - decide between renting and owning from dated prices and one number of your own: utilisation.
#
# **Before this:** 04 (a training loop). 09 helps, and shares its week with this one. **After this:** 11, one GPU for many.
#
# ```
# 04 ──► 09  many cards, one training ──┐
# 04 ──► 10  many trainings, one bill (you are here) ──► 11  one card, many tenants
# ```

# %% setup=true

# %%
import contextlib
import math
import time

import numpy as np
from gpu_utils import check, ledger_view, predict, record
from gpu_utils.benchmarks import benchmark
from gpu_utils.claims import board, settle
from gpu_utils.clusters import cluster, pieces
from gpu_utils.plotting import PALETTE, new_figure, show, style
from gpu_utils.verdict import passed
from gpu_utils.widgets.queueing import explore_queue, mean_wait
from gpu_utils.widgets.renting import explore_costs
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

threadpool_limits(1)  # products this small are slower when several cores share one


class Waiting(Exception):
    """A cell waits for a check."""


def needs(*names):
    """Stop the cell here until the checks of these functions of yours hold, so that nothing wrong gets into your ledger."""
    waits = [name for name in names if not passed(name)]
    if waits:
        raise Waiting(" and ".join(f"the check of `{name}`" for name in waits))


@contextlib.contextmanager
def attempt():
    """Run the lines of a cell that need your functions, or a cell above; where they can't run yet, say so in a sentence."""
    try:
        yield
    except Waiting as error:
        print(f"This cell waits for {error}: once all of it holds, run this cell again.")
    except NameError as error:
        print(f"`{error.name}` isn't there yet: a cell above has to run through first.")
    except Exception as error:
        print(f"This cell stops with {type(error).__name__}: {error}. If you changed a number above, that may be why.")

# %% [markdown]
# **Figures from earlier labs?** On your own machine, and with Google Drive mounted, they are found by themselves. Elsewhere, upload the file that the last lab let you download, or go on without it.

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · Eighty-one trainings, one winner
#
# You train the same small network 81 times, each time with other settings, and keep the one with the lowest loss on pictures that it hasn't trained on. **Four guesses**, in place of `None`. Nobody grades them.
#
# - You train the winner's settings again, from other random weights. By how many per cent is the loss higher than the one that made it win? (0: as good as then.)
# - Instead of training all 81 to the end, you stop the bad ones early. What share of the work is left, from 0 to 1?
# - You buy a box with eight A100s. How many hours must it work until that was cheaper than renting eight A100s for those hours?
# - Forty people share the box, and it is busy 90 % of the time. How long do you wait, in lengths of your own job?

# %% tags=["experiment"]
predict("rise of the winner's loss when trained again, in %", None, "")
predict("work with bad trainings stopped early, over all of it", None, "")
predict("hours of work until owning beats renting", None, "")
predict("mean wait at 90 %, in lengths of a job", None, "")

# %% [markdown]
# ## 2 · A training in the blink of an eye
#
# 8 x 8 digits, 200 of them to train on, one hidden layer. Worked code: read what goes in and what comes out. The pictures are in three parts, and the third is **sealed**: `train` reports on it, and until part 5 nobody looks.
#
# | part | pictures | who may look |
# |---|---|---|
# | training | 200 | the training |
# | validation | 80 | the search, to choose |
# | held-out | 1517 | nobody, until the choice is made |

# %% given="train"
digits = load_digits()
PIXELS, LABELS = digits.data.astype(np.uint8), digits.target  # (1797, 64), from 0 to 16
TRAINING, VALIDATION, HELD_OUT = np.split(np.random.RandomState(11).permutation(len(LABELS)), [200, 280])


def train(config, epochs, seed=0):
    """Train a network with one hidden layer; return its loss on the validation and on the held-out pictures.

    config: dict with rate, momentum, decay, hidden and batch.  epochs: passes over the training pictures.
    seed: of the first weights and the order of the pictures. A loss is a mean cross-entropy; inf if training blew up.
    """
    rng = np.random.default_rng(seed)
    hidden, batch = config["hidden"], config["batch"]
    x, wanted = (PIXELS / 16).astype(np.float32), np.eye(10, dtype=np.float32)[LABELS]
    w = [rng.normal(0, 1 / 8, (64, hidden)), np.zeros(hidden), rng.normal(0, hidden**-0.5, (hidden, 10)), np.zeros(10)]
    w = [weights.astype(np.float32) for weights in w]
    speed = [np.zeros_like(weights) for weights in w]

    def forward(part):
        inside = np.maximum(x[part] @ w[0] + w[1], 0)
        scores = inside @ w[2] + w[3]
        scores -= scores.max(axis=1, keepdims=True)
        return inside, scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))

    def loss(part):
        value = -forward(part)[1][np.arange(len(part)), LABELS[part]].mean()
        return float(value) if np.isfinite(value) else math.inf

    with np.errstate(all="ignore"):  # a rate that is too high overflows: that is a result, not an accident
        for _ in range(epochs):
            order = rng.permutation(TRAINING)
            for start in range(0, len(order), batch):
                part = order[start : start + batch]
                inside, logs = forward(part)
                out = (np.exp(logs) - wanted[part]) / len(part)
                back = out @ w[2].T * (inside > 0)
                for weights, v, gradient in zip(w, speed, (x[part].T @ back, back.sum(0), inside.T @ out, out.sum(0))):
                    v *= config["momentum"]
                    v -= config["rate"] * (gradient + config["decay"] * weights)
                    weights += v
        return loss(VALIDATION), loss(HELD_OUT)

# %% tags=["experiment"]
spent = {"trainings": 0, "epochs": 0}  # everything that you train in this lab is counted here


def run(config, epochs, seed=0):
    """Train here, and count it."""
    spent["trainings"] += 1
    spent["epochs"] += epochs
    return train(config, epochs, seed)


usual = {"rate": 0.1, "momentum": 0.5, "decay": 1e-4, "hidden": 32, "batch": 32}
for epochs in (1, 3, 9, 27):
    start = time.perf_counter()
    seen, _ = run(usual, epochs)
    print(f"{epochs:2} epochs: loss {seen:.3f} in {1e3 * (time.perf_counter() - start):.0f} ms (measured)")

# %% [markdown]
# Five numbers decide how well this goes: a **configuration**. One training of one configuration is a **trial**. And here is where to look for them, the **space**:

# %%
SPACE = {
    "rate": ("log", 0.01, 1.0),
    "momentum": ("uniform", 0.0, 0.95),
    "decay": ("log", 1e-6, 1e-2),
    "hidden": ("choice", [16, 32, 64]),
    "batch": ("choice", [16, 32, 64]),
}

# %% [markdown]
# ## 3 · `sample`: draw one configuration
#
# **Goal.** One value for each name. `"uniform"` and `"choice"` are what they say. `"log"` is uniform *in the logarithm*: between 0.01 and 0.1 as likely as between 0.1 and 1.
#
# **Predict.** A colleague draws the rate uniformly from 0.0001 to 1 instead. What share of his trials has a rate below 0.01, where the good ones may be?
#
# <details><summary>What share it is</summary>
#
# One in a hundred. Uniform draws search the last power of ten, and little else.
#
# </details>

# %% answer="sample"
def sample(space, rng):
    """Draw one configuration at random.

    space: dict from a name to one of
        ("uniform", a, b): a number from a to b, all equally likely;
        ("log", a, b): a number from a to b, 0 < a < b, whose logarithm is uniform;
        ("choice", values): one of a list of values, all equally likely.
    rng: a numpy.random.Generator, the only source of chance: the same state gives the same draw.
    Returns a dict with one value for each name, each drawn on its own. space is left as it is.
    """
    ### BEGIN SOLUTION
    config = {}
    for name, (kind, *rest) in space.items():
        if kind == "uniform":
            config[name] = float(rng.uniform(*rest))
        elif kind == "log":
            config[name] = float(np.exp(rng.uniform(*np.log(rest))))
        else:
            values = rest[0]
            config[name] = values[int(rng.integers(len(values)))]
    return config
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Loop over `space.items()`. The first entry of each tuple says what the rest means.
#
# </details>
# <details><summary>Hint 2</summary>
#
# For `"log"`: draw uniformly between the two logarithms, then undo the logarithm. Everything comes from `rng`: `rng.uniform`, `rng.integers`. Neither `random` nor `np.random` alone obeys its seed.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for name, (kind, *rest) in space.items():
#     # "uniform": rng.uniform(*rest)
#     # "log":     np.exp(rng.uniform(np.log(rest[0]), np.log(rest[1])))
#     # "choice":  rest[0][rng.integers(len(rest[0]))]
# ```
#
# </details>

# %% test="sample-basic" points=1
def drawn(space, name, n=400, seed=1):
    """n values of one name, from one generator. The other names are left out: what stops here, stops at this one."""
    rng = np.random.default_rng(seed)
    configs = [sample({name: space[name]}, rng) for _ in range(n)]
    if not all(isinstance(config, dict) for config in configs):
        what = "None: did you forget `return`?" if configs[0] is None else f"a {type(configs[0]).__name__}"
        raise TypeError(f"sample should return a dict from each name to its value, and it returned {what}")
    return [config[name] for config in configs]


def share(space, name, limit):
    """Of 400 draws, the share below a limit. A fair coin's share would stray by 0.025; 0.12 allows for nearly five times that."""
    return float(np.mean(np.array(drawn(space, name), dtype=float) < limit))


def outside(space, name, low, high):
    """How many of 400 draws lie outside a range."""
    return sum(not low <= value <= high for value in drawn(space, name))


def names_of(space, rng):
    """The names in one draw; what is no dict comes back as it is."""
    config = sample(space, rng)
    return sorted(config) if isinstance(config, dict) else config


def both_low(space, limits):
    """Of 400 draws, the share in which every name lies below its limit."""
    rng = np.random.default_rng(3)
    draws = [sample(space, rng) for _ in range(400)]
    return float(np.mean([all(draw[name] < limit for name, limit in limits.items()) for draw in draws]))


def again(space, seed):
    """Draw twice, from two generators in the same state."""
    one, other = (sample(space, np.random.default_rng(seed)) for _ in range(2))
    return "the same draw twice" if one == other else "two different draws"


with check("sample", points=1) as c:
    small = {"rate": ("log", 1e-4, 1.0), "momentum": ("uniform", 0.05, 0.95), "batch": ("choice", [16, 32, 64])}
    c.call(names_of, small, np.random.default_rng(0)).equal(
        ["batch", "momentum", "rate"], "a dict with one value for each name in the space")
    c.call(outside, small, "momentum", 0.05, 0.95).equal(0, "uniform from 0.05 to 0.95: of 400 draws none lies outside")
    c.call(share, small, "momentum", 0.5).close(0.5, "and half of them lie below 0.5", atol=0.12)
    c.call(lambda space: set(drawn(space, "batch")), small).equal({16, 32, 64}, "a choice is one of the list, and each comes up in 400 draws")
    c.call(outside, small, "rate", 1e-4 * 0.999999, 1.000001).equal(0, "log from 0.0001 to 1: of 400 draws none lies outside")
    c.call(share, small, "rate", 0.01).close(
        0.5, "and half of them lie below 0.01, two powers of ten on either side", atol=0.12)
    c.call(lambda space: [len(set(drawn(space, name, 50))) for name in ("momentum", "rate")], small).equal(
        [50, 50], "50 draws are 50 different numbers, for uniform and for log")
    c.call(both_low, {name: small[name] for name in ("rate", "momentum")}, {"rate": 0.01, "momentum": 0.5}).close(
        0.25, "each name has a draw of its own: rate and momentum are both in their lower half in a quarter of all draws", atol=0.1)
    c.call(again, small, 7).equal("the same draw twice", "rng is the only source of chance: in the same state it gives the same draw",
        hint="every draw is rng.something: not np.random, not random, not a generator made inside")
c.score

# %% test="sample-full" points=2 hidden=true
# Other spaces, every part of a range, and chance that comes from rng alone.
def state_of_chance(space, seed):
    config = sample(space, np.random.default_rng(seed))
    return [f"{name}: {config[name]}" for name in sorted(space)]


def correlation(space, one, other):
    rng = np.random.default_rng(2)
    draws = [sample(space, rng) for _ in range(400)]
    return abs(float(np.corrcoef([d[one] for d in draws], [d[other] for d in draws])[0, 1]))


with check("sample", points=2) as c:
    low, high = float(c.rng.uniform(-9, -5)), float(c.rng.uniform(-4, -1))
    width = float(c.rng.uniform(2, 5))
    wide = {
        "a": ("uniform", low, low + width), "b": ("uniform", low, low + width), "c": ("log", 10.0**low, 10.0**high),
        "d": ("choice", ["relu", "tanh", "elu", "gelu"]), "e": ("choice", [7]), "f": ("log", 20.0, 2e5),
    }
    c.call(share, wide, "a", low + 0.25 * width).close(0.25, "uniform, below 0 too: a quarter of the draws in its first quarter", atol=0.12)
    c.call(share, wide, "c", 10 ** (low + 0.25 * (high - low))).close(
        0.25, "log, over any powers of ten: a quarter of the draws in the first quarter of the powers", atol=0.12)
    c.call(share, wide, "f", 2e3).close(0.5, "log works above 1 as well", atol=0.12)
    c.call(outside, wide, "c", 10.0**low * 0.999999, 10.0**high * 1.000001).equal(0, "log never leaves its range")
    c.call(lambda: [drawn(wide, "d").count(name) for name in ("relu", "tanh", "elu", "gelu")]).satisfies(
        lambda counts: all(60 <= n <= 140 for n in counts), "each of four choices comes up about 100 times in 400")
    c.call(drawn, wide, "e", 3).equal([7, 7, 7], "a list of one value leaves no choice")
    c.call(correlation, wide, "a", "b").close(0.0, "two names with the same range get two draws, not one", atol=0.3)
    c.call(state_of_chance, wide, 5).equal(state_of_chance(wide, 5), "the same state of rng gives the same configuration")
    c.call(lambda: len(set(drawn(wide, "a", 50)))).equal(50, "one rng goes on: 50 draws, 50 different numbers")
    c.call(sample, {"only": ("uniform", 1.0, 1.5)}, np.random.default_rng(0)).satisfies(
        lambda config: list(config) == ["only"] and 1.0 <= config["only"] <= 1.5, "a space with one name, whatever it's called")
c.score

# %% [markdown]
# ### Find the bug: 80 trials, none better than the 20th
#
# A colleague spreads a random search over four workers. "For reproducibility", each starts its own generator. Run it, and **find out why three of the four workers might as well have stayed at home.** The trainings are right. Then mend one line, run the cell again, and see whether the numbers still stand still.

# %% given="best_so_far"
def best_so_far(values):
    """The lowest value up to each place: [3, 5, 2] gives [3, 3, 2]."""
    return np.minimum.accumulate(values).tolist()

# %% tags=["experiment"]
def one_worker(number, trials=20):
    rng = np.random.default_rng(0)
    return [sample(SPACE, rng) for _ in range(trials)]


with attempt():
    needs("sample")
    theirs = [config for number in range(4) for config in one_worker(number)]
    best = best_so_far([run(config, 9)[0] for config in theirs])
    for n in (1, 20, 40, 60, 80):
        print(f"after {n:2} trials the best loss is {best[n - 1]:.3f} (measured)")

# %% [markdown]
# <details><summary>The bug</summary>
#
# Every worker starts at seed 0 and draws the same 20 configurations. Give each a stream of its own: `np.random.default_rng([0, number])` is as reproducible, and differs. Real clusters have lost weeks to this.
#
# </details>

# %% [markdown]
# ## 4 · Random search: 81 trials
#
# Draw 81 configurations, train each for 27 epochs, keep the best. That's all there is to it, and it's hard to beat: where only two of five settings matter, a grid of 81 tries two or three values of each, random search tries 81 (J. Bergstra and Y. Bengio, 2012).

# %% tags=["experiment"]
EPOCHS, TRIALS = 27, 81
with attempt():
    needs("sample")
    rng = np.random.default_rng(5)
    configs = [sample(SPACE, rng) for _ in range(TRIALS)]
    start = time.perf_counter()
    trials = [run(config, EPOCHS, seed=number) for number, config in enumerate(configs)]
    here_s = time.perf_counter() - start
    shown = np.array([loss for loss, _ in trials])
    winner = int(shown.argmin())
    print(f"{TRIALS} trainings in {here_s:.1f} s. Trial {winner} wins with a loss of {shown[winner]:.3f} (measured):")
    print(", ".join(f"{name} {value:.3g}" for name, value in configs[winner].items()))

# %% tags=["experiment"] jupyter={"source_hidden": true}
with attempt():
    with style():
        fig = new_figure(8, 3.6)
        left, right = fig.subplots(1, 2, sharey=True)
        left.plot(shown, "o", color=PALETTE[5], ms=5, label="a trial")
        left.plot(best_so_far(shown), color=PALETTE[0], drawstyle="steps-post", label="best so far")
        left.plot(winner, shown[winner], "*", color=PALETTE[1], ms=16, label="the winner")
        left.set(xlabel="trial", ylabel="validation loss, measured, log scale", yscale="log", ylim=(0.8 * shown.min(), 7))
        left.set_title("81 trials")
        left.legend(fontsize=9, loc="upper center", ncols=3, handletextpad=0.3, columnspacing=1)
        effective = [config["rate"] / (1 - config["momentum"]) for config in configs]
        right.plot(effective, shown, "o", color=PALETTE[5], ms=5)
        right.plot(effective[winner], shown[winner], "*", color=PALETTE[1], ms=16)
        right.set(xscale="log", xlabel="rate / (1 - momentum), log scale")
        right.set_title("what mattered")
        from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
        marks = [0.1, 0.2, 0.3, 0.5, 1, 2]
        left.yaxis.set_major_locator(FixedLocator(marks))
        left.yaxis.set_major_formatter(FixedFormatter([str(mark) for mark in marks]))
        left.yaxis.set_minor_locator(NullLocator())
    show(fig, alt=f"Left, the loss of 81 trials with the best so far as falling steps, down to {shown[winner]:.3f}. Right, the same losses "
                  "over rate divided by one minus momentum: high at either end, low in a broad valley between")

# %% [markdown]
# **Read it.** Many trials lie almost as low as the winner. Two settings that looked separate act as one: with momentum $m$ every gradient comes back $1 + m + m^2 + \dots = 1/(1 - m)$ times, so what counts is rate / (1 - momentum).

# %% [markdown]
# ## 5 · The winner falls
#
# The star has the lowest of 81 losses. You would write it into the report. Before you do: **train the same configuration again**, thirty times, with thirty other seeds. Same data, same settings. You guessed in part 1. (A lower loss is better. So a winner that falls is a loss that *rises*.)

# %% tags=["experiment"]
with attempt():
    guessing = math.log(10)  # the loss of a network that only guesses: worse than that, or blown up, counts as that
    again_30 = np.array([min(run(configs[winner], EPOCHS, seed=1000 + k)[0], guessing) for k in range(30)])
    print(f"it won with {shown[winner]:.3f}; thirty reruns: mean {again_30.mean():.3f}, from {again_30.min():.3f} to {again_30.max():.3f} (measured)")
    print(f"{(again_30 <= shown[winner]).sum()} of 30 reruns are as good as the trial that won (measured)")
    record("rise of the winner's loss when trained again, in %", 100 * (again_30.mean() / min(shown[winner], guessing) - 1), "")

# %% [markdown]
# Bad luck with one winner? Rerun *all* 81 configurations, each with five other seeds. Then ask for every number of trials $n$: what does the best of $n$ show on average, and what does it give when it's trained again?

# %% tags=["experiment"]
with attempt():
    print(f"{5 * TRIALS} trainings, five times those of part 4: about {5 * here_s:.0f} s, and nothing to see meanwhile", flush=True)
    five_seeds = [[run(config, EPOCHS, seed=2000 + 5 * number + k)[0] for k in range(5)] for number, config in enumerate(configs)]
    worth = np.minimum(five_seeds, guessing).mean(axis=1)  # an honest estimate: these five didn't take part in choosing
    order, capped = np.argsort(shown), np.minimum(shown, guessing)

    def best_of(n):
        """Mean over all choices of n trials: what the best shows, and what it is worth (exact, by counting)."""
        chance = [math.comb(TRIALS - 1 - place, n - 1) / math.comb(TRIALS, n) for place in range(TRIALS - n + 1)]
        first = order[: len(chance)]
        return float(np.dot(chance, capped[first])), float(np.dot(chance, worth[first]))

    sizes = [1, 2, 3, 5, 9, 15, 27, 45]
    curves = np.array([best_of(n) for n in sizes])

# %% tags=["experiment"] jupyter={"source_hidden": true}
with attempt():
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
    with style():
        fig = new_figure(8, 3.8)
        left, right = fig.subplots(1, 2, sharey=False)
        place = np.random.default_rng(0).uniform(-0.25, 0.25, len(again_30))
        left.plot(place, again_30, "o", color=PALETTE[5], ms=6, label="30 reruns")
        left.hlines(again_30.mean(), -0.4, 0.4, color=PALETTE[0], lw=2.5, label="their mean")
        left.plot(0, shown[winner], "*", color=PALETTE[1], ms=18, label="the trial that won")
        left.set(xlim=(-0.6, 1.6), xticks=[], ylabel="validation loss, measured")
        left.set_title("one configuration, 31 seeds")
        left.legend(loc="center right", fontsize=9)
        right.plot(sizes, curves[:, 1], "-o", color=PALETTE[0], ms=5, label="trained again")
        right.plot(sizes, curves[:, 0], "--*", color=PALETTE[1], ms=9, label="what the best shows")
        right.fill_between(sizes, *curves.T, color=PALETTE[4], alpha=0.25)
        right.set(xscale="log", xlabel="n, trials searched, log scale", ylabel="loss, mean over all choices of n")
        right.xaxis.set_major_locator(FixedLocator([1, 3, 9, 27]))
        right.xaxis.set_major_formatter(FixedFormatter(["1", "3", "9", "27"]))
        right.xaxis.set_minor_locator(NullLocator())
        right.set_title("best of n")
        right.legend(fontsize=9)
    show(fig, alt=f"Left, thirty reruns of the winning configuration around {again_30.mean():.3f}, and the trial that won far below at "
                  f"{shown[winner]:.3f}. Right, two curves over the number of trials: what the best of n shows falls on and on, "
                  "what it gives when trained again soon stops falling, and the gap between them widens")
    for n, (says, gives) in zip(sizes, curves):
        print(f"best of {n:2}: shows {says:.3f}, trained again {gives:.3f}; it flatters by {gives - says:.3f} (measured)")

# %% [markdown]
# **Explain.** A loss is *what a configuration is worth* plus *luck*: the first weights, the order of the pictures. Choose the lowest of 81, and you choose for both. The worth comes back in a rerun, the luck doesn't. That's **regression to the mean**, and what it does to a
# maximum is the **winner's curse**. It needs no mistake and no bad faith. With one trial there is no choice and no gap; the more you search, the more luck the winner carries. Look at the upper curve: where it no longer falls, further searching improves the show, and nothing else. At its end it may even rise a little. That end rests on few top trials with five seeds each: don't read more into it than that it doesn't fall.
#
# It isn't your machine's bad luck either. The original run and a rerun are two draws from the same lottery. Whoever is chosen for a low first draw has, on average, a second draw that is higher. In twelve searches like this one, from other seeds, the winner fell twelve times: its loss rose by about a fifth in the middle, and by 5 % at least (measured where this page was written).
#
# Now break the seal, and ask two questions that sound like one. Is this *model* good, these very weights? And is this *configuration* good?

# %% tags=["experiment"]
with attempt():
    sealed = np.array([held for _, held in trials])
    usual_change = np.median((sealed - shown)[order[:27]])
    print(f"the winner's own weights: validation {shown[winner]:.3f}, held-out {sealed[winner]:.3f}: {sealed[winner] - shown[winner]:+.3f} "
          f"(measured; the 27 best trials change by {usual_change:+.3f} in the middle)")
    print(f"these weights are number {1 + (sealed < sealed[winner]).sum()} of 81 on the held-out pictures (measured)")
    print(f"trained again, their configuration is number {1 + (worth < worth[winner]).sum()} of 81 (measured)")
    five = order[:5]
    solid = five[worth[five].argmin()]
    print(f"of the five best trials, the best when trained again is trial {solid}: it showed {shown[solid]:.3f} and gives {worth[solid]:.3f} (measured)")

# %% [markdown]
# **Read it.** There are two lucks. Luck of the *seed* is in the weights: keep the file, and you keep it. Hand over the *settings*, retrain next month on new data, and it's gone. Luck with the *validation pictures*, of which there are only 80, is gone at once: it's what the winner's loss changes by, beyond what is usual. So the first of 81 is neither sure to be the best model nor the best configuration.
#
# **What to do.** Rerun the best few with fresh seeds, choose by the mean, report mean *and* spread, on pictures that didn't choose. (On this more: G. Cawley and N. Talbot, 2010.) That costs trainings. Let's save some.

# %% [markdown]
# ## 6 · `successive_halving`: don't finish what is hopeless
#
# Train all for one epoch. Keep the best third, give them three epochs. Keep the best third of those, nine epochs. Every round, a **rung**, costs the same, and only few trainings ever get far:
#
# | rung | configurations | epochs each | epochs together |
# |---|---|---|---|
# | 1 | 81 | 1 | 81 |
# | 2 | 27 | 3 | 81 |
# | 3 | 9 | 9 | 81 |
# | 4 | 3 | 27 | 81 |
# | left | 1 | | 324, where 81 x 27 = 2187 |
#
# Here each rung trains **from scratch**. (Real code goes on from a checkpoint, and saves a third at most.)

# %% answer="successive_halving"
def successive_halving(configs, evaluate, budget, eta):
    """Find a good configuration by stopping the others early.

    configs: a list of two or more configurations, anything at all; it stays as it is.
    evaluate(config, epochs): trains one configuration from scratch and returns its loss, lower is better (inf if it
        blew up). Call it once for each configuration on each rung. Losses may be equal: then any of the equals may stay.
    budget: epochs on the first rung, a whole number.
    eta: whole number, 2 or more. After each rung the best 1/eta of the configurations stay, rounded up (of 10 with
        eta 3: 4), and the next rung has eta times the epochs. Ends when one is left, which is not trained again.
    Returns a tuple: the configuration that is left, and the epochs spent in all trainings together.
    """
    ### BEGIN SOLUTION
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A loop with three things that change: who is left, how many epochs, how many spent so far. It ends when one is left.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Sort *places*, not configurations: two dicts can't be compared, and Python tries to when two losses are equal. `math.ceil(len(left) / eta)` rounds up.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# while len(left) > 1:
#     losses = [evaluate(config, epochs) for config in left]
#     total += len(left) * epochs
#     ranking = sorted(range(len(left)), key=lambda place: losses[place])
#     # keep left[place] for the first math.ceil(len(left) / eta) places; epochs *= eta
# ```
#
# </details>

# %% test="successive_halving-basic" points=1
def halved(configs, loss, budget, eta, part):
    """Run the search on configurations whose loss is loss(config, epochs): the one left, the epochs, or the trainings.

    Trainings are written as "9 x 1, 3 x 3": nine of one epoch, three of three.
    """
    calls = []

    def evaluate(config, epochs):
        if len(calls) == 500:
            raise RuntimeError(f"500 trainings of {len(configs)} configurations, and no end: does your loop end when one is left?")
        calls.append((config["name"], int(epochs)))
        return float(loss(config, epochs))

    found = successive_halving(configs, evaluate, budget, eta)
    if part == "rungs":
        rungs = {}
        for _, epochs in calls:
            rungs[epochs] = rungs.get(epochs, 0) + 1
        return ", ".join(f"{n} x {epochs}" for epochs, n in sorted(rungs.items()))
    if part == "twice":
        return len(calls) - len(set(calls))
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        what = "None: did you forget `return`?" if found is None else f"one {type(found).__name__}"
        raise TypeError(f"successive_halving should return two things, the configuration and the epochs, and it returned {what}")
    return found[0] if part == "left" else found[1]


def steady(config, epochs):
    """Who is good is good from the start."""
    return config["worth"] + 1 / epochs


with check("successive_halving", points=1) as c:
    nine = [{"name": i, "worth": worth} for i, worth in enumerate((5, 3, 8, 6, 1, 9, 7, 2, 4))]
    eleven = [{"name": i, "worth": worth} for i, worth in enumerate((5, 3, 8, 6, 1, 9, 7, 2, 4, 11, 10))]
    c.call(halved, nine, steady, 1, 3, "left").equal({"name": 4, "worth": 1}, "of nine whose order never changes, the best is left")
    c.call(halved, nine, steady, 1, 3, "rungs").equal(
        "9 x 1, 3 x 3", "nine are trained for 1 epoch, the best three for 3, and then one is left: 9 x 1, 3 x 3")
    c.call(halved, nine, steady, 1, 3, "total").equal(18, "which is 18 epochs together")
    c.call(halved, nine, steady, 2, 2, "rungs").equal(
        "9 x 2, 5 x 4, 3 x 8, 2 x 16", "a budget of 2, and eta 2 keeps half, rounded up: of nine 5, then 3, then 2")
    c.call(halved, eleven, steady, 1, 3, "rungs").equal(
        "11 x 1, 4 x 3, 2 x 9", "eta 3 keeps a third, rounded up: of eleven 4, of four 2")
c.score

# %% test="successive_halving-full" points=3 hidden=true
# Sizes that do not divide, other budgets, an order that changes on the way, equal losses, and trainings that blow up.
def late(config, epochs):
    """The slow ones start badly and end best."""
    return config["start"] / epochs + config["end"]


with check("successive_halving", points=3) as c:
    def some(n):
        worth = c.rng.permutation(n).tolist()
        return [{"name": i, "worth": w} for i, w in enumerate(worth)], {"name": worth.index(0), "worth": 0}

    ten, best = some(10)
    c.call(halved, ten, steady, 2, 3, "left").equal(best, "ten configurations in any order: the best is left")
    c.call(halved, ten, steady, 2, 3, "rungs").equal("10 x 2, 4 x 6, 2 x 18", "of ten a third is four, of four it's two: rounded up")
    c.call(halved, ten, steady, 2, 3, "total").equal(80, "10 x 2, 4 x 6 and 2 x 18 epochs: 80")
    three, best = some(3)
    c.call(halved, three, steady, 4, 5, "rungs").equal("3 x 4", "with eta above the number of configurations one rung is enough")
    c.call(halved, three, steady, 4, 5, "left").equal(best, "and the best of that rung is left")
    many, best = some(int(c.rng.integers(40, 60)))
    c.call(halved, many, steady, 1, 4, "left").equal(best, "dozens of configurations, eta 4")
    c.call(halved, many, steady, 1, 4, "twice").equal(0, "each configuration is trained once on a rung, not more")
    crossing = [{"name": i, "start": s, "end": e} for i, (s, e) in enumerate(((1, 6), (3, 1), (2, 5), (9, 7), (10, 8), (11, 0)))]
    c.call(halved, crossing, late, 1, 2, "left").equal(
        {"name": 1, "start": 3, "end": 1}, "the last rung decides among those that are left, not the first")
    early = [{"name": i, "first": f, "then": t} for i, (f, t) in enumerate(((5, 9), (1, 9), (2, 8), (6, 9)))]
    c.call(halved, early, lambda config, epochs: config["first" if epochs == 1 else "then"], 1, 2, "left").equal(
        {"name": 2, "first": 2, "then": 8}, "losses are compared within a rung, never with those of an earlier one")
    equal = [{"name": i, "worth": w} for i, w in enumerate((7, 7, 2, 7, 7, 7, 3))]
    c.call(halved, equal, steady, 1, 4, "left").equal({"name": 2, "worth": 2}, "equal losses are no reason to stop")
    alike = [{"name": i, "worth": 3} for i in range(8)]
    c.call(halved, alike, steady, 1, 2, "rungs").equal("8 x 1, 4 x 2, 2 x 4", "of eight equals four stay, then two, whichever they are")
    blown = [{"name": i, "worth": w} for i, w in enumerate((math.inf, 3, math.inf, 1, 2, math.inf))]
    c.call(halved, blown, steady, 1, 2, "left").equal({"name": 3, "worth": 1}, "a loss of inf is the worst there is")
    c.call(halved, blown, steady, 1, 2, "rungs").equal("6 x 1, 3 x 2, 2 x 4", "what blew up counts among those of which 1/eta stay")
c.score

# %% [markdown]
# **Look.** The same 81 configurations. The stored loss of each training makes the ladder visible.

# %% tags=["experiment"]
with attempt():
    needs("sample", "successive_halving")
    rungs = []

    def on_the_ladder(config, epochs):
        loss, _ = run(config, epochs)
        rungs.append((configs.index(config), epochs, loss))
        return loss

    halving_best, halving_epochs = successive_halving(configs, on_the_ladder, budget=1, eta=3)
    record("work with bad trainings stopped early, over all of it", halving_epochs / (TRIALS * EPOCHS), "")
    print(f"{len(rungs)} trainings, {halving_epochs} epochs instead of {TRIALS * EPOCHS}")

# %% tags=["experiment"] jupyter={"source_hidden": true}
with attempt():
    print(f"{TRIALS * EPOCHS - halving_epochs} epochs saved")
    with style():
        fig = new_figure(8, 3.6)
        axes = fig.subplots()
        paths = {}
        for number, epochs, loss in rungs:
            paths.setdefault(number, []).append((epochs, min(loss, 4.0)))
        for number, path in sorted(paths.items(), key=lambda item: len(item[1])):
            far = len(path)
            axes.plot(*zip(*path), "-o", ms=3 + far, lw=far / 2, color=("#b0b0b0", PALETTE[5], PALETTE[0], PALETTE[1])[far - 1])
        axes.set(xscale="log", yscale="log", xlabel="epochs of the rung, log scale", ylabel="validation loss, measured, log scale", ylim=(0.15, 4.2), xlim=(0.7, 40))
        axes.set_xticks([1, 3, 9, 27], ["1 (81 configurations)", "3 (27)", "9 (9)", "27 (3)"], minor=False)
        axes.set_yticks([0.2, 0.5, 1, 2, 4], ["0.2", "0.5", "1", "2", "4 or more"], minor=False)
        axes.minorticks_off()
        axes.grid(axis="y")
    show(fig, alt="A ladder of four rungs: 81 losses at one epoch, the lowest 27 go on to three epochs, nine to nine, three to 27. "
                  "Lines of those that were stopped end in grey and light blue; some cross on the way")

# %% [markdown]
# What it saves is certain, what it costs isn't: a configuration that starts slowly and ends best is lost on the first rung. (Trying several budgets at once is called *Hyperband*: L. Li and others, 2018.)

# %% [markdown]
# ## 7 · Optuna: the same idea, off the shelf
#
# Optuna suggests a configuration (not at random, but where earlier trials went well: a *sampler*), and after each rung it says whether to go on (a *pruner*). Same space, same rungs, same number of trials, a seed for the sampler.

# %% tags=["experiment"]
def objective(trial, run):
    """One trial: Optuna suggests, `run` trains, the pruner may end it early. A lower value is better."""
    config = {}
    for name, (kind, *rest) in SPACE.items():
        if kind == "choice":
            config[name] = trial.suggest_categorical(name, rest[0])
        else:
            config[name] = trial.suggest_float(name, *rest, log=kind == "log")
    for epochs in (1, 3, 9, 27):
        loss, _ = run(config, epochs, trial.number)
        trial.report(loss, epochs)
        if epochs < 27 and trial.should_prune():
            raise optuna.TrialPruned
    return loss


def new_study():
    return optuna.create_study(
        direction="minimize",
        sampler=optuna.samplers.TPESampler(seed=1),
        pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
    )


try:
    import optuna
except ImportError:
    optuna = None
    print("Optuna isn't installed here: `pip install optuna` brings it. The rest of the lab goes on without it.")
else:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    done = []  # every training of the study, for part 8

    def noted(*job):
        done.append(job)
        return run(*job)

    start = time.perf_counter()
    study = new_study()
    study.optimize(lambda trial: objective(trial, noted), n_trials=TRIALS)
    optuna_s, optuna_epochs = time.perf_counter() - start, sum(epochs for _, epochs, _ in done)
    stopped = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
    print(f"{len(done)} trainings, {optuna_epochs} epochs in {optuna_s:.1f} s, {stopped} of {TRIALS} trials stopped early; best loss shown {study.best_value:.3f} (measured)")

# %% [markdown]
# Its pruner can't wait until a rung is full, as yours does: with many workers, waiting is what you don't want. So it decides at once, on the trials seen so far, and the first ones pass easily. It is *asynchronous* (L. Li and others, 2020).
#
# Three searches, three winners. Judge them as part 5 taught: ten fresh seeds each.

# %% tags=["experiment"]
with attempt():
    found = {"random search": (configs[winner], TRIALS * EPOCHS, shown[winner]),
             "successive halving": (halving_best, halving_epochs, min(loss for _, epochs, loss in rungs if epochs == 27))}
    if optuna is not None:
        found["Optuna"] = (study.best_params, optuna_epochs, study.best_value)
    for name, (config, epochs, said) in found.items():
        fresh = np.array([min(run(config, EPOCHS, seed=3000 + k)[0], guessing) for k in range(10)])
        print(f"{name:19} {epochs:5} epochs; shows {said:.3f}, mean of ten fresh seeds {fresh.mean():.3f}, spread {fresh.std(ddof=1):.3f} (measured)")

# %% [markdown]
# Is one of the three means really better than another? Compare the difference with the spread before you say so. (Divide the spread by $\sqrt{10}$ for the error of a mean.) And does every winner fall as far?
#
# <details><summary>What to see in it</summary>
#
# With errors of a mean of about 0.01, 0.229, 0.225 and 0.222 are one number (measured where this page was written): 2187 epochs found nothing better than 324. And halving's winner hardly fell, from 0.224 to 0.225. The likely reason: what it shows is the lowest of the three that got as far as 27 epochs, while random search shows the lowest of 81. Less choice, less luck. (Its trainings also share one seed; those of the other two have one each.)
#
# </details>

# %% [markdown]
# ## 8 · The same study on a cluster
#
# Dask has a **scheduler**, which knows what is to be done, and **workers**, which do it. Only one line decides where they are: `ADDRESS`. `None` starts two worker processes here, on 127.0.0.1 only, and ends them with the cell, even if you interrupt it. The
# address of a real scheduler, `"tcp://10.0.0.5:8786"`, moves the same study there. Study and decisions stay here, trainings go out.
#
# **Predict.** Two workers. Do the same trainings now take half the time?

# %% tags=["experiment"]
predict("the same trainings on a cluster here, over without", None, "x")

# %% tags=["experiment"]
ADDRESS = None


def sender(client):
    """A `run` that trains on the cluster's workers, and waits for the result."""

    def elsewhere(config, epochs, seed):
        spent["trainings"] += 1
        spent["epochs"] += epochs
        key = f"trial {seed}, {epochs} epochs, {time.perf_counter()}"
        return client.submit(train, config, epochs, seed, key=key, pure=False).result()

    return elsewhere


work = []
try:
    from concurrent.futures import ThreadPoolExecutor

    from distributed import get_task_stream

    if optuna is None:
        raise ImportError("optuna")
    with cluster(ADDRESS) as client:
        client.run(train, usual, 1)  # every worker trains once, and pays for its imports
        slots, elsewhere = sum(client.nthreads().values()), sender(client)
        with get_task_stream(client) as stream:  # the study of part 7, with trainings on the workers
            cluster_study = new_study()
            cluster_study.optimize(lambda trial: objective(trial, elsewhere), n_trials=TRIALS, n_jobs=slots)
        work = pieces(stream.data)
        with ThreadPoolExecutor(slots) as senders:  # and the very trainings of part 7, one under way for each worker
            start = time.perf_counter()
            list(senders.map(lambda job: elsewhere(*job), done))
            cluster_s = time.perf_counter() - start
    start = time.perf_counter()
    for job in done:
        run(*job)
    without_s = time.perf_counter() - start
    print(f"the study on the cluster: {len(work)} trainings; best loss shown {cluster_study.best_value:.3f} (measured)")
    print(f"the {len(done)} trainings of part 7 again: {cluster_s:.2f} s on the cluster, {without_s:.2f} s without (measured)")
    record("the same trainings on a cluster here, over without", cluster_s / without_s, "x")
except ImportError:
    print("This cell needs Dask and Optuna: `pip install 'dask[distributed]' optuna` brings them. The rest goes on without.")
except OSError as error:
    print(f"No cluster: {error}")

# %% tags=["experiment"] jupyter={"source_hidden": true}
with attempt():
    if work:
        names = sorted({piece.worker for piece in work})
        begin, end = work[0].start_s, max(piece.end_s for piece in work)
        busy = sum(piece.end_s - piece.start_s for piece in work) / (len(names) * (end - begin))
        with style():
            fig = new_figure(8, 0.6 * len(names) + 1.5)
            axes = fig.subplots()
            for epochs, colour, hatch in ((1, "#b0b0b0", ""), (3, PALETTE[5], "//"), (9, PALETTE[0], ".."), (27, PALETTE[1], "xx")):
                for row, name in enumerate(names):
                    spans = [(p.start_s - begin, p.end_s - p.start_s) for p in work if p.worker == name and f", {epochs} epochs" in p.key]
                    axes.broken_barh(spans, (row - 0.36, 0.72), facecolor=colour, hatch=hatch, edgecolor="white", lw=0.2,
                                     label=f"{epochs} epoch{'s'[: epochs > 1]}" if row == 0 else None)
            axes.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6), xlim=(0, end - begin))
            axes.set_xlabel("time in s · measured by the workers, kept by the scheduler")
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.32), ncols=4)
        show(fig, alt=f"The scheduler's task stream: {len(work)} trainings on {len(names)} workers over {end - begin:.1f} s, each a bar coloured by "
                      f"its epochs, white gaps between; the workers compute {busy:.0%} of the time")
        print(f"the workers compute {busy:.0%} of the time; the first trainings, as the scheduler saw them (measured):")
        for piece in work[:6]:
            print(f"  {piece.key.rsplit(',', 1)[0]:20} {piece.worker}  at {1e3 * (piece.start_s - begin):6.1f} ms for {1e3 * (piece.end_s - piece.start_s):5.1f} ms")

# %% [markdown]
# **Read it.** Who trained what, and when: this is the *task stream* of Dask's own page, drawn. The white is time in which a worker has nothing to do: a message to the scheduler, a decision by Optuna, a message back. These trainings last no longer than the messages between them, so two workers save little, or are even
# *slower* than none (and busy neighbours on your machine move the ratio). Give a worker seconds or hours at a time, and the white vanishes. **Parallel work needs coarse grain.**
#
# And though the sampler is seeded, this study won't repeat exactly: what Optuna suggests depends on which trial ended first.

# %% [markdown]
# ## 9 · `owning_cost` and `break_even_hours`: who pays?
#
# Let each epoch be an hour on one A100, and the bill is no longer a matter of taste:

# %% given="cloud_cost"
def cloud_cost(hours, rate):
    """What renting costs: so many hours at so much an hour."""
    return hours * rate


def cost_per_million(per_second, rate_per_hour):
    """What a million pieces cost on a machine that does so many a second."""
    return 1e6 / per_second / 3600 * rate_per_hour


def boxes_needed(work, per_box):
    """Whole boxes for so much work, each doing so much."""
    return math.ceil(work / per_box)

# %% tags=["experiment"]
PRICES = {  # edit any of them, and run on from here
    "price": 199_000,  # dollars
    "kilowatts": 6.5 * 1.58,  # the box, times what a data centre draws for each watt of a computer
    "per_kwh": 0.1557,  # dollars
    "cloud_per_hour": 32.77,  # dollars, eight A100
    "yearly_share": 0.20,  # of the price, for room and people
}
with attempt():
    needs("successive_halving")
    one_gpu = PRICES["cloud_per_hour"] / 8
    for name, hours in (("all 81 to the end", TRIALS * EPOCHS), ("successive halving", halving_epochs), ("everything in this lab so far", spent["epochs"])):
        print(f"{name:30} {hours:6,} GPU hours: {cloud_cost(hours, one_gpu):8,.0f} dollars (modelled)")
for number_format in ("tf32", "fp16"):
    rate = benchmark("bert_large_training", system="A100", format=number_format).value
    print(f"a million sequences into BERT-large, {number_format.upper()}: {cost_per_million(rate, PRICES['cloud_per_hour'] / 8):.2f} dollars (modelled)")

# %% [markdown]
# Where the prices come from, each with its date. None is today's, and they don't share a date: the box costs what it did in 2020, the rent is of 2024. Look yours up, and put it in. (TF32 and FP16 are two formats for numbers, from labs 06 and 07.)
#
# | published | value | when | who says so |
# |---|---|---|---|
# | DGX A100 (NVIDIA's box with eight A100), list price | 199,000 dollars | May 2020 | [gadgetmix.com](http://gadgetmix.com/nvidia-a100-gpu-with-ampere-architecture/2470/) |
# | the same, power at most | 6.5 kW | 2020 | [pcnews.ru](https://pcnews.ru/news/vycislitelnaa_sistema_nvidia_dgx_a100_ampere_osnasaetsa_sestu_blokami_pitania_po_3_kvt-985106.html) |
# | power of a data centre over that of its computers | 1.58, an average | 2023 | [Uptime Institute](https://intelligence.uptimeinstitute.com/resource/large-data-centers-are-mostly-more-efficient-analysis-confirms) |
# | electricity, commercial, US Middle Atlantic | 0.1557 dollars for a kWh | Jan. to July 2024 | [EIA, table 5.6.B](https://www.eia.gov/electricity/monthly/epm_table_grapher.php?t=epmt_5_06_b) |
# | node with eight A100, by the hour | 32.77 dollars | spring 2024 | [xither.com](https://www.xither.com/compare/gpu-compute-costs-on-prem-vs-cloud-vs-spot-instances) |
# | the same from smaller hosts | 12 to 20 dollars | early 2026 | [pricegpu](https://pricegpu.pages.dev/blog/h100-vs-a100-cloud-price) |
# | room and people, share of the price a year | 15 to 25 % | 2024 | [xither.com](https://www.xither.com/compare/gpu-compute-costs-on-prem-vs-cloud-vs-spot-instances) |
#
# **Goal.** First what owning costs: the price once, and electricity for every hour of work.

# %% answer="owning_cost"
def owning_cost(price, kilowatts, hours, per_kwh):
    """What a box of your own costs after so many hours of work.

    price: paid once.  kilowatts: what it draws while it works.  hours: of work, 0 or more.
    per_kwh: price of one kilowatt-hour, in the same money as price.  All are plain numbers.
    Returns the money, a number, not rounded.
    """
    ### BEGIN SOLUTION
    return price + kilowatts * hours * per_kwh
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two summands. One doesn't depend on the hours.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Kilowatts times hours are kilowatt-hours.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# The price, plus kilowatts times hours times the price of a kilowatt-hour.
#
# </details>

# %% test="owning_cost-basic" points=1
with check("owning_cost", points=1) as c:
    c.call(owning_cost, 1000, 2, 0, 0.5).equal(1000.0, "before its first hour a box has cost its price")
    c.call(owning_cost, 1000, 2, 10, 0.5).equal(1010.0, "2 kW for 10 hours are 20 kWh, at 0.50 each 10 more")
    c.call(owning_cost, 0, 0.5, 5, 0.25).equal(0.625, "a box that was a present costs its electricity: 2.5 kWh, and nothing is rounded")
c.score

# %% test="owning_cost-full" points=1 hidden=true
# Other boxes and prices; nothing is rounded, no unit forgotten.
with check("owning_cost", points=1) as c:
    price, power = float(c.rng.uniform(1e4, 2e5)), float(c.rng.uniform(0.3, 9))
    hours, per_kwh = float(c.rng.uniform(500, 20000)), float(c.rng.uniform(0.05, 0.4))
    c.call(owning_cost, price, power, hours, per_kwh).close(price + power * hours * per_kwh, "any box, any price", rtol=1e-9)
    c.call(owning_cost, 0, 0.35, 1, 0.3).close(0.105, "an hour of a small box costs cents, and they count", rtol=1e-9)
    c.call(owning_cost, 500, 7, 100, 0).equal(500.0, "with the sun's own electricity the price is all")
    c.call(owning_cost, 5, 2, 3, 4).equal(29.0, "whole numbers will do")
c.score

# %% [markdown]
# **Goal.** After how many hours *of work* has the box cost as much as renting the same for those hours? Each hour saves the rent, less the electricity.

# %% answer="break_even_hours"
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    """Hours of work after which owning has cost as much as renting.

    price, kilowatts, per_kwh: as for owning_cost, price above 0.
    cloud_per_hour: what an hour of the same costs when rented.
    Returns the hours, a number, not rounded; math.inf when the cloud is cheaper than the electricity, or as cheap:
    then owning never catches up.
    """
    ### BEGIN SOLUTION
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else math.inf
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Write down both bills after $h$ hours, set them equal, and solve for $h$.
#
# </details>
# <details><summary>Hint 2</summary>
#
# $\text{price} + \text{kW} \cdot h \cdot \text{per kWh} = h \cdot \text{cloud}$. What stands before $h$ is the saving of one hour. It may be zero or less.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `saving = cloud_per_hour - kilowatts * per_kwh`; then `price / saving` if that is above 0, else `math.inf`.
#
# </details>

# %% test="break_even_hours-basic" points=1
with check("break_even_hours", points=1) as c:
    c.call(break_even_hours, 1000, 2, 0.5, 11).equal(100.0, "renting costs 11 an hour, owning 1: each hour saves 10, and 100 hours pay for 1000")
    c.call(break_even_hours, 700, 2, 0.5, 9).equal(87.5, "each hour saves 8, and 700 are paid for after 87.5: nothing is rounded")
    c.call(break_even_hours, 1000, 2, 0.5, 0.9).equal(math.inf, "when an hour in the cloud is cheaper than its electricity, owning never catches up: inf")
    c.call(break_even_hours, 1000, 2, 0.5, 1).equal(math.inf, "nor does it when both cost the same: inf")
c.score

# %% test="break_even_hours-full" points=2 hidden=true
# Other prices; the saving may be nothing or less; nothing is rounded.
with check("break_even_hours", points=2) as c:
    price, power = float(c.rng.uniform(1e4, 2e5)), float(c.rng.uniform(0.3, 9))
    per_kwh, cloud = float(c.rng.uniform(0.05, 0.4)), float(c.rng.uniform(5, 40))
    c.call(break_even_hours, price, power, per_kwh, cloud).close(price / (cloud - power * per_kwh), "any box, any price", rtol=1e-9)
    c.call(break_even_hours, 1, 2, 0.5, 4).close(1 / 3, "less than an hour isn't rounded", rtol=1e-9)
    c.call(break_even_hours, 700, 0, 0.3, 2).equal(350.0, "a box that draws nothing saves the whole rent")
    c.call(break_even_hours, 700, 4, 0.5, 2).equal(math.inf, "cloud and electricity cost the same: inf, and no division by zero")
    c.call(break_even_hours, 700, 4, 0.5, 0).equal(math.inf, "a cloud for nothing is never beaten")
    c.call(break_even_hours, 12, 1, 1, 4).equal(4.0, "whole numbers will do")
c.score

# %% tags=["experiment"]
with attempt():
    needs("break_even_hours")
    even = break_even_hours(PRICES["price"], PRICES["kilowatts"], PRICES["per_kwh"], PRICES["cloud_per_hour"])
    if math.isfinite(even):
        record("hours of work until owning beats renting", even, "", "modelled", source="the prices of part 9")
        print(f"that's {even / 24:.0f} days, if it works night and day (modelled)")
    else:
        print("At these prices an hour's electricity costs as much as the rent, or more: owning never catches up (modelled). Nothing is recorded.")

# %% [markdown]
# ## 10 · Rent or own? One slider decides
#
# Few boxes work night and day. Who rents pays for hours of work. Who owns has paid, busy or not, and pays for room and people all year round.
#
# **Predict.** Your box works 30 % of all hours. Does it pay within three years? Then move the slider. Then put in 16 dollars, between the smaller hosts' 12 and 20 (published, above).

# %% tags=["experiment"]
explore_costs(owning_cost, break_even_hours, PRICES)

# %% [markdown]
# <details><summary>Does it pay at 30 %?</summary>
#
# Not within three years. 30 % of three years are 7,884 hours of work, more than the 6,384 of part 9. But those leave out room and people. With a fifth of the price a year for them, three years of owning cost 318,400 dollars before the first hour of electricity, each hour saves 31.17, and 10,215 hours are needed: 39 % of all hours (modelled, at the prices above). At 30 % it takes 4.7 years.
#
# </details>
#
# **Explain.** The break-even is counted in hours *of work*: at 30 % each of them takes 3.3 hours of calendar. Meanwhile rents fall, and the box grows old. Left out, and all against owning: an idle box draws power too, the money could have earned interest. Left out, against renting: storage, moving data, and the evening
# on which no node is to be had.
#
# So a box should be busy. Should it?

# %% [markdown]
# ## 11 · Forty people queue for one box
#
# Each of forty people comes once a day with a job, at a random time. Each lane is a person: grey while waiting. Push the utilisation up, as the bill of part 10 asks for. **Watch the grey.**

# %% tags=["experiment"]
explore_queue(people=40)

# %% tags=["experiment"]
record("mean wait at 90 %, in lengths of a job", mean_wait(0.9), "", "modelled", source="200,000 jobs at random times, of random length, one server")

# %% [markdown]
# **Explain.** Jobs that come at random bunch. An idle hour in the morning can't be kept for the afternoon. The mean wait is $u/(1 - u)$ lengths of a job: 1 at half load, 9 at 90 %, 19 at 95 % (modelled; books on queues call it M/M/1). The figure above was drawn, not calculated: 200,000 random jobs come near the formula's 9, not onto it. **A box that is never idle is one that nobody gets.** At 100 % and more the queue of one day doesn't
# end with the day.
#
# Cut the box into eight, and each job starts sooner but runs eight times as long (if it scales). Many small jobs like that, one large job doesn't. In lab 11 a single GPU is cut into seven.

# %% [markdown]
# ## 12 · One million or eleven?
#
# You bet on it in lab 00: *a rack of DGX A100 for one million dollars does the work of an eleven-million-dollar data centre.* The hosts of a podcast retold it with "a million each". Take it apart.
#
# | part of the claim | what is published | result |
# |---|---|---|
# | the rack costs a million | five boxes at 199,000 dollars, list price | 0.995 million (modelled): holds, for all five |
# | a million *each* | the same list price | five times too much |
# | it draws little | five boxes at 6.5 kW at most | 32.5 kW (modelled) |
# | the old data centre costs eleven million | no inventory that we could find | **unverified** |
#
# So ask it the other way round: what would five boxes *have to do*? Fill eleven million dollars with the box before, the DGX-1 with eight V100, at 149,000 dollars (published: list price of 2017, [TweakTown](https://www.tweaktown.com/news/57488/nvidia-tesla-v100-single-slot-150w-dual-300w/index.html)). Then use the training rates of lab 08.
#
# **Predict.** How many of the new boxes do the work of those?

# %% tags=["experiment"]
old_boxes = 11e6 / 149_000
rate = {(system, number_format): benchmark("bert_large_training", system=system, format=number_format).value
        for system, number_format in (("V100", "fp32"), ("V100", "fp16"), ("A100", "tf32"), ("A100", "fp16"))}
print(f"eleven million dollars buy {old_boxes:.1f} old boxes; five new ones would each have to do the work of {old_boxes / 5:.1f} (modelled)")
bills_million = {}
for name, gain in (("FP16 on both", rate["A100", "fp16"] / rate["V100", "fp16"]), ("old in FP32, new in TF32", rate["A100", "tf32"] / rate["V100", "fp32"])):
    boxes = boxes_needed(old_boxes, gain)
    bills_million[name] = boxes * 199_000 / 1e6
    print(f"{name:25} each does the work of {gain:.1f}: {boxes} boxes, {bills_million[name]:.1f} million dollars (modelled)")
record("million dollars of new boxes for eleven million of old", bills_million["FP16 on both"], "", "modelled",
       source="list prices of 2017 and 2020, BERT-large training rates, FP16 on both")
settle("million_vs_eleven", "unverified",
       "the million is five boxes at list price (modelled); nobody published what stands in the eleven. Filled with DGX-1, BERT-large training needs "
       f"{bills_million['old in FP32, new in TF32']:.1f} to {bills_million['FP16 on both']:.1f} million in new boxes (modelled), not one")

# %% [markdown]
# Neither true nor false: **unverified**. For training on published rates the saving is about two- to fivefold, not elevenfold. An eleven is possible if the old data centre was full of processors without GPUs, or half idle: consolidation saves most where utilisation was worst. But nobody shows it. If your bet is *no idea yet*, you bet
# like a scientist.

# %% [markdown]
# ## 13 · On real hardware
#
# On a real cluster one command starts the scheduler and one each worker; on a box with eight GPUs one worker for each, held to its own card. Then `ADDRESS` in part 8 is the only line that changes:
#
# ```sh
# dask scheduler --host 10.0.0.5                                            # once
# CUDA_VISIBLE_DEVICES=0 dask worker tcp://10.0.0.5:8786 --nthreads 1       # for each GPU, with its number
# ```
#
# Both trust whoever reaches them: a scheduler runs any code that it's sent. Keep it in a closed network, or use TLS. Workers need NumPy, and versions like yours; `train` itself travels with the job.

# %% tags=["experiment"]
import os

with attempt():
    print(f"{os.cpu_count()} cores here. One of them did {TRIALS / here_s:.0f} trainings of 27 epochs a second (measured); "
          f"a hundred workers with coarse grain would do {100 * TRIALS / here_s:,.0f} (modelled).")
    print(f"you have run {spent['trainings']:,} trainings and {spent['epochs']:,} epochs in this lab")
    record("trainings in lab 10", spent["trainings"], "")

# %% [markdown]
# ## 14 · In your own words
#
# **A colleague tried 400 configurations and writes: "Our model reaches a validation loss of 0.21, 12 % better than before (one training, 0.24). We ask for a box of our own, so that we can try 4,000."** What do you answer? In at most 100 words. You mark it yourself.
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** The best of 400 carries luck that doesn't come back; the old model had one try. Rerun both with fresh seeds, report on pictures that didn't choose. 4,000 trials flatter more.
# - **A number from this lab.** How far your winner fell, or how the gap grew from 9 to 81 trials; or what halving saves; or the utilisation at which a box pays.
# - **The limit.** When he would be right: if the difference of means is large against their spread; or if the box is busy for years.
#
# </details>

# %% [markdown] written="best-of-many" points=0
# The best of 400 was chosen for its luck as well. Here the best of 81 showed 0.19 and came to 0.25 with other seeds, and the gap grew with the number of trials. The old model had one try, so the two numbers don't compare: train both ten times with
# fresh seeds and compare the means with their spread, on pictures that chose nothing. For more trials stop bad ones early first: a seventh of the epochs. A box pays if it works most hours for years; for one search, rent. If after that the gap is several times the spread, he is right.

# %% [markdown]
# ## 15 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("10_experiments_and_cost")

# %% tags=["experiment"]
guessed = ledger_view.plot("10_experiments_and_cost")
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
# <details><summary><b>1.</b> Two teams report the same loss. One tried 10 configurations, the other 1,000. Whose model do you take?</summary>
#
# The first one's, if you have to choose blind: the best of 1,000 carries more luck. Better: ask both for the mean of ten reruns.
#
# </details>
# <details><summary><b>2.</b> Successive halving stopped the configuration that would have won. A bug?</summary>
#
# No: the price. It judges by early losses, and a slow starter is lost. A larger first budget or a smaller eta loses fewer, and saves less.
#
# </details>
# <details><summary><b>3.</b> The dean wants the new box at 95 % utilisation. What do you say?</summary>
#
# That the bill likes it and people won't: jobs at random times then wait for nineteen lengths of a job on average (modelled). With jobs that can wait for the night, less.
#
# </details>
#
# ## What comes next
#
# Forty people, one box, and most jobs need only a slice of one GPU. In **11** you cut it, and find out what a slice is worth while the neighbour misbehaves.
#
# ## Sources
#
# - J. Bergstra, Y. Bengio: *Random search for hyper-parameter optimization*, JMLR 13 (2012).
# - K. Jamieson, A. Talwalkar: *Non-stochastic best arm identification and hyperparameter optimization*, <https://arxiv.org/abs/1502.07943>. L. Li et al.: *Hyperband*, JMLR 18 (2018); *A system for massively parallel hyperparameter tuning*, MLSys 2020.
# - G. C. Cawley, N. L. C. Talbot: *On over-fitting in model selection and subsequent selection bias in performance evaluation*, JMLR 11 (2010), <http://jmlr.org/papers/v11/cawley10a.html>.
# - Optuna: T. Akiba et al., KDD 2019. Dask: <https://distributed.dask.org>. The wait in a queue: D. V. Lindley, 1952.
# - The digits: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0, as carried by scikit-learn. Prices: in the table of part 9.
