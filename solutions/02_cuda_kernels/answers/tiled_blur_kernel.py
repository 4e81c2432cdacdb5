# %% right="cells numbered in one row, sixteen threads share them"
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    side = TILE + 2 * radius
    for cell in range(cuda.threadIdx.y * TILE + cuda.threadIdx.x, side * side, TILE * TILE):
        row, column = cell // side, cell % side
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

# %% right="zeros outside the picture"
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if 0 <= top + row < height and 0 <= left + column < width:
                tile[row, column] = image[top + row, left + column]
            else:
                tile[row, column] = 0
    cuda.syncthreads()
    if x < width and y < height:
        total, pixels = 0.0, 0
        for row in range(cuda.threadIdx.y, cuda.threadIdx.y + 2 * radius + 1):
            for column in range(cuda.threadIdx.x, cuda.threadIdx.x + 2 * radius + 1):
                total += tile[row, column]
                if 0 <= top + row < height and 0 <= left + column < width:
                    pixels += 1
        out[y, x] = total / pixels

# %% right="x taken for the row"
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    y, x = cuda.grid(2)
    height, width = image.shape
    top, left = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
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

# %% right="one thread of the block loads for all"
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    if cuda.threadIdx.x == 0 and cuda.threadIdx.y == 0:
        for row in range(max(0, top), min(height, top + TILE + 2 * radius)):
            for column in range(max(0, left), min(width, left + TILE + 2 * radius)):
                tile[row - top, column - left] = image[row, column]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="no barrier" hint="Wait until the whole tile is loaded before anybody reads it."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if 0 <= top + row < height and 0 <= left + column < width:
                tile[row, column] = image[top + row, left + column]
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="the halo is not loaded" hint="A thread at the tile's edge needs pixels beyond it: load the halo too."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    if y < height and x < width:
        tile[cuda.threadIdx.y + radius, cuda.threadIdx.x + radius] = image[y, x]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="the halo's corners are not loaded" hint="Pixels diagonally outside the tile are needed too."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            inside = radius <= row < TILE + radius or radius <= column < TILE + radius
            if inside and 0 <= top + row < height and 0 <= left + column < width:
                tile[row, column] = image[top + row, left + column]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="spare threads leave before the barrier" hint="Threads without a pixel load cells of the tile too, and must reach the barrier."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    if y >= height or x >= width:
        return
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

# %% wrong="the barrier inside the if" hint="All threads of a block must reach the barrier: put it before the `if`."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if 0 <= top + row < height and 0 <= left + column < width:
                tile[row, column] = image[top + row, left + column]
    if y < height and x < width:
        cuda.syncthreads()
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="loads beyond the edge" hint="Load only pixels that exist: ask for all four sides."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            tile[row, column] = image[top + row, left + column]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="asks for the lower and the right edge only" hint="Above and to the left of the picture there is nothing either."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if top + row < height and left + column < width:
                tile[row, column] = image[top + row, left + column]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="reads image again in the blur" hint="The point of the tile: after the barrier read from it, and no more from image."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
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
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="blurs without a tile" hint="Load tile and halo into shared memory first."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    x, y = cuda.grid(2)
    height, width = image.shape
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += image[row, column]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="always the largest halo" hint="Load what the radius needs: more reads than necessary are what the tile is to save."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - MAX_RADIUS, cuda.blockIdx.y * TILE - MAX_RADIUS
    for row in range(cuda.threadIdx.y, TILE + 2 * MAX_RADIUS, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * MAX_RADIUS, TILE):
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

# %% wrong="rows and columns of the tile swapped" hint="tile[row, column], when loading and when reading."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(cuda.threadIdx.y, TILE + 2 * radius, TILE):
        for column in range(cuda.threadIdx.x, TILE + 2 * radius, TILE):
            if 0 <= top + row < height and 0 <= left + column < width:
                tile[column, row] = image[top + row, left + column]
    cuda.syncthreads()
    if y < height and x < width:
        total, pixels = float32(0), 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                total += tile[row - top, column - left]
                pixels += 1
        out[y, x] = total / pixels

# %% wrong="divides by the whole square at the edge too" hint="At the edge fewer pixels exist: divide by those that you added."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
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
        out[y, x] = total / (2 * radius + 1) ** 2

# %% wrong="reads empty cells as if they were zeros" hint="Shared memory is not cleared: what nobody wrote holds anything."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
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
        total = float32(0)
        for row in range(cuda.threadIdx.y, cuda.threadIdx.y + 2 * radius + 1):
            for column in range(cuda.threadIdx.x, cuda.threadIdx.x + 2 * radius + 1):
                total += tile[row, column]
        rows = min(height, y + radius + 1) - max(0, y - radius)
        columns = min(width, x + radius + 1) - max(0, x - radius)
        out[y, x] = total / (rows * columns)

# %% wrong="every thread loads the whole tile" hint="Share the loading: each cell once, by one thread."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height, width = image.shape
    left, top = cuda.blockIdx.x * TILE - radius, cuda.blockIdx.y * TILE - radius
    for row in range(0, TILE + 2 * radius):
        for column in range(0, TILE + 2 * radius):
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

# %% wrong="square pictures only" hint="Rows end at image.shape[0], columns at image.shape[1]."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((SIDE, SIDE), float32)
    x, y = cuda.grid(2)
    height = width = min(image.shape[0], image.shape[1])
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

# %% wrong="shared memory as large as the radius asks" hint="The size must be a constant when the kernel is compiled: (SIDE, SIDE), whatever the radius."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
    tile = cuda.shared.array((TILE + 2 * radius, TILE + 2 * radius), float32)
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

# %% wrong="blurs in place" hint="The image is only read: write into `out`. Another block may still load the old pixel."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
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
        image[y, x] = total / pixels
        out[y, x] = image[y, x]

# %% wrong="adds to out, which is not empty" hint="Nobody cleared `out`: add up in a variable."
@cuda.jit
def tiled_blur_kernel(image, out, radius):
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
        pixels = 0
        for row in range(max(0, y - radius), min(height, y + radius + 1)):
            for column in range(max(0, x - radius), min(width, x + radius + 1)):
                out[y, x] += tile[row - top, column - left]
                pixels += 1
        out[y, x] /= pixels
