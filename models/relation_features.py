"""Hashed features of pairs of mentions: one column for each, all pairs of a note at once.

A feature is the bucket of a hash; bucket 0 is none. `near` is for mentions of the same sentence or
of two neighbouring ones, `far` for all others, `stretch` for pairs that are read word by word,
`whole` for those whose sentence counts as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from models.relation_buckets import Flags, bucket
from models.relation_units import MARKS, Hashes, Ints, Units

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
_INWARD = np.tile(np.arange(_BETWEEN), 2)
_EARLY = np.flatnonzero(_INWARD < 2)
_STEPS = np.tile(np.arange(1, _AROUND + 1), 2)
_SIDES = np.repeat([-1, 1], _AROUND)
_SALTS = np.repeat([40, 50], _AROUND)
_CLOSE = np.flatnonzero(_STEPS <= 2)
_SENTENCE, _LEAD = 50, 12
"""Units of a sentence that count as a whole, and how many of them stand before the pair."""


def near(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Columns (pairs, features): words between and around, counts, rivals, names."""
    pairs = Pairs(units, heads, tails)
    return _stack(
        [*pairs.between(), *pairs.around(), *pairs.counts(), *pairs.rivals(), *pairs.names()]
    )


def beside(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Columns (pairs, features) that `near` has and `far` has not: words between and around."""
    pairs = Pairs(units, heads, tails)
    return _stack([*pairs.between(), *pairs.around()])


def far(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Columns (pairs, features): counts, rivals, names."""
    pairs = Pairs(units, heads, tails)
    return _stack([*pairs.counts(), *pairs.rivals(), *pairs.names()])


def whole(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Columns (pairs, features): all words of the sentence, and what is listed with the pair."""
    pairs = Pairs(units, heads, tails)
    return _stack([*pairs.sentence(), *pairs.listing()])


def stretch(units: Units, heads: Ints, tails: Ints) -> Ints:
    """Aspects of the units in and around a pair: (pairs, POSITIONS, ASPECTS)."""
    if not len(heads):
        return np.zeros((0, POSITIONS, ASPECTS), np.int64)
    return Pairs(units, heads, tails).positions()


def _stack(columns: list[Ints]) -> Ints:
    return np.concatenate(columns, axis=1)


def _log(counts: Ints) -> Ints:
    rounded: Ints = np.log2(np.maximum(counts, 0) + 1).round().astype(np.int64)
    return np.minimum(rounded, 7)


class Pairs:
    """The pairs of one note; `case` tells the groups of a pair and which one stands first."""

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
        return np.where(
            live, hashes[np.minimum(np.maximum(places, 0), len(hashes) - 1)], np.uint32(0)
        )

    def between(self) -> Iterator[Ints]:
        """Words, stems, pairs and triples of words from either end inwards."""
        words, case = self.units.words, self.case[:, None]
        live = self.gap[:, None] > _INWARD
        outward = self.left[:, None] + 1 + _INWARD
        inward = self.right[:, None] - 1 - _INWARD
        place = np.where(np.arange(2 * _BETWEEN) < _BETWEEN, outward, inward)
        word, stem = self.at(words, place, live), self.at(self.units.stems, place, live)
        second = self.at(words, place + 1, live)
        third = self.at(words, place + 2, live & (place + 1 < self.right[:, None]))[:, ::2]
        yield np.where(live, bucket(1, word, case), 0)
        yield np.where(live, bucket(2, stem, self.order[:, None]), 0)
        yield np.where(live, bucket(3, word, second, case), 0)
        yield np.where(live[:, ::2], bucket(4, word[:, ::2], second[:, ::2], third), 0)
        yield np.where(live[:, _EARLY], bucket(5 + _EARLY, stem[:, _EARLY], case), 0)
        first = np.where(np.arange(4) < self.gap[:, None], word[:, :4], 0)
        whole = bucket(30, first[:, 0], first[:, 1], first[:, 2], first[:, 3], self.case)
        yield np.where(self.gap <= 4, whole, 0)[:, None]

    def around(self) -> Iterator[Ints]:
        """Words before and after the pair, in the sentences of its ends."""
        units, case = self.units, self.case[:, None]
        side = np.where(_SIDES < 0, self.left[:, None], self.right[:, None])
        place = side + _SIDES * _STEPS
        inside = np.minimum(np.maximum(place, 0), len(units.words) - 1)
        live = (inside == place) & (units.sentences[inside] == units.sentences[side])
        word, stem = self.at(units.words, place, live), self.at(units.stems, place, live)
        yield np.where(live, bucket(_SALTS, word, case), 0)
        yield np.where(live, bucket(_SALTS + 1, stem), 0)
        word, live = word[:, _CLOSE], live[:, _CLOSE]
        nearer = self.at(units.words, (place - _SIDES)[:, _CLOSE], live)
        yield np.where(live, bucket(_SALTS[_CLOSE] + 2, word, nearer, case), 0)
        yield np.where(live, bucket((_SALTS + 2 + _STEPS)[_CLOSE], word, case), 0)

    def counts(self) -> Iterator[Ints]:
        """Distance in units and sentences, marks and mentions in between."""
        units, start, end = self.units, self.left + 1, self.right
        like_head = np.minimum(count(units.groups, units.kinds[self.heads], start, end), 3)
        like_tail = np.minimum(count(units.groups, units.kinds[self.tails], start, end), 3)
        close = np.minimum(self.apart, 1)
        yield bucket(60, self.case)[:, None]
        logs = np.stack([_log(self.gap), _log(self.apart)], axis=1)
        yield bucket(np.array([61, 63]), logs, self.case[:, None])
        yield bucket(62, np.minimum(self.gap, 6), close, self.case)[:, None]
        yield bucket(64, like_head, like_tail, close, self.case)[:, None]
        every = np.arange(len(MARKS))
        marks = np.minimum(count(units.marks, every, start[:, None], end[:, None]), 3)
        yield bucket(65 + every, marks, self.case[:, None])
        rivals = np.minimum(like_tail, 1) * 2 + np.minimum(like_head, 1)
        yield bucket(75, marks[:, 0], marks[:, 1], rivals, self.case)[:, None]

    def rivals(self) -> Iterator[Ints]:
        """Whether another mention like the one stands nearer to the other, on its other side."""
        units, total = self.units, len(self.units.words)
        one, other = np.stack([self.heads, self.tails], 1), np.stack([self.tails, self.heads], 1)
        place, group, case = units.places[one], units.kinds[other], self.case[:, None]
        span = np.minimum(self.gap + 1, 60)[:, None]
        behind = np.minimum(place + 1, total)
        before = count(units.groups, group, np.maximum(place - span, 0), place)
        after = count(units.groups, group, behind, np.minimum(behind + span, total))
        follows = units.places[other] > place
        opposite = np.where(follows, before, after)
        start = np.searchsorted(units.sentences, units.sentences[place], side="left")
        end = np.searchsorted(units.sentences, units.sentences[place], side="right")
        first = count(units.groups, group, start, place)
        second = count(units.groups, group, behind, end)
        salts = np.array([80, 90])
        yield bucket(salts, np.minimum(opposite, 2), case)
        yield bucket(salts + 1, np.minimum(first + second, 4), case)
        same = np.minimum(np.where(follows, first, second), 2)
        gap = np.minimum(self.gap, 4)[:, None]
        yield bucket(salts + 2, same, np.minimum(opposite, 1), gap, case)

    def names(self) -> Iterator[Ints]:
        """The two names, and the pair of them."""
        head, tail = self.units.names[self.heads], self.units.names[self.tails]
        salts, kind = np.array([100, 102, 104]), self.kind[:, None]
        yield np.where(head[:, :1] == tail[:, :1], bucket(108, kind), 0)
        yield bucket(salts, head, kind)
        yield bucket(salts + 1, tail, kind)
        yield bucket(np.array([106, 107]), head[:, ::2], tail[:, ::2])

    @cached_property
    def bounds(self) -> tuple[Ints, Ints]:
        """First unit of the sentence of the left mention, and the one behind it."""
        sentences = self.units.sentences
        number = sentences[self.left]
        first = np.searchsorted(sentences, number, side="left")
        return first, np.searchsorted(sentences, number, side="right")

    def sentence(self) -> Iterator[Ints]:
        """Words, stems and pairs of words, the two mentions as one mark."""
        first, last = self.bounds
        begin = np.maximum(first, np.minimum(self.left - _LEAD, last - _SENTENCE))
        place = begin[:, None] + np.arange(_SENTENCE)
        live = place < last[:, None]
        word, is_end = self._blind(place, live)
        second, _ = self._blind(place + 1, live & (place + 1 < last[:, None]))
        left, right = self.left[:, None], self.right[:, None]
        region = (place >= left).astype(np.int64) + (place > right)
        stem = self.at(self.units.stems, place, live)
        yield np.where(live & ~is_end, bucket(120, word, region), 0)
        yield np.where(live & ~is_end, bucket(121, stem), 0)
        yield np.where(live, bucket(122, word, second), 0)

    def _blind(self, place: Ints, live: Flags) -> tuple[Hashes, Flags]:
        """Words with the two mentions as one mark, and where these are."""
        is_end: Flags = (place == self.left[:, None]) | (place == self.right[:, None])
        word = self.at(self.units.words, place, live)
        return np.where(is_end, np.uint32(7000), word), is_end

    def listing(self) -> Iterator[Ints]:
        """Words and mentions before, between and after: few words between many are a list."""
        units, kinds, (first, last) = self.units, self.units.kinds[self.heads], self.bounds
        inner = np.minimum(self._words(self.left + 1, self.right), 6)
        before = np.minimum(count(units.groups, kinds, first, self.left), 4)
        between = np.minimum(count(units.groups, kinds, self.left + 1, self.right), 4)
        after = np.minimum(count(units.groups, kinds, self.right + 1, last), 4)
        lead = np.minimum(self._words(first, self.left), 7)
        few = np.minimum(inner, 2)
        yield bucket(130, inner)[:, None]
        yield bucket(131, inner, between)[:, None]
        yield bucket(132, before, between, after)[:, None]
        yield bucket(133, lead, inner)[:, None]
        yield bucket(134, few, before, between)[:, None]
        yield bucket(135, few, between, after)[:, None]

    def _words(self, start: Ints, end: Ints) -> Ints:
        """Units from the one to the other that are neither mark nor mention."""
        marks, groups = self.units.marks.sum(axis=0), self.units.groups.sum(axis=0)
        taken = marks + groups
        left = np.minimum(start, end)
        words: Ints = np.maximum(end - left - (taken[end] - taken[left]), 0)
        return words

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
