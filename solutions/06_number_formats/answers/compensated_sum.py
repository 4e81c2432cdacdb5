# %% right="math.fsum, rounded once more"
def compensated_sum(values):
    return np.float32(math.fsum(values.tolist()))

# %% right="Knuth's two-sum, without a comparison"
def compensated_sum(values):
    total = lost = np.float32(0)
    for value in values:
        new = total + value
        part = new - total
        lost += (total - (new - part)) + (value - part)
        total = new
    return total + lost

# %% right="a pair of float32, tidied after each addition"
def compensated_sum(values):
    high = low = np.float32(0)
    for value in np.asarray(values):
        new = high + value
        part = new - high
        error = (high - (new - part)) + (value - part)
        low = low + error
        high = new + low
        low = low - (high - new)
    return np.float32(high + low)

# %% right="Neumaier in float64, with plain Python numbers"
def compensated_sum(values):
    total, lost = 0.0, 0.0
    for value in values.tolist():
        new = total + value
        lost += (total - new) + value if abs(total) >= abs(value) else (value - new) + total
        total = new
    return np.float32(total + lost)

# %% right="exact fractions"
def compensated_sum(values):
    from fractions import Fraction

    return np.float32(float(sum((Fraction(float(value)) for value in values), Fraction(0))))

# %% right="two-sums in pairs, level by level, with the errors kept"
def compensated_sum(values):
    level, errors = values.astype(np.float32), []
    while level.size > 1:
        if level.size % 2:
            level = np.append(level, np.float32(0))
        a, b = level[::2], level[1::2]
        new = a + b
        part = new - a
        errors.extend(((a - (new - part)) + (b - part)).tolist())
        level = new
    return np.float32(math.fsum([float(level[0]), *errors]))

# %% wrong="loses what the additions lose" hint="This is the plain float32 sum. Are the remainders collected with lost += (not lost =), and is lost added at the end?"
def compensated_sum(values):
    total = np.float32(0)
    for value in values:
        total = total + value
    return total

# %% wrong="trusts np.sum's pairs" hint="Adding in pairs makes fewer errors, but a huge number still swallows its small neighbours."
def compensated_sum(values):
    return np.sum(values)

# %% wrong="adds in float64" hint="A wider sum only moves the wall: 1e30 + 1 - 1e30 is 0 in float64 too. Compute what each addition loses."
def compensated_sum(values):
    return np.float32(np.sum(values, dtype=np.float64))

# %% wrong="Kahan's loop, which fails when the value is larger than the sum" hint="When the new value is the larger one, it is the *sum* that loses bits: exchange the two."
def compensated_sum(values):
    total = lost = np.float32(0)
    for value in values:
        corrected = value - lost
        new = total + corrected
        lost = (new - total) - corrected
        total = new
    return total

# %% wrong="doesn't exchange total and value when value is the larger" hint="(total - new) + value is exact only while abs(total) >= abs(value). Compare just these two: not with new."
def compensated_sum(values):
    total = lost = np.float32(0)
    for value in values:
        new = total + value
        lost += (total - new) + value
        total = new
    return total + lost

# %% wrong="compares without magnitudes" hint="Larger means larger in magnitude: abs(total) >= abs(value)."
def compensated_sum(values):
    total = lost = np.float32(0)
    for value in values:
        new = total + value
        lost += (total - new) + value if total >= value else (value - new) + total
        total = new
    return total + lost

# %% wrong="sorts from small to large and adds" hint="Sorting helps the small numbers, but the huge one still swallows their sum before its opposite comes."
def compensated_sum(values):
    total = np.float32(0)
    for value in values[np.argsort(np.abs(values))]:
        total = total + value
    return total

# %% wrong="sorts from large to small and adds" hint="Now huge numbers cancel first, but a large one that stays swallows all small ones after it."
def compensated_sum(values):
    total = np.float32(0)
    for value in values[np.argsort(-np.abs(values), kind="stable")]:
        total = total + value
    return total

# %% wrong="subtracts what was lost" hint="What the additions lost belongs to the sum: add it."
def compensated_sum(values):
    total = lost = np.float32(0)
    for value in values:
        new = total + value
        lost += (total - new) + value if abs(total) >= abs(value) else (value - new) + total
        total = new
    return total - lost

# %% wrong="gives back a float64" hint="The result is a float32: np.float32(...)."
def compensated_sum(values):
    return math.fsum(values.tolist())

# %% wrong="counts the first value twice" hint="Start from zero, or from the first value and then from the second on: not both."
def compensated_sum(values):
    total, lost = values[0], np.float32(0)
    for value in values:
        new = total + value
        lost += (total - new) + value if abs(total) >= abs(value) else (value - new) + total
        total = new
    return total + lost

# %% wrong="forgets the last value" hint="range(len(values) - 1) ends one short."
def compensated_sum(values):
    total = lost = np.float32(0)
    for i in range(len(values) - 1):
        new = total + values[i]
        lost += (total - new) + values[i] if abs(total) >= abs(values[i]) else (values[i] - new) + total
        total = new
    return total + lost

# %% wrong="rounds each step to half precision" hint="float32 in, float32 throughout."
def compensated_sum(values):
    with np.errstate(all="ignore"):
        return np.float32(np.sum(values.astype(np.float16)))

# %% right="partial sums that don't overlap, as many as it takes"
def compensated_sum(values):
    parts = []
    for x in values.tolist():
        kept = []
        for y in parts:
            x, y = (x, y) if abs(x) >= abs(y) else (y, x)
            total = x + y
            rest = y - (total - x)
            if rest:
                kept.append(rest)
            x = total
        parts = [*kept, x]
    return np.float32(math.fsum(parts))

# %% wrong="adds positive and negative numbers apart" hint="Each of the two sums swallows its own small numbers before they meet."
def compensated_sum(values):
    wide = values.astype(np.float64)
    return np.float32(wide[wide > 0].sum() + wide[wide < 0].sum())

# %% wrong="compares the wrong way round" hint="While total is the larger of the two it is (total - new) + value. Yours takes this one when value is larger."
def compensated_sum(values):
    total = lost = np.float32(0)
    for value in values:
        new = total + value
        lost += (total - new) + value if abs(total) < abs(value) else (value - new) + total
        total = new
    return total + lost
