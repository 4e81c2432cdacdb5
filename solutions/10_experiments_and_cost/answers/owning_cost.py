# %% right="kilowatt-hours first"
def owning_cost(price, kilowatts, hours, per_kwh):
    kwh = hours * kilowatts
    bill = kwh * per_kwh
    return bill + price

# %% right="NumPy numbers"
def owning_cost(price, kilowatts, hours, per_kwh):
    return np.float64(price) + np.prod([kilowatts, hours, per_kwh])

# %% right="a sum over a generator"
def owning_cost(price, kilowatts, hours, per_kwh):
    return sum(each for each in (price, per_kwh * kilowatts * hours))

# %% wrong="forgets the price" hint="The box itself has to be paid as well: add the price."
def owning_cost(price, kilowatts, hours, per_kwh):
    return kilowatts * hours * per_kwh

# %% wrong="forgets the electricity" hint="Kilowatts times hours times the price of a kilowatt-hour is the other summand."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price

# %% wrong="forgets how much the box draws" hint="An hour isn't a kilowatt-hour: times the kilowatts."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price + hours * per_kwh

# %% wrong="takes kilowatts for watts" hint="The power comes in kilowatts already: nothing to divide by 1000."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price + kilowatts / 1000 * hours * per_kwh

# %% wrong="forgets the hours" hint="Electricity is paid for every hour of work."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price + kilowatts * per_kwh

# %% wrong="pays the price every hour" hint="The price is paid once: only the electricity grows with the hours."
def owning_cost(price, kilowatts, hours, per_kwh):
    return hours * (price + kilowatts * per_kwh)

# %% wrong="subtracts the electricity" hint="Electricity is a cost, not an income: add it."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price - kilowatts * hours * per_kwh

# %% wrong="rounds to whole money" hint="Return the number as it is; round when you print."
def owning_cost(price, kilowatts, hours, per_kwh):
    return round(price + kilowatts * hours * per_kwh)

# %% wrong="rounds to cents" hint="Return the number as it is; round when you print."
def owning_cost(price, kilowatts, hours, per_kwh):
    return round(price + kilowatts * hours * per_kwh, 2)

# %% wrong="cost of an hour" hint="The whole bill after so many hours, not its share for one hour."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price / hours + kilowatts * per_kwh

# %% wrong="divides by the price of a kilowatt-hour" hint="Money is kilowatt-hours times the price of one."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price + kilowatts * hours / per_kwh

# %% wrong="takes cents for the price of electricity" hint="per_kwh is in the same money as the price: no division by 100."
def owning_cost(price, kilowatts, hours, per_kwh):
    return price + kilowatts * hours * per_kwh / 100

# %% wrong="returns words" hint="Return a number, without a currency."
def owning_cost(price, kilowatts, hours, per_kwh):
    return f"{price + kilowatts * hours * per_kwh:.2f}"

# %% wrong="prints and returns nothing" hint="`print` shows a number, `return` gives it back."
def owning_cost(price, kilowatts, hours, per_kwh):
    print(price + kilowatts * hours * per_kwh)

# %% wrong="cuts to whole money" hint="`int` drops the cents: return the number as it is."
def owning_cost(price, kilowatts, hours, per_kwh):
    return int(price + kilowatts * hours * per_kwh)
