# %% right="decoded from its pattern"
def largest(exponent_bits, fraction_bits):
    pattern = (2**exponent_bits - 2) * 2**fraction_bits + 2**fraction_bits - 1
    return decode(pattern, exponent_bits, fraction_bits)

# %% right="the next power of two less one step"
def largest(exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    return math.ldexp(2 ** (fraction_bits + 1) - 1, bias - fraction_bits)

# %% right="a sum of powers of two, bit by bit"
def largest(exponent_bits, fraction_bits):
    top = (1 << exponent_bits - 1) - 1
    return sum(2.0 ** (top - place) for place in range(fraction_bits + 1))

# %% right="whole numbers and fractions, rounded once"
def largest(exponent_bits, fraction_bits):
    from fractions import Fraction

    bias = 2 ** (exponent_bits - 1) - 1
    return float(Fraction(2) ** (bias + 1) - Fraction(2) ** (bias - fraction_bits))

# %% wrong="counts the reserved exponent" hint="Exponent all ones is infinity and NaN. The largest number has the exponent below."
def largest(exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    return float((2.0 - 2.0**-fraction_bits) * 2.0**bias * 2.0)

# %% wrong="forgets the fraction" hint="2**bias is where the last stretch begins. Its end is nearly twice as far."
def largest(exponent_bits, fraction_bits):
    return 2.0 ** (2 ** (exponent_bits - 1) - 1)

# %% wrong="forgets the hidden 1" hint="The significand is 1 and the fraction: just below 2, not just below 1."
def largest(exponent_bits, fraction_bits):
    return (1.0 - 2.0**-fraction_bits) * 2.0 ** (2 ** (exponent_bits - 1) - 1)

# %% wrong="takes the significand for 2" hint="1.111... in binary falls short of 2 by one step, 2**-f."
def largest(exponent_bits, fraction_bits):
    return np.float64(2.0) * np.float64(2.0) ** (2 ** (exponent_bits - 1) - 1)

# %% wrong="falls short of 2 by half a step" hint="With f bits of fraction the last step is 2**-f, not 2**-(f + 1)."
def largest(exponent_bits, fraction_bits):
    return (2.0 - 2.0 ** -(fraction_bits + 1)) * 2.0 ** (2 ** (exponent_bits - 1) - 1)

# %% wrong="takes E4M3 for an IEEE format" hint="448 is the end of the E4M3 of deep learning. Under IEEE's rule, four and three bits end at 240."
def largest(exponent_bits, fraction_bits):
    if (exponent_bits, fraction_bits) == (4, 3):
        return 448.0
    return (2.0 - 2.0**-fraction_bits) * 2.0 ** (2 ** (exponent_bits - 1) - 1)

# %% wrong="knows the common formats only" hint="A table of known formats isn't enough: the widths are arguments."
def largest(exponent_bits, fraction_bits):
    known = {(8, 23): float(np.finfo(np.float32).max), (8, 7): float.fromhex("0x1.fep+127"), (5, 10): 65504.0, (4, 3): 240.0}
    return known.get((exponent_bits, fraction_bits), 57344.0)

# %% wrong="overflows on the way" hint="2.0 ** (bias + 1) is beyond float64 when the exponent has 11 bits. Stay below it throughout."
def largest(exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    return 2.0 ** (bias + 1) - 2.0 ** (bias - fraction_bits)

# %% wrong="computes in single precision" hint="float32 can't hold the largest number of FP64, nor all its digits."
def largest(exponent_bits, fraction_bits):
    with np.errstate(over="ignore"):
        return float(np.float32((2.0 - 2.0**-fraction_bits) * 2.0 ** (2 ** (exponent_bits - 1) - 1)))

# %% wrong="gives the number of patterns" hint="The question is how large the number is, not how many there are."
def largest(exponent_bits, fraction_bits):
    return float(2 ** (exponent_bits + fraction_bits) - 1)

# %% wrong="prints with too few digits" hint="The last bits count: give the number itself, not one rounded to some decimal digits."
def largest(exponent_bits, fraction_bits):
    return float(f"{(2.0 - 2.0**-fraction_bits) * 2.0 ** (2 ** (exponent_bits - 1) - 1):.6g}")

# %% right="a whole number where it is one"
def largest(exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    steps = 2 ** (fraction_bits + 1) - 1
    return steps << bias - fraction_bits if bias >= fraction_bits else steps / 2 ** (fraction_bits - bias)

# %% wrong="divides whole numbers" hint="// drops what is behind the point: a format with a small exponent ends at 3.5, say."
def largest(exponent_bits, fraction_bits):
    return float((2 ** (fraction_bits + 1) - 1) * 2 ** (2 ** (exponent_bits - 1) - 1) // 2**fraction_bits)

# %% wrong="ends every format as E4M3 does" hint="Only E4M3 makes numbers of the patterns with exponent all ones. Under IEEE's rule the last exponent is one below, and the fraction is all ones."
def largest(exponent_bits, fraction_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    return float((2 - 2 * 2.0**-fraction_bits) * 2.0**bias * 2)

# %% wrong="takes the bias one too small" hint="The exponent field 2**e - 2, less the bias 2**(e - 1) - 1, is the bias again: 15 for five bits, not 14."
def largest(exponent_bits, fraction_bits):
    return (2.0 - 2.0**-fraction_bits) * 2.0 ** (2 ** (exponent_bits - 1) - 2)

# %% wrong="asks NumPy's float16, whatever the widths" hint="np.finfo knows NumPy's own formats only. The widths are arguments: compute."
def largest(exponent_bits, fraction_bits):
    return float(np.finfo(np.float16).max)
