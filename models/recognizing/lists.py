"""The lists of resources/<language>/known.toml, of all languages at once and folded.

A record does not know in which language the note is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from models import lexicon
from models.folding import fold


@cache
def _tables() -> tuple[dict[str, Any], ...]:
    return tuple(lexicon.read(code, "known") for code in lexicon.languages("known"))


@cache
def listed(key: str) -> frozenset[str]:
    """Join a list."""
    return frozenset(fold(word).text for table in _tables() for word in table.get(key, ()))


@cache
def cues(key: str) -> frozenset[str]:
    """Join a list of [cues]."""
    return frozenset(fold(word).text for table in _tables() for word in table["cues"].get(key, ()))


@cache
def pairs(key: str) -> Mapping[str, str]:
    """Join a table; its keys and values are as they are written there."""
    joined: dict[str, str] = {}
    for table in _tables():
        joined.update(table.get(key, {}))
    return joined


@cache
def calendars() -> tuple[tuple[list[str], list[str], list[str]], ...]:
    """Give the shapes of dates, the months and their short names of each language."""
    return tuple((one["dates"], one["months"], one["months_short"]) for one in _tables())


@cache
def months() -> frozenset[str]:
    """Give all names of months, long and short."""
    return listed("months") | listed("months_short")


@cache
def nicknames() -> Mapping[str, frozenset[str]]:
    """Map a given name to the others of its groups."""
    found: dict[str, set[str]] = {}
    for table in _tables():
        for group in table["nicknames"]:
            names = fold(group).text.split()
            for name in names:
                found.setdefault(name, set()).update(names)
    return {name: frozenset(others - {name}) for name, others in found.items()}


@cache
def words() -> frozenset[str]:
    """Give the words that a name may be, too: such a name needs a capital letter or a title."""
    read = (lexicon.words(code, "common_words") for code in lexicon.languages("known"))
    return (frozenset().union(*read) - listed("names")) | listed("words") | months()


@cache
def common() -> frozenset[str]:
    """Give the words that no name is taken for by a likeness."""
    return words() | listed("eponyms")
