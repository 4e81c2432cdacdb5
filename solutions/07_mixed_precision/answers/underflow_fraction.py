# %% right="rounds with the course's own emulator and counts"
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.asarray(gradients, dtype=np.float64)
    rounded_values = np.asarray(round_to(values, ieee(exponent_bits, fraction_bits)))
    alive = np.count_nonzero(values)
    return float(np.count_nonzero((values != 0) & (rounded_values == 0)) / alive) if alive else 0.0

# %% right="a plain loop over the values"
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    smallest = 2.0 ** (1 - bias) * 2.0**-fraction_bits
    alive = lost = 0
    for value in np.ravel(gradients).tolist():
        if value == 0:
            continue
        alive += 1
        if abs(value) <= smallest / 2:
            lost += 1
    return lost / alive if alive else 0.0

# %% right="the mean of a mask, in torch"
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = torch.tensor(np.array(gradients, dtype=np.float64)).reshape(-1)
    values = values[values != 0]
    if len(values) == 0:
        return 0.0
    return (values.abs() <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits + 0)).double().mean().item()

# %% right="counts steps of the smallest number with round half even"
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    x = np.asarray(gradients, dtype=np.float64)
    x = x[x != 0]
    if x.size == 0:
        return np.float64(0)
    step = np.ldexp(1.0, 2 - 2 ** (exponent_bits - 1) - fraction_bits)
    return np.mean(np.rint(np.abs(x) / step) == 0)

# %% wrong="counts the zeros that were zero before" hint="A gradient of exactly 0 loses nothing. Leave zeros out of both counts."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    if values.size == 0:
        return 0.0
    limit = 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits)
    return float(np.mean(values <= limit)) if values.any() else 0.0

# %% wrong="divides by all values, zeros among them" hint="The share is of the non-zero gradients: divide by how many of those there are."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    limit = 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits)
    return float(np.sum((values > 0) & (values <= limit)) / max(values.size, 1))

# %% wrong="takes subnormals for zero" hint="Below the smallest normal number FP16 goes on, with fewer and fewer digits, down to 2^-24."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    return float(np.mean(values < 2.0 ** (2 - 2 ** (exponent_bits - 1)))) if values.size else 0.0

# %% wrong="takes everything below the smallest number for zero" hint="Rounding goes to the nearest: from half of the smallest number upwards that is not zero."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    return float(np.mean(values < 2.0 ** (2 - 2 ** (exponent_bits - 1) - fraction_bits))) if values.size else 0.0

# %% wrong="lets the tie round up" hint="Exactly half of the smallest number lies between 0 and 1 step. The even one of the two is 0."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    return float(np.mean(values < 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))) if values.size else 0.0

# %% wrong="forgets the sign" hint="-1.0 is smaller than any positive limit, and far from underflow: compare magnitudes."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.asarray(gradients, dtype=np.float64)
    values = values[values != 0]
    return float(np.mean(values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))) if values.size else 0.0

# %% wrong="knows FP16 only" hint="The format comes with the call: `exponent_bits` and `fraction_bits`."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.asarray(gradients, dtype=np.float64)
    values = values[values != 0]
    with np.errstate(over="ignore"):
        return float(np.mean(values.astype(np.float16) == 0)) if values.size else 0.0

# %% wrong="looks at the exponent bits alone" hint="Subnormals go down by one power of two for each fraction bit: both widths count."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    widths = {5: 10, 8: 7, 4: 3}
    return float(np.mean(values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - widths.get(exponent_bits, 10)))) if values.size else 0.0

# %% wrong="divides zero by zero when there is nothing to lose" hint="An array without a non-zero value has nothing to lose: ask for that case and return 0.0."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    with np.errstate(all="ignore"):
        return float(np.float64(np.sum(values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))) / np.float64(values.size))

# %% wrong="gives a percentage" hint="A share lies between 0 and 1."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    return float(100 * np.mean(values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))) if values.size else 0.0

# %% wrong="throws infinities and NaN out" hint="They are non-zero and don't round to zero: they count below the line."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[(values != 0) & np.isfinite(values)]
    return float(np.mean(values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))) if values.size else 0.0

# %% wrong="counts rows instead of values" hint="`len` of an array is the length of its first axis: count values over all axes."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    if not values.any():
        return 0.0
    lost = (values > 0) & (values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))
    return float(lost.sum() / (len(values) - np.sum(values == 0)))

# %% wrong="the share that survives" hint="You counted what is left. Asked is what is lost."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    return float(np.mean(values > 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits))) if values.size else 0.0

# %% wrong="gives a number of values, not a share" hint="You counted what is lost. Divide by how many non-zero values there are."
def underflow_fraction(gradients, exponent_bits, fraction_bits):
    values = np.abs(np.asarray(gradients, dtype=np.float64))
    values = values[values != 0]
    return int(np.sum(values <= 2.0 ** (1 - 2 ** (exponent_bits - 1) - fraction_bits)))
