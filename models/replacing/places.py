"""Stand-ins for addresses, postcodes, cities and hospitals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.folding import fold
from models.recognizing.lists import listed, pairs
from models.replacing.draws import Draw

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_HOUSE = re.compile(r"\d+[a-z]?\b")
_HOUSES = 98
_STATE_AND_CODE = re.compile(r",?[ \t]+([A-Z]{2}),?[ \t]+(\d{5}(?:-\d{4})?)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Draws places of the same kind and format."""

    draw: Draw
    lists: Mapping[str, Any]
    choose: Callable[[str, str], str]

    def replace(self, text: str) -> str | None:
        """Return the stand-in; none when all that could stand in is known."""
        words = set(fold(text).text.replace(",", " ").split())
        if not words.isdisjoint(self.lists["facilities"]):
            return self.choose("hospitals", text)
        if after := _STATE_AND_CODE.search(text):
            city = self.choose("cities", text[: after.start()])
            return f"{city}, {after[1]} {self.draw.shape(after[2])}"
        if code := self._postcode(text):
            town = text[code.end() :].strip(" ,")
            city = f" {self.choose('cities', town)}" if town else ""
            return self.draw.shape(code.group()) + city
        if not _WORD.search(text) or _is_code(text):
            return self.draw.shape(text)
        return self._address(text) if self._is_address(text, words) else self.choose("cities", text)

    def _postcode(self, text: str) -> re.Match[str] | None:
        return re.match(self.lists["postcode"], text) if "postcode" in self.lists else None

    def _is_address(self, text: str, words: set[str]) -> bool:
        return bool(
            text[0].isdecimal()
            or (_NUMBER.search(text) and self._number_last)
            or not words.isdisjoint(listed("streets"))
        )

    @property
    def _number_last(self) -> bool:
        return str(self.lists.get("address", "")).endswith("{number}")

    def _address(self, text: str) -> str | None:
        """Write the same street for every writing of it, with a number where there was one."""
        name = _street(text)
        street = self.choose("streets", name) if name else ""
        number = _NUMBER.search(text)
        if not street or number is None:
            return street or None
        drawn = self.draw.number("house", number.group()) % _HOUSES + 1
        return str(
            self.lists.get("address", "{number} {street}").format(number=drawn, street=street)
        )


def _street(text: str) -> str:
    """Name a street by its words, without its kind and what follows."""
    words: list[str] = []
    for word in _WORD.findall(_HOUSE.sub("", fold(text).text)):
        if words and word in listed("units"):
            break
        words.append(pairs("address").get(word, word))
    return " ".join(word for word in words if word not in listed("streets"))


def _is_code(text: str) -> bool:
    """Tell whether it is letters and digits mixed, as a British postcode is."""
    return re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}", text) is not None
