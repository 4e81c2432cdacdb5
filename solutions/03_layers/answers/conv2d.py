# %% right="six loops, one number at a time"
def conv2d(x, weight, bias, stride=1, padding=0):
    n, channels, height, width = x.shape
    kernels, _, kh, kw = weight.shape
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    out = np.empty((n, kernels, rows, columns), dtype=x.dtype)
    for p, o, y, z in np.ndindex(out.shape):
        total = bias[o]
        for c_, i, j in np.ndindex(channels, kh, kw):
            row, column = y * stride + i - padding, z * stride + j - padding
            if 0 <= row < height and 0 <= column < width:
                total = total + x[p, c_, row, column] * weight[o, c_, i, j]
        out[p, o, y, z] = total
    return out

# %% right="a loop over the places of the window"
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% right="sliding_window_view and einsum"
def conv2d(x, weight, bias, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", windows, weight, optimize=True) + bias[None, :, None, None]

# %% right="im2col with index arrays and one matrix product"
def conv2d(x, weight, bias, stride=1, padding=0):
    n, channels = x.shape[:2]
    kernels, _, kh, kw = weight.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    tops = np.arange(0, padded.shape[2] - kh + 1, stride)
    lefts = np.arange(0, padded.shape[3] - kw + 1, stride)
    row = tops[:, None, None, None] + np.arange(kh)[:, None]
    column = lefts[:, None, None] + np.arange(kw)
    windows = padded[:, :, row, column]  # (N, C, rows, columns, kh, kw)
    flat = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, len(tops) * len(lefts), -1)
    out = flat @ weight.reshape(kernels, -1).T + bias
    return out.transpose(0, 2, 1).reshape(n, kernels, len(tops), len(lefts))

# %% right="nine shifts in float64, rounded once at the end, the border by hand"
def conv2d(x, weight, bias, stride=1, padding=0):
    n, channels, height, width = x.shape
    kernels, _, kh, kw = weight.shape
    padded = np.zeros((n, channels, height + 2 * padding, width + 2 * padding))
    padded[:, :, padding : padding + height, padding : padding + width] = x
    full = np.zeros((n, kernels, padded.shape[2] - kh + 1, padded.shape[3] - kw + 1))
    for i in range(kh):
        for j in range(kw):
            part = padded[:, :, i : i + full.shape[2], j : j + full.shape[3]]
            full += np.tensordot(weight[:, :, i, j].astype(np.float64), part, axes=(1, 1)).swapaxes(0, 1)
    return (full[:, :, ::stride, ::stride] + bias.reshape(1, -1, 1, 1)).astype(x.dtype)

# %% right="as_strided by hand"
def conv2d(x, weight, bias, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    n, channels, height, width = padded.shape
    kernels, _, kh, kw = weight.shape
    rows, columns = (height - kh) // stride + 1, (width - kw) // stride + 1
    a, b, p, q = padded.strides
    windows = np.lib.stride_tricks.as_strided(
        padded, (n, rows, columns, channels, kh, kw), (a, p * stride, q * stride, b, p, q), writeable=False)
    return np.moveaxis(np.tensordot(windows, weight, axes=((3, 4, 5), (1, 2, 3))), -1, 1) + bias[:, None, None]

# %% right="each kernel and picture by itself, multiplied and summed"
def conv2d(x, weight, bias, stride=1, padding=0):
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], mode="constant")
    kh, kw = weight.shape[-2], weight.shape[-1]
    pictures = []
    for picture in x:
        planes = []
        for kernel, offset in zip(weight, bias):
            plane = [[(picture[:, y : y + kh, z : z + kw] * kernel).sum() + offset
                      for z in range(0, picture.shape[2] - kw + 1, stride)]
                     for y in range(0, picture.shape[1] - kh + 1, stride)]
            planes.append(plane)
        pictures.append(planes)
    return np.array(pictures, dtype=x.dtype)

# %% right="every pixel is dealt out to the outputs that it reaches"
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    rows = (x.shape[2] + 2 * padding - kh) // stride + 1
    columns = (x.shape[3] + 2 * padding - kw) // stride + 1
    out = np.zeros((len(x), len(weight), rows, columns))
    for y, z, i, j in np.ndindex(*x.shape[2:], kh, kw):
        (row, down), (column, right) = divmod(y + padding - i, stride), divmod(z + padding - j, stride)
        if down == right == 0 and 0 <= row < rows and 0 <= column < columns:
            out[:, :, row, column] += x[:, :, y, z].astype(float) @ weight[:, :, i, j].T.astype(float)
    return (out + bias[:, None, None]).astype(x.dtype)

# %% right="the book's convolution from SciPy, with the kernel flipped beforehand"
def conv2d(x, weight, bias, stride=1, padding=0):
    from scipy.signal import convolve

    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    flipped = weight[:, ::-1, ::-1, ::-1]
    out = np.array([[convolve(p, k, mode="valid", method="direct")[0] for k in flipped] for p in padded])
    return out[:, :, ::stride, ::stride] + bias[:, None, None]

# %% wrong="true convolution: flips the kernel" hint="The book's convolution flips the kernel; a network's doesn't: weight[0, 0] meets the upper left pixel."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    weight = weight[:, :, ::-1, ::-1]
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="turns the kernel round: rows for columns" hint="i counts the kernel's rows and the picture's rows alike."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    weight = weight.transpose(0, 1, 3, 2) if kh == kw else weight
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="returns float64" hint="np.zeros without a dtype is float64: say np.zeros(..., x.dtype)."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns))
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="computes in float16" hint="float16 has eleven bits. Compute in the dtype of x, or a longer one."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    padded, weight = padded.astype(np.float16), weight.astype(np.float16)
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out.astype(x.dtype) + bias[:, None, None]

# %% wrong="ignores the stride" hint="Windows are stride pixels apart."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // 1 + 1, (padded.shape[3] - kw) // 1 + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * 1 : y * 1 + kh, z * 1 : z * 1 + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="strides down only" hint="The stride goes for the columns too."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z : z + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="strides to the right only" hint="The stride goes for the rows too."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y : y + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="the windows start at y, not at y * stride" hint="The output has the right size, but its pixel y starts at row y * stride of the picture, and its pixel x at column x * stride."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y : y + kh, z : z + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="ignores the padding" hint="Put a border of `padding` zeros on all four sides first."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (0, 0), (0, 0)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="pads with the edge's values" hint="The border is made of zeros: np.pad's default mode."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="pads by reflection" hint="The border is made of zeros: np.pad's default mode."
def conv2d(x, weight, bias, stride=1, padding=0):
    if padding and min(x.shape[2:]) > padding:
        x, padding = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="reflect"), 0
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="pads on one side only" hint="The border is on all four sides: (padding, padding) for rows and for columns."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (0, padding), (0, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="pads batch and channels too" hint="Only rows and columns get a border: ((0, 0), (0, 0), ...)."
def conv2d(x, weight, bias, stride=1, padding=0):
    padded = np.pad(x, padding)[:, : weight.shape[1]]
    kh, kw = weight.shape[2:]
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((padded.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="always pads so that the size stays" hint="The border is as wide as `padding` says, 0 by default."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padding = kh // 2
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="square kernels only" hint="A kernel has kh rows and kw columns, which may differ."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh = kw = weight.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="rows and columns mixed up in the output's size" hint="H_out comes from H and kh, W_out from W and kw."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], columns, rows), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, z, y] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="square pictures only" hint="Pictures have H rows and W columns: don't use one for the other."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="rounds the output's size up" hint="What is left over is dropped: //, not ceil."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = -((kh - padded.shape[2]) // stride) + 1, -((kw - padded.shape[3]) // stride) + 1
    padded = np.pad(padded, ((0, 0), (0, 0), (0, stride), (0, stride)))
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="divides before it takes the kernel off" hint="(H + 2 * padding - kh) // stride + 1: the kernel is taken off first."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = padded.shape[2] // stride - kh + 1, padded.shape[3] // stride - kw + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="one row and one column too few" hint="There are H - kh + 1 places: both ends count."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride, (padded.shape[3] - kw) // stride
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="forgets the last place when the stride doesn't fit" hint="The number of places is (H - kh) // stride + 1."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh + 1) // stride, (padded.shape[3] - kw + 1) // stride
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="forgets the bias" hint="Every kernel has a bias: add it."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out

# %% wrong="adds the bias along the columns" hint="(O,) lines up from the right, with the columns. It belongs to axis 1: bias[:, None, None]."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias

# %% wrong="adds the bias along the rows" hint="The bias belongs to axis 1, the output channels: bias[:, None, None]."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None]

# %% wrong="adds the bias for each place of the kernel" hint="Add the bias once, after the sum."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None] * (kh * kw)

# %% wrong="adds the first bias everywhere" hint="Each kernel has its own bias."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[0]

# %% wrong="looks at the first channel only" hint="A kernel sums over all input channels."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window[:, 0], weight[:, 0], axes=((1, 2), (1, 2)))
    return out + bias[:, None, None]

# %% wrong="averages over the channels" hint="The channels are added up, not averaged."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3))) / x.shape[1]
    return out + bias[:, None, None]

# %% wrong="sums all kernels into one channel" hint="Each kernel makes an output channel of its own."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3))).sum(axis=1, keepdims=True)
    return out + bias[:, None, None]

# %% wrong="one picture only" hint="x is a batch: every picture by itself."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return (out + bias[:, None, None])[:1]

# %% wrong="adds the pictures of the batch up" hint="Pictures of a batch have nothing to do with each other."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3))).sum(axis=0, keepdims=True)
    return out + bias[:, None, None]

# %% wrong="normalises the kernel" hint="The weights are used as they are."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    weight = weight / np.maximum(abs(weight).sum(axis=(1, 2, 3), keepdims=True), 1)
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="clips to a picture's range" hint="A layer's output may be negative or above 1: clipping is another step."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return np.clip(out + bias[:, None, None], 0, None)

# %% wrong="kernels of odd size only" hint="A kernel of 2 x 2 has no middle, and doesn't need one: count from its corner."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    if kh % 2 == 0 or kw % 2 == 0:
        padded = np.roll(padded, 1, axis=(2, 3))
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="never less than two pixels" hint="A picture may be one pixel wide."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    if min(x.shape[2:]) < 2:
        raise ValueError('too small')
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="a stride beyond the kernel is cut to it" hint="A stride may be longer than the kernel: pixels between the windows are skipped."
def conv2d(x, weight, bias, stride=1, padding=0):
    stride = min(stride, *weight.shape[2:])
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="no border wider than half of the kernel" hint="padding may be any whole number."
def conv2d(x, weight, bias, stride=1, padding=0):
    padding = min(padding, max(weight.shape[2:]) // 2)
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="expects padding before stride" hint="The order of the arguments is x, weight, bias, stride, padding."
def conv2d(x, weight, bias, padding=0, stride=1):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="overwrites its arguments" hint="Work on copies: pictures, weights and biases are the caller's."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    weight *= 1.5
    weight /= 1.5
    weight += 1e-3
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="reads the memory as if it lay in order" hint="An array may be a view: index it, don't read its buffer."
def conv2d(x, weight, bias, stride=1, padding=0):
    def flat(a):
        return np.ndarray(a.shape, a.dtype, buffer=(a if a.base is None else a.base).tobytes())

    x, weight = flat(x), flat(weight)
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for y in range(rows):
        for z in range(columns):
            window = padded[:, :, y * stride : y * stride + kh, z * stride : z * stride + kw]
            out[:, :, y, z] = np.tensordot(window, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out + bias[:, None, None]

# %% wrong="by the convolution theorem, with the book's flip, in float64" hint="In frequencies a product is the book's convolution, which flips: flip the kernel first. And bring the result back to the dtype of x."
def conv2d(x, weight, bias, stride=1, padding=0):
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    size = (padded.shape[2] + weight.shape[2] - 1, padded.shape[3] + weight.shape[3] - 1)
    product = np.einsum("nchw,ochw->nohw", np.fft.rfft2(padded, size), np.fft.rfft2(weight, size))
    full = np.fft.irfft2(product, size)
    inside = full[:, :, weight.shape[2] - 1 : padded.shape[2], weight.shape[3] - 1 : padded.shape[3]]
    return inside[:, :, ::stride, ::stride] + bias[:, None, None]

# %% wrong="lets torch compute it" hint="Write it with NumPy."
def conv2d(x, weight, bias, stride=1, padding=0):
    arrays = (torch.from_numpy(np.array(a)) for a in (x, weight, bias))
    return F.conv2d(*arrays, stride=stride, padding=padding).numpy()

# %% wrong="takes the kernel's channels backwards" hint="Channel c of the kernel meets channel c of the picture."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, ::-1, i, j])
    return out + bias[:, None, None]

# %% wrong="swaps kernels and channels when there are as many" hint="The weight is (O, C, kh, kw), also when O and C are alike."
def conv2d(x, weight, bias, stride=1, padding=0):
    if weight.shape[0] == weight.shape[1]:
        weight = weight.transpose(1, 0, 2, 3)
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="pads by half of the kernel, whatever number it is told" hint="padding is a number, not a yes or no."
def conv2d(x, weight, bias, stride=1, padding=0):
    padding = weight.shape[2] // 2 if padding else 0
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="forgets the padding when the stride is above 1" hint="Stride and padding go together."
def conv2d(x, weight, bias, stride=1, padding=0):
    padding = padding if stride == 1 else 0
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="computes in float32" hint="float64 asks for sixteen digits: compute in the dtype of x."
def conv2d(x, weight, bias, stride=1, padding=0):
    kind, x, weight = x.dtype, x.astype(np.float32), weight.astype(np.float32)
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return (out + bias[:, None, None]).astype(kind)

# %% wrong="sizes with a point" hint="A size is a whole number: // in place of /."
def conv2d(x, weight, bias, stride=1, padding=0):
    rows, columns = (np.array(x.shape[2:]) + 2 * padding - weight.shape[2:]) / stride + 1
    out = np.zeros((len(x), len(weight), rows, columns), x.dtype)
    return out + bias[:, None, None]

# %% wrong="the slice takes a stride in the columns only" hint="The rows need `: stride` as well: i : i + stride * rows : stride."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + rows, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="the slice takes a stride in the rows only" hint="The columns need `: stride` as well: j : j + stride * columns : stride."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + columns]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="rows and columns of the kernel swapped" hint="i counts rows, of the picture and of the kernel: weight[:, :, i, j], not [j, i]."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, j, i])
    return out + bias[:, None, None]

# %% wrong="the kernel upside down" hint="Row i of the kernel meets row i of the window: no flip, in neither direction."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, kh - 1 - i, j])
    return out + bias[:, None, None]

# %% wrong="the kernel's mirror image" hint="Column j of the kernel meets column j of the window: no flip, in neither direction."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, kw - 1 - j])
    return out + bias[:, None, None]

# %% wrong="keeps only the last place of the kernel" hint="`out =` forgets the places before: add up, `out +=`."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out = np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="one row too few" hint="rows is (H + 2 * padding - kh) // stride + 1: the 1 is missing."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="one column too few" hint="columns is (W + 2 * padding - kw) // stride + 1: the 1 is missing."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="a border round batch and channels as well" hint="np.pad(x, padding) pads all four axes. Pad the last two: ((0, 0), (0, 0), (padding, padding), (padding, padding))."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, padding)
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="a border of ones" hint="The border is made of zeros."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), constant_values=1)
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="the slice stops too early for its stride" hint="With a stride the slice must go on to i + stride * rows, and j + stride * columns."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + rows : stride, j : j + columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
    return out + bias[:, None, None]

# %% wrong="returns after the first row of the kernel" hint="`return` stands inside the loop: move it out, to the left."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += np.einsum("nchw,oc->nohw", shifted, weight[:, :, i, j])
        return out + bias[:, None, None]

# %% wrong="multiplies pixel by weight without a sum over the channels" hint="Every kernel sums over all channels: np.einsum with c on the left of the arrow only."
def conv2d(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    out = np.zeros((x.shape[0], weight.shape[0], rows, columns), x.dtype)
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += shifted * weight[:, :, i, j]
    return out + bias[:, None, None]
