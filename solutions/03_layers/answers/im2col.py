# %% right="shifted pictures, one for each row of the result"
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% right="one window after the other, stacked as columns"
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    windows = [padded[:, :, y * stride : y * stride + kernel, z * stride : z * stride + kernel].reshape(len(x), -1)
               for y in range(rows) for z in range(columns)]
    return np.stack(windows, axis=2)

# %% right="index arrays"
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    i, j = (a.ravel() for a in np.indices((kernel, kernel)))
    y, z = (a.ravel() * stride for a in np.indices((rows, columns)))
    return padded[:, :, i[:, None] + y, j[:, None] + z].reshape(len(x), -1, rows * columns)

# %% wrong="windows as rows" hint="Windows are columns: (N, C * k * k, L)."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, -1, rows * columns).transpose(0, 2, 1)

# %% wrong="channels last within a column" hint="Down a column: first all of channel 0, then channel 1."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.transpose(0, 2, 3, 1, 4, 5).reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="windows read by columns" hint="Within a window, row by row: i is the slow one."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, j, i] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="windows in the order of the columns" hint="The windows stand in reading order: row by row of the picture."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.swapaxes(4, 5).reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="reshapes without putting the axes in order" hint="After sliding_window_view the window's axes are last: transpose before reshape."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.reshape(x.shape[0], x.shape[1] * kernel * kernel, -1)

# %% wrong="ignores the stride" hint="Take every stride-th row and column of windows."
def im2col(x, kernel, stride=1, padding=0):
    stride = 1
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="strides down only" hint="The stride goes for the columns too."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + columns]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="ignores the padding" hint="Put a border of zeros round the picture first."
def im2col(x, kernel, stride=1, padding=0):
    padding = 0
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="the border is not made of zeros" hint="The border is made of zeros."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="windows that don't overlap" hint="The windows move by `stride`, not by their own size."
def im2col(x, kernel, stride=1, padding=0):
    stride = kernel if stride == 1 else stride
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="cuts a stride beyond the window" hint="A stride may be longer than the window."
def im2col(x, kernel, stride=1, padding=0):
    stride = min(stride, kernel)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="returns float64" hint="Keep the dtype of x."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns))
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="one picture only" hint="x is a batch."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)[:1]

# %% wrong="batch inside the columns" hint="The batch stays the first axis."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.transpose(1, 2, 3, 0, 4, 5).reshape(1, channels * kernel * kernel, -1)

# %% wrong="square pictures only" hint="Rows and columns have lengths of their own."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[2] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="one place too few" hint="(H - k) // stride + 1: both ends count."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride, (padded.shape[3] - kernel) // stride
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="reads the memory as if it lay in order" hint="An array may be a view: index it, don't read its buffer."
def im2col(x, kernel, stride=1, padding=0):
    x = np.ndarray(x.shape, x.dtype, buffer=(x if x.base is None else x.base).tobytes())
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="flips the windows" hint="No flip: the window is read from its upper left."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (padded.shape[2] - kernel) // stride + 1, (padded.shape[3] - kernel) // stride + 1
    n, channels = x.shape[:2]
    out = np.empty((n, channels, kernel, kernel, rows, columns), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, kernel - 1 - i, kernel - 1 - j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return out.reshape(n, channels * kernel * kernel, rows * columns)

# %% wrong="lets torch compute it" hint="Write it with NumPy."
def im2col(x, kernel, stride=1, padding=0):
    return F.unfold(torch.from_numpy(np.array(x)), kernel, stride=stride, padding=padding).numpy()

# %% wrong="expects padding before stride" hint="The order of the arguments is x, kernel, stride, padding."
def im2col(x, kernel, padding=0, stride=1):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(x.shape[0], x.shape[1] * kernel * kernel, -1)

# %% wrong="windows of three at most" hint="kernel is any whole number."
def im2col(x, kernel, stride=1, padding=0):
    kernel = min(kernel, 3)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(x.shape[0], x.shape[1] * kernel * kernel, -1)

# %% wrong="sizes with a point" hint="A size is a whole number: // in place of /."
def im2col(x, kernel, stride=1, padding=0):
    rows, columns = (np.array(x.shape[2:]) + 2 * padding - kernel) / stride + 1
    return np.zeros((x.shape[0], x.shape[1] * kernel * kernel, rows * columns), x.dtype)

# %% wrong="strides within the windows too" hint="Every stride-th *window*, and all pixels of each: take the windows first, then every stride-th of them."
def im2col(x, kernel, stride=1, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))[:, :, ::stride, ::stride]
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(x.shape[0], x.shape[1] * kernel * kernel, -1)
