"""Finds of personal data that mean something else where they stand (resources/senses.toml)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from models.phi.calendar_senses import is_no_date
from models.phi.code_systems import stretches
from models.phi.eponym_senses import is_thing
from models.types import PhiSpan

_NAMES = frozenset({"NAME", "LOCATION"})
_NUMBERS = frozenset({"ID", "CONTACT", "DATE", "LOCATION", "NAME", "OTHER"})


def without_senses(found: Sequence[PhiSpan], text: str, language: str) -> list[PhiSpan]:
    """Leave out what is a code, a dose, a habit, a disease, a sign, a scale or a medicine."""
    if not found:
        return []
    codes = list(stretches(text))
    return [each for each in found if not _is_clinical(each, text, language, codes)]


def _is_clinical(
    found: PhiSpan, text: str, language: str, codes: Sequence[tuple[int, int]]
) -> bool:
    start, end = found.span.start, found.span.end
    if found.category in _NUMBERS and _is_inside(start, end, codes):
        return True
    if found.category == "DATE":
        return found.method == "model" and is_no_date(text, start, end)
    return found.category in _NAMES and is_thing(found, text, language)


def _is_inside(start: int, end: int, codes: Sequence[tuple[int, int]]) -> bool:
    """Tell whether one of the codes, which are in order and apart, holds a stretch."""
    at = bisect_right(codes, start, key=itemgetter(0)) - 1
    return at >= 0 and end <= codes[at][1]
