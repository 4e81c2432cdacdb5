// What an element-wise kernel comes to: one line of yours, in a loop that suits any grid.
extern "C" __global__ void elementwise(const float *image, float *out, float factor, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) {
        float v = image[i];
        out[i] = factor * v;
    }
}
