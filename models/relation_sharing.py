"""How many of the mentions around one belong to it, nearer than the other of a pair and further.

Mentions belong together when they share a group of what is known of their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.indications import Masks
from models.relation_units import Ints, Units

_AROUND = 60
"""Mentions on either side that are looked at: as far as pairs reach."""
_OFFSETS = np.concatenate([np.arange(-_AROUND, 0), np.arange(1, _AROUND + 1)])
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
        place = self._one[:, None] + _OFFSETS
        self._inside = np.minimum(np.maximum(place, 0), len(units.kinds) - 1)
        self._alike = (self._inside == place) & (
            units.kinds[self._inside] == (distinct & 63)[:, None]
        )
        apart = others - ones
        self._side, self._steps = (apart > 0).astype(np.int64), np.abs(apart)

    def sharing(self, one: Masks, other: Masks) -> Sharing:
        """Count those that share a group with the one."""
        shares = self._alike & shared(one[self._one][:, None], other[self._inside])
        counts = np.zeros((2, len(shares), _AROUND + 1), np.int64)
        np.cumsum(shares[:, _AROUND - 1 :: -1], axis=1, out=counts[0, :, 1:])
        np.cumsum(shares[:, _AROUND:], axis=1, out=counts[1, :, 1:])
        side, row, step = self._side, self._row, self._steps - 1
        nearer, opposite = counts[side, row, step], counts[1 - side, row, step]
        behind, beyond = counts[side, row, -1], counts[1 - side, row, -1]
        return Sharing(nearer, opposite, behind - nearer, beyond - opposite)


def shared(one: Masks, other: Masks) -> Flags:
    """Whether the masks have a bit in common."""
    common: Flags = np.bitwise_or.reduce(one & other, axis=-1) != 0
    return common
