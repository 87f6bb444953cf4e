"""Proof-reading: a document's equalities of numbers, found, read and judged.

>>> print(proofread("a = σ(0.4) = 0.5987, and 3 · 0.5987 = 1.7691."))
1  3 · 0.5987 = 1.7691  slip  it is 1.7961 (two digits exchanged, 1.7691 for 1.7961)
2 equalities: 1 agree, 0 truncated, 0 rounded, 1 slip

:mod:`.reading` makes one text of a file, :mod:`.chains` finds the equality chains in its
:mod:`.tokens`, :mod:`.grammar` reads a side as a formula (:mod:`.trees`), :mod:`.intervals` works it
out with bounds, and :mod:`.judging` gives the verdict. :mod:`.names` and :mod:`.bindings` hold figures
against a graph. Nothing of a document is ever executed.
"""

from .proofs import Equality, Proof, proofread

__all__ = ["Equality", "Proof", "proofread"]
