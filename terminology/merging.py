"""Concepts of several sources made one, where they share a code or a preferred name.

A wrong code is worse than none, so two that disagree on the code of an identifying system are
never one: a shared CUI or an equal name does not outweigh two different SNOMED CT codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from terminology.codesystem import EXACT, Group, code_systems, groups
from terminology.normalization import normalizer
from terminology.source import Name, Source, SourceConcept
from terminology.supplement import SUPPLEMENT

IDENTIFYING = ("snomed", "rxnorm", "loinc")
_MERGING = ("snomed", "rxnorm", "loinc", "umls")


@dataclass(frozen=True, slots=True)
class SourceName:
    """A name with the source that gave it and how much the source says it is used."""

    name: Name
    source: Source
    rank: int


@dataclass(slots=True)
class MergedConcept:
    """One meaning, out of one or more source concepts; `further` codes serve the lookup only."""

    group: Group
    name: str
    source: Source
    codes: dict[str, str] = field(default_factory=dict)
    further: set[tuple[str, str]] = field(default_factory=set)
    ingredients: list[str] = field(default_factory=list)
    names: list[SourceName] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    categories: set[str] = field(default_factory=set)

    def add(self, concept: SourceConcept) -> None:
        """Take over the names, and the codes of systems that have none yet."""
        self.members.setdefault(concept.source.key, concept.identifier)
        for system, (code, match) in concept.codes.items():
            if system in self.group.systems and self.group.accepts(match):
                self.codes.setdefault(system, code)
        self.further.update(concept.further)
        self.categories.update(concept.categories)
        if "icd10cm" in concept.codes:
            self.categories.add(concept.codes["icd10cm"][0])
        self.ingredients.extend(concept.ingredients)
        if concept.named:
            self.names.extend(
                SourceName(name, concept.source, concept.rank) for name in concept.names
            )

    def absorb(self, other: MergedConcept) -> None:
        """Take over everything of a concept that turned out to be the same.

        But not ICD-10-CM from a list of names: there "rash" stands beside the code of scarlet
        fever and "nephropathy" beside that of type 1 diabetes.
        """
        named_only = not other.source.keeps_apart
        for system, code in other.codes.items():
            if not (named_only and system == "icd10cm"):
                self.codes.setdefault(system, code)
        self.further |= other.further
        if not named_only:
            self.categories |= other.categories
        self.ingredients += other.ingredients
        self.names += other.names
        other.names = []

    def settle(self) -> None:
        """Choose the name to be shown, and the ICD-10-CM code that fits.

        A concept that only the supplement or a corpus names is called by its longest English name
        ("general anesthesia", not "GA").

        Where sources name an ICD-10-CM category and one of its parts, take the category.

        The part that ends in .9 stays: by the classification's convention it is "unspecified",
        which is what a name without further detail means.
        """
        english = [name.name.text for name in self.names if name.name.language == "en"]
        if english and (self.name not in english or self.source.key == SUPPLEMENT.key):
            self.name = max(english, key=lambda name: (len(name), name))
        code = self.codes.get("icd10cm", "")
        wider = [other for other in self.categories if code != other and code.startswith(other)]
        if wider and not code.endswith(".9"):
            self.codes["icd10cm"] = min(wider, key=len)


@dataclass(slots=True)
class Merging:
    """The concepts so far, and the ways to find the one that a source concept belongs to."""

    concepts: list[MergedConcept] = field(default_factory=list)
    _by_identifier: dict[str, MergedConcept] = field(default_factory=dict)
    _by_code: dict[tuple[str, str, str], MergedConcept] = field(default_factory=dict)
    _by_name: dict[tuple[str, str, str], MergedConcept] = field(default_factory=dict)

    def add(self, concepts: Iterable[SourceConcept]) -> None:
        """Add the concepts of one source; call it in the order of precedence."""
        for concept in concepts:
            if concept.group in groups():
                self._add_one(concept)

    def with_code(self, family: str, system: str, code: str) -> MergedConcept | None:
        """The concept of a family that has this code."""
        return self._by_code.get((family, system, code))

    def give_code(self, concept: MergedConcept, system: str, code: str) -> None:
        """Add a code that the sources do not state for this concept."""
        concept.codes[system] = code
        self._by_code[concept.group.family, system, code] = concept

    def start(self, concept: SourceConcept) -> MergedConcept:
        """A concept of its own; its name is added by the caller."""
        home = MergedConcept(groups()[concept.group], concept.preferred().text, concept.source)
        self.concepts.append(home)
        for system, (code, _) in concept.codes.items():
            home.codes[system] = code
            self._by_code.setdefault((home.group.family, system, code), home)
        return home

    def _add_one(self, concept: SourceConcept) -> None:
        group = groups()[concept.group]
        if not any(
            system in group.systems and group.accepts(match)
            for system, (_, match) in concept.codes.items()
        ):
            return
        home = self._home(concept, group)
        if home is None:
            if not concept.named:
                return
            home = MergedConcept(group, concept.preferred().text, concept.source)
            self.concepts.append(home)
        home.add(concept)
        self._remember(concept, home)

    def _home(self, concept: SourceConcept, group: Group) -> MergedConcept | None:
        same = self._by_identifier.get(concept.identifier)
        if same is not None:
            return same
        named = self._namesake(concept, group)
        if named is not None and _agree(named, concept, but=_defined_by(named.source)):
            return named
        for system in _MERGING:
            code, match = concept.codes.get(system, ("", ""))
            if code and match in EXACT:
                found = self._by_code.get((group.family, system, code))
                if found is not None and _agree(found, concept):
                    return found
        return None

    def _namesake(self, concept: SourceConcept, group: Group) -> MergedConcept | None:
        if not group.merged_by_name or not concept.named:
            return None
        return self._by_name.get(_name_key(concept, group))

    def _remember(self, concept: SourceConcept, home: MergedConcept) -> None:
        self._by_identifier.setdefault(concept.identifier, home)
        for system, (code, match) in concept.codes.items():
            if match in EXACT and home.codes.get(system) == code:
                self._by_code.setdefault((home.group.family, system, code), home)
        if home.group.merged_by_name and concept.named:
            self._by_name.setdefault(_name_key(concept, home.group), home)


def _defined_by(source: Source) -> str | None:
    """The system whose codes this source states itself, so that mappings of others yield."""
    return next((key for key, s in code_systems().items() if s.defined_by == source.key), None)


def _agree(found: MergedConcept, concept: SourceConcept, but: str | None = None) -> bool:
    """Whether nothing speaks against the two being one; codes of the system `but` do not count.

    An ontology that keeps two concepts apart knows why; a list of names does not.
    """
    other = found.members.get(concept.source.key, concept.identifier)
    if concept.source.keeps_apart and other != concept.identifier:
        return False
    return all(
        found.codes.get(system, concept.codes[system][0]) == concept.codes[system][0]
        for system in IDENTIFYING
        if system != but
        and system in concept.codes
        and found.group.accepts(concept.codes[system][1])
    )


def _name_key(concept: SourceConcept, group: Group) -> tuple[str, str, str]:
    name = concept.preferred()
    words = normalizer(name.language).tokens(name.text)
    return group.family, name.language, " ".join(words)
