"""XOR, and a model that learns it by gradient descent."""

from nn import MLP, losses, optim

__all__ = ["POINTS", "TARGETS", "learn"]

POINTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [0.0, 1.0, 1.0, 0.0]


def learn(model: MLP, steps: int, lr: float, momentum: float = 0.0) -> float:
    """Descend the mean squared error on the four points; return that of the last step."""
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    loss = 0.0
    for _ in range(steps):
        error = losses.mse([model(point) for point in POINTS], TARGETS)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        loss = error.data
    return loss
