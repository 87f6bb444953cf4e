"""The errors of this library: one family, each also the builtin that a Python user would catch.

>>> from autograd import Value, log
>>> try:
...     log(Value(0.0, label="p"))
... except ValueError as error:
...     print(error)
log of p = 0.0: log is defined for numbers above 0; keep its operand positive, for instance log(p + 1e-12)
"""

import os
import sys
from types import FrameType

__all__ = [
    "AnomalyError",
    "AutogradError",
    "DefinitionError",
    "DivisionByZeroError",
    "DomainError",
    "FigureError",
    "FileFormatError",
    "FileWriteError",
    "InexactWarning",
    "KindError",
    "MissingToolError",
    "NumberOverflowError",
    "RecordingError",
    "RenderingError",
    "ShapeError",
    "StaleDataError",
    "TooLargeError",
    "UnknownNameError",
    "user_frame",
]


class AutogradError(Exception):
    """Everything that this library raises on purpose."""


class KindError(AutogradError, TypeError):
    """Something that is no number, or kinds of number that do not mix."""


class DomainError(AutogradError, ValueError):
    """An operation outside its domain, such as the logarithm of 0."""


class DefinitionError(AutogradError, ValueError):
    """An operation that cannot be added to the table as it was defined."""


class FigureError(AutogradError, ValueError):
    """A printed figure that is no number."""


class DivisionByZeroError(AutogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class NumberOverflowError(AutogradError, OverflowError):
    """A result that is too large for its kind of number."""


class AnomalyError(AutogradError, FloatingPointError):
    """Under ``detect_anomaly``: a number that became nan or infinite."""


class ShapeError(AutogradError, ValueError):
    """Sequences whose lengths do not fit together."""


class UnknownNameError(AutogradError, ValueError):
    """A name that stands for nothing here: an activation, a label, a format."""


class StaleDataError(AutogradError, RuntimeError):
    """Data that was changed after it was used, where the old and the new would mix."""


class TooLargeError(AutogradError, ValueError):
    """A graph too large for what was asked of it."""


class MissingToolError(AutogradError, RuntimeError):
    """A program or an optional package that is needed and is not installed."""


class RecordingError(AutogradError, RuntimeError):
    """A function that cannot be recorded so that its replay is right."""


class FileFormatError(AutogradError, ValueError):
    """A file that is not what its name or its reader says."""


class FileWriteError(AutogradError, OSError):
    """A file that cannot be written where it was asked for."""


class RenderingError(AutogradError, RuntimeError):
    """A picture that the layout engine gave up on."""


class InexactWarning(UserWarning):
    """A function that leaves the rationals: of a Fraction it gives a float, which is rounded.

    >>> import warnings
    >>> from fractions import Fraction
    >>> from autograd import Value
    >>> with warnings.catch_warnings(record=True, action="always") as said:
    ...     Value(Fraction(1, 2)).exp()
    Value(data=1.6487212707001282, grad=0.0)
    >>> print(said[0].message)
    exp leaves the rationals: of a Fraction it gives a float
    """


_PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY = tuple(os.path.join(_PROJECT, package) + os.sep for package in ("autograd", "nn"))


def user_frame() -> FrameType:
    """The frame of the line that is being executed, the innermost outside of this library."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_LIBRARY) and frame.f_back is not None:
        frame = frame.f_back
    return frame
