# %% right="clears after the step, and writes the loss with log_softmax"
def train_step(model, images, labels, optimiser):
    scores = model(images)
    loss = -torch.log_softmax(scores, dim=1)[torch.arange(len(labels)), labels].mean()
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return float(loss)

# %% right="clears through the model, with the loss as a module"
def train_step(model, images, labels, optimiser):
    criterion = nn.CrossEntropyLoss()
    model.zero_grad()
    output = model(images)
    loss = criterion(output, labels)
    loss.backward()
    optimiser.step()
    return loss.detach().cpu().item()

# %% right="slopes by torch.autograd.grad, put into .grad by hand"
def train_step(model, images, labels, optimiser):
    weights = [p for p in model.parameters() if p.requires_grad]
    loss = nn.functional.cross_entropy(model(images), labels, reduction="mean")
    for weight, slope in zip(weights, torch.autograd.grad(loss, weights)):
        weight.grad = slope
    optimiser.step()
    return float(loss.item())

# %% right="a closure, and one-hot labels"
def train_step(model, images, labels, optimiser):
    def closure():
        optimiser.zero_grad()
        scores = model(images)
        loss = F.cross_entropy(scores, F.one_hot(labels, scores.shape[1]).to(scores.dtype))
        loss.backward()
        return loss

    return float(optimiser.step(closure))

# %% wrong="never clears the gradients" hint="`backward` adds to what `.grad` holds. Call `optimiser.zero_grad()` once a step."
def train_step(model, images, labels, optimiser):
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="returns a tensor" hint="The tensor keeps the whole graph alive, and memory grows step by step. `loss.item()` is a plain float."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss

# %% wrong="steps before going backward" hint="The optimiser moves by the gradients that are there. Ask for them first: `loss.backward()`, then `step()`."
def train_step(model, images, labels, optimiser):
    loss = F.cross_entropy(model(images), labels)
    optimiser.step()
    optimiser.zero_grad()
    loss.backward()
    return loss.item()

# %% wrong="clears between backward and step" hint="That throws away the slopes just computed. Clear before `backward` or after `step`."
def train_step(model, images, labels, optimiser):
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.zero_grad()
    optimiser.step()
    return loss.item()

# %% wrong="takes the softmax twice" hint="cross_entropy takes raw scores and does the softmax itself."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(torch.softmax(model(images), dim=1), labels)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="sums over the batch instead of averaging" hint="With a sum, the step grows with the batch. The mean is cross_entropy's own way."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels, reduction="sum")
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="returns the loss after the step" hint="The docstring asks for the loss before the step; a second forward pass costs time, and batch norm counts it."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return F.cross_entropy(model(images), labels).item()

# %% wrong="never steps" hint="`backward` only fills `.grad`. `optimiser.step()` moves the weights."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    return loss.item()

# %% wrong="moves the weights itself, by plain descent" hint="Then momentum, Adam and weight decay have no effect. The optimiser knows how to step."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    with torch.no_grad():
        for group in optimiser.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * p.grad
    return loss.item()

# %% wrong="steps twice" hint="One batch, one step."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    optimiser.step()
    return loss.item()

# %% wrong="asks the model twice" hint="One forward pass is enough, and batch norm keeps count: use the scores that you have."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    model(images)
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="clips the gradients without being asked" hint="Nobody asked for clipping: it changes the step."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    nn.utils.clip_grad_norm_([p for p in model.parameters() if p.grad is not None], 0.05)
    optimiser.step()
    return loss.item()

# %% wrong="computes without gradients" hint="Under `torch.no_grad()` nothing is recorded, so there is nothing to go backward through."
def train_step(model, images, labels, optimiser):
    with torch.no_grad():
        loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()
    return loss.item()

# %% wrong="squeezes the scores, so a batch of one breaks" hint="`squeeze()` takes the batch axis away when it is 1 long."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    scores = model(images).squeeze()
    loss = F.cross_entropy(scores, labels)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="turns the model to float64 on the way" hint="A model keeps its dtype: float32 pictures go in as they are."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images.double()), labels)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="wakes up frozen weights" hint="Someone froze a layer on purpose: leave `requires_grad` alone, and step only by the optimiser."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    frozen = [p for p in model.parameters() if not p.requires_grad]
    model.requires_grad_(True)
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        for p in frozen:
            p -= optimiser.param_groups[0]["lr"] * p.grad
            p.requires_grad_(False)
            p.grad = None
    return loss.item()
