# %% right="returns early"
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i >= image.size:
        return
    out[i] = image[i] * factor

# %% right="a grid-stride loop"
@cuda.jit
def darken_kernel(image, out, factor):
    for i in range(cuda.grid(1), image.shape[0], cuda.gridsize(1)):
        out[i] = image[i] * factor

# %% right="the place by hand"
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if i < len(out):
        out[i] = factor * image[i]

# %% right="threads dealt out like cards, a while loop"
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.threadIdx.x * cuda.gridDim.x + cuda.blockIdx.x
    while i < out.size:
        out[i] = factor * image[i]
        i += cuda.gridDim.x * cuda.blockDim.x

# %% right="from the last value to the first, single precision"
@cuda.jit
def darken_kernel(image, out, factor):
    i = image.size - 1 - cuda.grid(1)
    if i >= 0:
        out[i] = float32(factor) * image[i]

# %% wrong="no guard: spare threads run over the end" hint="Ask `if i < image.size` before you read or write: no GPU raises an IndexError."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    out[i] = factor * image[i]

# %% wrong="reads before the guard" hint="The read is outside too: put it inside the `if`."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    value = image[i]
    if i < image.size:
        out[i] = factor * value

# %% wrong="a guard that is one too wide" hint="The last index is size - 1: `<`, not `<=`."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i <= image.size:
        out[i] = factor * image[i]

# %% wrong="a guard that is one too narrow" hint="The last value, at index size - 1, wants a thread too."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size - 1:
        out[i] = factor * image[i]

# %% wrong="the place in the block taken for the place in the grid" hint="Every block has a thread 0: use `cuda.grid(1)`."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.threadIdx.x
    if i < image.size:
        out[i] = factor * image[i]

# %% wrong="relies on blocks of 4 threads" hint="The block size is whatever the launch says: `cuda.blockDim.x`."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.blockIdx.x * 4 + cuda.threadIdx.x
    if i < image.size:
        out[i] = factor * image[i]

# %% wrong="multiplies the thread's place, not the block's" hint="blockIdx.x * blockDim.x + threadIdx.x: so many full blocks come before mine."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.threadIdx.x * cuda.blockDim.x + cuda.blockIdx.x
    if i < image.size:
        out[i] = factor * image[i]

# %% wrong="every thread does all the work" hint="One thread, one value: no loop over all of them."
@cuda.jit
def darken_kernel(image, out, factor):
    for i in range(image.size):
        out[i] = factor * image[i]

# %% wrong="darkens the image itself" hint="Write into `out`; the image is only read."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        image[i] = factor * image[i]
        out[i] = image[i]

# %% wrong="a fixed factor" hint="`factor` is an argument."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        out[i] = 0.5 * image[i]

# %% wrong="wraps round instead of stopping" hint="A spare thread has nothing to do: with `%` it does somebody else's value a second time."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1) % image.size
    out[i] = factor * image[i]

# %% wrong="nothing is written into out" hint="Only `out[i] = ...` writes. `return` gives the value to nobody, and `out = ...` is a new name for it."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        return factor * image[i]

# %% wrong="whole arrays, as in NumPy" hint="A thread has one value: index the arrays down to it."
@cuda.jit
def darken_kernel(image, out, factor):
    out[:] = factor * image

# %% right="a device function of one's own, an explicit signature"
@cuda.jit(device=True)
def darker(value, factor):
    return value * factor


@cuda.jit("void(float32[:], float32[:], float32)")
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        out[i] = darker(image[i], factor)

# %% wrong="spare threads do the last value again" hint="A spare thread has nothing to do: with min() it writes what another thread writes too."
@cuda.jit
def darken_kernel(image, out, factor):
    i = min(cuda.grid(1), image.size - 1)
    out[i] = factor * image[i]

# %% wrong="two places where there is one" hint="`cuda.grid(1)` is one number, i. It takes `cuda.grid(2)` to get x and y."
@cuda.jit
def darken_kernel(image, out, factor):
    x, y = cuda.grid(1)
    if x < image.size:
        out[x] = factor * image[x]

# %% wrong="cuda.grid without a number" hint="`cuda.grid(1)`: the number says how many axes the grid has."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid()
    if i < image.size:
        out[i] = factor * image[i]

# %% wrong="@cuda.jit is missing" hint="Put `@cuda.jit` on the line above `def`: it makes a kernel of the function."
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        out[i] = factor * image[i]

# %% wrong="multiplies what out holds" hint="`out` holds nothing yet: read from image."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < image.size:
        out[i] *= factor

# %% wrong="a guard by threads, not by values" hint="How many threads a block has says nothing about the values: `image.size`."
@cuda.jit
def darken_kernel(image, out, factor):
    i = cuda.grid(1)
    if i < cuda.blockDim.x:
        out[i] = factor * image[i]
