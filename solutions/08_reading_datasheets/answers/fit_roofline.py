# %% right="NumPy, one split after the other"
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("a roof needs two points")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    found = []
    for k in range(1, len(x)):
        slope, top = y[:k] - x[:k], y[k:]
        error = ((slope - slope.mean()) ** 2).sum() + ((top - top.mean()) ** 2).sum()
        found.append((error, np.exp(top.mean()), np.exp(slope.mean())))
    return min(found)[1:]

# %% right="geometric means and a key, base 2"
def fit_roofline(points):
    import statistics

    if len(points) <= 1:
        raise ValueError(f"{len(points)} points make no roof")
    rows = sorted(points, key=lambda pair: pair[0])

    def sides(k):
        return [r / i for i, r in rows[:k]], [r for _, r in rows[k:]]

    def error(k):
        return sum(
            sum((math.log2(v) - math.log2(statistics.geometric_mean(side))) ** 2 for v in side) for side in sides(k)
        )

    slope, top = sides(min(range(1, len(rows)), key=error))
    return statistics.geometric_mean(top), statistics.geometric_mean(slope)

# %% right="sums kept while walking, and the sum of squares by the shift rule"
def fit_roofline(points):
    n = len(points)
    if n < 2:
        raise ValueError("at least two points, please")
    logs = sorted([math.log(i), math.log(r)] for i, r in points)
    best = (float("inf"), None, None)
    for k in range(1, n):
        a = [y - x for x, y in logs[:k]]
        b = [y for x, y in logs[k:]]
        ma, mb = math.fsum(a) / k, math.fsum(b) / (n - k)
        error = math.fsum([(v - ma) ** 2 for v in a] + [(v - mb) ** 2 for v in b])
        if error < best[0]:
            best = (error, ma, mb)
    return float(np.exp(best[2])), float(np.exp(best[1]))

# %% right="ties to the last split"
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    p = np.log(np.asarray(points, dtype=np.float64))
    p = p[np.argsort(p[:, 0])]
    best, answer = np.inf, None
    for k in range(len(p) - 1, 0, -1):
        low, high = np.mean(p[:k, 1] - p[:k, 0]), np.mean(p[k:, 1])
        fitted = np.where(np.arange(len(p)) < k, p[:, 0] + low, high)
        error = np.sum((p[:, 1] - fitted) ** 2)
        if error < best:
            best, answer = error, (np.exp(high), np.exp(low))
    return answer

# %% wrong="takes the highest dot and the steepest" hint="That is a roof over all dots. Least squares goes through the middle of each group: means of logarithms."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    return max(r for _, r in points), max(r / i for i, r in points)

# %% wrong="averages all dots for both sides" hint="Each side has its own dots: try every split."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    return float(np.exp(y.mean())), float(np.exp((y - x).mean()))

# %% wrong="fits in linear space" hint="Take logarithms of both numbers first: a dot at 10**9 counts as much as one at 10**13."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.array(sorted(points), dtype=float).T
    found = []
    for k in range(1, len(x)):
        slope = (x[:k] * y[:k]).sum() / (x[:k] ** 2).sum()
        error = ((y[:k] - slope * x[:k]) ** 2).sum() + ((y[k:] - y[k:].mean()) ** 2).sum()
        found.append((error, y[k:].mean(), slope))
    return min(found)[1:]

# %% wrong="needs sorted points" hint="The points come in any order: sort by intensity first."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(points, dtype=float)).T
    found = []
    for k in range(1, len(x)):
        slope, top = y[:k] - x[:k], y[k:]
        error = ((slope - slope.mean()) ** 2).sum() + ((top - top.mean()) ** 2).sum()
        found.append((error, float(np.exp(top.mean())), float(np.exp(slope.mean()))))
    return min(found)[1:]

# %% wrong="splits in the middle" hint="Try every split, and keep the one with the least error."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    k = max(1, len(x) // 2)
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="returns bandwidth and peak" hint="The peak comes first: (peak, bandwidth)."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    found = []
    for k in range(1, len(x)):
        slope, top = y[:k] - x[:k], y[k:]
        error = ((slope - slope.mean()) ** 2).sum() + ((top - top.mean()) ** 2).sum()
        found.append((error, float(np.exp(slope.mean())), float(np.exp(top.mean()))))
    return min(found)[1:]

# %% wrong="averages rates, not their logarithms" hint="Least squares in logarithms makes the mean of logarithms: a geometric mean."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    rows = sorted(points)
    x, y = np.log(np.array(rows, dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return sum(r for _, r in rows[k:]) / len(rows[k:]), sum(r / i for i, r in rows[:k]) / k

# %% wrong="weighs the errors in another way" hint="The error of a split is the sum of the squared differences over all points: no means of the sides, no absolute values."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() + y[k:].var(), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="fits the gradient of the slope too" hint="On logarithmic axes the slope has gradient 1: only its height is fitted."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    found = []
    for k in range(1, len(x)):
        gradient, height = np.polyfit(x[:k], y[:k], 1) if k > 1 else (1.0, (y[:k] - x[:k]).mean())
        error = ((y[:k] - gradient * x[:k] - height) ** 2).sum() + ((y[k:] - y[k:].mean()) ** 2).sum()
        found.append((error, float(np.exp(y[k:].mean())), float(np.exp(height))))
    return min(found)[1:]

# %% wrong="leaves out splits with one dot on a side" hint="k runs from 1 to n - 1: one dot may be a side of its own."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    splits = range(2, len(x) - 1) if len(x) > 3 else range(1, len(x))
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in splits]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="takes the worst split" hint="The least error wins."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = max(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="returns logarithms" hint="Turn back with exp: FLOP/s and byte/s."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(y[k:].mean()), float((y[:k] - x[:k]).mean())

# %% wrong="raises for two points" hint="Two points are enough: one for each side."
def fit_roofline(points):
    if len(points) < 3:
        raise ValueError("three points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="lets one point pass" hint="One point can't be on two sides: raise ValueError with a sentence."
def fit_roofline(points):
    if not points:
        return None
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))] or [(0, 1)]
    k = min(errors)[1]
    return float(np.exp((y[k:] if len(x) > 1 else y).mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="measures the error against the finished roof" hint="Each dot is compared with the line of its own group, not with the lower of the two lines."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    found = []
    for k in range(1, len(x)):
        low, high = (y[:k] - x[:k]).mean(), y[k:].mean()
        error = ((y - np.minimum(x + low, high)) ** 2).sum()
        found.append((error, float(np.exp(high)), float(np.exp(low))))
    return min(found)[1:]

# %% wrong="sorts the rates" hint="Sort the pairs by intensity: each rate stays with its own."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x = np.log(np.sort([float(i) for i, _ in points]))
    y = np.log(np.sort([float(r) for _, r in points]))
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="uses medians" hint="Least squares makes means; the median is another fit."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(np.median(y[k:]))), float(np.exp(np.median(y[:k] - x[:k])))

# %% wrong="keeps the first split" hint="Compare all splits, and return after the loop. Where the top's errors are left out, k = 1 always wins: one dot alone has no error."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [(0, k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="leaves out the errors of the slope" hint="The error of a split sums over both sides."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [(y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="keeps the last split" hint="Keep the split with the least error so far: compare before you replace it."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [(-k, k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="wants two dots on the slope" hint="k runs from 1 to n - 1: one dot may be the slope alone."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(2, len(x))] or [(0, 1)]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="stops one split early" hint="`range(1, n)` ends at n - 1 by itself: the last dot may be the top alone."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x) - 1)]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="sorts by rate" hint="Sort by intensity, the first number of each pair: the lowest intensities lie on the slope."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points, key=lambda pair: pair[1]), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="takes the high intensities for the slope" hint="The lowest intensities belong to the slope, the highest to the top: sort upwards, and the first k are the slope."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points, reverse=True), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))

# %% wrong="mixes two logarithms" hint="log10 goes back by 10**, log by exp: natural logarithms, and exp."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(np.log10(np.exp(y[k:].mean())))), float(np.exp(np.log10(np.exp((y[:k] - x[:k]).mean()))))

# %% wrong="adds instead of subtracting" hint="log(rate) = log(intensity) + log(bandwidth): so log(bandwidth) is a difference."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] + x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return float(np.exp(y[k:].mean())), float(np.exp((y[:k] + x[:k]).mean()))

# %% wrong="returns a list" hint="Return a tuple: `return peak, bandwidth`."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    return [float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))]

# %% wrong="forgets to return" hint="The function ends without `return`."
def fit_roofline(points):
    if len(points) < 2:
        raise ValueError("two points at least")
    x, y = np.log(np.array(sorted(points), dtype=float)).T
    errors = [((y[:k] - x[:k]).var() * k + y[k:].var() * (len(x) - k), k) for k in range(1, len(x))]
    k = min(errors)[1]
    peak, bandwidth = float(np.exp(y[k:].mean())), float(np.exp((y[:k] - x[:k]).mean()))
