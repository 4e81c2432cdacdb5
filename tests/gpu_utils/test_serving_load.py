"""Open-loop load: the plan decides when a request leaves, and latency counts from there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gpu_utils.serving import Arrival, Fleet, Sample, Slice, arrivals, ask_in_turn, drive, percentile


def test_arrivals_are_poisson_and_repeat_with_their_seed():
    times = np.array(arrivals(200.0, 50.0, seed=3))
    assert list(times) == arrivals(200.0, 50.0, seed=3) != arrivals(200.0, 50.0, seed=4)
    assert abs(len(times) - 10_000) < 5 * math.sqrt(10_000)
    gaps = np.diff(times)
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.1)  # an exponential's spread is its mean
    assert arrivals(200.0, 50.0, seed=3, start_s=7.0)[0] == pytest.approx(times[0] + 7)


@pytest.mark.parametrize(("rate", "seconds"), [(0, 1), (-1, 1), (1, 0), (float("nan"), 1)])
def test_no_rate_is_no_load(rate, seconds):
    with pytest.raises(ValueError):
        arrivals(rate, seconds, seed=0)


def test_a_freeze_is_charged_to_every_request_that_it_made_wait():
    """Coordinated omission: the polite client meets the freeze once, the plan meets it ten times."""
    with Fleet([Slice("a")]) as fleet:
        plan = [Arrival(0.0, "you", "pause", (0.5,))]
        plan += [Arrival(0.05 * n, "you", "pause", (0.0,)) for n in range(1, 20)]
        planned = drive(fleet, plan)
        polite = ask_in_turn(fleet, [("pause", (0.5,))] + [("pause", (0.0,))] * 19)
    slow = [sample for sample in planned if sample.latency_s > 0.04]
    assert len(slow) >= 9
    assert all(sample.sent_s < 0.5 for sample in slow[1:9])  # they left on time, and waited
    assert sum(sample.latency_s > 0.45 for sample in polite) == 1


def test_an_unanswered_request_has_no_finite_latency():
    with Fleet([Slice("a")]) as fleet:
        samples = drive(fleet, [Arrival(0.0, "you", "sing"), Arrival(0.0, "you", "pause", (0.0,))])
    assert samples[0].latency_s == math.inf and isinstance(samples[0].value, RuntimeError)
    assert samples[1].latency_s < math.inf


def test_only_the_named_tenants_are_waited_for():
    with Fleet([Slice("a"), Slice("b")], {"you": ["a"], "neighbour": ["b"]}) as fleet:
        plan = [Arrival(0.0, "neighbour", "pause", (20.0,)), Arrival(0.0, "you", "pause", (0.0,))]
        samples = drive(fleet, plan, wait_for=("you",))
    by_tenant = {sample.tenant: sample for sample in samples}
    assert by_tenant["you"].value == 0.0 and by_tenant["neighbour"].latency_s == math.inf


@pytest.mark.parametrize("q", [0.5, 1, 25, 50, 90, 99, 100])
def test_the_percentile_is_the_least_value_that_so_many_do_not_exceed(q):
    values = np.random.default_rng(1).permutation(200).tolist()
    found = percentile(values, q)
    assert sum(v <= found for v in values) >= q / 100 * 200 > sum(v < found for v in values)


def test_latency_counts_from_the_plan():
    assert Sample("you", 1.0, 1.4, 2.0, 0.1, ("a",), None).latency_s == 1.0
