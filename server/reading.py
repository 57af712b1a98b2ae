"""What is read from the store before a note is: its text, and who is around the patient."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

from mappers.attachment import Attachment, select
from mappers.document import check
from mappers.errors import AttachmentMissing
from mappers.formats.limits import DEFAULT_LIMITS
from mappers.types import Resource
from server.errors import DocumentGone, DocumentNotFound
from server.store import Store
from server.surroundings import read_surroundings, with_subject


@dataclass(frozen=True, slots=True)
class Reading:
    """All that `pipeline.extract` needs, so that it needs no network.

    `surroundings` are the resources of the patient and of the people around; None when the
    patient's own could not be read, so that no copy can be checked for leaks. `recorded` is
    the FHIR instant of this reading.
    """

    document: Resource
    attachment: Attachment
    payload: bytes
    surroundings: tuple[Resource, ...] | None
    recorded: str
    language: str | None = None


async def gather(document: Resource, store: Store, language: str | None = None) -> Reading:
    """Fetch what belongs to `document`.

    Raises:
        DocumentError: the document or its attachment is at fault.
        StoreError: the store did not give it.
    """
    check(document)
    attachment = select(document)
    payload = attachment.data
    if payload is None:
        payload = await _fetch(attachment, store)
    document = await with_subject(document, store)
    surroundings = await read_surroundings(document, store)
    return Reading(document, attachment, payload, surroundings, _now(), language)


async def _fetch(attachment: Attachment, store: Store) -> bytes:
    assert attachment.url is not None
    if attachment.url.startswith("#"):
        raise AttachmentMissing("the attachment's url points into the document; send it as data")
    try:
        return await store.fetch(attachment.url, DEFAULT_LIMITS.max_bytes)
    except (DocumentNotFound, DocumentGone):
        # Not the document's own 404: that one is there, and its job must not be skipped.
        raise AttachmentMissing("nothing is where the attachment's url points") from None


def to_reading(text: str, *, subject: str | None = None, language: str | None = None) -> Reading:
    """Wrap a plain text that no store holds."""
    document = to_document(text)
    if subject is not None:
        document["subject"] = {"reference": subject}
    attachment = select(document)
    assert attachment.data is not None
    return Reading(document, attachment, attachment.data, (), _now(), language)


def to_document(text: str) -> Resource:
    """Build a DocumentReference around a plain text."""
    data = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    attachment = {"contentType": "text/plain; charset=utf-8", "data": data}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment}],
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
