# %% right="recursive, with NumPy's argsort"
def successive_halving(configs, evaluate, budget, eta):
    if len(configs) == 1:
        return configs[0], 0
    losses = np.array([evaluate(config, budget) for config in configs])
    keep = -(-len(configs) // eta)
    best = [configs[i] for i in np.argsort(losses, kind="stable")[:keep]]
    winner, later = successive_halving(best, evaluate, budget * eta, eta)
    return winner, later + len(configs) * budget

# %% right="takes the minimum out, one after the other"
def successive_halving(configs, evaluate, budget, eta):
    alive, spent, rung = [c for c in configs], 0, 0
    while len(alive) > 1:
        epochs = budget * eta**rung
        scored = []
        for config in alive:
            scored.append([evaluate(config, epochs), config])
            spent += epochs
        wanted = len(alive) // eta + (len(alive) % eta > 0)
        alive = []
        for _ in range(wanted):
            place = min(range(len(scored)), key=lambda i: scored[i][0])
            alive.append(scored.pop(place)[1])
        rung += 1
    return alive[0], spent

# %% right="sorts pairs by a key, and keeps the survivors in their old order"
def successive_halving(configs, evaluate, budget, eta):
    places, e, total = list(range(len(configs))), budget, 0
    while len(places) != 1:
        pairs = [(evaluate(configs[p], e), p) for p in places]
        total = total + e * len(pairs)
        limit = math.ceil(len(pairs) / eta)
        places = sorted(p for _, p in sorted(pairs, key=lambda pair: pair)[:limit])
        e = e * eta
    return configs[places[0]], total

# %% wrong="rounds down" hint="The best 1/eta are rounded up: math.ceil(len(left) / eta)."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: max(1, len(left) // eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="rounds to the nearest" hint="Rounded up, not to the nearest: of ten with eta 3 four stay."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: max(1, round(len(left) / eta))]]
        epochs *= eta
    return left[0], total

# %% wrong="keeps the highest losses" hint="A lower loss is better: sort upward and keep the front."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__, reverse=True)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="never raises the epochs" hint="The next rung has eta times the epochs of this one."
def successive_halving(configs, evaluate, budget, eta):
    left, total = list(configs), 0
    while len(left) > 1:
        losses = [evaluate(config, budget) for config in left]
        total += len(left) * budget
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
    return left[0], total

# %% wrong="adds eta to the epochs" hint="Times eta, not plus: 1, 3, 9."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs += eta
    return left[0], total

# %% wrong="always halves" hint="eta says what stays: a third for 3, a quarter for 4."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / 2)]]
        epochs *= 2
    return left[0], total

# %% wrong="counts only what a checkpoint would add" hint="Each rung trains from scratch: count all its epochs, not only those beyond the last rung."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total, before = list(configs), budget, 0, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * (epochs - before)
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        before, epochs = epochs, epochs * eta
    return left[0], total

# %% wrong="counts trainings, not epochs" hint="Each training costs its epochs: add len(left) * epochs on every rung."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left)
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="counts each rung's epochs once" hint="Every configuration on the rung is trained: times len(left)."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="counts after the cut" hint="All that were trained on the rung count, those that are stopped too: add before you cut."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        total += len(left) * epochs
        epochs *= eta
    return left[0], total

# %% wrong="trains the last one once more" hint="When one is left, it's the answer: the loop ends without another training."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while True:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        if len(left) == 1:
            return left[0], total
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta

# %% wrong="decides after the first rung" hint="Losses change with the epochs: train those that are left again, and let each rung decide."
def successive_halving(configs, evaluate, budget, eta):
    losses = [evaluate(config, budget) for config in configs]
    ranking = sorted(range(len(configs)), key=losses.__getitem__)
    n, epochs, total = len(configs), budget, 0
    while n > 1:
        total += n * epochs
        n, epochs = math.ceil(n / eta), epochs * eta
    return configs[ranking[0]], total

# %% wrong="keeps the best loss of all rungs" hint="A loss after one epoch says nothing beside one after nine: compare within a rung only."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total, best = list(configs), budget, 0, (math.inf, None)
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        if losses[ranking[0]] < best[0]:
            best = losses[ranking[0]], left[ranking[0]]
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return best[1], total

# %% wrong="sorts the configurations along with the losses" hint="On equal losses Python goes on to compare the configurations, and two dicts can't be: sort places, or give a key."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        scored = sorted((evaluate(config, epochs), config) for config in left)
        total += len(left) * epochs
        left = [config for _, config in scored[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="looks configurations up by their loss" hint="Equal losses fall together as keys of a dict: sort places instead."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        by_loss = {evaluate(config, epochs): config for config in left}
        total += len(left) * epochs
        keep = math.ceil(len(left) / eta)
        left = [by_loss[loss] for loss in sorted(by_loss)[:keep]]
        epochs *= eta
    return left[0], total

# %% wrong="evaluates inside the sort and again for the cut" hint="Call evaluate once for each configuration and rung, and keep the losses in a list."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        keep = math.ceil(len(left) / eta)
        limit = sorted(evaluate(config, epochs) for config in left)[keep - 1]
        total += len(left) * epochs
        left = [config for config in left if evaluate(config, epochs) <= limit][:keep]
        epochs *= eta
    return left[0], total

# %% wrong="sorts the caller's list" hint="Work on a list of your own: list(configs)."
def successive_halving(configs, evaluate, budget, eta):
    epochs, total, n = budget, 0, len(configs)
    while n > 1:
        losses = {id(config): evaluate(config, epochs) for config in configs[:n]}
        total += n * epochs
        configs[:n] = sorted(configs[:n], key=lambda config: losses[id(config)])
        n, epochs = math.ceil(n / eta), epochs * eta
    return configs[0], total

# %% wrong="drops one at a time" hint="After each rung the best 1/eta stay, not all but one."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[:-1]]
        epochs *= eta
    return left[0], total

# %% wrong="throws the best 1/eta away" hint="The best 1/eta stay, the others go."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        cut = math.ceil(len(left) / eta)
        left = [left[place] for place in ranking[cut:]] if len(left) > cut else [left[ranking[0]]]
        epochs *= eta
    return left[0], total

# %% wrong="starts every search with one epoch" hint="The first rung has `budget` epochs."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), 1, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="gives up when fewer than eta are left" hint="It ends when one is left: two or three may have to go up one more rung."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) >= eta:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
        if len(left) == 1:
            break
    return left[0], total

# %% wrong="drops trainings that blew up and loses count" hint="inf sorts last by itself. Those trainings cost epochs too, and count for what 1/eta is taken of."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        scored = [(loss, place) for place, config in enumerate(left) if (loss := evaluate(config, epochs)) < math.inf]
        total += len(scored) * epochs
        left = [left[place] for _, place in sorted(scored)[: math.ceil(len(scored) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="takes inf for zero" hint="A loss of inf is the worst: leave it as it is."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = np.nan_to_num([evaluate(config, epochs) for config in left], posinf=0.0)
        total += len(left) * epochs
        left = [left[place] for place in np.argsort(losses)[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="returns the winner alone" hint="Return two things: the configuration, and the epochs spent."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs = list(configs), budget
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0]

# %% wrong="returns the loss in place of the epochs" hint="The second is the number of epochs of all trainings together."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs = list(configs), budget
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], losses[ranking[0]]

# %% wrong="never ends, as one is always left" hint="A list with one configuration in it counts as true: the loop has to end at one, `while len(left) > 1`."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while left:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left[0], total

# %% wrong="keeps eta configurations" hint="eta says which share stays, one in eta, not how many."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: eta]]
        epochs *= eta
    return left[0], total

# %% wrong="rounds halves up, and less down" hint="Rounded up always, not to the nearest: of four with eta 3 two stay."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: max(1, int(len(left) / eta + 0.5))]]
        epochs *= eta
    return left[0], total

# %% wrong="keeps one more than 1/eta" hint="`len(left) // eta + 1` is one too many where eta divides: math.ceil(len(left) / eta)."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: min(len(left) - 1, len(left) // eta + 1)]]
        epochs *= eta
    return left[0], total

# %% wrong="ignores eta and keeps a third" hint="eta is an argument: the share that stays follows it."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / 3)]]
        epochs *= eta
    return left[0], total

# %% wrong="forgets to return" hint="The last line returns the configuration and the epochs."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta

# %% wrong="returns a list in place of the configuration" hint="One is left: return left[0], not the list around it."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return left, total

# %% wrong="returns the place of the configuration" hint="Return the configuration itself, not where it stands."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return configs.index(left[0]), total

# %% wrong="returns the two in the wrong order" hint="First the configuration, then the epochs."
def successive_halving(configs, evaluate, budget, eta):
    left, epochs, total = list(configs), budget, 0
    while len(left) > 1:
        losses = [evaluate(config, epochs) for config in left]
        total += len(left) * epochs
        ranking = sorted(range(len(left)), key=losses.__getitem__)
        left = [left[place] for place in ranking[: math.ceil(len(left) / eta)]]
        epochs *= eta
    return total, left[0]
