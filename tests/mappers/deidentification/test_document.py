import base64
import copy as copying
import hashlib
import json

import pytest

from mappers.canonical import COPY_IDENTIFIER
from mappers.deidentification.document import (
    TAG,
    StoredCopy,
    copy_identifier,
    is_deidentified_copy,
    read_copy,
    released,
    to_deidentified_document,
)
from mappers.deidentification.gate import check_leaks
from mappers.deidentification.offsets import OFFSET_MAP
from mappers.errors import LeakFound
from mappers.validation import validate
from models.deidentification import deidentify
from models.recognizing.known import KnownIdentifiers, find
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
    assert validate(resource) == ()
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
        "extension",
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
    outside = json.dumps(released(resource))
    assert "doc-771100" not in outside
    assert OFFSET_MAP not in outside
    assert OFFSET_MAP in json.dumps(resource)


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
    store = "https://store.example/fhir/DocumentReference/doc-771100"
    assert copy_identifier(store, None) == identifier["value"]
    assert copy_identifier(NOTE.reference, KEY) == make(key=KEY)["identifier"][0]["value"]


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


@pytest.mark.parametrize("mode", ["tag", "redact", "surrogate"])
def test_a_copy_is_read_back_whole(mode):
    copy = deidentify(NOTE, find(NOTE.text, KNOWN), mode, key=KEY, known=KNOWN)
    resource = to_deidentified_document(DOCUMENT, copy, KNOWN, key=KEY)
    read = read_copy(resource)
    assert (read.text, read.language, read.source) == (copy.text, "en", NOTE.reference)
    assert (read.offsets, read.mode) == (copy.offsets, mode)
    assert dict(read.replacements) == dict(copy.replacements)
    assert read.annotations is None


def test_annotations_are_a_second_content():
    copy = deidentify(NOTE, find(NOTE.text, KNOWN))
    stored = StoredCopy(
        copy.text, copy.language, copy.source, copy.replacements, copy.offsets, "tag", b"{}"
    )
    resource = to_deidentified_document(DOCUMENT, stored, KNOWN)
    assert validate(resource) == ()
    assert resource["content"][1]["attachment"]["contentType"] == "application/json"
    assert read_copy(resource).annotations == b"{}"
    assert read_copy(resource) == stored
    assert len(released(resource)["content"]) == 2
    leaking = StoredCopy(copy.text, "en", None, annotations=b'{"x": "wetherden"}')
    with pytest.raises(LeakFound):
        to_deidentified_document(DOCUMENT, leaking, KNOWN)


def test_what_is_no_copy_is_not_read_as_one():
    resource = make()
    assert read_copy(DOCUMENT) is None
    assert read_copy(released(resource)) is None
    for change in (
        {"extension": [{"url": OFFSET_MAP, "valueString": "who knows"}]},
        {"extension": [{"url": OFFSET_MAP, "valueString": "scrambled - -"}]},
        {"content": []},
        {"content": [{"attachment": {"data": "?"}}]},
        {"meta": {}},
        {"status": "entered-in-error"},
    ):
        assert read_copy(copying.deepcopy(resource) | change) is None


def test_partial_dates_keep_their_precision():
    document = DOCUMENT | {"context": {"period": {"start": "2024-03", "end": "2024"}}}
    period = make("surrogate", key=KEY, document=document)["context"]["period"]
    assert [len(part) for part in period.values()] == [7, 4]


def test_the_gate_leaves_out_what_is_internal():
    resource = make()
    with pytest.raises(LeakFound):  # the link to the original
        check_leaks(resource, KNOWN)
    check_leaks(released(resource), KNOWN)
