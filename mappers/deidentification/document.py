"""A de-identified note <-> its own DocumentReference.

Labels (v3-ObservationValue): surrogates are PSEUDED; tags and bars are REDACTED, as content was
taken out. ANONYED and MASKED are never claimed of a text: it cannot be proved anonymous, and
nothing in it can be unmasked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from mappers.canonical import COPY_IDENTIFIER, SOURCE_TAG
from mappers.canonical import TAG as TAG_SYSTEM
from mappers.deidentification.gate import check_leaks
from mappers.deidentification.handling import Handling
from mappers.deidentification.labels import OF_MODE, label
from mappers.deidentification.offsets import OFFSET_MAP, read_extension, to_extension
from mappers.deidentification.rules import Rules, shipped_rules
from mappers.source import unversioned
from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers
from models.replacing.surrogates import date_shift, subject_of
from models.types import DeidentifiedNote

TAG: Final = {"system": TAG_SYSTEM, "code": "deidentified-copy"}
CONTENT_TYPE: Final = "text/plain; charset=utf-8"
ANNOTATIONS_TYPE: Final = "application/json"
_INTERNAL: Final = frozenset({"id", "relatesTo"})


@dataclass(frozen=True, slots=True)
class StoredCopy(DeidentifiedNote):
    """A copy as the store has it, with its stand-off annotations (annotations.py) as JSON."""

    annotations: bytes | None = None


def to_deidentified_document(  # noqa: PLR0913
    document: Resource,
    copy: DeidentifiedNote,
    known: KnownIdentifiers,
    *,
    key: bytes | None = None,
    weekdays: bool = False,
    rules: Rules | None = None,
) -> Resource:
    """Build the copy's DocumentReference; it has no id, and the same input gives the same bytes.

    The site's `key` makes the identifier and the date shift.

    Raises:
        LeakFound: the copy holds a known identifier; the message names its class only.
        KeyMissing: the key is shorter than 16 bytes.
    """
    kept, made = _fields(document, rules or shipped_rules(), key, weekdays=weekdays)
    searched: Resource = {
        **kept,
        "resourceType": "DocumentReference",
        "meta": {"security": [label(OF_MODE[copy.mode])], "tag": [dict(TAG)]},
        "status": "current",
        "content": content_of(copy, kept.get("content")),
    }
    check_leaks(searched, known, made)
    # The gate leaves out what is internal: the link to the note, and digests.
    value = copy_identifier(_named(document, copy), key)
    resource: Resource = {
        "resourceType": "DocumentReference",
        "meta": searched["meta"],
        "extension": [to_extension(copy)],
        "identifier": [{"system": COPY_IDENTIFIER, "value": value}],
        **searched,
    }
    if copy.source:
        resource["relatesTo"] = [{"code": "transforms", "target": {"reference": copy.source}}]
    return resource


def _fields(
    document: Resource, rules: Rules, key: bytes | None, *, weekdays: bool
) -> tuple[Resource, set[str]]:
    """Return the structured fields that may stay, and those of their values that a key made."""
    subject = (document.get("subject") or {}).get("reference")
    days = date_shift(key, subject, weekdays) if key and subject else None
    today = datetime.now(UTC).year
    handling = Handling("DocumentReference", rules.vocabulary, today, days=days)
    kept = rules.kinds["DocumentReference"].branch(document, handling) or {}
    # No text path reads it, and meta is the copy's own.
    return {name: part for name, part in kept.items() if name != "meta"}, handling.made


def is_deidentified_copy(document: Resource) -> bool:
    """Tell whether this project made the document as a de-identified copy."""
    tags = (document.get("meta") or {}).get("tag") or []
    return any(TAG.items() <= tag.items() for tag in tags if isinstance(tag, dict))


def released(copy: Resource) -> Resource:
    """Return the copy for use outside the store: what leads back to the original identifies too.

    Digests that no key made go as well: whoever guesses the original's id can check the guess.
    """
    kept = {name: part for name, part in copy.items() if name not in _INTERNAL}
    kept["extension"] = [one for one in copy.get("extension", ()) if one["url"] != OFFSET_MAP]
    guessed = copy_identifier(_source(copy) or "", None)
    kept["identifier"] = [one for one in copy.get("identifier", ()) if one["value"] != guessed]
    meta = copy["meta"]
    tags = [one for one in meta.get("tag", ()) if one.get("system") != SOURCE_TAG]
    kept["meta"] = meta | {"tag": tags}
    return {name: part for name, part in kept.items() if part}


def read_copy(copy: Resource) -> DeidentifiedNote | None:
    """Read the internal copy of the store back, as a `StoredCopy`.

    None when it has no offset map, or was withdrawn with its note.
    """
    maps = [one for one in copy.get("extension", ()) if one.get("url") == OFFSET_MAP]
    read = read_extension(str(maps[0].get("valueString"))) if maps else None
    attachments = [one.get("attachment", {}) for one in copy.get("content", ())]
    if read is None or read[0] not in OF_MODE or not attachments:
        return None
    text, more = _decoded(attachments[0]), attachments[1:]
    if text is None or copy.get("status") != "current" or not is_deidentified_copy(copy):
        return None
    noted = [_decoded(one) for one in more if one.get("contentType") == ANNOTATIONS_TYPE]
    mode, replacements, offsets = read
    return StoredCopy(
        text=text.decode("utf-8", "replace"),
        language=attachments[0].get("language", ""),
        source=_source(copy),
        replacements=replacements,
        offsets=offsets,
        mode=mode,
        annotations=noted[0] if noted else None,
    )


def copy_identifier(reference: str, key: bytes | None) -> str:
    """Digest the logical reference of an original: one copy for all versions of a document.

    Without a key whoever guesses the id can check the guess; with one only the site can.
    """
    named = subject_of(unversioned(reference)).encode("utf-8", "replace")
    if key:
        return hmac.new(key, named, hashlib.sha256).hexdigest()
    return hashlib.sha256(named).hexdigest()


def _named(document: Resource, copy: DeidentifiedNote) -> str:
    """Name the original; a document that has no id yet is known by its copy's text."""
    return copy.source or (
        f"DocumentReference/{document['id']}" if document.get("id") else copy.text
    )


def _source(copy: Resource) -> str | None:
    for one in copy.get("relatesTo", ()):
        if one.get("code") == "transforms":
            reference = one.get("target", {}).get("reference")
            return reference if isinstance(reference, str) else None
    return None


def _decoded(attachment: Mapping[str, Any]) -> bytes | None:
    try:
        return base64.b64decode(attachment.get("data", ""), validate=True)
    except (binascii.Error, ValueError, TypeError):
        return None


def content_of(copy: DeidentifiedNote, kept: Any) -> list[dict[str, Any]]:
    """Build the content: the text, with the `kept` fields of its attachment, and annotations."""
    first = kept[0] if isinstance(kept, list) else {}
    fields: Mapping[str, Any] = first.get("attachment") or {}
    language = {"language": copy.language} if copy.language else {}
    text = copy.text.encode("utf-8", "replace")
    content = [
        {"attachment": _attachment(text, {"contentType": CONTENT_TYPE, **language, **fields})}
    ]
    if isinstance(copy, StoredCopy) and copy.annotations is not None:
        attachment = _attachment(copy.annotations, {"contentType": ANNOTATIONS_TYPE})
        content.append({"attachment": attachment})
    return content


def _attachment(data: bytes, fields: Mapping[str, Any]) -> dict[str, Any]:
    # FHIR R4 fixes SHA-1 for Attachment.hash: an integrity check, not a secret.
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return {
        **fields,
        "data": base64.b64encode(data).decode("ascii"),
        "size": len(data),
        "hash": base64.b64encode(digest).decode("ascii"),
    }
