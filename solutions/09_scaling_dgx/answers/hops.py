# %% right="sets that grow round by round"
def hops(links, a, b):
    reached, count = {a}, 0
    while b not in reached:
        new = set().union(*(link for link in links if link & reached)) - reached
        if not new:
            return None
        reached, count = reached | new, count + 1
    return count

# %% right="a table of neighbours, and a queue"
def hops(links, a, b):
    near = {}
    for one, other in map(tuple, links):
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    steps, todo = {a: 0}, [a]
    for node in todo:
        for other in near.get(node, ()):
            if other not in steps:
                steps[other] = steps[node] + 1
                todo.append(other)
    return steps.get(b)

# %% right="powers of the adjacency matrix"
def hops(links, a, b):
    nodes = list({node for link in links for node in link} | {a, b})
    step = np.eye(len(nodes), dtype=bool)
    for one, other in map(tuple, links):
        step[nodes.index(one), nodes.index(other)] = step[nodes.index(other), nodes.index(one)] = True
    there, i, j = np.eye(len(nodes), dtype=bool), nodes.index(a), nodes.index(b)
    for count in range(len(nodes)):
        if there[i, j]:
            return count
        there = (there.astype(int) @ step.astype(int)) > 0
    return None

# %% right="distances relaxed until nothing changes"
def hops(links, a, b):
    far = float("inf")
    distance = {node: far for link in links for node in link}
    distance[b] = distance.get(b, far)
    distance[a] = 0
    changed = True
    while changed:
        changed = False
        for link in links:
            one, other = link
            for x, y in ((one, other), (other, one)):
                if distance[x] + 1 < distance[y]:
                    distance[y], changed = distance[x] + 1, True
    return None if distance[b] == far else int(distance[b])

# %% wrong="only direct links" hint="No direct link doesn't mean no way: go on from every neighbour."
def hops(links, a, b):
    if a == b:
        return 0
    return 1 if frozenset({a, b}) in links else None

# %% wrong="neighbours of neighbours, and no further" hint="A way may be as long as it likes: repeat until nothing new is found."
def hops(links, a, b):
    if a == b:
        return 0
    if frozenset({a, b}) in links:
        return 1
    near = {x for link in links if a in link for x in link}
    return 2 if any(frozenset({x, b}) in links for x in near) else None

# %% wrong="counts nodes, not links" hint="Between two neighbours there is one link. Start to count at 0."
def hops(links, a, b):
    if a == b:
        return 0
    reached, count = {a}, 1
    while b not in reached:
        new = set().union(*(link for link in links if link & reached)) - reached
        if not new:
            return None
        reached, count = reached | new, count + 1
    return count

# %% wrong="depth first: the first way, not the shortest" hint="The first way that you find may be a long one. Search in rounds: all neighbours first."
def hops(links, a, b):
    def walk(node, seen):
        if node == b:
            return 0
        for link in sorted(links, key=lambda each: sorted(map(str, each)), reverse=True):
            if node in link:
                (other,) = link - {node}
                if other not in seen:
                    seen.add(other)
                    rest = walk(other, seen)
                    if rest is not None:
                        return rest + 1
        return None
    return walk(a, {a})

# %% wrong="no way is -1" hint="Where no way leads, the answer is None."
def hops(links, a, b):
    reached, count = {a}, 0
    while b not in reached:
        new = set().union(*(link for link in links if link & reached)) - reached
        if not new:
            return -1
        reached, count = reached | new, count + 1
    return count

# %% wrong="what was just added counts within the round" hint="Collect the new nodes of a round first, and add them at its end; otherwise one round runs down a whole chain."
def hops(links, a, b):
    reached, count = {a}, 0
    while b not in reached:
        before = len(reached)
        for link in sorted(links, key=lambda each: sorted(map(str, each))):
            if link & reached:
                reached |= link
        if len(reached) == before:
            return None
        count += 1
    return count

# %% wrong="a node without links is nowhere" hint="From a node to itself it is 0, whether it has links or not."
def hops(links, a, b):
    nodes = {node for link in links for node in link}
    if a not in nodes or b not in nodes:
        return None
    reached, count = {a}, 0
    while b not in reached:
        new = set().union(*(link for link in links if link & reached)) - reached
        if not new:
            return None
        reached, count = reached | new, count + 1
    return count

# %% wrong="links lead one way, from the smaller number up" hint="A link leads both ways: look whether the node is in it, not on which side."
def hops(links, a, b):
    near = {}
    for one, other in (sorted(link, key=str) for link in links):
        near.setdefault(one, set()).add(other)
    steps, todo = {a: 0}, [a]
    for node in todo:
        for other in near.get(node, ()):
            if other not in steps:
                steps[other] = steps[node] + 1
                todo.append(other)
    return steps.get(b)

# %% wrong="the difference of the numbers" hint="The numbers are names. Only the links say who is near."
def hops(links, a, b):
    return abs(a - b)

# %% wrong="no way is infinite" hint="Where no way leads, the answer is None, not inf."
def hops(links, a, b):
    reached, count = {a}, 0
    while b not in reached:
        new = set().union(*(link for link in links if link & reached)) - reached
        if not new:
            return float("inf")
        reached, count = reached | new, count + 1
    return count

# %% wrong="no way is 0" hint="0 says that you are there already. Where no way leads, the answer is None."
def hops(links, a, b):
    reached, count = {a}, 0
    while b not in reached:
        new = set().union(*(link for link in links if link & reached)) - reached
        if not new:
            return 0
        reached, count = reached | new, count + 1
    return count

# %% wrong="a round runs on into its own new nodes, in the order of the set" hint="Within a round, what was just added must not count yet: collect the new nodes first, and add them at the end of the round."
def hops(links, a, b):
    numbers = all(isinstance(node, int) for link in links for node in link)
    order = list(links) if numbers else sorted(links, key=lambda each: sorted(map(str, each)))
    reached, count = {a}, 0
    while b not in reached:
        before = len(reached)
        for link in order:
            if link & reached:
                reached |= link
        if len(reached) == before:
            return None
        count += 1
    return count
