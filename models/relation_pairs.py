"""Which mentions of a note may be related: pairs of fitting groups, near enough to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.relation_features import beside, far, whole
from models.relation_knowledge import fitting, knowledge
from models.relation_listing import listed
from models.relation_model import Floats, Output
from models.relation_units import Ints, Units

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
    open: npt.NDArray[np.bool_]
    far: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.heads)

    def only(self, kept: npt.NDArray[np.bool_] | slice) -> Pairs:
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
    count = len(units.places)
    first = np.arange(count)[:, None]
    second = first + np.arange(1, min(WINDOW, max(count - 1, 0)) + 1)
    inside = np.less(second, count)
    left, right = np.broadcast_to(first, second.shape)[inside], second[inside]
    fits = _fits(len(units.groups), tuple(outputs))
    usable: npt.NDArray[np.bool_] = np.logical_or.reduce(fits, axis=2)
    forward = usable[units.kinds[left], units.kinds[right]]
    backward = usable[units.kinds[right], units.kinds[left]]
    heads = np.concatenate([left[forward], right[backward]])
    tails = np.concatenate([right[forward], left[backward]])
    sentences = units.sentences[units.places]
    apart = np.abs(sentences[heads] - sentences[tails])
    reach = np.array([output.reach for output in outputs])
    open_ = fits[units.kinds[heads], units.kinds[tails]] & (apart[:, None] <= reach)
    open_[heads > tails] &= [not output.symmetric for output in outputs]
    if any(output.unlisted for output in outputs):
        open_[listed(units, heads, tails)] &= [not output.unlisted for output in outputs]
    is_far = apart > _NEAR
    if any(output.fitting for output in outputs):
        far_away = np.flatnonzero(is_far)
        strange = far_away[~fitting(units, heads[far_away], tails[far_away])]
        open_[strange] &= [not output.fitting for output in outputs]
    pairs = Pairs(heads, tails, open_, is_far)
    return pairs.only(open_.any(axis=1))


def rows(units: Units, pairs: Pairs, outputs: Sequence[Output]) -> tuple[tuple[Pairs, Ints], ...]:
    """Features of the near pairs, and of the others, which have fewer."""
    parts = (pairs.only(~pairs.far), pairs.only(pairs.far))
    found = zip(parts, features(units, pairs, outputs), strict=True)
    return tuple((some, columns) for some, columns in found if len(some))


def features(units: Units, pairs: Pairs, outputs: Sequence[Output]) -> tuple[Ints, Ints]:
    """Features (pairs, columns) of the pairs that are near each other, and of those that are not.

    What both have is computed at once: in short notes, calls cost more than pairs.
    """
    shared = [far(units, pairs.heads, pairs.tails)]
    if any(output.setting for output in outputs):
        shared.insert(0, knowledge(units, pairs.heads, pairs.tails))
    every, close = np.concatenate(shared, axis=1), pairs.only(~pairs.far)
    found = [every[~pairs.far], beside(units, close.heads, close.tails)]
    if any(output.sentence for output in outputs):
        found.append(whole(units, close.heads, close.tails))
    return np.concatenate(found, axis=1), every[pairs.far]


def settle(
    pairs: Pairs, probabilities: Floats, outputs: Sequence[Output]
) -> npt.NDArray[np.float32]:
    """Probabilities of what may hold, else 0: the best of rival outputs, and of a head's tails."""
    kept = np.where(pairs.open, probabilities, np.float32(0))
    for rivals in _rivals(tuple(outputs)):
        best = kept[:, rivals].max(axis=1, keepdims=True)
        kept[:, rivals] = np.where(kept[:, rivals] == best, kept[:, rivals], 0)
    for place, output in enumerate(outputs):
        if (output.single or output.lone) and len(pairs):
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


@lru_cache(maxsize=8)
def _fits(groups: int, outputs: tuple[Output, ...]) -> npt.NDArray[np.bool_]:
    fits = np.zeros((groups, groups, len(outputs)), bool)
    for place, output in enumerate(outputs):
        if not output.document:
            fits[np.ix_(output.heads, output.tails, [place])] = True
    return fits
