"""A document out of a file -> what its note says: the same path as a note of the FHIR store."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from mappers.attachment import Attachment, select
from mappers.bundle import with_ids
from mappers.deidentification.document import read_copy
from mappers.deidentification.pseudonym import split_reference
from mappers.document import check, versioned_reference
from mappers.errors import AttachmentMalformed, AttachmentMissing
from mappers.identity import identity
from mappers.types import Resource
from models.types import DeidentifiedNote
from server.bulk.subject import patient_of
from server.bulk.task import Desk
from server.extraction import Extraction
from server.pipeline import extract
from server.reading import Reading


def read_document(document: Resource, desk: Desk) -> Extraction:
    """Read a document with what the files say of the patient and of those around.

    Raises:
        DocumentError, LanguageUnsupported, ResourceInvalid: as `pipeline.extract`.
    """
    check(document)
    attachment = select(document)
    payload = attachment.data if attachment.data is not None else _binary(attachment, desk)
    people = _surroundings(document, desk)
    reading = Reading(document, attachment, payload, people, desk.task.recorded)
    return extract(reading, desk.parts)


def to_chart(extraction: Extraction, existing: Mapping[str, Resource]) -> list[Resource]:
    """Return what was read and is not there, with ids and references that hold outside a bundle."""
    return with_ids(extraction.everything, existing=existing)


def for_release(
    extraction: Extraction, document: Resource, existing: Mapping[str, Resource]
) -> list[Resource]:
    """Return what may leave: not the store's own copy, for which the document itself stands."""
    copy = extraction.copy.document
    if copy is None:
        return to_chart(extraction, existing)
    stand_in = {"resourceType": "DocumentReference", "id": str(document.get("id"))}
    return to_chart(extraction, {**existing, identity(copy).value: stand_in})


def note_of(document: Resource, extraction: Extraction) -> dict[str, DeidentifiedNote]:
    """Return the de-identified note by its reference; nothing when it is withheld."""
    note = read_copy(extraction.copy.document) if extraction.copy.document else None
    reference = versioned_reference(document)
    return {reference: note} if note and reference else {}


def _surroundings(document: Resource, desk: Desk) -> tuple[Resource, ...] | None:
    if patient := patient_of(document):
        return desk.people.around(patient)
    return None if document.get("subject") else desk.people.named(document)


def _binary(attachment: Attachment, desk: Desk) -> bytes:
    parts = split_reference(attachment.url or "")
    binary = desk.people.binary(parts[1]) if parts and parts[0] == "Binary" else None
    data = binary.get("data") if binary else None
    if not isinstance(data, str):
        raise AttachmentMissing("the attachment's url names no Binary of these files")
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise AttachmentMalformed("the data of the attachment's Binary are not base64") from None
