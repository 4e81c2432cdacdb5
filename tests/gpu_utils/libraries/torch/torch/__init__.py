"""A stand-in PyTorch: behaves as the variable GPU_STANDIN says, "story" or "story; story"."""

import os
import time
import types

import numpy as np

stories = os.environ["GPU_STANDIN"].split("; ")
__version__ = "2.99"
built = {"cuda": None, "hip": None, "xpu": None}
built |= {"cuda": "12.8"} if not {"cpu", "for rocm", "for xpu", "for mps"} & set(stories) else {}
built |= {"hip": "6.4"} if "for rocm" in stories else {}
built |= {"xpu": "20250101"} if "for xpu" in stories else {}
version = types.SimpleNamespace(**built)
_C = types.SimpleNamespace(_cuda_getArchFlags=lambda: "sm_75 sm_80 sm_90" if built["cuda"] else None)
backends = types.SimpleNamespace(mps=types.SimpleNamespace(is_built=lambda: "for mps" in stories))

if "does not import" in stories:
    raise OSError("libcudart.so.12: cannot open shared object file: No such file or directory")
if "no fork" in stories:
    del os.fork


class Tensor(np.ndarray):
    """An array that knows the way to a device."""

    def to(self, where):
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        print("noise of a library, to be ignored")
        for story in stories:
            if story.startswith("Error"):
                raise RuntimeError(story)
            if story.startswith("only "):
                assert story == "only " + where, f"the trial asked for {where}"
            if story == "hang":
                time.sleep(3600)
            if story == "crash" or (story == "crash on slices" and visible.startswith("MIG-")):
                os.kill(os.getpid(), 11)
        return self + 1 if "wrong" in stories else self

    def cpu(self):
        return self


def arange(stop):
    return np.arange(stop).view(Tensor)
