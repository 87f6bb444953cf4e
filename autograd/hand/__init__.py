"""The hand calculation: a printed figure held against the computed one.

>>> from autograd import Value, check
>>> z = Value(0.4, label="z")
>>> print(check(z.sigmoid(), "0.598"))
printed 0.598, computed 0.598687660112452: truncated (rounded it is 0.599)

:mod:`~autograd.hand.figures` reads what is printed, and compares; nothing else knows about digits.
"""

from .figures import Verdict, check

__all__ = ["Verdict", "check"]
