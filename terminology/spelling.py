"""Misspelled words brought back to words of the index.

A word that the index knows, in the language or in its backup, is never changed, so one drug never
becomes another, nor an English "fibrosis" in a Dutch note "phimosis". The distance is
optimal string alignment (a swap of neighbours is one edit); how far a word may be off was measured
on misspelled names of the index (docs/terminology.md). The first letter must be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from terminology.index import Index
from terminology.normalization import Normalizer

_MOST_WORDS = 2
_MOST_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a word may be off; docs/terminology.md shows what was measured.

    Words of fewer than `shortest` letters are left alone; those of `two_from` letters and more
    may be two edits off, others one. Between drugs, a second meaning within `drug_margin` more
    edits makes the word ambiguous.
    """

    shortest: int = 5
    two_from: int = 8
    drug_margin: int = 1


@dataclass(slots=True)
class Speller:
    """The words of an index by language, initial and length; threads may share it."""

    index: Index
    reach: Reach
    _known: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _by_length: dict[tuple[str, str, int], tuple[str, ...]] = field(default_factory=dict)

    def knows(self, language: str, word: str) -> bool:
        """Whether a name of that language has the word, or it is too short to tell."""
        return word in self._words(language, word[:1])

    def closest(self, rules: Normalizer, word: str) -> list[tuple[str, int]]:
        """The words within reach with their distances, the closest first.

        What looks like a plural may be a slip in a word that ends so ("diabtes").
        """
        most = 2 if len(word) >= self.reach.two_from else 1
        found: dict[str, int] = {}
        for length in range(len(word) - most, len(word) + most + 2):
            choices = self._of_length(rules, word[:1], length)
            for written in (word, word + "s"):
                near = process.extract(
                    written, choices, scorer=OSA.distance, score_cutoff=most, limit=_MOST_CANDIDATES
                )
                for other, distance, _ in near:
                    found[other] = min(found.get(other, most), int(distance))
        return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))[:_MOST_CANDIDATES]

    def corrections(
        self, rules: Normalizer, tokens: Sequence[str]
    ) -> Iterator[tuple[list[str], int]]:
        """The words with the misspelled ones corrected, and the edits made, the fewest first."""
        places = [n for n, token in enumerate(tokens) if self._is_wrong(rules, token)]
        if not 0 < len(places) <= _MOST_WORDS:
            return
        found: list[tuple[list[str], int]] = [(list(tokens), 0)]
        for place in places:
            near = self.closest(rules, tokens[place])
            found = [
                ([*words[:place], other, *words[place + 1 :]], edits + distance)
                for words, edits in found
                for other, distance in near
            ]
        yield from sorted(found, key=lambda pair: pair[1])

    def _is_wrong(self, rules: Normalizer, token: str) -> bool:
        if len(token) < self.reach.shortest or not token.isalpha() or token in rules.known_words:
            return False
        return not any(self.knows(each, token) for each in (rules.language, *rules.backup))

    def _words(self, language: str, initial: str) -> frozenset[str]:
        known = self._known.get((language, initial))
        if known is None:
            known = frozenset(self.index.words(language, initial))
            self._known[language, initial] = known
        return known

    def _of_length(self, rules: Normalizer, initial: str, length: int) -> tuple[str, ...]:
        key = (rules.language, initial, length)
        known = self._by_length.get(key)
        if known is None:
            own = (word for word in rules.known_words if word.startswith(initial))
            words = {*self._words(rules.language, initial), *own}
            known = tuple(sorted(word for word in words if len(word) == length))
            self._by_length[key] = known
        return known
