# %% right="loops and ifs"
def what_seven_means(rows):
    values = {}
    for row in rows:
        if row["system"] in ("whole", "slice"):
            values[row["system"] + row["scenario"]] = row["value"]
            if row["system"] == "slice":
                parts = row["parts"]
    total = sum([values["sliceoffline"]] * parts)
    return dict(whole=values["wholeoffline"], sum_of_slices=total, ratio=total / values["wholeoffline"],
                latency_ratio=values["slicesingle stream"] / values["wholesingle stream"])

# %% right="a helper that picks the one row"
def what_seven_means(rows):
    def pick(system, scenario):
        return next(r for r in rows if r["system"] == system and r["scenario"] == scenario)
    whole, one = pick("whole", "offline"), pick("slice", "offline")
    return {"latency_ratio": pick("slice", "single stream")["value"] / pick("whole", "single stream")["value"],
            "ratio": one["value"] / whole["value"] * one["parts"],
            "sum_of_slices": one["value"] * one["parts"], "whole": whole["value"]}

# %% right="NumPy scalars, parts of the whole counted too"
def what_seven_means(rows):
    rate = {r["system"]: np.float64(r["value"]) * r["parts"] for r in rows if r["scenario"] == "offline"}
    time_s = {r["system"]: np.float64(r["value"]) for r in rows if r["scenario"] == "single stream"}
    return {"whole": rate["whole"], "sum_of_slices": rate["slice"], "ratio": np.divide(rate["slice"], rate["whole"]),
            "latency_ratio": time_s["slice"] / time_s["whole"]}

# %% right="sorted first"
def what_seven_means(rows):
    mine = sorted((r for r in rows if r["system"] in {"slice", "whole"}), key=lambda r: (r["scenario"], r["system"]))
    (slice_rate, whole_rate, slice_s, whole_s) = [r["value"] for r in mine]
    total = slice_rate * mine[0]["parts"]
    return {"whole": whole_rate, "sum_of_slices": total, "ratio": total / whole_rate, "latency_ratio": slice_s / whole_s}

# %% wrong="seven slices, seven times" hint="Seven slices are the same silicon: add up what they really do, and compare with the whole."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, parts = found["whole", "offline"]["value"], found["slice", "offline"]["parts"]
    return {"whole": whole, "sum_of_slices": parts * whole, "ratio": float(parts),
            "latency_ratio": found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"]}

# %% wrong="always seven" hint="How many slices there are stands in `parts`: an A30 has four."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, total = found["whole", "offline"]["value"], 7 * found["slice", "offline"]["value"]
    return {"whole": whole, "sum_of_slices": total, "ratio": total / whole,
            "latency_ratio": found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"]}

# %% wrong="turns the latency ratio over" hint="How many times as long *on a slice*: the slice stands above the line."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, one = found["whole", "offline"]["value"], found["slice", "offline"]
    total = one["parts"] * one["value"]
    return {"whole": whole, "sum_of_slices": total, "ratio": total / whole,
            "latency_ratio": found["whole", "single stream"]["value"] / found["slice", "single stream"]["value"]}

# %% wrong="turns the throughput ratio over" hint="How many times the whole the slices have: the sum stands above the line."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, one = found["whole", "offline"]["value"], found["slice", "offline"]
    total = one["parts"] * one["value"]
    return {"whole": whole, "sum_of_slices": total, "ratio": whole / total,
            "latency_ratio": found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"]}

# %% wrong="one slice instead of all" hint="The sum of slices is one slice's throughput times its `parts`."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, one = found["whole", "offline"]["value"], found["slice", "offline"]["value"]
    return {"whole": whole, "sum_of_slices": one, "ratio": one / whole,
            "latency_ratio": found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"]}

# %% wrong="trusts the order of the rows" hint="Rows come in any order: look each up by its system and scenario."
def what_seven_means(rows):
    total = rows[1]["value"] * rows[1]["parts"]
    return {"whole": rows[0]["value"], "sum_of_slices": total, "ratio": total / rows[0]["value"],
            "latency_ratio": rows[3]["value"] / rows[2]["value"]}

# %% wrong="takes every system that isn't the whole for a slice" hint="A row whose system is neither \"whole\" nor \"slice\" counts for nothing."
def what_seven_means(rows):
    rate, time_s = {}, {}
    for r in rows:
        kind = "whole" if r["system"] == "whole" else "slice"
        (rate if r["scenario"] == "offline" else time_s)[kind] = r["value"] * (r["parts"] if r["scenario"] == "offline" else 1)
    return {"whole": rate["whole"], "sum_of_slices": rate["slice"], "ratio": rate["slice"] / rate["whole"],
            "latency_ratio": time_s["slice"] / time_s["whole"]}

# %% wrong="takes whatever begins with slice" hint="\"slice, neighbours busy\" is another system: compare the whole name."
def what_seven_means(rows):
    found = {}
    for r in rows:
        for name in ("whole", "slice"):
            if r["system"].startswith(name) and (name, r["scenario"]) not in found:
                found[name, r["scenario"]] = r
    whole, one = found["whole", "offline"]["value"], found["slice", "offline"]
    total = one["parts"] * one["value"]
    return {"whole": whole, "sum_of_slices": total, "ratio": total / whole,
            "latency_ratio": found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"]}

# %% wrong="takes the time of a slice times its parts" hint="Slices answer side by side: one answer takes as long as one slice needs."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r["value"] * r["parts"] for r in rows}
    whole, total = found["whole", "offline"], found["slice", "offline"]
    return {"whole": whole, "sum_of_slices": total, "ratio": total / whole,
            "latency_ratio": found["slice", "single stream"] / found["whole", "single stream"]}

# %% wrong="rounds to two digits" hint="Return the numbers unrounded; round when you print."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, one = found["whole", "offline"]["value"], found["slice", "offline"]
    total = one["parts"] * one["value"]
    return {"whole": whole, "sum_of_slices": total, "ratio": round(total / whole, 2),
            "latency_ratio": round(found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"], 1)}

# %% wrong="a cut can gain nothing" hint="Report what the rows say: a ratio may lie on either side of 1."
def what_seven_means(rows):
    found = {(r["system"], r["scenario"]): r for r in rows}
    whole, one = found["whole", "offline"]["value"], found["slice", "offline"]
    total = one["parts"] * one["value"]
    return {"whole": whole, "sum_of_slices": total, "ratio": min(1.0, total / whole),
            "latency_ratio": max(1.0, found["slice", "single stream"]["value"] / found["whole", "single stream"]["value"])}
