"""The index as a terminology service asks it: what is a code, is it one, what else is it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from terminology.codesystem import code_systems, groups, system_key
from terminology.index import Index
from terminology.normalization import fold
from terminology.origin import Origin
from terminology.posting import ABBREVIATION, EXACT, PREFERRED
from terminology.types import Coding, Concept

SYNONYMS = (PREFERRED, EXACT, ABBREVIATION)
"""The kinds of names that mean their concept and nothing beside."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a concept; `preferred` among those of its language."""

    text: str
    language: str
    preferred: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of the index. `names` are those of the one concept that the code stands for.

    A classification's code may be that of many concepts, and what one of them is called, the
    code is not: then there is no `concept`, and there are no names.
    """

    coding: Coding
    concept: Concept | None
    names: tuple[Name, ...]

    def display(self, language: str | None) -> str:
        """The name in a language, or else the display of the code."""
        return preferred_name(self.names, language) or self.coding.display

    def is_called(self, text: str) -> bool:
        """Whether `text` is one of its names, but for case, accents and spacing."""
        said = _folded(text)
        names = (self.coding.display, *(name.text for name in self.names))
        return any(_folded(name) == said for name in names)


@dataclass(frozen=True, slots=True)
class Translation:
    """`exact`: both codes stand for this one concept; else they overlap in meaning."""

    coding: Coding
    exact: bool


class Catalogue:
    """Answers from an index; threads may share it."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def entry(self, system: str, code: str) -> Entry | None:
        """The entry of a code; `system` is a key of systems.toml or its URI."""
        concepts = self.index.lookup(system, code)
        coding = _coding(concepts, system, code)
        if coding is None:
            return None
        own = _own(concepts, coding)
        return Entry(coding, own, self._names(own, coding) if own else ())

    def translations(self, system: str, code: str) -> tuple[Translation, ...]:
        """The other codings of the concepts with a code, each once, the exact ones first."""
        concepts = self.index.lookup(system, code)
        source = _coding(concepts, system, code)
        if source is None:
            return ()
        own = _own(concepts, source)
        found: dict[tuple[str, str], Translation] = {}
        for concept in [own] if own else concepts:
            for coding in concept.codings:
                if (coding.system, coding.code) != (source.system, source.code):
                    exact = own is not None and self._stands_for(concept, coding)
                    found.setdefault((coding.system, coding.code), Translation(coding, exact))
        return tuple(sorted(found.values(), key=lambda one: not one.exact))

    def groups(self, system: str, code: str) -> frozenset[str]:
        """The groups of the concepts with a code."""
        return frozenset(concept.group for concept in self.index.lookup(system, code))

    def names(self, numbers: Iterable[int]) -> dict[int, tuple[Name, ...]]:
        """The names by the number of the concept; it reads the file through, in some 20 ms."""
        wanted = ",".join(str(int(number)) for number in numbers)
        rows = self.index.rows(
            f"SELECT concept, origin, term FROM name WHERE concept IN ({wanted})"  # noqa: S608
        )
        found: dict[int, list[tuple[Origin, str | None]]] = {}
        for number, packed, term in rows:
            origin = Origin.unpack(packed)
            if origin.kind in SYNONYMS:
                found.setdefault(number, []).append((origin, term))
        return {
            number: self._ordered(names, self.index.concept(number).name)
            for number, names in found.items()
        }

    def _names(self, concept: Concept, coding: Coding) -> tuple[Name, ...]:
        rows = self.index.rows("SELECT id FROM concept WHERE name = ?", (concept.name,))
        numbers = [number for (number,) in rows]
        own = [number for number in numbers if coding in self.index.concept(number).codings]
        return self.names(own[:1]).get(own[0], ()) if own else ()

    def _ordered(self, names: list[tuple[Origin, str | None]], own: str) -> tuple[Name, ...]:
        """The concept's `own` name (no term in the index) comes first."""
        ordered = sorted(names, key=_place)
        found: dict[tuple[str, str], Name] = {}
        for origin, term in ordered:
            language, text = self.index.languages[origin.language], term or own
            first = origin.kind != ABBREVIATION and all(language != each for each, _ in found)
            found.setdefault((language, text), Name(text, language, first))
        return tuple(found.values())

    def _stands_for(self, concept: Concept, coding: Coding) -> bool:
        """Whether the code is the concept's alone, by a match that means the same."""
        if groups()[concept.group].cross_references:
            return False
        return len(self.index.lookup(coding.system, coding.code)) == 1


def _place(name: tuple[Origin, str | None]) -> tuple[bool, int, bool, int, str]:
    """Among names that are as good, the shortest is the one that people know."""
    origin, term = name
    text = term or ""
    return term is not None, origin.kind, not origin.decided, len(text), text


def preferred_name(names: Iterable[Name], language: str | None) -> str | None:
    """The name that a language prefers (BCP 47; the region does not count)."""
    wanted = (language or "").partition("-")[0].lower()
    return next((name.text for name in names if name.preferred and name.language == wanted), None)


def held_systems() -> tuple[str, ...]:
    """The URIs of the code systems that an index may hold."""
    return tuple(system.uri for system in code_systems().values())


def has_form(system: str, code: str) -> bool:
    """Whether `code` could be one of the system, by its form and check digit."""
    key = system_key(system)
    return key is not None and code_systems()[key].check(code)


def _coding(concepts: list[Concept], system: str, code: str) -> Coding | None:
    """The coding among those of `concepts`; None without concepts, or if but a hash was equal."""
    key = system_key(system)
    uri = code_systems()[key].uri if key else system
    wanted = (uri, code)
    codings = (coding for concept in concepts for coding in concept.codings)
    return next((each for each in codings if (each.system, each.code) == wanted), None)


def _own(concepts: list[Concept], coding: Coding) -> Concept | None:
    """The concept that the code stands for: the only one, or the only one of the code's name."""
    if len(concepts) == 1:
        return concepts[0]
    named = [each for each in concepts if _folded(each.name) == _folded(coding.display)]
    return named[0] if len(named) == 1 else None


def _folded(text: str) -> str:
    return " ".join(fold(text).split())
