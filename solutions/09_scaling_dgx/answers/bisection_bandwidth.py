# %% right="every half, links counted by exclusive or"
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    least = None
    for half in itertools.combinations(nodes, len(nodes) // 2):
        cut = 0
        for a, b in map(tuple, links):
            if (a in half) != (b in half):
                cut += 1
        least = cut if least is None else min(least, cut)
    return least * bandwidth

# %% right="bit masks"
def bisection_bandwidth(links, bandwidth):
    nodes = list({node for link in links for node in link})
    place = {node: i for i, node in enumerate(nodes)}
    pairs_ = [[place[node] for node in link] for link in links]
    cuts = [
        sum((mask >> a & 1) != (mask >> b & 1) for a, b in pairs_)
        for mask in range(2 ** len(nodes))
        if bin(mask).count("1") == len(nodes) // 2
    ]
    return float(bandwidth) * min(cuts)

# %% right="a matrix of links, and vectors of sides"
def bisection_bandwidth(links, bandwidth):
    nodes = list(frozenset().union(*links))
    near = np.array([[frozenset((a, b)) in links for b in nodes] for a in nodes], dtype=float)
    best = np.inf
    for sides in itertools.product((0.0, 1.0), repeat=len(nodes)):
        x = np.array(sides)
        if abs(2 * x.sum() - len(nodes)) <= 1:
            best = min(best, x @ near @ (1 - x))
    return best * bandwidth

# %% wrong="the first half against the second, as numbered" hint="The numbering says nothing. Try every half, and take the smallest."
def bisection_bandwidth(links, bandwidth):
    nodes = sorted(set().union(*links), key=str)
    half = set(nodes[: len(nodes) // 2])
    return bandwidth * sum(len(link & half) == 1 for link in links)

# %% wrong="the best cut instead of the worst" hint="The network is as good as its weakest cut: min, not max."
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    return bandwidth * max(
        sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(nodes, len(nodes) // 2))

# %% wrong="cuts that aren't balanced" hint="A single node is cut off easily. Only halves count, equal or differing by one."
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    return bandwidth * min(
        sum(len(link & set(part)) == 1 for link in links)
        for size in range(1, len(nodes))
        for part in itertools.combinations(nodes, size))

# %% wrong="both directions" hint="The bandwidth is for one direction, as the docstring says: each link counts once."
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    return 2 * bandwidth * min(
        sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(nodes, len(nodes) // 2))

# %% wrong="all links" hint="Only links from one half to the other count."
def bisection_bandwidth(links, bandwidth):
    return bandwidth * len(links)

# %% wrong="half of all links" hint="A cut has to be tried: how many links it takes depends on the wiring."
def bisection_bandwidth(links, bandwidth):
    return bandwidth * len(links) / 2

# %% wrong="links within the half, not across" hint="A link crosses when exactly one of its nodes is in the half."
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    return bandwidth * min(
        sum(len(link & set(half)) == 2 for link in links) for half in itertools.combinations(nodes, len(nodes) // 2))

# %% wrong="counts links and forgets the bandwidth" hint="The answer is in byte/s: the number of links times what each carries."
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    return min(sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(nodes, len(nodes) // 2))

# %% wrong="expects eight nodes" hint="Take the nodes that occur in the links, however many, whatever they are called."
def bisection_bandwidth(links, bandwidth):
    return bandwidth * min(
        sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(range(8), 4))

# %% wrong="an odd node belongs to nobody" hint="With an odd number of nodes the halves differ by one: no node is left out."
def bisection_bandwidth(links, bandwidth):
    nodes = sorted(set().union(*links), key=str)
    even = nodes[: len(nodes) // 2 * 2]
    kept = [link for link in links if link <= set(even)]
    return bandwidth * min(
        sum(len(link & set(half)) == 1 for link in kept) for half in itertools.combinations(even, len(even) // 2))

# %% wrong="never less than one link" hint="Islands are cut already: 0 is an answer."
def bisection_bandwidth(links, bandwidth):
    nodes = list(set().union(*links))
    return bandwidth * max(1, min(
        sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(nodes, len(nodes) // 2)))

# %% wrong="takes the nodes to be 0, 1, 2, ..." hint="Collect the nodes from the links: they may have any names."
def bisection_bandwidth(links, bandwidth):
    n = len(set().union(*links))
    return bandwidth * min(
        sum(len(link & set(half)) == 1 for link in links) for half in itertools.combinations(range(n), n // 2))
