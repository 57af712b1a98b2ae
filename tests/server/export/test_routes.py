"""`$export` over real HTTP, from the order to the last file."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.server.export.conftest import KICK_OFF, SECRETS, Bulk, Ward, condition

JSON = {"Accept": "application/json"}


def counts(found: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    return {kind: len(resources) for kind, resources in sorted(found.items())}


def parameters(**values: Any) -> dict[str, Any]:
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, **value} for name, value in values.items()],
    }


def assert_no_secret(found: dict[str, list[dict[str, Any]]]) -> None:
    for resources in found.values():
        for one in resources:
            texts = [json.dumps(one)]
            texts += [
                base64.b64decode(content["attachment"]["data"]).decode()
                for content in one.get("content", ())
            ]
            assert not [secret for secret in SECRETS for text in texts if secret in text]


def test_all_patients_are_exported_without_a_name(ward: Ward) -> None:
    manifest = ward.bulk.manifest("/Patient/$export")
    assert manifest["request"] == f"{ward.served.base}/Patient/$export"
    assert manifest["requiresAccessToken"] is False
    assert manifest["deleted"] == []
    assert manifest["error"] == []
    found = ward.bulk.files(manifest)
    assert counts(found) == {
        "Condition": 3, "DocumentReference": 1, "Observation": 3, "Patient": 4,
    }  # fmt: skip
    assert_no_secret(found)
    patients = {f"Patient/{one['id']}" for one in found["Patient"]}
    for one in (*found["Condition"], *found["Observation"], *found["DocumentReference"]):
        assert one["subject"]["reference"] in patients
    text = base64.b64decode(found["DocumentReference"][0]["content"][0]["attachment"]["data"])
    assert b"hypertension" in text


def test_the_system_level_has_what_resources_refer_to(ward: Ward) -> None:
    hospital = ward.hospital
    drug = {"resourceType": "Medication", "id": "drug", "code": {"coding": [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "6809"}]}}  # fmt: skip
    hospital.put(drug)
    hospital.put(drug | {"id": "nobody-takes-it"})
    patient = hospital.patient(name=[{"family": "Fenstermacher"}])
    hospital.put(
        {
            "resourceType": "MedicationStatement",
            "id": "takes",
            "status": "active",
            "subject": {"reference": patient},
            "medicationReference": {"reference": "Medication/drug"},
        }
    )
    found = ward.bulk.files(ward.bulk.manifest("/$export", _type="MedicationStatement,Medication"))
    assert counts(found) == {"Medication": 1, "MedicationStatement": 1}
    reference = found["MedicationStatement"][0]["medicationReference"]["reference"]
    assert reference == f"Medication/{found['Medication'][0]['id']}"
    hospital.client.delete("/MedicationStatement/takes").raise_for_status()
    hospital.client.delete(f"/{patient}").raise_for_status()


def test_a_group_is_its_present_members(ward: Ward) -> None:
    found = ward.bulk.files(ward.bulk.manifest("/Group/ward/$export"))
    assert counts(found)["Patient"] == 2  # Ada, and Cleo in the Group inside
    assert counts(found)["Condition"] == 2
    assert counts(found)["Group"] == 1
    members = {each["entity"]["reference"] for each in found["Group"][0]["member"]}
    assert members == {f"Patient/{one['id']}" for one in found["Patient"]}
    assert_no_secret(found)


@pytest.mark.parametrize(("group", "status"), [("nobody", 404), ("rule", 422)])
def test_a_group_that_is_none(ward: Ward, group: str, status: int) -> None:
    answer = ward.bulk.order(f"/Group/{group}/$export")
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "Group" in answer.json()["issue"][0]["diagnostics"]


def test_named_patients_only(ward: Ward) -> None:
    body = parameters(patient={"valueReference": {"reference": ward.patients["Bruno"]}})
    assert counts(ward.bulk.files(ward.bulk.manifest(body=body)))["Patient"] == 1
    answer = ward.bulk.order("/Group/ward/$export", body=body)
    assert answer.status_code == 422  # no present member
    lenient = "respond-async, handling=lenient"
    manifest = ward.bulk.manifest("/Group/ward/$export", body=body, prefer=lenient, _type="Patient")
    assert manifest["output"] == []


@pytest.mark.parametrize("spelling", ["application/fhir+ndjson", "application/ndjson", "ndjson"])
def test_the_format_has_three_spellings(ward: Ward, spelling: str) -> None:
    url = ward.bulk.ordered(_outputFormat=spelling, _type="Patient")
    assert ward.bulk.client.delete(url).status_code == 202


def test_elements_and_filters(ward: Ward) -> None:
    manifest = ward.bulk.manifest(
        _type="Condition,Patient",
        _elements="Patient.gender,Condition.recordedDate",
        _typeFilter="Condition?code=38341003",
    )
    found = ward.bulk.files(manifest)
    assert counts(found)["Condition"] == 3
    assert set(found["Patient"][0]) == {"resourceType", "id", "meta", "gender"}
    assert set(found["Condition"][0]) == {"resourceType", "id", "meta", "recordedDate", "subject"}
    assert {"SUBSETTED"} == {tag["code"] for tag in found["Patient"][0]["meta"]["tag"]}
    none = ward.bulk.manifest(_type="Condition", _typeFilter="Condition?code=1")
    assert none["output"] == []


def test_since_and_until(ward: Ward) -> None:
    first = ward.bulk.manifest(_type="Condition")
    patient = ward.patients["Ada"]
    ward.hospital.put(condition(patient, 99))
    since = ward.bulk.manifest(_type="Condition", _since=first["transactionTime"])
    assert [entry["count"] for entry in since["output"]] == [1]
    until = ward.bulk.manifest(_type="Condition", _until=first["transactionTime"])
    assert until["output"][0]["count"] == first["output"][0]["count"]
    identity = condition(patient, 99)["id"]
    ward.hospital.client.delete(f"/Condition/{identity}").raise_for_status()


@pytest.mark.parametrize(("wish", "expected"), [("Latest", 1), ("Relevant", 2)])
def test_provenance_comes_along(ward: Ward, wish: str, expected: int) -> None:
    target = {"reference": f"Condition/{condition(ward.patients['Bruno'], 1)['id']}"}
    for year in (2023, 2024):
        ward.hospital.put(
            {
                "resourceType": "Provenance",
                "id": f"told-{year}",
                "target": [target],
                "recorded": f"{year}-05-05T05:05:05Z",
                "agent": [{"who": {"reference": "Practitioner/quill"}}],
            }
        )
    manifest = ward.bulk.manifest(
        _type="Condition", includeAssociatedData=f"{wish}ProvenanceResources"
    )
    found = ward.bulk.files(manifest)
    assert counts(found) == {"Condition": 3, "Provenance": expected}
    conditions = {f"Condition/{one['id']}" for one in found["Condition"]}
    for one in found["Provenance"]:
        assert {each["reference"] for each in one["target"]} <= conditions
    assert_no_secret(found)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"_type": "Patient,Nonsense"}, 422),
        ({"_type": "Practitioner"}, 422),
        ({"_outputFormat": "text/csv"}, 422),
        ({"_since": "yesterday"}, 400),
        ({"_since": ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"]}, 400),
        ({"_until": "2024-13-01T00:00:00Z"}, 400),
        ({"_elements": "Patient.nonsense"}, 422),
        ({"_elements": "Patient.name.family"}, 422),
        ({"_typeFilter": "Patient?name=Vandersloot"}, 422),
        ({"_typeFilter": "Condition?_include=Condition:patient"}, 422),
        ({"_typeFilter": "Condition?code=1&patient=Patient/1"}, 422),
        ({"_typeFilter": "Condition"}, 400),
        ({"_typeFilter": "Practitioner?name=x"}, 422),
        ({"includeAssociatedData": "_ours"}, 422),
        ({"organizeOutputBy": "Patient"}, 422),
        ({"allowPartialManifests": "true"}, 422),
        ({"patient": "Patient/1"}, 422),
        ({"nonsense": "1"}, 422),
    ],
)
def test_what_is_not_supported_is_said(ward: Ward, query: dict[str, Any], status: int) -> None:
    answer = ward.bulk.order(**query)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "Vandersloot" not in answer.text


def test_lenient_ignores_with_a_warning(ward: Ward) -> None:
    answer = ward.bulk.order(
        prefer="respond-async, handling=lenient", nonsense="1", _type="Patient,Nonsense"
    )
    assert answer.status_code == 202
    issues = answer.json()["issue"]
    assert [one["severity"] for one in issues] == ["information", "warning", "warning"]
    found = ward.bulk.wait(answer.headers["content-location"]).json()
    assert [entry["type"] for entry in found["output"]] == ["Patient"]


def test_the_headers_of_a_kick_off(ward: Ward) -> None:
    client = ward.bulk.client
    assert client.get("/Patient/$export").status_code == 400  # Prefer: respond-async is missing
    xml = client.get("/Patient/$export", headers=KICK_OFF | {"Accept": "application/fhir+xml"})
    assert xml.status_code == 406
    form = client.post(
        "/Patient/$export", headers=KICK_OFF | {"Content-Type": "text/plain"}, content=b"x"
    )
    assert form.status_code == 415
    for body in ({"resourceType": "Patient"}, [], {"resourceType": "Parameters", "parameter": [1]}):
        assert client.post("/Patient/$export", headers=KICK_OFF, json=body).status_code == 400


def test_the_status_may_be_apart_from_the_code(ward: Ward) -> None:
    prefer = "respond-async, separate-export-status"
    answer = ward.bulk.order(prefer=prefer, _type="Patient")
    assert answer.headers["preference-applied"] == prefer
    url = answer.headers["content-location"]
    found = ward.bulk.client.get(url, headers=JSON)
    while found.headers.get("x-export-status", "202").startswith("202"):
        assert found.status_code in (200, 429)
        found = ward.bulk.client.get(url, headers=JSON)
    assert (found.status_code, found.headers["x-export-status"]) == (200, "200 OK")
    assert found.json()["output"]


def test_asking_too_often_is_429(ward: Ward) -> None:
    url = ward.bulk.ordered()
    answers = [ward.bulk.client.get(url, headers=JSON) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 429]
    assert len(answers[0].headers["x-progress"]) < 100
    assert answers[1].json()["issue"][0]["code"] == "throttled"
    assert {one.headers["retry-after"] for one in answers} == {"1"}
    assert ward.bulk.wait(url).status_code == 200


def test_files_travel_compressed(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    done = ward.bulk.wait(url)
    expires = parsedate_to_datetime(done.headers["expires"])
    assert expires > parsedate_to_datetime(done.headers["date"])
    (entry,) = done.json()["output"]
    with ward.bulk.client.stream("GET", entry["url"]) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.decompress(raw).splitlines()) == entry["count"]
    plain = ward.bulk.client.get(entry["url"], headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(raw)
    assert int(plain.headers["content-length"]) == len(plain.content)
    size = ward.bulk.client.head(entry["url"], headers={"Accept-Encoding": "identity"})
    assert (size.status_code, size.content) == (200, b"")
    assert size.headers["content-length"] == plain.headers["content-length"]
    packed = ward.bulk.client.head(entry["url"])
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-length" not in packed.headers


def test_report_and_dictionary_hold_no_text(ward: Ward) -> None:
    manifest = ward.bulk.manifest()
    report, dictionary = (
        ward.bulk.client.get(url, headers=JSON).json() for url in manifest["extension"].values()
    )
    output = {entry["type"]: entry["count"] for entry in manifest["output"]}
    assert report["released"] == output
    assert report["patients"] == {"released": 4, "notOnTheStore": 0}
    assert {"element": "Patient.birthDate", "method": "generalize", "count": 4} in report["methods"]
    assert {"software", "models", "terminology"} <= set(report["versions"])
    assert report["limits"]
    rows = dictionary["types"]["Patient"]
    assert {"element": "Patient.birthDate", "operation": "generalize"} in rows
    for row in (row for rows in dictionary["types"].values() for row in rows):
        assert set(row["operation"].split(", ")) <= set(dictionary["operations"])
    assert not [secret for secret in SECRETS if secret in json.dumps([report, dictionary])]


def test_delete_removes_everything(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    manifest = ward.bulk.wait(url).json()
    assert ward.bulk.client.delete(url).status_code == 202
    places = [url, manifest["output"][0]["url"], *manifest["extension"].values()]
    for answer in [ward.bulk.client.get(place) for place in places] + [
        ward.bulk.client.delete(url)
    ]:
        assert answer.status_code == 404
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_what_is_not_there_is_404(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    assert ward.bulk.wait(url).status_code == 200
    for name in ("Patient.7.ndjson", "Patient.x.ndjson", "Condition.0.ndjson", "none.json"):
        assert ward.bulk.client.get(f"{url}/{name}").status_code == 404
    assert ward.bulk.client.get(f"{ward.served.base}/export/none").status_code == 404
    assert (
        ward.bulk.client.get(f"{url}/Patient.0.ndjson", headers={"Accept": "text/csv"}).status_code
        == 406
    )


def test_every_access_is_audited(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    (entry,) = ward.bulk.wait(url).json()["output"]
    ward.bulk.client.get(entry["url"]).raise_for_status()
    ward.bulk.client.delete(url).raise_for_status()
    audited = {
        place: [
            (one["subtype"][0]["code"], one["action"], one["outcome"])
            for one in ward.hospital.find(
                "AuditEvent", **{"entity:identifier": f"urn:ietf:rfc:3986|{place}"}
            )
        ]
        for place in (url, entry["url"])
    }
    assert audited[entry["url"]] == [("read", "R", "0")]
    assert Counter(audited[url]) == Counter([("operation", "E", "0"), ("delete", "D", "0")])


def test_without_an_audit_there_is_no_answer(ward: Ward) -> None:
    url = ward.bulk.ordered(_type="Patient")
    manifest = ward.bulk.wait(url).json()
    places = [manifest["output"][0]["url"], *manifest["extension"].values()]
    ward.apart.refusal = 400
    try:
        answers = [ward.bulk.client.get(place) for place in places]
        answers += [ward.bulk.order(), ward.bulk.client.delete(url)]
    finally:
        ward.apart.refusal = None
    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert not [answer for answer in answers if b'resourceType":"Patient' in answer.content]
    assert ward.bulk.client.get(places[0]).status_code == 200


def test_too_many_orders_are_put_off(ward: Ward) -> None:
    urls: list[str] = []
    for _ in range(20):
        answer = ward.bulk.order("/Patient/$export")
        if answer.status_code == 429:
            break
        urls.append(answer.headers["content-location"])
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    for url in urls:
        assert ward.bulk.client.delete(url).status_code == 202
    assert ward.bulk.order(_type="Patient").status_code == 202


def test_a_client_of_the_specification(client: httpx.Client, hospital: Any) -> None:
    """On the trial store, which is served beside the export."""
    patient = hospital.patient(name=[{"family": "Fenstermacher"}])
    hospital.put(condition(patient, 1))
    body = parameters(patient={"valueReference": {"reference": patient}})
    bulk = Bulk(client)
    found = bulk.files(bulk.manifest(body=body))
    assert counts(found) == {"Condition": 1, "Patient": 1}
    assert "Fenstermacher" not in json.dumps(found)


def test_evidence_points_into_the_text_that_is_exported(
    client: httpx.Client, hospital: Any, served: Any
) -> None:
    patient = hospital.patient(name=[{"family": "Fenstermacher", "given": ["Wilhelmina"]}])
    text = "Mrs. Wilhelmina Fenstermacher has hypertension. Mrs. Fenstermacher takes aspirin."
    note = hospital.note(text, subject={"reference": patient}, date="2024-03-06T10:00:00Z")
    assert served.job(f"DocumentReference/{note['id']}", seconds=90)["state"] == "done"
    body = parameters(patient={"valueReference": {"reference": patient}})
    bulk = Bulk(client)
    found = bulk.files(bulk.manifest("/Patient/$export", body=body))
    (document,) = found["DocumentReference"]
    attachment = document["content"][0]["attachment"]
    released = base64.b64decode(attachment["data"]).decode()
    assert "Fenstermacher" not in released
    (condition,) = found["Condition"]
    urls = {one["url"].rpartition("/")[2]: one for one in condition["extension"]}
    evidence = urls["derivation-reference"]
    parts = {one["url"]: one for one in evidence["extension"]}
    place = parts["reference"]["valueReference"]["reference"]
    assert place == f"DocumentReference/{document['id']}"
    start, length = parts["offset"]["valueInteger"], parts["length"]["valueInteger"]
    assert released[start : start + length] == "hypertension"
    assert text[start : start + length] != "hypertension"
    more = {"includeAssociatedData": "RelevantProvenanceResources", "_type": "Condition,Device"}
    found = bulk.files(bulk.manifest("/Patient/$export", body=body, **more))
    assert counts(found) == {"Condition": 1, "Device": 1, "Provenance": 1}
    kinds = {one["reference"].partition("/")[0] for one in found["Provenance"][0]["target"]}
    assert "DocumentReference" not in kinds  # the copy on the store
