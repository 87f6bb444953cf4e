"""The hand calculation: written out as a sheet, and a printed figure held against the computed one.

>>> from autograd import Value, check, explain
>>> z = Value(0.4, label="z")
>>> print(check(z.sigmoid(), "0.598"))
printed 0.598, computed 0.598687660112452: truncated (rounded it is 0.599)
>>> a = z.sigmoid()
>>> a.label = "a"
>>> print(explain(a))
a
<BLANKLINE>
forward: activations a (sigmoid)
  a = σ(z) = σ(0.4) ≈ 0.5987
<BLANKLINE>
gradients: leaves
  ∂a/∂z = a · (1 - a) = 0.5987 · (1 - 0.5987) = 0.5987 · 0.4013 ≈ 0.2403

:mod:`~autograd.hand.worksheet` says which steps there are, :mod:`~autograd.hand.sheet` writes them.
:mod:`~autograd.hand.figures` reads what is printed, :mod:`~autograd.hand.verdicts` compares,
:mod:`~autograd.hand.passes` says what a ``.grad`` holds, :mod:`~autograd.hand.causes` looks for what
explains a slip, :mod:`~autograd.hand.audits` goes through a whole derivation.
:mod:`~autograd.hand.rounding` works a graph out again as a person does, who rounds.
"""

from .audits import Audit, audit
from .rounding import ByHand, round_by_hand
from .sheet import Sheet, explain
from .verdicts import Verdict, check

__all__ = ["Audit", "ByHand", "Sheet", "Verdict", "audit", "check", "explain", "round_by_hand"]
