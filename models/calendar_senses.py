"""Numbers and days that look like a date, and are a dose, a score, a length of time or a habit."""

from __future__ import annotations

import re
from functools import cache

from models.folding import fold
from models.known_lists import listed, months
from models.senses import sense

_DOSES = re.compile(r"\d{1,2}-\d{1,2}-\d")
_TWO = re.compile(r"(\d{1,2})[-–](\d{1,2})")
_WEEKS = re.compile(r"\d{1,2}/52")
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"([^\W\d_]+)[ \t]{1,2}$")
_NEXT_WORD = re.compile(r"[ \t.]{0,2}(?:de[ \t]|of[ \t])?([^\W\d_]+)")
_BESIDE = re.compile(r"\d")
_REACH = 16
_MONTHS = 12
_DAYS = 31


def is_no_date(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch that was taken for a date is none."""
    written = text[start:end]
    return (
        _is_impossible(written, text, end)
        or _is_length(text, start, end)
        or _is_habit(text, start, end)
    )


def _is_impossible(written: str, text: str, end: int) -> bool:
    """A dose by the times of a day (10-10-5): no year has one digit; or from one day to another."""
    if _DOSES.fullmatch(written):
        return True
    two = _TWO.fullmatch(written)
    return two is not None and _is_range(*map(int, two.groups())) and not _month_follows(text, end)


def _is_range(first: int, last: int) -> bool:
    """No day and month in any order; numbers above 31 may be of a telephone or a record."""
    return _MONTHS < first < last <= _DAYS


def _month_follows(text: str, end: int) -> bool:
    after = _NEXT_WORD.match(text, end)
    return after is not None and fold(after[1]).text in months()


def _is_length(text: str, start: int, end: int) -> bool:
    """So many of the 52 weeks of a year: "in 3/52"."""
    if not _WEEKS.fullmatch(text, start, end):
        return False
    before = _LAST_WORD.search(text[max(0, start - _REACH) : start])
    return before is not None and fold(before[1]).text in sense("lengths")


def _is_habit(text: str, start: int, end: int) -> bool:
    """Several days of the week, or "every Monday", with no number and no month near.

    One day alone may be a date: it moves with the others of the note.
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
    return len(days) > 1 or any(word in sense("every") for word in led)


@cache
def _weekdays() -> frozenset[str]:
    return listed("weekdays")
