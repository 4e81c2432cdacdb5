# %% right="split and zip, inference_mode, accuracy weighted by length"
def evaluate(model, images, labels, batch):
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            parts = [accuracy(model(x), y) * len(y) for x, y in zip(images.split(batch), labels.split(batch))]
    finally:
        model.train(was_training)
    return sum(parts) / len(labels)

# %% right="a decorator, a while loop, and all guesses kept"
@torch.no_grad()
def evaluate(model, images, labels, batch):
    mode = model.training
    model.train(False)
    start, guesses = 0, []
    while start < images.shape[0]:
        guesses.append(model(images[start:start + batch]).argmax(-1))
        start += batch
    if mode:
        model.train()
    return (torch.cat(guesses) == labels).float().mean().item()

# %% right="a DataLoader, and every submodule's own mode"
def evaluate(model, images, labels, batch):
    from torch.utils.data import DataLoader, TensorDataset

    modes = {module: module.training for module in model.modules()}
    model.eval()
    right = total = 0
    with torch.set_grad_enabled(False):
        for pictures, wanted in DataLoader(TensorDataset(images, labels), batch_size=batch):
            right += (model(pictures).max(dim=1).indices == wanted).sum().item()
            total += wanted.numel()
    for module, mode in modes.items():
        module.training = mode
    return right / total

# %% wrong="averages the batches' accuracies" hint="A last batch of two counts as much as a full one then. Count the right ones, divide once."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    with torch.no_grad():
        shares = [accuracy(model(x), y) for x, y in zip(images.split(batch), labels.split(batch))]
    model.train(mode)
    return sum(shares) / len(shares)

# %% wrong="examines in training mode" hint="Dropout and batch norm are still learning: call `model.eval()` first."
def evaluate(model, images, labels, batch):
    right = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += int((model(x).argmax(1) == y).sum())
    return right / len(labels)

# %% wrong="leaves the model in evaluation mode" hint="The next epoch would train without dropout. Put the mode back that you found."
def evaluate(model, images, labels, batch):
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += int((model(x).argmax(1) == y).sum())
    return right / len(labels)

# %% wrong="always leaves training mode" hint="A model that came in evaluation mode must leave in it: remember `model.training` at the start."
def evaluate(model, images, labels, batch):
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += int((model(x).argmax(1) == y).sum())
    model.train()
    return right / len(labels)

# %% wrong="records gradients" hint="Put `with torch.no_grad():` around the loop: an exam needs no graph, and a graph needs memory."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    for x, y in zip(images.split(batch), labels.split(batch)):
        right += int((model(x).detach().argmax(1) == y).sum())
    model.train(mode)
    return right / len(labels)

# %% wrong="switches gradients off for good" hint="`torch.set_grad_enabled(False)` stays in force. Use it, or `no_grad`, in a `with` block."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    torch.set_grad_enabled(False)
    right = 0
    for x, y in zip(images.split(batch), labels.split(batch)):
        right += int((model(x).argmax(1) == y).sum())
    model.train(mode)
    return right / len(labels)

# %% wrong="drops the last, ragged batch" hint="`len(images) // batch` forgets what is left over. Every picture counts."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for i in range(len(images) // batch):
            x, y = images[i * batch:(i + 1) * batch], labels[i * batch:(i + 1) * batch]
            right += int((model(x).argmax(1) == y).sum())
            seen += len(y)
    model.train(mode)
    return right / max(seen, 1)

# %% wrong="takes the last batch for a full one" hint="Divide by the number of pictures, not by batches times batch size."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = batches = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += int((model(x).argmax(1) == y).sum())
            batches += 1
    model.train(mode)
    return right / (batches * batch)

# %% wrong="shows all pictures at once" hint="A large set does not fit into a device's memory: slice it by `batch`."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    with torch.no_grad():
        share = accuracy(model(images), labels)
    model.train(mode)
    return share

# %% wrong="returns a tensor" hint="End with `float(...)` or `.item()`."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = torch.zeros(())
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += (model(x).argmax(1) == y).sum()
    model.train(mode)
    return right / len(labels)

# %% wrong="returns the number of right ones" hint="A share is asked for, from 0 to 1."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += int((model(x).argmax(1) == y).sum())
    model.train(mode)
    return float(right)

# %% wrong="shows every picture twice" hint="One pass for the guesses is enough: an exam twice as long reads no better."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            model(x)
            right += int((model(x).argmax(1) == y).sum())
    model.train(mode)
    return right / len(labels)

# %% wrong="stops after the first batch" hint="A `return` inside the loop ends it at once."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            share = accuracy(model(x), y)
            model.train(mode)
            return share

# %% wrong="squeezes a batch of one away" hint="With one picture `squeeze()` leaves a row without its batch axis; take argmax over axis 1 of the scores as they come."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(images.split(batch), labels.split(batch)):
            right += int((model(x).squeeze().argmax(1) == y).sum())
    model.train(mode)
    return right / len(labels)

# %% wrong="freezes the weights for the exam and forgets to thaw them" hint="Use `torch.no_grad()`; the weights themselves are none of evaluate's business."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    for p in model.parameters():
        p.requires_grad_(False)
    for x, y in zip(images.split(batch), labels.split(batch)):
        right += int((model(x).argmax(1) == y).sum())
    model.train(mode)
    return right / len(labels)
