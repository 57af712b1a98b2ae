import copy

import pytest

from mappers.attachment import Attachment
from mappers.document import check, to_note, versioned_reference
from mappers.errors import (
    AttachmentMissing,
    DocumentMalformed,
    DocumentPreliminary,
    DocumentWithdrawn,
    NoteEmpty,
)
from models.types import Note

DOCUMENT = {
    "resourceType": "DocumentReference",
    "id": "x1",
    "meta": {"versionId": "2", "lastUpdated": "2026-03-01T08:00:00Z"},
    "language": "en",
    "status": "current",
    "docStatus": "final",
    "subject": {"reference": "Patient/p1"},
    "date": "2026-03-01T07:59:00.000+01:00",
    "content": [{"attachment": {"contentType": "text/plain", "data": "Tm8gZmV2ZXIu"}}],
    "context": {
        "encounter": [{"reference": "EpisodeOfCare/e0"}, {"reference": "Encounter/e1"}],
        "period": {"start": "2026-02-28"},
    },
}
ATTACHMENT = Attachment(index=0, media_type="text/plain")
WRONG = object()


def changed(**elements):
    document = {**copy.deepcopy(DOCUMENT), **elements}
    return {name: value for name, value in document.items() if value is not WRONG}


def note(document, **more):
    return to_note(document, b"No fever.", attachment=more.pop("attachment", ATTACHMENT), **more)


def test_a_valid_document_passes_untouched():
    document = changed()
    check(document)
    assert document == DOCUMENT


def test_fractions_and_extensions_of_r4_pass():
    check(changed(_status={"extension": [{"url": "http://example.org/x", "valueString": "y"}]}))
    check(changed(extension=[{"url": "http://example.org/x", "valueDecimal": 2.10}]))
    check(
        changed(
            contained=[
                {
                    "resourceType": "Patient",
                    "id": "p",
                    "name": [{"given": ["A", None], "_given": [None, {"id": "g"}]}],
                }
            ]
        )
    )
    check(changed(docStatus=WRONG, subject=WRONG, context=WRONG, date=WRONG, id=WRONG))


@pytest.mark.parametrize("resource", [None, [], "DocumentReference", 7])
def test_what_is_no_object_is_refused(resource):
    with pytest.raises(DocumentMalformed, match="object"):
        check(resource)


@pytest.mark.parametrize("resource", [{}, {"resourceType": "Patient"}, {"resourceType": None}])
def test_another_resource_is_refused(resource):
    with pytest.raises(DocumentMalformed, match="not a DocumentReference"):
        check(resource)


@pytest.mark.parametrize(
    "elements",
    [{"status": "superseded"}, {"status": "entered-in-error"}, {"docStatus": "entered-in-error"}],
)
@pytest.mark.parametrize("more", [{}, {"content": WRONG}, {"date": "yesterday"}])
def test_a_withdrawn_document_is_passed_over_whatever_else_is_wrong(elements, more):
    with pytest.raises(DocumentWithdrawn):
        check(changed(**elements, **more))


def test_a_draft_is_passed_over():
    with pytest.raises(DocumentPreliminary):
        check(changed(docStatus="preliminary"))


@pytest.mark.parametrize("content", [WRONG, None, [], [{}], [{"attachment": None}]])
def test_a_document_without_attachment_is_refused(content):
    with pytest.raises(AttachmentMissing):
        check(changed(content=content))


@pytest.mark.parametrize(
    ("elements", "named"),
    [
        ({"status": WRONG}, "status"),
        ({"status": "final"}, "status"),
        ({"docStatus": "current"}, "docStatus"),
        ({"date": "yesterday"}, r"DocumentReference\.date is"),
        ({"subject": "Patient/p1"}, "subject"),
        ({"subject": '{"reference": "Patient/p1"}'}, "subject"),
        ({"subject": None}, r"DocumentReference\.subject is null"),
        ({"author": ['{"reference": "Practitioner/d1"}']}, r"DocumentReference\.author\[0\] is"),
        ({"context": {"period": {"start": None}}}, r"context\.period\.start is null"),
        ({"context": [{}]}, "context"),
        ({"meta": "2"}, "meta"),
        ({"id": "a b"}, r"DocumentReference\.id is"),
        ({"content": {"attachment": {}}}, "content"),
        ({"content": ["x"]}, "content"),
        ({"content": [{"attachment": "x"}]}, "attachment"),
        ({"content": [{"attachment": {"size": "x"}}]}, r"content\[0\]\.attachment\.size"),
        ({"content": [{"attachment": {"Jane": "x"}}]}, r"attachment has an unknown element"),
    ],
)
def test_a_malformed_element_is_named(elements, named):
    with pytest.raises(DocumentMalformed, match=named):
        check(changed(**elements))


def test_a_refusal_repeats_nothing_of_the_document():
    names = {f"Jane Example {n}": "Jane" for n in range(20)}
    with pytest.raises(DocumentMalformed) as caught:
        check(changed(date="Jane Example", description={"Jane": "Example"}, **names))
    assert "Jane" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_endless_nesting_is_refused():
    extension = {"url": "http://example.org/x", "valueString": "y"}
    for _ in range(3_000):
        extension = {"url": "http://example.org/x", "extension": [extension]}
    with pytest.raises(DocumentMalformed, match="deep"):
        check({**DOCUMENT, "extension": [extension]})


def test_the_data_are_left_to_the_attachment():
    check(changed(content=[{"attachment": {"contentType": "text/plain", "data": "@@@"}}]))


def test_a_note_knows_what_it_is_about():
    assert note(DOCUMENT) == Note(
        text="No fever.",
        language="en",
        reference="DocumentReference/x1/_history/2",
        subject="Patient/p1",
        encounter="Encounter/e1",
        date="2026-03-01T07:59:00.000+01:00",
    )


def test_what_is_not_known_is_none():
    document = {"resourceType": "DocumentReference", "status": "current", "content": []}
    assert note(document) == Note(text="No fever.", language="und")


def test_the_start_of_the_period_stands_in_for_the_date():
    assert note(changed(date=WRONG)).date == "2026-02-28"


def test_the_language_found_comes_first_then_the_attachment_then_the_document():
    spanish = Attachment(index=0, media_type="text/plain", language="es-ES")
    assert note(DOCUMENT, language="nl", attachment=spanish).language == "nl"
    assert note(DOCUMENT, attachment=spanish).language == "es-ES"
    assert note(DOCUMENT).language == "en"


@pytest.mark.parametrize(
    ("elements", "reference"),
    [
        ({}, "DocumentReference/x1/_history/2"),
        ({"meta": WRONG}, "DocumentReference/x1"),
        ({"id": WRONG}, None),
    ],
)
def test_a_document_is_referred_to_as_versioned_as_it_is(elements, reference):
    assert versioned_reference(changed(**elements)) == reference
    assert note(changed(**elements)).reference == reference


def test_an_identifier_is_no_reference():
    identified = {"identifier": {"system": "http://example.org/mrn", "value": "17"}}
    assert note(changed(subject=identified)).subject is None


def test_an_episode_of_care_is_no_encounter():
    context = {"encounter": [{"reference": "https://example.org/fhir/EpisodeOfCare/e0"}]}
    assert note(changed(context=context)).encounter is None


def test_an_empty_note_is_refused():
    with pytest.raises(NoteEmpty):
        to_note(DOCUMENT, b" \n", attachment=ATTACHMENT)
