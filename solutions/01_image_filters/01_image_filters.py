# %% [markdown] title=true minutes=110 hardware="a GPU runs your own filters and times the real journey over the bus"
# # 01 · A picture is a matrix
#
# {badges}
#
# {line}
#
# *Day for night*: film crews shoot a night scene at noon, darken the picture and tint it blue. You do the same to
# a photograph, and find out what a computer spends its time on while you do. At the end you will have written
# a neuron.
#
# **You will be able to**
#
# - say what rows, columns and channels of a picture are, and write filters as arithmetic on whole arrays;
# - keep an array's dtype, library and device, so that one function runs on NumPy, CuPy and beyond;
# - explain why bytes wrap round, and prevent it;
# - count the bytes that a filter moves, and predict its time from the memory's bandwidth;
# - place a filter under a roofline and say what limits it.
#
# **Before this:** the warm-up (axes, broadcasting, dtypes). **After this:** 02 and 03, in either order.
#
# ```
# 00 ──► warm_up ──► 01 (you are here) ──┬──► 02  one thread, one pixel
#                                        └──► 03  from filters to neurons
# ```

# %% setup=true

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
from gpu_utils import check, detect, ledger_view, predict, record
from gpu_utils.arrays import array_module, device_memory
from gpu_utils.plotting import ladder, pixel_grid, roofline, show, show_images, stacked, style, zoom
from gpu_utils.roofline import measure_roof
from gpu_utils.samples import credit, photograph
from gpu_utils.timing import measure, measure_transfer
from gpu_utils.widgets import explore, split

photo = photograph("china")  # bytes: rows, columns, channels
print(photo.shape, photo.dtype, "·", credit("china"))

# %% [markdown]
# **Figures from lab 00?** On your own machine, and with Google Drive mounted, they are found by themselves. Elsewhere, upload the file that lab 00 let you download, or go on without it.

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · One photograph, one question
#
# Here it is at noon. Your phone would take it with twelve megapixels: 3000 rows, 4000 columns, 3 channels. That is
# **36 million values**, and day for night takes a few operations on each.

# %% tags=["experiment"]
show(show_images({"noon, as photographed": photo}, alt="Photograph of a Chinese palace building above trees, in bright daylight"))

# %% [markdown]
# **How long does it take to darken and tint all 36 million values?** In plain Python loops, with NumPy, on a GPU? Put three
# guesses in place of `None`, in seconds, before you read on. Nobody grades them. They come back beside the truth.

# %% tags=["experiment"]
predict("day for night, Python loops", None, "s")
predict("day for night, NumPy as you would write it", None, "s")
predict("day for night, on a GPU", None, "s")

# %% [markdown]
# ## 2 · Zoom until the picture is numbers
#
# `photo[row, column, channel]`: **axis 0** counts rows downward, **axis 1** columns to the right, **axis 2** the channels red, green, blue. We
# call the three lengths $H$, $W$ and $C = 3$, here and in every later lab.

# %% tags=["experiment"]
row, column = 150, 200  # move the window: any row below 360, any column below 570
show(zoom(photo, row, column),
     alt="The photograph with a small frame; beside it the 64 by 64 pixels inside, and of those 8 by 8 as tiles")

# %% tags=["experiment"]
show(pixel_grid(photo[row : row + 8, column : column + 8], row=row, column=column),
     alt="Eight by eight pixels, each with its red, green and blue value printed inside")

# %% [markdown]
# A picture comes in two kinds, and your filters must take both:
#
# | kind | dtype | black | white | one value takes | where you meet it |
# |---|---|---|---|---|---|
# | bytes | `uint8` | 0 | 255 | 1 byte | files, cameras, screens |
# | floats | `float32` | 0.0 | 1.0 | 4 bytes | filters, neural networks |

# %% [markdown]
# ## 3 · `darken`: one multiplication
#
# **Goal.** Multiply every value by a factor from 0 to 1. Keep shape, dtype, library and device.
#
# A function that says `np.` works for NumPy only. `array_module(image)` gives you the library that *made* the image, by
# custom called `xp`, and then the same line runs on a GPU's array:
#
# | habit | portable |
# |---|---|
# | `image.astype(np.float32)` | `xp.astype(image, xp.float32)` |
# | `np.round(values)` | `xp.round(values)` |
#
# Plain Python numbers need no conversion: `values * 0.5` is fine wherever `values` is a float array. A byte array isn't: bytes take
# no fractions, so turn them into floats, multiply, round, and turn them back.
#
# **Predict.** What becomes of the bytes 7, 100 and 255 at half brightness? Which of them is a matter of taste?
#
# (Two checks follow: one that you see, and one that runs when your work is graded. It asks the same of other pictures, and of arrays on another device.)

# %% answer="darken"
def darken(image, factor):
    """Multiply every value of a picture by a factor.

    image: (H, W, 3), float32 from 0 to 1 or uint8 from 0 to 255, of any array library.
    factor: a number from 0 (black) to 1 (unchanged); for anything else, NaN too, raise a
        ValueError with one sentence.
    Returns a new array like image: same shape, dtype, library and device. Bytes are rounded
    to the nearest (7 * 0.5 may become 3 or 4; 5 * 0.55 = 2.75 must become 3).
    """
    ### BEGIN SOLUTION
    if not 0 <= factor <= 1:  # NaN fails every comparison, so it ends up here too
        raise ValueError(f"factor must lie between 0 and 1, not {factor}")
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * float(factor)
    if image.dtype == xp.uint8:
        values = xp.round(values)
    return xp.astype(values, image.dtype)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three steps: refuse a bad factor, multiply in floats, go back to the dtype that came in.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `xp.astype(values, xp.uint8)` cuts the fraction off: 2.75 becomes 2. Round first. And `factor < 0 or factor > 1` is False for NaN: every
# comparison with NaN is.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# if not 0 <= factor <= 1:
#     raise ValueError(...)
# xp = array_module(image)
# values = xp.astype(image, xp.float32) * factor
# # for bytes only: values = xp.round(values)
# return xp.astype(values, image.dtype)
# ```
#
# </details>

# %% test="darken-basic" points=1
floats = np.linspace(0, 1, 24, dtype=np.float32).reshape(2, 4, 3)
bytes_ = np.array([[[0, 5, 7], [100, 200, 255]]], dtype=np.uint8)
with check("darken", points=1) as c:
    c.call(darken, floats, 0.5).close(0.5 * floats, "half the factor halves every float")
    c.call(darken, floats, 0).close(0 * floats, "factor 0 gives black")
    c.call(darken, bytes_, 0.55).close(
        bytes_ * 0.55, "bytes come back as bytes, rounded to the nearest", dtype="uint8", atol=0.501)
    c.call(darken, floats, 1.5).raises(ValueError, "a factor above 1 would brighten: it raises ValueError")
c.score

# %% test="darken-full" points=2 hidden=true
# More of the same: other shapes and factors, NaN, and an array on another device.
with check("darken", points=2) as c:
    picture = c.rng.random((7, 4, 3), dtype=np.float32)
    coded = c.rng.integers(0, 256, (5, 9, 3), dtype=np.uint8)
    factor = float(c.rng.uniform(0.3, 0.7))
    c.call(darken, picture, factor).close(factor * picture, "any factor scales every float", atol=1e-6)
    c.call(darken, coded, factor).close(
        coded * factor, "any factor scales every byte to the nearest", dtype="uint8", atol=0.501)
    every = np.arange(256, dtype=np.uint8)[:, None, None] * np.ones(3, dtype=np.uint8)
    c.call(darken, every, factor).close(every * factor, "every byte there is", dtype="uint8", atol=0.501)
    c.call(darken, coded % 2, 0.8).close(coded % 2, "a picture of bytes 0 and 1 is one of bytes, nearly black")
    c.call(darken, coded, 1).close(coded, "factor 1 leaves bytes as they are")
    c.call(darken, picture, 1).satisfies(
        lambda out: not np.shares_memory(out, picture), "factor 1 gives a new picture, not the old one")
    c.call(darken, picture, -0.1).raises(ValueError, "a negative factor raises ValueError")
    c.call(darken, picture, float("nan")).raises(ValueError, "NaN as a factor raises ValueError")
    c.call(darken, device_memory(picture), factor).close(
        factor * picture, "floats on another device stay there", atol=1e-6)
    c.call(darken, device_memory(coded), factor).close(
        coded * factor, "bytes on another device stay there", dtype="uint8", atol=0.501)
c.score

# %% [markdown]
# **Look.** Drag the slider, or focus it and use the arrow keys. If the picture says that the function is not written yet, write it and run the
# cell again.

# %% tags=["experiment"]
explore(darken, photo, sliders={"factor": (0.0, 1.0, 0.05, 0.45)},
        alt="The photograph, darkened by the factor on the slider")

# %% [markdown]
# ## 4 · `tint`: a multiplication and an addition
#
# **Goal.** Mix every pixel with one colour: $(1 - s) \cdot \text{image} + s \cdot \text{colour}$. Strength $s = 0$ changes nothing, $s = 1$ leaves
# the colour alone.
#
# The shapes do the work: $(H, W, 3)$ with $(3,)$. Broadcasting lines shapes up **from the right**, so the colour meets
# the channels, in every row and column.
#
# | array | shape |
# |---|---|
# | image | $(H, W, 3)$ |
# | colour | $(\phantom{H, W,}\; 3)$ |
# | result | $(H, W, 3)$ |
#
# The colour comes as a tuple. An array made from it must live where the image lives:
#
# | habit | portable |
# |---|---|
# | `np.array(colour)` | `xp.asarray(colour, dtype=xp.float32, device=image.device)` |

# %% answer="tint"
def tint(image, colour, strength):
    """Mix a picture with one colour: (1 - strength) * image + strength * colour.

    image: (H, W, 3), float32 from 0 to 1 or uint8 from 0 to 255, of any array library.
    colour: three numbers, red, green, blue, in the image's own units (0 to 1 for floats, 0 to
        255 for bytes), as a tuple or list.
    strength: a number from 0 to 1.
    Returns a new array like image; bytes are rounded to the nearest.
    """
    ### BEGIN SOLUTION
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    if image.dtype == xp.uint8:
        values = xp.round(values)
    return xp.astype(values, image.dtype)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two products and a sum, all in floats. The end is that of `darken`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The colour is a Python tuple. Make it an array *where the image is*: see the last table above.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
# values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
# ```
#
# </details>

# %% test="tint-basic" points=1
grey = np.full((2, 4, 3), 0.5, dtype=np.float32)
grey_bytes = np.full((2, 4, 3), 100, dtype=np.uint8)
with check("tint", points=1) as c:
    c.call(tint, grey, (1.0, 0.5, 0.0), 0.0).close(grey, "strength 0 changes nothing")
    c.call(tint, grey, (1.0, 0.5, 0.0), 1.0).close(
        np.float32([[[1.0, 0.5, 0.0]] * 4] * 2), "strength 1 leaves the colour alone, channel by channel")
    c.call(tint, grey, (0.2, 0.2, 0.2), 0.5).close(
        0.7 * grey, "half grey 0.5 and half grey 0.2 make 0.35: the picture fades as the colour comes", atol=1e-6)
    c.call(tint, grey, (0.6, 0.2, 0.6), 0.5).close(
        np.float32([[[0.55, 0.35, 0.55]] * 4] * 2), "every channel mixes with its own part of the colour", atol=1e-6)
    c.call(tint, grey_bytes, (0, 20, 200), 0.5).close(
        np.uint8([[[50, 60, 150]] * 4] * 2), "a colour for bytes is given in bytes")
    c.call(tint, grey_bytes, (0, 20, 255), 0.25).close(
        0.75 * grey_bytes + 0.25 * np.array([0, 20, 255]), "138.75 becomes 139: bytes are rounded", dtype="uint8", atol=0.501)
c.score

# %% test="tint-full" points=1 hidden=true
# Random pictures and colours, and an array on another device.
with check("tint", points=1) as c:
    picture = c.rng.random((3, 8, 3), dtype=np.float32)
    coded = c.rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)
    colour = tuple(float(v) for v in c.rng.random(3))
    paint = tuple(int(v) for v in c.rng.integers(0, 256, 3))
    strength = float(c.rng.uniform(0.15, 0.4))
    exact = (1 - strength) * picture.astype(np.float64) + strength * np.array(colour)
    c.call(tint, picture, colour, strength).close(exact, "floats mix with any colour", dtype="float32", atol=1e-6)
    c.call(tint, device_memory(picture), colour, strength).close(
        exact, "floats on another device stay there", dtype="float32", atol=1e-6)
    strength = float(c.rng.uniform(0.55, 0.9))
    exact = (1 - strength) * coded + strength * np.array(paint)
    c.call(tint, coded, paint, strength).close(exact, "bytes mix with any colour", dtype="uint8", atol=0.501)
    half = (10.5, 200.75, 99.5)
    c.call(tint, coded, half, strength).close(
        (1 - strength) * coded + strength * np.array(half), "a colour may lie between two bytes", dtype="uint8", atol=0.501)
    c.call(tint, coded % 2, (0, 1, 1), 0.9).close(
        0.1 * (coded % 2) + 0.9 * np.array([0, 1, 1]), "a picture of bytes 0 and 1 is one of bytes", dtype="uint8", atol=0.501)
    c.call(tint, coded, list(paint), 1).close(
        np.broadcast_to(np.uint8(paint), coded.shape), "a list is a colour too, and strength may be a whole number")
    c.call(tint, device_memory(coded), paint, strength).close(
        exact, "bytes on another device stay there", dtype="uint8", atol=0.501)
c.score

# %% [markdown]
# **Look: day for night.** Darken, then tint with a deep blue. Find the darkest factor at which you can still count the windows.

# %% tags=["experiment"]
def day_for_night(image, factor, strength):
    return tint(darken(image, factor), (10, 25, 90), strength)


explore(day_for_night, photo, sliders={"factor": (0.0, 1.0, 0.05, 0.45), "strength": (0.0, 1.0, 0.05, 0.4)},
        alt="The photograph as day for night: darkened and tinted blue")

# %% [markdown]
# ## 5 · Find the bug: the sky that turned red
#
# A colleague wants the light to fall in from one side: bright on the left, dark on the right. For the left he needs a gain *above* 1. With floats
# his function looked fine. Then he ran it on bytes.

# %% tags=["experiment"]
def gradient_with_a_bug(image, left, right):
    gains = np.linspace(left, right, image.shape[1])
    return (image * gains[:, np.newaxis]).astype(image.dtype)


light = np.linspace(1.8, 0.3, photo.shape[1])[:, np.newaxis]
wanted = np.clip(np.round(photo * light), 0, 255).astype(np.uint8)
split(gradient_with_a_bug(photo, 1.8, 0.3), wanted, names=("his picture", "what he wanted"),
      alt="In his picture the bright sky has broken into garish bands; in the one he wanted it is simply white")

# %% [markdown]
# **Predict.** A byte of 200 with gain 1.5 should be 300. What is it instead? Work it out before you run the next cell.

# %% tags=["experiment"]
value = np.array([200], dtype=np.uint8)
print("200 * 1.5 =", value * 1.5, "as a byte:", (value * 1.5).astype(np.uint8), " and 300 - 256 =", 300 - 256)

# %% [markdown]
# A byte has 256 values, so 300 starts again from 0: 300 - 256 = 44. Bright became dark, without a warning. (The cast of a float outside
# a byte's range is not even defined by the C standard: other processors may give other numbers. NumPy on a GPU's host and CuPy on the GPU can disagree.)
# The cure is to **clip before you cast**: `xp.clip(values, 0, 255)`.
#
# **Goal.** Write `gradient` without the bug, for any array library. Floats clip too: a screen shows nothing brighter than 1.0.
#
# | habit | portable |
# |---|---|
# | `np.clip(values, 0, 255)` | `xp.clip(values, 0, 255)` |
# | `np.linspace(a, b, n)` | `xp.linspace(a, b, n, dtype=xp.float32, device=image.device)` |

# %% answer="gradient"
def gradient(image, left, right):
    """Multiply by a gain that changes linearly from the first column to the last.

    image: (H, W, 3), float32 from 0 to 1 or uint8 from 0 to 255, of any array library.
    left, right: gain of the first and of the last column; above 1 brightens. A picture of one
        column gets `left`.
    Returns a new array like image, clipped to 0..1 or 0..255; bytes are rounded to the nearest.
    """
    ### BEGIN SOLUTION
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    else:
        values = xp.clip(values, 0, 1)
    return xp.astype(values, image.dtype)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# One gain a column: $W$ numbers. Which axis must they meet? Shapes line up from the right, and on the right are the channels.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `gains[None, :, None]` has the shape $(1, W, 1)$: the same for all rows and all channels. `linspace` with one point gives `left`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
# values = xp.astype(image, xp.float32) * gains[None, :, None]
# # bytes: round, clip to 0..255; floats: clip to 0..1; then back to image.dtype
# ```
#
# </details>

# %% test="gradient-basic" points=2
white = np.ones((3, 5, 3), dtype=np.float32)
ramp = np.broadcast_to(np.linspace(0.25, 1, 5, dtype=np.float32)[:, None], (3, 5, 3))
bright = np.full((4, 2, 3), 200, dtype=np.uint8)
with check("gradient", points=2) as c:
    rising = c.call(gradient, white, 0.25, 1)
    rising.satisfies(lambda out: (out[0] == out[2]).all(), "every row gets the same light")
    rising.satisfies(lambda out: abs(float(out[0, 0, 0]) - 0.25) < 1e-6, "the first column gets the left gain")
    rising.close(ramp, "the gain grows in equal steps up to the right gain in the last column", atol=1e-6)
    c.call(gradient, white, 2.0, 2.0).close(white, "floats never exceed 1")
    c.call(gradient, bright, 1.5, 1.0).close(
        np.broadcast_to(np.uint8([[255], [200]]), (4, 2, 3)), "200 * 1.5 is 255, not 44: bytes clip before the cast")
    c.call(gradient, np.full((2, 2, 3), 5, np.uint8), 0.55, 0.55).close(
        np.full((2, 2, 3), 3, np.uint8), "5 * 0.55 = 2.75 becomes 3: bytes are rounded")
c.score

# %% test="gradient-full" points=2 hidden=true
# Other sizes and gains, a picture of one column, and an array on another device.
with check("gradient", points=2) as c:
    picture = c.rng.random((3, 6, 3), dtype=np.float32)
    coded = c.rng.integers(0, 256, (4, 11, 3), dtype=np.uint8)
    left, right = float(c.rng.uniform(1.4, 2.2)), float(c.rng.uniform(0.1, 0.5))

    def exact(image, top):
        gains = np.linspace(left, right, image.shape[1])[:, None]
        return np.clip(image.astype(np.float64) * gains, 0, top)
    c.call(gradient, picture, left, right).close(
        exact(picture, 1), "floats follow the gain and clip at 1", dtype="float32", atol=1e-5)
    c.call(gradient, coded, left, right).close(
        exact(coded, 255), "bytes follow the gain, rounded and clipped", dtype="uint8", atol=0.501)
    c.call(gradient, np.ascontiguousarray(coded[:, ::-1]), right, left).close(
        exact(coded, 255)[:, ::-1], "a gain that rises from left to right", dtype="uint8", atol=0.501)
    c.call(gradient, coded[:, :1], 0.5, 2.0).close(
        coded[:, :1] * 0.5, "a picture of one column gets the left gain", dtype="uint8", atol=0.501)
    c.call(gradient, picture, -1.0, -0.5).close(np.zeros((3, 6, 3), np.float32), "nothing falls below 0")
    rise = np.clip(coded * np.linspace(-1, 2, 11)[:, None], 0, 255)
    c.call(gradient, coded, -1.0, 2.0).close(rise, "bytes clip at both ends", dtype="uint8", atol=0.501)
    c.call(gradient, coded % 2, 0.8, 0.8).close(coded % 2, "a picture of bytes 0 and 1 is one of bytes")
    c.call(gradient, device_memory(picture), left, right).close(
        exact(picture, 1), "floats on another device stay there", dtype="float32", atol=1e-5)
    c.call(gradient, device_memory(coded), left, right).close(
        exact(coded, 255), "bytes on another device stay there", dtype="uint8", atol=0.501)
c.score

# %% tags=["experiment"]
explore(gradient, photo, sliders={"left": (0.0, 3.0, 0.1, 1.8), "right": (0.0, 3.0, 0.1, 0.3)},
        alt="The photograph with a gain that changes from left to right")

# %% [markdown]
# ## 6 · `mix_channels`: every output looks at every input
#
# So far red stayed red. Now each output channel is a mixture of all three inputs, with nine weights:
#
# $$\text{out}_i = \sum_{j} \text{matrix}_{ij} \cdot \text{pixel}_j \qquad
# \begin{pmatrix} r' \\ g' \\ b' \end{pmatrix} = \begin{pmatrix} m_{00} & m_{01} & m_{02} \\ m_{10} & m_{11} & m_{12} \\ m_{20} & m_{21} & m_{22} \end{pmatrix}
# \begin{pmatrix} r \\ g \\ b \end{pmatrix}$$
#
# Sepia is such a matrix. So is an eye that lacks one kind of cone.
#
# | array | shape |
# |---|---|
# | image | $(H, W, 3)$, the last axis is $j$ |
# | matrix | $(3, 3)$: row $i$ of the output, column $j$ of the input |
# | result | $(H, W, 3)$, the last axis is $i$ |
#
# **Predict.** `image @ matrix` runs without an error. Which of the two axes of the matrix does it sum over?

# %% answer="mix_channels"
def mix_channels(image, matrix):
    """Mix the channels of every pixel: out[i] = sum over j of matrix[i][j] * pixel[j].

    image: (H, W, 3), float32 from 0 to 1 or uint8 from 0 to 255, of any array library.
    matrix: three rows of three numbers, as a list of lists.
    Returns a new array like image, clipped to 0..1 or 0..255; bytes are rounded to the nearest.
    """
    ### BEGIN SOLUTION
    xp = array_module(image)
    weights = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ weights.T
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    else:
        values = xp.clip(values, 0, 1)
    return xp.astype(values, image.dtype)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The matrix product `a @ b` sums over the *last* axis of `a` and the *first* axis of `b`. The formula sums over $j$, the matrix's second axis.
#
# </details>
# <details><summary>Hint 2</summary>
#
# So turn the matrix round: `weights.T`. Try it with a matrix that swaps two channels in one direction only.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# weights = xp.asarray(matrix, dtype=xp.float32, device=image.device)
# values = xp.astype(image, xp.float32) @ weights.T
# # the end is that of gradient
# ```
#
# </details>

# %% test="mix_channels-basic" points=1
pixel = np.array([[[0.2, 0.4, 0.8]]], dtype=np.float32)
one = np.array([[[10, 100, 200]]], dtype=np.uint8)
with check("mix_channels", points=1) as c:
    c.call(mix_channels, pixel, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).close(
        pixel, "the unit matrix changes nothing", atol=1e-6)
    c.call(mix_channels, pixel, [[0, 0, 1], [0, 1, 0], [1, 0, 0]]).close(
        np.float32([[[0.8, 0.4, 0.2]]]), "a matrix can swap red and blue", atol=1e-6)
    c.call(mix_channels, pixel, [[0, 0, 1], [0, 1, 0], [0, 0, 0]]).close(
        np.float32([[[0.8, 0.4, 0.0]]]), "matrix[0][2] takes blue into red, not red into blue", atol=1e-6)
    c.call(mix_channels, one, [[1, 1, 1], [0, 1, 0], [0, 0, 1]]).close(
        np.uint8([[[255, 100, 200]]]), "10 + 100 + 200 becomes 255")
    c.call(mix_channels, one, [[1, 0, 0], [0, 1, 0], [-1, 0, 0]]).close(np.uint8([[[10, 100, 0]]]), "-10 becomes 0")
    c.call(mix_channels, one, [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]).close(
        np.uint8([[[5, 50, 100]]]), "weights are fractions, used as they are")
    c.call(mix_channels, one, [[0.57, 0, 0], [0, 1, 0], [0, 0, 1]]).close(
        np.uint8([[[6, 100, 200]]]), "5.7 becomes 6: bytes are rounded")
c.score

# %% test="mix_channels-full" points=2 hidden=true
# Random matrices and pictures, and an array on another device.
with check("mix_channels", points=2) as c:
    picture = c.rng.random((4, 5, 3), dtype=np.float32)
    coded = c.rng.integers(0, 256, (6, 3, 3), dtype=np.uint8)
    weights = c.rng.uniform(-0.4, 0.9, (3, 3))
    exact = np.clip(picture.astype(np.float64) @ weights.T, 0, 1)
    c.call(mix_channels, picture, weights.tolist()).close(exact, "floats are mixed and clipped", dtype="float32", atol=1e-5)
    c.call(mix_channels, device_memory(picture), weights.tolist()).close(
        exact, "floats on another device stay there", dtype="float32", atol=1e-5)
    c.call(mix_channels, coded % 2, [[0.8, 0, 0], [0, 0.8, 0], [0, 0, 0.8]]).close(
        coded % 2, "a picture of bytes 0 and 1 is one of bytes")
    exact = np.clip(coded.astype(np.float64) @ weights.T, 0, 255)
    c.call(mix_channels, coded, weights.tolist()).close(
        exact, "bytes are mixed, rounded and clipped", dtype="uint8", atol=0.501)
    c.call(mix_channels, device_memory(coded), weights.tolist()).close(
        exact, "bytes on another device stay there", dtype="uint8", atol=0.501)
c.score

# %% [markdown]
# **Look through other eyes.** The matrices for colour blindness are published (G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, *A
# physiologically-based model for simulation of color vision deficiency*, IEEE TVCG 15, 2009; full severity). They were made for linear light; on the
# bytes of a file they give an impression, not a diagnosis. The sepia matrix is folklore.

# %% tags=["experiment"]
EYES = {
    "as it is": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "sepia": [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]],
    "no red cones (protanopia)": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones (deuteranopia)": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue cones (tritanopia)": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
flower = photograph("flower")
explore(lambda image, eyes: mix_channels(image, EYES[eyes]), flower, choices={"eyes": list(EYES)},
        alt="A flower through the chosen eyes")

# %% [markdown]
# ## 7 · Stretch: `grayscale`
#
# One output channel, three weights: 0.299, 0.587 and 0.114, from the days of analogue television (ITU-R BT.601). The eye is most sensitive to green.

# %% answer="grayscale" tier="stretch"
def grayscale(image):
    """Weigh the channels: 0.299 * red + 0.587 * green + 0.114 * blue.

    image: (H, W, 3), float32 from 0 to 1 or uint8 from 0 to 255, of any array library.
    Returns a new array (H, W) of the same dtype, library and device; bytes are rounded to the
    nearest.
    """
    ### BEGIN SOLUTION
    xp = array_module(image)
    weights = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ weights
    if image.dtype == xp.uint8:
        values = xp.round(values)
    return xp.astype(values, image.dtype)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# It is one row of `mix_channels`. Which shape has the row, and which the product?
#
# </details>
# <details><summary>Hint 2</summary>
#
# $(H, W, 3)$ `@` $(3,)$ is $(H, W)$: the axis that is summed over disappears.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `xp.astype(image, xp.float32) @ weights`, then round for bytes, then back to `image.dtype`.
#
# </details>

# %% test="grayscale-basic" points=1
pure = np.eye(3, dtype=np.float32).reshape(1, 3, 3)  # a red, a green and a blue pixel
with check("grayscale", points=1) as c:
    grey = c.call(grayscale, pure)
    grey.close(np.float32([[0.299, 0.587, 0.114]]), "red, green and blue have their own weights")
    grey.satisfies(lambda out: out[0, 1] > out[0, 0] > out[0, 2], "green counts most, blue least")
    c.call(grayscale, pure[:, 1:2]).close(np.float32([[0.587]]), "pure green becomes 0.587")
    c.call(grayscale, np.full((2, 3, 3), 77, np.uint8)).close(
        np.full((2, 3), 77, np.uint8), "a grey of bytes stays as grey as it was")
    c.call(grayscale, np.uint8([[[9, 0, 0]]])).close(np.uint8([[3]]), "2.691 becomes 3: bytes are rounded")
c.score

# %% test="grayscale-full" points=1 hidden=true
# Random bytes and floats, and an array on another device.
with check("grayscale", points=1) as c:
    picture = c.rng.random((5, 4, 3), dtype=np.float32)
    coded = c.rng.integers(0, 256, (9, 7, 3), dtype=np.uint8)
    weights = np.array([0.299, 0.587, 0.114])
    c.call(grayscale, picture).close(picture @ weights, "floats are weighed", dtype="float32", atol=1e-6)
    c.call(grayscale, device_memory(picture)).close(
        picture @ weights, "floats on another device stay there", dtype="float32", atol=1e-6)
    c.call(grayscale, coded % 2).close(
        (coded % 2) @ weights, "a picture of bytes 0 and 1 is one of bytes", dtype="uint8", atol=0.501)
    c.call(grayscale, coded).close(coded @ weights, "bytes are weighed and rounded", dtype="uint8", atol=0.501)
    c.call(grayscale, device_memory(coded)).close(
        coded @ weights, "bytes on another device stay there", dtype="uint8", atol=0.501)
c.score

# %% [markdown]
# ## 8 · The same code elsewhere
#
# A GPU has memory of its own, and NumPy can't reach into it. There may be no GPU here, so we take a stand-in: `device_memory(x)` copies an array to the second
# device of the library *array_api_strict*, where NumPy's functions fail as they would on a card. (In some points it is stricter than a card: it takes nothing that
# the array API standard doesn't promise.) It says nothing about speed. It says whether your code would *run*.
#
# **Predict.** Here is a fifth filter. It works on every picture so far. Will it work there?

# %% tags=["experiment"]
def negative(image):
    return 255 - np.asarray(image)


def try_there(name, run):
    """Run a filter on the other device, and say in one line how it went."""
    try:
        print(f"{name:12} runs there; the result is on {run().device}")
    except NotImplementedError:
        print(f"{name:12} is not written yet")
    except Exception as error:
        print(f"{name:12} fails there: {type(error).__name__}: {error}")


far = device_memory(photo[:40, :60])
print("photo on the other device:", far.shape, far.dtype, far.device)
try_there("darken", lambda: darken(far, 0.5))
try_there("tint", lambda: tint(far, (10, 25, 90), 0.4))
try_there("gradient", lambda: gradient(far, 1.8, 0.3))
try_there("mix_channels", lambda: mix_channels(far, EYES["sepia"]))
try_there("negative", lambda: negative(far))

# %% [markdown]
# That is all it takes to be portable: ask the array for its library, and never leave it. Hand these functions a CuPy array and they run on a GPU, as they stand.

# %% [markdown]
# ## 9 · The ladder: the same arithmetic, less moving
#
# Now the question from the start: 36 million values, darkened and tinted. Six ways to write it, given. Read them, then **predict**: which
# step gains the most?
#
# Both filters together are one line for each value: $v \mapsto a \cdot v + b$, with $a = 0.45 \cdot 0.6$ and $b = 0.4 \cdot \text{blue}$ per channel.

# %% given="ladder_rungs"
H, W = 3000, 4000
BLUE = np.array([0.04, 0.10, 0.35], dtype=np.float32)


def loops(image, out):
    """Plain Python: one value at a time."""
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            for channel in range(3):
                out[row, column, channel] = 0.6 * (0.45 * image[row, column, channel]) + 0.4 * BLUE[channel]


def as_written(image, out):
    """NumPy as the formula stands: every operation makes a whole new picture."""
    dark = image * np.float32(0.45)
    out[...] = np.float32(0.6) * dark + np.float32(0.4) * BLUE


def long_rows(image, out):
    """The colour repeated along the row: the innermost loop is 12,000 values long and not 3."""
    paint = np.tile(np.float32(0.4) * BLUE, image.shape[1])
    flat = image.reshape(image.shape[0], -1)
    out.reshape(flat.shape)[...] = np.float32(0.6) * (flat * np.float32(0.45)) + paint


def in_place(image, out):
    """No new pictures: three operations that write into memory which is there already, in three passes."""
    paint = np.tile(np.float32(0.4) * BLUE, image.shape[1])
    flat, result = image.reshape(image.shape[0], -1), out.reshape(image.shape[0], -1)
    np.multiply(flat, np.float32(0.45), out=result)
    np.multiply(result, np.float32(0.6), out=result)
    np.add(result, paint, out=result)


def merged(image, out):
    """The two factors multiplied once, beforehand: 0.45 * 0.6 = 0.27. Two passes."""
    paint = np.tile(np.float32(0.4) * BLUE, image.shape[1])
    flat, result = image.reshape(image.shape[0], -1), out.reshape(image.shape[0], -1)
    np.multiply(flat, np.float32(0.27), out=result)
    np.add(result, paint, out=result)


def one_pass(image, out, rows=32):
    """The same two operations strip by strip: the second finds its strip still in the cache."""
    paint = np.tile(np.float32(0.4) * BLUE, image.shape[1])
    flat, result = image.reshape(image.shape[0], -1), out.reshape(image.shape[0], -1)
    for top in range(0, image.shape[0], rows):
        strip = result[top : top + rows]
        np.multiply(flat[top : top + rows], np.float32(0.27), out=strip)
        np.add(strip, paint, out=strip)


def plain_copy(image, out):
    """No arithmetic at all: read every byte, write every byte."""
    np.copyto(out, image)

# %% tags=["experiment"]
big = np.resize(photo.astype(np.float32) / 255, (H, W, 3))  # twelve megapixels, 144 MB
out = np.zeros_like(big)
crop = np.ascontiguousarray(big[:40, :50])

slow = measure(loops, crop, np.zeros_like(crop), label="Python loops, 40 x 50 crop")
whole = slow.median_s * big.size / crop.size  # a formula on a measurement: modelled
rungs = {"Python loops": whole}
provenance = {"Python loops": "modelled"}
for name, function in {"NumPy as written": as_written, "long rows": long_rows,
                       "in place, three passes": in_place, "merged, two passes": merged,
                       "one pass": one_pass}.items():
    rungs[name] = measure(function, big, out, label=name, nbytes=2 * big.nbytes)
    provenance[name] = "measured"
    print(rungs[name])
floor = measure(plain_copy, big, out, label="plain copy", nbytes=2 * big.nbytes)
print(floor)

record("day for night, Python loops", whole, "s", "modelled", source="40 x 50 crop, measured here, times its share")
record("day for night, NumPy as you would write it", rungs["NumPy as written"])
record("day for night, one pass", rungs["one pass"])
record("one pass over plain copy", rungs["one pass"].median_s / floor.median_s, "x")

# %% tags=["experiment"]
asked = {"Python loops": "day for night, Python loops",
         "NumPy as written": "day for night, NumPy as you would write it"}
guesses = {rung: ledger_view.guess(key) for rung, key in asked.items() if ledger_view.guess(key)}
show(ladder(rungs, guesses=guesses, provenance=provenance, floor_s=floor.median_s,
            floor_label="a plain copy"),
     alt="Bars on a logarithmic scale: Python loops take seconds, each NumPy rung less, "
         "and the last one comes close to a plain copy")

# %% [markdown]
# **Explain.** Read the ladder from the bottom.
#
# - *one pass* and *merged* do the same arithmetic: one product and one sum for each value. *one pass* only moves less, because its second operation finds the strip in the cache.
# - *in place* does the arithmetic of *long rows*. What went away are the new pictures.
# - *long rows* does the arithmetic of *as written*. A loop over three channels costs more to start than to run.
# - *Python loops* pay for the interpreter: dozens of its steps for each value, and a fresh number object for most of them.
#
# The dashed line is a plain copy by one core: every byte read, every byte written, no arithmetic at all. A filter that reads one array and writes another gets near it, and hardly below. (If *one pass* loses to
# *merged*, something else was using this machine while you measured: a warning stands above the chart. Run the cell again.) What does beat the line moves less: it overwrites the picture in place, or works on bytes, a quarter of the floats.

# %% [markdown]
# ### More cores, more speed?
#
# NumPy used one core. Cut the picture into as many parts as there are cores and let each darken its own. **Predict** the gain.

# %% tags=["experiment"]
predict("gain of all cores, day for night", None, "x")
predict("gain of all cores, a filter full of tangents", None, "x")

# %% tags=["experiment"]
import os
from concurrent.futures import ThreadPoolExecutor

cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
pool = ThreadPoolExecutor(cores)


def on_all_cores(function, image, out):
    parts = zip(np.array_split(image, cores), np.array_split(out, cores), strict=True)
    list(pool.map(lambda pair: function(*pair), parts))


def tangents(image, out, rows=8):
    """Much arithmetic for each value: the tangent of the tangent, strip by strip."""
    for top in range(0, image.shape[0], rows):
        strip = out[top : top + rows]
        np.tan(np.tan(image[top : top + rows], out=strip), out=strip)


small = big[:200].copy()
for name, function, image in (("day for night", one_pass, big), ("a filter full of tangents", tangents, small)):
    result = np.zeros_like(image)
    alone = measure(function, image, result, label=f"{name}, one core")
    together = measure(lambda f=function, i=image, r=result: on_all_cores(f, i, r), label=f"{name}, {cores} cores")
    print(alone, together, sep="\n")
    record(f"gain of all cores, {name}", alone.median_s / together.median_s, "x")

# %% [markdown]
# On an idle machine the tangents gain almost as many times as there are cores: each core has its own arithmetic, and NumPy lets go of Python's lock while it computes. Day for night gains less: the cores share one memory, and it
# is the memory that is busy. (If the gains come out below 1, or the wrong way round, the cores were not yours alone. Close what you can and measure again.) Remember this when you read "10,000 cores" on a datasheet.

# %% [markdown]
# ## 10 · Count the bytes
#
# If moving is what costs, then count it. A filter that reads a picture once and writes one back moves 2 x its size; `as_written` above moves much more.
#
# **Goal.** Bytes that whole-array reads and writes move.

# %% answer="bytes_moved"
def bytes_moved(shape, itemsize, reads, writes):
    """Bytes moved between memory and processor by whole-array reads and writes.

    shape: a tuple of lengths, for example (H, W, 3).
    itemsize: bytes of one value (1 for uint8, 4 for float32).
    reads, writes: how many times the whole array is read and written.
    Returns an int.
    """
    ### BEGIN SOLUTION
    values = 1
    for length in shape:
        values *= length
    return values * itemsize * (reads + writes)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# How many values has the array? How many bytes each? How many journeys?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The number of values is the *product* of the lengths, for any number of axes: `math.prod(shape)`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `math.prod(shape) * itemsize * (reads + writes)`. A read and a write are journeys alike, so they add.
#
# </details>

# %% test="bytes_moved-basic" points=1
with check("bytes_moved", points=1) as c:
    c.call(bytes_moved, (2, 4, 3), 1, 2, 2).equal(96, "24 bytes, read twice and written twice")
    c.call(bytes_moved, (2, 4, 3), 4, 2, 2).equal(384, "floats take four bytes each")
    c.call(bytes_moved, (2, 4, 3), 4, 2, 1).equal(288, "two reads and one write are three journeys")
    c.call(bytes_moved, (1, 2, 3), 4, 2, 2).equal(96, "another shape: six floats")
    c.call(bytes_moved, (2, 4, 3), 4, 1, 0).equal(96, "a sum reads the array and writes nothing back")
c.score

# %% test="bytes_moved-full" points=1 hidden=true
# Other shapes, more axes, and arrays too large for 32 bits.
with check("bytes_moved", points=1) as c:
    lengths = tuple(int(n) for n in c.rng.integers(3, 50, 3))
    reads, writes = int(c.rng.integers(3, 9)), int(c.rng.integers(3, 9))
    size = lengths[0] * lengths[1] * lengths[2]
    c.call(bytes_moved, lengths, 2, reads, writes).equal(size * 2 * (reads + writes), "any shape, any number of journeys")
    c.call(bytes_moved, (7,), 4, 0, 1).equal(28, "one axis, written only: filling an array")
    c.call(bytes_moved, (256, 3, 2160, 3840), 4, 1, 1).equal(50_960_793_600, "a batch of over four billion values")
    c.call(bytes_moved, (9973, 10007, 3), 1, 1, 0).equal(299_399_433, "every byte counts: no rounding")
c.score

# %% [markdown]
# **Look: predict times from counts.** Bytes over bandwidth is a time. `merged` has two operations, and each reads a picture and writes one: 2 reads, 2 writes. Now count `as_written` yourself, line by
# line, before you run on. How many operations work on whole pictures?

# %% tags=["experiment"]
try:
    own = measure(darken, big, 0.45, label="your darken, floats")
    print(f"{own}: {own.median_s / floor.median_s:.2g} plain copies")
except NotImplementedError:
    print("darken is not written yet")
except Exception as error:
    print(f"darken stops: {type(error).__name__}: {error}")

# %% [markdown]
# That was your own `darken` on the big picture. It has one operation, and takes several copies' time. Where do the others come from? (`xp.astype` makes a new picture even when the dtype is right already, the product makes
# another, and fresh memory must be fetched from the system page by page.) Now the counts.

# %% tags=["experiment"]
bandwidth = 2 * big.nbytes / floor.median_s  # measured: the plain copy, one read and one write
try:
    for name, reads, writes in (("merged, two passes", 2, 2), ("NumPy as written", 4, 4)):
        expected_s = bytes_moved(big.shape, big.itemsize, reads, writes) / bandwidth
        came_out_s = rungs[name].median_s
        print(f"{name:20} predicted {expected_s * 1e3:5.1f} ms (modelled), came out {came_out_s * 1e3:5.1f} ms (measured)")
except NotImplementedError:
    print("bytes_moved is not written yet")
except Exception as error:
    print(f"bytes_moved stops: {type(error).__name__}: {error}")

# %% [markdown]
# Two products, one sum and the copy into `out`: four reads and four writes. For `merged` the count is right within a factor of two. (An ordinary write first fetches the line that it overwrites: a third journey, for the copy too. So the copy that gave us the bandwidth really made
# three, `merged` five and not four, and counted so the prediction comes nearer.) For `as_written` it is far too low, and that is worth knowing: what costs there is not moving, but starting a loop for every three values and asking the system for fresh memory. **A model that fails tells you where to look.**

# %% [markdown]
# ## 11 · Under the roof
#
# **Arithmetic intensity** is operations for each byte moved. Darkening a float: 1 operation, 8 bytes (4 in, 4 out): 0.125. A machine has two limits, and a computation
# runs under both: its arithmetic peak, and intensity times bandwidth. Drawn on logarithmic axes they make a **roof** (S. Williams, A. Waterman and D. Patterson, *Roofline*,
# CACM 52, 2009).

# %% given="speedup"
def arithmetic_intensity(flops, nbytes):
    """Operations for each byte moved, in FLOP/byte."""
    return flops / nbytes


def speedup(baseline, candidate):
    """How many times faster `candidate` is: the ratio of the medians of two timings."""
    return baseline.median_s / candidate.median_s

# %% [markdown]
# | filter, on floats | operations a pixel | bytes a pixel | intensity |
# |---|---|---|---|
# | darken | 3 | 24 | 0.125 |
# | day for night, one pass | 6 | 24 | 0.25 |
# | mix_channels | 15 | 24 | 0.625 |
# | a polynomial of degree 10 | 60 | 24 | 2.5 |
# | for comparison: the matrix product of two 1024 x 1024 arrays | | | 171 |
#
# **Predict.** The last one does twenty operations for each value, twenty times what darkening does. How many times longer will it take, written strip by strip? Guess before you run on.

# %% tags=["experiment"]
predict("polynomial of degree 10 over darken, time", None, "x")

# %% tags=["experiment"]
def by_strips(operate, rows=32):
    """Make a filter that works strip by strip, so that only the first read and the last write go to memory."""
    def run(image, out):
        flat, result = image.reshape(image.shape[0], -1), out.reshape(image.shape[0], -1)
        for top in range(0, flat.shape[0], rows):
            operate(flat[top : top + rows], result[top : top + rows])
    return run


def scale(strip, result):
    np.multiply(strip, np.float32(0.45), out=result)


def polynomial(strip, result):  # Horner's rule: ten products, ten sums
    np.multiply(strip, np.float32(0.1), out=result)
    for _ in range(9):
        np.add(result, np.float32(0.1), out=result)
        np.multiply(result, strip, out=result)
    np.add(result, np.float32(0.1), out=result)


def mix(strip, result):
    np.matmul(strip.reshape(-1, 3), np.float32(EYES["sepia"]).T, out=result.reshape(-1, 3))


roof = measure_roof()
print(roof)
values = big.size
kernels = {"darken": (scale, 1 * values), "day for night": (None, 2 * values),
           "mix_channels": (mix, 5 * values), "polynomial, degree 10": (polynomial, 20 * values)}
points, times = {}, {}
for name, (operate, flops) in kernels.items():
    times[name] = rungs["one pass"] if operate is None else measure(by_strips(operate), big, out, label=name)
    points[name] = (arithmetic_intensity(flops, 2 * big.nbytes), flops / times[name].median_s)
# The flat top was measured with a matrix product of 1024 x 1024: 2 * 1024**3 operations, three arrays moved once.
points["matrix product"] = (arithmetic_intensity(2 * 1024**3, 3 * 4 * 1024**2), roof.peak_flops)
record("polynomial of degree 10 over darken, time", speedup(times["polynomial, degree 10"], times["darken"]), "x")

# %% tags=["experiment"]
show(roofline(roof, points),
     alt="Five computations as dots under this machine's roof: darken and day for night lie near the slope, where memory is the "
         "limit; the matrix product at the flat top, where arithmetic is; the polynomial and mix_channels well below")

# %% [markdown]
# **Read it.** A dot on the slope waits for memory. A dot at the flat top waits for arithmetic: the matrix product uses every value a thousand times, so moving hardly matters. The corner between them is the **ridge**: left of it,
# memory is the limit, right of it, arithmetic.
#
# And the polynomial? It stands left of most ridges, so its twenty operations should cost no more time than darken's one. They cost several times as much. The roof knows two limits; here is a third: NumPy does the twenty operations as
# twenty loops, and each carries the strip from the cache to the arithmetic and back. A loop that kept a value in a register and did all twenty there would come near the roof. You write such a loop in lab 02. `mix_channels` hangs
# low for a kindred reason: a matrix product whose matrix is three wide has no time to get going.
#
# (A dot may lie a little *above* the slope: the slope is measured too, by a copy, and a copy can be disturbed.)

# %% [markdown]
# ## 12 · The journey costs more than the work
#
# A GPU's memory is fast, but the picture starts in yours. To the card, through the filter, and back: three parts. Here they are modelled from published figures: a T4 reads its memory with 320 GB/s (published:
# NVIDIA's T4 product brief), and PCIe 3.0 x16 carries 16 GB/s in one direction (published rate, before overhead: from ordinary memory you see less). Your processor's part is measured.
#
# **Predict.** One filter: card or processor, who wins? And ten filters, one after the other, before the picture comes home?

# %% tags=["experiment"]
one_way, memory = 16e9, 320e9  # byte/s, published
travel_s, there_s, here_s = big.nbytes / one_way, 2 * big.nbytes / memory, rungs["one pass"].median_s
bars = {"here": {"compute": here_s}, "on a T4": {"to the card": travel_s, "compute": there_s, "back": travel_s}}
show(stacked(bars, provenance={"here": "measured", "on a T4": "modelled"}, title="one filter"),
     alt="Two stacked bars for one filter. On the card nearly all the time goes into the two journeys, and it ends about where "
         "this processor does")
for filters in (1, 10, 100):
    gain = filters * here_s / (2 * travel_s + filters * there_s)
    print(f"{filters:3} in a row: the T4, both journeys included, is {gain:.2g} times as fast as this processor (modelled)")
record("share of the trip that is travel, one filter on a T4", 2 * travel_s / (2 * travel_s + there_s), "", "modelled",
       source="144 MB each way over PCIe 3.0 x16, T4 memory, published rates")

# %% [markdown]
# **Work it out.** With one filter the card's time is nearly all travel, and who wins is almost a draw. The trip pays as soon as
#
# $$n > \frac{\text{both journeys}}{\text{time here} - \text{time there}} \quad\text{filters run before the picture comes home.}$$
#
# Put your numbers in. Then imagine a processor with a quarter of your time. And what could the card gain at most, for very many filters? A neural network runs hundreds of layers on a picture before it comes home: that is why it lives on the card.

# %% [markdown]
# ## 13 · On real hardware
#
# With an NVIDIA GPU and CuPy, your functions run on the card as they stand, the last guess is settled by measurement, and the two journeys are timed as well.

# %% tags=["experiment"]
machine = detect(quick=True)
try:
    import cupy

    on_card = cupy.is_available()
except ImportError:
    on_card = False
if on_card:
    card_image = cupy.asarray(big)
    card_time = measure(lambda image: tint(darken(image, 0.45), (0.04, 0.10, 0.35), 0.4), card_image,
                        label=f"your filters on {machine.best().name}")
    print(card_time)
    record("day for night, on a GPU", card_time)
    print(measure_transfer(big, "cuda:0"))
else:
    print("No GPU that CuPy can use here, so the figure is modelled: 288 MB through a T4's published 320 GB/s.")
    record("day for night, on a GPU", 2 * big.nbytes / 320e9, "s", "modelled",
           source="T4: 288 MB over 320 GB/s, one pass, no transfers")

# %% [markdown]
# Where to see it live: in Colab choose *Runtime ▸ Change runtime type ▸ T4 GPU* and run this notebook again. Your ledger notes for each measured figure the machine that it comes from.

# %% [markdown]
# ## 14 · You have written a neuron
#
# Look at `mix_channels` drawn the other way: three inputs, three outputs, nine weights.

# %% tags=["experiment"] jupyter={"source_hidden": true}
weights = np.array(EYES["sepia"])
small_photo = photo[::2, ::2].astype(np.float32) / 255
with style():
    fig, axes = plt.subplots(1, 3, figsize=(8, 3.5), width_ratios=[1.0, 1.25, 1.0], layout="constrained")
axes[0].imshow(small_photo)
axes[0].set_title("x: every pixel has three numbers", fontsize=10)
axes[2].imshow(np.clip(small_photo @ weights.T, 0, 1))
axes[2].set_title("clip(W x): three others", fontsize=10)
for axis in axes:
    axis.axis("off")
net, colours = axes[1], ("#C1121F", "#1B7F3B", "#1D4ED8")
net.set(xlim=(-0.28, 1.28), ylim=(-1.25, 2.55))
net.set_title("mix_channels: nine weights", fontsize=10)
for i in range(3):
    for j in range(3):
        net.plot([0, 1], [2 - j, 2 - i], color="#444444", linewidth=0.6 + 5 * weights[i, j], alpha=0.75, zorder=1)
    for x, name in ((0, "rgb"[i]), (1, "rgb"[i] + "′")):
        net.scatter(x, 2 - i, s=620, color=colours[i], edgecolor="white", linewidth=1.5, zorder=2)
        net.text(x, 2 - i, name, color="white", ha="center", va="center", fontsize=12, fontweight="bold", zorder=3)
net.text(0.5, -0.72, "out$_i$ = clip( $\\sum_j$ W$_{ij}$ x$_j$ )", ha="center", fontsize=13)
net.text(0.5, -1.15, "the thicker the line, the larger the weight", ha="center", fontsize=9)
show(fig, alt="Left the photograph, right the same in sepia. Between them three dots for red, green and blue are joined by nine lines "
              "to three dots of output, as a layer of a neural network is drawn; below, the formula clip of W x")

# %% [markdown]
# | your filter | its formula | in a network it is called | formula |
# |---|---|---|---|
# | `darken` | image * factor | a weight | $w x$ |
# | `tint` | image * (1 - s) + s * colour | a weight and a bias | $w x + b$ |
# | clipping | min(max(v, 0), 1) | an activation | ReLU, capped at 1 |
# | `mix_channels` | matrix @ pixel | a layer: a 1 x 1 convolution | $W x$ |

# %% [markdown]
# `tint` has the bias, `mix_channels` the weights. A layer has both: clip(W x + b). The photographer chooses the numbers by eye. A network *learns* them. That is the difference that matters, and the rest of this course.

# %% [markdown]
# ## 15 · In your own words
#
# **A card has ten times the arithmetic of another, and twice its memory bandwidth. It darkens pictures only twice as fast. Why?** In at most 120 words: name the mechanism, use one number from your ledger, and say for which
# filter the answer would be different. A person reads this.
#
# <details><summary>How it is marked (0 to 3)</summary>
#
# One point each: the mechanism (bandwidth, intensity), a number that you measured or a count that you made, the limit (where the statement stops being true).
#
# </details>

# %% [markdown] written="why-bandwidth" points=3
# Darkening does one operation for every eight bytes, an intensity of 0.125, far left of the ridge: the processor waits for memory. Here one pass took 1.4 times a plain copy
# that computes nothing, so almost all the time is moving. A card with ten times the arithmetic but twice the bandwidth moves the picture
# twice as fast, and the arithmetic stays idle. A matrix product of 1024 x 1024 does 171 operations for each byte, right of either card's ridge: there
# arithmetic is the limit, and the card would come near ten times.

# %% [markdown]
# ## 16 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("01_image_filters")

# %% tags=["experiment"]
guessed = ledger_view.plot("01_image_filters")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> A colleague's filter returns float64 for a float32 picture. It looks right on screen. What does it cost?</summary>
#
# Twice the bytes written, and twice those read by whatever comes next. For a filter that waits for memory this is time, not tidiness.
#
# </details>
# <details><summary><b>2.</b> Why does <code>(image * 1.5).astype("uint8")</code> make bright pixels dark?</summary>
#
# The products go up to 382, and a byte keeps what is left after subtracting 256. Clip before you cast.
#
# </details>
# <details><summary><b>3.</b> You may rewrite three filters as one pass over the picture, or buy a processor with three times the FLOP/s. Which helps day for night?</summary>
#
# The rewriting. It cuts the journeys to memory from three to one. The new processor would wait for the same memory.
#
# </details>
#
# ## What comes next
#
# NumPy decided for you how the 36 million values are shared out among the arithmetic. In **02** you decide: one thread for each pixel, and a picture that goes wrong when threads
# meet. In **03** the nine numbers of `mix_channels` become numbers that a machine learns.
#
# ## Sources
#
# - The photographs and their makers: `gpu_utils.samples.credit`.
# - S. Williams, A. Waterman, D. Patterson: *Roofline: an insightful visual performance model for multicore architectures*, CACM 52 (2009), 65-76.
# - G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: *A physiologically-based model for simulation of color vision deficiency*, IEEE TVCG 15 (2009), 1291-1298.
# - Luma weights: Recommendation ITU-R BT.601.
# - The array API standard: <https://data-apis.org/array-api/latest/>. NVIDIA T4 product brief: memory bandwidth.
