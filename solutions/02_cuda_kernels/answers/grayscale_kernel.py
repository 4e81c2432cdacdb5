# %% right="x taken for the row"
@cuda.jit
def grayscale_kernel(image, out):
    row, column = cuda.grid(2)
    if row < out.shape[0] and column < out.shape[1]:
        out[row, column] = 0.299 * image[row, column, 0] + 0.587 * image[row, column, 1] + 0.114 * image[row, column, 2]

# %% right="returns early, a loop over the channels"
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    height, width, channels = image.shape
    if y >= height or x >= width:
        return
    total = float32(0)
    for channel in range(3):
        total += (float32(0.299), float32(0.587), float32(0.114))[channel] * image[y, x, channel]
    out[y, x] = total

# %% right="strides in both directions"
@cuda.jit
def grayscale_kernel(image, out):
    x0, y0 = cuda.grid(2)
    across, down = cuda.gridsize(2)
    for y in range(y0, image.shape[0], down):
        for x in range(x0, image.shape[1], across):
            out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% right="both places by hand, rows through views"
@cuda.jit
def grayscale_kernel(image, out):
    x = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    y = cuda.blockIdx.y * cuda.blockDim.y + cuda.threadIdx.y
    if x < image.shape[1]:
        if y < image.shape[0]:
            r, g, b = image[y][x][0], image[y][x][1], image[y][x][2]
            out[y][x] = r * 0.299 + g * 0.587 + b * 0.114

# %% wrong="rows and columns swapped in the guard" hint="x is the column here, so it is compared with image.shape[1]."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if x < image.shape[0] and y < image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="row and column swapped in the index" hint="image[row, column]: y first when y is the row."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = 0.299 * image[x, y, 0] + 0.587 * image[x, y, 1] + 0.114 * image[x, y, 2]

# %% wrong="writes the picture on its side" hint="out[row, column], as in the image."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        out[x, y] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="no guard" hint="Spare threads at the right and at the bottom have no pixel: `if` before you read."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="guards the columns only" hint="A grid has spare threads at the bottom too."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if x < image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="guards the rows only" hint="A grid has spare threads at the right too."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="or instead of and" hint="A pixel exists when its row exists and its column exists."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] or x < image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="a plain mean of the channels" hint="The eye weighs them: 0.299, 0.587, 0.114."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = (image[y, x, 0] + image[y, x, 1] + image[y, x, 2]) / 3

# %% wrong="weights in the order blue, green, red" hint="Channel 0 is red, and red has 0.299."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = 0.114 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.299 * image[y, x, 2]

# %% wrong="square pictures only" hint="Rows end at shape[0], columns at shape[1]: two limits, not one."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    size = min(image.shape[0], image.shape[1])
    if x < size and y < size:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="every thread does a whole row" hint="One thread, one pixel: no loop over the columns."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0]:
        for column in range(image.shape[1]):
            out[y, column] = 0.299 * image[y, column, 0] + 0.587 * image[y, column, 1] + 0.114 * image[y, column, 2]

# %% wrong="relies on blocks of 4 x 4" hint="The block size is whatever the launch says: cuda.grid(2) knows it."
@cuda.jit
def grayscale_kernel(image, out):
    x = cuda.blockIdx.x * 4 + cuda.threadIdx.x
    y = cuda.blockIdx.y * 4 + cuda.threadIdx.y
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="uses the place in the block only" hint="Every block has a thread (0, 0): use cuda.grid(2)."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% right="the 2-D grid as one long row"
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    i = y * cuda.gridsize(2)[0] + x
    if i < out.size:
        row, column = i // image.shape[1], i % image.shape[1]
        out[row, column] = 0.299 * image[row, column, 0] + 0.587 * image[row, column, 1] + 0.114 * image[row, column, 2]

# %% wrong="a 1-D place in a 2-D grid" hint="cuda.grid(1) sees x only: threads that differ in y do the same pixel."
@cuda.jit
def grayscale_kernel(image, out):
    i = cuda.grid(1)
    if i < out.size:
        y, x = i // image.shape[1], i % image.shape[1]
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="writes into the image" hint="The image is only read: write into `out`."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        image[y, x, 0] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]
        out[y, x] = image[y, x, 0]

# %% wrong="adds to out, which is not empty" hint="Nobody cleared `out`: add up in a variable, and write once."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        for channel in range(3):
            out[y, x] += (0.299, 0.587, 0.114)[channel] * image[y, x, channel]

# %% wrong="one place where there are two" hint="`cuda.grid(1)` is one number: x and y come from `cuda.grid(2)`."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(1)
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="a guard that is one too wide" hint="The last row is shape[0] - 1: `<`, not `<=`."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y <= image.shape[0] and x <= image.shape[1]:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="a guard that is one too narrow" hint="The last row and the last column want threads too."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] - 1 and x < image.shape[1] - 1:
        out[y, x] = 0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]

# %% wrong="the weights divided by three" hint="The weights add up to 1: no further division."
@cuda.jit
def grayscale_kernel(image, out):
    x, y = cuda.grid(2)
    if y < image.shape[0] and x < image.shape[1]:
        out[y, x] = (0.299 * image[y, x, 0] + 0.587 * image[y, x, 1] + 0.114 * image[y, x, 2]) / 3
