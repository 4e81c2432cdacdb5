# %% right="loops over the tiles"
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    out = np.empty((n, channels, rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            out[:, :, y, z] = x[:, :, y * size : (y + 1) * size, z * size : (z + 1) * size].max(axis=(2, 3))
    return out

# %% right="the largest of shifted pictures"
def max_pool2d(x, size):
    rows, columns = x.shape[2] // size * size, x.shape[3] // size * size
    out = x[:, :, 0:rows:size, 0:columns:size].copy()
    for i in range(size):
        for j in range(size):
            out = np.maximum(out, x[:, :, i:rows:size, j:columns:size])
    return out

# %% right="windows, every size-th"
def max_pool2d(x, size):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return windows[:, :, ::size, ::size].max(axis=(-1, -2))

# %% wrong="averages" hint="The largest, not the mean."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.mean(axis=(3, 5), dtype=x.dtype)

# %% wrong="takes the smallest" hint="The largest value of each tile."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.min(axis=(3, 5))

# %% wrong="tiles that overlap" hint="The tiles move by their own size."
def max_pool2d(x, size):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return windows.max(axis=(-1, -2))

# %% wrong="keeps the ragged edge" hint="What doesn't fill a tile is dropped: H // size rows, W // size columns."
def max_pool2d(x, size):
    x = np.pad(x, ((0, 0), (0, 0), (0, -x.shape[2] % size), (0, -x.shape[3] % size)))
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="starts from zero" hint="The largest of negative numbers is negative: start from the tile's first value, not from 0."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return np.maximum(tiles.max(axis=(3, 5)), 0)

# %% wrong="sizes that fit only" hint="What doesn't fill a tile is cut off first."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x.reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="wrong axes of the tiles" hint="The axes within a tile are 3 and 5."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, size, rows, size, columns)
    return tiles.max(axis=(2, 4))

# %% wrong="always 2 x 2" hint="size says how large the tiles are."
def max_pool2d(x, size):
    size = 2
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="rows only" hint="The tiles have size columns too."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=3).reshape(n, channels, rows, -1)

# %% wrong="takes the upper left pixel" hint="The largest of the tile, not its first."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles[:, :, :, 0, :, 0].copy()

# %% wrong="the largest over all channels" hint="Each channel keeps its own."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return np.broadcast_to(tiles.max(axis=(1, 3, 5))[:, None], (n, channels, rows, columns)).copy()

# %% wrong="returns float64" hint="Keep the dtype of x."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5)).astype(np.float64)

# %% wrong="mixes up rows and columns" hint="H // size rows, W // size columns."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5)).transpose(0, 1, 3, 2)

# %% wrong="reads the memory as if it lay in order" hint="An array may be a view: index it, don't read its buffer."
def max_pool2d(x, size):
    x = np.ndarray(x.shape, x.dtype, buffer=(x if x.base is None else x.base).tobytes())
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="refuses tiles of one pixel" hint="Tiles of one pixel are tiles too: nothing changes."
def max_pool2d(x, size):
    if size < 2:
        return x[:, :, ::2, ::2].copy()
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="square pictures only" hint="Rows and columns have lengths of their own."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, height // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="lets torch compute it" hint="Write it with NumPy."
def max_pool2d(x, size):
    return F.max_pool2d(torch.from_numpy(np.array(x)), size).numpy()

# %% wrong="drops the ragged edge at the start" hint="Tiles begin at the upper left; what is left over at the end is dropped."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, height - rows * size :, width - columns * size :].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5))

# %% wrong="the four corners of a tile" hint="A tile of 3 x 3 has nine values."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    ends = (0, size - 1)
    return np.maximum.reduce([x[:, :, i : rows * size : size, j : columns * size : size] for i in ends for j in ends])

# %% wrong="computes in float32" hint="Keep the dtype of x, and its digits."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    tiles = x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size)
    return tiles.max(axis=(3, 5)).astype(np.float32).astype(x.dtype)

# %% wrong="sizes with a point" hint="A size is a whole number: // in place of /."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    return x.reshape(n, channels, height / size, size, width / size, size).max(axis=(3, 5))

# %% wrong="the largest over the tiles in place of within them" hint="The axes within a tile are 3 and 5; 2 and 4 count the tiles."
def max_pool2d(x, size):
    n, channels, height, width = x.shape
    rows, columns = height // size, width // size
    return x[:, :, : rows * size, : columns * size].reshape(n, channels, rows, size, columns, size).max(axis=(2, 4))

