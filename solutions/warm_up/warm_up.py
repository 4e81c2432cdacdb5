# %% [markdown] title=true minutes=40 hardware="nothing: every step runs on any machine"
# # Warm-up · Arrays you can see
#
# {badges}
#
# {line}
#
# Four ideas carry the whole course: an axis, broadcasting, a dtype and the matrix product. You may know them as rules. Here you
# look at them, each in a photograph. Nothing is graded. If you can predict every picture before you see it, skip the rest.
#
# **You will be able to**
#
# - say which axis of an array a sum removes, and what shape is left;
# - line two shapes up from the right, and say whether they broadcast;
# - see a byte overflow, and prevent it;
# - read a matrix product as "every row meets every column", and count its operations.
#
# **Before this:** a little Python. **After this:** 01.
#
# ```
# warm_up (you are here) ──► 01  a picture is a matrix
# ```

# %% setup=true

# %%
import numpy as np
from gpu_utils import check, ledger_view, predict, record
from gpu_utils.plotting import new_figure, pixel_grid, show, show_images, style
from gpu_utils.samples import credit, photograph
from gpu_utils.timing import measure
from gpu_utils.widgets import explore

flower = photograph("flower")
palace = photograph("china")
print("flower", flower.shape, flower.dtype, "·", credit("flower"))
print("palace", palace.shape, palace.dtype, "·", credit("china"))

# %% [markdown]
# ## 1 · An axis is a direction to walk in
#
# `flower[row, column, channel]`: axis 0 walks down the rows, axis 1 along the columns, axis 2 through red, green and blue. Here is a corner of the
# flower, eight pixels by eight.

# %% tags=["experiment"]
show(pixel_grid(flower[200:208, 300:308], row=200, column=300),
     alt="Eight by eight pixels from the middle of the flower, each with its red, green and blue value printed inside")

# %% [markdown]
# `flower.mean(axis=0)` walks down axis 0 and leaves **one mean for each place on the other axes**. The axis you name is the axis that disappears.
#
# **Predict.** What are the three shapes of `flower.mean(axis=0)`, `axis=1` and `axis=2`? Which of them is a grey picture? Write them down, then run.

# %% tags=["experiment"]
down, along, through = (flower.mean(axis=axis) for axis in (0, 1, 2))
for name, what in (("axis=0", down), ("axis=1", along), ("axis=2", through)):
    print(f"flower.mean({name}) has the shape {what.shape}")

# %% tags=["experiment"]
with style():
    fig = new_figure(8, 3.3)
    panels = fig.subplots(2, 3, width_ratios=[1, 0.12, 1], height_ratios=[1, 0.14])
    height, width, _ = flower.shape
    panels[0, 0].imshow(flower, aspect="auto")
    panels[0, 0].set_title(f"flower, {flower.shape}")
    panels[0, 1].imshow(np.repeat(along[:, None] / 255, 40, axis=1), aspect="auto", extent=(0, 1, height, 0))
    panels[0, 1].set_title("axis=1", fontsize=10)
    panels[1, 0].imshow(np.repeat(down[None] / 255, 40, axis=0), aspect="auto", extent=(0, width, 1, 0))
    panels[1, 0].set_title("axis=0: one colour for each column", fontsize=10)
    panels[0, 2].imshow(through, cmap="gray", vmin=0, vmax=255, aspect="auto")
    panels[0, 2].set_title(f"axis=2: {through.shape}")
    for panel in panels.ravel():
        panel.set_axis_off()
show(fig, alt="The flower; to its right a strip with the mean colour of each row, below it a strip with the mean colour of "
              "each column, and a grey picture, the mean over the channels")

# %% [markdown]
# Several axes may go at once: `flower.mean(axis=(1, 2))` keeps only the rows, one number each.
#
# **Goal.** Find the brightest row of a picture.

# %% answer="brightest_row" tests="basic"
def brightest_row(image):
    """Return the number of the row whose mean over all columns and channels is largest.

    image: NumPy array (H, W, 3), any dtype. Returns an int; of equals the first.
    """
    ### BEGIN SOLUTION
    return int(image.mean(axis=(1, 2)).argmax())
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Which axes have to disappear, so that one number is left for each row?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Columns and channels: axes 1 and 2. `argmax()` then says where the largest of the $H$ means is.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `image.mean(axis=(1, 2))` has the shape $(H,)$. Turn its `argmax()` into an `int`.
#
# </details>

# %% test="brightest_row-basic" points=0
ladder_of_greys = np.arange(4)[:, None, None] * np.ones((4, 5, 3))
one_lamp = np.zeros((6, 4, 3), dtype=np.uint8)
one_lamp[2, 3] = 200
one_lamp[4] = 60
with check("brightest_row", points=0) as c:
    c.call(brightest_row, ladder_of_greys).equal(3, "rows that grow brighter downward: the last one")
    c.call(brightest_row, one_lamp).equal(4, "a row that is grey all along beats a row with one lamp")
    c.call(brightest_row, np.full((3, 7, 3), 9)).equal(0, "of equals the first")
c.score

# %% [markdown]
# ## 2 · Broadcasting lines up from the right
#
# Two shapes fit when, read **from the right**, each pair of lengths is equal, or one of them is 1, or one of them is missing. What is missing or 1
# repeats, without being copied.
#
# | picture | gains | fits? | what one gain does |
# |---|---|---|---|
# | $(H, W, 3)$ | $(\phantom{H, W,}\; 3)$ | yes | one for each channel |
# | $(H, W, 3)$ | $(\phantom{H,}\; W, 1)$ | yes | one for each column |
# | $(H, W, 3)$ | $(H, 1, 1)$ | yes | one for each row |
# | $(H, W, 3)$ | $(\phantom{H, W,}\; H)$ | no | $H$ would have to meet the channels |
#
# **Predict.** Each choice below multiplies the photograph by gains from 1.0 to 0.0 of that shape. Say what you will see before you choose. One of
# them is an error, and its sentence is worth reading.

# %% tags=["experiment"]
height, width, _ = palace.shape
GAINS = {
    "(3,)": np.linspace(1, 0, 3),
    "(W, 1)": np.linspace(1, 0, width)[:, None],
    "(H, 1, 1)": np.linspace(1, 0, height)[:, None, None],
    "(H, W, 1)": (np.linspace(1, 0, height)[:, None] * np.linspace(1, 0, width))[:, :, None],
    "(H,)": np.linspace(1, 0, height),
}


def with_gains(image, gains):
    return image / 255 * GAINS[gains]


explore(with_gains, palace, choices={"gains": list(GAINS)}, alt="The palace, multiplied by gains that fall from one to zero")

# %% [markdown]
# The fourth one is two broadcasts: $(H, 1)$ times $(W,)$ is $(H, W)$, **a whole picture from two lists of numbers**. Try it yourself.
#
# **Goal.** A chessboard, without a loop.

# %% answer="chessboard" tests="basic"
def chessboard(height, width, tile):
    """Draw a chessboard: tiles of `tile` x `tile` pixels, black (0) and white (255) in turn.

    The tile in the top left corner is black. height, width, tile: whole numbers above 0; the last
    tiles may be cut off. Returns a NumPy array (height, width) of dtype uint8.
    """
    ### BEGIN SOLUTION
    rows = np.arange(height)[:, None] // tile
    columns = np.arange(width) // tile
    return ((rows + columns) % 2 * 255).astype(np.uint8)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Number the tiles downward and to the right. A tile is white when the *sum* of its two numbers is odd.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `np.arange(height) // tile` numbers the rows, shape $(H,)$. Give it the shape $(H, 1)$ and add the columns' numbers, shape $(W,)$.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# rows = np.arange(height)[:, None] // tile
# columns = np.arange(width) // tile
# # (rows + columns) % 2 is 0 or 1: make it 0 or 255, and bytes
# ```
#
# </details>

# %% test="chessboard-basic" points=0
with check("chessboard", points=0) as c:
    c.call(chessboard, 2, 3, 1).equal(np.uint8([[0, 255, 0], [255, 0, 255]]), "tiles of one pixel, black first")
    c.call(chessboard, 3, 5, 2).equal(
        np.uint8([[0, 0, 255, 255, 0], [0, 0, 255, 255, 0], [255, 255, 0, 0, 255]]), "larger tiles, the last ones cut off")
c.score

# %% tags=["experiment"]
try:
    board = chessboard(*palace.shape[:2], 40)
    show(show_images({"chessboard": board, "palace * (board > 0)": palace * (board > 0)[:, :, None]},
                     alt="A chessboard and the palace seen through it"),
         alt="A black and white chessboard, and beside it the palace, visible through the white tiles only")
except NotImplementedError:
    print("chessboard is not written yet")

# %% [markdown]
# ## 3 · A dtype is how much fits
#
# | dtype | bytes | holds | and then |
# |---|---|---|---|
# | `uint8` | 1 | whole numbers 0 to 255 | starts again from 0 |
# | `float32` | 4 | about 7 digits, to 3.4e38 | infinity |
# | `float64` | 8 | about 16 digits, to 1.8e308 | infinity |
#
# **Predict.** Two photographs, laid over each other: `(flower + palace) // 2`. What happens where both are bright?

# %% tags=["experiment"]
wrapped = (flower + palace) // 2
wanted = ((flower.astype(np.float32) + palace) / 2).astype(np.uint8)
show(show_images({"(flower + palace) // 2": wrapped, "what you wanted": wanted}, columns=2,
                 alt="Two photographs laid over each other, with and without overflow"),
     alt="Left: a bright sky turned dark red and green, since every sum above 255 wrapped round. Right: flower and palace shine through each other")
print("200 + 100 as bytes:", np.uint8([200]) + np.uint8([100]))

# %% [markdown]
# No warning, no error: 300 does not fit, and 300 - 256 = 44 does. The cure is always the same: **make room first, then compute, then come back**.
#
# **Goal.** The mean of two byte pictures.

# %% answer="overlay" tests="basic"
def overlay(one, other):
    """Return the mean of two pictures, pixel by pixel, as bytes.

    one, other: NumPy arrays of the same shape, uint8. Returns a new array, uint8; a half may be
    rounded up or down.
    """
    ### BEGIN SOLUTION
    return np.round((one.astype(np.float32) + other) / 2).astype(np.uint8)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The sum of two bytes may need nine bits. Which dtype has room?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `one.astype(np.float32) + other` is a float32 array: the wider dtype wins. It is enough to widen one of the two.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Widen, add, divide by 2, round, and `astype(np.uint8)` at the very end.
#
# </details>

# %% test="overlay-basic" points=0
a = np.uint8([[0, 100, 200, 255]])
b = np.uint8([[0, 50, 100, 255]])
with check("overlay", points=0) as c:
    c.call(overlay, a, b).close(np.uint8([[0, 75, 150, 255]]), "200 and 100 meet at 150, not at 22")
    c.call(overlay, a, a).close(a, "a picture over itself is itself")
    c.call(overlay, a, b + np.uint8(1)).close(
        np.array([[0.5, 75.5, 150.5, 127.5]]), "a half goes up or down", dtype="uint8", atol=0.501)
c.score

# %% [markdown]
# ## 4 · The matrix product: every row meets every column
#
# $$(A B)_{ij} = \sum_k A_{ik} B_{kj} \qquad (m, k) \;@\; (k, n) \rightarrow (m, n)$$
#
# The inner lengths must agree, and they disappear. Change `i` and `j` below and see which row meets which column.

# %% tags=["experiment"]
i, j = 1, 2  # i from 0 to 2, j from 0 to 4

A = np.arange(12).reshape(3, 4) % 5
B = np.arange(20).reshape(4, 5) * 3 % 7
products = " + ".join(f"{x}·{y}" for x, y in zip(A[i], B[:, j]))
with style():
    fig = new_figure(8, 2.9)
    panels = fig.subplots(1, 3, width_ratios=[4, 5, 5])
    for panel, matrix, name, lit in ((panels[0], A, f"A, {A.shape}", (i, None)), (panels[1], B, f"B, {B.shape}", (None, j)),
                                     (panels[2], A @ B, f"A @ B, {(A @ B).shape}", (i, j))):
        chosen = np.ones(matrix.shape, dtype=bool)
        if lit[0] is not None:
            chosen &= np.arange(matrix.shape[0])[:, None] == lit[0]
        if lit[1] is not None:
            chosen &= np.arange(matrix.shape[1]) == lit[1]
        panel.imshow(np.where(chosen[:, :, None], [0.90, 0.62, 0.0], [0.94, 0.94, 0.94]))
        for (row, column), value in np.ndenumerate(matrix):
            panel.text(column, row, value, ha="center", va="center", fontweight="bold" if chosen[row, column] else "normal")
        panel.set_title(name)
        panel.set_axis_off()
    fig.supxlabel(f"row {i} of A meets column {j} of B:  {products} = {(A @ B)[i, j]}", fontsize=11)
show(fig, alt=f"Three matrices of numbers; row {i} of A, column {j} of B and their product in row {i}, column {j} of A @ B are marked")

# %% [markdown]
# **Goal.** Write the sum as it stands, with loops, once in your life.

# %% answer="matmul" tests="basic"
def matmul(a, b):
    """Matrix product by the definition: out[i, j] = sum over k of a[i, k] * b[k, j].

    a: NumPy array (m, k); b: (k, n), both float64. Returns a new float64 array (m, n).
    Raises ValueError with one sentence when the inner lengths differ. Without @, np.dot and the like.
    """
    ### BEGIN SOLUTION
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"the inner lengths differ: {a.shape} @ {b.shape}")
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                out[i, j] += a[i, k] * b[k, j]
    return out
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Three loops: over the rows of `a`, over the columns of `b`, and over what they share.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Begin with `np.zeros((a.shape[0], b.shape[1]))`, and add to `out[i, j]` in the innermost loop.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for i in range(a.shape[0]):
#     for j in range(b.shape[1]):
#         for k in range(a.shape[1]):
#             out[i, j] += ...
# ```
#
# </details>

# %% test="matmul-basic" points=0
with check("matmul", points=0) as c:
    left, right = c.rng.random((2, 4)), c.rng.random((4, 3))
    c.call(matmul, left, right).close(left @ right, "(2, 4) @ (4, 3) is (2, 3)", atol=1e-12)
    c.call(matmul, np.eye(3), right[:3]).close(right[:3], "the unit matrix changes nothing")
    c.call(matmul, right, left.T[:2]).raises(ValueError, "(4, 3) @ (2, 2) raises ValueError: 3 is not 2")
c.score

# %% [markdown]
# ### A matrix that turns a picture
#
# A grey photograph is a matrix, so you can multiply it. From the left, `M @ picture` mixes **rows**: row $i$ of the result is what row $i$ of $M$ says. From
# the right, `picture @ M`, it mixes **columns**. **Predict** each of the six pictures before you choose it.

# %% tags=["experiment"]
grey = palace.mean(axis=2).astype(np.uint8)


def matrix(kind, n):
    """An n x n matrix: reversed, shifted down by 60, or a mean over 31 neighbours."""
    unit = np.eye(n)
    if kind == "the unit matrix, upside down":
        return unit[::-1]
    if kind == "ones 60 below the diagonal":
        return np.eye(n, k=-60)
    return sum(np.eye(n, k=k) for k in range(-15, 16)) / 31


def multiply(picture, side, M):
    if side == "M @ picture":
        result = matrix(M, picture.shape[0]) @ picture
    else:
        result = picture @ matrix(M, picture.shape[1])
    return result.clip(0, 255).astype(np.uint8)


explore(multiply, grey, alt="The palace in grey, multiplied by a matrix",
        choices={"side": ["M @ picture", "picture @ M"],
                 "M": ["the unit matrix, upside down", "ones 60 below the diagonal", "a mean over 31 neighbours"]})

# %% [markdown]
# The third one is a blur, along one axis. You have just seen a convolution as a matrix product, and this is one reason why the whole industry builds chips for matrix products.
#
# ### How many operations?
#
# Each of the $m \cdot n$ results takes $k$ products and $k$ sums: $2 m n k$ operations. For two matrices of 1024 x 1024 that is $2 \cdot 1024^3$, a little over two **billion**.
#
# **Predict.** How long does NumPy take for it? And your loops, at their pace?

# %% tags=["experiment"]
predict("matrix product 1024 x 1024, NumPy", None, "s")
predict("matrix product 1024 x 1024, your loops", None, "s")

# %% tags=["experiment"]
large = np.random.default_rng(0).random((1024, 1024), dtype=np.float32)
fast = measure(np.matmul, large, large, label="1024 x 1024, NumPy, float32")
print(fast)
record("matrix product 1024 x 1024, NumPy", fast)
print(f"{2 * 1024**3 / fast.median_s / 1e9:.0f} billion operations a second (measured)")
try:
    small = np.random.default_rng(0).random((24, 24))
    slow = measure(matmul, small, small, label="24 x 24, your loops", repeat=3)
    record("matrix product 1024 x 1024, your loops", slow.median_s * (1024 / 24) ** 3, "s", "modelled",
           source="24 x 24, measured here, times the ratio of the operations")
except NotImplementedError:
    print("matmul is not written yet")

# %% [markdown]
# Same operations, same machine. What lies between the two is what this course is about.

# %% tags=["experiment"]
ledger_view.table("warm_up")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> A batch of pictures has the shape (N, H, W, 3). What is left after <code>mean(axis=(1, 2))</code>?</summary>
#
# (N, 3): one mean colour for each picture. The axes you name disappear.
#
# </details>
# <details><summary><b>2.</b> You want one gain for each picture of that batch. Which shape must the gains have?</summary>
#
# (N, 1, 1, 1). As (N,) they would line up with the channels, and fail, or, if N happens to be 3, silently do the wrong thing.
#
# </details>
# <details><summary><b>3.</b> Which is more work, (10, 1000) @ (1000, 10) or (1000, 10) @ (10, 1000)?</summary>
#
# The second. Both share the same two arrays, but $2mnk$ is 200,000 in the first case and 20,000,000 in the second: the inner length counts once, the outer ones multiply.
#
# </details>
#
# ## What comes next
#
# In **00** you find out what machine this is, if you haven't yet. In **01** you darken the palace until it is night, and learn why that is a neuron.
#
# ## Sources
#
# - The photographs and their makers: `gpu_utils.samples.credit`.
# - Broadcasting: the NumPy manual, <https://numpy.org/doc/stable/user/basics.broadcasting.html>.
