"""Networks that read a sequence, drawn: the gates of a recurrent cell step by step, and where attention looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gpu_utils.plotting.house import INK, PALETTE, new_figure, style

__all__ = ["cell_strips", "gru_gates", "looking_back"]


def cell_strips(
    inputs: Sequence[float], strips: Mapping[str, Any], step: int, labels: Sequence[str], unit: str = ""
) -> Any:
    """What a recurrent cell has read up to a step, and what each of its gates did: one strip a gate.

    Args:
        inputs: the sequence, (T,).
        strips: name of the gate or state to its values, (T, H), from 0 to 1 or from -1 to 1.
        step: the step that the cell has just made, 0 to T - 1; what comes later is left white.
        labels: name of each step, for example its month.
        unit: of the inputs, for the axis.

    Returns:
        A figure with its alternative text.

    >>> import numpy as np
    >>> figure = cell_strips([1.0, 2.0], {"update z": np.full((2, 3), 0.25)}, 1, ["May", "June"])
    >>> figure.alt
    'Step 2 of 2, June: the input is 2. Means over 3 units: update z 0.25.'
    """
    import numpy as np

    steps = len(inputs)
    figure = new_figure(8, 1.5 + 0.95 * len(strips))
    with style():
        axes = figure.subplots(len(strips) + 1, 1, sharex=True, height_ratios=[1.5] + [1] * len(strips))
    read = np.arange(step + 1)
    axes[0].plot(range(steps), inputs, color="#b5b5b5", linewidth=1.2, linestyle="-")
    axes[0].plot(read, np.asarray(inputs)[: step + 1], color=PALETTE[0], linestyle="-", marker="o", markersize=4)
    axes[0].set_ylabel(unit or "input")
    axes[0].set_title(f"step {step + 1} of {steps}: {labels[step]}", fontsize=11)
    said = []
    for axis, (name, values) in zip(axes[1:], strips.items(), strict=True):
        seen = np.array(values, dtype=float).T
        said.append(f"{name} {seen[:, step].mean():.2g}")
        signed = bool((seen < 0).any())
        seen[:, step + 1 :] = np.nan
        axis.imshow(
            seen,
            aspect="auto",
            interpolation="nearest",
            cmap="PuOr_r" if signed else "cividis",
            vmin=-1 if signed else 0,
            vmax=1,
        )
        axis.set_yticks([])
        scale = axis.inset_axes((1.1, 0.1, 0.012, 0.8))
        figure.colorbar(axis.images[0], cax=scale, ticks=[-1, 0, 1] if signed else [0, 1])
        scale.tick_params(labelsize=8, length=2)
        axis.set_ylabel(name.replace(" ", "\n", 1), fontsize=9, rotation=0, ha="right", va="center")
        axis.text(
            1.01, 0.5, f"{seen[:, step].mean():+.2f}" if signed else f"{seen[:, step].mean():.2f}",
            transform=axis.transAxes, va="center", fontsize=10,
        )  # fmt: skip
    axes[1].text(1.01, 1.06, "mean", transform=axes[1].transAxes, va="bottom", fontsize=9)
    axes[1].text(1.1, 1.06, "colour", transform=axes[1].transAxes, va="bottom", fontsize=9)
    for axis in axes:
        axis.axvline(step, color=INK, linewidth=1)
        axis.tick_params(length=0)
    ticks = range(0, steps, max(1, steps // 6))
    axes[-1].set_xticks(ticks, [labels[t] for t in ticks])
    units = next(iter(strips.values())).shape[1]
    figure.alt = (
        f"Step {step + 1} of {steps}, {labels[step]}: the input is {inputs[step]:.3g}. "
        f"Means over {units} units: {', '.join(said)}."
    )
    return figure


def gru_gates(inputs: Any, states: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> dict[str, Any]:
    """The gates of a GRU at each step of one sequence, from the states that it went through.

    Gate order and formula are those of torch.nn.GRUCell; the first state before step 0 is zero.

    Args:
        inputs: (T, I), on the host.
        states: the state after each step, (T, U).
        w_ih, w_hh, b_ih, b_hh: (3 U, I), (3 U, U), (3 U,), (3 U,), rows in the order reset, update, candidate.

    Returns:
        "reset r", "update z", "candidate n" and "state h", each a NumPy array (T, U).

    >>> import numpy as np
    >>> gates = gru_gates(np.ones((2, 1)), np.zeros((2, 1)), *(np.zeros(s) for s in ((3, 1), (3, 1), 3, 3)))
    >>> gates["update z"].ravel().tolist()
    [0.5, 0.5]
    """
    import numpy as np

    after = np.asarray(states, dtype=float)
    before = np.vstack([np.zeros_like(after[:1]), after[:-1]])
    from_input = np.split(np.asarray(inputs, dtype=float) @ np.asarray(w_ih).T + b_ih, 3, axis=1)
    from_state = np.split(before @ np.asarray(w_hh).T + b_hh, 3, axis=1)
    reset, update = (0.5 + 0.5 * np.tanh((i + s) / 2) for i, s in zip(from_input[:2], from_state[:2], strict=True))
    candidate = np.tanh(from_input[2] + reset * from_state[2])
    return {"reset r": reset, "update z": update, "candidate n": candidate, "state h": after}


def looking_back(
    months: Any, history: Any, weights: Any, question: Any, forecast: Any, truth: Any, title: str = "", unit: str = ""
) -> Any:
    """Where attention looks: its weights over the past, and beside them what it makes of them.

    Args:
        months: the month of each value of the past, datetime64, (T,).
        history: the past, (T,).
        weights: one weight for each place of the past, (T,), not negative; they sum to 1.
        question: the last values before the forecast, (L,).
        forecast, truth: what attention expects and what came, (H,).

    Returns:
        A figure with its alternative text.

    >>> import numpy as np
    >>> months, past = np.arange("2000-01", "2000-05", dtype="datetime64[M]"), np.arange(4.0)
    >>> figure = looking_back(months, past, np.array([0.0, 0.75, 0.25, 0.0]), [1.0], [2.0], [2.5])
    >>> figure.alt
    'Attention looks most at 2000-02 (75 %), 2000-03 (25 %). Its forecast is off by 0.5 on average.'
    """
    import numpy as np

    weights = np.asarray(weights, dtype=float)
    years = np.asarray(months).astype("datetime64[M]").astype(int) / 12 + 1970
    figure = new_figure(8, 4.8)
    with style():
        grid = figure.add_gridspec(2, 2, width_ratios=[2.1, 1], height_ratios=[1, 1])
        past, bars = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        ahead = figure.add_subplot(grid[:, 1])
    past.plot(years, history, color="#6b6b6b", linewidth=0.9, linestyle="-")
    past.set_ylabel(unit)
    past.set_title(title or "the past", fontsize=11)
    bars.vlines(years, 0, 100 * weights, color=PALETTE[1], linewidth=1.6)
    bars.set_ylabel("weight, %")
    bars.set_ylim(0, None)
    bars.set_title("where it looks", fontsize=11)
    past.sharex(bars)
    known, coming = np.arange(-len(question) + 1, 1), np.arange(1, len(forecast) + 1)
    ahead.plot(known, question, color=INK, linestyle="-", linewidth=1.5, label="the question")
    ahead.plot(coming, truth, color="#6b6b6b", linestyle=":", marker="o", markersize=4, label="what came")
    ahead.plot(coming, forecast, color=PALETTE[1], linestyle="-", label="its forecast")
    ahead.set_xlabel("months from now")
    ahead.set_ylabel(unit)
    ahead.set_title("what it expects", fontsize=11)
    ahead.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    most = [int(place) for place in np.argsort(-weights, kind="stable")[:3] if weights[place] > 0]
    named = ", ".join(f"{np.asarray(months)[place]} ({weights[place]:.0%})".replace("%", " %") for place in most)
    off = float(np.abs(np.asarray(forecast) - np.asarray(truth)).mean())
    figure.alt = f"Attention looks most at {named}. Its forecast is off by {off:.2g} on average."
    return figure
