"""Losses: how far a prediction is from its target, as one Value to call ``backward`` on.

>>> from autograd import Value
>>> prediction = Value(3.0)
>>> loss = mse([prediction, Value(0.0)], [1.0, 0.0])
>>> loss.backward()
>>> loss.data, prediction.grad
(2.0, 2.0)

Predictions are Values or plain numbers (the loss of numbers is a number); one alone may stand without
a list. A class target is an index, or a distribution: a one-hot sequence, or a soft one that sums to 1.
Every loss raises ShapeError where lengths do not fit together, and names them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import (
    DomainError,
    KindError,
    RecordingError,
    ShapeError,
    Value,
    arguments,
    log,
    log_softmax,
    logsumexp,
    relu,
    total,
    weighted_sum,
)

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "half_squared_error",
    "hinge",
    "mse",
    "softmax_cross_entropy",
]


def mse(predictions: Any, targets: Any) -> Any:
    """The mean squared error, (1/n) Σ (ŷᵢ - yᵢ)².

    >>> mse([2.0, 4.0], [1.0, 1.0])
    5.0
    """
    squares = _squares("mse", predictions, targets)
    return total(squares) / len(squares)


def half_squared_error(predictions: Any, targets: Any) -> Any:
    """Half the sum of the squared errors, ½ Σ (ŷᵢ - yᵢ)², with derivative ŷᵢ - yᵢ with respect to ŷᵢ.

    >>> half_squared_error([2.0, 4.0], [1.0, 1.0])
    5.0
    """
    return total(_squares("half_squared_error", predictions, targets)) / 2


def _squares(loss: str, predictions: Any, targets: Any) -> list[Any]:
    return [(prediction - target) ** 2 for prediction, target in _pairs(loss, predictions, targets)]


def cross_entropy(probabilities: Sequence[Any], target: Any, epsilon: float = 0.0) -> Any:
    """The cross-entropy of a distribution with a target, -Σ tᵢ log(pᵢ + ε); only terms with tᵢ ≠ 0 count.

    >>> round(cross_entropy([0.1, 0.2, 0.6, 0.1], [0, 0, 1, 0]), 4)
    0.5108
    >>> round(cross_entropy([0.1, 0.2, 0.6, 0.1], 2), 4)
    0.5108

    A small ``epsilon`` such as 1e-8 keeps the logarithm defined where a probability is 0, which raises
    DomainError otherwise. So does what is no distribution; from logits use :func:`softmax_cross_entropy`,
    which needs no ε.
    """
    probabilities = _numbers("cross_entropy", "probability", probabilities)
    arguments.number(epsilon, "cross_entropy: epsilon", least=0)
    distribution = _distribution("cross_entropy", target, len(probabilities))
    rounding = _ROUNDING_OF_A_PROBABILITY * len(probabilities)
    if not _sum_to_one(probabilities, rounding) and not any(map(_is_nan, probabilities)):
        raise DomainError(
            f"cross_entropy: expected probabilities from 0 to 1 with sum 1, got {_shown(probabilities)}; "
            "of logits take softmax_cross_entropy"
        )
    terms = []
    for probability, weight in zip(probabilities, distribution):
        if not _equals(weight, 0):
            logarithm = _log("cross_entropy", probability + epsilon if epsilon else probability)
            terms.append(logarithm if _equals(weight, 1) else weight * logarithm)
    return -_sum(terms)


def softmax_cross_entropy(logits: Sequence[Any], target: Any) -> Any:
    """The cross-entropy of softmax(logits) with a target, in one; its gradient with respect to the logits is a - t.

    >>> logits = [Value(0.0), Value(0.0)]
    >>> softmax_cross_entropy(logits, 1).backward()
    >>> [logit.grad for logit in logits]
    [0.5, -0.5]

    No probability is formed on the way, so nothing overflows and there is no logarithm of 0.
    """
    logits = _numbers("softmax_cross_entropy", "logit", logits)
    distribution = _distribution("softmax_cross_entropy", target, len(logits))
    chosen = [place for place, weight in enumerate(distribution) if not _equals(weight, 0)]
    if len(chosen) == 1 and _equals(distribution[chosen[0]], 1):
        # Right to the last digit also where the loss is tiny.
        return -log_softmax(logits, chosen[0])
    return logsumexp(logits) - weighted_sum(distribution, logits)


def binary_cross_entropy(probabilities: Any, targets: Any) -> Any:
    """-(t log p + (1 - t) log(1 - p)) for p in (0, 1) and t in [0, 1]; the mean over a sequence.

    >>> round(binary_cross_entropy(0.9, 1), 4)
    0.1054

    A logarithm whose weight is 0 is left out, so that p = 1 with t = 1 is 0 and not an error.
    """
    losses = []
    for probability, target in _pairs("binary_cross_entropy", probabilities, targets):
        if not _within(target, 0, 1):
            raise DomainError(f"binary_cross_entropy: target: expected a number from 0 to 1, got {_shown(target)}")
        if not _within(probability, 0, 1) and not _is_nan(probability):
            raise DomainError(
                f"binary_cross_entropy: expected a probability from 0 to 1, got {_shown(probability)}; "
                "of a logit take sigmoid(logit)"
            )
        terms = []
        for weight, outcome in ((target, probability), (1 - target, 1 - probability)):
            if not _equals(weight, 0):
                logarithm = _log("binary_cross_entropy", outcome)
                terms.append(logarithm if _equals(weight, 1) else weight * logarithm)
        losses.append(-_sum(terms))
    return _mean(losses)


def hinge(scores: Any, targets: Any) -> Any:
    """The max-margin loss of micrograd's demo, relu(1 - y·score) with y = ±1; the mean over a sequence.

    >>> hinge(0.25, 1), hinge(-3.0, -1), hinge([0.25, -3.0], [1, -1])
    (0.75, 0.0, 0.375)
    """
    losses = []
    for score, target in _pairs("hinge", scores, targets):
        if not (_within(target, -1, -1) or _within(target, 1, 1)):
            raise DomainError(
                f"hinge: target: expected -1 or 1, got {_shown(target)}; from classes 0 and 1 take 2 * target - 1"
            )
        losses.append(relu(1 - target * score))
    return _mean(losses)


# --- targets, and small helpers ----------------------------------------------------------------------


def _listed(numbers: Any) -> list[Any]:
    """One number as a list of one; a sequence as a list."""
    if isinstance(numbers, Value) or not hasattr(numbers, "__len__"):
        return [numbers]
    return list(numbers)


def _pairs(loss: str, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    predictions, targets = _numbers(loss, "prediction", predictions), _numbers(loss, "target", targets)
    if len(predictions) != len(targets):
        raise ShapeError(f"{loss}: {len(predictions)} predictions for {len(targets)} targets; give one target for each")
    if not predictions:
        raise ShapeError(f"{loss}: no predictions")
    return list(zip(predictions, targets))


def _numbers(loss: str, what: str, given: Any) -> list[Any]:
    """Each a number, or the Value itself; KindError where one is neither.

    A Value is compared here and computed with, but its data is not read: so a compiled loss holds for
    other targets too.
    """
    return [x if isinstance(x, Value) else arguments.number(x, f"{loss}: a {what}") for x in _listed(given)]


def _within(number: Any, least: float, most: float) -> bool:
    """Is it from ``least`` to ``most``? Compared by order, as the == of Values is identity.

    Complex numbers and symbols have no order, and pass.
    """
    try:
        return bool(number >= least and number <= most)
    except TypeError:
        return True


def _is_nan(number: Any) -> bool:  # as probabilities are at the end of a training that failed, which `fit` reports
    return not (_within(number, -math.inf, 0) or _within(number, 0, math.inf))


def _shown(numbers: Any) -> str:
    """A number, a Value or a list of them as a message shows it; while a function is compiled no number is read."""
    try:
        found = [x.data if isinstance(x, Value) else x for x in _listed(numbers)]
    except RecordingError:
        return "others in this call"
    return f"{found if isinstance(numbers, list) else found[0]!r:.60}"


def _log(loss: str, probability: Any) -> Any:
    if not isinstance(probability, Value) and probability <= 0:  # Values have a message of their own
        raise DomainError(f"{loss}: log of the probability {probability!r}; probabilities are above 0 where they count")
    return log(probability)


def _equals(weight: Any, number: int) -> bool:
    return bool(weight == number)  # a Value is not, so that it gets its gradient; a compiled function's float may be


def _sum(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else total(terms)


def _mean(losses: list[Any]) -> Any:
    return losses[0] if len(losses) == 1 else total(losses) / len(losses)


# By how much the sum of weights may be off: soft targets may come from 32-bit arithmetic, and probabilities from
# a calculation by hand that rounds each to two decimals.
_ROUNDING_OF_A_TARGET, _ROUNDING_OF_A_PROBABILITY = 1e-6, 0.005


def _sum_to_one(weights: list[Any], rounding: float) -> bool:
    """Are they from 0 up with sum 1, as far as they can be compared?"""
    if not all([_within(weight, 0, math.inf) for weight in weights]):
        return False
    try:
        return _within(total(weights), 1 - rounding, 1 + rounding)
    except KindError:  # kinds of number that do not mix
        return True


def _distribution(loss: str, target: Any, count: int) -> list[Any]:
    """The target as one weight for each of ``count`` classes: an index gives a one-hot list."""
    if not count:
        raise ShapeError(f"{loss}: no predictions")
    if not hasattr(target, "__len__") and not isinstance(target, Value):
        index = arguments.number(target, f"{loss}: the target")
        if not isinstance(index, int):
            raise KindError(f"{loss}: target: expected a class index (an int) or {count} weights, got {target!r}")
        if not 0 <= index < count:
            raise ShapeError(f"{loss}: target: expected a class index from 0 to {count - 1}, got {index}")
        return [1 if place == index else 0 for place in range(count)]
    weights = _numbers(loss, "weight of the target", target)
    if len(weights) != count:
        raise ShapeError(f"{loss}: a target of {len(weights)} for {count} predictions; give one weight for each class")
    if not _sum_to_one(weights, _ROUNDING_OF_A_TARGET):
        raise DomainError(f"{loss}: target: expected weights from 0 up with sum 1, got {_shown(weights)}")
    return weights
