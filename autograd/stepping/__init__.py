"""Walking through a graph: the forward and the backward pass, one node at a time, and back again.

>>> from autograd import Value, step
>>> w, x = Value(0.5, label="w"), Value(3.0, label="x")
>>> y = w * x; y.label = "y"
>>> for event in step(y):
...     print(event)
y = w · x = 0.5 · 3 = 1.5
∂y/∂y = 1
∂y/∂w = ∂y/∂y · x = 1 · 3 = 3;  ∂y/∂x = ∂y/∂y · w = 1 · 0.5 = 0.5

``event.open()`` has the elementary steps of a composite node, and ``debug(y)`` is all of this behind a
prompt. An event is :mod:`.events`, the way through them :mod:`.machine`, and how one is written :mod:`.lines`. The
debugger has its machinery (:mod:`.debugger`) apart from its console (:mod:`.prompt`), as bdb and pdb are.
"""

from .events import Contribution, Event
from .expressions import Expression
from .machine import Stepper, step
from .prompt import debug

__all__ = ["Contribution", "Event", "Expression", "Stepper", "debug", "step"]
