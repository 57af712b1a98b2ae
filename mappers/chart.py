"""What a note says -> the resources of the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mappers.condition import to_condition
from mappers.family_member_history import to_family_member_history
from mappers.medication_statement import to_medication_statement
from mappers.observation import to_observation
from mappers.procedure import to_procedure
from mappers.source import Source
from mappers.statement import Statement, statements
from mappers.types import CodedEntity, Resource
from models.types import Relation

Mapper = Callable[[Statement, Source, Sequence[Relation]], Resource]

MAPPERS: Mapping[str, Mapper] = {
    "Condition": lambda statement, source, _: to_condition(statement, source),
    "FamilyMemberHistory": lambda statement, source, _: to_family_member_history(statement, source),
    "MedicationStatement": to_medication_statement,
    "Observation": lambda statement, source, _: to_observation(statement, source),
    "Procedure": lambda statement, source, _: to_procedure(statement, source),
}
"""Resource type -> what builds it; groups.toml names no other type."""


def to_resources(
    source: Source, coded: Iterable[CodedEntity], relations: Sequence[Relation]
) -> list[Resource]:
    """Map the entities of a note to resources, in text order, one for each statement.

    The same input gives the same bytes. A document about a device or a practitioner has no
    chart, so it gives nothing. `mappers.statement.statements` counts what is left out and why.
    """
    if not source.has_chart:
        return []
    stated = statements(source.note, coded, relations).stated
    return [MAPPERS[statement.kind](statement, source, relations) for statement in stated]
