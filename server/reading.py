"""What is read from the store before a note is: its text, and who is around the patient."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mappers.attachment import Attachment, select
from mappers.document import check
from mappers.errors import AttachmentMissing
from mappers.formats.limits import DEFAULT_LIMITS
from mappers.types import Resource
from server.errors import DocumentGone, DocumentNotFound, StoreRefused
from server.store import Store


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
    return Reading(
        document,
        attachment,
        payload,
        await _surroundings(document, store),
        _now(),
        language,
    )


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


async def _surroundings(document: Resource, store: Store) -> tuple[Resource, ...] | None:
    subject = await _subject(document, store)
    others = [reference for reference in _people(document) if reference != subject]
    found = await asyncio.gather(*(_read(store, reference) for reference in others))
    people = [person for person in found if person is not None]
    if document.get("subject"):
        patient = await _read(store, subject) if subject else None
        if patient is None:
            return None
        people.append(patient)
        people.extend(await _relatives(store, patient))
    return tuple(people)


async def _subject(document: Resource, store: Store) -> str | None:
    """Find out whom the document is about, also where it gives an identifier only."""
    subject = document.get("subject") or {}
    identifier = subject.get("identifier") or {}
    if subject.get("reference") or not identifier.get("value"):
        return subject.get("reference")
    query = {"identifier": f"{identifier.get('system', '')}|{identifier['value']}".lstrip("|")}
    try:
        found = [one async for one in store.search("Patient", query)]
    except StoreRefused:
        return None
    return f"Patient/{found[0]['id']}" if len(found) == 1 else None


def _people(document: Resource) -> Iterator[str]:
    context = document.get("context") or {}
    references = [
        *document.get("author", []),
        document.get("authenticator"),
        document.get("custodian"),
        context.get("sourcePatientInfo"),
        *context.get("related", []),
    ]
    known = ("Patient/", "Practitioner/", "RelatedPerson/", "Organization/")
    for reference in references:
        name = (reference or {}).get("reference", "")
        if name.startswith(known):
            yield name


async def _relatives(store: Store, patient: Resource) -> list[Resource]:
    if patient.get("resourceType") != "Patient":
        return []
    try:
        return [one async for one in store.search("RelatedPerson", {"patient": patient["id"]})]
    except StoreRefused:  # a store without RelatedPerson
        return []


async def _read(store: Store, reference: str) -> Resource | None:
    try:
        return await store.read(reference.removeprefix(f"{store.base}/"))
    except StoreRefused:
        return None
