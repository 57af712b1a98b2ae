"""How a language writes directions: its words from dosage.toml, as patterns and their values."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from mappers.number import read_number

_FRACTIONS: Final = {"½": ".5", "¼": ".25", "¾": ".75"}
_ACCENTS: Final = str.maketrans("áéíóúüëïö", "aeiouueio")
_NUMERAL: Final = r"\d+(?:[.,]\d+)*"

END: Final = r"(?![\w/]|[.,]\d)"
"""Where a word or a number may end."""


@cache
def table() -> dict[str, Any]:
    """dosage.toml, read once."""
    return tomllib.loads(Path(__file__).with_name("dosage.toml").read_text(encoding="utf-8"))


def fold(text: str) -> str:
    """One form of each character, lower case, single spaces; accents stay."""
    # NFKC would make "11⁄2" of "1½".
    decimal = re.sub("[½¼¾]", lambda match: _FRACTIONS[match.group()], text)
    decimal = re.sub(r"(?<!\d)\.(?=\d)", "0.", decimal) if decimal != text else text
    folded = unicodedata.normalize("NFKC", decimal).casefold()
    folded = folded.replace("\u2019", "'").replace("×", "x")
    return re.sub(r"\s+", " ", folded).strip(" ,;")


def plain(word: str) -> str:
    """The word without accents, as the keys of `Wording` are."""
    return word.translate(_ACCENTS)


def alternatives(words: Iterable[str]) -> str:
    """Match any of the words, the longest first, with or without their accents."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(_loose(re.escape(word)) for word in longest_first)


def _loose(pattern: str) -> str:
    return "".join(
        f"[{letter}{plain(letter)}]" if plain(letter) != letter else letter for letter in pattern
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language without accents, and what they mean.

    `times` are units of time, `days` days of the week, both with their codes in FHIR.
    """

    language: str
    numbers: Mapping[str, float]
    units: Mapping[str, str]
    times: Mapping[str, str]
    days: Mapping[str, str]

    @property
    def number(self) -> str:
        """A pattern for a number."""
        return rf"(?:{_NUMERAL}|\b(?:{alternatives(_words('numbers', self.language))})\b)"

    @property
    def joint(self) -> str:
        """A pattern for what stands between the two ends of a range."""
        return alternatives(table()["ranges"][self.language])

    def value(self, number: str, unit: str | None = None) -> float | None:
        """Read a number of a count, or of an amount in `unit` (UCUM); None when unclear."""
        if (known := self.numbers.get(plain(number))) is not None:
            return known
        thousands = table()["thousands"]
        mark = thousands["marks"].get(self.language)
        if mark and unit in thousands["units"]:
            number = re.sub(rf"(?<=\d){re.escape(mark)}(?=\d{{3}}\b)", "", number)
        return read_number(number, self.language)


@cache
def wording(language: str) -> Wording | None:
    """The words of a language (a primary BCP 47 subtag); None when dosage.toml has none."""
    if language not in table()["ranges"]:
        return None
    numbers = _words("numbers", language) | _words("counts", language)
    units = table()["units"]["all"] | table()["units"][language]
    return Wording(
        language,
        {plain(word): float(number) for word, number in numbers.items()},
        {plain(word): code for word, code in units.items()},
        _codes("times", language),
        _codes("days", language),
    )


def _words(name: str, language: str) -> dict[str, float]:
    words: dict[str, float] = table()[name][language]
    return words


def _codes(name: str, language: str) -> dict[str, str]:
    rows = table()[name][language].items()
    return {plain(word): code for code, words in rows for word in words}
