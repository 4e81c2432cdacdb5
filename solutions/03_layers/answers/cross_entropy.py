# %% right="np.logaddexp.reduce"
def cross_entropy(logits, labels):
    return float(np.mean(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(logits)), labels]))

# %% right="one sample at a time, in Python's floats"
def cross_entropy(logits, labels):
    import math

    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist()):
        largest = max(row)
        total += math.log(sum(math.exp(v - largest) for v in row)) + largest - row[label]
    return total / len(labels)

# %% right="one-hot rows"
def cross_entropy(logits, labels):
    z = logits - np.max(logits, axis=1)[:, None]
    log_shares = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    chosen = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
    return -np.sum(chosen * log_shares) / logits.shape[0]

# %% right="float64 inside, an array without axes outside"
def cross_entropy(logits, labels):
    wide = logits.astype(np.float64)
    wide = wide - wide.max(axis=1, keepdims=True)
    losses = np.log(np.exp(wide).sum(axis=1)) - np.take_along_axis(wide, labels.astype(np.int64)[:, None], axis=1)[:, 0]
    return np.asarray(losses.mean(), dtype=logits.dtype)

# %% right="differences to the right class"
def cross_entropy(logits, labels):
    gaps = logits - logits[np.arange(len(labels)), labels][:, None]
    top = gaps.max(axis=1)
    return (top + np.log(np.exp(gaps - top[:, None]).sum(axis=1))).mean()

# %% wrong="overflows: exp of the logits as they are" hint="exp(1000) is infinite. Take the largest logit of each sample off first."
def cross_entropy(logits, labels):
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(shares[np.arange(len(labels)), labels]).mean()

# %% wrong="takes the largest off, then the logarithm of a share that is 0" hint="A share of e^-20000 is 0, and log 0 is infinite. Take the logarithm of the quotient as a difference."
def cross_entropy(logits, labels):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]).mean()

# %% wrong="keeps the shares above 1e-9" hint="A small number inside the logarithm keeps infinity away, and the loss wrong: it never exceeds 20.7. Use log-sum-exp."
def cross_entropy(logits, labels):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels] + 1e-9).mean()

# %% wrong="clips the logits" hint="Clipped logits are other logits, and the loss is another. Take the largest off instead, and write the quotient's logarithm as a difference."
def cross_entropy(logits, labels):
    z = np.clip(logits, -80, 80)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="takes off the largest of the whole batch" hint="Each sample has its own largest logit: axis=1, keepdims=True. Otherwise a sample far below the others vanishes, and log 0 is infinite."
def cross_entropy(logits, labels):
    z = logits - logits.max()
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="takes off the largest absolute value" hint="The largest, with its sign: with all logits near -10,000 the other way leads to log 0."
def cross_entropy(logits, labels):
    z = logits - abs(logits).max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="takes off the mean" hint="Off the mean the largest can still be thousands. Take off the largest."
def cross_entropy(logits, labels):
    z = logits - logits.mean(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="sums over the batch" hint="The loss is the mean over the batch."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.sum()

# %% wrong="divides by the number of classes too" hint="The mean is over the samples only."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.sum() / logits.size

# %% wrong="returns one loss for each sample" hint="One number for the batch: the mean."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses

# %% wrong="the sign is lost" hint="A loss is minus the logarithm: positive."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return -losses.mean()

# %% wrong="logarithm to the base of 2" hint="The natural logarithm: np.log."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean() / np.log(2)

# %% wrong="softmax over the batch" hint="Shares are among the classes of one sample: axis=1."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=0)
    return (np.log(np.exp(z).sum(axis=0, keepdims=True)) - z)[np.arange(len(labels)), labels].mean()

# %% wrong="softmax over the batch when that is as large as the classes" hint="Classes are axis 1, also when both axes are equally long."
def cross_entropy(logits, labels):
    if logits.shape[0] == logits.shape[1]:
        logits = logits.T
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean()

# %% wrong="takes the columns of the labels, for all samples" hint="logits[:, labels] is N x N numbers. One from each row: [np.arange(N), labels]."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z[:, labels]).mean()

# %% wrong="takes the most likely class for the right one" hint="The label says which class is right, not the largest logit."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)).mean()

# %% wrong="the logits count as shares" hint="First softmax, then the logarithm."
def cross_entropy(logits, labels):
    return -np.log(np.clip(logits, 1e-12, None)[np.arange(len(labels)), labels]).mean()

# %% wrong="the first label for all samples" hint="Each sample has a label of its own."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels[0]]
    return losses.mean()

# %% wrong="sigmoid and the right class only" hint="Softmax divides by the sum over all classes; the others count too."
def cross_entropy(logits, labels):
    z = logits[np.arange(len(labels)), labels]
    return np.logaddexp(0, -z).mean()

# %% wrong="rounds to float16" hint="float16 has eleven bits and ends at 65,504."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean().astype(np.float16)

# %% wrong="subtracts in float16" hint="float16 has eleven bits: the differences of large logits are lost."
def cross_entropy(logits, labels):
    logits = logits.astype(np.float16)
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return float(losses.mean())

# %% wrong="row numbers in the dtype of the labels" hint="A row number above 255 doesn't fit into a byte: np.arange without a dtype."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)).astype(labels.dtype), labels]
    return losses.mean()

# %% wrong="shifts the logits in place" hint="`logits -= ...` changes the caller's array."
def cross_entropy(logits, labels):
    z = logits
    z -= logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean()

# %% wrong="drops axes of length one" hint="A batch of one stays a batch: no `squeeze`."
def cross_entropy(logits, labels):
    logits = np.squeeze(logits)
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean()

# %% wrong="reads the memory as if it lay in order" hint="An array may be a view: index it, don't read its buffer."
def cross_entropy(logits, labels):
    logits = np.ndarray(logits.shape, logits.dtype, buffer=(logits if logits.base is None else logits.base).tobytes())
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean()

# %% wrong="a single class divides by log 1" hint="Don't normalise by the logarithm of the number of classes."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean() / np.log(logits.shape[1]) * np.log(logits.shape[1])

# %% wrong="lets torch compute it" hint="Write it with NumPy."
def cross_entropy(logits, labels):
    return F.cross_entropy(torch.from_numpy(np.array(logits)), torch.from_numpy(labels.astype(np.int64))).item()

# %% wrong="infinity is replaced by a large number" hint="The loss of a sample may be any number up to 20,000: a stand-in for infinity is wrong for all but one."
def cross_entropy(logits, labels):
    with np.errstate(all="ignore"):
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        losses = -np.log(shares[np.arange(len(labels)), labels])
    return float(np.nan_to_num(losses, posinf=2e4).mean())

# %% wrong="the median over the batch" hint="The mean: every sample counts by its size."
def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(np.median(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]))

# %% wrong="every class counts alike, however many samples it has" hint="The mean is over the samples."
def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    return float(np.mean([losses[labels == k].mean() for k in np.unique(labels)]))

# %% wrong="sums over an axis that is not there" hint="Logits have two axes, 0 and 1: the classes are axis 1."
def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=2)) - shifted[np.arange(len(labels)), labels]).mean()

# %% wrong="clips the logits where float64 overflows" hint="Clipped logits are other logits, and the loss is another. Take the largest off instead, and write the quotient's logarithm as a difference."
def cross_entropy(logits, labels):
    z = np.clip(logits, -700, 700)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="clips the logits, then takes the logarithm of a share" hint="Clipped logits are other logits, and a share of e^-1000 is 0. Take the largest off, and write the quotient's logarithm as a difference."
def cross_entropy(logits, labels):
    z = np.exp(np.clip(logits, -500, 500))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]).mean()

# %% wrong="keeps the shares above 1e-12" hint="A small number inside the logarithm keeps infinity away, and the loss wrong: it never exceeds 27.6. Use log-sum-exp."
def cross_entropy(logits, labels):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels] + 1e-12).mean()

# %% wrong="keeps the shares above 1e-10" hint="A small number inside the logarithm keeps infinity away, and the loss wrong: it never exceeds 23. Use log-sum-exp."
def cross_entropy(logits, labels):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels] + 1e-10).mean()

# %% wrong="keeps the shares above 1e-8" hint="A small number inside the logarithm keeps infinity away, and the loss wrong: it never exceeds 18.4. Use log-sum-exp."
def cross_entropy(logits, labels):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels] + 1e-8).mean()

# %% wrong="keeps the shares above 1e-15" hint="A small number inside the logarithm keeps infinity away, and the loss wrong: it never exceeds 34.5. Use log-sum-exp."
def cross_entropy(logits, labels):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log((z / z.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels] + 1e-15).mean()

# %% wrong="logarithm to the base of 10" hint="The natural logarithm: np.log."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]
    return losses.mean() / np.log(10)

# %% wrong="log2 in the place of log" hint="The natural logarithm, np.log: the exponential it undoes is that of e."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log2(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="forgets keepdims" hint="`logits.max(axis=1)` is (N,), and lines up with the classes. keepdims=True makes it (N, 1), a column."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="one sum for the whole batch" hint="Shares are among the classes of one sample: sum(axis=1)."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum()) - z[np.arange(len(labels)), labels]).mean()

# %% wrong="takes the largest off in the sum only" hint="The largest comes off both: the logits in the sum, and the logit of the label."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - logits[np.arange(len(labels)), labels]).mean()

# %% wrong="adds the label's logit" hint="The logarithm of a quotient is a difference: the sum's logarithm *minus* the label's shifted logit."
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) + z[np.arange(len(labels)), labels]).mean()
