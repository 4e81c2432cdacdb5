# %% right="the normal equations of a weighted line"
def fit_alpha_beta(sizes, seconds):
    s, t = np.array(sizes, dtype=np.float64), np.array(seconds, dtype=np.float64)
    w = 1 / t**2
    ms, mt = np.average(s, weights=w), np.average(t, weights=w)
    slope = np.sum(w * (s - ms) * (t - mt)) / np.sum(w * (s - ms) ** 2)
    return mt - slope * ms, 1 / slope

# %% right="polyfit with weights 1 / t"
def fit_alpha_beta(sizes, seconds):
    t = np.asarray(seconds, dtype=float)
    slope, latency = np.polyfit(np.asarray(sizes, dtype=float), t, 1, w=1 / t)
    return [latency, 1 / slope]

# %% right="lstsq, columns as the hint has them"
def fit_alpha_beta(sizes, seconds):
    t, s = np.asarray(seconds, dtype=float), np.asarray(sizes, dtype=float)
    rows = np.stack([1 / t, s / t], axis=1)
    latency, slope = np.linalg.lstsq(rows, np.ones(len(s)), rcond=None)[0]
    return latency, 1 / slope

# %% right="sums in plain Python, two equations solved by hand"
def fit_alpha_beta(sizes, seconds):
    a = sum(1 / t / t for t in seconds)
    b = sum(float(s) / t / t for s, t in zip(sizes, seconds))
    d = sum(float(s) * s / t / t for s, t in zip(sizes, seconds))
    p = sum(1 / t for t in seconds)
    q = sum(s / t for s, t in zip(sizes, seconds))
    det = a * d - b * b
    return (p * d - q * b) / det, det / (a * q - b * p)

# %% wrong="absolute errors" hint="A plain line lets the longest times decide alone. Divide every row by its time."
def fit_alpha_beta(sizes, seconds):
    slope, latency = np.polyfit(np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float), 1)
    return latency, 1 / slope

# %% wrong="gives the slope, not the bandwidth" hint="The slope is seconds for each byte. The bandwidth is byte/s: turn it over."
def fit_alpha_beta(sizes, seconds):
    t = np.asarray(seconds, dtype=float)
    slope, latency = np.polyfit(np.asarray(sizes, dtype=float), t, 1, w=1 / t)
    return latency, slope

# %% wrong="bandwidth first" hint="The tuple is (latency, bandwidth)."
def fit_alpha_beta(sizes, seconds):
    t = np.asarray(seconds, dtype=float)
    slope, latency = np.polyfit(np.asarray(sizes, dtype=float), t, 1, w=1 / t)
    return 1 / slope, latency

# %% wrong="first and last point only" hint="All points count. Two of them are thrown off by any noise."
def fit_alpha_beta(sizes, seconds):
    slope = (seconds[-1] - seconds[0]) / (sizes[-1] - sizes[0])
    return seconds[0] - slope * sizes[0], 1 / slope

# %% wrong="the shortest time as latency, the best rate as bandwidth" hint="The shortest time contains some bytes, too, and the best rate some latency. Fit both at once."
def fit_alpha_beta(sizes, seconds):
    s, t = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    return t.min(), (s / t).max()

# %% wrong="a straight line of logarithms" hint="latency + size / bandwidth is no power law: its logarithm isn't a straight line."
def fit_alpha_beta(sizes, seconds):
    slope, start = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(np.exp(start)), float(1 / slope)

# %% wrong="weights 1 / t**2 where 1 / t belongs" hint="polyfit and lstsq square the rows themselves: divide each row by t once."
def fit_alpha_beta(sizes, seconds):
    t = np.asarray(seconds, dtype=float)
    slope, latency = np.polyfit(np.asarray(sizes, dtype=float), t, 1, w=1 / t**2)
    return latency, 1 / slope

# %% wrong="forbids a latency below 0" hint="Noise may push the latency a little below 0, and the docstring allows it. Don't clip."
def fit_alpha_beta(sizes, seconds):
    t = np.asarray(seconds, dtype=float)
    slope, latency = np.polyfit(np.asarray(sizes, dtype=float), t, 1, w=1 / t)
    return max(latency, 0.0), 1 / slope

# %% wrong="no latency at all" hint="A line through the origin has no latency. The column 1 / t is missing."
def fit_alpha_beta(sizes, seconds):
    s, t = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    return 0.0, float(np.sum((s / t) ** 2) / np.sum(s / t))
