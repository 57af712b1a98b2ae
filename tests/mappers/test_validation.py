import copy
import time

import pytest

from mappers.chart import to_resources
from mappers.validation import check_evidence, validate

SECRET = "Mrs Xyzzy"


@pytest.fixture
def reading(read):
    return read(
        "{asthma|DISEASE} {metformin|DRUG} {500 mg|DOSAGE|>metformin} and {colonoscopy|PROCEDURE}"
    )


@pytest.fixture
def condition(reading):
    return to_resources(reading.source, reading.coded, ())[0]


@pytest.fixture
def statement(reading):
    return to_resources(reading.source, reading.coded, reading.relations)[1]


def _coded(code, name="condition-clinical"):
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{name}", "code": code}]}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"subject": None}, "Condition.subject: "),
        ({"recordedDate": SECRET}, "Condition.recordedDate: "),
        ({"code": {"text": [SECRET]}}, "Condition.code.text"),
        ({SECRET: SECRET}, "Condition: extra_forbidden"),
        ({"clinicalStatus": _coded(SECRET)}, "Condition.clinicalStatus: code"),
        ({"clinicalStatus": {"text": SECRET}}, "Condition.clinicalStatus: code"),
        ({"verificationStatus": _coded("x", "condition-ver-status")}, "verificationStatus: code"),
        ({"clinicalStatus": None}, "Condition: con-3"),
        ({"abatementString": SECRET}, "Condition: con-4"),
        ({"_abatementDateTime": {"id": "x"}}, "Condition: con-4"),
        (
            {"verificationStatus": _coded("entered-in-error", "condition-ver-status")},
            "Condition: con-5",
        ),
        ({"resourceType": SECRET}, "resourceType: unknown"),
        ({"resourceType": None}, "resourceType: unknown"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(condition, change, rule):
    broken = condition | change
    for name in [name for name, value in broken.items() if value is None]:
        del broken[name]
    found = validate(broken)
    assert any(rule in each for each in found), found
    assert SECRET not in str(found)


def test_a_status_outside_its_required_codes_is_found(statement):
    assert validate(statement) == ()
    assert validate(statement | {"status": SECRET}) == ("MedicationStatement.status: code",)


def test_der_1_needs_an_offset_where_there_is_a_length(statement):
    broken = copy.deepcopy(statement)
    del broken["dosage"][0]["extension"][0]["extension"][2]
    assert validate(broken) == ("MedicationStatement.dosage[0]: der-1",)
    del broken["extension"][1]["extension"][2]
    assert "MedicationStatement: der-1" in validate(broken)


def test_evidence_must_read_back(statement, reading):
    assert check_evidence(statement, reading.text) == ()
    assert check_evidence(statement, "x" + reading.text) == (
        "MedicationStatement: evidence reads differently",
        "MedicationStatement.dosage[0]: evidence reads differently",
    )
    outside = check_evidence(statement, reading.text[:10])
    assert outside == (
        "MedicationStatement: evidence outside the text",
        "MedicationStatement.dosage[0]: evidence outside the text",
    )


def test_it_is_cheap_enough_for_every_write(statement, reading):
    validate(statement)
    start = time.process_time()
    for _ in range(50):
        validate(statement)
        check_evidence(statement, reading.text)
    # About 0.6 ms on one core.
    assert (time.process_time() - start) / 50 < 0.01


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"status": SECRET}, "Observation.status: code"),
        ({"dataAbsentReason": {"text": SECRET}}, "Observation: obs-6"),
        ({"component": [{"code": {"coding": [{"system": "s", "code": "c"}]}}]}, "obs-7"),
    ],
)
def test_what_is_wrong_with_an_observation_is_named(change, rule):
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "s", "code": "c"}]},
        "valueString": "positive",
    }
    assert validate(observation) == validate(observation | {"status": "entered-in-error"}) == ()
    found = validate(observation | change)
    assert any(rule in each for each in found), found
    assert SECRET not in str(found)
