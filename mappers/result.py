"""The results of the tests of a note, from the relations that tie values to tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mappers.evidence import printable
from mappers.measurement import interpret, measure, measure_pair, measure_range
from models.types import Entity, Presence, Relation

RELATION: Final = "RESULT_OF"

# What is denied or imagined is no result; what a person doubts is one, in doubt.
_STATED: Final = (Presence.PRESENT, Presence.POSSIBLE)


@dataclass(frozen=True, slots=True)
class Result:
    """What a test gave: `value` as written, and a remark on it from elsewhere ("low")."""

    value: Entity
    remark: Entity | None = None

    @property
    def text(self) -> str:
        """The value as written, without what a FHIR string cannot hold."""
        return printable(self.value.span.text)

    @property
    def key(self) -> str:
        """Value and remark without case and spacing, by which two results say the same."""
        spans = [one.span for one in (self.value, self.remark) if one]
        return "|".join(" ".join(printable(span.text).casefold().split()) for span in spans)


def results(relations: Iterable[Relation], language: str) -> Mapping[Entity, list[Result]]:
    """The results by test, in text order. A value belongs to the nearest of its tests.

    Several numbers of one test are several results; a word beside them ("low") remarks on the
    nearest. Without a number each word is a result.
    """
    by_test: dict[Entity, list[Entity]] = {}
    for value, test in _nearest(relations).items():
        if value.assertion.presence in _STATED and printable(value.span.text):
            by_test.setdefault(test, []).append(value)
    return {test: _sorted_out(values, language) for test, values in by_test.items()}


def is_number(text: str, language: str) -> bool:
    """Tell whether a value is a number with a unit that is known, a range or a pressure."""
    readers = (measure(text, language), measure_pair(text), measure_range(text, language))
    return any(read is not None for read in readers)


def _nearest(relations: Iterable[Relation]) -> dict[Entity, Entity]:
    best: dict[Entity, tuple[int, Relation]] = {}
    for relation in relations:
        if relation.label == RELATION:
            gap = _gap(relation.head, relation.tail)
            if relation.head not in best or gap < best[relation.head][0]:
                best[relation.head] = (gap, relation)
    return {value: relation.tail for value, (_, relation) in best.items()}


def _gap(one: Entity, other: Entity) -> int:
    return max(one.span.start - other.span.end, other.span.start - one.span.end)


def _sorted_out(values: Sequence[Entity], language: str) -> list[Result]:
    ordered = sorted(values, key=lambda value: value.span)
    numbers = [value for value in ordered if is_number(printable(value.span.text), language)]
    remarks: dict[Entity, Entity] = {}
    others: list[Entity] = []
    for value in ordered:
        if value in numbers:
            continue
        if numbers and interpret(printable(value.span.text)):
            nearest = min(numbers, key=lambda number: _gap(number, value))
            remarks.setdefault(nearest, value)
        else:
            others.append(value)
    found = [Result(number, remarks.get(number)) for number in numbers]
    found += [Result(other) for other in others]
    return sorted(found, key=lambda result: result.value.span)
