"""Numbers and days that look like a date, and are a dose, a score, a length of time or a habit."""

from __future__ import annotations

import re
from functools import cache

from models.folding import fold
from models.phi.eponym_words import is_eponym, is_name
from models.phi.senses import sense
from models.recognizing.lists import listed, months

_DOSES = re.compile(r"(\d{1,2})-(\d{1,2})-\d")
_UNIT_BEFORE = re.compile(r"([^\W\d_]+)[ \t]?$")
_UNIT_AFTER = re.compile(r"[ \t]?([^\W\d_]+)")
_TWO = re.compile(r"(\d{1,2})[-–](\d{1,2})")
_WEEKS = re.compile(r"\d{1,2}/52")
_WORD = re.compile(r"[^\W\d_]+")
_BESIDE = re.compile(r"\d")
_REACH = 16
_MONTHS = 12
_DAYS = 31
_STAY = 2


def is_no_date(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch that was taken for a date is none."""
    written = text[start:end]
    return (
        _is_impossible(written, text, start, end)
        or _is_length(text, start, end)
        or _is_habit(text, start, end)
    )


def _is_impossible(written: str, text: str, start: int, end: int) -> bool:
    """A dose by the times of a day (10-10-5 mg), or a range of values (21-22 mm)."""
    doses = _DOSES.fullmatch(written)
    if doses is not None:
        return not _may_be_day(*map(int, doses.groups())) or _has_unit(text, start, end)
    two = _TWO.fullmatch(written)
    return two is not None and _is_range(*map(int, two.groups())) and _unit_follows(text, end)


def _may_be_day(one: int, other: int) -> bool:
    return 0 < min(one, other) <= _MONTHS and max(one, other) <= _DAYS


def _has_unit(text: str, start: int, end: int) -> bool:
    before = _UNIT_BEFORE.search(text[max(0, start - _REACH) : start])
    return _unit_follows(text, end) or (before is not None and _has_doses(fold(before[1]).text))


def _has_doses(word: str) -> bool:
    """Tell what doses or grades stand behind: a unit, a brand, the place of a classification."""
    return word in sense("units") | sense("graded") or (is_eponym(word) and not is_name(word))


def _unit_follows(text: str, end: int) -> bool:
    after = _UNIT_AFTER.match(text, end)
    return text[end : end + 2] in {"%", " %"} or (
        after is not None and fold(after[1]).text in sense("units")
    )


def _is_range(first: int, last: int) -> bool:
    """No day and month in any order; numbers above 31 may be of a telephone or a record."""
    return _MONTHS < first < last <= _DAYS


def _is_length(text: str, start: int, end: int) -> bool:
    """So many of the 52 weeks of a year: "review in 3/52"; "born in 3/52" has a year."""
    if not _WEEKS.fullmatch(text, start, end):
        return False
    words = [fold(word).text for word in _WORD.findall(text[max(0, start - 2 * _REACH) : start])]
    if not words or text[start - 1] not in " \t":
        return False
    return words[-1] in sense("lengths") or (
        words[-1] in sense("ahead") and words[-2:-1] != [] and words[-2] in sense("returns")
    )


def _is_habit(text: str, start: int, end: int) -> bool:
    """Three days of the week, or "every Monday", with no number and no month near.

    One day alone may be a date, and two may be those of a stay: they move with the others.
    """
    words = [fold(word).text for word in _WORD.findall(text, start, end)]
    days = {word for word in words if word in _weekdays()}
    if not days or not all(word in days or word in sense("joints") for word in words):
        return False
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    near = [fold(word).text for word in _WORD.findall(f"{before} {after}")]
    if _BESIDE.search(f"{before} {after}") or any(word in months() for word in near):
        return False
    led = [fold(word).text for word in _WORD.findall(before)][-1:] + words[:1]
    return len(days) > _STAY or any(word in sense("every") for word in led)


@cache
def _weekdays() -> frozenset[str]:
    return listed("weekdays")
