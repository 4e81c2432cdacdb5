# %% [markdown] title=true minutes=110 hardware="a GPU times your layer's convolution on the card"
# # 03 · From filters to neurons
#
# {badges}
#
# {line}
#
# In lab 01 you chose the numbers: how dark, how blue, which sepia. Here a machine finds them. You build the parts of a neural network out of
# filters that you know, and then you watch nine random numbers turn into a filter from a textbook, though nobody shows them the book.
#
# **You will be able to**
#
# - write a dense layer, a convolution and a recurrent cell in NumPy, as right as PyTorch's;
# - predict the shape of a convolution's output, and count its operations;
# - say what a kernel can learn from pictures, and what it can't;
# - write a sigmoid and a loss that survive large numbers.
#
# **Before this:** 01. **After this:** 04. You don't need 02.
#
# ```
# 01  a picture is a matrix ──┬──► 02  one thread, one pixel
#                             └──► 03 (you are here) ──► 04  teach it digits ──► 05 …
# ```

# %% setup=true

# %%
import math
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from gpu_utils import check, ledger_view, predict, record
from gpu_utils.plotting import ladder, new_figure, show, show_images, style
from gpu_utils.quantities import amount
from gpu_utils.roofline import published_roofs
from gpu_utils.samples import credit, photograph
from gpu_utils.shortcuts import without_torch
from gpu_utils.timing import measure
from gpu_utils.widgets import explore, slide_kernel, split
from gpu_utils.widgets.figures import explore_figure

torch.set_num_threads(1)  # one core, as NumPy's own loops have: a fair race, and no waiting for a second core that is busy
photo = photograph("china")  # bytes: rows, columns, channels
colour = photo.astype(np.float32) / 255
grey = colour @ np.float32([0.299, 0.587, 0.114])  # lab 01's grayscale: (H, W)
print(photo.shape, photo.dtype, "·", credit("china"))

# %% [markdown]
# **Figures from earlier labs?** They are found by themselves on your own machine and on Google Drive. Elsewhere, upload the file, or go on without it.

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · Nine numbers
#
# Left the photograph, right its edges. A program made the right one from the left one. It is nine numbers long, and you don't get to see it yet.

# %% tags=["experiment"] jupyter={"source_hidden": true}
# Folded on purpose: the nine numbers are in here. You meet them in part 5.
TEXTBOOK = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


def nine_shifts(picture, kernel):
    """The edge program: each output pixel is a weighted sum of the 3 x 3 pixels about it."""
    rows, columns = picture.shape[0] - 2, picture.shape[1] - 2
    return sum(kernel[i, j] * picture[i : i + rows, j : j + columns] for i in range(3) for j in range(3))


def as_relief(edges):
    """Show positive and negative numbers: grey is 0."""
    return np.clip(0.5 + edges / 4, 0, 1)


show(show_images({"a photograph": grey, "its edges": as_relief(nine_shifts(grey, TEXTBOOK))}, columns=2,
                 alt="The palace in grey; beside it a flat grey picture in which only upright edges stand out, bright or dark"))

# %% [markdown]
# **Could a machine find the nine numbers from the two pictures alone?** It starts with nine random ones, sees how wrong their edges are, and turns each number a little. Put two guesses in place of `None`:
#
# - How many such steps until all nine are right within 0.01?
# - It may solve equations instead of stepping. How many *pixels* of the edge picture does it need to see?

# %% tags=["experiment"]
predict("steps until nine numbers are found", None, "")
predict("pixels that give the nine numbers away", None, "")

# %% [markdown]
# ## 2 · The rules for answers
#
# - Arrays come as float32 or float64, all of one call alike, in any memory layout. The result is a new NumPy array of the same dtype, and the inputs stay as they are.
# - Write it with NumPy: loops, `einsum`, `@`, whatever you like. torch is here to compare with; *inside an answer it is not allowed*, and refuses to work there.
# - The checks that you see are worth 9 of the 20 points. A cell that holds only a comment keeps the place of a hidden check, which runs when you hand in: the same question, on random numbers, against PyTorch in float64.
#
# <details><summary>How right is right? (Where the hidden checks have their tolerance from)</summary>
#
# As close as arithmetic allows, and no closer. Let `eps` be the gap between 1 and the dtype's next number. Each rounding is off by half a gap at most, so a sum of $n$ products, in whatever order, is off by at most about
# $\frac{n}{2} \cdot \text{eps} \cdot \sum |a_i b_i|$ (Higham, chapter 3). The reference rounds as well, so a sum may be off by twice that, and `rounding_bound` gives two terms on top, for the inputs and the result: $(n + 2) \cdot \text{eps} \cdot \sum |a_i b_i|$.
# A check with this bound can say *wrong* and mean it; one with a guessed `1e-5` can't.
#
# </details>

# %% given="references"
def by_torch(function, *arrays, **options):
    """What torch says in float64, as a NumPy array."""
    tensors = [torch.from_numpy(np.array(a, dtype=np.float64, order="C")) for a in arrays]
    return function(*tensors, **options).numpy()


def rounding_bound(dtype, length, magnitude):
    """How far a sum of `length` terms may be off, when their absolute values add up to `magnitude`."""
    return (length + 2) * float(np.finfo(dtype).eps) * float(magnitude)


class NotRight(Exception):
    """An answer gives something else than it should."""


def insist(name, found, exact):
    """Stop an experiment when the answer `name` is wrong: what it then learns or measures would be nonsense."""
    if found is None or np.shape(found) != np.shape(exact) or not np.allclose(found, exact, rtol=1e-3, atol=1e-4):
        raise NotRight(f"Your {name} is not right yet, so nothing is recorded here. Its check says what is wrong: mend it and come back.")


def attempt(experiment):
    """Run an experiment. When an answer that it calls is not there yet, is wrong or stops, say so in a line."""
    try:
        return experiment()
    except NotImplementedError:
        print("An answer that this needs is not written yet: come back when it is.")
    except NotRight as error:
        print(error)
    except Exception as error:
        print(f"An answer that this needs stops here with {type(error).__name__}: {error}")

# %% [markdown]
# ## 3 · `dense`: `mix_channels`, and no more
#
# In lab 01 three channels became three others: nine weights, one sum for each output. A **dense layer** does that with any number of inputs and outputs, and adds a **bias**, as `tint` did:
#
# $$y_{n,o} = \sum_i x_{n,i} \, w_{o,i} + b_o .$$
#
# | array | shape | in lab 01 |
# |---|---|---|
# | x | $(N, \text{in})$: a batch of $N$ | pixels, one a row |
# | weight | $(\text{out}, \text{in})$ | the 3 x 3 matrix |
# | bias | $(\text{out},)$ | the tint |
# | result | $(N, \text{out})$ | pixels, one a row |
#
# **Predict.** `x @ weight` or `x @ weight.T`? When does the wrong one run without an error?

# %% answer="dense"
def dense(x, weight, bias):
    """Return a weighted sum of the inputs for each output, plus its bias.

    x: (N, in). weight: (out, in). bias: (out,). NumPy arrays, all float32 or all float64.
    Returns a new array (N, out) of the same dtype. No torch.
    """
    ### BEGIN SOLUTION
    return x @ weight.T + bias
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `a @ b` sums over the last axis of `a` and the first of `b`. The formula sums over `in`, which is the *last* axis of both.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `weight.T` has the shape (in, out). And a bias of shape (out,) lines up from the right, with the outputs.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# One line: a product with the transposed weight, and a sum.
#
# </details>

# %% test="dense-basic" points=1
with check("dense", points=1) as c:
    layer = without_torch(dense)
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    weight, bias = np.array([[1.0, 0.0, 0.0], [0.0, 10.0, 100.0]]), np.array([0.5, -1.0])
    c.call(layer, x[:1], weight, bias * 0).close(np.array([[1.0, 320.0]]), "one sample: each row of the weight makes one output")
    c.call(layer, x, weight, bias * 0).close(np.array([[1.0, 320.0], [4.0, 650.0]]), "a batch of two: each sample by itself")
    c.call(layer, x[:, :2], np.array([[0.0, 1.0], [0.0, 0.0]]), bias * 0).close(
        np.array([[2.0, 0.0], [5.0, 0.0]]), "weight[0, 1] takes input 1 to output 0, in a square weight too")
    c.call(layer, x, weight, bias).close(np.array([[1.5, 319.0], [4.5, 649.0]]), "every output gets its own bias")
    c.call(layer, x.astype(np.float32), weight.astype(np.float32), bias.astype(np.float32)).close(
        np.array([[1.5, 319.0], [4.5, 649.0]], np.float32), "float32 comes in, float32 comes out")
c.score

# %% test="dense-full" points=1 hidden=true
# Random sizes, both dtypes, other memory layouts, and sums of a thousand products.
with check("dense", points=1) as c:
    layer = without_torch(dense)

    def agrees(x, weight, bias, sentence):
        size = by_torch(F.linear, abs(x), abs(weight), abs(bias)).max()
        c.call(layer, x, weight, bias).close(by_torch(F.linear, x, weight, bias), sentence, dtype=x.dtype,
                                             atol=rounding_bound(x.dtype, x.shape[1] + 1, size))

    def some(*shape, dtype=np.float64):
        return c.rng.normal(0, 1, shape).astype(dtype)

    agrees(some(6, 4), some(5, 4), some(5), "any sizes, as torch's linear")
    agrees(some(4, 4), some(4, 4), some(4), "all three sizes alike: neither weight nor bias is turned round")
    agrees(some(3, 7, dtype=np.float32), some(2, 7, dtype=np.float32), some(2, dtype=np.float32), "float32, as exact as float32 is")
    agrees(1e6 * some(5, 1), some(1, 1), some(1), "one input and one output, in the millions")
    agrees(some(1, 3), some(5, 3), some(5), "a batch of one")
    agrees(some(4, 6).T, some(3, 8)[:, ::2], some(6)[::2], "arrays that are views: transposed, every second column")
    agrees(some(2, 1000, dtype=np.float32), some(3, 1000, dtype=np.float32), some(3, dtype=np.float32), "sums of a thousand products in float32")
c.score

# %% [markdown]
# **Look.** Every pixel of the photograph is a sample with three inputs. Sepia as a dense layer, and a tint as its bias:

# %% tags=["experiment"]
SEPIA = np.float32([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])


def sepia_by_dense(image, tint):
    pixels = image.reshape(-1, 3)  # (H * W, 3): a batch of pixels
    return dense(pixels, SEPIA, np.float32([0.0, 0.0, tint])).reshape(image.shape)


explore(sepia_by_dense, colour[::2, ::2], sliders={"tint": (-0.3, 0.6, 0.05, 0.0)},
        alt="The photograph in sepia, made by a dense layer whose bias adds blue")

# %% [markdown]
# ## 4 · `sigmoid`: a darkening with a bend
#
# Between two dense layers stands a function that works on each value alone, as `darken` does, only bent. Without the bend two layers would be one: $W_2 (W_1 x) = (W_2 W_1) x$. Three are common:
#
# | name | formula | range |
# |---|---|---|
# | relu (given) | $\max(x, 0)$ | 0 and up |
# | tanh (`np.tanh`) | $(e^{x} - e^{-x}) / (e^{x} + e^{-x})$ | -1 to 1 |
# | sigmoid (yours) | $1 / (1 + e^{-x})$ | 0 to 1 |
#
# **Predict.** `np.exp(1000.0)` is too large for a float64. Which x makes the formula for sigmoid call it, and is the result wrong?

# %% given="relu"
def relu(x):
    """Keep what is positive; the rest becomes 0."""
    return np.maximum(x, 0)

# %% answer="sigmoid"
def sigmoid(x):
    """Return 1 / (1 + exp(-x)) for every value.

    x: a NumPy array with one axis or more, float32 or float64, of any finite values, -1000 and 1000 among them.
    Returns a new array of the same shape and dtype, off by 4 eps of that dtype at most. No NaN,
    none of NumPy's warnings (RuntimeWarning), no torch.
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(x))  # never above 1, so it can't overflow
    return np.where(x >= 0, 1, small) / (1 + small)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `np.exp(-x)` overflows for x = -1000. It gives infinity and a warning, and 1 / infinity is 0, which is even right. But e to the *minus absolute value* never overflows:
#
# | x | $e^{-x}$ | $e^{-\lvert x \rvert}$ | sigmoid |
# |---|---|---|---|
# | 2 | 0.135 | 0.135 | 1 / 1.135 = 0.881 |
# | -2 | 7.39 | 0.135 | 0.135 / 1.135 = 0.119 |
# | -1000 | too large | 0 | 0 / 1 = 0 |
#
# </details>
# <details><summary>Hint 2</summary>
#
# For negative x, multiply above and below by $e^{x}$: $1 / (1 + e^{-x}) = e^{x} / (1 + e^{x})$. And $e^{x}$ is then $e^{-|x|}$.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `small = np.exp(-np.abs(x))`. For $x \ge 0$ the result is 1 / (1 + small), else small / (1 + small): `np.where` chooses. (A formula with `np.tanh` works as well: half of tanh of half of x, plus a half.)
#
# </details>

# %% test="sigmoid-basic" points=1
with check("sigmoid", points=1) as c:
    layer = without_torch(sigmoid)

    def strict(x):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # NumPy's warning counts as an error here
            return layer(x)

    eps = float(np.finfo(np.float64).eps)
    c.call(layer, np.array([0.0, 0.0])).close(np.array([0.5, 0.5]), "sigmoid(0) is one half")
    c.call(layer, np.array([[-2.0, 2.0], [1.0, -1.0]])).close(
        np.array([[1 / (1 + math.exp(2)), 1 / (1 + math.exp(-2))], [1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))]]),
        "any shape, each value by itself, negative and positive", atol=4 * eps)
    c.call(strict, np.array([1000.0, 800.0])).close(np.array([1.0, 1.0]), "at 1000 it is 1, without a warning", atol=4 * eps)
    c.call(strict, np.array([-1000.0, -800.0])).close(np.array([0.0, 0.0]), "at -1000 it is 0, without a warning", atol=4 * eps)
    c.call(strict, np.array([-1000.0, 800.0])).close(np.array([0.0, 1.0]), "both in one array: each value has its own sign", atol=4 * eps)
    c.call(layer, np.array([0.0, 3.0], np.float32)).close(
        np.array([0.5, 1 / (1 + math.exp(-3))]), "float32 comes in, float32 comes out", dtype="float32", atol=4 * float(np.finfo(np.float32).eps))
    c.call(strict, np.array([-200.0, 200.0], np.float32)).close(
        np.array([0.0, 1.0], np.float32), "no warning in float32 either, which overflows at 89 already", atol=4 * float(np.finfo(np.float32).eps))
c.score

# %% test="sigmoid-full" points=1 hidden=true
# Thousands of values in both dtypes against torch in float64, large ones without a warning, several axes, views.
with check("sigmoid", points=1) as c:
    layer = without_torch(sigmoid)

    def strict(x):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            return layer(x)

    def agrees(function, x, sentence):
        c.call(function, x).close(by_torch(torch.sigmoid, x), sentence, dtype=x.dtype, atol=4 * float(np.finfo(x.dtype).eps))

    agrees(layer, np.linspace(-40, 40, 4001) + c.rng.uniform(-0.01, 0.01), "float64 within 4 eps, from -40 to 40")
    agrees(layer, c.rng.uniform(-20, 20, 3000).astype(np.float32), "float32 within 4 eps")
    agrees(layer, c.rng.normal(0, 1e-3, 500), "close to 0 it is precise too")
    agrees(strict, c.rng.permutation(np.array([-1000.0, -745.2, -710.0, -36.9, 36.9, 710.0, 745.2, 1000.0])), "large values of both signs in one array, without a warning")
    agrees(strict, np.array([-1000.0, -104.0, -89.0, 89.0, 104.0, 1000.0], np.float32), "large values in float32, which overflows at 89")
    agrees(layer, c.rng.normal(0, 3, (2, 3, 4, 5)), "four axes, as pictures in a batch have them")
    agrees(layer, c.rng.normal(0, 3, (6, 8)).T[::2], "an array that is a view")
c.score

# %% [markdown]
# **Look.** Photographers know the sigmoid as the *S-curve*: dark becomes darker, bright brighter. A steep one is a threshold with soft shoulders: yes, no, and a narrow perhaps.

# %% tags=["experiment"]
def s_curve(image, steepness, threshold):
    return sigmoid(np.float32(steepness) * (image - np.float32(threshold)))


explore(s_curve, colour[::2, ::2], sliders={"steepness": (0.0, 40.0, 2.0, 8.0), "threshold": (0.0, 1.0, 0.05, 0.5)},
        alt="The photograph with more contrast, by a sigmoid of the chosen steepness and threshold")

# %% [markdown]
# ## 5 · A kernel slides over a picture
#
# So far each pixel was alone. An **edge** is a difference between neighbours. So a filter needs a window, here 3 x 3, and a weight for each place in it: the **kernel**. Multiply pixel by weight, add up, write the sum
# down, and slide on.
#
# **Predict,** for the kernel *edges*: what is the sum where all nine pixels are alike? The patch below has bright air on the left and a dark pillar on the right: is the sum at the border positive or negative?
#
# Move the window. The sliders take the arrow keys, the buttons Tab and the space bar. Then find out what stride and padding do to the size of the output.

# %% tags=["experiment"]
KERNELS = {"edges": TEXTBOOK, "edges, turned": TEXTBOOK.T, "as it is": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
           "blur": np.full((3, 3), 1 / 9), "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]}
patch = np.round(255 * grey[196:204, 94:102])  # 8 x 8 pixels at the edge of a pillar
slide_kernel(patch, KERNELS, alt="8 by 8 grey pixels: bright air on the left, a dark pillar on the right, with their values")

# %% [markdown]
# Where all pixels are alike the sum is 0, as the nine weights add up to 0. From bright to dark it is negative: the kernel takes right minus left. It is the program of part 1, over fifty years old and named after Irwin Sobel; the middle row counts twice. He and Gary Feldman showed it in 1968 in a talk.
#
# The window loses the rim of the picture, unless you put a border of zeros round it (**padding**), and it may take more than one step at a time (**stride**):
#
# $$H_\text{out} = \left\lfloor \frac{H + 2 \cdot \text{padding} - k_h}{\text{stride}} \right\rfloor + 1, \qquad W_\text{out} \text{ likewise.}$$

# %% [markdown]
# ## 6 · `conv2d`: nine times `mix_channels`
#
# In a network a picture has $C$ channels, a layer has $O$ kernels, and each kernel looks at **all** channels:
#
# $$\text{out}_{n,o,y,x} = b_o + \sum_{c} \sum_{i} \sum_{j} w_{o,c,i,j} \cdot \text{padded}_{n,c,\; y s + i,\; x s + j} .$$
#
# Networks keep the channels *before* rows and columns, unlike the photograph's (H, W, C):
#
# | array | shape |
# |---|---|
# | x | $(N, C, H, W)$ |
# | weight | $(O, C, k_h, k_w)$ |
# | bias | $(O,)$ |
# | result | $(N, O, H_\text{out}, W_\text{out})$ |
#
# Hold $i$ and $j$ still: what is left is a sum over channels, `mix_channels`, of a *shifted* picture. **A 3 x 3 convolution is nine shifted pictures, mixed and added.** New mathematics: none. A small case, one channel, stride 1: the picture 1 2 3 / 4 5 6 / 7 8 9 and the kernel 2 -1 / 0 1.
#
# | place $(i, j)$ | shifted picture | weight |
# |---|---|---|
# | (0, 0) | 1 2 / 4 5 | 2 |
# | (0, 1) | 2 3 / 5 6 | -1 |
# | (1, 0) | 4 5 / 7 8 | 0 |
# | (1, 1) | 5 6 / 8 9 | 1 |
# | weighted and added | **5 7 / 11 13** | |
#
# So two loops are enough, over $i$ and $j$. The border is put on for you. What meets in one turn of the loop:
#
# | in the loop | shape |
# |---|---|
# | `padded`, given | $(N, C, H + 2 \cdot \text{padding}, W + 2 \cdot \text{padding})$ |
# | `shifted`: from row $i$ and column $j$ on, as many as the output has | $(N, C, H_\text{out}, W_\text{out})$ |
# | `weight[:, :, i, j]`: a matrix, as for `mix_channels` | $(O, C)$ |
# | mixed: summed over $C$ | $(N, O, H_\text{out}, W_\text{out})$ |
#
# **Predict** the result's shape for a batch of 2 colour pictures of 32 x 32, 16 kernels of 5 x 5, stride 2, padding 1.

# %% answer="conv2d"
def conv2d(x, weight, bias, stride=1, padding=0):
    """Slide every kernel over every picture, as torch.nn.functional.conv2d does: no kernel is flipped.

    x: (N, C, H, W). weight: (O, C, kh, kw). bias: (O,). NumPy arrays, all float32 or all float64.
    stride: how far the window moves, down as well as to the right; a whole number from 1 on, also beyond the kernel's size.
    padding: rows and columns of zeros on each of the four sides; a whole number from 0 on. The
        padded picture is at least as large as the kernel.
    Returns a new array (N, O, H_out, W_out) of the same dtype, H_out = (H + 2 * padding - kh) // stride + 1,
    W_out likewise. No torch.
    """
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))  # zeros round rows and columns only
    ### BEGIN SOLUTION
    rows = (padded.shape[2] - kh) // stride + 1
    columns = (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Start with stride 1. First `rows` and `columns` of the output, by the formula of part 5 (`padded` has its border already). Then `out = np.zeros((N, O, rows, columns), x.dtype)`, and for each $(i, j)$ add the mixed `shifted = padded[:, :, i : i + rows, j : j + columns]`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Mixing is `np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])`. And with a stride: every `stride`-th pixel of the shifted picture, `padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]`, with `rows` and `columns` of the *output*. Its shape is $(N, C, H_\text{out}, W_\text{out})$.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
# for i in range(kh):
#     for j in range(kw):
#         shifted = ...  # hint 2
#         out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])  # mix_channels
# ```
#
# The bias has $O$ numbers and must meet axis 1: `bias[:, None, None]`.
#
# </details>

# %% test="conv2d-basic" points=2
with check("conv2d", points=2) as c:
    layer = without_torch(conv2d)
    tiny = np.arange(1.0, 13.0).reshape(1, 1, 3, 4)  # one picture, one channel: 1 2 3 4 / 5 6 7 8 / 9 10 11 12
    zero = np.zeros(1)
    corner, middle, top = np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 3, 3))
    corner[0, 0, 0, 0] = middle[0, 0, 1, 1] = top[0, 0, 0, 1] = 1.0
    c.call(layer, tiny, middle, zero).close(np.array([[[[6.0, 7.0]]]]), "a kernel with a 1 in its middle gives the pixels in the middle: 2 of them")
    c.call(layer, tiny, corner, zero).close(tiny[:, :, :2, :3], "weight[0, 0, 0, 0] meets the window's upper left pixel: no kernel is flipped")
    c.call(layer, tiny, top, zero).close(np.array([[[[2.0, 3.0]]]]), "weight[0, 0, 0, 1] meets the pixel in the window's row 0, column 1: not row 1, column 0")
    c.call(layer, np.concatenate([tiny, 100 * tiny], axis=1), np.ones((1, 2, 3, 4)), zero).close(
        np.array([[[[78.0 + 7800.0]]]]), "one kernel looks at all channels, and their sums add up")
    c.call(layer, tiny, np.concatenate([middle, 2 * middle]), np.array([0.5, -0.5])).close(
        np.array([[[[6.5, 7.5]], [[11.5, 13.5]]]]), "each kernel makes a channel of its own, and has its own bias")
    c.call(layer, tiny, middle, zero + 0.25).close(np.array([[[[6.25, 7.25]]]]), "the bias is added once to every sum")
    c.call(layer, np.concatenate([tiny, -tiny]), middle, zero).close(np.array([[[[6.0, 7.0]]], [[[-6.0, -7.0]]]]), "each picture of a batch by itself")
    c.call(layer, tiny, middle, zero, padding=1).close(tiny, "padding 1 keeps the size of a 3 x 3 kernel's output")
    c.call(layer, tiny, np.ones((1, 1, 3, 3)), zero, padding=1).close(
        np.array([[[[14.0, 24.0, 30.0, 22.0], [33.0, 54.0, 63.0, 45.0], [30.0, 48.0, 54.0, 38.0]]]]), "the border is made of zeros")
    c.call(layer, np.arange(1.0, 21.0).reshape(1, 1, 5, 4), np.ones((1, 1, 2, 2)), zero, stride=2).close(
        np.array([[[[14.0, 22.0], [46.0, 54.0]]]]), "stride 2 moves the window two columns, and two rows: of 5 rows the last is left over and dropped")
    c.call(layer, tiny.astype(np.float32), middle.astype(np.float32), zero.astype(np.float32)).close(
        np.array([[[[6.0, 7.0]]]], np.float32), "float32 comes in, float32 comes out")
c.score

# %% test="conv2d-full" points=3 hidden=true
# Random sizes against torch in float64: odd ones, one pixel wide, kernels that are not square, long strides, wide borders, views.
with check("conv2d", points=3) as c:
    layer = without_torch(conv2d)

    def some(*shape, dtype=np.float64):
        return c.rng.normal(0, 1, shape).astype(dtype)

    def agrees(sentence, x, weight, bias, *place, **how):
        options = how or dict(zip(("stride", "padding"), place))
        size = by_torch(F.conv2d, abs(x), abs(weight), abs(bias), **options).max()
        c.call(layer, x, weight, bias, *place, **how).close(
            by_torch(F.conv2d, x, weight, bias, **options), sentence, dtype=x.dtype,
            atol=rounding_bound(x.dtype, weight[0].size + 1, size))

    agrees("any number of pictures, channels and kernels", some(2, 3, 7, 6), some(4, 3, 3, 3), some(4))
    agrees("as many kernels as rows and columns: each bias stays with its channel", some(3, 2, 5, 5), some(3, 2, 3, 3), some(3))
    agrees("float32, as exact as float32 is", some(2, 3, 8, 9, dtype=np.float32), some(2, 3, 3, 3, dtype=np.float32), some(2, dtype=np.float32), padding=1)
    agrees("a kernel of 2 x 3", some(2, 2, 6, 7), some(3, 2, 2, 3), some(3))
    agrees("a kernel of 4 x 1, padded", some(1, 2, 6, 5), some(2, 2, 4, 1), some(2), padding=2)
    agrees("stride 2 on a size that it does not divide: the rest is dropped", some(2, 2, 8, 10), some(3, 2, 3, 3), some(3), stride=2)
    agrees("stride 2 and padding 1, odd sizes", some(1, 3, 9, 7), some(2, 3, 3, 3), some(2), stride=2, padding=1)
    agrees("stride 3, larger than the kernel", some(1, 2, 9, 12), some(2, 2, 2, 2), some(2), stride=3)
    agrees("stride and padding by position", some(1, 1, 8, 6), some(1, 1, 3, 3), some(1), 2, 1)
    agrees("a picture one pixel wide", some(2, 2, 6, 1), some(3, 2, 3, 1), some(3))
    agrees("a picture of one pixel, padded", some(2, 2, 1, 1), some(2, 2, 3, 3), some(2), padding=1)
    agrees("a kernel as large as the picture", some(2, 3, 4, 5), some(6, 3, 4, 5), some(6))
    agrees("a 1 x 1 kernel, which is mix_channels", some(2, 3, 4, 6), some(5, 3, 1, 1), some(5))
    agrees("arrays that are views: channels moved to the front, a kernel read backwards", some(2, 6, 5, 3).transpose(0, 3, 1, 2), some(2, 3, 3, 3)[:, :, ::-1, ::-1], some(4)[::2])
    agrees("padding wider than the kernel", some(1, 1, 3, 4), some(2, 1, 2, 2), some(2), padding=3)
c.score

# %% [markdown]
# The shape to predict was (2, 16, 15, 15): 32 + 2 - 5 is 29, by 2 is 14 and a rest, plus one is 15.
#
# **Look: how right is it?** A float32 sum, compared with torch in float64, and what rounding may do at worst (the fold-out of part 2).

# %% tags=["experiment"]
def how_right():
    rng = np.random.default_rng(3)
    x, weight, bias = (rng.standard_normal(s, dtype=np.float32) for s in ((1, 16, 8, 8), (4, 16, 3, 3), (4,)))
    error = abs(conv2d(x, weight, bias) - by_torch(F.conv2d, x, weight, bias)).max()
    size = by_torch(F.conv2d, abs(x), abs(weight), abs(bias)).max()
    print(f"sums of 145 terms: off by {error:.1e} (measured); rounding allows {rounding_bound(np.float32, 145, size):.1e} (modelled)")


attempt(how_right)

# %% [markdown]
# Hundreds of times less than the worst case, as roundings go up as often as down. And what lies above the bound is no rounding: it is a mistake.
#
# **Look: five filters, one function.** All that you did to the photograph in lab 01, and the edges, are the same call with other numbers.

# %% tags=["experiment"]
def on_picture(image, weight, bias, **how):
    """Run conv2d on a photograph (H, W, 3): channels to the front, a batch of one, and back."""
    x = image.transpose(2, 0, 1)[None]
    return conv2d(x, np.asarray(weight, np.float32), np.asarray(bias, np.float32), **how)[0].transpose(1, 2, 0)


def each_channel(kernel):
    """The same kernel for red, green and blue, each by itself: (3, 3, kh, kw)."""
    return np.einsum("oc,ij->ocij", np.eye(3), np.asarray(kernel, float))


def five_filters():  # takes a quarter of a minute when your conv2d loops over every pixel
    small, none = colour[::2, ::2], np.zeros(3)
    pictures = {
        "the photograph": small,
        "darken": on_picture(small, each_channel([[0.45]]), none),
        "darken and tint": on_picture(small, each_channel([[0.27]]), [0.016, 0.04, 0.14]),
        "mix_channels: sepia": on_picture(small, SEPIA[:, :, None, None], none),
        "blur, 9 x 9": on_picture(small, each_channel(np.full((9, 9), 1 / 81)), none, padding=4),
        "edges": 0.5 + on_picture(small, each_channel(TEXTBOOK), none, padding=1) / 4,
    }
    by_dense = dense(small.reshape(-1, 3), SEPIA, np.float32(none)).reshape(small.shape)
    print(f"sepia, conv2d minus dense: {abs(pictures['mix_channels: sepia'] - by_dense).max():.0e} (measured)")
    show(show_images(pictures, alt="The photograph, and five times what became of it: darkened, as a blue night, in sepia, blurred, and as coloured edges on grey"))


attempt(five_filters)

# %% [markdown]
# ### Find the bug: the bumps became dents
#
# The kernel below makes a relief: the lower right minus the upper left. A colleague wants the same, looks up *convolution* in a mathematics book, and finds a theorem that NumPy does in two lines. The shapes are right, nothing warns. Move the border, by mouse or arrow keys: what has happened to the flower? Then **mend it** in one place of the program,
# so that both sides agree.

# %% tags=["experiment"]
RELIEF = np.array([[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]])
flower = photograph("flower").astype(np.float32) @ np.float32([0.299, 0.587, 0.114]) / 255


def relief_with_a_bug(picture):
    size = tuple(np.array(picture.shape) + 2)  # the convolution theorem, from the book
    product = np.fft.rfft2(picture, size) * np.fft.rfft2(RELIEF, size)
    return np.fft.irfft2(product, size)[2:-2, 2:-2]


split(as_relief(relief_with_a_bug(flower)), as_relief(nine_shifts(flower, RELIEF)), names=("your colleague's", "as wanted"),
      alt="Two reliefs of a flower: lit from opposite sides, so that what stands out in one is sunken in the other")

# %% [markdown]
# <details><summary>Where to look</summary>
#
# The kernel enters the program in one place only. And compare the two reliefs: each is the other's negative. Which order of the same nine numbers is the negative of `RELIEF`?
#
# </details>
# <details><summary>The mended line</summary>
#
# `product = np.fft.rfft2(picture, size) * np.fft.rfft2(RELIEF[::-1, ::-1], size)`
#
# </details>
#
# **Explain.** The arithmetic was right. In mathematics, convolution *flips* the kernel in both directions before it slides: $\sum w_{i,j} \, x_{y-i,\,x-j}$. What networks call convolution doesn't, and is a **cross-correlation** in the book. This kernel flipped is minus itself,
# so the light comes from the other side, and your eye, sure that light comes from above, turns bumps into dents. A kernel that looks the same upside down, such as a blur, would have hidden the bug. (A network that flips, with a derivative that knows of it, learns the flipped kernel and is none the wiser.)

# %% [markdown]
# ## 7 · The edges emerge
#
# Forget the textbook. You have a small photograph and its edges, and a kernel of nine random numbers. How wrong is it? Take the mean of the squared errors, the **loss** $L$. Which way to turn each number? Its derivative says so:
#
# $$L = \frac{1}{M} \sum_{y,x} e_{y,x}^2, \quad e = \text{conv2d}(\text{picture}, w) - \text{edges} \qquad\Rightarrow\qquad
# \frac{\partial L}{\partial w_{i,j}} = \frac{2}{M} \sum_{y,x} e_{y,x} \cdot \text{picture}_{y+i,\,x+j} .$$
#
# **Read the last sum again.** A window slides over the picture, and products are added up. The gradient is a convolution too: of the picture, with *the error as kernel*. Your function does both directions. Is that what torch's automatic derivative says?

# %% given="learn"
def as_batch(array):
    """(H, W) to (1, 1, H, W): one picture or one kernel, one channel."""
    return array[None, None]


def loss_and_gradient(picture, edges, kernel):
    """The mean squared error of a kernel, and its derivative by each of the kernel's numbers."""
    none = np.zeros(1)
    error = conv2d(as_batch(picture), as_batch(kernel), none)[0, 0] - edges
    gradient = conv2d(as_batch(picture), as_batch(error), none)[0, 0] * 2 / error.size
    return float((error**2).mean()), gradient


def by_autograd(picture, edges, kernel):
    """The same derivative, by torch."""
    kernel = torch.tensor(as_batch(kernel), requires_grad=True)
    F.mse_loss(F.conv2d(torch.tensor(as_batch(picture)), kernel), torch.tensor(as_batch(edges))).backward()
    return kernel.grad.numpy()[0, 0]


def learn(picture, edges, kernel, steps=300, rate=0.6, momentum=0.9):
    """Walk downhill. The step keeps nine tenths of its speed, as a ball does. Returns (kernel, loss) of every step."""
    insist("conv2d", loss_and_gradient(picture, edges, kernel)[1], by_autograd(picture, edges, kernel))
    speed, history = 0.0, []
    for _ in range(steps + 1):
        loss, gradient = loss_and_gradient(picture, edges, kernel)
        history.append((kernel, loss))
        speed = momentum * speed - rate * gradient
        kernel = kernel + speed
    return history


def steps_until(history, target):
    """The first step from which on all nine numbers stay right within 0.01, or None."""
    far = [step for step, (kernel, _) in enumerate(history) if not abs(kernel - target).max() < 0.01]
    first = far[-1] + 1 if far else 0
    return first if first < len(history) else None

# %% tags=["experiment"]
small = photograph("china", (30, 45)).astype(np.float64) @ [0.299, 0.587, 0.114] / 255
small -= small.mean()  # about 0, so that the nine numbers needn't agree about brightness first
edges = nine_shifts(small, TEXTBOOK)  # what the machine may see; TEXTBOOK it may not
start = np.random.default_rng(0).normal(0, 1, (3, 3))  # another seed, another start: where does it end?


def compare_gradients():
    mine, exact = loss_and_gradient(small, edges, start)[1], by_autograd(small, edges, start)
    print(f"yours minus torch's, largest of nine: {abs(mine - exact).max():.1e} (measured).")
    print("Below 1e-14 it is right; 0.1 or more means that conv2d is not.")


attempt(compare_gradients)

# %% [markdown]
# Now let it run. Drag the step slowly to the right, and **stop where you would call it done.** (On the way the loss goes up again now and then: a ball with speed overshoots.)

# %% tags=["experiment"] jupyter={"source_hidden": true}
# Folded: how the film is drawn.
def draw_kernel(axes, kernel, size=10):
    """The nine numbers as colours and figures."""
    axes.imshow(kernel, cmap="PuOr", vmin=-3, vmax=3)
    for (i, j), value in np.ndenumerate(kernel):
        ink = "white" if abs(value) > 1.9 else "black"
        axes.text(j, i, f"{round(value, 1) + 0.0:.1f}", ha="center", va="center", color=ink, fontsize=size)
    axes.set_axis_off()


def at_step(step):
    kernel, loss = history[step]
    pictures = {f"step {step}, loss {loss:.0e}": nine_shifts(small, kernel), "the edges to make": edges}
    with style():
        fig = new_figure(8, 2.3, f"Step {step}: the nine numbers {kernel.round(1).tolist()}; their edges; the edges to make")
        first, *others = fig.subplots(1, 3, width_ratios=[1, 1.54, 1.54])
        draw_kernel(first, kernel, 13)
        first.set_title("nine numbers", fontsize=11)
        for axes, (name, picture) in zip(others, pictures.items()):
            axes.imshow(as_relief(picture), cmap="gray", vmin=0, vmax=1)
            axes.set_title(name, fontsize=11)
            axes.set_axis_off()
    return fig


history = attempt(lambda: learn(small, edges, start))
explorer = explore_figure(at_step, {"step": (0, 300, 1, 0)}) if history else None
explorer

# %% tags=["experiment"] jupyter={"source_hidden": true}
# Folded: the same film as a strip.
def film(history, picture, moments=(0, 3, 10, 30, 100, 300)):
    """Above the nine numbers, below the edges that they make, at a few moments."""
    with style():
        fig = new_figure(8, 2.85, "")
        rows = fig.subplots(2, len(moments), height_ratios=[1.5, 1])
        for top, bottom, step in zip(*rows, moments):
            kernel, loss = history[step]
            draw_kernel(top, kernel)
            top.set_title(f"step {step}", fontsize=11)
            bottom.imshow(as_relief(nine_shifts(picture, kernel)), cmap="gray", vmin=0, vmax=1)
            bottom.set_title(f"loss {loss:.0e}", fontsize=9, fontweight="normal")
            bottom.set_axis_off()
    return fig


if history:
    show(film(history, small), alt="Six moments of learning: nine random numbers turn into rows -1 0 1, -2 0 2, -1 0 1, and the picture below into upright edges. "
                                   "The picture looks right many steps before the numbers are")

# %% [markdown]
# -1 0 1, -2 0 2, -1 0 1. **Nobody told it.** No line of `learn` knows what an edge is. It was shown a picture and its edges, and the kernel of 1968 came out, because no other nine numbers make these edges from this picture. Look at step 30 again: to the eye the edges are right, and the numbers are not yet. Where did you stop?

# %% tags=["experiment"] jupyter={"source_hidden": true}
# Folded: the loss and the nine numbers, step by step.
if history:
    losses = [loss for _, loss in history]
    distances = [abs(kernel - TEXTBOOK).max() for kernel, _ in history]
    found = steps_until(history, TEXTBOOK)
    with style():
        fig = new_figure(8, 3.3, "")
        axes = fig.subplots()
        axes.plot(np.array(losses) / np.mean(edges**2), label="loss, as a share of the edges' own mean square")
        axes.plot(distances, label="largest error of the nine numbers")
        axes.axhline(0.01, color="#6b6b6b", lw=1, ls=(0, (5, 3)))
        axes.set(yscale="log", xlabel="steps", title="The picture is right before the numbers are (measured)")
        axes.grid(axis="y")
        axes.legend()
    show(fig, alt="Two lines on a log scale over 300 steps, falling in zigzags: the loss is down to a few per cent within some tens of steps, while the largest error of the nine numbers falls far more slowly")
    if found is not None:
        record("steps until nine numbers are found", found, "")

# %% [markdown]
# **Explain.** In a photograph neighbours are nearly alike. So a kernel that is wrong in a chequered way, a little up here, a little down there, hardly shows: the errors cancel in almost every window. The loss has steep directions and flat ones, and learning waits for the flattest (part 11 measures it).

# %% [markdown]
# ### How much must it see?
#
# Each pixel of the edge picture is *one linear equation* for the nine numbers. You have written down how many it takes. Now take $n$ random pixels, solve, and see; first from exact edges, then from edges that were saved as bytes, as a file would keep them.

# %% tags=["experiment"] jupyter={"source_hidden": true}
# Folded: least squares on randomly chosen pixels.
windows = np.lib.stride_tricks.sliding_window_view(small, (3, 3)).reshape(-1, 9)  # one row for each output pixel
rng = np.random.default_rng(0)
saved = np.round((edges / 8 + 0.5) * 255) / 255 * 8 - 4  # -4 to 4 in 256 levels, as a file would keep them
counts = [9, 10, 12, 16, 24, 36, 60, 100, 200, 400, 800, edges.size]


def typical_error(target, count, draws=30):
    """Median over random choices of pixels: the largest error of the nine numbers."""
    errors = []
    for _ in range(draws):
        chosen = rng.choice(target.size, count, replace=False)
        kernel = np.linalg.lstsq(windows[chosen], target.ravel()[chosen], rcond=None)[0].reshape(3, 3)
        errors.append(abs(kernel - TEXTBOOK).max())
    return float(np.median(errors))


from_exact, from_bytes = ([typical_error(target, n) for n in counts] for target in (edges, saved))
record("pixels that give the nine numbers away", next(n for n, e in zip(counts, from_exact) if e < 1e-6), "")
enough = [n for n, e in zip(counts, from_bytes) if e < 0.05]
if enough:
    record("pixels, when the edges were saved as bytes", enough[0], "")
with style():
    fig = new_figure(8, 3.3, "")
    axes = fig.subplots()
    axes.plot(counts, from_bytes, marker="o", label="edges saved as bytes")
    axes.plot(counts, from_exact, marker="s", label="exact edges, float64")
    axes.set(xscale="log", yscale="log", xlabel="pixels of the edge picture that it sees", ylabel="largest error of the nine", title="How many pixels it takes (measured)")
    axes.grid(axis="y")
    axes.legend(loc="center right")
show(fig, alt="Error of the nine numbers against pixels seen, both on log scales: with exact edges it is near 1e-14 from nine pixels on; with edges saved as bytes it starts above 1 and falls slowly with more pixels")

# %% [markdown]
# **Nine.** Out of twelve hundred pixels almost any nine are enough, to a dozen digits, and no learning at all is needed. But save the edges as bytes, and nine equations give nonsense: the rounding, half a level at most, is blown up by the flat directions. Now more pixels help, slowly. *That* is what data is for: not to determine the
# numbers, but to average the noise away.
#
# Why, then, do networks walk downhill? One layer is linear and can be solved. With a relu and another layer behind it, it no longer can.

# %% [markdown]
# ### What the pictures don't show
#
# **Predict.** The same machine, the same edges, but it only ever sees vertical stripes. The loss goes to 0. Which of the nine numbers are right?

# %% tags=["experiment"]
stripes = np.repeat(np.random.default_rng(5).random((1, 45)), 30, axis=0) - 0.5


def learn_from_stripes():
    kernel, loss = learn(stripes, nine_shifts(stripes, TEXTBOOK), start, steps=200)[-1]
    print(f"loss after learning from stripes: {loss:.0e} (measured)\n{kernel.round(2)}\nsums of the columns: {kernel.sum(axis=0).round(2)}")
    part = grey[80:260, 60:330]
    found, wanted = nine_shifts(part, kernel), nine_shifts(part, TEXTBOOK)
    pictures = {"it saw stripes": stripes + 0.5, "it finds, on the photograph": as_relief(found),
                "it should find": as_relief(wanted), "what is wrong": as_relief(found - wanted)}
    show(show_images(pictures, columns=2,
                     alt="The stripes; edges of the palace by the kernel learned from them; the true edges; and the difference: the level lines of roofs and terraces, which no stripe ever showed"))


attempt(learn_from_stripes)

# %% [markdown]
# No error left, and none of the nine numbers right. On stripes the three rows of a window are alike, so only the **sums of the columns** count, and those are right: -4, 0, 4. What else the kernel holds, no stripe can ever tell it; it kept what it was born with. On the photograph that rubbish shows: in the last picture there are roofs and terraces, and hardly a pillar. **A loss of zero says: right on what you
# showed me.**

# %% [markdown]
# ## 8 · `conv2d_flops`: what it costs
#
# Count as the field does: a multiply-add is **two** operations, the bias is left out, and a product with a zero of the border counts like any other (the hardware does it all the same).
#
# So a 3 x 3 kernel on one channel of 5 x 6 pixels: 3 x 4 output values, nine multiply-adds each, 216 operations.
#
# **Predict.** How many operations for each *output value* has a 3 x 3 kernel on 64 channels? Which size do you multiply it by, that of the input or of the output?

# %% answer="conv2d_flops"
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    """Count the operations of conv2d: two for each multiply-add, none for the bias.

    x_shape: (N, C, H, W). weight_shape: (O, C, kh, kw). stride, padding: as for conv2d. Tuples of whole numbers.
    Returns an int. Products with the padding's zeros count.
    """
    ### BEGIN SOLUTION
    batch, _, height, width = x_shape
    kernels, channels, kh, kw = weight_shape
    rows = (height + 2 * padding - kh) // stride + 1
    columns = (width + 2 * padding - kw) // stride + 1
    return 2 * batch * kernels * rows * columns * channels * kh * kw
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How many values has the output? How many multiply-adds does each of them take?
#
# </details>
# <details><summary>Hint 2</summary>
#
# $N \cdot O \cdot H_\text{out} \cdot W_\text{out}$ values, and each is a sum over the channels and over the kernel's places: with 3 x 3 on 64 channels 576 multiply-adds, 1152 operations.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Two, times the number of output values, times $C \, k_h \, k_w$. The output's size is the formula of part 5, with `//`.
#
# </details>

# %% test="conv2d_flops-basic" points=1
with check("conv2d_flops", points=1) as c:
    c.call(conv2d_flops, (1, 1, 3, 3), (1, 1, 3, 3)).equal(18, "one output value of nine multiply-adds: 18")
    c.call(conv2d_flops, (1, 1, 5, 6), (1, 1, 3, 2)).equal(180, "a 5 x 6 picture has 3 x 5 places for a kernel of 3 rows and 2 columns")
    c.call(conv2d_flops, (2, 3, 3, 3), (4, 3, 3, 3)).equal(432, "two pictures, three channels, four kernels multiply it")
    c.call(conv2d_flops, (1, 1, 5, 6), (1, 1, 3, 3), padding=1).equal(540, "padding 1 makes as many places as pixels, and its zeros count")
    c.call(conv2d_flops, (1, 1, 7, 6), (1, 1, 3, 3), stride=2).equal(108, "stride 2 on 7 x 6 has 3 x 2 places: what is left over is dropped")
c.score

# %% test="conv2d_flops-full" points=1 hidden=true
# Random shapes, kernels that are not square, long strides, and counts beyond 32 bits.
with check("conv2d_flops", points=1) as c:
    n, o, ch, h, w = (int(v) for v in c.rng.integers(3, 9, 5))
    c.call(conv2d_flops, (n, ch, h + 4, w + 9), (o, ch, 3, 2)).equal(
        2 * n * o * ch * 6 * (h + 2) * (w + 8), "any sizes, and a kernel that is not square")
    c.call(conv2d_flops, (n, ch, 2 * h + 1, 2 * w), (o, ch, 3, 3), 2, 1).equal(
        2 * n * o * ch * 9 * (h + 1) * w, "stride 2 and padding 1, by position")
    c.call(conv2d_flops, (1, ch, 12, 10), (1, ch, 2, 2), stride=5).equal(2 * ch * 4 * 3 * 2, "a stride larger than the kernel")
    c.call(conv2d_flops, (n, ch, h, w), (o, ch, 1, 1)).equal(2 * n * o * ch * h * w, "1 x 1 kernels: mix_channels")
    c.call(conv2d_flops, (n, ch, h, w), (o, ch, h, w)).equal(2 * n * o * ch * h * w, "a kernel as large as the picture: a dense layer")
    c.call(conv2d_flops, (255, 63, 223, 225), (127, 63, 3, 3), padding=1).equal(1_842_656_303_250, "a large batch: more than 32 bits hold, and not rounded")
c.score

# %% [markdown]
# **Look: climbing the roof.** In lab 01 darkening did one operation for eight bytes, and no processor could do anything about it. What does a convolution do for its bytes? (Each array moved once, four bytes a value: modelled. A multiply-add counts as two here, so darkening gets 0.25.)

# %% tags=["experiment"]
LAYERS = {  # x_shape, weight_shape
    "darken, as a 1 x 1 convolution": ((1, 1, 3000, 4000), (1, 1, 1, 1)),
    "Sobel on a grey photograph": ((1, 1, 3000, 4000), (1, 1, 3, 3)),
    "16 to 32 channels, 3 x 3": ((8, 16, 64, 64), (32, 16, 3, 3)),
    "64 to 64 channels, 3 x 3": ((8, 64, 64, 64), (64, 64, 3, 3)),
}


def count_layers():
    insist("conv2d_flops", conv2d_flops(*LAYERS["64 to 64 channels, 3 x 3"]), 2_267_283_456)
    for name, (x_shape, w_shape) in LAYERS.items():
        out_values = x_shape[0] * w_shape[0] * (x_shape[2] - w_shape[2] + 1) * (x_shape[3] - w_shape[3] + 1)
        nbytes = 4 * (math.prod(x_shape) + math.prod(w_shape) + out_values)
        flops = conv2d_flops(x_shape, w_shape)
        print(f"{name:32} {amount(flops, 'FLOP'):>11}, {flops / nbytes:6.2f} FLOP a byte (modelled)")
    record("arithmetic intensity, 64 to 64 channels, 3 x 3", flops / nbytes, "", "modelled", source="counted: each array moved once, float32")


attempt(count_layers)

# %% [markdown]
# Each value that a 3 x 3 layer with 64 kernels has fetched is used in 576 multiply-adds. So arithmetic is its limit, no longer memory, and arithmetic is what a GPU has most of. **Networks don't suit GPUs by chance.** Of all the ideas that were tried, those that suit the hardware at hand got further: Sara Hooker's *hardware lottery*.
#
# **Predict:** the third layer of the list, in *your* `conv2d` and in torch's, each on one core: how many times longer is yours?

# %% tags=["experiment"]
predict("your conv2d over torch's, time", None, "x")

# %% tags=["experiment"]
rng = np.random.default_rng(1)
images, kernels, biases = (rng.standard_normal(s, dtype=np.float32) for s in ((8, 16, 64, 64), (32, 16, 3, 3), (32,)))
layer_flops = 2 * 8 * 32 * 62 * 62 * 16 * 9  # the count of part 8


def six_loops(x, weight, bias):
    """The formula, number by number."""
    out = np.zeros((len(x), len(weight), x.shape[2] - 2, x.shape[3] - 2), x.dtype)
    for n, o, y, column in np.ndindex(out.shape):
        total = bias[o]
        for channel, i, j in np.ndindex(weight.shape[1:]):
            total += weight[o, channel, i, j] * x[n, channel, y + i, column + j]
        out[n, o, y, column] = total
    return out


def one_product(x, weight, bias):
    """All windows of a picture side by side as columns, then one matrix product."""
    out = np.empty((len(x), len(weight), 62, 62), x.dtype)
    columns = np.empty((16, 3, 3, 62, 62), x.dtype)
    for picture, result in zip(x, out):
        for i, j in np.ndindex(3, 3):
            columns[:, i, j] = picture[:, i : i + 62, j : j + 62]
        np.matmul(weight.reshape(32, -1), columns.reshape(144, -1), out=result.reshape(32, -1))
    return out + bias[:, None, None]


# %% tags=["experiment"] jupyter={"source_hidden": true}
# Folded: the race. Takes a few seconds, and some more when your conv2d loops over pixels.
def scaled(function, name, patch):
    """Time a small part first; the whole only when that will not take long. Returns a timing, or seconds (modelled)."""
    x = images[:1, :, : patch + 2, : patch + 2]
    part = measure(function, x, kernels, biases, label=name, repeat=3)
    whole_s = part.median_s * (8 * 62 * 62) / patch**2
    return whole_s if whole_s > 2 else measure(function, images, kernels, biases, label=name)


def race():
    part = images[:1, :, :6, :6]
    insist("conv2d", conv2d(part, kernels, biases), F.conv2d(*map(torch.from_numpy, (part, kernels, biases))).numpy())
    rungs = {"six loops": scaled(six_loops, "six loops", 2), "your conv2d": scaled(conv2d, "your conv2d", 14),
             "windows, one product": measure(one_product, images, kernels, biases, label="windows, one product"),
             "torch": measure(F.conv2d, *map(torch.from_numpy, (images, kernels, biases)), label="torch")}
    square = torch.ones(512, 512)
    pace = 2 * 512**3 / measure(torch.matmul, square, square, label="torch's matrix product").median_s
    for name, timing in rungs.items():
        seconds, label = (timing, "modelled") if isinstance(timing, float) else (timing.median_s, "measured")
        print(f"{name:22} {amount(layer_flops / seconds, 'FLOP/s'):>14} ({label})")
    yours = rungs["your conv2d"]
    record("your conv2d over torch's, time", (yours if isinstance(yours, float) else yours.median_s) / rungs["torch"].median_s, "x",
           "modelled" if isinstance(yours, float) else "measured")
    guess = ledger_view.guess("your conv2d over torch's, time")
    show(ladder(rungs, guesses={"your conv2d": guess * rungs["torch"].median_s} if guess else None, floor_s=layer_flops / pace,
                floor_label="at the pace of torch's 512 x 512 product", provenance={"six loops": "modelled", "your conv2d": "modelled"}),
         alt="Times of one layer on a log scale: six loops take longest by far, thousands of times as long as torch; a dashed line marks the pace of torch's matrix product")


from threadpoolctl import threadpool_limits

with threadpool_limits(1):  # NumPy's matrix product keeps to one core as well
    attempt(race)

# %% [markdown]
# One count of operations, four times. The first rung pays Python's interpreter for each number. Shifted pictures, added one by one, fetch every pixel nine times. The third rung copies every pixel up to nine times, so that **everything is one matrix product**,
# the operation that processors do best. torch does the same without the copies. (Another order here? Something else was using the core: run the cell again.)
#
# The dashed line is no roof, only the pace of torch's own matrix product. GPUs have circuits that do nothing but small matrix products: lab 06.

# %% [markdown]
# ## 9 · `rnn_cell`: both, with memory
#
# A photograph is there all at once. Words, sounds and measurements come one after the other, and each needs what went before. A **recurrent cell** is two dense layers that are added, one for what comes in and one for what it remembers, and a bend:
#
# $$h' = \tanh\!\left( x \, W_{xh}^\top + h \, W_{hh}^\top + b \right) .$$
#
# | array | shape |
# |---|---|
# | x, what comes in now | $(N, \text{in})$ |
# | h, the memory | $(N, \text{hidden})$ |
# | w_xh, w_hh | $(\text{hidden}, \text{in})$, $(\text{hidden}, \text{hidden})$ |
# | bias, new memory | $(\text{hidden},)$, $(N, \text{hidden})$ |
#
# **Predict.** Memory 0.9 of itself, input 0.1: how many steps until a flash of light is forgotten to a third?

# %% answer="rnn_cell"
def rnn_cell(x, h, w_xh, w_hh, bias):
    """Return the next memory: tanh(x @ w_xh.T + h @ w_hh.T + bias).

    x: (N, in). h: (N, hidden). w_xh: (hidden, in). w_hh: (hidden, hidden). bias: (hidden,). NumPy
        arrays, all float32 or all float64.
    Returns a new array (N, hidden) of the same dtype; h stays as it was. No torch.
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ w_xh.T + h @ w_hh.T + bias)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# You have written one half of it: a dense layer takes x, another takes h, and there is one bias for both.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Both weights are (out, in), so both are turned round: `.T`. w_hh is square, so forgetting that raises no error.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.tanh(... + ... + bias)`: the bend comes last, over the whole sum.
#
# </details>

# %% test="rnn_cell-basic" points=1
with check("rnn_cell", points=1) as c:
    cell = without_torch(rnn_cell)
    x, h = np.array([[0.5, -0.25, 0.125]]), np.array([[0.2, -0.4]])
    w_xh, w_hh, bias = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([0.1, -0.1])
    c.call(cell, x, h, w_xh, 0 * w_hh, 0 * bias).close(np.tanh(np.array([[0.75, -0.25]])), "without memory it is a dense layer and tanh")
    c.call(cell, x, h, 0 * w_xh, w_hh, 0 * bias).close(np.tanh(np.array([[-0.4, 0.0]])), "w_hh[0, 1] takes memory 1 to memory 0, not 0 to 1")
    c.call(cell, x, h, w_xh, w_hh, 0 * bias).close(np.tanh(np.array([[0.35, -0.25]])), "the two sums are added, and tanh bends the total")
    c.call(cell, x, h, w_xh, w_hh, bias).close(np.tanh(np.array([[0.45, -0.35]])), "each hidden value has its own bias")
    c.call(cell, *(a.astype(np.float32) for a in (x, h, w_xh, w_hh, bias))).close(
        np.tanh(np.array([[0.45, -0.35]])), "float32 comes in, float32 comes out", dtype="float32")
c.score

# %% test="rnn_cell-full" points=1 hidden=true
# Random sizes against torch's rnn_tanh_cell: batches, square weights, both dtypes, views, and a row of steps.
with check("rnn_cell", points=1) as c:
    cell = without_torch(rnn_cell)

    def exact(x, h, w_xh, w_hh, bias):
        return by_torch(torch.rnn_tanh_cell, x, h, w_xh, w_hh, bias, 0 * bias)

    def agrees(sentence, *arrays):
        x, h, w_xh, w_hh, bias = arrays
        size = (abs(x) @ abs(w_xh).T + abs(h) @ abs(w_hh).T + abs(bias)).max() + 1
        c.call(cell, *arrays).close(exact(*arrays), sentence, dtype=x.dtype, atol=rounding_bound(x.dtype, x.shape[1] + h.shape[1] + 1, size))

    def some(n, wide, hidden, dtype=np.float64):
        return [c.rng.normal(0, 0.5, s).astype(dtype) for s in ((n, wide), (n, hidden), (hidden, wide), (hidden, hidden), (hidden,))]

    agrees("any sizes", *some(5, 3, 4))
    agrees("all sizes alike", *some(4, 4, 4))
    agrees("float32, as exact as float32 is", *some(3, 6, 2, np.float32))
    agrees("one sample, one input, one number of memory", *some(1, 1, 1))
    x, h, w_xh, w_hh, bias = some(6, 5, 3)
    agrees("arrays that are views", x[::2], h[::-2], np.asfortranarray(w_xh), w_hh.T, bias[::-1])

    def steps(x, h, w_xh, w_hh, bias):
        first = cell(x, h, w_xh, w_hh, bias)
        second = cell(-x, first, w_xh, w_hh, bias)
        return np.stack([first, second])

    x, h, w_xh, w_hh, bias = some(2, 3, 5)
    first = exact(x, h, w_xh, w_hh, bias)
    c.call(steps, x, h, w_xh, w_hh, bias).close(
        np.stack([first, exact(-x, first, w_xh, w_hh, bias)]), "two steps in a row: the new memory goes in, the old one stays as it was", atol=1e-13)
c.score

# %% [markdown]
# **Look: memory as wind.** The cell walks over the photograph from left to right. A column is one moment, its rows are the batch, red, green and blue are input and memory. Raise the memory.

# %% tags=["experiment"]
def wind(image, memory):
    """Colours about 0; w_hh = memory, w_xh = 1 - memory, both for each channel alone."""
    keep, take = np.float32(memory) * np.eye(3, dtype=np.float32), np.float32(1 - memory) * np.eye(3, dtype=np.float32)
    h, seen = np.zeros((image.shape[0], 3), np.float32), []
    for column in range(image.shape[1]):
        h = rnn_cell(image[:, column] - np.float32(0.5), h, take, keep, np.zeros(3, np.float32))
        seen.append(h)
    return np.stack(seen, axis=1) + np.float32(0.5)


explore(wind, np.ascontiguousarray(colour[::2, ::2]), sliders={"memory": (0.0, 0.98, 0.02, 0.0)},
        alt="The photograph, with its colours blown to the right by the memory of a recurrent cell")

# %% [markdown]
# At 0 each column is alone. At 0.9 what came in is down to a third after about ten steps, $0.9^{10} = 0.35$, and every colour leaves a trail. (tanh presses it towards grey on top.)
#
# Note the `for`. Column 100 needs the memory of column 99: the rows can be shared out among a thousand cores, the columns can't. A convolution has no such queue. Keep that in mind until lab 05.

# %% [markdown]
# ## 10 · `cross_entropy`: how wrong is a class?
#
# For ten digits a network gives ten numbers, the **logits** $z$, and the truth is one *label*. Softmax turns logits into shares, and the loss is minus the logarithm of the share that the right class got:
#
# $$L = \frac{1}{N} \sum_n -\log \frac{e^{z_{n,\text{label}_n}}}{\sum_k e^{z_{n,k}}} .$$
#
# **Predict.** A network that knows nothing gives ten equal logits. What is its loss? You will see this number on the first line of every training.

# %% tags=["experiment"]
predict("loss of a network that knows nothing, ten classes", None, "")

# %% [markdown]
# As it stands, the formula dies young. Run it with logits that a training can well produce:

# %% tags=["experiment"]
def as_the_formula_stands(logits, labels):
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(shares[np.arange(len(labels)), labels]).mean()


with np.errstate(all="ignore"):
    for size in (1.0, 100.0, 1000.0):
        right, wrong = (as_the_formula_stands(np.array([[size, 0.0, -size]]), np.array([k])) for k in (0, 2))
        print(f"logits {size:6.0f}, 0, -{size:<5.0f} label 0: {right + 0.0:<8.3g} label 2: {wrong:.4g}  (the truth for label 2 is near {2 * size:.0f})")

# %% [markdown]
# The cure is the same formula in another order. The logarithm of a quotient is a difference, and a constant taken off all logits of a sample changes nothing. Take off the largest, $m$:
#
# $$-\log \frac{e^{z_\text{label}}}{\sum_k e^{z_k}} = \log \sum_k e^{z_k - m} - (z_\text{label} - m) .$$
#
# No exponent is above 0 now, and at least one is 0, so the logarithm never sees infinity, nor 0. By hand: the logits 2, 0, 0 become 0, -2, -2. The sum of their powers is 1 + 0.135 + 0.135 = 1.271, its logarithm 0.240. Label 0 costs 0.240 - 0, label 1 costs 0.240 + 2.
#
# | step | shape |
# |---|---|
# | logits; each row's largest, with `keepdims=True` | $(N, K)$; $(N, 1)$ |
# | shifted: logits less the largest | $(N, K)$ |
# | log of the sum of the powers, along a row | $(N,)$ |
# | the shifted logit of each row's label | $(N,)$ |
# | the mean of the difference | a number |

# %% answer="cross_entropy"
def cross_entropy(logits, labels):
    """Return the mean over the batch of -log(softmax(logits)[label]).

    logits: (N, classes), float32 or float64, up to 10,000 in absolute value.
    labels: (N,), whole numbers from 0 to classes - 1, of any integer dtype.
    Returns one number: a float, a NumPy float or an array without axes. Never NaN or infinity, none of NumPy's warnings (RuntimeWarning), no torch.
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return (log_sum - shifted[np.arange(len(labels)), labels]).mean()
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `logits.max(axis=1, keepdims=True)` is the largest of *each sample*, as a column that can be subtracted. Without `keepdims` it would line up with the classes.
#
# </details>
# <details><summary>Hint 2</summary>
#
# One number from each row: `shifted[np.arange(N), labels]` pairs row numbers with labels.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# shifted = logits - logits.max(axis=1, keepdims=True)
# log_sum = np.log(np.exp(shifted).sum(axis=1))
# # then the formula above for every sample, and the mean
# ```
#
# </details>

# %% test="cross_entropy-basic" points=1
with check("cross_entropy", points=1) as c:
    guarded = without_torch(cross_entropy)

    def loss(logits, labels):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # NumPy's warning counts as an error here
            found = guarded(logits, labels)
        return found.item() if isinstance(found, np.ndarray) and found.ndim == 0 else found

    first, both = np.array([0]), np.array([0, 1])
    c.call(loss, np.zeros((1, 4)), first).close(math.log(4), "four equal logits: the logarithm of 4")
    c.call(loss, np.array([[math.log(3.0), 0.0]]), np.array([1])).close(math.log(4), "a share of one quarter, by the natural logarithm, as a positive loss")
    c.call(loss, np.array([[0.0, math.log(3.0), 0.0], [0.0, 0.0, 0.0]]), both).close(
        (math.log(5) + math.log(3)) / 2, "two samples of three classes: the mean over the batch, not the sum")
    c.call(loss, np.array([[10000.0, -10000.0]]), first).close(0.0, "sure and right at 10,000: no loss, no overflow", atol=1e-9)
    c.call(loss, np.array([[10000.0, -10000.0]]), np.array([1])).close(20000.0, "sure and wrong at 10,000: 20,000, not infinity")
    c.call(loss, np.array([[720.0, 0.0]]), np.array([1])).close(720.0, "sure and wrong at 720: 720, neither more nor less")
    c.call(loss, np.array([[10000.0, 0.0], [0.0, 0.0]]), both).close(math.log(2) / 2, "a large sample and a small one: the largest is that of each sample")
c.score

# %% test="cross_entropy-full" points=2 hidden=true
# Random batches against torch in float64: both dtypes, large logits, one sample, one class, other integer dtypes, views.
with check("cross_entropy", points=2) as c:
    guarded = without_torch(cross_entropy)

    def loss(logits, labels):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            found = guarded(logits, labels)
        return found.item() if isinstance(found, np.ndarray) and found.ndim == 0 else found

    def agrees(sentence, logits, labels):
        truth = float(by_torch(lambda z: F.cross_entropy(z, torch.from_numpy(labels.astype(np.int64))), logits))
        size = 2 * float(abs(logits).max()) + math.log(logits.shape[1]) + 1
        c.call(loss, logits, labels).close(truth, sentence, atol=rounding_bound(logits.dtype, sum(logits.shape), size))

    def some(n, classes, scale=2.0, dtype=np.float64):
        return c.rng.normal(0, scale, (n, classes)).astype(dtype), c.rng.integers(0, classes, n)

    agrees("any batch, any number of classes", *some(7, 5))
    agrees("as many samples as classes", *some(6, 6))
    agrees("float32, as exact as float32 is", *some(16, 10, dtype=np.float32))
    agrees("logits of thousands, of both signs", *some(9, 4, scale=3000.0))
    agrees("logits of thousands in float32, which overflows at 89", *some(8, 3, scale=2500.0, dtype=np.float32))
    logits, labels = some(5, 4)
    agrees("all logits near 10,000: only differences count", logits + 10000.0 - abs(logits).max(), labels)
    agrees("all logits near -10,000: the sum of the powers must not become 0", logits - 10000.0 + abs(logits).max(), labels)
    mixed = logits.copy()
    mixed[0] += 9000.0
    mixed[1] -= 9000.0
    agrees("one sample near 9,000, another near -9,000", mixed, labels)
    agrees("a batch of one", *some(1, 8))
    agrees("a single class: there is nothing to get wrong", *some(3, 1))
    logits, labels = some(300, 3)
    agrees("labels as bytes, in a batch of more than 255", logits, labels.astype(np.uint8))
    logits, labels = some(4, 6)
    agrees("arrays that are views", np.asfortranarray(logits)[::-1], labels[::-1])
c.score

# %% tags=["experiment"]
def knows_nothing():
    blank = np.zeros((100, 10))
    loss = cross_entropy(blank, np.arange(100) % 10)
    insist("cross_entropy", loss, math.log(10))
    record("loss of a network that knows nothing, ten classes", float(loss), "")
    z = np.array([0.7])
    share = math.exp(-float(cross_entropy(np.array([[0.0, z[0]]]), np.array([1]))))
    print(f"two classes, logits 0 and 0.7: the share of the second is {share:.6f}, and sigmoid(0.7) is {float(sigmoid(z)[0]):.6f}")


attempt(knows_nothing)

# %% [markdown]
# $\log 10 = 2.303$. A training that starts far above is sure of itself before it has seen anything: look for the bug. And softmax of two classes *is* the sigmoid. You had it all along.

# %% [markdown]
# ## 11 · With time to spare
#
# Nothing later needs this part. Short of time? Go on to part 12.
#
# ### Stretch: `im2col`
#
# The race's third rung has a name: *image to columns*. Each window becomes a column of $C \cdot k \cdot k$ numbers, channel by channel, row by row; the windows stand side by side in reading order.
#
# | array | shape |
# |---|---|
# | x | $(N, C, H, W)$ |
# | result | $(N, C \cdot k \cdot k, L)$, with $L = H_\text{out} \cdot W_\text{out}$ |

# %% answer="im2col" tier="stretch"
def im2col(x, kernel, stride=1, padding=0):
    """Write every window of every picture as a column, as torch.nn.functional.unfold does.

    x: (N, C, H, W), float32 or float64. kernel: the window's side k, a whole number. stride, padding: as for conv2d.
    Returns a new array (N, C * k * k, L) of the same dtype: down a column the window's numbers, by channel, then row,
    then column; from left to right the windows, row by row. No torch.
    """
    ### BEGIN SOLUTION
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(x.shape[0], x.shape[1] * kernel * kernel, -1)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Row $(c, i, j)$ of the result is the picture's channel $c$, shifted by $(i, j)$ and read in order. You have made these shifted pictures before.
#
# </details>
# <details><summary>Hint 2</summary>
#
# With `np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(2, 3))` you get (N, C, rows, columns, k, k). Take every `stride`-th row and column.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Then put the axes in the order N, C, k, k, rows, columns, with `transpose`, and `reshape`.
#
# </details>

# %% test="im2col-basic" points=1
with check("im2col", points=1) as c:
    columns = without_torch(im2col)
    tiny = np.arange(1.0, 13.0).reshape(1, 1, 2, 6)  # 1 2 3 4 5 6 / 7 8 9 10 11 12
    five = np.array([[1.0, 2.0, 7.0, 8.0]]).T + np.arange(5.0)
    c.call(columns, tiny, 1).close(tiny.reshape(1, 1, 12), "windows of one pixel: the picture in reading order")
    c.call(columns, tiny, 2).close(five[None], "five windows of 2 x 2 are five columns: 1 2 7 8, then 2 3 8 9, and so on")
    c.call(columns, np.concatenate([tiny, 10 * tiny], axis=1), 2).close(
        np.concatenate([five, 10 * five])[None], "down each column first all of channel 0, then channel 1")
    c.call(columns, np.arange(1.0, 25.0).reshape(1, 1, 4, 6), 2, stride=2).close(
        (np.array([[1.0, 2.0, 7.0, 8.0]]).T + [0.0, 2.0, 4.0, 12.0, 14.0, 16.0])[None],
        "stride 2 moves the window two pixels; the pixels within a window stay neighbours")
    c.call(columns, tiny[..., :1, :2].astype(np.float32), 3, padding=1).close(
        np.array([[[0, 0], [0, 0], [0, 0], [0, 1], [1, 2], [2, 0], [0, 0], [0, 0], [0, 0]]], np.float32), "padding puts zeros round it, and float32 stays float32")
c.score

# %% test="im2col-full" points=1 hidden=true
# Random pictures against torch's unfold: batches, strides, borders, views.
with check("im2col", points=1) as c:
    columns = without_torch(im2col)

    def agrees(sentence, x, kernel, **how):
        c.call(columns, x, kernel, **how).close(by_torch(lambda t: F.unfold(t, kernel, **how), x), sentence, dtype=x.dtype, atol=0.0, rtol=0.0)

    agrees("a batch of pictures with several channels", c.rng.normal(0, 1, (3, 2, 5, 6)), 3)
    agrees("stride 2 and padding 1, odd sizes", c.rng.normal(0, 1, (2, 3, 7, 9)), 3, stride=2, padding=1)
    agrees("a stride larger than the window", c.rng.normal(0, 1, (1, 2, 8, 9)), 2, stride=3)
    x = c.rng.normal(0, 1, (2, 2, 6, 7))
    c.call(columns, x, 3, 2, 1).equal(by_torch(lambda t: F.unfold(t, 3, stride=2, padding=1), x), "stride and padding by position")
    agrees("float32 stays float32", c.rng.normal(0, 1, (2, 2, 4, 4)).astype(np.float32), 2)
    agrees("an array that is a view", c.rng.normal(0, 1, (2, 5, 4, 3)).transpose(0, 3, 1, 2), 2)
    agrees("a window as large as the picture", c.rng.normal(0, 1, (2, 3, 4, 4)), 4)
    agrees("a picture one pixel wide, padded", c.rng.normal(0, 1, (1, 2, 5, 1)), 3, padding=1)
c.score

# %% [markdown]
# ### Stretch: `max_pool2d`
#
# A network that has found an edge wants to know *that* it is there, not at which pixel. So it keeps the largest value of each tile and forgets the rest: a quarter of the values is left at size 2. Tiles don't overlap, and what doesn't fill one is dropped.

# %% answer="max_pool2d" tier="stretch"
def max_pool2d(x, size):
    """Keep the largest value of each tile of size x size, as torch.nn.functional.max_pool2d does.

    x: (N, C, H, W), float32 or float64; H and W are at least size. Rows and columns at the end that don't
    fill a tile are dropped.
    Returns a new array (N, C, H // size, W // size) of the same dtype. No torch.
    """
    ### BEGIN SOLUTION
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Cut the ragged edge off first, so that the tiles fit.
#
# </details>
# <details><summary>Hint 2</summary>
#
# An axis of length rows * size can be reshaped into two: rows, and size within the tile. The same for the columns.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Reshape to (N, C, rows, size, columns, size), and take the maximum over the two axes that lie within a tile.
#
# </details>

# %% test="max_pool2d-basic" points=1
with check("max_pool2d", points=1) as c:
    pool = without_torch(max_pool2d)
    tiny = np.array([[[[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 0.0, 6.0], [-1.0, -2.0, -7.0, -8.0], [-3.0, -4.0, -5.0, -6.0]]]])
    c.call(pool, tiny[:, :, :2], 2).close(np.array([[[[4.0, 6.0]]]]), "the largest of each 2 x 2 tile")
    c.call(pool, tiny[:, :, 2:], 2).close(np.array([[[[-1.0, -5.0]]]]), "the largest of negative numbers is negative: no 0 joins in")
    c.call(pool, tiny[:, :, :3, 1:], 2).close(np.array([[[[5.0]]]]), "of 3 x 3 pixels one tile is left, the upper left one: the ragged edge is dropped")
    c.call(pool, tiny.astype(np.float32), 4).close(np.array([[[[6.0]]]], np.float32), "float32 stays float32, and size may be 4")
c.score

# %% test="max_pool2d-full" points=1 hidden=true
# Random batches against torch: other sizes, odd ones, views.
with check("max_pool2d", points=1) as c:
    pool = without_torch(max_pool2d)

    def agrees(sentence, x, size):
        c.call(pool, x, size).close(by_torch(lambda t: F.max_pool2d(t, size), x), sentence, dtype=x.dtype, atol=0.0, rtol=0.0)

    agrees("pictures and channels stay apart", c.rng.normal(0, 1, (3, 2, 6, 4)), 2)
    agrees("tiles of 3 x 3, sizes that they don't fill", c.rng.normal(0, 1, (2, 2, 8, 10)), 3)
    agrees("a picture wider than high, all below zero", -1 - c.rng.random((1, 2, 4, 9)), 2)
    agrees("tiles of one pixel change nothing", c.rng.normal(0, 1, (2, 1, 3, 5)), 1)
    agrees("float32 stays float32", c.rng.normal(0, 1, (2, 3, 5, 5)).astype(np.float32), 2)
    agrees("an array that is a view", c.rng.normal(0, 1, (2, 6, 5, 3)).transpose(0, 3, 1, 2), 2)
c.score

# %% [markdown]
# ### Why so many steps?
#
# The loss bends by some directions of the nine numbers more than by others, as a valley is steep across and flat along. One cell measures the steepest over the flattest, the **condition number**, and prints the flattest:

# %% tags=["experiment"]
bends, directions = np.linalg.eigh(windows.T @ windows)
print(f"steepest over flattest direction: {bends[-1] / bends[0]:.0f} (measured). The flattest, up to its sign:\n{directions[:, 0].reshape(3, 3).round(2)}")

# %% [markdown]
# A chequerboard, as part 7 said, and hundreds to one. Now hide nine numbers of your own. The smooth ones below are found as fast as Sobel's. Can you think of a kernel that takes half as long again?

# %% tags=["experiment"]
secret = np.array([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 4  # yours
learned = attempt(lambda: learn(small, nine_shifts(small, secret), start, steps=600))
if learned:
    print(f"steps until nine numbers are found: {steps_until(learned, secret)} (measured)")

# %% [markdown]
# <details><summary>Which takes longer</summary>
#
# One that lies far from the start in the chequered direction: 1 -1 1 / -1 1 -1 / 1 -1 1, or the Laplacian 0 1 0 / 1 -4 1 / 0 1 0.
#
# </details>

# %% [markdown]
# ### Two kernels, and no direction
#
# A network that has a bend in it: two random kernels, squares, a sum, a root. Now the target shows how *strong* an edge is, not which way it runs: $\sqrt{g_x^2 + g_y^2}$, with Sobel and Sobel turned. torch does the walking.
#
# **Predict.** Which two kernels come out?

# %% tags=["experiment"]
def learn_strength(seed):
    """Two kernels from the strength of the edges alone. Returns them, (2, 3, 3), and the loss."""
    picture = torch.tensor(photograph("china", (64, 96)).astype(np.float64) @ [0.299, 0.587, 0.114] / 255)[None, None]
    picture = picture - picture.mean()
    truth = torch.tensor(np.stack([TEXTBOOK, TEXTBOOK.T]))[:, None]
    strength = F.conv2d(picture, truth).square().sum(1).sqrt()
    kernels = torch.tensor(np.random.default_rng(seed).normal(0, 1, (2, 1, 3, 3)), requires_grad=True)
    # LBFGS: a walk that remembers its last steps, and guesses the bends from them
    walker = torch.optim.LBFGS([kernels], max_iter=600, history_size=30, line_search_fn="strong_wolfe", tolerance_change=1e-15, tolerance_grad=1e-10)

    def loss():
        walker.zero_grad()
        value = ((F.conv2d(picture, kernels).square().sum(1) + 1e-12).sqrt() - strength).square().mean()
        value.backward()
        return value

    walker.step(loss)
    return kernels.detach().numpy()[:, 0], loss().item()


both, loss = learn_strength(seed=0)  # other seeds give other angles
basis = np.stack([TEXTBOOK, TEXTBOOK.T]).reshape(2, 9)
mixing = both.reshape(2, 9) @ np.linalg.pinv(basis)
angle = math.degrees(math.atan2(mixing[0, 1], mixing[0, 0]))
print(f"loss {loss:.0e} (measured)\n{both.round(2)}")
print(f"kernel 0 = {mixing[0, 0]:.3f} · Sobel + {mixing[0, 1]:.3f} · Sobel turned: an edge detector at {angle:.0f} degrees")
print(f"what is left over: {abs(mixing @ basis - both.reshape(2, 9)).max():.0e}; length of the mixture: {np.hypot(*mixing[0]):.4f} (measured)")

# %% [markdown]
# Sobel again, *turned by an angle that nobody chose*. The pair is perfect: turn both kernels together, or change a sign, and the strength stays what it was. So the seed decides. Remember this when somebody asks what "the third neuron" of a network means. The **space** that the
# kernels span was learned. The axes in it were an accident.

# %% [markdown]
# ## 12 · On real hardware
#
# The third layer of part 8 once more, on the card where there is one. Otherwise the least time that a T4's published peak allows.

# %% tags=["experiment"]
t4 = published_roofs("fp32")["T4"]
if torch.cuda.is_available():
    on_card = [torch.from_numpy(a).cuda() for a in (images, kernels, biases)]
    card = measure(F.conv2d, *on_card, label=f"the layer on {torch.cuda.get_device_name()}")
    print(card, amount(layer_flops / card.median_s, "FLOP/s"), "(measured)")
    record("one convolution layer on a GPU", card)
else:
    print("No GPU that torch can use here, so this is the least that a T4 could take; no program reaches it.")
    record("one convolution layer on a GPU", layer_flops / t4.peak_flops, "s", "modelled",
           source=f"283 MFLOP over the T4's published float32 peak, {amount(t4.peak_flops, 'FLOP/s')}")

# %% [markdown]
# A card that multiplies float32 may quietly use TF32, a shorter format, in convolutions: torch allows it by default on an A100 and later. The bound of part 2 would notice. Lab 06 says why, lab 07 where the switch is.

# %% [markdown]
# ## 13 · In your own words
#
# **A newspaper writes: "The machine discovered edge detection by itself, a mathematics that no one had taught it."** What did it find, what was it given, and what could it not have found? In three or four sentences, with one number from your ledger. You mark it yourself.
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** Nine weights of a sum of products, turned downhill until the loss was small. The form (a 3 x 3 sum that slides) was given; only the numbers were found.
# - **A number.** Yours: steps, or pixels.
# - **Limit.** It finds what the pictures determine: from stripes only the sums of the columns.
#
# </details>

# %% [markdown] written="what-was-learned" points=0
# It found nine numbers, and no mathematics: the sum of products that slides was given, and so were the edges to aim at. Each step turned the nine weights against the gradient of the squared error, itself a
# convolution, and after some 200 steps they were right within 0.01; nine exact pixels would have determined them. It could not have found what its pictures don't show. From stripes the loss reached zero with every number
# wrong.

# %% [markdown]
# ## 14 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("03_layers")

# %% tags=["experiment"]
guessed = ledger_view.plot("03_layers")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> A layer has 64 kernels of 3 x 3 on 32 channels. How many numbers does it learn, and does a larger picture change that?</summary>
#
# 64 * 32 * 9 = 18,432 weights and 64 biases. A larger picture changes the operations, not the numbers: the same kernel slides further.
#
# </details>
# <details><summary><b>2.</b> Your loss is zero on the training pictures. A colleague's kernel has zero loss too, and other numbers. Who is right?</summary>
#
# Perhaps both, on these pictures. Show them pictures with what the first lacked, and see whose loss stays.
#
# </details>
# <details><summary><b>3.</b> You check float32 against float64 and find a difference of 1e-4 in a sum of a thousand products of size 1. A bug?</summary>
#
# Not by that alone: 1000 products, times eps = 1.2e-7, times a sum of sizes of 1000, allows 0.12 at the very worst. Typical errors are far smaller, and 1e-4 is plausible.
#
# </details>
#
# ## What comes next
#
# You have every part of a network, and one layer that learned. In **04** five layers learn at once, on digits that people wrote, and you find out what the machine does with its time. In **05** the cell with memory returns.
#
# ## Sources
#
# - The photographs and their makers: `gpu_utils.samples.credit`.
# - I. Sobel, G. Feldman: *A 3x3 isotropic gradient operator for image processing*, talk at the Stanford Artificial Intelligence Project, 1968. In print: R. Duda, P. Hart: *Pattern Classification and Scene Analysis*, Wiley 1973, 271-272.
# - N. J. Higham: *Accuracy and Stability of Numerical Algorithms*, 2nd edition, SIAM 2002, chapter 3.
# - K. Chellapilla, S. Puri, P. Simard: *High performance convolutional neural networks for document processing*, 2006: convolution as one matrix product.
# - S. Hooker: *The hardware lottery*, Communications of the ACM 64 (2021), no. 12.
# - J. L. Elman: *Finding structure in time*, Cognitive Science 14 (1990), 179-211: the recurrent cell.
# - T4's peak: NVIDIA's datasheet, in `gpu_utils/data/gpu_specs.json`. TF32 in convolutions: PyTorch's documentation, *CUDA semantics*.
