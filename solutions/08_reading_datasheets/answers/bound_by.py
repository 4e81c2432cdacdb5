# %% right="compares two times"
def bound_by(flops, nbytes, peak, bandwidth):
    arithmetic_s, moving_s = flops / peak, nbytes / bandwidth
    return "memory" if moving_s > arithmetic_s else "compute"

# %% right="products instead of quotients"
def bound_by(flops, nbytes, peak, bandwidth):
    if flops * bandwidth >= nbytes * peak:
        return "compute"
    return "memory"

# %% right="asks what is attainable"
def bound_by(flops, nbytes, peak, bandwidth):
    rate = min(peak, (flops / nbytes) * bandwidth)
    return ["memory", "compute"][int(rate >= peak)]

# %% right="a dictionary and NumPy"
def bound_by(flops, nbytes, peak, bandwidth):
    return {True: "compute", False: "memory"}[bool(np.divide(flops, nbytes) >= np.divide(peak, bandwidth))]

# %% wrong="swaps the words" hint="Many operations for each byte keep the arithmetic busy: then the limit is compute."
def bound_by(flops, nbytes, peak, bandwidth):
    return "memory" if flops / nbytes >= peak / bandwidth else "compute"

# %% wrong="calls the ridge memory" hint="Exactly at the ridge the answer is compute: `>=`, not `>`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / nbytes > peak / bandwidth else "memory"

# %% wrong="swaps operations and bytes" hint="Intensity is operations over bytes."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if nbytes / flops >= peak / bandwidth else "memory"

# %% wrong="compares operations with bytes" hint="More operations than bytes says nothing: compare with the ridge point."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops >= nbytes else "memory"

# %% wrong="turns the ridge upside down" hint="The ridge is peak over bandwidth: FLOP/s over byte/s is FLOP/byte."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / nbytes >= bandwidth / peak else "memory"

# %% wrong="says bandwidth" hint="The two words are compute and memory."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / nbytes >= peak / bandwidth else "bandwidth"

# %% wrong="divides whole numbers" hint="`//` drops the fraction: an operation less than the ridge would still count as on it."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if (flops + nbytes - 1) // nbytes >= peak // bandwidth else "memory"

# %% wrong="allows a tolerance at the ridge" hint="One operation below the ridge is below the ridge: compare exactly."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / nbytes >= 0.99 * peak / bandwidth else "memory"

# %% wrong="finds compute everywhere" hint="Left of the ridge, memory is the limit. Is the intensity `flops / nbytes`, and the border `peak / bandwidth`?"
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute"

# %% wrong="finds memory everywhere" hint="Right of the ridge, arithmetic is the limit. Is the intensity `flops / nbytes`, and the border `peak / bandwidth`?"
def bound_by(flops, nbytes, peak, bandwidth):
    return "memory"

# %% wrong="returns True and False" hint="Return one of two words, not a truth value."
def bound_by(flops, nbytes, peak, bandwidth):
    return flops / nbytes >= peak / bandwidth

# %% wrong="takes the ridge of one card for all" hint="The ridge is peak over bandwidth of the card that you are given, and not 10."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / nbytes >= 10 else "memory"

# %% wrong="compares the quotients rounded down" hint="Don't round: an operation more or less decides at the ridge."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if int(flops / nbytes) >= int(peak / bandwidth) else "memory"

# %% wrong="sets the border too high" hint="The border is the ridge of the card that you are given, peak over bandwidth as it is, and the ridge itself belongs to compute."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / nbytes >= 2 * peak / bandwidth else "memory"

# %% wrong="writes capitals" hint="Exactly two words, in small letters and with nothing before or after them: `compute` and `memory`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "Compute" if flops / nbytes >= peak / bandwidth else "Memory"

# %% wrong="writes all in capitals" hint="Exactly two words, in small letters and with nothing before or after them: `compute` and `memory`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "COMPUTE" if flops / nbytes >= peak / bandwidth else "MEMORY"

# %% wrong="adds -bound to the words" hint="Exactly two words, in small letters and with nothing before or after them: `compute` and `memory`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute-bound" if flops / nbytes >= peak / bandwidth else "memory-bound"

# %% wrong="adds a blank to the words" hint="Exactly two words, in small letters and with nothing before or after them: `compute` and `memory`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute " if flops / nbytes >= peak / bandwidth else "memory "

# %% wrong="says peak and bandwidth" hint="Exactly two words, in small letters and with nothing before or after them: `compute` and `memory`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "peak" if flops / nbytes >= peak / bandwidth else "bandwidth"

# %% wrong="says arithmetic" hint="Exactly two words, in small letters and with nothing before or after them: `compute` and `memory`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "arithmetic" if flops / nbytes >= peak / bandwidth else "memory"

# %% wrong="says both at the ridge" hint="At the ridge the answer is compute: `>=` covers it, and there is no third word."
def bound_by(flops, nbytes, peak, bandwidth):
    if flops / nbytes == peak / bandwidth:
        return "both"
    return "compute" if flops / nbytes > peak / bandwidth else "memory"

# %% wrong="says nothing at the ridge" hint="At the ridge the answer is compute: use `>=`, or `else`."
def bound_by(flops, nbytes, peak, bandwidth):
    if flops / nbytes > peak / bandwidth:
        return "compute"
    if flops / nbytes < peak / bandwidth:
        return "memory"

# %% wrong="forgets the bytes" hint="Operations alone say nothing: the intensity is `flops / nbytes`."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops >= peak / bandwidth else "memory"

# %% wrong="returns the intensity" hint="Return one of two words."
def bound_by(flops, nbytes, peak, bandwidth):
    return flops / nbytes

# %% wrong="returns the longer of the two times" hint="Return one of two words: which of the two times is longer?"
def bound_by(flops, nbytes, peak, bandwidth):
    return max(flops / peak, nbytes / bandwidth)

# %% wrong="takes the shorter time for the limit" hint="What takes longer is the limit: where the arithmetic takes longer, compute."
def bound_by(flops, nbytes, peak, bandwidth):
    return "compute" if flops / peak <= nbytes / bandwidth else "memory"

# %% wrong="forgets to return" hint="The function ends without `return`."
def bound_by(flops, nbytes, peak, bandwidth):
    "compute" if flops / nbytes >= peak / bandwidth else "memory"
