"""A small question to check: half of a picture."""

from __future__ import annotations

import numpy as np

from gpu_utils.checks import check
from gpu_utils.verdict import Verdict

PICTURE = np.linspace(0, 1, 24, dtype=np.float32).reshape(2, 4, 3)


def halve(image):
    return image * 0.5


def judge(function, *, points=2, **kwargs) -> Verdict:
    """One call of `function` on a picture, compared with half of it."""
    with check("halve", points=points) as c:
        c.call(function, PICTURE.copy()).close(0.5 * PICTURE, "half of every value", **kwargs)
    assert c.verdict is not None
    assert c.verdict.score == c.score
    return c.verdict


def kinds(verdict: Verdict) -> list[str]:
    return [e.kind for e in verdict.expectations]
