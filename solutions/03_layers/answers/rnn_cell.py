# %% right="einsum for both"
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(np.einsum("ni,hi->nh", x, w_xh) + np.einsum("nk,hk->nh", h, w_hh) + bias)

# %% right="input and memory side by side, one product"
def rnn_cell(x, h, w_xh, w_hh, bias):
    both, weights = np.concatenate([x, h], axis=1), np.concatenate([w_xh, w_hh], axis=1)
    return np.tanh(both @ weights.T + bias)

# %% right="loops over batch and memory"
def rnn_cell(x, h, w_xh, w_hh, bias):
    out = np.empty_like(h)
    for n in range(h.shape[0]):
        for k in range(h.shape[1]):
            out[n, k] = np.tanh(w_xh[k] @ x[n] + w_hh[k] @ h[n] + bias[k])
    return out

# %% right="in float64, the tanh from exponentials, and back"
def rnn_cell(x, h, w_xh, w_hh, bias):
    total = x.astype(np.float64) @ w_xh.T + h.astype(np.float64) @ w_hh.T + bias
    return (1 - 2 / (np.exp(2 * total) + 1)).astype(x.dtype)

# %% right="the reader's own dense, written again"
def rnn_cell(x, h, w_xh, w_hh, bias):
    def layer(a, weight, b):
        return a.dot(weight.transpose()) + b

    return np.tanh(layer(x, w_xh, bias) + layer(h, w_hh, 0))

# %% wrong="weights not turned round" hint="Both weights are (out, in): `.T`."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh + h @ w_hh + bias)

# %% wrong="the memory's weight is not turned round" hint="w_hh is square, so nothing complains. It is (out, in) like the other: `.T`."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + h @ w_hh + bias)

# %% wrong="turns the input's weight round only when it must" hint="When all sizes are alike, the weight still is (out, in): `.T`."
def rnn_cell(x, h, w_xh, w_hh, bias):
    fitting = w_xh if w_xh.shape[0] == w_xh.shape[1] else w_xh.T
    return np.tanh(x @ fitting + h @ w_hh.T + bias)

# %% wrong="adds the memory before the product" hint="Input and memory have weights of their own: two products, then the sum."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh((x[:, : h.shape[1]] + h[:, : x.shape[1]]) @ w_xh.T[: h.shape[1]] + bias)

# %% wrong="forgets the memory" hint="h must go in: without it this is a dense layer."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + bias)

# %% wrong="bends before it adds" hint="tanh comes last, over the whole sum."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T) + np.tanh(h @ w_hh.T + bias)

# %% wrong="adds the bias after the bend" hint="The bias is part of the sum inside tanh."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + h @ w_hh.T) + bias

# %% wrong="adds the bias twice, once for each product" hint="There is one bias: torch's cell has two, this one has one."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh((x @ w_xh.T + bias) + (h @ w_hh.T + bias))

# %% wrong="forgets the bias" hint="Add the bias inside tanh."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + h @ w_hh.T)

# %% wrong="no bend at all" hint="tanh is missing: without it memory can grow for ever."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return x @ w_xh.T + h @ w_hh.T + bias

# %% wrong="sigmoid in the place of tanh" hint="This cell bends with tanh."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return 1 / (1 + np.exp(-(x @ w_xh.T + h @ w_hh.T + bias)))

# %% wrong="writes the new memory into the old" hint="`h[...] =` changes the caller's memory. Return a new array."
def rnn_cell(x, h, w_xh, w_hh, bias):
    h[...] = np.tanh(x @ w_xh.T + h @ w_hh.T + bias)
    return h

# %% wrong="returns float64" hint="Keep the dtype of x."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x.astype(np.float64) @ w_xh.T + h @ w_hh.T + bias)

# %% wrong="swaps the roles of input and memory when their sizes agree" hint="w_xh is for x, w_hh for h."
def rnn_cell(x, h, w_xh, w_hh, bias):
    if w_xh.shape == w_hh.shape:
        return np.tanh(h @ w_xh.T + x @ w_hh.T + bias)
    return np.tanh(x @ w_xh.T + h @ w_hh.T + bias)

# %% wrong="keeps a part of the old memory" hint="That is another cell, with a gate (lab 05). This one is tanh of the sum, no more."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return h + np.tanh(x @ w_xh.T + h @ w_hh.T + bias)

# %% wrong="takes the first sample only" hint="x and h are batches: one row for each sample."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(w_xh @ x[0] + w_hh @ h[0] + bias)[None]

# %% wrong="computes in float16" hint="float16 has eleven bits. Compute in the dtype of x, or a longer one."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh((x @ w_xh.T + h @ w_hh.T + bias).astype(np.float16)).astype(x.dtype)

# %% wrong="lets torch compute it" hint="Write it with NumPy."
def rnn_cell(x, h, w_xh, w_hh, bias):
    arrays = [torch.from_numpy(np.array(a)) for a in (x, h, w_xh, w_hh, bias, 0 * bias)]
    return torch.rnn_tanh_cell(*arrays).numpy()

# %% wrong="one memory for the whole batch" hint="Every sample has a memory of its own: a row of h."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + h.mean(axis=0) @ w_hh.T + bias)

# %% wrong="adds the bias along the batch when that is as large" hint="The bias belongs to the memory's numbers, the last axis."
def rnn_cell(x, h, w_xh, w_hh, bias):
    total = x @ w_xh.T + h @ w_hh.T
    return np.tanh(total + (bias[:, None] if len(x) == len(bias) else bias))

# %% wrong="the memory goes in without a weight" hint="The memory has a weight of its own: h @ w_hh.T."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + h + bias)

# %% wrong="bends each product by itself" hint="tanh comes last, over the whole sum of both products and the bias."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T) + np.tanh(h @ w_hh.T) + bias

# %% wrong="two bends, added" hint="One tanh, over the whole sum."
def rnn_cell(x, h, w_xh, w_hh, bias):
    return np.tanh(x @ w_xh.T + bias) + np.tanh(h @ w_hh.T)
