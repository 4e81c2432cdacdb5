# %% right="a barrier at the head of each round, the maker hands in"
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        cuda.syncthreads()
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]

# %% right="the usual tree, thread 0 hands in"
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]

# %% right="neighbours first: steps 1, 2, 4, 8"
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = 1
    while step < cuda.blockDim.x:
        cuda.syncthreads()
        if thread % (2 * step) == 0:
            sums[thread] += sums[thread + step]
        step *= 2
    cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% right="rounds as a for loop, zero by an early write"
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, dtype=numba.float32)
    thread = cuda.threadIdx.x
    place = cuda.blockIdx.x * BLOCK + thread
    mine = float32(0)
    if place < len(values):
        mine = values[place]
    sums[thread] = mine
    half = BLOCK
    for _ in range(int(math.log2(BLOCK))):
        cuda.syncthreads()
        half = half // 2
        if thread < half:
            mine += sums[thread + half]
            sums[thread] = mine
    if thread == 0:
        partial[cuda.blockIdx.x] = mine

# %% wrong="no barriers at all" hint="Between a write by one thread and a read by another there must be a barrier."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="no barrier before the first round" hint="The first round reads what other threads loaded: wait before it."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="no barrier between the rounds" hint="Each round reads what the round before wrote: wait in the loop too."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="the last barrier is missing" hint="The last thread hands in what thread 0 wrote in the last round: between the two there must be a barrier."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        cuda.syncthreads()
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="the barrier inside the if" hint="All threads of the block must reach a barrier: put it outside the `if`."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
            cuda.syncthreads()
        step //= 2
    cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="one barrier too many" hint="Each barrier parts a write by one thread from a read by another. Before anything is shared there is no such pair, and the last round has its barrier already."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="barriers at both ends of each round" hint="One barrier between two rounds is enough."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        cuda.syncthreads()
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="threads without a value leave early" hint="A thread that leaves never reaches the barriers: let it load a 0."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    if i >= values.size:
        return
    sums[thread] = values[i]
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="no zero for the missing values" hint="Where the values end, load a 0: every cell of shared memory must be written."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    if i < values.size:
        sums[thread] = values[i]
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="reads beyond the values" hint="Ask `i < values.size` before you read."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i]
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="one thread adds up everything" hint="Keep the tree: sixteen additions by one thread take sixteen steps, the tree takes four."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    if thread == 0:
        total = float32(0)
        for k in range(BLOCK):
            total += sums[k]
        partial[cuda.blockIdx.x] = total

# %% wrong="each thread reads global memory for all" hint="Keep the tree in shared memory: here one thread reads everything."
@cuda.jit
def block_sum_kernel(values, partial):
    thread = cuda.threadIdx.x
    if thread == 0:
        total = float32(0)
        for k in range(cuda.grid(1), min(values.size, cuda.grid(1) + BLOCK)):
            total += values[k]
        partial[cuda.blockIdx.x] = total

# %% wrong="writes every block's sum into the first place" hint="Each block has its own place: partial[cuda.blockIdx.x]."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[0] = sums[0]

# %% wrong="takes the thread's place for the grid's" hint="Every block has its own values: cuda.grid(1)."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.threadIdx.x
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="stops a round early" hint="The round with step 1 adds the last pair: go on while step > 0."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 1:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="one thread too many in each round" hint="In a round `step` threads work: thread < step, not <=."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread <= step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == 0:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="step is never halved" hint="Without `step //= 2` the loop never ends."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="step is halved inside the if" hint="Every thread must halve its own `step`: outside the `if`, or the idle ones never leave the loop."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
            step //= 2
        cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="adds into partial with atomics" hint="`partial` holds nothing that you could add to; and keep the tree in shared memory."
@cuda.jit
def block_sum_kernel(values, partial):
    i = cuda.grid(1)
    if i < values.size:
        cuda.atomic.add(partial, cuda.blockIdx.x, values[i])

# %% wrong="adds up in values itself" hint="The values are only read: add up in shared memory."
@cuda.jit
def block_sum_kernel(values, partial):
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    step = BLOCK // 2
    while step > 0:
        if thread < step and i + step < values.size:
            values[i] += values[i + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = values[i - thread]

# %% wrong="a barrier only before handing in" hint="Each round reads what the round before wrote: wait in the loop too, and after loading."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    cuda.syncthreads()
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="every thread hands in the sum" hint="One thread hands in the sum, not all sixteen."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    partial[cuda.blockIdx.x] = sums[0]

# %% wrong="atomics on a place that is cleared first" hint="The hardware does atomic updates of one place one after another: sixteen steps, where the tree takes four."
@cuda.jit
def block_sum_kernel(values, partial):
    i = cuda.grid(1)
    if cuda.threadIdx.x == 0:
        partial[cuda.blockIdx.x] = 0
    cuda.syncthreads()
    if i < values.size:
        cuda.atomic.add(partial, cuda.blockIdx.x, values[i])

# %% wrong="shared memory of whole numbers" hint="The values are float32: int32 cells drop what stands behind the point."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, numba.int32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
        cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="a barrier in both branches" hint="Two barriers are not one: put a single one after the `if`, where all threads pass."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    cuda.syncthreads()
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
            cuda.syncthreads()
        else:
            cuda.syncthreads()
        step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="step is halved inside the if, and no barrier" hint="Every thread must halve its own `step`, outside the `if`; and each round ends with a barrier."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
            step //= 2
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]

# %% wrong="step is never halved, and no barrier" hint="Without `step //= 2` the loop never ends; and each round ends with a barrier."
@cuda.jit
def block_sum_kernel(values, partial):
    sums = cuda.shared.array(BLOCK, float32)
    thread = cuda.threadIdx.x
    i = cuda.grid(1)
    sums[thread] = values[i] if i < values.size else 0
    step = BLOCK // 2
    while step > 0:
        if thread < step:
            sums[thread] += sums[thread + step]
    if thread == BLOCK - 1:
        partial[cuda.blockIdx.x] = sums[0]
