# %% right="one long vector and torch's norm"
def clip_by_global_norm(tensors, limit):
    if len(tensors) == 0:
        return [], 0.0
    norm = torch.linalg.vector_norm(torch.cat([t.reshape(-1).double() for t in tensors])).item()
    if not np.isfinite(norm):
        raise ValueError("the norm is not finite")
    return [t * min(1.0, limit / norm) if norm > limit else t.clone() for t in tensors], norm


# %% right="norm of the norms, and limit / (norm + 1e-6) as PyTorch has it"
def clip_by_global_norm(tensors, limit):
    norm = math.hypot(*[float(t.norm()) for t in tensors])
    if math.isnan(norm) or math.isinf(norm):
        raise ValueError(f"norm {norm}")
    factor = min(1.0, limit / (norm + 1e-6))
    return [t if factor == 1.0 or norm <= limit else t.mul(factor) for t in tensors], norm


# %% right="a loop in NumPy"
def clip_by_global_norm(tensors, limit):
    total = 0.0
    for t in tensors:
        total += np.sum(np.square(t.detach().numpy().astype(np.float64)))
    norm = np.float64(total) ** 0.5
    if not np.isfinite(norm):
        raise ValueError("not finite")
    if norm <= limit:
        return [t.clone() for t in tensors], float(norm)
    return [t * float(limit / norm) for t in tensors], float(norm)


# %% right="PyTorch's own clipping, on copies"
def clip_by_global_norm(tensors, limit):
    copies = [torch.nn.Parameter(t.clone()) for t in tensors]
    for c, t in zip(copies, tensors):
        c.grad = t.clone()
    if not copies:
        return [], 0.0
    try:
        norm = float(torch.nn.utils.clip_grad_norm_(copies, limit, error_if_nonfinite=True))
    except RuntimeError as e:
        raise ValueError(str(e)) from e
    return [c.grad for c in copies], norm


# %% wrong="clips each tensor on its own" hint="One norm for all tensors, and one factor: else the direction changes."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return [t * min(1.0, limit / max(float(t.norm()), 1e-12)) for t in tensors], norm


# %% wrong="returns the norm after clipping" hint="The norm before clipping is what you watch during training."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    if norm <= limit:
        return list(tensors), norm
    return [t * (limit / norm) for t in tensors], float(limit)


# %% wrong="always scales to the limit" hint="Within the limit nothing changes: a small gradient stays small."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return [t * (limit / norm) if norm else t for t in tensors], norm


# %% wrong="clips value by value" hint="Every value times the same factor: clamping bends the direction."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return [t.clamp(-limit, limit) for t in tensors], norm


# %% wrong="forgets the root" hint="The norm is the square root of the sum of squares."
def clip_by_global_norm(tensors, limit):
    norm = sum(float((t.double() ** 2).sum()) for t in tensors)
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), float(norm)


# %% wrong="adds the norms up" hint="Norms don't add: their squares do. 3 and 4 make 5, not 7."
def clip_by_global_norm(tensors, limit):
    norm = float(sum(float(t.norm()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), norm


# %% wrong="lets NaN and infinity through" hint="A norm that is NaN or infinite can't be clipped: raise ValueError."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), norm


# %% wrong="looks for NaN only" hint="An infinity is no more finite than a NaN: math.isfinite knows both."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if math.isnan(norm):
        raise ValueError("NaN")
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), norm


# %% wrong="zero divided by zero" hint="Zeros have the norm 0: within the limit nothing is divided."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    if tensors and norm == 0:
        return [t / t for t in tensors], norm
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), norm


# %% wrong="flattens the tensors" hint="Every tensor keeps its shape."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    factor = limit / norm if norm > limit else 1.0
    return [t.reshape(-1) * factor for t in tensors], norm


# %% wrong="everything becomes float64" hint="float32 stays float32: the norm may be float64, the tensors not."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    factor = limit / norm if norm > limit else 1.0
    return [t.double() * factor for t in tensors], norm


# %% wrong="fails on an empty list" hint="An empty list has the norm 0.0."
def clip_by_global_norm(tensors, limit):
    norm = float(torch.cat([t.reshape(-1).double() for t in tensors]).norm())
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), norm


# %% wrong="can't take a tensor without axes" hint="A number is a tensor of shape (): reshape(-1) makes one value of it, len() and iteration don't."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float(row.double().square().sum()) for t in tensors for row in t))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return ([t * (limit / norm) for t in tensors] if norm > limit else list(tensors)), norm


# %% wrong="clips in place" hint="The tensors are left as they were: t * factor makes a new one, t.mul_ doesn't."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return [t.mul_(limit / norm) if norm > limit else t for t in tensors], norm


# %% wrong="clips a little too early" hint="Just within the limit nothing changes: compare the norm with the limit, not with a part of it."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("not finite")
    return ([t * (0.9 * limit / norm) for t in tensors] if norm > 0.9 * limit else list(tensors)), norm


# %% wrong="the largest value for the norm" hint="The norm is the square root of the sum of all squares."
def clip_by_global_norm(tensors, limit):
    norm = max([float(t.abs().max()) for t in tensors], default=0.0)
    if not math.isfinite(norm):
        raise ValueError("x")
    return [t * (limit / norm) if norm > limit else t for t in tensors], norm


# %% wrong="a factor in float64 that widens numbers" hint="A float64 tensor times a float32 tensor of shape () is float64: take a Python float for the factor."
def clip_by_global_norm(tensors, limit):
    total = sum((t * t).sum().item() for t in tensors)
    if not math.isfinite(total):
        raise ValueError("nan")
    norm = total**0.5
    f = torch.tensor(limit / norm if norm > limit else 1.0, dtype=torch.float64)
    return [t * f if norm > limit else t for t in tensors], norm


# %% wrong="shortens the first tensor only" hint="One factor for all tensors."
def clip_by_global_norm(tensors, limit):
    norm = math.sqrt(sum(float((t.double() ** 2).sum()) for t in tensors))
    if not math.isfinite(norm):
        raise ValueError("x")
    return [t * (limit / norm) if norm > limit and i == 0 else t for i, t in enumerate(tensors)], norm
