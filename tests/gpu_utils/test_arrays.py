"""One code for every array library: whose an array is, and how it travels."""

import subprocess
import sys

import array_api_strict
import numpy as np
import pytest

from gpu_utils.arrays import array_module, device_memory, to_device, to_host

torch = pytest.importorskip("torch", reason="PyTorch (extra lab) is not installed")

PATCH = np.arange(12, dtype=np.float32).reshape(2, 2, 3)


def brighten(image):
    """A filter that asks its argument for the library, as lab 01 teaches."""
    xp = array_module(image)
    return xp.clip(image * 1.5, 0.0, 10.0)


@pytest.mark.parametrize("move", [np.asarray, torch.from_numpy, array_api_strict.asarray, device_memory])
def test_one_function_runs_on_every_library(move):
    image = move(PATCH)
    result = brighten(image)
    assert type(result) is type(image)
    assert result.dtype == image.dtype
    np.testing.assert_array_equal(to_host(result), np.clip(PATCH * 1.5, 0, 10))


def test_numbers_beside_an_array_do_not_matter():
    assert array_module(PATCH, 0.5) is array_module(PATCH)


@pytest.mark.parametrize(
    "thing, said", [([1, 2], "a list"), (3, "an int"), (2.5, "a float"), (None, "None"), ("abc", "a str")]
)
def test_what_is_no_array_is_refused_in_one_sentence(thing, said):
    with pytest.raises(TypeError, match=f"expected an array, got {said}") as caught:
        array_module(thing)
    assert "\n" not in str(caught.value)


def test_nothing_at_all_is_refused():
    with pytest.raises(TypeError, match="got nothing"):
        array_module()


def test_two_libraries_do_not_mix():
    with pytest.raises(TypeError, match="numpy and torch do not mix"):
        array_module(PATCH, torch.ones(2))


class TestDeviceMemory:
    """The stand-in behaves as a GPU's memory does."""

    def test_numpy_cannot_look_inside(self):
        with pytest.raises(Exception):  # noqa: B017  which exception is the library's business
            np.asarray(device_memory(PATCH))

    def test_numpy_functions_refuse_it(self):
        with pytest.raises(Exception):  # noqa: B017
            np.clip(device_memory(PATCH), 0, 1)

    def test_it_does_not_mix_with_host_arrays(self):
        with pytest.raises(Exception):  # noqa: B017
            device_memory(PATCH) + array_api_strict.asarray(PATCH)

    def test_it_takes_python_numbers(self):
        np.testing.assert_array_equal(to_host(device_memory(PATCH) * 2), PATCH * 2)

    def test_it_is_a_copy(self):
        source = PATCH.copy()
        far = device_memory(source)
        source[:] = 0
        np.testing.assert_array_equal(to_host(far), PATCH)

    def test_results_stay_there(self):
        far = device_memory(PATCH)
        assert brighten(far).device == far.device


class TestTravel:
    """to_device and to_host."""

    @pytest.mark.parametrize("move", [np.asarray, torch.from_numpy, array_api_strict.asarray, device_memory])
    def test_there_and_back_keeps_values_and_dtype(self, move):
        back = to_host(to_device(to_device(move(PATCH), "device1"), "cpu"))
        assert type(back) is np.ndarray
        assert back.dtype == PATCH.dtype
        np.testing.assert_array_equal(back, PATCH)

    def test_what_is_there_already_is_not_copied(self):
        far = device_memory(PATCH)
        assert to_device(far, "device1") is far
        assert to_device(PATCH, "cpu") is PATCH
        assert to_host(PATCH) is PATCH

    def test_a_tensor_stays_a_tensor(self):
        assert isinstance(to_device(torch.ones(3), "cpu"), torch.Tensor)

    def test_a_tensor_that_needs_a_gradient_can_be_looked_at(self):
        np.testing.assert_array_equal(to_host(torch.ones(2, requires_grad=True)), [1, 1])

    def test_bfloat16_which_numpy_lacks_becomes_float32(self):
        assert to_host(torch.ones(2, dtype=torch.bfloat16)).dtype == np.float32

    def test_an_unknown_device_is_named(self):
        with pytest.raises(ValueError, match='unknown device "gpu7"'):
            to_device(PATCH, "gpu7")

    @pytest.mark.skipif(torch.cuda.is_available(), reason="says what happens where there is no CUDA device")
    @pytest.mark.parametrize("array", [PATCH, torch.ones(2)])
    def test_a_device_that_is_not_here_is_a_sentence(self, array):
        with pytest.raises(ValueError, match='"cuda:0"') as caught:
            to_device(array, "cuda:0")
        assert "\n" not in str(caught.value)

    def test_a_list_does_not_travel(self):
        with pytest.raises(TypeError, match="expected an array"):
            to_device([1, 2], "cpu")


class TestCupy:
    """What a machine with CuPy does, told by a stand-in module: it has one card."""

    @pytest.fixture
    def cupy(self, monkeypatch):
        import contextlib
        import types

        class CUDARuntimeError(RuntimeError):
            pass

        class Ndarray:
            def __init__(self, values, card):
                self.values, self.card = values, card

        @contextlib.contextmanager
        def use(index):
            if index > 0:
                raise CUDARuntimeError("cudaErrorInvalidDevice: invalid device ordinal")
            yield

        fake = types.ModuleType("cupy")
        fake.ndarray, fake.generic = Ndarray, Ndarray
        fake.asarray = lambda values: Ndarray(values, 0)
        fake.cuda = types.SimpleNamespace(Device=use, runtime=types.SimpleNamespace(CUDARuntimeError=CUDARuntimeError))
        monkeypatch.setitem(sys.modules, "cupy", fake)
        return fake

    def test_a_numpy_array_goes_to_the_card_as_a_cupy_array(self, cupy):
        there = to_device(PATCH, "cuda:0")
        assert isinstance(there, cupy.ndarray)
        np.testing.assert_array_equal(there.values, PATCH)

    def test_a_card_that_is_not_there_is_a_sentence(self, cupy):
        with pytest.raises(ValueError, match='no usable device "cuda:3" here: cudaErrorInvalidDevice'):
            to_device(PATCH, "cuda:3")


def test_importing_is_light():
    code = "import sys, gpu_utils.arrays; print({'torch', 'cupy', 'numpy', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
