"""One GPU cut into slices: what fits, where, in which order, and how many GPUs a list of tenants needs.

Tables and arithmetic only. Nothing here reconfigures a GPU: plans come out as text for the person who may.

>>> from gpu_utils import mig
>>> mig.why_not(["4g.20gb", "4g.20gb"], "A100-40GB")
'A100-40GB holds at most 1 of 4g.20gb, and here are 2.'
"""

from __future__ import annotations

from gpu_utils.mig.deployment import (
    commands,
    environment,
    kubernetes_manifest,
    parse_nvidia_smi_l,
    resource_name,
    to_mig_parted,
)
from gpu_utils.mig.geometry import (
    Placement,
    all_layouts,
    create,
    free_starts,
    is_legal,
    placements,
    why_not,
)
from gpu_utils.mig.packing import lower_bound, plan, prices
from gpu_utils.mig.tables import Profile, gpus, parse_profile, profile, profiles, slices

__all__ = [
    "Placement",
    "Profile",
    "all_layouts",
    "commands",
    "create",
    "environment",
    "free_starts",
    "gpus",
    "is_legal",
    "kubernetes_manifest",
    "lower_bound",
    "parse_nvidia_smi_l",
    "parse_profile",
    "placements",
    "plan",
    "prices",
    "profile",
    "profiles",
    "resource_name",
    "slices",
    "to_mig_parted",
    "why_not",
]
