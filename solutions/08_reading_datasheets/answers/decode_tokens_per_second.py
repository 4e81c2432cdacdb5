# %% right="one over the time of a token"
def decode_tokens_per_second(weight_bytes, bandwidth):
    seconds_per_token = weight_bytes / bandwidth
    return 1 / seconds_per_token

# %% right="by the roof: intensity 2 over bytes, then operations to tokens"
def decode_tokens_per_second(weight_bytes, bandwidth):
    weights = weight_bytes / 2
    return (2 * weights / weight_bytes) * bandwidth / (2 * weights)

# %% right="NumPy's division"
def decode_tokens_per_second(weight_bytes, bandwidth):
    return np.divide(bandwidth, weight_bytes)

# %% right="an exact fraction, turned into a float"
def decode_tokens_per_second(weight_bytes, bandwidth):
    from fractions import Fraction

    return float(Fraction(bandwidth) / Fraction(weight_bytes))

# %% wrong="returns seconds a token" hint="That is the time of one token. Tokens per second is the other way up."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return weight_bytes / bandwidth

# %% wrong="halves the tokens" hint="`weight_bytes` are bytes already, whatever the format, and each is read once and never written back: no factor of 2."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth / (2 * weight_bytes)

# %% wrong="returns whole tokens" hint="A third of a token a second is an answer: no `//`, no int()."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth // weight_bytes

# %% wrong="takes four bytes for each" hint="`weight_bytes` are bytes already: no factor of 4."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth / (4 * weight_bytes)

# %% wrong="takes bits" hint="Both are in bytes: no factor of 8."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth / (8 * weight_bytes)

# %% wrong="multiplies" hint="The larger the model, the fewer tokens: divide."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth * weight_bytes

# %% wrong="doubles the tokens" hint="`weight_bytes` are bytes already, whatever the format, and operations don't count here: one token is one journey of all weights."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return 2 * bandwidth / weight_bytes

# %% wrong="writes at least one token a second" hint="A large model on a small board needs seconds for a token: don't clip."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return max(1.0, bandwidth / weight_bytes)

# %% wrong="rounds" hint="Round when you print, not when you compute."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return round(bandwidth / weight_bytes, 1)

# %% wrong="takes the bandwidth in gigabytes" hint="The bandwidth is in byte/s: no factor of 10**9."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth * 1e9 / weight_bytes

# %% wrong="mixes GiB with GB" hint="Both are plain bytes: no 2**30 and no 10**9."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return (bandwidth / 2**30) / (weight_bytes / 10**9)

# %% wrong="takes off what real cards lose" hint="`The most` that a model can write: nothing else counts, no losses either."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return 0.7 * bandwidth / weight_bytes

# %% wrong="forgets to return" hint="The function ends without `return`."
def decode_tokens_per_second(weight_bytes, bandwidth):
    bandwidth / weight_bytes

# %% wrong="takes bits for bytes" hint="Both are in bytes: no factor of 8."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return 8 * bandwidth / weight_bytes

# %% wrong="returns the bandwidth" hint="Divide by the size of the weights: so many journeys a second."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return bandwidth

# %% wrong="divides by the peak of a card" hint="Neither peak nor operations count here: bandwidth over the bytes of the weights."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return 312e12 / (2 * weight_bytes)

# %% wrong="returns words" hint="Return the number, without its unit."
def decode_tokens_per_second(weight_bytes, bandwidth):
    return f"{bandwidth / weight_bytes} tokens/s"
