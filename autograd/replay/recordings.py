"""The recordings of a compiled function: bounded, the least recently used out first, and weak to their objects."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import count
from typing import Any

from ..errors import user_frame
from .arguments import Given
from .variant import Variant

__all__ = ["Recordings"]

# So many recordings are kept of one shape of arguments (each is another way through the function's branches),
# of all shapes, and so many numbers in all of them together.
_OF_A_SHAPE, _IN_ALL, _NUMBERS = 64, 256, 1_000_000


class Recordings:
    """Which recordings there are for a shape, the last that fitted first."""

    def __init__(self) -> None:
        self._variants: dict[Any, tuple[Variant, ...]] = {}
        self._watched: dict[Any, list[Any]] = {}  # its objects, so that it goes with them
        self._clock = count()
        self.recorded = 0
        self.replayed = 0
        self.pays = True

    def of(self, given: Given) -> tuple[Variant, ...]:
        return self._variants.get(given.shape, ())

    def prefer(self, given: Given, variant: Variant) -> None:
        """It was replayed: look at this one first from now on."""
        variant.used = next(self._clock)
        self.replayed += 1
        known = self._variants.get(given.shape, ())
        if not known or known[0] is not variant:
            others = [other for other in known if other is not variant]
            self._variants[given.shape] = (variant, *others[: _OF_A_SHAPE - 1])

    def add(self, given: Given, variant: Variant, name: str) -> None:
        self.recorded += 1
        self.replayed -= 1  # its first run is no replay
        if given.shape not in self._watched:
            forget = self._forgetting(given.shape)
            self._watched[given.shape] = [identity.when_gone(forget) for identity in given.identities]
        self.prefer(given, variant)
        if self._is_full():
            self._make_room(given.shape, name)

    def _forgetting(self, shape: Any) -> Any:
        kept = [self._variants, self._watched]  # and not this object, which a callback would keep

        def forget(_: Any) -> None:
            for table in kept:
                table.pop(shape, None)  # type: ignore[attr-defined]

        return forget

    def _is_full(self) -> bool:
        found = [variant for variants in [*self._variants.values()] for variant in variants]
        return len(found) > _IN_ALL or sum([variant.size for variant in found]) > _NUMBERS

    def _make_room(self, newest: Any, name: str) -> None:
        """Drop the shapes that were used longest ago; where most recordings were for nothing, record no more."""
        if self.replayed < self.recorded and len(self._variants) > 1:
            self.pays = False
            for table in (self._variants, self._watched):
                table.clear()  # type: ignore[attr-defined]
            frame = user_frame()
            warnings.warn_explicit(
                f"{name} is called with ever new shapes of arguments (an int, a string, the length of a list belong "
                f"to the shape): of {self.recorded} recordings most were not used again, so it is run by eager from "
                "now on",
                RuntimeWarning,
                frame.f_code.co_filename,
                frame.f_lineno,
            )
            return
        for shape, _ in sorted([*self._variants.items()], key=lambda item: max([one.used for one in item[1]])):
            if shape != newest and self._is_full():
                for table in (self._variants, self._watched):
                    table.pop(shape, None)  # type: ignore[attr-defined]

    def all(self) -> Iterator[Variant]:
        for variants in [*self._variants.values()]:
            yield from variants
