# %% right="through float64 and round_to"
def round_to_tf32(x):
    with np.errstate(all="ignore"):
        return round_to(x.astype(np.float64), 8, 10).astype(np.float32)

# %% right="the colleague's addition, with NaNs and ties mended"
def round_to_tf32(x):
    bits = np.array(x, dtype=np.float32).view(np.uint32)
    tie = (bits & np.uint32(0x1FFF)) == np.uint32(0x1000)
    odd = (bits & np.uint32(0x2000)) != 0
    up = bits + np.uint32(0x1000) & np.uint32(0xFFFFE000)
    cut = bits & np.uint32(0xFFFFE000)
    result = np.where(tie & ~odd, cut, up).view(np.float32)
    result[np.isnan(x)] = np.nan
    return result

# %% right="magnitude and sign apart, in 64-bit integers"
def round_to_tf32(x):
    bits = x.view(np.uint32).astype(np.int64)
    sign, size = bits & 0x80000000, bits & 0x7FFFFFFF
    whole, rest = size // 8192, size % 8192
    whole = whole + ((rest > 4096) | ((rest == 4096) & (whole % 2 == 1)))
    rounded = np.where(size > 0x7F800000, 0x7FC00000, whole * 8192)
    return (sign | rounded).astype(np.uint32).view(np.float32)

# %% right="a large number added and taken away, in float64"
def round_to_tf32(x):
    with np.errstate(all="ignore"):
        wide = np.abs(x.astype(np.float64))
        power = np.maximum(2.0 ** (np.frexp(np.minimum(wide, 1e39))[1] - 1.0), 2.0**-126)
        large = power * 2.0**42
        return np.copysign(((wide + large) - large).astype(np.float32), x)

# %% right="one row after another, on the bits"
def round_to_tf32(x):
    result = np.empty_like(x)
    with np.errstate(over="ignore"):
        for index in np.ndindex(x.shape[:-1]):
            row = x[index]
            bits = row.view(np.uint32)
            bits = (bits + (np.uint32(0x0FFF) + (bits >> 13 & 1))) & np.uint32(0xFFFFE000)
            result[index] = np.where(row != row, np.float32(np.nan), bits.view(np.float32))
    return result

# %% wrong="cuts instead of rounding" hint="Masking the low bits goes towards zero. Add just under half, and the last bit that stays, before the mask."
def round_to_tf32(x):
    cut = (x.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isnan(x), x, cut)

# %% wrong="sends ties away from zero, as cvt.rna does" hint="Adding 0x1000, or one more for bit 12, sends every tie away from zero. To even: add 0x0FFF, and one more when bit 13 is set."
def round_to_tf32(x):
    bits = x.view(np.uint32) + np.uint32(0x1000) & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, bits.view(np.float32))

# %% wrong="sends ties towards zero" hint="Adding 0x0FFF alone leaves every tie below. One more when bit 13 is set, and ties go to even."
def round_to_tf32(x):
    bits = x.view(np.uint32) + np.uint32(0x0FFF) & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, bits.view(np.float32))

# %% wrong="sends ties to the odd neighbour" hint="The one more is for an odd last bit: then the tie goes up, to the even neighbour."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    even = np.uint32(1) - (bits >> np.uint32(13) & np.uint32(1))
    rounded = bits + np.uint32(0x0FFF) + even & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="lets NaNs go through the addition" hint="The carry of 0x7fffffff runs into the sign, and a NaN becomes -0.0. Keep NaNs out of it."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    return (bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)).view(np.float32)

# %% wrong="copies the colleague" hint="That is the code with the bug: NaNs and ties."
def round_to_tf32(x):
    return (x.view(np.uint32) + np.uint32(0x1000) & np.uint32(0xFFFFE000)).view(np.float32)

# %% wrong="knows one NaN only" hint="CUDA's NaN is one of many: NaN is every pattern with exponent all ones and a fraction that isn't 0. np.isnan knows them all."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    known = bits == np.uint32(0x7FFFFFFF)
    return np.where(known, x, rounded.view(np.float32))

# %% wrong="masks a NaN down to infinity" hint="A NaN whose payload sits in the low bits becomes infinity when they are cut. Put a NaN there: np.nan, or x itself."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    special = (bits & np.uint32(0x7F800000)) == np.uint32(0x7F800000)
    return np.where(special, bits & np.uint32(0xFFFFE000), rounded).view(np.float32)

# %% wrong="takes infinity for a NaN" hint="Exponent all ones with fraction 0 is infinity, and stays infinity."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = (bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isfinite(x), rounded, np.float32(np.nan))

# %% wrong="rounds to BF16" hint="TF32 keeps ten bits of fraction, BF16 seven: 13 bits go, not 16."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(16) & np.uint32(1)
    rounded = bits + np.uint32(0x7FFF) + last & np.uint32(0xFFFF0000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="rounds to FP16" hint="FP16 is as fine as TF32, but ends at 65504. TF32 keeps the eight bits of exponent."
def round_to_tf32(x):
    with np.errstate(all="ignore"):
        return x.astype(np.float16).astype(np.float32)

# %% wrong="keeps a bit too many" hint="23 - 10 = 13 bits go. The mask is 0xFFFFE000."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(12) & np.uint32(1)
    rounded = bits + np.uint32(0x07FF) + last & np.uint32(0xFFFFF000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="flushes subnormal numbers to zero" hint="Subnormal numbers of TF32 are numbers: the bits need no special case for them."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = (bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isnan(x), x, np.where(np.abs(x) < np.float32(2.0**-126), np.copysign(np.float32(0), x), rounded))

# %% wrong="stops at the largest number" hint="The largest float32 lies above the last tie and rounds to infinity; the carry does it by itself."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = (bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)).view(np.float32)
    top = np.uint32(0x7F7FE000).view(np.float32)
    return np.where(np.isfinite(x), np.clip(rounded, -top, top), x)

# %% wrong="loses the carry into the exponent" hint="When the fraction is all ones, the carry runs into the exponent, and should: 1.9999 becomes 2."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    fraction = (bits & np.uint32(0x7FFFFF)) + np.uint32(0x0FFF) + last & np.uint32(0x7FE000)
    rounded = (bits & np.uint32(0xFF800000) | fraction).view(np.float32)
    return np.where(np.isfinite(x), rounded, x)

# %% wrong="loses the sign of zero" hint="-0.0 stays -0.0: don't add anything to the result."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = (bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isnan(x), x, rounded) + np.float32(0)

# %% wrong="ignores the sign" hint="Mask the sign out only if you put it back."
def round_to_tf32(x):
    bits = np.abs(x).view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="writes into the array that it was given" hint="A view shares its memory with x: `bits += ...` changes the caller's values."
def round_to_tf32(x):
    missing = np.isnan(x)
    bits = x.view(np.uint32)
    bits += np.uint32(0x0FFF) + (bits >> np.uint32(13) & np.uint32(1))
    bits &= np.uint32(0xFFFFE000)
    x[missing] = np.nan
    return x

# %% wrong="gives back float64" hint="float32 comes in and float32 goes out."
def round_to_tf32(x):
    with np.errstate(all="ignore"):
        return round_to(x.astype(np.float64), 8, 10)

# %% wrong="gives back the bits" hint="The last step reads the bits as float32 again: .view(np.float32)."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    return bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)

# %% wrong="flattens the array" hint="The result has the shape of x."
def round_to_tf32(x):
    flat = np.ravel(x)
    bits = flat.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    return np.where(np.isnan(flat), flat, rounded.view(np.float32))

# %% right="the distance to the number below, compared with half a step"
def round_to_tf32(x):
    bits = x.copy().view(np.uint32)
    rest, below = bits & np.uint32(0x1FFF), bits & np.uint32(0xFFFFE000)
    up = (rest > 0x1000) | ((rest == 0x1000) & (below >> np.uint32(13) & np.uint32(1) == 1))
    result = below + np.where(up, np.uint32(0x2000), np.uint32(0))
    result[np.isnan(x)] = 0x7FC00000
    return result.view(np.float32)

# %% wrong="takes negative numbers for NaNs" hint="With the sign bit set a pattern is larger than 0x7F800000 too. Mask the sign out, or ask np.isnan(x)."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    rounded = bits + np.uint32(0x0FFF) + (bits >> np.uint32(13) & np.uint32(1)) & np.uint32(0xFFFFE000)
    return np.where(bits > 0x7F800000, x, rounded.view(np.float32))

# %% wrong="makes everything NaN when one is" hint="Each value for itself: only a NaN becomes NaN."
def round_to_tf32(x):
    if np.isnan(x).any():
        return np.full(x.shape, np.nan, dtype=np.float32)
    return round_to(x.astype(np.float64), 8, 10).astype(np.float32)

# %% wrong="adds, but never masks" hint="After the addition the lowest 13 bits have to go: & 0xFFFFE000."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="masks what is added instead of the sum" hint="The mask is for the whole sum. Put the parentheses round bits + 0x0FFF + last."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + (np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000))
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="adds all the bits above instead of the last one" hint="bits >> 13 still holds the sign, the exponent and nine bits of fraction. & 1 leaves the last one."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(13)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="converts the values instead of viewing the bits" hint="astype(np.uint32) makes whole numbers of the values: 3.14 becomes 3. view(np.uint32) shows the same 32 bits as an integer."
def round_to_tf32(x):
    with np.errstate(all="ignore"):
        bits = x.astype(np.uint32)
    last = bits >> np.uint32(13) & np.uint32(1)
    rounded = bits + np.uint32(0x0FFF) + last & np.uint32(0xFFFFE000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))

# %% wrong="keeps a bit too few" hint="23 - 10 = 13 bits go, not 14. The mask is 0xFFFFE000, and half of a step is 0x1000."
def round_to_tf32(x):
    bits = x.view(np.uint32)
    last = bits >> np.uint32(14) & np.uint32(1)
    rounded = bits + np.uint32(0x1FFF) + last & np.uint32(0xFFFFC000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))
