# %% right="rounds times the time of one message"
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) * (latency + nbytes / n / bandwidth)

# %% right="added up round by round"
def ring_seconds(n, nbytes, bandwidth, latency):
    total = 0.0
    for _ in range(2 * (n - 1)):
        total += latency + nbytes / (n * bandwidth)
    return total

# %% right="one rank apart, NumPy float"
def ring_seconds(n, nbytes, bandwidth, latency):
    if n <= 1:
        return 0
    return np.float64(2 - 2 / n) * nbytes / bandwidth + (2 * n - 2) * latency

# %% wrong="one half of the ring only" hint="The sums go round once to be added and once more to be kept: 2 (n - 1) rounds."
def ring_seconds(n, nbytes, bandwidth, latency):
    return (n - 1) * latency + (n - 1) / n * nbytes / bandwidth

# %% wrong="the latency counts once" hint="Each of the 2 (n - 1) messages has to wait for the one before: the latency comes 2 (n - 1) times."
def ring_seconds(n, nbytes, bandwidth, latency):
    return (latency if n > 1 else 0) + 2 * (n - 1) / n * nbytes / bandwidth

# %% wrong="sends all bytes in every round" hint="A message holds one chunk, an n-th of the bytes."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) * (latency + nbytes / bandwidth)

# %% wrong="n rounds where n - 1 are enough" hint="After n - 1 rounds everybody has been added. A single rank needs none."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * n * latency + 2 * nbytes / bandwidth

# %% wrong="forgets the latency" hint="Nothing to send still takes messages. Their latency counts."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) / n * nbytes / bandwidth

# %% wrong="whole-number division" hint="// drops what is left over. Use /."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) * latency + 2 * (n - 1) * nbytes // (n * bandwidth)

# %% wrong="calls 2 (n - 1) / n two" hint="2 (n - 1) / n comes near 2 for many ranks, but it is 1 for two, and 0 for one."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) * latency + (2 * nbytes / bandwidth if n > 1 else 0)

# %% wrong="multiplies by the bandwidth" hint="Bytes over byte/s are seconds: divide."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) * latency + 2 * (n - 1) / n * nbytes * bandwidth

# %% wrong="waits for a message although it is alone" hint="One rank has nobody to wait for: (n - 1) is 0."
def ring_seconds(n, nbytes, bandwidth, latency):
    return max(2 * (n - 1), 1) * latency + 2 * (n - 1) / n * nbytes / bandwidth

# %% wrong="the longer of the two terms" hint="Each message has its latency *and* its bytes: add the two terms."
def ring_seconds(n, nbytes, bandwidth, latency):
    return max(2 * (n - 1) * latency, 2 * (n - 1) / n * nbytes / bandwidth)

# %% wrong="one latency for the whole ring" hint="Each of the 2 (n - 1) messages waits for the one before: the latency comes 2 (n - 1) times, and for one rank not at all."
def ring_seconds(n, nbytes, bandwidth, latency):
    return latency + 2 * (n - 1) / n * nbytes / bandwidth

# %% wrong="2 n messages" hint="A rank never sends to itself: 2 (n - 1) messages, and none for a single rank."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * n * latency + 2 * (n - 1) / n * nbytes / bandwidth

# %% wrong="the latency divided by n as well" hint="A message has an n-th of the bytes, but a whole latency: only nbytes is divided by n."
def ring_seconds(n, nbytes, bandwidth, latency):
    return 2 * (n - 1) / n * (latency + nbytes / bandwidth)
