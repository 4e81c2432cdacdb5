# %% right="if and else, on the ridge point"
def attainable(intensity, peak, bandwidth):
    if intensity < ridge_point(peak, bandwidth):
        return intensity * bandwidth
    return peak

# %% right="one over the longer of two times, for one operation"
def attainable(intensity, peak, bandwidth):
    if intensity == 0:
        return 0
    return 1 / max(1 / peak, 1 / (intensity * bandwidth))

# %% right="NumPy's minimum, a NumPy scalar"
def attainable(intensity, peak, bandwidth):
    return np.minimum(peak, np.float64(intensity) * bandwidth)

# %% right="sorted, the first of two"
def attainable(intensity, peak, bandwidth):
    return sorted([bandwidth * intensity, peak])[0]

# %% right="a share of the peak, at most 1"
def attainable(intensity, peak, bandwidth):
    return peak * min(1.0, intensity / (peak / bandwidth))

# %% wrong="takes the larger limit" hint="Both limits hold at once: what you feel is the lower. Left of the ridge that is intensity times bandwidth."
def attainable(intensity, peak, bandwidth):
    return max(peak, intensity * bandwidth)

# %% wrong="peak is speed" hint="Far left of the ridge, memory can't feed the arithmetic: the peak is not reached."
def attainable(intensity, peak, bandwidth):
    return peak

# %% wrong="forgets the peak" hint="However high the intensity, no card computes faster than its peak."
def attainable(intensity, peak, bandwidth):
    return intensity * bandwidth

# %% wrong="divides the bandwidth by the intensity" hint="Each byte keeps `intensity` operations busy: multiply."
def attainable(intensity, peak, bandwidth):
    return min(peak, bandwidth / intensity if intensity else 0)

# %% wrong="takes bytes a second for operations a second" hint="The bandwidth is in byte/s: times FLOP/byte gives FLOP/s."
def attainable(intensity, peak, bandwidth):
    return min(peak, bandwidth)

# %% wrong="takes the middle of both limits" hint="The lower limit holds; an average of both is a rate that nobody reaches."
def attainable(intensity, peak, bandwidth):
    return (peak + min(peak, intensity * bandwidth)) / 2

# %% wrong="rounds the corner off" hint="The roof has a corner: left of the ridge intensity times bandwidth, right of it the peak."
def attainable(intensity, peak, bandwidth):
    return 1 / (1 / peak + 1 / (intensity * bandwidth)) if intensity else 0

# %% wrong="asks whether the intensity is above 1" hint="The border is the ridge point, peak over bandwidth, and not 1."
def attainable(intensity, peak, bandwidth):
    return peak if intensity > 1 else intensity * bandwidth

# %% wrong="returns the share of the peak" hint="Return FLOP/s, not a share."
def attainable(intensity, peak, bandwidth):
    return min(1.0, intensity * bandwidth / peak)

# %% wrong="returns teraflops" hint="Return FLOP/s, as `peak` is: don't divide by 10**12."
def attainable(intensity, peak, bandwidth):
    return min(peak, intensity * bandwidth) / 1e12

# %% wrong="swaps peak and bandwidth" hint="Intensity times *bandwidth* is the slope; the peak is the top."
def attainable(intensity, peak, bandwidth):
    return min(bandwidth, intensity * peak)

# %% wrong="takes 0 for no question" hint="No operations for a byte: then no operations a second. 0 is an answer."
def attainable(intensity, peak, bandwidth):
    return min(peak, (intensity or 1) * bandwidth)

# %% wrong="clips the intensity at 1 from below" hint="A filter may do less than one operation for each byte."
def attainable(intensity, peak, bandwidth):
    return min(peak, max(1, intensity) * bandwidth)

# %% wrong="drops fractions" hint="An eighth of an operation a byte is not none: no whole-number division, no int()."
def attainable(intensity, peak, bandwidth):
    return min(peak, int(intensity) * bandwidth)

# %% wrong="stays below the peak even right of the ridge" hint="Right of the ridge the roof is flat: the peak itself."
def attainable(intensity, peak, bandwidth):
    ridge = peak / bandwidth
    return peak * intensity / (intensity + ridge) if intensity > ridge else intensity * bandwidth

# %% wrong="returns a sentence" hint="Return the number, without its unit."
def attainable(intensity, peak, bandwidth):
    return f"{min(peak, intensity * bandwidth)} FLOP/s"

# %% wrong="forgets to return" hint="The function ends without `return`."
def attainable(intensity, peak, bandwidth):
    min(peak, intensity * bandwidth)

# %% wrong="leaves the bandwidth out" hint="The smaller of intensity and ridge is still an intensity, in FLOP/byte: times bandwidth it is a rate."
def attainable(intensity, peak, bandwidth):
    return min(peak / bandwidth, intensity)

# %% wrong="compares the peak with the intensity" hint="Two things to compare must have one unit: intensity times bandwidth is FLOP/s, as the peak is."
def attainable(intensity, peak, bandwidth):
    return min(peak, intensity)

# %% wrong="adds the limits" hint="The two limits don't add up: the lower one holds."
def attainable(intensity, peak, bandwidth):
    return peak + intensity * bandwidth

# %% wrong="returns gigaflops" hint="Return FLOP/s, as `peak` is: don't divide by 10**9."
def attainable(intensity, peak, bandwidth):
    return min(peak, intensity * bandwidth) / 1e9
