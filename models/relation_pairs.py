"""Which mentions of a note may be related: pairs of fitting groups, near enough to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.relation_features import far, near, whole
from models.relation_model import Floats, Output
from models.relation_units import Ints, Units

WINDOW = 60
"""Mentions on either side that are looked at, so that the cost grows with the note only."""
_NEAR = 1
"""Sentences apart up to which the words between two mentions count."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`heads` and `tails` are places of mentions; `open` (pairs, outputs) says what may hold."""

    heads: Ints
    tails: Ints
    open: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.heads)

    def only(self, kept: npt.NDArray[np.bool_]) -> Pairs:
        """Those of the pairs."""
        return Pairs(self.heads[kept], self.tails[kept], self.open[kept])

    def near(self, units: Units) -> npt.NDArray[np.bool_]:
        """Which pairs stand in one sentence or in two neighbouring ones."""
        sentences = units.sentences[units.places]
        near: npt.NDArray[np.bool_] = np.abs(sentences[self.heads] - sentences[self.tails]) <= _NEAR
        return near


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
    pairs = Pairs(heads, tails, open_)
    return pairs.only(open_.any(axis=1))


def rows(units: Units, pairs: Pairs, outputs: Sequence[Output]) -> tuple[tuple[Pairs, Ints], ...]:
    """Features of the near pairs, and of the others, which have fewer."""
    is_near = pairs.near(units)
    close, distant = pairs.only(is_near), pairs.only(~is_near)
    found = []
    if len(close):
        read = near(units, close.heads, close.tails)
        if any(output.sentence for output in outputs):
            read = np.concatenate([read, whole(units, close.heads, close.tails)], axis=1)
        found.append((close, read))
    if len(distant):
        found.append((distant, far(units, distant.heads, distant.tails)))
    return tuple(found)


def settle(
    pairs: Pairs, probabilities: Floats, outputs: Sequence[Output]
) -> npt.NDArray[np.float32]:
    """Probabilities of what may hold, else 0: the best of rival outputs, and of a head's tails."""
    kept = np.where(pairs.open, probabilities, np.float32(0))
    for rivals in _rivals(tuple(outputs)):
        best = kept[:, rivals].max(axis=1, keepdims=True)
        kept[:, rivals] = np.where(kept[:, rivals] == best, kept[:, rivals], 0)
    for place, output in enumerate(outputs):
        if output.single and len(pairs):
            best = np.zeros(pairs.heads.max() + 1, np.float32)
            np.maximum.at(best, pairs.heads, kept[:, place])
            kept[:, place] *= kept[:, place] == best[pairs.heads]
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
