"""The document that resources are derived from: how they refer to it and whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mappers.canonical import DATA_ABSENT, SOURCE_TAG
from mappers.identity import digest
from mappers.types import Resource
from models.types import Note

# The subjects that a DocumentReference may have and that have no chart (R4 4.0.1).
_NOT_PATIENTS: Final = frozenset({"Device", "Practitioner"})


@dataclass(frozen=True, slots=True)
class Source:
    """A note, the document that held it, and the place of its attachment in `content`."""

    note: Note
    document: Resource
    attachment: int = 0

    @property
    def reference(self) -> Resource:
        """A FHIR Reference to this version of the document.

        A document that no store holds is named by its business identifier, if it has one.
        """
        if self.note.reference:
            return {"reference": self.note.reference}
        if identifier := _business_identifier(self.document):
            return {"type": "DocumentReference", "identifier": identifier}
        return {"type": "DocumentReference", "display": "The document that was sent"}

    @property
    def path(self) -> str:
        """Where the text lies in the document, in FHIRPath."""
        return f"DocumentReference.content[{self.attachment}].attachment"

    @property
    def key(self) -> str:
        """What stays the same over all versions of the document.

        Without an id or a business identifier that is its text and subject.
        """
        if self.note.reference:
            return unversioned(self.note.reference)
        if identifier := _business_identifier(self.document):
            return f"{identifier.get('system', '')}|{identifier.get('value', '')}"
        return digest("text", self.note.subject or "", self.note.text)

    @property
    def tag(self) -> Resource:
        """The tag by which all resources from any version of the document are found."""
        return source_tag(self.key)

    @property
    def subject(self) -> Resource:
        """A FHIR Reference to the patient; unknown when the document names none."""
        if self.note.subject:
            return {"reference": self.note.subject}
        identifier = self.document.get("subject", {}).get("identifier")
        return {"type": "Patient", "identifier": identifier} if identifier else unknown()

    @property
    def encounter(self) -> Resource | None:
        """A FHIR Reference to the encounter, if the document names one."""
        return {"reference": self.note.encounter} if self.note.encounter else None

    @property
    def has_chart(self) -> bool:
        """Whether the subject is one that conditions and treatments may be recorded for."""
        parts = (self.note.subject or "").split("/")
        return not _NOT_PATIENTS.intersection(parts[-2:-1])


def unknown() -> Resource:
    """Say that a required element has no known value; the element itself stays valid R4."""
    return {"extension": [{"url": DATA_ABSENT, "valueCode": "unknown"}]}


def unversioned(reference: str) -> str:
    """Cut `/_history/...` off a reference."""
    return reference.partition("/_history/")[0]


def source_tag(key: str) -> Resource:
    """Build the tag of all resources from one document; `key` is its unversioned reference."""
    return {"system": SOURCE_TAG, "code": digest("source", key)}


def _business_identifier(document: Resource) -> Resource | None:
    candidates = [document.get("masterIdentifier"), *document.get("identifier", [])]
    return next((each for each in candidates if each and each.get("value")), None)
