"""A plan as the files and commands that others carry out: mig-parted, nvidia-smi, a worker's environment, Kubernetes.

Nothing here touches a GPU. What is returned is text or a dict for the person who may.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from gpu_utils.mig.geometry import Placement, free_starts, why_not
from gpu_utils.mig.tables import parse_profile

__all__ = ["commands", "environment", "kubernetes_manifest", "parse_nvidia_smi_l", "resource_name", "to_mig_parted"]

_GPU_LINE = re.compile(r"GPU (\d+): (.*\S)\s+\(UUID: (GPU-[0-9A-Fa-f-]+)\)")
_SLICE_LINE = re.compile(r"MIG (\S+)\s+Device\s+(\d+): \(UUID: (MIG-\S+)\)")
_OLD_UUID = re.compile(r"MIG-GPU-[0-9A-Fa-f-]+/(\d+)/(\d+)")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def to_mig_parted(plan: Sequence[Iterable[str]], gpu: str | None = None, name: str = "planned") -> str:
    """A plan as a configuration file of nvidia-mig-parted (version v1), GPU i of the plan being device i.

    ``nvidia-mig-parted apply -f FILE -c planned`` carries it out; ``assert`` in place of ``apply`` only looks. The
    tool tries the orders of creation until one works, so the file says counts and no order.
    Source: https://github.com/NVIDIA/mig-parted

    Args:
        plan: for each GPU its profiles, as `plan` gives them.
        gpu: when given, each GPU of the plan is checked against its table.
        name: what the configuration is called.

    Raises:
        ValueError: the plan is empty, or a GPU of it can't be cut so.

    >>> print(to_mig_parted([["3g.20gb", "3g.20gb"], ["1g.5gb", "1g.5gb"]], "A100-40GB"), end="")
    version: v1
    mig-configs:
      "planned":
        - devices: [0]
          mig-enabled: true
          mig-devices:
            "3g.20gb": 2
        - devices: [1]
          mig-enabled: true
          mig-devices:
            "1g.5gb": 2
    """
    if not plan:
        raise ValueError("a plan without a GPU has no configuration")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError(f"a configuration's name has letters, digits, dots and dashes, which {name!r} has not")
    alike: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for device, each in enumerate(plan):
        layout = list(each)
        for one in layout:
            parse_profile(one)
        if gpu is not None and (reason := why_not(layout, gpu)):
            raise ValueError(f"GPU {device} of the plan: {reason}")
        alike.setdefault(tuple(sorted(Counter(layout).items())), []).append(device)
    lines = ["version: v1", "mig-configs:", f'  "{name}":']
    for counts, devices in alike.items():
        lines += [f"    - devices: {devices}", "      mig-enabled: true"]
        lines += ["      mig-devices:" if counts else "      mig-devices: {}"]
        lines += [f'        "{one}": {count}' for one, count in counts]
    return "\n".join(lines) + "\n"


def commands(placed: Sequence[Placement], gpu: str, index: int = 0) -> list[str]:
    """What an administrator types to cut one GPU exactly so: MIG mode, the instances, and a look at them.

    Behind the colon stands the start, which ``nvidia-smi mig -cgi`` takes too; without it the driver chooses. ``-C``
    makes a compute instance inside each GPU instance: without one it serves nobody. MIG mode outlives a reboot on
    Ampere, the instances do not.

    Raises:
        ValueError: these can't stand together on this GPU.

    >>> commands([Placement("1g.5gb", 6, 1), Placement("3g.20gb", 0, 4)], "A100-40GB")
    ['sudo nvidia-smi -i 0 -mig 1', 'sudo nvidia-smi mig -i 0 -cgi 3g.20gb:0,1g.5gb:6 -C', 'nvidia-smi -L']
    """
    standing = sorted(placed, key=lambda each: (-each.size, each.start))
    for count, each in enumerate(standing):
        if each.start not in free_starts(standing[:count], each.profile, gpu):
            raise ValueError(why_not([one.profile for one in standing], gpu) or f"{each.profile} has no room there")
    tuples = ",".join(f"{each.profile}:{each.start}" for each in standing)
    create = [f"sudo nvidia-smi mig -i {index} -cgi {tuples} -C"] if standing else []
    return [f"sudo nvidia-smi -i {index} -mig 1", *create, "nvidia-smi -L"]


def parse_nvidia_smi_l(text: str) -> list[dict[str, Any]]:
    """What ``nvidia-smi -L`` lists: each GPU with its slices.

    Returns:
        For each GPU index, name, uuid and slices; for each slice profile, device, uuid, gpu_instance and
        compute_instance. The last two are known only from the UUIDs of drivers before R470, and None otherwise.

    Raises:
        ValueError: there is something else than a list (a driver that failed), or a slice before any GPU.

    >>> found = parse_nvidia_smi_l('''GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f)
    ...   MIG 3g.20gb     Device  0: (UUID: MIG-2b8f3d0c-6f1e-5d3a-9c47-8a1b2c3d4e5f)''')
    >>> found[0]["name"], found[0]["slices"][0]["profile"]
    ('NVIDIA A100-SXM4-40GB', '3g.20gb')
    """
    found: list[dict[str, Any]] = []
    strange = ""
    for line in (each.strip() for each in text.splitlines()):
        if match := _GPU_LINE.fullmatch(line):
            found.append({"index": int(match[1]), "name": match[2], "uuid": match[3], "slices": []})
        elif match := _SLICE_LINE.fullmatch(line):
            if not found:
                raise ValueError(f"a slice before any GPU: {line!r}")
            old = _OLD_UUID.fullmatch(match[3])
            found[-1]["slices"].append(
                {
                    "profile": match[1],
                    "device": int(match[2]),
                    "uuid": match[3],
                    "gpu_instance": int(old[1]) if old else None,
                    "compute_instance": int(old[2]) if old else None,
                }
            )
        elif line and not line.startswith("No devices"):
            strange = strange or line
    if strange and not found:
        raise ValueError(f"this is no list of GPUs: {strange!r}")
    return found


def environment(slice_uuid: str | None, cores: int | Collection[int]) -> dict[str, str]:
    """What one worker process gets to see: its slice, and as many threads as it has cores.

    To be laid over os.environ when the process starts, since CUDA and the thread pools look only once.

    Args:
        slice_uuid: one MIG UUID of either generation, or a GPU's UUID; None or "" for no GPU.
        cores: how many cores the worker may use, or their numbers.

    Raises:
        ValueError: more than one slice (one worker, one slice), an index in place of a UUID (indices change when a
            layout does), or no core.

    >>> environment("MIG-2b8f3d0c-6f1e-5d3a-9c47-8a1b2c3d4e5f", [4, 5])["OMP_NUM_THREADS"]
    '2'
    """
    visible = slice_uuid or ""
    if visible and not re.fullmatch(r"(MIG|GPU)-[0-9A-Za-z/-]+", visible):
        raise ValueError(f"one slice, named by its UUID (MIG-...), is wanted, not {visible!r}")
    count = len(set(cores)) if isinstance(cores, Collection) else operator.index(cores)
    if isinstance(cores, bool) or count < 1:
        raise ValueError(f"a worker needs at least one core, not {cores!r}")
    pools = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {"CUDA_VISIBLE_DEVICES": visible, **dict.fromkeys(pools, str(count))}


def resource_name(profile: str) -> str:
    """The name under which Kubernetes counts slices of a profile, with the device plugin's strategy "mixed".

    A "+" becomes a dot, and compute instances smaller than their GPU instance are not offered:
    https://github.com/NVIDIA/k8s-device-plugin/blob/014b4ecd05572bb94dda78f432684584ff7fcf74/internal/rm/rm.go

    Raises:
        ValueError: it is no profile's name, or that of a smaller compute instance.

    >>> resource_name("1g.5gb"), resource_name("1g.5gb+me")
    ('nvidia.com/mig-1g.5gb', 'nvidia.com/mig-1g.5gb.me')
    """
    if parse_profile(profile)["ci_slices"] is not None:
        raise ValueError(f"the device plugin offers whole GPU instances only, and {profile} is a part of one")
    return "nvidia.com/mig-" + profile.replace("+", ".")


def kubernetes_manifest(name: str, image: str, profile: str, replicas: int) -> dict[str, Any]:
    """A Deployment whose every replica has one slice of its own.

    Requires the device plugin with the strategy "mixed"; with "single" the slices are called nvidia.com/gpu.

    Args:
        name: of the Deployment and its pods, as DNS wants it.
        image: of the container.
        profile: of the slice, such as "1g.5gb".
        replicas: how many, 0 or more.

    Raises:
        ValueError: a name that Kubernetes refuses, no image, no such profile's name, or a negative number.

    >>> limits = kubernetes_manifest("digits", "registry.example/digits:1", "1g.5gb", 7)["spec"]["template"]["spec"]
    >>> limits["containers"][0]["resources"]
    {'limits': {'nvidia.com/mig-1g.5gb': 1}}
    """
    if not _LABEL.fullmatch(name):
        raise ValueError(f"Kubernetes wants small letters, digits and dashes, at most 63, not {name!r}")
    if not image.strip():
        raise ValueError("a container needs an image")
    if isinstance(replicas, bool) or not isinstance(replicas, int) or replicas < 0:
        raise ValueError(f"the number of replicas is 0 or more, not {replicas!r}")
    labels = {"app": name}
    container = {"name": name, "image": image, "resources": {"limits": {resource_name(profile): 1}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": {"metadata": {"labels": dict(labels)}, "spec": {"containers": [container]}},
        },
    }
