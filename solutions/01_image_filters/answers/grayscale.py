# %% right="plane by plane"
def grayscale(image):
    xp = array_module(image)
    v = xp.astype(image, xp.float32)
    grey = 0.299 * v[:, :, 0] + 0.587 * v[:, :, 1] + 0.114 * v[:, :, 2]
    return xp.astype(xp.round(grey) if image.dtype == xp.uint8 else grey, image.dtype)

# %% right="a weighted sum over the last axis, in float64"
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float64, device=image.device)
    grey = xp.sum(xp.astype(image, xp.float64) * w, axis=-1)
    return xp.astype(xp.floor(grey + 0.5) if image.dtype == xp.uint8 else grey, image.dtype)

# %% wrong="plain average of the channels" hint="Green counts most and blue least: three different weights."
def grayscale(image):
    xp = array_module(image)
    grey = xp.mean(xp.astype(image, xp.float32), axis=2)
    return xp.astype(xp.round(grey) if image.dtype == xp.uint8 else grey, image.dtype)

# %% wrong="reads the channels as blue, green, red" hint="The order here is red, green, blue."
def grayscale(image):
    xp = array_module(image)
    v = xp.astype(image, xp.float32)
    grey = 0.114 * v[:, :, 0] + 0.587 * v[:, :, 1] + 0.299 * v[:, :, 2]
    return xp.astype(xp.round(grey) if image.dtype == xp.uint8 else grey, image.dtype)

# %% wrong="keeps a third axis" hint="The result has two axes: (H, W)."
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    grey = xp.sum(xp.astype(image, xp.float32) * w, axis=-1, keepdims=True)
    return xp.astype(xp.round(grey) if image.dtype == xp.uint8 else grey, image.dtype)

# %% wrong="keeps three equal channels" hint="The result has two axes: (H, W)."
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    grey = xp.astype(image, xp.float32) @ w
    grey = xp.astype(xp.round(grey) if image.dtype == xp.uint8 else grey, image.dtype)
    return xp.stack([grey, grey, grey], axis=-1)

# %% wrong="cuts the fraction off instead of rounding" hint="Round before the cast to bytes."
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    return xp.astype(xp.astype(image, xp.float32) @ w, image.dtype)

# %% wrong="gives back floats for bytes" hint="The result keeps the dtype: bytes come back as bytes."
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    return xp.astype(image, xp.float32) @ w

# %% wrong="uses the weights of HDTV" hint="The weights here are 0.299, 0.587 and 0.114 (BT.601); 0.2126, 0.7152, 0.0722 are those of BT.709."
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.2126, 0.7152, 0.0722], dtype=xp.float32, device=image.device)
    grey = xp.astype(image, xp.float32) @ w
    return xp.astype(xp.round(grey) if image.dtype == xp.uint8 else grey, image.dtype)

# %% wrong="sneaks back to NumPy" hint="`np.` works on NumPy's arrays only."
def grayscale(image):
    values = np.asarray(image).astype(np.float32) @ np.float32([0.299, 0.587, 0.114])
    dtype = np.asarray(image).dtype
    return (np.round(values) if dtype == np.uint8 else values).astype(dtype)

# %% wrong="weighs in bytes, so that the fractions are lost" hint="Turn the bytes into floats before you weigh them."
def grayscale(image):
    xp = array_module(image)
    v = xp.astype(image, xp.float32)
    parts = [0.299 * v[..., 0], 0.587 * v[..., 1], 0.114 * v[..., 2]]
    if image.dtype == xp.uint8:
        parts = [xp.floor(p) for p in parts]
    return xp.astype(parts[0] + parts[1] + parts[2], image.dtype)

# %% wrong="guesses the kind from the largest value" hint="A nearly black byte picture is still one of bytes: ask `image.dtype`."
def grayscale(image):
    xp = array_module(image)
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    grey = xp.astype(image, xp.float32) @ w
    return xp.astype(xp.round(grey) if float(xp.max(image)) > 1 else grey, image.dtype)

# %% wrong="keeps floats on the host" hint="Float pictures live on devices too."
def grayscale(image):
    xp = array_module(image)
    if image.dtype == xp.float32:
        return np.asarray(image) @ np.float32([0.299, 0.587, 0.114])
    w = xp.asarray([0.299, 0.587, 0.114], dtype=xp.float32, device=image.device)
    return xp.astype(xp.round(xp.astype(image, xp.float32) @ w), xp.uint8)
