# %% right="negate, floor, negate"
def blocks_needed(n, threads_per_block):
    return -(-n // threads_per_block)

# %% right="math.ceil"
def blocks_needed(n, threads_per_block):
    return math.ceil(n / threads_per_block)

# %% right="quotient and remainder"
def blocks_needed(n, threads_per_block):
    blocks, rest = divmod(n, threads_per_block)
    return blocks + (rest > 0)

# %% right="count them out, block by block"
def blocks_needed(n, threads_per_block):
    blocks = 0
    for first in range(0, n, threads_per_block):
        blocks += 1
    return blocks

# %% wrong="rounds down" hint="`//` drops the values that don't fill a block, and math.ceil finds nothing left of them: the last block is begun even for one value."
def blocks_needed(n, threads_per_block):
    return n // threads_per_block

# %% wrong="always one block more" hint="A row that fills its blocks exactly needs no further one: add threads_per_block - 1 before you divide, not a whole block."
def blocks_needed(n, threads_per_block):
    return n // threads_per_block + 1

# %% wrong="rounds to the nearest" hint="Round up, always: a quarter of a block needs a block too."
def blocks_needed(n, threads_per_block):
    return round(n / threads_per_block)

# %% wrong="returns a float" hint="A grid is made of whole blocks: divide with `//`, or return int(...)."
def blocks_needed(n, threads_per_block):
    return np.ceil(n / threads_per_block)

# %% wrong="at least one block, even for nothing" hint="Nothing needs no block."
def blocks_needed(n, threads_per_block):
    return max(1, -(-n // threads_per_block))

# %% wrong="a fixed block of 256 threads" hint="`threads_per_block` says how many threads a block has."
def blocks_needed(n, threads_per_block):
    return (n + 255) // 256

# %% wrong="divides the other way round" hint="How many times do the threads of one block go into n, not n into them?"
def blocks_needed(n, threads_per_block):
    return -(-threads_per_block // n) if n else 0

# %% wrong="one value short: adds too little" hint="Add threads_per_block - 1: with less, a last block with a single value is lost."
def blocks_needed(n, threads_per_block):
    return (n + threads_per_block - 2) // threads_per_block if threads_per_block > 1 else n

# %% wrong="prints instead of returning" hint="`print` shows a number and gives nothing back: `return` it."
def blocks_needed(n, threads_per_block):
    print((n + threads_per_block - 1) // threads_per_block)

# %% wrong="a quotient that is not whole" hint="A grid is made of whole blocks: round up."
def blocks_needed(n, threads_per_block):
    return n / threads_per_block
