# %% right="math.prod"
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape) * itemsize * (reads + writes)

# %% right="NumPy's product, whose integers count as integers"
def bytes_moved(shape, itemsize, reads, writes):
    size = np.prod(shape, dtype=np.int64) * itemsize
    return size * reads + size * writes

# %% right="functools.reduce"
def bytes_moved(shape, itemsize, reads, writes):
    from functools import reduce

    one_way = reduce(lambda a, b: a * b, shape, itemsize)
    return int(one_way * reads + one_way * writes)

# %% wrong="counts values, not bytes" hint="A float32 takes four bytes: multiply by itemsize."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape) * (reads + writes)

# %% wrong="forgets the writes" hint="What is written travels too."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape) * itemsize * reads

# %% wrong="multiplies reads by writes" hint="Two reads and one write are three journeys: they add."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape) * itemsize * reads * writes

# %% wrong="adds the lengths" hint="The number of values is the product of the lengths."
def bytes_moved(shape, itemsize, reads, writes):
    return sum(shape) * itemsize * (reads + writes)

# %% wrong="always one read and one write" hint="`reads` and `writes` say how many journeys there are."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return 2 * math.prod(shape) * itemsize

# %% wrong="expects three axes" hint="A shape may have any number of axes: take the product of all."
def bytes_moved(shape, itemsize, reads, writes):
    height, width, channels = shape
    return height * width * channels * itemsize * (reads + writes)

# %% wrong="uses the first three axes" hint="A batch of pictures has four axes."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape[:3]) * itemsize * (reads + writes)

# %% wrong="overflows 32 bits" hint="Four billion bytes do not fit into 32 bits: count in Python's own integers."
def bytes_moved(shape, itemsize, reads, writes):
    total = 1
    for factor in (*shape, itemsize, reads + writes):
        total = (total * factor) % 2**32
    return total

# %% wrong="counts bits" hint="The answer is in bytes."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return 8 * math.prod(shape) * itemsize * (reads + writes)

# %% wrong="returns kilobytes as a float" hint="Return whole bytes as an int."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape) * itemsize * (reads + writes) / 1000

# %% wrong="counts one write, however many there are" hint="Every pass that writes the whole array counts."
def bytes_moved(shape, itemsize, reads, writes):
    import math

    return math.prod(shape) * itemsize * (reads + 1)

# %% wrong="overflows 31 bits while counting the values" hint="Four billion values do not fit into 32 bits: count in Python's own integers."
def bytes_moved(shape, itemsize, reads, writes):
    return int(np.prod(shape, dtype=np.int32)) * itemsize * (reads + writes)

# %% wrong="counts in single precision" hint="A float32 has 24 bits: large counts get rounded. Count in integers."
def bytes_moved(shape, itemsize, reads, writes):
    return int(np.prod(np.float32(shape))) * itemsize * (reads + writes)
