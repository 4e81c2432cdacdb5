# %% right="rounds half up by hand, with NumPy's scale"
def quantise_int8(x):
    top = max(float(np.max(x)), -float(np.min(x)))
    scale = np.float64(top / 127 if top else 1)
    return np.floor(x.astype(np.float64) / scale + 0.5).astype(np.int8), scale

# %% right="value by value"
def quantise_int8(x):
    largest = 0.0
    for value in x.ravel():
        largest = max(largest, abs(float(value)))
    scale = 1.0 if largest == 0 else largest / 127
    q = np.empty(x.shape, np.int8)
    for place in np.ndindex(x.shape):
        q[place] = round(float(x[place]) / scale)
    return q, scale

# %% right="stays in the array's own precision, and clips to be safe"
def quantise_int8(x):
    scale = np.abs(x).max() / x.dtype.type(127)
    if scale == 0:
        scale = x.dtype.type(1)
    return np.clip(np.round(x / scale), -127, 127).astype(np.int8), scale

# %% right="through torch"
def quantise_int8(x):
    values = torch.tensor(np.ascontiguousarray(x), dtype=torch.float64)
    top = values.abs().max().item()
    scale = top / 127 if top > 0 else 1.0
    return (values / scale).round().to(torch.int8).numpy(), scale

# %% wrong="takes 128 as the range" hint="Symmetric INT8 runs from -127 to 127: -128 has no partner on the other side."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 128 if largest > 0 else 1.0
    return np.clip(np.rint(x / scale), -128, 127).astype(np.int8), scale

# %% wrong="cuts the fraction off" hint="`astype(np.int8)` drops the fraction: round first."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127 if largest > 0 else 1.0
    return (x / scale).astype(np.int8), scale

# %% wrong="spreads from the smallest to the largest value" hint="Symmetric means: zero stays zero, and the scale comes from the largest magnitude alone."
def quantise_int8(x):
    low, high = float(np.min(x)), float(np.max(x))
    scale = (high - low) / 254 if high > low else 1.0
    return np.rint((x - (high + low) / 2) / scale).astype(np.int8), scale

# %% wrong="takes the largest value, not the largest magnitude" hint="-2 is larger in magnitude than 1. Take `np.abs` first, or -2 falls out of the range."
def quantise_int8(x):
    largest = float(np.max(x))
    scale = largest / 127 if largest > 0 else 1.0
    return np.clip(np.rint(x / scale), -127, 127).astype(np.int8), scale

# %% wrong="divides by zero when all is zero" hint="With zeros only, the largest magnitude is 0: the scale is 1 then."
def quantise_int8(x):
    with np.errstate(all="ignore"):
        scale = float(np.max(np.abs(x))) / 127
        return np.nan_to_num(np.rint(x / np.float64(scale))).astype(np.int8), scale

# %% wrong="a scale for each row" hint="One scale for the whole array."
def quantise_int8(x):
    largest = np.max(np.abs(x), axis=-1, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(x / scale).astype(np.int8), float(scale.ravel()[0])

# %% wrong="returns floats" hint="The point is one byte a value: cast to int8."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127 if largest > 0 else 1.0
    return np.rint(x / scale), scale

# %% wrong="returns the scale upside down" hint="x is about q times scale: the scale is max |x| / 127, not its inverse."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = 127 / largest if largest > 0 else 1.0
    return np.rint(x * scale).astype(np.int8), scale

# %% wrong="uses unsigned bytes" hint="int8 has a sign. No zero point is needed."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127 if largest > 0 else 1.0
    return (np.rint(x / scale) + 128).astype(np.uint8), scale

# %% wrong="rounds the scale to a few digits" hint="The scale is a float: keep all of its digits."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = round(largest / 127, 4) if largest > 0.01 else 1.0
    return np.clip(np.rint(x / scale), -127, 127).astype(np.int8), scale

# %% wrong="flattens the array" hint="q has the shape of x."
def quantise_int8(x):
    values = np.ravel(x)
    largest = float(np.max(np.abs(values)))
    scale = largest / 127 if largest > 0 else 1.0
    return np.rint(values / scale).astype(np.int8), scale

# %% wrong="rounds down" hint="`floor` goes down, also when the next step up is nearer: use `np.rint`."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127 if largest > 0 else 1.0
    return np.floor(x / scale).astype(np.int8), scale

# %% wrong="wraps round at the top" hint="A value that becomes 128 wraps to -128 in int8. The largest magnitude should become exactly 127."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127.9 if largest > 0 else 1.0
    return np.rint(x / scale).astype(np.int64).astype(np.int8), scale

# %% wrong="adds a little to the scale against division by zero" hint="1e-8 is no little when the values are 1e-12. Ask for the case of all zeros instead."
def quantise_int8(x):
    scale = float(np.max(np.abs(x))) / 127 + 1e-8
    return np.rint(x / scale).astype(np.int8), scale

# %% wrong="measures the spread by the standard deviation" hint="The largest magnitude decides: three standard deviations would cut values off."
def quantise_int8(x):
    spread = 3 * float(np.std(x))
    scale = spread / 127 if spread > 0 else 1.0
    return np.clip(np.rint(x / scale), -127, 127).astype(np.int8), scale

# %% wrong="returns the scale first" hint="q first, then the scale."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127 if largest > 0 else 1.0
    return scale, np.rint(x / scale).astype(np.int8)

# %% wrong="returns q alone" hint="Without its scale q is worth nothing: return both."
def quantise_int8(x):
    largest = float(np.max(np.abs(x)))
    scale = largest / 127 if largest > 0 else 1.0
    return np.rint(x / scale).astype(np.int8)
