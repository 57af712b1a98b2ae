"""The ways to write an identifier of letters and digits, a phone, an e-mail address or a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.folding import fold
from models.recognizing.form import Form
from models.recognizing.lists import common, listed

_FROM = 5
"""Fewer letters and digits than these say too little to be searched for without a cue."""
_CUED_FROM = 3
_DIGITS_FROM = 6
"""The digits of a number that count without the letters before them."""
_SUBSCRIBER = 7
"""The digits of a phone number that may stand alone, without the area code."""
_EXTENSION = re.compile(r"[ ,]*(?:x|ext\.?|extension|toestel|#)[ .]*(\d{1,6})$")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:www\.)?")
_LONGEST_CODE = 3


def number_forms(category: str, written: str) -> Iterator[Form]:
    """Give the forms of a number, e-mail address or URL."""
    folded = " ".join(fold(written).text.split())
    if "@" in folded:
        yield from _mail(category, folded.removeprefix("mailto:"))
    elif category == "CONTACT" and re.search(r"[a-z]\.[a-z]|//", folded):
        yield from _tight(category, folded)
        yield from _tight(category, _SCHEME.sub("", folded))
    elif category == "CONTACT":
        yield from _phone(category, folded.removeprefix("tel:"))
    else:
        yield from _identifier(category, folded)


def _plain(folded: str) -> str:
    return "".join(mark for mark in folded if mark.isalnum())


def _tight(category: str, folded: str) -> Iterator[Form]:
    plain = _plain(folded)
    if len(plain) >= _FROM:
        yield Form(plain, category, squeezed=True)


def _identifier(category: str, folded: str) -> Iterator[Form]:
    """Give a number without its punctuation, its letters or its leading zeros."""
    plain = _plain(folded)
    digits = re.search(r"\d*$", plain)
    tail = digits.group() if digits else ""
    ways = {plain, tail if len(tail) >= _DIGITS_FROM else plain}
    for way in {*ways, *(way.lstrip("0") for way in ways)}:
        yield from _tight(category, way)
    yield from _cued(category, plain)


def _cued(category: str, plain: str) -> Iterator[Form]:
    """Give what counts beside a cue: a short number, the last four digits of a long one."""
    if _CUED_FROM <= len(plain) < _FROM:
        yield Form(plain, category, cue="number")
    if len(plain) >= _DIGITS_FROM and plain[-4:].isdigit():
        yield Form(plain[-4:], category, cue="ending")


def _phone(category: str, folded: str) -> Iterator[Form]:
    """Give a phone number as written at home and from abroad (ITU-T E.123)."""
    yield from _tight(category, folded)
    main = _plain(_EXTENSION.sub("", folded))
    if not main.isdigit():
        return
    yield from _tight(category, main)
    yield from _cued(category, main)
    for length in (10, 9, _SUBSCRIBER):
        if len(main) > length:
            yield Form(main[-length:], category, squeezed=True)
    abroad = folded.startswith(("+", "00"))
    for way in (*(_from_abroad(main.removeprefix("00")) if abroad else ()), *_at_home(main)):
        yield Form(way, category, squeezed=True)


def _from_abroad(number: str) -> Iterator[str]:
    """Put a 0 in place of the country code, of one to three digits."""
    yield from (number, "00" + number, "011" + number)
    for width in range(1, _LONGEST_CODE + 1):
        yield "0" + number[width:]
        yield number[:width] + "0" + number[width:]


def _at_home(main: str) -> Iterator[str]:
    """Put a country code before the number, in place of its 0 or beside it."""
    if len(main) < _SUBSCRIBER + 1:
        return
    for code in listed("country_codes"):
        for way in {code + main.removeprefix("0"), code + main}:
            yield from (way, "00" + way)


def _mail(category: str, folded: str) -> Iterator[Form]:
    """Give an address as written and as spoken, and its local part alone."""
    yield from _tight(category, folded)
    local, _, domain = folded.rpartition("@")
    for at in listed("spoken_at"):
        for dot in listed("spoken_dot"):
            for name in (local, local.replace(".", dot)):
                yield from _tight(category, name + at + domain.replace(".", dot))
        yield from _tight(category, local + at + domain)
    # As it is written: without its dot it would be the name itself.
    if local not in common() and not local.isdigit() and len(_plain(local)) >= _FROM:
        yield Form(local, category)
