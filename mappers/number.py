"""Numbers as clinicians write them, with points and commas."""

from __future__ import annotations

import re
from typing import Final

_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_DECIMAL: Final = re.compile(r"(\d+)(?:([.,])(\d+))?")
_MOST_DIGITS: Final = 15
"""What a double keeps of any decimal (IEEE 754); a longer number is no result but a mistake."""


def read_number(text: str, language: str) -> float | None:
    """Read a number; None when its point or comma may mean thousands as well as decimals.

    None too for more than 15 digits, which neither a float nor JSON keeps.
    """
    if sum(char.isdigit() for char in text) > _MOST_DIGITS:
        return None
    if language == "en" and _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    whole, mark, fraction = match.groups()
    if mark is None:
        return float(whole)
    if (mark == "," and language == "en") or (len(fraction) == 3 and int(whole) > 0):
        return None
    return float(f"{whole}.{fraction}")


def shortest(value: float) -> int | float:
    """Give a whole number without decimals, as JSON shows the difference."""
    return int(value) if value == int(value) else value
