# %% right="counts how many are no larger"
def percentile_latency(samples, q):
    if not len(samples) or not 0 < q <= 100:
        raise ValueError("bad")
    ordered = sorted(samples)
    for value in ordered:
        if 100 * sum(v <= value for v in ordered) >= q * len(ordered):
            return value

# %% right="NumPy, with a ceiling of whole numbers"
def percentile_latency(samples, q):
    values = np.sort(np.asarray(samples, dtype=np.float64))
    if values.size == 0 or q <= 0 or q > 100:
        raise ValueError("no percentile of that")
    return values[int(-(-q * values.size // 100)) - 1]

# %% right="a heap gives them in order"
def percentile_latency(samples, q):
    import heapq
    n = len(samples)
    if n == 0 or not (0 < q <= 100):
        raise ValueError("0 < q <= 100, and samples")
    return heapq.nsmallest(math.ceil(q * n / 100), list(samples))[-1]

# %% right="from the top down"
def percentile_latency(samples, q):
    if len(samples) < 1 or not (q > 0 and q <= 100):
        raise ValueError("no")
    left_out = math.floor((100 - q) * len(samples) / 100)
    return sorted(samples, reverse=True)[left_out]

# %% wrong="makes up values between samples" hint="NumPy's default interpolates: nearest rank returns one of the samples."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return float(np.percentile(samples, q))

# %% wrong="forgets that positions count from 0" hint="Rank 1 stands at position 0: subtract one."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    rank = math.ceil(q * len(samples) / 100)
    return sorted(samples)[min(rank, len(samples) - 1)]

# %% wrong="cuts the rank off" hint="A part of a sample counts as one: round the rank up."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[max(int(q * len(samples) / 100) - 1, 0)]

# %% wrong="rounds the rank to the nearest" hint="2.05 of five samples needs the third: the rank is rounded up."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[max(round(q * len(samples) / 100), 1) - 1]

# %% wrong="forgets to sort" hint="Samples come in the order of arrival: sort them first."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return samples[math.ceil(q * len(samples) / 100) - 1]

# %% wrong="sorts the caller's list" hint="samples.sort() changes what you were given: sorted(samples) makes a copy."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    samples.sort()
    return samples[math.ceil(q * len(samples) / 100) - 1]

# %% wrong="counts from the slow end" hint="q percent of the samples are no *larger*: sort from fast to slow."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples, reverse=True)[math.ceil(q * len(samples) / 100) - 1]

# %% wrong="takes q for a share" hint="q is in percent: 99, not 0.99."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[min(math.ceil(q * len(samples)), len(samples)) - 1]

# %% wrong="the mean of the slowest" hint="A percentile is one sample, not the mean of those behind it."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    tail = sorted(samples)[math.ceil(q * len(samples) / 100) - 1 :]
    return sum(tail) / len(tail)

# %% wrong="leaves out what was never answered" hint="A request that got no answer is the slowest of all: leaving it out is how bad servers look good."
def percentile_latency(samples, q):
    kept = [v for v in samples if math.isfinite(v)]
    if not kept or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(kept)[math.ceil(q * len(kept) / 100) - 1]

# %% wrong="whole percents only" hint="q may be 99.75: don't cut it to a whole number."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[max(math.ceil(int(q) * len(samples) / 100), 1) - 1]

# %% wrong="answers for no samples" hint="Of no samples there is no percentile: ValueError."
def percentile_latency(samples, q):
    if not 0 < q <= 100:
        raise ValueError("bad")
    if len(samples) == 0:
        return 0.0
    return sorted(samples)[math.ceil(q * len(samples) / 100) - 1]

# %% wrong="lets q be anything" hint="q lies above 0 and is at most 100; anything else raises ValueError."
def percentile_latency(samples, q):
    if len(samples) == 0:
        raise ValueError("bad")
    return sorted(samples)[min(max(math.ceil(q * len(samples) / 100), 1), len(samples)) - 1]

# %% wrong="asks whether an array is empty" hint="`if not samples` fails for an array: ask len(samples) == 0."
def percentile_latency(samples, q):
    if not samples or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[math.ceil(q * len(samples) / 100) - 1]

# %% wrong="the share of the largest" hint="Not q percent of the largest value: the value that q percent of the samples don't exceed."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return max(samples) * q / 100

# %% wrong="the lower neighbour of NumPy" hint="NumPy's ranks run from 0 to n - 1, and \"lower\" rounds down: write the rank yourself."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[math.floor(q / 100 * (len(samples) - 1))]

# %% wrong="asks the library" hint="Write the rule yourself: that is the question."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return percentile(samples, q)

# %% wrong="one rank too far for a sample alone" hint="Of one sample every percentile is that sample."
def percentile_latency(samples, q):
    if len(samples) < 2 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[math.ceil(q * len(samples) / 100) - 1]

# %% wrong="a hair above a whole rank" hint="7 / 100 * 100 is a hair above 7 in floats, and ceil makes 8 of it: multiply before you divide."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[min(math.ceil(q / 100 * len(samples)), len(samples)) - 1]

# %% wrong="cuts the rank off, and may take position -1" hint="Round the rank up. Cut off, it may even be 0, and position -1 is the slowest of all."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[int(q * len(samples) / 100) - 1]

# %% wrong="one position too far" hint="Rank 1 stands at position 0: subtract one, or the last rank falls off the list."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[math.ceil(q * len(samples) / 100)]

# %% wrong="rounds the rank, and may take position -1" hint="The rank is rounded up, never to the nearest: math.ceil."
def percentile_latency(samples, q):
    if len(samples) == 0 or not 0 < q <= 100:
        raise ValueError("bad")
    return sorted(samples)[round(q * len(samples) / 100) - 1]
