"""Which mentions of a note may be related: pairs of fitting groups, near enough to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.relating.buckets import Flags, buckets
from models.relating.knowledge import Knowledge, fitting
from models.relating.listing import listed
from models.relating.model import Floats, Output
from models.relating.units import Units
from models.relating.words import Ints

WINDOW = 60
"""Mentions on either side that are looked at, so that the cost grows with the note only."""
_NEAR = 1
"""Sentences apart up to which the words between two mentions count."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`heads` and `tails` are places of mentions; `open` (pairs, outputs) says what may hold.

    What is `far` stands in sentences that are no neighbours.
    """

    heads: Ints
    tails: Ints
    open: Flags
    far: Flags

    def __len__(self) -> int:
        return len(self.heads)

    def only(self, kept: Flags | slice) -> Pairs:
        """Those of the pairs."""
        return Pairs(self.heads[kept], self.tails[kept], self.open[kept], self.far[kept])

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """Put pairs behind one another."""
        return cls(
            np.concatenate([part.heads for part in parts]),
            np.concatenate([part.tails for part in parts]),
            np.concatenate([part.open for part in parts]),
            np.concatenate([part.far for part in parts]),
        )


def candidates(units: Units, outputs: Sequence[Output]) -> Pairs:
    """Pair each mention with those around it, in both directions where the direction matters."""
    wanted = _wanted(len(units.groups), tuple(outputs))
    heads, tails = _paired(units.kinds, wanted.usable)
    sentences = units.sentences[units.places]
    apart = np.abs(sentences[heads] - sentences[tails])
    open_ = wanted.fits[units.kinds[heads], units.kinds[tails]]
    open_ &= apart[:, None] <= wanted.reach
    is_far = apart > _NEAR
    if wanted.symmetric.any():
        open_[heads > tails] &= ~wanted.symmetric
    if wanted.unlisted.any():
        open_[listed(units, heads, tails)] &= ~wanted.unlisted
    if wanted.fitting.any() and is_far.any():
        far_away = np.flatnonzero(is_far)
        strange = far_away[~fitting(units, heads[far_away], tails[far_away])]
        open_[strange] &= ~wanted.fitting
    return Pairs(heads, tails, open_, is_far).only(np.logical_or.reduce(open_, axis=1))


def _paired(kinds: Ints, usable: Flags) -> tuple[Ints, Ints]:
    """Heads and tails of usable groups, those whose head stands first before the others."""
    first = np.arange(len(kinds))[:, None]
    second = first + np.arange(1, min(WINDOW, max(len(kinds) - 1, 0)) + 1)
    inside = second < len(kinds)
    one, other = kinds[:, None], kinds.take(second, mode="clip")
    head, steps = (usable[one, other] & inside).nonzero()
    tail, back = (usable[other, one] & inside).nonzero()
    heads = np.concatenate([head, tail + back + 1])
    return heads, np.concatenate([head + steps + 1, tail])


def rows(units: Units, pairs: Pairs, outputs: Sequence[Output]) -> tuple[tuple[Pairs, Ints], ...]:
    """Features of the near pairs, and of the others, which have fewer."""
    parts = (pairs.only(~pairs.far), pairs.only(pairs.far))
    found = zip(parts, features(units, pairs, outputs), strict=True)
    return tuple((some, columns) for some, columns in found if len(some))


def features(units: Units, pairs: Pairs, outputs: Sequence[Output]) -> tuple[Ints, Ints]:
    """Features (pairs, columns) of the pairs that are near each other, and of those that are not.

    All are computed at once: in short notes, calls cost more than pairs.
    """
    every = Knowledge(units, pairs.heads, pairs.tails)
    setting = every.columns() if any(output.setting for output in outputs) else ()
    shared, words = [*setting, *every.far()], [*every.beside()]
    columns = buckets([*shared, *words])
    if not pairs.far.any():
        return columns, columns[:0]
    width = sum(len(each.salts) for each in shared)
    return columns[~pairs.far], columns[pairs.far, :width]


def settle(
    pairs: Pairs, probabilities: Floats, outputs: Sequence[Output]
) -> npt.NDArray[np.float32]:
    """Probabilities of what may hold, else 0: the best of rival outputs, and of a head's tails."""
    kept = np.where(pairs.open, probabilities, np.float32(0))
    given: Flags = np.logical_or.reduce(pairs.open, axis=0)
    for rivals in _rivals(tuple(outputs)):
        best = kept[:, rivals].max(axis=1, keepdims=True)
        kept[:, rivals] = np.where(kept[:, rivals] == best, kept[:, rivals], 0)
    for place, output in enumerate(outputs):
        if (output.single or output.lone) and given[place]:
            best = np.zeros(pairs.heads.max() + 1, np.float32)
            np.maximum.at(best, pairs.heads, kept[:, place])
            is_best = kept[:, place] == best[pairs.heads]
            kept[:, place] *= is_best | ~pairs.far if output.lone else is_best
    return kept


@lru_cache(maxsize=8)
def _rivals(outputs: tuple[Output, ...]) -> list[list[int]]:
    """Outputs that say the same relation of the same groups in several ways."""
    alike: dict[object, list[int]] = {}
    for place, output in enumerate(outputs):
        if output.is_for_mentions:
            alike.setdefault((output.relation, output.heads, output.tails), []).append(place)
    return [places for places in alike.values() if len(places) > 1]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What outputs ask of a pair: `fits` (groups, groups, outputs), `usable` for any of them."""

    fits: Flags
    usable: Flags
    reach: Ints
    symmetric: Flags
    unlisted: Flags
    fitting: Flags


@lru_cache(maxsize=8)
def _wanted(groups: int, outputs: tuple[Output, ...]) -> _Wanted:
    fits = np.zeros((groups, groups, len(outputs)), bool)
    for place, output in enumerate(outputs):
        if not output.document:
            fits[np.ix_(output.heads, output.tails, [place])] = True
    return _Wanted(
        fits=fits,
        usable=np.logical_or.reduce(fits, axis=2),
        reach=np.array([output.reach for output in outputs]),
        symmetric=np.array([output.symmetric for output in outputs]),
        unlisted=np.array([output.unlisted for output in outputs]),
        fitting=np.array([output.fitting for output in outputs]),
    )
