"""What a rule may say of an element, named as in the Tools for Health Data Anonymization.

Ours beside them are `coding`, `text`, `reference`, `anyReference`, `quantity`
and `profile`. Each operation
returns what may stay, and None for what must go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from mappers.canonical import UCUM
from mappers.deidentification.handling import Handling
from mappers.deidentification.labels import CHANGED
from mappers.deidentification.pseudonym import split_reference
from mappers.deidentification.vocabulary import is_ucum

Operation = Callable[[Any, Handling], Any]

OLDEST: Final = 89
"""Ages above this are one class (45 CFR 164.514(b)(2)(i)(C))."""

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:+-]{0,63}")
_DATE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2}))?)?)?",
    re.ASCII,
)
_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_YEARS = frozenset({"a", "a_j", "a_g", "a_t"})
_YEAR_WORDS = frozenset({"a", "y", "yr", "yrs", "year", "years", "año", "años", "jaar", "jaren"})


def keep(value: Any, handling: Handling) -> Any:
    """Keep a code, a truth value or a number, never words."""
    if isinstance(value, str):
        if value in handling.vocabulary.words:
            # A code of R4 itself names nobody, whoever is called Low or Eve.
            return handling.note(value)
        return value if _WORD.fullmatch(value) else None
    return value if isinstance(value, bool | int | float) else None


def redact(_: Any, __: Handling) -> None:
    """Drop it: the same as not naming it, said aloud."""


def coding(value: Any, handling: Handling) -> Any:
    """Keep the codes of trusted systems of a Coding or CodeableConcept."""
    if not isinstance(value, dict):
        return None
    if "coding" not in value:
        return handling.vocabulary.coding(value)
    codings = value["coding"] if isinstance(value["coding"], list) else []
    kept = [one for each in codings if (one := handling.vocabulary.coding(each))]
    return {"coding": kept} if kept else None


def date_shift(value: Any, handling: Handling) -> str | None:
    """Move a date by the subject's days, or keep its year where there is no subject."""
    if not isinstance(value, str):
        return None
    if handling.days is None:
        return _year(value, handling)
    moved = _moved(value, handling.days)
    return handling.note(moved) if moved else None


def instant_shift(value: Any, handling: Handling) -> str | None:
    """Move an instant; it cannot hold a year alone, so without a subject it goes."""
    return date_shift(value, handling) if handling.days is not None else None


@lru_cache(8192)
def _moved(value: str, days: int) -> str | None:
    """Move a date and keep its precision; a month moves as its 15th, a year as its 1st of July."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day, time = found.groups()
    try:
        start = date(int(year), int(month or 7), int(day or (15 if month else 1)))
        moved = (start + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return None
    return moved[: 10 if day else 7 if month else 4] + (time or "")


def _year(value: str, handling: Handling) -> str | None:
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    handling.labels.add("ABSTRED")
    return found[1]


def generalize(value: Any, handling: Handling) -> Any:
    """Turn a birth date into its year, an address into state, three digits of the ZIP and country.

    A year of more than 89 years ago tells the age of somebody old, and goes.
    """
    if isinstance(value, dict):
        return _address(value, handling)
    year = _year(value, handling) if isinstance(value, str) else None
    return year if year and handling.today - int(year) <= OLDEST else None


def _address(value: dict[str, Any], handling: Handling) -> dict[str, str] | None:
    vocabulary = handling.vocabulary
    country = vocabulary.country(value.get("country"))
    american = country in {None, "US", "USA"}
    state = vocabulary.state(value.get("state")) if american else None
    # Without state or country five digits may be a postcode of another country, and whole.
    code = vocabulary.zip3(value.get("postalCode")) if state or (american and country) else None
    parts = {"state": state, "postalCode": code, "country": country}
    kept = {name: part for name, part in parts.items() if part}
    if kept:
        handling.labels.add("ABSTRED")
        # A state may be called as the city is, and three digits stand in many numbers.
        handling.made.update(kept[name] for name in ("state", "postalCode") if name in kept)
    return kept or None


def encrypt(value: Any, handling: Handling) -> str | None:
    """Put the pseudonym in the place of the resource's id."""
    if not isinstance(value, str) or handling.pseudonyms is None:
        return None
    return _pseudonym(handling.kind, value, handling)


def _pseudonym(kind: str, value: str, handling: Handling) -> str:
    assert handling.pseudonyms is not None
    handling.labels.add("MASKED" if handling.pseudonyms.reversible(value) else "CRYTOHASH")
    return handling.note(handling.pseudonyms.identity(kind, value))


def crypto_hash(value: Any, handling: Handling) -> str | None:
    """Put a keyed digest in the place of a value; there is no way back."""
    if not isinstance(value, str) or handling.pseudonyms is None:
        return None
    handling.labels.add("CRYTOHASH")
    return handling.note(handling.pseudonyms.digest(handling.kind, value))


def reference(value: Any, handling: Handling) -> dict[str, str] | None:
    """Refer by pseudonym, to the types of vocabulary.toml only."""
    return _reference(value, handling, handling.vocabulary.targets)


def any_reference(value: Any, handling: Handling) -> dict[str, str] | None:
    """Refer by pseudonym, to staff and places too."""
    return _reference(value, handling, None)


def _reference(
    value: Any, handling: Handling, targets: frozenset[str] | None
) -> dict[str, str] | None:
    named = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(named, str):
        return None
    if named.startswith("#"):
        return _contained(named[1:], handling)
    parts = split_reference(named)
    if parts is None or handling.pseudonyms is None or (targets and parts[0] not in targets):
        return None
    return {"reference": handling.note(f"{parts[0]}/{_pseudonym(*parts, handling)}")}


def _contained(identity: str, handling: Handling) -> dict[str, str] | None:
    local = handling.local.get(identity)
    if local is None:
        return None
    handling.cited.add(local)
    return {"reference": f"#{local}"}


def text(value: Any, handling: Handling) -> str | None:
    """Take what the text path made of a free text."""
    made = handling.texts.get(value) if isinstance(value, str) else None
    if made and made != value:
        handling.labels.add(CHANGED)
    return made


def quantity(value: Any, handling: Handling) -> dict[str, Any] | None:
    """Keep number and unit of a Quantity, an Age or a Duration; over 89 years is ">= 90"."""
    if not isinstance(value, dict):
        return None
    kept: dict[str, Any] = {}
    if isinstance(number := value.get("value"), int | float) and not isinstance(number, bool):
        kept["value"] = number
    code, unit, comparator = (value.get(name) for name in ("code", "unit", "comparator"))
    if isinstance(comparator, str) and comparator in _COMPARATORS:
        kept["comparator"] = comparator
    if value.get("system") == UCUM and is_ucum(code):
        kept |= {"system": UCUM, "code": code}
    elif found := handling.vocabulary.coding(value):
        kept |= found
    if isinstance(unit, str) and handling.vocabulary.knows_unit(unit, kept.get("code")):
        kept["unit"] = unit
    return _capped(kept, unit, handling) or None


def profile(value: Any, handling: Handling) -> str | None:
    """Keep a canonical that vocabulary.toml knows."""
    known = handling.vocabulary.profiles
    return value if isinstance(value, str) and value in known else None


def _capped(kept: dict[str, Any], unit: Any, handling: Handling) -> dict[str, Any]:
    years = kept.get("code") in _YEARS or (isinstance(unit, str) and unit.lower() in _YEAR_WORDS)
    if years and kept.get("value", 0) > OLDEST:
        handling.labels.add("ABSTRED")
        return kept | {"value": OLDEST + 1, "comparator": ">="}
    return kept


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "keep": keep,
        "redact": redact,
        "dateShift": date_shift,
        "instantShift": instant_shift,
        "generalize": generalize,
        "encrypt": encrypt,
        "cryptoHash": crypto_hash,
        "coding": coding,
        "text": text,
        "reference": reference,
        "anyReference": any_reference,
        "quantity": quantity,
        "profile": profile,
    }
)
