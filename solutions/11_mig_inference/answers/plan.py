# %% right="every way to deal them, fewest first"
def plan(requests, gpu):
    bad = [n for n in requests if n not in mig.profiles(gpu)]
    if bad:
        raise ValueError(f"{gpu} can't hold {bad}")
    if not requests:
        return []
    best = None
    def deal(index, groups):
        nonlocal best
        if best is not None and len(groups) >= len(best):
            return
        if index == len(requests):
            best = [list(g) for g in groups]
            return
        for g in groups:
            if is_legal(g + [requests[index]], gpu):
                g.append(requests[index])
                deal(index + 1, groups)
                g.pop()
        deal(index + 1, groups + [[requests[index]]])
    deal(0, [])
    return best

# %% right="peels off one legal set after the other"
def plan(requests, gpu):
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no GPU of this kind holds {name}")
    from functools import lru_cache
    @lru_cache(maxsize=None)
    def fewest(left):
        if not left:
            return ()
        best = None
        first, rest = left[0], left[1:]
        for size in range(len(rest), -1, -1):
            for chosen in set(itertools.combinations(rest, size)):
                card = (first, *chosen)
                if is_legal(list(card), gpu):
                    remaining = list(rest)
                    for name in chosen:
                        remaining.remove(name)
                    more = fewest(tuple(remaining))
                    if best is None or 1 + len(more) < len(best):
                        best = (card, *more)
        return best
    return [list(card) for card in fewest(tuple(sorted(requests)))]

# %% right="tuples of tuples, then lists"
def plan(requests, gpu):
    known = mig.profiles(gpu)
    for name in requests:
        if name not in known:
            raise ValueError(name + " fits on no " + gpu)
    states = {()}
    for name in sorted(requests, key=lambda n: -known[n].memory_slices):
        following = set()
        for state in states:
            following.add(tuple(sorted((*state, (name,)))))
            for i in range(len(state)):
                card = tuple(sorted((*state[i], name)))
                if is_legal(list(card), gpu):
                    following.add(tuple(sorted((*state[:i], card, *state[i + 1 :]))))
        states = following
    return [list(card) for card in min(states, key=len)]

# %% wrong="the first card where it fits, as they come" hint="The first card where it fits may be the wrong one: try the others as well."
def plan(requests, gpu):
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} holds {name}")
    cards = []
    for name in requests:
        for card in cards:
            if is_legal(card + [name], gpu):
                card.append(name)
                break
        else:
            cards.append([name])
    return cards

# %% wrong="largest first, first card where it fits" hint="Largest first is good, not best: two 3g.20gb on one card leave four 2g.10gb that need two more."
def plan(requests, gpu):
    table = mig.profiles(gpu)
    for name in requests:
        if name not in table:
            raise ValueError(f"no {gpu} holds {name}")
    cards = []
    for name in sorted(requests, key=lambda n: -table[n].memory_slices):
        for card in cards:
            if is_legal(card + [name], gpu):
                card.append(name)
                break
        else:
            cards.append([name])
    return cards

# %% wrong="a card for each" hint="Several instances share a card: that is the point."
def plan(requests, gpu):
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} holds {name}")
    return [[name] for name in requests]

# %% wrong="divides memory slices by eight" hint="Slices that add up need not fit: ask is_legal for each card."
def plan(requests, gpu):
    table = mig.profiles(gpu)
    for name in requests:
        if name not in table:
            raise ValueError(f"no {gpu} holds {name}")
    cards, used = [], []
    for name in sorted(requests, key=lambda n: -table[n].memory_slices):
        size = table[name].memory_slices
        for i in range(len(cards)):
            if used[i] + size <= 8:
                cards[i].append(name)
                used[i] += size
                break
        else:
            cards.append([name])
            used.append(size)
    return cards

# %% wrong="fills each card as full as it goes" hint="One very full card may leave an awkward rest: compare whole plans, not cards."
def plan(requests, gpu):
    table = mig.profiles(gpu)
    for name in requests:
        if name not in table:
            raise ValueError(f"no {gpu} holds {name}")
    left, cards = sorted(requests), []
    while left:
        options = {c for k in range(1, len(left) + 1) for c in itertools.combinations(left, k) if is_legal(list(c), gpu)}
        card = max(sorted(options), key=lambda c: (sum(table[n].memory_slices for n in c), -len(c)))
        for name in card:
            left.remove(name)
        cards.append(list(card))
    return cards

# %% wrong="drops what doesn't fit" hint="Every request is in the plan; what no card can hold raises ValueError, by name."
def plan(requests, gpu):
    wanted = [name for name in requests if name in mig.profiles(gpu)]
    best = None
    def deal(index, groups):
        nonlocal best
        if best is not None and len(groups) >= len(best):
            return
        if index == len(wanted):
            best = [list(g) for g in groups]
            return
        for g in groups:
            if is_legal(g + [wanted[index]], gpu):
                g.append(wanted[index])
                deal(index + 1, groups)
                g.pop()
        deal(index + 1, groups + [[wanted[index]]])
    deal(0, [])
    return best if wanted else []

# %% wrong="complains without a name" hint="The sentence names the request that can't fit: somebody has to correct it."
def plan(requests, gpu):
    if any(name not in mig.profiles(gpu) for name in requests):
        raise ValueError("one of these fits on no GPU")
    best = None
    def deal(index, groups):
        nonlocal best
        if best is not None and len(groups) >= len(best):
            return
        if index == len(requests):
            best = [list(g) for g in groups]
            return
        for g in groups:
            if is_legal(g + [requests[index]], gpu):
                g.append(requests[index])
                deal(index + 1, groups)
                g.pop()
        deal(index + 1, groups + [[requests[index]]])
    deal(0, [])
    return best if requests else []

# %% wrong="an empty card for no requests" hint="No requests need no card: an empty list."
def plan(requests, gpu):
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} holds {name}")
    best = [[name] for name in requests] or [[]]
    def deal(index, groups):
        nonlocal best
        if len(groups) >= len(best) and best != [[name] for name in requests]:
            return
        if index == len(requests):
            if groups and len(groups) < len(best):
                best = [list(g) for g in groups]
            return
        for g in groups:
            if is_legal(g + [requests[index]], gpu):
                g.append(requests[index])
                deal(index + 1, groups)
                g.pop()
        deal(index + 1, groups + [[requests[index]]])
    deal(0, [])
    return best

# %% wrong="each kind once" hint="Two requests of the same profile are two tenants: don't make a set of them."
def plan(requests, gpu):
    wanted = sorted(set(requests))
    for name in wanted:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} holds {name}")
    best = None
    def deal(index, groups):
        nonlocal best
        if best is not None and len(groups) >= len(best):
            return
        if index == len(wanted):
            best = [list(g) for g in groups]
            return
        for g in groups:
            if is_legal(g + [wanted[index]], gpu):
                g.append(wanted[index])
                deal(index + 1, groups)
                g.pop()
        deal(index + 1, groups + [[wanted[index]]])
    deal(0, [])
    return best if wanted else []

# %% wrong="counts the cards only" hint="Return the plan, a list of lists, not its length."
def plan(requests, gpu):
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} holds {name}")
    best = len(requests)
    def deal(index, groups):
        nonlocal best
        if index == len(requests):
            best = min(best, len(groups))
            return
        for g in groups:
            if is_legal(g + [requests[index]], gpu):
                g.append(requests[index])
                deal(index + 1, groups)
                g.pop()
        if len(groups) + 1 < best:
            deal(index + 1, groups + [[requests[index]]])
    deal(0, [])
    return best

# %% wrong="empties the caller's list" hint="Work on a copy: the list of requests belongs to the caller."
def plan(requests, gpu):
    for name in requests:
        if name not in mig.profiles(gpu):
            raise ValueError(f"no {gpu} holds {name}")
    best, wanted = None, []
    while requests:
        wanted.append(requests.pop())
    def deal(index, groups):
        nonlocal best
        if best is not None and len(groups) >= len(best):
            return
        if index == len(wanted):
            best = [list(g) for g in groups]
            return
        for g in groups:
            if is_legal(g + [wanted[index]], gpu):
                g.append(wanted[index])
                deal(index + 1, groups)
                g.pop()
        deal(index + 1, groups + [[wanted[index]]])
    deal(0, [])
    return best if wanted else []

# %% wrong="asks the library" hint="Search yourself, with your is_legal."
def plan(requests, gpu):
    return mig.plan(requests, gpu)
