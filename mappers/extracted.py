"""What every extracted resource carries: labels, identity, confidence and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mappers.canonical import AI_ASSERTED, AI_CONFIDENCE, EXTRACTED
from mappers.evidence import MOST_EVIDENCE, derivation
from mappers.identity import extracted_identifier
from mappers.source import Source
from mappers.statement import Statement
from mappers.types import Resource
from terminology.types import Coding


def extracted(statement: Statement, source: Source) -> Resource:
    """Begin a resource. Confidence and evidence stand on the resource, since both are of it."""
    return {
        "resourceType": statement.kind,
        "meta": ai_meta(source),
        "extension": [
            {"url": AI_CONFIDENCE, "valueDecimal": statement.confidence},
            *(derivation(source, span) for span in statement.spans[:MOST_EVIDENCE]),
        ],
        "identifier": [
            extracted_identifier(
                source.key,
                statement.kind,
                statement.concept,
                f"{statement.meaning.key}.{statement.distinction}",
            )
        ],
    }


def ai_meta(source: Source, *tags: Resource) -> Resource:
    """Label a resource as asserted by an AI and tag it with the document that it came from."""
    return {"security": [dict(AI_ASSERTED)], "tag": [dict(EXTRACTED), source.tag, *tags]}


def codeable_concept(statement: Statement, codings: Sequence[Coding] | None = None) -> Resource:
    """Build the concept: its codings, or other `codings`, and the mention as written."""
    concept: Resource = {"text": statement.text}
    if chosen := statement.codings if codings is None else codings:
        concept["coding"] = [_coding(coding) for coding in chosen]
    return concept


def present(**elements: Any) -> Resource:
    """Keep the elements that have a value; FHIR knows neither null nor empty lists."""
    return {name: value for name, value in elements.items() if value not in (None, [], {})}


def _coding(coding: Coding) -> Resource:
    return present(
        system=coding.system,
        version=coding.version,
        code=coding.code,
        display=coding.display or None,
        userSelected=False,
    )
