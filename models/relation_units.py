"""A note as units for its relations: one unit for each mention, word, mark and line break."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from models.folding import fold
from models.indications import Masks, known
from models.types import Assertion, Experiencer, Presence, Temporality

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

MARKS = ("\n", ",", ";", ":", ".", "(", "-")
"""Units that structure a line; features count them."""
_UNIT = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s]|\n|_")
_STEM = 5
"""Letters of a stem: enough to join inflections, and names that two languages end differently."""
_ENDING = 4
"""Letters of an ending: medicines of a class and findings of a sort often share them."""
_PLAIN = -1
_PRESENCES = (
    Presence.PRESENT,
    Presence.POSSIBLE,
    Presence.HYPOTHETICAL,
    Presence.ABSENT,
)


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


@dataclass(frozen=True, slots=True)
class Units:
    """Hashes and sentence numbers of the units, side by side, and where the mentions stand.

    `groups` (groups, units + 1) and `marks` (MARKS, units + 1) count the mentions of a group and
    the marks before each unit. `places` and `kinds` are the unit and the group of each mention;
    `names` (mentions, 3) hashes its whole text, its last word and the stem of its first;
    `telling` (mentions, 2) stem and ending of its longest word; `known` what indications say of it,
    `claims` what the note does, and `labels` hash their labels.
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
    known: Masks
    claims: Ints
    labels: Hashes

    @classmethod
    def of(
        cls, text: str, mentions: Sequence[Mention], starts: Sequence[int], groups: int
    ) -> Units:
        """Cut `text`; `mentions` are in text order, `starts` those of the sentences.

        A mention that begins inside another one shares its unit.
        """
        cut = _Cut(text)
        places = [cut.mention(each) for each in mentions]
        cut.plain(len(text))
        words, kinds = np.array(cut.words, np.uint32), np.array(cut.kinds, np.int64)
        names = [_named(text[each.start : each.end]) for each in mentions]
        return cls(
            words=words,
            stems=np.array(cut.stems, np.uint32),
            sentences=np.searchsorted(np.array(starts), np.array(cut.offsets), side="right"),
            groups=_before(kinds == np.arange(groups)[:, None]),
            marks=_before(words == _MARKS[:, None]),
            places=np.array(places, np.int64),
            kinds=np.array([each.group for each in mentions], np.int64),
            names=np.array([whole for whole, _ in names], np.uint32).reshape(-1, 3),
            telling=np.array([part for _, part in names], np.uint32).reshape(-1, 2),
            known=known(text[each.start : each.end] for each in mentions),
            claims=np.array([each.claim for each in mentions], np.int64),
            labels=np.array([checksum(each.label) for each in mentions], np.uint32),
        )


class _Cut:
    """The units of a text up to where it was read."""

    def __init__(self, text: str) -> None:
        self.words: list[int] = []
        self.stems: list[int] = []
        self.offsets: list[int] = []
        self.kinds: list[int] = []
        self._text, self._end = text, 0

    def mention(self, mention: Mention) -> int:
        """Read up to the end of a mention; returns its unit."""
        if mention.start >= self._end:
            self.plain(mention.start)
            self._add(mention.group + 2, mention.group + 2, mention.start, mention.group)
            self._end = mention.end
        return len(self.words) - 1

    def plain(self, end: int) -> None:
        """Read what stands outside of mentions, up to `end`."""
        matches = list(_UNIT.finditer(self._text, self._end, end))
        found = [hashed(match.group()) for match in matches]
        self.words += [word for word, _ in found]
        self.stems += [stem for _, stem in found]
        self.offsets += [match.start() for match in matches]
        self.kinds += [_PLAIN] * len(found)

    def _add(self, word: int, stem: int, offset: int, kind: int) -> None:
        self.words.append(word)
        self.stems.append(stem)
        self.offsets.append(offset)
        self.kinds.append(kind)


def claim(assertion: Assertion) -> int:
    """Number a claim: its presence (two bits), whether it is history, whether it is another's."""
    return (
        _PRESENCES.index(assertion.presence)
        + 4 * (assertion.temporality is Temporality.HISTORICAL)
        + 8 * (assertion.experiencer is not Experiencer.PATIENT)
    )


def words(text: str) -> list[str]:
    """The words, numbers and marks of a text."""
    return _UNIT.findall(text)


@lru_cache(maxsize=65_536)
def hashed(word: str) -> tuple[int, int]:
    """Hash a word and its stem; all numbers are one word."""
    if word[0].isdigit():
        return 1, 1
    folded = fold(word).text or word
    return checksum(folded), checksum("~" + folded[:_STEM])


def checksum(word: str) -> int:
    """Hash any text, halves of characters too."""
    return crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=16_384)
def _named(text: str) -> tuple[tuple[int, int, int], tuple[int, int]]:
    words = [fold(word).text or word for word in _UNIT.findall(text) if word[0].isalpha()]
    words = words or [text]
    longest = max(words, key=len)
    return (
        (checksum(" ".join(words)), checksum(words[-1]), checksum(words[0][:_STEM])),
        (checksum(longest[:_STEM]), checksum("-" + longest[-_ENDING:])),
    )


def _before(flags: npt.NDArray[np.bool_]) -> Ints:
    counts = np.zeros((flags.shape[0], flags.shape[1] + 1), np.int64)
    np.cumsum(flags, axis=1, out=counts[:, 1:])
    return counts


_MARKS = np.array([hashed(mark)[0] for mark in MARKS], np.uint32)
