"""The Provenance of what was read from one version of a note, and of its de-identified copy.

The first is also the receipt.
"""

from __future__ import annotations

from collections.abc import Iterable

from mappers.canonical import AI_ASSERTED, LIFECYCLE, PARTICIPANT
from mappers.device import ai_role
from mappers.extracted import ai_meta
from mappers.identity import digest, identity, receipt
from mappers.source import Source
from mappers.types import CodedEntity, Resource


def to_provenance(
    source: Source,
    resources: Iterable[Resource],
    device: Resource,
    *,
    recorded: str,
    pipeline: str,
) -> Resource:
    """Build the AI-Provenance (hl7.fhir.uv.aitransparency) of `resources`.

    `recorded` is a FHIR instant. The references are those of the transaction (`urn:uuid:`);
    mappers.bundle turns the ones of resources that exist into `Type/id`.

    Raises:
        ValueError: there is no resource, and R4 has no Provenance without a target.
    """
    targets = [{"reference": identity(resource).full_url} for resource in resources]
    if not targets:
        raise ValueError("a Provenance without a target")
    return {
        "resourceType": "Provenance",
        "meta": ai_meta(source, source_receipt(source, pipeline)),
        "target": targets,
        "recorded": recorded,
        "reason": [{"coding": [dict(AI_ASSERTED)]}],
        **_activity("transform"),
        **_origin(source, device),
    }


def to_copy_provenance(  # noqa: PLR0913
    source: Source, copy: Resource, device: Resource, *, recorded: str, pipeline: str, mode: str
) -> Resource:
    """Build the Provenance of the de-identified `copy`; surrogates are pseudonyms."""
    return {
        "resourceType": "Provenance",
        "meta": ai_meta(source, source_receipt(source, f"{pipeline}/copy")),
        "target": [{"reference": identity(copy).full_url}],
        "recorded": recorded,
        **_activity("pseudonymize" if mode == "surrogate" else "deidentify"),
        **_origin(source, device),
    }


def _activity(code: str) -> Resource:
    return {"activity": {"coding": [{"system": LIFECYCLE, "code": code}]}}


def _origin(source: Source, device: Resource) -> Resource:
    """Say who did it to what: the pipeline, to the document."""
    return {
        "agent": [
            {
                "type": {"coding": [{"system": PARTICIPANT, "code": "author"}]},
                "role": [ai_role()],
                "who": {"reference": identity(device).full_url},
            }
        ],
        "entity": [{"role": "source", "what": source.reference}],
    }


def with_origins(records: Iterable[Resource], coded: Iterable[CodedEntity]) -> tuple[Resource, ...]:
    """The records, that of the reading with the terminology sources that its codes come from."""
    origins = sorted({one.origin for one in coded if one.origin})
    named = [{"role": "source", "what": {"display": f"Terminology: {each}"}} for each in origins]
    return tuple(
        {**record, "entity": [*record["entity"], *named]} if "reason" in record else record
        for record in records
    )


def source_receipt(source: Source, pipeline: str) -> Resource:
    """Build the receipt of a source; without a version, the text stands for it."""
    reference = source.note.reference or ""
    if "/_history/" not in reference:
        reference = f"{source.key}#{digest(source.note.text)}"
    return receipt(reference, pipeline)
