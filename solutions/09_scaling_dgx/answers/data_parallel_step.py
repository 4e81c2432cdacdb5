# %% right="backward of weighted losses, gradients add up by themselves"
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    for p in model.parameters():
        p.grad = None
    for shard, label in zip(shards, labels):
        if len(shard):
            (len(shard) / samples * loss(model(shard), label)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% right="one optimiser, one sum of losses"
def data_parallel_step(model, shards, labels, loss, rate):
    optimiser = torch.optim.SGD(model.parameters(), lr=rate)
    optimiser.zero_grad()
    parts = [(len(x), loss(model(x), y)) for x, y in zip(shards, labels) if x.shape[0] > 0]
    total = sum(n * value for n, value in parts) / sum(n for n, _ in parts)
    total.backward()
    optimiser.step()
    return total.item()

# %% right="a replica for each rank, gradients as NumPy arrays"
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(shard.shape[0] for shard in shards)
    sums = {}
    for shard, label in zip(shards, labels):
        if shard.shape[0] == 0:
            continue
        model.zero_grad(set_to_none=True)
        loss(model(shard), label).backward()
        for name, p in model.named_parameters():
            if p.grad is not None:
                sums[name] = sums.get(name, 0) + shard.shape[0] * p.grad.numpy().copy()
    for name, p in model.named_parameters():
        if name in sums:
            p.data = p.data - rate * torch.from_numpy(sums[name] / samples)
    model.zero_grad()
    return model

# %% wrong="averages the means of the shards" hint="A sample in a small shard then counts more than one in a large shard. Weight each shard by its number of samples."
def data_parallel_step(model, shards, labels, loss, rate):
    model.zero_grad()
    full = [(x, y) for x, y in zip(shards, labels) if len(x)]
    for x, y in full:
        (loss(model(x), y) / len(full)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="adds the means of the shards" hint="Sums of means grow with the number of shards. The weights have to add up to 1."
def data_parallel_step(model, shards, labels, loss, rate):
    model.zero_grad()
    for x, y in zip(shards, labels):
        if len(x):
            loss(model(x), y).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="joins the shards" hint="The shards lie on different cards. Each goes through the model by itself; only gradients are added."
def data_parallel_step(model, shards, labels, loss, rate):
    model.zero_grad()
    loss(model(torch.cat(shards)), torch.cat(labels)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="a step after each shard" hint="All shards see the same weights: first all gradients, then one step."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    for x, y in zip(shards, labels):
        if len(x):
            model.zero_grad()
            loss(model(x), y).backward()
            with torch.no_grad():
                for p in model.parameters():
                    if p.grad is not None:
                        p -= rate * len(x) / samples * p.grad

# %% wrong="old gradients are still there" hint="backward adds to .grad. Clear it before the first shard."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    for x, y in zip(shards, labels):
        if len(x):
            (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="takes every shard to be as large as the first" hint="The shards' sizes differ: each has its own weight, its samples over all samples."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    model.zero_grad()
    for x, y in zip(shards, labels):
        if len(x):
            (len(shards[0]) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="weights by the square root of the size" hint="The weight of a shard is its share of all samples, nothing else."
def data_parallel_step(model, shards, labels, loss, rate):
    roots = [len(shard) ** 0.5 for shard in shards]
    model.zero_grad()
    for root, x, y in zip(roots, shards, labels):
        if len(x):
            (root / sum(roots) * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="steps uphill" hint="Gradient descent subtracts."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    model.zero_grad()
    for x, y in zip(shards, labels):
        if len(x):
            (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p += rate * p.grad

# %% wrong="falls over a frozen parameter" hint="A frozen parameter has no gradient: leave it as it is."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    parameters = list(model.parameters())
    total = [torch.zeros_like(p) for p in parameters]
    for x, y in zip(shards, labels):
        if len(x):
            gradients = torch.autograd.grad(loss(model(x), y), parameters)
            total = [t + len(x) / samples * g for t, g in zip(total, gradients)]
    with torch.no_grad():
        for p, t in zip(parameters, total):
            p -= rate * t

# %% wrong="keeps its gradients for the next step" hint="It clears nothing at the start, and the second step adds to the first."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    if not hasattr(model, "started"):
        model.zero_grad()
        model.started = True
    for x, y in zip(shards, labels):
        if len(x):
            (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="the model stays as it was" hint="Either a copy of the model was changed, or `p = p - ...` bound a new name. Change the parameter itself, below torch.no_grad(): `p -= ...`."
def data_parallel_step(model, shards, labels, loss, rate):
    model = copy.deepcopy(model)
    samples = sum(len(shard) for shard in shards)
    model.zero_grad()
    for x, y in zip(shards, labels):
        if len(x):
            (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad
    return model

# %% wrong="moves frozen parameters, too" hint="What requires no gradient stays. Don't switch it on again."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    model.requires_grad_(True)
    model.zero_grad()
    for x, y in zip(shards, labels):
        if len(x):
            (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= rate * p.grad

# %% right="empty shards are not skipped: the mean over nothing is NaN, its gradient 0"
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    model.zero_grad()
    for x, y in zip(shards, labels):
        (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad

# %% wrong="clears before every shard" hint="Clear .grad once, before the first shard. Otherwise only the last shard's gradient is left."
def data_parallel_step(model, shards, labels, loss, rate):
    samples = sum(len(shard) for shard in shards)
    for x, y in zip(shards, labels):
        if len(x):
            model.zero_grad()
            (len(x) / samples * loss(model(x), y)).backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= rate * p.grad
