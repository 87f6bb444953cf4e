"""Record a graph once, and replay it: as straight-line Python, or natively.

>>> from autograd import Trace, Value
>>> x = Value(3.0, label="x")
>>> trace = Trace(x * x + 1, inputs=[x])
>>> trace.forward(2.0), trace.forward(5.0)
(5.0, 26.0)

From a graph to its replay: ``record`` makes the flat record and verifies it, ``floats`` says what its
operations do to floats, ``source`` writes it as a Python program and ``python_machine`` runs that,
``native`` runs it without Python by the machine in ``assembly``. ``trace`` is the face of one record,
``files`` saves it. ``compiling`` compiles functions, ``recording`` looks on while one is recorded; each of
its calls is one node, whose row is in ``calls``.
"""

from .arrays import ParameterArrays
from .compiling import compile
from .trace import Trace

__all__ = ["ParameterArrays", "Trace", "compile"]
