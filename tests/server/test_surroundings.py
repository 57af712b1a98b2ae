"""Who is read around a patient, from a store of a few resources."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from server.errors import StoreUnavailable
from server.store import Store
from server.surroundings import MOST, read_surroundings, with_subject

BASE = "https://store.example/fhir"
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "generalPractitioner": [
        {"reference": "PractitionerRole/r"},
        {"reference": f"{BASE}/Practitioner/gp/_history/4"},
    ],
    "managingOrganization": {"reference": "Organization/o"},
    "link": [{"other": {"reference": "Patient/old"}, "type": "replaces"}],
}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e",
    "participant": [{"individual": {"reference": "Practitioner/nurse"}}, {}],
    "location": [{"location": {"reference": "Location/ward"}}],
    "serviceProvider": {"reference": "Organization/h"},
}
DOCUMENT = {
    "resourceType": "DocumentReference",
    "subject": {"reference": "Patient/p"},
    "author": [{"reference": "Practitioner/a"}, {"display": "nobody"}],
    "custodian": {"reference": "Organization/c"},
    "context": {"encounter": [{"reference": "Encounter/e"}], "related": [{"reference": "Task/1"}]},
}
OTHERS = [
    "Practitioner/gp",
    "Practitioner/nurse",
    "Practitioner/a",
    "Practitioner/behind-role",
    "Organization/o",
    "Organization/h",
    "Organization/c",
    "Location/ward",
    "Patient/old",
    "RelatedPerson/kin",
    "Person/same",
]


def store(*resources: dict[str, Any], asked: list[str] | None = None, down: str = "") -> Store:
    """A store that holds these, and answers searches by `patient` and `identifier`."""
    held = {f"{one['resourceType']}/{one['id']}": one for one in resources}

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/fhir/").split("/_history/")[0]
        if asked is not None:
            asked.append(path)
        if path == down:
            return httpx.Response(503)
        if path in held:
            return httpx.Response(200, json=held[path])
        if "/" in path:
            return httpx.Response(404, json={"resourceType": "OperationOutcome"})
        found = [one for one in resources if one["resourceType"] == path]
        entries = [{"resource": one} for one in found if one["id"] in {"kin", "same", "p"}]
        return httpx.Response(200, json={"resourceType": "Bundle", "entry": entries})

    return Store(BASE, transport=httpx.MockTransport(answer))


def bare(*references: str) -> list[dict[str, Any]]:
    return [dict(zip(("resourceType", "id"), one.split("/"), strict=True)) for one in references]


ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r",
    "practitioner": {"reference": "Practitioner/behind-role"},
}


async def test_all_who_are_around_are_read_once() -> None:
    asked: list[str] = []
    found = await read_surroundings(
        DOCUMENT, store(PATIENT, ENCOUNTER, ROLE, *bare(*OTHERS), asked=asked)
    )
    assert found is not None
    names = {f"{one['resourceType']}/{one['id']}" for one in found}
    assert names == {"Patient/p", "Encounter/e", "PractitionerRole/r", *OTHERS}
    assert len(asked) == len(set(asked))
    assert "Task/1" not in asked


async def test_only_the_patient_must_be_there() -> None:
    found = await read_surroundings(DOCUMENT, store(PATIENT))
    assert found == (PATIENT,)
    assert await read_surroundings(DOCUMENT, store(ENCOUNTER)) is None


async def test_without_a_subject_there_may_be_nobody() -> None:
    assert await read_surroundings({"resourceType": "DocumentReference"}, store()) == ()


async def test_a_store_that_is_down_is_asked_again_later() -> None:
    with pytest.raises(StoreUnavailable):
        await read_surroundings(DOCUMENT, store(PATIENT, down="Practitioner/a"))


async def test_the_reads_are_bounded() -> None:
    asked: list[str] = []
    many = [{"reference": f"Practitioner/{number}"} for number in range(200)]
    document = DOCUMENT | {"author": many}
    everybody = bare(*(one["reference"] for one in many))
    found = await read_surroundings(document, store(PATIENT, *everybody, asked=asked))
    assert found is not None
    assert len(found) == MOST + 1
    assert len(asked) < MOST + 5


async def test_a_subject_by_identifier_gets_its_reference() -> None:
    document = {"subject": {"identifier": {"system": "urn:x", "value": "7"}}}
    found = await with_subject(document, store(PATIENT))
    assert found["subject"] == document["subject"] | {"reference": "Patient/p"}
    assert await read_surroundings(found, store(PATIENT)) == (PATIENT,)
    assert await with_subject(document, store()) is document
    assert await read_surroundings(document, store()) is None
