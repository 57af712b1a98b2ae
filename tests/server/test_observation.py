"""Results of a note in the store as Observations, found as clients look for them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from mappers.validation import check_evidence, validate

NOTE = "Vitals: BP 142/88 mmHg, heart rate 78 bpm. Potassium 4.1 mmol/L. HbA1c 8.2%.\n"
NEWER = "Vitals: BP 142/88 mmHg, heart rate 78 bpm. Potassium 3.4 mmol/L.\n"


@pytest.fixture
def stored(hospital: Any, served: Any) -> dict[str, Any]:
    subject = hospital.patient(name=[{"family": f"Quill{uuid.uuid4().hex[:6]}"}])
    note = hospital.note(NOTE, subject={"reference": subject})
    assert served.job(f"DocumentReference/{note['id']}")["state"] == "done"
    return note


def _codes(resource: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in resource["code"].get("coding", [])]


def _observations(hospital: Any, note: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in hospital.derived(note) if one["resourceType"] == "Observation"]


def test_the_results_of_a_note_are_found_by_patient_category_and_code(
    hospital: Any, stored: dict[str, Any]
) -> None:
    patient = stored["subject"]["reference"]
    vitals = hospital.find("Observation", patient=patient, category="vital-signs")
    assert sorted(code for one in vitals for code in _codes(one)) == ["85354-9", "8867-4"]
    (potassium,) = hospital.find("Observation", patient=patient, code="http://loinc.org|2823-3")
    quantity = potassium["valueQuantity"]
    assert (quantity["value"], quantity["code"]) == (4.1, "mmol/L")
    for one in _observations(hospital, stored):
        assert validate(one) == ()
        assert check_evidence(one, NOTE) == ()
    assert hospital.find("Procedure", patient=patient) == []


def test_a_corrected_note_withdraws_the_result_that_it_no_longer_says(
    hospital: Any, served: Any, stored: dict[str, Any]
) -> None:
    before = {one["id"]: one for one in _observations(hospital, stored)}
    document = hospital.document(NEWER, subject=stored["subject"])
    newer = hospital.put(document | {"id": stored["id"]})
    reference = f"DocumentReference/{stored['id']}"
    assert served.job(reference, version=newer["meta"]["versionId"])["state"] == "done"

    after = {one["id"]: one for one in _observations(hospital, stored)}
    assert before.keys() < after.keys()
    withdrawn = [one for one in after.values() if one["status"] == "entered-in-error"]
    assert sorted(code for one in withdrawn for code in _codes(one)) == ["2823-3", "4548-4"]
    (added,) = after.keys() - before.keys()
    assert after[added]["valueQuantity"]["value"] == 3.4
    kept = [one for one in after.values() if one["status"] == "final"]
    assert len(kept) == 3
