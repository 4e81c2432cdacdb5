"""A stand-in CuPy that does not find the CUDA libraries of its build, as GPU_STANDIN says."""

import os

raise ImportError(os.environ["GPU_STANDIN"])
