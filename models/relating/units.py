"""A note as units for its relations: one unit for each mention, word, mark and line break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from models.relating.indications import Masks, known
from models.relating.words import STEM, Hashes, Ints, Words, bare, checksum, hashed, words
from models.remembered import remembered
from models.types import Assertion, Experiencer, Presence, Temporality

MARKS = ("\n", ",", ";", ":", ".", "(", "-")
"""Units that structure a line; features count them."""
_ENDING = 4
"""Letters of an ending: medicines of a class and findings of a sort often share them."""
_PLAIN = -1
_PRESENCES = {
    Presence.PRESENT: 0,
    Presence.POSSIBLE: 1,
    Presence.HYPOTHETICAL: 2,
    Presence.ABSENT: 3,
}


@dataclass(frozen=True, slots=True)
class Mention:
    """What a relation may join: half-open code points, and the number of its label's group.

    Mentions of one `concept` are of the same thing; `claim` is what the note says of it (`claim`),
    `label` that of its group which it bears.
    """

    start: int
    end: int
    group: int
    concept: str = ""
    claim: int = 0
    label: str = ""


@dataclass(frozen=True)
class Units:
    """Hashes and sentence numbers of the units, side by side, and where the mentions stand.

    `groups` (groups, units + 1) and `marks` (MARKS, units + 1) count the mentions of a group and
    the marks before each unit. `places` and `kinds` are the unit and the group of each mention;
    `names` (mentions, 3) hashes its whole text, its last word and the stem of its first;
    `telling` (mentions, 2) stem and ending of its longest word; `claims` is what the note says of
    it, `labels` hash their labels, and `texts` are the mentions themselves.
    """

    words: Hashes
    stems: Hashes
    sentences: Ints
    groups: Ints
    marks: Ints
    places: Ints
    kinds: Ints
    names: Hashes
    telling: Hashes
    claims: Ints
    labels: Hashes
    texts: Sequence[str]

    @cached_property
    def known(self) -> Masks:
        """What indications say of each mention; few outputs ask for it."""
        return known(self.texts)

    @classmethod
    def of(
        cls, text: str, mentions: Sequence[Mention], starts: Sequence[int], groups: int
    ) -> Units:
        """Cut `text`; `mentions` are in text order, `starts` those of the sentences.

        A mention that begins inside another one shares its unit.
        """
        spans = [(each.start, each.end) for each in mentions]
        claims = [each.claim for each in mentions]
        note = Note(text, starts, spans, claims, [each.label for each in mentions])
        return note.units(range(len(mentions)), [each.group for each in mentions], groups)


@dataclass(frozen=True)
class Note:
    """What all relation models read of a note, each thing once.

    `starts` are those of its sentences; `spans`, `claims` and `labels` belong to its mentions,
    which are in text order.
    """

    text: str
    starts: Sequence[int]
    spans: Sequence[tuple[int, int]]
    claims: Sequence[int]
    labels: Sequence[str]

    def units(self, kept: Sequence[int], kinds: Sequence[int], groups: int) -> Units:
        """Cut the text; `kept` are the mentions that count, `kinds` their groups."""
        cut = _Cut.of([self.spans[place] for place in kept], kinds)
        read = self._words.cut(self.text, cut.bounds)
        offsets, places, words, stems, found = cut.joined(read)
        rows = np.array(kept, np.int64)
        return Units(
            words=words,
            stems=stems,
            sentences=np.searchsorted(np.array(self.starts), offsets, side="right"),
            groups=_before(found == np.arange(groups)[:, None]),
            marks=_before(words == _MARKS[:, None]),
            places=places,
            kinds=np.array(kinds, np.int64),
            names=self._names[rows, :3],
            telling=self._names[rows, 3:],
            claims=np.array(self.claims, np.int64)[rows],
            labels=self._labels[rows],
            texts=[self._texts[place] for place in kept],
        )

    @cached_property
    def _words(self) -> Words:
        return Words.of(self.text)

    @cached_property
    def _texts(self) -> list[str]:
        return [self.text[start:end] for start, end in self.spans]

    @cached_property
    def _names(self) -> Hashes:
        found = chain.from_iterable(map(_named, self._texts))
        return np.fromiter(found, np.uint32, 5 * len(self.spans)).reshape(-1, 5)

    @cached_property
    def _labels(self) -> Hashes:
        return np.array([checksum(label) for label in self.labels], np.uint32)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Mentions that are units, and which of them each mention is or stands in."""

    starts: Ints
    ends: Ints
    kinds: Ints
    owners: Ints

    @classmethod
    def of(cls, spans: Sequence[tuple[int, int]], kinds: Sequence[int]) -> _Cut:
        units: list[tuple[int, int, int]] = []
        owners, last = [], 0
        for (start, end), kind in zip(spans, kinds, strict=True):
            if start >= last:
                units.append((start, end, kind))
                last = end
            owners.append(len(units) - 1)
        starts, ends, groups = np.array(units, np.int64).reshape(-1, 3).T
        return cls(starts, ends, groups, np.array(owners, np.int64))

    @property
    def bounds(self) -> Ints:
        """Where no word may go on."""
        return np.concatenate([self.starts, self.ends])

    def joined(self, read: Words) -> tuple[Ints, Ints, Hashes, Hashes, Ints]:
        """Offsets of the units, unit of each mention, words, stems and groups of the units."""
        earlier = np.searchsorted(self.starts, read.starts, side="right")
        plain = read.starts >= np.append(0, self.ends)[earlier]
        offsets, earlier = read.starts[plain], earlier[plain]
        at_words = np.arange(len(offsets)) + earlier
        at_mentions = np.arange(len(self.starts)) + np.searchsorted(offsets, self.starts)
        parts = (
            (offsets, self.starts),
            (read.words[plain], self.kinds + 2),
            (read.stems[plain], self.kinds + 2),
            (np.full(len(offsets), _PLAIN), self.kinds),
        )
        every = [np.empty(len(at_words) + len(at_mentions), words.dtype) for words, _ in parts]
        for joined, (of_words, of_mentions) in zip(every, parts, strict=True):
            joined[at_words], joined[at_mentions] = of_words, of_mentions
        places, words, stems, kinds = every
        return places, at_mentions[self.owners], words, stems, kinds


def claim(assertion: Assertion) -> int:
    """Number a claim: its presence (two bits), whether it is history, whether it is another's."""
    return (
        _PRESENCES[assertion.presence]
        + 4 * (assertion.temporality is Temporality.HISTORICAL)
        + 8 * (assertion.experiencer is not Experiencer.PATIENT)
    )


@remembered(16_384)
def _named(text: str) -> tuple[int, int, int, int, int]:
    """Hashes of a name: whole, its last word, stem of its first; stem and ending of its longest."""
    found = [bare(word) for word in words(text) if word[0].isalpha()] or [text]
    longest = max(found, key=len)
    return (
        checksum(" ".join(found)),
        checksum(found[-1]),
        checksum(found[0][:STEM]),
        checksum(longest[:STEM]),
        checksum("-" + longest[-_ENDING:]),
    )


def _before(flags: npt.NDArray[np.bool_]) -> Ints:
    counts = np.zeros((flags.shape[0], flags.shape[1] + 1), np.int64)
    np.cumsum(flags, axis=1, out=counts[:, 1:])
    return counts


_MARKS = np.array([hashed(mark)[0] for mark in MARKS], np.uint32)
