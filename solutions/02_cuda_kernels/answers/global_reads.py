# %% right="counts pixel by pixel, sets for the tiles"
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    total = 0
    for top in range(0, height, step):
        rows = [r for r in range(top - radius, top + step + radius) if 0 <= r < height]
        for left in range(0, width, step):
            columns = [c for c in range(left - radius, left + step + radius) if 0 <= c < width]
            total += len(rows) * len(columns)
    return total

# %% right="whole arrays"
def global_reads(height, width, radius, tile=None):
    def along(n, step):
        start = np.arange(0, n, step)
        return int((np.minimum(start + step + radius, n) - np.maximum(start - radius, 0)).sum())
    if tile is None:
        return along(height, 1) * along(width, 1)
    return along(height, tile) * along(width, tile)

# %% right="how many tiles read each pixel"
def global_reads(height, width, radius, tile=None):
    step = 1 if tile is None else tile
    def along(n):
        seen = [0] * n
        for start in range(0, n, step):
            for i in range(max(0, start - radius), min(n, start + step + radius)):
                seen[i] += 1
        return sum(seen)
    return along(height) * along(width)

# %% right="an image of ones, blurred"
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    reads = 0
    for top in range(0, height, step):
        for left in range(0, width, step):
            ones = np.ones((height, width), dtype=bool)
            reads += int(ones[max(top - radius, 0):top + step + radius, max(left - radius, 0):left + step + radius].sum())
    return reads

# %% wrong="counts reads beyond the edge" hint="Pixels outside the picture don't exist: clip with max(0, ...) and min(length, ...)."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    tiles = -(-height // step) * -(-width // step)
    return tiles * (step + 2 * radius) ** 2

# %% wrong="forgets the halo" hint="A tile needs radius pixels around it, on every side."
def global_reads(height, width, radius, tile=None):
    if tile:
        return height * width
    along = lambda n: sum(min(n, i + radius + 1) - max(0, i - radius) for i in range(n))
    return along(height) * along(width)

# %% wrong="forgets the halo's corners" hint="The pixel at a tile's corner blurs with pixels diagonally outside: the halo has corners."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    total = 0
    for top in range(0, height, step):
        for left in range(0, width, step):
            rows = min(height, top + step) - top
            columns = min(width, left + step) - left
            more_rows = min(height, top + step + radius) - max(0, top - radius) - rows
            more_columns = min(width, left + step + radius) - max(0, left - radius) - columns
            total += rows * columns + more_rows * columns + more_columns * rows
    return total

# %% wrong="ignores the tile" hint="With a tile each pixel of it and of its halo is read once, not once a thread."
def global_reads(height, width, radius, tile=None):
    along = lambda n: sum(min(n, i + radius + 1) - max(0, i - radius) for i in range(n))
    return along(height) * along(width)

# %% wrong="a fixed tile of 4" hint="`tile` says how large a tile is."
def global_reads(height, width, radius, tile=None):
    step = 4 if tile else 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="whole tiles only" hint="The last tile may be cut off, but it reads too: range(0, length, tile)."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n - n % step, step))
    return along(height) * along(width)

# %% wrong="a square of 2 radius, not 2 radius + 1" hint="The pixel itself counts too: from i - radius to i + radius, both included."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step - 1 + radius) - max(0, s - radius) for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="a halo on two sides only" hint="The halo lies on every side: left and right, above and below."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - s for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="square pictures only" hint="Count rows and columns apart: height and width may differ."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n, step))
    return along(height) ** 2

# %% wrong="clips one side only" hint="A square can stick out at the top and left as well as at the bottom and right."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(s + step + radius - max(0, s - radius) for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="a ring instead of a square, summed not multiplied" hint="A square has rows times columns pixels."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n, step))
    return along(height) + along(width)

# %% wrong="returns a float" hint="Reads are counted: return an int."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n, step))
    return float(along(height) * along(width))

# %% wrong="takes the halo from the neighbouring tiles only" hint="A halo may be larger than a tile: it reaches as far as the radius."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    reach = radius if tile is None else min(radius, tile)
    along = lambda n: sum(min(n, s + step + reach) - max(0, s - reach) for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="a tile of one pixel taken for no tile and no halo" hint="Tiles of one pixel have halos too."
def global_reads(height, width, radius, tile=None):
    if tile == 1:
        return height * width
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="a tile's end one too far" hint="A tile that begins at s ends at s + tile: with the halo at s + tile + radius."
def global_reads(height, width, radius, tile=None):
    if tile is None:
        along = lambda n: sum(min(n, i + radius + 1) - max(0, i - radius) for i in range(n))
    else:
        along = lambda n: sum(min(n, s + tile + radius + 1) - max(0, s - radius) for s in range(0, n, tile))
    return along(height) * along(width)

# %% wrong="one too far, with and without a tile" hint="A tile that begins at s ends at s + step, so with its halo at s + step + radius: no further 1."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius + 1) - max(0, s - radius) for s in range(0, n, step))
    return along(height) * along(width)

# %% wrong="with a tile, forgets the halo's corners" hint="The pixel at the corner of a tile blurs with pixels diagonally outside: the halo has corners."
def global_reads(height, width, radius, tile=None):
    if tile is None:
        along = lambda n: sum(min(n, i + radius + 1) - max(0, i - radius) for i in range(n))
        return along(height) * along(width)
    total = 0
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            rows = min(height, top + tile) - top
            columns = min(width, left + tile) - left
            more_rows = min(height, top + tile + radius) - max(0, top - radius) - rows
            more_columns = min(width, left + tile + radius) - max(0, left - radius) - columns
            total += rows * columns + more_rows * columns + more_columns * rows
    return total

# %% wrong="the table, as if there were no edge, and tiles by division" hint="The table is right away from the edge only, and the last tile may be cut off: count one axis, clipped, and multiply."
def global_reads(height, width, radius, tile=None):
    if tile is None:
        return height * width * (2 * radius + 1) ** 2
    return (height // tile) * (width // tile) * (tile + 2 * radius) ** 2

# %% wrong="prints instead of returning" hint="`print` shows a number and gives nothing back: `return` it."
def global_reads(height, width, radius, tile=None):
    step = tile or 1
    along = lambda n: sum(min(n, s + step + radius) - max(0, s - radius) for s in range(0, n, step))
    print(along(height) * along(width))
