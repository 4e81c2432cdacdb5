# %% right="a test for each neighbour"
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    if x >= image.shape[1] or y >= image.shape[0]:
        return
    total, pixels = 0.0, 0
    for down in range(-radius, radius + 1):
        for across in range(-radius, radius + 1):
            if 0 <= y + down < image.shape[0] and 0 <= x + across < image.shape[1]:
                total += image[y + down, x + across]
                pixels += 1
    out[y, x] = total / pixels

# %% right="x taken for the row, columns outermost, a running mean in single precision"
@cuda.jit
def box_blur_kernel(image, out, radius):
    row, column = cuda.grid(2)
    if row < out.shape[0] and column < out.shape[1]:
        mean, n = float32(0), 0
        for c in range(max(0, column - radius), min(out.shape[1], column + radius + 1)):
            for r in range(max(0, row - radius), min(out.shape[0], row + radius + 1)):
                n += 1
                mean += (image[r, c] - mean) / float32(n)
        out[row, column] = mean

# %% right="strides in both directions"
@cuda.jit
def box_blur_kernel(image, out, radius):
    x0, y0 = cuda.grid(2)
    dx, dy = cuda.gridsize(2)
    height, width = image.shape
    for y in range(y0, height, dy):
        for x in range(x0, width, dx):
            top, bottom = max(y - radius, 0), min(y + radius, height - 1)
            left, right = max(x - radius, 0), min(x + radius, width - 1)
            total = 0.0
            for row in range(bottom, top - 1, -1):
                for column in range(right, left - 1, -1):
                    total += image[row, column]
            out[y, x] = total / ((bottom - top + 1) * (right - left + 1))

# %% right="each share divided before it is added"
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        n = (min(height, y + radius + 1) - max(0, y - radius)) * (min(width, x + radius + 1) - max(0, x - radius))
        out[y, x] = 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                out[y, x] += image[row, column] / n

# %% wrong="divides by the whole square at the edge too" hint="At the edge fewer pixels exist: divide by those that you added."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / (2 * radius + 1) ** 2

# %% wrong="leaves the edge alone" hint="At the edge, average what exists."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if radius <= y < height - radius and radius <= x < width - radius:
        total = 0.0
        for row in range(y - radius, y + radius + 1):
            for column in range(x - radius, x + radius + 1):
                total += image[row, column]
        out[y, x] = total / (2 * radius + 1) ** 2
    elif y < height and x < width:
        out[y, x] = image[y, x]

# %% wrong="repeats the pixels at the edge" hint="At the edge, average what exists; don't count an edge pixel several times."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total = 0.0
        for down in range(-radius, radius + 1):
            for across in range(-radius, radius + 1):
                total += image[min(max(y + down, 0), height - 1), min(max(x + across, 0), width - 1)]
        out[y, x] = total / (2 * radius + 1) ** 2

# %% wrong="negative indices wrap round" hint="A negative index counts from the end, in Numba too: begin at max(0, ...)."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(y - radius, min(height, y + radius + 1)):
            for column in range(x - radius, min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="stops one pixel short" hint="range(a, b) ends before b: the square ends at radius + 1."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius)):
            for column in range(max(0, x - radius), min(width, x + radius)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / max(pixels, 1)

# %% wrong="runs over the lower and the right edge" hint="End at min(height, ...) and min(width, ...)."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), y + radius + 1):
            for column in range(max(0, x - radius), x + radius + 1):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="a cross instead of a square" hint="The square has corners: two loops, one inside the other."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            total += image[row, x]
            pixels += 1
        for column in range(max(0, x - radius), min(width, x + radius + 1)):
            if column != x:
                total += image[y, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="radius 1 whatever is asked" hint="`radius` is an argument."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - 1), min(height, y + 2)):
            for column in range(max(0, x - 1), min(width, x + 2)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="takes the radius for the side of the square" hint="`radius` pixels to each side: the square is 2 radius + 1 wide."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius // 2), min(height, y + radius // 2 + 1)):
            for column in range(max(0, x - radius // 2), min(width, x + radius // 2 + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="rows and columns swapped in the limits" hint="Rows end at image.shape[0], columns at image.shape[1]."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    width, height = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="no guard" hint="Spare threads have no pixel: ask before you write."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if True:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / max(pixels, 1)

# %% wrong="reads what others write: blurs in two passes through out" hint="Threads of other blocks may not have written yet: read from image only."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for column in range(max(0, x - radius), min(width, x + radius + 1)):
            total += image[y, column]
            pixels += 1
        out[y, x] = total / pixels
        cuda.syncthreads()
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            total += out[row, x]
            pixels += 1
        out[y, x] = total / pixels

# %% wrong="blurs in place" hint="Write into out; a neighbour may still want the old pixel."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        image[y, x] = total / pixels
        out[y, x] = image[y, x]

# %% wrong="the sum instead of the mean" hint="Divide by the number of pixels."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total

# %% wrong="leaves its own pixel out" hint="The square includes the pixel itself."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                if row != y or column != x:
                    total += image[row, column]
                    pixels += 1
        out[y, x] = total / max(pixels, 1)

# %% wrong="integer division" hint="`//` drops the fraction: divide with `/`."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total // pixels

# %% wrong="one mean for the whole block" hint="The square lies around the thread's own pixel, not around its block's."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, cuda.blockIdx.y * cuda.blockDim.y - radius), min(height, y + radius + 1)):
            for column in range(max(0, cuda.blockIdx.x * cuda.blockDim.x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="row and column swapped in the read" hint="image[row, column]: the limits are right, the read is turned."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = 0.0, 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[column, row]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="adds to out, which is not empty" hint="Nobody cleared `out`: begin with out[y, x] = 0, or add up in a variable."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        pixels = 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                out[y, x] += image[row, column]
                pixels += 1
        out[y, x] /= pixels

# %% wrong="the total begins anew in each row" hint="`total = 0` stands before both loops, not between them."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        pixels = 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            total = 0.0
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="divides by nine always" hint="Count the pixels that you add: `pixels += 1`, then divide by that."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total = 0.0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
        out[y, x] = total / 9

# %% wrong="no guard, and divides by nothing" hint="Spare threads have no pixel, so they add up none: `if` before you begin."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    total, pixels = 0.0, 0
    for row in range(max(0, y - radius), min(height, y + radius + 1)):
        for column in range(max(0, x - radius), min(width, x + radius + 1)):
            total += image[row, column]
            pixels += 1
    out[y, x] = total / pixels

# %% wrong="the edge stays empty" hint="At the edge, average what exists: every pixel of `out` wants a value."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if radius <= y < height - radius and radius <= x < width - radius:
        total = 0.0
        for row in range(y - radius, y + radius + 1):
            for column in range(x - radius, x + radius + 1):
                total += image[row, column]
        out[y, x] = total / (2 * radius + 1) ** 2

# %% wrong="the mean of a slice" hint="A thread reads one pixel at a time: two loops and a running total."
@cuda.jit
def box_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        out[y, x] = image[max(0, y - radius):y + radius + 1, max(0, x - radius):x + radius + 1].mean()
