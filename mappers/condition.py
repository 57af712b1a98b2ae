"""A stated disease or symptom of the patient -> Condition."""

from __future__ import annotations

from typing import Final

from mappers.canonical import CONDITION_CATEGORY, CONDITION_CLINICAL, CONDITION_VERIFICATION
from mappers.extracted import codeable_concept, extracted, present
from mappers.source import Source
from mappers.statement import Statement
from mappers.types import Resource

WITHOUT_ENCOUNTER: Final = "problem-list-item"


def to_condition(statement: Statement, source: Source) -> Resource:
    """Map to Condition; `recordedDate` is the date of the document."""
    row = statement.meaning
    encounter = source.encounter
    return extracted(statement, source) | present(
        clinicalStatus=_concept(CONDITION_CLINICAL, row.clinical_status),
        verificationStatus=_concept(CONDITION_VERIFICATION, row.verification_status),
        category=[_concept(CONDITION_CATEGORY, row.category if encounter else WITHOUT_ENCOUNTER)],
        code=codeable_concept(statement),
        subject=source.subject,
        encounter=encounter,
        recordedDate=source.note.date,
        evidence=[{"detail": [source.reference]}],
    )


def _concept(system: str, code: str | None) -> Resource | None:
    return {"coding": [{"system": system, "code": code}]} if code else None
