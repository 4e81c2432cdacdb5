# %% right="one output channel after the other"
def mix_channels(image, matrix):
    xp = array_module(image)
    values = xp.astype(image, xp.float32)
    r, g, b = values[..., 0], values[..., 1], values[..., 2]
    planes = [float(m[0]) * r + float(m[1]) * g + float(m[2]) * b for m in matrix]
    mixed = xp.stack(planes, axis=-1)
    if image.dtype == xp.uint8:
        return xp.astype(xp.round(xp.clip(mixed, 0, 255)), xp.uint8)
    return xp.clip(mixed, 0, 1)

# %% right="tensordot over both last axes, in float64"
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float64, device=image.device)
    values = xp.tensordot(xp.astype(image, xp.float64), m, axes=((2,), (1,)))
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% right="flattened to pixels, the matrix on the left"
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    pixels = xp.reshape(xp.astype(image, xp.float32), (-1, 3))
    values = xp.reshape(xp.matrix_transpose(m @ xp.matrix_transpose(pixels)), image.shape)
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    else:
        values = xp.clip(values, 0, 1)
    return xp.astype(values, image.dtype)

# %% wrong="sums over the wrong axis of the matrix" hint="`image @ matrix` sums over the matrix's rows. The formula sums over its columns: turn the matrix round."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% wrong="lets bytes wrap round" hint="310 as a byte is 54. Clip to 0..255 before you cast."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m.T
    if image.dtype == xp.uint8:
        return xp.astype(xp.astype(xp.round(values), xp.int32) % 256, xp.uint8)
    return xp.clip(values, 0, 1)

# %% wrong="clips above but not below" hint="Weights may be negative, and so may the sum: clip at 0 too."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m.T
    top = xp.asarray(255.0 if image.dtype == xp.uint8 else 1.0, dtype=xp.float32, device=image.device)
    values = xp.where(values > top, top, values)
    if image.dtype == xp.uint8:
        return xp.astype(xp.astype(xp.round(values), xp.int32) % 256, xp.uint8)
    return values

# %% wrong="does not clip floats" hint="Floats clip to 0..1."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m.T
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    return xp.astype(values, image.dtype)

# %% wrong="scales each channel by the matrix's diagonal only" hint="Every output looks at every input: nine weights, not three."
def mix_channels(image, matrix):
    xp = array_module(image)
    d = xp.asarray([matrix[i][i] for i in range(3)], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * d
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% wrong="normalises the matrix's rows" hint="Use the weights as they are; a sum above 1 is what clipping is for."
def mix_channels(image, matrix):
    xp = array_module(image)
    rows = [[v / (sum(r) or 1) for v in r] for r in matrix]
    m = xp.asarray(rows, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m.T
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% wrong="cuts the fraction off instead of rounding" hint="Round before the cast to bytes."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.clip(xp.astype(image, xp.float32) @ m.T, 0, 255 if image.dtype == xp.uint8 else 1)
    return xp.astype(values, image.dtype)

# %% wrong="overwrites a channel and then reads it again" hint="The second output must still see the *old* red. Keep the input until all three are done."
def mix_channels(image, matrix):
    xp = array_module(image)
    v = xp.astype(image, xp.float32, copy=True)
    for i in range(3):
        v[:, :, i] = matrix[i][0] * v[:, :, 0] + matrix[i][1] * v[:, :, 1] + matrix[i][2] * v[:, :, 2]
    top = 255 if image.dtype == xp.uint8 else 1
    v = xp.clip(v, 0, top)
    return xp.astype(xp.round(v) if top == 255 else v, image.dtype)

# %% wrong="sneaks back to NumPy" hint="`np.` works on NumPy's arrays only."
def mix_channels(image, matrix):
    values = np.asarray(image).astype(np.float32) @ np.float32(matrix).T
    dtype = np.asarray(image).dtype
    if dtype == np.uint8:
        return np.clip(np.round(values), 0, 255).astype(dtype)
    return np.clip(values, 0, 1)

# %% wrong="makes the matrix on the host" hint="The weights must be where the picture is: `device=image.device`."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32)
    values = xp.astype(image, xp.float32) @ m.T
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% wrong="turns the weights into whole numbers" hint="Weights are fractions: keep them as floats."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray([[int(v) for v in r] for r in matrix], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m.T
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% wrong="guesses the kind from the largest value" hint="A nearly black byte picture is still one of bytes: ask `image.dtype`."
def mix_channels(image, matrix):
    xp = array_module(image)
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) @ m.T
    if float(xp.max(image)) > 1:
        return xp.astype(xp.clip(xp.round(values), 0, 255), image.dtype)
    return xp.astype(xp.clip(values, 0, 1), image.dtype)

# %% wrong="keeps floats on the host" hint="Float pictures live on devices too."
def mix_channels(image, matrix):
    xp = array_module(image)
    if image.dtype == xp.float32:
        return np.clip(np.asarray(image) @ np.float32(matrix).T, np.float32(0), np.float32(1))
    m = xp.asarray(matrix, dtype=xp.float32, device=image.device)
    return xp.astype(xp.clip(xp.round(xp.astype(image, xp.float32) @ m.T), 0, 255), xp.uint8)
