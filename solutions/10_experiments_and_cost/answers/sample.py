# %% right="one comprehension with a table of draws"
def sample(space, rng):
    draw = {
        "uniform": lambda a, b: a + (b - a) * rng.random(),
        "log": lambda a, b: a * (b / a) ** rng.random(),
        "choice": lambda values: values[rng.integers(0, len(values))],
    }
    return {name: draw[kind](*rest) for name, (kind, *rest) in space.items()}

# %% right="powers of ten, and NumPy's own choice"
def sample(space, rng):
    out = {}
    for name in space:
        spec = space[name]
        if spec[0] == "choice":
            out[name] = rng.choice(spec[1])
        elif spec[0] == "log":
            out[name] = 10 ** rng.uniform(np.log10(spec[1]), np.log10(spec[2]))
        else:
            out[name] = rng.uniform(spec[1], spec[2])
    return out

# %% right="draws in another order, by permutation and logaddexp's base"
def sample(space, rng):
    out = {}
    for name in sorted(space, reverse=True):
        kind = space[name][0]
        if kind == "choice":
            out[name] = space[name][1][rng.permutation(len(space[name][1]))[0]]
        else:
            low, high = space[name][1:]
            if kind == "log":
                out[name] = math.pow(2.0, rng.uniform(math.log2(low), math.log2(high)))
            else:
                out[name] = np.interp(rng.random(), [0, 1], [low, high])
    return {name: out[name] for name in space}

# %% wrong="draws log parameters uniformly" hint="For log, draw between the logarithms of a and b, then take the exponential."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        out[name] = rest[0][rng.integers(len(rest[0]))] if kind == "choice" else rng.uniform(*rest)
    return out

# %% wrong="returns the logarithm itself" hint="After the draw undo the logarithm: np.exp of it."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = rng.uniform(*np.log(rest)) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="takes the logarithm to one base and the power to another" hint="np.log belongs to np.exp, np.log10 to 10 ** x."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = 10 ** rng.uniform(*np.log(rest)) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="starts a generator of its own" hint="All chance comes from rng: a generator made inside starts at the same place each time."
def sample(space, rng):
    rng = np.random.default_rng(0)
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="uses NumPy's global chance" hint="np.random.uniform ignores rng and its seed: write rng.uniform."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][np.random.randint(len(rest[0]))]
        else:
            out[name] = np.exp(np.random.uniform(*np.log(rest))) if kind == "log" else np.random.uniform(*rest)
    return out

# %% wrong="one draw for all names" hint="Draw anew inside the loop: otherwise the settings rise and fall together, and most of the space is never seen."
def sample(space, rng):
    u = rng.random()
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][int(u * len(rest[0]))]
        else:
            out[name] = rest[0] * (rest[1] / rest[0]) ** u if kind == "log" else rest[0] + u * (rest[1] - rest[0])
    return out

# %% wrong="always takes the first choice" hint="A choice is drawn too: values[rng.integers(len(values))]."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][0]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="never takes the last choice" hint="rng.integers(n) already stops before n: no minus one."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(max(1, len(rest[0]) - 1))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="takes the place in the list for the choice" hint="rng.integers gives a place: return values[place]."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = int(rng.integers(len(rest[0])))
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="draws whole powers of ten only" hint="The logarithm is uniform over a range, not over whole numbers: rng.uniform, not rng.integers."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        elif kind == "log":
            out[name] = 10.0 ** rng.integers(np.floor(np.log10(rest[0])), np.ceil(np.log10(rest[1])) + 1)
        else:
            out[name] = rng.uniform(*rest)
    return out

# %% wrong="multiplies the range instead of adding to its start" hint="A uniform draw is a + (b - a) * rng.random(), or rng.uniform(a, b)."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        elif kind == "log":
            out[name] = np.exp(rng.uniform(*np.log(rest)))
        else:
            out[name] = rng.random() * rest[1]
    return out

# %% wrong="knows only the names of one space" hint="Loop over space.items(): the names and kinds are in there."
def sample(space, rng):
    return {
        "rate": float(np.exp(rng.uniform(*np.log(space["rate"][1:])))),
        "momentum": float(rng.uniform(*space["momentum"][1:])),
        "batch": space["batch"][1][rng.integers(len(space["batch"][1]))],
    }

# %% wrong="empties the space" hint="Read from space; build a new dict for the draw."
def sample(space, rng):
    out = {}
    for name in list(space):
        kind, *rest = space.pop(name)
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="squares a uniform draw for log" hint="A square favours small numbers too little: undo a logarithm, nothing else."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        elif kind == "log":
            out[name] = rest[0] + (rest[1] - rest[0]) * rng.random() ** 2
        else:
            out[name] = rng.uniform(*rest)
    return out

# %% wrong="weights uniform towards the middle" hint="Every number from a to b is equally likely: one draw, not the mean of two."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        elif kind == "log":
            out[name] = np.exp(np.mean([rng.uniform(*np.log(rest)) for _ in range(3)]))
        else:
            out[name] = np.mean([rng.uniform(*rest) for _ in range(3)])
    return out

# %% wrong="favours the first choice" hint="All values of a list are equally likely."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][min(rng.integers(len(rest[0])), rng.integers(len(rest[0])))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="returns a list of pairs" hint="Return a dict: {name: value}."
def sample(space, rng):
    out = []
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out.append((name, rest[0][rng.integers(len(rest[0]))]))
        else:
            out.append((name, np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)))
    return out

# %% wrong="mistakes log for numbers below 1" hint="A range above 1 has logarithms as well: nothing needs a minus sign."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        elif kind == "log":
            low, high = -np.log10(rest[0]), abs(np.log10(rest[1]))
            out[name] = 10 ** -rng.uniform(min(low, high), max(low, high))
        else:
            out[name] = rng.uniform(*rest)
    return out

# %% wrong="takes the logarithm to base ten and the exponential to base e" hint="np.log10 belongs to 10 ** x, np.log to np.exp."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log10(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="starts a generator of its own without a seed" hint="All chance comes from rng: a generator made inside forgets the state that it was given."
def sample(space, rng):
    rng = np.random.default_rng()
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="log is either end by a coin" hint="The logarithm is uniform over the whole range, not one of its two ends: rng.uniform between the logarithms."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = rest[rng.integers(2)] if kind == "log" else rng.uniform(*rest)
    return out

# %% wrong="uniform is always the middle" hint="Draw it: rng.uniform(a, b)."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else (rest[0] + rest[1]) / 2
    return out

# %% wrong="draws uniform in the logarithm too" hint="Only the names marked log are drawn in the logarithm."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else (np.exp(rng.uniform(*np.log(rest))) if rest[0] > 0 else rng.uniform(*rest))
    return out

# %% wrong="returns inside the loop" hint="`return` stands after the loop, or the first name is the only one."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
        return out

# %% wrong="forgets to return" hint="The last line returns the dict, after the loop."
def sample(space, rng):
    out = {}
    for name, (kind, *rest) in space.items():
        if kind == "choice":
            out[name] = rest[0][rng.integers(len(rest[0]))]
        else:
            out[name] = np.exp(rng.uniform(*np.log(rest))) if kind == "log" else rng.uniform(*rest)
