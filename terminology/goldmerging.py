"""The annotators' names brought to the concepts of the tables.

An annotator who codes "renal failure" says what the name means, so the concept of that name gets
the code that most annotators chose. It replaces the code of a mapping, never one of a system that
identifies concepts. A name that no table has goes to the concept of the code, and so does one
that means another concept there, if the code identifies concepts; where the
annotators choose broader codes than a clinician may (MeSH for diseases), it stays apart, so that
it brings no other code with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from terminology.codesystem import groups
from terminology.gold import GoldConcept
from terminology.merging import IDENTIFYING, MergedConcept, Merging, SourceName
from terminology.normalization import normalizer
from terminology.source import NAME_KINDS, Name, SourceConcept

_TELLING = frozenset({"preferred", "synonym_exact"})
_OUTVOTES = 2
"""Mentions that outweigh a mapping; one may be a slip."""

_Key = tuple[str, str, str]


@dataclass(slots=True)
class GoldMerging:
    """Brings the concepts of corpora into a merging; make it when all tables are in."""

    merging: Merging
    _named: dict[_Key, list[MergedConcept]] = field(default_factory=dict)
    _coded: dict[_Key, MergedConcept] = field(default_factory=dict)
    _elected: dict[_Key, MergedConcept] = field(default_factory=dict)
    _apart: dict[_Key, MergedConcept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[_Key, dict[int, tuple[int, int, MergedConcept]]] = {}
        for concept in self.merging.concepts:
            for name in concept.names:
                if name.name.kind in _TELLING:
                    place = (NAME_KINDS.index(name.name.kind), name.source.priority, concept)
                    of_key = found.setdefault(_key(concept.group.family, name.name), {})
                    of_key[id(concept)] = min(of_key.get(id(concept), place), place, key=_order)
        self._named = {
            key: [concept for *_, concept in sorted(places.values(), key=_order)]
            for key, places in found.items()
        }

    def add(self, concepts: Sequence[GoldConcept]) -> None:
        """Add the concepts of all corpora."""
        for concept in self.merging.concepts:
            for system, code in concept.codes.items():
                self._coded.setdefault((concept.group.family, system, code), concept)
        self._vote(concepts)
        for gold in concepts:
            for name, count in gold.names:
                self._place(gold, name, count)

    def _vote(self, concepts: Iterable[GoldConcept]) -> None:
        votes: dict[tuple[int, str], Counter[str]] = {}
        voted: dict[int, MergedConcept] = {}
        for concept in concepts:
            for name, count in concept.names:
                for namesake in self._namesakes(concept, name):
                    voted[id(namesake)] = namesake
                    ballot = votes.setdefault((id(namesake), concept.system), Counter())
                    ballot[concept.code] += count
        for (number, system), ballot in votes.items():
            self._elect(voted[number], system, ballot)

    def _elect(self, concept: MergedConcept, system: str, ballot: Counter[str]) -> None:
        """A code of an identifying system may be given once only."""
        code, count = min(ballot.items(), key=lambda found: (-found[1], found[0]))
        coded = (concept.group.family, system, code)
        if system in IDENTIFYING:
            if system not in concept.codes and coded not in self._coded:
                self.merging.give_code(concept, system, code)
                self._coded[coded] = concept
        elif system not in concept.codes or count >= _OUTVOTES:
            concept.codes[system] = code
            self._elected.setdefault(coded, concept)

    def _place(self, gold: GoldConcept, name: Name, count: int) -> None:
        namesakes = self._namesakes(gold, name)
        has_code = namesakes and namesakes[0].codes.get(gold.system) == gold.code
        is_settled = namesakes and gold.system not in IDENTIFYING
        if not has_code and not is_settled:
            home = self._home(gold, groups()[gold.group].family)
            home.names.append(SourceName(name, gold.source, count))

    def _namesakes(self, gold: GoldConcept, name: Name) -> list[MergedConcept]:
        """The concepts that a name may mean, the likeliest first."""
        named = self._named.get(_key(groups()[gold.group].family, name), [])
        return [concept for concept in named if gold.system in concept.group.systems]

    def _home(self, gold: GoldConcept, family: str) -> MergedConcept:
        coded = (family, gold.system, gold.code)
        known = self._apart if gold.broad else self._coded
        home = known.get(coded) or (None if gold.broad else self._elected.get(coded))
        if home is None:
            home = known[coded] = self.merging.start(_as_source(gold))
        return home


def _as_source(concept: GoldConcept) -> SourceConcept:
    identifier = f"{concept.source.key}:{concept.group}:{concept.code}"
    found = SourceConcept(concept.source, identifier, concept.group)
    found.codes[concept.system] = (concept.code, "exact")
    found.names.append(concept.names[0][0])
    return found


def _order(place: tuple[int, int, MergedConcept]) -> tuple[int, int]:
    return place[:2]


def _key(family: str, name: Name) -> _Key:
    return family, name.language, normalizer(name.language).key(name.text)
