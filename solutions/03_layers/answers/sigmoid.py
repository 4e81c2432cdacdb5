# %% right="half a tanh of the half, plus a half"
def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))

# %% right="clipped to where the exponential fits, per dtype"
def sigmoid(x):
    top = 80 if x.dtype == np.float32 else 700
    return 1 / (1 + np.exp(-np.clip(x, -top, top)))

# %% right="two cases by mask"
def sigmoid(x):
    out = np.empty_like(x)
    positive = x >= 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    grown = np.exp(x[~positive])
    out[~positive] = grown / (1 + grown)
    return out

# %% right="the plain formula with the overflow declared harmless"
def sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))

# %% right="by logarithms: exp(-log(1 + exp(-x)))"
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))

# %% right="math.exp on one value at a time"
def sigmoid(x):
    import math

    def one(v):
        return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))

    return np.array([one(float(v)) for v in x.ravel()], dtype=x.dtype).reshape(x.shape)

# %% right="says something to the reader in a warning of its own"
def sigmoid(x):
    warnings.warn("computed by the absolute value")
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)

# %% wrong="lets the exponential overflow" hint="np.exp(1000) is infinite, and NumPy warns. Use exp(-|x|), which never exceeds 1."
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

# %% wrong="exp(x) / (1 + exp(x)): infinity over infinity is NaN" hint="For large x this is inf / inf, NaN. Use exp(-|x|)."
def sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))

# %% wrong="the same with the warning turned off, NaN and all" hint="The warning is gone, the NaN is not: inf / inf. Use exp(-|x|)."
def sigmoid(x):
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))

# %% wrong="np.where computes both sides" hint="np.where chooses, but both sides are computed, and the wrong one overflows. Put -abs(x) into the exponential."
def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))

# %% wrong="takes tanh for it" hint="tanh goes from -1 to 1, sigmoid from 0 to 1."
def sigmoid(x):
    return np.tanh(x)

# %% wrong="tanh of x instead of half of x" hint="sigmoid(x) is (1 + tanh(x / 2)) / 2: mind the half inside."
def sigmoid(x):
    return 0.5 * (1 + np.tanh(x))

# %% wrong="the sign is lost" hint="The formula has exp(-x), not exp(x)."
def sigmoid(x):
    return 1 / (1 + np.exp(np.clip(x, -80, 80)))

# %% wrong="clips x too early" hint="At 10, 20 or 30 the sigmoid is not yet 0 or 1 to within 4 eps: clipping there costs digits."
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -10, 10)))

# %% wrong="clips where float64 overflows, float32 much earlier" hint="float32 overflows at 89 already, float64 at 710."
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))

# %% wrong="returns float64" hint="np.float64 or astype(float) changes the dtype: return that of x."
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x.astype(np.float64), -700, 700)))

# %% wrong="computes in float32" hint="float64 asks for sixteen digits: compute in the dtype of x."
def sigmoid(x):
    small = np.exp(-np.abs(x.astype(np.float32)))
    return (np.where(x >= 0, np.float32(1), small) / (1 + small)).astype(x.dtype)

# %% wrong="a table of straight lines" hint="The hard sigmoid, clip(x / 6 + 1/2), is another function."
def sigmoid(x):
    return np.clip(x / 6 + x.dtype.type(0.5), 0, 1)

# %% wrong="overwrites x" hint="Work on a copy: x is not yours to change."
def sigmoid(x):
    small = np.exp(-np.abs(x))
    x[...] = np.where(x >= 0, 1, small) / (1 + small)
    return x

# %% wrong="decides by the first value" hint="Each value has its own sign: decide one by one, or with np.where."
def sigmoid(x):
    if x.ravel()[0] >= 0:
        return 1 / (1 + np.exp(-x))
    return np.exp(x) / (1 + np.exp(x))

# %% wrong="rows and columns only" hint="x may have any number of axes. Leave the shape alone and compute value by value."
def sigmoid(x):
    x = np.atleast_2d(x)
    out = np.empty_like(x)
    for i, j in np.ndindex(x.shape[0], x.shape[1]):
        small = np.exp(-abs(x[i, j]))
        out[i, j] = (1 if x[i, j] >= 0 else small) / (1 + small)
    return out

# %% wrong="flattens the picture" hint="The result has the shape of x: reshape it back."
def sigmoid(x):
    small = np.exp(-np.abs(x.ravel()))
    return np.where(x.ravel() >= 0, 1, small) / (1 + small)

# %% wrong="rounds to six digits" hint="Keep all digits: no rounding."
def sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.round(np.where(x >= 0, 1, small) / (1 + small), 6)

# %% wrong="softmax over the last axis" hint="Each value stands alone: no sum over the others."
def sigmoid(x):
    grown = np.exp(x - x.max(axis=-1, keepdims=True))
    return grown / grown.sum(axis=-1, keepdims=True)

# %% wrong="lets torch compute it" hint="Write it with NumPy."
def sigmoid(x):
    return torch.sigmoid(torch.from_numpy(np.ascontiguousarray(x))).numpy()

# %% wrong="0 where it is small" hint="sigmoid(-31) is 3e-14: small, and many times 4 eps."
def sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x < -30, x.dtype.type(0), np.where(x >= 0, 1, small) / (1 + small))

# %% wrong="computes in float16" hint="float16 has eleven bits. Compute in the dtype of x."
def sigmoid(x):
    small = np.exp(-np.abs(x.astype(np.float16)).astype(x.dtype))
    return np.where(x >= 0, 1, small) / (1 + small)

# %% wrong="math.exp for a whole array" hint="math.exp takes one number; np.exp takes them all."
def sigmoid(x):
    return 1 / (1 + math.exp(-x))

# %% wrong="clips x at 20" hint="At 20 the sigmoid is not yet 1 to within 4 eps, nor 0 at -20: clipping there costs digits."
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -20, 20)))

# %% wrong="clips x at 30" hint="At -30 the sigmoid is not yet 0 to within 4 eps: clipping there costs digits."
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))
