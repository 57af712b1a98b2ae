"""Misspelled names, to measure what linking makes of them: seeded, so that figures repeat."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from terminology.codesystem import groups
from terminology.index import Index
from terminology.linker import Linker
from terminology.origin import Origin
from terminology.posting import EXACT, PREFERRED

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W\d_]{5,}")
_QUERY = """
    SELECT concept.id, concept.grp, name.origin, coalesce(name.term, concept.name)
    FROM name JOIN concept ON concept.id = name.concept WHERE name.position = 0
    ORDER BY name.hash
"""


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A name with one slip, and the concept that the name itself links to."""

    text: str
    language: str
    group: str
    name: str


@dataclass(frozen=True, slots=True)
class SpellingScores:
    """Of `all` misspelled names, how many were linked, and to the concept that was meant."""

    all: int
    linked: int
    right: int

    @property
    def precision(self) -> float:
        """Right of those linked."""
        return self.right / self.linked if self.linked else 0.0

    @property
    def recall(self) -> float:
        """Right of all."""
        return self.right / self.all if self.all else 0.0


def misspellings(index: Index, group: str, count: int, seed: int = 1) -> list[Misspelling]:
    """Names of a group, each with a letter swapped, dropped, doubled or replaced.

    The slip is in a word of five letters or more, anywhere in it.
    """
    chance = random.Random(seed)  # noqa: S311
    names = list(_names(index, group))
    found = []
    for language, name in chance.sample(names, min(count, len(names))):
        found.append(Misspelling(_slip(name, chance), language, group, name))
    return found


def measure(linker: Linker, misspelled: list[Misspelling]) -> SpellingScores:
    """Link misspelled names and the names themselves; a name that has no concept is left out."""
    everything = linked = right = 0
    for one in misspelled:
        meant = linker.link(one.name, language=one.language, group=one.group)
        if not meant:
            continue
        found = linker.link(one.text, language=one.language, group=one.group)
        everything += 1
        linked += bool(found)
        right += bool(found) and found[0].concept == meant[0].concept
    return SpellingScores(everything, linked, right)


def _names(index: Index, group: str) -> Iterator[tuple[str, str]]:
    number = groups()[group].number
    for _, of_group, origin, name in index.rows(_QUERY):
        unpacked = Origin.unpack(origin)
        if of_group == number and unpacked.kind in (PREFERRED, EXACT) and _WORD.search(name):
            yield index.languages[unpacked.language], name


def _slip(name: str, chance: random.Random) -> str:
    word = chance.choice(list(_WORD.finditer(name)))
    start, end = word.span()
    return name[:start] + _with_slip(word[0], chance) + name[end:]


def _with_slip(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word) - 1)
    before, here, after = word[:place], word[place], word[place + 1 :]
    slips = (
        before + after[0] + here + after[1:],
        before + after,
        before + here + here + after,
        before + chance.choice(_LETTERS) + after,
    )
    return chance.choice(slips)
