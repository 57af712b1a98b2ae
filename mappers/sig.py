"""The directions for taking a drug, as text -> elements of Dosage (dosage.toml).

Only text that is understood to its last word gives elements; anything else gives none, so that
a dose is never read out of "5 mg/kg" or "10 mg, later 20 mg".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from mappers import timing
from mappers.canonical import UCUM
from mappers.number import shortest
from mappers.timing import Pattern
from mappers.types import Resource
from mappers.wording import END, Wording, alternatives, fold, plain, table, wording


def parse(text: str, language: str) -> Resource:
    """Read what Dosage has elements for; empty when the text is not plain.

    Quantities are in UCUM; one without a unit counts pieces. `language` is BCP 47; one that
    dosage.toml does not know gives nothing.
    """
    patterns = _patterns(language.partition("-")[0].lower())
    rest = fold(text)
    elements: Resource = {}
    while rest:
        read = _longest(patterns, rest)
        together = merged(elements, read[0]) if read else None
        if read is None or together is None:
            return {}
        elements = together
        rest = rest[read[1] :].strip(" ,;.")
    return elements


def merged(one: Mapping[str, object], other: Resource) -> Resource | None:
    """Both together; None when they speak of the same thing, other than of a timing's parts.

    The reason why a drug is needed says that it is taken as needed (R4: asNeeded[x] is one).
    """
    both = {**one, **other}
    if "asNeededCodeableConcept" in both:
        both.pop("asNeededBoolean", None)
    for name in one.keys() & other.keys():
        if name != "timing":
            return None
        repeat = _agreed(one[name], other[name])
        if repeat is None:
            return None
        both[name] = timing.timing(repeat)
    return both


def _agreed(one: object, other: object) -> Resource | None:
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    first, second = one["repeat"], other["repeat"]
    if any(first[name] != second[name] for name in first.keys() & second.keys()):
        return None
    return {**first, **second}


def _longest(patterns: tuple[Pattern, ...], text: str) -> tuple[Resource, int] | None:
    """Read as much as one pattern can: "2 times a day" begins like a dose."""
    matches = [(match, read) for pattern, read in patterns if (match := pattern.match(text))]
    for match, read in sorted(matches, key=lambda found: found[0].end(), reverse=True):
        if elements := read(match):
            return elements, match.end()
    return None


@cache
def _patterns(language: str) -> tuple[Pattern, ...]:
    words = wording(language)
    return tuple(_all(words)) if words else ()


def _all(words: Wording) -> Iterator[Pattern]:
    yield from timing.patterns(words)
    yield _words("as_needed", words), lambda _: {"asNeededBoolean": True}
    yield _reason(words), lambda match: {"asNeededCodeableConcept": {"text": match["reason"]}}
    yield _words("instructions", words), _instruction
    yield _words("routes", words), lambda match: {"route": {"text": match.group()}}
    yield _amount(words), lambda match: _dose(match, words)


def _instruction(match: re.Match[str]) -> Resource:
    return {"additionalInstruction": [{"text": match.group()}]}


def _words(name: str, words: Wording) -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(table()[name][words.language])}){END}")


def _reason(words: Wording) -> re.Pattern[str]:
    before, reasons, joints = (
        alternatives(table()[name][words.language])
        for name in ("as_needed_for", "reasons", "reason_joints")
    )
    several = rf"(?:{reasons})(?:(?:,| ?(?:{joints})) ?(?:{reasons}))*"
    return re.compile(rf"(?:{before}) (?P<reason>{several}){END}")


def _amount(words: Wording) -> re.Pattern[str]:
    number, units = words.number, alternatives(_written(words))
    return re.compile(
        rf"(?P<low>{number})(?: ?(?:{words.joint}) ?(?P<high>{number}))?"
        rf"[ -]?(?P<unit>{units}){END}"
    )


def _written(words: Wording) -> Iterator[str]:
    yield from table()["units"]["all"]
    yield from table()["units"][words.language]


def _dose(match: re.Match[str], words: Wording) -> Resource | None:
    unit = match["unit"]
    code = words.units[plain(unit)]
    low = words.value(match["low"], code)
    high = words.value(match["high"], code) if match["high"] else None
    if low is None or (match["high"] and (high is None or high <= low)):
        return None
    if high is None:
        return {"doseAndRate": [{"doseQuantity": _quantity(low, unit, code)}]}
    bounds = {"low": _quantity(low, unit, code), "high": _quantity(high, unit, code)}
    return {"doseAndRate": [{"doseRange": bounds}]}


def _quantity(value: float, unit: str, code: str) -> Resource:
    return {"value": shortest(value), "unit": unit, "system": UCUM, "code": code}
