"""The result of a test, as text -> number, unit and what is said of it (measurement.toml).

Only text that is understood to its last word gives a number: never "3" out of "3 of 5" or "3+".
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from mappers.number import read_number

LONGEST: Final = 80
"""Characters of a result; what is longer is a sentence."""

_NUMBER: Final = r"[+-]?\d[\d.,]*"
_SUPERSCRIPT: Final = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PAIR: Final = re.compile(r"(?P<high>\d{2,3}) ?/ ?(?P<low>\d{2,3})(?: ?(?P<unit>\D.*))?")


@dataclass(frozen=True, slots=True)
class Measurement:
    """`unit` is as written and `ucum` its code; both None when the text gives none.

    `interpretation` is a code of v3-ObservationInterpretation that is stated, not concluded.
    """

    value: float
    comparator: str | None = None
    unit: str | None = None
    ucum: str | None = None
    interpretation: str | None = None


NO_SPELLINGS: Final[Mapping[str, str]] = MappingProxyType({})


def measure(
    text: str, language: str, spellings: Mapping[str, str] = NO_SPELLINGS
) -> Measurement | None:
    """Read one number with its unit; None when the text says anything else.

    `language` is BCP 47: a comma is a decimal mark in all but English. `spellings` are units
    that are written so of this test alone ("37.2 C"), in lower case, and their UCUM codes.
    """
    rest, interpretation = _without_remark(_tidy(text))
    match = _pattern().fullmatch(rest) if len(text) <= LONGEST else None
    if match is None:
        return None
    sign = -1.0 if match["number"].startswith("-") else 1.0
    number = read_number(match["number"].lstrip("+-"), language.partition("-")[0].lower())
    unit = match["unit"].strip() or None
    ucum = (spellings.get(unit.casefold()) or ucum_unit(unit)) if unit else None
    if number is None or (unit and ucum is None):
        return None
    comparator = _table()["comparators"].get((match["comparator"] or "").casefold())
    return Measurement(sign * number, comparator, unit, ucum, interpretation)


def measure_pair(text: str) -> tuple[Measurement, Measurement] | None:
    """Read two numbers with a slash between, as blood pressures are written: "120/80 mmHg"."""
    rest, interpretation = _without_remark(_tidy(text))
    match = _PAIR.fullmatch(rest) if len(text) <= LONGEST else None
    if match is None:
        return None
    unit = match["unit"]
    ucum = ucum_unit(unit) if unit else None
    if unit and ucum is None:
        return None
    high, low = (
        Measurement(float(match[name]), None, unit, ucum, interpretation)
        for name in ("high", "low")
    )
    return high, low


def measure_range(text: str, language: str) -> tuple[Measurement, Measurement] | None:
    """Read two numbers with a dash or "to" between, the lower first: "30-35%", "2 to 4 mg/L"."""
    match = _range().fullmatch(_tidy(text)) if len(text) <= LONGEST else None
    if match is None:
        return None
    high = measure(match["high"], language)
    if high is None or high.comparator:
        return None
    low = measure(f"{match['low']} {match['unit'].strip() or high.unit or ''}", language)
    return (low, high) if low and low.value < high.value and low.ucum == high.ucum else None


def interpret(text: str) -> str | None:
    """The code of what the text says of a result, if it says nothing beside."""
    return _words().get(_tidy(text).casefold().strip("()[] "))


def interpretation_display(code: str) -> str:
    """The display of a code of v3-ObservationInterpretation."""
    return str(_table()["interpretations"][code]["display"])


def ucum_unit(unit: str) -> str | None:
    """The UCUM code of a unit as written; None when it is not known."""
    table, folded = _table(), _tidy(unit).casefold().replace("µ", "μ")
    if whole := table["whole"].get(folded):
        return str(whole)
    above, slash, below = folded.replace(" ", "").partition("/")
    if slash and above in table["numerators"] and below in table["denominators"]:
        return f"{table['numerators'][above]}/{table['denominators'][below]}"
    return None


def _without_remark(text: str) -> tuple[str, str | None]:
    """Cut off what is said after a number: "5.9 (H)", "9.8 g/dL low", "5,9 mmol/l*"."""
    text = text.rstrip("*. ")
    match = _remark().fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return text, None
    said = (match["word"] or match["bracketed"]).casefold()
    return match["rest"].strip(), _table()["flags"].get(said) or _words().get(said)


def _tidy(text: str) -> str:
    """One form of each character, single spaces; small and capital letters stay."""
    # NFKC would make 103 of a ten with a superscript three.
    raised = _SUPERSCRIPT.sub(lambda match: f"^{match.group()}", text)
    plain = unicodedata.normalize("NFKC", raised).replace("−", "-").replace("×", "x")
    return re.sub(r"\s+", " ", plain).strip(" ,;:=")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("measurement.toml").read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, str]:
    rows = _table()["interpretations"].items()
    return {word: code for code, row in rows for word in row["words"]}


@cache
def _pattern() -> re.Pattern[str]:
    signs = sorted(_table()["comparators"], key=len, reverse=True)
    comparators = "|".join(re.escape(each) for each in signs)
    # The longest number first, then a unit that cannot be a part of it.
    return re.compile(
        rf"(?P<comparator>{comparators})? ?(?P<number>{_NUMBER})(?P<unit>(?: ?[^\d\s.,+-].*)?"
        rf"|(?: ?x? ?10[\^*e]?\d+/.*)?)",
        re.IGNORECASE,
    )


@cache
def _range() -> re.Pattern[str]:
    to = "|".join(re.escape(each) for each in _table()["ranges"])
    return re.compile(
        rf"(?P<low>\d[\d.,]*)(?P<unit>(?: ?[^\d\s.,+-]\S*?)?)(?: ?[-–] ?| (?:{to}) )(?P<high>\d.*)",
        re.IGNORECASE,
    )


@cache
def _remark() -> re.Pattern[str]:
    words, flags = (
        "|".join(re.escape(each) for each in sorted(said, key=len, reverse=True))
        for said in (_words(), _table()["flags"])
    )
    # A flag without brackets would be a unit: "2 L", "24 h".
    bracketed = rf" ?[(\[] ?(?P<bracketed>{words}|{flags}) ?[)\]]"
    return re.compile(rf"(?P<rest>.*\d.*?)(?:[ ,;]+(?P<word>{words})|{bracketed})", re.IGNORECASE)
