# %% right="word by word"
def headline_ratio(new, old):
    result = {}
    result["like_for_like"] = True
    for name, key in (("same_format", "format"), ("same_sparsity", "sparse")):
        result[name] = True if new[key] == old[key] else False
        if not result[name]:
            result["like_for_like"] = False
    result["ratio"] = new["flops"] / old["flops"]
    return result

# %% right="tuples and NumPy"
def headline_ratio(new, old):
    return dict(
        ratio=np.float64(new["flops"]) / np.float64(old["flops"]),
        same_format=new["format"] == old["format"],
        same_sparsity=not (new["sparse"] ^ old["sparse"]),
        like_for_like=(new["format"], new["sparse"]) == (old["format"], old["sparse"]),
    )

# %% right="all over the two comparisons"
def headline_ratio(new, old):
    same = {f"same_{name}": new[key] == old[key] for name, key in (("format", "format"), ("sparsity", "sparse"))}
    return {"ratio": (1 / old["flops"]) * new["flops"], **same, "like_for_like": all(same.values())}

# %% right="bool of a product"
def headline_ratio(new, old):
    f = new.get("format") == old.get("format")
    s = bool(new.get("sparse")) is bool(old.get("sparse"))
    return {"same_sparsity": s, "same_format": f, "like_for_like": bool(f * s), "ratio": new["flops"] / old["flops"]}

# %% wrong="divides the old by the new" hint="How many times the new is the old: the new stands above the line."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": old["flops"] / new["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="ignores sparsity in like for like" hint="A sparse figure over a dense one counts products that nobody computes: like for like needs both."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f}

# %% wrong="ignores the format in like for like" hint="Eight-bit operations aren't 32-bit operations: like for like needs both."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": s}

# %% wrong="is content with one of the two" hint="`and`, not `or`: like for like needs the same format and the same sparsity."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f or s}

# %% wrong="takes two sparse rows for unlike" hint="Same sparsity means both sparse, or both dense: compare the two values with `==`."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], not new["sparse"] and not old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="puts in a factor for sparsity" hint="Report the ratio as it is, and say that it isn't like for like. Don't correct it."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    ratio = (new["flops"] / (2 if new["sparse"] else 1)) / (old["flops"] / (2 if old["sparse"] else 1))
    return {"ratio": ratio, "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="drops the fraction" hint="`//` keeps whole numbers only: 7 over 2 is 3.5."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] // old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="rounds to one digit as a slide does" hint="Return the ratio unrounded; round when you print."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": round(new["flops"] / old["flops"], 1), "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="returns None where it isn't like for like" hint="Give the ratio in any case; `like_for_like` says what it is worth."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    ratio = new["flops"] / old["flops"] if f and s else None
    return {"ratio": ratio, "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="always puts the larger above the line" hint="A new card may be slower: the new one stands above the line, whichever is larger."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    high, low = max(new["flops"], old["flops"]), min(new["flops"], old["flops"])
    return {"ratio": high / low, "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="returns a tuple" hint="Return a dict with the four keys of the docstring."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return new["flops"] / old["flops"], f, s, f and s

# %% wrong="compares the bits of the formats" hint="tf32 and fp32 are two formats, whatever the digits say: compare the whole names."
def headline_ratio(new, old):
    f, s = new["format"][-2:] == old["format"][-2:], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="leaves out like for like" hint="Four keys: the last one follows from the two before."
def headline_ratio(new, old):
    return {"ratio": new["flops"] / old["flops"], "same_format": new["format"] == old["format"],
            "same_sparsity": new["sparse"] == old["sparse"]}

# %% wrong="asks for more than format and sparsity" hint="Like for like asks whether format and sparsity agree, and nothing else: the rates may differ, and both rows may be sparse."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": new == old}

# %% wrong="returns yes and no" hint="True and False, not words."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": "yes" if f else "no",
            "same_sparsity": "yes" if s else "no", "like_for_like": "yes" if f and s else "no"}

# %% wrong="takes keys beyond the three for a difference" hint="Rows may carry a name or a source: look at format and sparse only."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    alike = all(new[key] == old.get(key) for key in new if key != "flops")
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": alike}

# %% wrong="asks only whether the new row is sparse" hint="An old figure may be the sparse one: compare both."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], not new["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="changes the caller's row" hint="Build a new dict: the rows that you were given stay as they are."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    new["ratio"] = new["flops"] / old["flops"]
    return {"ratio": new["ratio"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="calls every pair like for like" hint="`like_for_like` follows from the two comparisons: it is True only when both are."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": True}

# %% wrong="asks whether they differ" hint="`same_format` and `same_sparsity` are True when the two values are equal: `==`, not `!=`."
def headline_ratio(new, old):
    f, s = new["format"] != old["format"], new["sparse"] != old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="asks whether the sparsities differ" hint="`same_sparsity` is True when the two values are equal: `==`, not `!=`."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] != old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="reports whether the new row is sparse" hint="Same sparsity compares two values: two dense rows have the same one too."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="asks whether both are sparse" hint="Two dense rows have the same sparsity as well: compare the values with `==`."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] and old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="turns like for like into its opposite" hint="True is for the fair comparison: both the same."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": not (f and s)}

# %% wrong="returns per cent" hint="`ratio` is how many times the new is the old: 2.5, and not 250."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": 100 * new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="returns the gain alone" hint="How many times the new is the old: twice as fast is 2, and not 1."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] / old["flops"] - 1, "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="subtracts" hint="A ratio is a quotient: divide, don't subtract."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    return {"ratio": new["flops"] - old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}

# %% wrong="returns the ratio alone" hint="Return a dict with the four keys of the docstring."
def headline_ratio(new, old):
    return new["flops"] / old["flops"]

# %% wrong="forgets to return" hint="The function ends without `return`."
def headline_ratio(new, old):
    f, s = new["format"] == old["format"], new["sparse"] == old["sparse"]
    result = {"ratio": new["flops"] / old["flops"], "same_format": f, "same_sparsity": s, "like_for_like": f and s}
