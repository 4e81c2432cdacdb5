// The instruction that rounds to TF32, ties away from zero; before sm_80 there is none, and integers do it.
extern "C" __global__ void round_tf32(const float *x, float *out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    unsigned int bits;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x[i]));
#else
    // The addition would carry a NaN into infinity or into the sign. CUDA's own NaN survives any cutting.
    bits = isnan(x[i]) ? 0x7FFFFFFFu : (__float_as_uint(x[i]) + 0x1000u) & 0xFFFFE000u;
#endif
    out[i] = __uint_as_float(bits);
}
