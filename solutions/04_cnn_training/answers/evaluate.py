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

# %% wrong="leaves out the ragged batch, but divides by all" hint="`len(images) // batch * batch` stops before the rest. Let the range go to `len(images)`: a slice beyond the end is simply shorter."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images) // batch * batch, batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[i:i + batch]).sum())
    model.train(mode)
    return right / len(images)

# %% wrong="returns per cent" hint="A share is asked for, from 0 to 1: don't multiply by 100."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[i:i + batch]).sum())
    model.train(mode)
    return 100 * right / len(images)

# %% wrong="returns the share of mistakes" hint="Accuracy is the share of right ones: 1 minus this."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[i:i + batch]).sum())
    model.train(mode)
    return 1 - right / len(images)

# %% wrong="gives nothing back" hint="The share must be returned: `return right / len(images)`."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[i:i + batch]).sum())
    model.train(mode)
    share = right / len(images)

# %% wrong="divides by the number of batches" hint="Divide the number of right ones by the number of pictures."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[i:i + batch]).sum())
    model.train(mode)
    return right / len(range(0, len(images), batch))

# %% wrong="compares the best score instead of its place" hint="`max` gives the score, `argmax` the digit."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.max(1).values == labels[i:i + batch]).sum())
    model.train(mode)
    return right / len(images)

# %% wrong="looks for the best picture of each digit" hint="Axis 0 counts the pictures. The ten scores of a picture lie along axis 1."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            found = scores.argmax(0)[:len(scores)]
            right += int((found == labels[i:i + len(found)]).sum())
    model.train(mode)
    return right / len(images)

# %% wrong="does not slice the labels" hint="The labels must be cut like the images: `labels[start : start + batch]`."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels).sum())
    model.train(mode)
    return right / len(images)

# %% wrong="compares each batch with the first labels" hint="The slice of the labels must move on with the images: `labels[start : start + batch]`."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[:len(scores)]).sum())
    model.train(mode)
    return right / len(images)

# %% wrong="steps picture by picture, but slices batches" hint="`range(0, n, batch)`: the third number is the stride. Without it, pictures are shown again and again."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(len(images)):
            scores = model(images[i:i + batch])
            right += int((scores.argmax(1) == labels[i:i + batch]).sum())
    model.train(mode)
    return right / len(images)

# %% wrong="shows one picture fewer in each batch" hint="A slice ends *before* its second number: `[start : start + batch]`, with no minus one."
def evaluate(model, images, labels, batch):
    mode = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(images), batch):
            scores = model(images[i:i + batch - 1])
            right += int((scores.argmax(1) == labels[i:i + batch - 1]).sum())
    model.train(mode)
    return right / len(images)
