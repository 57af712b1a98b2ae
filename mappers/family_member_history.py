"""A stated disease of a relative -> FamilyMemberHistory."""

from __future__ import annotations

from mappers.canonical import ROLE_CODE
from mappers.evidence import derivation
from mappers.extracted import codeable_concept, extracted, present
from mappers.kin import Relative
from mappers.source import Source
from mappers.statement import Statement
from mappers.types import Resource


def to_family_member_history(statement: Statement, source: Source) -> Resource:
    """Map to FamilyMemberHistory: one disease of one relative, so the history is partial.

    The relationship carries the word that named the relative as its own evidence.

    Raises:
        ValueError: the statement names no relative.
    """
    if statement.relative is None:
        raise ValueError("a family history without a relative")
    return extracted(statement, source) | present(
        status=statement.meaning.status,
        patient=source.subject,
        date=source.note.date,
        relationship=_relationship(statement.relative, source),
        condition=[{"code": codeable_concept(statement)}],
    )


def _relationship(relative: Relative, source: Source) -> Resource:
    coding = {"system": ROLE_CODE, "code": relative.code, "display": relative.display}
    evidence = [derivation(source, relative.span)] if relative.span else []
    return present(extension=evidence, coding=[coding])
