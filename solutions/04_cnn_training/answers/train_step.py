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

# %% wrong="returns a tensor" hint="`loss.item()` is a plain float. A tensor that isn't detached keeps its whole graph alive, too, and memory grows from step to step."
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

# %% wrong="cuts the loss off from its graph" hint="`torch.no_grad()`, `detach()` or `item()` before `backward` leaves nothing to go backward through: take them away."
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

# %% wrong="scores and labels swapped" hint="cross_entropy takes the scores first, then the labels: `F.cross_entropy(model(images), labels)`."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(labels, model(images))
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="goes backward twice" hint="Each `backward` adds to `.grad`: two of them double the slopes. One is enough."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward(retain_graph=True)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="never goes backward" hint="`step` moves by what stands in `.grad`, and only `loss.backward()` puts slopes there."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    optimiser.step()
    return loss.item()

# %% wrong="clears, steps, and goes backward too late" hint="The order is clear, forward, backward, step: the slopes must be there when the optimiser steps."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    optimiser.step()
    loss.backward()
    return loss.item()

# %% wrong="returns nothing" hint="The caller draws the curve of the losses: end with `return loss.item()`."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()

# %% wrong="takes raw scores for logarithms" hint="`nll_loss` wants log-probabilities. `cross_entropy` takes raw scores and does both."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.nll_loss(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()

# %% wrong="clears only at the end, but before the step" hint="Cleared slopes move nothing. Clear before `backward`, or after `step`."
def train_step(model, images, labels, optimiser):
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    for p in model.parameters():
        p.grad.zero_()
    optimiser.step()
    return loss.item()

# %% wrong="makes an optimiser of its own" hint="The caller's optimiser keeps its momentum from step to step: use the one that you were given."
def train_step(model, images, labels, optimiser):
    own = torch.optim.SGD(model.parameters(), lr=0.01)
    own.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    own.step()
    return loss.item()

# %% wrong="gives the loss of the whole batch as a sum" hint="`loss.item()` is the mean already: don't multiply by the number of pictures."
def train_step(model, images, labels, optimiser):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item() * len(images)
