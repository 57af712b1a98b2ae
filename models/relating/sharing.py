"""How many of the mentions around one belong to it, nearer than the other of a pair and further.

Mentions belong together when they share a group of what is known of their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.relating.indications import Masks
from models.relating.units import Units
from models.relating.words import Ints

_AROUND = 60
"""Mentions on either side that are looked at: as far as pairs reach."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sharing:
    """For each pair the mentions like the other one that share a group with the one.

    `nearer` stand between the two, `opposite` as near on the other side, `behind` are no nearer
    on the side of the other (itself among them), `beyond` on the other side.
    """

    nearer: Ints
    opposite: Ints
    behind: Ints
    beyond: Ints

    @classmethod
    def each(
        cls, units: Units, masks: Sequence[tuple[Masks, Masks]], ones: Ints, others: Ints
    ) -> Iterator[Sharing]:
        """`masks` (mentions, words) are what counts of the one and of the other, several ways."""
        around = _Around(units, ones, others)
        for one, other in masks:
            yield around.sharing(one, other)


class _Around:
    """The mentions around each one, those like the other of its pairs."""

    def __init__(self, units: Units, ones: Ints, others: Ints) -> None:
        distinct, self._row = np.unique(ones * 64 + units.kinds[others], return_inverse=True)
        self._one = distinct >> 6
        self._width = min(_AROUND, max(len(units.kinds) - 1, 1))
        steps = np.arange(1, self._width + 1)
        self._place = self._one[:, None] + np.concatenate([-steps[::-1], steps])
        self._alike = (self._place >= 0) & (self._place < len(units.kinds))
        kinds = units.kinds.take(self._place, mode="clip")
        self._alike &= kinds == (distinct & 63)[:, None]
        apart = others - ones
        self._side, self._steps = (apart > 0).astype(np.int64), np.abs(apart)

    def sharing(self, one: Masks, other: Masks) -> Sharing:
        """Count those that share a group with the one."""
        counts = np.zeros((2, len(self._one), self._width + 1), np.int64)
        # Most mentions are of no group, and share none.
        some = np.flatnonzero(np.logical_or.reduce(one, axis=1)[self._one])
        shares = self._shares(some, one, other)
        counts[0, some, 1:] = np.cumsum(shares[:, self._width - 1 :: -1], axis=1)
        counts[1, some, 1:] = np.cumsum(shares[:, self._width :], axis=1)
        side, row, step = self._side, self._row, self._steps - 1
        nearer, opposite = counts[side, row, step], counts[1 - side, row, step]
        behind, beyond = counts[side, row, -1], counts[1 - side, row, -1]
        return Sharing(nearer, opposite, behind - nearer, beyond - opposite)

    def _shares(self, some: Ints, one: Masks, other: Masks) -> Flags:
        mine, place = one[self._one[some]], self._place[some]
        common = np.zeros(place.shape, np.uint64)
        for word in np.flatnonzero(mine.any(axis=0)):
            common |= mine[:, word, None] & other[:, word].take(place, mode="clip")
        shares: Flags = self._alike[some] & (common != 0)
        return shares


def shared(one: Masks, other: Masks) -> Flags:
    """Whether the masks have a bit in common."""
    common: Flags = np.bitwise_or.reduce(one & other, axis=-1) != 0
    return common
