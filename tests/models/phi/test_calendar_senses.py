"""Doses, ranges, lengths of time and habits that look like a date."""

from __future__ import annotations

import pytest

from models.phi.calendar_senses import is_no_date


@pytest.mark.parametrize(
    ("text", "date", "none"),
    [
        ("Concerta 10-10-5 mg", "10-10-5", True),
        ("on 10-10-15", "10-10-15", False),
        ("Hertel 21-22 mm", "21-22", True),
        ("Hertel 21-22", "21-22", False),
        ("opname 13-17", "13-17", False),
        ("bed 15-17 g", "15-17", False),
        ("seen 10-10-5 here", "10-10-5", False),
        ("geboren 3-4-5", "3-4-5", False),
        ("metoprolol 1-0-1", "1-0-1", True),
        ("Ritalin 10-10-5", "10-10-5", True),
        ("Boston 3-3-2", "3-3-2", True),
        ("van 21-22 mei", "21-22", False),
        ("Schober 10-13", "10-13", False),
        ("pager 33-45", "33-45", False),
        ("review in 3/52", "3/52", True),
        ("since 3/52", "3/52", False),
        ("born in 3/52", "3/52", False),
        ("for 3/52", "3/52", True),
        ("Monday and Wednesday", "Monday and Wednesday", False),
        ("lunes, miércoles y viernes", "lunes, miércoles y viernes", True),
        ("todos los lunes viene", "los lunes", True),
        ("el lunes viene", "lunes", False),
        ("lunes y martes 4", "lunes y martes", False),
        ("lunes 3 y martes de mayo", "martes", False),
    ],
)
def test_what_is_no_date(text: str, date: str, none: bool) -> None:
    start = text.index(date)
    assert is_no_date(text, start, start + len(date)) is none
