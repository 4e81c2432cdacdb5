// Three reads, two fused multiply-adds, one write.
extern "C" __global__ void grayscale(const float *image, float *out, int height, int width) {
    int x = blockIdx.x * blockDim.x + threadIdx.x;
    int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= width || y >= height)
        return;
    const float *pixel = image + 3 * (y * width + x);
    out[y * width + x] = 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2];
}
