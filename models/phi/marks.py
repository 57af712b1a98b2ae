"""The characters that one place of a regex takes, as the keys of openings tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from models.folding import fold

Kind = Literal["letters", "shape", "digits"]
_WIDE = 2000
_NARROW = 8
"""Characters of a class that are told apart; of a wider one a key by letters has the case only."""
_CASES = frozenset("Ulo")
_SHAPES = frozenset("Aa0o")


@lru_cache(maxsize=4096)
def letters(mark: str) -> str:
    """Fold, with 0 for a digit; a dotless i is an i, as for `re` where case does not count."""
    return "0" if mark.isdecimal() else fold(mark).text.replace("ı", "i")


def case(mark: str) -> str:
    """Tell `U` or `l`, or `o` of a mark that has no case."""
    return "U" if mark.isupper() else "l" if mark.islower() else "o"


@lru_cache(maxsize=4096)
def shape(mark: str) -> str:
    """Tell a capital, a small letter, a digit and all else apart."""
    return "0" if mark.isdecimal() else {"U": "A", "l": "a", "o": "o"}[case(mark)]


@dataclass(frozen=True, slots=True)
class Marks:
    """What one place of a regex takes, as it stands in keys, first in a word or later.

    `wide` when these are too many to tell apart: `first` has their cases. `outside` when it also
    takes what words are not made of: `signs`, or when there are none anything.
    """

    first: frozenset[str]
    later: frozenset[str]
    wide: bool
    outside: bool
    signs: frozenset[str] = frozenset()


_ANY_SHAPE = Marks(_SHAPES, _SHAPES, False, True)


@lru_cache(maxsize=4096)
def marks_of(members: tuple[tuple[str, Any], ...], any_case: bool, kind: Kind) -> Marks:
    """Sum up the members of a character class of the parse tree."""
    taken = _taken(members)
    if taken is None:
        return Marks(_CASES, frozenset(), True, True) if kind == "letters" else _ANY_SHAPE
    inside = str.isdecimal if kind == "digits" else _is_word
    within = [mark for mark in taken if inside(mark)]
    signs = frozenset(taken).difference(within)
    told = frozenset() if len(signs) > _NARROW else signs
    if kind != "letters":
        marks = frozenset(map(shape, within))
        marks |= frozenset("Aao") if any_case and marks - {"0"} else frozenset()
        return Marks(marks, marks, False, bool(signs), told)
    cases = _CASES if any_case else frozenset(map(case, within))
    later = frozenset(map(letters, within))
    if len(later) > _NARROW:
        return Marks(cases, frozenset(), True, bool(signs), told)
    both = (
        {begun + mark for begun in cases for mark in later}
        if any_case
        else {case(mark) + letters(mark) for mark in within}
    )
    return Marks(frozenset(both), later, False, bool(signs), told)


def _taken(members: tuple[tuple[str, Any], ...]) -> list[str] | None:
    """The characters of a class, one for each digit and space; None when they are too many."""
    taken: list[str] = []
    for kind, told in members:
        match kind, str(told):
            case "LITERAL", _:
                taken.append(chr(told))
            case "RANGE", _ if told[1] - told[0] < _WIDE:
                taken += map(chr, range(told[0], told[1] + 1))
            case "CATEGORY", "CATEGORY_DIGIT":
                taken.append("0")
            case "CATEGORY", "CATEGORY_SPACE":
                taken.append(" ")
            case _:
                return None
    return taken


def _is_word(mark: str) -> bool:
    return mark == "_" or mark.isalnum()
