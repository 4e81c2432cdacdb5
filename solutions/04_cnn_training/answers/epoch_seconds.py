# %% right="walks through the batches"
def epoch_seconds(load, compute, batches, prefetch):
    loaded = done = 0.0
    for _ in range(batches):
        loaded = (loaded if prefetch else done) + load
        done = max(loaded, done) + compute
    return done

# %% right="sum plus the longer one for each further batch"
def epoch_seconds(load, compute, batches, prefetch):
    both = load + compute
    return both + (batches - 1) * (max(load, compute) if prefetch else both)

# %% right="NumPy, with the shorter one hidden"
def epoch_seconds(load, compute, batches, prefetch):
    total = batches * np.add(load, compute)
    return float(total - (batches - 1) * np.minimum(load, compute) * bool(prefetch))

# %% wrong="takes the longer one for every batch" hint="The first load can't be hidden behind anything, nor the last computation."
def epoch_seconds(load, compute, batches, prefetch):
    return batches * max(load, compute) if prefetch else batches * (load + compute)

# %% wrong="forgets the last computation" hint="When the last batch has been loaded, it still has to be computed with."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return load + (batches - 1) * max(load, compute)

# %% wrong="forgets the first load" hint="The device can't begin before the first batch is there."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return (batches - 1) * max(load, compute) + compute

# %% wrong="hides loading completely" hint="Where loading is slower than computing, the device waits for it, batch after batch."
def epoch_seconds(load, compute, batches, prefetch):
    return load + batches * compute if prefetch else batches * (load + compute)

# %% wrong="ignores prefetch" hint="With `prefetch` the loader works beside the device: only the longer of the two counts in between."
def epoch_seconds(load, compute, batches, prefetch):
    return batches * (load + compute)

# %% wrong="prefetches always" hint="Without `prefetch`, every batch waits for its load: a plain sum."
def epoch_seconds(load, compute, batches, prefetch):
    return load + (batches - 1) * max(load, compute) + compute

# %% wrong="takes the shorter instead of the longer one" hint="The slower of the two sets the pace."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return load + (batches - 1) * min(load, compute) + compute

# %% wrong="counts one overlap too many" hint="Between the first load and the last computation lie batches - 1 slots."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return load + batches * max(load, compute) + compute

# %% wrong="halves the time" hint="Overlapping halves an epoch only when loading and computing take equally long."
def epoch_seconds(load, compute, batches, prefetch):
    return batches * (load + compute) / (2 if prefetch else 1)

# %% wrong="loads once for the whole epoch" hint="Every batch has to be loaded, also without prefetching."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return load + batches * compute
    return load + (batches - 1) * max(load, compute) + compute

# %% wrong="gives an average instead of the epoch" hint="The epoch is asked for: all its batches."
def epoch_seconds(load, compute, batches, prefetch):
    total = load + (batches - 1) * max(load, compute) + compute if prefetch else batches * (load + compute)
    return total / batches

# %% wrong="the first load, and then the longer one for every batch" hint="The last batch has only its computation left: $n - 1$ times the longer one, then `compute`."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return load + batches * max(load, compute)

# %% wrong="one slot more than batches, each as long as the longer one" hint="The first slot holds only a load, and the last only a computation: they last as long as those."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return (batches + 1) * max(load, compute)

# %% wrong="takes prefetch the wrong way round" hint="With `prefetch` the two overlap; without it they add up."
def epoch_seconds(load, compute, batches, prefetch):
    if prefetch:
        return batches * (load + compute)
    return load + (batches - 1) * max(load, compute) + compute

# %% wrong="hides computing completely" hint="Where computing is slower than loading, it sets the pace, batch after batch."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return batches * load + compute

# %% wrong="one batch too few in between" hint="Of $n$ batches, $n - 1$ boxes of the slower row lie between the first load and the last computation."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    return load + (batches - 2) * max(load, compute) + compute

# %% wrong="forgets to return with prefetch" hint="Both branches need a `return`."
def epoch_seconds(load, compute, batches, prefetch):
    if not prefetch:
        return batches * (load + compute)
    load + (batches - 1) * max(load, compute) + compute
