"""Two widgets about money and waiting: the sums behind them, and what they say when an answer fails."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gpu_utils.plotting import png
from gpu_utils.widgets.queueing import draw_queue, explore_queue, mean_wait, serve
from gpu_utils.widgets.renting import bills, explore_costs

PRICES = {"price": 1e5, "kilowatts": 5, "per_kwh": 0.2, "cloud_per_hour": 21, "yearly_share": 0.1}


def own(price, kilowatts, hours, per_kwh):
    return price + kilowatts * hours * per_kwh


def even(price, kilowatts, per_kwh, cloud_per_hour):
    saving = cloud_per_hour - kilowatts * per_kwh
    return price / saving if saving > 0 else math.inf


class TestQueue:
    """First come, first served."""

    @pytest.mark.parametrize("servers", [1, 2, 3, 8])
    def test_no_more_run_than_there_are_servers_and_none_starts_early(self, servers):
        rng = np.random.default_rng(servers)
        arrivals, durations = np.sort(rng.uniform(0, 20, 60)), rng.exponential(size=60)
        starts = np.array(serve(arrivals.tolist(), durations.tolist(), servers))
        assert (starts >= arrivals).all() and (np.diff(starts) >= 0).all()
        running = [((starts <= t) & (t < starts + durations)).sum() for t in starts]
        assert max(running) <= servers
        waiting = starts > arrivals + 1e-12
        assert all(
            n == servers for n, waited in zip(running, waiting, strict=True) if waited
        )  # nobody waits beside a free server

    @pytest.mark.parametrize("arrivals, servers", [([2, 1], 1), ([1, 2], 0)])
    def test_what_can_not_be_served_is_refused(self, arrivals, servers):
        with pytest.raises(ValueError, match="order of their arrival"):
            serve(arrivals, [1, 1], servers)

    @pytest.mark.parametrize("utilisation", [0.2, 0.5, 0.8])
    def test_the_mean_wait_agrees_with_the_formula(self, utilisation):
        assert mean_wait(utilisation) == pytest.approx(utilisation / (1 - utilisation), rel=0.1)

    def test_an_idle_server_makes_nobody_wait_and_a_full_one_is_refused(self):
        assert mean_wait(0.0) == 0.0
        with pytest.raises(ValueError, match="below 1"):
            mean_wait(1.0)

    @pytest.mark.parametrize("utilisation, pieces", [(0.1, 1), (1.2, 1), (0.9, 8)])
    def test_the_figure_draws_itself(self, utilisation, pieces):
        figure = draw_queue(utilisation, 40, pieces)
        assert png(figure)[1:4] == b"PNG" and "mean wait" in figure.alt and "modelled" in figure.alt

    def test_the_slider_changes_the_day(self):
        widget = explore_queue(12)
        before = widget.children[-1].value
        widget.children[0].value += 20
        assert "12 people bring 80%" in widget.children[-1].value != before


class TestBills:
    """Rent or own."""

    def test_who_rents_pays_for_work_only_and_who_owns_for_all(self):
        rent, mine = bills(2, 0.5, own, PRICES)
        assert rent == pytest.approx(8760 * 21)
        assert mine == pytest.approx(1e5 + 8760 * 1.0 + 0.2 * 1e5)

    def test_utilisation_decides(self):
        widget = explore_costs(own, even, PRICES)
        use, message = widget.children[0], widget.children[-2]
        use.value = 100
        assert "5,000 hours of work, 0.6 years at 100%" in message.value and "after 0.6 years" in message.value
        use.value = 5
        assert "not within 5 years" in message.value

    def test_a_field_changes_the_bill(self):
        widget = explore_costs(own, even, PRICES)
        next(c for c in widget.children if c.description == "rent for an hour").value = 0.5
        assert "<b>never</b>" in widget.children[-2].value

    def test_a_missing_or_failing_answer_is_told_in_a_sentence(self):
        def missing(*_):
            raise NotImplementedError

        assert "not written yet" in explore_costs(missing, even, PRICES).children[-2].value
        assert "ZeroDivisionError" in explore_costs(own, lambda *_: 1 / 0, PRICES).children[-2].value
        assert "TypeError" in explore_costs(lambda *_: None, even, PRICES).children[-2].value
