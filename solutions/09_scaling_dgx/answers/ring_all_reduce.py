# %% right="two loops, all sends collected before any arrives"
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[np.array(chunk) for chunk in row] for row in chunks]
    sent = [0 for _ in range(n)]
    for s in range(n - 1):
        moving = [held[r][(r - s) % n].copy() for r in range(n)]
        for r in range(n):
            held[(r + 1) % n][(r - s) % n] += moving[r]
            sent[r] += moving[r].nbytes
    for s in range(n - 1):
        moving = [held[r][(r + 1 - s) % n].copy() for r in range(n)]
        for r in range(n):
            held[(r + 1) % n][(r + 1 - s) % n] = moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% right="seen from the receiver, and no copies needed as nothing is changed in place"
def ring_all_reduce(chunks):
    n = len(chunks)
    held, sent = [list(row) for row in chunks], np.zeros(n, dtype=int)
    for s in range(n - 1):
        new = [list(row) for row in held]
        for r in range(n):
            chunk = (r - 1 - s) % n
            new[r][chunk] = held[r - 1][chunk] + held[r][chunk]
            sent[(r - 1) % n] += held[r - 1][chunk].nbytes
        held = new
    for s in range(n - 1):
        new = [list(row) for row in held]
        for r in range(n):
            chunk = (r - s) % n
            new[r][chunk] = held[r - 1][chunk]
            sent[(r - 1) % n] += held[r - 1][chunk].nbytes
        held = new
    return tuple(held), tuple(sent.tolist())

# %% right="chunk by chunk: each makes its journey alone"
def ring_all_reduce(chunks):
    n = len(chunks)
    result = [[None] * n for _ in range(n)]
    sent = [0] * n
    for c in range(n):
        total = chunks[c][c].copy()
        for step in range(1, n):
            sent[(c + step - 1) % n] += total.nbytes
            total = total + chunks[(c + step) % n][c]
        for step in range(n - 1):
            sent[(c - 1 + step) % n] += total.nbytes
        for r in range(n):
            result[r][c] = total.copy()
    return result, sent

# %% right="an object array of arrays, sizes from size and itemsize"
def ring_all_reduce(chunks):
    n = len(chunks)
    held = {(r, c): np.array(chunks[r][c], copy=True) for r in range(n) for c in range(n)}
    sent = dict.fromkeys(range(n), 0)
    for turn in range(2 * n - 2):
        moved = {}
        for r in range(n):
            c = (r - turn) % n if turn < n - 1 else (r + 1 - (turn - n + 1)) % n
            out = held[r, c]
            sent[r] += out.size * out.dtype.itemsize
            moved[(r + 1) % n, c] = out + held[(r + 1) % n, c] if turn < n - 1 else out
        held.update(moved)
    return [[held[r, c] for c in range(n)] for r in range(n)], [sent[r] for r in range(n)]

# %% wrong="stops after the reduce-scatter" hint="After n - 1 rounds each sum is complete on one rank only. Send it round once more, to be kept."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for s in range(n - 1):
        moving = [held[r][(r - s) % n].copy() for r in range(n)]
        for r in range(n):
            held[(r + 1) % n][(r - s) % n] = moving[r] + held[(r + 1) % n][(r - s) % n]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="adds in the second half too" hint="In the second half the chunk that arrives is the whole sum already: keep it instead of your own, don't add."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            held[(r + 1) % n][(r + first) % n] = moving[r] + held[(r + 1) % n][(r + first) % n]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="always sends its own chunk on" hint="In round s rank r sends chunk (r - s) % n: the one that has just arrived, not chunk r again."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        moving = [held[r][r].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[r] = moving[r] + to[r] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="lets a chunk run on within a round" hint="All send at once: collect what every rank sends before any of it arrives. Otherwise rank 1 passes on what rank 0 sent a moment ago."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for s in range(n):
        for r in range(n):
            to = held[(r + 1) % n]
            to[s] = held[r][s] + to[s] if r < n - 1 else held[r][s]
            sent[r] += held[r][s].nbytes
    return held, sent

# %% wrong="one round too many in each half" hint="n - 1 rounds add, n - 1 rounds keep: after n rounds of adding the first rank counts itself twice."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * n):
        first = -turn if turn < n else 1 - (turn - n)
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="everybody sends everything to everybody" hint="The sums are right, but no ring: each rank sends only one chunk in a round, 2 (n - 1) chunks in all."
def ring_all_reduce(chunks):
    n = len(chunks)
    result = [[sum(chunks[r][c] for r in range(n)) for c in range(n)] for _ in range(n)]
    return result, [(n - 1) * sum(chunk.nbytes for chunk in row) for row in chunks]

# %% wrong="bytes by the formula, rounded, not counted" hint="2 (n - 1) / n of the data is exact for equal chunks only. Count array.nbytes of what each rank really sends."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
    return held, [2 * (n - 1) * sum(chunk.nbytes for chunk in row) // n for row in chunks]

# %% wrong="counts numbers instead of bytes" hint="size counts numbers. nbytes counts bytes: 8 for a float64, 4 for a float32."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].size
    return held, sent

# %% wrong="adds into the input" hint="The chunks belong to the caller. Copy all of them before the first round."
def ring_all_reduce(chunks):
    n = len(chunks)
    held, sent = chunks, [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            if turn < n - 1:
                to[(r + first) % n] += moving[r]
            else:
                to[(r + first) % n][...] = moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="the right sum, but not in the order of the ring" hint="np.sum over the ranks starts every chunk with rank 0. In a ring chunk c starts with rank c, and in float32 the order shows."
def ring_all_reduce(chunks):
    n = len(chunks)
    totals = [np.sum([chunks[r][c] for r in range(n)], axis=0, dtype=chunks[0][c].dtype) for c in range(n)]
    sizes = [total.nbytes for total in totals]
    sent = [0 if n == 1 else 2 * sum(sizes) - sizes[(r + 1) % n] - sizes[(r + 2) % n] for r in range(n)]
    return [[total.copy() for total in totals] for _ in range(n)], sent

# %% wrong="a ring of four, whatever came in" hint="n is len(chunks). The lab's picture has four ranks, the test has others."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(min(6, 2 * (n - 1))):
        adding = turn < min(3, n - 1)
        first = -turn if adding else 1 - (turn - min(3, n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if adding else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="computes in float64" hint="The result has the dtype that came in: int32 stays int32, float32 stays float32."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.astype(np.float64) for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += chunks[r][(r + first) % n].nbytes
    return held, sent

# %% wrong="one rank sends to itself" hint="A single rank has the sum already, and nobody to send to: 0 bytes."
def ring_all_reduce(chunks):
    n = len(chunks)
    if n == 1:
        return [[chunk.copy() for chunk in row] for row in chunks], [2 * chunks[0][0].nbytes]
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="takes every chunk to be as large as the first" hint="Chunks may differ in size, and be empty. Count nbytes of the very array that is sent."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
    return held, [2 * (n - 1) * row[0].nbytes for row in chunks]

# %% wrong="sends to the left" hint="Rank r sends to rank (r + 1) % n. Round the other way the sums agree, but each rank sends other chunks."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = turn if turn < n - 1 else turn - (n - 1) - 1
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r - 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="starts the second half with chunk r again" hint="After the first half rank r holds the whole sum of chunk (r + 1) % n: send that one first."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else -(turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="gives the mean, not the sum" hint="An all-reduce sums. Whoever needs the mean divides afterwards."
def ring_all_reduce(chunks):
    n = len(chunks)
    sizes = [chunk.nbytes for chunk in chunks[0]]
    held = [[(sum(chunks[r][c] for r in range(n)) / n).astype(chunks[0][c].dtype) for c in range(n)] for _ in range(n)]
    return held, [0 if n == 1 else 2 * sum(sizes) - sizes[(r + 1) % n] - sizes[(r + 2) % n] for r in range(n)]

# %% right="in place, one rank after the other"
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for s in range(n - 1):
        for r in range(n):
            to, c = (r + 1) % n, (r - s) % n
            held[to][c] = held[r][c] + held[to][c]
            sent[r] += held[r][c].nbytes
    for s in range(n - 1):
        for r in range(n):
            to, c = (r + 1) % n, (r + 1 - s) % n
            held[to][c] = held[r][c].copy()
            sent[r] += held[r][c].nbytes
    return held, sent

# %% wrong="the left neighbour in both halves" hint="The table's chunks fit a ring in which rank r sends to rank (r + 1) % n. With r - 1 each rank sends on what it hasn't got yet."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r - 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent

# %% wrong="counts the first half only" hint="What is sent to be kept is sent, too: count nbytes in both loops."
def ring_all_reduce(chunks):
    n = len(chunks)
    held = [[chunk.copy() for chunk in row] for row in chunks]
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes if turn < n - 1 else 0
    return held, sent

# %% wrong="chunks of one size only" hint="np.array(chunks) needs chunks of equal size. Keep a list of arrays: chunks may differ, even be empty."
def ring_all_reduce(chunks):
    held = np.array(chunks)
    n = len(held)
    sent = [0] * n
    for turn in range(2 * (n - 1)):
        first = -turn if turn < n - 1 else 1 - (turn - (n - 1))
        moving = [held[r][(r + first) % n].copy() for r in range(n)]
        for r in range(n):
            to = held[(r + 1) % n]
            to[(r + first) % n] = moving[r] + to[(r + first) % n] if turn < n - 1 else moving[r]
            sent[r] += moving[r].nbytes
    return held, sent
