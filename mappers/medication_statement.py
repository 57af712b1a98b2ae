"""A stated drug -> MedicationStatement."""

from __future__ import annotations

from collections.abc import Sequence

from mappers.dosage import to_dosages
from mappers.extracted import codeable_concept, extracted, present
from mappers.source import Source, unknown
from mappers.statement import Statement
from mappers.types import Resource
from models.types import Relation


def to_medication_statement(
    statement: Statement, source: Source, relations: Sequence[Relation]
) -> Resource:
    """Map to MedicationStatement; `dateAsserted` is the date of the document.

    IPS requires `effective[x]`, and a note does not say since when: it is marked as unknown.
    """
    reason = statement.meaning.status_reason
    return extracted(statement, source) | present(
        status=statement.meaning.status,
        statusReason=[{"text": reason}] if reason else None,
        medicationCodeableConcept=codeable_concept(statement),
        subject=source.subject,
        context=source.encounter,
        _effectiveDateTime=unknown(),
        dateAsserted=source.note.date,
        derivedFrom=[source.reference],
        dosage=to_dosages(statement, source, relations),
    )
