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

# So many recordings are kept of one shape of arguments (each is another way through the function's branches) and of
# all shapes, and so many bytes of them.
_OF_A_SHAPE, _IN_ALL, _BYTES = 64, 256, 200_000_000
# Of some recordings, most were never replayed, and they take so much memory: then recording does not pay.
_SOME, _BYTES_UNUSED = 8, 50_000_000


class Recordings:
    """Which recordings there are for a shape, the last that fitted first."""

    def __init__(self) -> None:
        self._variants: dict[Any, tuple[Variant, ...]] = {}
        self._watched: dict[Any, list[Any]] = {}  # a shape's objects, so that it goes with them
        self._clock = count(1)
        self.recorded = 0
        self.pays = True

    def of(self, given: Given) -> tuple[Variant, ...]:
        return self._variants.get(given.shape, ())

    def prefer(self, given: Given, variant: Variant) -> None:
        """It was replayed: look at this one first from now on."""
        variant.used = next(self._clock)
        known = self._variants.get(given.shape, ())
        if not known or known[0] is not variant:
            self._put_first(given, variant)

    def _put_first(self, given: Given, variant: Variant) -> None:
        others = [other for other in self._variants.get(given.shape, ()) if other is not variant]
        self._variants[given.shape] = (variant, *others[: _OF_A_SHAPE - 1])

    def add(self, given: Given, variant: Variant, name: str) -> None:
        self.recorded += 1
        if given.shape not in self._watched:
            forget = self._forgetting(given.shape)
            self._watched[given.shape] = [identity.when_gone(forget) for identity in given.identities]
        self._put_first(given, variant)
        found = [*self]
        unused = [one for one in found if not one.used]
        is_full = _is_full(found)
        is_wasted = len(found) >= _SOME and _size(unused) > _BYTES_UNUSED
        if (is_full or is_wasted) and 2 * len(unused) > len(found) > 1:
            self._give_up(name)
        elif is_full:
            self._make_room(given.shape)

    def __iter__(self) -> Iterator[Variant]:
        for variants in [*self._variants.values()]:
            yield from variants

    def _forgetting(self, shape: Any) -> Any:
        tables: list[dict[Any, Any]] = [self._variants, self._watched]  # not self, which a callback would keep

        def forget(_: Any) -> None:
            for table in tables:
                table.pop(shape, None)

        return forget

    def _give_up(self, name: str) -> None:
        self.pays = False
        self._variants.clear()
        self._watched.clear()
        frame = user_frame()
        warnings.warn_explicit(
            f"{name} is called with ever new shapes of arguments (an int, a string, the length of a list belong to the "
            f"shape): of {self.recorded} recordings most were not used again, so it is run by eager from now on",
            RuntimeWarning,
            frame.f_code.co_filename,
            frame.f_lineno,
        )

    def _make_room(self, newest: Any) -> None:
        """Drop the shapes that were used longest ago."""
        by_use = sorted([*self._variants.items()], key=lambda item: max([one.used for one in item[1]]))
        for shape, _ in by_use:
            if shape != newest and _is_full([*self]):
                self._forgetting(shape)(None)


def _is_full(variants: list[Variant]) -> bool:
    return len(variants) > _IN_ALL or _size(variants) > _BYTES


def _size(variants: list[Variant]) -> int:
    return sum([variant.size for variant in variants])
