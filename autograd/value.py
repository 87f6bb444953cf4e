"""A number that remembers: the graph, the order of it, and the chain rule. Read this file first.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> c = a * b + 10
>>> c.backward()
>>> a.grad, b.grad
(-3.0, 2.0)

Each operation makes a node: the result, the operands that it came from, and the partial of the result
with respect to each operand, computed at once. ``backward`` walks the nodes from the root to the leaves
and adds, to each operand, the node's cotangent times that partial. That is all of backpropagation.

In the field's words this is automatic differentiation in reverse mode: the graph is the tape, what flows
back is the cotangent (also called adjoint) of each node, and one node's step is a vector-Jacobian product.

Nothing here knows what ``tanh`` is: rules come from the table (:mod:`autograd.primitives`). Only ``+``,
``*`` and the weighted sum are written out a second time, for speed; tests hold both to the same bits.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence, Set
from itertools import chain
from operator import attrgetter
from threading import RLock
from types import SimpleNamespace
from typing import Any
from weakref import ref

from . import kinds, numeric
from .arithmetic import Arithmetic
from .errors import AutogradError, KindError
from .instrument import OBSERVERS, StandIn, compared, notify, touched, watched
from .messages import contribution_error, given, operation_error, written
from .numeric import Number
from .passes import end_pass, kept_gradients, restore_gradients, seed_like, start_pass
from .primitives import PRIMITIVES, Primitive, lookup

__all__ = ["Undefined", "Value", "contributions"]


class Value(Arithmetic):
    """A number in a graph.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> x
    Value(data=3.0, grad=6.0, label='x')

    ``data`` is a float, an int, a Fraction, a Decimal or a NumPy scalar, which is kept as a Python
    number; anything else raises KindError, a TypeError. ``grad`` starts at zero in the data's own kind.
    To hang attributes of your own on Values, derive a class: ``class Parameter(Value): pass``.
    """

    # What a node keeps, without a closure and without a tuple where one or two operands are enough:
    #   one or two operands  _left, _right: the operands         _left_partial, _right_partial: numbers
    #   many operands        _left: a tuple of operands          _left_partial: a list of partials
    #   a weighted sum       _left: weights, then the bias       _left_partial: the inputs' numbers
    #                        _right: a tuple of inputs           _right_partial: the weights' numbers
    __slots__ = (
        "_data",
        "_grad",
        "_label",
        "_primitive",
        "_left",
        "_right",
        "_left_partial",
        "_right_partial",
        "_mark",
        "__weakref__",
    )

    def __init__(self, data: Number, label: str = "") -> None:
        copied = data.value() if isinstance(data, StandIn) else None
        if copied is not None:
            data = copied._data
        self._data = data if type(data) is float else numeric.as_number(data)
        self._grad = numeric.zero(self._data)
        self.label = label
        self._primitive: Primitive | None = None
        self._left: Any = None
        self._right: Any = None
        self._left_partial: Any = None
        self._right_partial: Any = None
        self._mark: object = None
        if copied is not None:  # not a leaf: it is as the number is that was given
            self._primitive, self._left, self._left_partial = PRIMITIVES["total"], (copied,), [1]
        if OBSERVERS:
            notify("recorded", self)

    # --- what it holds; what is set is looked at first ---

    def _get_data(self) -> Number:
        if OBSERVERS:
            touched(self, "reads data")
        return self._data

    def _set_data(self, data: Number) -> None:
        if OBSERVERS:
            touched(self, "changes data")
        self._data = data if type(data) is float else numeric.as_number(data, f"data of {self._label or 'a Value'}")

    def _get_grad(self) -> Number:
        if OBSERVERS:
            touched(self, "reads grad")
        return self._grad

    def _set_grad(self, grad: Number | None) -> None:
        if OBSERVERS:
            touched(self, "changes grad")
        if grad is None:
            grad = numeric.zero(self._data)
        self._grad = grad if type(grad) is float else numeric.as_number(grad, f"grad of {self._label or 'a Value'}")

    def _set_label(self, label: str) -> None:
        if not isinstance(label, str):
            raise KindError(f"label is {given(label)}, and must be a string")
        self._label = label

    data = property(_get_data, _set_data, doc="The number: of a leaf it may be set, and forward() follows.")
    grad = property(_get_grad, _set_grad, doc="d(root)/d(this), as backward() left it; None sets it to zero.")
    label = property(attrgetter("_label"), _set_label, doc="What it is called in pictures, sheets and errors.")
    primitive = property(attrgetter("_primitive"), doc="The row of the table that made this node, None for a leaf.")

    @property
    def op(self) -> str:
        """The name of the primitive that made this node, "" for a leaf."""
        return "" if self._primitive is None else self._primitive.name

    @property
    def operands(self) -> tuple[Any, ...]:
        """The operands in order; one that was a bare number is that number."""
        primitive, left, right = self._primitive, self._left, self._right
        if primitive is None:
            return ()
        if primitive.arity == 1:
            return (left,)
        if primitive.arity == 2:
            return left, right
        return left if right is None else (*left[:-1], *right, left[-1])

    @property
    def partials(self) -> tuple[Any, ...]:
        """The partial of this node with respect to each operand, as it was when the node was computed.

        >>> a, b = Value(2.0), Value(5.0)
        >>> (a * b).partials
        (5.0, 2.0)
        """
        if OBSERVERS:
            touched(self, "reads partials")
        primitive = self._primitive
        if primitive is None:
            return ()
        if primitive.few:
            kept = (self._left_partial, self._right_partial)[: primitive.arity]
            return tuple(_partial_of_bare(self, place) if x is None else x for place, x in enumerate(kept))
        if self._right is None:
            return tuple(self._left_partial)
        return (*self._left_partial, *self._right_partial[:-1], 1)

    # --- recording ---

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Value:
        try:
            return record(lookup(name), operands)
        except AutogradError as error:
            raise error.with_traceback(None) from None  # which says it all: how the engine came to it is left out

    def _apply_family(self, name: str, operands: Sequence[Any]) -> list[Any]:
        nodes: list[Any] = watched(record_family, name, operands) if OBSERVERS else record_family(name, operands)
        return nodes

    def __add__(self, other: Any) -> Value:
        if OBSERVERS:
            return self._apply("add", self, other)
        kind = type(other)
        if kind is Value:
            x = other._data
        elif kind is float or kind is int:
            x = other
        else:
            return self._apply("add", self, other)
        try:
            data = self._data + x
        except (TypeError, ArithmeticError):
            return self._apply("add", self, other)  # which says what is wrong
        if type(data) is not float:
            return self._apply("add", self, other)
        node = _new(Value)  # as new_node does, without a call
        node._data = data
        node._grad = 0.0
        node._label = ""
        node._primitive = _ADD
        node._left = self
        node._right = other
        node._mark = None
        node._left_partial = node._right_partial = 1.0
        return node

    def __mul__(self, other: Any) -> Value:
        if OBSERVERS:
            return self._apply("mul", self, other)
        kind = type(other)
        if kind is Value:
            x = other._data
        elif kind is float or kind is int:
            x = other
        else:
            return self._apply("mul", self, other)
        try:
            data = self._data * x
        except (TypeError, ArithmeticError):
            return self._apply("mul", self, other)  # which says what is wrong
        if type(data) is not float:
            return self._apply("mul", self, other)
        node = _new(Value)  # as new_node does, without a call
        node._data = data
        node._grad = 0.0
        node._label = ""
        node._primitive = _MUL
        node._left = self
        node._right = other
        node._mark = None
        node._left_partial = x
        node._right_partial = self._data
        return node

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
        if OBSERVERS:
            touched(self, "calls backward()")
        seed = seed_like(self, seed)
        with _one_pass_at_a_time.lock:
            at_once = None if self._primitive is None or OBSERVERS else self._primitive.backward
            if at_once is not None and at_once(self._left, self._left_partial, seed):
                self._grad = seed
                return
            order, leaves, rows = survey(self)
            kept = kept_gradients(leaves, rows)
            try:
                start_pass(order, leaves, rows, kept, numeric.zero(self._data))
                self._grad = seed
                sweep(order)
                end_pass(kept)
                _last_roots[:] = [ref(self)]
            except BaseException:
                restore_gradients(leaves, rows, kept)
                raise

    def forward(self) -> Number:
        """Evaluate the recorded graph again from the leaves' present data, and return the result.

        >>> w = Value(0.5, label="w")
        >>> y = w * w + 1
        >>> w.data = 0.3
        >>> y.forward()
        1.09

        No node is made; every node's data and partials are those of the present leaves afterwards.
        """
        if OBSERVERS:
            touched(self, "calls forward()")
        for node in survey(self)[0]:
            reevaluate(node)
        return self._data

    def zero_grad(self) -> None:
        """Set the ``.grad`` of this node and of every node under it to zero."""
        if OBSERVERS:
            touched(self, "calls zero_grad()")
        order, leaves, rows = survey(self)
        for node in chain(order, leaves, *rows):
            node._grad = numeric.zero(node._data)

    # --- as a number ---

    def __float__(self) -> float:
        raise KindError(_leaves_the_graph("float"))

    def __int__(self) -> int:
        raise KindError(_leaves_the_graph("int"))

    def __lt__(self, other: Any) -> bool:
        return compared("lt", self, other) if OBSERVERS else self._data < number(other)

    def __le__(self, other: Any) -> bool:
        return compared("le", self, other) if OBSERVERS else self._data <= number(other)

    def __gt__(self, other: Any) -> bool:
        return compared("gt", self, other) if OBSERVERS else self._data > number(other)

    def __ge__(self, other: Any) -> bool:
        return compared("ge", self, other) if OBSERVERS else self._data >= number(other)

    def __repr__(self) -> str:
        label = f", label={self._label!r}" if self._label else ""
        return f"Value(data={written(self._data)}, grad={written(self._grad)}{label})"

    def __format__(self, spec: str) -> str:  # f"{loss:.4f}"
        return format(self._data, spec) if spec else repr(self)

    def __rich_repr__(self) -> Iterator[tuple[Any, ...]]:  # what the package rich prints
        yield "data", self._data
        yield "grad", self._grad
        yield "label", self._label, ""


def _leaves_the_graph(kind: str) -> str:
    return (
        f"{kind}() of a Value, as in math.exp(v), would take the number out of the graph, and its gradient would be "
        f"lost; write v.data for the number alone, or the Value's own function, as v.exp()"
    )


# --- recording an operation ------------------------------------------------------------------------

_new = object.__new__
_ADD, _MUL = PRIMITIVES["add"], PRIMITIVES["mul"]


def new_node(primitive: Primitive, left: Any, right: Any) -> Value:
    """A node of a graph whose data and partials are still to come."""
    node = _new(Value)
    node._grad = 0.0
    node._label = ""
    node._primitive = primitive
    node._left = left
    node._right = right
    node._mark = None
    return node


# Of a Value: what its ``.data`` is, without a look at who observes.
data_of = attrgetter("_data")


def number(operand: Any) -> Number:
    """The data of a Value; a bare number as it is."""
    return operand._data if isinstance(operand, Value) else operand


def operand_of(operand: Any, primitive: Primitive) -> Any:
    """A Value as it is, and a bare number as a Python number."""
    kind = type(operand)
    if kind is Value or kind is float or kind is int or isinstance(operand, Value):
        return operand
    if isinstance(operand, StandIn):
        return operand.value()
    return numeric.as_number(operand, f"an operand of {primitive.name}")


def record(primitive: Primitive, operands: Sequence[Any]) -> Value:
    """The node of one operation, made as its row says, or else in the general way."""
    make = primitive.record or record_in_order
    node: Value = watched(make, primitive, operands) if OBSERVERS else make(primitive, operands)
    return node


def record_in_order(primitive: Primitive, operands: Sequence[Any]) -> Value:
    """The node of one operation: its data by the row's rule, and a partial for each Value operand."""
    if primitive.arity == 1:
        node = new_node(primitive, operands[0], None)  # a Value: a function of a bare number is not recorded
    elif primitive.arity == 2:
        node = new_node(primitive, operand_of(operands[0], primitive), operand_of(operands[1], primitive))
    else:
        node = new_node(primitive, tuple([operand_of(operand, primitive) for operand in operands]), None)
    evaluate(node)
    if type(node._data) is not float:
        node._grad = numeric.zero(numeric.as_number(node._data, f"the result of {primitive.name}"))
    return node


def record_family(name: str, operands: Sequence[Any]) -> list[Value]:
    """The nodes of all results of a softmax, computed together: they share their operands and what is common."""
    first = record_in_order(lookup((name, 0)), operands)
    assert first._primitive is not None and first._primitive.together is not None
    nodes = []
    for index, (data, partials) in enumerate(first._primitive.together([number(x) for x in first._left])):
        node = new_node(lookup((name, index)), first._left, None)
        node._data = data
        node._grad = first._grad
        node._left_partial = partials
        node._right_partial = None
        nodes.append(node)
    return nodes


def evaluate(node: Value) -> None:
    """The data and the partials of a node, by its row's rules, from the present data of its operands."""
    primitive, left, right = node._primitive, node._left, node._right
    assert primitive is not None
    arity = primitive.arity
    try:
        if arity == 1:
            x = left._data
            out = node._data = primitive.rule(x)
            node._right_partial = None
            try:
                node._left_partial = primitive.partials[0](out, x)
            except (ArithmeticError, ValueError) as error:
                node._left_partial = _undefined(error, node)
        elif arity == 2:
            x = left._data if isinstance(left, Value) else left
            y = right._data if isinstance(right, Value) else right
            if type(x) is not type(y):
                x, y = numeric.of_one_kind(x, y)
            node._data = primitive.rule(x, y)
            node._left_partial = _partial(node, 0, (x, y)) if isinstance(left, Value) else None
            node._right_partial = _partial(node, 1, (x, y)) if isinstance(right, Value) else None
        elif right is not None:
            evaluate_row(node, [number(x) for x in right])
        elif primitive.evaluate is not None:
            node._data, node._left_partial = primitive.evaluate(node._right_partial, left)
        else:
            _evaluate_many(node, [number(operand) for operand in left])
    except (ArithmeticError, ValueError, TypeError) as error:
        raise operation_error(error, node) from None


def reevaluate(node: Value) -> None:
    """Evaluate a node that was evaluated before, seen by observers."""
    try:
        evaluate(node)
    except AutogradError as error:
        notify("failed", error, node)
        raise
    if OBSERVERS:
        notify("evaluated", node)


def _evaluate_many(node: Value, numbers: list[Number]) -> None:
    primitive = node._primitive
    assert primitive is not None
    if primitive.arity == 0:
        node._data = primitive.rule(numbers)
        node._left_partial = primitive.partials(node._data, numbers)
    else:
        node._data = primitive.rule(*numbers)
        node._left_partial = [_partial(node, place, numbers) for place in range(primitive.arity)]
    node._right_partial = None


def evaluate_row(node: Value, numbers: list[Number]) -> None:
    """The data and the partials of a weighted sum in its own layout; ``numbers`` are those of its inputs."""
    weights = [weight._data for weight in node._left]
    pairs = zip(weights, numbers)
    result = weights[-1]
    for weight, x in pairs:
        result = weight * x
        break
    for weight, x in pairs:
        result += weight * x
    node._data = result + weights[-1] if numbers else result
    node._left_partial = numbers
    node._right_partial = weights


def _partial(node: Value, place: int, numbers: Sequence[Number]) -> Any:
    """The partial of a node with respect to one operand, or an Undefined that says why there is none."""
    try:
        return node._primitive.partials[place](node._data, *numbers)  # type: ignore[union-attr]
    except (ArithmeticError, ValueError) as error:
        return _undefined(error, node)


def _partial_of_bare(node: Value, place: int) -> Any:
    """The partial with respect to a bare number, which is not kept; it may not exist for its kind alone."""
    try:
        with kinds.without_warning():
            return _partial(node, place, [number(operand) for operand in node.operands])
    except TypeError as error:
        return _undefined(error, node)


def _undefined(error: Exception, node: Value) -> Undefined:
    return Undefined(operation_error(error, node, "the partial of "))


class Undefined:
    """A partial that does not exist. It is kept on the node, and raises when a gradient asks for it.

    >>> x = Value(0.0, label="x")
    >>> root = x.sqrt()
    >>> root.data, root.partials
    (0.0, (undefined,))
    >>> root.backward()
    Traceback (most recent call last):
        ...
    autograd.errors.DivisionByZeroError: the partial of sqrt of x = 0.0: sqrt is defined from 0 up, ...
    """

    __slots__ = ("error",)

    def __init__(self, error: AutogradError) -> None:
        self.error = error

    def __rmul__(self, cotangent: Any) -> Any:
        raise self.error

    __mul__ = __rmul__

    def __repr__(self) -> str:
        return "undefined"


# Passes of several threads over the same leaves come one after the other, or contributions would be lost. A
# process that is forked meanwhile begins with a new lock.
_one_pass_at_a_time = SimpleNamespace(lock=RLock())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: setattr(_one_pass_at_a_time, "lock", RLock()))


# --- the order, and the sweep ------------------------------------------------------------------------


def survey(root: Value, outside: Set[Value] = frozenset()) -> tuple[list[Value], list[Value], list[tuple[Value, ...]]]:
    """What lies under ``root``: the operations in topological order, the leaves, and rows of weights.

    Depth first without recursion, left operand first, so the order is the same on every run. A row is
    the tuple of weights of a weighted sum where all of them are leaves: they are not listed one by
    one, as visiting each would cost as much as its share of the arithmetic. What is ``outside`` is not
    listed, nor what is under it only.
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
        if outside and node in outside:
            continue
        push(node)
        push(None)
        left, right = node._left, node._right
        if primitive.few:
            if isinstance(right, Value) and right._mark is not mark:
                push(right)
            if isinstance(left, Value) and left._mark is not mark:
                push(left)
        elif right is None:
            stack.extend([operand for operand in reversed(left) if isinstance(operand, Value)])
        else:
            if id(left) not in rows:
                if any([weight._primitive for weight in left]):
                    stack.extend(reversed(left))
                else:
                    rows[id(left)] = left
            # On top of the weights: inputs that neurons share are in the order before a weight that
            # is itself computed from them.
            if id(right) not in inputs_seen:
                inputs_seen.add(id(right))
                if right and isinstance(right[0], Value):
                    stack.extend(reversed(right))
    return order, leaves, list(rows.values())


_last_roots: list[ref[Value]] = []


def last_root() -> Value | None:
    """What ``backward`` was last called on; None where that is gone. A node does not know what uses it."""
    return _last_roots[0]() if _last_roots else None


def sweep(order: list[Value]) -> None:
    """The chain rule, from the root to the leaves: operand.grad += cotangent · partial."""
    if OBSERVERS:
        for node in reversed(order):
            pass_back(node)
        return
    try:
        for node in reversed(order):
            cotangent = node._grad
            primitive, left, right = node._primitive, node._left, node._right
            if primitive.few:  # type: ignore[union-attr]
                if isinstance(left, Value):
                    left._grad += cotangent * node._left_partial
                if isinstance(right, Value):
                    right._grad += cotangent * node._right_partial
            elif right is not None:
                for weight, x in zip(left, node._left_partial):
                    weight._grad += cotangent * x
                if right and isinstance(right[0], Value):
                    for operand, weight in zip(right, node._right_partial):
                        operand._grad += cotangent * weight
                left[-1]._grad += cotangent
            else:
                for operand, partial in zip(left, node._left_partial):
                    if isinstance(operand, Value):
                        operand._grad += cotangent * partial
    except (ArithmeticError, TypeError) as error:
        raise contribution_error(error, node, node._grad) from None


def pass_back(node: Value) -> list[tuple[Value, Any, Any]]:
    """One node's part of the sweep, seen by observers: (operand, partial, what it has so far) for each Value."""
    terms, cotangent = [], node._grad
    try:
        for operand, partial, contribution in contributions(node, cotangent):
            operand._grad += contribution
            terms.append((operand, partial, operand._grad))
    except (ArithmeticError, TypeError) as error:
        told = contribution_error(error, node, cotangent)
        notify("failed", told, node)
        raise told from None
    notify("passed_back", node, cotangent, terms)
    return terms


def contributions(node: Value, cotangent: Any) -> Iterator[tuple[Value, Any, Any]]:
    """(operand, partial, cotangent · partial) for each Value operand, in the order of ``.operands``.

    >>> a, b = Value(2.0, label="a"), Value(5.0, label="b")
    >>> for operand, partial, contribution in contributions(a * b, 10.0):
    ...     print(operand.label, partial, contribution)
    a 5.0 50.0
    b 2.0 20.0
    """
    for operand, partial in zip(node.operands, node.partials):
        if isinstance(operand, Value):
            yield operand, partial, cotangent * partial
