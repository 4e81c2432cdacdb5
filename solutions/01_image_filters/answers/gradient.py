# %% right="the gain by hand, from the column's number"
def gradient(image, left, right):
    xp = array_module(image)
    width = image.shape[1]
    column = xp.arange(width, dtype=xp.float32, device=image.device)
    gains = left + (right - left) * column / max(width - 1, 1)
    values = xp.astype(image, xp.float32) * xp.reshape(gains, (1, width, 1))
    if image.dtype == xp.uint8:
        return xp.astype(xp.round(xp.clip(values, 0, 255)), xp.uint8)
    return xp.clip(values, 0, 1)

# %% right="gains from a Python list, minimum and maximum instead of clip"
def gradient(image, left, right):
    xp = array_module(image)
    w = image.shape[1]
    gains = [left if w == 1 else left + (right - left) * j / (w - 1) for j in range(w)]
    g = xp.asarray(gains, dtype=xp.float64, device=image.device)
    values = xp.astype(image, xp.float64) * g[:, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.where(values > top, xp.asarray(float(top), device=image.device), values)
    values = xp.where(values < 0, xp.asarray(0.0, device=image.device), values)
    if image.dtype == xp.uint8:
        values = xp.floor(values + 0.5)
    return xp.astype(values, image.dtype)

# %% right="a full picture of gains"
def gradient(image, left, right):
    xp = array_module(image)
    line = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    gains = xp.broadcast_to(line[None, :, None], image.shape)
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(gains * xp.astype(image, xp.float32), 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)

# %% wrong="lets bytes wrap round" hint="300 as a byte is 44. Clip to 0..255 before you cast."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    if image.dtype == xp.uint8:
        wrapped = xp.astype(xp.round(values), xp.int32) % 256
        return xp.astype(wrapped, xp.uint8)
    return xp.clip(values, 0, 1)

# %% wrong="clips after the cast" hint="300 as a byte is 44. Clip to 0..255 before you cast."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    if image.dtype == xp.uint8:
        return xp.clip(xp.astype(xp.astype(xp.round(values), xp.int32) % 256, xp.uint8), 0, 255)
    return xp.clip(values, 0, 1)

# %% wrong="does not clip floats at 1" hint="White is 1.0 in a float picture and 255 in a byte picture: floats clip to 0..1."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    return xp.astype(values, image.dtype)

# %% wrong="clips floats to 255" hint="White is 1.0 in a float picture and 255 in a byte picture: floats clip to 0..1."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.clip(xp.astype(image, xp.float32) * gains[None, :, None], 0, 255)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="clips above but not below" hint="A negative gain would give negative light: clip at 0 too."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.where(values > top, xp.asarray(top, dtype=xp.float32, device=image.device), values)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="runs from top to bottom" hint="Columns are axis 1. The gains need the shape (1, W, 1)."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[0], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[:, None, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="stops one step before the right end" hint="The last column gets `right` itself: divide by W - 1, not by W."
def gradient(image, left, right):
    xp = array_module(image)
    width = image.shape[1]
    gains = left + (right - left) * xp.arange(width, dtype=xp.float32, device=image.device) / width
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="swaps left and right" hint="The first column gets `left`."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(right, left, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="divides by zero for a single column" hint="With W = 1 there is no second column to run to: use `left`."
def gradient(image, left, right):
    xp = array_module(image)
    width = image.shape[1]
    gains = [left + (right - left) * j / (width - 1) for j in range(width)]
    gains = xp.asarray(gains, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="cuts the fraction off instead of rounding" hint="Round, then clip, then cast."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    return xp.astype(xp.clip(values, 0, 255 if image.dtype == xp.uint8 else 1), image.dtype)

# %% wrong="sorts the gains: only from dark to bright" hint="`left` may be larger or smaller than `right`."
def gradient(image, left, right):
    xp = array_module(image)
    low, high = min(left, right), max(left, right)
    gains = xp.linspace(low, high, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="only from bright to dark" hint="`left` may be smaller than `right`: don't sort the gains."
def gradient(image, left, right):
    xp = array_module(image)
    low, high = min(left, right), max(left, right)
    gains = xp.linspace(high, low, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="sneaks back to NumPy" hint="`np.linspace` makes a NumPy array on the host. Use `xp.linspace(..., device=image.device)`."
def gradient(image, left, right):
    gains = np.linspace(left, right, image.shape[1], dtype=np.float32)
    values = np.asarray(image).astype(np.float32) * gains[None, :, None]
    dtype = np.asarray(image).dtype
    if dtype == np.uint8:
        return np.clip(np.round(values), 0, 255).astype(dtype)
    return np.clip(values, 0, 1)

# %% wrong="computes floats in float64 and stays there" hint="`linspace` without a dtype is float64. Cast back to `image.dtype`."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float64, device=image.device)
    values = xp.astype(image, xp.float64) * gains[None, :, None]
    if image.dtype == xp.uint8:
        return xp.astype(xp.clip(xp.round(values), 0, 255), xp.uint8)
    return xp.clip(values, 0, 1)

# %% wrong="guesses the kind from the largest value" hint="A nearly black byte picture is still one of bytes: ask `image.dtype`."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    if float(xp.max(image)) > 1:
        values = xp.clip(xp.round(values), 0, 255)
    else:
        values = xp.clip(values, 0, 1)
    return xp.astype(values, image.dtype)

# %% wrong="keeps floats on the host" hint="Float pictures live on devices too."
def gradient(image, left, right):
    xp = array_module(image)
    if image.dtype == xp.float32:
        gains = np.linspace(left, right, image.shape[1], dtype=np.float32)
        return np.clip(np.asarray(image) * gains[:, None], np.float32(0), np.float32(1))
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    return xp.astype(xp.clip(xp.round(xp.astype(image, xp.float32) * gains[None, :, None]), 0, 255), xp.uint8)

# %% wrong="clips bytes above only" hint="A negative value as a byte is a bright one: clip at 0 too."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(left, right, image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    if image.dtype == xp.uint8:
        whole = xp.astype(xp.round(values), xp.int32)
        return xp.astype(xp.where(whole > 255, xp.asarray(255, dtype=xp.int32, device=image.device), whole) % 256, xp.uint8)
    return xp.clip(values, 0, 1)

# %% wrong="clips the gains instead of the values" hint="The gains may be negative on the way: only the result is clipped."
def gradient(image, left, right):
    xp = array_module(image)
    gains = xp.linspace(max(left, 0), max(right, 0), image.shape[1], dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) * gains[None, :, None]
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if top == 255 else values, image.dtype)
