import base64
import hashlib
import json

import pytest
from fhir.resources.R4B.documentreference import DocumentReference

from mappers.canonical import COPY_IDENTIFIER
from mappers.deidentified import (
    TAG,
    check_leaks,
    is_deidentified_copy,
    released,
    scrub,
    to_deidentified_document,
)
from mappers.errors import LeakFound
from models.deidentification import deidentify
from models.known import KnownIdentifiers, find
from models.types import Note

KEY = b"a key of this test alone"
TEXT = "Zoë Wetherden, born 5 March 1950, has gout. 😀 MRN 00-1234-5."
KNOWN = KnownIdentifiers(
    (("NAME", "Zoë Wetherden"), ("DATE", "1950-03-05"), ("ID", "00-1234-5"), ("ID", "doc-771100"))
)
DOCUMENT = {
    "resourceType": "DocumentReference",
    "id": "doc-771100",
    "meta": {"versionId": "2", "source": "urn:zoe", "tag": [{"code": "zoe"}]},
    "language": "en",
    "text": {"status": "generated", "div": "<div>Zoë Wetherden</div>"},
    "identifier": [{"value": "00-1234-5"}],
    "status": "superseded",
    "docStatus": "final",
    "type": {"coding": [{"system": "http://loinc.org", "code": "18842-5"}], "text": "Zoë"},
    "subject": {"reference": "Patient/1", "display": "Zoë Wetherden"},
    "date": "2024-03-05T10:15:00Z",
    "author": [{"display": "Dr. Lowmoor"}],
    "custodian": {"reference": "Organization/1"},
    "description": "note of Zoë",
    "content": [
        {
            "attachment": {
                "contentType": "text/html",
                "title": "Zoë",
                "url": "Binary/1",
                "creation": "2024-03-05",
            }
        }
    ],
    "context": {
        "encounter": [{"reference": "Encounter/1"}],
        "period": {"start": "2024-03-05"},
        "sourcePatientInfo": {"reference": "Patient/1"},
    },
}
NOTE = Note(TEXT, "en", "DocumentReference/doc-771100/_history/2", "Patient/1")


def make(mode="tag", *, key=None, note=NOTE, document=DOCUMENT):
    copy = deidentify(note, find(note.text, KNOWN), mode, key=key, known=KNOWN)
    return to_deidentified_document(document, copy, KNOWN, key=key)


def text_of(resource):
    return base64.b64decode(resource["content"][0]["attachment"]["data"]).decode()


@pytest.mark.parametrize(
    ("mode", "key", "label"),
    [("tag", None, "REDACTED"), ("redact", KEY, "REDACTED"), ("surrogate", KEY, "PSEUDED")],
)
def test_a_copy_is_valid_and_labelled(mode, key, label):
    resource = make(mode, key=key)
    DocumentReference.model_validate_json(json.dumps(resource))
    assert [one["code"] for one in resource["meta"]["security"]] == [label]
    assert resource["meta"]["tag"] == [TAG]
    assert resource["status"] == "current"
    assert is_deidentified_copy(resource)
    assert not is_deidentified_copy(DOCUMENT)


def test_the_attachment_is_the_copied_text():
    attachment = make()["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    assert data.decode() == "[NAME], born [DATE], has gout. 😀 MRN [ID]."
    assert attachment["contentType"] == "text/plain; charset=utf-8"
    assert attachment["size"] == len(data)
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    assert attachment["hash"] == base64.b64encode(digest).decode()


def test_nothing_that_identifies_stays():
    resource = make()
    assert set(resource) == {
        "resourceType",
        "meta",
        "identifier",
        "status",
        "docStatus",
        "language",
        "type",
        "context",
        "content",
        "relatesTo",
    }
    assert resource["context"] == {"period": {"start": "2024"}}
    assert resource["type"] == {"coding": [{"system": "http://loinc.org", "code": "18842-5"}]}
    assert "doc-771100" not in json.dumps(released(resource))


def test_it_points_to_the_version_it_was_made_from():
    assert make()["relatesTo"] == [
        {"code": "transforms", "target": {"reference": "DocumentReference/doc-771100/_history/2"}}
    ]


def test_the_identifier_is_one_for_all_versions_and_the_sites_with_a_key():
    (identifier,) = make()["identifier"]
    assert identifier["system"] == COPY_IDENTIFIER
    assert identifier["value"] == hashlib.sha256(b"DocumentReference/doc-771100").hexdigest()
    later = Note(TEXT, "en", "DocumentReference/doc-771100/_history/3", "Patient/1")
    assert make(note=later)["identifier"] == [identifier]
    assert make(key=KEY)["identifier"] != [identifier]


def test_a_note_without_a_document_gets_one_too():
    bare = Note("Well.", "en")
    first = make(note=bare, document={"resourceType": "DocumentReference"})
    second = make(note=Note("Ill.", "en"), document={"resourceType": "DocumentReference"})
    assert "relatesTo" not in first
    assert first["identifier"] != second["identifier"]


def test_the_same_input_gives_the_same_bytes():
    assert json.dumps(make("surrogate", key=KEY)) == json.dumps(make("surrogate", key=KEY))


def test_dates_move_alike_in_note_and_fields():
    note = Note("Seen 2024-03-05 by Zoë.", "en", NOTE.reference, "Patient/1")
    known = KnownIdentifiers((("DATE", "2024-03-05"),))
    copy = deidentify(note, find(note.text, known), "surrogate", key=KEY)
    resource = to_deidentified_document(DOCUMENT, copy, known, key=KEY)
    moved = resource["context"]["period"]["start"]
    assert moved != "2024-03-05"
    assert f"Seen {moved} by" in text_of(resource)


def test_the_gate_stops_a_leak_and_names_its_class_only():
    copy = deidentify(NOTE, [])
    with pytest.raises(LeakFound) as leak:
        to_deidentified_document(DOCUMENT, copy, KNOWN)
    assert "DATE, ID, NAME" in str(leak.value)
    assert "Wetherden" not in str(leak.value)


@pytest.mark.parametrize(
    "place",
    [
        {"description": "wetherden"},
        {"meta": {"tag": [{"display": "ZOE"}]}},
        {"content": [{"attachment": {"data": base64.b64encode("Zoé 00 12345".encode()).decode()}}]},
        {"type": {"coding": [{"code": "0012345"}]}},
    ],
)
def test_the_gate_looks_everywhere(place):
    with pytest.raises(LeakFound):
        check_leaks({**make(), **place}, KNOWN)


def test_what_is_dropped_is_counted():
    kept, dropped = scrub(DOCUMENT)
    assert "subject" not in kept
    assert dropped["subject"] == 1
    assert dropped["content.attachment.title"] == 1
    assert dropped["date"] == 1
