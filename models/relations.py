"""Relations between the entities of a sentence, by nearness (resources/relations.toml)."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.types import Entity, Relation

RULES = Path(__file__).with_name("resources") / "relations.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """One table of relations.toml; `reach` and `after` are characters."""

    label: str
    head: str
    tail: str
    reach: int
    after: int

    def distance(self, head: Entity, tail: Entity) -> int | None:
        """Characters between the two, with the surcharge of a tail that follows; None: too far."""
        follows = tail.span.start >= head.span.end
        gap = max(tail.span.start - head.span.end, head.span.start - tail.span.end)
        if head.span.overlaps(tail.span) or gap > self.reach:
            return None
        return gap + (self.after if follows else 0)


@cache
def rules() -> tuple[Rule, ...]:
    """Read the rules; the order of the file is the order of the relations."""
    tables = tomllib.loads(RULES.read_text("utf-8"))["relation"]
    return tuple(Rule(**table) for table in tables)


def relations(
    entities: Sequence[Entity], sentences: Sequence[tuple[int, int]]
) -> tuple[Relation, ...]:
    """Relate each modifier to its nearest target in the same sentence.

    The score is the lower one of the two entities: the relation needs both to be right.
    """
    starts = [start for start, _ in sentences]
    grouped: dict[int, list[Entity]] = {}
    for entity in entities:
        grouped.setdefault(bisect_right(starts, entity.span.start), []).append(entity)
    found = [relation for group in grouped.values() for relation in _within(group)]
    return tuple(sorted(found, key=lambda each: (each.head.span, each.label, each.tail.span)))


def _within(sentence: Sequence[Entity]) -> Iterator[Relation]:
    for rule in rules():
        tails = [entity for entity in sentence if entity.label == rule.tail]
        for head in sentence:
            if head.label == rule.head:
                yield from _nearest(rule, head, tails)


def _nearest(rule: Rule, head: Entity, tails: Sequence[Entity]) -> Iterator[Relation]:
    near = [(rule.distance(head, tail), tail) for tail in tails]
    reached = [(distance, tail) for distance, tail in near if distance is not None]
    if reached:
        tail = min(reached, key=lambda pair: (pair[0], pair[1].span))[1]
        yield Relation(rule.label, head, tail, min(head.score, tail.score))
