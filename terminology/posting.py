"""From the names of the merged concepts to what the index looks up: key -> concepts in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from terminology.drug import take_apart
from terminology.merging import MergedConcept, SourceName
from terminology.normalization import abbreviation_key, is_short_form, name_hash, normalizer
from terminology.source import NAME_KINDS, SourceConcept
from terminology.supplement import SUPPLEMENT

PREFERRED, EXACT, RELATED, ABBREVIATION, CODER, MENTION, BROAD = range(len(NAME_KINDS))
OTHER_SENSE = 0
"""Stands for a meaning that has no code; concepts count from 1."""

_MOST_PER_KEY = 8


@dataclass(frozen=True, slots=True)
class Posting:
    """One key of one concept. `decided`: the supplement says so; `votes`: sources that agree."""

    concept: int
    kind: int
    term: str
    language: str
    source: str
    priority: int
    rank: int
    decided: bool = False
    votes: int = 1

    def order(self) -> tuple[bool, int, int, int, int, int]:
        """Sort key, the best first."""
        votes = -self.votes if self.kind == ABBREVIATION else 0
        kind = -1 if self.kind == MENTION else self.kind
        return (not self.decided, votes, kind, self.priority, -self.rank, self.concept)


@dataclass(slots=True)
class Postings:
    """All keys of the index while it is built."""

    _found: dict[int, dict[int, Posting]] = field(default_factory=dict)

    def add_concept(self, number: int, concept: MergedConcept) -> None:
        """Add every name of a concept under the key of its language."""
        for name in concept.names:
            self._add_name(number, concept, name)

    def add_senses(self, concepts: Iterable[SourceConcept]) -> None:
        """Note the short forms that also mean something without a code."""
        for concept in concepts:
            for name in concept.names:
                if name.kind == "abbreviation":
                    self._add(
                        name_hash(name.language, abbreviation_key(name.text)),
                        Posting(
                            OTHER_SENSE, ABBREVIATION, "", name.language, concept.source.key, 999, 0
                        ),
                    )

    def every(self) -> Iterator[tuple[int, Posting]]:
        """Every key with each of its concepts, in no order."""
        for key, of_key in self._found.items():
            for posting in of_key.values():
                yield key, posting

    def in_order(self, families: Sequence[str]) -> Iterable[tuple[int, list[Posting]]]:
        """Every key with its concepts, the best first; `families` by number of the concept."""
        for key in sorted(self._found):
            ordered = sorted(self._found[key].values(), key=Posting.order)
            kept = [posting for posting in ordered if _is_told(posting, ordered, families)]
            if kept:
                yield key, kept[:_MOST_PER_KEY]

    def _add_name(self, number: int, concept: MergedConcept, name: SourceName) -> None:
        text, language = name.name.text, name.name.language
        kind = NAME_KINDS.index(name.name.kind)
        decided = name.source.key == SUPPLEMENT.key
        clinical = concept.group.key == "clinical_drug"
        if clinical:
            self._add_clinical(number, name)
        if kind == ABBREVIATION or is_short_form(text):
            kind, key = ABBREVIATION, abbreviation_key(text)
        else:
            key = normalizer(language).key(text)
        if key and key != "abbr:":
            self._add(
                name_hash(language, key),
                Posting(
                    number,
                    kind,
                    text,
                    language,
                    name.source.key,
                    name.source.priority,
                    name.rank,
                    decided,
                ),
            )

    def _add_clinical(self, number: int, name: SourceName) -> None:
        """The key without the salt, for generic drugs of one product."""
        if "[" in name.name.text or "{" in name.name.text:
            return
        parts = take_apart(name.name.text)
        if parts.is_clinical_drug:
            posting = Posting(
                number, EXACT, name.name.text, "en", name.source.key, name.source.priority, 0
            )
            self._add(name_hash("en", parts.key()), posting)

    def _add(self, key: int, posting: Posting) -> None:
        of_key = self._found.setdefault(key, {})
        known = of_key.get(posting.concept)
        if known is None:
            of_key[posting.concept] = posting
            return
        best = min(known, posting, key=Posting.order)
        votes = known.votes + (posting.source != known.source)
        of_key[posting.concept] = Posting(
            best.concept,
            best.kind,
            best.term,
            best.language,
            best.source,
            best.priority,
            best.rank,
            known.decided or posting.decided,
            votes,
        )


def _is_told(posting: Posting, others: Sequence[Posting], families: Sequence[str]) -> bool:
    """Leave out the bare component of a laboratory test where nothing tells which test it is."""
    if posting.kind != RELATED or families[posting.concept] != "lab" or posting.rank:
        return True
    return sum(families[other.concept] == "lab" for other in others) == 1


def families_of(concepts: Sequence[MergedConcept]) -> list[str]:
    """The family of each concept by its number; number 0 has none."""
    return ["", *(concept.group.family for concept in concepts)]
