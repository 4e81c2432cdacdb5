# %% right="gate by gate, with slices"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    u = h.shape[1]

    def part(i):
        rows = slice(i * u, (i + 1) * u)
        return x @ w_ih[rows].T + b_ih[rows], h @ w_hh[rows].T + b_hh[rows]

    r = torch.sigmoid(sum(part(0)))
    z = torch.sigmoid(sum(part(1)))
    from_x, from_h = part(2)
    return z * h + (1 - z) * torch.tanh(from_x + r * from_h)


# %% right="einsum, and gates on an axis of their own"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    units = h.shape[1]
    i = torch.einsum("ni,gui->gnu", x, w_ih.reshape(3, units, -1)) + b_ih.reshape(3, 1, units)
    m = torch.einsum("nv,guv->gnu", h, w_hh.reshape(3, units, units)) + b_hh.reshape(3, 1, units)
    r, z = torch.sigmoid(i[:2] + m[:2])
    n = torch.tanh(i[2] + r * m[2])
    return torch.lerp(n, h, z)


# %% right="torch.nn.functional.linear, and sigmoid from exp"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = torch.nn.functional.linear(x, w_ih, b_ih).chunk(3, 1)
    h_r, h_z, h_n = torch.nn.functional.linear(h, w_hh, b_hh).chunk(3, 1)
    r, z = 1 / (1 + torch.exp(-(i_r + h_r))), 1 / (1 + torch.exp(-(i_z + h_z)))
    n = torch.tanh(i_n + r * h_n)
    return n + z * (h - n)


# %% right="sequence by sequence, then stacked"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    rows = []
    for one, memory in zip(x, h):
        i, m = w_ih @ one + b_ih, w_hh @ memory + b_hh
        u = len(memory)
        r, z = torch.sigmoid(i[:u] + m[:u]), torch.sigmoid(i[u : 2 * u] + m[u : 2 * u])
        rows.append((1 - z) * torch.tanh(i[2 * u :] + r * m[2 * u :]) + z * memory)
    return torch.stack(rows)


# %% right="one product of x and h side by side for r and z"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    u = h.size(1)
    w = torch.cat([w_ih[: 2 * u], w_hh[: 2 * u]], 1)
    r, z = torch.split(torch.sigmoid(torch.cat([x, h], 1) @ w.t() + (b_ih + b_hh)[: 2 * u]), u, 1)
    n = torch.tanh(
        torch.addmm(b_ih[2 * u :], x, w_ih[2 * u :].t()) + r * torch.addmm(b_hh[2 * u :], h, w_hh[2 * u :].t())
    )
    return n - z * n + z * h


# %% right="in float64, and back to the dtype that came in"
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    dt = x.dtype
    x, h, w_ih, w_hh, b_ih, b_hh = (t.to(torch.float64) for t in (x, h, w_ih, w_hh, b_ih, b_hh))
    i = (w_ih @ x.T + b_ih[:, None]).chunk(3, 0)
    m = (w_hh @ h.T + b_hh[:, None]).chunk(3, 0)
    r, z = torch.special.expit(i[0] + m[0]), torch.special.expit(i[1] + m[1])
    return ((1 - z) * torch.tanh(i[2] + r * m[2]) + z * h.T).T.to(dt)


# %% wrong="z before r" hint="The three parts lie in the order r, z, n."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_z, i_r, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_z, h_r, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="resets the memory before the product" hint="In torch r multiplies the product with its bias, r * (W h + b), not the memory inside it: that was the original paper."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    u = h.shape[1]
    i = x @ w_ih.T + b_ih
    m = h @ w_hh[: 2 * u].T + b_hh[: 2 * u]
    r, z = torch.sigmoid(i[:, :u] + m[:, :u]), torch.sigmoid(i[:, u : 2 * u] + m[:, u:])
    n = torch.tanh(i[:, 2 * u :] + (r * h) @ w_hh[2 * u :].T + b_hh[2 * u :])
    return (1 - z) * n + z * h


# %% wrong="the memory's bias outside the reset" hint="b_hn belongs inside the bracket that r multiplies."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    u = h.shape[1]
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r + b_hh[:u]), torch.sigmoid(i_z + h_z + b_hh[u : 2 * u])
    return (1 - z) * torch.tanh(i_n + r * h_n + b_hh[2 * u :]) + z * h


# %% wrong="no bias in the reset term" hint="r multiplies W_hn h + b_hn: the bias is missing."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    u = h.shape[1]
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r + b_hh[:u]), torch.sigmoid(i_z + h_z + b_hh[u : 2 * u])
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="keeps where it should write" hint="z is the share of the OLD memory: (1 - z) * n + z * h."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return z * torch.tanh(i_n + r * h_n) + (1 - z) * h


# %% wrong="no reset gate" hint="r multiplies the memory's part of the candidate."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    z = torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + h_n) + z * h


# %% wrong="a sigmoid for the candidate" hint="The candidate takes tanh: a memory may be negative."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.sigmoid(i_n + r * h_n) + z * h


# %% wrong="forgets the memory's biases" hint="Both products have their bias: b_hh is left out."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="forgets the input's biases" hint="Both products have their bias: b_ih is left out."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="hands it to torch" hint="torch.gru_cell is what you are to rebuild: write the four lines of the formula."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.gru_cell(x, h, w_ih, w_hh, b_ih, b_hh)


# %% wrong="cuts the gradient off" hint="detach, .data and NumPy cut the gradient: stay with torch's tensors all the way."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x.detach() @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h.detach() @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="computes in NumPy" hint="The result is a torch tensor through which gradients flow."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    a = [np.asarray(t.detach()) for t in (x, h, w_ih, w_hh, b_ih, b_hh)]
    i_r, i_z, i_n = np.split(a[0] @ a[2].T + a[4], 3, 1)
    h_r, h_z, h_n = np.split(a[1] @ a[3].T + a[5], 3, 1)
    r, z = 1 / (1 + np.exp(-i_r - h_r)), 1 / (1 + np.exp(-i_z - h_z))
    return torch.tensor((1 - z) * np.tanh(i_n + r * h_n) + z * a[1])


# %% wrong="casts to float32" hint="The dtype that comes in goes out: float64 stays float64."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    x, h, w_ih, w_hh, b_ih, b_hh = (t.float() for t in (x, h, w_ih, w_hh, b_ih, b_hh))
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="casts to float64" hint="The dtype that comes in goes out: float32 stays float32."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    x, h, w_ih, w_hh, b_ih, b_hh = (t.double() for t in (x, h, w_ih, w_hh, b_ih, b_hh))
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="changes the memory in place" hint="h.mul_ and h *= write into the caller's memory: make a new tensor."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    h *= z
    h += (1 - z) * torch.tanh(i_n + r * h_n)
    return h


# %% wrong="transposes the square matrix twice" hint="h @ w_hh.T, with one transpose, in every gate: with as many inputs as units a wrong one still fits."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    u, square = h.shape[1], x.shape[1] == h.shape[1]
    product = lambda a, w: a @ (w if square else w.T)
    i = [product(x, w_ih[k * u : (k + 1) * u]) + b_ih[k * u : (k + 1) * u] for k in range(3)]
    m = [product(h, w_hh[k * u : (k + 1) * u]) + b_hh[k * u : (k + 1) * u] for k in range(3)]
    r, z = torch.sigmoid(i[0] + m[0]), torch.sigmoid(i[1] + m[1])
    return (1 - z) * torch.tanh(i[2] + r * m[2]) + z * h


# %% wrong="squeezes the batch away" hint="One sequence is still (1, U), and one unit still (N, 1)."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return ((1 - z) * torch.tanh(i_n + r * h_n) + z * h).squeeze()


# %% wrong="reads the memory as if it lay row by row" hint="A tensor may lie in memory column by column: use w.T, not the storage."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    straight = lambda t: torch.as_strided(t, t.shape, (t.shape[1], 1)) if t.ndim == 2 else t
    x, h, w_ih, w_hh = (straight(t) for t in (x, h, w_ih, w_hh))
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="hands it to torch under another name" hint="torch's cell is what you are to rebuild, whatever it is called: write the four lines of the formula."
from torch import gru_cell as torchs_gru


def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return torchs_gru(x, h, w_ih, w_hh, b_ih, b_hh)


# %% wrong="resets the input's part" hint="r multiplies the memory's part, W_hn h + b_hn. The input's part stays whole."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(r * i_n + h_n) + z * h


# %% wrong="n before z" hint="The three parts lie in the order r, z, n."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_n, i_z = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_n, h_z = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="tanh for the gates" hint="r and z are shares from 0 to 1: a sigmoid. Only the candidate takes tanh."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.tanh(i_r + h_r), torch.tanh(i_z + h_z)
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h


# %% wrong="detaches the gates" hint="Gradients flow through r and z too: no detach."
def gru_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r, z = torch.sigmoid(i_r + h_r).detach(), torch.sigmoid(i_z + h_z).detach()
    return (1 - z) * torch.tanh(i_n + r * h_n) + z * h
