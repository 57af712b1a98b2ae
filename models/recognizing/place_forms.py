"""The ways to write an address, a city, a postcode or the name of a house that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.folding import fold
from models.recognizing.form import Case, Form
from models.recognizing.lists import common, listed, pairs

_FROM = 5
"""Letters and digits of an address at least; a shorter postcode counts with its city only."""
_ALONE_FROM = 6
"""Letters of a street that is one word, to be searched for without its number."""
_WORD = re.compile(r"[ ,.]+")
_NUMBERED = re.compile(r"\d+[a-z]?")


def place_forms(written: str) -> Iterator[Form]:
    """Give the forms of one line of an address, or of one name of a place."""
    folded = " ".join(fold(written).text.split())
    if folded.isdigit():
        if len(folded) >= _FROM:
            yield Form(folded, "LOCATION")
    elif folded.isalpha():
        if len(folded) > 1:
            yield Form(folded, "LOCATION", "inner" if folded in common() else "capital")
    elif zip_code := re.fullmatch(r"(\d{5})-\d{4}", folded):
        yield Form(zip_code[1], "LOCATION")
    else:
        words = [word for word in _WORD.split(folded) if word]
        if len(_plain(words)) < _FROM and not any(map(str.isdigit, folded)):
            yield Form(folded, "LOCATION", "capital")
        for spelled in _spellings(words):
            yield from _address(spelled)


def _spellings(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Shorten and lengthen the words for parts of an address."""
    short = pairs("address")
    long = {value: key for key, value in reversed(tuple(short.items()))}
    return {
        tuple(words),
        tuple(short.get(word, word) for word in words),
        tuple(long.get(word, word) for word in words),
    }


def _address(words: tuple[str, ...]) -> Iterator[Form]:
    yield from _tight(words)
    at = next((at for at, word in enumerate(words) if at and word in listed("units")), len(words))
    box = re.fullmatch(r"\D*?(\d+)", "".join(words))
    if box and any(word in listed("boxes") for word in words):
        yield from (Form(one + box[1], "LOCATION", squeezed=True) for one in _boxes())
    else:
        yield from _street(words[:at])


def _street(words: tuple[str, ...]) -> Iterator[Form]:
    """Give a street with its number, before it or after it, and each without the other words."""
    if len(words) < 2:
        return
    if _NUMBERED.fullmatch(words[0]):
        number, street = words[0], _whole_street(words[1:])
        yield from _tight((number, *street))
        yield from _tight((number, *_bare(street)))
    elif (at := _number_at(words)) is not None:
        number = words[at]
        street = tuple(word for word in words[:at] if word not in listed("number_words"))
        for sign in ("", *listed("number_words")):
            yield from _tight((*street, sign, number))
            yield from _tight((*_bare(street), sign, number))
    else:
        return
    if len(street) > 1 or (street and len(street[0]) >= _ALONE_FROM and street[0] not in common()):
        yield from _tight(street)


def _whole_street(words: tuple[str, ...]) -> tuple[str, ...]:
    """Cut off what follows the kind of street."""
    kinds = listed("streets")
    ends = [at + 1 for at, word in enumerate(words) if at and word in kinds]
    return words[: ends[-1]] if ends else words


def _number_at(words: tuple[str, ...]) -> int | None:
    return next((at for at, word in enumerate(words) if at and _NUMBERED.fullmatch(word)), None)


def _bare(street: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the kind of street: `Mayor 12`, `12 Old Mill`."""
    kinds = listed("streets")
    if len(street) < 2:
        return street
    return street[1:] if street[0] in kinds else street[:-1] if street[-1] in kinds else street


def _boxes() -> frozenset[str]:
    return frozenset("".join(filter(str.isalnum, box)) for box in listed("boxes"))


def _tight(words: Sequence[str]) -> Iterator[Form]:
    tight = _plain(words)
    case: Case = "capital" if tight.isalpha() else "any"
    if len(tight) >= _FROM:
        yield Form(tight, "LOCATION", case, squeezed=True)


def _plain(words: Sequence[str]) -> str:
    return "".join(mark for word in words for mark in word if mark.isalnum())
