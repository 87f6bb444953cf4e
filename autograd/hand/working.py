"""A derivation's whole calculation as one graph: values, their gradients, the update step and what follows.

>>> x, w = Value(2.0, label="x"), Value(0.5, label="w")
>>> y = (w * x).sigmoid()
>>> y.label = "y"
>>> working = Working(y, rate=0.1, parameters=[w])
>>> gradient = working.node(Quantity(w, "grad"))
>>> working.name(gradient), round(gradient.data, 6), round(working.node(Quantity(w, "data", 1)).data, 6)
('∂y/∂w', 0.393224, 0.460678)

A gradient is a calculation as well, ``grad(create_graph=True)`` records it: ∂y/∂w = y · (1 - y) · x. So
a printed gradient is checked, and its mistake looked for, as that of any value: both are nodes, and a
step leads to them from what was printed before. What is the same is one node here, however often it was
computed, and a softmax is opened as a person writes it, so that its printed e's and their sum are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from ..derivatives import grad
from ..errors import AutogradError, RecordingError
from ..graph import consumers, leaves, topological_order, value_operands
from ..interpret import apply, evaluate
from ..notation import Inlined, formula, show, write
from ..primitives import PRIMITIVES
from ..value import Value, record
from ..weighted import split_weighted_sum

__all__ = ["Quantity", "Rule", "Working", "floating", "nearest", "operate", "order_of", "recorded"]

_PRECISION = 40
_MOST_PRECISE = 20_000  # operands in a graph that is evaluated with more digits than floats have
_OUTSIDE = (AutogradError, ArithmeticError, TypeError, ValueError)
_OPENED = ("softmax", "log_softmax")

# What a node is in place of its own operation: of (node, operands), None where it stays as it is.
Rule = Callable[[Value, Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a figure is of: the data or the gradient of a value, or its change in an update; after so many updates."""

    value: Value
    of: str = "data"
    round: int = 0


class Working:
    """The graph of a derivation. ``node(quantity)`` is the node of a quantity; its steps are its operands.

    ``rule`` changes operations of the graph itself, as a convention does that runs through a derivation:
    then the gradients are those of the changed graph.
    """

    def __init__(
        self,
        root: Value,
        others: Iterable[Value] = (),
        rate: float | None = None,
        parameters: Sequence[Value] = (),
        rule: Rule | None = None,
        seed: Any = 1,
        move: Callable[[Value, Value], Any] = lambda gradient, rate: -(gradient * rate),
    ) -> None:
        self.root = root
        self.seed = seed
        self._move = move
        self.rate = rate
        self._rate = Value(0.0 if rate is None else rate, label="η")
        self.parameters = parameters
        self._rule = rule
        self._interned: dict[Any, Value] = {}
        self._names = Inlined()
        self.gradient_of: dict[Value, Value] = {}
        self.called: dict[Value, str] = {}  # nodes that were made here, which have no label
        listed = dict.fromkeys(topological_order(root))
        for other in others:
            if other not in listed:
                listed.update(dict.fromkeys(topological_order(other)))
        self.listed = list(listed)
        self._rounds: list[dict[Value, Value]] = [self._opened({leaf: leaf for leaf in leaves(self.listed)})]
        self._gradients: list[dict[Value, Value] | None] = []
        self._precise: dict[Value, Any] = {}
        self.everything: list[Value] = []  # operands first: what the audited figures come from

    # --- the nodes of quantities ---

    def node(self, quantity: Quantity) -> Value | None:
        """The node of a quantity; None where there is none, as a partial on the way does not exist."""
        try:
            if quantity.of == "data":
                return self._data(quantity.round).get(quantity.value)
            gradient = self._gradient(quantity.round).get(quantity.value)
            if quantity.of == "grad" or gradient is None:
                return gradient
            return self._change(gradient, quantity.value)
        except _OUTSIDE:
            return None

    def _data(self, times: int) -> dict[Value, Value]:
        while len(self._rounds) <= times:
            self._rounds.append(self._updated(len(self._rounds) - 1))
        return self._rounds[times]

    def _opened(self, known: dict[Value, Value]) -> dict[Value, Value]:
        """The graph over other leaves: each node itself where nothing below it is another."""
        return evaluate(self.listed, known, self._again)

    def _again(self, node: Value, operands: Sequence[Any]) -> Any:
        other = self._rule(node, operands) if self._rule is not None else None
        primitive = node.primitive
        assert primitive is not None
        if other is None and primitive.name in _OPENED:
            other = primitive.textbook(operands)
        elif other is None and all(map(_same, operands, node.operands)):
            self._interned.setdefault(_signature(primitive, operands), node)
            return node
        elif other is None:
            other = recorded(node, operands)
        if not isinstance(other, Value):
            return other
        [other] = self._intern([other], self._interned.values())
        if node.label and not other.label and other not in self.called and other.primitive is not None:
            self.called[other] = node.label
        return other

    @property
    def has_gradients(self) -> bool:
        """Has the gradient of anything been asked for?"""
        return bool(self._gradients)

    def _gradient(self, times: int) -> dict[Value, Value]:
        """The gradient of each node of a round, as a node."""
        while len(self._gradients) <= times:
            self._gradients.append(self._differentiated(len(self._gradients)))
        return self._gradients[times] or {}

    def _differentiated(self, times: int) -> dict[Value, Value] | None:
        data = self._data(times)
        root = data[self.root]
        under = set(topological_order(root))
        wanted = [node for node in self.listed if isinstance(data[node], Value) and data[node] in under]
        try:
            top = root if self.seed == 1 else root * self.seed
            recorded = grad(top, [data[node] for node in wanted], create_graph=True)
        except _OUTSIDE:
            return None  # a partial does not exist, or a leaf was changed since
        found = dict(zip(wanted, self._intern(recorded, under)))
        for node, gradient in found.items():
            self.gradient_of.setdefault(gradient, data[node])
            if not gradient.label:
                self.called.setdefault(gradient, self._derivative(node, times))
        return found

    def _derivative(self, node: Value, times: int) -> str:
        later = ".new" * times
        return f"∂{self.root.label or 'root'}/∂{self.name(self._data(times)[node])}{later}"

    def _intern(self, tops: Sequence[Value], known: Iterable[Value]) -> list[Value]:
        """The same calculations in nodes that are here already, where there are such."""
        own = {node: node for node in known}
        order = order_of(tops)
        own.update({leaf: leaf for leaf in leaves(order)})
        found = evaluate(order, own, self._once)
        return [found[top] for top in tops]

    def _once(self, node: Value, operands: Sequence[Any]) -> Value:
        primitive = node.primitive
        assert primitive is not None
        if primitive.name in _OPENED:
            [opened] = self._intern([primitive.textbook(operands)], self._interned.values())
            return opened
        signature = _signature(primitive, operands)
        if signature not in self._interned:
            same = all(map(_same, operands, node.operands))
            self._interned[signature] = node if same else recorded(node, operands)
        return self._interned[signature]

    # --- the update step ---

    def _change(self, gradient: Value, of: Value) -> Value:
        """Δw = -η · ∂L/∂w."""
        [change] = self._intern([self._move(gradient, self._rate)], [gradient])
        self.called.setdefault(change, f"Δ{of.label}")
        return change

    def _updated(self, times: int) -> dict[Value, Value]:
        """The graph after one more step of gradient descent."""
        before, gradients = self._data(times), self._gradient(times)
        after: dict[Value, Value] = {leaf: before[leaf] for leaf in leaves(self.listed)}
        for leaf in self.parameters:
            if leaf in gradients:
                after[leaf] = before[leaf] + self._change(gradients[leaf], leaf)
                self.called[after[leaf]] = f"{leaf.label}{'.new' * (times + 1)}"
        found = self._opened(after)
        for node, later in found.items():
            if node.label and isinstance(later, Value) and later is not before[node]:
                self.called[later] = f"{node.label}{'.new' * (times + 1)}"
        return found

    # --- numbers ---

    def precise(self, node: Value) -> Fraction | None:
        """The node's number with more digits than floats have, its leaves as they were typed; None if that fails."""
        if node not in self._precise:
            order = self.everything or topological_order(node)
            if sum(len(below.operands) for below in order) > _MOST_PRECISE:
                return None
            try:
                with localcontext() as context:
                    context.prec = _PRECISION
                    known = {leaf: _as_decimal(leaf.data) for leaf in leaves(order)}
                    self._precise.update(evaluate(order, {**known, **self._precise}, _in_decimals))
            except _OUTSIDE:
                self._precise.update(dict.fromkeys(order))
        number = self._precise.get(node)
        return Fraction(number) if number is not None and number.is_finite() else None

    # --- words ---

    def name(self, operand: Any) -> str:
        """A node by its label, or by what it is: a gradient, an updated weight, a formula; a number as it is."""
        if not isinstance(operand, Value):
            return show(operand)
        if operand.label or operand.primitive is None:
            return self._names[operand]
        return self.called.get(operand) or f"({write(formula(operand, self._names))})"

    # --- what is like what ---

    def alike(self, node: Value) -> list[Value]:
        """The nodes in the same place of the calculation: other neurons of a layer, their weights, their gradients."""
        if not hasattr(self, "_roles"):
            self._roles, self._members = self._count_roles()
        return [other for other in self._members.get(self._roles.get(node), ()) if other is not node]

    def _count_roles(self) -> tuple[dict[Value, Any], dict[Any, list[Value]]]:
        levels: dict[Value, int] = {}
        used = consumers(self.listed)
        for node in self.listed:
            levels[node] = 1 + max((levels[below] for below in value_operands(node)), default=-1)
        roles: dict[Value, Any] = {}
        for node in self.listed:
            if node.primitive is None:
                user = next(iter(used[node]), None)
                roles[node] = ("leaf", levels[user], user.op, _part(user, node)) if user is not None else ("leaf",)
            else:
                roles[node] = (levels[node], node.op)
        found = dict(roles)
        data, gradients = self._data(0), self._gradient(0) if self._gradients else {}
        for node, role in roles.items():
            found.setdefault(data[node], role)
            if node in gradients:
                found.setdefault(gradients[node], ("gradient", role))
        members: dict[Any, list[Value]] = {}
        for node, role in found.items():
            members.setdefault(role, []).append(node)
        return found, members

    def probability(self, z: Value) -> Value | None:
        """The softmax of ``z`` among others, where there is one: e^z over a sum of such."""
        for node in [*self._data(0).values(), *self._interned.values()]:
            if isinstance(node, Value) and node.op == "div" and isinstance(node.operands[0], Value):
                power, whole = node.operands
                if (
                    power.op == "exp"
                    and power.operands[0] is z
                    and isinstance(whole, Value)
                    and whole.op in ("total", "add")
                ):
                    return node
        return None

    def partners(self) -> dict[Value, Value]:
        """For each weight of a layer, the one at the transposed place."""
        layers: dict[Any, list[Value]] = {}
        for node in self.listed:
            if node.op == "weighted_sum":
                _, inputs, _ = split_weighted_sum(node.operands)
                layers.setdefault(tuple(map(id, inputs)), []).append(node)
        found: dict[Value, Value] = {}
        for rows in layers.values():
            weights = [split_weighted_sum(row.operands)[0] for row in rows]
            for i, row in enumerate(weights):
                for j, weight in enumerate(row):
                    if i != j and j < len(weights) and i < len(weights[j]) and isinstance(weight, Value):
                        found[weight] = weights[j][i]
        return found


def order_of(tops: Sequence[Value]) -> list[Value]:
    """Every node under some nodes, operands first."""
    return topological_order(record(PRIMITIVES["total"], tuple(tops)))[:-1]


def _same(x: Any, y: Any) -> bool:
    return x is y or (not isinstance(x, Value) and not isinstance(y, Value) and x == y)


def _signature(primitive: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
    return (primitive, *(operand if isinstance(operand, Value) else repr(operand) for operand in operands))


def _part(user: Value, leaf: Value) -> Any:
    """Which part a leaf has in the operation that uses it."""
    place = next(place for place, operand in enumerate(user.operands) if operand is leaf)
    if user.op != "weighted_sum":
        return place if len(user.operands) <= 2 else "term"
    count = len(user.operands) // 2
    return "weight" if place < count else "bias" if place == 2 * count else "input"


def _as_decimal(number: Any) -> Any:
    if type(number) is float:
        return Decimal(repr(number))
    return Decimal(number.numerator) / Decimal(number.denominator) if isinstance(number, Fraction) else Decimal(number)


def _in_decimals(node: Value, operands: Sequence[Any]) -> Any:
    assert node.primitive is not None
    return apply(node.primitive, [x if isinstance(x, Decimal) else _as_decimal(x) for x in operands])


def floating(number: Any) -> float:
    """A number as a float, of whatever kind it is; raises TypeError for a complex one."""
    return float(number)


def recorded(node: Value, operands: Sequence[Any]) -> Value:
    """The operation of a node on other operands, as a node."""
    assert node.primitive is not None
    if node.primitive.evaluate is not None:
        raise RecordingError(f"{node.op} is a call of a compiled function, which keeps no operations to be changed")
    return record(node.primitive, tuple(operands))


def operate(node: Value, operands: Sequence[Any]) -> Any:
    """The operation of a node on floats, and on the bare numbers that it has as floats."""
    assert node.primitive is not None
    return apply(node.primitive, [x if type(x) is float or type(x) is int else floating(x) for x in operands])


def nearest(target: Value, stops: Mapping[Value, Any], most: int) -> tuple[list[Value], list[Value]]:
    """The step to ``target``: its operations, operands first, and what they start from.

    It goes down to leaves and to ``stops``, and no further than ``most`` operations, the nearest first.
    """
    inside: dict[Value, None] = {target: None}
    edge: dict[Value, None] = {}
    queue = [target]
    for node in queue:
        for below in value_operands(node):
            if below in inside:
                continue
            if below.primitive is None or below in stops or len(inside) >= most:
                edge[below] = None
            else:
                inside[below] = None
                queue.append(below)
    return list(_operands_first(target, inside)), [node for node in edge if node not in inside]


def _operands_first(target: Value, inside: Mapping[Value, Any]) -> Iterator[Value]:
    done: set[Value] = set()
    stack: list[tuple[Value, bool]] = [(target, False)]
    while stack:
        node, below_done = stack.pop()
        if below_done:
            yield node
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            stack.extend((below, False) for below in value_operands(node) if below in inside)
