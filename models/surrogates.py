"""Realistic stand-ins for protected health information, the same ones for one patient each time.

Every choice is an HMAC-SHA256 of the site's key, the subject, the category and the folded original:
repeatable for whoever holds the key, and telling nothing to others. The lists are
resources/<language>/surrogates.toml.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from models import lexicon
from models.dates import shifted
from models.errors import KeyMissing
from models.folding import fold
from models.known import KnownIdentifiers, leaks
from models.types import PhiSpan

KEY_BYTES = 16
_DAYS = 365
_TRIES = 32
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+")
_SEXED = ("given_f", "given_m")


def check_key(key: bytes | None) -> bytes:
    """Return the key.

    Raises:
        KeyMissing: there is none, or it is shorter than 16 bytes.
    """
    if key is None or len(key) < KEY_BYTES:
        raise KeyMissing(f"surrogates need a secret key of at least {KEY_BYTES} bytes")
    return key


def date_shift(key: bytes | None, subject: str) -> int:
    """Days by which all dates of a subject move: -365 to -1, never into the future.

    Raises:
        KeyMissing: there is no key, or it is shorter than 16 bytes.
    """
    return -1 - _draw(check_key(key), subject, "date shift") % _DAYS


def _draw(key: bytes, *parts: str) -> int:
    """Turn the parts into a number that only the key's holder can tell."""
    message = b"".join(
        len(raw).to_bytes(4) + raw
        for raw in (part.encode("utf-8", "surrogatepass") for part in parts)
    )
    return int.from_bytes(hmac.digest(key, message, "sha256"))


@dataclass(frozen=True, slots=True)
class Surrogates:
    """The stand-ins of one subject in one note."""

    key: bytes
    subject: str
    language: str
    given: frozenset[str]
    avoid: KnownIdentifiers

    @classmethod
    def of(
        cls,
        key: bytes | None,
        subject: str,
        language: str,
        phi: Sequence[PhiSpan],
        known: KnownIdentifiers | None = None,
    ) -> Surrogates:
        """Prepare; nothing that `phi` or `known` hold is ever drawn as a stand-in.

        Raises:
            KeyMissing: there is no key, or it is shorter than 16 bytes.
            LanguageUnsupported: no surrogates.toml for `language`.
        """
        lexicon.read(language, "surrogates")
        names = [one.span.text for one in phi if one.category == "NAME"]
        avoid = (known or KnownIdentifiers()) + KnownIdentifiers(
            tuple(("NAME", name) for name in dict.fromkeys(names))
        )
        return cls(check_key(key), subject, language, frozenset(_given(names, language)), avoid)

    def replace(self, category: str, text: str) -> str:
        """Return the stand-in for `text`; a tag where there is none, or it reads as a known one.

        A moved date can be the birth date written the other way round.
        """
        write: Callable[[str], str | None] | None = {
            "NAME": self._name,
            "DATE": self._date,
            "AGE": self._age,
            "ID": self._shape,
            "CONTACT": self._contact,
            "LOCATION": self._place,
            "PROFESSION": self._profession,
        }.get(category)
        drawn = write(text) if write else None
        return drawn if drawn and not leaks(drawn, self.avoid) else f"[{category}]"

    def _lists(self) -> dict[str, Any]:
        return lexicon.read(self.language, "surrogates")

    def _choose(self, name: str, text: str) -> str:
        """Draw from a list, again while the draw is itself a known identifier."""
        choices: list[str] = self._lists()[name]
        for attempt in range(_TRIES):
            drawn = _draw(self.key, self.subject, name, fold(text).text, str(attempt))
            choice = choices[drawn % len(choices)]
            if not leaks(choice, self.avoid):
                return choice
        return ""

    def _name(self, text: str) -> str:
        return _WORD.sub(self._name_word, text)

    def _name_word(self, match: re.Match[str]) -> str:
        word = match.group()
        if fold(word).text in _folded(self.language, "kept"):
            return word
        name = self._choose(self._list_of(fold(word).text), word)
        if not name:
            return "[NAME]"
        if len(word) == 1:
            return name[0]
        return name.upper() if word.isupper() else name

    def _list_of(self, name: str) -> str:
        """Say which list stands in for a folded name: of family, of women, of men or of either."""
        known = [each for each in _SEXED if name in _folded(self.language, each)]
        if len(known) == 1:
            return known[0]
        return "given" if name in self.given else "family"

    def _profession(self, text: str) -> str:
        return self._choose("professions", text)

    def _date(self, text: str) -> str | None:
        return shifted(text, date_shift(self.key, self.subject), self.language)

    def _age(self, text: str) -> str:
        high = self._lists()["high_age"]
        number = _NUMBER.search(text)
        if number is None:
            return str(high)
        return text if int(number.group()) <= 89 else _NUMBER.sub(high, text, count=1)

    def _shape(self, text: str) -> str:
        """Draw digit for digit and letter for letter."""
        state = _draw(self.key, self.subject, "shape", fold(text).text)
        marks = []
        for at, mark in enumerate(text):
            state = state if at % 32 else _draw(self.key, str(state), str(at))
            state, drawn = divmod(state, 26)
            marks.append(_like(mark, drawn))
        return "".join(marks)

    def _contact(self, text: str) -> str:
        if "@" in text or "//" in text or text.lower().startswith("www."):
            who = fold(self._choose("given", text)).text or "someone"
            return f"{who}@example.org" if "@" in text else f"https://example.org/{who}"
        # 555-0100 to 555-0199 are kept free for fiction in the North American plan.
        digits = _fictional(self._shape(text), self._prefix(text))
        return "".join(next(digits) if mark.isdecimal() else mark for mark in text)

    def _prefix(self, text: str) -> str:
        """Give the digits that a phone number keeps, as they tell the kind of line only."""
        digits = "".join(mark for mark in text if mark.isdecimal())
        prefixes: list[str] = self._lists().get("phone_prefixes", [])
        return max((each for each in prefixes if digits.startswith(each)), key=len, default="")

    def _place(self, text: str) -> str:
        lists = self._lists()
        words = set(fold(text).text.replace(",", " ").split())
        if not words.isdisjoint(lists["facilities"]):
            return self._choose("hospitals", text)
        code = re.match(lists["postcode"], text) if "postcode" in lists else None
        if code:
            town = f" {self._choose('cities', text)}" if _WORD.search(text, code.end()) else ""
            return self._shape(code.group()) + town
        if not _WORD.search(text):
            return self._shape(text)
        address = lists.get("address", "{number} {street}")
        if text[0].isdecimal() or (address.endswith("{number}") and _NUMBER.search(text)):
            number = _draw(self.key, self.subject, "house", fold(text).text) % 98 + 1
            return str(address.format(number=number, street=self._choose("streets", text)))
        return self._choose("cities", text)


def _fictional(shape: str, prefix: str) -> Iterator[str]:
    digits = [mark for mark in shape if mark.isdecimal()]
    if len(digits) >= 7:
        digits[-7:-2] = "55501"
    digits[: len(prefix)] = prefix
    return iter(digits)


def _like(mark: str, drawn: int) -> str:
    if mark.isdecimal():
        return str(drawn % 10)
    if mark.isalpha():
        return chr((ord("A") if mark.isupper() else ord("a")) + drawn)
    return mark


def _given(names: Iterable[str], language: str) -> Iterator[str]:
    """Tell given names: after a comma, else before a particle (`van`) or the family names."""
    kept = _folded(language, "kept")
    known = _folded(language, "given_f") | _folded(language, "given_m")
    families = lexicon.read(language, "surrogates").get("families", 1)
    for name in names:
        last, comma, first = name.partition(",")
        words = [fold(word).text for word in _WORD.findall(first if comma else last)]
        particles = (at for at, word in enumerate(words) if not kept.isdisjoint(word.split("-")))
        cut = next(particles, max(len(words) - families, min(1, len(words) - 1)))
        yield from words if comma else words[:cut]
        if families > 1 and not comma:
            inner = words[cut:-1] if len(words) > 1 else words
            yield from (word for word in inner if word in known)


@cache
def _folded(language: str, name: str) -> frozenset[str]:
    """Fold a list of surrogates.toml that a language may leave out."""
    return frozenset(fold(each).text for each in lexicon.read(language, "surrogates").get(name, ()))
