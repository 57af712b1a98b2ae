"""The attachment of a DocumentReference: which one is read, and its bytes as text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mappers.errors import (
    AttachmentMalformed,
    AttachmentMissing,
    AttachmentTooLarge,
    ContentTypeUnsupported,
    DocumentMalformed,
    NoteEmpty,
)
from mappers.formats.limits import DEFAULT_LIMITS, Limits
from mappers.formats.registry import PREFERENCE, reader, those_read
from mappers.formats.signature import sniff
from mappers.types import Resource

CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\";\s]+)", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,60}/[\w!#$&^.+-]{1,60}", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """`document.content[index].attachment`: its bytes if they are inline, else their url.

    `media_type` is in lower case and without parameters, and empty while only the bytes behind
    the url can tell. `size` is what the document claims, in bytes; `hash` is as it stands there.
    """

    index: int
    media_type: str
    charset: str | None = None
    language: str | None = None
    data: bytes | None = None
    url: str | None = None
    size: int | None = None
    hash: str | None = None


def select(document: Resource, *, limits: Limits = DEFAULT_LIMITS) -> Attachment:
    """Choose the attachment to read: the surest format, inline before url, then the first.

    The order of the formats is that of `formats.registry.READERS`. One that names no content type
    is the last choice, and is taken for what its first bytes say.

    Raises:
        AttachmentMissing: no content, or none with data or url.
        ContentTypeUnsupported: none in a format that is read; the message names both sides.
        AttachmentMalformed: the data of the one chosen are not base64.
        AttachmentTooLarge: more bytes than the limit, real or claimed.
        NoteEmpty: the data of the one chosen are there, but empty.
    """
    candidates = [found for found in _attachments(document) if _has_content(found[1])]
    if not candidates:
        raise AttachmentMissing("the document has no attachment with data or url")
    readable = [found for found in candidates if _rank(found[1]) is not None]
    if not readable:
        raise ContentTypeUnsupported(f"offered is {_offered(candidates)}; {those_read()}")
    index, source = min(readable, key=lambda found: (_rank(found[1]), not found[1].get("data")))
    return _read(index, source, limits)


def text(attachment: Attachment, payload: bytes, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """Decode the bytes. The result never holds a lone surrogate, but may hold U+0000.

    text/plain keeps every character, also NUL: offsets would move otherwise. Neither PostgreSQL
    nor JSON readers take NUL in a string, so whoever stores a mention leaves it out there; the
    text as a whole travels as base64.

    Raises:
        AttachmentMalformed: the bytes are not of this media type, or do not fit the hash.
        AttachmentEncrypted, AttachmentTooLarge, CharsetUnknown, ContentTypeUnsupported: as named.
        NoteEmpty: nothing but white space.
    """
    if len(payload) > limits.max_bytes:
        raise _too_large(limits)
    _check_hash(attachment, payload)
    media_type = attachment.media_type or sniff(payload)
    decoded = reader(media_type)(payload, attachment.charset, limits)
    if len(decoded) > limits.max_characters:
        raise AttachmentTooLarge(f"the text has more than {limits.max_characters} characters")
    if not any(character.isprintable() and not character.isspace() for character in decoded):
        raise NoteEmpty("the attachment has no text but white space")
    return _without_surrogates(decoded)


def _attachments(document: Resource) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, content in enumerate(document.get("content") or ()):
        attachment = content.get("attachment") if isinstance(content, dict) else None
        if isinstance(attachment, dict):
            yield index, attachment


def _has_content(source: Mapping[str, Any]) -> bool:
    return source.get("data") is not None or bool(source.get("url"))


def _media_type(source: Mapping[str, Any]) -> str:
    value = source.get("contentType")
    return value.partition(";")[0].strip().lower() if isinstance(value, str) else ""


def _rank(source: Mapping[str, Any]) -> int | None:
    """Say how good the format is, 0 being best; None if it is not read."""
    media_type = _media_type(source)
    return PREFERENCE.get(media_type) if media_type else len(PREFERENCE)


def _offered(candidates: list[tuple[int, Mapping[str, Any]]]) -> str:
    # Only what has the form of a media type is repeated: anything else might be text.
    types = {_media_type(source) for _, source in candidates}
    return ", ".join(
        sorted(name if MEDIA_TYPE.fullmatch(name) else "an odd type" for name in types)
    )


def _read(index: int, source: Mapping[str, Any], limits: Limits) -> Attachment:
    content_type = source.get("contentType") or ""
    charset = CHARSET.search(content_type)
    attachment = Attachment(
        index=index,
        media_type=_media_type(source),
        charset=charset[1] if charset else None,
        language=source.get("language"),
        size=source.get("size"),
        hash=source.get("hash"),
    )
    if source.get("url") and not source.get("data"):
        if (attachment.size or 0) > limits.max_bytes:
            raise _too_large(limits)
        return replace(attachment, url=source["url"])
    data = _decode(source.get("data"), limits)
    return replace(attachment, data=data, media_type=attachment.media_type or sniff(data))


def _decode(data: Any, limits: Limits) -> bytes:
    """Decode base64 strictly; R4 allows white space in it, and nothing else."""
    if not isinstance(data, str):
        raise DocumentMalformed("the attachment's data are not a string")
    compact = "".join(data.split())
    if not compact:
        raise NoteEmpty("the attachment's data are empty")
    if len(compact) // 4 * 3 > limits.max_bytes + 2:
        raise _too_large(limits)
    try:
        decoded = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise AttachmentMalformed("the attachment's data are not base64") from None
    # Python overlooks padding in excess, which the length then shows.
    if len(compact) % 4:
        raise AttachmentMalformed("the attachment's data are not base64")
    if len(decoded) > limits.max_bytes:
        raise _too_large(limits)
    return decoded


def _check_hash(attachment: Attachment, payload: bytes) -> None:
    """Compare with Attachment.hash, the SHA-1 in base64; many servers write it in hex."""
    if not attachment.hash:
        return
    digest = hashlib.sha1(payload, usedforsecurity=False)
    hexadecimal = digest.hexdigest()
    spellings = (
        base64.b64encode(digest.digest()).decode("ascii"),
        hexadecimal,
        base64.b64encode(hexadecimal.encode("ascii")).decode("ascii"),
    )
    if "".join(attachment.hash.split()) not in spellings:
        raise AttachmentMalformed("the attachment does not fit its hash (SHA-1)")


def _without_surrogates(decoded: str) -> str:
    """Join the halves that RTF and PDF may leave apart; a half alone becomes U+FFFD."""
    if not SURROGATE.search(decoded):
        return decoded
    return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _too_large(limits: Limits) -> AttachmentTooLarge:
    return AttachmentTooLarge(f"the attachment has more than {limits.max_bytes} bytes")
