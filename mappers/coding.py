"""Entity -> CodedEntity: asks the terminology for the codings of each mention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mappers.groups import LABELS, rank
from mappers.types import CodedEntity
from models.types import Entity
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


def code(entities: Iterable[Entity], language: str, linker: Linker) -> tuple[CodedEntity, ...]:
    """Give every entity the codings of its best candidate, in the order of groups.toml.

    An entity whose label groups.toml does not name, or that nothing matches, is text only.
    """
    return tuple(CodedEntity(entity, _codings(entity, language, linker)) for entity in entities)


def _codings(entity: Entity, language: str, linker: Linker) -> tuple[Coding, ...]:
    label = LABELS.get(entity.label)
    if label is None:
        return ()
    found = (
        linker.link(entity.span.text, language=language, group=group) for group in label.groups
    )
    best = [candidates[0] for candidates in found if candidates]
    if not best:
        return ()
    # max() keeps the first of equals, which is the order of the groups in groups.toml.
    return _ordered(max(best, key=lambda candidate: candidate.score).concept)


def _ordered(concept: Concept) -> tuple[Coding, ...]:
    return tuple(sorted(concept.codings, key=lambda coding: rank(coding.system, concept.group)))
