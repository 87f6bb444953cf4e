"""One printed figure: is it what a value, its gradient, or a number is?

>>> from autograd import Value
>>> x = Value(0.7, label="x")
>>> y = (x - 2) ** 2 / 2
>>> y.label = "y"
>>> print(check(y, "1.690"))
y: printed 1.690, computed 0.8450000000000001: slip; right is 0.845 (the ½ of the squared error left out)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .. import arguments, numeric
from ..errors import KindError, UnknownNameError
from ..notation import in_a_line, known_as
from ..value import Value
from .derivation import Derivation, Entry
from .figures import Figure, shortened
from .roots import NOT_SEEN, keeps_graph, root_of
from .verdicts import Verdict, verdict_on
from .working import Quantity

__all__ = ["check"]


def check(x: Any, printed: Any, of: str = "data", root: Value | None = None) -> Verdict:
    """Is ``x`` what was printed, to the printed digits?

    >>> check(0.66818777, "0.67").kind, check(0.598687, "59.8%").kind, check(0.25, "0.27").kind
    ('agrees', 'truncated', 'slip')

    ``x`` is a Value or a number, ``printed`` a string (a float stands for its ``repr``). With
    ``of="grad"`` the figure is compared with the gradient of ``root``, or where none is given, of what
    the last ``backward`` was called on; a note says where ``x.grad`` holds something else, as after two
    passes. The cause of a slip is looked for in the graph of ``root``, or of ``x``.

    The verdict is true where the figure agrees (the number rounds to it; a tie, which no float can be
    trusted to be or not to be, goes either way) or is truncated (cut, not rounded). Where floats have
    lost the digits, the number is evaluated with more. Raises FigureError (a ValueError) for what is no
    number, KindError (a TypeError) for an ``x`` that is none.
    """
    if of not in ("data", "grad"):
        raise UnknownNameError(f"check: of={of!r} is unknown; a Value has 'data' and 'grad'")
    if root is not None:
        arguments.value(root, "check: root")
    figure = Figure.read(printed)
    if not isinstance(x, Value):
        if of == "grad":
            raise KindError(f"check: {shortened(x)} has no gradient; give the Value whose .grad was printed")
        return verdict_on(numeric.as_number(x, "x"), figure)
    if of == "grad":
        name = f"grad of {in_a_line(known_as(x)) or (keeps_graph(x) and x.op) or 'this value'}"
        root = root_of(x) if root is None else root
    else:
        name, root = in_a_line(known_as(x)), root if root is not None else x
    if root is None or not keeps_graph(root):
        verdict = verdict_on(x.grad if of == "grad" else x.data, figure)
        note = "" if of == "data" else f"{in_a_line(known_as(x)) or 'it'} {NOT_SEEN}; compared with its .grad"
        return replace(verdict, name=name, note=note)
    [verdict] = Derivation([Entry(Quantity(x, of), figure, name)], root).judged()
    return verdict
