"""Record a graph once, and replay it: as straight-line Python, or natively.

>>> from autograd import Trace, Value
>>> x = Value(3.0, label="x")
>>> trace = Trace(x * x + 1, inputs=[x])
>>> trace.forward(2.0), trace.forward(5.0)
(5.0, 26.0)

``record`` makes the flat record, ``floats`` says what its operations do to floats, ``source`` writes it
as a Python program, ``files`` saves it.
"""

from .arrays import ParameterArrays
from .compiling import compile
from .trace import Trace

__all__ = ["ParameterArrays", "Trace", "compile"]
