"""Entity -> CodedEntity: asks the terminology for the codings of each mention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Protocol

from mappers.groups import LABELS, rank
from mappers.types import CodedEntity
from models.types import Entity
from terminology.corpus import corpora
from terminology.types import Candidate, Coding, Concept


class Linker(Protocol):
    """What finds the concepts that a mention may mean, the best first."""

    def link(
        self,
        mention: str,
        *,
        language: str,
        group: str | None = None,
        context: str | None = None,
    ) -> Sequence[Candidate]:
        """Return the candidates; none when nothing is good enough."""
        ...


def code(
    entities: Iterable[Entity], language: str, linker: Linker, text: str | None = None
) -> tuple[CodedEntity, ...]:
    """Give every entity the codings of its best candidate, in the order of groups.toml.

    `text` is the note, whose own definitions of short forms come first. An entity whose label
    groups.toml does not name, or that nothing matches, is text only.
    """
    return tuple(_coded(entity, language, linker, text) for entity in entities)


def _coded(entity: Entity, language: str, linker: Linker, text: str | None) -> CodedEntity:
    label = LABELS.get(entity.label)
    found = (
        linker.link(entity.span.text, language=language, group=group, context=text)
        for group in (label.groups if label else ())
    )
    best = [candidates[0] for candidates in found if candidates]
    if not best:
        return CodedEntity(entity)
    # max() keeps the first of equals, which is the order of the groups in groups.toml.
    concept = max(best, key=lambda candidate: candidate.score).concept
    return CodedEntity(entity, _ordered(concept), concept.source)


def _ordered(concept: Concept) -> tuple[Coding, ...]:
    codings = sorted(concept.codings, key=lambda coding: rank(coding.system, concept.group))
    if concept.source in _annotated():
        return tuple(_without(coding, concept.name) for coding in codings)
    return tuple(codings)


def _without(coding: Coding, name: str) -> Coding:
    """What an annotator marked in a note is no display of the code (Coding.display, R4)."""
    return replace(coding, display="") if coding.display == name else coding


@cache
def _annotated() -> frozenset[str]:
    return frozenset(corpus.source.key for corpus in corpora())
