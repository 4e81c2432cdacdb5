"""Recurrent cells and attention, drawn: what is computed agrees with torch, and what is seen is said."""

import numpy as np
import pytest

from gpu_utils.plotting.house import png
from gpu_utils.plotting.sequences import cell_strips, gru_gates, looking_back


def test_gates_are_those_of_torchs_cell():
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    cell = torch.nn.GRUCell(2, 5, dtype=torch.float64)
    inputs, state, states = torch.randn(7, 2, dtype=torch.float64), torch.zeros(1, 5, dtype=torch.float64), []
    with torch.no_grad():
        for each in inputs:
            state = cell(each[None], state)
            states.append(state[0])
    weights = [parameter.detach().numpy() for parameter in cell.parameters()]
    gates = gru_gates(inputs.numpy(), torch.stack(states).numpy(), *weights)
    z, n, h = gates["update z"], gates["candidate n"], gates["state h"]
    before = np.vstack([np.zeros((1, 5)), h[:-1]])
    np.testing.assert_allclose((1 - z) * n + z * before, h, atol=1e-12)
    assert all(each.shape == (7, 5) for each in gates.values())


@pytest.mark.parametrize("step", [0, 3, 5])
def test_strips_say_what_the_cell_has_just_done(step: int):
    values = np.linspace(-1, 1, 6 * 4).reshape(6, 4)
    figure = cell_strips(list(range(6)), {"update z": np.abs(values), "state h": values}, step, list("abcdef"), "°C")
    assert figure.alt.startswith(f"Step {step + 1} of 6, {'abcdef'[step]}: the input is {step}")
    assert f"state h {values[step].mean():.2g}" in figure.alt
    assert len(figure.axes) == 3
    assert png(figure)[1:4] == b"PNG"


def test_what_comes_later_is_left_white():
    figure = cell_strips([1.0, 2.0, 3.0], {"update z": np.full((3, 2), 0.5)}, 1, ["a", "b", "c"])
    shown = figure.axes[1].images[0].get_array()
    assert np.isnan(np.ma.filled(shown, np.nan)[:, 2]).all()
    assert not np.isnan(np.ma.filled(shown, np.nan)[:, :2]).any()


def test_looking_back_names_the_places_with_the_largest_weights():
    months = np.arange("1950-01", "1951-01", dtype="datetime64[M]")
    weights = np.zeros(12)
    weights[[2, 7]] = 0.25, 0.75
    figure = looking_back(months, np.arange(12.0), weights, [1.0, 2.0], [3.0, 4.0], [3.0, 6.0], "January", "°C")
    assert figure.alt == "Attention looks most at 1950-08 (75 %), 1950-03 (25 %). Its forecast is off by 1 on average."
    assert png(figure)[1:4] == b"PNG"
