"""What each worked example has: named Values, figures for the ledger, a story, pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd import Value
from demos.ledger import Figure, Figures

if TYPE_CHECKING:
    from autograd import Graph

__all__ = ["Example"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One document's worked example.

    ``values()`` gives its Values by label, the root last, for a REPL and for the sheet that is written;
    ``figures()`` what the document prints; ``tell()`` the lines of its story, one at a time as they are
    computed; ``pictures()`` graphs by file name; ``texts()`` what is too long to print, by file name.
    """

    name: str
    title: str  # the document's topic, in words
    document: str
    about: str
    values: Callable[[], Mapping[str, Value]]
    figures: Callable[[], Figures | Sequence[Figure]]
    tell: Callable[[], Iterable[str]]
    pictures: Callable[[], Mapping[str, Graph]]
    texts: Callable[[], Mapping[str, str]] = dict
