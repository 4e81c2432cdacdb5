# %% right="einsum, and an additive mask"
def attention(q, k, v, causal=False):
    scores = torch.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5
    if causal:
        i, j = torch.arange(q.shape[-2], device=q.device), torch.arange(k.shape[-2], device=q.device)
        scores = scores + torch.where(j[None, :] > i[:, None], -math.inf, 0.0).to(scores)
    return torch.einsum("...ij,...jd->...id", scores.softmax(-1), v)


# %% right="softmax by hand, the largest score subtracted first"
def attention(q, k, v, causal=False):
    scores = (q / math.sqrt(q.shape[-1])).matmul(k.mT)
    if causal:
        scores = scores.where(torch.ones_like(scores, dtype=torch.bool).tril(), torch.full_like(scores, -math.inf))
    weights = (scores - scores.amax(-1, keepdim=True)).exp()
    return weights @ v / weights.sum(-1, keepdim=True)


# %% right="query by query, with the keys that it may see"
def attention(q, k, v, causal=False):
    rows = []
    for i in range(q.shape[-2]):
        last = min(i + 1, k.shape[-2]) if causal else k.shape[-2]
        scores = (k[..., :last, :] * q[..., i : i + 1, :]).sum(-1) / q.shape[-1] ** 0.5
        rows.append((torch.softmax(scores, -1).unsqueeze(-1) * v[..., :last, :]).sum(-2))
    return torch.stack(rows, dim=-2)


# %% right="leading axes flattened, torch.baddbmm, a large negative number for the mask"
def attention(q, k, v, causal=False):
    lead = q.shape[:-2]
    a, b, c = (t.reshape(-1, *t.shape[-2:]) for t in (q, k, v))
    scores = torch.bmm(a, b.transpose(1, 2)) / math.sqrt(a.shape[2])
    if causal:
        hidden = torch.triu(torch.ones_like(scores[0]), diagonal=1).bool()
        scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
    return torch.bmm(scores.softmax(2), c).reshape(*lead, q.shape[-2], v.shape[-1])


# %% right="key by key, with a running maximum and a running sum"
def attention(q, k, v, causal=False):
    shape = (*q.shape[:-1], 1)
    m = torch.full(shape, -math.inf, dtype=q.dtype)
    l = torch.zeros(shape, dtype=q.dtype)
    o = q.new_zeros(*q.shape[:-1], v.shape[-1])
    for j in range(k.shape[-2]):
        s = (q * k[..., j : j + 1, :]).sum(-1, keepdim=True) / math.sqrt(q.shape[-1])
        if causal:
            s = torch.where(torch.arange(q.shape[-2])[:, None] < j, -math.inf, s)
        new = torch.maximum(m, s)
        a, b = (m - new).exp(), (s - new).exp()
        l = l * a + b
        o = o * a + b * v[..., j : j + 1, :]
        m = new
    return o / l


# %% right="hides with -10000"
def attention(q, k, v, causal=False):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), -1e4)
    return torch.softmax(s, -1) @ v


# %% wrong="no square root of d" hint="Divide the scores by math.sqrt(q.shape[-1])."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1)
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="divides by d" hint="By the square root of d, not by d: the spread of a sum grows with the root."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / q.shape[-1]
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="takes the root of the wrong length" hint="d is the width of a query, q.shape[-1], not the number of keys and not the width of the values."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(v.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="softmax over the queries" hint="Each query shares its weight among the keys: softmax over the last axis."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -1e9)
    return torch.softmax(scores, -2) @ v


# %% wrong="masks after the softmax" hint="Weights set to zero afterwards no longer sum to 1: mask the scores, before the softmax."
def attention(q, k, v, causal=False):
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), -1)
    return (weights.tril() if causal else weights) @ v


# %% wrong="hides by a score of zero" hint="A score of 0 still gets a weight, exp(0) = 1: hide with minus infinity."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return torch.softmax(scores.tril() if causal else scores, -1) @ v


# %% wrong="hides the past" hint="The future is above the diagonal: triu(1) is what query i may not see."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).tril(-1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="hides the present too" hint="Query i sees keys 0 to i, key i included: triu(1), not triu(0)."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(0), -1e9)
    return torch.softmax(scores, -1) @ v


# %% wrong="counts from the last key" hint="With unequal lengths query i still sees keys 0 to i, counted from the first: that is torch's is_causal."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        extra = k.shape[-2] - q.shape[-2]
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1 + extra), -1e9)
    return torch.softmax(scores, -1) @ v


# %% wrong="a square mask" hint="The mask is Lq by Lk: scores.shape[-2:] has both."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        n = q.shape[-2]
        scores = scores.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="ignores causal" hint="When causal is True, the future has to be hidden."
def attention(q, k, v, causal=False):
    return torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), -1) @ v


# %% wrong="always causal" hint="Without causal=True every query sees every key."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return torch.softmax(scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf), -1) @ v


# %% wrong="matrices only" hint="k.T turns all axes round. The last two only: k.transpose(-2, -1)."
def attention(q, k, v, causal=False):
    if q.ndim != 2:
        raise ValueError("only matrices")
    scores = q @ k.T / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape, dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="softmax over axis 1" hint="Axis 1 is the keys only without leading axes: say dim=-1."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -1e9)
    return torch.softmax(scores, 1) @ v


# %% wrong="exponentials that overflow" hint="exp of a score of several hundred is infinite: torch.softmax subtracts the row's largest first."
def attention(q, k, v, causal=False):
    weights = torch.exp(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]))
    if causal:
        weights = weights.tril()
    return weights @ v / weights.sum(-1, keepdim=True)


# %% wrong="hands it to torch" hint="scaled_dot_product_attention is what you are to rebuild."
def attention(q, k, v, causal=False):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)


# %% wrong="cuts the gradient off" hint="Gradients must flow to q, k and v: no detach, no NumPy."
def attention(q, k, v, causal=False):
    scores = (q @ k.transpose(-2, -1)).detach() / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="scales the query in place" hint="q /= ... writes into the caller's tensor: q / math.sqrt(d) makes a new one."
def attention(q, k, v, causal=False):
    q /= math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1)
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="returns float64 whatever came in" hint="float32 stays float32."
def attention(q, k, v, causal=False):
    scores = q.double() @ k.double().transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v.double()


# %% wrong="squeezes an axis of one away" hint="A batch of one keeps its axis."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return (torch.softmax(scores, -1) @ v).squeeze(0)


# %% wrong="returns the weights too" hint="Only the result: one tensor."
def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    weights = torch.softmax(scores, -1)
    return weights @ v, weights


# %% wrong="reshapes where it should transpose" hint="k.reshape keeps the order of the values in memory: rows don't become columns. Use k.transpose(-2, -1)."
def attention(q, k, v, causal=False):
    scores = q @ k.reshape(*k.shape[:-2], k.shape[-1], k.shape[-2]) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="a view that asks for contiguous memory" hint="A tensor may lie in memory column by column: .view fails there, .reshape or .transpose don't."
def attention(q, k, v, causal=False):
    q, k, v = (
        t.view(t.shape) if t.is_contiguous() else t.transpose(-2, -1).contiguous().view(t.shape) for t in (q, k, v)
    )
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


# %% wrong="hands it to torch under another name" hint="torch's attention is what you are to rebuild, whatever it is called: two products and a softmax."
from torch.nn.functional import scaled_dot_product_attention as sdpa


def attention(q, k, v, causal=False):
    return sdpa(q, k, v, is_causal=causal)


# %% wrong="mixes the keys" hint="The weights mix the values: softmax(...) @ v."
def attention(q, k, v, causal=False):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(s, -1) @ k


# %% wrong="at most one leading axis" hint="k.T and transpose(1, 2) count axes from the front. The last two, whatever stands before: k.transpose(-2, -1)."
def attention(q, k, v, causal=False):
    s = q @ (k.transpose(1, 2) if k.ndim == 3 else k.T) / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(s, -1) @ v


# %% wrong="subtracts the largest score of all" hint="Each row its own maximum: a row far below the largest score of all would become 0 / 0."
def attention(q, k, v, causal=False):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    w = (s - s.max()).exp()
    return w @ v / w.sum(-1, keepdim=True)


# %% wrong="detaches the values" hint="Gradients flow to v too: no detach."
def attention(q, k, v, causal=False):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(s, -1) @ v.detach()
