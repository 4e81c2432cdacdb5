# %% right="one factor, never above 1"
def without_graph_break(x, w):
    y = x @ w
    return torch.tanh(y * torch.clamp(4 / y.abs().max(), max=1.0))

# %% right="divides by the larger of size and 4"
def without_graph_break(x, w):
    y = torch.matmul(x, w)
    size = torch.max(torch.abs(y))
    return (4 * y / torch.clamp_min(size, 4)).tanh()

# %% right="torch.cond keeps both branches in the graph"
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    y = torch.cond(size > 4, lambda y, size: y * (4 / size), lambda y, size: y.clone(), (y, size))
    return torch.tanh(y)

# %% right="arithmetic with the condition as a number"
def without_graph_break(x, w):
    y = torch.einsum("nk,km->nm", x, w)
    size = torch.linalg.vector_norm(y, ord=float("inf"))
    large = (size > 4).to(y.dtype)
    factor = large * 4 / torch.maximum(size, torch.ones_like(size)) + (1 - large)
    return torch.tanh(y * factor)

# %% wrong="leaves the if where it was" hint="`if` on a tensor asks for its value: a graph break. Let `torch.where` choose inside the graph."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    if size > 4:
        y = y * (4 / size)
    return torch.tanh(y)

# %% wrong="pulls the number out with item" hint="`.item()` takes the value to Python, and the graph ends there."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max().item()
    return torch.tanh(y * min(1.0, 4 / size if size else 1.0))

# %% wrong="hides from the compiler" hint="A part that the compiler may not look into ends the graph before it. Let it see all."
def without_graph_break(x, w):
    @torch.compiler.disable
    def tamed(y):
        size = y.abs().max()
        return torch.where(size > 4, y * (4 / size), y)

    return torch.tanh(tamed(x @ w))

# %% wrong="always tames" hint="Small outputs stay as they are: the factor is never above 1."
def without_graph_break(x, w):
    y = x @ w
    return torch.tanh(y * (4 / y.abs().max()))

# %% wrong="never tames" hint="Outputs with a largest magnitude above 4 are multiplied by 4 over it."
def without_graph_break(x, w):
    return torch.tanh(x @ w)

# %% wrong="clamps each value by itself" hint="All of y is multiplied by one factor. Clamping changes the large values and leaves the small ones."
def without_graph_break(x, w):
    return torch.tanh(torch.clamp(x @ w, -4, 4))

# %% wrong="tames each row by its own size" hint="size is the largest magnitude over the whole array, not of each row."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().amax(dim=1, keepdim=True)
    return torch.tanh(torch.where(size > 4, y * (4 / size), y))

# %% wrong="looks at the largest value, not the largest magnitude" hint="-8 is larger in magnitude than 4: take `abs` first."
def without_graph_break(x, w):
    y = x @ w
    size = y.max()
    return torch.tanh(torch.where(size > 4, y * (4 / size), y))

# %% wrong="chooses value by value" hint="The condition is one for the whole array: size > 4, not |y| > 4."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    return torch.tanh(torch.where(y.abs() > 4, y * (4 / size), y))

# %% wrong="makes NaN of zeros" hint="0 / 0 is NaN, and 0 times NaN too. Don't divide by a size that may be zero outside `torch.where`."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    large = (size > 4).to(y.dtype)
    return torch.tanh(large * y * (4 / size) + (1 - large) * y / size * size)

# %% wrong="goes down to float32" hint="Keep the dtype of the inputs: float64 stays float64."
def without_graph_break(x, w):
    y = (x @ w).float()
    size = y.abs().max()
    return torch.tanh(torch.where(size > 4, y * (4 / size), y))

# %% wrong="prints while it computes" hint="`print` of a tensor's value breaks the graph as well."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    print("", end="" if size is None else "")
    torch._dynamo.graph_break()
    return torch.tanh(torch.where(size > 4, y * (4 / size), y))

# %% wrong="forgets the tanh" hint="The layer ends in a tanh."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    return torch.where(size > 4, y * (4 / size), y)

# %% wrong="compiles one way for each size of batch, with Python's max" hint="Python's `float()` and `max` want a number, not a tensor in a graph. Use `torch.clamp` or `torch.maximum`."
def without_graph_break(x, w):
    y = x @ w
    return torch.tanh(y * (4 / max(float(y.abs().max()), 4.0)))

# %% wrong="breaks for a batch of one" hint="A batch of one is a batch: leave its axis alone."
def without_graph_break(x, w):
    y = (x @ w).squeeze()
    size = y.abs().max()
    return torch.tanh(torch.where(size > 4, y * (4 / size), y))

# %% wrong="takes the larger of 4 / size and 1" hint="The factor makes values smaller or leaves them: it is the smaller of 4 / size and 1."
def without_graph_break(x, w):
    y = x @ w
    return torch.tanh(y * torch.clamp(4 / y.abs().max(), min=1))

# %% wrong="forgets the tanh where it chooses small outputs" hint="Both ways end in a tanh: take it after the choice."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    return torch.where(size > 4, torch.tanh(y * (4 / size)), y)

# %% wrong="forgets to return" hint="Say `return`: without it a function gives None."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    torch.tanh(torch.where(size > 4, y * (4 / size), y))

# %% wrong="hands torch.minimum a plain number" hint="`torch.minimum` wants two tensors. `torch.clamp(..., max=1)` takes a number."
def without_graph_break(x, w):
    y = x @ w
    return torch.tanh(y * torch.minimum(4 / y.abs().max(), 1.0))

# %% wrong="asks size for its length" hint="`size` is one number without axes: compare it, and let `torch.where` choose."
def without_graph_break(x, w):
    y = x @ w
    size = y.abs().max()
    return torch.tanh(y * (4 / size if len(size) > 4 else 1))

# %% right="NumPy inside, which the compiler traces too"
def without_graph_break(x, w):
    y = x @ w
    size = np.abs(y.numpy()).max()
    return torch.tanh(y * float(1) * torch.from_numpy(np.asarray(4 / np.maximum(size, 4), dtype=y.numpy().dtype)))
