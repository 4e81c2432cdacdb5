# %% right="an early return for the subnormal numbers, frexp above"
def spacing(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    smallest_normal = 2.0 ** (1 - bias)
    if abs(x) < smallest_normal:
        return 2.0 ** (1 - bias - fraction_bits)
    significand, exponent = math.frexp(abs(x))
    return math.ldexp(1.0, exponent - 1 - fraction_bits)

# %% right="doubles its way up from the smallest normal number"
def spacing(x, exponent_bits, fraction_bits):
    border = 2.0 ** (2 - 2 ** (exponent_bits - 1))
    gap = border * 2.0**-fraction_bits if fraction_bits < 52 or exponent_bits < 11 else 5e-324
    while abs(x) / 2 >= border:
        border *= 2
        gap *= 2
    return gap

# %% right="NumPy's frexp, and a NumPy number back"
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    size = np.maximum(np.abs(np.float64(x)), np.ldexp(1.0, lowest))
    return np.ldexp(1.0, np.frexp(size)[1] - 1 - fraction_bits)

# %% right="the exponent read off float.hex"
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    size = max(abs(x), 2.0**lowest)
    return 2.0 ** (max(int(size.hex().split("p")[1]), lowest) - fraction_bits)

# %% right="from the spacing of float64, which has 52 bits of fraction"
def spacing(x, exponent_bits, fraction_bits):
    size = max(abs(x), 2.0 ** (2 - 2 ** (exponent_bits - 1)))
    return math.ulp(size) * 2.0 ** (52 - fraction_bits)

# %% wrong="takes the gap below at a power of two" hint="At 4 the marks spread out: below it they are half as far apart as above. The question is above."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    significand, exponent = math.frexp(abs(x))
    if significand == 0.5:
        exponent -= 1
    return 2.0 ** (max(exponent - 1 if x else lowest, lowest) - fraction_bits)

# %% wrong="lets subnormal numbers grow ever finer" hint="Below the smallest normal number, 2**(1 - bias), the spacing stays what it is."
def spacing(x, exponent_bits, fraction_bits):
    if x == 0:
        return 2.0 ** (2 - 2 ** (exponent_bits - 1) - fraction_bits)
    return math.ldexp(1.0, math.frexp(abs(x))[1] - 1 - fraction_bits)

# %% wrong="takes zero for a number near 1" hint="`math.frexp(0.0)` gives the exponent 0. The neighbour of zero is the smallest subnormal number."
def spacing(x, exponent_bits, fraction_bits):
    return 2.0 ** (max(math.frexp(abs(x))[1] - 1, 2 - 2 ** (exponent_bits - 1)) - fraction_bits)

# %% wrong="gives zero no neighbour" hint="Next to zero stands the smallest subnormal number: 2**(1 - bias - f)."
def spacing(x, exponent_bits, fraction_bits):
    if x == 0:
        return 0.0
    return 2.0 ** (max(math.frexp(abs(x))[1] - 1, 2 - 2 ** (exponent_bits - 1)) - fraction_bits)

# %% wrong="gives the spacing at 1 for every x" hint="The spacing doubles at every power of two: it depends on x."
def spacing(x, exponent_bits, fraction_bits):
    return 2.0**-fraction_bits

# %% wrong="forgets that frexp's significand is below 1" hint="`math.frexp(8.0)` is (0.5, 4), but 8 is 2**3: take one off."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    return 2.0 ** (max(math.frexp(abs(x))[1] if x else lowest, lowest) - fraction_bits)

# %% wrong="begins the normal numbers one exponent too low" hint="They begin at 2**(1 - bias), exponent field 1. And is your bias 2**(e - 1) - 1, not one more?"
def spacing(x, exponent_bits, fraction_bits):
    lowest = 1 - 2 ** (exponent_bits - 1)
    return math.ldexp(1.0, max(math.frexp(abs(x))[1] - 1 if x else lowest, lowest) - fraction_bits)

# %% wrong="stumbles over negative numbers" hint="The ruler is the same on both sides of zero: use abs(x)."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    exponent = math.frexp(x)[1] - 1 if x > 0 else lowest
    return 2.0 ** (max(exponent, lowest) - fraction_bits)

# %% wrong="gives a negative gap for a negative number" hint="A gap is a distance: never below zero."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    exponent = math.frexp(abs(x))[1] - 1 if x else lowest
    return math.copysign(2.0 ** (max(exponent, lowest) - fraction_bits), x)

# %% wrong="gives half a gap" hint="Half a gap is the largest error of rounding. The gap itself is 2**(k - f)."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    exponent = math.frexp(abs(x))[1] - 1 if x else lowest
    return math.ldexp(1.0, max(exponent, lowest) - fraction_bits - 1)

# %% wrong="knows FP16 only" hint="The widths are arguments: np.float16 has its own."
def spacing(x, exponent_bits, fraction_bits):
    with np.errstate(all="ignore"):
        return float(np.spacing(np.abs(np.float16(x))))

# %% wrong="counts the hidden bit as one of the fraction" hint="f bits of fraction cut the stretch from 2**k to 2**(k + 1) into 2**f steps: the hidden bit cuts nothing."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    exponent = math.frexp(abs(x))[1] - 1 if x else lowest
    return 2.0 ** (max(exponent, lowest) - fraction_bits + 1)

# %% right="a logarithm, put right where it rounded"
def spacing(x, exponent_bits, fraction_bits):
    x, lowest = abs(x), 2 - 2 ** (exponent_bits - 1)
    if x < 2.0**lowest:
        return 2.0 ** (lowest - fraction_bits)
    k = math.floor(math.log2(x))
    k -= math.ldexp(1.0, min(k, 1023)) > x
    return math.ldexp(1.0, min(k, 1023) - fraction_bits)

# %% wrong="trusts the logarithm" hint="math.log2 rounds: of a number a hair below 2048 it makes exactly 11.0. math.frexp reads the exponent itself."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    k = math.floor(math.log2(abs(x))) if x else lowest
    return math.ldexp(1.0, min(max(k, lowest), 1023) - fraction_bits)

# %% wrong="cuts the logarithm with int" hint="int(-1.7) is -1: it cuts towards zero. Below 1 you need the floor, or math.frexp."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    k = int(math.log2(abs(x))) if x else lowest
    return math.ldexp(1.0, min(max(k, lowest), 1023) - fraction_bits)

# %% wrong="doesn't look beyond the largest number" hint="At the largest number the question is which gap would come next: 32 for FP16."
def spacing(x, exponent_bits, fraction_bits):
    if abs(x) >= largest(exponent_bits, fraction_bits):
        return math.inf
    lowest = 2 - 2 ** (exponent_bits - 1)
    return 2.0 ** (max(math.frexp(abs(x))[1] - 1 if x else lowest, lowest) - fraction_bits)

# %% wrong="is one exponent too high, and takes zero for a number near 1" hint="Two things: frexp's significand is below 1, so take one off its exponent. And frexp gives zero the exponent 0: ask for it first."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    return 2.0 ** (max(math.frexp(abs(x))[1], lowest) - fraction_bits)

# %% wrong="has no smallest exponent, and takes zero for a number near 1" hint="Two things: below the smallest normal number, 2**(1 - bias), the spacing stays what it is. And frexp gives zero the exponent 0, so zero needs a line of its own."
def spacing(x, exponent_bits, fraction_bits):
    return math.ldexp(1.0, math.frexp(abs(x))[1] - 1 - fraction_bits)

# %% wrong="rounds the logarithm to the nearest whole number" hint="The k with 2**k <= x is the logarithm rounded *down*, not to the nearest. math.frexp reads it off."
def spacing(x, exponent_bits, fraction_bits):
    lowest = 2 - 2 ** (exponent_bits - 1)
    k = round(math.log2(abs(x))) if x else lowest
    return math.ldexp(1.0, min(max(k, lowest), 1023) - fraction_bits)

# %% wrong="asks np.spacing for the gap of float64" hint="np.spacing gives the gap of NumPy's own format, here 52 bits of fraction. The widths are arguments."
def spacing(x, exponent_bits, fraction_bits):
    return float(np.spacing(abs(x)))
