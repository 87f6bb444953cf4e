"""How a graph is written: names, and formulas as text, LaTeX or Python.

Nothing here knows an operation's formula. A row's rules (:mod:`autograd.primitives`) are run on
symbols, and what comes out is the expression; parentheses follow from how tightly each operation
binds.

>>> a, b = Symbol("a", 2.0), Symbol("b", -3.0)
>>> formula = (a + b) * b ** 2
>>> write(formula), write(formula, LATEX), write(formula, PYTHON)
('(a + b) · b²', '\\\\left(a + b\\\\right) \\\\cdot b^{2}', '(a + b) * b ** 2')

A symbol may know its number. Then the expression can be evaluated as a person does, the innermost
operations first:

>>> [write(formula, upto=height) for height in range(4)]
['(2 - 3) · (-3)²', '-1 · 9', '-9', '-9']

A further style is one more :class:`Style`, in a file beside :mod:`.latex` and :mod:`.python`.
"""

from .composites import Opened, opened
from .formulas import Inlined, equation, formula, partial
from .latex import LATEX
from .latex_names import latex_name, latex_text
from .names import Names, in_a_line
from .numbers import is_exact, show
from .plain import printable
from .python import PYTHON
from .symbols import UNDEFINED, Symbol, operation, product
from .variables import known_as, label_values, use_variable_names, variable_names
from .widths import columns, padded
from .writing import TEXT, Style, write

__all__ = [
    "LATEX",
    "PYTHON",
    "TEXT",
    "UNDEFINED",
    "Inlined",
    "Names",
    "Opened",
    "Style",
    "Symbol",
    "columns",
    "equation",
    "formula",
    "in_a_line",
    "is_exact",
    "known_as",
    "label_values",
    "latex_name",
    "latex_text",
    "opened",
    "operation",
    "padded",
    "partial",
    "printable",
    "product",
    "show",
    "use_variable_names",
    "variable_names",
    "write",
]
