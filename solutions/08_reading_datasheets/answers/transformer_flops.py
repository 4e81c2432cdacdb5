# %% right="the formula as one line"
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 4 * length**2 * hidden)

# %% right="product by product, in a loop"
def transformer_flops(layers, hidden, length):
    products = [(length, hidden, hidden)] * 4 + [(length, hidden, 4 * hidden), (length, 4 * hidden, hidden)]
    products += [(length, hidden, length), (length, length, hidden)]
    total = 0
    for _ in range(layers):
        for m, k, n in products:
            total += 2 * m * k * n
    return total

# %% right="per token, in floats"
def transformer_flops(layers, hidden, length):
    per_token = 24.0 * hidden * hidden + 4.0 * length * hidden
    return layers * length * per_token

# %% right="sixteen heads, one after the other, in NumPy's whole numbers"
def transformer_flops(layers, hidden, length):
    hidden, length = np.int64(hidden), np.int64(length)
    dense = 2 * length * 12 * hidden * hidden
    attention = 16 * 2 * (length * length * (hidden / 16)) * 2
    return layers * (dense + attention)

# %% wrong="counts a multiply-add as one" hint="A multiply-add is two operations."
def transformer_flops(layers, hidden, length):
    return layers * (12 * length * hidden**2 + 2 * length**2 * hidden)

# %% wrong="forgets attention" hint="Two products have no weights: scores and weighted values, each of L * L * h multiply-adds."
def transformer_flops(layers, hidden, length):
    return layers * 24 * length * hidden**2

# %% wrong="forgets one matrix of the MLP" hint="The MLP goes up to four widths and back down: two matrices."
def transformer_flops(layers, hidden, length):
    return layers * (16 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="forgets the MLP" hint="Attention has four matrices; the MLP's two are four times as large each."
def transformer_flops(layers, hidden, length):
    return layers * (8 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="forgets the output projection" hint="Query, key, value *and* output: four matrices of h x h."
def transformer_flops(layers, hidden, length):
    return layers * (22 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="includes the backward pass" hint="Forward only: training comes later, with a factor of its own."
def transformer_flops(layers, hidden, length):
    return 3 * layers * (24 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="takes half of attention" hint="Attention has two products, q with k and the weights with v, and each multiply-add counts as two: 4 * L * L * h."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 2 * length**2 * hidden)

# %% wrong="counts one token" hint="Each of the L tokens meets every weight: multiply by the length."
def transformer_flops(layers, hidden, length):
    return layers * (24 * hidden**2 + 4 * length * hidden)

# %% wrong="swaps width and length" hint="The weights have h * h entries; the scores L * L. Which of the two is `hidden`?"
def transformer_flops(layers, hidden, length):
    return layers * (24 * hidden * length**2 + 4 * hidden**2 * length)

# %% wrong="counts one layer" hint="Multiply by the number of layers."
def transformer_flops(layers, hidden, length):
    return 24 * length * hidden**2 + 4 * length**2 * hidden

# %% wrong="lets the layers count for the weights only" hint="Every layer has its attention: both parts times the layers."
def transformer_flops(layers, hidden, length):
    return layers * 24 * length * hidden**2 + 4 * length**2 * hidden

# %% wrong="halves attention as for a causal mask" hint="Count the products as the table has them: every token meets every token."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 2 * length * (length + 1) * hidden)

# %% wrong="lets attention grow with the length only" hint="Every token meets every token: L * L, not L."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 4 * length * hidden)

# %% wrong="adds the vocabulary on top" hint="No heads on top, no embeddings: only the products of the table."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 4 * length**2 * hidden) + 2 * length * hidden * 30522

# %% wrong="overflows 32 bits" hint="The count passes 2**31 soon: use Python's own integers or floats."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 4 * length**2 * hidden) % 2**32

# %% wrong="knows BERT-large only" hint="Use the three arguments."
def transformer_flops(layers, hidden, length):
    return 24 * (24 * length * 1024**2 + 4 * length**2 * 1024)

# %% wrong="reckons attention for each head with the whole width" hint="The heads share the width: together their products cost L * L * h."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 16 * 4 * length**2 * hidden)

# %% wrong="takes the MLP's matrices as sixteen widths" hint="h x 4h and 4h x h: each has four times h * h entries, eight together."
def transformer_flops(layers, hidden, length):
    return layers * (8 * length * hidden**2 + 2 * 2 * 16 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="writes ^ for a power" hint="In Python `^` is no power: it combines bits. Write `hidden**2`."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden ^ 2 + 4 * length ^ 2 * hidden)

# %% wrong="writes ^ for a power, in brackets" hint="In Python `^` is no power: it combines bits. Write `hidden**2`."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * (hidden ^ 2) + 4 * (length ^ 2) * hidden)

# %% wrong="writes ^ for a power, in steps" hint="In Python `^` is no power: it combines bits. Write `hidden**2`."
def transformer_flops(layers, hidden, length):
    weights = 12 * length * hidden ^ 2
    attention = 2 * length ^ 2 * hidden
    return layers * 2 * (weights + attention)

# %% wrong="squares nothing" hint="The weights of a layer grow with h * h, the scores with L * L: two squares."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden + 4 * length * hidden)

# %% wrong="gives attention the width squared" hint="Scores and weighted values cost L * L * h each: the length is squared, not the width."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 4 * length * hidden**2)

# %% wrong="leaves the width out of attention" hint="Each score is a sum over the width: L * L * h."
def transformer_flops(layers, hidden, length):
    return layers * (24 * length * hidden**2 + 4 * length**2)

# %% wrong="lets one token meet the weights" hint="Each of the L tokens meets every weight: L * h * h, for the MLP too."
def transformer_flops(layers, hidden, length):
    return layers * (24 * hidden**2 + 4 * length**2 * hidden)

# %% wrong="doubles once too often" hint="A multiply-add is two operations, and the 24 and the 4 have that in them."
def transformer_flops(layers, hidden, length):
    return 2 * layers * (24 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="doubles attention's part only" hint="The weights' multiply-adds are two operations each as well."
def transformer_flops(layers, hidden, length):
    return layers * (12 * length * hidden**2 + 4 * length**2 * hidden)

# %% wrong="forgets to return" hint="The function ends without `return`."
def transformer_flops(layers, hidden, length):
    layers * (24 * length * hidden**2 + 4 * length**2 * hidden)
