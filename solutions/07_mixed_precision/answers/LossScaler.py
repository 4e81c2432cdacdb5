# %% right="keeps its state in tensors and counts down"
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self._s = torch.tensor(float(scale), dtype=torch.float64)
        self._interval = growth_interval
        self._left = growth_interval

    @property
    def current(self):
        return self._s

    def scale(self, loss):
        return loss * self._s.to(loss.dtype)

    def step(self, optimiser):
        inverse = 1.0 / float(self._s)
        found = False
        for group in optimiser.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    found = found or bool((~torch.isfinite(p.grad)).any())
        if found:
            self._s = self._s * 0.5
            self._left = self._interval
            return False
        with torch.no_grad():
            for group in optimiser.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.grad.mul_(inverse)
        optimiser.step()
        self._left -= 1
        if self._left == 0:
            self._s = self._s * 2
            self._left = self._interval
        return True

# %% right="unscales first and looks afterwards; new gradient tensors instead of in place"
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current = scale
        self.interval = growth_interval
        self.streak = 0

    def scale(self, loss):
        return self.current * loss

    def step(self, optimiser):
        fine = True
        for group in optimiser.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                p.grad = p.grad / self.current
                if torch.isnan(p.grad).any() or torch.isinf(p.grad).any():
                    fine = False
        if fine:
            optimiser.step()
            self.streak += 1
            if self.streak % self.interval == 0:
                self.current = self.current * 2
        else:
            self.current = self.current / 2
            self.streak = 0

# %% right="wraps torch's own GradScaler"
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self._inner = torch.amp.GradScaler("cpu", init_scale=float(scale), growth_interval=growth_interval)

    @property
    def current(self):
        return self._inner.get_scale()

    def scale(self, loss):
        return self._inner.scale(loss)

    def step(self, optimiser):
        self._inner.step(optimiser)
        self._inner.update()

# %% right="keeps the power of two and a history of steps"
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.first, self.power, self.history, self.growth_interval = scale, 0, [], growth_interval

    @property
    def current(self):
        return self.first * 2.0**self.power

    def scale(self, loss):
        return torch.mul(loss, self.current)

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        good = all(np.isfinite(g.numpy()).all() for g in grads)
        if not good:
            self.power -= 1
            self.history = []
            return
        for g in grads:
            g /= self.current
        optimiser.step()
        self.history.append(1)
        if len(self.history) == self.growth_interval:
            self.history.clear()
            self.power += 1

# %% wrong="steps with whatever came back" hint="Look at the gradients before you step: one inf or NaN, and the step is skipped."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        finite = all(torch.isfinite(g).all() for g in grads)
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        if not finite:
            self.current, self.good = self.current / 2, 0
            return
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="steps on gradients that still carry S" hint="Divide each gradient by S before the optimiser steps, and in place: `g.div_(S)`, or `p.grad = p.grad / S`. `g = g / S` only gives the name g to a new tensor."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="unscales twice" hint="Each gradient is divided by S once. Is there a second division, or one for each group of all parameters?"
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="forgets to reset the count after a skipped step" hint="Good steps count in a row: a skipped one starts the count from 0."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current /= 2
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="doubles one step late" hint="With growth_interval 3 the third good step doubles, not the fourth."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0
        else:
            self.good += 1

# %% wrong="doubles once and then at every step" hint="After doubling, counting begins anew."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good >= self.growth_interval:
            self.current *= 2

# %% wrong="looks at the first parameter only" hint="Any gradient may overflow: look at all parameters of all groups before you step."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not torch.isfinite(grads[0]).all():
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="looks at the first parameter group only" hint="`optimiser.param_groups` is a list: go through all of it."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for p in optimiser.param_groups[0]["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="stumbles over a parameter without a gradient" hint="A parameter that took no part has grad None: pass it over."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"]]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="misses NaN" hint="NaN compares as equal to nothing and is not inf. `torch.isfinite` knows both."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if any(torch.isinf(g).any() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="misses minus infinity" hint="A gradient overflows in both directions: minus infinity is not finite either."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if any((torch.isnan(g) | (g == float("inf"))).any() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="looks for overflow in the length of the gradient" hint="The square of a large finite number may overflow by itself. Ask each value: `torch.isfinite`."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite((g * g).sum()) for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="zeroes the bad gradients and steps all the same" hint="A step with gradients put to zero still moves the optimiser's moments, and other weights. Don't call step at all."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        finite = all(torch.isfinite(g).all() for g in grads)
        for g in grads:
            g.div_(self.current)
            if not finite:
                g.zero_()
        optimiser.step()
        if not finite:
            self.current, self.good = self.current / 2, 0
            return
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="doubles before it unscales" hint="The gradients carry the S that the loss was multiplied with. Divide by that one, and change S afterwards."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0
        for g in grads:
            g.div_(self.current)
        optimiser.step()

# %% wrong="halves once for each bad gradient value" hint="One skipped step halves S once, however many values overflowed."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        bad = sum(int((~torch.isfinite(g)).sum()) for g in grads)
        if bad:
            self.current, self.good = self.current / 2**bad, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="keeps the scale fixed" hint="S adapts: it halves after an overflow and doubles after growth_interval good steps in a row."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current = float(scale)

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()

# %% wrong="never lets the scale pass 65536" hint="There is no upper limit: S grows until something overflows."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = min(float(scale), 2.0**16), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = min(self.current * 2, 2.0**16), 0

# %% wrong="hides the method scale behind a number of that name" hint="`self.scale = scale` replaces the method. Keep the number under another name."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.scale = float(scale)
        self.growth_interval, self.good = growth_interval, 0

    @property
    def current(self):
        return self.scale

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.scale, self.good = self.scale / 2, 0
            return
        for g in grads:
            g.div_(self.scale)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.scale, self.good = self.scale * 2, 0

# %% wrong="scales a number instead of the loss" hint="`.item()` cuts the loss off from its graph: nothing can go backward. Multiply the tensor."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return torch.tensor(loss.item() * self.current, requires_grad=False)

    def step(self, optimiser):
        optimiser.step()

# %% wrong="takes the parameters from the optimiser's state" hint="SGD has no state, and Adam none before its first step. The parameters are in `optimiser.param_groups`."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for p in optimiser.state if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="tests after the fact, on the weights" hint="Once the weights are infinite it is too late. Look at the gradients, before the step."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        parameters = [p for g in optimiser.param_groups for p in g["params"]]
        for p in parameters:
            if p.grad is not None:
                p.grad.div_(self.current)
        optimiser.step()
        if not all(torch.isfinite(p).all() for p in parameters):
            self.current, self.good = self.current / 2, 0
            return
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="doesn't look at what came back" hint="Before the step look at all gradients: one inf or NaN, and the step is skipped, S halves, and the count starts from 0."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="divides and steps, and no more" hint="Two rows of the table are missing: what happens when a gradient is not finite, and after growth_interval good steps in a row."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        for g in grads:
            g.div_(self.current)
        optimiser.step()

# %% wrong="skips the bad step and forgets to halve" hint="After a skipped step S is half of what it was, and the count of good steps starts from 0."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.good = 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="halves and steps all the same" hint="After halving, leave: a bad step is neither taken nor counted."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="forgets the return in scale" hint="`scale` computes a product and gives nothing back: `return` it."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="asks isfinite of a list" hint="`torch.isfinite` takes one tensor: ask each gradient."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not torch.isfinite(grads).all():
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="asks many values for one truth" hint="`torch.isfinite(g)` answers for each value: `.all()` makes one answer of it."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g) for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="calls the number scale, as the method is called" hint="`self.scale = scale` replaces the method. Call the number `self.current`."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.scale, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.scale

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.scale, self.good = self.scale / 2, 0
            return
        for g in grads:
            g.div_(self.scale)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.scale, self.good = self.scale * 2, 0

# %% wrong="has no current" hint="S is to be read from outside under the name `current`: `self.current`, or a property."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.factor, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.factor

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.factor, self.good = self.factor / 2, 0
            return
        for g in grads:
            g.div_(self.factor)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.factor, self.good = self.factor * 2, 0

# %% wrong="gives back a number instead of a tensor" hint="`.item()` makes a number of the loss, and a number can't go backward. Multiply the tensor."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss.item() * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        if not all(torch.isfinite(g).all() for g in grads):
            self.current, self.good = self.current / 2, 0
            return
        for g in grads:
            g.div_(self.current)
        optimiser.step()
        self.good += 1
        if self.good == self.growth_interval:
            self.current, self.good = self.current * 2, 0

# %% wrong="divides after the step, and looks at nothing" hint="Three things in this order: look at the gradients, divide them by S in place, step. Then adapt S."
class LossScaler:
    def __init__(self, scale=2**16, growth_interval=2000):
        self.current, self.growth_interval, self.good = float(scale), growth_interval, 0

    def scale(self, loss):
        return loss * self.current

    def step(self, optimiser):
        grads = [p.grad for g in optimiser.param_groups for p in g["params"] if p.grad is not None]
        optimiser.step()
        for g in grads:
            g.div_(self.current)
