"""Who a resource is: the same document and statement give the same identity, always."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import orjson

from mappers.canonical import BASE, EXTRACTED_IDENTIFIER, RECEIPT_TAG
from mappers.types import Resource


def digest(*parts: str) -> str:
    """Hash `parts` to 32 hexadecimal digits (the first half of SHA-256)."""
    # A JSON list keeps ("a", "b") and ("ab",) apart.
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]


def extracted_identifier(document: str, kind: str, concept: str, meaning: str) -> Resource:
    """Identify a statement of a document.

    `document` carries no version: what a newer version says again is the same resource.
    """
    return {
        "system": EXTRACTED_IDENTIFIER,
        "value": digest(document, kind, concept, meaning),
    }


def receipt(reference: str, pipeline: str) -> Resource:
    """Build the tag that says: this version of the pipeline read this version of the document.

    A store that has a Provenance with this tag needs no second reading.
    """
    return {"system": RECEIPT_TAG, "code": digest("receipt", reference, pipeline)}


@dataclass(frozen=True, slots=True)
class Identity:
    """`parameter` is the search parameter that finds the resource by `system` and `value`."""

    parameter: str
    system: str
    value: str

    @property
    def query(self) -> str:
        """The search that finds it, as ifNoneExist takes it."""
        return f"{self.parameter}={self.system}|{self.value}"

    @property
    def full_url(self) -> str:
        """Its name inside a transaction."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self.system}|{self.value}')}"


def identity(resource: Resource) -> Identity:
    """Read the identity that Chartloom gave a resource: its identifier, or its receipt tag.

    Raises:
        ValueError: it has neither, so writing it twice would make two of it.
    """
    for identifier in _identifiers(resource):
        if str(identifier.get("system", "")).startswith(f"{BASE}/identifier/"):
            return Identity("identifier", identifier["system"], identifier["value"])
    for tag in resource.get("meta", {}).get("tag", []):
        if tag.get("system") == RECEIPT_TAG:
            return Identity("_tag", RECEIPT_TAG, tag["code"])
    raise ValueError(f"a {resource.get('resourceType')} without an identity of ours")


def _identifiers(resource: Resource) -> list[Resource]:
    # Some resources (Bundle, QuestionnaireResponse) have one identifier instead of a list.
    found = resource.get("identifier", [])
    return found if isinstance(found, list) else [found]
