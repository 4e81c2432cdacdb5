"""A tiny lab in a folder of its own, and a grader for it that runs in this process."""

from __future__ import annotations

import ast
import contextlib
import io
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from course.__main__ import run
from course.authoring.trial import Mark

SLUG = "01_demo"

SOURCE = '''\
# %% [markdown] title=true minutes=20 hardware="a GPU changes nothing"
# # A demo
#
# {badges}
#
# {line}

# %% setup=true

# %%
import numpy as np

from gpu_utils import check

# %% [markdown]
# The bus carries 25 GB/s each way (published).

# %% answer="darken"
def darken(image, factor):
    """Multiply every pixel by factor, in [0, 1]; raise ValueError for any other."""
    ### BEGIN SOLUTION
    if not 0 <= factor <= 1:
        raise ValueError("factor has to lie in [0, 1]")
    return image * factor
    ### END SOLUTION

# %% test="darken-basic" points=1
with check("darken", points=1) as c:
    c.call(darken, np.ones((2, 2)), 0.5).close(np.full((2, 2), 0.5), "half the factor should halve every pixel")
c.score

# %% test="darken-full" points=2 hidden=true
# Other pictures, and a factor that has to be refused.
with check("darken", points=2) as c:
    picture = c.rng.random((3, 4))
    c.call(darken, picture, 0.25).close(picture * 0.25, "a quarter of every pixel in a random picture")
    c.call(darken, picture, 1.5).raises(ValueError, "a factor over 1 would brighten")
c.score

# %% answer="twice" tier="stretch" needs="darken"
def twice(image, factor):
    """Darken two times."""
    ### BEGIN SOLUTION
    return darken(darken(image, factor), factor)
    ### END SOLUTION

# %% test="twice-basic" points=1
with check("twice", points=1) as c:
    c.call(twice, np.ones((2, 2)), 0.5).close(np.full((2, 2), 0.25), "half of a half should be a quarter")
c.score

# %% test="twice-full" points=1 hidden=true
# Another factor.
with check("twice", points=1) as c:
    c.call(twice, np.ones((2, 2)), 0.1).close(np.full((2, 2), 0.01), "a tenth of a tenth should be a hundredth")
c.score

# %% given="speedup"
def speedup(baseline, candidate):
    """Return how many times the candidate is as fast."""
    return baseline / candidate

# %% tags=["experiment"]
speedup(2.0, 1.0)

# %% [markdown] written="why-bandwidth" points=3
# Because the pixels have to come from memory, and that is what takes the time.
'''

DARKEN = """\
# Answers to darken: what people write.

# %% right="the plain way"
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("no")
    return factor * image

# %% right="with where"
def darken(image, factor):
    if factor < 0 or factor > 1:
        raise ValueError("no")
    return np.where(image == 0, image, image * factor)

# %% wrong="takes any factor" hint="What if the factor is 1.5?"
def darken(image, factor):
    return image * factor

# %% wrong="subtracts instead of multiplying" hint="Darkening keeps black black."
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("no")
    return image - factor / 4

# %% wrong="turns the factor round"
def darken(image, factor):
    if not 0 <= factor <= 1:
        raise ValueError("no")
    return image * (1 - factor) ** 2

# %% wrong="works on its input"
def darken(image, factor):
    image *= factor
    return image
"""

TWICE = """\
# %% right="calls darken"
def twice(image, factor):
    return darken(darken(image, factor), factor)

# %% right="squares the factor"
def twice(image, factor):
    return image * factor**2

# %% wrong="darkens once"
def twice(image, factor):
    return darken(image, factor)

# %% wrong="doubles the factor"
def twice(image, factor):
    return image * 2 * factor

# %% wrong="halves the factor"
def twice(image, factor):
    return image * factor / 2 + 0.25 * 0

# %% wrong="forgets to return"
def twice(image, factor):
    darken(darken(image, factor), factor)
"""

PYPROJECT = """\
[project]
name = "pixels-to-edge"
[project.urls]
Repository = "https://github.com/someone/some-course/"
"""


class Demo:
    """The made-up lab: change its source or its answers, run a verb on it, read what came out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "solutions" / SLUG
        self.source = self.folder / f"{SLUG}.py"
        self.solution = self.folder / f"{SLUG}.ipynb"
        self.release = root / "labs" / SLUG / f"{SLUG}.ipynb"
        self.signatures = root / "gpu_utils" / "data" / "signatures" / f"{SLUG}.json"
        (self.folder / "answers").mkdir(parents=True)
        (root / "pyproject.toml").write_text(PYPROJECT)
        self.source.write_text(SOURCE)

    def answer(self, question: str, text: str) -> None:
        (self.folder / "answers" / f"{question}.py").write_text(text)

    def replace(self, old: str, new: str) -> None:
        text = self.source.read_text()
        assert old in text
        self.source.write_text(text.replace(old, new))

    def run(self, verb: str, *args: str) -> int:
        return run([verb, "--root", str(self.root), *args])


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path)


@contextlib.contextmanager
def in_process(lab, solved):
    """Stands in for the pipeline: runs the cells here, one after another, and keeps what the checks publish."""
    hidden = {cell.id: cell.source for cell in solved.cells}

    def trial(notebook, seed):
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
            verdicts = []
            patch.setattr("gpu_utils.checks.publish", verdicts.append)
            patch.setenv("GPU_UTILS_CHECK_SEED", f"seed {seed}")
            patch.setenv("GPU_UTILS_LEDGER", "memory")
            return dict(_marks(notebook, hidden, verdicts))

    yield trial


def _marks(notebook, hidden, verdicts):
    namespace: dict = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or "experiment" in cell.metadata.get("tags", []) or cell.id == "setup":
            continue
        is_test = cell.metadata.get("nbgrader", {}).get("grade", False)
        verdicts.clear()
        *body, last = ast.parse(TransformerManager().transform_cell(hidden[cell.id] if is_test else cell.source)).body
        value = None
        exec(compile(ast.Module(body, []), cell.id, "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), cell.id, "eval"), namespace)
        else:
            exec(compile(ast.Module([last], []), cell.id, "exec"), namespace)
        if is_test:
            bundle = verdicts[-1].bundle()
            yield (
                cell.id,
                Mark(
                    value,
                    bundle["status"],
                    tuple(bundle["expectations"]),
                    tuple(bundle["failed"]),
                    bundle["fingerprint"],
                ),
            )
