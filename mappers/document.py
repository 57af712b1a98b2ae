"""DocumentReference in, Note out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fhir.resources.R4B.documentreference import DocumentReference
from pydantic import ValidationError

from mappers import attachment as attachments
from mappers.attachment import Attachment
from mappers.errors import (
    AttachmentMissing,
    DocumentMalformed,
    DocumentPreliminary,
    DocumentWithdrawn,
)
from mappers.formats.limits import DEFAULT_LIMITS, Limits
from mappers.types import Resource
from models.types import Note

# http://hl7.org/fhir/R4/valueset-document-reference-status.html, valueset-composition-status.html
STATUSES = frozenset(("current", "superseded", "entered-in-error"))
DOC_STATUSES = frozenset(("preliminary", "final", "amended", "entered-in-error"))
UNDETERMINED = "und"
MOST_FAULTS = 5


def check(resource: object) -> None:
    """Make sure that a note may be read from this resource.

    Drafts and withdrawn documents are recognised first, so that they are passed over even when
    something else is wrong with them. The data of attachments are left to `attachment.select`.

    Raises:
        DocumentMalformed: not a DocumentReference, or not a valid one in R4; names the elements.
        DocumentWithdrawn: superseded or entered in error.
        DocumentPreliminary: `docStatus` is preliminary.
        AttachmentMissing: it has no content, or a content without an attachment.
    """
    if not isinstance(resource, dict):
        raise DocumentMalformed("the resource is not a JSON object")
    if resource.get("resourceType") != "DocumentReference":
        raise DocumentMalformed("the resource is not a DocumentReference")
    _check_status(resource)
    _check_content(resource)
    _check_r4(resource)


def to_note(
    document: Resource,
    payload: bytes,
    *,
    attachment: Attachment,
    language: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Note:
    """Decode the payload of the attachment, and say what it is about.

    `language` (BCP 47) is what the caller found out; without it that of the attachment or of the
    document counts, and `und` if neither has one. The reference is versioned as far as the
    document has a version.

    Raises:
        DocumentMalformed: an element that is needed here has the wrong type.
        DocumentError: as in `attachment.text`.
    """
    text = attachments.text(attachment, payload, limits=limits)
    return Note(
        text=text,
        language=language or attachment.language or _string(document, "language") or UNDETERMINED,
        reference=versioned_reference(document),
        subject=_string(_object(document, "subject"), "reference"),
        encounter=_encounter(_object(document, "context")),
        date=_string(document, "date") or _period_start(document),
    )


def _check_status(resource: Resource) -> None:
    status, doc_status = resource.get("status"), resource.get("docStatus")
    if status in ("superseded", "entered-in-error"):
        raise DocumentWithdrawn(f"the document's status is {status}")
    if doc_status == "entered-in-error":
        raise DocumentWithdrawn("the document's docStatus is entered-in-error")
    if doc_status == "preliminary":
        raise DocumentPreliminary("the document's docStatus is preliminary")
    if status not in STATUSES:
        raise DocumentMalformed("status is missing or not a code of DocumentReferenceStatus")
    if doc_status is not None and doc_status not in DOC_STATUSES:
        raise DocumentMalformed("docStatus is not a code of CompositionStatus")


def _check_content(resource: Resource) -> None:
    contents = resource.get("content")
    if contents is None or contents == []:
        raise AttachmentMissing("the document has no content")
    if not isinstance(contents, list) or not all(isinstance(each, dict) for each in contents):
        raise DocumentMalformed("content is not a list of objects")
    for index, content in enumerate(contents):
        if content.get("attachment") is None:
            raise AttachmentMissing(f"content[{index}] has no attachment")
        _object(content, "attachment")


def _check_r4(resource: Resource) -> None:
    given = _without_data(resource)
    try:
        read = DocumentReference.model_validate(given).model_dump()
        faults = list(_strays(given, read, "DocumentReference"))
    except ValidationError as error:
        faults = list(_faults(error))
    except RecursionError:
        faults = ["the resource is nested too deeply"]
    if not faults:
        return
    # Outside the handler: a ValidationError holds what it was given, and must not be chained.
    more = f" and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    raise DocumentMalformed(f"not valid in R4: {'; '.join(faults[:MOST_FAULTS])}{more}")


def _without_data(resource: Resource) -> Resource:
    """Leave out the data: checking them here as well would cost seconds for a large note."""
    contents = [
        {**content, "attachment": {k: v for k, v in content["attachment"].items() if k != "data"}}
        for content in resource["content"]
    ]
    return {**resource, "content": contents}


def _faults(error: ValidationError) -> Iterator[str]:
    """Name each faulty element; the names of unknown ones are the caller's words, so not those."""
    for fault in error.errors(include_input=False, include_context=False, include_url=False):
        if fault["type"] == "extra_forbidden":
            yield f"{_path(fault['loc'][:-1])} has an unknown element"
        else:
            yield f"{_path(fault['loc'])} is missing or malformed"


def _strays(given: Any, read: Any, path: str) -> Iterator[str]:
    """Name what the model overlooks: null for nothing, and an object written as a JSON string."""
    if isinstance(read, dict) and isinstance(given, dict):
        for name, value in given.items():
            if value is None:
                yield f"{path}.{name} is null"
            else:
                yield from _strays(value, read.get(name), f"{path}.{name}")
    elif isinstance(read, list) and isinstance(given, list):
        for index, (value, element) in enumerate(zip(given, read, strict=False)):
            yield from _strays(value, element, f"{path}[{index}]")
    elif isinstance(read, dict | list):
        yield f"{path} is missing or malformed"


def _path(location: Sequence[int | str]) -> str:
    path = "DocumentReference"
    for part in location:
        if part != "root":
            path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path


def versioned_reference(document: Resource) -> str | None:
    """Refer to the document, as versioned as it is; None when it has no id."""
    identity = _string(document, "id")
    if identity is None:
        return None
    version = _string(_object(document, "meta"), "versionId")
    return f"DocumentReference/{identity}" + (f"/_history/{version}" if version else "")


def _encounter(context: dict[str, Any]) -> str | None:
    """Give the first Encounter; R4 also allows an EpisodeOfCare, which resources cannot cite."""
    for each in context.get("encounter") or ():
        reference = _string(each, "reference") if isinstance(each, dict) else None
        if reference and "EpisodeOfCare/" not in reference:
            return reference
    return None


def _period_start(document: Resource) -> str | None:
    return _string(_object(_object(document, "context"), "period"), "start")


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DocumentMalformed(f"{name} is not an object")
    return value


def _string(parent: dict[str, Any], name: str) -> str | None:
    value = parent.get(name)
    return value if isinstance(value, str) and value else None
