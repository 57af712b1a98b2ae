"""The concepts of a group whose names begin as a filter says, page by page."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache

from terminology.catalogue import SYNONYMS
from terminology.codesystem import groups
from terminology.index import Index
from terminology.normalization import fold

_WORD = re.compile(r"[^\W_]+")
# Letters that carry accents in the languages of the index: SQLite compares these as any letter.
_ACCENTED = re.compile(r"[aceinouyszæœø]|[^a-z0-9]")
_KINDS = ",".join(str(kind) for kind in SYNONYMS)
_MOST_WORDS = 10
_CACHED = 64


class Expansions:
    """Value sets of an index: one for each group; threads may share them."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._cached = lru_cache(_CACHED)(self._search)

    def numbers(self, group: str, text: str) -> Sequence[int]:
        """The numbers of the concepts, the closest name first; without a filter in index order.

        Each word of the filter `text` begins a word of one name, in any order; a filter of
        over ten words finds nothing. No two concepts have the same first coding. It reads the
        names through, in some 50 ms (a second for a single letter), and remembers 64 answers.

        Raises:
            KeyError: no group of systems.toml that callers see.
        """
        words = tuple(_words(text))
        return self._cached(group, words) if len(words) <= _MOST_WORDS else array("I")

    def _search(self, group: str, words: tuple[str, ...]) -> Sequence[int]:
        places = group_numbers(group)
        found = self._named(places, words) if words else self._all(places)
        distinct: dict[tuple[str, str], int] = {}
        for number in found:
            coding = self.index.concept(number).codings[0]
            distinct.setdefault((coding.system, coding.code), number)
        return array("I", distinct.values())

    def _all(self, places: str) -> Iterator[int]:
        rows = self.index.rows(f"SELECT id FROM concept WHERE grp IN ({places}) ORDER BY id")  # noqa: S608
        return (number for (number,) in rows)

    def _named(self, places: str, words: Sequence[str]) -> list[int]:
        best: dict[int, tuple[bool, int]] = {}
        for number, name in self._candidates(places, words):
            said = _words(name)
            if all(any(each.startswith(word) for each in said) for word in words):
                rank = (len(said) > len(words), len(name))
                best[number] = min(best.get(number, rank), rank)
        return sorted(best, key=lambda number: (*best[number], number))

    def _candidates(self, places: str, words: Sequence[str]) -> Iterator[tuple[int, str]]:
        patterns = [f"%{_ACCENTED.sub('_', word)}%" for word in words]
        own = " AND ".join("name LIKE ?" for _ in words)
        other = " AND ".join("term LIKE ?" for _ in words)
        query = (
            f"SELECT id, name FROM concept WHERE grp IN ({places}) AND {own} UNION ALL "  # noqa: S608
            f"SELECT concept, term FROM name JOIN concept ON concept.id = name.concept "
            f"WHERE grp IN ({places}) AND origin & 7 IN ({_KINDS}) AND {other}"
        )
        return self.index.rows(query, (*patterns, *patterns))


def shown_groups() -> tuple[str, ...]:
    """The groups that callers see."""
    return tuple(dict.fromkeys(group.shown_as for group in groups().values()))


def group_numbers(group: str) -> str:
    """The numbers of the groups that are shown as this one, for a query."""
    if group not in shown_groups():
        raise KeyError(f"no group {group!r}; there is {', '.join(shown_groups())}")
    return ",".join(str(each.number) for each in groups().values() if each.shown_as == group)


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
