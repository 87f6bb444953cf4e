"""Record a graph once, and replay it: as straight-line Python, or natively.

>>> from autograd import Trace, Value
>>> x = Value(3.0, label="x")
>>> trace = Trace(x * x + 1, inputs=[x])
>>> trace.forward(2.0), trace.forward(5.0)
(5.0, 26.0)

From a graph to its replay: ``record`` makes the flat record and verifies it, ``floats`` says what its
operations do to floats, ``source`` writes it as a Python program and ``python_machine`` runs that,
``native`` runs it without Python: ``alike`` finds what can be done at once, ``encoding`` and ``instructions``
translate it, for the machine that ``assembly``, ``elementary`` and ``emitter`` write. ``trace`` is the face of
one record, ``files`` saves it.

From a function to its calls: ``compiling`` is its face, ``runs`` runs it, ``arguments`` takes the arguments apart,
``recording`` looks on while it is recorded, ``variant`` is one recording and ``recordings`` keeps them; what a run
comes to is in ``outcomes``, and becomes one node, whose row is in ``calls``.
"""

from .arrays import ParameterArrays
from .compiling import compile
from .trace import Trace

__all__ = ["ParameterArrays", "Trace", "compile"]
