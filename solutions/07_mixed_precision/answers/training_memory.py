# %% right="two nested ifs"
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = 8
    if optimiser == "momentum":
        each += 4
    elif optimiser == "adam":
        each += 8
    return each * parameters + activation_bytes

# %% right="adds the parts one by one"
def training_memory(parameters, precision, optimiser, activation_bytes):
    mixed = precision == "mixed"
    weights = parameters * (2 if mixed else 4)
    gradients = parameters * (2 if mixed else 4)
    masters = 4 * parameters if mixed else 0
    states = 4 * parameters * ["sgd", "momentum", "adam"].index(optimiser)
    return weights + gradients + masters + states + activation_bytes

# %% right="from dtypes' sizes, with NumPy's integers"
def training_memory(parameters, precision, optimiser, activation_bytes):
    small, full = np.dtype(np.float16).itemsize, np.dtype(np.float32).itemsize
    per = {"fp32": [full, full], "mixed": [small, small, full]}[precision]
    per = per + [full] * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return int(np.int64(parameters) * np.sum(per) + activation_bytes)

# %% wrong="halves everything in mixed precision" hint="The optimiser steps on FP32 masters with FP32 states; only the weights and gradients that the passes use have two bytes."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = 8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return parameters * each // (2 if precision == "mixed" else 1) + activation_bytes

# %% wrong="forgets the masters" hint="Mixed precision keeps an FP32 copy of the weights beside the FP16 ones: four bytes more."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = (8 if precision == "fp32" else 4) + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return parameters * each + activation_bytes

# %% wrong="counts a master in FP32 too" hint="In FP32 the weights are their own masters: there is no second copy."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = (12 if precision == "fp32" else 8) + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return parameters * each + activation_bytes

# %% wrong="gives Adam one state" hint="Adam keeps a mean of the gradients and a mean of their squares: two states."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = 8 + 4 * {"sgd": 0, "momentum": 1, "adam": 1}[optimiser]
    return parameters * each + activation_bytes

# %% wrong="forgets the states" hint="Momentum keeps four bytes a parameter, Adam eight."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return parameters * 8 + activation_bytes

# %% wrong="keeps the states in FP16" hint="The states stay FP32 in mixed precision."
def training_memory(parameters, precision, optimiser, activation_bytes):
    state = 4 if precision == "fp32" else 2
    return parameters * (8 + state * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]) + activation_bytes

# %% wrong="halves the activations in mixed precision" hint="`activation_bytes` is counted already, in its own precision: add it as it is."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = 8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return parameters * each + (activation_bytes // 2 if precision == "mixed" else activation_bytes)

# %% wrong="forgets the activations" hint="What the forward pass keeps counts as well."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return parameters * (8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser])

# %% wrong="forgets the gradients" hint="Every weight has a gradient."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = (4 if precision == "fp32" else 6) + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return parameters * each + activation_bytes

# %% wrong="gives plain SGD a state" hint="Plain SGD steps and forgets: no state."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return parameters * (8 + 4 * {"sgd": 1, "momentum": 1, "adam": 2}[optimiser]) + activation_bytes

# %% wrong="counts activations as values of four bytes" hint="`activation_bytes` are bytes."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return parameters * (8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]) + 4 * activation_bytes

# %% wrong="answers in megabytes" hint="Bytes, as an int."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return (parameters * (8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]) + activation_bytes) / 1e6

# %% wrong="counts in 32 bits" hint="Seven billion times sixteen doesn't fit into 32 bits: use Python's own integers."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return (parameters * (8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]) + activation_bytes) % 2**32

# %% wrong="gives a float" hint="Bytes are whole: return an int."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return float(parameters * (8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]) + activation_bytes)

# %% wrong="keeps the gradients of mixed precision in FP32" hint="In this table the gradients of mixed precision have two bytes."
def training_memory(parameters, precision, optimiser, activation_bytes):
    each = (8 if precision == "fp32" else 2 + 4 + 4) + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return parameters * each + activation_bytes

# %% wrong="counts activations once for each parameter" hint="`activation_bytes` stand beside the parameters: they are added, not multiplied."
def training_memory(parameters, precision, optimiser, activation_bytes):
    return parameters * (8 + 4 * {"sgd": 0, "momentum": 1, "adam": 2}[optimiser] + activation_bytes)
