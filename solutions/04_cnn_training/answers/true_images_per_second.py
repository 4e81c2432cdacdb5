# %% right="another clock, imported by name"
from time import monotonic as now


def true_images_per_second(run, batch, synchronise):
    synchronise()
    begin = now()
    run()
    synchronise()
    end = now()
    return float(batch) / (end - begin)

# %% right="nanoseconds, warm-up, and the mean of ten runs"
def true_images_per_second(run, batch, synchronise):
    run()
    synchronise()
    start = time.perf_counter_ns()
    for _ in range(10):
        run()
    synchronise()
    return 10 * batch / ((time.perf_counter_ns() - start) / 1e9)

# %% right="the wall clock, and the median of five"
def true_images_per_second(run, batch, synchronise):
    from statistics import median

    seconds = []
    for _ in range(5):
        synchronise()
        start = time.time()
        run()
        synchronise()
        seconds.append(time.time() - start)
    return batch / median(seconds)

# %% right="the course's own measure"
def true_images_per_second(run, batch, synchronise):
    return batch / measure(run, synchronise=synchronise).median_s

# %% right="timeit's default timer"
def true_images_per_second(run, batch, synchronise):
    from timeit import default_timer

    def finished():
        synchronise()
        return default_timer()

    start = finished()
    run()
    return batch / (finished() - start)

# %% wrong="never synchronises" hint="Your clock stops when the order is given. Wait for the device before you read it: `synchronise()`, with its brackets."
def true_images_per_second(run, batch, synchronise):
    start = time.perf_counter()
    run()
    return batch / max(time.perf_counter() - start, 1e-12)

# %% wrong="synchronises only at the end" hint="What others left in the queue is charged to you. Wait before the first reading, too."
def true_images_per_second(run, batch, synchronise):
    start = time.perf_counter()
    run()
    synchronise()
    return batch / (time.perf_counter() - start)

# %% wrong="synchronises only at the start" hint="The order is given, not done. Wait before the second reading, too."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    return batch / max(time.perf_counter() - start, 1e-12)

# %% wrong="waits after reading the clock" hint="The last wait must come before the last reading."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    end = time.perf_counter()
    synchronise()
    return batch / max(end - start, 1e-12)

# %% wrong="starts the clock before the first wait" hint="Wait first, then read: else other people's work counts."
def true_images_per_second(run, batch, synchronise):
    start = time.perf_counter()
    synchronise()
    run()
    synchronise()
    return batch / (time.perf_counter() - start)

# %% wrong="counts batches, not images" hint="One run is one batch, and a batch holds `batch` images."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    return 1 / (time.perf_counter() - start)

# %% wrong="returns seconds per image" hint="Images over seconds, not seconds over images."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    return (time.perf_counter() - start) / batch

# %% wrong="reads a clock that stands still while it waits" hint="process_time counts the processor's work for this program, and waiting is none. Take perf_counter."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.process_time()
    run()
    synchronise()
    return batch / max(time.process_time() - start, 1e-12)

# %% wrong="times the warm-up and counts only the rest" hint="All images that run while the clock runs count."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    run()
    synchronise()
    return batch / (time.perf_counter() - start)

# %% wrong="waits only after the warm-up's clock has started" hint="After a warm-up the queue is full again: wait, then read the clock."
def true_images_per_second(run, batch, synchronise):
    run()
    start = time.perf_counter()
    run()
    synchronise()
    return batch / (time.perf_counter() - start)

# %% wrong="never runs the batch" hint="Between the two readings `run()` must be called."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    synchronise()
    return batch / max(time.perf_counter() - start, 1e-12)

# %% wrong="takes nanoseconds for microseconds" hint="A second has 1e9 nanoseconds."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter_ns()
    run()
    synchronise()
    return batch / ((time.perf_counter_ns() - start) / 1e6)

# %% wrong="returns the seconds" hint="Divide the images by them: a rate is asked for."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    return time.perf_counter() - start

# %% wrong="rounds to a whole number" hint="A rate is a float: leave its decimals."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    return int(batch / (time.perf_counter() - start))

# %% wrong="subtracts the later reading from the earlier" hint="The end minus the start: time doesn't run backward."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    return batch / (start - time.perf_counter())

# %% wrong="takes nanoseconds for seconds" hint="`perf_counter_ns` counts in billionths: divide by 1e9, or read `perf_counter`."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter_ns()
    run()
    synchronise()
    return batch / (time.perf_counter_ns() - start)

# %% wrong="hands the batch to run" hint="`run()` knows its batch. `batch` is only the number of images in it."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run(batch)
    synchronise()
    return batch / (time.perf_counter() - start)

# %% wrong="forgets to return" hint="End with `return batch / seconds`."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    start = time.perf_counter()
    run()
    synchronise()
    rate = batch / (time.perf_counter() - start)

# %% wrong="waits twice at the start, and not at the end" hint="One wait belongs before each reading."
def true_images_per_second(run, batch, synchronise):
    synchronise()
    synchronise()
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    return batch / max(seconds, 1e-12)
