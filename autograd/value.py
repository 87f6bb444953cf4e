"""A number that remembers: the graph, the order of it, and the chain rule. Read this room first.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> c = a * b + 10
>>> c.backward()
>>> a.grad, b.grad
(-3.0, 2.0)

Each operation makes a node: the result, the operands that it came from, and the partial of the result
by each operand, computed at once. ``backward`` walks the nodes from the root to the leaves and adds,
to each operand, the node's cotangent times that partial. That is all of backpropagation.

Nothing here knows what ``tanh`` is: rules come from the table (:mod:`autograd.primitives`). Only
``+``, ``*`` and the weighted sum are written out a second time, for speed; tests hold both to the
same bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Overflow
from itertools import chain
from typing import Any

from . import kinds, numeric
from .errors import (
    AutogradError,
    DivisionByZeroError,
    DomainError,
    KindError,
    NumberOverflowError,
    ShapeError,
)
from .numeric import Arithmetic, Number, given, quoted
from .primitives import PRIMITIVES, Primitive, lookup, split_weighted_sum

__all__ = ["Undefined", "Value", "contributions", "topological_order", "weighted_sums"]


class Value(Arithmetic):
    """A number in a graph.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> x
    Value(data=3.0, grad=6.0, label='x')

    ``data`` is a float, an int, a Fraction, a Decimal or a NumPy scalar, which is kept as a Python
    number; anything else raises KindError, a TypeError. ``grad`` starts at zero in the data's own kind.
    """

    # A node of one or two operands keeps them, and their partials, in four slots and no tuple, which
    # halves the time and the memory of a graph. What the slots hold for the other shapes:
    #   many operands    _left: tuple of operands    _left_partial: list of partials
    #   a weighted row   _left: weights and bias     _left_partial: the inputs' data and a 1
    #                    _right: inputs              _right_partial: the weights' and bias's data
    __slots__ = (
        "data",
        "grad",
        "label",
        "_primitive",
        "_left",
        "_right",
        "_left_partial",
        "_right_partial",
        "_mark",
    )

    data: Number
    grad: Number
    label: str

    def __init__(self, data: Number, label: str = "") -> None:
        if type(data) is not float:
            data = numeric.as_number(data)
        if type(label) is not str:
            raise KindError(f"label is {given(label)}, and must be a string")
        self.data = data
        self.grad = numeric.zero(data)
        self.label = label
        self._primitive: Primitive | None = None
        self._left: Any = None
        self._right: Any = None
        self._left_partial: Any = None
        self._right_partial: Any = None
        self._mark: object = None

    # --- what was recorded ---

    @property
    def op(self) -> str:
        """The name of the primitive that made this node, "" for a leaf."""
        return "" if self._primitive is None else self._primitive.name

    @property
    def operands(self) -> tuple[Any, ...]:
        """The operands in order; one that was a bare number is that number."""
        primitive = self._primitive
        if primitive is None:
            return ()
        if primitive is _WEIGHTED_ROW:
            return (*self._left[:-1], *self._right, self._left[-1])
        if primitive.arity == 0:
            return self._left
        return (self._left,) if primitive.arity == 1 else (self._left, self._right)

    @property
    def partials(self) -> tuple[Any, ...]:
        """The partial of this node by each operand, as it was when the node was computed.

        >>> a, b = Value(2.0), Value(5.0)
        >>> (a * b).partials
        (5.0, 2.0)
        """
        primitive = self._primitive
        if primitive is None:
            return ()
        if primitive is _WEIGHTED_ROW:
            return (*self._left_partial[:-1], *self._right_partial[:-1], self._left_partial[-1])
        if primitive.arity == 0:
            return tuple(self._left_partial)
        kept = (self._left_partial, self._right_partial)[: primitive.arity]
        numbers = [_data(operand) for operand in self.operands]
        return tuple(
            _partial_of_bare(self, place, numbers) if partial is None else partial
            for place, partial in enumerate(kept)
        )

    # micrograd's own names for the two, which drawing code written for it reads
    @property
    def _prev(self) -> set[Value]:
        return {operand for operand in self.operands if isinstance(operand, Value)}

    @property
    def _op(self) -> str:
        symbols = {"add": "+", "sub": "-", "mul": "*", "div": "/", "relu": "ReLU"}
        if self.op == "pow":
            return f"**{self._right.data if isinstance(self._right, Value) else self._right}"
        return symbols.get(self.op, self.op)

    # --- recording ---

    def __add__(self, other: Any) -> Value:
        kind = type(other)
        if kind is Value:
            number = other.data
        elif kind is float or kind is int:
            number = other
        else:
            return self._apply("add", self, other)
        try:
            data = self.data + number
        except (TypeError, ArithmeticError):
            return self._apply("add", self, other)  # which says what is wrong
        if type(data) is not float:
            return self._apply("add", self, other)
        node = _new(Value)
        node.data = data
        node.grad = 0.0
        node.label = ""
        node._primitive = _ADD
        node._left = self
        node._right = other
        node._left_partial = node._right_partial = 1.0
        node._mark = None
        return node

    def __mul__(self, other: Any) -> Value:
        kind = type(other)
        if kind is Value:
            number = other.data
        elif kind is float or kind is int:
            number = other
        else:
            return self._apply("mul", self, other)
        try:
            data = self.data * number
        except (TypeError, ArithmeticError):
            return self._apply("mul", self, other)  # which says what is wrong
        if type(data) is not float:
            return self._apply("mul", self, other)
        node = _new(Value)
        node.data = data
        node.grad = 0.0
        node.label = ""
        node._primitive = _MUL
        node._left = self
        node._right = other
        node._left_partial = number
        node._right_partial = self.data
        node._mark = None
        return node

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Value:
        primitive = lookup(name)
        if primitive is _WEIGHTED_SUM:
            weights, inputs, bias = split_weighted_sum(operands)
            return weighted_sums([(*weights, bias)], inputs)[0]
        return _record(primitive, operands)

    # --- the chain rule ---

    def backward(self, seed: Number = 1) -> None:
        """Add d(self)/d(leaf), times ``seed``, to the ``.grad`` of every leaf under this node.

        >>> x = Value(3.0)
        >>> y = x * x + x
        >>> y.backward(); y.backward()
        >>> x.grad
        14.0

        Leaves accumulate over calls, exactly: each call's own sum is formed first and then added.
        On every other node ``.grad`` is this call's cotangent d(self)/d(node). If a partial on the
        way does not exist (the root at 0), or the call is interrupted, the leaves are as before it.
        """
        seed = _seed(self, seed)
        at_once = None if self._primitive is None else self._primitive.backward
        if at_once is not None and at_once(self._left, self._left_partial, seed):
            self.grad = seed
            return
        zero = numeric.zero(self.data)
        order, leaves, rows = _survey(self)
        before: list[tuple[Value, Number]] = []
        put_aside = False
        try:
            _put_aside(order, leaves, rows, zero, before)
            put_aside = True
            self.grad = seed
            _sweep(order)
            _add_back(before)
        except BaseException:
            if put_aside:  # if not, the others still have what they had
                for leaf in chain(leaves, *rows):
                    leaf.grad = numeric.zero(leaf.data)
            for leaf, grad in before:
                leaf.grad = grad
            raise

    def forward(self) -> Number:
        """Evaluate the recorded graph again from the leaves' present data, and return the result.

        >>> w = Value(0.5, label="w")
        >>> y = w * w + 1
        >>> w.data = 0.3
        >>> y.forward()
        1.09

        No node is made; every node's data and partials are those of the present leaves afterwards.
        Raises KindError where a leaf was given something that is no number.
        """
        order, leaves, rows = _survey(self)
        for leaf in chain(leaves, *rows):
            if type(leaf.data) is not float:
                leaf.data = numeric.as_number(leaf.data, f"data of {leaf.label or 'a leaf'}")
        for node in order:
            _evaluate(node)
        return self.data

    def zero_grad(self) -> None:
        """Set the ``.grad`` of this node and of every node under it to zero."""
        for node in topological_order(self):
            node.grad = numeric.zero(node.data)

    # --- as a number ---

    def __float__(self) -> float:
        return float(self.data)

    def __int__(self) -> int:
        return int(self.data)

    def __lt__(self, other: Any) -> bool:
        return self.data < _compared(other)

    def __le__(self, other: Any) -> bool:
        return self.data <= _compared(other)

    def __gt__(self, other: Any) -> bool:
        return self.data > _compared(other)

    def __ge__(self, other: Any) -> bool:
        return self.data >= _compared(other)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={numeric.written(self.data)}, grad={numeric.written(self.grad)}{label})"

    def __format__(self, spec: str) -> str:  # f"{loss:.4f}"
        return format(self.data, spec) if spec else repr(self)

    def __rich_repr__(self) -> Iterator[tuple[Any, ...]]:  # what the package rich prints
        yield "data", self.data
        yield "grad", self.grad
        yield "label", self.label, ""


_new = object.__new__
_ADD, _MUL, _WEIGHTED_SUM = PRIMITIVES["add"], PRIMITIVES["mul"], PRIMITIVES["weighted_sum"]
# The same row of the table, for the nodes that keep their weights and their inputs in two tuples that
# other nodes share: a layer's neurons the inputs, a batch's samples the weights.
_WEIGHTED_ROW = replace(_WEIGHTED_SUM)


# --- recording an operation ------------------------------------------------------------------------


def _data(operand: Any) -> Number:
    return operand.data if isinstance(operand, Value) else operand


def _operand(operand: Any, primitive: Primitive) -> Any:
    """A Value as it is, and a bare number as a Python number."""
    kind = type(operand)
    if kind is Value or kind is float or kind is int or isinstance(operand, Value):
        return operand
    return numeric.as_number(operand, f"an operand of {primitive.name}")


def _record(primitive: Primitive, operands: Sequence[Any]) -> Value:
    """The node of one operation: its data by the row's rule, and a partial for each Value operand."""
    node = _new(Value)
    node.label = ""
    node._primitive = primitive
    node._mark = None
    node._right = None
    if primitive.arity == 1:
        node._left = operands[0]  # a Value: a function of a bare number is not recorded
    elif primitive.arity == 2:
        node._left, node._right = _operand(operands[0], primitive), _operand(operands[1], primitive)
    else:
        node._left = tuple([_operand(operand, primitive) for operand in operands])
    _evaluate(node)
    if type(node.data) is float:
        node.grad = 0.0
    else:  # an operand's data may have been set to anything since
        node.grad = numeric.zero(numeric.as_number(node.data, f"the result of {primitive.name}"))
    return node


def record_given(
    primitive: Primitive, data: Number, operands: tuple[Value, ...], partials: Sequence[Any], kept: Any = None
) -> Value:
    """The node of an operation that was done elsewhere: its result, and the partial by each operand, are given.

    ``primitive`` takes any number of operands (its arity is 0); ``kept`` is what it needs to evaluate the
    node again.
    """
    node = _new(Value)
    node.data = data
    node.grad = 0.0 if type(data) is float else numeric.zero(data)
    node.label = ""
    node._primitive = primitive
    node._left = operands
    node._left_partial = partials
    node._right = kept
    node._right_partial = node._mark = None
    return node


def given_again(node: Value) -> tuple[Number, Sequence[Any]]:
    """The result and the partials of a node of ``record_given`` with the present data of its operands."""
    assert node._primitive is not None and node._primitive.evaluate is not None
    return node._primitive.evaluate(node._right, node._left)


def _evaluate(node: Value) -> None:
    """The data and the partials of a node, by its row's rules, from the present data of its operands."""
    primitive = node._primitive
    assert primitive is not None
    left, right = node._left, node._right
    numbers: Sequence[Number]
    try:
        if primitive.arity == 1:
            numbers = (left.data,)
            node.data = primitive.rule(left.data)
            node._left_partial = _partial(node, 0, numbers)
            node._right_partial = None
        elif primitive.arity == 2:
            x, y = _data(left), _data(right)
            numbers = (x, y) if type(x) is type(y) else numeric.of_one_kind(x, y)
            node.data = primitive.rule(*numbers)
            node._left_partial = _partial(node, 0, numbers) if isinstance(left, Value) else None
            node._right_partial = _partial(node, 1, numbers) if isinstance(right, Value) else None
        elif primitive is _WEIGHTED_ROW:
            _evaluate_weighted_row(node, [*map(_data, right), 1])
        elif primitive.evaluate is not None:
            node.data, node._left_partial = given_again(node)
        else:
            numbers = [_data(operand) for operand in left]
            node.data = primitive.rule(numbers)
            node._left_partial = primitive.partials(node.data, numbers)
            node._right_partial = None
    except (ArithmeticError, ValueError, TypeError) as error:
        raise _explained(error, node) from None


def _partial(node: Value, place: int, numbers: Sequence[Number]) -> Any:
    """The partial of a node by one of its operands, or an Undefined that says why there is none."""
    try:
        return node._primitive.partials[place](node.data, *numbers)  # type: ignore[union-attr]
    except (ArithmeticError, ValueError) as error:
        return Undefined(_explained(error, node, "the slope of "))


def _partial_of_bare(node: Value, place: int, numbers: Sequence[Number]) -> Any:
    """The partial by a bare number, which is not kept; it may not exist for its kind alone."""
    try:
        with kinds.without_warning():
            return _partial(node, place, numbers)
    except TypeError as error:
        return Undefined(_explained(error, node, "the slope of "))


class Undefined:
    """A partial that does not exist. It is kept on the node, and raises when a gradient asks for it.

    >>> x = Value(0.0, label="x")
    >>> root = x.sqrt()
    >>> root.data, root.partials
    (0.0, (undefined,))
    >>> root.backward()
    Traceback (most recent call last):
        ...
    autograd.errors.DivisionByZeroError: the slope of sqrt of x = 0.0: sqrt is defined from 0 up, ...
    """

    __slots__ = ("error",)

    def __init__(self, error: AutogradError) -> None:
        self.error = error

    def __rmul__(self, cotangent: Any) -> Any:
        raise self.error

    __mul__ = __rmul__

    def __repr__(self) -> str:
        return "undefined"


def _explained(error: Exception, node: Value, what: str = "") -> AutogradError:
    """The error of a rule, as one that names the operation, its operands, and what to do."""
    if isinstance(error, AutogradError):
        return error
    primitive, operands = node._primitive, node.operands
    assert primitive is not None
    first = operands[:4]
    if isinstance(error, TypeError) and len(operands) > 4:
        first = _one_of_each_kind(operands)
    shown = [_described(operand) for operand in first] + ["…"] * (len(operands) > 4)
    place = f"{what}{primitive.name} of {' and '.join(shown)}"
    names = [(isinstance(operand, Value) and operand.label) or name for operand, name in zip(operands, "xy")]
    if isinstance(error, TypeError):
        return KindError(f"{place}: these kinds of number do not mix; convert one of them")
    if isinstance(error, (OverflowError, Overflow)):
        return NumberOverflowError(f"{place}: the result is too large for its kind of number; {primitive.overflow}")
    kind = DivisionByZeroError if isinstance(error, ZeroDivisionError) else DomainError
    advice = primitive.domain.format(*names) if primitive.domain else "the operands are outside its domain"
    return kind(f"{place}: {advice}")


def _one_of_each_kind(operands: Sequence[Any]) -> tuple[Any, ...]:
    first: dict[type, Any] = {}
    for operand in operands:
        first.setdefault(type(_data(operand)), operand)
    return tuple(first.values())


def _described(operand: Any) -> str:
    if isinstance(operand, Value):
        return f"{operand.label} = {quoted(operand.data)}" if operand.label else quoted(operand.data)
    return quoted(operand)


# --- weighted sums -----------------------------------------------------------------------------------


def weighted_sums(rows: Sequence[tuple[Any, ...]], inputs: Sequence[Any]) -> list[Value]:
    """Σ wᵢxᵢ + b for each row (w₁, …, wₙ, b): the weighted sums of a layer, one node each.

    >>> w, b = Value(0.5), Value(0.1)
    >>> weighted_sums([(w, b)], [2.0])
    [Value(data=1.1, grad=0.0)]

    The bias is a weight whose input is always 1, so that a row is one sequence. Raises ShapeError (a
    ValueError) that names both lengths where a row does not fit the inputs.
    """
    xs = tuple([_operand(x, _WEIGHTED_SUM) for x in inputs])
    alike = len({isinstance(x, Value) for x in xs}) <= 1  # all of them Values, or all bare numbers
    numbers = [_data(x) for x in xs] + [1]
    nodes = []
    for row in rows:
        if len(row) != len(numbers):
            raise ShapeError(
                f"weighted_sum: {len(row) - 1} weights for {len(xs)} inputs; give one weight for each input"
            )
        node = _new(Value)
        node.label = ""
        node._primitive = _WEIGHTED_ROW
        node._left = row if type(row) is tuple else tuple(row)
        node._right = xs
        node._mark = None
        try:
            _evaluate_weighted_row(node, numbers)
        except (ArithmeticError, AttributeError, TypeError):  # a bare weight, or kinds that do not mix
            node.data = None
        if type(node.data) is float and alike:
            node.grad = 0.0
        elif node.data is not None and alike and all([isinstance(weight, Value) for weight in row]):
            node.grad = numeric.zero(numeric.as_number(node.data, "the result of weighted_sum"))
        else:
            node = _record(_WEIGHTED_SUM, (*row[:-1], *xs, row[-1]))
        nodes.append(node)
    return nodes


def _evaluate_weighted_row(node: Value, numbers: list[Number]) -> None:
    """The data and the partials of a weighted row; ``numbers`` are the data of its inputs, and a 1."""
    weights = [weight.data for weight in node._left]
    pairs = zip(weights, numbers)
    weight, x = next(pairs)
    result = weight * x
    for weight, x in pairs:
        result += weight * x
    node.data = result
    node._left_partial = numbers
    node._right_partial = weights


# --- the order, and the sweep ------------------------------------------------------------------------


def _survey(root: Value) -> tuple[list[Value], list[Value], list[tuple[Value, ...]]]:
    """What lies under ``root``: the operations in topological order, the leaves, and rows of weights.

    Depth first without recursion, left operand first, so the order is the same on every run. A row is
    the tuple of weights of a weighted row where all of them are leaves: they are not listed one by
    one, as visiting each would cost as much as its share of the arithmetic.
    """
    order: list[Value] = []
    leaves: list[Value] = []
    rows: dict[int, tuple[Value, ...]] = {}
    inputs_seen: set[int] = set()
    mark = object()  # new for each survey, so that an interrupted one leaves nothing behind
    stack: list[Any] = [root]
    push, pop = stack.append, stack.pop
    while stack:
        node = pop()
        if node is None:  # what the node below this sign depends on is all in the order
            order.append(pop())
            continue
        if node._mark is mark:
            continue
        node._mark = mark
        primitive = node._primitive
        if primitive is None:
            leaves.append(node)
            continue
        push(node)
        push(None)
        if primitive is _WEIGHTED_ROW:
            row, inputs = node._left, node._right
            if id(row) not in rows:
                if any([weight._primitive for weight in row]):
                    stack.extend(reversed(row))
                else:
                    rows[id(row)] = row
            # On top of the weights: inputs that neurons share are in the order before a weight that
            # is itself computed from them.
            if id(inputs) not in inputs_seen:
                inputs_seen.add(id(inputs))
                if inputs and isinstance(inputs[0], Value):
                    stack.extend(reversed(inputs))
        elif primitive.arity == 0:
            stack.extend([operand for operand in reversed(node._left) if isinstance(operand, Value)])
        else:
            operand = node._right
            if isinstance(operand, Value) and operand._mark is not mark:
                push(operand)
            operand = node._left
            if isinstance(operand, Value) and operand._mark is not mark:
                push(operand)
    return order, leaves, list(rows.values())


def topological_order(root: Value) -> list[Value]:
    """Every node under ``root``, leaves included, operands first, ``root`` last.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> [node.label or node.op for node in topological_order(a * b + a)]
    ['a', 'b', 'mul', 'add']
    """
    if not isinstance(root, Value):
        raise KindError(f"a graph is looked at from its root, a Value; got {given(root)}")
    listed: dict[Value, None] = {}
    for node in _survey(root)[0]:
        for operand in node.operands:
            if isinstance(operand, Value):
                listed[operand] = None
        listed[node] = None
    listed[root] = None
    return list(listed)


def _put_aside(
    order: list[Value],
    leaves: list[Value],
    rows: list[tuple[Value, ...]],
    zero: Number,
    before: list[tuple[Value, Number]],
) -> None:
    """Set every grad to ``zero``; what leaves had goes to ``before``, to be added at the end of the pass."""
    rows_to_clear = [row for row in rows if type(zero) is not float or any([leaf.grad for leaf in row])]
    for leaf in chain(leaves, *rows_to_clear):
        if leaf.grad:
            before.append((leaf, leaf.grad))
        leaf.grad = zero
    for node in order:
        node.grad = zero


def _add_back(before: list[tuple[Value, Number]]) -> None:
    """Add what leaves had before this pass to what it gave them."""
    for leaf, grad in before:
        try:
            leaf.grad = grad + leaf.grad
        except (ArithmeticError, TypeError) as error:
            kind = KindError if isinstance(error, TypeError) else NumberOverflowError
            shown = f"{quoted(grad)} and {quoted(leaf.grad)}"
            raise kind(f"the gradients of {_described(leaf)} in two passes do not add up: {shown} ({error})") from None


def _sweep(order: list[Value]) -> None:
    """The chain rule, from the root to the leaves: operand.grad += cotangent · partial."""
    try:
        for node in reversed(order):
            cotangent = node.grad
            primitive = node._primitive
            if primitive is _WEIGHTED_ROW:
                for weight, x in zip(node._left, node._left_partial):
                    weight.grad += cotangent * x
                inputs = node._right
                if inputs and isinstance(inputs[0], Value):
                    for operand, weight in zip(inputs, node._right_partial):
                        operand.grad += cotangent * weight
            elif primitive.arity == 0:  # type: ignore[union-attr]
                for operand, partial in zip(node._left, node._left_partial):
                    if isinstance(operand, Value):
                        operand.grad += cotangent * partial
            else:
                operand = node._left
                if isinstance(operand, Value):
                    operand.grad += cotangent * node._left_partial
                operand = node._right
                if isinstance(operand, Value):
                    operand.grad += cotangent * node._right_partial
    except (ArithmeticError, TypeError) as error:
        raise _untold_contribution(error, node, node.grad) from None


def _untold_contribution(error: Exception, node: Value, cotangent: Any) -> AutogradError:
    """Why a cotangent could not be multiplied by a partial, as an error of the family."""
    if isinstance(error, AutogradError):  # a partial that does not exist
        return error
    shown = " and ".join([_described(operand) for operand in node.operands[:4]])
    place = f"the contributions of {node.op} of {shown} with cotangent {quoted(_data(cotangent))}"
    if isinstance(error, (OverflowError, Overflow)):
        return NumberOverflowError(f"{place}: too large for their kind of number; use smaller operands")
    if isinstance(error, TypeError):
        return KindError(f"{place}: the cotangent and the partial do not mix; convert an operand")
    return DomainError(f"{place}: {error}")


def contributions(node: Value, cotangent: Any) -> Iterator[tuple[Value, Any, Any]]:
    """(operand, partial, cotangent · partial) for each Value operand, in the order of the sweep.

    That is the order of ``.operands``, but a weighted row has its bias beside its weights.

    >>> a, b = Value(2.0, label="a"), Value(5.0, label="b")
    >>> for operand, partial, contribution in contributions(a * b, 10.0):
    ...     print(operand.label, partial, contribution)
    a 5.0 50.0
    b 2.0 20.0
    """
    if node._primitive is _WEIGHTED_ROW:
        pairs = chain(zip(node._left, node._left_partial), zip(node._right, node._right_partial))
    else:
        pairs = zip(node.operands, node.partials)  # type: ignore[assignment]
    for operand, partial in pairs:
        if isinstance(operand, Value):
            yield operand, partial, cotangent * partial


# --- small helpers -----------------------------------------------------------------------------------


def _seed(root: Value, seed: Any) -> Number:
    try:
        return numeric.like(root.data, numeric.as_number(seed, "seed"))
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, AutogradError):
            raise
        kind = type(root.data).__name__
        raise KindError(f"seed {quoted(seed)} is not a number of the root's kind ({kind})") from error


def _compared(other: Any) -> Number:
    return other.data if isinstance(other, Value) else other
