# %% right="a list, from a seed and an epoch in one generator"
def shard_indices(n, rank, world, epoch, seed):
    order = np.random.default_rng((seed, epoch)).permutation(n).tolist()
    return order[rank::world]

# %% right="contiguous pieces of a shuffled order"
def shard_indices(n, rank, world, epoch, seed):
    order = np.arange(n)
    np.random.default_rng(seed * 1_000_003 + epoch).shuffle(order)
    return np.array_split(order, world)[rank]

# %% right="torch's generator, as PyTorch's sampler has it"
def shard_indices(n, rank, world, epoch, seed):
    generator = torch.Generator().manual_seed(seed + epoch)
    return torch.randperm(n, generator=generator).numpy()[rank:n:world]

# %% right="the standard library's random"
def shard_indices(n, rank, world, epoch, seed):
    import random

    order = list(range(n))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return [index for place, index in enumerate(order) if place % world == rank]

# %% wrong="pads as PyTorch does" hint="Equal numbers for all ranks mean that some samples come twice. Here each comes exactly once."
def shard_indices(n, rank, world, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(n)
    each = -(-n // world)
    return np.resize(order, each * world)[rank::world] if n else order

# %% wrong="drops what doesn't divide" hint="n // world for each rank loses the rest."
def shard_indices(n, rank, world, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(n)
    each = n // world
    return order[rank * each : (rank + 1) * each]

# %% wrong="the last rank takes the rest" hint="Nothing is lost, but the last rank may get many more than the others. Numbers differ by at most one."
def shard_indices(n, rank, world, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(n)
    each = n // world
    return order[rank * each : (rank + 1) * each if rank < world - 1 else n]

# %% wrong="an order of its own on each rank" hint="If the rank is part of the seed, every rank deals from another deck: some samples come twice, others never."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.default_rng([seed, epoch, rank]).permutation(n)[rank::world]

# %% wrong="forgets the epoch" hint="The same order in each epoch: the epoch has to go into the seed."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.default_rng(seed).permutation(n)[rank::world]

# %% wrong="forgets the seed" hint="Another seed has to give another order."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.default_rng(epoch).permutation(n)[rank::world]

# %% wrong="doesn't shuffle" hint="The order has to be drawn: 0, 1, 2, ... is none."
def shard_indices(n, rank, world, epoch, seed):
    return np.arange(n)[rank::world]

# %% wrong="shuffles within its own shard" hint="Deal out after shuffling, not before: otherwise a rank sees the same samples for ever."
def shard_indices(n, rank, world, epoch, seed):
    mine = np.arange(n)[rank::world]
    return np.random.default_rng([seed, epoch]).permutation(mine)

# %% wrong="uses the global generator" hint="Ranks are separate processes: what the global generator gives depends on what was drawn before. Make one of your own from seed and epoch."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.permutation(n)[rank::world]

# %% wrong="seeds the global generator" hint="np.random.seed changes the random numbers of the whole program. Make a generator of your own."
def shard_indices(n, rank, world, epoch, seed):
    np.random.seed(seed * 1000 + epoch)
    return np.random.permutation(n)[rank::world]

# %% wrong="turns the hands round instead of shuffling" hint="An order that is only shifted by the epoch is no new order."
def shard_indices(n, rank, world, epoch, seed):
    order = np.random.default_rng(seed).permutation(n)
    return order[(rank + epoch) % world :: world]

# %% wrong="chunks by rounding up" hint="With pieces of ceil(n / world) the last ranks may get too few, or none."
def shard_indices(n, rank, world, epoch, seed):
    order = np.random.default_rng([seed, epoch]).permutation(n)
    each = -(-n // world)
    return order[rank * each : (rank + 1) * each]

# %% wrong="takes every world-th sample from 0 on" hint="Every rank starts at its own number: order[rank::world]."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.default_rng([seed, epoch]).permutation(n)[::world]

# %% wrong="stops where ranks get nothing" hint="Fewer samples than ranks are allowed, and so is none at all: those ranks get an empty list."
def shard_indices(n, rank, world, epoch, seed):
    if n < world:
        raise ValueError("too few samples")
    return np.random.default_rng([seed, epoch]).permutation(n)[rank::world]

# %% wrong="draws with replacement" hint="integers(0, n) may draw a sample twice. A permutation has each once."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.default_rng([seed, epoch]).integers(0, max(n, 1), n)[rank::world]

# %% wrong="seed times epoch" hint="In epoch 0 the product is 0 for every seed. Give the generator both numbers: [seed, epoch]."
def shard_indices(n, rank, world, epoch, seed):
    return np.random.default_rng(seed * epoch).permutation(n)[rank::world]
