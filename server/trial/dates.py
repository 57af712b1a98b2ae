"""Dates of FHIR as ranges of time: 2026-11 is the whole of November (UTC where no zone is given).

https://hl7.org/fhir/R4/search.html#date
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)

_DATE: Final = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<clock>\d\d:\d\d)(:(?P<second>\d\d)(?P<fraction>\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` (in) to `high` (out)."""

    low: datetime
    high: datetime


def date_range(text: str) -> Range | None:
    """Return the time that a date, dateTime or instant covers, or None if it is none."""
    # In a query string the + of a zone arrives as a space.
    match = _DATE.fullmatch(text.strip().replace(" ", "+"))
    if match is None:
        return None
    try:
        return _range(match)
    except (ValueError, OverflowError):
        return None


def value_range(value: Any) -> Range | None:
    """Return the time that an element of type date, dateTime, instant or Period covers."""
    if isinstance(value, str):
        return date_range(value)
    if not isinstance(value, dict):
        return None
    start, end = (_edge(value.get(name)) for name in ("start", "end"))
    if start is None and end is None:
        return None
    return Range(start.low if start else EARLIEST, end.high if end else LATEST)


def instant(moment: datetime) -> str:
    """Write a time as FHIR instant in UTC with milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _edge(value: Any) -> Range | None:
    return date_range(value) if isinstance(value, str) else None


def _range(match: re.Match[str]) -> Range:
    year, month, day = (int(match[name] or 0) for name in ("year", "month", "day"))
    if not month:
        return Range(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    if not day:
        following = (year + 1, 1) if month == 12 else (year, month + 1)
        return Range(datetime(year, month, 1, tzinfo=UTC), datetime(*following, 1, tzinfo=UTC))
    if match["clock"] is None:
        start = datetime(year, month, day, tzinfo=UTC)
        return Range(start, start + timedelta(days=1))
    return _moment(match)


def _moment(match: re.Match[str]) -> Range:
    fraction = (match["fraction"] or "")[1:7]
    zone = (match["zone"] or "Z").replace("Z", "+00:00")
    date = f"{match['year']}-{match['month']}-{match['day']}T{match['clock']}"
    start = datetime.fromisoformat(f"{date}:{match['second'] or '00'}{zone}").astimezone(UTC)
    start += timedelta(microseconds=int(fraction.ljust(6, "0")))
    if fraction:
        length = timedelta(microseconds=10 ** (6 - len(fraction)))
    else:
        length = timedelta(seconds=1 if match["second"] else 60)
    return Range(start, start + length)
