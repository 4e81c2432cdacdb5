# %% right="three counts: on an empty card as good as the search, on every GPU of the tables"
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(f"{gpu} has no {name}")
    compute, memory = mig.slices(gpu)
    return (sum(table[n].memory_slices for n in profiles) <= memory
            and sum(table[n].compute_slices for n in profiles) <= compute
            and all(profiles.count(n) <= table[n].max_instances for n in profiles))

# %% right="all products of starts"
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if set(profiles) - set(table):
        raise ValueError(f"unknown: {set(profiles) - set(table)}")
    if any(profiles.count(n) > table[n].max_instances for n in set(profiles)) or sum(table[n].memory_slices for n in profiles) > 8:
        return False
    if sum(table[n].compute_slices for n in profiles) > 7:
        return False
    for starts in itertools.product(*[table[n].starts for n in profiles]):
        taken = [s + k for n, s in zip(profiles, starts) for k in range(table[n].memory_slices)]
        if len(taken) == len(set(taken)):
            return True
    return False

# %% right="bit masks, largest first, a stack"
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    try:
        rows = sorted((table[n] for n in profiles), key=lambda r: -r.memory_slices)
    except KeyError as error:
        raise ValueError(f"{gpu} has no {error}") from None
    from collections import Counter
    if any(count > table[n].max_instances for n, count in Counter(profiles).items()):
        return False
    stack = [(0, 0)]
    while stack:
        index, taken = stack.pop()
        if index == len(rows):
            return True
        for start in rows[index].starts:
            run = ((1 << rows[index].memory_slices) - 1) << start
            if not run & taken:
                stack.append((index + 1, taken | run))
    return False

# %% right="the set of all reachable occupations, round by round"
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    occupied = {frozenset()}
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    for name in profiles:
        row = table[name]
        runs = [frozenset(range(s, s + row.memory_slices)) for s in row.starts]
        occupied = {taken | run for taken in occupied for run in runs if not taken & run}
    return len(occupied) > 0 and all(profiles.count(name) <= table[name].max_instances for name in profiles)

# %% right="slice by slice from the left, NumPy's bool"
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    def go(place, left):
        if not left:
            return True
        if place > 8:
            return False
        if go(place + 1, left):
            return True
        for i, name in enumerate(left):
            row = table[name]
            if place in row.starts and go(place + row.memory_slices, left[:i] + left[i + 1 :]):
                return True
        return False
    return np.bool_(go(0, sorted(profiles)) and all(profiles.count(n) <= table[n].max_instances for n in profiles))

# %% wrong="counts compute slices only" hint="A 3g.20gb takes three compute slices but *four* memory slices: memory runs out first."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if any(n not in table for n in profiles):
        raise ValueError(profiles)
    whole = max(row.compute_slices for row in table.values())
    return sum(table[n].compute_slices for n in profiles) <= whole and all(profiles.count(n) <= table[n].max_instances for n in profiles)

# %% wrong="counts memory slices only" hint="Enough slices isn't enough: an instance may begin only at its starts."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if any(n not in table for n in profiles):
        raise ValueError(profiles)
    whole = max(row.memory_slices for row in table.values())
    return sum(table[n].memory_slices for n in profiles) <= whole

# %% wrong="counts slices, and not how many of a kind" hint="Slices enough isn't enough: a fourth 2g.10gb has no start left, which the table also says as max_instances."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if any(n not in table for n in profiles):
        raise ValueError(profiles)
    memory = max(row.memory_slices for row in table.values())
    compute = max(row.compute_slices for row in table.values())
    return (sum(table[n].memory_slices for n in profiles) <= memory and sum(table[n].compute_slices for n in profiles) <= compute)

# %% wrong="takes the first free start and never comes back" hint="A first start that leads nowhere isn't a no: come back and try the next one."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    taken = set()
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    for name in profiles:
        row = table[name]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken:
                taken |= run
                break
        else:
            return False
    return all(profiles.count(name) <= table[name].max_instances for name in profiles)

# %% wrong="largest first, first free start" hint="Largest first helps, but the first free start may still be the wrong one: try them all."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    taken = set()
    for name in sorted(profiles, key=lambda n: -table[n].memory_slices):
        row = table[name]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken:
                taken |= run
                break
        else:
            return False
    return all(profiles.count(name) <= table[name].max_instances for name in profiles)

# %% wrong="forgets max_instances" hint="A driver also counts: no more of a profile than max_instances, whatever the room."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken and fits(names[1:], taken | run):
                return True
        return False
    return fits(list(profiles), set())

# %% wrong="lets an unknown profile be illegal" hint="A profile that the GPU doesn't have is a mistake of the caller: ValueError, not False."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if any(name not in table or profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="stops with KeyError" hint="An unknown profile raises ValueError with a sentence, not KeyError."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="knows the A100 by heart" hint="Ask mig.profiles(gpu) for the table: an A30 or an H100 has other profiles."
def is_legal(profiles, gpu):
    table = mig.profiles("A100-40GB")
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="takes compute slices for the length of a run" hint="A run is as long as row.memory_slices: four for a 3g.20gb."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.compute_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.compute_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="lets runs begin anywhere" hint="A run begins at one of its row's starts and nowhere else."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    whole = max(row.memory_slices for row in table.values())
    def fits(names, taken):
        if not names:
            return True
        size = table[names[0]].memory_slices
        return any(not set(range(s, s + size)) & taken and fits(names[1:], taken | set(range(s, s + size)))
                   for s in range(whole - size + 1))
    return fits(list(profiles), set())

# %% wrong="wants room for every start" hint="One choice of starts that works is enough: any, not all."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return all(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="takes an empty list for illegal" hint="Nothing fits everywhere: an empty list is legal."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if not profiles or any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="uses up the caller's list" hint="Work on a copy: the list of profiles belongs to the caller."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    profiles.sort(key=lambda name: -table[name].memory_slices)
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(profiles, set())

# %% wrong="asks the library" hint="Search yourself: gpu_utils.mig lends its tables, not its search."
def is_legal(profiles, gpu):
    return mig.is_legal(profiles, gpu)

# %% wrong="asks the library for all placements" hint="Search yourself: gpu_utils.mig lends its tables, not its search."
def is_legal(profiles, gpu):
    from gpu_utils.mig.geometry import placements
    return len(placements(profiles, gpu)) > 0

# %% wrong="has eight memory slices on every card" hint="An A30 has four memory slices: take runs and starts from the table."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    return sum(table[name].memory_slices for name in profiles) <= 8

# %% wrong="forbids a profile to be there at its most" hint="max_instances may be reached: only more is too many."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) >= table[name].max_instances > 1 for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="one limit for all kinds together" hint="max_instances counts instances of one profile: two kinds that may each be there once may both be there."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if profiles and len(profiles) > max(table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return fits(list(profiles), set())

# %% wrong="looks at the first name only" hint="Any of the names may be unknown: look at each before you search."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    if profiles and profiles[0] not in table:
        raise ValueError(profiles[0])
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        return any(not set(range(s, s + row.memory_slices)) & taken and fits(names[1:], taken | set(range(s, s + row.memory_slices)))
                   for s in row.starts)
    return all(profiles.count(name) <= table[name].max_instances for name in profiles) and fits(list(profiles), set())

# %% wrong="never gives a slice back" hint="When a start leads nowhere, its slices are free again: pass on a new set instead of changing one."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    taken = set()
    def fits(index):
        if index == len(profiles):
            return True
        row = table[profiles[index]]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken:
                taken.update(run)
                if fits(index + 1):
                    return True
        return False
    return fits(0)

# %% wrong="returns whatever the first free start gives" hint="`return fits(...)` in the loop ends the search with the first free start: return True when it works, else go on to the next."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken:
                return fits(names[1:], taken | run)
        return False
    return fits(list(profiles), set())

# %% wrong="leaves traces of a failed try" hint="`taken |= run` changes the set that the next try uses too: pass `taken | run`, a new set."
def is_legal(profiles, gpu):
    table = mig.profiles(gpu)
    for name in profiles:
        if name not in table:
            raise ValueError(name)
    if any(profiles.count(name) > table[name].max_instances for name in profiles):
        return False
    def fits(names, taken):
        if not names:
            return True
        row = table[names[0]]
        for start in row.starts:
            run = set(range(start, start + row.memory_slices))
            if not run & taken:
                taken |= run
                if fits(names[1:], taken):
                    return True
        return False
    return fits(list(profiles), set())

# %% wrong="creates them one after the other, by the library" hint="mig.create refuses to work here, and your except takes that for a no. A driver's order isn't the question either: search over starts yourself."
def is_legal(profiles, gpu):
    for name in profiles:
        if name not in mig.profiles(gpu):
            raise ValueError(name)
    placed = []
    try:
        for name in profiles:
            placed.append(mig.create(placed, name, gpu))
    except Exception:
        return False
    return True
