"""Medical words that several languages share: "hepatectomía", "hepatectomie", "hepatectomy".

Every word is brought to what its spellings have in common (cognates.toml); words of one skeleton
are the same word. It is how a mention in one language finds a name in another.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase

from terminology.index import Index

_SHORTEST = 4
_MOST = 12


@dataclass(slots=True)
class Cognates:
    """The words of one language of an index by their skeleton; read when first asked."""

    index: Index
    language: str
    _words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def translations(self, tokens: list[str]) -> Iterator[list[str]]:
        """The tokens with every word replaced by a cognate; numbers and short words stay."""
        choices = [self._choices(token) for token in tokens]
        if all(choices):
            yield from (list(words) for words in islice(product(*choices), _MOST))

    def _choices(self, token: str) -> tuple[str, ...]:
        if len(token) < _SHORTEST or not token.isalpha():
            return (token,)
        if not self._words:
            self._words = self._read()
        return self._words.get(skeleton(token), ())

    def _read(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for initial in ascii_lowercase:
            for word in self.index.words(self.language, initial):
                if len(word) >= _SHORTEST:
                    found.setdefault(skeleton(word), []).append(word)
        return {key: tuple(words) for key, words in found.items()}


def skeleton(word: str) -> str:
    """What the spellings of a word in several languages have in common."""
    for pattern, replacement in _rules():
        word = pattern.sub(replacement, word)
    return word


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    path = Path(__file__).parent / "cognates.toml"
    rules = tomllib.loads(path.read_text("utf-8"))["rule"]
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)
