# %% right="what sticks out is added"
def overlap_seconds(compute, communicate, fraction):
    return compute + max(0, communicate - fraction * compute)

# %% right="the longer of two lanes"
def overlap_seconds(compute, communicate, fraction):
    return max(compute, (1 - fraction) * compute + communicate)

# %% right="by cases"
def overlap_seconds(compute, communicate, fraction):
    room = compute * fraction
    if communicate <= room:
        return compute
    return compute + communicate - room

# %% wrong="everything hides" hint="Only a part of the computing can hide anything: fraction * compute."
def overlap_seconds(compute, communicate, fraction):
    return max(compute, communicate)

# %% wrong="hides more than there is" hint="Not more can be hidden than communicate itself."
def overlap_seconds(compute, communicate, fraction):
    return compute + communicate - fraction * compute

# %% wrong="the fraction of the communication" hint="The fraction is of the computing: how long gradients can be under way behind it."
def overlap_seconds(compute, communicate, fraction):
    return compute + communicate - min(compute, fraction * communicate)

# %% wrong="no overlap" hint="Take away what is hidden: the smaller of communicate and fraction * compute."
def overlap_seconds(compute, communicate, fraction):
    return compute + communicate

# %% wrong="the larger of the two is hidden" hint="min, not max."
def overlap_seconds(compute, communicate, fraction):
    return compute + communicate - max(communicate, fraction * compute)

# %% wrong="the part that cannot hide anything" hint="fraction is the share that can hide, not the rest."
def overlap_seconds(compute, communicate, fraction):
    return compute + communicate - min(communicate, (1 - fraction) * compute)

# %% wrong="all or nothing" hint="What doesn't fit sticks out; the rest is hidden all the same."
def overlap_seconds(compute, communicate, fraction):
    return compute if communicate <= fraction * compute else compute + communicate

# %% wrong="counts the computing only" hint="With nothing to compute nothing is hidden, and the moving takes its time."
def overlap_seconds(compute, communicate, fraction):
    return compute
