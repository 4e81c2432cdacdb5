"""Functions that are to compute with NumPy, or by a formula, can't hand the work to torch."""

import numpy as np
import pytest

from gpu_utils.shortcuts import without, without_calling, without_torch

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


def gru_tensors():
    return torch.ones(2, 3), torch.ones(2, 4), torch.ones(12, 3), torch.ones(12, 4), torch.ones(12), torch.ones(12)


def through_a_module(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.nn.GRUCell(3, 4)(x, h)


def through_the_sequence(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.nn.GRU(3, 4)(x[None])


def through_the_operator(*tensors):
    return torch.ops.aten.gru_cell(*tensors)


torchs_own = torch.gru_cell


def through_another_name(*tensors):
    return torchs_own(*tensors)


def through_the_binding(*tensors):
    return torch._VF.gru_cell(*tensors)


@pytest.mark.parametrize(
    "shortcut",
    [through_another_name, through_the_binding, through_a_module, through_the_sequence, through_the_operator],
)
def test_torch_refuses_one_kind_of_operation_by_any_name(shortcut):
    with pytest.raises(RuntimeError, match=r"hands the task to torch \(gru\S*\): here you write the formula"):
        without("gru", shortcut)(*gru_tensors())


def test_attention_is_refused_by_any_name():
    q = torch.ones(1, 2, 4)
    layer = torch.nn.MultiheadAttention(4, 1).eval()
    for shortcut in (torch.nn.functional.scaled_dot_product_attention, layer):
        with pytest.raises(RuntimeError, match="here you write the formula"):
            without("attention", shortcut)(q, q, q)


def test_other_operations_and_gradients_pass_through():
    def formula(x):
        return torch.autograd.grad(torch.sigmoid(x @ x.T).sum(), x)[0]

    x = torch.ones(2, 2, requires_grad=True)
    assert torch.equal(without("gru", formula)(x), formula(x))
    assert torch.vmap(without("gru", torch.tanh))(torch.zeros(3)).tolist() == [0, 0, 0]


def ready_made(x, *, more=1):
    return x + more


alias = ready_made


@pytest.mark.parametrize("shortcut", [lambda x: ready_made(x), lambda x: alias(x, more=2), ready_made])
def test_a_function_that_is_ruled_out_refuses_by_whatever_name_it_is_called(shortcut):
    with pytest.raises(RuntimeError, match="here you write it"):
        without_calling([ready_made], shortcut)(1)
    assert alias(1, more=2) == 3  # and works again afterwards


def test_what_is_not_ruled_out_works_and_arguments_arrive():
    assert without_calling([ready_made], lambda x, y: x * y)(3, y=4) == 12
