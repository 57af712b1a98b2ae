"""A written date moved by some days and written in the same way: `03/04/19`, `4th of March`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from models import lexicon
from models.folding import lower

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]")
_TIME = re.compile(r"T?\d{1,2}:\d\d")
_DAY = re.compile(r"(\D{0,4})(\d{1,2})")
_DAY_FIRST = re.compile(r"\d{1,2}(?!\d)")
_DASHED = re.compile(r"[\d\s\u2013-]*")
_MONTH_FIRST = re.compile(r"([^\W\d_]+\.?[ ]{1,3})\d{1,2}[^\W\d_]{0,2}")
_DAY_AND_YEAR = re.compile(r"\d{1,2}(?!\d)[^\W\d_]{0,2}(,?[ ]{1,3}['’]?\d{2,4})?")
_YEARS = re.compile(r"\d{4}[ ]{0,3}[-\u2013][ ]{0,3}\d{4}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_DIGITS = re.compile(r"\d.*")
_NUMERIC = re.compile(r"\d+([-./])\d+\1\d+")
_LONGEST = 8
"""Digits of a date in one number."""
_LEAP_YEAR = 2000
_COMMON_YEAR = 2003
"""As the one before it, so that no 29th of February comes between."""
_MID_MONTH = 15
_CENTURY_TURN = 40
"""Two-digit years from here on are of the last century."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the months or of the days of the week, in lower case and in order.

    `others` are further ways to write one, with its number.
    """

    names: tuple[str, ...]
    short: tuple[str, ...]
    others: Mapping[str, int]

    @classmethod
    def of(cls, language: str, kind: str) -> Names:
        """Read them from known.toml; `kind` is months or weekdays."""
        lists = lexicon.read(language, "known")
        return cls(
            tuple(lists[kind]), tuple(lists[f"{kind}_short"]), lists.get(f"{kind}_others", {})
        )

    def number(self, word: str) -> int | None:
        """Return 1 for the first; none for a word that is none of them."""
        for names in (self.names, self.short):
            if word in names:
                return names.index(word) + 1
        return self.others.get(word)

    def write(self, number: int, like: str) -> str:
        """Write one as long and with the case of `like`."""
        names = self.names if lower(like) in self.names else self.short
        name = names[number - 1]
        return name.upper() if like.isupper() else name.title() if like[0].isupper() else name


@dataclass(frozen=True, slots=True)
class Move:
    """By how many days, and the year of what has none."""

    days: int
    year: int


def shifted(text: str, days: int, language: str, year: int | None = None) -> str | None:
    """Move the date or the two dates in `text` by `days`; none when they cannot be read.

    What a partial date leaves out is taken as the 15th, and as `year`, or one without a leap day;
    a year alone moves as its first of July does, as the dates of resources do.
    """
    move = Move(days, year or _COMMON_YEAR)
    return _shifted(text, move, language) or _both(text, move, language)


def told_year(texts: Iterable[str]) -> int | None:
    """Give the year that most of the dates of a text have; of several the latest."""
    years = Counter(int(year) for text in texts for year in _YEAR.findall(text))
    return max(years, key=lambda year: (years[year], year), default=None)


def _shifted(text: str, move: Move, language: str) -> str | None:
    time = _TIME.search(text)
    head, tail = (text[: time.start()], text[time.start() :]) if time else (text, "")
    tokens = _TOKEN.findall(head)
    months, week = Names.of(language, "months"), Names.of(language, "weekdays")
    day = next((at for at, token in enumerate(tokens) if token.isalpha()), None)
    if day is not None and week.number(lower(tokens[day])) and _has_more(tokens, day, months):
        number = week.number(lower(tokens[day])) or 1
        tokens[day] = week.write((number - 1 + move.days) % 7 + 1, tokens[day])
        # A mark that is neither a number nor a letter, so that the rest is read without it.
        kept, tokens[day] = tokens[day], "\0"
        moved = _moved(tokens, move, months, language)
        return None if moved is None else moved.replace("\0", kept) + tail
    moved = _moved(tokens, move, months, language)
    return None if moved is None else moved + tail


def _has_more(tokens: list[str], day: int, months: Names) -> bool:
    """Tell a day of the week from a month: `mar` is both in Spanish."""
    others = [token for at, token in enumerate(tokens) if at != day]
    named = any(months.number(lower(token)) for token in others)
    return named or not months.number(lower(tokens[day]))


def _moved(tokens: list[str], move: Move, months: Names, language: str) -> str | None:
    if "\0" in tokens and not any(map(str.isalnum, tokens)):
        return "".join(tokens)
    roles = _roles(tokens, months, lexicon.read(language, "surrogates")["order"])
    if roles is None:
        return None
    try:
        moved = _read(tokens, roles, months, move.year) + timedelta(days=move.days)
    except (ValueError, OverflowError):
        return None
    return "".join(_write(tokens, roles, moved, months, language))


def _both(text: str, move: Move, language: str) -> str | None:
    """Move two dates with a word between them; of the first the day may stand alone."""
    if _DASHED.fullmatch(text) and not _YEARS.fullmatch(text):
        return None  # one date, of no calendar
    for between in _between(language).finditer(lower(text)):
        left, right = text[: between.start()], text[between.end() :]
        if days := _days_of_month(left, between.group(), right, move, language):
            return days
        last = _shifted(right, move, language)
        first = _shifted(left, move, language) or _day_alone(left, right, move, language)
        if first and last:
            return first + between.group() + last
    return None


def _days_of_month(left: str, between: str, right: str, move: Move, language: str) -> str | None:
    """Move `March 3-5, 2021`; the month is written twice where the days are of two by then."""
    month, second = _MONTH_FIRST.fullmatch(left), _DAY_AND_YEAR.fullmatch(right)
    if month is None or second is None:
        return None
    year = second[1] or ""
    first = _shifted(left + year, move, language)
    last = _shifted(month[1] + right, move, language)
    if first is None or last is None:
        return None
    name, ending = _NO_DIGITS.sub("", first), last[len(last) - len(year) :]
    if last.startswith(name) and first.endswith(ending):
        return first[: len(first) - len(year)] + between + last[len(name) :]
    return first + between + last


def _day_alone(left: str, right: str, move: Move, language: str) -> str | None:
    """Move the first day of `3 to 5 March`, with the month and year of the second."""
    day, rest = _DAY.fullmatch(left), _DAY_FIRST.match(right)
    if day is None or rest is None:
        return None
    moved = _shifted(day[2] + right[rest.end() :], move, language)
    return moved and day[1] + moved


@cache
def _between(language: str) -> re.Pattern[str]:
    words = sorted(map(re.escape, lexicon.read(language, "known")["between"]), key=len)
    return re.compile(
        rf"[ ]{{1,3}}(?:{'|'.join(reversed(words))})[ ]{{1,3}}|[ ]{{0,3}}[-\u2013][ ]{{0,3}}"
    )


def _roles(tokens: list[str], months: Names, order: str) -> dict[int, str] | None:
    """Say which token is the year, month and day; none when that is not clear."""
    numbers = [at for at, token in enumerate(tokens) if token.isdecimal()]
    named = [at for at, token in enumerate(tokens) if months.number(lower(token))]
    if len(named) == 1:
        return _named_roles(tokens, numbers, named[0])
    if named or not 0 < len(numbers) < 4 or _tells_more(tokens, numbers):
        return None
    widths = [len(tokens[at]) for at in numbers]
    if len(numbers) == 1:
        whole = {4: "year", 8: "whole"}.get(widths[0])
        return {numbers[0]: whole} if whole else None
    shape = "ymd" if widths[0] == 4 else order
    if len(numbers) == 2:
        shape = "ym" if widths[0] == 4 else "my" if widths[1] == 4 else order.replace("y", "")
    roles = {"y": "year", "m": "month", "d": "day"}
    found = {at: roles[mark] for at, mark in zip(numbers, shape, strict=True)}
    return _swapped(tokens, found)


def _tells_more(tokens: list[str], numbers: list[int]) -> bool:
    """Tell whether a word would stay that tells a part of the date, or a number is none of one.

    A month may be misspelt or of another language, and so read as no month at all.
    """
    first, last = numbers[0], numbers[-1]
    words = [token for token in tokens if token.isalpha()]
    if len(numbers) == 1:  # spring 2021, 1950s
        decade = tokens[first + 1 : first + 2] == ["s"]
        spoken = decade or (len(tokens[first]) == 4 and any(len(word) > 1 for word in words))
    else:
        spoken = any(map(str.isalpha, tokens[:first])) and not _NUMERIC.fullmatch(
            "".join(tokens[first : last + 1])
        )
    glued = first > 0 and tokens[first - 1].isalpha()  # Q1 2021
    too_long = any(len(tokens[at]) > _LONGEST for at in numbers)
    return spoken or glued or too_long or _worded(tokens[first:last])


def _worded(tokens: list[str]) -> bool:
    """Tell whether words stand between the numbers: a month as `III`, two dates in one."""
    return any(token.isalpha() for token in tokens)


def _named_roles(tokens: list[str], numbers: list[int], named: int) -> dict[int, str] | None:
    found = {named: "name"}
    for at in numbers:
        old = len(tokens[at]) == 4 or (at and tokens[at - 1] in "'’")
        role = "year" if old or "day" in found.values() else "day"
        if role in found.values() or (role == "year" and not old and _is_range(tokens, named, at)):
            return None
        found[at] = role
    return found


def _is_range(tokens: list[str], named: int, at: int) -> bool:
    """Tell `March 3-15` from `Mar-3-15` and from `3 March 15`."""
    before = "".join(tokens[named + 1 : at])
    ranged = before.rstrip().endswith(("-", "\u2013")) and before[0] not in "-\u2013"
    return len(tokens[at]) == 1 or (ranged and any(map(str.isdecimal, before)))


def _swapped(tokens: list[str], roles: dict[int, str]) -> dict[int, str]:
    """Read 23/4 as the 23rd of April where the language would have the month first."""
    other = {"month": "day", "day": "month"}
    month = next((int(tokens[at]) for at, role in roles.items() if role == "month"), 1)
    if month <= 12 or "day" not in roles.values():
        return roles
    return {at: other.get(role, role) for at, role in roles.items()}


def _read(tokens: list[str], roles: dict[int, str], months: Names, year: int) -> date:
    fields = {"year": year, "month": 1, "day": _MID_MONTH}
    if set(roles.values()) == {"year"}:
        fields |= {"month": 7, "day": 1}
    for at, role in roles.items():
        token = tokens[at]
        if role == "whole":
            return date(int(token[:4]), int(token[4:6]), int(token[6:]))
        if role == "name":
            fields["month"] = months.number(lower(token)) or 1
        elif role == "year" and len(token) == 2:
            fields["year"] = int(token) + (1900 if int(token) >= _CENTURY_TURN else 2000)
        else:
            fields[role] = int(token)
    if "year" not in roles.values() and (fields["month"], fields["day"]) == (2, 29):
        fields["year"] = _LEAP_YEAR
    return date(fields["year"], fields["month"], fields["day"])


def _write(
    tokens: list[str], roles: dict[int, str], moved: date, months: Names, language: str
) -> list[str]:
    written = list(tokens)
    for at, role in roles.items():
        width = len(tokens[at])
        if role == "name":
            written[at] = months.write(moved.month, tokens[at])
        elif role == "whole":
            written[at] = f"{moved:%Y%m%d}"
        elif role == "year":
            written[at] = f"{moved.year:04d}"[-width:]
        else:
            padded = tokens[at][0] == "0" or "name" not in roles.values()
            written[at] = f"{getattr(moved, role):0{width if padded else 1}d}"
            _ordinal(written, at + 1, moved.day, language)
    return written


def _ordinal(written: list[str], at: int, day: int, language: str) -> None:
    """Put the suffix right that stands after a day."""
    suffixes = lexicon.read(language, "surrogates")["ordinals"]
    if at < len(written) and lower(written[at]) in suffixes:
        suffix = suffixes[0 if 10 < day < 14 else day % 10]
        written[at] = suffix.upper() if written[at].isupper() else suffix
