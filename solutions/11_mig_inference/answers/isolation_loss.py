# %% right="one minus what is left"
def isolation_loss(alone, shared):
    if alone <= 0:
        raise ValueError("alone lies above 0")
    return 1 - shared / alone

# %% right="fractions"
def isolation_loss(alone, shared):
    from fractions import Fraction
    if not alone > 0:
        raise ValueError("nothing was done alone")
    return float(1 - Fraction(shared) / Fraction(alone))

# %% right="NumPy"
def isolation_loss(alone, shared):
    if np.sign(alone) != 1:
        raise ValueError("alone lies above 0")
    return np.subtract(alone, shared, dtype=np.float64) / np.float64(alone)

# %% wrong="what is left instead of what is lost" hint="The share that is lost: 1 minus what is left."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return shared / alone

# %% wrong="divides by what is left" hint="Of 200, 50 were lost: divide by what there was alone."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return (alone - shared) / shared if shared else 1.0

# %% wrong="in percent" hint="A share: 0.25, not 25."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return 100 * (alone - shared) / alone

# %% wrong="no loss below 0" hint="A measurement may come out faster beside neighbours: return it as it is, below 0."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return max(0.0, (alone - shared) / alone)

# %% wrong="without a sign" hint="A loss below 0 is a win: no abs()."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return abs(alone - shared) / alone

# %% wrong="a difference, no share" hint="How much of what there was? Divide by `alone`."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return alone - shared

# %% wrong="with the wrong sign" hint="Less beside neighbours is a loss above 0: alone minus shared."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return (shared - alone) / alone

# %% wrong="rounds to whole percents" hint="Return the share unrounded: MLPerf's is 1.5 percent."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return round((alone - shared) / alone, 2)

# %% wrong="drops the fraction" hint="`//` keeps whole numbers only."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return (alone - shared) // alone

# %% wrong="lets a division by 0 happen" hint="Nothing done alone: ValueError with a sentence, not ZeroDivisionError."
def isolation_loss(alone, shared):
    return (alone - shared) / alone

# %% wrong="how many times slower" hint="A share that is lost, not a factor: 1 minus shared over alone."
def isolation_loss(alone, shared):
    if not alone > 0:
        raise ValueError(alone)
    return alone / shared if shared else math.inf

# %% wrong="refuses 0 only" hint="A negative rate is as impossible as 0: ValueError for both."
def isolation_loss(alone, shared):
    if alone == 0:
        raise ValueError(alone)
    return (alone - shared) / alone
