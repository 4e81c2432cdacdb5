"""Functions that are to compute with NumPy can't hand the work to torch."""

import numpy as np
import pytest

from gpu_utils.shortcuts import without_torch

torch = pytest.importorskip("torch")


def by_operator(x):
    return (torch.from_numpy(x) @ torch.from_numpy(x)).numpy()


def by_function(x):
    return torch.nn.functional.linear(torch.from_numpy(x), torch.from_numpy(x)).numpy()


def by_method(x):
    return torch.tensor(x).matmul(torch.tensor(x)).numpy()


def by_module(x):
    return torch.nn.Linear(2, 2)(torch.from_numpy(x)).detach().numpy()


@pytest.mark.parametrize("shortcut", [by_operator, by_function, by_method, by_module])
def test_torch_refuses_to_compute(shortcut):
    with pytest.raises(RuntimeError, match=r"it calls torch \(\w+\): here NumPy does the computing"):
        without_torch(shortcut)(np.ones((2, 2), np.float32))


def test_numpy_computes_as_ever_and_arguments_arrive():
    assert without_torch(np.dot)(np.ones(3), b=np.ones(3)) == 3


def test_torch_works_again_afterwards_even_after_an_error():
    with pytest.raises(RuntimeError):
        without_torch(by_function)(np.ones((2, 2), np.float32))
    assert by_function(np.ones((2, 2), np.float32)).tolist() == [[2, 2], [2, 2]]


def test_other_errors_pass_through_and_the_name_stays():
    def unwritten():
        raise NotImplementedError

    assert without_torch(unwritten).__name__ == "unwritten"
    with pytest.raises(NotImplementedError):
        without_torch(unwritten)()
