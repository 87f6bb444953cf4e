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

How to use it from elsewhere in the package: :func:`check` judges one figure, :func:`audit` a list of
them, each slip with its cause. :func:`explanations` is the table of mistakes alone: given a value (or any
small expression of Values, such as an equality that a document prints) and a wrong number, it lists the
named mistakes that make that number of it.

:mod:`~autograd.hand.worksheet` says which steps a calculation has, :mod:`~autograd.hand.sheet` writes
them. :mod:`~autograd.hand.figures` reads what is printed, :mod:`~autograd.hand.verdicts` compares,
:mod:`~autograd.hand.working` is the whole calculation as one graph, gradients and the update among it;
:mod:`~autograd.hand.causes` is the table of mistakes, :mod:`~autograd.hand.conventions` of what runs
through a whole derivation, :mod:`~autograd.hand.derivation` weighs them, and :mod:`~autograd.hand.checks`
and :mod:`~autograd.hand.audits` are asked. :mod:`~autograd.hand.rounding` calculates as a person does,
who rounds.
"""

from .audits import Audit, audit
from .causes import explanations
from .checks import check
from .rounding import ByHand, round_by_hand
from .sheet import Sheet, explain
from .verdicts import Verdict

__all__ = ["Audit", "ByHand", "Sheet", "Verdict", "audit", "check", "explain", "explanations", "round_by_hand"]
