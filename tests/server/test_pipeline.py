"""The main job on a whole server: a note is stored, and what it says is in the chart."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from typing import Any

import httpx
import orjson
import pytest

from mappers.canonical import AI_ASSERTED
from mappers.deidentification.document import StoredCopy, read_copy
from mappers.evidence import evidences
from mappers.identity import identity
from mappers.validation import check_evidence, validate
from server.job import Job

NOTE = """Mrs Halloway was seen in clinic on 3 March 2024.
Past medical history: hypertension and type 2 diabetes mellitus.
She underwent an appendectomy in 2010.
Medications: metformin 500 mg twice daily.
Denies chest pain.
"""
CLINICAL = ("Condition", "MedicationStatement", "Procedure")


@pytest.fixture
def patient(hospital: Any) -> str:
    return hospital.patient(name=[{"family": "Halloway", "given": ["Adelheid"]}])


@pytest.fixture
def note(hospital: Any, served: Any, patient: str) -> dict[str, Any]:
    """A note that has been read."""
    stored = hospital.note(NOTE, subject={"reference": patient}, date="2024-03-03T10:00:00Z")
    assert served.job(reference(stored))["state"] == "done"
    return stored


def reference(document: dict[str, Any]) -> str:
    return f"DocumentReference/{document['id']}"


def versions(resources: list[dict[str, Any]]) -> dict[str, str]:
    return {f"{one['resourceType']}/{one['id']}": one["meta"]["versionId"] for one in resources}


def provenance_of(derived: list[dict[str, Any]], activity: str) -> dict[str, Any]:
    """Find the one Provenance of this activity."""
    (found,) = [
        one
        for one in derived
        if one["resourceType"] == "Provenance" and one["activity"]["coding"][0]["code"] == activity
    ]
    return found


def presence(condition: dict[str, Any]) -> str:
    return condition["verificationStatus"]["coding"][0]["code"]


def again(hospital: Any, document: dict[str, Any], text: str) -> dict[str, Any]:
    """Store a new version of the note with another text."""
    changed = hospital.document(text, subject=document["subject"], date=document["date"])
    return hospital.put(changed | {"id": document["id"]})


def test_a_note_becomes_coded_resources(hospital: Any, note: dict[str, Any]) -> None:
    hypertension = hospital.concept(note, "Condition", "hypertension")
    assert {
        ("http://snomed.info/sct", "38341003"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "I10"),
    } <= {(one["system"], one["code"]) for one in hypertension["code"]["coding"]}
    assert presence(hypertension) == "confirmed"
    assert presence(hospital.concept(note, "Condition", "chest pain")) == "refuted"

    metformin = hospital.concept(note, "MedicationStatement", "metformin")
    systems = {one["system"] for one in metformin["medicationCodeableConcept"]["coding"]}
    assert "http://www.nlm.nih.gov/research/umls/rxnorm" in systems
    assert "500 mg" in metformin["dosage"][0]["text"]

    appendectomy = hospital.concept(note, "Procedure", "appendectomy")
    assert appendectomy["status"] == "completed"
    assert any(one["code"] == "80146002" for one in appendectomy["code"]["coding"])


def test_every_resource_is_valid_and_says_where_it_was_read(
    hospital: Any, note: dict[str, Any], patient: str
) -> None:
    derived = hospital.derived(note)
    for resource in derived:
        assert validate(resource) == ()
        assert check_evidence(resource, NOTE) == ()
    clinical = [one for one in derived if one["resourceType"] in CLINICAL]
    assert {one["resourceType"] for one in clinical} == set(CLINICAL)
    version = f"{reference(note)}/_history/{note['meta']['versionId']}"
    for resource in clinical:
        assert AI_ASSERTED in resource["meta"]["security"]
        assert resource["subject"] == {"reference": patient}
        spans = [each for each in evidences(resource) if not each.element]
        concept = resource.get("code") or resource["medicationCodeableConcept"]
        assert spans[0].read(NOTE) == concept["text"]
        cited = str(resource["extension"])
        assert version in cited
        assert "DocumentReference.content[0].attachment" in cited
        (confidence,) = [e["valueDecimal"] for e in resource["extension"] if "valueDecimal" in e]
        assert 0 < confidence <= 1


def test_the_provenance_names_note_device_and_every_target(
    hospital: Any, note: dict[str, Any]
) -> None:
    derived = hospital.derived(note)
    provenance = provenance_of(derived, "transform")
    targets = {each["reference"] for each in provenance["target"]}
    assert targets == {name for name in versions(derived) if not name.startswith("Provenance/")}
    assert provenance["entity"][0]["what"]["reference"] == f"{reference(note)}/_history/1"
    device = hospital.get(provenance["agent"][0]["who"]["reference"])
    assert device["resourceType"] == "Device"
    assert validate(device) == ()


def test_a_de_identified_copy_is_stored_beside_the_note(
    hospital: Any, note: dict[str, Any], served: Any
) -> None:
    (copy,) = [one for one in hospital.derived(note) if one["resourceType"] == "DocumentReference"]
    text = base64.b64decode(copy["content"][0]["attachment"]["data"]).decode()
    assert "hypertension" in text
    assert "Halloway" not in text
    assert "3 March 2024" not in text
    (relation,) = copy["relatesTo"]
    assert relation["code"] == "transforms"
    assert relation["target"]["reference"] == f"{reference(note)}/_history/1"
    assert copy["meta"]["security"]
    assert "subject" not in copy
    provenance = provenance_of(hospital.derived(note), "deidentify")
    assert provenance["target"] == [{"reference": reference(copy)}]
    assert provenance["entity"][0]["what"]["reference"] == f"{reference(note)}/_history/1"
    assert validate(provenance) == ()
    # The store tells us of the copy too; it must not be read as if it were a note.
    rows = [row for row in served.jobs() if row["reference"] == reference(copy)]
    assert all(row["state"] in ("queued", "running", "skipped") for row in rows)


def test_the_copy_bears_its_annotations_and_what_was_replaced(
    hospital: Any, note: dict[str, Any]
) -> None:
    (copy,) = [one for one in hospital.derived(note) if one["resourceType"] == "DocumentReference"]
    read = read_copy(copy)
    assert isinstance(read, StoredCopy)
    assert read.source == f"{reference(note)}/_history/1"
    assert read.mode == "tag"
    assert sum(read.replacements.values()) == len(read.offsets) > 0
    assert read.annotations
    entities = orjson.loads(read.annotations)["entities"]
    words = {read.text[one["start"] : one["end"]]: one for one in entities}
    assert words["hypertension"]["label"] == "DISEASE"
    assert words["hypertension"]["codings"]
    assert "Halloway" not in read.annotations.decode()


def test_what_is_read_again_changes_nothing(
    hospital: Any, note: dict[str, Any], served: Any, client: httpx.Client
) -> None:
    before = versions(hospital.derived(note))
    answer = client.post(f"/{reference(note)}/$extract")
    assert answer.status_code == 200
    assert "entry" not in answer.json()["parameter"][0]["resource"]
    job = Job(reference(note), "1", served.app.state.pipeline.version)
    outcome = served.run(served.app.state.pipeline.process(job))
    assert (outcome.state, outcome.reason) == ("done", "written before")
    assert versions(hospital.derived(note)) == before


def test_writers_at_the_same_time_make_one_set(hospital: Any, patient: str, served: Any) -> None:
    stored = hospital.note(NOTE, subject={"reference": patient})
    pipeline = served.app.state.pipeline
    job = Job(reference(stored), "1", pipeline.version)

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(pipeline.process(job) for _ in range(4)))

    assert {one.state for one in served.run(all_at_once())} == {"done"}
    assert served.job(reference(stored))["state"] == "done"
    derived = hospital.derived(stored)
    assert max(Counter(identity(one).value for one in derived).values()) == 1
    assert set(versions(derived).values()) == {"1"}


def test_a_new_version_of_the_note_updates_what_was_written(
    hospital: Any, note: dict[str, Any], served: Any
) -> None:
    before = versions(hospital.derived(note))
    hypertension = hospital.concept(note, "Condition", "hypertension")
    text = (
        "Past medical history: hypertension.\n"
        "Medications: metformin 850 mg twice daily.\nDenies chest pain.\n"
    )
    newer = again(hospital, note, text)
    assert served.job(reference(note), version=newer["meta"]["versionId"])["state"] == "done"

    derived = hospital.derived(note)
    kept = next(one for one in derived if one["id"] == hypertension["id"])
    assert kept["meta"]["versionId"] == "2"
    assert check_evidence(kept, text) == ()
    assert f"{reference(note)}/_history/2" in str(kept["extension"])
    metformin = hospital.concept(note, "MedicationStatement", "metformin")
    assert "850 mg" in metformin["dosage"][0]["text"]
    appendectomy = hospital.concept(note, "Procedure", "appendectomy")
    assert appendectomy["status"] == "entered-in-error"
    assert set(before) - set(versions(derived)) == set()
    assert [one["resourceType"] for one in derived].count("DocumentReference") == 1
    assert all(validate(one) == () for one in derived)


def test_a_resource_in_the_hands_of_a_person_is_left_alone(
    hospital: Any, note: dict[str, Any], served: Any
) -> None:
    reviewed = hospital.concept(note, "Condition", "hypertension")
    reviewed["meta"]["security"] = []
    reviewed["note"] = [{"text": "Confirmed at the ward round."}]
    hospital.put(
        {name: part for name, part in reviewed.items() if name != "meta"}
        | {"meta": {"tag": reviewed["meta"]["tag"]}}
    )
    rejected = hospital.concept(note, "Condition", "type 2 diabetes mellitus")
    rejected["verificationStatus"]["coding"][0]["code"] = "entered-in-error"
    rejected.pop("clinicalStatus")
    hospital.put(rejected)
    before = versions(hospital.derived(note))

    newer = again(hospital, note, "Hypertension and type 2 diabetes mellitus. Denies chest pain.\n")
    assert served.job(reference(note), version=newer["meta"]["versionId"])["state"] == "done"
    after = versions(hospital.derived(note))
    for one in (reviewed, rejected):
        assert after[f"Condition/{one['id']}"] == before[f"Condition/{one['id']}"]


def test_a_version_that_says_nothing_any_more_withdraws_all(
    hospital: Any, note: dict[str, Any], served: Any
) -> None:
    newer = again(hospital, note, "Nothing to report at the visit today, thank you.\n")
    assert served.job(reference(note), version=newer["meta"]["versionId"])["state"] == "done"
    assert presence(hospital.concept(note, "Condition", "hypertension")) == "entered-in-error"
    medication = hospital.concept(note, "MedicationStatement", "metformin")
    assert medication["status"] == "entered-in-error"


def test_known_identifiers_are_removed_whatever_the_models_think(
    hospital: Any, served: Any
) -> None:
    patient = hospital.patient(
        name=[{"family": "Quibblethorpe", "given": ["Ozzy"]}],
        identifier=[{"system": "urn:mrn", "value": "ZQ-77-4410"}],
        telecom=[{"system": "phone", "value": "+44 7700 900123"}],
    )
    text = "quibblethorpe has hypertension. File zq-77-4410. Call +44 7700 900123.\n"
    stored = hospital.note(text, subject={"reference": patient})
    row = served.job(reference(stored))
    assert row["state"] == "done", row["reason"]
    (copy,) = [o for o in hospital.derived(stored) if o["resourceType"] == "DocumentReference"]
    released = base64.b64decode(copy["content"][0]["attachment"]["data"]).decode()
    for known in ("quibblethorpe", "zq-77-4410", "7700 900123"):
        assert known not in released.lower()


def test_a_patient_who_cannot_be_read_means_no_copy(hospital: Any, served: Any) -> None:
    # The trial store takes no reference to nobody, so the patient is deleted afterwards.
    patient = hospital.patient()
    hospital.client.delete(f"/{patient}").raise_for_status()
    text = "Hypertension, seen today."
    stored = hospital.note(text, subject={"reference": patient})
    row = served.job(reference(stored))
    assert row["state"] == "parked"
    assert "patient's record could not be read" in row["reason"]
    before = versions(hospital.derived(stored))
    assert {name.partition("/")[0] for name in before} == {"Condition", "Provenance"}

    # Once more while nothing is better, and then with the record.
    served.run(served.app.state.jobs.retry(row["id"]))
    assert served.job(reference(stored))["state"] == "parked"
    assert versions(hospital.derived(stored)) == before
    hospital.put({"resourceType": "Patient", "id": patient.partition("/")[2]})
    served.run(served.app.state.jobs.retry(row["id"]))
    assert served.job(reference(stored))["state"] == "done"
    after = versions(hospital.derived(stored))
    assert before.items() <= after.items()
    new = sorted(name.partition("/")[0] for name in after.keys() - before.keys())
    assert new == ["DocumentReference", "Provenance", "Provenance"]


def test_odd_characters_are_counted_and_stored(hospital: Any, served: Any, patient: str) -> None:
    text = "😀 Seen\x00 today 🩺: hypertension and 𝒜 metformin 500 mg.\x00 Denies chest pain."
    stored = hospital.note(text, subject={"reference": patient})
    row = served.job(reference(stored))
    assert row["state"] == "done", row["reason"]
    hypertension = hospital.concept(stored, "Condition", "hypertension")
    (evidence, *_) = evidences(hypertension)
    assert evidence.offset == text.index("hypertension")
    assert all(check_evidence(one, text) == () for one in hospital.derived(stored))


@pytest.mark.parametrize("status", ["entered-in-error", "superseded"])
def test_what_a_withdrawn_note_said_is_withdrawn_with_it(
    hospital: Any, note: dict[str, Any], served: Any, status: str
) -> None:
    changed = hospital.put(note | {"status": status})
    # Nobody announces it, since it no longer meets the criteria: the reconciler finds it.
    row = served.job(reference(note), version=changed["meta"]["versionId"])
    assert row["state"] == "skipped"
    clinical = [one for one in hospital.derived(note) if one["resourceType"] in CLINICAL]
    assert clinical
    for resource in clinical:
        condition = resource["resourceType"] == "Condition"
        said = presence(resource) if condition else resource["status"]
        assert said == "entered-in-error"
        assert validate(resource) == ()


def test_a_subject_known_by_an_identifier_is_looked_up_for_the_copy(
    hospital: Any, served: Any
) -> None:
    number = "SUBJ-99871234"
    system = "https://example.org/mrn"
    hospital.patient(
        name=[{"family": "Zyxwolle"}], identifier=[{"system": system, "value": number}]
    )
    subject = {"identifier": {"system": system, "value": number}}
    stored = hospital.note(f"zyxwolle has hypertension. File {number}.", subject=subject)
    assert served.job(reference(stored))["state"] == "done"
    (copy,) = [
        one for one in hospital.derived(stored) if one["resourceType"] == "DocumentReference"
    ]
    text = base64.b64decode(copy["content"][0]["attachment"]["data"]).decode()
    assert "zyxwolle" not in text
    assert number not in text


def test_a_subject_that_cannot_be_found_means_no_copy(hospital: Any, served: Any) -> None:
    subject = {"identifier": {"system": "https://example.org/mrn", "value": "nobody-has-it"}}
    stored = hospital.note("Hypertension.", subject=subject)
    row = served.job(reference(stored))
    assert (row["state"], "patient" in row["reason"]) == ("parked", True)


def test_the_copy_of_a_withdrawn_note_is_withdrawn_too(
    hospital: Any, note: dict[str, Any], served: Any
) -> None:
    changed = hospital.put(note | {"status": "entered-in-error"})
    served.job(reference(note), version=changed["meta"]["versionId"])
    (copy,) = [one for one in hospital.derived(note) if one["resourceType"] == "DocumentReference"]
    assert copy["status"] == "entered-in-error"
