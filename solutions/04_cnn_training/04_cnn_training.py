# %% [markdown] title=true minutes=110 hardware="a GPU trains your network and is timed with and without waiting"
# # 04 · Teach it digits
#
# {badges}
#
# {line}
#
# In lab 03 you wrote the layers. Now they learn. You teach a small network to read handwriting, write the loop that does it by hand, and
# look at the mistakes. Then you ask where the time goes, and meet a stopwatch that lies by a factor of ten to some thousands.
#
# **You will be able to**
#
# - write a convolutional network, a training step and an evaluation that you can trust;
# - say what a test accuracy is worth, and for whom;
# - time work that a device does *later*, without being fooled;
# - predict the length of an epoch from loading and computing, and find out which of the two to mend;
# - say why a busy GPU need not be a useful one.
#
# **Before this:** 03 (layers, cross-entropy). **After this:** 05 and 06, and every lab from 09 on: they use this classifier.
#
# ```
# 03 ──► 04 (you are here) ──┬──► 05  networks with memory
#                            ├──► 06  number formats ──► 07  mixed precision
#                            └──► 09 … 14  scale it, slice it, ship it, seal it
# ```

# %% setup=true

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from gpu_utils import check, classifier, detect, ledger_view, predict, record
from gpu_utils.clocks import VirtualDevice
from gpu_utils.digits import credit, load
from gpu_utils.plotting import PALETTE, roofline, show, stacked, style
from gpu_utils.plotting.timelines import timeline
from gpu_utils.queues import WorkQueue
from gpu_utils.roofline import Roof, published_roofs
from gpu_utils.timing import measure
from gpu_utils.verdict import passed
from gpu_utils.widgets.pipelines import explore_pipeline
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)  # one core computes; another stays free to give orders and to fetch
digits = load()
images, labels = torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels)
exam, truth = torch.from_numpy(digits.test_images), torch.from_numpy(digits.test_labels)
print("to learn from:", tuple(images.shape), "· to be examined on:", tuple(exam.shape))
print(credit())


def tried(experiment, *needs):
    """Run an experiment once the checks of the functions that it needs hold, so that your ledger keeps no wrong figure."""
    waits = [name for name in needs if not passed(name)]
    if waits:
        print(f"This cell waits for {', '.join(waits)}: once the check of each holds, run it again.")
        return None
    try:
        return experiment()
    except Exception as error:
        unwritten = isinstance(error, NotImplementedError) and not str(error)
        print("Something that this needs is not written yet." if unwritten else f"This stops with {type(error).__name__}: {error}")

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · Can you read this?
#
# Real digits, written by people, scanned as 8 x 8 blocks of ink and enlarged to 32 x 32. torch wants pictures as $(N, C, H, W)$: picture, channel, row, column. There is one channel, ink, from 0 to 1.

# %% tags=["experiment"]
def gallery(pictures, names, alt, columns=12):
    """Small pictures with a line of text above each."""
    rows, lines = -(-len(pictures) // columns), 1 + max(name.count("\n") for name in names)
    with style():
        size = (8, rows * (min(1.1, 7 / columns) + 0.22 * lines) + 0.15)
        figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.ravel():
        axis.axis("off")
    for axis, picture, name in zip(axes.ravel(), pictures, names):
        axis.imshow(picture.reshape(32, 32), cmap="gray_r", vmin=0, vmax=1)
        axis.set_title(name, fontsize=10, loc="center", pad=2)
    show(figure, alt=alt)


gallery(images[:24], [str(int(each)) for each in labels[:24]],
        alt="Two rows of handwritten digits, blurred by the enlargement, each with its label above: most are easy to read")

# %% [markdown]
# **Guess before you go on.** Your network will see 1347 digits, again and again, and is examined on 450 others. How long does the teaching take here, on one core? What share of the 450 will it read, from 0 to 1? And of digits written by people *whose hand it has never seen*?

# %% tags=["experiment"]
predict("time to teach the digits", None, "s")
predict("share read, hands it knows", None, "")
predict("share read, hands it has never seen", None, "")

# %% [markdown]
# ## 2 · `SmallCNN`
#
# A convolution looks through a window of 3 x 3. To see a whole digit, windows must look at windows. Each pooling halves rows and columns, so the next window covers twice the ground.

# %% given="receptive_field"
def receptive_field(layers):
    """Rows (and columns) of the picture that one value after these layers has seen.

    layers: (kernel, stride) of each convolution or pooling, in order.
    """
    sees, step = 1, 1  # pixels seen by one value; pixels between two neighbouring values
    for kernel, stride in layers:
        sees += (kernel - 1) * step
        step *= stride
    return sees

# %% [markdown]
# **Predict.** Three convolutions of 3 x 3 (stride 1), each followed by a pooling of 2 x 2 (stride 2). How many of the 32 rows does one value see at the end? And without the poolings?

# %% tags=["experiment"]
print("three convolutions alone:", receptive_field([(3, 1)] * 3), "rows")
print("with a pooling after each:", receptive_field([(3, 1), (2, 2)] * 3), "rows")

# %% [markdown]
# In torch a network is an `nn.Module`: it keeps its weights, and `forward` says what is done with pictures. Gradients you get for nothing: torch notes what `forward` computes (**autograd**), so that `backward` can put each weight's slope into its `.grad`.
#
# **Goal.** Write a network with at least one convolution. This shape table is one way; any other within the limits is as good.
#
# | layer | shape after it | weights and biases |
# |---|---|---|
# | the picture | $(N, 1, 32, 32)$ | |
# | convolution 3 x 3, padding 1; ReLU; pooling 2 x 2 | $(N, 16, 16, 16)$ | 160 |
# | the same again | $(N, 32, 8, 8)$ | 4,640 |
# | the same again | $(N, 64, 4, 4)$ | 18,496 |
# | flatten | $(N, 1024)$ | |
# | dense | $(N, 10)$ | 10,250 |

# %% answer="SmallCNN"
class SmallCNN(nn.Module):
    """A network that reads digits: SmallCNN() takes (N, 1, 32, 32) and gives (N, 10), for any N from 1 on.

    The ten numbers are raw scores, one a digit, as cross_entropy wants them: no softmax at the end.
    At least one convolution, at least one non-linearity (ReLU, pooling by maximum, ...), at most
    300,000 parameters. In evaluation mode the same picture always gives the same scores.
    It can learn: 40 steps of Adam (rate 3e-3) on 50 digits at least halve the loss on them.
    """

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(64 * 4 * 4, 10),
        )
        ### END SOLUTION

    def forward(self, images):
        ### BEGIN SOLUTION
        return self.layers(images)
        ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `__init__` makes the layers, once. `forward` sends pictures through them, every time. `nn.Sequential(...)` chains layers.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `nn.Conv2d(channels in, channels out, 3, padding=1)` keeps rows and columns, `nn.MaxPool2d(2)` halves them. `nn.Flatten()` leaves the first axis alone; `view(-1)` doesn't.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# self.layers = nn.Sequential(
#     nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
#     ...  # 16 to 32, then 32 to 64, in the same way
#     nn.Flatten(), nn.Linear(1024, 10))
# # and in forward: return self.layers(images)
# ```
#
# </details>

# %% test="SmallCNN-basic" points=1
import re

from torch.utils._python_dispatch import TorchDispatchMode


class Operations(TorchDispatchMode):
    """Notes the name of every operation that torch carries out."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.names.add(operation.__name__.split(".")[0])
        return operation(*args, **(kwargs or {}))


def advice(error):
    """What torch's two commonest complaints about shapes mean."""
    numbers = re.findall(r"\d+", str(error))
    if "shapes cannot be multiplied" in str(error) and len(numbers) >= 5:
        pictures, delivered, taken = numbers[2:5]
        if pictures != "7":
            return f"the first number should count the 7 pictures, not be {pictures}: flatten all axes but the first, with `nn.Flatten()`"
        return f"your layers deliver {delivered} values a picture, and `nn.Linear` was told {taken}: change its first number"
    if "to have" in str(error) and "channels, but got" in str(error):
        return "a convolution takes as many channels in as the one before it gave out; the first one takes 1"
    return None


with check("SmallCNN", points=1) as c:
    torch.manual_seed(4)
    made = c.call(SmallCNN)
    network = made.value

    def read(pictures):
        network.eval()
        with torch.no_grad(), Operations() as seen:
            scores = network(torch.as_tensor(pictures))
        return scores, seen.names

    if not isinstance(network, nn.Module):
        made.satisfies(lambda _: False, "`SmallCNN()` is an nn.Module")
    else:
        seven = c.call(read, digits.test_images[:7])
        found = tuple(getattr(seven.value[0], "shape", ())) if seven.error is None else None
        said = "seven pictures give seven rows of ten scores"
        if seven.error is not None:
            seven.satisfies(bool, said, hint=advice(seven.error))
        elif seven.value[0] is None:
            c.that(False, said, message="`forward` gave None: did you forget `return`?")
        else:
            c.that(found == (7, 10), said, message=f"the scores have the shape {found}")
            count = sum(p.numel() for p in network.parameters())
            c.that(any("conv" in name or name == "im2col" for name in seven.value[1]), "there is a convolution in it", message="no convolution ran")
            c.that(count > 0, "torch finds its weights", message="it has no parameters",
                   hint="layers in a plain list are invisible to torch: use nn.Sequential or nn.ModuleList")
            c.that(count <= 300_000, "it has at most 300,000 parameters", message=f"it has {count:,}",
                   hint="a dense layer after large maps has most of them: pool first")
c.score

# %% test="SmallCNN-full" points=2 hidden=true
# Batches of other sizes, raw scores, a non-linearity, the same answer twice, and: can it learn?
with check("SmallCNN", points=2) as c:
    torch.manual_seed(int(c.rng.integers(1 << 30)))
    network = SmallCNN()
    chosen = c.rng.permutation(len(digits.train_labels))[:50]
    pictures, wanted = torch.from_numpy(digits.train_images[chosen]), torch.from_numpy(digits.train_labels[chosen])

    def read(some):
        network.eval()
        with torch.no_grad():
            return network(some)
    c.call(read, pictures[:1]).satisfies(lambda s: tuple(s.shape) == (1, 10), "a batch of one gives one row of ten")
    c.call(read, pictures[:33]).satisfies(lambda s: tuple(s.shape) == (33, 10), "and one of 33 gives 33 rows")
    c.that(lambda: torch.allclose(read(pictures)[20:23], read(pictures[20:23]), atol=1e-4), "a picture's scores don't depend on its neighbours")
    c.that(lambda: torch.equal(read(pictures[:9]), read(pictures[:9])), "in evaluation mode it answers the same twice")
    c.that(lambda: not torch.allclose(read(pictures).sum(1), torch.ones(50), atol=1e-3) or bool((read(pictures) < 0).any()),
           "scores are raw: no softmax at the end")
    c.that(lambda: not torch.allclose(read(pictures).logsumexp(1), torch.zeros(50), atol=1e-4), "nor its logarithm: cross_entropy takes that itself")

    def bend():
        one, two, none = read(pictures[:10]).double(), read(pictures[10:20]).double(), read(pictures[:10] * 0).double()
        both = read(pictures[:10] + pictures[10:20]).double()
        return float((both - one - two + none).abs().max() / ((one - none).abs().max() + 1e-12))
    c.that(lambda: bend() > 1e-3, "it is more than one big matrix product: something in it bends")

    def lesson():
        network.train()
        teacher = torch.optim.Adam(network.parameters(), lr=3e-3)
        for _ in range(40):
            teacher.zero_grad()
            F.cross_entropy(network(pictures), wanted).backward()
            teacher.step()
        return float(F.cross_entropy(read(pictures), wanted))
    before = float(F.cross_entropy(read(pictures), wanted))
    after = c.call(lesson)
    after.satisfies(lambda loss: loss < 0.5 * before, "40 steps on 50 digits halve the loss")
    c.that(lambda: bool((read(pictures) < 0).any()), "raw scores may lie below zero, and after a lesson some do")
    c.that(lambda: sum(p.numel() for p in network.parameters()) <= 300_000, "at most 300,000 parameters after its first pass too")
c.score

# %% [markdown]
# ## 3 · `train_step`
#
# Learning is one step, repeated: look at some pictures, compute the loss, ask every weight which way is downhill (`backward`), and move all weights a little (the optimiser's `step`).
#
# torch *adds* each gradient to what `.grad` holds already. That is useful when a batch must be cut in pieces (lab 07), and a trap for everybody else.
#
# **Predict.** If you never clear the old gradients, what will the loss do: fall more slowly, fall faster, or something else?

# %% answer="train_step"
def train_step(model, images, labels, optimiser):
    """Teach the model one batch: one forward pass, one backward pass, one step of the optimiser.

    model: takes the images and gives raw scores (N, 10). Its mode is the caller's business.
    images: (N, ...), labels: (N,) int64, on the model's device. N may be 1.
    optimiser: a torch optimiser over the model's parameters (SGD, Adam, AdamW, ...).
    Returns the batch's mean cross-entropy before the step, as a plain float. Called again and again, no step
    may use gradients of an earlier one.
    """
    ### BEGIN SOLUTION
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Five lines: clear, forward and loss, backward, step, return.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `optimiser.zero_grad()`, `F.cross_entropy(scores, labels)`, `loss.backward()`, `optimiser.step()`. cross_entropy takes the softmax itself.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Write the four calls of hint 2 in that order, and end with `return loss.item()`: a float, which lets go of the graph.
#
# </details>

# %% test="train_step-basic" points=1
import copy


class Diary(torch.optim.SGD):
    """Plain descent that notes in which order a training step asked for what."""

    def __init__(self, model, lr):
        super().__init__(model.parameters(), lr=lr)
        self.notes = []
        model.register_forward_hook(lambda *_: self.notes.append("forward"))
        next(model.parameters()).register_post_accumulate_grad_hook(lambda _: self.notes.append("backward"))

    def zero_grad(self, set_to_none=True):
        self.notes.append("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure=None):
        self.notes.append("step")
        return super().step(closure)


with check("train_step", points=1) as c:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 10)).double()
    twin, before = copy.deepcopy(model), copy.deepcopy(model)
    batches = [(torch.rand(6, 1, 4, 4, dtype=torch.float64), torch.arange(6) + 2 * i) for i in range(2)]
    teacher = Diary(model, lr=0.5)

    def by_the_book(pictures, wanted):
        loss = F.cross_entropy(twin(pictures), wanted)
        slopes = torch.autograd.grad(loss, list(twin.parameters()))
        with torch.no_grad():
            for weight, slope in zip(twin.parameters(), slopes):
                weight -= 0.5 * slope
        return loss.item()

    def apart(other):
        return max(float((a - b).detach().abs().max()) for a, b in zip(model.parameters(), other.parameters()))
    first = c.call(train_step, model, *batches[0], teacher)
    first.close(by_the_book(*batches[0]), "the loss is the mean cross-entropy before the step, as a plain float", rtol=1e-9)
    if first.error is None:
        order = "it called " + (", ".join(teacher.notes) or "nothing")
        c.that(apart(before) > 0, "the weights have moved", message=order)
        right = apart(twin) < 1e-9
        c.that(right, "every weight has moved by rate times slope, once", message=order)
        second = c.call(train_step, model, *batches[1], teacher)
        wanted = by_the_book(*batches[1])
        c.that(right and type(second.value) in (float, np.float64) and abs(second.value - wanted) < 1e-9 * wanted, "the second step's loss is right too")
        c.that(right and apart(twin) < 1e-9, "the second step uses its own gradients only",
               hint="`backward` adds to what `.grad` holds: clear it once a step" if right else None)
c.score

# %% test="train_step-full" points=3 hidden=true
# Other optimisers and models, a batch of one, and how often the model is asked.
with check("train_step", points=3) as c:
    torch.manual_seed(int(c.rng.integers(1 << 30)))

    def lesson(make, build, size=6, dtype=torch.float64, steps=4):
        """Train a model by train_step and its twin by the book; returns both losses and how far they are apart."""
        model = build().to(dtype)
        twin = copy.deepcopy(model)
        mine, book = make(model), make(twin)
        losses, wanted_losses = [], []
        for _ in range(steps):
            pictures, wanted = torch.rand(size, 1, 4, 4, dtype=dtype), torch.randint(0, 10, (size,))
            losses.append(train_step(model, pictures, wanted, mine))
            book.zero_grad(set_to_none=True)
            loss = F.cross_entropy(twin(pictures), wanted)
            loss.backward()
            book.step()
            wanted_losses.append(loss.item())
        apart = max(float((a.double() - b.double()).abs().max()) for a, b in zip(model.state_dict().values(), twin.state_dict().values()))
        return losses, wanted_losses, apart

    def small():
        return nn.Sequential(nn.Flatten(), nn.Linear(16, 12), nn.Tanh(), nn.Linear(12, 10))

    def normed():
        return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 10))

    def frozen():
        model = small()
        model[1].requires_grad_(False)
        return model
    kinds = {
        "SGD with momentum": lambda m: torch.optim.SGD(m.parameters(), lr=0.3, momentum=0.9),
        "Adam": lambda m: torch.optim.Adam(m.parameters(), lr=0.01),
        "AdamW with weight decay": lambda m: torch.optim.AdamW(m.parameters(), lr=0.02, weight_decay=0.1),
    }
    for name, make in kinds.items():
        c.call(lesson, make, small).satisfies(lambda r: r[2] < 1e-9, f"four steps of {name} move every weight as they should")
    losses = c.call(lesson, kinds["Adam"], small, 11)
    losses.satisfies(lambda r: all(type(loss) is float or isinstance(loss, np.floating) for loss in r[0]), "every loss is a plain float")
    losses.satisfies(lambda r: np.allclose(r[0], r[1], rtol=1e-9, atol=0), "every loss is the mean over its batch, before the step")
    c.call(lesson, kinds["Adam"], small, 1).satisfies(lambda r: r[2] < 1e-9, "a batch of one is a batch")
    # One forward pass in float32: four steps of rate 0.3 leave rounding of some 1e-6; a missed step is 1e-2 away.
    c.call(lesson, kinds["SGD with momentum"], small, 6, torch.float32).satisfies(lambda r: r[2] < 1e-4, "float32 models learn too")
    c.call(lesson, kinds["Adam"], normed).satisfies(lambda r: r[2] < 1e-9, "the model looks at the batch once: batch norm keeps count")
    c.call(lesson, lambda m: torch.optim.SGD([p for p in m.parameters() if p.requires_grad], lr=0.3), frozen).satisfies(
        lambda r: r[2] < 1e-9, "frozen weights stay, the others learn")
c.score

# %% [markdown]
# **Look.** The same network, the same pictures, the same order; once your `train_step`, once a copy that never clears.

# %% tags=["experiment"]
def without_clearing(model, images, labels, optimiser):
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()


def two_ways():
    curves = {}
    for name, step in {"your train_step": train_step, "old gradients stay": without_clearing}.items():
        torch.manual_seed(0)
        model = SmallCNN()
        optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
        order = torch.randperm(len(images))
        curves[name] = [step(model, images[some], labels[some], optimiser) for some in order.repeat(3).split(64)]
    with style():
        figure, axis = plt.subplots(figsize=(8, 3.2), layout="constrained")
        for name, curve in curves.items():
            axis.plot(curve, label=name)
        axis.axhline(np.log(10), color="#555555", linewidth=1)
        axis.annotate("guessing: ln 10", (0, np.log(10)), xytext=(0, 4), textcoords="offset points", fontsize=9)
        axis.set(xlabel="step", ylabel="loss · measured", ylim=(0, 6))
        axis.legend(loc="upper right")
    show(figure, alt="Loss over steps, measured. With your train_step it falls from that of guessing nearly to 0. Where old gradients stay it "
                     "falls more slowly at first, then swings up far above the loss of guessing, and does not come back down")


tried(two_ways, "SmallCNN", "train_step")

# %% [markdown]
# For a while it looks like slow learning. But the sum of all old gradients is a momentum that never fades: it runs on past the valley, and up the other side. No error, no warning. Only a curve that you have to look at.

# %% [markdown]
# ## 4 · `evaluate`
#
# Some layers behave differently while learning: dropout switches values off, batch norm looks at the whole batch. `model.eval()` turns that off, `model.train()` on again. And an examination needs no gradients, so don't record them.
#
# **Predict.** Ten pictures, batches of four. The model reads 4 of 4, 4 of 4 and 0 of 2. What is its accuracy: 8 / 10, or the mean of 1, 1 and 0?

# %% given="accuracy"
def accuracy(scores, labels):
    """Share of rows whose largest score stands at the label."""
    return float((scores.argmax(dim=1) == labels).double().mean())

# %% answer="evaluate"
def evaluate(model, images, labels, batch):
    """Accuracy of a model on all pictures: the share that it reads correctly, as a float from 0 to 1.

    images (N, ...), labels (N,) int64, on the model's device, N at least 1. The model is shown at most
    `batch` pictures at a time (the last batch may be smaller, `batch` may exceed N), and each exactly once.
    It works in evaluation mode and records no gradients. Afterwards the model is in the mode, training or
    evaluation, in which it came, its weights are untouched, and gradients are recorded again as before.
    """
    ### BEGIN SOLUTION
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(images), batch):
            scores = model(images[start : start + batch])
            right += int((scores.argmax(dim=1) == labels[start : start + batch]).sum())
    model.train(mode)
    return right / len(images)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Count the right ones over all batches, and divide once, at the end. Slices that go beyond the end are simply shorter.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Before: `mode = model.training`, then `model.eval()`. After: `model.train(mode)`. Around the loop: `with torch.no_grad():`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for start in range(0, len(images), batch):
#     scores = model(images[start : start + batch])
#     right += int((scores.argmax(dim=1) == labels[start : start + batch]).sum())
# ```
#
# </details>

# %% test="evaluate-basic" points=1
class Witness(nn.Module):
    """Reads the digit that is written into the first pixel, wrongly while it is in training mode, and notes how it was asked."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.batches, self.recorded = [], False

    def forward(self, pictures):
        self.batches.append(len(pictures))
        digit = (pictures[:, 0, 0, 0].round().long() + int(self.training)) % 10
        scores = F.one_hot(digit, 10) * self.weight
        self.recorded |= scores.requires_grad
        return scores


with check("evaluate", points=1) as c:
    torch.set_grad_enabled(True)
    wanted = torch.arange(10)
    pictures = torch.zeros(10, 1, 2, 2)
    pictures[:, 0, 0, 0] = torch.tensor([5, 5, 2, 3, 4, 5, 6, 7, 8, 2])  # the first two and the last are misread
    witness = Witness().train()
    whole = c.call(evaluate, witness, pictures, wanted, 4)
    torch.set_grad_enabled(True)
    whole.close(0.7, "7 of 10 in batches of 4, 4 and 2 are 0.7", atol=1e-6)
    if whole.error is None and whole.value is not None:
        c.that(sum(witness.batches) == 10 and max(witness.batches) <= 4, "all ten pictures are shown, once each, at most 4 at a time",
               message=f"it was shown {witness.batches or 'none'}")
        c.that(witness.training and bool(witness.batches), "a model that came in training mode leaves in training mode",
               hint="remember `model.training` before you call `eval()`")
        c.that(not witness.recorded and bool(witness.batches), "no gradients are recorded", hint="`with torch.no_grad():` around the loop")
        witness = Witness().eval()
        c.call(evaluate, witness, pictures, wanted, 5).close(0.7, "two full batches of 5 give the same", atol=1e-6)
        torch.set_grad_enabled(True)
        c.that(not witness.training and bool(witness.batches), "a model that came in evaluation mode leaves in evaluation mode",
               hint="put back the mode that you found, not always training")
c.score

# %% test="evaluate-full" points=2 hidden=true
# Other sizes and batches, one picture, a model with dropout and batch norm, and what is left behind.
with check("evaluate", points=2) as c:
    torch.set_grad_enabled(True)
    torch.manual_seed(int(c.rng.integers(1 << 30)))
    n, size = int(c.rng.integers(23, 40)), int(c.rng.integers(5, 11))
    n += n % size == 0  # so that the last batch is ragged
    wanted = torch.from_numpy(c.rng.integers(0, 10, n))
    pictures = torch.zeros(n, 1, 3, 2, dtype=torch.float64)
    pictures[:, 0, 0, 0] = wanted
    pictures[-(n % size):, 0, 0, 0] = (wanted[-(n % size):] + 3) % 10  # the last batch is all wrong
    exact = 1 - (n % size) / n

    def asked(batch, mode):
        witness = Witness().train(mode)
        share = evaluate(witness, pictures, wanted, batch)
        left = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
        return share, witness, left
    ragged = c.call(asked, size, True)
    ragged.satisfies(lambda r: abs(r[0] - exact) < 1e-6, "a ragged last batch counts by its pictures")
    ragged.satisfies(lambda r: isinstance(r[0], (float, np.floating)), "the accuracy is a plain float")
    ragged.satisfies(lambda r: sum(r[1].batches) == n, "every picture is shown exactly once")
    ragged.satisfies(lambda r: r[1].training, "training mode is restored")
    ragged.satisfies(lambda r: r[2], "gradients are recorded again afterwards")
    ragged.satisfies(lambda r: not r[1].recorded, "none are recorded meanwhile")
    c.call(asked, 10 * n, False).satisfies(lambda r: abs(r[0] - exact) < 1e-6 and r[1].batches == [n], "a batch larger than the set is the set")
    c.call(asked, 1, False).satisfies(lambda r: abs(r[0] - exact) < 1e-6 and max(r[1].batches) == 1, "batches of one picture work")
    c.call(asked, size, False).satisfies(lambda r: not r[1].training, "evaluation mode stays evaluation mode")
    c.call(evaluate, Witness(), pictures[:1], wanted[:1], 7).close(1.0, "a set of one picture", atol=1e-6)
    odd = nn.Sequential(nn.BatchNorm2d(1), nn.Dropout(0.9), nn.Flatten(), nn.Linear(6, 10)).double().train()
    before = {name: value.clone() for name, value in odd.state_dict().items()}
    noise = torch.rand(n, 1, 3, 2, dtype=torch.float64)
    book = copy.deepcopy(odd).eval()
    with torch.no_grad():
        exact = float((book(noise).argmax(1) == wanted).double().mean())
    examined = c.call(evaluate, odd, noise, wanted, size)
    torch.set_grad_enabled(True)
    examined.close(exact, "dropout and batch norm are in evaluation mode", atol=1e-6)
    examined.satisfies(lambda _: all(torch.equal(value, before[name]) for name, value in odd.state_dict().items()), "nothing in the model has changed")
    examined.satisfies(lambda _: all(weight.requires_grad for weight in odd.parameters()), "its weights can still learn")
c.score

# %% [markdown]
# ## 5 · Teach it
#
# The loop, given, with your three pieces in it. `augment` turns, slants, scales and moves every picture a little, anew in each epoch.

# %% given="augment"
def augment(images):
    """Every picture turned, slanted, scaled and moved a little, each by its own draw. Returns a new tensor."""
    n = len(images)
    turn, slant, scale = (torch.rand(n) - 0.5) * 0.5, (torch.rand(n) - 0.5) * 0.4, 0.85 + 0.3 * torch.rand(n)
    right, down = (torch.rand(n) - 0.5) * 0.3, (torch.rand(n) - 0.5) * 0.3
    first = torch.stack([scale * turn.cos(), slant - turn.sin(), right], dim=1)
    second = torch.stack([turn.sin(), scale * turn.cos(), down], dim=1)
    grid = F.affine_grid(torch.stack([first, second], dim=1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def teach(images, labels, exam, truth, epochs=15, bend=True):
    """Train a new SmallCNN; returns it, and per epoch the mean loss and the accuracy on the exam."""
    torch.manual_seed(0)
    model = SmallCNN().to(memory_format=torch.channels_last)  # channels side by side in memory: pooling likes that
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses, shares = [], []
    for epoch in range(epochs):
        optimiser.param_groups[0]["lr"] = 3e-3 * (1 - epoch / epochs)  # large steps first, small ones last
        model.train()
        seen = augment(images) if bend else images
        batches = torch.randperm(len(images)).split(64)
        losses.append(np.mean([train_step(model, seen[some], labels[some], optimiser) for some in batches]))
        shares.append(evaluate(model, exam, truth, 256))
    return model, losses, shares

# %% tags=["experiment"]
gallery(torch.cat([images[3:4], augment(images[3:4].repeat(11, 1, 1, 1))]), ["as it is"] + [""] * 11,
        alt="One digit as it is, and eleven times turned, slanted, scaled and moved a little: it stays the same digit")

# %% tags=["experiment"]
def lesson():
    start = time.perf_counter()
    taught, losses, shares = teach(images, labels, exam, truth)
    took = time.perf_counter() - start
    record("time to teach the digits", took, "s")
    record("share read, hands it knows", shares[-1], "")
    print(f"{len(losses)} epochs in {took:.1f} s (measured): it reads {shares[-1]:.1%} of {len(exam)} digits")
    if shares[-1] < 0.95:
        print("About 98% is usual. Look for a softmax at the end of your network, or a missing ReLU.")
    with style():
        figure, axes = plt.subplots(1, 2, figsize=(8, 2.9), layout="constrained")
        epochs, misread = range(1, len(losses) + 1), [100 * (1 - share) for share in shares]
        axes[0].plot(epochs, losses, marker="o", markersize=4)
        axes[0].set(yscale="log", yticks=(0.1, 0.2, 0.5, 1, 2), yticklabels=(0.1, 0.2, 0.5, 1, 2), ylabel="mean loss, log scale", title="learning")
        axes[1].plot(epochs, misread, marker="s", markersize=4, color=PALETTE[1])
        axes[1].set(yscale="log", yticks=(1, 2, 3, 5, 10, 20, 50), yticklabels=(1, 2, 3, 5, 10, 20, 50), ylabel="% misread, log scale", title="examined")
        for axis in axes:
            axis.set(xticks=epochs[::2], xlabel="epoch · measured")
            axis.minorticks_off()
    show(figure, alt=f"Two curves over the epochs, measured: the mean loss falls from {losses[0]:.2g} to {losses[-1]:.2g}, and the share of misread "
                     f"exam digits falls with it, from {misread[0]:.0f} to {misread[-1]:.1f} per cent")
    return taught


taught = tried(lesson, "SmallCNN", "train_step", "evaluate")
reader = taught if taught is not None else classifier.load()  # without your own, the shipped one goes on

# %% [markdown]
# An accuracy is one number for 450 pictures. Look at the ones behind it.

# %% tags=["experiment"]
reader.eval()
with torch.no_grad():
    scores = reader(exam)
guesses = scores.argmax(dim=1)
wrong = torch.nonzero(guesses != truth).ravel()[:12]
sure = scores.softmax(dim=1).max(dim=1).values
gallery(exam[wrong], [f"{truth[i]} read {guesses[i]}\n{sure[i]:.0%} sure" for i in wrong],
        alt="The misread digits themselves, at most twelve, each with its label, what was read, and how sure the network was: most are "
            "odd or blurred, and of some mistakes the network is very sure", columns=6)

# %% tags=["experiment"]
counts = np.zeros((10, 10), dtype=int)
np.add.at(counts, (truth.numpy(), guesses.numpy()), 1)
with style():
    figure, axis = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    axis.imshow(np.where(np.eye(10, dtype=bool), 0, counts), cmap="Oranges", vmin=0, vmax=4)
    for row in range(10):
        for column in range(10):
            if counts[row, column]:
                axis.text(column, row, counts[row, column], ha="center", va="center", fontsize=9,
                          color="#9a9a9a" if row == column else "black")
    axis.set(xticks=range(10), yticks=range(10), xlabel="read", ylabel="written", title="who is taken for whom")
show(figure, alt="Confusion matrix: nearly all 450 digits on the grey diagonal, and the few mistakes off it, in orange, mostly between "
                 "look-alikes such as 8 and 1 or 9 and 3")

# %% [markdown]
# ### Whose hand?
#
# The 450 were drawn at random, so every writer in the exam also sits in the lesson. The file is in order of writing. Take its last quarter as the exam instead: mostly hands that the network has never seen. **Predict** what happens to the share of mistakes. Then to what `augment` is worth.

# %% tags=["experiment"]
def new_hands():
    by_hand = [torch.from_numpy(part) for part in load(by_hand=True)]
    shares = {("hands it knows", True): evaluate(taught or teach(images, labels, exam, truth)[0], exam, truth, 256),
              ("hands it knows", False): teach(images, labels, exam, truth, bend=False)[2][-1]}
    for bend in (False, True):
        shares["hands it has never seen", bend] = teach(*by_hand, bend=bend)[2][-1]
    print("share read (measured)    without augment  with it")
    for hands in ("hands it knows", "hands it has never seen"):
        print(f"{hands:25}{shares[hands, False]:15.1%}{shares[hands, True]:9.1%}")
    record("share read, hands it has never seen", shares["hands it has never seen", False], "")
    record("share read, hands it has never seen, with augment", shares["hands it has never seen", True], "")


tried(new_hands, "SmallCNN", "train_step", "evaluate")

# %% [markdown]
# Read down the first column: the same network, the same number of pictures, and several times the mistakes. Nothing broke; the first exam asked an easier question. Now read across. On new hands `augment` wins most of the loss back; on hands it knows, it hardly shows. So the easy exam would have told you to leave it out. **An accuracy belongs to a way of splitting.** When a supplier says 99 %, ask: of whose parts, on whose camera, on which day?

# %% [markdown]
# ## 6 · Where does the time go?
#
# torch can watch itself. **Predict** first: which takes longer in a step, forward or backward, and by what factor? (Backward computes two things for each layer: the slope for the weights and the slope for the layer before.)

# %% tags=["experiment"]
predict("backward over forward, time", None, "x")

# %% tags=["experiment"]
import os

os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler's own diary stays quiet
from torch.profiler import ProfilerActivity, profile, record_function


def watched(steps=10, batch=64):
    model = classifier.build().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    with profile(activities=[ProfilerActivity.CPU]) as watch:
        for step in range(steps + 2):
            with record_function("warm-up" if step < 2 else "load"):
                some = torch.randint(0, len(images), (batch,))
                pictures, wanted = augment(images[some]), labels[some]
            with record_function("warm-up" if step < 2 else "forward"):
                loss = F.cross_entropy(model(pictures), wanted)
            with record_function("warm-up" if step < 2 else "backward"):
                optimiser.zero_grad()
                loss.backward()
            with record_function("warm-up" if step < 2 else "step"):
                optimiser.step()
    return watch.key_averages(), steps


averages, steps = watched()
parts = {row.key: row.cpu_time_total / 1e6 / steps for row in averages if row.key in ("load", "forward", "backward", "step")}
parts = {name: parts[name] for name in ("load", "forward", "backward", "step")}
show(stacked({"one step": parts}, "measured", title="64 pictures"),
     alt="One bar for a training step, measured. " + ", ".join(f"{name}: {1e3 * part:.2g} ms" for name, part in parts.items()))
record("backward over forward, time", parts["backward"] / parts["forward"], "x")
operations = sorted((row for row in averages if row.key.startswith("aten::")), key=lambda row: -row.self_cpu_time_total)
total = sum(row.self_cpu_time_total for row in operations)
for row in operations[:6]:
    print(f"{row.self_cpu_time_total / total:6.1%}  {row.key:34} {row.count // (steps + 2)} calls a step (measured)")
print(f"all operations together: {sum(row.count for row in operations) // (steps + 2)} calls a step")

# %% [markdown]
# The convolutions take most, and that is where a GPU helps. (How numbers lie in memory matters, too: delete `.to(memory_format=...)` and watch the pooling.) But look at the last line: hundreds of calls a step, most of them tiny. Keep it in mind for section 10.

# %% [markdown]
# ## 7 · Find the bug: the stopwatch that wins
#
# A GPU doesn't work while you call it. It takes an **order**, puts it into a queue, and your program goes on at once. There may be no GPU here, so we build a device that behaves like that from what is here: `WorkQueue`, one thread of this process that works off orders. (All its times are real, and measured on this processor. It says nothing about a GPU's speed, only about how a queue looks from outside.)
#
# A colleague compares: the network called directly, and the same network behind the queue. Same weights, same pictures, same kind of core. **How many times as fast can the queue be?**

# %% tags=["experiment"]
predict("the queue over a direct call, by the colleague's stopwatch", None, "x")

# %% tags=["experiment"]
network = classifier.load()
pictures_64 = exam[:64]


def forward():
    with torch.inference_mode():
        network(pictures_64)


def colleagues_rate(run, batch, orders=20):
    start = time.perf_counter()
    for _ in range(orders):
        run()
    return orders * batch / (time.perf_counter() - start)


device = WorkQueue()
for _ in range(20):
    forward()  # warm up
direct = colleagues_rate(forward, 64)
queued = colleagues_rate(lambda: device.submit(forward), 64)
device.synchronise()
print(f"called directly:  {direct:14,.0f} images/s (his stopwatch)")
print(f"behind the queue: {queued:14,.0f} images/s (his stopwatch)")
print(f"The queue is {queued / direct:,.0f} times as fast. Shall we buy it?")
record("the queue over a direct call, by the colleague's stopwatch", queued / direct, "x")

# %% [markdown]
# Nothing was computed faster: his clock stopped when the last order was *given*, not when the work was *done*. The same two lines around a CUDA call give the same nonsense. (Run the cell again: the factor jumps between ten and some thousands, since it compares work with the giving of orders, and the two threads share Python's lock. A result that jumps like this is a warning by itself.)
#
# **Goal.** Write a stopwatch that can't be fooled. Think about both readings of the clock: what may still be in the queue when you start it?

# %% answer="true_images_per_second"
def true_images_per_second(run, batch, synchronise):
    """Images per second that a device really achieves.

    run: run() orders the work for one batch, and may return before it is done.
    batch: images in it.
    synchronise: synchronise() waits until the device has done everything ordered so far, by whomever.
    The queue may hold other people's work at first: it must not count. Before each reading of the clock,
    the device must be idle. Read any clock of the `time` module that goes on while the program waits. More
    runs than one are welcome, if all their images count and the clock is not running during a warm-up.
    Returns a float.
    """
    ### BEGIN SOLUTION
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    return batch / (time.perf_counter() - start)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Five lines: wait, read, run, wait, read.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Without the first wait you pay for what others left in the queue. Without the second you measure the giving of orders.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `synchronise()`, `start = time.perf_counter()`, `run()`, `synchronise()`, and then images over seconds.
#
# </details>

# %% test="true_images_per_second-basic" points=1
# A device in time of its own: every clock shows 0.5 s for a batch, and 0.00001 s for giving the order.
class Noting(VirtualDevice):
    """It notes in which order it is asked for what."""

    notes = ()

    def run(self):
        self.notes += ("run",)
        super().run()

    def synchronise(self):
        self.notes += ("synchronise",)
        super().synchronise()


with check("true_images_per_second", points=1) as c:
    def judge(outcome, device, sentence, hint):
        if outcome.error is None and isinstance(outcome.value, float):
            called = ", ".join(device.notes) or "nothing"
            c.that(abs(outcome.value - 128) < 0.128, sentence, hint=hint, message=f"expected 128, got {outcome.value:.6g}; it called {called}")
        else:
            outcome.close(128.0, sentence, rtol=1e-3)

    idle, busy = Noting(work_s=0.5, launch_s=1e-5), Noting(work_s=0.5, launch_s=1e-5, backlog_s=3.0)
    with idle.clock(globals()):
        timed = c.call(true_images_per_second, idle.run, 64, idle.synchronise)
    with busy.clock(globals()):
        behind = c.call(true_images_per_second, busy.run, 64, busy.synchronise)
    numbers = isinstance(timed.value, (int, float)) and isinstance(behind.value, (int, float))
    judge(timed, idle, "64 images in half a second are 128 a second",
          "millions mean that your clock stops when the order is given, or stands still while you wait" if numbers and timed.value > 1e5 else None)
    judge(behind, busy, "three seconds of other people's work in the queue don't count",
          "what is in the queue when you start the clock?" if numbers and behind.value < 0.9 * timed.value else None)
    if timed.error is None:
        c.that(busy.runs >= 1, "the batch was run", hint="`run()` belongs between the two readings")
c.score

# %% test="true_images_per_second-full" points=2 hidden=true
# Other batches, other times, other people's work.
with check("true_images_per_second", points=2) as c:
    for said in ("a small batch", "a large batch"):
        batch = int(c.rng.integers(2, 9) if said == "a small batch" else c.rng.integers(500, 900))
        work = float(c.rng.uniform(1.2, 2.5))
        quiet = VirtualDevice(work, launch_s=1e-5)
        with quiet.clock(globals()):
            c.call(true_images_per_second, quiet.run, batch, quiet.synchronise).close(batch / work, f"{said} on an idle device", rtol=1e-3)
        crowded = VirtualDevice(work, launch_s=1e-5, backlog_s=float(c.rng.uniform(4, 9)))
        with crowded.clock(globals()):
            twice = [c.call(true_images_per_second, crowded.run, batch, crowded.synchronise) for _ in range(2)]
        twice[0].close(batch / work, f"{said} behind other people's work", rtol=1e-3)
        twice[1].close(batch / work, f"{said}, timed a second time", rtol=1e-3)
    slow = VirtualDevice(8.0, launch_s=2e-5)
    with slow.clock(globals()):
        c.call(true_images_per_second, slow.run, 1, slow.synchronise).close(0.125, "one image in eight seconds is an eighth a second", rtol=1e-3)
c.score

# %% [markdown]
# **Look.** Both stopwatches, and how the lie depends on what is timed. The queue below has room for 32 orders. A GPU's is longer, and finite too.
#
# **Predict.** When the colleague times 128 orders in a row instead of one, does his figure get better or worse?

# %% tags=["experiment"]
def two_stopwatches():
    small = WorkQueue(depth=32)
    fooled, honest, numbers = [], [], (1, 2, 4, 8, 16, 32, 64, 128)
    for orders in numbers:
        small.synchronise()
        fooled.append(colleagues_rate(lambda: small.submit(forward), 64, orders))

        def ordered(orders=orders):
            for _ in range(orders):
                small.submit(forward)
        honest.append(np.median([true_images_per_second(ordered, 64 * orders, small.synchronise) for _ in range(max(1, 8 // orders))]))

    def twenty(submit):
        for _ in range(20):
            submit(forward)
    rounds = [(true_images_per_second(lambda: twenty(small.submit), 64 * 20, small.synchronise),
               true_images_per_second(lambda: twenty(lambda work: work()), 64 * 20, lambda: None)) for _ in range(5)]
    small.close()
    ratio = np.median([behind for behind, _ in rounds]) / np.median([called for _, called in rounds])
    print(f"true rate behind the queue over that of direct calls: {ratio:.2f} (measured, medians of five; 1 is expected, the rest is noise)")
    record("the queue over a direct call, truly", ratio, "x")
    with style():
        figure, axis = plt.subplots(figsize=(8, 3.4), layout="constrained")
        axis.plot(numbers, fooled, marker="D", label="the colleague's stopwatch", color=PALETTE[1])
        axis.plot(numbers, honest, marker="o", label="true_images_per_second", color=PALETTE[0])
        axis.axvline(32, color="#555555", linewidth=1)
        axis.annotate("the queue is full", (32, max(fooled)), xytext=(9, -4), textcoords="offset points", fontsize=9)
        axis.set(xscale="log", yscale="log", xticks=numbers, xticklabels=numbers, xlabel="orders timed in a row", ylabel="images/s · measured")
        axis.minorticks_off()
        axis.legend(loc="center left")
    show(figure, alt="Images per second over the number of orders timed in a row, both on log scales. The true rate is flat but for noise. The "
                     "colleague's is far too high for up to 32 orders, by a factor of ten to some thousands, and falls towards the true one once the queue is full")


tried(two_stopwatches, "true_images_per_second")

# %% [markdown]
# Behind the queue the same kind of core does the same work: the true ratio is 1, but for the noise of a shared machine. And once the queue is full, giving an order means waiting for one to be done, and the false clock drifts towards the truth. So the bug hides in long runs and shines in short ones: in exactly the quick test that a purchase rests on.
#
# Two more traps. `loss.item()` in your `train_step` waits for the device by itself: a training loop that prints its loss is timed honestly by accident, and stalls the queue at every step. And the first call on a device pays for start-up: warm up before the clock runs. `gpu_utils.timing.measure` does all three, and so does `torch.utils.benchmark`.

# %% [markdown]
# ## 8 · Feeding it
#
# Before a batch can be computed with, it must be *there*: read, decoded, augmented, moved. If the device waits while the next batch is loaded, an epoch takes the sum. If a loader works ahead (**prefetching**), the longer of the two sets the pace:
#
# | time slot | 1 | 2 | 3 | ... | $n$ | $n + 1$ |
# |---|---|---|---|---|---|---|
# | loader | load | load | load | | load | |
# | device | *waits* | compute | compute | | compute | compute |
#
# **Goal.** How long is an epoch? The first load can't be hidden, nor can the last computation.

# %% answer="epoch_seconds"
def epoch_seconds(load, compute, batches, prefetch):
    """Seconds for one epoch.

    load: seconds to load one batch. compute: seconds to compute with it. batches: at least 1.
    prefetch: False when each batch is loaded only after the one before was computed with; True when
        the loader works ahead all the time, one batch after the other, beside the device.
    Returns a number.
    """
    ### BEGIN SOLUTION
    if not prefetch:
        return batches * (load + compute)
    return load + (batches - 1) * max(load, compute) + compute
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Without prefetching, $n$ times the sum. With it, draw four batches as two rows of boxes, once with long loads and once with long computations.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Between the first load and the last computation the slower row is busy without a gap, for $n - 1$ of its boxes.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# First load, then $n - 1$ times the longer of the two, then the last computation.
#
# </details>

# %% test="epoch_seconds-basic" points=1
with check("epoch_seconds", points=1) as c:
    c.call(epoch_seconds, 3.0, 2.0, 4, False).close(20.0, "without prefetching, four batches of 3 s and 2 s take 20 s")
    c.call(epoch_seconds, 2.0, 3.0, 4, True).close(14.0, "with it, and loads of 2 s and computing of 3 s, 14 s: 2, then three times 3, then 3", rtol=1e-9)
    c.call(epoch_seconds, 5.0, 1.0, 3, True).close(16.0, "where loading is slower it sets the pace: 5, twice 5, then 1", rtol=1e-9)
    c.call(epoch_seconds, 2.0, 3.0, 1, True).close(5.0, "with a single batch there is nothing to overlap")
c.score

# %% test="epoch_seconds-full" points=1 hidden=true
# Random times, many batches, and a load that costs nothing.
with check("epoch_seconds", points=1) as c:
    quick, slow = (float(v) for v in (c.rng.uniform(0.01, 0.02), c.rng.uniform(0.03, 0.06)))
    many = int(c.rng.integers(40, 90))
    c.call(epoch_seconds, quick, slow, many, True).close(quick + many * slow, "a fast loader hides behind the device", rtol=1e-9)
    c.call(epoch_seconds, slow, quick, many, True).close(quick + many * slow, "a slow loader keeps the device waiting", rtol=1e-9)
    c.call(epoch_seconds, slow, quick, many, False).close(many * (slow + quick), "without prefetching everything adds up", rtol=1e-9)
    c.call(epoch_seconds, 0.0, slow, many, True).close(many * slow, "a load that costs nothing", rtol=1e-9)
    c.call(epoch_seconds, slow, quick, 1, True).close(slow + quick, "a single batch, slow to load", rtol=1e-9)
c.score

# %% [markdown]
# **Measure it.** A slow disk: `SlowDisk` waits a little for every picture (the wait is an emulated disk; the times are measured). `DataLoader` loads in this process, or with `num_workers` in processes beside it, which work ahead. First a rehearsal of eight batches, in this process, tells both times of a batch.

# %% tags=["experiment"]
import multiprocessing
import warnings

from torch.utils.data import DataLoader, Dataset


class SlowDisk(Dataset):
    """Digits on a disk that needs 0.3 ms a picture, emulated by a wait."""

    def __len__(self):
        return 32 * 24

    def __getitem__(self, index):
        time.sleep(3e-4)
        return images[index], labels[index]


def epoch_of(loader, model, optimiser):
    model.train()
    start = time.perf_counter()
    for pictures, wanted in loader:
        train_step(model, pictures, wanted, optimiser)
    return time.perf_counter() - start


def rehearsal(batches=8):
    """Seconds to load a batch, and to compute with it: medians, in the rhythm of an epoch."""
    model = classifier.build()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    feed, loads, computes = iter(DataLoader(SlowDisk(), batch_size=32)), [], []
    for _ in range(batches):
        start = time.perf_counter()
        pictures, wanted = next(feed)
        loaded = time.perf_counter()
        train_step(model, pictures, wanted, optimiser)
        loads.append(loaded - start)
        computes.append(time.perf_counter() - loaded)
    print(f"{len(SlowDisk()) // 32} batches of 32: load {1e3 * np.median(loads):.1f} ms, compute {1e3 * np.median(computes):.1f} ms each (measured)")
    return np.median(loads), np.median(computes)


rehearsed = tried(rehearsal, "train_step")

# %% [markdown]
# **Predict** with your formula: an epoch without workers, and one with two, which fetch two batches side by side.

# %% tags=["experiment"]
predict("epoch from a slow disk, 0 workers", None, "s")
predict("epoch from a slow disk, 2 workers", None, "s")

# %% tags=["experiment"]
def fed():
    load_s, compute_s = rehearsed
    model = classifier.build()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    beside = {"multiprocessing_context": "fork"} if "fork" in multiprocessing.get_all_start_methods() else None
    for workers in (0, 1, 2) if beside else (0,):
        options = {"num_workers": workers, "persistent_workers": True, **beside} if workers else {}
        loader = DataLoader(SlowDisk(), batch_size=32, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if workers:
                epoch_of(loader, model, optimiser)  # starts the workers
            took = epoch_of(loader, model, optimiser)
        expected = epoch_seconds(load_s / max(workers, 1), compute_s, len(loader), workers > 0)
        print(f"{workers} worker{'s' * (workers != 1)}: predicted {expected:5.2f} s (modelled), took {took:5.2f} s (measured)")
        record(f"epoch from a slow disk, {workers} workers", took, "s")
        del loader
    if not beside:
        print("Workers that are forked from a notebook need Linux; here the loader stays in this process.")


if rehearsed is not None:
    tried(fed, "train_step", "epoch_seconds")
else:
    print("This cell waits for train_step and epoch_seconds.")

# %% [markdown]
# One worker hides the shorter of the two behind the longer; a second one halves the loading, if a core is free for it. More of them stop helping when the device is the slower one, or the cores run out. (With workers the truth may lie above the prediction: each batch must be handed over, and on two cores, or beside other people's work, everybody shares.)
#
# With a GPU there is one more leg. Its copy engine can fetch a batch *while* it computes only from memory that the system promises not to move: `DataLoader(..., pin_memory=True)`, and then `pictures.to("cuda", non_blocking=True)`. From ordinary memory the driver copies first into a pinned buffer of its own, and the host waits. Pinned memory can't be swapped out: pin batches, not data sets.

# %% [markdown]
# ## 9 · Busy and idle
#
# A profiler hands you a **trace**: when each piece of device work began and ended. Pieces may overlap (a GPU runs several at once), and come in any order.
#
# **Goal.** The share of time in which the device had nothing to do. **Predict** for (0, 4), (1, 2), (6, 8): one eighth, one quarter, three eighths?

# %% answer="idle_fraction"
def idle_fraction(trace):
    """Share of the time from the first start to the last end in which no work was going on.

    trace: a list of (start, end) in seconds, start <= end, in any order; they may overlap, lie within one another,
        or touch. The clock may count from anywhere. The list is left as it is. The whole lasts longer than 0.
    Returns a float from 0 (never idle) to nearly 1. An empty trace is a ValueError with one sentence.
    """
    ### BEGIN SOLUTION
    if not trace:
        raise ValueError("an empty trace has no idle time: record some work first")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - pieces[0][0])
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Sort by start. Walk through, and remember until when the device is known to be busy.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A gap is a start later than everything that ended before. A short piece inside a long one must not pull the end *back*.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for start, end in sorted(trace):
#     idle += max(0.0, start - busy_until)
#     busy_until = max(busy_until, end)
# ```
#
# </details>

# %% test="idle_fraction-basic" points=1
with check("idle_fraction", points=1) as c:
    c.call(idle_fraction, [(0.0, 1.0), (3.0, 4.0)]).close(0.5, "two seconds of four are idle", atol=1e-9)
    c.call(idle_fraction, [(0.0, 4.0), (1.0, 2.0), (6.0, 8.0)]).close(0.25, "a piece inside another changes nothing: idle from 4 to 6 of 8", atol=1e-9)
    c.call(idle_fraction, [(0.0, 3.0), (2.0, 5.0)]).close(0.0, "pieces that overlap leave no gap", atol=1e-9)
    c.call(idle_fraction, [(13.0, 14.0), (10.0, 11.0)]).close(0.5, "any order, and a clock that starts anywhere", atol=1e-9)
    c.call(idle_fraction, []).raises(ValueError, "an empty trace raises ValueError")
c.score

# %% test="idle_fraction-full" points=1 hidden=true
# Random traces with overlaps, in random order, late on the clock.
with check("idle_fraction", points=1) as c:
    begin = float(c.rng.uniform(5e3, 9e3))
    starts = np.sort(c.rng.choice(400, 30, replace=False))
    trace = [(begin + s / 8, begin + (s + int(c.rng.integers(1, 60))) / 8) for s in starts[:12]]
    trace += [(begin + s / 8, begin + (s + int(c.rng.integers(1, 5))) / 8) for s in starts[12:]]
    fine = np.zeros(4000, dtype=bool)  # eighths of a second, counted one by one
    for start, end in trace:
        fine[round((start - begin) * 8):round((end - begin) * 8)] = True
    used = np.flatnonzero(fine)
    exact = float(1 - fine[used[0]:used[-1] + 1].mean())
    shuffled = [trace[i] for i in c.rng.permutation(len(trace))]
    c.call(idle_fraction, shuffled).close(exact, "thirty pieces that overlap, in any order", atol=1e-9)
    gappy = [(begin + 10 * i, begin + 10 * i + 1) for i in range(7)]
    c.call(idle_fraction, gappy[::-1]).close(54 / 61, "seven short pieces far apart, the last first", atol=1e-9)
    c.call(idle_fraction, [(begin, begin + 2.5)]).close(0.0, "a single piece has no idle time", atol=1e-9)
    c.call(idle_fraction, [(1, 2), (2, 3), (3, 5)]).close(0.0, "pieces that touch leave no gap; whole numbers are numbers", atol=1e-9)
    c.call(idle_fraction, [(0.0, 10.0), (1.0, 2.0), (4.0, 5.0), (15.0, 20.0)]).close(0.25, "short pieces within a long one don't end it", atol=1e-9)
    c.call(idle_fraction, [(0.0, 1.0), (3.0, 10.0), (4.0, 5.0)]).close(0.2, "the piece that starts last need not end last", atol=1e-9)
    c.call(idle_fraction, [(-4.0, -3.0), (-1.0, 0.0)]).close(0.5, "times before the clock's zero", atol=1e-9)
    c.call(idle_fraction, [(0.0, 2.0), (0.0, 2.0), (0.0, 1.0), (6.0, 8.0)]).close(0.5, "the same piece twice counts once", atol=1e-9)
c.score

# %% [markdown]
# **Look: move the loader.** Find a setting where prefetching gains nothing worth having, and one where it nearly halves the epoch. (Modelled: your two functions on a drawn schedule.)

# %% tags=["experiment"]
explore_pipeline(epoch_seconds, idle_fraction)

# %% [markdown]
# ### Is a busy device a useful one?
#
# `nvidia-smi` prints "GPU-Util". By its manual that is the share of time in which *at least one* kernel was running. Our queue's trace can say the same. We let it read digits one at a time, and then many at a time.

# %% tags=["experiment"]
predict("idle share of the device, one picture at a time", None, "")

# %% tags=["experiment"]
def busy_and_useful():
    rows = {}
    for batch in (1, 4, 16, 64, 256):
        some = exam[:batch]

        def read(some=some):
            with torch.inference_mode():
                network(some)
        orders = max(8, 600 // batch)
        device.submit(read)
        device.synchronise()
        device.trace.clear()
        for _ in range(orders):
            device.submit(read)
        device.synchronise()
        pieces = list(device.trace)
        rows[batch] = (1 - idle_fraction(pieces), orders * batch / (pieces[-1][1] - pieces[0][0]))
    record("idle share of the device, one picture at a time", 1 - rows[1][0], "")
    best = max(rate for _, rate in rows.values())
    record("useful share of the device, one picture at a time", rows[1][1] / best, "", source="images/s over the best batch's")
    with style():
        figure, axis = plt.subplots(figsize=(8, 3.3), layout="constrained")
        places = np.arange(len(rows))
        axis.bar(places - 0.2, [100 * busy for busy, _ in rows.values()], 0.38, label="busy: something is running", color=PALETTE[5])
        axis.bar(places + 0.2, [100 * rate / best for _, rate in rows.values()], 0.38, hatch="//", edgecolor="white",
                 label="useful: images/s, of the best", color=PALETTE[0])
        axis.set(xticks=places, xticklabels=rows, xlabel="pictures in a batch", ylabel="% · measured", ylim=(0, 128))
        axis.legend(loc="upper left", ncols=2)
    show(figure, alt="Two bars for each batch size, measured. Busy: near 100 per cent at every batch, one picture included. Useful: a fraction "
                     "for one picture at a time, and several times as much for batches of 64")
    print(f"one picture at a time: busy {rows[1][0]:.0%} of the time, at {rows[1][1] / best:.0%} of the best rate (measured)")


tried(busy_and_useful, "idle_fraction")

# %% [markdown]
# Busy from end to end, at a fraction of the rate: each order carries one picture's arithmetic and a whole order's overhead. On a GPU the gap is wider, since one small kernel fills a few of a hundred multiprocessors, and the meter still says 100 %. **Idle time tells you that something is wrong. Busy time doesn't tell you that all is well.** Ask for images per second, and for the share of the roof.

# %% [markdown]
# ## 10 · What would a GPU change?
#
# Predict it with a roofline. A forward pass of the network in section 2 takes 5.0 million operations a picture (a multiply-add is two), training about three times that: torch counts them below. The traffic is estimated: every activation and weight written once and read once, three times over for training.

# %% tags=["experiment"]
from torch.utils.flop_counter import FlopCounterMode

model = classifier.build()
with FlopCounterMode(display=False) as counter:
    F.cross_entropy(model(images[:64]), labels[:64]).backward()
flops = counter.get_total_flops() / 64  # a picture, forward and backward
activations = 1024 + 2 * 16 * 1024 + 16 * 256 + 2 * 32 * 256 + 32 * 64 + 2 * 64 * 64 + 1024 + 10  # values a picture
weights = sum(p.numel() for p in model.parameters())
print(f"{flops / 1e6:.1f} million operations a picture and training step; {activations:,} activations, {weights:,} weights")


def roof_rate(roof, batch):
    """Images per second that a roof allows (modelled)."""
    nbytes = 4 * 2 * 3 * (activations + weights / batch)
    return min(roof.peak_flops, flops / nbytes * roof.bandwidth_bytes) / flops


optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)


def step(batch):
    optimiser.zero_grad()
    F.cross_entropy(model(images[:batch]), labels[:batch]).backward()
    optimiser.step()


def seconds_of(batch, budget_s=0.4):
    """The shortest step, on the processor's own clock: nothing waits here, and what the neighbours compute isn't charged."""
    took, until = [], time.perf_counter() + budget_s
    while len(took) < 4 or time.perf_counter() < until:
        start = time.process_time()
        step(batch)
        took.append(time.process_time() - start)
    return min(took[1:])


steps_s = {batch: seconds_of(batch) for batch in (1, 4, 16, 64, 256)}
orders_s = steps_s[1]
print(f"a step here with 1 picture: {1e3 * orders_s:.2f} ms, with 64: {1e3 * steps_s[64]:.1f} ms (measured)")

# %% [markdown]
# 64 times the pictures, and not nearly 64 times as long. A step with one picture is mostly the host's work: Python, autograd and the optimiser giving some hundred orders. A GPU doesn't take it away. So a step on a card takes the *longer* of the two: the orders (we take the step with one picture), or the work under the card's roof.
#
# **Predict.** A T4 has 8.1 TFLOP/s (published), on the order of a hundred times one core. How many times as fast does it train this network, in batches of 64?

# %% tags=["experiment"]
predict("T4 over one core here, training in batches of 64", None, "x")

# %% tags=["experiment"]
cards = {name: roof for name, roof in published_roofs("fp32").items() if name in ("T4", "H100 SXM")}
sizes = 2 ** np.arange(0, 15)


def on_a_card(roof, batch):
    """Seconds for a step: giving the orders or the work under the roof, whichever is longer (modelled)."""
    return max(orders_s, batch / roof_rate(roof, batch))


with style():
    figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
    axis.plot(list(steps_s), [batch / took for batch, took in steps_s.items()], marker="o", color=PALETTE[0], label="one core here · measured")
    for (name, roof), colour, dashes in zip(cards.items(), PALETTE[1:], ("--", "-.")):
        axis.plot(sizes, [size / on_a_card(roof, size) for size in sizes], color=colour, linestyle=dashes, label=f"{name}, orders given from here · modelled")
        axis.plot(sizes, [roof_rate(roof, size) for size in sizes], color=colour, linewidth=1, linestyle=":", label=f"{name}, its roof (memory's) · modelled")
    axis.set(xscale="log", yscale="log", xlabel="pictures in a batch", ylabel="images/s, training")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
show(figure, alt="Images per second over batch size, log scales. One core, measured, gains up to some tens of pictures and no more. A T4 and an H100, "
                 "modelled, rise together along the line that the host's orders allow, and only at large batches reach their own roofs, dotted")
for name, roof in cards.items():
    there = on_a_card(roof, 64)
    print(f"{name:9} at batch 64: {steps_s[64] / there:5.1f} times one core here, and idle {1 - 64 / roof_rate(roof, 64) / there:.0%} of the time (modelled)")
record("T4 over one core here, training in batches of 64", steps_s[64] / on_a_card(cards["T4"], 64), "x",
       "modelled", source="T4's published FP32 peak and bandwidth; the orders and the core's step measured here")

# %% [markdown]
# Two cards, ten times apart in memory's speed, which makes both roofs here (published), and at a batch of 64 the same rate: neither is the limit, the giving of orders is. Larger batches help a card (one core slows down again at 256, whose activations, some 67 MB, fit into few caches), and so does giving fewer, larger orders: fused optimisers, CUDA graphs, `torch.compile` (lab 07). (The model is kind to the cards: no real kernel of this size reaches the roof.)

# %% [markdown]
# ## 11 · On real hardware
#
# With an NVIDIA GPU your own functions run on it, and the colleague's stopwatch is tried on a true queue.

# %% tags=["experiment"]
def on_the_card():
    card = torch.device("cuda")
    model = SmallCNN().to(card)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    pictures, wanted = images[:64].to(card), labels[:64].to(card)
    model.train()

    def order():
        optimiser.zero_grad()
        F.cross_entropy(model(pictures), wanted).backward()
        optimiser.step()
    for _ in range(20):
        order()
    torch.cuda.synchronize()
    fooled = colleagues_rate(order, 64, 3)
    true = true_images_per_second(lambda: [order() for _ in range(50)], 64 * 50, torch.cuda.synchronize)
    print(f"{torch.cuda.get_device_name()}: {fooled:,.0f} images/s by his stopwatch, {true:,.0f} truly (measured)")
    record("training on the GPU, batches of 64", true, "images/s")
    ahead = images[:1024].pin_memory()
    for name, source, wait in (("ordinary memory", images[:1024], False), ("pinned memory", ahead, True)):
        took = measure(lambda s=source, w=wait: s.to(card, non_blocking=w), synchronise=torch.cuda.synchronize, label=name, nbytes=4.0 * source.numel())
        print(took)


if torch.cuda.is_available():
    tried(on_the_card, "SmallCNN", "true_images_per_second")
else:
    print("No GPU that torch can use here, so section 10's figures stay modelled. In Colab: Runtime ▸ Change runtime type ▸ T4 GPU.")

# %% [markdown]
# ## 12 · Keep it
#
# Later labs split this classifier over processes, slice a GPU for it, squeeze it to bytes, ship it and seal it. Yours is saved beside the notebook as plain arrays. (Not as a pickle: a `.pt` file may run any program when it is loaded, which lab 13 shows.) A shipped twin lets every later lab start without it.

# %% tags=["experiment"]
def kept():
    share = evaluate(taught, exam, truth, 256)
    path = classifier.save(taught, "my_digits_cnn.npz", lab="04_cnn_training", test_accuracy=share)
    print(f"{path.name}: {path.stat().st_size:,} bytes; it reads {share:.1%} of the exam (measured)")


if taught is not None:
    tried(kept, "evaluate")
print(f"shipped with the course: {classifier.about()['test_accuracy']:.1%} of the same exam (published), after twice as many epochs")

# %% [markdown]
# ## 13 · In your own words
#
# **"Our monitoring shows the GPU at 100 %. We need a second one." What do you answer?** In at most 120 words: say what the meter measures and what it doesn't, use one number from your ledger, and name a case in which the second GPU *is* the answer. A person reads this.
#
# <details><summary>How it is marked (0 to 3)</summary>
#
# One point each: the mechanism (busy means that something runs, not that the device is used well), a number that you measured, the limit (where the statement stops being true).
#
# </details>

# %% [markdown] written="busy-or-useful" points=3
# The meter says in which share of the time at least one kernel was running, not how much of the device it used, nor whether the work was worth it. On our queue one picture at a time kept the device
# busy over 95 % of the time, at about a quarter of the rate that batches of 64 reach: same meter, four times the images. So measure images per second, waiting for the device before each reading, and compare with
# the roof. Larger batches, prefetching or fewer, larger orders may give the factor for nothing. A second GPU is the answer when the rate is near the roof at a
# batch that the application allows, the loader keeps up, and the demand is still higher.

# %% [markdown]
# ## 14 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("04_cnn_training")

# %% tags=["experiment"]
guessed = ledger_view.plot("04_cnn_training")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
device.close()
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> Your loss falls, your training accuracy is 100 %, and on the customer's pictures it is 70 %. Which line of this lab would have told you earlier?</summary>
#
# The split by hand. Examine on what the customer will send, not on what is left over from the lesson.
#
# </details>
# <details><summary><b>2.</b> You time a step with a clock before and one after, on a GPU, and print the loss in between. Why is the figure nearly right?</summary>
#
# Printing the loss needs its value, so it waits for the device. Remove the print, and the figure "improves".
#
# </details>
# <details><summary><b>3.</b> Loading takes 30 ms a batch (an assumption, to be measured), computing 10 ms. You can buy a GPU twice as fast, or start two more workers. Which?</summary>
#
# The workers: with three, loading takes about 10 ms a batch (modelled), and the epoch a third. The faster GPU would wait longer.
#
# </details>
#
# ## What comes next
#
# A picture can be cut in pieces, and every core takes one. In **05** the data is a sequence, each value needs the one before, and the cores have to queue. **06** and **07** ask how few digits a weight needs: that
# is where the arithmetic of section 10 gets its next factor.
#
# ## Sources
#
# - The digits: E. Alpaydin, C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository (1998), doi 10.24432/C50P49, CC BY 4.0, as carried by scikit-learn.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: *Gradient-based learning applied to document recognition*, Proceedings of the IEEE 86 (1998), 2278-2324.
# - D. P. Kingma, J. Ba: *Adam: a method for stochastic optimization*, ICLR 2015, arXiv 1412.6980.
# - PyTorch documentation: *CUDA semantics* (asynchronous execution, pinned memory), *torch.utils.data* and *torch.profiler*.
# - NVIDIA: *nvidia-smi* manual, "Utilization". T4 and H100 peaks: `gpu_utils.specs`, each with its source.
