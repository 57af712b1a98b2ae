"""A de-identified note -> its own DocumentReference, behind a gate that no known identifier passes.

Labels (v3-ObservationValue): surrogates are PSEUDED; tags and bars are REDACTED, as content was
taken out. ANONYED and MASKED are never claimed: free text cannot be proved anonymous, and nothing
can be unmasked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from mappers.allow_list import AllowList, allow_list
from mappers.canonical import COPY_IDENTIFIER
from mappers.errors import LeakFound
from mappers.types import Resource
from models.known import KnownIdentifiers, leaks
from models.surrogates import date_shift
from models.types import DeidentifiedNote

TAG: Final = {"system": "https://chartloom.dev/fhir/tag", "code": "deidentified-copy"}
OBSERVATION_VALUE: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
LABELS: Final = {
    "tag": ("REDACTED", "redacted"),
    "redact": ("REDACTED", "redacted"),
    "surrogate": ("PSEUDED", "pseudonymized"),
}
CONTENT_TYPE: Final = "text/plain; charset=utf-8"


def to_deidentified_document(
    document: Resource,
    copy: DeidentifiedNote,
    known: KnownIdentifiers,
    *,
    key: bytes | None = None,
    rules: AllowList | None = None,
) -> Resource:
    """Build the copy's DocumentReference; it has no id, and the same input gives the same bytes.

    The site's `key` makes the identifier and the date shift.

    Raises:
        LeakFound: the copy holds a known identifier; the message names its class only.
        KeyMissing: the key is shorter than 16 bytes.
    """
    kept, _ = scrub(document, key=key, rules=rules)
    resource: Resource = {
        "resourceType": "DocumentReference",
        "meta": {"security": [_label(copy.mode)], "tag": [dict(TAG)]},
        "identifier": [{"system": COPY_IDENTIFIER, "value": _value(document, copy, key)}],
        "status": "current",
        **{name: part for name, part in kept.items() if name != "content"},
        "content": [{"attachment": _attachment(kept, copy)}],
    }
    if copy.source:
        resource["relatesTo"] = [{"code": "transforms", "target": {"reference": copy.source}}]
    check_leaks(resource, known)
    return resource


def is_deidentified_copy(document: Resource) -> bool:
    """Tell whether this project made the document as a de-identified copy."""
    tags = (document.get("meta") or {}).get("tag") or []
    return any(TAG.items() <= tag.items() for tag in tags if isinstance(tag, dict))


def released(copy: Resource) -> Resource:
    """Return the copy for use outside the store: the reference to the original identifies too."""
    return {name: part for name, part in copy.items() if name not in {"id", "relatesTo"}}


def scrub(
    document: Resource, *, key: bytes | None = None, rules: AllowList | None = None
) -> tuple[Resource, Counter[str]]:
    """Return the structured fields that may stay, and how often each other path was dropped."""
    subject = (document.get("subject") or {}).get("reference")
    days = date_shift(key, subject) if key and subject else None
    return (rules or allow_list()).apply(document, days)


def _label(mode: str) -> dict[str, str]:
    code, display = LABELS[mode]
    return {"system": OBSERVATION_VALUE, "code": code, "display": display}


def _value(document: Resource, copy: DeidentifiedNote, key: bytes | None) -> str:
    """Digest the logical reference: one copy for all versions of a document.

    Without a key whoever guesses the id can check the guess; with one only the site can. A document
    that has no id yet is known by its copy's text.
    """
    named = f"DocumentReference/{document['id']}" if document.get("id") else copy.text
    reference = (copy.source or named).split("/_history/")[0].encode("utf-8", "replace")
    if key:
        return hmac.new(key, reference, hashlib.sha256).hexdigest()
    return hashlib.sha256(reference).hexdigest()


def _attachment(kept: Resource, copy: DeidentifiedNote) -> dict[str, Any]:
    data = copy.text.encode("utf-8", "replace")
    contents: list[dict[str, Any]] = kept.get("content") or [{}]
    fields: dict[str, Any] = contents[0].get("attachment") or {}
    return {
        "contentType": CONTENT_TYPE,
        "language": copy.language,
        **fields,
        "data": base64.b64encode(data).decode("ascii"),
        "size": len(data),
        # FHIR R4 fixes SHA-1 for Attachment.hash: an integrity check, not a secret.
        "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(
            "ascii"
        ),
    }


def check_leaks(resource: Resource, known: KnownIdentifiers) -> None:
    """Search every string of the resource, and the attachment's text, for known identifiers.

    Not searched are `relatesTo` (the internal link) and the digests `identifier` and `hash`.

    Raises:
        LeakFound: one is there; the message names its class only.
    """
    classes = sorted({found for text in _strings(resource) for found in leaks(text, known)})
    if classes:
        raise LeakFound(f"the copy still holds known identifiers of class {', '.join(classes)}")


_UNSEARCHED = {"relatesTo", "identifier", "hash"}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "data":
                yield base64.b64decode(part).decode()
            elif key not in _UNSEARCHED:
                yield from _strings(part)
