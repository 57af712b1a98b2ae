"""The words of an index's names: a table derived from the others, read a bucket at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from terminology.normalization import languages, normalizer

_SHORTEST = 3
_TERMS = """
    SELECT DISTINCT name.origin >> 4 & 7, coalesce(name.term, concept.name)
    FROM name JOIN concept ON concept.id = name.concept
"""


def derive(connection: sqlite3.Connection) -> None:
    """Fill the table `word` anew from the names, in a fixed order."""
    buckets: dict[tuple[int, str], set[str]] = {}
    for language, term in connection.execute(_TERMS):
        for word in _words(languages()[language], term):
            buckets.setdefault((language, word[0]), set()).add(word)
    connection.execute("DELETE FROM word")
    connection.executemany(
        "INSERT INTO word VALUES (?, ?, ?)",
        ((*bucket, " ".join(sorted(words))) for bucket, words in sorted(buckets.items())),
    )


def _words(language: str, term: str) -> Iterable[str]:
    tokens = normalizer(language).tokens(term)
    return (token for token in tokens if len(token) >= _SHORTEST and token.isalpha())
