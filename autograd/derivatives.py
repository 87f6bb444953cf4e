"""Derivatives as functions: of any order, and without touching ``.grad``.

>>> from autograd import gradient, hessian
>>> gradient(lambda x: x ** 3)(2.0), hessian(lambda x: x ** 3)(2.0)
(12.0, 12.0)
>>> gradient(lambda x, y: x * y + y)(2.0, 5.0)
[5.0, 3.0]

They nest, and a function may close over another's variable, here x in a derivative by y:

>>> gradient(lambda x: x * gradient(lambda y: x * y)(3.0))(5.0)
10.0

Underneath is :func:`grad`, which differentiates what was recorded:

>>> from autograd import Value, grad
>>> x = Value(3.0)
>>> [slope] = grad(x ** 3, [x], create_graph=True)
>>> slope.data, grad(slope, [x])
(27.0, [18.0])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from . import numeric
from .errors import KindError, ShapeError, StaleDataError
from .graph import depending_on, topological_order
from .interpret import pull_back
from .messages import given, quoted
from .primitives import PRIMITIVES
from .value import Undefined, Value, record_in_order

__all__ = ["grad", "gradient", "hessian", "hessian_vector_product"]


# --- of a recorded graph ---------------------------------------------------------------------------


def grad(output: Value, inputs: Sequence[Value] | Value, create_graph: bool = False) -> Any:
    """d(output)/d(input) for each input, as a list of numbers; no ``.grad`` is touched.

    >>> a, b = Value(2.0), Value(5.0)
    >>> grad(a * b, [a, b]), grad(a * b, a)
    ([5.0, 2.0], 5.0)

    With ``create_graph=True`` they are Values, recorded as they are formed, and can be differentiated
    again. An input that the output does not depend on has gradient 0. A partial that does not exist
    (the root at 0) raises only if it lies between the output and one of the inputs.
    """
    if isinstance(inputs, Value):
        return grad(output, [inputs], create_graph)[0]
    if not isinstance(inputs, Iterable):
        raise KindError(f"grad: inputs: expected a list of Values, or one Value, got {given(inputs)}")
    inputs = list(inputs)
    for place, x in enumerate(inputs):
        if not isinstance(x, Value):
            raise KindError(f"grad: inputs[{place}] is {given(x)}, and must be a Value")
    order = topological_order(output)
    between = depending_on(inputs, order)
    terms = _recorded_contributions if create_graph else _kept_contributions
    start = {output: numeric.like(output.data, 1)} if output in between else {}
    cotangents = pull_back(order, start, lambda node, cotangent: terms(node, cotangent, between))
    gradients = [cotangents[x] if x in between else numeric.zero(x.data) for x in inputs]
    if create_graph:
        return [gradient if isinstance(gradient, Value) else _constant(gradient) for gradient in gradients]
    return gradients


def _constant(number: Any) -> Value:
    """A number as a node without leaves, the sum of itself alone: nothing that anybody can differentiate by."""
    return record_in_order(PRIMITIVES["total"], (number,))


def _kept_contributions(node: Value, cotangent: Any, wanted: set[Value]) -> Iterator[tuple[Value, Any, Any]]:
    for operand, partial in zip(node.operands, node.partials):
        if isinstance(operand, Value) and operand in wanted:
            yield operand, partial, cotangent * partial


def _recorded_contributions(node: Value, cotangent: Any, wanted: set[Value]) -> Iterator[tuple[Value, Any, Any]]:
    """The contributions of a node by the rules of its row, run on Values, so that they are recorded."""
    primitive, operands = node.primitive, node.operands
    assert primitive is not None
    every = primitive.partials(node, operands) if primitive.arity == 0 else None
    alike = _of_one_kind(*operands) if primitive.arity == 2 else operands
    for place, (operand, kept) in enumerate(zip(operands, node.partials)):
        if isinstance(operand, Value) and operand in wanted:
            if isinstance(kept, Undefined):
                raise kept.error
            partial = every[place] if every is not None else primitive.partials[place](node, *alike)
            _demand_unchanged(node, partial, kept)
            yield operand, partial, cotangent * partial


def _of_one_kind(*operands: Any) -> list[Any]:
    """Two operands as the rules had them when the node was computed: 1 / 3 beside a Fraction is Fraction(1, 3)."""
    numbers = [numeric.number_of(operand) for operand in operands]
    alike = []
    for operand, number, taken in zip(operands, numbers, numeric.of_one_kind(*numbers)):
        if type(number) is type(taken):
            alike.append(operand)
        else:
            alike.append(operand * numeric.like(taken, 1) if isinstance(operand, Value) else taken)
    return alike


def _demand_unchanged(node: Value, partial: Any, kept: Any) -> None:
    """Raise where an operand has changed since ``node`` was computed: its old and new data would mix."""
    present = partial.data if isinstance(partial, Value) else partial
    if present != kept and present == present:
        name = f"{node.op} node" + (f" {node.label}" if node.label else "")
        raise StaleDataError(
            f"an operand of the {name} has changed since it was computed (its partial was {quoted(kept)} and would "
            f"now be {quoted(present)}); call forward() on the output, or record it again, before a gradient with "
            "create_graph"
        )


# --- of a function ---------------------------------------------------------------------------------


def is_sequence(argument: Any) -> bool:
    """Is an argument a sequence of numbers, and not one number?"""
    if isinstance(argument, (str, bytes, dict)) or getattr(argument, "ndim", 1) == 0:
        return False
    return hasattr(argument, "__len__")


class Point:
    """The arguments of one call, each number a Value of this call's own.

    >>> point = Point("gradient", (2.0, [3.0, 4.0]))
    >>> point.name_variables(["x", "w"])
    >>> [variable.label for variable in point.variables]
    ['x', 'w[0]', 'w[1]']
    """

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        if not arguments:
            raise ShapeError(f"{name}: called without an argument; call it with the numbers at which it is wanted")
        self.arguments: list[Any] = []
        self.variables: list[Value] = []
        for argument in arguments:
            if is_sequence(argument):
                self.arguments.append([self._variable(number) for number in argument])
            else:
                self.arguments.append(self._variable(argument))

    def _variable(self, number: Any) -> Value:
        # A Value is copied to a node of our own (the sum of itself alone): f may also close over it,
        # and what it does with it there is no dependence on this argument.
        variable = numeric.total([number]) if isinstance(number, Value) else Value(number)
        self.variables.append(variable)
        return variable

    def name_variables(self, names: Sequence[str]) -> None:
        """Label the variables with the names of ``f``'s parameters, those without one x1, x2 …"""
        for place, argument in enumerate(self.arguments):
            name = names[place] if place < len(names) else f"x{place + 1}"
            if isinstance(argument, list):
                for index, variable in enumerate(argument):
                    variable.label = f"{name}[{index}]"
            else:
                argument.label = name

    def moved_to(self, numbers: Sequence[Any]) -> Point:
        """The same arguments with other numbers."""
        return Point("moved_to", tuple(_in_shape(self.arguments, numbers)))

    def value_of(self, f: Callable[..., Any], name: str) -> Value:
        demand_function(name, f)
        result = f(*self.arguments)
        if isinstance(result, Value):
            return result
        return _constant(numeric.as_number(result, f"{name}: the result of the function"))

    def is_all_of(self, output: Value) -> bool:
        """Does ``output`` depend on no Value but this call's variables?"""
        own = set(self.variables)
        return all(node in own for node in topological_order(output) if not node.op)

    def shaped(self, results: list[Any]) -> Any:
        """One result per number, in the shape of the arguments."""
        shaped = _in_shape(self.arguments, results)
        return shaped[0] if len(shaped) == 1 else shaped


def _in_shape(arguments: list[Any], numbers: Iterable[Any]) -> list[Any]:
    remaining = iter(numbers)
    return [
        [next(remaining) for _ in argument] if isinstance(argument, list) else next(remaining)
        for argument in arguments
    ]


def gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives the gradient of ``f``, a function of Values with one number as result.

    >>> from autograd import tanh
    >>> gradient(tanh)(0.0)
    1.0
    >>> gradient(lambda w: w[0] * w[0] + w[1])([3.0, 1.0])
    [6.0, 1.0]

    An argument is a number or a sequence of numbers, and its gradient has the same shape; several
    arguments give a list with one gradient for each. The result is made of numbers, unless it may
    have to be differentiated again: where an argument is a Value, or ``f`` uses a Value of its own
    (another derivative's variable, a weight), it is made of Values.

    >>> w = Value(2.0, label="w")
    >>> slope = gradient(lambda x: w * x * x)(3.0)
    >>> slope.backward()
    >>> slope.data, w.grad
    (12.0, 6.0)
    """

    demand_function("gradient", f)

    def gradient_of_f(*arguments: Any) -> Any:
        point = Point("gradient", arguments)
        output = point.value_of(f, "gradient")
        return point.shaped(grad(output, point.variables, create_graph=not point.is_all_of(output)))

    return gradient_of_f


def demand_function(name: str, f: Any) -> None:
    if not callable(f):
        advice = "; of a graph take grad(output, inputs, create_graph=True)" if isinstance(f, Value) else ""
        raise KindError(f"{name}: expected a function of Values, got {given(f)}{advice}")


def hessian(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives the second derivatives of ``f``.

    >>> hessian(lambda x, y: x * x * y)(3.0, 5.0)
    [[10.0, 6.0], [6.0, 0.0]]

    Of one number it is a number; otherwise a matrix, a list of rows, over all numbers in the order of
    the arguments: ``matrix[i][j]`` is the derivative by the i-th, then by the j-th. It is made of
    Values where a :func:`gradient` would be.
    """

    demand_function("hessian", f)

    def hessian_of_f(*arguments: Any) -> Any:
        point = Point("hessian", arguments)
        output = point.value_of(f, "hessian")
        create_graph = not point.is_all_of(output)
        slopes = grad(output, point.variables, create_graph=True)
        rows = [grad(slope, point.variables, create_graph) for slope in slopes]
        alone = len(arguments) == 1 and isinstance(point.arguments[0], Value)
        return rows[0][0] if alone else rows

    return hessian_of_f


def hessian_vector_product(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that multiplies the Hessian of ``f`` by a vector, without forming the Hessian.

    >>> hessian_vector_product(lambda x: x[0] * x[0] * x[1])([3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]

    Called with the point and with the vector, both a number or both a sequence, it takes two sweeps
    whatever the length: H v is the gradient of ∇f · v (Pearlmutter, 1994).
    """

    demand_function("hessian_vector_product", f)

    def product(point: Any, vector: Any) -> Any:
        at = Point("hessian_vector_product", (point,))
        along = list(vector) if is_sequence(vector) else [vector]
        if len(along) != len(at.variables):
            raise ShapeError(
                f"hessian_vector_product: a vector of {len(along)} for a point of {len(at.variables)} numbers; "
                "give one component for each"
            )
        output = at.value_of(f, "hessian_vector_product")
        slopes = grad(output, at.variables, create_graph=True)
        slope_along = numeric.weighted_sum(slopes, along)
        create_graph = not at.is_all_of(slope_along)
        return at.shaped(grad(slope_along, at.variables, create_graph))

    return product
