# %% right="through float64, rounded at the end"
def sgd_with_master_weights(master, gradients, rate):
    exact = master.astype(np.float64) - rate * gradients.astype(np.float64)
    new = exact.astype(np.float32)
    return new, new.astype(np.float16)

# %% right="in place on a copy, value by value"
def sgd_with_master_weights(master, gradients, rate):
    new = np.array(master, dtype=np.float32)
    for place in np.ndindex(new.shape):
        new[place] = np.float32(float(new[place]) - rate * float(gradients[place]))
    copies = np.empty(new.shape, np.float16)
    copies[...] = new
    return [new, copies]

# %% right="torch does the step"
def sgd_with_master_weights(master, gradients, rate):
    weights = torch.tensor(np.ascontiguousarray(master))
    weights.add_(torch.tensor(np.ascontiguousarray(gradients)).float(), alpha=-rate)
    return weights.numpy(), weights.half().numpy()

# %% wrong="takes gradients and product to float16" hint="A Python float times a float16 array is float16: the product may be zero already. Cast the gradients first."
def sgd_with_master_weights(master, gradients, rate):
    masters = (master - rate * gradients.astype(np.float16)).astype(np.float32)
    return masters, masters.astype(np.float16)

# %% wrong="updates the FP16 copy and casts it back" hint="What has been through float16 is no master: the small step is lost there."
def sgd_with_master_weights(master, gradients, rate):
    copies = (master.astype(np.float16) - np.float16(rate) * gradients.astype(np.float16)).astype(np.float16)
    return copies.astype(np.float32), copies

# %% wrong="rounds the masters through float16" hint="Compute in float32 and return that as the master; only the copy is float16."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - np.float32(rate) * gradients.astype(np.float32)
    copies = masters.astype(np.float16)
    return copies.astype(np.float32), copies

# %% wrong="keeps the masters in float16" hint="The masters are float32: their dtype says so."
def sgd_with_master_weights(master, gradients, rate):
    masters = (master - np.float32(rate) * gradients.astype(np.float32)).astype(np.float16)
    return masters, masters

# %% wrong="walks uphill" hint="Gradient descent subtracts."
def sgd_with_master_weights(master, gradients, rate):
    masters = master + np.float32(rate) * gradients.astype(np.float32)
    return masters, masters.astype(np.float16)

# %% wrong="writes into the old masters" hint="`master -= ...` changes the caller's array. Make a new one."
def sgd_with_master_weights(master, gradients, rate):
    master -= np.float32(rate) * gradients.astype(np.float32)
    return master, master.astype(np.float16)

# %% wrong="forgets the rate" hint="The step is rate times gradient."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - gradients.astype(np.float32)
    return masters, masters.astype(np.float16)

# %% wrong="returns the copies first" hint="Masters first, copies second."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - np.float32(rate) * gradients.astype(np.float32)
    return masters.astype(np.float16), masters

# %% wrong="copies the old masters" hint="The copies are of the new masters: the next forward pass should see the step."
def sgd_with_master_weights(master, gradients, rate):
    return master - np.float32(rate) * gradients.astype(np.float32), master.astype(np.float16)

# %% wrong="rounds float32 gradients to float16 first" hint="Gradients may come in float32: keep the digits that they have."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - np.float32(rate) * gradients.astype(np.float16).astype(np.float32)
    return masters, masters.astype(np.float16)

# %% wrong="returns float64 masters" hint="Compute as exactly as you like, and return float32: the masters are kept, and float64 takes twice the bytes."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - rate * gradients.astype(np.float64)
    return masters, masters.astype(np.float16)

# %% wrong="flattens the arrays" hint="The result has the shape of `master`, whatever that is."
def sgd_with_master_weights(master, gradients, rate):
    masters = master.ravel() - np.float32(rate) * gradients.ravel().astype(np.float32)
    return masters, masters.astype(np.float16)

# %% wrong="rounds the rate to float16" hint="A rate of 1e-6 has hardly a digit left in float16: keep it in float32."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - np.float32(np.float16(rate)) * gradients.astype(np.float32)
    return masters, masters.astype(np.float16)

# %% wrong="adds the step to the copy and forgets the master" hint="The master has to move as well: it is what the next step starts from."
def sgd_with_master_weights(master, gradients, rate):
    return master, (master - np.float32(rate) * gradients.astype(np.float32)).astype(np.float16)

# %% wrong="clips the masters to float16's range" hint="Masters are float32 and may be larger than 65504."
def sgd_with_master_weights(master, gradients, rate):
    masters = np.clip(master - np.float32(rate) * gradients.astype(np.float32), -65504, 65504)
    return masters, masters.astype(np.float16)

# %% wrong="lets NumPy multiply in float16" hint="A Python float times a float16 array is float16, and the product may be zero there. Cast the gradients to float32 first."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - rate * gradients
    return masters, masters.astype(np.float16)

# %% wrong="subtracts from an FP16 copy" hint="What has been through float16 is no master: the small step is lost there. Subtract from the float32 master."
def sgd_with_master_weights(master, gradients, rate):
    copies = master.astype(np.float16) - np.float16(rate) * gradients
    return copies.astype(np.float32), copies.astype(np.float16)

# %% wrong="makes copies in float32" hint="The copies go into an FP16 forward pass: `astype(np.float16)`."
def sgd_with_master_weights(master, gradients, rate):
    masters = master - np.float32(rate) * gradients.astype(np.float32)
    return masters, masters.copy()

# %% wrong="leaves the weights where they are" hint="What comes back equals what went in: subtract the rate times the gradient."
def sgd_with_master_weights(master, gradients, rate):
    return master.copy(), master.astype(np.float16)

# %% wrong="gives back the masters alone" hint="Two arrays are asked for: return masters, copies."
def sgd_with_master_weights(master, gradients, rate):
    return master - np.float32(rate) * gradients.astype(np.float32)
