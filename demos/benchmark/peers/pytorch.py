"""PyTorch, eager: tensors of float64 on one core."""

from typing import Any

import torch
from torch.nn import functional

from .. import problems

TITLE, PACKAGE = "PyTorch eager", "torch"


def _tensor(numbers, **options):
    return torch.tensor(numbers, dtype=torch.float64, **options)


def _parameters(layers):
    return [_tensor(numbers, requires_grad=True) for layer in layers for numbers in layer]


def _forward(x, parameters):
    W_first, b_first, *rest = parameters
    x = functional.linear(x, W_first, b_first)
    for W, b in zip(rest[::2], rest[1::2]):
        x = functional.linear(torch.relu(x), W, b)
    return x


def moons_loss(points, labels, l2, *parameters):
    scores = _forward(points, parameters)[:, 0]
    return torch.relu(1 - labels * scores).mean() + l2 * sum((p * p).sum() for p in parameters)


def image_loss(image, target, *parameters):
    return -functional.log_softmax(_forward(image, parameters), dim=0)[target]


def w1(moons_loss=moons_loss):
    torch.set_num_threads(1)
    problem = problems.w1()
    points, labels = _tensor(problem.points), _tensor(problem.labels)
    parameters = _parameters(problem.layers)

    def step():
        loss = moons_loss(points, labels, problem.l2, *parameters)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, gradient in zip(parameters, gradients):
                p.sub_(gradient, alpha=problem.learning_rate)
        return loss.detach(), parameters[0].detach()[0, 0]

    return step


def w2(image_loss=image_loss):
    torch.set_num_threads(1)
    problem = problems.w2()
    image = _tensor(problem.image)
    parameters = _parameters(problem.layers)

    def step():
        loss = image_loss(image, problem.target, *parameters)
        gradients = torch.autograd.grad(loss, parameters)
        return loss.detach(), gradients[0][0, 0]

    return step


def w3(length=problems.CHAIN_LENGTH):
    torch.set_num_threads(1)

    def step():
        x, a, b = _tensor(problems.CHAIN_X), _tensor(problems.CHAIN_A), _tensor(problems.CHAIN_B)
        a.requires_grad_()
        b.requires_grad_()
        for _ in range(length):
            x = x * a + b
        x.backward()
        return x.detach(), a.grad

    return step


def w5():
    torch.set_num_threads(1)
    problem = problems.w5()
    inputs, targets = _tensor(problem.inputs), _tensor(problem.targets)
    (W_in, b_in), (W, b), (W_out, b_out) = problem.layers
    cell: Any = torch.nn.RNN(len(W_in[0]), len(W), dtype=torch.float64)
    out: Any = torch.nn.Linear(len(W), 1, dtype=torch.float64)
    own = (cell.weight_ih_l0, cell.bias_ih_l0, cell.weight_hh_l0, cell.bias_hh_l0, out.weight, out.bias)
    with torch.no_grad():
        for parameter, numbers in zip(own, (W_in, b_in, W, b, W_out, b_out)):
            parameter.copy_(_tensor(numbers))

    def step():
        loss = functional.mse_loss(out(cell(inputs)[0])[:, 0], targets)
        gradients = torch.autograd.grad(loss, own)
        with torch.no_grad():
            for p, gradient in zip(own, gradients):
                p.sub_(gradient, alpha=problem.learning_rate)
        return loss.detach(), own[0].detach()[0, 0]

    return step


def classes_loss(points, targets, *parameters):
    return functional.cross_entropy(_forward(points, parameters), targets)


def w6(classes_loss=classes_loss):
    torch.set_num_threads(1)
    problem = problems.w6()
    points, targets = _tensor(problem.points), _tensor(problem.targets)
    parameters = _parameters(problem.layers)
    optimizer = torch.optim.Adam(parameters, lr=problem.learning_rate, foreach=True)

    def step():
        optimizer.zero_grad()
        loss = classes_loss(points, targets, *parameters)
        loss.backward()
        optimizer.step()
        return loss.detach(), parameters[0].detach()[0, 0]

    return step
