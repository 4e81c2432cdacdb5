# %% right="a loop that appends slices"
def make_windows(series, length, horizon):
    values = np.asarray(series)
    inputs, targets = [], []
    i = 0
    while i + length + horizon <= len(values):
        inputs.append(values[i : i + length])
        targets.append(values[i + length : i + length + horizon])
        i += 1
    if not inputs:
        raise ValueError("the series is too short for one window")
    return np.array(inputs), np.array(targets)


# %% right="views, no copies"
def make_windows(series, length, horizon):
    values = np.asarray(series)
    if len(values) < length + horizon:
        raise ValueError("too few values")
    both = np.lib.stride_tricks.sliding_window_view(values, length + horizon)
    return both[:, :length], both[:, length:]


# %% right="one array of places, then one look-up"
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = values.shape[0] - length - horizon + 1
    if n < 1:
        raise ValueError(f"no window fits: n = {n}")
    places = np.arange(n)[:, None]
    return values[places + np.arange(length)], values[places + length + np.arange(horizon)]


# %% right="torch's unfold"
def make_windows(series, length, horizon):
    values = torch.tensor(np.array(series))
    if len(values) < length + horizon:
        raise ValueError("no window fits")
    both = values.unfold(0, length + horizon, 1)
    return [both[:, :length].numpy(), both[:, length:].numpy()]


# %% right="column by column"
def make_windows(series, length, horizon):
    v = np.asarray(series)
    n = len(v) - length - horizon + 1
    if n < 1:
        raise ValueError(f"a series of {len(v)} is too short")
    return np.column_stack([v[j : j + n] for j in range(length)]), np.column_stack(
        [v[length + j : length + j + n] for j in range(horizon)]
    )


# %% wrong="targets overlap the inputs" hint="The first target is series[i + length]: one further than the last input, series[i + length - 1]."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    inputs = np.stack([values[i : i + length] for i in range(n)])
    return inputs, np.stack([values[i + length - 1 : i + length - 1 + horizon] for i in range(n)])


# %% wrong="skips a value between inputs and targets" hint="The first target is series[i + length], right behind the last input."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon
    if n < 1:
        raise ValueError("too short")
    inputs = np.stack([values[i : i + length] for i in range(n)])
    return inputs, np.stack([values[i + length + 1 : i + length + 1 + horizon] for i in range(n)])


# %% wrong="one window too few" hint="n = len(series) - length - horizon + 1: the last window ends at the last value."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, :length], both[:, length:]


# %% wrong="windows that don't overlap" hint="A window starts at every step: move on by one value, not by a whole window."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(0, n, length)])
    return both[:, :length], both[:, length:]


# %% wrong="only the last value of the horizon" hint="The targets are all `horizon` values that follow, not only the furthest."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    inputs = np.stack([values[i : i + length] for i in range(n)])
    return inputs, values[length + horizon - 1 :][:, None]


# %% wrong="drops the axis of the horizon when it is 1" hint="Targets are (n, horizon), also for a horizon of 1."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, :length], both[:, length:].squeeze()


# %% wrong="looks into the future" hint="A window's inputs end before its targets begin: the whole stretch is cut in two, at `length`."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, horizon:], both[:, length:]


# %% wrong="returns empty arrays for a short series" hint="When not one window fits, say so: raise ValueError."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = max(0, len(values) - length - horizon + 1)
    both = np.array([values[i : i + length + horizon] for i in range(n)]).reshape(n, length + horizon)
    return both[:, :length], both[:, length:]


# %% wrong="asks for one window more than needed" hint="A series of exactly length + horizon values has one window: n < 1 raises, n = 1 doesn't."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n <= 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, :length], both[:, length:]


# %% wrong="makes everything float64" hint="The dtype is the series': float32 stays float32."
def make_windows(series, length, horizon):
    values = np.asarray(series, dtype=np.float64)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, :length], both[:, length:]


# %% wrong="makes everything float32" hint="The dtype is the series': float64 stays float64."
def make_windows(series, length, horizon):
    values = np.asarray(series, dtype=np.float32)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, :length], both[:, length:]


# %% wrong="only takes arrays" hint="A list is a series too: np.asarray first."
def make_windows(series, length, horizon):
    n = series.shape[0] - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([series[i : i + length + horizon] for i in range(n)])
    return both[:, :length], both[:, length:]


# %% wrong="strides counted in values of 8 bytes" hint="as_strided needs values.strides[0], not 8: the series may be float32, or skip through memory."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    step = 8 if values.strides[0] != 4 else 4
    both = np.lib.stride_tricks.as_strided(values, (n, length + horizon), (step, step)).copy()
    return both[:, :length], both[:, length:]


# %% wrong="latest window first" hint="Row 0 holds the earliest window."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])[::-1]
    return both[:, :length], both[:, length:]


# %% wrong="scales each window" hint="Cut only: the values stay as they are. Scaling comes later, with figures of the years to learn from."
def make_windows(series, length, horizon):
    values = np.asarray(series)
    n = len(values) - length - horizon + 1
    if n < 1:
        raise ValueError("too short")
    both = np.stack([values[i : i + length + horizon] for i in range(n)])
    return both[:, :length] - both[:, :1], both[:, length:] - both[:, :1]


# %% wrong="targets first" hint="Inputs first, then targets."
def make_windows(series, length, horizon):
    v = np.asarray(series)
    n = len(v) - length - horizon + 1
    if n < 1:
        raise ValueError("short")
    b = np.stack([v[i : i + length + horizon] for i in range(n)])
    return b[:, length:], b[:, :length]


# %% wrong="returns lists" hint="The result is two NumPy arrays: np.array or np.stack makes them."
def make_windows(series, length, horizon):
    n = len(series) - length - horizon + 1
    if n < 1:
        raise ValueError("short")
    return [list(series[i : i + length]) for i in range(n)], [
        list(series[i + length : i + length + horizon]) for i in range(n)
    ]


# %% wrong="turns whole numbers in a list into floats" hint="np.asarray(series) keeps whole numbers whole: no dtype=float."
def make_windows(series, length, horizon):
    v = series if isinstance(series, np.ndarray) else np.array(series, dtype=float)
    n = len(v) - length - horizon + 1
    if n < 1:
        raise ValueError("short")
    b = np.stack([v[i : i + length + horizon] for i in range(n)])
    return b[:, :length], b[:, length:]


# %% wrong="moves on by a whole horizon" hint="A window starts at every step, also when the horizon is long."
def make_windows(series, length, horizon):
    v = np.asarray(series)
    n = len(v) - length - horizon + 1
    if n < 1:
        raise ValueError("short")
    b = np.stack([v[i : i + length + horizon] for i in range(0, n, horizon)])
    return b[:, :length], b[:, length:]
