"""Hashed features of pairs of mentions: one column for each, all pairs of a note at once.

A feature is the bucket of a hash; bucket 0 is none. `near` is for mentions of the same sentence or
of two neighbouring ones, `Pairs.far` for all, `stretch` for pairs that are read word by word.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from models.relating.buckets import Flags, Template, bucket, buckets
from models.relating.units import MARKS, Units
from models.relating.words import Hashes, Ints

STRETCH_BUCKETS = 1 << 16
POSITIONS, ASPECTS = 33, 12
"""Shape of a stretch: five units before the pair, twenty between, six after, and the two ends."""
_BETWEEN = 8
_AROUND = 4
_BEFORE, _INNER, _AFTER = 5, 10, 6
_FROM_LEFT = np.arange(-_BEFORE, _INNER + 1)
_FROM_RIGHT = np.arange(-_INNER, _AFTER + 1)
_REGION = np.repeat([0, 1, 2], [_BEFORE, 2 * _INNER + 2, _AFTER])
_NEXT = (-2, -1, 0, 1, 2)
_ALWAYS = -1
_AFTER_GAP = np.concatenate(
    [
        np.full(_BEFORE + 1, _ALWAYS),
        np.arange(_INNER),
        np.arange(2 * _INNER - 1, _INNER - 1, -1),
        np.full(_AFTER + 1, _ALWAYS),
    ]
)
"""Units that must stand between the two for a place to count, so that none counts twice."""
_OUTWARD = np.arange(_BETWEEN)[:, None]
_INWARD = np.tile(_OUTWARD, (2, 1))
_EARLY = np.flatnonzero(_INWARD < 2)
_STEPS = np.tile(np.arange(1, _AROUND + 1), 2)[:, None]
_SIDES = np.repeat([-1, 1], _AROUND)[:, None]
_SALTS = np.repeat([40, 50], _AROUND)
_CLOSE = np.flatnonzero(_STEPS <= 2)
_EVERY = np.arange(len(MARKS))
_NONE = np.uint32(0)


def near(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Columns (pairs, features): words between and around, counts, rivals, names."""
    pairs = Pairs(units, heads, tails)
    return buckets([*pairs.beside(), *pairs.far()])


def stretch(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Aspects of the units in and around a pair: (pairs, POSITIONS, ASPECTS)."""
    if not len(heads):
        return np.zeros((0, POSITIONS, ASPECTS), np.int64)
    return Pairs(units, heads, tails).positions()


def _log(counts: Ints) -> Ints:
    rounded: Ints = np.log2(np.maximum(counts, 0) + 1).round().astype(np.int64)
    return np.minimum(rounded, 7)


class Pairs:
    """The pairs of one note; `case` tells the groups of a pair and which one stands first.

    What templates hash has a column for each pair.
    """

    def __init__(self, units: Units, heads: Ints, tails: Ints) -> None:
        self.units, self.heads, self.tails = units, heads, tails
        at_head, at_tail = units.places[heads], units.places[tails]
        self.left, self.right = np.minimum(at_head, at_tail), np.maximum(at_head, at_tail)
        self.order = (at_head <= at_tail).astype(np.int64)
        self.kind = units.kinds[heads] * 64 + units.kinds[tails]
        self.case = self.kind * 2 + self.order
        self.gap = np.maximum(self.right - self.left - 1, 0)

    @cached_property
    def apart(self) -> Ints:
        """Sentences from the one to the other."""
        return self.units.sentences[self.right] - self.units.sentences[self.left]

    def at(self, hashes: Hashes, places: Ints, live: Flags) -> Hashes:
        """Hashes at some places; 0 where there is none."""
        return np.where(live, hashes.take(places, mode="clip"), _NONE)

    def beside(self) -> Iterator[Template]:
        """What mentions near each other have."""
        yield from self.between()
        yield from self.around()

    def far(self) -> Iterator[Template]:
        """What all of them have."""
        yield from self.counts()
        yield from self.rivals()
        yield from self.names()

    def between(self) -> Iterator[Template]:
        """Words, stems, pairs and triples of words from either end inwards."""
        words, case = self.units.words, self.case
        live = self.gap > _INWARD
        place = np.concatenate([self.left + 1 + _OUTWARD, self.right - 1 - _OUTWARD])
        word, stem = self.at(words, place, live), self.at(self.units.stems, place, live)
        second = self.at(words, place + 1, live)
        later = place[::2] + 2
        third = self.at(words, later, live[::2] & (later <= self.right))
        yield Template([1] * len(live), (word, case), live)
        yield Template([2] * len(live), (stem, self.order), live)
        yield Template([3] * len(live), (word, second, case), live)
        yield Template([4] * len(later), (word[::2], second[::2], third), live[::2])
        yield Template(5 + _EARLY, (stem[_EARLY], case), live[_EARLY])
        yield Template([30], (*word[:4], case), self.gap <= 4)

    def around(self) -> Iterator[Template]:
        """Words before and after the pair, in the sentences of its ends."""
        units, case = self.units, self.case
        side = np.where(_SIDES < 0, self.left, self.right)
        place = side + _SIDES * _STEPS
        live = (place >= 0) & (place < len(units.words))
        live &= units.sentences.take(place, mode="clip") == units.sentences[side]
        word, stem = self.at(units.words, place, live), self.at(units.stems, place, live)
        yield Template(_SALTS, (word, case), live)
        yield Template(_SALTS + 1, (stem,), live)
        word, live = word[_CLOSE], live[_CLOSE]
        nearer = self.at(units.words, (place - _SIDES)[_CLOSE], live)
        yield Template(_SALTS[_CLOSE] + 2, (word, nearer, case), live)
        yield Template((_SALTS + 2)[_CLOSE] + _STEPS[_CLOSE, 0], (word, case), live)

    def counts(self) -> Iterator[Template]:
        """Distance in units and sentences, marks and mentions in between."""
        units, case, start, end = self.units, self.case, self.left + 1, self.right
        like_head = np.minimum(count(units.groups, units.kinds[self.heads], start, end), 3)
        like_tail = np.minimum(count(units.groups, units.kinds[self.tails], start, end), 3)
        close = np.minimum(self.apart, 1)
        marks = np.minimum(count(units.marks, _EVERY[:, None], start, end), 3)
        rivals = np.minimum(like_tail, 1) * 2 + np.minimum(like_head, 1)
        yield Template([60], (case,))
        yield Template([61, 63], (_log(np.stack([self.gap, self.apart])), case))
        yield Template([62], (np.minimum(self.gap, 6), close, case))
        yield Template([64], (like_head, like_tail, close, case))
        yield Template(65 + _EVERY, (marks, case))
        yield Template([75], (*marks[:2], rivals, case))

    def rivals(self) -> Iterator[Template]:
        """Whether another mention like the one stands nearer to the other, on its other side."""
        units, total, case = self.units, len(self.units.words), self.case
        one, other = np.stack([self.heads, self.tails]), np.stack([self.tails, self.heads])
        place, group = units.places[one], units.kinds[other]
        span = np.minimum(self.gap + 1, 60)
        behind = np.minimum(place + 1, total)
        back, on = np.maximum(place - span, 0), np.minimum(behind + span, total)
        start, end = (edges[one] for edges in self.edges)
        counts = units.groups[group, np.stack([place, back, start, behind, on, end])]
        (before, first), (after, second) = counts[0] - counts[1:3], counts[4:] - counts[3]
        follows = units.places[other] > place
        opposite = np.where(follows, before, after)
        same = np.minimum(np.where(follows, first, second), 2)
        gap = np.minimum(self.gap, 4)
        yield Template([80, 90], (np.minimum(opposite, 2), case))
        yield Template([81, 91], (np.minimum(first + second, 4), case))
        yield Template([82, 92], (same, np.minimum(opposite, 1), gap, case))

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """First unit of the sentence of each mention, and the one behind it."""
        every = self.units.sentences
        own = every[self.units.places]
        return np.searchsorted(every, own, side="left"), np.searchsorted(every, own, side="right")

    def names(self) -> Iterator[Template]:
        """The two names, and the pair of them."""
        head, tail = self.units.names[self.heads].T, self.units.names[self.tails].T
        yield Template([108], (self.kind,), head[0] == tail[0])
        yield Template([100, 102, 104], (head, self.kind))
        yield Template([101, 103, 105], (tail, self.kind))
        yield Template([106, 107], (head[::2], tail[::2]))

    def positions(self) -> Ints:
        """Each unit of the stretch with its neighbours and its distance to both ends."""
        place = np.concatenate(
            [self.left[:, None] + _FROM_LEFT, self.right[:, None] + _FROM_RIGHT], axis=1
        )
        words, stems, inside = zip(*(self._masked(place + step) for step in _NEXT), strict=True)
        word, stem = dict(zip(_NEXT, words, strict=True)), dict(zip(_NEXT, stems, strict=True))
        order, case = self.order[:, None], self.case[:, None]
        to_left = np.clip(place - self.left[:, None], -8, 8) + 9
        to_right = np.clip(place - self.right[:, None], -8, 8) + 9
        aspects = [
            bucket(300, word[0]),
            bucket(301, word[0], order, _REGION),
            bucket(302, stem[0], order, _REGION),
            bucket(303, word[-1], _REGION),
            bucket(304, word[1], _REGION),
            bucket(305, word[-2]),
            bucket(306, word[2]),
            bucket(307, stem[-1]),
            bucket(308, stem[1]),
            bucket(309, to_left, order),
            bucket(310, to_right, order),
            np.broadcast_to(bucket(311, case), place.shape),
        ]
        live = inside[_NEXT.index(0)] & (self.gap[:, None] > _AFTER_GAP)
        return np.where(live[..., None], np.maximum(np.stack(aspects, axis=-1) >> 1, 1), 0)

    def _masked(self, place: Ints) -> tuple[Hashes, Hashes, Flags]:
        """Word and stem, with the two ends as themselves, and whether the sentences hold it."""
        units, left, right = self.units, self.left[:, None], self.right[:, None]
        kept = np.clip(place, 0, len(units.words) - 1)
        sentence = units.sentences[kept]
        inside: Flags = kept == place
        inside &= (sentence >= units.sentences[left]) & (sentence <= units.sentences[right])
        word, stem = self.at(units.words, place, inside), self.at(units.stems, place, inside)
        for end, mark in ((left, 7000), (right, 7001)):
            word = np.where(place == end, np.uint32(mark), word)
            stem = np.where(place == end, np.uint32(mark), stem)
        return word, stem, inside


def count(before: Ints, rows: Ints, start: Ints, end: Ints) -> Ints:
    """How many there are from `start` up to `end`; `before` counts them, one row for each kind."""
    return before[rows, np.maximum(start, end)] - before[rows, start]
