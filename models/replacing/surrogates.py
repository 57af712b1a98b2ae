"""Realistic stand-ins for protected health information, the same ones for one patient each time.

The lists are resources/<language>/surrogates.toml; who is meant is models/replacing/cast.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from models import lexicon
from models.errors import KeyMissing
from models.folding import fold
from models.recognizing.known import KnownIdentifiers, leaks
from models.replacing.cast import Cast, Part
from models.replacing.contacts import Contacts
from models.replacing.dates import shifted, told_year
from models.replacing.draws import Draw
from models.replacing.places import Places
from models.types import PhiSpan

KEY_BYTES = 16
NOBODY = KnownIdentifiers()
_DAYS = 365
_WEEKS = 52
_TRIES = 32
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]+)(?:/_history/[^/]*)?$")
_NONE = "[NAME]"
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d")
_LONGEST = 200
"""Characters of what has a stand-in: the time to read a name or a date grows faster than it."""
_DIGITS = 9
_CAPPED_FROM = 90
"""Years of age that are told no more (45 CFR 164.514(b)(2)(i)(C))."""


def check_key(key: bytes | None) -> bytes:
    """Return the key.

    Raises:
        KeyMissing: there is none, or it is shorter than 16 bytes.
    """
    if key is None or len(key) < KEY_BYTES:
        raise KeyMissing(f"surrogates need a secret key of at least {KEY_BYTES} bytes")
    return key


def subject_of(reference: str) -> str:
    """Name whom a reference means, without base URL and version: `Patient/1`.

    Notes and structured resources seed with this, so that they move alike.
    """
    named = _REFERENCE.search(reference)
    return named.group(1) if named else reference


def date_shift(key: bytes | None, subject: str, weekdays: bool = False) -> int:
    """Days by which all dates of a subject move: -365 to -1, never into the future.

    With `weekdays` the amount is one of the multiples of seven, -364 to -7: a Monday stays one.

    Raises:
        KeyMissing: there is no key, or it is shorter than 16 bytes.
    """
    drawn = Draw(check_key(key), subject_of(subject)).number("date shift")
    return -7 * (1 + drawn % _WEEKS) if weekdays else -1 - drawn % _DAYS


@dataclass(frozen=True, slots=True)
class Surrogates:
    """The stand-ins of one subject in one note."""

    draw: Draw
    language: str
    cast: Cast
    avoid: KnownIdentifiers
    days: int
    year: int | None = None
    elders: KnownIdentifiers = NOBODY

    @classmethod
    def of(  # noqa: PLR0913 - each is a choice of the caller's
        cls,
        key: bytes | None,
        subject: str,
        language: str,
        phi: Sequence[PhiSpan],
        known: KnownIdentifiers | None = None,
        *,
        weekdays: bool = False,
    ) -> Surrogates:
        """Prepare; nothing that `phi` or `known` hold is ever drawn as a stand-in.

        Raises:
            KeyMissing: there is no key, or it is shorter than 16 bytes.
            LanguageUnsupported: no surrogates.toml for `language`.
        """
        known = known or KnownIdentifiers()
        names = tuple(dict.fromkeys(one.span.text for one in phi if one.category == "NAME"))
        return cls(
            Draw(check_key(key), subject_of(subject)),
            language,
            Cast.of(names, known.people, language),
            known + KnownIdentifiers(tuple(("NAME", name) for name in names)),
            date_shift(key, subject, weekdays),
            told_year(one.span.text for one in phi if one.category == "DATE"),
            KnownIdentifiers(tuple(one for one in known.values if _is_of_elder(*one))),
        )

    def replace(self, category: str, text: str) -> str:
        """Return the stand-in for `text`; a tag where there is none, or it reads as a known one.

        A moved date can be the birth date written the other way round.
        """
        write: Callable[[str], str | None] | None = {
            "NAME": self._name,
            "DATE": self._date,
            "AGE": self._age,
            "ID": self.draw.shape,
            "CONTACT": self._contact,
            "LOCATION": self._place,
            "PROFESSION": self._profession,
        }.get(category)
        drawn = write(text) if write and len(text) <= _LONGEST else None
        return drawn if drawn and not leaks(drawn, self.avoid) else f"[{category}]"

    def _lists(self) -> dict[str, Any]:
        return lexicon.read(self.language, "surrogates")

    def choose(self, name: str, text: str) -> str:
        """Draw from a list, again while the draw is itself a known identifier."""
        choices = _choices(self.language, name)
        for attempt in range(_TRIES):
            choice = choices[self.draw.number(name, fold(text).text, str(attempt)) % len(choices)]
            if not leaks(choice, self.avoid):
                return choice
        return ""

    def _name(self, text: str) -> str:
        if self.cast.are_initials(text):
            letters = "".join(filter(str.isalpha, fold(text).text))
            drawn = iter(self._drawn(part)[:1] for part in self.cast.initials(letters))
            return "".join(next(drawn, "") if mark.isalpha() else mark for mark in text)
        words = list(self.cast.words(text))
        beside = [fold(match.group()).text for match, part in words if part]
        pieces, read = [], 0
        for match, part in words:
            pieces += [text[read : match.start()], self._word(match.group(), part, beside)]
            read = match.end()
        return "".join([*pieces, text[read:]])

    def _word(self, word: str, part: Part | None, beside: Sequence[str]) -> str:
        if part is None:
            return word
        if len(word) == 1:
            letter = self._drawn(self.cast.initial(fold(word).text, beside))[:1]
            return letter.lower() if word.islower() else letter
        name = self._drawn(part)
        if name == _NONE:
            return name
        return name.upper() if word.isupper() else name.lower() if word.islower() else name

    def _drawn(self, part: Part) -> str:
        return self.choose(part.choices, part.name) or _NONE

    def _profession(self, text: str) -> str:
        return self.choose("professions", text)

    def _date(self, text: str) -> str | None:
        """Move a date; one that tells an age over 89 is not told (45 CFR 164.514(b)(2)(i)(C))."""
        if _is_of_elder("DATE", text) or leaks(text, self.elders):
            return None
        return shifted(text, self.days, self.language, self.year)

    def _age(self, text: str) -> str | None:
        """Cap an age over 89; one in words that is not known to be lower is not told."""
        lists = self._lists()
        if _NUMBER.search(text):
            return _NUMBER.sub(
                lambda match: lists["high_age"] if _is_high(match[0]) else match[0], text
            )
        folded = fold(text).text
        high = any(word in folded for word in lists.get("high_age_words", ()))
        return str(lists["high_age"]) if high else None

    def _contact(self, text: str) -> str:
        return Contacts(self.draw, self._lists(), self.cast, self._drawn).replace(text)

    def _place(self, text: str) -> str | None:
        return Places(self.draw, self._lists(), self.choose).replace(text)


def _is_high(digits: str) -> bool:
    return len(digits) > _DIGITS or int(digits) >= _CAPPED_FROM


def _is_of_elder(category: str, text: str) -> bool:
    """Tell whether a date has the year of birth of somebody of ninety or more."""
    last = datetime.now(UTC).year - _CAPPED_FROM
    return category == "DATE" and any(int(year) <= last for year in _YEAR.findall(text))


@cache
def _choices(language: str, name: str) -> tuple[str, ...]:
    """Give a list; given names of either sex are those of both."""
    lists = lexicon.read(language, "surrogates")
    names = ("given", "given_f", "given_m") if name == "given" else (name,)
    return tuple(dict.fromkeys(choice for each in names for choice in lists.get(each, ())))
