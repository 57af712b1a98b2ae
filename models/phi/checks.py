"""Checksums that tell an identifier from any other number. Each takes the matched text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

_DATE_FIRST = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:\d{4}|\d\d)(?:\s|$)"
)


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


def bsn(text: str) -> bool:
    """Dutch citizen service number: nine digits, weights 9 to 2 and -1, modulus 11 (elfproef)."""
    digits = _digits(text)
    weights = [*range(9, 1, -1), -1]
    return (
        len(digits) == 9
        and any(digits)
        and sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 0
    )


def insz(text: str) -> bool:
    """Belgian national register number: nine digits and 97 less their remainder by 97.

    Those born from 2000 on have a 2 put before the nine digits (royal decree of 8 January 2006).
    """
    digits = "".join(mark for mark in text if mark.isdecimal())
    if len(digits) != 11:
        return False
    number, check = int(digits[:9]), int(digits[9:])
    return check in {97 - number % 97, 97 - (2_000_000_000 + number) % 97}


def benelux_phone(text: str) -> bool:
    """Dutch numbers have nine digits after the 0 or +31, Belgian ones eight or nine after +32."""
    if _DATE_FIRST.match(text):
        return False
    digits = "".join(mark for mark in text.replace("(0)", "") if mark.isdecimal())
    national = re.sub(r"^(?:0031|31)(?=\d{9}$)|^(?:0032|32)(?=\d{8,9}$)|^0", "", digits)
    return len(national) == 9 or (
        len(national) == 8 and not digits.startswith(("06", "31", "0031"))
    )


def ipv4(text: str) -> bool:
    """Four numbers up to 255 (RFC 791), not a number of a heading such as 1.2.3.4.

    A port or the length of a prefix may follow.
    """
    parts = _parts(re.split("[:/]", text, maxsplit=1)[0])
    return max(parts) <= 255 and max(parts) > 9


def _parts(text: str) -> list[int]:
    return [int(part) for part in text.split(".")]


def ipv6(text: str) -> bool:
    """An address of RFC 4291 section 2.2 with a digit in it, not a time such as 10:15:00."""
    try:
        address = ipaddress.IPv6Address(text.partition("/")[0])
    except ValueError:
        return False
    return address.packed.count(0) < 16 and ("::" in text or text.count(":") == 7)


_FRACTION = re.compile(r"(\d{1,4})/(\d{1,4})([.,]\d+)?")


def is_fraction(text: str) -> bool:
    """Tell a dose or a share (70/30, 10/12.5, 50/50) from a day and a month or a month and a year.

    What may be either is no fraction.
    """
    found = _FRACTION.fullmatch(text)
    if found is None:
        return False
    first, second = int(found[1]), int(found[2])
    month_first = 1 <= first <= 12 and (1 <= second <= 31 or len(found[2]) in {2, 4})
    return found[3] is not None or not (month_first or (1 <= second <= 12 and 1 <= first <= 31))


_FILES = frozenset({"e.g", "i.e", "a.m", "p.m", "vs", "no", "dr"})


def domain(text: str) -> bool:
    """A name of the internet, not two sentences that a space is missing between."""
    host = text.partition("/")[0]
    if "/" in text or host.count(".") > 1:
        return host.lower() not in _FILES
    name, _, top = host.rpartition(".")
    return len(name) > 2 and top.islower() and len(top) > 2 and name not in _FILES


_UNIT_CODES = re.compile(
    r"(?:NCT|ICD|ISO|CD|HLA|CYP|COVID|SARS|IL|TNF|PMID|PMC|rs|GSE|OMIM|MIM|ORPHA|HGNC|RFC|CFR|FIGO|"
    r"BMS|PF|LY|SSR|MK|AMG|AZD|GSK|ABT|SB|CP|RO|SCH|WAY|UCB|SR|ICI|MDL|PD|CGP|SKF|LU|ORG|NSC|BAY|TAK|"
    r"ONO|YM|KW|DX|FK|CI|RU|BW|AH|BRL|SC|WIN|SU|STI|ZD|ATC|EC)-?\d{1,10}[A-Za-z]?(?:[.-]\d{1,2})?"
)


def reference(text: str) -> bool:
    """A number of somebody's, not the code of a drug, a gene, a database or a round quantity."""
    digits = "".join(mark for mark in text if mark.isdecimal())
    round_number = text.isdecimal() and digits.rstrip("0") != digits and len(digits.rstrip("0")) < 4
    return not round_number and not _UNIT_CODES.fullmatch(text)


def serial(text: str) -> bool:
    """Tell the number of a device: letters and digits, or at least five digits."""
    digits = sum(map(str.isdecimal, text))
    return digits >= 5 or (digits >= 2 and len(text) >= 5 and any(map(str.isalpha, text)))


def mixed(text: str) -> bool:
    """Letters and digits, as on a number plate."""
    return any(map(str.isdecimal, text)) and any(map(str.isalpha, text))


def dni(text: str) -> bool:
    """Spanish DNI and NIE: the number modulo 23 names the letter (Real Decreto 1553/2005)."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    number = plain[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return len(number) >= 7 and plain[-1] == "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def nuss(text: str) -> bool:
    """Spanish social security number: province and number, modulo 97 (TGSS)."""
    digits = "".join(map(str, _digits(text)))
    if len(digits) != 12 or not 1 <= int(digits[:2]) <= 66:
        return False
    number = int(digits[2:10])
    whole = int(digits[:2]) * 10**7 + number if number < 10**7 else int(digits[:10])
    return whole % 97 == int(digits[10:])


def rut(text: str) -> bool:
    """Chilean RUT and RUN: weights 2 to 7 from the right, modulus 11, K for ten."""
    plain = re.sub(r"[^0-9K]", "", text.upper())
    total = sum(int(mark) * (2 + at % 6) for at, mark in enumerate(plain[-2::-1]))
    return len(plain) >= 8 and plain[-1] == "0123456789K0"[11 - total % 11 if total % 11 else 11]


def high_age(text: str) -> bool:
    """Ages of which one is told no more (45 CFR 164.514(b)(2)(i)(C)): 90 to 119."""
    return any(90 <= int(age) < 120 for age in re.findall(r"\d{1,3}", text))


CHECKS: dict[str, Callable[[str], bool]] = {
    "luhn": luhn,
    "nhs": nhs,
    "dea": dea,
    "iban": iban,
    "vin": vin,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "domain": domain,
    "reference": reference,
    "mixed": mixed,
    "serial": serial,
    "dni": dni,
    "nuss": nuss,
    "rut": rut,
    "bsn": bsn,
    "insz": insz,
    "benelux_phone": benelux_phone,
    "high_age": high_age,
}
"""The names that phi.toml may use."""
