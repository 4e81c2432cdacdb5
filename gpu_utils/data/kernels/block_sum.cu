// A tree of sums in shared memory: without the barriers it would be a race.
extern "C" __global__ void block_sum(const float *values, float *partial, int n) {
    __shared__ float sums[256];
    int thread = threadIdx.x;
    int i = blockIdx.x * blockDim.x + thread;
    sums[thread] = i < n ? values[i] : 0.0f;
    __syncthreads();
    for (int step = blockDim.x / 2; step > 0; step /= 2) {
        if (thread < step)
            sums[thread] += sums[thread + step];
        __syncthreads();
    }
    if (thread == 0)
        partial[blockIdx.x] = sums[0];
}
