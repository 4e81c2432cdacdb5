# %% right="merges intervals into a list"
def idle_fraction(trace):
    if len(trace) == 0:
        raise ValueError("no work was recorded")
    merged = []
    for start, end in sorted(trace, key=lambda piece: piece[0]):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    busy = sum(end - start for start, end in merged)
    return 1 - busy / (merged[-1][1] - merged[0][0])

# %% right="counts how many pieces run, event by event"
def idle_fraction(trace):
    events = sorted([(start, 0, 1) for start, end in trace] + [(end, 1, -1) for start, end in trace])
    if not events:
        raise ValueError("an empty trace")
    running, idle, before = 0, 0.0, events[0][0]
    for moment, _, change in events:
        if running == 0:
            idle += moment - before
        running += change
        before = moment
    return idle / (events[-1][0] - events[0][0])

# %% right="NumPy: running maximum of the ends"
def idle_fraction(trace):
    if not len(trace):
        raise ValueError("record some work first")
    pieces = np.array(sorted(trace), dtype=float)
    ends = np.maximum.accumulate(pieces[:, 1])
    gaps = np.clip(pieces[1:, 0] - ends[:-1], 0, None).sum()
    return float(gaps / (ends[-1] - pieces[0, 0]))

# %% right="elementary pieces between neighbouring moments"
def idle_fraction(trace):
    moments = sorted({moment for piece in trace for moment in piece})
    first, last = min(start for start, _ in trace), max(end for _, end in trace)
    idle = 0.0
    for left, right in zip(moments, moments[1:]):
        if not any(start <= left and right <= end for start, end in trace):
            idle += right - left
    return idle / (last - first)

# %% wrong="adds busy time up without merging overlaps" hint="Two pieces at once make the device busy once. Merge them first."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    first, last = min(s for s, _ in trace), max(e for _, e in trace)
    return max(0.0, 1 - sum(e - s for s, e in trace) / (last - first))

# %% wrong="takes the order as it comes" hint="A trace may come in any order: sort it by start."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    idle, busy_until = 0.0, trace[0][0]
    for start, end in trace:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - min(s for s, _ in trace))

# %% wrong="compares with the neighbour's end only" hint="A short piece inside a long one must not pull the end back: keep the latest end so far."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle = sum(max(0.0, after[0] - before[1]) for before, after in zip(pieces, pieces[1:]))
    return idle / (max(e for _, e in pieces) - pieces[0][0])

# %% wrong="counts from the clock's zero" hint="The span begins at the first start, not at 0."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    idle, busy_until = 0.0, 0.0
    for start, end in sorted(trace):
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / busy_until if busy_until else 0.0

# %% wrong="divides by the busy time" hint="The share is of the whole span, from the first start to the last end."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - pieces[0][0] - idle)

# %% wrong="returns the busy share" hint="Idle is asked for: 1 minus that."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return 1 - idle / (busy_until - pieces[0][0])

# %% wrong="returns seconds" hint="A share is asked for: divide by the span."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle

# %% wrong="calls an empty trace wholly idle" hint="Without a first start there is no span to take a share of: raise ValueError."
def idle_fraction(trace):
    if not trace:
        return 1.0
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - pieces[0][0])

# %% wrong="lets overlaps count as negative idle time" hint="A start before the latest end leaves no gap: `max(0, ...)`."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += start - busy_until
        busy_until = max(busy_until, end)
    return idle / (busy_until - pieces[0][0])

# %% wrong="sorts the caller's list" hint="`trace.sort()` changes what you were given. `sorted(trace)` makes a new list."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    trace.sort()
    idle, busy_until = 0.0, trace[0][0]
    for start, end in trace:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - trace[0][0])

# %% wrong="takes the last piece's end for the last end" hint="The piece that starts last need not end last: take the largest end."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (pieces[-1][1] - pieces[0][0])

# %% wrong="counts the gaps instead of measuring them" hint="Add up how long each gap lasts."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    gaps, busy_until = 0, pieces[0][1]
    for start, end in pieces[1:]:
        gaps += start > busy_until
        busy_until = max(busy_until, end)
    return gaps / len(pieces)

# %% wrong="looks at whole seconds only" hint="Times are fractions of a second; don't round them."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted((int(s), int(e)) for s, e in trace)
    idle, busy_until = 0, pieces[0][0]
    for start, end in pieces:
        idle += max(0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / max(busy_until - pieces[0][0], 1)

# %% wrong="takes touching pieces for a gap" hint="A piece that starts when another ends leaves no time between them."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces[1:] or [(busy_until, pieces[0][1] - 0.25)]:
        idle += max(0.25, start - busy_until)
        busy_until = max(busy_until, end)
    return min(1.0, idle / max(busy_until - pieces[0][0], 1e-9))

# %% wrong="returns per cent" hint="A share is asked for, from 0 to 1: don't multiply by 100."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return 100 * idle / (busy_until - pieces[0][0])

# %% wrong="divides by the sum of all durations" hint="The share is of the span from the first start to the last end, not of the work in it."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / sum(end - start for start, end in pieces)

# %% wrong="starts at the clock's zero, and forgets the empty trace" hint="Two things that hint 3 leaves to you: `busy_until` begins at the first start, and an empty trace is a `ValueError`."
def idle_fraction(trace):
    pieces = sorted(trace)
    idle, busy_until = 0.0, 0.0
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / busy_until

# %% wrong="adds busy time up without merging overlaps, and goes below zero" hint="Two pieces at once make the device busy once. Merge them first, or keep the latest end."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    first, last = min(s for s, _ in trace), max(e for _, e in trace)
    return 1 - sum(e - s for s, e in trace) / (last - first)

# %% wrong="divides by the last end instead of the span" hint="The clock may count from anywhere: the span is the last end minus the first start."
def idle_fraction(trace):
    if not trace:
        raise ValueError("an empty trace")
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / busy_until

# %% wrong="forgets the empty trace" hint="With no pieces there is no first start: raise `ValueError` before you look for it."
def idle_fraction(trace):
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - pieces[0][0])

# %% wrong="calls an empty trace never idle" hint="Without a first start there is no span to take a share of: raise ValueError."
def idle_fraction(trace):
    if not trace:
        return 0.0
    pieces = sorted(trace)
    idle, busy_until = 0.0, pieces[0][0]
    for start, end in pieces:
        idle += max(0.0, start - busy_until)
        busy_until = max(busy_until, end)
    return idle / (busy_until - pieces[0][0])
