# %% right="einsum"
def dense(x, weight, bias):
    return np.einsum("ni,oi->no", x, weight) + bias

# %% right="the weight on the left, then turned round"
def dense(x, weight, bias):
    return (weight @ x.T + bias[:, None]).T

# %% right="loops, one output at a time"
def dense(x, weight, bias):
    out = np.empty((len(x), len(weight)), dtype=x.dtype)
    for n in range(len(x)):
        for o in range(len(weight)):
            total = bias[o]
            for i in range(x.shape[1]):
                total = total + x[n, i] * weight[o, i]
            out[n, o] = total
    return out

# %% right="broadcast products in float64, summed, and back to the dtype"
def dense(x, weight, bias):
    products = x[:, None, :].astype(np.float64) * weight[None, :, :]
    return (products.sum(axis=-1) + bias).astype(x.dtype)

# %% right="the bias as one more weight of an input that is always 1"
def dense(x, weight, bias):
    ones = np.ones((x.shape[0], 1), x.dtype)
    return np.hstack([x, ones]) @ np.hstack([weight, bias[:, np.newaxis]]).T

# %% wrong="weight not turned round" hint="`x @ weight` sums over the outputs. The weight is (out, in): turn it round with `.T`."
def dense(x, weight, bias):
    return x @ weight + bias

# %% wrong="turns the weight round only when the sizes demand it" hint="With as many inputs as outputs both run. The weight is always (out, in): always `.T`."
def dense(x, weight, bias):
    return (x @ weight if x.shape[1] == weight.shape[0] else x @ weight.T) + bias

# %% wrong="reshapes the weight instead of turning it round" hint="`reshape` keeps the reading order and scrambles the rows. `.T` swaps the axes."
def dense(x, weight, bias):
    return x @ weight.reshape(weight.shape[1], weight.shape[0]) + bias

# %% wrong="forgets the bias" hint="Every output has a bias: add it."
def dense(x, weight, bias):
    return x @ weight.T

# %% wrong="adds the bias along the batch" hint="The bias belongs to the outputs, the last axis. `bias[:, None]` lines it up with the samples."
def dense(x, weight, bias):
    return x @ weight.T + bias[:, None]

# %% wrong="adds the sum of all biases" hint="Each output has its own bias."
def dense(x, weight, bias):
    return x @ weight.T + bias.sum()

# %% wrong="adds the bias to every product" hint="Add the bias once, after the sum."
def dense(x, weight, bias):
    return (x[:, None, :] * weight[None] + bias[None, :, None]).sum(axis=-1)

# %% wrong="returns float64" hint="`astype(float)` or `float64` zeros turn float32 into float64. Keep the dtype of x."
def dense(x, weight, bias):
    return x.astype(np.float64) @ weight.T + bias

# %% wrong="always returns float32" hint="float64 comes in, float64 goes out: use x.dtype."
def dense(x, weight, bias):
    return (x @ weight.T + bias).astype(np.float32)

# %% wrong="computes in float16" hint="float16 has eleven bits. Compute in the dtype of x, or a longer one."
def dense(x, weight, bias):
    return (x.astype(np.float16) @ weight.T.astype(np.float16) + bias).astype(x.dtype)

# %% wrong="takes the first sample only" hint="x is a batch: one row of outputs for each sample."
def dense(x, weight, bias):
    return (weight @ x[0] + bias)[None]

# %% wrong="drops the axis of the batch when there is one sample" hint="A batch of one stays a batch: no `squeeze`."
def dense(x, weight, bias):
    return np.squeeze(x @ weight.T + bias)

# %% wrong="averages instead of summing" hint="A dense layer is a sum of products, not their mean."
def dense(x, weight, bias):
    return x @ weight.T / x.shape[1] + bias

# %% wrong="applies relu as well" hint="dense is the sum alone; the bend comes after it, in a function of its own."
def dense(x, weight, bias):
    return np.maximum(x @ weight.T + bias, 0)

# %% wrong="lets torch compute it" hint="Write the product with NumPy."
def dense(x, weight, bias):
    return F.linear(*(torch.from_numpy(np.ascontiguousarray(a)) for a in (x, weight, bias))).numpy()

# %% wrong="reads the memory as if it lay in order" hint="An array may be a view: index it, don't read its buffer."
def dense(x, weight, bias):
    def flat(a):
        return np.ndarray(a.shape, a.dtype, buffer=(a if a.base is None else a.base).tobytes())

    return flat(x) @ flat(weight).T + flat(bias)

# %% wrong="adds up by running sums in float32 that start at a large number" hint="Adding and taking off a large number throws digits away."
def dense(x, weight, bias):
    large = x.dtype.type(1e5)
    return ((x @ weight.T + bias) + large) - large

# %% wrong="adds the bias along the batch when that is as large" hint="The bias belongs to the outputs, the last axis."
def dense(x, weight, bias):
    result = x @ weight.T
    return result + (bias[:, None] if len(x) == len(bias) > 2 else bias)

# %% wrong="computes in float32" hint="float64 asks for sixteen digits: compute in the dtype of x."
def dense(x, weight, bias):
    return (x.astype(np.float32) @ weight.T.astype(np.float32) + bias.astype(np.float32)).astype(x.dtype)

# %% wrong="calls a function of another notebook" hint="mix_channels is not defined here, and takes pictures: write the product."
def dense(x, weight, bias):
    return mix_channels(x, weight) + bias

# %% wrong="keeps the sums within a thousand" hint="A layer has no largest value: no clip."
def dense(x, weight, bias):
    return np.clip(x @ weight.T + bias, -1000, 1000)

# %% wrong="adds the first bias everywhere" hint="Each output has its own bias: the whole array, not bias[0]."
def dense(x, weight, bias):
    return x @ weight.T + bias[0]

# %% wrong="the result turned round" hint="`weight @ x.T` is (out, N). The batch comes first: x @ weight.T is (N, out)."
def dense(x, weight, bias):
    return weight @ x.T + bias
