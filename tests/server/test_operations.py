"""`$extract` and `$de-identify` on a whole server."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import httpx
import pytest

from mappers.evidence import evidences
from mappers.validation import check_evidence, validate
from server.call import LONGEST_BODY

TEXT = "Mr Quentin Okafor has hypertension and takes metformin 500 mg twice daily."


def parameters(**values: Any) -> dict[str, Any]:
    kinds = {bool: "valueBoolean", str: "valueString", int: "valueInteger"}
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": name, "resource" if isinstance(value, dict) else kinds[type(value)]: value}
            for name, value in values.items()
        ],
    }


def extract(client: httpx.Client, body: Any, name: str = "DocumentReference") -> dict[str, Any]:
    answer = client.post(f"/{name}/$extract", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert validate(answer.json()) == ()
    returned, issues = answer.json()["parameter"]
    assert (returned["name"], issues["name"]) == ("return", "issues")
    assert issues["resource"]["issue"][0]["severity"] == "information"
    return returned["resource"]


def kinds(bundle: dict[str, Any]) -> set[str]:
    return {entry["resource"]["resourceType"] for entry in bundle["entry"]}


@pytest.fixture
def total(client: httpx.Client) -> Any:
    """Count what the store holds of the types that we write."""

    def count() -> dict[str, int]:
        types = ("Condition", "MedicationStatement", "Provenance", "DocumentReference")
        return {
            kind: client.get(f"/{kind}", params={"_summary": "count"}).json()["total"]
            for kind in types
        }

    return count


def test_a_document_in_the_body_is_read_and_nothing_is_written(
    client: httpx.Client, hospital: Any, total: Any
) -> None:
    before = total()
    bundle = extract(client, hospital.document(TEXT))
    assert total() == before
    assert bundle["type"] == "transaction"
    assert {"Condition", "MedicationStatement", "Provenance", "Device"} <= kinds(bundle)
    for entry in bundle["entry"]:
        assert entry["request"]["method"] == "POST"
        assert entry["request"]["ifNoneExist"]
        assert validate(entry["resource"]) == ()
        assert check_evidence(entry["resource"], TEXT) == ()


@pytest.mark.parametrize("write", [None, False])
def test_parameters_with_a_document(
    client: httpx.Client, hospital: Any, total: Any, write: bool | None
) -> None:
    before = total()
    wishes = {} if write is None else {"write": write}
    bundle = extract(client, parameters(document=hospital.document(TEXT), **wishes))
    assert "Condition" in kinds(bundle)
    assert total() == before


def test_parameters_with_a_text_and_a_subject(client: httpx.Client, hospital: Any) -> None:
    subject = hospital.patient(name=[{"family": "Okafor"}])
    body = parameters(text=TEXT, language="en")
    body["parameter"].append({"name": "subject", "valueReference": {"reference": subject}})
    bundle = extract(client, body)
    (condition,) = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["fullUrl"] and "clinicalStatus" in entry["resource"]
    ]
    assert condition["subject"] == {"reference": subject}


def test_a_text_that_is_to_be_written_is_stored_once(
    client: httpx.Client, hospital: Any, served: Any
) -> None:
    subject = hospital.patient(name=[{"family": "Okafor"}])
    body = parameters(text=f"{TEXT} {uuid.uuid4().hex}", write=True)
    body["parameter"].append({"name": "subject", "valueReference": {"reference": subject}})
    response = extract(client, body)
    assert response["type"] == "transaction-response"

    (sent,) = [
        one for one in hospital.find("DocumentReference", subject=subject) if "relatesTo" not in one
    ]
    assert served.job(f"DocumentReference/{sent['id']}")["state"] == "done"
    before = {one["id"]: one["meta"]["versionId"] for one in hospital.derived(sent)}
    assert len(before) >= 4
    assert set(before.values()) == {"1"}
    text = base64.b64decode(sent["content"][0]["attachment"]["data"]).decode()
    for resource in hospital.derived(sent):
        assert check_evidence(resource, text) == ()
    condition = hospital.concept(sent, "Condition", "hypertension")
    assert any(evidences(condition))
    assert f"DocumentReference/{sent['id']}/_history/1" in str(condition["extension"])

    assert "entry" not in extract(client, body)
    assert {one["id"]: one["meta"]["versionId"] for one in hospital.derived(sent)} == before
    found = hospital.find("DocumentReference", subject=subject)
    assert [one["id"] for one in found if "relatesTo" not in one] == [sent["id"]]


def test_a_document_that_the_store_has_is_not_stored_again(
    client: httpx.Client, hospital: Any, served: Any
) -> None:
    subject = hospital.patient()
    stored = hospital.note(TEXT, subject={"reference": subject})
    served.job(f"DocumentReference/{stored['id']}")
    assert "entry" not in extract(client, parameters(document=stored, write=True))
    found = hospital.find("DocumentReference", subject=subject)
    assert [one["id"] for one in found] == [stored["id"]]

    # The id of a document of elsewhere means nothing here.
    changed = hospital.document(f"{TEXT} As before.", subject=stored["subject"], id=stored["id"])
    assert extract(client, parameters(document=changed, write=True))["entry"]
    assert len(hospital.find("DocumentReference", subject=subject)) == 2
    assert hospital.get(f"DocumentReference/{stored['id']}")["meta"]["versionId"] == "1"


def test_at_instance_level_writing_is_the_default(
    client: httpx.Client, hospital: Any, served: Any
) -> None:
    subject = hospital.patient()
    # A draft does not reach us by itself once it was read as one.
    stored = hospital.note(TEXT, subject={"reference": subject}, docStatus="preliminary")
    name = f"DocumentReference/{stored['id']}"
    assert served.job(name)["state"] == "skipped"
    assert client.post(f"/{name}/$extract").status_code == 422

    final = hospital.put({**stored, "docStatus": "final"})
    response = extract(client, {"resourceType": "Parameters"}, name)
    assert response["type"] == "transaction-response"
    served.job(name, version=final["meta"]["versionId"])
    assert hospital.concept(final, "Condition", "hypertension")["meta"]["versionId"] == "1"


def test_at_instance_level_without_writing(
    client: httpx.Client, hospital: Any, served: Any
) -> None:
    stored = hospital.note(TEXT, subject={"reference": hospital.patient()})
    name = f"DocumentReference/{stored['id']}"
    served.job(name)
    before = {one["id"]: one["meta"]["versionId"] for one in hospital.derived(stored)}
    bundle = extract(client, parameters(write=False), name)
    assert bundle["type"] == "transaction"
    assert f"{name}/_history/1" in str(bundle)
    assert {one["id"]: one["meta"]["versionId"] for one in hospital.derived(stored)} == before


def test_de_identification_at_both_levels(
    client: httpx.Client, hospital: Any, served: Any, total: Any
) -> None:
    subject = hospital.patient(name=[{"family": "Okafor", "given": ["Quentin"]}])
    stored = hospital.note(TEXT, subject={"reference": subject})
    served.job(f"DocumentReference/{stored['id']}")
    before = total()
    inline = hospital.document(TEXT, subject={"reference": subject})
    for path, body in (
        ("/DocumentReference/$de-identify", inline),
        ("/DocumentReference/$de-identify", parameters(document=inline)),
        (f"/DocumentReference/{stored['id']}/$de-identify", {"resourceType": "Parameters"}),
        (f"/DocumentReference/{stored['id']}/$de-identify", None),
    ):
        answer = client.post(path, json=body) if body else client.post(path)
        assert answer.status_code == 200, answer.text
        copy = answer.json()["parameter"][0]["resource"]
        assert copy["resourceType"] == "DocumentReference"
        assert validate(copy) == ()
        text = base64.b64decode(copy["content"][0]["attachment"]["data"]).decode()
        assert "Okafor" not in text
        assert "hypertension" in text
        assert "subject" not in copy
    assert total() == before


def test_a_copy_of_ours_is_not_read_as_a_note(
    client: httpx.Client, hospital: Any, served: Any
) -> None:
    stored = hospital.note(TEXT, subject={"reference": hospital.patient()})
    served.job(f"DocumentReference/{stored['id']}")
    (copy,) = [o for o in hospital.derived(stored) if o["resourceType"] == "DocumentReference"]
    answer = client.post(f"/DocumentReference/{copy['id']}/$extract")
    assert answer.status_code == 400
    assert extract(client, parameters(write=False), f"DocumentReference/{copy['id']}")


@pytest.mark.parametrize("operation", ["$extract", "$de-identify"])
def test_a_document_that_is_not_there(client: httpx.Client, hospital: Any, operation: str) -> None:
    answer = client.post(f"/DocumentReference/none/{operation}")
    assert (answer.status_code, code(answer)) == (404, "not-found")
    stored = hospital.note(TEXT)
    client.delete(f"/DocumentReference/{stored['id']}").raise_for_status()
    answer = client.post(f"/DocumentReference/{stored['id']}/{operation}")
    assert (answer.status_code, code(answer)) == (410, "deleted")
    for odd in ("%2e%2e", "a%3Fb=c", "a%20b", "x" * 200):
        answer = client.post(f"/DocumentReference/{odd}/{operation}")
        assert (answer.status_code, code(answer)) == (404, "not-found")


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert validate(outcome) == ()
    return outcome["issue"][0]["code"]


DOCUMENT = {
    "resourceType": "DocumentReference",
    "status": "current",
    "content": [{"attachment": {"contentType": "text/plain", "data": "SHlwZXJ0ZW5zaW9uLg=="}}],
}
BODIES: dict[str, Any] = {
    "empty": b"",
    "not JSON": b"hypertension",
    "not UTF-8": b'{"resourceType": "\xff"}',
    "list": [DOCUMENT],
    "string": "text",
    "null": b"null",
    "no resourceType": {"text": "hypertension"},
    "other resource": {"resourceType": "Patient"},
    "resourceType is a list": {"resourceType": ["Parameters"]},
    "parameter is an object": {"resourceType": "Parameters", "parameter": {"name": "text"}},
    "parameter is a string": {"resourceType": "Parameters", "parameter": ["text"]},
    "no name": {"resourceType": "Parameters", "parameter": [{"valueString": "x"}]},
    "no value": {"resourceType": "Parameters", "parameter": [{"name": "text"}]},
    "two values": {
        "resourceType": "Parameters",
        "parameter": [{"name": "text", "valueString": "x", "valueCode": "y"}],
    },
    "unknown": parameters(text="x", colour="blue"),
    "nothing to read": parameters(language="en"),
    "both": parameters(text="x", document=DOCUMENT),
    "text is a number": parameters(text=7),
    "document is a string": parameters(document="x"),
    "language is a number": parameters(text="x", language=7),
    "repeated": {
        "resourceType": "Parameters",
        "parameter": [{"name": "text", "valueString": "x"}] * 2,
    },
    "document is another resource": parameters(document={"resourceType": "Patient"}),
}


@pytest.mark.parametrize("operation", ["$extract", "$de-identify"])
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body(client: httpx.Client, name: str, operation: str) -> None:
    body = BODIES[name]
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = client.post(f"/DocumentReference/{operation}", **sent)
    assert answer.status_code == 400, answer.text
    assert code(answer) in ("invalid", "structure")


def test_parameters_that_only_extract_takes(client: httpx.Client) -> None:
    assert (
        client.post(
            "/DocumentReference/$extract", json=parameters(text="x", write="yes")
        ).status_code
        == 400
    )
    answer = client.post("/DocumentReference/$de-identify", json=parameters(text="x", write=True))
    assert (answer.status_code, code(answer)) == (400, "invalid")


@pytest.mark.parametrize("operation", ["$extract", "$de-identify"])
def test_a_document_beside_an_instance(client: httpx.Client, hospital: Any, operation: str) -> None:
    stored = hospital.note(TEXT)
    for body in (DOCUMENT, parameters(text="x")):
        answer = client.post(f"/DocumentReference/{stored['id']}/{operation}", json=body)
        assert (answer.status_code, code(answer)) == (400, "invalid")


@pytest.mark.parametrize("operation", ["$extract", "$de-identify"])
def test_a_body_of_another_type(client: httpx.Client, operation: str) -> None:
    for media_type in ("application/fhir+xml", "text/plain", "multipart/form-data"):
        answer = client.post(
            f"/DocumentReference/{operation}",
            content=b"<DocumentReference/>",
            headers={"Content-Type": media_type},
        )
        assert (answer.status_code, code(answer)) == (415, "not-supported")


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    answer = client.post("/DocumentReference/$extract", content=b" " * (LONGEST_BODY + 1))
    assert (answer.status_code, code(answer)) == (413, "too-long")


@pytest.mark.parametrize("language", ["xx", "tlh", "not a language"])
def test_a_language_without_a_model(client: httpx.Client, language: str) -> None:
    answer = client.post(
        "/DocumentReference/$extract", json=parameters(text=TEXT, language=language)
    )
    assert (answer.status_code, code(answer)) == (422, "not-supported")


@pytest.mark.parametrize("language", ["en", "en-GB", "EN"])
def test_a_language_by_its_other_names(client: httpx.Client, language: str) -> None:
    assert "Condition" in kinds(extract(client, parameters(text=TEXT, language=language)))
