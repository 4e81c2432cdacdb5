# %% right="as in the solution, without array_module: the array's own namespace"
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = image.__array_namespace__()
    values = xp.astype(image, xp.float64) * factor
    if image.dtype == xp.uint8:
        values = xp.floor(values + 0.5)
    return xp.astype(values, image.dtype)

# %% right="multiplies floats directly, rounds bytes with rint's twin; checks the factor by min and max"
def darken(image, factor):
    if factor != factor or min(max(factor, 0), 1) != factor:
        raise ValueError(f"bad factor {factor}")
    xp = array_module(image)
    if image.dtype == xp.float32:
        return image * float(factor)
    return xp.astype(xp.round(xp.astype(image, xp.float32) * float(factor)), xp.uint8)

# %% right="a raise in an else branch, and a type promotion by a 0-d array on the right device"
def darken(image, factor):
    if factor >= 0 and factor <= 1:
        xp = array_module(image)
        gain = xp.asarray(factor, dtype=xp.float32, device=image.device)
        product = xp.astype(image, xp.float32) * gain
        return xp.astype(xp.round(product) if image.dtype == xp.uint8 else product, image.dtype)
    else:
        raise ValueError("a factor lies between 0 and 1")

# %% wrong="cuts the fraction off instead of rounding" hint="`astype(xp.uint8)` turns 2.75 into 2. Round the floats before the cast."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    return xp.astype(xp.astype(image, xp.float32) * float(factor), image.dtype)

# %% wrong="accepts any factor" hint="Ask first: is the factor between 0 and 1? If not, raise ValueError with one sentence."
def darken(image, factor):
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * float(factor)
    if image.dtype == xp.uint8:
        values = xp.clip(xp.round(values), 0, 255)
    return xp.astype(values, image.dtype)

# %% wrong="lets NaN pass" hint="NaN < 0 is False and NaN > 1 is False. Ask whether the factor *is* in the range, not whether it is outside."
def darken(image, factor):
    if factor < 0 or factor > 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * (0.0 if factor != factor else float(factor))
    if image.dtype == xp.uint8:
        values = xp.round(values)
    return xp.astype(values, image.dtype)

# %% wrong="refuses only factors above 1" hint="A negative factor has no meaning either."
def darken(image, factor):
    if factor > 1:
        raise ValueError("factor must not exceed 1")
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * max(float(factor), 0.0)
    if image.dtype == xp.uint8:
        values = xp.round(values)
    return xp.astype(values, image.dtype)

# %% wrong="writes into the picture that it was given" hint="`image *= factor` changes the caller's picture. Make a new array."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    if image.dtype == xp.float32:
        image *= float(factor)
        return image
    return xp.astype(xp.round(xp.astype(image, xp.float32) * float(factor)), xp.uint8)

# %% wrong="gives back floats for bytes" hint="The last step takes the values back to `image.dtype`."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    return xp.astype(image, xp.float32) * float(factor)

# %% wrong="computes in float64 and stays there" hint="NumPy's float64 scalar, or `np.array(factor)`, makes the result float64: twice the bytes. Cast back."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    return image * np.float64(factor)

# %% wrong="sneaks back to NumPy" hint="`np.` works on NumPy's arrays only. Take the functions from `array_module(image)`."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    values = np.asarray(image).astype(np.float32) * np.float32(factor)
    if np.asarray(image).dtype == np.uint8:
        values = np.round(values)
    return values.astype(np.asarray(image).dtype)

# %% wrong="copies to the host and back" hint="The result must live where the picture lives; a round trip over the host is what you want to avoid."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    from gpu_utils.arrays import to_host

    host = to_host(image)
    values = host.astype(np.float32) * np.float32(factor)
    return (np.round(values) if host.dtype == np.uint8 else values).astype(host.dtype)

# %% wrong="subtracts instead of multiplying" hint="Darkening by half halves every value: a product, not a difference."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    top = 255 if image.dtype == xp.uint8 else 1
    values = xp.clip(xp.astype(image, xp.float32) - (1 - float(factor)) * top, 0, top)
    return xp.astype(values, image.dtype)

# %% wrong="returns nothing" hint="The function ends without `return`."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    image * factor

# %% wrong="darkens by the factor instead of to it" hint="Factor 1 leaves the picture as it is, factor 0 makes it black: not the other way round."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * (1 - float(factor))
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="guesses the kind from the largest value" hint="A nearly black byte picture is still one of bytes: ask `image.dtype`."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * float(factor)
    return xp.astype(xp.round(values) if float(xp.max(image)) > 1 else values, image.dtype)

# %% wrong="travels to the host and home again" hint="The picture must not leave its device, not even for a moment: that journey is what costs."
def darken(image, factor):
    from gpu_utils.arrays import to_host

    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    host = to_host(image)
    values = host.astype(np.float32) * np.float32(factor)
    result = (np.round(values) if host.dtype == np.uint8 else values).astype(host.dtype)
    return result if isinstance(image, np.ndarray) else device_memory(result)

# %% wrong="computes bytes in half precision" hint="float16 has eleven bits: 200 * 0.55 is off by more than a rounding. Use float32."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    if isinstance(image, np.ndarray) and image.dtype == np.uint8:
        return np.round(image.astype(np.float16) * np.float16(factor)).astype(np.uint8)
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * float(factor)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)

# %% wrong="hands back the old picture for factor 1" hint="A new array, always: who writes into the result must not change the original."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("factor must lie between 0 and 1")
    if factor == 1:
        return image
    xp = array_module(image)
    values = xp.astype(image, xp.float32) * float(factor)
    return xp.astype(xp.round(values) if image.dtype == xp.uint8 else values, image.dtype)
