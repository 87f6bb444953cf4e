"""The functions of the vocabulary for kinds of number other than float: who computes them.

>>> from decimal import Decimal
>>> evaluate("tanh", Decimal(0)), evaluate("sigmoid", 0j)
(Decimal('0'), (0.5+0j))

- An int or a Fraction takes the float function: exp, log, sin … leave the rationals, and say so of a
  Fraction with an InexactWarning. (So does a bare Fraction ** Value, but silently, as Python turns the
  Fraction into a float before it asks; write Value(Fraction(1, 3)).)
- A Decimal stays one, to the precision of its context (:mod:`autograd.decimals` has what the decimal
  module lacks).
- A complex number takes ``cmath`` where the function is analytic (Φ and gelu take mpmath, the extra
  ``complex``); what needs an order is refused.
- mpmath's numbers take mpmath's functions, and SymPy's expressions SymPy's, so that a gradient of
  symbols is a formula. SymPy is not imported here: an expression brings its library with it.
"""

from __future__ import annotations

import cmath
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from fractions import Fraction
from typing import Any

from . import decimals
from .errors import InexactWarning, KindError, MissingToolError, user_frame

__all__ = [
    "demand_order",
    "evaluate",
    "is_mpmath",
    "is_symbolic",
    "of_symbols",
    "piecewise",
    "real_part",
    "warn_of_inexactness",
    "without_warning",
]


def evaluate(name: str, x: Any, formula: Callable[..., Any] | None = None) -> Any:
    """The function ``name`` of one number that is not a float; by its ``formula`` where its kind has none."""
    if isinstance(x, complex):
        return _COMPLEX[name](x)
    if isinstance(x, Decimal):
        return _of_decimal(name, x, formula)
    if is_symbolic(x):
        return of_symbols(name, x)
    if is_mpmath(x):
        return _of_mpmath(name, x, formula)
    if isinstance(x, Fraction):
        warn_of_inexactness(name)
    if name == "log" and isinstance(x, (int, Fraction)):
        return _log_of_rational(x)
    return (formula or getattr(math, name))(float(x))


_looking = ContextVar("_looking", default=False)


@contextmanager
def without_warning() -> Iterator[None]:
    """A context for evaluations that no user asked for, such as the partial by a bare number: nothing is said."""
    token = _looking.set(True)
    try:
        yield
    finally:
        _looking.reset(token)


def warn_of_inexactness(name: str) -> None:
    """Say that the function ``name`` of a Fraction gives a float: once for each line of the user's, as Python does."""
    if _looking.get():
        return
    frame = user_frame()
    warnings.warn_explicit(
        f"{name} leaves the rationals: of a Fraction it gives a float",
        InexactWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _log_of_rational(x: int | Fraction) -> float:
    try:
        number = float(x)
    except OverflowError:
        number = 0.0
    # Out of the range of floats a logarithm is one still.
    return math.log(number) if number or x <= 0 else math.log(x.numerator) - math.log(x.denominator)


def _decimal_log(x: Decimal) -> Decimal:
    if not x:
        raise ValueError("log of 0")  # Decimal itself says -Infinity
    return x.ln()


def _of_decimal(name: str, x: Decimal, formula: Callable[..., Any] | None) -> Decimal:
    own: dict[str, Callable[[Decimal], Decimal]] = {"exp": Decimal.exp, "log": _decimal_log, "sqrt": Decimal.sqrt}
    function = own.get(name) or getattr(decimals, name, None)
    if function is None:
        assert formula is not None
        function = decimals.rounded_once(formula)
    result: Decimal = function(x)
    return result


# --- complex ---------------------------------------------------------------------------------------


def _complex_expm1(z: complex) -> complex:
    half = math.sin(z.imag / 2)
    return complex(math.expm1(z.real) * math.cos(z.imag) - 2 * half * half, math.exp(z.real) * math.sin(z.imag))


def _complex_log1p(z: complex) -> complex:
    if abs(z) > 0.5:
        return cmath.log(1 + z)
    return complex(0.5 * math.log1p(z.real * (2 + z.real) + z.imag * z.imag), math.atan2(z.imag, 1 + z.real))


def _complex_sigmoid(z: complex) -> complex:
    if z.real >= 0:
        return 1 / (1 + cmath.exp(-z))
    small = cmath.exp(z)
    return small / (1 + small)


def _complex_softplus(z: complex) -> complex:
    if z.real <= 0:
        return _complex_log1p(cmath.exp(z))
    # (1 + exp(z)) exp(-Re z): it has the angle of 1 + exp(z), which may not fit in a float
    turned = cmath.rect(1.0, z.imag) + math.exp(-z.real)
    return complex(z.real + _complex_log1p(cmath.exp(-z)).real, cmath.phase(turned))


def _complex_normal_cdf(z: complex) -> complex:
    try:
        from mpmath import mp
    except ImportError:
        raise MissingToolError("Φ of a complex number is computed by mpmath: pip install 'handgrad[complex]'") from None
    # The real part cancels in the imaginary one, which may be as small as a complex step's: bits for both.
    exponent = min(math.frexp(part)[1] for part in (z.real, z.imag))
    with mp.workprec(200 + 2 * max(0, -exponent)):
        return complex(mp.erfc(-mp.mpmathify(z) / mp.sqrt(2)) / 2)


_COMPLEX: dict[str, Callable[[complex], complex]] = {
    "exp": cmath.exp,
    "expm1": _complex_expm1,
    "log": cmath.log,
    "log1p": _complex_log1p,
    "sqrt": cmath.sqrt,
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tanh": cmath.tanh,
    "sigmoid": _complex_sigmoid,
    "softplus": _complex_softplus,
    "gelu": lambda z: z * _complex_normal_cdf(z),
    "normal_cdf": _complex_normal_cdf,
}


def real_part(x: Any) -> Any:
    """What a number is ordered by when the largest is looked for: itself, of a complex one the real part."""
    return x.real if isinstance(x, complex) or is_mpmath(x) else x


# --- mpmath ----------------------------------------------------------------------------------------


def is_mpmath(x: Any) -> bool:
    """Is ``x`` a number of mpmath?"""
    mpmath = sys.modules.get("mpmath")
    return mpmath is not None and isinstance(x, mpmath.ctx_mp_python.mpnumeric)


def _of_mpmath(name: str, x: Any, formula: Callable[..., Any] | None) -> Any:
    mp = x.context  # usually mpmath.mp; another has a precision of its own
    if name == "normal_density_at_zero":
        return 1 / mp.sqrt(2 * mp.pi)
    if name == "normal_cdf":
        result = mp.erfc(-x / mp.sqrt(2)) / 2
    elif formula is None:
        result = getattr(mp, name)(x)
    else:
        result = _TEXTBOOK[name](x, mp) if isinstance(x, mp.mpc) and name in _TEXTBOOK else formula(x)
    if not mp.isfinite(result) and mp.isfinite(x):
        raise ValueError(f"{name} of {x} is not finite")
    if isinstance(result, mp.mpc) and not isinstance(x, mp.mpc):
        raise ValueError(f"{name} of {x} is not real")
    return result


# As they are written where nothing overflows and nothing has an order: of symbols, and of complex numbers.
_TEXTBOOK: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda x, library: 1 / (1 + library.exp(-x)),
    "softplus": lambda x, library: library.log(1 + library.exp(x)),
    "gelu": lambda x, library: x * (1 + library.erf(x / library.sqrt(2))) / 2,
}


# --- SymPy -----------------------------------------------------------------------------------------


def is_symbolic(x: Any) -> bool:
    """Is ``x`` an expression of SymPy that stands for one number?"""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(x, sympy.Expr) and not x.is_Matrix


def of_symbols(name: str, *operands: Any) -> Any:
    """The function ``name`` of expressions."""
    sympy = sys.modules["sympy"]
    functions: dict[str, Callable[..., Any]] = {
        "expm1": lambda x: sympy.exp(x) - 1,
        "log1p": lambda x: sympy.log(1 + x),
        "normal_cdf": lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        "normal_density_at_zero": lambda x: 1 / sympy.sqrt(2 * sympy.pi),
        "relu": lambda x: sympy.Max(x, 0),
        "step": lambda x: sympy.Heaviside(x, 0),
        "maximum": sympy.Max,
        "minimum": sympy.Min,
    }
    if name in _TEXTBOOK:
        return _TEXTBOOK[name](*operands, sympy)
    return (functions[name] if name in functions else getattr(sympy, name))(*operands)


def piecewise(condition: Any, x: Any, y: Any) -> Any:
    """``y`` where ``condition`` <= 0, else ``x``, of expressions."""
    return sys.modules["sympy"].Piecewise((x, condition > 0), (y, True))


# --- what needs an order ---------------------------------------------------------------------------


def demand_order(name: str, *operands: Any) -> None:
    """Raise KindError for a complex number, which is neither above nor below 0.

    TypeError for a Decimal beside a float or a Fraction: they compare, but they do not multiply.
    """
    for x in operands:
        if isinstance(x, complex) or type(x).__name__ == "mpc":
            raise KindError(f"{name} of {x!r}: {name} has no meaning for a complex number")
    if any(isinstance(x, Decimal) for x in operands) and any(isinstance(x, (float, Fraction)) for x in operands):
        raise TypeError(f"{name} of a Decimal and another kind")
