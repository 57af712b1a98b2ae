"""The dosages of a drug, from the relations that tie dose, frequency and duration to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mappers.evidence import MOST_EVIDENCE, derivation, printable
from mappers.extracted import present
from mappers.sig import merged, parse
from mappers.source import Source
from mappers.statement import Statement
from mappers.types import Resource
from mappers.wording import table
from models.types import Entity, Relation, Span

MOST_DOSAGES: Final = 100
"""A drug with more different dosages than this is in a list or a protocol, not on a chart."""


@dataclass(frozen=True, slots=True)
class Part:
    """A span that is tied to a drug by the relation `label`."""

    label: str
    span: Span

    @property
    def text(self) -> str:
        """What is written, without what a FHIR string cannot hold."""
        return printable(self.span.text)

    @property
    def folded(self) -> str:
        """The text without case and spacing, by which two parts say the same."""
        return " ".join(self.text.casefold().split())


def to_dosages(
    statement: Statement, source: Source, relations: Sequence[Relation]
) -> list[Resource]:
    """Build one Dosage for each different dosage that the mentions of a drug have.

    A mention whose dosage says no more than another's ("500 mg" beside "500 mg twice daily")
    adds its evidence to that one.
    """
    written: dict[frozenset[tuple[str, str]], list[Part]] = {}
    for parts in sorted(_found(statement, relations), key=len, reverse=True):
        said = _said(parts)
        fuller = said if said in written else next((one for one in written if said <= one), said)
        written.setdefault(fuller, []).extend(parts)
    in_text_order = sorted(written.values(), key=lambda parts: parts[0].span)
    return [_dosage(parts, source) for parts in in_text_order[:MOST_DOSAGES]]


def _found(statement: Statement, relations: Iterable[Relation]) -> Iterator[list[Part]]:
    """The parts of each mention's dosage, in text order; the drug may be either end."""
    labels = table()["relations"]
    ends: dict[Entity, set[Part]] = {mention.entity: set() for mention in statement.mentions}
    for relation in relations:
        if relation.label in labels:
            for drug, other in (
                (relation.head, relation.tail),
                (relation.tail, relation.head),
            ):
                if drug in ends:
                    ends[drug].add(Part(relation.label, other.span))
    for parts in ends.values():
        if told := sorted((part for part in parts if part.text), key=lambda part: part.span):
            yield told


def _said(parts: Iterable[Part]) -> frozenset[tuple[str, str]]:
    return frozenset((part.label, part.folded) for part in parts)


def _dosage(parts: Sequence[Part], source: Source) -> Resource:
    last_first = sorted(parts, key=lambda part: part.span, reverse=True)
    firsts = {(part.label, part.folded): part for part in last_first}
    different = sorted(firsts.values(), key=lambda part: part.span)
    return present(
        extension=[derivation(source, part.span) for part in parts[:MOST_EVIDENCE]],
        text=", ".join(part.text for part in different),
        **_elements(different, source.note.language),
    )


def _elements(parts: Sequence[Part], language: str) -> Resource:
    """Read the parts; two parts of a kind, and what two parts say differently, are left to text."""
    kinds = [part.label for part in parts]
    elements: Resource = {}
    ambiguous: set[str] = set()
    for part in parts:
        read = parse(part.text, language) if kinds.count(part.label) == 1 else {}
        for name, value in read.items():
            one = {name: elements[name]} if name in elements else {}
            both = {name: value} if one == {name: value} else merged(one, {name: value})
            ambiguous |= {name} if both is None else set()
            elements |= both or {}
    return merged({}, {name: elements[name] for name in elements if name not in ambiguous}) or {}
