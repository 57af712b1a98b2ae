"""Codes of public systems (ICD, ATC, SNOMED CT and others): they name a disease, and nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from models.phi.senses import senses

_MEANING = re.compile(r"(?:[ \t]\(?[^\W\d_][^\W\d_-]{0,29}\)?){1,5}?(?=[ \t]{0,2}[,;/+&])")
"""Words behind a code that say what it is, where the list goes on."""
_PLAIN = re.compile(r"[*#%+]?\d+")
_TURNS = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_HALF = 5


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a system's name stands with codes behind it, in half-open code points.

    Words between two codes are in none of the stretches: they may name a person. Plain numbers that
    nothing checks are codes right behind the name alone: the next may be of a record or a zip code.
    """
    for found in _names().finditer(text):
        code, check = _systems()[found[1].lower()]
        start, end, at = found.start(), -1, found.end()
        while (match := code.match(text, at)) and check(match[0]):
            end = match.end()
            meaning = _MEANING.match(text, end)
            after = _between().match(text, meaning.end() if meaning else end)
            is_last = after is None or (check is bool and _PLAIN.fullmatch(match[0]))
            if is_last or meaning:
                yield start, end
                start = end = -1
            if after is None or is_last:
                break
            at = after.end()
            start = at if start < 0 else start
        if end >= 0:
            yield start, end


@cache
def _systems() -> Mapping[str, tuple[re.Pattern[str], Callable[[str], bool]]]:
    return {
        name: (
            re.compile(rf"(?:{system['code']})(?![\w-]|\.\w)"),
            _CHECKS.get(system.get("check", ""), bool),
        )
        for system in senses()["system"]
        for name in system["names"]
    }


@cache
def _names() -> re.Pattern[str]:
    """The name of a system, and what stands between it and its first code."""
    to_code = rf"(?:[ ]?(?:{_any_of(senses()['code_words'])}))?[ \t]{{0,2}}[:#=(]?[ \t]{{0,2}}"
    return re.compile(rf"(?<![\w-])({_any_of(_systems())}){to_code}", re.IGNORECASE)


@cache
def _between() -> re.Pattern[str]:
    return re.compile(rf"[ \t]{{0,2}}[,;/+&][ \t]{{0,2}}|[ \t](?:{_any_of(senses()['ands'])})[ \t]")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def mod10(code: str) -> bool:
    """LOINC Users' Guide, "Check digit": ISO/IEC 7812-1 over all digits."""
    digits = [int(mark) for mark in code if mark.isdecimal()][::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def verhoeff(code: str) -> bool:
    """SNOMED CT identifiers: Verhoeff's dihedral check over all digits."""
    total = 0
    for place, digit in enumerate(map(int, reversed(code))):
        for _ in range(place % 8):
            digit = _TURNS[digit]  # noqa: PLW2901 - turned so often
        total = _times(total, digit)
    return total == 0


def _times(one: int, other: int) -> int:
    """Multiply in the group of the ten turns and flips of a pentagon."""
    sign = 1 if one < _HALF else -1
    turned = (one + sign * other) % _HALF
    return turned + _HALF * ((one < _HALF) != (other < _HALF))


_CHECKS: Mapping[str, Callable[[str], bool]] = {"mod10": mod10, "verhoeff": verhoeff}
