"""Handwritten digits: one split for everybody, and files of others read with suspicion."""

from __future__ import annotations

import gzip
import os
import pickle
import struct

import numpy as np
import pytest

from gpu_utils.digits import credit, enlarge, load, split


class TestDigits:
    """What comes with scikit-learn."""

    @pytest.mark.parametrize("by_hand", [False, True])
    def test_shapes_dtypes_and_range_are_what_a_network_wants(self, by_hand):
        train_images, train_labels, test_images, test_labels = load(by_hand=by_hand)
        assert train_images.shape == (1347, 1, 32, 32)
        assert test_images.shape == (450, 1, 32, 32)
        assert train_labels.shape == (1347,) and test_labels.shape == (450,)
        assert train_images.dtype == test_images.dtype == np.float32
        assert train_labels.dtype == test_labels.dtype == np.int64
        assert train_images.min() == 0 and train_images.max() == 1

    def test_the_split_is_fixed(self):
        assert load().test_labels[:12].tolist() == FIRST_TEST_LABELS

    def test_no_picture_is_on_both_sides_and_none_is_lost(self):
        digits = load()
        seen = [picture.tobytes() for part in (digits.train_images, digits.test_images) for picture in part]
        assert len(seen) == 1797
        assert len(set(seen)) == 1797  # the set has no two equal pictures

    def test_every_digit_has_its_share_in_the_test(self):
        counts = np.bincount(load().test_labels)
        assert counts.min() >= 43 and counts.max() <= 46

    def test_writing_into_the_pictures_does_not_spoil_the_next_ones(self):
        load().train_images[:] = 0
        assert load().train_images.max() == 1

    def test_a_picture_still_shows_what_it_showed(self):
        from sklearn.datasets import load_digits

        small = load_digits().images / 16
        again = enlarge(small).reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4))
        assert np.abs(again - small).mean() < 0.1

    def test_it_says_whose_it_is(self):
        assert "CC BY 4.0" in credit() and "Alpaydin" in credit()
        assert "LeCun" in credit("mnist") and "Krizhevsky" in credit("cifar10")


FIRST_TEST_LABELS = [3, 7, 3, 6, 9, 2, 6, 0, 8, 7, 1, 0]


class TestSplit:
    """Stratified and seeded."""

    def test_each_class_gives_its_share(self):
        labels = np.repeat([3, 5, 9], [40, 80, 8])
        train, test = split(labels, share=0.25)
        assert np.bincount(labels[test], minlength=10)[[3, 5, 9]].tolist() == [10, 20, 2]
        assert sorted([*train, *test]) == list(range(128))

    def test_another_seed_draws_others(self):
        labels = np.arange(200) % 10
        assert (split(labels, seed=1)[1] != split(labels, seed=2)[1]).any()

    @pytest.mark.parametrize("share", [0, 1, -0.2, float("nan")])
    def test_a_share_that_leaves_one_side_empty_is_refused(self, share):
        with pytest.raises(ValueError, match="between 0 and 1"):
            split([0, 1], share=share)


class TestEnlarge:
    """Bilinear, as torch does it."""

    @pytest.mark.parametrize("size", [5, 8, 32])
    def test_it_agrees_with_torch(self, size):
        torch = pytest.importorskip("torch")
        pictures = np.random.default_rng(size).random((3, 8, 8))
        if size >= 8:
            wanted = torch.nn.functional.interpolate(torch.from_numpy(pictures)[None], (size, size), mode="bilinear")[0]
            np.testing.assert_allclose(enlarge(pictures, size), wanted, atol=1e-6)
        assert enlarge(pictures, size).shape == (3, size, size)

    def test_a_grey_picture_stays_grey(self):
        np.testing.assert_allclose(enlarge(np.full((1, 8, 8), 0.3)), 0.3, rtol=1e-6)

    @pytest.mark.parametrize("shape", [(8, 8), (2, 8, 7)])
    def test_what_is_no_stack_of_squares_is_refused(self, shape):
        with pytest.raises(ValueError, match="square"):
            enlarge(np.zeros(shape))


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture
def mnist(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for part, n in (("train", 6), ("t10k", 4)):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(rng.integers(0, 10, n, dtype=np.uint8)))
    return tmp_path


class TestMnist:
    """The idx files, when they are there."""

    def test_it_looks_like_the_digits(self, mnist):
        digits = load("mnist", mnist)
        assert digits.train_images.shape == (6, 1, 32, 32)
        assert digits.test_images.shape == (4, 1, 32, 32)
        assert digits.train_images.dtype == np.float32 and digits.test_labels.dtype == np.int64
        assert digits.train_images[:, :, :2].max() == 0  # the margin
        assert 0.9 < digits.train_images.max() <= 1

    def test_files_packed_by_gzip_are_read_alike(self, mnist):
        plain = load("mnist", mnist)
        for path in list(mnist.rglob("*ubyte")):
            path.with_suffix(".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.with_suffix(".gz").rename(path.parent / (path.name + ".gz"))
            path.unlink()
        for one, other in zip(plain, load("mnist", str(mnist)), strict=True):
            np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize(
        "damage, says",
        [
            (lambda raw: raw[:-5], "should hold"),
            (lambda raw: raw[:7], "no idx file"),
            (lambda raw: b"<html>" + raw, "no idx file"),
            (lambda raw: gzip.compress(raw)[:-9], "damaged"),
        ],
    )
    def test_a_damaged_file_is_named(self, mnist, damage, says):
        path = next(mnist.rglob("train-images-idx3-ubyte"))
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(ValueError, match=says):
            load("mnist", mnist)

    def test_labels_that_do_not_fit_are_refused(self, mnist):
        next(mnist.rglob("t10k-labels-idx1-ubyte")).write_bytes(idx(np.zeros(3, np.uint8)))
        with pytest.raises(ValueError, match="3 labels"):
            load("mnist", mnist)


@pytest.fixture
def cifar10(tmp_path):
    rng = np.random.default_rng(1)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]:
        batch = {b"data": rng.integers(0, 256, (3, 3072), dtype=np.uint8), b"labels": [1, 2, 3]}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))
    return tmp_path


class Sabotage:
    def __reduce__(self):
        return os.system, ("touch sabotage",)


class TestCifar10:
    """Python pickles, loaded without trust."""

    def test_it_looks_like_the_digits_in_grey(self, cifar10):
        digits = load("cifar10", cifar10)
        assert digits.train_images.shape == (15, 1, 32, 32)
        assert digits.test_labels.tolist() == [1, 2, 3]
        assert digits.train_images.dtype == np.float32
        raw = pixels_of(cifar10 / "cifar-10-batches-py" / "test_batch")
        exact = (raw.reshape(3, 3, 32, 32) * np.array([0.299, 0.587, 0.114])[:, None, None]).sum(axis=1) / 255
        np.testing.assert_allclose(digits.test_images[:, 0], exact, atol=1e-6)

    @pytest.mark.parametrize("protocol", range(5))
    def test_every_protocol_is_read(self, cifar10, protocol):
        batch = {b"data": np.zeros((2, 3072), np.uint8), b"labels": [4, 5]}
        next(cifar10.rglob("test_batch")).write_bytes(pickle.dumps(batch, protocol=protocol))
        assert load("cifar10", cifar10).test_labels.tolist() == [4, 5]

    def test_a_pickle_that_would_run_a_program_does_not(self, cifar10, monkeypatch):
        monkeypatch.chdir(cifar10)
        next(cifar10.rglob("data_batch_3")).write_bytes(pickle.dumps({b"data": Sabotage()}))
        with pytest.raises(ValueError, match="would import"):
            load("cifar10", cifar10)
        assert not (cifar10 / "sabotage").exists()

    @pytest.mark.parametrize(
        "batch",
        [b"<html>", b"", pickle.dumps([1, 2]), pickle.dumps({b"data": [1]}), pickle.dumps({b"labels": [1]})],
    )
    def test_what_is_no_batch_is_named(self, cifar10, batch):
        next(cifar10.rglob("test_batch")).write_bytes(batch)
        with pytest.raises(ValueError, match="test_batch"):
            load("cifar10", cifar10)


def pixels_of(path):
    return pickle.loads(path.read_bytes())[b"data"].astype(np.float64)


class TestNothingIsDownloaded:
    """What is not there is said."""

    @pytest.mark.parametrize("name", ["mnist", "cifar10"])
    def test_a_folder_is_asked_for(self, name):
        with pytest.raises(ValueError, match="folder="):
            load(name)

    @pytest.mark.parametrize("name", ["mnist", "cifar10"])
    def test_an_empty_folder_is_said(self, name, tmp_path):
        with pytest.raises(FileNotFoundError, match="nothing is downloaded"):
            load(name, tmp_path)

    @pytest.mark.parametrize("ask", [lambda: load("imagenet"), lambda: credit("imagenet")])
    def test_an_unknown_set_lists_the_known_ones(self, ask):
        with pytest.raises(ValueError, match="choose from digits, mnist, cifar10"):
            ask()
