import pytest

from mappers.source import Source, unversioned
from models.types import Note


def _source(document=None, **note):
    return Source(Note("text", "en", **note), document or {})


def test_a_stored_document_is_referred_to_by_version_and_keyed_without():
    source = _source(reference="DocumentReference/n1/_history/2")
    assert source.reference == {"reference": "DocumentReference/n1/_history/2"}
    assert source.key == "DocumentReference/n1"
    assert source.tag == _source(reference="DocumentReference/n1/_history/9").tag


def test_an_unstored_document_is_known_by_its_business_identifier():
    document = {"masterIdentifier": {}, "identifier": [{"system": "urn:a", "value": "7"}]}
    source = _source(document)
    assert source.reference["identifier"] == {"system": "urn:a", "value": "7"}
    assert source.key == "urn:a|7"


def test_a_nameless_document_is_known_by_its_text_and_subject():
    assert _source().key == _source().key
    assert _source().key != _source(subject="Patient/1").key
    assert "text" not in _source().key
    assert set(_source().reference) == {"type", "display"}


def test_two_answers_do_not_share_a_dict():
    source = _source()
    source.subject["extension"][0]["valueCode"] = "changed"
    assert source.subject["extension"][0]["valueCode"] == "unknown"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("DocumentReference/a/_history/3", "DocumentReference/a"),
        ("DocumentReference/a", "DocumentReference/a"),
        (
            "https://s.example/fhir/DocumentReference/a/_history/3",
            "https://s.example/fhir/DocumentReference/a",
        ),
    ],
)
def test_unversioned(reference, expected):
    assert unversioned(reference) == expected
