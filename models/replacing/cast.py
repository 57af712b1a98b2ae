"""Who the names of a note mean, so that one person gets one name however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from models import lexicon
from models.folding import fold
from models.recognizing.likeness import Likeness
from models.recognizing.lists import listed, nicknames
from models.recognizing.person import Person

_WORD = re.compile(r"(?<!['’])[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*", re.IGNORECASE)
_SEXED = {"female": "given_f", "male": "given_m"}
_LONGEST_INITIALS = 3


class Part(NamedTuple):
    """A part of a name: the list of surrogates.toml that stands in for it, and its own spelling."""

    choices: str
    name: str


class _Place(NamedTuple):
    """The parts of a written name, folded: what each is by where it stands, and the last one."""

    given: frozenset[str]
    family: frozenset[str]
    last: str


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a note: those of the record, and those that the note names in full."""

    language: str
    people: tuple[Person, ...]
    given: Mapping[str, str]
    family: frozenset[str]
    likeness: Likeness

    @classmethod
    def of(cls, names: Iterable[str], known: Iterable[Person], language: str) -> Cast:
        """Take the names that a note writes, and the people who are known."""
        sure = cls._of(tuple(known), language)
        families = lexicon.read(language, "surrogates").get("families", 1)
        read = (Person.read(name, families=families) for name in names if _is_full(name))
        return cls._of((*sure.people, *filter(None, map(sure.unknown, read))), language)

    @classmethod
    def _of(cls, people: tuple[Person, ...], language: str) -> Cast:
        given: dict[str, str] = {}
        for person in people:
            for name in person.given_parts:
                given.setdefault(name, _given_list(language, name, person.gender))
        family = frozenset(name for person in people for name in person.family_parts)
        return cls(language, people, given, family, Likeness.of({*given, *family}))

    def unknown(self, person: Person) -> Person | None:
        """Leave of a person whom a note names what these people do not tell already."""
        given, family = (
            tuple(name for name in names if not self._has(self._own(name)))
            for names in (person.given_parts, person.family_parts)
        )
        return Person(given, family) if given or family else None

    def words(self, text: str) -> Iterator[tuple[re.Match[str], Part | None]]:
        """Give the words of a written name; those that stay have no part."""
        # Of several names with commas between none is turned round.
        person = Person() if text.count(",") > 1 else Person.read(text, families=self._families)
        given, family = frozenset(person.given_parts), person.family_parts
        place = _Place(given, frozenset(family), family[-1] if family else "")
        for match in _WORD.finditer(text):
            word = fold(match.group()).text
            if self._stays(word):
                yield match, None
            else:
                yield match, self.part(word, self._role(word, place))

    def part(self, word: str, role: str | None = None) -> Part:
        """Say what a folded word is; `role` is given or family, as far as its place tells."""
        name = self._own(word)
        if name in self.given and not (role == "family" and name in self.family):
            return Part(self.given[name], name)
        if name in self.family or role == "family":
            return Part("family", name)
        if role == "given" or self._is_given(name):
            return Part(_given_list(self.language, name, None), name)
        return Part("family", name)

    def initial(self, letter: str, beside: Iterable[str]) -> Part:
        """Say whose given name a letter stands for, before or after the family names `beside`."""
        families = {self._own(word) for word in beside}
        for person in self.people:
            for name in person.given_parts:
                if name[0] == letter and not families.isdisjoint(person.family_parts):
                    return self.part(name, "given")
        return Part("given", letter)

    def initials(self, letters: str) -> tuple[Part, ...]:
        """Say whose initials these are; each stands for itself when they are nobody's."""
        for person in self.people:
            given, family = person.given_parts, person.family_parts
            for names in ((*given, *family), (*given[:1], *family[:1]), (*given, *family[:1])):
                if "".join(name[0] for name in names) == letters:
                    return tuple(self.part(name) for name in names)
        return tuple(Part("given", letter) for letter in letters)

    def are_initials(self, written: str) -> bool:
        """Tell whether a word of a name is nothing but initials: `JS`, `J.S.`."""
        letters = [mark for mark in written if mark.isalpha()]
        return (
            1 < len(letters) <= _LONGEST_INITIALS
            and all(mark.isupper() for mark in letters)
            and re.fullmatch(r"(?:[^\W\d_]\.?[ ]?)+", written) is not None
            and ("." in written or not self._has(fold(written).text))
        )

    @property
    def _families(self) -> int:
        return int(lexicon.read(self.language, "surrogates").get("families", 1))

    def _stays(self, word: str) -> bool:
        """Tell whether a word is a title or particle, and nobody's name."""
        if word in self.given or word in self.family:
            return False
        if word in listed("titles"):
            names = (name for person in self.people for name in person.family)
            return not any(word in fold(name).text.split() for name in names)
        return word in listed_of(self.language, "kept")

    def _role(self, word: str, place: _Place) -> str | None:
        if word in place.given:
            return "given" if place.family else None
        if self._families > 1 and word != place.last and self._is_given(word):
            return "given"
        return "family" if word in place.family and place.given else None

    def _own(self, word: str) -> str:
        """Find the name that a nickname or a misspelling means."""
        if self._has(word):
            return word
        plain = word.replace("'", "")
        joined = [name for name in self.family if "'" in name and name.replace("'", "") == plain]
        if joined:
            return joined[0]
        meant = sorted(nicknames().get(word, frozenset()) & set(self.given))
        if meant:
            return meant[0]
        like = self.likeness.closest(word) if self.likeness.takes(word) else None
        return like if like and not self._is_given(word) else word

    def _has(self, word: str) -> bool:
        return word in self.given or word in self.family

    def _is_given(self, word: str) -> bool:
        return any(word in listed_of(self.language, name) for name in _SEXED.values())


def _is_full(name: str) -> bool:
    # Of `Smith J` and `John S` nobody can tell which part is the family's.
    words = [word for word in _WORD.findall(name) if len(word) > 1]
    return len(words) > 1 and name.count(",") <= 1


def _given_list(language: str, name: str, gender: str | None) -> str:
    """Choose the list of women, of men or of either."""
    if gender in _SEXED:
        return _SEXED[gender]
    among = [each for each in _SEXED.values() if name in listed_of(language, each)]
    return among[0] if len(among) == 1 else "given"


@cache
def listed_of(language: str, name: str) -> frozenset[str]:
    """Fold a list of surrogates.toml that a language may leave out."""
    return frozenset(fold(each).text for each in lexicon.read(language, "surrogates").get(name, ()))
