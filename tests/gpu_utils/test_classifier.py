"""The classifier that travels along: it reads digits, says how it came about, and can't run a program."""

from __future__ import annotations

import pickle
from importlib import resources

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gpu_utils import classifier, digits  # noqa: E402


def test_the_shipped_weights_read_as_well_as_they_say():
    data = digits.load()
    with torch.inference_mode():
        read = classifier.load()(torch.from_numpy(data.test_images)).argmax(1).numpy()
    share = float((read == data.test_labels).mean())
    assert share >= 0.97
    assert share == pytest.approx(classifier.about()["test_accuracy"], abs=0.005)


def test_the_shipped_file_is_small_and_says_how_it_was_made():
    facts = classifier.about()
    assert {"data", "training", "seed", "torch", "test_accuracy", "licence"} <= set(facts)
    assert "bench/digits_cnn.py" in facts["training"]
    assert len((resources.files("gpu_utils") / "data" / "digits_cnn.npz").read_bytes()) < 200_000


def test_it_comes_ready_to_be_used():
    model = classifier.load()
    assert not model.training
    assert classifier.load() is not model


def test_what_was_saved_comes_back(tmp_path):
    model = classifier.build()
    path = classifier.save(model, tmp_path / "mine", seed=7, note="näher")
    again = classifier.load(path)
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
    assert classifier.about(path) == {"seed": 7, "note": "näher"}


def test_saving_twice_gives_the_same_bytes(tmp_path):
    model = classifier.load()
    one, other = (classifier.save(model, tmp_path / name, a=1).read_bytes() for name in ("one.npz", "other.npz"))
    assert one == other


def test_weights_of_another_network_are_refused(tmp_path):
    path = classifier.save(torch.nn.Linear(3, 2), tmp_path / "linear.npz")
    with pytest.raises(ValueError, match="other weights"):
        classifier.load(path)


@pytest.mark.parametrize("content", [b"", b"<html>", pickle.dumps({"about": 1})])
def test_what_is_no_file_of_weights_is_refused(tmp_path, content):
    (tmp_path / "odd.npz").write_bytes(content)
    with pytest.raises(ValueError, match="no file of weights"):
        classifier.load(tmp_path / "odd.npz")


def test_objects_inside_the_file_are_refused(tmp_path):
    np.savez(tmp_path / "objects.npz", about=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="no file of weights"):
        classifier.load(tmp_path / "objects.npz")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        classifier.load(tmp_path / "nowhere.npz")
