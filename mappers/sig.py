"""The directions for taking a drug, as text -> elements of Dosage (dosage.toml).

Only text that is understood to its last word gives elements; anything else gives none, so that
a dose is never read out of "5 mg/kg" or "10 mg, later 20 mg".
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from mappers.canonical import TIMING_ABBREVIATION, UCUM
from mappers.number import read_number, shortest
from mappers.types import Resource

Reader = Callable[[re.Match[str]], Resource | None]

_PUNCTUATION: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Grammar:
    """Of one language: each pattern reads the start of the text into elements of Dosage."""

    patterns: tuple[tuple[re.Pattern[str], Reader], ...]


def parse(text: str, language: str) -> Resource:
    """Read doseAndRate, timing, route and asNeededBoolean; empty when it is not plain.

    Quantities are in UCUM. `language` is BCP 47; one that dosage.toml does not know gives
    nothing.
    """
    grammar = _grammar(language.partition("-")[0])
    rest = _fold(text)
    elements: Resource = {}
    while rest:
        read = _first(grammar, rest)
        if read is None or elements.keys() & read[0].keys():
            return {}
        elements |= read[0]
        rest = _PUNCTUATION.sub(" ", rest[read[1] :], count=1).strip(" .")
    return elements


def _first(grammar: Grammar, text: str) -> tuple[Resource, int] | None:
    for pattern, reader in grammar.patterns:
        if match := pattern.match(text):
            elements = reader(match)
            return (elements, match.end()) if elements else None
    return None


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return re.sub(r"\s+", " ", folded).strip(" ,;")


@cache
def table() -> dict[str, Any]:
    """dosage.toml, read once."""
    return tomllib.loads(Path(__file__).with_name("dosage.toml").read_text(encoding="utf-8"))


@cache
def _grammar(language: str) -> Grammar:
    if language not in table()["ranges"]:
        return Grammar(())
    timings = {
        phrase: row for row in table()["timings"].values() for phrase in row.get(language, ())
    }
    return Grammar(
        (
            # Timings first: "2 times a day" begins like a dose.
            (_phrases(timings), lambda match: _timing(timings[match.group()])),
            (_phrases(table()["as_needed"][language]), lambda _: {"asNeededBoolean": True}),
            (
                _phrases(table()["routes"][language]),
                lambda match: {"route": {"text": match.group()}},
            ),
            (_dose_pattern(language), lambda match: _dose(match, language)),
        )
    )


def _phrases(phrases: Mapping[str, Any] | Sequence[str]) -> re.Pattern[str]:
    # The longest first; a phrase may end with a full stop, so \b does not do.
    alternatives = "|".join(re.escape(each) for each in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?:{alternatives})(?![\w/])")


def _dose_pattern(language: str) -> re.Pattern[str]:
    words = "|".join(table()["numbers"][language])
    number = rf"(?:\d[\d.,]*|\b(?:{words})\b)"
    to = "|".join(re.escape(each) for each in table()["ranges"][language])
    units = "|".join(re.escape(each) for each in sorted(table()["units"], key=len, reverse=True))
    return re.compile(
        rf"(?P<low>{number})(?: ?(?:{to}) ?(?P<high>{number}))?[ -]?(?P<unit>{units})(?![\w/])"
    )


def _dose(match: re.Match[str], language: str) -> Resource | None:
    low = _number(match["low"], language)
    high = _number(match["high"], language) if match["high"] else None
    if low is None or (match["high"] and (high is None or high <= low)):
        return None
    unit = match["unit"]
    if high is None:
        return {"doseAndRate": [{"doseQuantity": _quantity(low, unit)}]}
    bounds = {"low": _quantity(low, unit), "high": _quantity(high, unit)}
    return {"doseAndRate": [{"doseRange": bounds}]}


def _quantity(value: float, unit: str) -> Resource:
    return {"value": shortest(value), "unit": unit, "system": UCUM, "code": table()["units"][unit]}


def _number(text: str, language: str) -> float | None:
    words = table()["numbers"][language]
    return float(words[text]) if text in words else read_number(text, language)


def _timing(row: Mapping[str, Any]) -> Resource:
    timing: Resource = {"repeat": dict(row["repeat"])}
    if "code" in row:
        timing["code"] = {"coding": [{"system": TIMING_ABBREVIATION, "code": row["code"]}]}
    return {"timing": timing}
