"""When a drug is taken, as text -> Timing of FHIR (dosage.toml)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from mappers.canonical import TIMING_ABBREVIATION
from mappers.number import shortest
from mappers.types import Resource
from mappers.wording import END, Wording, alternatives, plain, table

Reader = Callable[[re.Match[str]], Resource | None]
Pattern = tuple[re.Pattern[str], Reader]

_AMOUNT: Final = r"\d+(?:[.,]\d+)?"


def patterns(words: Wording) -> Iterator[Pattern]:
    """Patterns for the start of a text, each with what reads the match into elements of Dosage."""
    yield _by_word(words.language)
    for template in table()["repeats"][words.language]:
        yield _compiled(template, words), partial(_counted, words)
    for slots in table()["schemes"].get(words.language, {}).values():
        scheme = "-".join([f"({_AMOUNT})"] * len(slots))
        yield re.compile(scheme + END), partial(_scheme, words, slots)


def timing(repeat: Mapping[str, Any]) -> Resource:
    """Build a Timing, with the code of v3-GTSAbbreviation that means the same, if there is one."""
    found: Resource = {"repeat": dict(repeat)}
    for code, meant in table()["codes"].items():
        if meant == repeat:
            found["code"] = {"coding": [{"system": TIMING_ABBREVIATION, "code": code}]}
    return found


def _by_word(language: str) -> Pattern:
    repeats = {
        plain(phrase): row["repeat"]
        for row in table()["timing"]
        for phrase in row.get(language, ())
    }
    phrases = (phrase for row in table()["timing"] for phrase in row.get(language, ()))
    return (
        re.compile(rf"(?:{alternatives(phrases)}){END}"),
        lambda match: {"timing": timing(repeats[plain(match.group())])},
    )


def _compiled(template: str, words: Wording) -> re.Pattern[str]:
    names = table()
    days = alternatives(word for row in names["days"][words.language].values() for word in row)
    times = alternatives(word for row in names["times"][words.language].values() for word in row)
    units = alternatives(words.units)
    and_ = alternatives(names["day_joints"][words.language])
    places = {
        "{n}": rf"(?P<n>{words.number})(?: ?(?:{words.joint}) ?(?P<n_max>{words.number}))?",
        "{c}": rf"(?P<n>{alternatives(names['counts'][words.language])})",
        "{p}": rf"(?P<p>{words.number})(?: ?(?:{words.joint}) ?(?P<p_max>{words.number}))?",
        "{unit}": rf"(?P<unit>{times})\.?",
        "{each}": rf"(?P<each>{words.number})(?! ?(?:{units}){END})",
        "{days}": rf"(?P<days>(?:{days})(?:(?: ?,)? ?(?:{and_}|,) ?(?:{days}))*)",
    }
    for place, pattern in places.items():
        template = template.replace(place, pattern)
    return re.compile(template + END)


def _counted(words: Wording, match: re.Match[str]) -> Resource | None:
    given = {name: text for name, text in match.groupdict().items() if text}
    if days := given.pop("days", None):
        return {"timing": timing({"dayOfWeek": _days(days, words)})}
    unit = given.pop("unit", None)
    read = {name: words.value(text) for name, text in given.items()}
    if not all(read.values()):
        return None
    numbers = {name: shortest(value) for name, value in read.items() if value}
    repeat = _repeat(numbers, words.times[plain(unit)] if unit else None)
    if repeat is None:
        return None
    return {"timing": timing(repeat)} | _each(numbers.get("each", 1))


def _repeat(numbers: Mapping[str, int | float], unit: str | None) -> Resource | None:
    """Frequencies are whole (R4 positiveInt), and the upper end of a range is above the lower."""
    repeat: Resource = {"frequency": numbers.get("n", 1), "period": numbers.get("p", 1)}
    repeat["periodUnit"] = unit or ("h" if "p" in numbers else "d")
    for name, key in (("n_max", "frequency"), ("p_max", "period")):
        if name in numbers:
            repeat[f"{key}Max"] = numbers[name]
            if numbers[name] <= repeat[key]:
                return None
    counts = (repeat["frequency"], repeat.get("frequencyMax", 1))
    return repeat if all(isinstance(count, int) for count in counts) else None


def _days(text: str, words: Wording) -> list[str]:
    found = re.findall("|".join(sorted(words.days, key=len, reverse=True)), plain(text))
    return list(dict.fromkeys(words.days[day] for day in found))


def _scheme(words: Wording, slots: list[str], match: re.Match[str]) -> Resource | None:
    """Read amounts at fixed hours; different amounts would be several dosages, so none."""
    amounts = [words.value(text) for text in match.groups()]
    taken = [slot for slot, amount in zip(slots, amounts, strict=True) if amount]
    different = {amount for amount in amounts if amount}
    if len(different) != 1 or None in amounts:
        return None
    repeat = {"frequency": len(taken), "period": 1, "periodUnit": "d", "when": taken}
    return {"timing": timing(repeat)} | _each(different.pop())


def _each(amount: float) -> Resource:
    """The pieces of each time: the form is not said, and one piece is the strength itself."""
    if amount == 1:
        return {}
    return {"doseAndRate": [{"doseQuantity": {"value": shortest(amount)}}]}
