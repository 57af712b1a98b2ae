"""What a pattern's groups must be, or must not be: words of the lists beside phi.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from models import lexicon
from models.folding import fold


@dataclass(frozen=True, slots=True)
class Listed:
    """A group of a pattern that must be in one of the lists, or (`among` is false) in none."""

    group: str
    words: tuple[frozenset[str], ...]
    among: bool
    endings: tuple[str, ...] = ()

    def allows(self, match: re.Match[str]) -> bool:
        """Look the group up, whole and up to its first hyphen; one that is not there may pass."""
        text = match[self.group]
        if text is None:
            return True
        whole = text.lower() if text.isascii() else fold(text).text
        first = whole.partition("-")[0]
        for words in self.words:
            if whole in words or first in words:
                return self.among
        return self.among == whole.endswith(self.endings)


def lists_of(entry: dict[str, Any], language: str) -> Iterator[Listed]:
    """Read `known` and `unknown` of an entry: lists by group."""
    for key, among in (("known", True), ("unknown", False)):
        for group, names in entry.get(key, {}).items():
            lists = [names] if isinstance(names, str) else names
            words = tuple(lexicon.words(language, name) for name in lists)
            endings = tuple(ending for name in lists for ending in _endings(language, name))
            yield Listed(group, words, among, endings)


@cache
def _endings(language: str, name: str) -> tuple[str, ...]:
    """Give what words of a list end in: its lines that begin with a hyphen."""
    words = lexicon.words(language, name)
    return tuple(sorted(word[1:] for word in words if word.startswith("-")))
