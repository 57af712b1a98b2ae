"""A stated procedure or examination -> Procedure."""

from __future__ import annotations

from mappers.extracted import codeable_concept, extracted, present
from mappers.source import Source, unknown
from mappers.statement import Statement
from mappers.types import Resource


def to_procedure(statement: Statement, source: Source) -> Resource:
    """Map to Procedure.

    IPS requires `performed[x]`, and the date of the note is not that of the procedure: it is
    marked as unknown.
    """
    reason = statement.meaning.status_reason
    return extracted(statement, source) | present(
        status=statement.meaning.status,
        statusReason={"text": reason} if reason else None,
        code=codeable_concept(statement),
        subject=source.subject,
        encounter=source.encounter,
        _performedDateTime=unknown(),
    )
