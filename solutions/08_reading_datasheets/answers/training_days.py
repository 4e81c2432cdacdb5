# %% right="step by step, in hours"
def training_days(flops_per_token, tokens, peak, utilisation):
    tokens_per_second = peak * utilisation / flops_per_token
    hours = tokens / tokens_per_second / 3600
    return hours / 24

# %% right="the ideal time, stretched"
def training_days(flops_per_token, tokens, peak, utilisation):
    ideal_s = flops_per_token * tokens / peak
    return ideal_s / utilisation / (24 * 60 * 60)

# %% right="operations of a day, in NumPy"
def training_days(flops_per_token, tokens, peak, utilisation):
    day_flops = 86400.0 * utilisation * peak
    return np.float64(flops_per_token) * np.float64(tokens) / day_flops

# %% right="logarithms, for fear of large numbers"
def training_days(flops_per_token, tokens, peak, utilisation):
    logs = math.log(flops_per_token) + math.log(tokens) - math.log(peak) - math.log(utilisation) - math.log(86400)
    return math.exp(logs)

# %% wrong="returns seconds" hint="A day has 86,400 seconds: divide."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * utilisation)

# %% wrong="returns hours" hint="Return days of 24 hours."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * utilisation) / 3600

# %% wrong="multiplies by the utilisation" hint="Half the utilisation takes twice as long: it belongs below the line, with the peak."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / peak * utilisation / 86400

# %% wrong="peak is speed" hint="No training reaches the peak: multiply it by the utilisation."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / peak / 86400

# %% wrong="takes the utilisation as per cent" hint="The utilisation is a share, 0.45, and not 45."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * utilisation / 100) / 86400

# %% wrong="takes three times too many" hint="`flops_per_token` has forward and backward in it already: no factor of 3. And a day has 24 hours, not 8."
def training_days(flops_per_token, tokens, peak, utilisation):
    return 3 * flops_per_token * tokens / (peak * utilisation) / 86400

# %% wrong="rounds up to whole days" hint="Return the days as they are, with their fraction."
def training_days(flops_per_token, tokens, peak, utilisation):
    return float(math.ceil(flops_per_token * tokens / (peak * utilisation) / 86400))

# %% wrong="divides whole numbers" hint="`//` drops the fraction of a day."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens // (peak * utilisation) / 86400

# %% wrong="turns the quotient upside down" hint="More work takes longer: the operations stand above the line."
def training_days(flops_per_token, tokens, peak, utilisation):
    return peak * utilisation / (flops_per_token * tokens) * 86400

# %% wrong="multiplies by the seconds of a day" hint="Seconds to days: divide by 86,400."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * utilisation) * 86400

# %% wrong="forgets the tokens" hint="Every token costs `flops_per_token`: multiply."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token / (peak * utilisation) / 86400

# %% wrong="rounds to a tenth of a day" hint="Round when you print, not when you compute."
def training_days(flops_per_token, tokens, peak, utilisation):
    return round(flops_per_token * tokens / (peak * utilisation) / 86400, 1)

# %% wrong="takes twice too many" hint="`flops_per_token` counts operations already: no 2 for a multiply-add. And a day has 24 hours, not 12."
def training_days(flops_per_token, tokens, peak, utilisation):
    return 2 * flops_per_token * tokens / (peak * utilisation) / 86400

# %% wrong="takes the peak in teraflops" hint="The peak is in FLOP/s: no factor of 10**12."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * 1e12 * utilisation) / 86400

# %% wrong="reserves what is not used" hint="What counts is the share that *is* reached: utilisation, not 1 - utilisation."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * ((1 - utilisation) or 1)) / 86400

# %% wrong="multiplies by six" hint="`flops_per_token` counts forward and backward already: no six for each weight."
def training_days(flops_per_token, tokens, peak, utilisation):
    return 6 * flops_per_token * tokens / (peak * utilisation) / 86400

# %% wrong="returns minutes" hint="Return days: 86,400 seconds each."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * utilisation) / 60

# %% wrong="divides by the hours of a day only" hint="Operations over a rate are seconds: a day has 86,400 of them, 24 hours of 3600."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / (peak * utilisation) / 24

# %% wrong="turns the quotient upside down, in seconds" hint="More work takes longer: the operations stand above the line."
def training_days(flops_per_token, tokens, peak, utilisation):
    return peak * utilisation / (flops_per_token * tokens) / 86400

# %% wrong="leaves the operations out" hint="Every token costs `flops_per_token` operations: multiply."
def training_days(flops_per_token, tokens, peak, utilisation):
    return tokens / (peak * utilisation) / 86400

# %% wrong="multiplies by the utilisation and forgets the day" hint="Half the utilisation takes twice as long: it belongs below the line. And a day has 86,400 seconds."
def training_days(flops_per_token, tokens, peak, utilisation):
    return flops_per_token * tokens / peak * utilisation

# %% wrong="forgets to return" hint="The function ends without `return`."
def training_days(flops_per_token, tokens, peak, utilisation):
    flops_per_token * tokens / (peak * utilisation) / 86400
