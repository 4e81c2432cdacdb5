# %% right="arrays that grow by np.append"
def forecast(step, history, steps):
    values = np.array(history, dtype=float)
    for _ in range(steps):
        values = np.append(values, step(values))
    return values[len(history) :].tolist()


# %% right="recursion"
def forecast(step, history, steps):
    if steps == 0:
        return []
    value = step(list(history))
    return [value, *forecast(step, [*history, value], steps - 1)]


# %% right="a full-length array, filled as it goes"
def forecast(step, history, steps):
    start = len(history)
    values = np.zeros(start + steps)
    values[:start] = history
    for i in range(start, start + steps):
        values[i] = step(values[:i])
    return [float(v) for v in values[start:]]


# %% right="a list of NumPy's floats"
def forecast(step, history, steps):
    values = [np.float64(v) for v in history]
    for _ in range(steps):
        values.append(np.float64(step(list(values))))
    return values[len(history) :]


# %% right="itertools.accumulate"
def forecast(step, history, steps):
    from itertools import accumulate

    def grow(known, _):
        return known + [float(step(known))]

    *_, last = accumulate(range(steps), grow, initial=[float(v) for v in history])
    return last[len(history) :]


# %% wrong="never feeds the forecast back" hint="Each forecast must join what `step` sees next."
def forecast(step, history, steps):
    values = [float(v) for v in history]
    return [float(step(values)) for _ in range(steps)]


# %% wrong="changes the history" hint="`history.append` writes into the caller's list: work on a copy, list(history)."
def forecast(step, history, steps):
    values = history if isinstance(history, list) else list(history)
    ahead = []
    for _ in range(steps):
        ahead.append(float(step(values)))
        values.append(ahead[-1])
    return ahead


# %% wrong="returns the history too" hint="Only the forecasts: what stands behind len(history)."
def forecast(step, history, steps):
    values = [float(v) for v in history]
    for _ in range(steps):
        values.append(float(step(values)))
    return values


# %% wrong="shows only the last value" hint="`step` takes everything known so far, not just the newest value."
def forecast(step, history, steps):
    last, ahead = float(history[-1]), []
    for _ in range(steps):
        last = float(step([last]))
        ahead.append(last)
    return ahead


# %% wrong="shows only its own forecasts after the first step" hint="The history stays in front: its values and then the forecasts."
def forecast(step, history, steps):
    ahead = []
    for _ in range(steps):
        ahead.append(float(step(ahead if ahead else list(history))))
    return ahead


# %% wrong="a window of fixed length" hint="The history grows by one value a step; nothing is dropped at its front."
def forecast(step, history, steps):
    values, ahead = [float(v) for v in history], []
    for _ in range(steps):
        ahead.append(float(step(values)))
        values = values[1:] + ahead[-1:]
    return ahead


# %% wrong="one step too many" hint="`steps` values, no more."
def forecast(step, history, steps):
    values = [float(v) for v in history]
    for _ in range(steps + 1):
        values.append(float(step(values)))
    return values[len(history) :]


# %% wrong="takes the last `steps` values, also when there are none" hint="values[-0:] is everything. Cut at len(history)."
def forecast(step, history, steps):
    values = [float(v) for v in history]
    for _ in range(steps):
        values.append(float(step(values)))
    return values[-steps:]


# %% wrong="adds to an array instead of joining" hint="`array + [value]` adds the value to every element. Turn the array into a list first."
def forecast(step, history, steps):
    values, ahead = history, []
    for _ in range(steps):
        ahead.append(float(step(values)))
        values = values + ahead[-1:]
    return ahead


# %% wrong="keeps whole numbers whole" hint="An array of ints cuts fractions off: use float values throughout."
def forecast(step, history, steps):
    start = len(history)
    values = np.zeros(start + steps, dtype=np.asarray(history).dtype)
    values[:start] = history
    for i in range(start, start + steps):
        values[i] = step(values[:i])
    return [float(v) for v in values[start:]]


# %% wrong="returns an array" hint="A list of floats: .tolist() makes one."
def forecast(step, history, steps):
    values = np.array(history, dtype=float)
    for _ in range(steps):
        values = np.append(values, step(values))
    return values[len(history) :]


# %% wrong="newest value first" hint="`step` wants the values oldest first: append at the end."
def forecast(step, history, steps):
    values, ahead = [float(v) for v in history], []
    for _ in range(steps):
        ahead.append(float(step(values)))
        values.insert(0, ahead[-1])
    return ahead


# %% wrong="at least one forecast" hint="0 steps give an empty list."
def forecast(step, history, steps):
    values = [float(v) for v in history]
    ahead = []
    while True:
        ahead.append(float(step(values)))
        values.append(ahead[-1])
        if len(ahead) >= steps:
            return ahead


# %% wrong="a fixed number of last values" hint="`step` may look back as far as it likes: give it everything known."
def forecast(step, history, steps):
    v = list(history)
    for _ in range(steps):
        v.append(step(v[-9:]))
    return v[len(history) :]


# %% wrong="only the newest forecast joins" hint="The forecasts made before stay: history, then all forecasts so far."
def forecast(step, history, steps):
    out = []
    for _ in range(steps):
        out.append(step(list(history) + out[-1:]))
    return out


# %% wrong="the forecast replaces the last value" hint="Append the forecast: the last value observed stays known."
def forecast(step, history, steps):
    v = list(history)
    out = []
    for _ in range(steps):
        p = step(v)
        v[-1] = p
        out.append(p)
    return out
