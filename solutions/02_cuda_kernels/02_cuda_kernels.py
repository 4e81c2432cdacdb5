# %% [markdown] title=true minutes=110 hardware="a GPU runs the same kernels, times them, and shows a race that no two runs repeat"
# # 02 · One thread, one pixel
#
# {badges}
#
# {line}
#
# In lab 01 NumPy shared out the pixels for you. Now you do it: you write what *one* thread does with *one* pixel, and start as many
# threads as there are pixels. You will see a photograph go to pieces because nobody told them in which order to run.
#
# **You will be able to**
#
# - write a CUDA kernel: find the thread's pixel, guard the edge, do the work;
# - choose a grid of blocks that covers a picture of any size;
# - find a race from a record of reads and writes, and mend it with the fewest barriers;
# - count what a kernel reads, and cut it down with a tile in shared memory;
# - read in the compiled code of your own kernel what will slow it down.
#
# **Before this:** 01. **After this:** 03 doesn't need this lab; 06 and 07 look at compiled kernels again.
#
# ```
# 01 ──┬──► 02  one thread, one pixel (you are here) ──► 06, 07
#      └──► 03  from filters to neurons
# ```

# %% setup=true

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
from gpu_utils import check, ledger_view, predict, record
from gpu_utils.compiler import CompileError, MissingCompiler, compile_ptx, example, instructions
from gpu_utils.faults import atomics, changes, clean, divergences, over, races, resizes, strays, unfilled, unwritten
from gpu_utils.kernels import count, enable, launch
from gpu_utils.plotting import block_grid, heat_maps, ladder, show, show_images, style
from gpu_utils.samples import credit, photograph
from gpu_utils.timing import measure
from gpu_utils.trials import barriers, blank, reads, reads_of_one_thread, tried, written, written_at
from gpu_utils.widgets import step_through

place = enable()  # before Numba is imported: it decides here whether there is a GPU for it
import numba
from numba import cuda, float32

photo = photograph("china")
grey_photo = photo.astype(np.float32) @ np.float32([0.299, 0.587, 0.114]) / 255
small = np.ascontiguousarray(grey_photo[::3, ::3])  # 143 rows, 214 columns
print("kernels run on the GPU" if place == "gpu" else "kernels run on the CPU, thread by thread", "·", credit("china"))


def attempt(run):
    """Run an experiment at once; a kernel that isn't written yet, or stops, gives a sentence."""
    try:
        run()
    except NotImplementedError:
        print("Something above is not written yet: come back after you wrote it.")
    except Exception as error:
        print(f"It stops here: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")

# %% [markdown]
# **Figures from earlier labs?** On your own machine, and with Google Drive mounted, they are found by themselves. Elsewhere, upload your ledger, or go on without it.

# %% tags=["experiment"]
ledger_view.bring()

# %% [markdown]
# ## 1 · One instruction sheet, many workers
#
# A **kernel** is a function that describes the work of one **thread**. You start it on a whole **grid** of threads, and every thread gets the same code. What differs is where it
# stands. Threads come in **blocks** of up to 1024; the blocks make up the grid.
#
# | name | what it tells a thread |
# |---|---|
# | `cuda.threadIdx.x`, `.y` | its place in its block |
# | `cuda.blockIdx.x`, `.y` | its block's place in the grid |
# | `cuda.blockDim.x`, `.y` | threads in a block |
# | `cuda.grid(1)` | `blockIdx.x * blockDim.x + threadIdx.x`: its place in all |
# | `cuda.grid(2)` | the same for x and y: a tuple of two |
#
# There is a third axis, z, which pictures don't need: a thread is written (x, y, z), so thread (5, 0, 0) is the sixth of its row.
#
# A picture rarely fits its blocks. **Look** at the last block: which of its threads have no pixel?

# %% tags=["experiment"]
patch = photo[150:187, 250:300]  # 37 rows, 50 columns
show(block_grid(patch, block=(8, 8), marked=(6, 4)))

# %% [markdown]
# ## 2 · `blocks_needed`: cover the picture
#
# **Predict.** 50 columns, blocks 8 wide. `50 // 8` is 6. What happens to the last two columns?

# %% answer="blocks_needed"
def blocks_needed(n, threads_per_block):
    """The fewest blocks of `threads_per_block` threads that give each of n values a thread.

    n: an int of at least 0 (nothing needs no block); threads_per_block: an int of at least 1.
    Returns an int.
    """
    ### BEGIN SOLUTION
    return (n + threads_per_block - 1) // threads_per_block
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Divide, and round *up*. A full last block must not add one more.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `//` rounds down. How much must you add to n before you divide, so that 49 gives 7 and 48 still gives 6?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Add one less than a block: `(n + ... - 1) // ...`. Or `math.ceil`.
#
# </details>

# %% test="blocks_needed-basic" points=1
with check("blocks_needed", points=1) as c:
    c.call(blocks_needed, 50, 8).equal(7, "50 values in blocks of 8: six full blocks, and a seventh for two values")
    c.call(blocks_needed, 48, 8).equal(6, "48 values fill six blocks exactly: no seventh")
    c.call(blocks_needed, 49, 8).equal(7, "49 values: a seventh block for a single one")
    c.call(blocks_needed, 255, 256).equal(1, "255 values don't fill a block of 256, and need it all the same")
c.score

# %% test="blocks_needed-full" points=1 hidden=true
# Other sizes, up to a photograph's.
with check("blocks_needed", points=1) as c:
    threads, full = int(c.rng.integers(40, 200)), int(c.rng.integers(5, 90))
    c.call(blocks_needed, threads * full, threads).equal(full, "full blocks only")
    c.call(blocks_needed, threads * full + 1, threads).equal(full + 1, "one value over: one block more")
    c.call(blocks_needed, threads * full - 1, threads).equal(full, "one value short: the last block has a spare thread")
    c.call(blocks_needed, 36_000_000, 256).equal(140_625, "a photograph of 36 million values")
    c.call(blocks_needed, 7, 1).equal(7, "blocks of one thread")
    c.call(blocks_needed, 0, 64).equal(0, "nothing needs no block")
c.score

# %% [markdown]
# ## 3 · `darken_kernel`: your first kernel
#
# **Goal.** Lab 01's `darken`, thread by thread, on a flat row of values. A kernel returns nothing: it writes into `out`.
#
# Three steps: *where am I?* `cuda.grid(1)`. *Is there a value for me?* The grid has spare threads. *Then do it.*
#
# **Predict.** What does a spare thread do without the second step? In Python an index beyond the end raises. On a GPU **nothing stops you**: the thread writes into whatever lies behind the array.

# %% answer="darken_kernel"
@cuda.jit
def darken_kernel(image, out, factor):
    """One thread, one value: out[i] = factor * image[i].

    image, out: flat float32 arrays of one length; image is only read.
    factor: a number.
    Right for any 1-D grid with at least as many threads as values, whatever the block size. No
    thread touches a place outside the arrays, be it to read or to write, and no value is written by
    two threads.
    """
    ### BEGIN SOLUTION
    i = cuda.grid(1)
    if i < image.size:
        out[i] = factor * image[i]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `i = cuda.grid(1)` is the thread's place in the whole grid. `image.size` says how many values there are.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Read and write *inside* the `if`. With 12 values the last index is 11: `<`, not `<=`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# i = cuda.grid(1)
# if i < ...:
#     out[...] = ...
# ```
#
# </details>

# %% [markdown]
# The checks run your kernel on the CPU, thread by thread, and write down every read and write. That is slow, and exact: *emulated*. `out` begins full of NaN, so that a value that no thread wrote shows.

# %% test="darken_kernel-basic" points=1
row = np.linspace(0.25, 1, 12, dtype=np.float32)
with check("darken_kernel", points=1, inputs_change=True) as c:
    c.call(written, darken_kernel, 3, 4, row, blank(12), 0.4).close(
        0.4 * row, "three blocks of four threads darken twelve values")
    c.call(written, darken_kernel, 4, 3, row, blank(12), 0.4).close(
        0.4 * row, "four blocks of three do the same: the block size is not yours to choose")
    launched = (darken_kernel, 2, 8, row, blank(12), 0.4)
    clean(c, "the four spare threads of two blocks of eight touch nothing", strays, *launched)
    clean(c, "no value is written by two threads", races, *launched)
    clean(c, "the image is only read", changes, *launched)
c.score

# %% test="darken_kernel-full" points=2 hidden=true
# Other lengths, factors, grids and orders.
with check("darken_kernel", points=2, inputs_change=True) as c:
    values = c.rng.random(29, dtype=np.float32)
    factor = float(c.rng.uniform(0.3, 0.7))
    c.call(written, darken_kernel, 1, 32, values, blank(29), factor).close(
        factor * values.astype(np.float64), "one block for all", dtype="float32")
    c.call(written, darken_kernel, 29, 1, values, blank(29), factor).close(
        factor * values.astype(np.float64), "blocks of a single thread", dtype="float32")
    c.call(written, darken_kernel, 40, 5, values, blank(29), factor, order=3).close(
        factor * values.astype(np.float64), "a grid that is far too large, its threads in any order", dtype="float32")
    clean(c, "no thread of a large grid strays", strays, darken_kernel, 40, 5, values, blank(29), factor)
    clean(c, "one spare thread: it strays neither", strays, darken_kernel, 1, 30, values, blank(29), factor)
    c.call(written, darken_kernel, 1, 4, values[:1], blank(1), factor).close(
        factor * values[:1].astype(np.float64), "a single value", dtype="float32")
    clean(c, "no value is written by two threads", races, darken_kernel, 5, 8, values, blank(29), factor)
    clean(c, "the image is only read", changes, darken_kernel, 5, 8, values, blank(29), factor)
c.score

# %% [markdown]
# **Look.** Step through a block: its threads are circles, the arrays are cells, and every read and write is an arrow. Move the sliders with the mouse, or focus one and use the arrow keys. Find the spare threads.

# %% tags=["experiment"]
step_through(darken_kernel, 3, 8, np.linspace(0, 1, 20, dtype=np.float32), np.zeros(20, np.float32), 0.5,
             alt="darken_kernel on 20 values, three blocks of eight threads")

# %% [markdown]
# ## 4 · `grayscale_kernel`: a grid in two dimensions
#
# **Goal.** $(H, W, 3)$ to $(H, W)$, one thread a pixel: 0.299 red + 0.587 green + 0.114 blue.
#
# $x$ counts to the right, so it is the **column**; $y$ counts downward, so it is the **row**. An image wants row first. `x, y = cuda.grid(2)` and `image[y, x]`: here beginners' kernels go wrong, and on a square picture nobody notices.

# %% answer="grayscale_kernel"
@cuda.jit
def grayscale_kernel(image, out):
    """One thread, one pixel: out = 0.299 * red + 0.587 * green + 0.114 * blue.

    image: (H, W, 3) float32, only read; out: (H, W) float32.
    Right for any 2-D grid with at least max(H, W) threads along x and along y, so you may take x
    or y for the row. No thread touches a place outside the arrays, and no pixel is written by two.
    """
    ### BEGIN SOLUTION
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        pixel = image[y, x]
        out[y, x] = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two numbers, two guards: the row against `image.shape[0]`, the column against `image.shape[1]`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `x < image.shape[0]` compares a column with the number of rows. It works for square pictures only.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# x, y = cuda.grid(2)
# if y < image.shape[0] and x < ...:
#     out[y, x] = 0.299 * image[y, x, 0] + ...
# ```
#
# </details>

# %% test="grayscale_kernel-basic" points=1
pure = np.zeros((3, 5, 3), np.float32)
pure[0, :, 0], pure[1, :, 1], pure[2, :, 2] = 1, 1, 1  # a red, a green and a blue row
with check("grayscale_kernel", points=1, inputs_change=True) as c:
    launched = (grayscale_kernel, (2, 2), (4, 4), pure, blank(3, 5))
    clean(c, "no pixel stays empty, on a picture that isn't square either", unfilled, *launched)
    c.call(written, grayscale_kernel, (3, 1), (2, 8), pure, blank(3, 5)).close(
        np.float32([[0.299] * 5, [0.587] * 5, [0.114] * 5]),
        "red, green and blue have their own weights, whatever the block")
    clean(c, "spare threads touch nothing", strays, *launched)
    clean(c, "no pixel is written by two threads", races, *launched)
    clean(c, "the image is only read", changes, *launched)
c.score

# %% test="grayscale_kernel-full" points=2 hidden=true
# Tall, wide and thin pictures, other blocks.
with check("grayscale_kernel", points=2, inputs_change=True) as c:
    def grey_of(picture):
        return picture.astype(np.float64) @ [0.299, 0.587, 0.114]
    tall, wide = c.rng.random((9, 4, 3), dtype=np.float32), c.rng.random((2, 7, 3), dtype=np.float32)
    c.call(written, grayscale_kernel, (3, 5), (4, 2), tall, blank(9, 4)).close(
        grey_of(tall), "a tall picture", dtype="float32")
    c.call(written, grayscale_kernel, (4, 1), (2, 8), wide, blank(2, 7), order="reverse").close(
        grey_of(wide), "a wide picture, blocks that aren't square, threads from last to first", dtype="float32")
    c.call(written, grayscale_kernel, (9, 9), (1, 1), tall[:, :1], blank(9, 1)).close(
        grey_of(tall[:, :1]), "a picture of one column", dtype="float32")
    c.call(written, grayscale_kernel, (1, 1), (8, 8), wide[:1], blank(1, 7)).close(
        grey_of(wide[:1]), "a picture of one row", dtype="float32")
    clean(c, "no thread strays on a tall picture", strays, grayscale_kernel, (3, 3), (4, 4), tall, blank(9, 4))
    clean(c, "no thread strays on a wide picture", strays, grayscale_kernel, (2, 2), (4, 4), wide, blank(2, 7))
    clean(c, "no pixel is written by two threads", races, grayscale_kernel, (3, 3), (4, 4), tall, blank(9, 4))
    clean(c, "the image is only read", changes, grayscale_kernel, (3, 3), (4, 4), tall, blank(9, 4))
c.score

# %% [markdown]
# **Look**: the last block of a picture of 5 rows and 7 columns. A pixel of `image` is three narrow cells: red, green, blue. How many of the sixteen threads work?

# %% tags=["experiment"]
step_through(grayscale_kernel, (2, 2), (4, 4), photo[200:205, 300:307].astype(np.float32) / 255,
             np.zeros((5, 7), np.float32), alt="grayscale_kernel on 5 x 7 pixels, blocks of 4 x 4 threads")

# %% [markdown]
# ## 5 · The photograph that goes to pieces
#
# A colleague moves a picture 24 pixels to the right. "One thread a pixel, each fetches its neighbour from the left. And why two pictures? I do it **in place**." He tries it, it works, he goes home.

# %% given="slide"
@cuda.jit
def slide_kernel(picture, shift):
    x, y = cuda.grid(2)
    if y < picture.shape[0] and shift <= x < picture.shape[1]:
        picture[y, x] = picture[y, x - shift]


def slid(picture, shift, order, block=(8, 8)):
    """The picture after slide_kernel, its threads in this order, and what they did."""
    moved = picture.copy()
    grid = (-(-picture.shape[1] // block[0]), -(-picture.shape[0] // block[1]))
    return moved, count(slide_kernel, grid, block, moved, shift, order=order)

# %% [markdown]
# **Predict.** Somebody else runs the same code on the same picture, on a machine that starts the threads in another order. What does *she* see? Draw it in your mind, and guess how much of her picture differs from his: 0.3 is 30 %. Put your number in place of `None` before you run what comes next: a guess after the result is marked so.

# %% tags=["experiment"]
predict("share of pixels that another order of threads changes", None, "")

# %% tags=["experiment"]
outcomes = {order: slid(small, 24, order) for order in ("reverse", "forward", 7)}
pictures = {"last thread first": outcomes["reverse"][0],
            "first thread first": outcomes["forward"][0],
            "shuffled": outcomes[7][0]}
show(show_images(pictures, alt="Three outcomes of one kernel. Last thread first: the pagoda, moved to the right. "
                               "First thread first: the leftmost strip of the picture, repeated like wallpaper. "
                               "Shuffled: the pagoda in shards, square by square"))
wrong = float((outcomes["forward"][0] != outcomes["reverse"][0]).mean())
print(f"{wrong:.3f}, or {wrong:.0%}, of the pixels depend on the order (emulated)")
record("share of pixels that another order of threads changes", wrong, "", "emulated",
       source="slide_kernel on 143 x 214 pixels, two orders")

# %% [markdown]
# Nothing is wrong with any single thread. One thread writes `picture[y, x]`, another reads it, and **nobody said which comes first**. That is a **race**. *Threads run in order* is the natural belief,
# and it is false: the hardware starts blocks when there is room, and neither the language nor the driver promises an order. His machine happened to start the last thread first, a kind order; hers the first.
#
# So looking at the picture can't find a race. Looking at the **record** can: two threads, one cell, at least one write, no barrier between. **Predict** in which of the three runs the record shows it.

# %% tags=["experiment"]
for name, (_, done) in zip(pictures, outcomes.values(), strict=True):
    print(f"{name:20} {len(done.races):6,} cells race (emulated)")
print("\nThe first:", outcomes["reverse"][1].races[0])

# %% [markdown]
# The same number in all three, the perfect picture included. The cure here is his first thought: two pictures, read one, write the other. Where threads must share, they need a **barrier**.

# %% [markdown]
# ## 6 · Find the bug: the sum without barriers
#
# A block has a scratchpad of its own, **shared memory**, which only its threads see. They can add up sixteen values in four rounds: eight threads add pairs, then four, two, one. A *tree*.
#
# `cuda.syncthreads()` is a **barrier**: no thread of the block passes it before all have reached it. Somebody deleted every one of them here.

# %% given="tree"
BLOCK = 16  # threads in a block, a power of two


@cuda.jit
def sum_without_barriers(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == BLOCK - 1:  # the last thread hands in the sum
        partial[cuda.blockIdx.x] = sums[0]

# %% tags=["experiment"]
@cuda.jit
def sum_with_one_barrier(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    for step in (8, 4, 2, 1):
        if thread < step:
            sums[thread] += sums[thread + step]
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]


numbers = np.arange(1, 17, dtype=np.float32)
for kernel in (sum_without_barriers, sum_with_one_barrier):
    print(f"{kernel.py_func.__name__}: 1 + 2 + ... + 16 =")
    for order in ("forward", "reverse", 1):
        total, done = tried(kernel, 1, BLOCK, numbers, blank(1), order=order)
        print(f"    {total[0]:5.0f} in order {order!s:8} {len(done.races):3} racing cells (emulated)")

# %% [markdown]
# Should be 136. `nan` is memory that nobody had written yet: a real GPU gives what the last kernel left there, which may even be right. With a barrier after loading that is mended, and now the *order* decides.
#
# **Look** before you mend the rest: step on to the second round. Frames mark the races. Which cells does a thread read that *another* thread writes?

# %% tags=["experiment"]
step_through(sum_with_one_barrier, 1, BLOCK, numbers, np.zeros(1, np.float32),
             alt="A sum of sixteen values in shared memory, with a single barrier")

# %% [markdown]
# **Goal.** Copy the body and put in the **fewest** barriers that make it right. A barrier that isn't needed makes sixteen threads wait for nothing, in every block of the grid.

# %% answer="block_sum_kernel"
@cuda.jit
def block_sum_kernel(values, partial):
    """Each block of BLOCK threads adds up its BLOCK values: partial[block] = their sum.

    values: float32, any length, only read; where the last block has no values left, they count as 0.
    partial: float32, one place a block. The grid has exactly as many blocks as partial places.
    The additions stay those of sum_without_barriers, a tree in shared memory: no single thread
    adds up everything. A block passes as few barriers as that tree can do with. Every thread of a
    block reaches every barrier. No race, no read of shared memory that nobody wrote, no access
    outside an array.
    """
    ### BEGIN SOLUTION
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Between a write by one thread and a read by another there must be a barrier. The second such pair: one round writes `sums[thread]`, the next reads it as `sums[thread + step]`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each round reads what the round before wrote, so each round ends with a barrier, *outside* the `if`: all threads must come to it.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# One barrier before the loop, and one at the end of each round. With BLOCK = 16 a block passes $1 + \log_2 16 = 5$.
#
# </details>

# %% test="block_sum_kernel-basic" points=1
numbers, twenty = np.arange(1, 17, dtype=np.float32), np.full(20, 0.5, np.float32)
with check("block_sum_kernel", points=1, inputs_change=True) as c:
    c.call(written, block_sum_kernel, 1, BLOCK, numbers, blank(1)).close(np.float32([136]), "1 + 2 + ... + 16 = 136")
    c.call(written, block_sum_kernel, 1, BLOCK, numbers, blank(1), order="reverse").close(
        np.float32([136]), "the same with the last thread first")
    c.call(written, block_sum_kernel, 2, BLOCK, twenty, blank(2)).close(
        np.float32([8, 2]), "twenty halves in two blocks: 8 and 2, as missing values count as 0")
    clean(c, "no two threads race", races, block_sum_kernel, 1, BLOCK, numbers, blank(1))
    clean(c, "nobody reads what nobody wrote", unwritten, block_sum_kernel, 2, BLOCK, twenty, blank(2))
    clean(c, "no thread reads beyond the values", strays, block_sum_kernel, 2, BLOCK, twenty, blank(2))
    clean(c, "all threads reach each barrier", divergences, block_sum_kernel, 2, BLOCK, twenty, blank(2))
    clean(c, "the threads share the additions: 2 reads a round", over, 2 * math.log2(BLOCK) + 2, reads_of_one_thread,
          block_sum_kernel, 1, BLOCK, numbers, blank(1))
    clean(c, "no barrier is too many", over, 1 + math.log2(BLOCK), barriers,
          block_sum_kernel, 1, BLOCK, numbers, blank(1),
          hint="take one out, and see whether the record still shows no race")
    clean(c, "the sum is made in shared memory: no atomic updates", atomics,
          block_sum_kernel, 1, BLOCK, numbers, blank(1))
    clean(c, "the values are only read", changes, block_sum_kernel, 1, BLOCK, numbers, blank(1))
c.score

# %% test="block_sum_kernel-full" points=2 hidden=true
# More blocks, ragged ends, any order; and the tree is still a tree.
with check("block_sum_kernel", points=2, inputs_change=True) as c:
    values = c.rng.integers(1, 200, 3 * BLOCK).astype(np.float32) / 2  # halves: every order adds up exactly
    sums = values.reshape(3, BLOCK).sum(axis=1)
    c.call(written, block_sum_kernel, 3, BLOCK, values, blank(3)).equal(sums, "three blocks, each with its own sum")
    c.call(written, block_sum_kernel, 3, BLOCK, values, blank(3), order=5).equal(sums, "threads in any order")
    ragged = np.zeros(3 * BLOCK, np.float32)
    ragged[:37] = values[:37]
    c.call(written, block_sum_kernel, 3, BLOCK, values[:37], blank(3)).equal(
        ragged.reshape(3, BLOCK).sum(axis=1), "37 values in three blocks: the missing ones count as 0")
    c.call(written, block_sum_kernel, 1, BLOCK, values[:1], blank(1)).equal(values[:1], "a single value")
    whole, short = (block_sum_kernel, 3, BLOCK, values, blank(3)), (block_sum_kernel, 3, BLOCK, values[:37], blank(3))
    clean(c, "no thread reads beyond the values", strays, *short)
    clean(c, "no race in any block", races, *whole)
    clean(c, "nobody reads what nobody wrote", unwritten, *short)
    clean(c, "ragged blocks wait together too", divergences, *short)
    clean(c, "no barrier is too many in any block", over, 1 + math.log2(BLOCK), barriers, *whole)
    clean(c, "the threads share the additions", over, 2 * math.log2(BLOCK) + 2, reads_of_one_thread, *whole)
    clean(c, "no atomic updates in place of the tree", atomics, *whole)
    clean(c, "the values are only read", changes, *whole)
c.score

# %% [markdown]
# **Look** again, at yours. The frames should be gone. Can you do with one barrier less? Only if the thread that hands in the sum is the one that made it: try it.

# %% tags=["experiment"]
step_through(block_sum_kernel, 1, BLOCK, numbers, np.zeros(1, np.float32),
             alt="A sum of sixteen values in shared memory, with its barriers")

# %% [markdown]
# ## 7 · `box_blur_kernel`: looking at neighbours
#
# **Goal.** Each pixel becomes the mean of the square around it, `radius` pixels to each side. At the edge it averages what exists: a corner has four pixels at radius 1, not nine.

# %% answer="box_blur_kernel"
@cuda.jit
def box_blur_kernel(image, out, radius):
    """One thread, one pixel: the mean of all pixels at most `radius` rows and columns away.

    image, out: (H, W) float32; image is only read. radius: an int of at least 0; it may be larger
    than the picture. At the edge the mean is taken over the pixels that exist.
    Right for any 2-D grid with at least max(H, W) threads along x and along y. No thread touches a
    place outside the arrays (a negative index counts as outside), or one that another writes.
    """
    ### BEGIN SOLUTION
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total = float32(0)
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
        rows = min(height, y + radius + 1) - max(0, y - radius)
        columns = min(width, x + radius + 1) - max(0, x - radius)
        out[y, x] = total / (rows * columns)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Two loops over the square, a running total, and a count of the pixels that were there.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `range(a, b)` ends before b: the rows are `max(0, y - radius)` up to, not including, `min(height, y + radius + 1)`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# for row in range(max(0, y - radius), min(height, y + radius + 1)):
#     for column in range(...):
#         total += image[row, column]
#         pixels += 1
# ```
#
# </details>

# %% test="box_blur_kernel-basic" points=2
dot = np.zeros((4, 6), np.float32)
dot[0, 4] = 30
with check("box_blur_kernel", points=2, inputs_change=True) as c:
    launched = (box_blur_kernel, (2, 2), (4, 4), dot, blank(4, 6), 1)
    clean(c, "no pixel stays empty, on a picture that isn't square either", unfilled, *launched)
    c.call(written_at, (1, 3), *launched).close(30 / 9, "inside, a pixel averages nine: 30 / 9 = 3.33", atol=1e-3)
    c.call(written_at, (0, 5), *launched).close(7.5, "a corner averages the four that exist: 30 / 4 = 7.5", atol=1e-3)
    c.call(written_at, (0, 4), *launched).close(5.0, "an edge averages the six that exist: 30 / 6 = 5", atol=1e-3)
    c.call(written_at, (2, 4), *launched).close(0.0, "two rows away nothing arrives", atol=1e-3)
    c.call(written_at, (0, 2), *launched).close(0.0, "two columns away nothing arrives", atol=1e-3)
    c.call(written, box_blur_kernel, (2, 2), (4, 4), dot, blank(4, 6), 0).close(dot, "radius 0 changes nothing")
    clean(c, "no thread reads beyond the edge", strays, *launched)
    clean(c, "no thread touches what another writes", races, *launched)
    clean(c, "the image is only read", changes, *launched)
c.score

# %% test="box_blur_kernel-full" points=2 hidden=true
# Random pictures, thin ones, large radii, other blocks and orders.
with check("box_blur_kernel", points=2, inputs_change=True) as c:
    def blurred(image, radius):
        return np.array([[image[max(0, y - radius):y + radius + 1, max(0, x - radius):x + radius + 1].mean(dtype=np.float64)
                          for x in range(image.shape[1])] for y in range(image.shape[0])])
    tall, wide = c.rng.random((9, 5), dtype=np.float32), c.rng.random((3, 8), dtype=np.float32)
    # A sum of n float32 values below 1 may be off by n eps, so a mean over the 45 pixels of `tall` by less than this.
    tolerance = 64 * float(np.finfo(np.float32).eps)
    for picture, grid, block, radius, order, sentence in (
        (tall, (5, 3), (2, 4), 1, "forward", "a tall picture, blocks that aren't square"),
        (tall, (2, 2), (8, 8), 2, "reverse", "radius 2, threads from last to first"),
        (wide, (1, 2), (8, 4), 3, 3, "a wide picture, radius 3, threads in any order"),
        (wide, (2, 2), (4, 4), 20, "forward", "a radius larger than the picture: the mean of everything"),
        (tall[:, :1], (9, 9), (1, 1), 1, "forward", "a picture of one column"),
        (wide[:1], (2, 2), (4, 4), 2, "forward", "a picture of one row"),
    ):
        c.call(written, box_blur_kernel, grid, block, picture, blank(*picture.shape), radius, order=order).close(
            blurred(picture, radius), sentence, dtype="float32", atol=tolerance)
    clean(c, "no thread strays at radius 3", strays, box_blur_kernel, (2, 2), (8, 8), tall, blank(9, 5), 3)
    clean(c, "no two threads race", races, box_blur_kernel, (3, 3), (4, 4), tall, blank(9, 5), 1)
    clean(c, "the image is only read", changes, box_blur_kernel, (3, 3), (4, 4), tall, blank(9, 5), 1)
c.score

# %% tags=["experiment"]
step_through(box_blur_kernel, (2, 2), (4, 4), np.ascontiguousarray(small[40:48, 60:68]), np.zeros((8, 8), np.float32), 1,
             alt="box_blur_kernel of radius 1 on 8 x 8 pixels, blocks of 4 x 4 threads")

# %% [markdown]
# Set *thread no.* to 6, which is thread (1, 1, 0), and walk through its reads. Then to 7, its neighbour to the right: how many of its nine pixels had thread 6 fetched already?
#
# <details><summary>Answer</summary>
#
# Six. It needs one new column, three pixels.
#
# </details>

# %% [markdown]
# ## 8 · Count the reads
#
# Every read of `image` goes to the card's big, slow **global memory**. Neighbours read nearly the same pixels. A block could fetch its **tile** and the **halo** around it *once*, into shared memory, and let its threads read there.
#
# | | one thread reads | a block of $T \times T$ threads reads, away from the edge |
# |---|---|---|
# | without a tile | $(2r + 1)^2$ | $T^2 (2r + 1)^2$ |
# | with a tile and its halo | | $(T + 2r)^2$ |
#
# **Goal.** The exact number, edges included: only reads of pixels that exist count. Rows and columns are independent, so you can count along one axis at a time, and multiply.
#
# **Predict** what tiles of 16 save at radius 2.

# %% tags=["experiment"]
predict("times fewer reads with tiles of 16, blur of radius 2", None, "x")

# %% answer="global_reads"
def global_reads(height, width, radius, tile=None):
    """Pixels that a box blur of this radius reads from global memory, for the whole picture.

    Without a tile every pixel's thread reads the square of radius `radius` around it, as far as it
    lies inside the picture. With `tile` (an int of at least 1) the picture is cut into tiles of
    tile x tile pixels from the top left corner, the last ones perhaps cut off; each tile reads
    itself and a halo of `radius` pixels on every side and corner once, as far as they lie inside
    the picture.
    height, width: ints of at least 1; radius: an int of at least 0, maybe larger than the picture.
    Returns an int.
    """
    ### BEGIN SOLUTION
    step = 1 if tile is None else tile  # a thread alone is a tile of one pixel

    def along(length):
        return sum(min(length, start + step + radius) - max(0, start - radius) for start in range(0, length, step))

    return along(height) * along(width)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# Along one axis a pixel at $i$ reads from `max(0, i - radius)` to `min(length, i + radius + 1)`. Add that up over all i, for rows and for columns, and multiply.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A tile that begins at s reads from `max(0, s - radius)` to `min(length, s + tile + radius)`. Tiles begin at 0, tile, 2 tile, ...
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# ```python
# def along(length):
#     return sum(min(...) - max(...) for start in range(0, length, step))
# ```
#
# with `step = tile`, or 1 without a tile: a thread alone is a tile of one pixel.
#
# </details>

# %% test="global_reads-basic" points=1
with check("global_reads", points=1) as c:
    c.call(global_reads, 8, 8, 0).equal(64, "radius 0: every pixel once")
    c.call(global_reads, 8, 8, 1).equal(484, "radius 1 on 8 x 8: along each axis 2 + 6 * 3 + 2 = 22, and 22 * 22 = 484")
    c.call(global_reads, 3, 8, 1).equal(154, "3 x 8: (2 + 3 + 2) * 22")
    c.call(global_reads, 8, 8, 1, 4).equal(100, "four tiles of 4 x 4: each reads 5 x 5, corners of the halo included")
    c.call(global_reads, 8, 8, 1, 8).equal(64, "one tile for all has no halo inside the picture")
    c.call(global_reads, 8, 8, 1, 3).equal(144, "tiles of 3, the last cut off: 4 + 5 + 3 = 12 along each axis")
c.score

# %% test="global_reads-full" points=2 hidden=true
# Other sizes and tiles; and what a kernel really reads.
with check("global_reads", points=2) as c:
    height, width = int(c.rng.integers(17, 30)), int(c.rng.integers(31, 50))

    def axis(length, radius, step):
        return sum(len({i for i in range(s - radius, s + step + radius) if 0 <= i < length}) for s in range(0, length, step))
    c.call(global_reads, height, width, 3).equal(axis(height, 3, 1) * axis(width, 3, 1), "any picture, radius 3")
    c.call(global_reads, height, width, 2, 5).equal(axis(height, 2, 5) * axis(width, 2, 5), "tiles of 5 that don't fit evenly")
    c.call(global_reads, height, width, 9, 4).equal(axis(height, 9, 4) * axis(width, 9, 4), "a halo larger than its tile")
    c.call(global_reads, 2, 3, 10).equal(36, "a radius larger than the picture: every thread reads all six pixels")
    c.call(global_reads, height, width, 0, 7).equal(height * width, "radius 0 has no halo")
    c.call(global_reads, height, width, 2, 64).equal(height * width, "a tile larger than the picture reads it once")
    c.call(global_reads, height, width, 2, 1).equal(
        axis(height, 2, 1) * axis(width, 2, 1), "tiles of one pixel save nothing")
    c.call(global_reads, 1, width, 1).equal(axis(width, 1, 1), "a picture of one row")
c.score

# %% [markdown]
# **Look: does the count hold?** Your kernel, run and recorded, against your formula. Then the same for a picture of 3000 x 4000 pixels, which only the formula can do in good time.

# %% tags=["experiment"]
@attempt
def compare():
    patch = np.ascontiguousarray(small[40:64, 60:84])
    for radius in (0, 1, 2, 3):
        counted = reads(box_blur_kernel, (3, 3), (8, 8), patch, blank(24, 24), radius)
        formula = global_reads(24, 24, radius)
        print(f"radius {radius}: your kernel read {counted:6,} (emulated), your formula says {formula:6,}")
    sizes = (2, 4, 8, 16, 32)
    with style():
        fig, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for radius, marker in ((1, "o"), (2, "s"), (4, "^"), (8, "D")):
        naive = global_reads(3000, 4000, radius)
        saved = [naive / global_reads(3000, 4000, radius, tile) for tile in sizes]
        axes.plot(sizes, saved, marker=marker, label=f"radius {radius}")
    axes.set(xscale="log", yscale="log", xlabel="tile, pixels on a side", ylabel="times fewer reads (modelled)")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    axes.minorticks_off()
    axes.grid(True)
    axes.legend()
    show(fig, alt="How many times fewer reads a tile saves, over its size, for four radii. "
                  "All lines rise: larger tiles and larger radii save more. "
                  "At tile 2 radius 8 saves about four times, at tile 32 over a hundred times")
    for tile in (8, 16, 32):
        saved = global_reads(3000, 4000, 2) / global_reads(3000, 4000, 2, tile)
        print(f"tiles of {tile}, radius 2: {saved:.3g} times fewer reads (modelled)")
        if tile == 16:  # that this one saves 16 times is chance, as its neighbours show
            record("times fewer reads with tiles of 16, blur of radius 2", saved, "x", "modelled",
                   source="your global_reads, 3000 x 4000 pixels")

# %% [markdown]
# ## 9 · Stretch: `tiled_blur_kernel`
#
# Load tile and halo together, wait, then blur from shared memory. The tile has $(T + 2r)^2$ cells and only $T^2$ threads: most threads load more than one. Its size must be a constant when the kernel is compiled, so reserve it for the largest radius: `cuda.shared.array((SIDE, SIDE), float32)`. (SIDE is worked out outside: inside a kernel Numba takes a number or a name for the size, no sum.)

# %% given="tile"
TILE, MAX_RADIUS = 4, 2
SIDE = TILE + 2 * MAX_RADIUS  # of the largest tile with its halo

# %% answer="tiled_blur_kernel" tier="stretch"
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    """box_blur_kernel, with the tile and its halo in shared memory.

    image, out: (H, W) float32; image is only read. radius: an int from 0 to MAX_RADIUS.
    Blocks are TILE x TILE threads; the grid has at least max(H, W) threads along x and along y.
    Each block reads every pixel of its tile and halo at most once from image, and none beyond the
    edge. The size of its shared memory is the same for every radius. Every thread of a block
    reaches every barrier. No race, no read of shared memory that nobody wrote, no access outside an
    array.
    """
    ### BEGIN SOLUTION
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if 0 <= top + row < height and 0 <= left + column < width:
                tile[row, column] = image[top + row, left + column]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels
    ### END SOLUTION

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The tile's first cell is the pixel in row `blockIdx.y * TILE - radius`, which may lie outside the picture. Cells outside stay empty, and nobody may read them.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Let each thread load the cells (threadIdx.y, threadIdx.x), and those TILE further down and to the right, as far as the halo goes: `range(cuda.threadIdx.y, TILE + 2 * radius, TILE)`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Two nested such loops load, with a guard for pixels that exist. Then the barrier, outside every `if`: spare threads load too. Then the loops of box_blur_kernel, reading `tile[row - top, column - left]`.
#
# </details>

# %% test="tiled_blur_kernel-basic" points=1
ramp = np.arange(63, dtype=np.float32).reshape(9, 7)
with check("tiled_blur_kernel", points=1, inputs_change=True) as c:
    c.call(written, tiled_blur_kernel, (3, 3), (TILE, TILE), ramp, blank(9, 7), 0).close(ramp, "radius 0 changes nothing")
    launched = (tiled_blur_kernel, (3, 3), (TILE, TILE), ramp, blank(9, 7), 1)
    c.call(written_at, (4, 3), *launched).close(31.0, "the middle pixel averages nine", atol=1e-3)
    c.call(written_at, (0, 0), *launched).close(4.0, "the first corner averages four", atol=1e-3)
    c.call(written_at, (8, 6), *launched).close(58.0, "so does the last", atol=1e-3)
    clean(c, "no two threads race", races, *launched)
    clean(c, "nobody reads a cell of the tile that nobody loaded", unwritten, *launched)
    clean(c, "no thread reads beyond the edge", strays, *launched)
    clean(c, "spare threads reach the barrier too", divergences, *launched)
    clean(c, "tiles read 5 + 6 + 2 = 13 rows and 5 + 4 = 9 columns, so 13 * 9 = 117 pixels and no more",
          over, 13 * 9, reads, *launched)
    clean(c, "the size of shared memory doesn't depend on the radius", resizes, *launched[:-1], (0, 1, 2))
    clean(c, "the image is only read", changes, *launched)
c.score

# %% test="tiled_blur_kernel-full" points=1 hidden=true
# Other pictures, the largest radius, any order.
with check("tiled_blur_kernel", points=1, inputs_change=True) as c:
    def blurred(image, radius):
        return np.array([[image[max(0, y - radius):y + radius + 1, max(0, x - radius):x + radius + 1].mean(dtype=np.float64)
                          for x in range(image.shape[1])] for y in range(image.shape[0])])
    tall, block = c.rng.random((11, 6), dtype=np.float32), (TILE, TILE)
    tolerance = 32 * float(np.finfo(np.float32).eps)  # a mean of 25 float32 values below 1
    for picture, radius, order, sentence in (
        (tall, 1, "reverse", "a tall picture, threads from last to first"),
        (tall, 2, 4, "the largest radius, threads in any order"),
        (tall[:1], 2, "forward", "a picture of one row"),
        (tall[:, :1], 1, "forward", "a picture of one column"),
    ):
        c.call(written, tiled_blur_kernel, (3, 3), block, picture, blank(*picture.shape), radius, order=order).close(
            blurred(picture, radius), sentence, dtype="float32", atol=tolerance)
    launched = (tiled_blur_kernel, (3, 3), block, tall, blank(11, 6), 2)
    clean(c, "no thread strays", strays, *launched)
    clean(c, "every cell is loaded before it is read", unwritten, *launched)
    clean(c, "no race at the largest radius", races, *launched)
    clean(c, "spare threads reach the barrier too", divergences, *launched)
    clean(c, "the image is only read", changes, *launched)
    square = c.rng.random((10, 10), dtype=np.float32)
    clean(c, "at radius 2 the tiles of 10 x 10 pixels read 6 + 8 + 4 = 18 along each axis, and no more",
          over, 18 * 18, reads, tiled_blur_kernel, (3, 3), block, square, blank(10, 10), 2)
c.score

# %% tags=["experiment"]
@attempt
def maps():
    patch = np.ascontiguousarray(small[40:64, 60:84])
    plain = tried(box_blur_kernel, (6, 6), (TILE, TILE), patch, blank(24, 24), 1)[1]
    tiled = tried(tiled_blur_kernel, (6, 6), (TILE, TILE), patch, blank(24, 24), 1)[1]
    show(heat_maps({"one thread, one pixel": plain.heat("image"), "with tiles of 4": tiled.heat("image")},
                   alt="How often each of 24 by 24 pixels is read. Without tiles nine times nearly everywhere. "
                       "With tiles once in a tile's middle, twice along its sides, "
                       "and four times at its corners, where four halos meet"))


eight = np.ascontiguousarray(small[40:48, 60:68])
step_through(tiled_blur_kernel, (2, 2), (TILE, TILE), eight, np.zeros((8, 8), np.float32), 1,
             alt="tiled_blur_kernel of radius 1 on 8 x 8 pixels")

# %% [markdown]
# ## 10 · Both orders are right, one is slow
#
# Your kernels pass whether x is the column or the row. On a GPU the choice matters. 32 threads with consecutive `threadIdx.x` form a **warp**, and fetch together: memory comes in **sectors** of 32 bytes, eight float32 values (NVIDIA, *CUDA C++ Best Practices Guide*, coalesced access). **Predict**: how many sectors does a warp touch when x is the column? When x is the row?

# %% tags=["experiment"]
@cuda.jit
def x_is_the_column(image, out):
    x, y = cuda.grid(2)
    out[y, x] = image[y, x]


@cuda.jit
def x_is_the_row(image, out):
    x, y = cuda.grid(2)
    out[x, y] = image[x, y]


def sectors_of_first_warp(kernel):
    square = np.zeros((32, 32), np.float32)
    done = count(kernel, (1, 4), (32, 8), square, np.zeros_like(square))
    warp = [one for one in done.accesses if one.kind == "read" and one.thread.block == (0, 0, 0) and one.thread.thread[1] == 0]
    return len({(one.cell[0] * 32 + one.cell[1]) * 4 // 32 for one in warp})


for kernel in (x_is_the_column, x_is_the_row):
    print(f"{kernel.py_func.__name__:16} {sectors_of_first_warp(kernel):3} sectors for 32 reads (emulated)")

# %% [markdown]
# Four against thirty-two, for the same 128 bytes. Your processor has the same habit: it fetches *lines* of usually 64 bytes, sixteen float32 values. So you can **measure** the effect without a GPU: copy a picture row by row, then column by column. **Predict** how many times as long the columns take.

# %% tags=["experiment"]
predict("copying a picture by columns over copying it by rows, time", None, "x")

# %% tags=["experiment"]
big = np.resize(grey_photo, (3000, 4000)).astype(np.float32)  # 48 MB
result = np.zeros_like(big)


def by_rows(image, out):
    for row in range(image.shape[0]):
        out[row] = image[row]


def by_columns(image, out):
    for column in range(image.shape[1]):
        out[:, column] = image[:, column]


walks = {"by rows": measure(by_rows, big, result, label="by rows", nbytes=2 * big.nbytes),
         "by columns": measure(by_columns, big, result, label="by columns", nbytes=2 * big.nbytes)}
ratio = walks["by columns"].median_s / walks["by rows"].median_s
record("copying a picture by columns over copying it by rows, time", ratio, "x")
show(ladder(walks, title=f"the same copy, {ratio:.2g} times the time (measured here)"),
     alt="Two bars on a logarithmic scale: copying 3000 by 4000 values column by column "
         "takes many times as long as row by row")

# %% [markdown]
# Sixteen values a line would explain sixteen times, no more. If yours is higher, lines are not all that is lost: each value of a column lies in another *page* of memory too, whose address must be looked up, and the processor fetches ahead best where it goes straight on.

# %% [markdown]
# ## 11 · What the compiler made of your kernel
#
# A GPU runs no Python. Numba turns your function into **PTX**, NVIDIA's assembly language, and the driver turns that into machine code. The first step needs no GPU: here Numba and the LLVM compiler inside it translate *your own* `darken_kernel` for an A100, whose architecture is called `sm_80`. (On a GPU NVIDIA's optimiser does it; details differ.)
#
# You call it with `factor = 0.45`, a Python number. **Predict**: which instruction multiplies, `mul.rn.f32` in single precision or `mul.rn.f64` in double?

# %% given="reading"
def listing_of(kernel, target, signature):
    """Your kernel compiled for a GPU; where that can't be done, the recorded CUDA C++ twin of darken."""
    try:
        return compile_ptx(kernel, target, signature=signature)
    except MissingCompiler as missing:
        print(f"({missing}. What follows is not your kernel but its twin in CUDA C++, recorded.)")
        return compile_ptx(example("darken"), target)


def show_body(listing, mark):
    """The instructions of a listing, with an arrow at those whose names contain one of `mark`."""
    how = "recorded" if listing.recorded else "compiled here"
    print(f"{listing.target}, by {listing.compiler} {listing.version}, {how}")
    inside = listing.ptx.split("\n{", 1)[1]
    lines = [line.split("//")[0].strip().expandtabs(8) for line in inside.splitlines()]
    lines = [line for line in lines if line and not line.startswith((".", "}"))]
    for line in lines:
        print(f"   {line:48.48}" + ("◄──" if any(word in line for word in mark) else ""))
    if lines == ["ret;"]:
        print("(Nothing but the end: a kernel that is not written yet.)")

# %% tags=["experiment"]
@attempt
def read_it():
    # A signature says what a kernel is called with: two rows of float32 without gaps, [::1], and a number.
    show_body(listing_of(darken_kernel, "sm_80", "void(float32[::1], float32[::1], float64)"), [".f64"])

# %% [markdown]
# The arrows mark double precision: widen the pixel, multiply in float64, narrow it again. A Python number *is* a float64, and Numba takes types at their word. On a T4 float64 arithmetic runs at 1/32 of the float32 rate (published: NVIDIA, *Turing GPU Architecture*), and darkening is saved only by being bound by memory.
#
# The cure costs one word: pass `np.float32(0.45)`, and write constants as `float32(0.299)`. Now all your kernels, for four boards.

# %% tags=["experiment"]
BOARDS = {"sm_53": "Jetson Nano", "sm_72": "Jetson Xavier", "sm_80": "A100", "sm_90": "H100"}
CALLS = {"darken, factor 0.45": (darken_kernel, "void(float32[::1], float32[::1], float64)"),
         "darken, np.float32(0.45)": (darken_kernel, "void(float32[::1], float32[::1], float32)"),
         "grayscale": (grayscale_kernel, "void(float32[:,:,::1], float32[:,::1])"),
         "block_sum": (block_sum_kernel, "void(float32[::1], float32[::1])"),
         "box_blur": (box_blur_kernel, "void(float32[:,::1], float32[:,::1], int64)"),
         "tiled_blur (stretch)": (tiled_blur_kernel, "void(float32[:,::1], float32[:,::1], int64)")}


def across_boards(kernel, signature):
    made = [compile_ptx(kernel, target, signature=signature) for target in BOARDS]
    numbers = [instructions(made[0], pattern) for pattern in ("ld.global*", "*.f64*", "bar*")]
    if sum(made[0].opcodes.values()) == 1:
        return "not written yet"
    same = len({listing.ptx.split("\n{", 1)[1] for listing in made}) == 1
    return "".join(f"{number:13}" for number in numbers) + ("   the same" if same else "   differs")


print(f"{'instructions':26}{'global reads':>13}{'float64':>13}{'barriers':>13}   text for " + ", ".join(BOARDS.values()))
for name, (kernel, signature) in CALLS.items():
    try:
        print(f"{name:26}{across_boards(kernel, signature)}")
    except MissingCompiler as missing:
        print(f"{name:26} {missing}")
    except CompileError as error:
        why = str(error)[:150]
        if "shared.array" in why:
            why = "the size of shared memory must be a number or a name"
        print(f"{name:26} runs here, but doesn't compile: {why}")

# %% [markdown]
# **Read it.** How many f64 instructions has your grayscale? Rewrite its weights, run its cell and this table again. A board of 2019 and a data-centre card of 2022 are given the same text: PTX is a common language, and the differences come one floor lower, or with instructions that only new cards have (lab 06 finds one). And the barriers: BLOCK is a constant, so the compiler may unroll your loop, and the five barriers that a block passes stand there one by one.

# %% [markdown]
# ## 12 · On real hardware, and the short ways there
#
# CuPy has two more ways to the same PTX. `ElementwiseKernel` takes one line of C++ and writes the loop, the guard and the index. `RawKernel` takes the whole kernel in CUDA C++, such as this twin of yours:

# %% tags=["experiment"]
print(example("darken"))

# %% [markdown]
# With a GPU that Numba can use, the very kernels that you wrote run on it, and CuPy's beside them. Without one, the next cell says what to look for. In Colab: *Runtime ▸ Change runtime type ▸ T4 GPU*, and run this notebook again.

# %% tags=["experiment"]
@attempt
def short_ways():
    try:
        import cupy

        on_card = cupy.is_available()
    except ImportError:
        on_card = False
    if not on_card:
        for name, source in (("RawKernel", example("darken")), ("ElementwiseKernel's loop", example("elementwise"))):
            made = [compile_ptx(source, target) for target in BOARDS]
            how = "recorded" if made[0].recorded else "compiled here"
            print(f"{name}: NVIDIA's compiler takes it for all {len(made)} boards ({how} by {made[0].compiler})")
        return
    values = cupy.asarray(small.ravel())
    darken_line = cupy.ElementwiseKernel("float32 v, float32 factor", "float32 out", "out = factor * v", "darken_line")
    result_a, result_b = darken_line(values, np.float32(0.45)), cupy.empty_like(values)
    grid = (-(-values.size // 256),)
    cupy.RawKernel(example("darken"), "darken")(grid, (256,), (values, result_b, np.float32(0.45), np.int32(values.size)))
    print("both agree:", bool(cupy.allclose(result_a, result_b)), "· measured on this GPU")


@attempt
def on_the_card():
    if place != "gpu":
        print("No GPU that Numba can use here. On one, three things are worth a look:")
        print("the slide, run ten times, gives pictures that differ; x as the column beats x as the row;")
        print("and the tiled blur may not beat the plain one: caches have learnt the trick.")
        return
    here = cuda.to_device(big)
    there = cuda.to_device(np.zeros_like(big))
    for name, kernel in (("x as the column", x_is_the_column), ("x as the row", x_is_the_row)):
        side = -(-max(big.shape) // 16)
        square = cuda.to_device(np.zeros((side * 16, side * 16), np.float32))
        print(name, measure(lambda k=kernel, s=square, n=side: launch(k, (n, n), (16, 16), s, s), label=name))
    side = -(-max(big.shape) // 16)
    timing = measure(lambda: launch(box_blur_kernel, (side, side), (16, 16), here, there, 2), label="blur of radius 2")
    print(timing)
    record("blur of radius 2, on a GPU", timing)
    outcomes = []
    for _ in range(10):
        moved = cuda.to_device(small)
        launch(slide_kernel, (27, 18), (8, 8), moved, 24)
        outcomes.append(moved.copy_to_host().tobytes())
    print(f"the slide in place, ten runs: {len(set(outcomes))} different pictures (measured)")

# %% [markdown]
# ## 13 · In your own words
#
# **A colleague's kernel has a race. "I ran it a thousand times, always right. It's only a theory." What do you answer?** In at most 100 words. You mark it yourself.
#
# <details><summary>How to mark it (0 to 3)</summary>
#
# - **Mechanism.** No order is promised; his thousand runs sampled the one or few orders that this machine, this block size and this load happen to give.
# - **A number.** One of yours: the share of pixels that changed, or the racing cells that the record showed while the picture was perfect.
# - **Limit.** What the record does not show: other inputs take other paths, and it says nothing about speed.
#
# </details>

# %% [markdown] written="only-a-theory" points=0
# A thousand runs on one machine are a thousand samples of nearly the same order. Another card, block size or driver starts threads otherwise. In this lab the slide looked perfect with the last thread first, and
# in that very run 23,738 cells were written by one thread and read by another with no barrier between; in another order 78 % of the pixels were different. So look at the record, not at the result. It shows races on the path that this input takes, no more.

# %% [markdown]
# ## 14 · Your ledger so far

# %% tags=["experiment"]
ledger_view.table("02_cuda_kernels")

# %% tags=["experiment"]
guessed = ledger_view.plot("02_cuda_kernels")
if guessed is None:
    print("No guesses yet: go back, put numbers in place of None, and run the notebook again.")
else:
    show(guessed, alt="Your guesses divided by what came out, on a logarithmic scale around 1")

# %% tags=["experiment"]
ledger_view.keep()

# %% [markdown]
# ## Recap
#
# <details><summary><b>1.</b> Why does every kernel begin with an <code>if</code>?</summary>
#
# Grids come in whole blocks, pictures don't. The spare threads would read and write outside the arrays, and a GPU doesn't stop them.
#
# </details>
# <details><summary><b>2.</b> Can a barrier mend the slide in place?</summary>
#
# No. A barrier holds the threads of one block; the slide also reads pixels that other blocks write, and nothing orders two blocks but the end of the kernel. Read one picture, write another.
#
# </details>
# <details><summary><b>3.</b> Twice the radius: how does the gain of a tile change?</summary>
#
# It grows. Without a tile reads grow with $(2r + 1)^2$, with one only with $(1 + 2r / T)^2$ a pixel.
#
# </details>
#
# ## What comes next
#
# In **03** the nine weights of a blur need not be equal: a convolution is a filter whose numbers are learned. In **06** you compile a product for three generations of cards, and find the instruction behind a famous headline.
#
# ## Sources
#
# - The photograph and its maker: `gpu_utils.samples.credit`.
# - NVIDIA: *CUDA C++ Programming Guide* (threads, blocks, barriers, shared memory) and *CUDA C++ Best Practices Guide* (coalesced access).
# - NVIDIA: *Parallel Thread Execution ISA*, <https://docs.nvidia.com/cuda/parallel-thread-execution/>.
# - NVIDIA: *Turing GPU Architecture*, whitepaper WP-09183: rate of float64 arithmetic.
# - M. Harris: *Optimizing Parallel Reduction in CUDA*, NVIDIA: the tree of sums.
# - S. Rush: *GPU Puzzles*, <https://github.com/srush/GPU-Puzzles>: the idea to draw every read and write.
