"""The sample patients and notes are valid, belong together, and cover what the demo shows."""

import base64
from collections import Counter
from email.message import Message
from importlib.resources import files
from itertools import combinations

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.documentreference import DocumentReference

from mappers.types import Resource
from server.demo import samples

DOCUMENTS = samples.documents()
RESOURCES = {entry["request"]["url"]: entry["resource"] for entry in samples.patients()["entry"]}
by_id = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])


def text_of(document: Resource) -> str:
    """Decode the attachment by its own content type."""
    attachment = document["content"][0]["attachment"]
    header = Message()
    header["content-type"] = attachment["contentType"]
    charset = header.get_content_charset() or "ascii"
    return base64.b64decode(attachment["data"], validate=True).decode(charset)


def subject_of(document: Resource) -> Resource:
    return RESOURCES[document["subject"]["reference"]]


def references_in(value: object) -> set[str]:
    """Collect every literal reference below the value."""
    if isinstance(value, dict):
        own = {value["reference"]} if "reference" in value else set()
        return own.union(*map(references_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(references_in, value))
    return set()


def test_patients_are_a_valid_transaction() -> None:
    assert Bundle.model_validate(samples.patients()).type == "transaction"


def test_every_entry_puts_itself() -> None:
    for entry in samples.patients()["entry"]:
        resource = entry["resource"]
        assert entry["request"] == {
            "method": "PUT",
            "url": f"{resource['resourceType']}/{resource['id']}",
        }


def test_the_bundle_holds_each_resource_once() -> None:
    kinds = Counter(url.partition("/")[0] for url in RESOURCES)
    assert kinds == {"Patient": 6, "Practitioner": 5, "RelatedPerson": 1, "Encounter": 4}
    assert len(RESOURCES) == len(samples.patients()["entry"])


@by_id
def test_document_is_valid(document: Resource) -> None:
    assert DocumentReference.model_validate(document).id == document["id"]


def test_every_reference_leads_somewhere() -> None:
    assert references_in([DOCUMENTS, samples.patients()]) <= set(RESOURCES)


@by_id
def test_encounter_belongs_to_the_patient_of_the_note(document: Resource) -> None:
    for encounter in document.get("context", {}).get("encounter", []):
        assert RESOURCES[encounter["reference"]]["subject"] == document["subject"]


@by_id
def test_note_names_its_patient_and_author(document: Resource) -> None:
    text = text_of(document)
    patient = subject_of(document)
    author = RESOURCES[document["author"][0]["reference"]]
    family_names = patient["name"][0]["family"].split()
    assert any(family.casefold() in text.casefold() for family in family_names)
    assert patient["identifier"][0]["value"] in text
    assert author["name"][0]["family"] in text


def test_every_patient_has_a_note() -> None:
    with_notes = {document["subject"]["reference"] for document in DOCUMENTS}
    assert with_notes == {url for url in RESOURCES if url.startswith("Patient/")}


def test_languages_and_formats_are_covered() -> None:
    languages = Counter(
        subject_of(document)["communication"][0]["language"]["coding"][0]["code"][:2]
        for document in DOCUMENTS
    )
    types = {
        document["content"][0]["attachment"]["contentType"].partition(";")[0]
        for document in DOCUMENTS
    }
    assert languages == {"en": 6, "es": 3, "nl": 3}
    assert types == {"text/plain", "text/html", "application/xml", "application/rtf"}


def test_most_notes_leave_their_language_to_be_detected() -> None:
    told = [d for d in DOCUMENTS if "language" in d["content"][0]["attachment"]]
    assert 0 < len(told) < len(DOCUMENTS) / 2


def test_ids_follow_the_order() -> None:
    assert [d["id"] for d in DOCUMENTS] == [f"demo-note-{n:02d}" for n in range(1, 13)]


@by_id
def test_length_is_that_of_a_real_note(document: Resource) -> None:
    assert 120 <= len(text_of(document).split()) <= 350


def test_no_two_notes_are_alike() -> None:
    words = {d["id"]: set(text_of(d).casefold().split()) for d in DOCUMENTS}
    for one, other in combinations(words, 2):
        shared = len(words[one] & words[other]) / len(words[one] | words[other])
        assert shared < 0.4, (one, other)


def test_every_file_is_a_note() -> None:
    stored = {entry.name for entry in (files("server.demo") / "samples" / "notes").iterdir()}
    assert len(stored) == len(DOCUMENTS)
