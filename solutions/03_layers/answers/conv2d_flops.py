# %% right="math.prod over output and kernel"
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    import math

    out = [(size + 2 * padding - k) // stride + 1 for size, k in zip(x_shape[2:], weight_shape[2:])]
    return 2 * math.prod([x_shape[0], weight_shape[0], *out]) * math.prod(weight_shape[1:])

# %% right="counts the places of the window with range"
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    rows = len(range(0, h + 2 * padding - kh + 1, stride))
    columns = len(range(0, w + 2 * padding - kw + 1, stride))
    multiplies = n * o * rows * columns * c * kh * kw
    adds = multiplies
    return multiplies + adds

# %% right="NumPy's integers of 64 bits"
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    places = (np.array(x_shape[2:], np.int64) + 2 * padding - np.array(weight_shape[2:])) // stride + 1
    return 2 * np.prod(places) * np.prod(weight_shape, dtype=np.int64) * x_shape[0]

# %% wrong="counts a multiply-add once" hint="A multiplication and an addition are two operations."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return n * o * ((h + 2 * padding - kh) // stride + 1) * ((w + 2 * padding - kw) // stride + 1) * c * kh * kw

# %% wrong="one addition fewer for each output" hint="Nine products need eight additions, but the field counts a multiply-add as two: nine of each."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    rows, columns = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return n * o * rows * columns * (2 * c * kh * kw - 1)

# %% wrong="includes the bias" hint="The bias is left out of the count."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    rows, columns = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return n * o * rows * columns * (2 * c * kh * kw + 1)

# %% wrong="uses the size of the input" hint="There is one sum for each value of the *output*."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * h * w * c * kh * kw

# %% wrong="ignores the stride" hint="A stride of 2 visits a quarter of the places: divide, with //."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * (h + 2 * padding - kh + 1) * (w + 2 * padding - kw + 1) * c * kh * kw

# %% wrong="ignores the padding" hint="The border makes more places for the window: H + 2 * padding."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h - kh) // stride + 1) * ((w - kw) // stride + 1) * c * kh * kw

# %% wrong="adds the padding on one side only" hint="The border is on both sides: 2 * padding."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h + padding - kh) // stride + 1) * ((w + padding - kw) // stride + 1) * c * kh * kw

# %% wrong="forgets the channels" hint="Each sum runs over all input channels."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h + 2 * padding - kh) // stride + 1) * ((w + 2 * padding - kw) // stride + 1) * kh * kw

# %% wrong="forgets the batch" hint="Every picture of the batch costs the same: times N."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * o * ((h + 2 * padding - kh) // stride + 1) * ((w + 2 * padding - kw) // stride + 1) * c * kh * kw

# %% wrong="forgets the number of kernels" hint="Every kernel makes a channel of its own: times O."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * ((h + 2 * padding - kh) // stride + 1) * ((w + 2 * padding - kw) // stride + 1) * c * kh * kw

# %% wrong="takes every kernel and picture for a square" hint="Rows and columns have lengths of their own."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, _ = x_shape
    o, _, k, _ = weight_shape
    return 2 * n * o * ((h + 2 * padding - k) // stride + 1) ** 2 * c * k * k

# %% wrong="divides before it adds one, and the other way round" hint="(... - kh) // stride + 1: the 1 comes after the division."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h + 2 * padding - kh + 1) // stride) * ((w + 2 * padding - kw + 1) // stride) * c * kh * kw

# %% wrong="rounds the number of places up" hint="What is left over is dropped: //, not ceil."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * (-((kh - h - 2 * padding) // stride) + 1) * (-((kw - w - 2 * padding) // stride) + 1) * c * kh * kw

# %% wrong="divides with / and returns a float" hint="A count is a whole number: // instead of /."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h + 2 * padding - kh) / stride + 1) * ((w + 2 * padding - kw) / stride + 1) * c * kh * kw

# %% wrong="strides down only" hint="The window takes longer steps to the right as well."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h + 2 * padding - kh) // stride + 1) * (w + 2 * padding - kw + 1) * c * kh * kw

# %% wrong="skips the products with the border's zeros" hint="Products with zeros count: the hardware does them."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape

    def pairs(size, k):
        places = range(-padding, size + padding - k + 1, stride)
        return sum(0 <= place + i < size for place in places for i in range(k))

    return 2 * n * o * c * pairs(h, kh) * pairs(w, kw)

# %% wrong="counts in 32 bits" hint="Counts pass 32 bits at once: use Python's own integers."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    rows, columns = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    return (2 * n * o * rows * columns * c * kh * kw) % 2**32

# %% wrong="expects padding before stride" hint="The order of the arguments is x_shape, weight_shape, stride, padding."
def conv2d_flops(x_shape, weight_shape, padding=0, stride=1):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * ((h + 2 * padding - kh) // stride + 1) * ((w + 2 * padding - kw) // stride + 1) * c * kh * kw

# %% wrong="square kernels only" hint="A kernel has kh rows and kw columns, which may differ."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    batch, channels, height, width = x_shape
    kernels, _, kh, kw = weight_shape
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    return 2 * batch * kernels * rows * columns * channels * kh * kh

# %% wrong="multiplies in float32" hint="float32 has 24 bits: a large product is rounded. Use Python's own integers."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    batch, channels, height, width = x_shape
    kernels, _, kh, kw = weight_shape
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    return int(np.prod([2, batch, kernels, rows, columns, channels, kh, kw], dtype=np.float32))

# %% wrong="cuts a stride beyond the kernel" hint="A stride may be longer than the kernel."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    batch, channels, height, width = x_shape
    kernels, _, kh, kw = weight_shape
    stride = min(stride, kh)
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    return 2 * batch * kernels * rows * columns * channels * kh * kw

# %% wrong="divides the whole count by the square of the stride" hint="Use the output's formula, with the stride in it: what is left over is dropped for rows and columns apart."
def conv2d_flops(x_shape, weight_shape, stride=1, padding=0):
    n, c, h, w = x_shape
    o, _, kh, kw = weight_shape
    return 2 * n * o * (h + 2 * padding - kh + 1) * (w + 2 * padding - kw + 1) * c * kh * kw // stride**2
