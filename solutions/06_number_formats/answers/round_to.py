# %% right="steps as floats, divided out and multiplied back"
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    _, exponent = np.frexp(np.where(np.isfinite(x), x, 1.0))
    step = 2.0 ** (np.maximum(exponent - 1.0, 1 - bias) - fraction_bits)
    with np.errstate(all="ignore"):
        y = np.round(x / step) * step
    y = np.where(np.abs(y) > (2 - 2.0**-fraction_bits) * 2.0**bias, np.inf, np.abs(y))
    return np.copysign(y, x)

# %% right="a large number added and taken away: the processor rounds"
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    with np.errstate(all="ignore"):
        size = np.minimum(np.abs(x), 2.0 ** (bias + 1))
        power = np.maximum(2.0 ** (np.frexp(size)[1] - 1.0), 2.0 ** (1 - bias))
        large = power * 2.0 ** (52 - fraction_bits)
        size = (size + large) - large
    size[size >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(size, x)

# %% right="on the bits of float64, subnormal numbers apart"
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    drop = 52 - fraction_bits
    size = np.abs(np.ascontiguousarray(x, dtype=np.float64))
    bits = size.view(np.uint64)
    last = (bits >> np.uint64(drop)) & np.uint64(1)
    rounded = bits + np.uint64((1 << (drop - 1)) - 1) + last
    rounded &= np.uint64((0xFFFFFFFFFFFFFFFF << drop) & 0xFFFFFFFFFFFFFFFF)
    result = rounded.view(np.float64)
    low = 2.0 ** (1 - bias - fraction_bits)
    with np.errstate(all="ignore"):
        result = np.where(size < 2.0 ** (1 - bias), np.rint(size / low) * low, result)
        result = np.where(result >= 2.0 ** (bias + 1), np.inf, result)
    result = np.where(np.isnan(x), np.nan, result)
    return np.copysign(result, x)

# %% right="floor and the remainder, ties by hand, in one flat loop over exponents"
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    result = np.array(x, dtype=np.float64)
    size = np.abs(result)
    exponent = np.frexp(size)[1] - 1
    for k in range(1 - bias, bias + 1):
        here = (exponent == k) if k > 1 - bias else (exponent <= k)
        here &= np.isfinite(size)
        steps = size[here] * 2.0 ** (fraction_bits - k)
        low = np.floor(steps)
        rest = steps - low
        up = (rest > 0.5) | ((rest == 0.5) & (low % 2 == 1))
        result[here] = (low + up) * 2.0 ** (k - fraction_bits)
    result[(exponent > bias) & np.isfinite(size)] = np.inf
    edge = (2 - 2.0**-fraction_bits) * 2.0**bias
    result[np.abs(result) > edge] = np.inf
    return np.copysign(np.where(np.isnan(x), np.nan, np.abs(result)), x)

# %% right="the exponent from a logarithm"
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    with np.errstate(all="ignore"):
        k = np.floor(np.log2(np.abs(x)))
        k = np.clip(np.nan_to_num(k, nan=0.0, neginf=1 - bias, posinf=bias), 1 - bias, bias + 1)
        step = np.exp2(k - fraction_bits)
        y = np.rint(x / step) * step
        return np.where(np.abs(y) >= np.exp2(bias + 1.0), np.copysign(np.inf, x), np.copysign(y, x))

# %% wrong="cuts the bits off instead of rounding" hint="Dropping bits goes towards zero, always. The nearest number may be the one above: np.rint."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.trunc(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="sends ties away from zero" hint="2.5 steps are 2, 3.5 are 4: a tie goes to the even count. np.rint does it."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    steps = np.ldexp(np.abs(x), -step)
    whole = np.floor(steps)
    y = np.ldexp(whole + (steps - whole >= 0.5), step)
    y[y >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="sends ties upward: floor of x plus a half" hint="floor(x + 0.5) sends every tie up, 2.5 to 3 and -2.5 to -2. A tie goes to the even count."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.floor(np.ldexp(x, -step) + 0.5), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="stops at the largest number instead of infinity" hint="What rounds beyond the largest number becomes infinity. Stopping there is saturation, another rule."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    top = (2 - 2.0**-fraction_bits) * 2.0**bias
    y = np.where(np.isfinite(x), np.clip(y, -top, top), y)
    return np.copysign(y, x)

# %% wrong="never overflows" hint="Beyond the largest number there is only infinity: the exponent field has no room for more."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    return np.copysign(np.ldexp(np.rint(np.ldexp(x, -step)), step), x)

# %% wrong="overflows before it rounds" hint="65519 is beyond FP16's largest number, but its nearest mark is 65504. Round first, then ask."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y = np.where(np.abs(x) > (2 - 2.0**-fraction_bits) * 2.0**bias, np.inf, y)
    return np.copysign(y, x)

# %% wrong="lets the tie beyond the largest number stay" hint="The tie between the largest number and the mark beyond it goes to the even one: that mark, and so infinity."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    top = (2 - 2.0**-fraction_bits) * 2.0**bias
    half = 2.0 ** (bias - fraction_bits - 1)
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.minimum(np.ldexp(np.rint(np.ldexp(np.abs(x), -step)), step), top)
    y = np.where(np.abs(x) > top + half, np.inf, y)
    return np.copysign(np.where(np.isnan(x), np.nan, y), x)

# %% wrong="flushes subnormal numbers to zero" hint="Below the smallest normal number there are still numbers, all equally far apart."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    y[np.abs(y) < 2.0 ** (1 - bias)] = 0.0
    return np.copysign(y, x)

# %% wrong="gives small numbers all their bits" hint="Exponents end at 1 - bias: below it the spacing stays, and bits get lost one after the other."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.frexp(x)[1] - 1 - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="rounds twice, through float32" hint="float32 first can turn a value just above a tie into the tie, which then goes the other way. Round once."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    with np.errstate(all="ignore"):
        narrow = x.astype(np.float32).astype(np.float64)
    step = np.maximum(np.frexp(narrow)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(narrow, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="loses the sign of zero" hint="-0.0 and what rounds to it keep their sign: np.copysign(result, x) at the end."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y = np.where(np.abs(y) >= 2.0 ** (bias + 1), np.copysign(np.inf, x), y)
    return y + 0.0

# %% wrong="gives infinity no sign" hint="-1e9 rounds to minus infinity: signs stay."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.copysign(np.ldexp(np.rint(np.ldexp(x, -step)), step), x)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return y

# %% wrong="makes infinity of NaN" hint="`not (y < limit)` holds for NaN as well. Ask for what is too large, and NaN stays NaN."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y = np.where(np.abs(y) < 2.0 ** (bias + 1), y, np.inf)
    return np.copysign(y, x)

# %% wrong="makes zero of NaN" hint="NaN isn't a number that could be rounded: it stays NaN."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    clean = np.nan_to_num(x, nan=0.0, posinf=np.inf, neginf=-np.inf)
    step = np.maximum(np.frexp(clean)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(clean, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, clean)

# %% wrong="takes the bias one too large" hint="The bias is 2**(e - 1) - 1: FP16 ends below 2**16, and its normal numbers begin at 2**-14."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1)
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="keeps a bit too few" hint="frexp's significand lies below 1: its exponent is one more than that of 1.xxx."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1], 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="writes into the array that it was given" hint="`x[...] =` changes the caller's values. Build a new array."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    sign = np.copysign(1.0, x)
    x[...] = np.abs(np.ldexp(np.rint(np.ldexp(x, -step)), step))
    x[x >= 2.0 ** (bias + 1)] = np.inf
    x *= sign
    return x

# %% wrong="gives back float32" hint="float64 comes in and float64 goes out."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    with np.errstate(all="ignore"):
        return np.copysign(y, x).astype(np.float32)

# %% wrong="flattens the array" hint="The result has the shape of x: several axes may come in."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    flat = x.ravel()
    step = np.maximum(np.frexp(flat)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(flat, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, flat)

# %% wrong="takes the same step everywhere" hint="The spacing depends on the value: it doubles at every power of two."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    y = np.rint(x * 2.0**fraction_bits) / 2.0**fraction_bits
    y = np.where(np.abs(y) >= 2.0 ** (bias + 1), np.inf, y)
    return np.copysign(y, x)

# %% wrong="knows FP16 only" hint="The widths are arguments. np.float16 has its own."
def round_to(x, exponent_bits, fraction_bits):
    with np.errstate(all="ignore"):
        return x.astype(np.float16).astype(np.float64)

# %% wrong="takes a float32 as it comes for FP32's widths" hint="Subnormal float64 values, and those beyond float32, must be rounded too, for 8 and 23 bits as for any others."
def round_to(x, exponent_bits, fraction_bits):
    if (exponent_bits, fraction_bits) == (8, 23):
        return x.copy()
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="loses the carry into the next power of two" hint="1.9999 rounds to 2: the significand runs over, and the exponent goes up by one. Nothing must stop it there."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    exponent = np.maximum(np.frexp(x)[1] - 1, 1 - bias)
    steps = np.minimum(np.rint(np.ldexp(np.abs(x), fraction_bits - exponent)), 2.0 ** (fraction_bits + 1) - 1)
    y = np.ldexp(np.where(np.isinf(x), np.inf, np.where(np.isnan(x), np.nan, steps)), exponent - fraction_bits)
    y = np.where(np.abs(y) >= 2.0 ** (bias + 1), np.inf, y)
    return np.copysign(y, x)

# %% right="floor, remainder and parity"
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    unit = np.ldexp(1.0, np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits)
    size = np.where(np.isfinite(x), np.abs(x), 0.0) / unit
    count = np.floor(size)
    rest = size - count
    result = (count + ((rest > 0.5) | ((rest == 0.5) & (count % 2 == 1)))) * unit
    result = np.where((result > largest(exponent_bits, fraction_bits)) | np.isinf(x), np.inf, result)
    return np.copysign(np.where(np.isnan(x), np.nan, result), x)

# %% wrong="takes four and three bits for E4M3" hint="The E4M3 of deep learning breaks IEEE's rule. Here the rule holds: four and three bits end at 240."
def round_to(x, exponent_bits, fraction_bits):
    layout = "e4m3" if (exponent_bits, fraction_bits) == (4, 3) else formats.ieee(exponent_bits, fraction_bits)
    return formats.round_to(np.asarray(x), layout)

# %% wrong="lets the first mark beyond the largest number stay" hint="Nearly: 65536 itself is no number of FP16 any more. Infinity begins *at* 2**(bias + 1): >=, not >."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) > 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="makes infinity of the largest number too" hint="The largest number is still a number. Only what is larger, after rounding, becomes infinity: >, not >=."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= (2 - 2.0**-fraction_bits) * 2.0**bias] = np.inf
    return np.copysign(y, x)

# %% wrong="rounds up, always" hint="np.ceil goes to the number above, however near the one below is. To nearest is np.rint."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.ceil(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="rounds down, always" hint="np.floor goes to the number below, however near the one above is. To nearest is np.rint."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.floor(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="keeps a bit too many" hint="The fraction has f bits, so the step is 2**(k - f): the hidden bit needs no further one."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits - 1
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="makes NaN of what is too large, as E4M3 does" hint="Under IEEE's rule what rounds beyond the largest number becomes infinity, with its sign. NaN is E4M3's way."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = np.maximum(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.nan
    return np.copysign(y, x)

# %% wrong="gives the whole array to spacing" hint="Your spacing takes one number, and this is an array. np.frexp(x)[1] - 1 gives every exponent at once, and np.maximum takes the place of max."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    gap = spacing(x, exponent_bits, fraction_bits)
    y = np.rint(x / gap) * gap
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)

# %% wrong="asks one if for a whole array" hint="An array has no single truth value. np.where chooses for each entry, and np.maximum takes the larger for each."
def round_to(x, exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    step = max(np.frexp(x)[1] - 1, 1 - bias) - fraction_bits
    y = np.ldexp(np.rint(np.ldexp(x, -step)), step)
    y[np.abs(y) >= 2.0 ** (bias + 1)] = np.inf
    return np.copysign(y, x)
