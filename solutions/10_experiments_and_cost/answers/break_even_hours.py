# %% right="the saving in two steps"
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    electricity = kilowatts * per_kwh
    if cloud_per_hour <= electricity:
        return float("inf")
    return price / (cloud_per_hour - electricity)

# %% right="NumPy's own infinity, by maximum"
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    with np.errstate(divide="ignore"):
        return np.float64(price) / np.maximum(0.0, cloud_per_hour - np.multiply(kilowatts, per_kwh))

# %% right="tries to divide and looks at the sign"
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    try:
        hours = price / (cloud_per_hour - kilowatts * per_kwh)
    except ZeroDivisionError:
        return math.inf
    return hours if hours > 0 else math.inf

# %% wrong="forgets the electricity" hint="An hour at home isn't free: subtract kilowatts times per_kwh from the rent."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return price / cloud_per_hour if cloud_per_hour > kilowatts * per_kwh else math.inf

# %% wrong="adds the electricity to the rent" hint="Electricity makes owning dearer, so each hour saves less: subtract it."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return price / (cloud_per_hour + kilowatts * per_kwh) if cloud_per_hour > kilowatts * per_kwh else math.inf

# %% wrong="returns a negative number of hours" hint="When renting is the cheaper by the hour, owning never catches up: math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving else math.inf

# %% wrong="divides by zero when both cost the same" hint="With no saving at all owning never catches up either: test for `> 0`."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return math.inf if saving < 0 else price / saving

# %% wrong="takes the saving for positive" hint="abs hides who is cheaper: when the saving is below zero, return math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = abs(cloud_per_hour - kilowatts * per_kwh)
    return price / saving if saving else math.inf

# %% wrong="says 0 when owning never pays" hint="0 would mean: at once. Never is math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else 0

# %% wrong="says None when owning never pays" hint="Return math.inf, a number that is larger than all others."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else None

# %% wrong="raises an error when owning never pays" hint="Never is an answer, not an error: math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    if saving <= 0:
        raise ValueError("owning never pays")
    return price / saving

# %% wrong="rounds to whole hours" hint="Return the number as it is; round when you print."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return float(math.ceil(price / saving)) if saving > 0 else math.inf

# %% wrong="drops the fraction" hint="`//` keeps whole numbers only: divide with `/`."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price // saving if saving > 0 else math.inf

# %% wrong="gives days" hint="Hours were asked for: no division by 24."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving / 24 if saving > 0 else math.inf

# %% wrong="subtracts kilowatts without their price" hint="Money minus kilowatts isn't money: kilowatts times per_kwh."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts
    return price / saving if saving > 0 else math.inf

# %% wrong="turns the fraction round" hint="Hours are money over money per hour: the price stands above the line."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return saving / price if saving > 0 else math.inf

# %% wrong="adds the electricity of one hour to the price" hint="Electricity is saved or paid in every hour: it belongs below the line."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return (price + kilowatts * per_kwh) / cloud_per_hour if cloud_per_hour > kilowatts * per_kwh else math.inf

# %% wrong="takes a box that draws nothing for free" hint="Without electricity each hour saves the whole rent, and the price is still to be paid back."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    if not kilowatts or not per_kwh:
        return 0.0
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else math.inf

# %% wrong="returns the year as words" hint="Return a number of hours."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return f"{price / saving:.0f} hours" if saving > 0 else "never"

# %% wrong="doesn't ask whether an hour saves anything" hint="When an hour saves nothing, or less, return math.inf: ask for `saving > 0` before you divide."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return price / (cloud_per_hour - kilowatts * per_kwh)

# %% wrong="forgets the electricity, and never says never" hint="An hour at home isn't free: subtract kilowatts times per_kwh from the rent. Where nothing is left of it, return math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return price / cloud_per_hour

# %% wrong="adds the electricity to the rent, and never says never" hint="Electricity makes owning dearer, so each hour saves less: subtract it. Where nothing is left, return math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return price / (cloud_per_hour + kilowatts * per_kwh)

# %% wrong="swaps the two terms of the saving" hint="An hour saves the rent and costs the electricity: rent minus electricity."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = kilowatts * per_kwh - cloud_per_hour
    return price / saving if saving > 0 else math.inf

# %% wrong="swaps the two terms of the saving, and never says never" hint="An hour saves the rent and costs the electricity: rent minus electricity. Where nothing is left, return math.inf."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    return price / (kilowatts * per_kwh - cloud_per_hour)

# %% wrong="says minus infinity when owning never pays" hint="Never is later than any hour: math.inf, without a minus."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else -math.inf

# %% wrong="says inf as a word" hint="Return the number math.inf, not a text."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else "inf"

# %% wrong="says nan when owning never pays" hint="Never is larger than any number: math.inf. nan is no answer."
def break_even_hours(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else math.nan
