"""Checksums that tell an identifier from any other number. Each takes the matched text."""

from __future__ import annotations

import re
from collections.abc import Callable


def _digits(text: str) -> list[int]:
    return [int(mark) for mark in text if mark.isdecimal()]


def luhn(text: str) -> bool:
    """Payment cards and many others: ISO/IEC 7812-1, annex B."""
    digits = _digits(text)[::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return 12 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def nhs(text: str) -> bool:
    """NHS number: ten digits, weights 10 to 2, modulus 11 (NHS Data Dictionary)."""
    digits = _digits(text)
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    weighted = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return 11 - weighted % 11 in {digits[9], digits[9] + 11}


def dea(text: str) -> bool:
    """DEA registration number: two letters and seven digits, the last a check digit."""
    digits = _digits(text[-7:])
    return len(digits) == 7 and (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def iban(text: str) -> bool:
    """IBAN: ISO 13616, modulus 97."""
    plain = re.sub(r"\s", "", text).upper()
    moved = plain[4:] + plain[:4]
    return (
        moved.isalnum()
        and moved.isascii()
        and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
    )


def vin(text: str) -> bool:
    """Vehicle identification number: ISO 3779 with the North American check digit (49 CFR 565)."""
    values = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)],
            strict=True,
        )
    )
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    total = sum(
        weight * (int(mark) if mark.isdecimal() else values[mark])
        for mark, weight in zip(text, weights, strict=True)
    )
    return text[8] == ("X" if total % 11 == 10 else str(total % 11))


def ipv4(text: str) -> bool:
    """Four numbers up to 255 (RFC 791), not a number of a heading such as 1.2.3.4."""
    parts = _parts(text)
    return max(parts) <= 255 and max(parts) > 9


def _parts(text: str) -> list[int]:
    return [int(part) for part in text.split(".")]


CHECKS: dict[str, Callable[[str], bool]] = {
    "luhn": luhn,
    "nhs": nhs,
    "dea": dea,
    "iban": iban,
    "vin": vin,
    "ipv4": ipv4,
}
"""The names that phi.toml may use."""
