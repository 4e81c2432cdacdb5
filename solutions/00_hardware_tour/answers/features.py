# %% right="a chain of ifs, major and minor by hand"
def features(compute_capability):
    major, minor = compute_capability
    found = set()
    if major >= 7:
        found.add("fp16_tensor")
    if major > 7 or (major == 7 and minor >= 2):
        found.add("int8_tensor")
    if major >= 8:
        found |= {"tf32", "bf16", "sparsity_2_4"}
    if major > 8 or (major == 8 and minor >= 9):
        found.add("fp8")
    if major >= 10:
        found.add("nvfp4")
    return found

# %% right="a frozenset, from a list of steps that stops at the first one too new"
def features(compute_capability):
    steps = [
        ((7, 0), ["fp16_tensor"]), ((7, 2), ["int8_tensor"]), ((8, 0), ["tf32", "bf16", "sparsity_2_4"]),
        ((8, 9), ["fp8"]), ((10, 0), ["nvfp4"]),
    ]
    names = []
    for since, new in steps:
        if tuple(compute_capability) < since:
            break
        names += new
    return frozenset(names)

# %% right="one whole number as the compiler counts, 80 for 8.0 (holds while minors stay below ten)"
def features(compute_capability):
    sm = 10 * compute_capability[0] + compute_capability[1]
    names = ["fp16_tensor", "int8_tensor", "tf32", "bf16", "sparsity_2_4", "fp8", "nvfp4"]
    return set(names[: sum(sm >= since for since in (70, 72, 80, 80, 80, 89, 100))])

# %% wrong="compares versions as text" hint="As text, \"10.0\" comes before \"8.9\": letters are compared one by one. Compare the pairs, as tuples."
def features(compute_capability):
    first = {
        "fp16_tensor": "7.0", "int8_tensor": "7.2", "tf32": "8.0", "bf16": "8.0",
        "sparsity_2_4": "8.0", "fp8": "8.9", "nvfp4": "10.0",
    }
    text = ".".join(str(number) for number in compute_capability)
    return {name for name, since in first.items() if text >= since}

# %% wrong="gives only what began with exactly this capability" hint="A later card keeps what the earlier ones had: ask whether the pair is at least the table's, not whether it equals it."
def features(compute_capability):
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    return {name for name, since in first.items() if compute_capability == since}

# %% wrong="more than instead of at least" hint="The card with which something began has it too: (8, 0) >= (8, 0)."
def features(compute_capability):
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    return {name for name, since in first.items() if compute_capability > since}

# %% wrong="compares major and minor each for itself" hint="9.0 comes after 8.9 although 0 is less than 9. The minor number counts only when the major ones are equal."
def features(compute_capability):
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    major, minor = compute_capability
    return {name for name, since in first.items() if major >= since[0] and minor >= since[1]}

# %% wrong="looks at the major number only" hint="An RTX 3090 (8.6) has no FP8, an L4 (8.9) has: the minor number counts."
def features(compute_capability):
    first = {
        "fp16_tensor": 7, "int8_tensor": 7, "tf32": 8, "bf16": 8, "sparsity_2_4": 8, "fp8": 8, "nvfp4": 10,
    }
    return {name for name, since in first.items() if compute_capability[0] >= since}

# %% wrong="takes fast FP16 arithmetic for FP16 tensor cores" hint="Pascal (6.x) and the Jetson Nano (5.3) compute in FP16, but tensor cores begin with 7.0."
def features(compute_capability):
    first = {
        "fp16_tensor": (5, 3), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    return {name for name, since in first.items() if compute_capability >= since}

# %% wrong="believes that FP8 came with Hopper" hint="FP8 began with 8.9, Ada: an L4 has it, before the H100's 9.0."
def features(compute_capability):
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (9, 0), "nvfp4": (10, 0),
    }
    return {name for name, since in first.items() if compute_capability >= since}

# %% wrong="believes that INT8 came with Turing" hint="Xavier, 7.2, had INT8 tensor cores before Turing's 7.5."
def features(compute_capability):
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 5), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    return {name for name, since in first.items() if compute_capability >= since}

# %% wrong="returns a list" hint="The result is a set: order means nothing, and `in` and `<=` work on it. Curly brackets instead of square ones."
def features(compute_capability):
    first = {
        "fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0),
        "sparsity_2_4": (8, 0), "fp8": (8, 9), "nvfp4": (10, 0),
    }
    return [name for name, since in first.items() if compute_capability >= since]

# %% wrong="returns only the newest step" hint="Return everything that the card has, not only what it was first to have."
def features(compute_capability):
    if compute_capability >= (10, 0):
        return {"nvfp4"}
    if compute_capability >= (8, 9):
        return {"fp8"}
    if compute_capability >= (8, 0):
        return {"tf32", "bf16", "sparsity_2_4"}
    if compute_capability >= (7, 2):
        return {"int8_tensor"}
    return {"fp16_tensor"} if compute_capability >= (7, 0) else set()

# %% wrong="turns the version into a decimal" hint="8.10 as a decimal is 8.1. A version is a pair of whole numbers: compare tuples."
def features(compute_capability):
    version = float(f"{compute_capability[0]}.{compute_capability[1]}")
    first = {"fp16_tensor": 7.0, "int8_tensor": 7.2, "tf32": 8.0, "bf16": 8.0, "sparsity_2_4": 8.0, "fp8": 8.9, "nvfp4": 10.0}
    return {name for name, since in first.items() if version >= since}

# %% wrong="gives INT8 to all of 7 but 7.0" hint="INT8 began with 7.2: at 7.1 there is none."
def features(compute_capability):
    first = {"fp16_tensor": (7, 0), "int8_tensor": (7, 1), "tf32": (8, 0), "bf16": (8, 0), "sparsity_2_4": (8, 0),
             "fp8": (8, 9), "nvfp4": (10, 0)}
    return {name for name, since in first.items() if compute_capability >= since}

# %% wrong="knows only the cards that exist" hint="Ask whether the pair is at least as new, not whether it is in a list of known cards."
def features(compute_capability):
    old = {"fp16_tensor", "int8_tensor"}
    ampere = old | {"tf32", "bf16", "sparsity_2_4"}
    known = {(7, 0): {"fp16_tensor"}, (7, 2): old, (7, 5): old, (8, 0): ampere, (8, 6): ampere, (8, 7): ampere,
             (8, 9): ampere | {"fp8"}, (9, 0): ampere | {"fp8"}, (10, 0): ampere | {"fp8", "nvfp4"},
             (12, 0): ampere | {"fp8", "nvfp4"}}
    return known.get(compute_capability, set())

# %% wrong="lets FP8 begin one step early" hint="FP8 began with 8.9: at 8.8 there is none."
def features(compute_capability):
    first = {"fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0), "sparsity_2_4": (8, 0),
             "fp8": (8, 8), "nvfp4": (10, 0)}
    return {name for name, since in first.items() if compute_capability >= since}

# %% wrong="gives FP4 to everything after Hopper's first card" hint="FP4 began with 10.0: nothing of 9 has it."
def features(compute_capability):
    first = {"fp16_tensor": (7, 0), "int8_tensor": (7, 2), "tf32": (8, 0), "bf16": (8, 0), "sparsity_2_4": (8, 0),
             "fp8": (8, 9), "nvfp4": (9, 1)}
    return {name for name, since in first.items() if compute_capability >= since}

# %% wrong="gives every Volta and Turing the same" hint="7.0 has FP16 alone; from 7.2 on INT8 joins."
def features(compute_capability):
    found = set()
    if compute_capability[0] >= 7:
        found |= {"fp16_tensor"}
    if compute_capability[0] >= 8 or compute_capability in ((7, 2), (7, 5)):
        found |= {"int8_tensor"}
    if compute_capability[0] >= 8:
        found |= {"tf32", "bf16", "sparsity_2_4"}
    if compute_capability >= (8, 9):
        found |= {"fp8"}
    if compute_capability >= (10, 0) and compute_capability[1] < 5:
        found |= {"nvfp4"}
    return found
