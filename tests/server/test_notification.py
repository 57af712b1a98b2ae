from __future__ import annotations

from typing import Any

import orjson
import pytest

from mappers.deidentification.document import TAG as COPY
from server.errors import RequestInvalid
from server.notification import Changed, Notification, parse


def bundle(kind: str, *entries: dict[str, Any], foci: tuple[str, ...] = ()) -> bytes:
    events = [
        {
            "name": "notification-event",
            "part": [
                {"name": "event-number", "valueString": str(number)},
                {"name": "focus", "valueReference": {"reference": focus}},
            ],
        }
        for number, focus in enumerate(foci, 1)
    ]
    status = {
        "resourceType": "Parameters",
        "parameter": [{"name": "type", "valueCode": kind}, *events],
    }
    return orjson.dumps(
        {"resourceType": "Bundle", "type": "history", "entry": [{"resource": status}, *entries]}
    )


def document(identity: str = "a", version: str | None = "3") -> dict[str, Any]:
    meta = {"meta": {"versionId": version}} if version else {}
    return {"resourceType": "DocumentReference", "id": identity, **meta}


def test_an_empty_body_does_not_say_what_changed() -> None:
    assert parse(b"") == parse(b" \n") == Notification(unnamed=True)


def test_a_bare_resource_is_named_with_its_version() -> None:
    assert parse(orjson.dumps(document())) == Notification((Changed("DocumentReference/a", "3"),))
    assert parse(orjson.dumps(document(version=None))) == Notification(
        (Changed("DocumentReference/a", None),)
    )


def test_another_type_of_resource_is_none_of_our_business() -> None:
    assert parse(b'{"resourceType": "Patient", "id": "p"}') == Notification()


@pytest.mark.parametrize("kind", ["handshake", "heartbeat"])
def test_a_handshake_and_a_heartbeat_ask_for_an_answer_only(kind: str) -> None:
    assert parse(bundle(kind)) == Notification()


@pytest.mark.parametrize(
    "focus",
    [
        "DocumentReference/a",
        "https://store.example/fhir/DocumentReference/a",
        "https://store.example/fhir/DocumentReference/a/_history/2",
    ],
)
def test_id_only_notifications_name_the_document(focus: str) -> None:
    assert parse(bundle("event-notification", foci=(focus,))) == Notification(
        (Changed("DocumentReference/a"),)
    )


def test_several_events_in_one_bundle_are_all_taken_once() -> None:
    entries = [{"fullUrl": "https://store.example/fhir/DocumentReference/b"}]
    read = parse(
        bundle(
            "event-notification",
            *entries,
            foci=("DocumentReference/a", "DocumentReference/b", "DocumentReference/a"),
        )
    )
    assert [changed.reference for changed in read.changed] == [
        "DocumentReference/a",
        "DocumentReference/b",
    ]


def test_a_full_resource_brings_its_version() -> None:
    entry = {"fullUrl": "https://s/fhir/DocumentReference/a", "resource": document()}
    read = parse(bundle("event-notification", entry, foci=("DocumentReference/a",)))
    assert read.changed == (Changed("DocumentReference/a", "3"),)


def test_an_event_without_a_focus_leads_to_a_search() -> None:
    assert parse(bundle("event-notification")) == Notification(unnamed=True)


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"7",
        b"{}",
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Bundle", "entry": [7]}',
        b'{"resourceType": "Bundle", "entry": {"resource": {}}}',
        b'{"resourceType": "DocumentReference"}',
    ],
)
def test_anything_else_is_refused_and_not_repeated(body: bytes) -> None:
    with pytest.raises(RequestInvalid) as caught:
        parse(body)
    assert str(body) not in str(caught.value)


def test_our_own_copies_are_not_read_again() -> None:
    copy = document("copy")
    copy["meta"]["tag"] = [dict(COPY)]
    assert parse(orjson.dumps(copy)) == Notification()
    entries = [{"resource": copy}, {"resource": document()}]
    foci = ("DocumentReference/copy", "DocumentReference/a")
    read = parse(bundle("event-notification", *entries, foci=foci))
    assert read == Notification((Changed("DocumentReference/a", "3"),))
    assert parse(bundle("event-notification", {"resource": copy})) == Notification()
