# %% right="split at dots, plus and letters"
def parse_profile(name):
    def number(text, unit):
        digits = text[: -len(unit)]
        if not text.endswith(unit) or not digits.isascii() or not digits.isdigit() or digits[0] == "0":
            raise ValueError(f"{name!r} is no profile")
        return int(digits)
    front, *words = name.split("+")
    for word in words:
        if not all(part and all("a" <= letter <= "z" for letter in part) for part in word.split(".")):
            raise ValueError(f"{name!r} has an odd attribute")
    parts = front.split(".")
    if len(parts) not in (2, 3):
        raise ValueError(f"{name!r} has {len(parts)} parts")
    inside = number(parts[0], "c") if len(parts) == 3 else None
    return {"compute_slices": number(parts[-2], "g"), "memory_gb": number(parts[-1], "gb"), "ci_slices": inside,
            "attributes": sorted(words)}

# %% right="named groups"
def parse_profile(name):
    import re
    pattern = r"\A(?:(?P<c>[1-9]\d*)c\.)?(?P<g>[1-9]\d*)g\.(?P<gb>[1-9]\d*)gb(?P<more>(?:\+[a-z]+(?:\.[a-z]+)*)*)\Z"
    found = re.search(pattern, name, re.ASCII)
    if not found:
        raise ValueError("not a profile")
    more = [word for word in found["more"].split("+") if word]
    more.sort()
    return dict(attributes=more, ci_slices=found["c"] and int(found["c"]), compute_slices=int(found["g"]), memory_gb=int(found["gb"]))

# %% right="letter by letter"
def parse_profile(name):
    place = 0
    def digits():
        nonlocal place
        start = place
        while place < len(name) and name[place] in "0123456789":
            place += 1
        if start == place or name[start] == "0":
            raise ValueError(f"a number is missing in {name!r}")
        return int(name[start:place])
    def word(text):
        nonlocal place
        if not name.startswith(text, place):
            raise ValueError(f"{text!r} is missing in {name!r}")
        place += len(text)
    first, inside = digits(), None
    if name.startswith("c.", place):
        word("c.")
        inside, first = first, digits()
    word("g.")
    memory = digits()
    word("gb")
    attributes = []
    while place < len(name):
        word("+")
        end = name.find("+", place)
        end = len(name) if end < 0 else end
        text = name[place:end]
        if not text or text.strip("abcdefghijklmnopqrstuvwxyz.") or ".." in text or text[0] == "." or text[-1] == ".":
            raise ValueError(f"an attribute of {name!r} is odd")
        attributes.append(text)
        place = end
    return {"compute_slices": first, "memory_gb": memory, "ci_slices": inside, "attributes": sorted(attributes)}

# %% wrong="leaves the numbers as text" hint="int() makes a number of the digits."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z.]+)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": g, "memory_gb": gb, "ci_slices": c, "attributes": sorted(words.split("+")[1:])}

# %% wrong="knows one digit only" hint="A number may have several digits: \\d+, not \\d."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d)c\.)?(\d)g\.(\d\d?)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="keeps the plus" hint="The attribute's name is the word behind the plus."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None,
            "attributes": sorted(re.findall(r"\+[a-z.]+", words))}

# %% wrong="is content with a beginning" hint="re.match looks at the beginning only: use re.fullmatch."
def parse_profile(name):
    import re
    found = re.match(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="looks past a line break" hint="A dollar sign matches before a final line break too: use re.fullmatch."
def parse_profile(name):
    import re
    found = re.match(r"^(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)$", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="searches anywhere in the text" hint="The whole text has to be a name, from its first letter to its last: re.fullmatch."
def parse_profile(name):
    import re
    found = re.search(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="strips blanks away" hint="A blank before or after it makes it something else: ValueError."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name.strip())
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="doesn't mind capitals" hint="Names have small letters only; a driver doesn't know 1G.5GB."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name.lower())
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="forgets that a dot in an expression is anything" hint="A dot matches any letter: write \\. for a dot."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c.)?(\d+)g.?(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="gives 0 for a missing c" hint="Without a c the compute instance is the whole GPU instance: None, not 0."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c or 0), "attributes": sorted(words.split("+")[1:])}

# %% wrong="takes c for the compute slices" hint="compute_slices is the number before g; the number before c goes to ci_slices."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(c or g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="returns None instead of raising" hint="What is no profile raises ValueError: a None would surprise somebody much later."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        return None
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="takes one attribute only" hint="There may be several attributes, each with its plus: split the end of the name at every plus."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb(?:\+([a-z.]+))?", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, word = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": [word] if word else []}

# %% wrong="leaves attributes in the order of the name" hint="Sort them: the order in a name says nothing."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": words.split("+")[1:]}

# %% wrong="forgets the attributes" hint="Behind gb there may be words with a plus, such as +me."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb", name)
    if found is None:
        raise ValueError(name)
    c, g, gb = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": []}

# %% wrong="forgets the compute instance" hint="In front there may be a number with c: `1c.3g.20gb`."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(\d+)g\.(\d+)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": None, "attributes": sorted(words.split("+")[1:])}

# %% wrong="asks the library" hint="Take the name apart yourself: that is the question."
def parse_profile(name):
    return mig.parse_profile(name)

# %% wrong="lets an empty attribute pass" hint="A plus needs a word behind it."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb(?:\+([a-z.+]*))?", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None,
            "attributes": sorted(word for word in (words or "").split("+") if word)}

# %% wrong="finds the words without their plus" hint="Between gb and a word stands a plus; without it the name is none."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:(\d+)c\.)?(\d+)g\.(\d+)gb([a-z.+]*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None,
            "attributes": sorted(re.findall(r"[a-z.]+", words))}

# %% wrong="cuts at letters and hopes" hint="Refuse what doesn't fit: a number may be missing, or letters may be others."
def parse_profile(name):
    front, *words = name.split("+")
    parts = front.split(".")
    digits = ["".join(ch for ch in part if ch.isdigit()) or "0" for part in parts]
    if len(parts) == 1:
        raise ValueError(name)
    return {"compute_slices": int(digits[-2]), "memory_gb": int(digits[-1]), "ci_slices": int(digits[0]) if len(parts) == 3 else None,
            "attributes": sorted(words)}

# %% wrong="leaves an empty word in front of the attributes" hint="split('+') gives what stands before the first plus too, here nothing: leave that empty word out."
def parse_profile(name):
    import re
    found = re.fullmatch(r"(?:([1-9][0-9]*)c\.)?([1-9][0-9]*)g\.([1-9][0-9]*)gb((?:\+[a-z]+(?:\.[a-z]+)*)*)", name)
    if found is None:
        raise ValueError(name)
    c, g, gb, words = found.groups()
    return {"compute_slices": int(g), "memory_gb": int(gb), "ci_slices": int(c) if c else None, "attributes": sorted(words.split("+"))}
