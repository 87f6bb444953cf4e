"""The row of a compiled function: what makes a call of it one node of a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ..errors import RecordingError
from ..forms import Form
from ..primitives import Primitive

__all__ = ["Call"]


_LATEX = r"\operatorname{{name}}\left({0}\right)"


class Call(Primitive):
    """A row that is in no table. Its nodes are given their result and partials; see ``value.record_given``.

    A copied or pickled node keeps its name only: it cannot be evaluated again where the function is not.
    """

    __slots__ = ()

    def __init__(self, name: str, evaluate: Callable[..., Any] | None = None, backward: Any = None) -> None:
        def refuse(*_: Any) -> NoReturn:
            raise _no_graph(name)

        written = Form(f"{name}({{0}})")
        latex = Form(_LATEX.replace("name", name.replace("_", r"\_")))
        super().__init__(
            name, 0, refuse, refuse, written, written, latex,
            evaluate=evaluate or refuse, backward=backward,
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        return Call, (self.name,)


def _no_graph(name: str) -> RecordingError:
    return RecordingError(
        f"{name} is a call of a compiled function: one node, which keeps its result and its gradient, and not the "
        "graph between. To differentiate it a second time, or to see inside, call the function itself: it is the "
        "compiled function's .__wrapped__"
    )
