# %% right="written as a step towards the colour: image + strength * (colour - image)"
def tint(image, colour, strength):
    xp = array_module(image)
    values = xp.astype(image, xp.float32)
    target = xp.asarray([float(c) for c in colour], dtype=xp.float32, device=image.device)
    mixed = values + float(strength) * (target - values)
    return xp.astype(xp.round(mixed) if image.dtype == xp.uint8 else mixed, image.dtype)

# %% right="channel by channel, stacked again"
def tint(image, colour, strength):
    xp = array_module(image)
    planes = []
    for channel in range(3):
        values = (1 - strength) * xp.astype(image[:, :, channel], xp.float32) + strength * float(colour[channel])
        planes.append(xp.floor(values + 0.5) if image.dtype == xp.uint8 else values)
    return xp.astype(xp.stack(planes, axis=2), image.dtype)

# %% right="in float64, cast back at the end"
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(tuple(colour), dtype=xp.float64, device=image.device)
    values = xp.astype(image, xp.float64) * (1.0 - strength) + paint * float(strength)
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    return xp.astype(values, image.dtype)

# %% wrong="swaps the picture and the colour" hint="Strength 0 must change nothing: it is the colour that is multiplied by the strength."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    values = strength * xp.astype(image, xp.float32) + (1 - strength) * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="adds the colour without fading the picture" hint="The picture gives way: its share is (1 - strength)."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    values = xp.astype(image, xp.float32) + strength * paint
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(values, 0, top)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="cuts the fraction off instead of rounding" hint="Round before the cast to bytes."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    return xp.astype((1 - strength) * xp.astype(image, xp.float32) + strength * paint, image.dtype)

# %% wrong="takes the colour for 0..1 and scales it by 255" hint="The colour comes in the image's own units: 0 to 255 for bytes. Nothing is left to scale."
def tint(image, colour, strength):
    xp = array_module(image)
    scale = 255.0 if image.dtype == xp.uint8 else 1.0
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device) * scale
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    return xp.astype(values, image.dtype)

# %% wrong="reverses the channels" hint="The colour is red, green, blue, in this order, like the picture."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(list(colour)[::-1], dtype=xp.float32, device=image.device)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="mixes with one grey made of the colour" hint="Each channel has its own number: the colour has the shape (3,), not ()."
def tint(image, colour, strength):
    xp = array_module(image)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * (sum(colour) / 3)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="stretches the colour along the columns" hint="Shapes line up from the right. The colour needs no new axis at all."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)[:, None]
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="lets NumPy choose the dtype" hint="A NumPy array of Python floats is float64, and the picture follows it. Cast back."
def tint(image, colour, strength):
    return (1 - strength) * image + strength * np.array(colour, dtype=np.float64)

# %% wrong="sneaks back to NumPy" hint="`np.` works on NumPy's arrays only. Make the colour with `xp.asarray(..., device=image.device)`."
def tint(image, colour, strength):
    values = (1 - strength) * np.asarray(image).astype(np.float32) + strength * np.float32(colour)
    dtype = np.asarray(image).dtype
    return (np.round(values) if dtype == np.uint8 else values).astype(dtype)

# %% wrong="makes the colour on the host" hint="The colour must be where the picture is: `device=image.device`."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="treats the colour as a tuple that can be multiplied" hint="`2 * (1, 2)` repeats a tuple: a tuple is no array. Turn the colour into an array first."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(int(strength) * colour, dtype=xp.float32, device=image.device)
    return xp.astype((1 - strength) * xp.astype(image, xp.float32) + paint, image.dtype)

# %% wrong="only takes tuples" hint="A colour may be a tuple or a list."
def tint(image, colour, strength):
    if not isinstance(colour, tuple):
        raise TypeError("colour must be a tuple")
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="guesses the kind from the largest value" hint="A nearly black byte picture is still one of bytes: ask `image.dtype`."
def tint(image, colour, strength):
    xp = array_module(image)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if float(xp.max(image)) > 1 else values, image.dtype)

# %% wrong="keeps floats on the host" hint="Float pictures live on devices too."
def tint(image, colour, strength):
    xp = array_module(image)
    if image.dtype == xp.float32:
        return (1 - np.float32(strength)) * np.asarray(image) + np.float32(strength) * np.float32(colour)
    paint = xp.asarray(colour, dtype=xp.float32, device=image.device)
    return xp.astype(xp.round((1 - strength) * xp.astype(image, xp.float32) + strength * paint), image.dtype)

# %% wrong="rounds the colour first" hint="Round once, at the end: a colour may lie between two bytes."
def tint(image, colour, strength):
    xp = array_module(image)
    whole = [int(v) for v in colour] if image.dtype == xp.uint8 else list(colour)
    paint = xp.asarray(whole, dtype=xp.float32, device=image.device)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="takes dark colours for colours of 0 to 1" hint="The colour comes in the image's own units: for bytes, 1 is nearly black."
def tint(image, colour, strength):
    xp = array_module(image)
    scale = 255.0 if image.dtype == xp.uint8 and max(colour) <= 1 else 1.0
    paint = scale * xp.asarray(colour, dtype=xp.float32, device=image.device)
    values = (1 - strength) * xp.astype(image, xp.float32) + strength * paint
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)
