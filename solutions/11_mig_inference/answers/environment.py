# %% right="a dict built up"
def environment(slice_uuid, cores):
    variables = {}
    if slice_uuid is None:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    elif slice_uuid.startswith("MIG-") and slice_uuid.count(",") == 0:
        variables["CUDA_VISIBLE_DEVICES"] = slice_uuid
    else:
        raise ValueError("one MIG UUID, please")
    if not cores:
        raise ValueError("no cores")
    for pool in ["OMP", "MKL", "OPENBLAS"]:
        variables[f"{pool}_NUM_THREADS"] = f"{len(cores)}"
    return variables

# %% right="more pools than asked"
def environment(slice_uuid, cores):
    import re
    if slice_uuid is not None and not re.fullmatch(r"MIG-[^,]+", slice_uuid):
        raise ValueError(f"{slice_uuid!r} is not one MIG UUID")
    if not list(cores):
        raise ValueError("a worker without a core can't work")
    pools = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")
    limits = {f"{pool}{'_THREADS' if 'MAX' in pool else '_NUM_THREADS'}": str(len(cores)) for pool in pools}
    return {"CUDA_VISIBLE_DEVICES": "" if slice_uuid is None else slice_uuid} | limits

# %% right="sum of ones"
def environment(slice_uuid, cores):
    if slice_uuid is None:
        slice_uuid = str()
    elif slice_uuid[:4] != "MIG-" or "," in slice_uuid:
        raise ValueError("not a slice")
    limit = str(sum(1 for _ in cores))
    if limit == "0":
        raise ValueError("no core")
    return dict(CUDA_VISIBLE_DEVICES=slice_uuid, OMP_NUM_THREADS=limit, OPENBLAS_NUM_THREADS=limit, MKL_NUM_THREADS=limit)

# %% wrong="limits as numbers" hint="An environment holds texts only: str(len(cores))."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = len(cores)
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="takes the numbers of the cores for their count" hint="Cores 4 and 5 are two cores: len(cores), not a core's number."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(max(cores) + 1)
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="lists the cores in the thread limit" hint="A thread limit is one number; which cores it may use is told in another way (pinning)."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = ",".join(str(core) for core in cores)
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="always one thread" hint="A worker with two cores may run two threads: the limit is how many cores it has."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# %% wrong="every core of the machine" hint="A worker has the cores that it is given, not all that the machine has."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(os.cpu_count())
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="a device called None" hint="str(None) is the word None: write the empty text, which hides every GPU."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": str(slice_uuid), "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="leaves CUDA_VISIBLE_DEVICES out without a slice" hint="Without the variable CUDA shows every GPU: for None set it to the empty text."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    found = {"OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}
    if slice_uuid:
        found["CUDA_VISIBLE_DEVICES"] = slice_uuid
    return found

# %% wrong="sees device 0 of a slice" hint="The UUID itself goes into the variable; 0 is how the program then sees it."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": "0" if slice_uuid else "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="accepts an index" hint="Indices change with every layout: anything that isn't a MIG UUID raises ValueError."
def environment(slice_uuid, cores):
    if not cores:
        raise ValueError("no cores")
    if slice_uuid is not None and ("," in slice_uuid or slice_uuid == "" or slice_uuid.startswith("GPU-")):
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="accepts two slices" hint="One worker, one slice: a comma in the UUID is a ValueError."
def environment(slice_uuid, cores):
    if slice_uuid is not None and not slice_uuid.startswith("MIG-") or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="takes the empty text for no slice" hint="Only None means that there is no slice; the empty text is a mistake somewhere: ValueError."
def environment(slice_uuid, cores):
    if slice_uuid and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="accepts the whole GPU" hint="GPU-... is a whole card, and a worker in a slice sees a slice: MIG-... only."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (slice_uuid[:4] not in ("MIG-", "GPU-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="refuses an old driver's UUID" hint="Whatever begins with MIG- and has no comma is a slice: before R470 a GPU's UUID stood inside it."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid or "GPU" in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="a worker without cores" hint="An empty list of cores: ValueError. A limit of 0 threads means something else to each library."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid):
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="copies the whole environment" hint="Return only what is added: the launcher lays it over its own."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {**os.environ, "CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}

# %% wrong="changes the launcher's own environment" hint="os.environ is the launcher's: all workers would get the last one's slice. Return a new dict."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    found = {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}
    os.environ.update(found)
    return found

# %% wrong="limits one library only" hint="Each library has its own variable: OMP, OPENBLAS and MKL."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG-") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": str(len(cores))}

# %% wrong="asks the library" hint="Build the dict yourself: that is the question."
def environment(slice_uuid, cores):
    return mig.environment(slice_uuid, cores)

# %% wrong="takes a profile's name for a UUID" hint="Two slices may have the same profile: a UUID begins with MIG- and names one."
def environment(slice_uuid, cores):
    if slice_uuid is not None and (not slice_uuid.startswith("MIG") or "," in slice_uuid) or not cores:
        raise ValueError(slice_uuid)
    n = str(len(cores))
    return {"CUDA_VISIBLE_DEVICES": slice_uuid or "", "OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}
