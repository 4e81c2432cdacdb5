# %% right="all multisets up to the number of slices"
def all_layouts(gpu, profiles=None):
    table = mig.profiles(gpu)
    names = sorted(n for n in table if table[n].is_base) if profiles is None else sorted(profiles)
    most = max(table[n].max_instances for n in names)
    return {c for size in range(1, most + 1) for c in itertools.combinations_with_replacement(names, size) if is_legal(list(c), gpu)}

# %% right="recursion, pruned where it is illegal"
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found = set()
    def grow(layout, first):
        for i in range(first, len(names)):
            more = layout + [names[i]]
            if is_legal(more, gpu):
                found.add(tuple(sorted(more)))
                grow(more, i)
    grow([], 0)
    return found

# %% right="counts of each, as a product"
def all_layouts(gpu, profiles=None):
    table = mig.profiles(gpu)
    if profiles is None:
        profiles = [n for n in table if "+" not in n and not (table[n].compute_slices == 1 and table[n].memory_slices == 2)]
    found = set()
    for counts in itertools.product(*[range(table[n].max_instances + 1) for n in profiles]):
        layout = [n for n, count in zip(profiles, counts) for _ in range(count)]
        if layout and sum(table[n].memory_slices for n in layout) <= 8 and is_legal(layout, gpu):
            found.add(tuple(sorted(layout)))
    return found

# %% wrong="only full cards" hint="A layout with room left is a layout too."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return {each for each in found if not any(is_legal([*each, n], gpu) for n in names)}

# %% wrong="counts orders apart" hint="Sort each tuple: the order of instances is no other layout."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {(*layout, n) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="each profile once" hint="A profile may be there several times: seven of 1g.5gb are a layout."
def all_layouts(gpu, profiles=None):
    names = sorted(n for n, row in mig.profiles(gpu).items() if row.is_base) if profiles is None else sorted(profiles)
    return {c for size in range(1, len(names) + 1) for c in itertools.combinations(names, size) if is_legal(list(c), gpu)}

# %% wrong="with the empty layout" hint="An uncut card is left out."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = {()}, {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="every profile by default" hint="By default the base profiles only: those rows whose is_base is True."
def all_layouts(gpu, profiles=None):
    names = list(mig.profiles(gpu)) if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="leaves out +me only" hint="The 1g with double memory is no base profile either: is_base tells."
def all_layouts(gpu, profiles=None):
    names = [n for n in mig.profiles(gpu) if "+me" not in n] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="ignores the given profiles" hint="When profiles are given, only these are used, whatever they are."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base]
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="keeps base profiles only, even of those given" hint="Given profiles are used as they are: is_base counts for the default only."
def all_layouts(gpu, profiles=None):
    table = mig.profiles(gpu)
    names = [n for n in (profiles or table) if table[n].is_base]
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="stops at four instances" hint="An A100 holds up to seven instances: grow until nothing new comes."
def all_layouts(gpu, profiles=None):
    names = sorted(n for n, row in mig.profiles(gpu).items() if row.is_base) if profiles is None else sorted(profiles)
    return {c for size in range(1, 5) for c in itertools.combinations_with_replacement(names, size) if is_legal(list(c), gpu)}

# %% wrong="a list instead of a set" hint="Return a set of tuples."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return sorted(found)

# %% wrong="layouts as frozen sets" hint="A set forgets how often a profile is there: a layout is a sorted tuple."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return {frozenset(each) for each in found}

# %% wrong="largest first instead of sorted" hint="Sort the names as text: sorted(layout), so that two equal layouts are one."
def all_layouts(gpu, profiles=None):
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n), reverse=True)) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found

# %% wrong="asks the library" hint="Count them yourself, with your is_legal."
def all_layouts(gpu, profiles=None):
    return mig.all_layouts(gpu, profiles)

# %% wrong="always the A100" hint="Take the table and the rule of the gpu that was asked for."
def all_layouts(gpu, profiles=None):
    gpu = "A100-40GB"
    names = [n for n, row in mig.profiles(gpu).items() if row.is_base] if profiles is None else list(profiles)
    found, frontier = set(), {()}
    while frontier:
        grown = {tuple(sorted((*layout, n))) for layout in frontier for n in names}
        frontier = {layout for layout in grown if is_legal(list(layout), gpu)}
        found |= frontier
    return found
