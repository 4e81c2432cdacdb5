# %% right="a loop, one pair at a time"
def naive_error(series, horizon):
    total, pairs = 0.0, 0
    for t in range(horizon, len(series)):
        total += abs(float(series[t]) - float(series[t - horizon]))
        pairs += 1
    return total / pairs


# %% right="zip of two pieces, as NumPy's float64"
def naive_error(series, horizon):
    values = np.array([float(v) for v in series])
    return np.mean([abs(b - a) for a, b in zip(values, values[horizon:])])


# %% right="np.roll, with the wrapped part cut off, in torch"
def naive_error(series, horizon):
    values = torch.as_tensor(np.asarray(series, dtype=float))
    return float((values - torch.roll(values, horizon))[horizon:].abs().mean())


# %% right="float32 throughout, for a series that is float32"
def naive_error(series, horizon):
    values = np.asarray(series)
    if values.dtype != np.float32:
        values = values.astype(np.float64)
    return np.abs(values[horizon:] - values[: len(values) - horizon]).mean()


# %% right="a convolution with 1, 0, ..., 0, -1"
def naive_error(series, horizon):
    kernel = np.zeros(horizon + 1)
    kernel[0] = 1
    kernel[-1] = -1
    return np.abs(np.convolve(np.asarray(series, float), kernel, mode="valid")).mean().item()


# %% wrong="always one step ahead" hint="`horizon` is an argument: shift the two pieces by it, not by 1."
def naive_error(series, horizon):
    return float(np.abs(np.diff(np.asarray(series, dtype=float))).mean())


# %% wrong="squares the errors" hint="It is the mean absolute error: np.abs, no square."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(((values[horizon:] - values[:-horizon]) ** 2).mean())


# %% wrong="root mean square" hint="The mean of |difference|, not the root of the mean of its square: large errors would count for more."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(np.sqrt(((values[horizon:] - values[:-horizon]) ** 2).mean()))


# %% wrong="forgets the absolute value" hint="Errors of opposite sign cancel: take the absolute value of each, then the mean."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float((values[horizon:] - values[:-horizon]).mean())


# %% wrong="takes the absolute value of the mean" hint="First the absolute value of each error, then the mean."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(abs((values[horizon:] - values[:-horizon]).mean()))


# %% wrong="wraps round the end" hint="np.roll brings the end to the front. The first `horizon` values have nothing before them: leave them out."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(np.abs(values - np.roll(values, horizon)).mean())


# %% wrong="divides by the length of the series" hint="There are only len(series) - horizon pairs to take the mean of."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(np.abs(values[horizon:] - values[:-horizon]).sum() / len(values))


# %% wrong="off by one in the horizon" hint="`horizon` steps back means values[horizon:] against values[:-horizon]."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(np.abs(values[horizon + 1 :] - values[: -horizon - 1]).mean())


# %% wrong="relative error" hint="The error is in the units of the series: nothing to divide by but the number of pairs."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(np.abs((values[horizon:] - values[:-horizon]) / values[horizon:]).mean())


# %% wrong="the median" hint="The mean of all errors, the large ones included."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    return float(np.median(np.abs(values[horizon:] - values[:-horizon])))


# %% wrong="only takes arrays" hint="A list takes no minus: np.asarray first."
def naive_error(series, horizon):
    if not isinstance(series, np.ndarray):
        raise TypeError("series must be an array")
    values = series.astype(float)
    return float(np.abs(values[horizon:] - values[:-horizon]).mean())


# %% wrong="subtracts bytes from bytes" hint="Unsigned bytes wrap round below 0, as in lab 01: turn them into floats before you subtract."
def naive_error(series, horizon):
    values = np.asarray(series)
    return float(np.abs(values[horizon:] - values[:-horizon]).mean())


# %% wrong="drops the last pair" hint="The last value of the series is forecast too."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)[:-1]
    return float(np.abs(values[horizon:] - values[:-horizon]).mean()) if len(values) > horizon else 0.0


# %% wrong="repeats the mean of the last steps" hint="The forecast is one value, `horizon` steps back, not an average of those between."
def naive_error(series, horizon):
    values = np.asarray(series, dtype=float)
    errors = [abs(values[t] - values[t - horizon : t].mean()) for t in range(horizon, len(values))]
    return float(np.mean(errors))


# %% wrong="averages every horizon up to this one" hint="One horizon only: the value exactly `horizon` steps back, for each t."
def naive_error(series, horizon):
    v = np.asarray(series, float)
    return float(np.mean([np.abs(v[h:] - v[:-h]).mean() for h in range(1, horizon + 1)]))


# %% wrong="turns only unsigned numbers into floats" hint="Signed bytes wrap round too: np.asarray(series, dtype=float) whatever the dtype."
def naive_error(series, horizon):
    v = np.asarray(series)
    if v.dtype.kind == "u":
        v = v.astype(float)
    return float(np.abs(v[horizon:] - v[:-horizon]).mean(dtype=float))


# %% wrong="moves on by a whole horizon" hint="Every t that has a value `horizon` steps back counts, not every horizon-th."
def naive_error(series, horizon):
    v = np.asarray(series, float)
    return float(np.abs(v[horizon::horizon] - v[:-horizon:horizon]).mean())
