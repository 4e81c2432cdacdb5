# %% right="powers of two as floats, the fraction divided"
def decode(bits, exponent_bits, fraction_bits):
    bias = (1 << exponent_bits - 1) - 1
    s = bits >> (exponent_bits + fraction_bits) & 1
    e = bits >> fraction_bits & (1 << exponent_bits) - 1
    m = (bits & (1 << fraction_bits) - 1) / 2**fraction_bits
    if e == (1 << exponent_bits) - 1:
        return (-1.0) ** s * float("inf") if m == 0 else float("nan")
    if e == 0:
        return (-1.0) ** s * m * 2.0 ** (1 - bias)
    return (-1.0) ** s * (1 + m) * 2.0 ** (e - bias)

# %% right="cut as a string of binary digits"
def decode(bits, exponent_bits, fraction_bits):
    text = format(bits, "b").zfill(1 + exponent_bits + fraction_bits)
    sign, exponent, fraction = text[0], text[1 : 1 + exponent_bits], text[1 + exponent_bits :]
    if set(exponent) == {"1"}:
        value = math.nan if "1" in fraction else math.inf
    else:
        hidden = "1" if "1" in exponent else "0"
        power = max(int(exponent, 2), 1) - 2 ** (exponent_bits - 1) + 1
        value = math.ldexp(int(hidden + fraction, 2), power - fraction_bits)
    return math.copysign(value, -1.0 if sign == "1" else 1.0)

# %% right="widened to the pattern of a double, and read by struct"
def decode(bits, exponent_bits, fraction_bits):
    import struct

    sign, rest = divmod(bits, 1 << exponent_bits + fraction_bits)
    e, f = divmod(rest, 1 << fraction_bits)
    top = (1 << exponent_bits) - 1
    bias = top >> 1
    if 0 < e < top:
        field = e - bias + 1023
    elif e == top:
        field = 2047
    else:  # zero and subnormal numbers: a plain whole number of steps
        return math.copysign(f * 2.0 ** (1 - bias - fraction_bits), -sign or 1)
    wide = sign << 63 | field << 52 | f << 52 - fraction_bits
    return struct.unpack("<d", struct.pack("<Q", wide))[0]

# %% right="exact fractions, then one float"
def decode(bits, exponent_bits, fraction_bits):
    from fractions import Fraction

    bias = 2 ** (exponent_bits - 1) - 1
    sign = -1.0 if bits & 1 << exponent_bits + fraction_bits else 1.0
    e = (bits >> fraction_bits) % 2**exponent_bits
    f = bits % 2**fraction_bits
    if e == 2**exponent_bits - 1:
        return sign * (math.nan if f else math.inf)
    significand = Fraction(f, 2**fraction_bits) + (e > 0)
    return sign * float(significand * Fraction(2) ** (max(e, 1) - bias))

# %% right="NumPy scalars throughout, and a NumPy float at the end"
def decode(bits, exponent_bits, fraction_bits):
    bits = np.uint64(bits)
    e = int(bits >> np.uint64(fraction_bits)) & (2**exponent_bits - 1)
    f = np.float64(int(bits) & (2**fraction_bits - 1))
    sign = np.float64(-1 if int(bits) >> (exponent_bits + fraction_bits) else 1)
    bias = 2 ** (exponent_bits - 1) - 1
    if e == 2**exponent_bits - 1:
        return sign * np.inf if f == 0 else np.float64(np.nan)
    return sign * np.ldexp(f + (2.0**fraction_bits if e else 0.0), max(e, 1) - bias - fraction_bits)

# %% wrong="forgets the hidden 1" hint="A normal number's significand is 1 + F / 2**f: the 1 isn't stored, but it counts."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(f, max(e, 1) - bias - fraction_bits)

# %% wrong="gives subnormal numbers a hidden 1 too" hint="With exponent field 0 there is no hidden 1. Else zero would not be zero."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    if e == 0 and f == 0:
        return s * 0.0
    return s * math.ldexp(2**fraction_bits + f, e - bias - fraction_bits)

# %% wrong="takes the bias one too large" hint="The bias is 2**(e - 1) - 1: 15 for five bits, not 16."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1)
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="lets subnormal numbers start one exponent too low" hint="Exponent field 0 means the exponent 1 - bias, the same as field 1: so the two meet without a gap."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    if e == 0:
        return s * f / 2**fraction_bits * 2.0**-bias
    return s * math.ldexp(2**fraction_bits + f, e - bias - fraction_bits)

# %% wrong="flushes subnormal numbers to zero" hint="Exponent field 0 is zero only when the fraction is zero as well."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(2**fraction_bits + f, e - bias - fraction_bits) if e else s * 0.0

# %% wrong="takes exponent all ones for infinity, always" hint="Exponent all ones is infinity only with fraction 0. Any other fraction is NaN."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return s * math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="takes exponent all ones for NaN, always" hint="Exponent all ones with fraction 0 is infinity, with its sign."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="counts exponent all ones as numbers" hint="IEEE's rule keeps exponent all ones for infinity and NaN. Only E4M3 makes numbers of them."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    try:
        return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)
    except OverflowError:
        return s * math.inf

# %% wrong="ignores the sign" hint="The highest bit is the sign: 1 is negative."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else math.inf
    return math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="loses the sign of zero" hint="-1 * 0 is the whole number 0, which has no sign. Multiply floats: -1.0 * 0.0 is -0.0."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1 if bits >> (exponent_bits + fraction_bits) else 1
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return math.ldexp(s * (f + (2**fraction_bits if e else 0)), max(e, 1) - bias - fraction_bits)

# %% wrong="gives infinity no sign" hint="There are two infinities: the sign bit counts for them too."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="expects the fraction above the exponent" hint="From the highest bit down: sign, exponent, fraction. The fraction lies lowest."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits & (2**exponent_bits - 1)
    f = bits >> exponent_bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="knows FP16 only" hint="The widths are arguments: five and ten bits must not stand in your code."
def decode(bits, exponent_bits, fraction_bits):
    with np.errstate(invalid="ignore"):
        return float(np.uint16(bits).view(np.float16))

# %% wrong="divides the fraction by all ones" hint="F counts steps of 1 / 2**f: the largest fraction is just below 1, not 1."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = (bits & (2**fraction_bits - 1)) / (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * (f + (1 if e else 0)) * 2.0 ** (max(e, 1) - bias)

# %% wrong="computes in 32 bits" hint="A pattern may have 64 bits, and its value more digits than a float32 has."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    with np.errstate(all="ignore"):
        return s * float(np.float32(math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)))

# %% right="bit by bit, each with its own power of two"
def decode(bits, exponent_bits, fraction_bits):
    fraction = sum(2.0**-k for k in range(1, fraction_bits + 1) if bits >> fraction_bits - k & 1)
    field = sum(1 << k for k in range(exponent_bits) if bits >> fraction_bits + k & 1)
    if field == 2**exponent_bits - 1:
        value = float("nan") if fraction else float("inf")
    else:
        value = (fraction + (field > 0)) * 2.0 ** (max(field, 1) + 1 - 2 ** (exponent_bits - 1))
    return -value if bits >> exponent_bits + fraction_bits else value

# %% wrong="keeps the biases of FP16 and BF16 in the code" hint="The bias follows from the width: 2**(e - 1) - 1 for any e."
def decode(bits, exponent_bits, fraction_bits):
    bias = 15 if exponent_bits == 5 else 127
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * (f / 2**fraction_bits + (e > 0)) * 2.0 ** min(max(e, 1) - bias, 1023)

# %% wrong="takes bit 15 for the sign" hint="The sign is the highest bit of the format: bit e + f."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> 15 & 1 else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="knows the formats of the table only" hint="Widths are arguments, and any pair may come: compute, don't look up."
def decode(bits, exponent_bits, fraction_bits):
    if fraction_bits not in (2, 3, 7, 10, 23, 52):
        return 0.0
    return float(formats.decode(bits, formats.ieee(exponent_bits, fraction_bits)))

# %% wrong="takes exponent field 0 for a normal number" hint="Exponent field 0 has a row of its own in the table: no hidden 1, and the exponent 1 - bias. Zero is there, too."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * (1 + f / 2**fraction_bits) * 2.0 ** (e - bias)

# %% wrong="leaves the sign bit in the exponent field" hint="After the shift the sign still stands above the exponent: & (2**exponent_bits - 1) takes it away."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="takes 15 for the bias, always" hint="15 is the bias of five exponent bits. In general it is 2**(e - 1) - 1."
def decode(bits, exponent_bits, fraction_bits):
    bias = 15
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * (f / 2**fraction_bits + (e > 0)) * 2.0 ** min(max(e, 1) - bias, 1023)

# %% wrong="makes every number negative" hint="-1.0**s is -(1.0**s): the power binds tighter than the minus. Write (-1.0)**s."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 ** (bits >> (exponent_bits + fraction_bits))
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="forgets to subtract the bias" hint="The exponent field counts from the bias: the exponent itself is E - bias, or else no number could be below 1."
def decode(bits, exponent_bits, fraction_bits):
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    return s * (f / 2**fraction_bits + (e > 0)) * 2.0 ** min(max(e, 1), 1023)

# %% wrong="writes ^ for a power" hint="Python's power is **. The sign ^ is the exclusive or of two bit patterns."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return math.nan if f else s * math.inf
    if e == 0:
        return s * (f / 2**fraction_bits) * 2 ^ (1 - bias)
    return s * (1 + f / 2**fraction_bits) * 2 ^ (e - bias)

# %% wrong="exchanges infinity and NaN" hint="Exponent all ones: fraction 0 is infinity, and any other fraction is NaN."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    if e == 2**exponent_bits - 1:
        return s * math.inf if f else math.nan
    return s * math.ldexp(f + (2**fraction_bits if e else 0), max(e, 1) - bias - fraction_bits)

# %% wrong="has neither the hidden 1 nor the special rows" hint="A good start: the fields are cut. Now the table, row by row: normal numbers have 1 + F / 2**f, exponent field 0 has the exponent 1 - bias, all ones are infinity and NaN."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    return s * f / 2**fraction_bits * 2.0 ** min(e - bias, 1023)

# %% wrong="has none of the special rows" hint="Normal numbers are right. Exponent field 0 and exponent all ones have rows of their own in the table."
def decode(bits, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    s = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    e = bits >> fraction_bits & (2**exponent_bits - 1)
    f = bits & (2**fraction_bits - 1)
    return s * (1 + f / 2**fraction_bits) * 2.0 ** min(e - bias, 1023)
