# %% right="np.matmul"
def tf32_matmul(a, b):
    return np.matmul(round_to_tf32(a), round_to_tf32(b))

# %% right="einsum"
def tf32_matmul(a, b):
    return np.einsum("ik,kj->ij", round_to_tf32(a), round_to_tf32(b))

# %% right="one product after the other, as one tensor core might"
def tf32_matmul(a, b):
    left, right = round_to_tf32(a), round_to_tf32(b)
    total = np.zeros((a.shape[0], b.shape[1]), dtype=np.float32)
    for k in range(a.shape[1]):
        total += np.outer(left[:, k], right[k])
    return total

# %% right="sums in float64, rounded once at the end"
def tf32_matmul(a, b):
    return (round_to_tf32(a).astype(np.float64) @ round_to_tf32(b).astype(np.float64)).astype(np.float32)

# %% right="additions that cut, as a tensor core's do"
def tf32_matmul(a, b):
    left, right = round_to_tf32(a).astype(np.float64), round_to_tf32(b).astype(np.float64)
    total = np.zeros((a.shape[0], b.shape[1]))
    for k in range(a.shape[1]):
        exact = total + np.outer(left[:, k], right[k])
        total = exact.astype(np.float32).astype(np.float64)
        beyond = np.abs(total) > np.abs(exact)
        total = np.where(beyond, np.nextafter(total.astype(np.float32), np.float32(0)).astype(np.float64), total)
    return total.astype(np.float32)

# %% right="plain loops over rows and columns"
def tf32_matmul(a, b):
    left, right = round_to_tf32(a), round_to_tf32(b)
    out = np.empty((a.shape[0], b.shape[1]), dtype=np.float32)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(left[i] * right[:, j])
    return out

# %% wrong="rounds nothing" hint="That is the plain float32 product. The inputs have to become TF32 first."
def tf32_matmul(a, b):
    return a @ b

# %% wrong="rounds the left factor only" hint="Both inputs go into the tensor core as TF32."
def tf32_matmul(a, b):
    return round_to_tf32(a) @ b

# %% wrong="rounds the right factor only" hint="Both inputs go into the tensor core as TF32."
def tf32_matmul(a, b):
    return a @ round_to_tf32(b)

# %% wrong="rounds the result instead of the inputs" hint="TF32 is a format for inputs. The sum is float32 and stays as it is."
def tf32_matmul(a, b):
    return round_to_tf32(a @ b)

# %% wrong="rounds the result as well" hint="Inputs in TF32, sums in float32: the result isn't rounded again."
def tf32_matmul(a, b):
    return round_to_tf32(round_to_tf32(a) @ round_to_tf32(b))

# %% wrong="keeps the sums in TF32" hint="The sum is kept in float32: round the inputs, and nothing on the way."
def tf32_matmul(a, b):
    left, right = round_to_tf32(a), round_to_tf32(b)
    total = np.zeros((a.shape[0], b.shape[1]), dtype=np.float32)
    for k in range(a.shape[1]):
        total = round_to_tf32(total + np.outer(left[:, k], right[k]))
    return total

# %% wrong="cuts the inputs" hint="Masking the low bits goes towards zero, as the tensor core does with unrounded inputs. Asked for is to nearest: use your round_to_tf32."
def tf32_matmul(a, b):
    left, right = ((x.astype(np.float32).view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32) for x in (a, b))
    return left @ right

# %% wrong="sends the inputs' ties away from zero" hint="Ties go to even here: use your round_to_tf32."
def tf32_matmul(a, b):
    left, right = (
        (x.astype(np.float32).view(np.uint32) + np.uint32(0x1000) & np.uint32(0xFFFFE000)).view(np.float32) for x in (a, b)
    )
    return left @ right

# %% wrong="rounds the inputs to BF16" hint="BF16 has seven bits of fraction, TF32 ten."
def tf32_matmul(a, b):
    return formats.round_to(np.asarray(a), "bf16") @ formats.round_to(np.asarray(b), "bf16")

# %% wrong="multiplies entry by entry" hint="A matrix product: row by column, summed. In NumPy that is @, not *."
def tf32_matmul(a, b):
    return round_to_tf32(a) * round_to_tf32(b)

# %% wrong="turns the right factor round" hint="b has the shape (k, m) already."
def tf32_matmul(a, b):
    return round_to_tf32(a) @ round_to_tf32(np.ascontiguousarray(b.T))

# %% wrong="gives back float64" hint="The result is float32, as on the card."
def tf32_matmul(a, b):
    return round_to_tf32(a).astype(np.float64) @ round_to_tf32(b).astype(np.float64)

# %% wrong="keeps the sums in half precision" hint="float16 loses half of the digits. Sums are float32."
def tf32_matmul(a, b):
    with np.errstate(all="ignore"):
        return (round_to_tf32(a).astype(np.float16) @ round_to_tf32(b).astype(np.float16)).astype(np.float32)

# %% wrong="rounds the products as well" hint="A product of two TF32 numbers is exact in float32, and stays exact."
def tf32_matmul(a, b):
    left, right = round_to_tf32(a), round_to_tf32(b)
    return np.sum(round_to_tf32(left[:, :, None] * right[None]), axis=1)

# %% wrong="rounds the inputs in place" hint="The caller still needs a and b as they were."
def tf32_matmul(a, b):
    a[...] = round_to_tf32(a)
    b[...] = round_to_tf32(b)
    return a @ b

# %% wrong="rounds the inputs to FP16, which has the ten bits too" hint="FP16 is as fine as TF32 but ends at 65504. TF32 keeps float32's exponent."
def tf32_matmul(a, b):
    with np.errstate(all="ignore"):
        return a.astype(np.float16).astype(np.float32) @ b.astype(np.float16).astype(np.float32)

# %% wrong="averages" hint="A matrix product adds. Nothing is divided by the number of terms."
def tf32_matmul(a, b):
    return round_to_tf32(a) @ round_to_tf32(b) / np.float32(a.shape[1])

# %% wrong="divides by the largest number first" hint="Scaling moves the numbers to other places between the marks. Round them as they are."
def tf32_matmul(a, b):
    largest_of_a = np.abs(a).max()
    return round_to_tf32(a / largest_of_a) @ round_to_tf32(b) * largest_of_a
