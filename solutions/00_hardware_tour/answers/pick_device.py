# %% right="min over the positions that will do, with a default"
def pick_device(devices, need_bytes, need_features=()):
    def will_do(device):
        return device["memory_bytes"] >= need_bytes and all(name in device["features"] for name in need_features)

    fitting = [position for position, device in enumerate(devices) if will_do(device)]
    return min(fitting, key=lambda position: devices[position]["memory_bytes"], default=None)

# %% right="sorts positions, not devices; a stable sort keeps the earlier of equals first"
def pick_device(devices, need_bytes, need_features=()):
    needed = frozenset(need_features)
    for position in sorted(range(len(devices)), key=lambda i: devices[i]["memory_bytes"]):
        device = devices[position]
        if device["memory_bytes"] >= need_bytes and needed.issubset(device["features"]):
            return position
    return None

# %% right="pairs (memory, position), the least of which is the answer; NumPy's integer comes back"
def pick_device(devices, need_bytes, need_features=()):
    pairs = []
    for position, device in enumerate(devices):
        missing = [name for name in need_features if name not in device["features"]]
        if not missing and need_bytes <= device["memory_bytes"]:
            pairs.append((device["memory_bytes"], np.int64(position)))
    return min(pairs)[1] if pairs else None

# %% wrong="takes the first that fits" hint="Look at all that fit, and keep the one with the least memory."
def pick_device(devices, need_bytes, need_features=()):
    for position, device in enumerate(devices):
        if device["memory_bytes"] >= need_bytes and set(need_features) <= set(device["features"]):
            return position
    return None

# %% wrong="takes the largest" hint="The largest is for whoever needs it: min, not max."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices)
               if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return max(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="returns the driver's index" hint="`index` is the driver's number. The position is where the device stands in this list: enumerate gives it."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [d for d in devices if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda d: d["memory_bytes"])["index"] if fitting else None

# %% wrong="returns the device itself" hint="Return where it stands, a whole number: enumerate gives position and device together."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [d for d in devices if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda d: d["memory_bytes"], default=None)

# %% wrong="returns the position in the filtered list" hint="Filtering moves the others up. Keep each position together with its device while you filter."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [d for d in devices if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(range(len(fitting)), key=lambda i: fitting[i]["memory_bytes"], default=None)

# %% wrong="sorts the caller's list" hint="`devices.sort` changes the list that you were given, and with it every position. Sort a copy, or don't sort."
def pick_device(devices, need_bytes, need_features=()):
    devices.sort(key=lambda d: d["memory_bytes"])
    for position, device in enumerate(devices):
        if device["memory_bytes"] >= need_bytes and set(need_features) <= set(device["features"]):
            return position
    return None

# %% wrong="ignores the features" hint="A card that is large enough but lacks bf16 won't do. Is every needed feature among the device's?"
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="is content with one of the features" hint="All of the needed features, not any: a subset, `set(need_features) <= set(...)`."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes
               and (not need_features or set(need_features) & set(d["features"]))]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="gives ties to the later" hint="Of equals the earlier wins: replace the best only when the new one is smaller, `<` and not `<=`."
def pick_device(devices, need_bytes, need_features=()):
    best = None
    for i, d in enumerate(devices):
        if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"]):
            if best is None or d["memory_bytes"] <= devices[best]["memory_bytes"]:
                best = i
    return best

# %% wrong="takes position 0 for nothing" hint="0 is a position, and 0 is false. Ask `is None`, not `or` and not `if best`."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices)
               if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None) or None

# %% wrong="wants more memory than needed" hint="Exactly enough is enough: `>=`."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices)
               if d["memory_bytes"] > need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="compares rounded gibibytes" hint="A byte too few is too few. Compare bytes with bytes, and round only what you print."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if round(d["memory_bytes"] / 2**30) >= round(need_bytes / 2**30)
               and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="compares GiB with GB" hint="One side counts in 2**30, the other in 10**9, and seven per cent slip through. Both are bytes already."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] / 10**9 >= need_bytes / 2**30
               and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="returns -1 when there is none" hint="-1 is a position in Python: the last one. Nothing is None."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices)
               if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=-1)

# %% wrong="breaks when nothing fits" hint="min of an empty list raises ValueError. Say `default=None`, or ask first."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices)
               if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"])

# %% wrong="skips devices that name no features" hint="No features needed, none required: the empty set is a subset of every set."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["features"] and d["memory_bytes"] >= need_bytes
               and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="looks the memory up again among all devices" hint="A device of the same size may lack a feature. Keep the position together with the device that you chose."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    if not fitting:
        return None
    least = min(devices[i]["memory_bytes"] for i in fitting)
    return [d["memory_bytes"] for d in devices].index(least)

# %% wrong="finds names inside other names" hint="A feature is a whole name: ask whether it is in the list, not whether its letters are."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices)
               if d["memory_bytes"] >= need_bytes and all(f in str(d["features"]) for f in need_features)]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="starts with a least that a large device exceeds" hint="Begin with nothing (None), not with a number that you think is large."
def pick_device(devices, need_bytes, need_features=()):
    best, least = None, 100 * 2**30
    for i, d in enumerate(devices):
        if need_bytes <= d["memory_bytes"] < least and set(need_features) <= set(d["features"]):
            best, least = i, d["memory_bytes"]
    return best

# %% wrong="gives ties to the plainest" hint="Of equals the earlier wins, whatever else they have."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: (devices[i]["memory_bytes"], len(devices[i]["features"])), default=None)

# %% wrong="gives ties to the richest" hint="Of equals the earlier wins, whatever else they have."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: (devices[i]["memory_bytes"], -len(devices[i]["features"])), default=None)

# %% wrong="counts memory in whole gibibytes" hint="15109 MiB are less than 15360 MiB, though both are 14 or 15 GiB. Compare bytes."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: round(devices[i]["memory_bytes"] / 2**30), default=None)

# %% wrong="takes a need of 0 for no question" hint="0 is a number like any other: every device is large enough."
def pick_device(devices, need_bytes, need_features=()):
    if not need_bytes:
        return None
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="looks at the first two features only" hint="However many features are needed: all of them."
def pick_device(devices, need_bytes, need_features=()):
    wanted = set(list(need_features)[:2])
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and wanted <= set(d["features"])]
    return min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="returns nothing" hint="The function ends without `return`."
def pick_device(devices, need_bytes, need_features=()):
    fitting = [i for i, d in enumerate(devices) if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"])]
    min(fitting, key=lambda i: devices[i]["memory_bytes"], default=None)

# %% wrong="asks whether the whole tuple is one feature" hint="`need_features in features` asks for the tuple as one name. Ask for each name: a subset."
def pick_device(devices, need_bytes, need_features=()):
    best = None
    for i, d in enumerate(devices):
        if d["memory_bytes"] >= need_bytes and (not need_features or need_features in list(d["features"])):
            if best is None or d["memory_bytes"] < devices[best]["memory_bytes"]:
                best = i
    return best

# %% wrong="begins with the first device as the best" hint="The first device may not do at all: begin with None."
def pick_device(devices, need_bytes, need_features=()):
    best = 0
    for i, d in enumerate(devices):
        if d["memory_bytes"] >= need_bytes and set(need_features) <= set(d["features"]):
            if d["memory_bytes"] < devices[best]["memory_bytes"] or best == 0:
                best = i
    return best
