"""Ids that stand for others, which only the holder of the key can turn back.

An id is encrypted with AES-SIV (RFC 5297), deterministic and authenticated, under a key that HKDF
(RFC 5869) derives from the site's; the resource type is the associated data. No table is kept.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.replacing.surrogates import check_key

WIDTH = 64
"""Characters of a pseudonym, the most that a FHIR id may have."""

_BLOCK = 32
"""Bytes that are encrypted, whatever the length of the id: the pseudonym does not tell it."""
_UUID = 0xFF
"""First byte of a block that holds a UUID; of the others it is the length."""
_MARKS = b".-"
_REFERENCE = re.compile(
    r"(?:.*/)?(?P<kind>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?"
)
_REMEMBERED = 65_536


def split_reference(reference: str) -> tuple[str, str] | None:
    """Read type and id of a literal reference, without base and version; none for any other."""
    if reference.startswith(("#", "urn:")):
        return None
    found = _REFERENCE.fullmatch(reference)
    return (found["kind"], found["id"]) if found else None


class Pseudonyms:
    """The pseudonyms under one key; the same id of the same type gives the same one, always."""

    def __init__(self, key: bytes) -> None:
        """Derive the keys.

        Raises:
            KeyMissing: the key is shorter than 16 bytes.
        """
        self._cipher = AESSIV(_derived(key, b"chartloom pseudonyms"))
        self._digest_key = _derived(key, b"chartloom digests")
        self._made = lru_cache(_REMEMBERED)(self._make)

    def identity(self, kind: str, original: str) -> str:
        """Return the pseudonym, 64 characters that are a FHIR id.

        Ids of more than 31 bytes that are no UUID get a digest, which has no way back.
        """
        return self._made(kind, original)

    def reversible(self, original: str) -> bool:
        """Tell whether the id's pseudonym can be turned back."""
        return _packed(original) is not None

    def original(self, kind: str, pseudonym: str) -> str | None:
        """Turn a pseudonym back; none when it is not ours, of another type, or a digest."""
        if len(pseudonym) != WIDTH:
            return None
        try:
            sealed = base64.b64decode(pseudonym, _MARKS, validate=True)
            return _unpacked(self._cipher.decrypt(sealed, [kind.encode()]))
        except (InvalidTag, binascii.Error, ValueError):
            return None

    def reference(self, reference: str) -> str | None:
        """Turn a literal reference, versioned or absolute, into `Type/pseudonym`.

        None for what names no type and id: a fragment, a URN, a search.
        """
        parts = split_reference(reference)
        return f"{parts[0]}/{self.identity(*parts)}" if parts else None

    def digest(self, kind: str, value: str) -> str:
        """Hash a value to 64 characters of a FHIR id; there is no way back, not even with the key.

        `kind` keeps equal values of different elements apart.
        """
        message = b"\0".join(part.encode("utf-8", "surrogatepass") for part in (kind, value))
        return _text(hmac.digest(self._digest_key, message, "sha384"))

    def _make(self, kind: str, original: str) -> str:
        block = _packed(original)
        if block is None:
            return self.digest(kind, original)
        return _text(self._cipher.encrypt(block, [kind.encode()]))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 64, salt=None, info=purpose).derive(check_key(key))


def _text(sealed: bytes) -> str:
    return base64.b64encode(sealed, _MARKS).decode("ascii")


def _packed(original: str) -> bytes | None:
    """Fill a block with the id; none when it does not fit."""
    if len(original) == 36:
        return _packed_uuid(original)
    raw = original.encode("utf-8", "surrogatepass")
    if len(raw) >= _BLOCK:
        return None
    return bytes([len(raw)]) + raw.ljust(_BLOCK - 1, b"\0")


def _packed_uuid(original: str) -> bytes | None:
    try:
        read = uuid.UUID(original)
    except ValueError:
        return None
    # Ids are case-sensitive: only the one spelling comes back as it was.
    whole = bytes([_UUID]) + read.bytes
    return whole.ljust(_BLOCK, b"\0") if str(read) == original else None


def _unpacked(block: bytes) -> str:
    if block[0] == _UUID:
        return str(uuid.UUID(bytes=block[1:17]))
    return block[1 : block[0] + 1].decode("utf-8", "surrogatepass")
