"""The hand calculation as records: which steps, in which order, and the formula of each.

>>> x = Value(3.0, label="x")
>>> y = (x * x + 1).log()
>>> y.label = "y"
>>> sheet = Worksheet(y)
>>> [write(step.name) + " = " + write(step.formula) for _, steps in sheet.forward(y) for step in steps]
['y = ln(x · x + 1)']
>>> [write(step.name) + " = " + write(step.formula) for _, steps in sheet.backward() for step in steps]
['∂y/∂x = 1 / (x · x + 1) · x + 1 / (x · x + 1) · x']

Every formula comes from the rules of the table. A part gets a line of its own where it has a label,
where it is used more than once, and where it is a weighted sum or a softmax; other parts are written
into the line of the one that uses them, as long as that stays short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from .. import numeric
from ..derivatives import grad
from ..errors import TooLargeError
from ..graph import depending_on, edges, is_activation, topological_order
from ..notation import LATEX, Names, Symbol, formula, operation, partial, product, write
from ..primitives import lookup
from ..value import Value
from ..weighted import split_weighted_sum

__all__ = ["Step", "Worksheet", "cotangents_of", "nearly_equal"]

Section = tuple[str, "list[Step]"]

_TALLEST = 3  # operations above each other in a part that is written within another's line
_WIDEST = 6  # names and numbers in it
_LEAVES = "leaves"
_LONGEST_SUM = 8  # contributions; of more than that, the first three and the last are written
_MOST_VALUES = 2000  # under the root, itself included
_MOST_PROBABILITIES = 16


@dataclass(frozen=True, slots=True)
class Step:
    """One line: a name, what else it is called (∂L/∂z for δ), its formula, its number, and its node."""

    name: Symbol
    formula: Any
    number: Any
    node: Value
    also: Symbol | None = None


class Worksheet(Names):
    """The steps to ``root``, and from it back to every node under it."""

    def __init__(self, root: Value, names: Names | None = None) -> None:
        self.root = root
        recorded = topological_order(root)
        if len(recorded) > _MOST_VALUES:
            raise TooLargeError(
                f"explain: {root.label or 'this value'} stands on {len(recorded):,} values, too many for a sheet "
                f"(at most {_MOST_VALUES:,}); explain a part of it, or give explain(x, root=...) with a nearer root"
            )
        order = _with_probabilities(recorded)
        super().__init__(order, names or Names.under(root))
        known = set(recorded)
        for node in order:
            if node not in known:  # made for this sheet
                if not self.as_its_sum(node):
                    node.label = f"softmax_{node.primitive.index + 1}"
                self[node]
        within = _written_within(order, root, self.known_as)
        self._levels = self._count_levels(order, within)
        # layer by layer, as it is written
        self.order = sorted(order, key=self._levels.__getitem__)
        self.operations = [node for node in self.order if node.op and node not in within]
        self._formulas: dict[Value, Any] = {}  # of the parts that are written within another's line
        for node in self.order:
            if node in within:
                self._formulas[node] = formula(node, self)
        self._cotangents = cotangents_of(root)

    def symbol(self, operand: Any) -> Any:
        """The name of a node that has a line, the formula of one that has none; a bare number as it is."""
        if isinstance(operand, Value) and operand in self._formulas:
            return self._formulas[operand]
        return super().symbol(operand)

    def name(self, node: Value) -> Symbol:
        """The node by its name, also where it has no line of its own."""
        return Symbol(self[node], node.data)

    def _count_levels(self, order: list[Value], within: set[Value]) -> dict[Value, int]:
        """How many lines must come before a node's own."""
        levels: dict[Value, int] = {}
        for node in order:
            below = [
                levels[operand] + (operand not in within) for operand in node.operands if isinstance(operand, Value)
            ]
            # a log-softmax is written with the probabilities, which stand one level above its operands
            levels[node] = max(below, default=0) + (node.op == "log_softmax" and bool(self.softmax_of(node)))
        return levels

    def softmax_of(self, node: Value) -> dict[int, Value]:
        return self._softmax.get(node.operands, {})

    # --- forward ---

    def forward(self, v: Value) -> list[Section]:
        """The steps to ``v``: layer by layer, with a heading for each."""
        wanted = set(topological_order(v))
        for node in list(wanted):
            if node.op in ("softmax", "log_softmax"):
                wanted.update(self.softmax_of(node).values())
        layers: dict[int, list[Value]] = {}
        for node in self.operations:
            if node in wanted:
                layers.setdefault(self._levels[node], []).append(node)
        sections = []
        for _, nodes in sorted(layers.items()):
            steps = [Step(self.name(node), formula(node, self), node.data, node) for node in nodes]
            sections.append((_heading(nodes, v), steps))
        return sections

    # --- backward ---

    def derivative(self, node: Value) -> Any:
        """∂root/∂node as a symbol that knows its number; δ for a weighted sum z; 1 for the root itself."""
        if node is self.root:
            return 1
        delta = self._delta(node)
        return delta if delta is not None else self._partial_of_root(node)

    def _delta(self, node: Value) -> Symbol | None:
        name = self[node]
        if node.op == "weighted_sum" and name.startswith(("z", "Z")):
            return Symbol("δ" + name[1:], self._cotangents.get(node))
        return None

    def _partial_of_root(self, node: Value) -> Symbol:
        root, name = self.name(self.root), self.name(node)
        return Symbol(
            f"∂{write(root)}/∂{write(name)}",
            self._cotangents.get(node),
            rf"\frac{{\partial {write(root, LATEX)}}}{{\partial {write(name, LATEX)}}}",
        )

    def links(self) -> dict[Value, list[tuple[Value, list[Any]]]]:
        """For each node that has a line: (the node above that has one, the partials between the two)."""
        found: dict[Value, list[tuple[Value, list[Any]]]] = {}
        for top in self.operations:
            if top not in self._cotangents:
                continue
            stack: list[tuple[Value, list[Any]]] = [(top, [])]
            while stack:
                node, factors = stack.pop()
                out = self._formulas.get(node)
                below = []
                for place, operand in enumerate(node.operands):
                    if not isinstance(operand, Value):
                        continue
                    chain = [*factors, partial(node, place, self, out)]
                    if operand in self._formulas:
                        below.append((operand, chain))
                    else:
                        found.setdefault(operand, []).append((top, chain))
                stack.extend(reversed(below))
        return found

    def backward(self, only: Value | None = None) -> list[Section]:
        """The gradient of each node, or of ``only`` and of what lies between it and the root."""
        wanted = set(self.order) if only is None else depending_on([only], self.order)
        links = self.links()
        groups: dict[tuple[int, int, str], list[Step]] = {}
        for node in self.order:
            above = links.get(node)
            if node not in wanted or node is self.root or node in self._formulas or not above:
                continue
            rank, heading = self._role(node, above[0][0])
            level = min(self._levels[top] for top, _ in above)
            # the leaves of a calculation without weighted sums stand together at the end
            turn = (1, -level) if heading == _LEAVES else (-level, rank)
            groups.setdefault((*turn, heading), []).append(self._gradient(node, above))
        return [(heading, steps) for (_, _, heading), steps in sorted(groups.items(), key=lambda group: group[0][:2])]

    def update(self, rate: float, only: Value | None = None) -> list[Step]:
        """A step of gradient descent: of the weights and biases, of the leaves where there are none, or of ``only``."""
        leaves = [node for node in self.order if node.primitive is None and node in self._cotangents]
        users = {node: self._consumer(node) for node in leaves}
        weights = [node for node in leaves if self._role(node, users[node])[0] < 2 and users[node].op == "weighted_sum"]
        chosen = [node for node in weights or leaves if only is None or node is only]
        return [self._updated(node, rate) for node in chosen]

    def _consumer(self, node: Value) -> Value:
        return next(user for user, _, operand in edges(self.order) if operand is node)

    def _updated(self, node: Value, rate: float) -> Step:
        name = self.name(node)
        change = product([Symbol("η", rate, r"\eta"), self._partial_of_root(node)])
        formula = operation(lookup("sub"), (name, change))
        return Step(Symbol(f"{write(name)}.new", latex=f"{write(name, LATEX)}^{{+}}"), formula, formula.number, node)

    def _gradient(self, node: Value, above: list[tuple[Value, list[Any]]]) -> Step:
        terms = [product([self.derivative(top), *factors]) for top, factors in above]
        if len(terms) > _LONGEST_SUM:
            terms = [*terms[:3], Symbol("…", latex=r"\cdots"), terms[-1]]
        number = self._cotangents[node]
        expression = reduce(lambda left, right: operation(lookup("add"), (left, right)), terms)
        if isinstance(expression, Symbol) and expression.primitive is not None:
            expression.number = number
        delta = self._delta(node)
        whole = self._partial_of_root(node)
        return Step(delta or whole, expression, number, node, whole if delta else None)

    def _role(self, node: Value, consumer: Value) -> tuple[int, str]:
        """Where a gradient stands among those of its layer, and under which heading."""
        root = write(self.name(self.root))
        if node.op == "weighted_sum":
            return 3, f"δ = ∂{root}/∂z" if self._delta(node) else "weighted sums"
        if is_activation(node):
            return 3, f"∂{root}/∂a"
        if node.op:
            return 3, "values between"
        if consumer.op == "weighted_sum":
            weights, _, bias = split_weighted_sum(consumer.operands)
            if any(node is weight for weight in weights):
                return 0, f"∇W = ∂{root}/∂W"
            return (1, f"∇b = ∂{root}/∂b") if node is bias else (2, "inputs")
        return 0, _LEAVES

    def routes(self, v: Value, most: int) -> list[list[tuple[Value, Any]]]:
        """Each way from the root down to ``v``: (node, the partial of the one before by it); none if over ``most``."""
        links = self.links()
        found = []
        stack: list[list[tuple[Value, Any]]] = [[(v, 1)]]
        while stack:
            route = stack.pop()
            below = route[0][0]
            if below is self.root:
                found.append(route)
            for top, chain in reversed(links.get(below, [])):
                stack.append([(top, 1), (below, product(chain)), *route[1:]])
            if len(found) + len(stack) > most:
                return []
        return found

    def cotangent(self, node: Value) -> Any:
        """d(root)/d(node), as a sweep of its own gives it; zero where the root does not depend on it."""
        return self._cotangents.get(node, numeric.zero(node.data))


def _written_within(order: list[Value], root: Value, known_as: Callable[[Value], str]) -> set[Value]:
    """The nodes that have no line of their own: unlabelled, used once, and short enough with what they hold."""
    uses = Counter(operand for _, _, operand in edges(order))
    shapes: dict[Value, tuple[int, int]] = {}  # height, and how many names and numbers
    for node in order:
        if not node.op or known_as(node) or node is root or uses[node] != 1 or node.op in ("weighted_sum", "softmax"):
            continue
        below = [shapes.get(operand, (0, 1)) if isinstance(operand, Value) else (0, 1) for operand in node.operands]
        height = 1 + max([height for height, _ in below])
        size = 1 if node.op == "log_softmax" else sum([size for _, size in below])
        if height <= _TALLEST and size <= _WIDEST:
            shapes[node] = (height, size)
    return set(shapes)


def _heading(nodes: list[Value], v: Value) -> str:
    kinds = {node.op for node in nodes}
    if kinds == {"weighted_sum"}:
        return "weighted sums z"
    if kinds == {"softmax"}:
        return "softmax"
    if all(map(is_activation, nodes)):
        return f"activations a ({', '.join(sorted(kinds))})"
    return "result" if nodes == [v] else "values"


def cotangents_of(root: Value) -> dict[Value, Any]:
    """d(root)/d(node) for each node under the root; no ``.grad`` is touched."""
    order = topological_order(root)
    return dict(zip(order, grad(root, order)))


def _with_probabilities(order: list[Value]) -> list[Value]:
    """The order, where each softmax and log-softmax has all the probabilities: a gradient names them all."""
    families: dict[tuple[Any, ...], dict[int, Value]] = {}
    for node in order:
        if node.op in ("softmax", "log_softmax") and len(node.operands) <= _MOST_PROBABILITIES:
            family = families.setdefault(node.operands, {})
            if node.op == "softmax":
                family[node.primitive.index] = node
    if not families:
        return order
    extended: dict[Value, None] = {}
    for node in order:
        if node.operands in families:
            present = families.pop(node.operands)
            for index, probability in enumerate(numeric.softmax(node.operands)):
                present.setdefault(index, probability)
            extended.update(dict.fromkeys(present[index] for index in sorted(present)))
        extended[node] = None
    return list(extended)


def nearly_equal(x: Any, y: Any) -> bool:
    """The same but for rounding: the sum of two passes is that of one through the sum of their roots."""
    if x == y or (x != x and y != y):
        return True
    try:
        return bool(abs(x - y) * 10**9 <= max(abs(x), abs(y)))
    except (ArithmeticError, TypeError):  # symbols, or kinds that do not mix
        return False
