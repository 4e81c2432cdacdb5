"""Lab 11's launcher on real cards: each worker sees what its environment names, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from gpu_utils import detect, mig
from gpu_utils.serving import Arrival, Fleet, Slice, drive
from gpu_utils.serving.tasks import classify

torch = pytest.importorskip("torch")

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device that torch can use"),
]

IMAGES = np.random.default_rng(0).random((4, 1, 32, 32)).astype(np.float32)


def slices() -> list[Slice]:
    """One worker for each MIG slice; on a card without slices two workers, which take turns on it."""
    cards = [device for device in detect(quick=True).devices if device.kind == "cuda" and device.uuid]
    whole = [device.uuid for device in cards if not (device.mig and device.mig.enabled)]
    names = [device.uuid for device in cards if device.is_slice] or whole[:1] * 2
    return [
        Slice(f"slice {n}", environment={**mig.environment(None, 1), "CUDA_VISIBLE_DEVICES": str(uuid)})
        for n, uuid in enumerate(names)
    ]


def test_every_slice_reads_digits_as_the_processor_does():
    with Fleet(slices(), {name.name: [name.name] for name in slices()}) as fleet:
        for each in slices():
            request = fleet.submit("classify_on_gpu", IMAGES, tenant=each.name)
            assert request.result(180) == classify(IMAGES)
            assert request.tried == [each.name]


def test_a_worker_without_a_slice_sees_no_gpu():
    with (
        Fleet([Slice("nobody's", environment=mig.environment(None, 1))]) as fleet,
        pytest.raises(RuntimeError, match=r"(?i)cuda|nvidia|gpu"),
    ):
        fleet.submit("classify_on_gpu", IMAGES).result(180)


def test_a_killed_worker_on_a_gpu_loses_no_accepted_request():
    pair = slices()[:2]
    with Fleet(pair) as fleet:
        for each in pair:
            fleet.submit("classify_on_gpu", IMAGES, slice_name=each.name).result(180)
        plan = [Arrival(0.02 * n, "you", "classify_on_gpu", (IMAGES,)) for n in range(100)]
        fleet.kill(pair[0].name)
        assert [sample.value for sample in drive(fleet, plan, patience_s=180)] == [classify(IMAGES)] * 100
