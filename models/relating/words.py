"""The words, numbers, marks and line breaks of a note, as hashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from models.folding import fold
from models.remembered import remembered

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

STEM = 5
"""Letters of a stem: enough to join inflections, and names that two languages end differently."""
_UNIT = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s]|\n|_")


@dataclass(frozen=True, slots=True)
class Words:
    """Code points `starts` to `ends` of each word, its hash and that of its stem."""

    starts: Ints
    ends: Ints
    words: Hashes
    stems: Hashes

    @classmethod
    def of(cls, text: str, bounds: Sequence[int] = ()) -> Words:
        """Read `text`; no word goes on past one of `bounds`, which are in order."""
        parts = pairwise((0, *bounds, len(text)))
        matches = [match for part in parts for match in _UNIT.finditer(text, *part)]
        found = [match.group() for match in matches]
        starts = np.array([match.start() for match in matches], np.int64)
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        hashes = _hashes(found)
        return cls(starts, starts + lengths, hashes[:, 0], hashes[:, 1])

    def cut(self, text: str, bounds: Ints) -> Words:
        """The same where every bound is the end of a word: some stand inside of one."""
        before = np.searchsorted(self.starts, bounds) - 1
        inside = bounds[(before >= 0) & (np.append(self.ends, 0)[before] > bounds)]
        return Words.of(text, np.unique(inside).tolist()) if len(inside) else self


def _hashes(found: Sequence[str]) -> Hashes:
    """Hashes (words, 2) of words and stems; most words of a note come again in it."""
    rows = {word: row for row, word in enumerate(dict.fromkeys(found))}
    every = np.array([hashed(word) for word in rows], np.uint32).reshape(-1, 2)
    return every[np.fromiter(map(rows.__getitem__, found), np.int64, len(found))]


def words(text: str) -> list[str]:
    """The words, numbers and marks of a text."""
    return _UNIT.findall(text)


@remembered(65_536)
def hashed(word: str) -> tuple[int, int]:
    """Hash a word and its stem; all numbers are one word."""
    if word[0].isdigit():
        return 1, 1
    folded = bare(word)
    return checksum(folded), checksum("~" + folded[:STEM])


@remembered(65_536)
def bare(word: str) -> str:
    """A word without case and accents; one that is nothing else as it is."""
    return fold(word).text or word


def checksum(word: str) -> int:
    """Hash any text, halves of characters too."""
    return crc32(word.encode("utf-8", "surrogatepass"))
