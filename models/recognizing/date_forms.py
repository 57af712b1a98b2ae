"""The ways to write a date that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.folding import fold
from models.recognizing.form import Form
from models.recognizing.lists import calendars

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def date_forms(written: str) -> Iterator[Form]:
    """Write an ISO date in every shape; one with a month's name also without its punctuation."""
    date = _DATE.match(written)
    if date is None or not 1 <= int(date[2]) <= 12:
        return
    for shapes, months, short in calendars():
        fields = _fields(date[1], date[2], date[3], months, short)
        for shape in shapes:
            text = fold(shape.format_map(fields)).text
            yield Form(text, "DATE")
            if "{mon" in shape:
                tight = "".join(mark for mark in text if mark.isalnum())
                yield Form(tight, "DATE", squeezed=True)


def _fields(year: str, month: str, day: str, months: list[str], short: list[str]) -> dict[str, str]:
    return {
        "yyyy": year,
        "yy": year[2:],
        "month": months[int(month) - 1],
        "mon": short[int(month) - 1],
        "mm": month,
        "m": str(int(month)),
        "dd": day,
        "d": str(int(day)),
    }
