"""Names that are misspelt: words within a small edit distance of a known name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from rapidfuzz.distance import OSA

from models.folding import fold
from models.recognizing.lists import common

_ONE_FROM, _TWO_FROM = 5, 9
"""Letters of a name from which one and two edits may be off; a swap of neighbours is one."""
_SHORTEST = 4
_MEMORY = 50_000
_FEW = 16
"""Names with which a word is compared one by one."""
_OPENING = 7
"""Letters of a name that are looked up, each of its edits being a letter less."""
_CAPITAL = re.compile(r"(?<![^\W\d_])(?=[^a-z\W\d_])[^\W\d_]{4,40}")
_AFTER = re.compile(r"(?:,?[ \t\n]{1,3}|[-'’])([^\W\d_]{4,40})")
_BEFORE = re.compile(r"(?<![^\W\d_])([^\W\d_]{4,40})(?:,?[ \t\n]{1,3}|[-'’])$")
_REACH = 44


@dataclass(frozen=True, slots=True)
class Likeness:
    """The known names by the length of what is like them, and the words that were compared.

    `openings` give the names by what is left of their first letters without one or two of them;
    there are none for few names.
    """

    names: Mapping[int, tuple[str, ...]]
    openings: Mapping[str, tuple[str, ...]]
    known: dict[str, bool] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, names: Iterable[str]) -> Likeness:
        """Take folded names; those that are too short for a misspelling are left out."""
        by_length: dict[int, set[str]] = {}
        for name in names:
            reach = _edits(name)
            for length in range(len(name) - reach, len(name) + reach + 1 if reach else 0):
                by_length.setdefault(length, set()).add(name)
        every = frozenset[str]().union(*by_length.values())
        return cls(
            {length: tuple(sorted(found)) for length, found in by_length.items()},
            _openings(every) if len(every) > _FEW else {},
        )

    def capitalised(self, text: str) -> Iterator[tuple[int, int]]:
        """Find misspelt names that begin with a capital; linear in the text."""
        if self.names:
            for match in _CAPITAL.finditer(text):
                word = match.group()
                if word[0].isupper() and self.takes(word) and _ends(text, match.end()):
                    yield match.span()

    def beside(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Find misspelt names right before and after a name, however they are written."""
        if not self.names:
            return
        after = _AFTER.match(text, end)
        if after and self.takes(after[1]) and _ends(text, after.end()):
            yield after.span(1)
        low = max(0, start - _REACH)
        before = _BEFORE.search(text[low:start])
        if before and self.takes(before[1]):
            yield low + before.start(1), low + before.end(1)

    def takes(self, word: str) -> bool:
        """Tell whether a word is a misspelt name, and no common or clinical word."""
        known = self.known.get(word)
        if known is None:
            if len(self.known) >= _MEMORY:
                self.known.clear()
            known = self.known[word] = self._is_like(fold(word).text)
        return known

    def closest(self, word: str) -> str | None:
        """Name the known name that a folded word is nearest to, if it is near enough to any."""
        near = ((_distance(word, name), name) for name in self._candidates(word))
        return min((each for each in near if each[0] is not None), default=(0, None))[1]

    def _is_like(self, word: str) -> bool:
        return (
            len(word) >= _SHORTEST
            and any(_distance(word, name) is not None for name in self._candidates(word))
            and word not in common()
        )

    def _candidates(self, word: str) -> Iterable[str]:
        """Give the names, in no order, that a folded word may be like, and few others."""
        names = self.names.get(len(word), ())
        if len(names) <= _FEW:
            return names
        left = _left(word, _edits("." * (len(word) + 2)))
        return {name for letters in left for name in self.openings.get(letters, ())}


def _distance(word: str, name: str) -> int | None:
    """Count the edits from a name to a word; none when they are too many."""
    most = _edits(name)
    edits = OSA.distance(word, name, score_cutoff=most)
    return edits if edits <= most else None


def _openings(names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        for letters in _left(name, _edits(name)):
            found.setdefault(letters, []).append(name)
    return {letters: tuple(each) for letters, each in found.items()}


def _left(word: str, edits: int) -> set[str]:
    """Give what is left of the first letters without up to `edits` of them.

    Each edit, a swap of neighbours too, spares all but one letter of either word, so two words
    that are near share one of these.
    """
    opening = word[:_OPENING]
    sizes = range(max(0, len(opening) - edits), len(opening) + 1)
    return {"".join(kept) for size in sizes for kept in combinations(opening, size)}


def _edits(name: str) -> int:
    return 2 if len(name) >= _TWO_FROM else 1 if len(name) >= _ONE_FROM else 0


def _ends(text: str, end: int) -> bool:
    """Tell whether the word ends here: one of more than forty letters is none."""
    return end >= len(text) or not text[end].isalpha()
