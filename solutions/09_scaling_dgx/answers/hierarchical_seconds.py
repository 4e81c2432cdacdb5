# %% right="two calls of ring_seconds"
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * (latency + size / n / bandwidth)

    return ring(per_node, nbytes, link) + ring(nodes, nbytes / per_node, nic / per_node)

# %% right="the cards cancel between the boxes"
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    messages = 2 * (per_node - 1) + 2 * (nodes - 1)
    return messages * latency + 2 * (per_node - 1) / per_node * nbytes / link + 2 * (nodes - 1) / nodes * nbytes / nic

# %% right="round by round"
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    t = 0.0
    for _ in range(2 * (per_node - 1)):
        t += latency + nbytes / per_node / link
    for _ in range(2 * (nodes - 1)):
        t += latency + (nbytes / per_node / nodes) / (nic / per_node)
    return t

# %% wrong="each ring has the adapter for itself" hint="All per_node rings run at once and share it: each gets nic / per_node."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * (latency + size / n / bandwidth)

    return ring(per_node, nbytes, link) + ring(nodes, nbytes / per_node, nic)

# %% wrong="all bytes in every ring between the boxes" hint="After the sum inside, each card carries nbytes / per_node between the boxes."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * (latency + size / n / bandwidth)

    return ring(per_node, nbytes, link) + ring(nodes, nbytes, nic / per_node)

# %% wrong="only between the boxes" hint="The ring inside the box takes time, too."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    return 2 * (nodes - 1) * (latency + nbytes / nodes / nic)

# %% wrong="only inside the box" hint="The boxes have to hear of each other."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    return 2 * (per_node - 1) * (latency + nbytes / per_node / link)

# %% wrong="one flat ring through the adapter" hint="A ring inside over link, then rings between over nic: two terms."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    n = nodes * per_node
    return 2 * (n - 1) * (latency + nbytes / n / nic)

# %% wrong="link and adapter exchanged" hint="link is inside the box, nic leads out of it."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * (latency + size / n / bandwidth)

    return ring(per_node, nbytes, nic) + ring(nodes, nbytes / per_node, link / per_node)

# %% wrong="both at the same time" hint="The rings between can start when the sum inside is there: add the two times."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * (latency + size / n / bandwidth)

    return max(ring(per_node, nbytes, link), ring(nodes, nbytes / per_node, nic / per_node))

# %% wrong="no latency between the boxes" hint="A message between boxes has its latency as well."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    return 2 * (per_node - 1) * (latency + nbytes / per_node / link) + 2 * (nodes - 1) / nodes * nbytes / nic

# %% wrong="boxes and cards exchanged" hint="per_node cards inside, `nodes` boxes between."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * (n - 1) * (latency + size / n / bandwidth)

    return ring(nodes, nbytes, link) + ring(per_node, nbytes / nodes, nic / nodes)

# %% wrong="one card waits for itself" hint="A box with one card has no ring inside, and one box none between."
def hierarchical_seconds(nodes, per_node, nbytes, link, nic, latency):
    def ring(n, size, bandwidth):
        return 2 * max(n - 1, 1) * latency + 2 * (n - 1) / n * size / bandwidth

    return ring(per_node, nbytes, link) + ring(nodes, nbytes / per_node, nic / per_node)
